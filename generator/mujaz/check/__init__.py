"""`Library` → problems that no single file shows; reads no file and changes nothing."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from itertools import groupby

from mujaz.check import argument, contrast, evidence, length, secrecy, tongues
from mujaz.check.crew import spread
from mujaz.check.deliveries import deliveries
from mujaz.check.figures import figures
from mujaz.check.links import audience_links, topic_links
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
from mujaz.model.content import Entry, Library, Reference, Source
from mujaz.problems import Problem, in_order

_JUDGING = (argument, contrast, evidence, length, secrecy, tongues)
RULES = frozenset((*LANGUAGE, *(rule for each in _JUDGING for rule in each.RULES)))
"""The rules of judgement: a house may weigh them otherwise, and an author silence one in a place."""


def check(library: Library, today: datetime.date | None = None) -> tuple[Problem, ...]:
    """All problems of what a library holds, by place; `today` tells which reviews are overdue."""
    problems: list[Problem] = []
    for slug, audience in library.audiences.items():
        problems += audience_links(audience, library.audience_sources[slug])
    topics = [tuple(group) for _, group in groupby(library.topics, key=lambda entry: entry.slug)]
    judged: list[Problem] = []
    for linked, doubted in spread(lambda number: _topic(topics[number], library, today), len(topics)):
        problems += linked
        judged += doubted
    judged += titles(_references(library))
    judged += contrast.contrast(library)
    judged += tongues.names(library)
    weights = {rule: weight for rule, weight in library.workspace.rules.items() if rule not in FIRM}
    if library.source:
        problems += unknown_rules(weights, library.source, ("rules",), RULES)
        problems += firm_rules(library.workspace.rules, library.source)
        problems += deliveries(library, {entry.slug for entry in library.topics} | library.broken)
    leaves: list[Leave] = []
    for found in _leaves(library):
        (leaves if isinstance(found, Leave) else problems).append(found)  # type: ignore[arg-type] # each to its own
    problems += standing(weighed(judged, weights), leaves, weights)
    return in_order(problems)


def _topic(
    entries: Sequence[Entry], library: Library, today: datetime.date | None
) -> tuple[list[Problem], list[Problem]]:
    """What leads nowhere in a topic, and what the rules of judgement find before anyone asks how much it weighs."""
    wholes = tuple(map(whole_of, entries))
    linked: list[Problem] = []
    doubted = [*evidence.unused(entries, wholes), *tongues.tongues(entries, library.workspace.languages)]
    doubted += secrecy.secrecy(entries, library.workspace.languages, library.audience_sources)
    for entry, whole in zip(entries, wholes, strict=True):
        linked += topic_links(entry, whole, frozenset(library.audience_sources))
        linked += figures(entry)
        doubted += argument.argument(entry, whole)
        doubted += evidence.evidence(entry, whole, today)
        doubted += length.length(entry, whole, library.audiences)
        doubted += (placed.problem for placed in wording(entry, whole))
    return linked, doubted


def _references(library: Library) -> Iterator[tuple[Reference, Source]]:
    """Every reference of the library with its place, those that topics share once."""
    seen: set[tuple[str, tuple[int, int]]] = set()
    for entry in library.topics:
        for key, source in entry.reference_sources.items():
            at = (source.path, source.places.get((), (0, 0)))
            reference = entry.references.get(key)
            if reference is not None and at not in seen:
                seen.add(at)
                yield reference, source


def _leaves(library: Library) -> Iterator[Leave | Problem]:
    for entry in library.topics:
        yield from leaves_of(entry, RULES)
    yield from leaves_of_references(library.topics, RULES)
