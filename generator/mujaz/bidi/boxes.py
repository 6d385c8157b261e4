"""A line of text in inline boxes → the spans and marks that make WeasyPrint order it by UAX #9; no HTML.

WeasyPrint orders each inline box alone: the boxes in a right-to-left box go from right to left, and what
stands between two tags, or between a line break and a tag, is a paragraph of its own for Pango. Delete this
room when Kozea/WeasyPrint#106 is closed and tests/pdf/test_bidi_pages.py passes without it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from mujaz.bidi.paragraphs import OBJECT
from mujaz.bidi.rewrite import Wrap
from mujaz.bidi.uax9 import Base, fribidi_levels, levels, order

ALM = "\u061c"
"""Arabic letter mark: an invisible character with the force of an Arabic letter."""
WORDS = re.compile(r"[^\W\d_]\w*(?: [^\W\d_]\w*)*(?: \d+)?")
"""A run that a line may break anywhere without any character changing its side."""
NUMBER = re.compile(r"s*n[nsc]*")
"""A number with its signs and separators, in the letters of `KINDS`."""
KINDS = {"EN": "n", "AN": "n", "ES": "s", "ET": "s", "CS": "c", "AL": "A", "NSM": "m"}
AGAINST = {"rtl": frozenset({"L"}), "ltr": frozenset({"R", "AL", "AN"})}
"""The letters, and digits, that run against a box."""
ALONG = {"rtl": frozenset({"R", "AL"}), "ltr": frozenset({"L"})}

Run = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Line:
    """The text between two forced breaks, and the levels it is meant to have."""

    text: str
    owners: tuple[int, ...]
    """The number of the text box that each character stands in: WeasyPrint sees no further than that."""
    target: tuple[int, ...]
    has_isolates: bool
    """Whether it holds isolates as characters: a new line begins without the one that is open."""


@dataclass(slots=True)
class Box:
    """A range of a line inside one span, or the whole line; all its levels are at or above `depth`."""

    line: Line
    start: int
    stop: int
    depth: int
    runs: list[Run] = field(default_factory=list)
    """Maximal ranges above `depth`: they run against this box."""
    wrapped: set[Run] = field(default_factory=set)
    """The runs that become a span."""
    ends: dict[int, int] = field(default_factory=dict)
    """The same, each start with its stop."""
    marks: set[int] = field(default_factory=set)
    """Where a U+061C stands before a number."""

    def __post_init__(self) -> None:
        """Decide, and decide again while a span changes what its neighbours see."""
        target = self.line.target
        above = [level > self.depth for level in target[self.start : self.stop]]
        self.runs = list(_stretches(self.start, above))
        self.wrapped = {run for run in self.runs if self._crosses(run) or self._breaks_badly(run)}
        self.wrapped |= self._unparted()
        while True:
            self.ends = dict(self.wrapped)
            pieces = list(self._pieces())
            numbers = [(n, p) for p in pieces for n in self._numbers(p)] if self.base == "rtl" else []
            self.marks = {number[0] for number, piece in numbers if self._keeps_mark(number, piece)}
            bare = [number for number, piece in numbers if number[0] not in self.marks]
            # Pango sees one piece; a browser sees the whole box, with its spans as objects.
            wrong = {run for piece in pieces for run in self._wrong(piece, fribidi_levels)}
            wrong |= self._wrong((self.start, self.stop), levels)
            wrong |= {run for run in self.runs for start, stop in bare if start <= run[0] < stop}
            if wrong <= self.wrapped:
                return
            self.wrapped |= wrong

    @property
    def base(self) -> Base:
        """The direction of the box."""
        return "rtl" if self.depth % 2 else "ltr"

    def wraps(self) -> Iterator[Wrap]:
        """The spans of this box, each followed by those inside it."""
        inner: Base = "ltr" if self.base == "rtl" else "rtl"
        for start, stop in sorted(self.wrapped):
            yield Wrap(start, stop, inner)
            yield from self._inside(start, stop).wraps()

    def all_marks(self) -> set[int]:
        """The marks of this box and of the spans inside it."""
        return self.marks.union(*(self._inside(start, stop).all_marks() for start, stop in self.wrapped))

    def _inside(self, start: int, stop: int) -> Box:
        return Box(self.line, start, stop, self.depth + 1)

    def _crosses(self, run: Run) -> bool:
        """Whether a tag stands inside the run: its parts would be set in the wrong order."""
        return len(set(self.line.owners[run[0] : run[1]])) > 1

    def _strong(self, start: int, stop: int, kinds: frozenset[str]) -> bool:
        return any(unicodedata.bidirectional(character) in kinds for character in self.line.text[start:stop])

    def _breaks_badly(self, run: Run) -> bool:
        """Whether a line break inside the run would leave a sign or a number on the wrong side."""
        if run[1] - run[0] == 1:
            return False
        risky = self._strong(*run, AGAINST[self.base]) or self.line.has_isolates
        return risky and not WORDS.fullmatch(self.line.text[slice(*run)])

    def _unparted(self) -> set[Run]:
        """Runs that only signs part from the next one: a line break near them would join the signs to one."""
        found = set[Run]()
        for one, other in zip(self.runs, self.runs[1:], strict=False):
            if not self._strong(one[1], other[0], ALONG[self.base]):
                found |= {run for run in (one, other) if self._strong(*run, AGAINST[self.base])}
        return found

    def _pieces(self) -> Iterator[Run]:
        """The text boxes that remain of this box when the wrapped runs are taken out."""
        inside = {index for run in self.wrapped for index in range(*run)}
        owners = self.line.owners
        for start, stop in _stretches(self.start, [i not in inside for i in range(self.start, self.stop)]):
            first = start
            for index in range(start + 1, stop + 1):
                if index == stop or owners[index] != owners[first]:
                    yield first, index
                    first = index

    def _numbers(self, piece: Run) -> Iterator[Run]:
        """Numbers whose order an Arabic letter decided that the piece, or a new line, does not hold."""
        text = self.line.text[slice(*piece)]
        kinds = "".join(KINDS.get(unicodedata.bidirectional(character), " ") for character in text)
        for match in NUMBER.finditer(kinds):
            start, stop = match.span()
            if kinds[:start].rstrip("m").endswith("A"):
                continue  # no line breaks between a letter and a digit
            wanted = self.line.target[piece[0] + start : piece[0] + stop]
            number = text[start:stop]
            if _same(number, levels(number, "rtl"), wanted):
                continue
            if _same(number, levels(ALM + number, "rtl")[1:], wanted):
                yield piece[0] + start, piece[0] + stop

    def _keeps_mark(self, number: Run, piece: Run) -> bool:
        """Whether one mark before the number is enough wherever a line breaks."""
        text = self.line.text
        before = text[number[0] - 1]
        if number[0] > piece[0] and not before.isspace() and unicodedata.category(before) not in {"Ps", "Pi"}:
            return False  # the mark would stay with the sign before it
        tails = [
            slice(start, number[1])
            for start, _ in self.runs
            if number[0] < start < number[1] and text[start - 1] not in "-\u2212"  # no line breaks there
        ]
        return all(_same(text[tail], levels(text[tail], "rtl"), self.line.target[tail]) for tail in tails)

    def _wrong(self, view: Run, resolve: Callable[[str, Base], tuple[int, ...]]) -> set[Run]:
        """The runs that stand where they should not when the view is ordered alone, spans being objects."""
        shown, places = self._shown(view)
        got = resolve(shown, self.base)
        at = [place for place in places if place is not None]
        wanted = [self.depth if place in self.ends else self.line.target[place] for place in at]
        seen = [level for level, place in zip(got, places, strict=True) if place is not None]
        shift = self.depth - self.depth % 2
        if len(at) == len(places) and all(a + shift == b for a, b in zip(seen, wanted, strict=True)):
            return set()  # the common case, without the cost of ordering
        marked = [places[number] for number in order(got) if places[number] is not None]
        text = "".join(self.line.text[place] for place in at)
        if marked == [at[number] for number in order(wanted)] and _same_turns(text, seen, wanted):
            return set()
        off = {place for place, one, other in zip(at, seen, wanted, strict=True) if one + shift != other}
        inside = [run for run in self.runs if view[0] <= run[0] and run[1] <= view[1]]
        near = {run for run in inside if not off.isdisjoint(range(run[0] - 1, run[1] + 1))}
        return near if near - self.wrapped else set(inside)

    def _shown(self, view: Run) -> tuple[str, list[int | None]]:
        """The text of a view, and the place in the line of each character; a mark has none."""
        characters: list[str] = []
        places: list[int | None] = []
        index = view[0]
        while index < view[1]:
            if index in self.marks:
                characters.append(ALM)
                places.append(None)
            characters.append(OBJECT if index in self.ends else self.line.text[index])
            places.append(index)
            index = self.ends.get(index, index + 1)
        return "".join(characters), places


def lowered(levels_: Sequence[int], depth: int) -> tuple[int, ...]:
    """The same order in the fewest levels: an isolate of the same direction as its surroundings has none."""
    result = list(levels_)
    waiting = [(0, len(result), depth)]
    while waiting:
        start, stop, depth = waiting.pop()
        for first, last in _stretches(start, [level > depth for level in result[start:stop]]):
            surplus = (min(result[first:last]) - depth) // 2 * 2
            result[first:last] = [level - surplus for level in result[first:last]]
            waiting.append((first, last, depth if surplus else depth + 1))
    return tuple(result)


def _stretches(start: int, belongs: Sequence[bool]) -> Iterator[Run]:
    """The maximal ranges that belong, counted from `start`."""
    first = None
    for index, one in enumerate([*belongs, False], start):
        if one and first is None:
            first = index
        elif not one and first is not None:
            yield first, index
            first = None


def _same(text: str, one: Sequence[int], other: Sequence[int]) -> bool:
    """Whether two sets of levels show a text alike."""
    return order(one) == order(other) and _same_turns(text, one, other)


def _same_turns(text: str, one: Sequence[int], other: Sequence[int]) -> bool:
    """Whether brackets and their like face the same way."""
    pairs = zip(text, one, other, strict=True)
    return all(a % 2 == b % 2 for character, a, b in pairs if unicodedata.mirrored(character))
