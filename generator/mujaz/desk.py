"""A fleet and what is asked for → its topics, opened one after the other, and what is to be made of each in turn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from mujaz import feeds, guarding, index, strays
from mujaz.archive import MEMORY, Archive
from mujaz.editor import Editor
from mujaz.filing import kept
from mujaz.fleet import Fleet
from mujaz.gate import reader
from mujaz.jobs import Job, Site, plan
from mujaz.listing import Free, card, unkept
from mujaz.memory import Memory
from mujaz.model.document import Made, State, Target, pages_of
from mujaz.model.edition import Key
from mujaz.model.listing import Card
from mujaz.plan import MISSING, WITHDRAWN, Request, why
from mujaz.problems import Problem, errors
from mujaz.produce import Planned
from mujaz.publish import Shelf
from mujaz.stacks import RECORD, folder_of
from mujaz.watch import watch

_OPEN = 4
"""Topics that stay in memory."""
_MANY = 1000
"""Pages that no brief has."""


@dataclass(slots=True)
class Desk:
    """Where topics are opened, one after the other, and what is learnt of them."""

    fleet: Fleet
    request: Request
    archive: Archive
    state: State
    """As it was before the run."""
    cards: dict[str, Card] = field(default_factory=dict)
    free: dict[tuple[str, str], Free] = field(default_factory=dict)
    wrong: list[Problem] = field(default_factory=list)
    """With topics that were changed meanwhile."""
    stopped: set[str] = field(default_factory=set)
    """Topics that have errors since they were changed meanwhile."""
    last: tuple[object, Card] | None = None
    marks: dict[tuple[Key, bool], str] = field(default_factory=dict)
    present: dict[str, str | None] = field(default_factory=dict)
    """Name → the digest of the file as it lay there before the run; None where there was none."""
    sites: dict[str, tuple[Site, bool, tuple[Problem, ...]]] = field(default_factory=dict)
    """The topics that were opened last: what was learnt of them is of use for more than one question."""
    withdrawn: set[str] = field(default_factory=set)
    """Names of the files that this run took away, since they told what is kept now."""
    trusted: bool = False
    """Whether index, feeds and the memory of the archive lie there as the last run left them."""

    @property
    def shelf(self) -> Shelf:
        """The output folder."""
        return self.archive.stacks.shelf

    # ---------------------------------------------------------------------------------------- before anything is made

    def watch(self, memory: Memory) -> tuple[Problem, ...]:
        """Take away the files, and the editions, that tell what is kept now."""
        fleet, state = self.fleet, self.state
        page = lying(self.shelf)
        self.trusted = bool(page) and page == memory.page
        alone = [name for name in state.pressed if pages_of(name) not in state.made]
        doubtful = {name.partition("/")[0] for name in (*alone, *state.found)}
        digests: dict[tuple[str, str, str], str] = {}
        files = [name for name in (*state.pressed, *state.found) if self.gone(_brief(name))]
        for name, each in state.made.items():
            key = reader(name)
            now = digests[key] if key in digests else digests.setdefault(key, fleet.kept(*key))
            lies = self.present[name] = self.shelf.digest(name)
            if (now and now != each.kept) or (lies and lies != each.sha256):  # or who knows what it tells
                doubtful.add(key[0])
            elif not now and self.gone(_brief(name)):
                files.append(name)
        problems: list[Problem] = []
        made = dict(state.made)
        for slug in sorted(doubtful & set(fleet.slugs)):
            own = {name: each for name, each in state.made.items() if name.startswith(f"{slug}/")}
            pressed = frozenset(name for name in state.pressed if name.startswith(f"{slug}/"))
            found = frozenset(name for name in state.found if name.startswith(f"{slug}/"))
            seen = watch(self.shelf, State(own, pressed, found), self.opened(slug).gate)
            made |= seen.state.made
            problems += seen.problems
            self.withdrawn |= {each.facts["file"].removeprefix("output/") for each in seen.problems if each.facts}
            self._forget(own)
        if made != state.made:
            self.state = replace(state, made=made)
            problems += kept(self.state, self.shelf) if problems else ()
        problems += guarding.watch(self.archive, lambda key: fleet.kept(key[0], key[2], key[1]), self._editor)
        problems += self._strays(sorted(files))
        self._forget(files)
        return tuple(problems)

    def _forget(self, names: Iterable[str]) -> None:
        """Files that may have been taken away."""
        for name in names:
            self.present.pop(name, None)

    def gone(self, key: Key) -> bool:
        """Whether the topic of a brief, its language or its audience is there no more, and not only broken now."""
        topic, audience, language = key
        library, seen = self.fleet.library, self.fleet.seen.get(topic)
        if topic in library.broken or audience in library.broken_audiences:
            return False
        return seen is None or language not in seen.languages or audience not in library.audiences

    def _strays(self, files: Iterable[str]) -> tuple[Problem, ...]:
        """The same in what belongs to nobody any more: what topics that are not as they were keep is looked for in it.

        What all of them keep, where nobody knows what was looked for.
        """
        fleet, archive = self.fleet, self.archive
        named = [(name, _brief(name)) for name in files]
        briefs = [key for key in archive.briefs() if self.gone(key)]
        if not named and not briefs:
            return ()
        every = not self.trusted or bool(self.state.found) or any(guarding.torn(archive, key) for key in briefs)
        slugs = [slug for slug in fleet.slugs if (every or slug in fleet.anew) and fleet.seen[slug].keeps]
        lost = strays.Strays(named, briefs, fleet.library.audiences.__contains__)
        return tuple(strays.search(lost, archive, slugs, self.opened))

    def _editor(self, key: Key) -> Editor:
        return self.opened(key[0]).editor

    def opened(self, slug: str) -> Site:
        """A topic, as it was opened or is now."""
        return self._seen(slug)[0]

    def _seen(self, slug: str) -> tuple[Site, bool, tuple[Problem, ...]]:
        """A topic, whether it is as it was, and what else is wrong with it; of the last ones, as they were opened."""
        held = self.sites.pop(slug, None) or self.fleet.opened(slug, self.archive, self.state)
        self.sites[slug] = held
        while len(self.sites) > _OPEN:
            old, _, _ = self.sites.pop(next(iter(self.sites)))
            old.gate.forget()
        site, same, wrong = held
        return replace(site, state=self.state), same, wrong

    # ---------------------------------------------------------------------------------------- what is to be made

    def sorted(self) -> tuple[list[Target], list[Target]]:
        """What is known to be fresh without a look into its topic, and the rest."""
        fresh: list[Target] = []
        stale: list[Target] = []
        request = self.request
        for target in self.fleet.targets(request):
            made = self.state.made.get(target.name)
            same = made is not None and made.of and made.of == self.of(target) and (made.proven or not request.prove)
            if made and same and not request.force and self._there(target, made):
                fresh.append(target)
            else:
                stale.append(target)
        return fresh, stale

    def _there(self, target: Target, made: Made) -> bool:
        """Whether a file lies in its place, and in the archive."""
        if target.name not in self.present:
            self.present[target.name] = self.shelf.digest(target.name)
        if self.present[target.name] != made.sha256:
            return False
        key = (target.topic, target.audience, target.language)
        return self.archive.today is None or guarding.seems_whole(
            self.archive, key, made.edition, target.name.partition("/")[2]
        )

    def size(self, name: str) -> int | None:
        """The length of a file in its place, also of one that this run has made; of others, as they lay there."""
        if name in self.present and name not in self.cards:
            seen = self.shelf.stamps.seen.get(f"output/{name}")
            if seen or self.present[name] is None:
                return seen[0][0] if seen and self.present[name] else None
        return self.shelf.size(name)

    def of(self, target: Target, *, now: bool = False) -> str:
        """The digest of all that a target is made of; `now`: after the run, and not before it."""
        key = (target.topic, target.audience, target.language)
        if (key, now) not in self.marks:
            of = self.fleet.digest(target.topic, target.audience)
            if of and self.fleet.library.audiences[target.audience].changes:
                newest = self.archive.known(key).last
                of = f"{of} {newest} {self.shelf.digest(f'{folder_of(key)}/{newest}/{RECORD}')}"
            self.marks[key, now] = of
        return self.marks[key, now]

    def plans(self, stale: Iterable[Target]) -> Iterator[Planned]:
        """What is to be made, each topic read when it is its turn, and of each the longest brief first.

        Else all would wait for it at the end, when there is nothing else to be done.
        """
        for slug, asked in _by_topic(stale):
            if not self.fleet.unchanged(slug):  # what was learnt of it is of another one
                self.sites.pop(slug, None)
            site, same, wrong = self._seen(slug)
            self.wrong += wrong
            if errors(wrong):
                self.stopped.add(slug)
            self.free |= {entry.key: unkept(entry) for entry in site.library.topics}
            for audience in self._longest_first(asked):
                request = replace(self.request, topics=frozenset({slug}), audiences=frozenset({audience}))
                jobs, mistakes = plan(site, request)
                ours = [job for job in jobs if job.target in asked or not job.wanted]
                yield Planned(
                    site,
                    tuple(replace(self._because(job), of=self.of(job.target) if same else "") for job in ours),
                    tuple(each for each in mistakes if each[0] in asked),
                )

    def _because(self, job: Job) -> Job:
        """A job with the true reason, where its file is missing because it was taken away a moment ago."""
        name = job.target.name
        if name not in self.withdrawn or job.because != (MISSING,):
            return job
        made = self.state.made[name]
        return replace(job, because=(WITHDRAWN, *why(job.inputs, made, made.sha256)))

    def _longest_first(self, asked: Iterable[Target]) -> list[str]:
        """The audiences of a topic's files, by the pages that these had when they were made last.

        Of what was never made, by the pages that it may have: those to whom nothing is promised are told most.
        """
        pages: dict[str, int] = {}
        for target in asked:
            made = self.state.made.get(target.name)
            most = self.fleet.library.audiences[target.audience].pages or _MANY
            expected = most if made is None else made.pages or 0
            pages[target.audience] = max(pages.get(target.audience, 0), expected)
        return sorted(pages, key=lambda audience: (-pages[audience], audience))

    def shown(self, job: Job, sha256: str) -> None:
        """Keep what the index may know of a file."""
        key = (job.key, job.inputs["brief"])
        if self.last is None or self.last[0] != key:  # print and screen of a brief come one after the other
            self.last = (key, card(job.brief, self.free[job.target.topic, job.target.language], sha256))
        self.cards[job.target.name] = replace(self.last[1], sha256=sha256)

    def remarked(self, made: Mapping[str, Made]) -> dict[str, Made]:
        """What was made, of an archive in which it is now."""
        marked = dict(made)
        for target in self.fleet.every if self.archive.today else ():
            each = marked.get(target.name)
            if each and each.of and each is not self.state.made.get(target.name):
                marked[target.name] = replace(each, of=self.of(target, now=True))
        return marked

    def left(self, made: Mapping[str, Made]) -> list[Target]:
        """The files that were made once, and are not made of what there is now."""
        return [
            target
            for target in self.fleet.every
            if target.name in made and made[target.name].of != self.of(target, now=target.name in self.cards)
        ]

    def unmade(self, made: Mapping[str, Made]) -> frozenset[str]:
        """What was found lying there, and was neither made anew nor taken away."""
        return frozenset(each for each in self.state.found if each not in made and self.shelf.size(each) is not None)


def _brief(name: str) -> Key:
    topic, language, audience = reader(name)
    return (topic, audience, language)


def _by_topic(stale: Iterable[Target]) -> Iterator[tuple[str, frozenset[Target]]]:
    topics: dict[str, set[Target]] = {}
    for target in stale:
        topics.setdefault(target.topic, set()).add(target)
    for slug, asked in topics.items():
        yield slug, frozenset(asked)


def lying(shelf: Shelf) -> str:
    """The digest of what all is told in, as it lies there; empty where the index or its catalogue is missing."""
    page = index.lying(shelf)
    others = (feeds.FEED, MEMORY, *(f"{feeds.FOLDER}/{name}" for name in shelf.files(feeds.FOLDER)))
    return "\n".join((page, *(f"{name} {shelf.digest(name)}" for name in others))) if page else ""
