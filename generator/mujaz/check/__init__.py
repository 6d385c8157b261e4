"""`Library` → problems that no single file shows; reads no file and changes nothing."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from itertools import groupby

from mujaz.check import argument, evidence, length
from mujaz.check.figures import figures
from mujaz.check.links import audience_links, topic_links
from mujaz.check.texts import texts
from mujaz.check.weights import Leave, leaves_of, leaves_of_references, standing, unknown_rules, weighed
from mujaz.check.wording import wording
from mujaz.language import RULES as LANGUAGE
from mujaz.model.content import Library
from mujaz.problems import Problem, in_order

RULES = frozenset((*argument.RULES, *evidence.RULES, *length.RULES, *LANGUAGE))
"""The rules of judgement: a house may weigh them otherwise, and an author silence one in a place."""


def check(library: Library, today: datetime.date | None = None) -> tuple[Problem, ...]:
    """All problems of what a library holds, by place; `today` tells which reviews are overdue."""
    problems: list[Problem] = []
    for slug, audience in library.audiences.items():
        problems += audience_links(audience, library.audience_sources[slug])
    for entry in library.topics:
        problems += topic_links(entry, frozenset(library.audience_sources))
        problems += figures(entry)
    weights = library.workspace.rules
    if library.source:
        problems += unknown_rules(weights, library.source, ("rules",), RULES)
    leaves: list[Leave] = []
    for found in _leaves(library):
        (leaves if isinstance(found, Leave) else problems).append(found)  # type: ignore[arg-type] # each to its own
    problems += standing(weighed(_judged(library, today), weights), leaves, weights)
    return in_order(problems)


def _judged(library: Library, today: datetime.date | None) -> Iterator[Problem]:
    """What the rules of judgement find, before anyone is asked how much it weighs."""
    for _, group in groupby(library.topics, key=lambda entry: entry.slug):
        entries = tuple(group)
        wholes = [tuple(texts(entry.topic, entry.source)) for entry in entries]
        yield from evidence.unused(entries, [text for whole in wholes for text in whole])
        for entry, whole in zip(entries, wholes, strict=True):
            yield from argument.argument(entry, whole)
            yield from evidence.evidence(entry, whole, today)
            yield from length.length(entry, whole, library.audiences)
            yield from (placed.problem for placed in wording(entry, whole))


def _leaves(library: Library) -> Iterator[Leave | Problem]:
    for entry in library.topics:
        yield from leaves_of(entry, RULES)
    yield from leaves_of_references(library.topics, RULES)
