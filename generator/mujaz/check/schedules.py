"""`schedule:` of mujaz.yaml → names in it that lead nowhere, or stand twice; judges no time and opens nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from mujaz.arabic import closest
from mujaz.model.content import Path, Source, Workspace
from mujaz.problems import Problem, Where

_LISTED = 20
"""Of what may stand somewhere, so many are told."""


@dataclass(frozen=True, slots=True)
class Known:
    """The names that a schedule may use."""

    topics: Collection[str]
    audiences: Collection[str]


def schedules(workspace: Workspace, source: Source, known: Known) -> Iterator[Problem]:
    """Schedules of one name, and topics, audiences, languages and deliveries that nothing has."""
    seen: dict[str, Where] = {}
    for number, each in enumerate(workspace.schedule):
        at: Path = ("schedule", number)
        where = source.where((*at, "name"))
        if each.name in seen:
            yield Problem("schedule-duplicate", where, {"found": each.name, "line": str(seen[each.name].line)})
        seen.setdefault(each.name, where)
        yield from _unknown("topic-unknown", source, (*at, "topics"), (each.topics, known.topics))
        yield from _unknown("audience-unknown", source, (*at, "audiences"), (each.audiences, known.audiences))
        yield from _unknown("language-off", source, (*at, "languages"), (each.languages, workspace.languages))
        yield from _unknown("delivery-unknown", source, (*at, "after"), (each.after, workspace.deliveries))


def _unknown(
    rule: str, source: Source, path: Path, names: tuple[Collection[str], Collection[str]]
) -> Iterator[Problem]:
    """A problem for each name, of those that are written, that is none of those that there are."""
    written, there = names
    for number, name in enumerate(written):
        if name not in there:
            near, known = closest(name, there), sorted(there)
            allowed = ", ".join((*known[:_LISTED], "…") if len(known) > _LISTED else known)
            facts = {"found": name, "allowed": allowed, **({"closest": near} if near else {})}
            yield Problem(rule, source.where((*path, number)), facts)
