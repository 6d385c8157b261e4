"""A desk after its run → the index and the feeds of all that the output folder holds; plans and makes no brief."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial

from mujaz import archiving, feeds, index
from mujaz.desk import Desk, lying
from mujaz.gate import Gate
from mujaz.jobs import plan
from mujaz.listing import unkept
from mujaz.memory import Memory, Seen
from mujaz.model.content import Entry
from mujaz.model.document import State
from mujaz.plan import Request
from mujaz.problems import Problem, errors
from mujaz.workers import Exports


def told(desk: Desk, state: State, crew: Exports, memory: Memory) -> tuple[tuple[Problem, ...], Memory, list[str]]:
    """The index and the feeds of all that the output folder holds now, whatever this run was asked for.

    With what is to be remembered of them, and the editions that need not be kept any longer, which are gone.
    """
    fleet, shelf = desk.fleet, desk.shelf
    feed = feeds.FEED if any(not desk.gone(key) for key in desk.archive.briefs()) else ""
    office = index.Office(fleet.library, fleet.templates, shelf, state, crew, feed, desk.size)
    keeping = fleet.library.workspace.editions
    ground = f"{fleet.common} {sorted(fleet.readers.items())} {keeping!r}"
    of = index.digest(office, fleet.everyone, ground)
    idle = not (fleet.anew or keeping.keep_days or desk.archive.stirred)
    if desk.trusted and of == memory.index and fleet.common and idle:
        return (), Memory(index=of, page=memory.page), []
    desk.state = state
    sizes = {name: shelf.size(name) for name in state.made}  # what changes from now on the next run sees
    office = replace(office, size=sizes.get)
    of = index.digest(office, fleet.everyone, ground)
    problems = _listed(desk, office)
    gone, more = archiving.retain(desk.archive, keeping)
    problems += (*more, *feeds.update(_newsroom(desk)))
    well = not errors(problems)
    return problems, Memory(index=of if well else "", page=lying(shelf) if well else ""), gone


def _listed(desk: Desk, office: index.Office) -> tuple[Problem, ...]:
    fleet, last, sound = desk.fleet, index.catalogue(desk.shelf), frozenset(desk.fleet.slugs)
    unknown = index.unknown(office, desk.cards, last.cards)
    _learn(desk, sorted(unknown & sound))
    same = frozenset(slug for slug in sound if slug not in fleet.anew)
    watchers = index.Watchers(
        fleet.everyone, partial(_gates, desk), sound, frozenset(sound - same if desk.trusted else sound), fleet.gate
    )
    free = {(slug, language): each for slug, seen in fleet.anew.items() for language, each in seen.free.items()}
    return index.update(office, last, index.News(desk.cards, {**free, **desk.free}, same), watchers)


def _gates(desk: Desk, slugs: Iterable[str]) -> Iterator[Gate]:
    return (desk.opened(slug).gate for slug in slugs)


def _learn(desk: Desk, slugs: Iterable[str]) -> None:
    """Find out what files show of which nobody knows it any more; nothing is made."""
    for slug in slugs:
        site = desk.opened(slug)
        desk.free |= {entry.key: unkept(entry) for entry in site.library.topics}
        for job in plan(site, Request(topics=frozenset({slug})))[0]:
            made = desk.state.made.get(job.target.name)
            if made and made.inputs.get("brief") == job.inputs["brief"]:
                desk.shown(job, made.sha256)


def _newsroom(desk: Desk) -> feeds.Newsroom:
    fleet = desk.fleet

    def kept_from(topic: str, language: str, audience: str) -> str:
        if audience or topic in fleet.library.broken or topic not in fleet.seen:
            return fleet.kept(topic, language, audience)
        return fleet.seen[topic].kept.get(language, {}).get("", "")

    def opened(topic: str) -> tuple[Gate, Iterable[Entry]]:
        site = desk.opened(topic)
        return site.gate, site.library.topics

    def sound(topic: str) -> Seen | None:
        return None if topic in fleet.library.broken else fleet.seen.get(topic)

    return feeds.Newsroom(
        fleet.library,
        fleet.templates,
        desk.archive,
        kept_from,
        opened,
        lambda topic, language: (seen := sound(topic)) is None or language in seen.keeps,
        lambda topic, language: (seen := sound(topic)) is not None and language in seen.titled,
        lambda topic: not desk.trusted or topic in fleet.anew,
        desk.gone,
    )
