"""A workspace and a `Request` → `Result`: the corridor itself, one call a line; prints nothing, decides no content."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from mujaz import index, produce
from mujaz.export.site import INDEX
from mujaz.fleet import Base, Fleet, base, muster
from mujaz.gate import Gate, reader
from mujaz.jobs import Job, plan, site_of
from mujaz.lint import lint, unplaced
from mujaz.listing import Free, card, unkept
from mujaz.lock import decode
from mujaz.memory import Memory, remembered, retained
from mujaz.model.document import State, Target, pages_of
from mujaz.model.listing import Card
from mujaz.model.yielded import Yielded
from mujaz.plan import RefusedError, Request, unnamed
from mujaz.problems import Problem, Severity, Where, errors, in_order
from mujaz.produce import Built, Ears, How, Planned, Step, kept
from mujaz.publish import LOG, STATE, Shelf, opened
from mujaz.stamps import Stamps
from mujaz.survey import Survey, survey
from mujaz.templates import open_templates
from mujaz.watch import watch

_OWN = ("content/topics/", "content/audiences/")
"""Where a mistake concerns one topic or one audience."""
_SPARSE = 0.2
"""Of the height of a page's text: a last page with less on it looks like an accident."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a run."""

    built: tuple[Built, ...] = ()
    fresh: tuple[Target, ...] = ()
    failed: tuple[Target, ...] = ()
    stopped: tuple[str, ...] = ()
    """Topics that were asked for and have errors: nothing of them was planned, and their last files stay."""
    problems: tuple[Problem, ...] = ()
    leftover: tuple[str, ...] = ()
    """Files that Mujaz made and no target makes any more, as `clean` would remove them."""
    index: bool = False
    """Whether the output folder has an index now."""


