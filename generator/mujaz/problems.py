"""Facts of a mistake → `Problem`, with its place, rule and severity; imports nothing of ours, holds no words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum


class Severity(StrEnum):
    """How much a problem weighs: an error stops its topic, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, order=True, slots=True)
class Where:
    """A place in a file of the workspace."""

    path: str
    """Relative to the workspace, with forward slashes."""
    line: int = 0
    """From 1; 0 when the whole file is meant."""
    column: int = 0
    """From 1, in characters; 0 when the whole line is meant."""

    def __str__(self) -> str:
        """`path:line:column`, as editors and terminals link it."""
        return ":".join((self.path, *(str(each) for each in (self.line, self.column) if each)))


@dataclass(frozen=True, slots=True)
class Problem:
    """A mistake of the author: what rule, where, and the facts that its sentence is filled with."""

    rule: str
    """Stable name, for example `reference-unknown`; its sentences stand in the catalogue of rules."""
    where: Where
    facts: Mapping[str, str] = field(default_factory=dict)
    """What was found, what is allowed, what is closest: text to fill the sentence with."""
    severity: Severity = Severity.ERROR

    @property
    def order(self) -> tuple[Where, str, tuple[tuple[str, str], ...]]:
        """Sorting key: by place, then by rule."""
        return (self.where, self.rule, tuple(sorted(self.facts.items())))


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems by file, line and column, each once."""
    return tuple({problem.order: problem for problem in sorted(problems, key=lambda p: p.order)}.values())


_ONE_CAUSE = frozenset(("audience-unknown",))
"""Rules whose problems have one cause for all places, where they tell of one thing: a file that is gone."""


def gathered(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems as people are told of them: one of those with one cause, in the first place, which names the rest.

    Each place still counts for what stands in it: whoever asks which topics are sound must ask before.
    """
    told: dict[object, Problem] = {}
    for number, problem in enumerate(problems):
        alike = (problem.rule, problem.facts.get("found"), problem.severity) if problem.rule in _ONE_CAUSE else number
        first = told.get(alike)
        if first is None:
            told[alike] = problem
        else:
            places = "\n".join(filter(None, (first.facts.get("places"), str(problem.where))))
            told[alike] = replace(first, facts={**first.facts, "places": places})
    return tuple(told.values())


def errors(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Those that stop their topic."""
    return tuple(problem for problem in problems if problem.severity is Severity.ERROR)
