"""`Library` → problems that no single file shows; reads no file and changes nothing."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, groupby

from mujaz.check import argument, contrast, evidence, length, secrecy, tongues
from mujaz.check.crew import spread
from mujaz.check.deliveries import deliveries
from mujaz.check.figures import figures
from mujaz.check.links import audience_links, topic_links
from mujaz.check.schedules import Known, schedules
from mujaz.check.texts import whole_of
from mujaz.check.weights import (
    FIRM,
    Leave,
    firm_rules,
    leaves_of,
    leaves_of_references,
    standing,
    unknown_rules,
    weighed,
)
from mujaz.check.wording import titles, wording
from mujaz.language import RULES as LANGUAGE
from mujaz.model.content import Entry, Library, Reference, Source, Weight
from mujaz.problems import Problem, in_order

_JUDGING = (argument, contrast, evidence, length, secrecy, tongues)
RULES = frozenset((*LANGUAGE, *(rule for each in _JUDGING for rule in each.RULES)))
"""The rules of judgement: a house may weigh them otherwise, and an author silence one in a place."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What is wrong with a topic, or with what all stand on, before anyone asks how much it weighs."""

    firm: tuple[Problem, ...] = ()
    """Problems that no one can weigh or silence."""
    judged: tuple[Problem, ...] = ()
    """Those of judgement."""
    leaves: tuple[Leave, ...] = ()
    """What authors silenced."""


def check(library: Library, today: datetime.date | None = None) -> tuple[Problem, ...]:
    """All problems of what a library holds, by place; `today` tells which reviews are overdue."""
    topics = [tuple(group) for _, group in groupby(library.topics, key=lambda entry: entry.slug)]
    found = spread(lambda number: check_topic(topics[number], library, today), len(topics))
    shared = {
        key: (reference, source)
        for entry in library.topics
        for key, source in entry.reference_sources.items()
        if key not in entry.own and (reference := entry.references.get(key)) is not None
    }
    slugs = {entry.slug for entry in library.topics} | library.broken
    return concluded([check_grounds(library, shared.values(), slugs), *found], library)


def check_grounds(library: Library, shared: Iterable[tuple[Reference, Source]], slugs: Collection[str]) -> Findings:
    """What is wrong with the house, its audiences and the references that topics share; `slugs` are all topics'."""
    firm: list[Problem] = []
    for slug, audience in library.audiences.items():
        firm += audience_links(audience, library.audience_sources[slug])
    if library.source:
        firm += schedules(library.workspace, library.source, Known(slugs, library.audience_sources))
        firm += unknown_rules(_weights(library), library.source, ("rules",), RULES)
        firm += firm_rules(library.workspace.rules, library.source)
        firm += deliveries(library, slugs)
    references = list(shared)
    judged = [*titles(references), *contrast.contrast(library), *tongues.names(library)]
    return _sorted(firm, judged, leaves_of_references(references, RULES))


def check_topic(entries: Sequence[Entry], library: Library, today: datetime.date | None = None) -> Findings:
    """What leads nowhere in a topic, and what the rules of judgement find, in all its languages."""
    wholes = tuple(map(whole_of, entries))
    firm: list[Problem] = []
    judged = [*evidence.unused(entries, wholes), *tongues.tongues(entries, library.workspace.languages)]
    judged += secrecy.secrecy(entries, library.workspace.languages, library.audience_sources)
    for entry, whole in zip(entries, wholes, strict=True):
        firm += topic_links(entry, whole, frozenset(library.audience_sources))
        firm += figures(entry)
        judged += argument.argument(entry, whole)
        judged += evidence.evidence(entry, whole, today)
        judged += length.length(entry, whole, library.audiences)
        judged += (placed.problem for placed in wording(entry, whole))
    own = _own(entries)
    judged += titles(own)
    written = (found for entry in entries for found in leaves_of(entry, RULES))
    return _sorted(firm, judged, chain(written, leaves_of_references(own, RULES)))


def concluded(found: Iterable[Findings], library: Library) -> tuple[Problem, ...]:
    """The problems that stand, by place, once the house has weighed them and authors have silenced some."""
    firm: list[Problem] = []
    judged: list[Problem] = []
    leaves: list[Leave] = []
    for each in found:
        firm += each.firm
        judged += each.judged
        leaves += each.leaves
    weights = _weights(library)
    return in_order((*firm, *standing(weighed(judged, weights), leaves, weights)))


def _weights(library: Library) -> dict[str, Weight]:
    return {rule: weight for rule, weight in library.workspace.rules.items() if rule not in FIRM}


def _sorted(firm: list[Problem], judged: Iterable[Problem], said: Iterable[Leave | Problem]) -> Findings:
    """What was found; of what authors said, the leaves apart from what is wrong with them."""
    leaves: list[Leave] = []
    for found in said:
        (leaves if isinstance(found, Leave) else firm).append(found)  # type: ignore[arg-type] # each to its own
    return Findings(tuple(firm), tuple(judged), tuple(leaves))


def _own(entries: Sequence[Entry]) -> list[tuple[Reference, Source]]:
    """Every reference of a topic's own with its place, once."""
    found: dict[tuple[str, tuple[int, int]], tuple[Reference, Source]] = {}
    for entry in entries:
        for key, source in entry.reference_sources.items():
            reference = entry.references.get(key)
            if reference is not None and key in entry.own:
                found.setdefault((source.path, source.places.get((), (0, 0))), (reference, source))
    return list(found.values())