def build(
    root: Path, request: Request, *, jobs: int, tell: Callable[[Step], None], cluster: str | None = None
) -> Result:
    """Make what is stale of what is asked for, by the workers of a cluster where its address is given.

    Raises RefusedError for a name that nothing has, OutputError where the output folder cannot be used, and CrewError
    where there is nobody to set pages.
    """
    ground = _asked(root, request)
    if ground is None:
        return Result(problems=survey(root).problems)
    memory, house = remembered(root), ground.grounds.library.workspace
    with (
        opened(root / "output", Stamps(memory.stamps)) as shelf,
        produce.hands(jobs, house.limits, cluster, shelf) as crew,
    ):
        state, doubts = recalled(shelf)
        fleet = muster(root, ground, shelf.stamps, memory)
        watched, told = _watched(fleet, shelf, state)
        fresh, stale = _sorted(fleet, request, shelf, watched)
        desk = _Desk(fleet, request, shelf, watched)
        run = produce.begun(watched, shelf, ears=Ears(tell, desk.shown), total=len(stale), prove=request.prove)
        produce.produce(desk.plans(stale), run, How(crew, request.prove))
        held = replace(watched, made=run.made)
        if held != state or shelf.there(LOG):
            told += kept(held, shelf)
        listed, page = _listed(desk, index.Office(fleet.library, fleet.templates, shelf, held, crew), memory)
        retained(root, memory, replace(page, topics=fleet.seen), shelf, held)
        leftover = tuple(name for name in left_over(fleet, held) if shelf.size(name) is not None)
        sparse = _sparse(fleet, request, held)
    order = {target: place for place, target in enumerate(fleet.every)} if run.built else {}
    faults = lint(fleet.templates.house)
    told += crew.problems
    placed = unplaced((*run.problems, *listed), faults)
    return Result(
        built=tuple(sorted(run.built, key=lambda each: order[each.target])),
        fresh=tuple(sorted((*fresh, *run.fresh))),
        failed=tuple(sorted(set(run.failed))),
        stopped=tuple(
            sorted(each for each in fleet.library.broken | desk.stopped if each in (request.topics or {each}))
        ),
        problems=in_order((*fleet.problems, *doubts, *told, *desk.wrong, *faults, *placed, *sparse)),
        leftover=leftover,
        index=shelf.size(INDEX) is not None,
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """How one target stands."""

    target: Target
    because: tuple[str, ...]
    """Why it must be made; nothing where it is fresh."""
    yielded: tuple[Yielded, ...]
    """What gave way in the file that is there."""


def listed(root: Path, request: Request) -> tuple[Fleet | None, list[Standing], tuple[Problem, ...]]:
    """How every target that is asked for stands, and what is wrong, without making anything. Raises RefusedError."""
    ground = _asked(root, request)
    if ground is None:
        return None, [], survey(root).problems
    memory = remembered(root)
    shelf = Shelf(root / "output", Stamps(memory.stamps))
    state, _ = recalled(shelf)
    fleet = muster(root, ground, shelf.stamps, memory)
    fresh, stale = _sorted(fleet, request, shelf, state)
    standing = [Standing(target, (), state.made[target.name].yielded) for target in fresh]
    wrong: list[Problem] = [*lint(fleet.templates.house), *_sparse(fleet, request, state)]
    for slug in dict.fromkeys(target.topic for target in stale):
        site, _, more = fleet.opened(slug, shelf, state)
        jobs, mistakes = plan(site, replace(request, topics=frozenset({slug})))
        wrong += (*more, *(each for _, each in mistakes))
        known = {target for target in fresh if target.topic == slug}
        standing += [
            Standing(job.target, job.because, job.yielded) for job in jobs if job.wanted and job.target not in known
        ]
    order = {target: place for place, target in enumerate(fleet.every)}
    standing.sort(key=lambda each: order[each.target])
    return fleet, standing, in_order((*fleet.problems, *wrong))


def look(root: Path, request: Request) -> tuple[Survey, list[Job]]:
    """What a build would do, with all that is told, without doing it. Raises RefusedError."""
    seen = survey(root)
    if seen.library is None:
        return seen, []
    _refuse(unnamed(seen.library, {entry.slug for entry in seen.library.topics}, request))
    shelf = Shelf(root / "output")
    state, _ = recalled(shelf)
    templates = open_templates(root)
    jobs, mistakes = plan(site_of(seen.library, templates, shelf, state), request)
    wrong = (*lint(templates.house), *(each for _, each in mistakes))
    return replace(seen, problems=in_order((*seen.problems, *wrong))), [job for job in jobs if job.wanted]


def clean(root: Path) -> tuple[list[str], tuple[Problem, ...]]:
    """Remove what Mujaz made and no target makes any more; keep what belongs to a topic that is broken now."""
    ground = base(root)
    if ground is None:
        return [], survey(root).problems
    memory = remembered(root)
    with (
        opened(root / "output", Stamps(memory.stamps)) as shelf,
        produce.hands(1, ground.grounds.library.workspace.limits, None, shelf) as crew,
    ):
        state, doubts = recalled(shelf)
        fleet = muster(root, ground, shelf.stamps, memory)
        gone = left_over(fleet, state)
        for name in gone:
            shelf.remove(name)
        left = {name: each for name, each in state.made.items() if name not in gone}
        rest = State(left, state.pressed - frozenset(gone))
        told = kept(rest, shelf)
        desk = _Desk(fleet, Request(), shelf, rest)
        more, page = _listed(desk, index.Office(fleet.library, fleet.templates, shelf, rest, crew), memory)
        retained(root, memory, replace(page, topics=fleet.seen), shelf, rest)
    return gone, in_order((*fleet.problems, *doubts, *told, *more))


# ------------------------------------------------------------------------------------------------ what is asked for


def _asked(root: Path, request: Request) -> Base | None:
    """What all topics stand on, once every name that is asked for is known."""
    ground = base(root)
    if ground is not None:
        _refuse(unnamed(ground.grounds.library, ground.grounds.slugs, request))
    return ground


def _refuse(problem: Problem | None) -> None:
    if problem:
        raise RefusedError(problem)


def recalled(shelf: Shelf) -> tuple[State, tuple[Problem, ...]]:
    """What was made before; a state that cannot be trusted is one warning and a full build."""
    raw = shelf.read(STATE)
    state = None if raw is None and shelf.there(STATE) else decode(raw, shelf.read(LOG))
    if state is None:
        return State(), (Problem("state-damaged", Where(f"output/{STATE}"), {}, Severity.WARNING),)
    return state, ()


def _sorted(fleet: Fleet, request: Request, shelf: Shelf, state: State) -> tuple[list[Target], list[Target]]:
    """What is known to be fresh without a look into its topic, and the rest."""
    fresh: list[Target] = []
    stale: list[Target] = []
    digests: dict[tuple[str, str], str] = {}
    for target in fleet.targets(request):
        key = (target.topic, target.audience)
        of = digests[key] if key in digests else digests.setdefault(key, fleet.digest(*key))
        made = state.made.get(target.name)
        same = made is not None and made.of and made.of == of and (made.proven or not request.prove)
        if made and same and not request.force and shelf.digest(target.name) == made.sha256:
            fresh.append(target)
        else:
            stale.append(target)
    return fresh, stale


# ------------------------------------------------------------------------------------------------ topic by topic


@dataclass(slots=True)
class _Desk:
    """Where topics are opened, one after the other, and what is learnt of them."""

    fleet: Fleet
    request: Request
    shelf: Shelf
    state: State
    """As it was before the run."""
    cards: dict[str, Card] = field(default_factory=dict)
    free: dict[tuple[str, str], Free] = field(default_factory=dict)
    wrong: list[Problem] = field(default_factory=list)
    """With topics that were changed meanwhile."""
    stopped: set[str] = field(default_factory=set)
    """Topics that have errors since they were changed meanwhile."""
    last: tuple[object, Card] | None = None

    def plans(self, stale: Iterable[Target]) -> Iterator[Planned]:
        """What is to be made, each topic read when it is its turn."""
        for slug, asked in _by_topic(stale):
            site, same, wrong = self.fleet.opened(slug, self.shelf, self.state)
            self.wrong += wrong
            if errors(wrong):
                self.stopped.add(slug)
            self.free |= {entry.key: unkept(entry) for entry in site.library.topics}
            jobs, mistakes = plan(site, replace(self.request, topics=frozenset({slug})))
            ours = [job for job in jobs if job.target in asked or not job.wanted]
            yield Planned(
                site,
                tuple(replace(job, of=self._of(job) if same else "") for job in ours),
                tuple(each for each in mistakes if each[0] in asked),
            )

    def _of(self, job: Job) -> str:
        return self.fleet.digest(job.target.topic, job.target.audience)

    def shown(self, job: Job, sha256: str) -> None:
        """Keep what the index may know of a file."""
        key = (job.key, job.inputs["brief"])
        if self.last is None or self.last[0] != key:  # print and screen of a brief come one after the other
            self.last = (key, card(job.brief, self.free[job.target.topic, job.target.language], sha256))
        self.cards[job.target.name] = replace(self.last[1], sha256=sha256)

    def learn(self, slugs: Iterable[str]) -> None:
        """Find out what files show of which nobody knows it any more; nothing is made."""
        for slug in slugs:
            site, _, _ = self.fleet.opened(slug, self.shelf, self.state)
            self.free |= {entry.key: unkept(entry) for entry in site.library.topics}
            for job in plan(site, Request(topics=frozenset({slug})))[0]:
                made = self.state.made.get(job.target.name)
                if made and made.inputs.get("brief") == job.inputs["brief"]:
                    self.shown(job, made.sha256)


def _by_topic(stale: Iterable[Target]) -> Iterator[tuple[str, frozenset[Target]]]:
    topics: dict[str, set[Target]] = {}
    for target in stale:
        topics.setdefault(target.topic, set()).add(target)
    for slug, asked in topics.items():
        yield slug, frozenset(asked)


def _watched(fleet: Fleet, shelf: Shelf, state: State) -> tuple[State, tuple[Problem, ...]]:
    """The state without files that tell what is kept now: they go before anything is made."""
    doubtful: set[str] = set()
    digests: dict[tuple[str, str, str], str] = {}
    for name, each in state.made.items():
        key = reader(name)
        now = digests[key] if key in digests else digests.setdefault(key, fleet.kept(*key))
        if now and now != each.kept:
            doubtful.add(key[0])
    doubtful |= {name.partition("/")[0] for name in state.pressed if pages_of(name) not in state.made}
    problems: list[Problem] = []
    made = dict(state.made)
    for slug in sorted(doubtful & set(fleet.slugs)):
        site, _, _ = fleet.opened(slug, shelf, state)
        own = {name: each for name, each in state.made.items() if name.startswith(f"{slug}/")}
        pressed = frozenset(name for name in state.pressed if name.startswith(f"{slug}/"))
        seen = watch(shelf, State(own, pressed), site.gate)
        made |= seen.state.made
        problems += seen.problems
    watched = state if made == state.made else replace(state, made=made)
    return watched, (*problems, *(kept(watched, shelf) if problems else ()))


# ------------------------------------------------------------------------------------------------ what all is told in


def _listed(desk: _Desk, office: index.Office, memory: Memory) -> tuple[tuple[Problem, ...], Memory]:
    """The index of all that the output folder holds now, whatever this run was asked for; what to remember of it."""
    fleet, shelf = desk.fleet, office.shelf
    of = index.digest(office, fleet.everyone, f"{fleet.common} {sorted(fleet.readers.items())}")
    page = index.lying(shelf)
    trusted = bool(page) and page == memory.page
    if trusted and of == memory.index and not fleet.anew and fleet.common:
        return (), Memory(index=of, page=page)
    held = replace(desk.state, made=office.state.made)
    desk.state = held
    sound = set(fleet.slugs)
    last = index.catalogue(shelf)
    desk.learn(sorted(slug for slug in index.unknown(held, shelf, desk.cards, last.cards) if slug in sound))
    same = frozenset(slug for slug in fleet.slugs if slug not in fleet.anew)

    def gates(slugs: Iterable[str]) -> Iterator[Gate]:
        return (fleet.opened(slug, shelf, held)[0].gate for slug in slugs)

    watchers = index.Watchers(
        fleet.everyone, gates, frozenset(sound), frozenset(sound - same if trusted else sound), fleet.gate
    )
    free = {(slug, language): each for slug, seen in fleet.anew.items() for language, each in seen.free.items()}
    told = index.update(office, last, index.News(desk.cards, {**free, **desk.free}, same), watchers)
    return told, Memory(index="" if errors(told) else of, page="" if errors(told) else index.lying(shelf))


def _sparse(fleet: Fleet, request: Request, state: State) -> list[Problem]:
    """Files of counted pages whose last page is almost empty: told of for as long as they are."""
    found = []
    sparse = {
        name
        for name, made in state.made.items()
        if made.filled is not None and made.filled < _SPARSE and made.pages and made.pages > 1
    }
    for target in fleet.targets(request) if sparse else ():
        if target.name in sparse:
            made = state.made[target.name]
            facts = {"found": str(round((made.filled or 0) * 100)), "page": str(made.pages)}
            found.append(Problem("page-sparse", Where(f"output/{target.name}"), facts, Severity.WARNING))
    return found


def left_over(fleet: Fleet, state: State) -> list[str]:
    """Names of files that no target makes any more, but for those of what is broken now and may come back."""
    if any(not problem.where.path.startswith(_OWN) for problem in errors(fleet.problems)):
        return []  # what is wrong is wrong with everything: nobody knows what would still be made
    broken, unread = fleet.library.broken, fleet.library.broken_audiences

    def held(name: str) -> bool:
        """Whether it belongs to a topic or audience that has errors now and may come back."""
        topic, _, file = name.partition("/")
        return topic in broken or file.partition(".")[0] in unread

    kept_ = {target.name for target in fleet.every}
    gone = [name for name in state.made if name not in kept_ and not held(name)]
    return gone + [name for name in sorted(state.pressed) if pages_of(name) not in kept_ and not held(name)]
