"""A workspace and what the last run saw of it → what can be built, topic by topic; keeps no topic in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from mujaz.archive import Archive
from mujaz.changes import Clerk
from mujaz.check import Findings, check_grounds, check_topic, concluded
from mujaz.check.crew import spread
from mujaz.gate import Gate
from mujaz.jobs import Site
from mujaz.listing import Free, unkept
from mujaz.memory import Memory, Seen
from mujaz.model.content import Entry, EntryKey, Library
from mujaz.model.document import State, Target
from mujaz.plan import Request, asked, narrowed, targets
from mujaz.problems import Problem, errors, in_order
from mujaz.read import Grounds, read_grounds, read_topic
from mujaz.sources import Sources, common, meant, sources, topic
from mujaz.stamps import Stamps
from mujaz.survey import unsound, unswept
from mujaz.templates import Templates, open_templates


@dataclass(frozen=True, slots=True)
class Look:
    """One topic, read and checked, without its text."""

    seen: Seen
    free: Mapping[str, Free]
    """Language → what of it everyone may know."""
    of: str
    """The digest of its folder, after it was read."""


@dataclass(frozen=True)
class Fleet:
    """What can be built of a workspace, and what is wrong with the rest."""

    root: Path
    grounds: Grounds
    """Its library is sound: without audiences that have errors, with the names of topics that have some."""
    templates: Templates
    of: Sources
    """An empty digest where something was changed while it was read."""
    common: str
    readers: Mapping[str, str]
    """Audience → the digest of what its file says."""
    seen: Mapping[str, Seen]
    """Of all topics, also of those that have errors."""
    anew: Mapping[str, Look]
    """Those that the last run did not see as they are now."""
    problems: tuple[Problem, ...]
    gate: Gate
    """Over no topic; it lends what it knows of the house to those over one."""
    marks: dict[tuple[str, str, str], str] = field(default_factory=dict, compare=False)
    """What `kept` said."""

    @property
    def library(self) -> Library:
        """The house and its audiences."""
        return self.grounds.library

    @property
    def slugs(self) -> tuple[str, ...]:
        """Of the topics that are sound."""
        return tuple(slug for slug in sorted(self.seen) if slug not in self.library.broken)

    def keys(self, slugs: Iterable[str] | None = None) -> list[EntryKey]:
        """The sound topics, or some of them, in each of their languages."""
        return [
            (slug, language)
            for slug in (self.slugs if slugs is None else slugs)
            for language in self.seen[slug].languages
        ]

    def targets(self, request: Request) -> list[Target]:
        """The files that are asked for."""
        return [each for each in self.every if asked(each, request)] if narrowed(request) else list(self.every)

    @cached_property
    def every(self) -> tuple[Target, ...]:
        """All files that are made of the workspace."""
        return tuple(targets(self.keys(), self.library, Request()))

    def digest(self, topic: str, audience: str) -> str:
        """Of all the content that files are made of; empty where it was changed while it was read."""
        own, reader = self.of.topics.get(topic, ""), self.readers.get(audience, "")
        return _joined(own, reader, self.common, self._lent) if own and reader and self.common else ""

    def kept(self, topic: str, language: str, audience: str) -> str:
        """The digest of what a file must not tell, as the gate gives it; empty for a topic that cannot be read."""
        key = (topic, language, audience)
        if key not in self.marks:
            there = topic not in self.library.broken and topic in self.seen
            own = self.seen[topic].kept.get(language, {}).get(audience) if there else None
            self.marks[key] = "" if own is None else self._lending.joined(own, (topic, language), audience)
        return self.marks[key]

    @cached_property
    def lenders(self) -> tuple[Entry, ...]:
        """Topics whose secrets stand in the templates of the house, and so in the files of all topics."""
        lending = (slug for slug in self.slugs if self.seen[slug].lends)
        return tuple(entry for slug in lending for entry in read_topic(self.root, slug, self.grounds.shared)[0])

    @cached_property
    def _lending(self) -> Gate:
        return self.gate.of(self.lenders)

    @cached_property
    def _lent(self) -> str:
        return _joined(*(repr(sorted(self.seen[entry.slug].kept.items())) for entry in self.lenders))

    @cached_property
    def everyone(self) -> str:
        """A name for what is kept from anyone, of all topics."""
        return self.gate.everyone(self.seen[slug].kept[language][""] for slug, language in self.keys())

    @cached_property
    def clerk(self) -> Clerk:
        """Knows the words in which readers are told of editions."""
        return Clerk(self.library, self.templates)

    def _marked(self, slug: str, *, same: bool) -> Mapping[tuple[EntryKey, str | None], str]:
        """What is known of a topic's secrets, where it is as it was."""
        kept = self.seen[slug].kept.items() if same and slug in self.seen else ()
        return {((slug, language), name): mark for language, each in kept for name, mark in each.items() if name}

    def unchanged(self, slug: str) -> bool:
        """Whether a topic lies there as it did at first."""
        return topic(self.root, slug, Stamps()) == self.of.topics[slug]

    def opened(self, slug: str, archive: Archive, state: State) -> tuple[Site, bool, tuple[Problem, ...]]:
        """A topic as it is now, alone in its library; whether it is as it was, and what else is wrong with it if not.

        A topic that was changed meanwhile is checked once more; one that has errors now is not there.
        """
        entries, _ = read_topic(self.root, slug, self.grounds.shared)
        same = self.unchanged(slug)
        wrong: tuple[Problem, ...] = ()
        if not same:
            entries, findings = _checked(self.root, slug, self.grounds)
            wrong = concluded([findings], self.library)
            entries = () if errors(wrong) else entries
        others = (each for each in self.lenders if each.slug != slug)
        site = Site(
            replace(self.library, topics=entries),
            self.templates,
            archive.stacks.shelf,
            state,
            self.gate.of((*entries, *others), self._marked(slug, same=same)),
            archive,
            self.clerk,
        )
        return site, same, wrong


