"""What the proof finds on a page, and how it becomes a `Problem`; knows no rule and no sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from mujaz.problems import Problem, Severity, Where

Box = tuple[float, float, float, float]
"""Left, bottom, right and top on a page, in points from its lower left corner."""
_SHOWN = 5
"""Findings of one rule that a file is told of: what broke one line has often broken a hundred."""
_LONG = 120
"""Characters of a passage that are quoted."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something on a page that is not as it was meant."""

    rule: str
    page: int = 0
    """From 1; 0 where the whole file is meant."""
    box: Box | None = None
    """Where on the page."""
    meant: str = ""
    """The words that should stand there, in logical order."""
    found: str = ""
    """What stands there, in the order in which it is read."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """What else the sentence of the rule is filled with."""
    severity: Severity = Severity.ERROR


def problems(findings: Iterable[Finding], where: Where) -> Iterator[Problem]:
    """The findings as problems of a file; of each rule the first ones."""
    told: dict[str, int] = {}
    for each in findings:
        told[each.rule] = told.get(each.rule, 0) + 1
        if told[each.rule] <= _SHOWN:
            facts = {"page": str(each.page), "meant": quoted(each.meant), "found": quoted(each.found), **each.facts}
            yield Problem(each.rule, where, {name: fact or "—" for name, fact in facts.items()}, each.severity)


def quoted(text: str) -> str:
    """A passage on one line, shortened where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= _LONG else line[: _LONG - 1] + "…"
