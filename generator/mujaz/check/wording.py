"""`Entry` → slips of language in its texts, each where it stands; judges no argument and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mujaz.check.texts import Text, Whole
from mujaz.language import Slip, doubts, in_whole, slips
from mujaz.model.content import Entry, Path, Source
from mujaz.problems import Problem, Severity, Where
from mujaz.spans import Spot, spots


@dataclass(frozen=True, slots=True)
class Placed:
    """A slip, and the characters of the file that it consists of."""

    slip: Slip
    path: Path
    problem: Problem
    spots: tuple[Spot, ...]
    """Empty where the file cannot be followed letter by letter."""


def wording(entry: Entry, whole: Whole) -> Iterator[Placed]:
    """All slips of language in the texts of a topic."""
    texts = whole.texts
    doubtful = sorted({whole.holding(offset) for offset in doubts(whole.joined, entry.language)})
    found = [(texts[each], slip) for each in doubtful for slip in slips(texts[each].words, entry.language)]
    if doubtful:  # a second kind of digits is doubtful already
        found += [(texts[each], slip) for each, slip in in_whole([text.words for text in texts], entry.language)]
    followed: dict[Path, list[Spot] | None] = {}
    for text, slip in found:
        if text.path not in followed:
            followed[text.path] = _spots(entry.source, text)
        yield _placed(slip, text, entry.source, followed[text.path])


def _spots(source: Source, text: Text) -> list[Spot] | None:
    span = source.spans.get(text.path)
    return spots(source.lines, span, text.words) if span else None


def _placed(slip: Slip, text: Text, source: Source, followed: list[Spot] | None) -> Placed:
    where = source.where(text.path)
    own: tuple[Spot, ...] = ()
    if followed:
        own = tuple(followed[slip.start : slip.end])
        where = Where(source.path, followed[slip.start].line + 1, followed[slip.start].column + 1)
    return Placed(slip, text.path, Problem(slip.rule, where, slip.facts, Severity.WARNING), own)