@dataclass(frozen=True, slots=True)
class Base:
    """What all topics stand on, as it was read."""

    root: Path
    grounds: Grounds
    wrong: tuple[Problem, ...]
    """What is wrong with it, as far as reading tells."""
    of: Sources
    """The digests of it before it was read."""


def base(root: Path) -> Base | None:
    """What all topics stand on; None where `mujaz.yaml` itself cannot be understood."""
    of = sources(root, (), Stamps())
    grounds, wrong = read_grounds(root)
    return None if grounds is None else Base(root, grounds, wrong, of)


def muster(base_: Base, stamps: Stamps, memory: Memory, awake: Callable[[], None] = lambda: None) -> Fleet:
    """What can be built: topics that are as the last run saw them are not read again.

    `awake` is called once where there are others, before they are: there will be something to make.
    """
    root, grounds, templates = base_.root, base_.grounds, open_templates(base_.root)
    of = sources(root, grounds.slugs, stamps)
    if replace(of, topics={}) != base_.of:
        of = Sources({}, {}, "", "")  # someone is at work in them: nothing is remembered of this run
    shared = common(grounds.library, templates, of, stamps) if of.shared else ""
    readers = {slug: meant(audience) for slug, audience in grounds.library.audiences.items()}
    ground = _joined(shared, *(f"{slug} {digest}" for slug, digest in sorted(readers.items())))
    seen = {
        slug: each
        for slug in grounds.slugs
        if (each := memory.topics.get(slug)) and shared and each.of == _joined(ground, of.topics[slug])
    }
    rest = [slug for slug in grounds.slugs if slug not in seen]
    if rest:
        awake()
    gate = Gate(grounds.library, templates)
    with unswept():
        looks = dict(
            zip(rest, spread(lambda number: _looked(root, rest[number], grounds, gate), len(rest)), strict=True)
        )
    of = replace(of, topics={slug: _same(of.topics.get(slug, ""), looks.get(slug)) for slug in grounds.slugs})
    for slug, look in looks.items():
        seen[slug] = replace(look.seen, of=_joined(ground, look.of) if shared and of.topics[slug] else "")
    shelf = ((reference, grounds.shared.sources[key]) for key, reference in grounds.shared.items())
    found = (check_grounds(grounds.library, shelf, grounds.slugs), *(seen[slug].findings for slug in grounds.slugs))
    problems = in_order((*base_.wrong, *concluded(found, grounds.library)))
    library = unsound(grounds.library, problems, grounds.slugs)
    return Fleet(
        root,
        replace(grounds, library=library),
        templates,
        of,
        shared,
        readers,
        seen,
        looks,
        problems,
        Gate(library, templates),
    )


def _same(digest: str, look: Look | None) -> str:
    """The digest of a topic, where it was the same before and after it was read."""
    return digest if look is None or look.of == digest else ""


def _looked(root: Path, slug: str, grounds: Grounds, gate: Gate) -> Look:
    entries, findings = _checked(root, slug, grounds)
    of = topic(root, slug, Stamps())
    languages = tuple(entry.language for entry in entries)
    reviews = {entry.language: entry.topic.review_by for entry in entries if entry.topic.review_by}
    if errors(findings.firm):  # nothing of it is built
        none = frozenset[str]()
        return Look(Seen("", languages, findings, reviews, {}, none, none, lends=False), {}, of)
    own = gate.of(entries)
    readers = sorted(grounds.library.audience_sources)
    kept = {
        language: {name: own.mark(slug, language, name or None) for name in ("", *readers)} for language in languages
    }
    secrets = {language: own.own(slug, language, None) for language in languages}
    keeps = frozenset(language for language, each in secrets.items() if each.texts or each.names)
    free = {entry.language: unkept(entry) for entry in entries}
    titled = frozenset(language for language, each in free.items() if each.title)
    seen = Seen("", languages, findings, reviews, kept, keeps, titled, lends=any(map(own.lends, readers)))
    own.forget()  # thousands of topics may follow
    return Look(seen, free, of)


def _checked(root: Path, slug: str, grounds: Grounds) -> tuple[tuple[Entry, ...], Findings]:
    entries, problems = read_topic(root, slug, grounds.shared)
    findings = check_topic(entries, grounds.library)
    return entries, replace(findings, firm=(*problems, *findings.firm))


def _joined(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
