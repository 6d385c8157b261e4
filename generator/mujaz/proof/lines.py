"""What was meant + what stands on the pages → the lines of each passage in their place; judges their order alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise

from mujaz.proof.finding import Finding
from mujaz.proof.meant import Meant, Passage
from mujaz.proof.pages import Pages, Place, Run
from mujaz.proof.read import around

_SAME = 0.6
"""Of the size of the letters: how far two baselines of one line may lie apart, where a number is raised."""
_AHEAD = 80
"""Lines or passages that are looked through for the place where both agree again."""
_SURE = 3
"""Characters that must agree for a line to be taken for that of a later passage."""
_HYPHENS = "-\u2010"
Shared = Callable[[str], str]
"""A text → the same, its characters that share a glyph made one."""


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """What stands beside each other, as one passage's part."""

    page: int
    runs: tuple[Run, ...]
    """From left to right."""
    block: int
    kind: str
    seen: str

    @property
    def base(self) -> float:
        """Where the line stands."""
        return max(self.runs, key=lambda run: run.size).y


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A line with the part of a passage that it shows."""

    line: Line
    passage: Passage
    start: int
    stop: int


@dataclass(slots=True)
class Laid:
    """The passages in their places, and what is wrong with their order."""

    placed: list[Placed] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    pages: dict[Passage, list[int]] = field(default_factory=dict)
    """The pages that a passage stands on."""


def lines_of(places: Iterable[Place]) -> list[Line]:
    """Runs in the order of reading as lines: what stands in one block, on one page and at one height."""
    found: list[Line] = []
    runs: list[Run] = []
    last: Place | None = None

    def close() -> None:
        if last is not None and runs:
            row = tuple(sorted(runs, key=lambda run: run.x))
            found.append(Line(row[0].page, row, last.block, last.kind, "".join(run.seen for run in row)))
            runs.clear()

    for place in places:
        run = place.run
        if not run.seen:
            continue
        if last is not None and runs:
            main = max(runs, key=lambda each: each.size)
            here = run.page == main.page and place.block == last.block and place.kind == last.kind
            if not here or abs(run.y - main.y) > _SAME * max(run.size, main.size):
                close()
        runs.append(run)
        last = place
    close()
    return found


def lay(meant: Meant, pages: Pages, shared: Shared) -> tuple[Laid, Laid]:
    """The text and the notes, line by line."""
    text = [each for each in pages.text if each.kind in ("text", "head") and not each.note]
    notes = [each for each in pages.text if each.kind == "text" and each.note]
    return (
        _Setter(meant.passages, lines_of(text), meant, shared).laid(),
        _Setter(meant.notes, lines_of(notes), meant, shared).laid(),
    )


_NO_SPACE = {ord(" "): None, 0xA0: None}


class _Setter:
    """Walks passages and lines side by side."""

    def __init__(self, passages: Sequence[Passage], lines: list[Line], meant: Meant, shared: Shared) -> None:
        self.passages, self.lines, self.shared = passages, lines, shared
        self.direction = meant.document.direction
        self.literals = {each.translate(_NO_SPACE) for each in meant.sheet.literals}
        self.at = self.number = self.place = 0
        """The line, the passage and the place in it that come next."""
        self.out = Laid()
        self.heads: set[str] = set()

    def laid(self) -> Laid:
        """Every line in its place, and what is wrong."""
        while self.number < len(self.passages):
            passage = self.passages[self.number]
            if self.place >= len(passage.visible):
                self.number, self.place = self.number + 1, 0
            elif self.at >= len(self.lines):
                self._lost(passage, self.place)
                self.number, self.place = self.number + 1, 0
            elif not self._sets(passage):
                self._find_again(passage)
        for line in self.lines[self.at :]:
            self._strange(line)
        self._descends()
        self._side_by_side()
        return self.out

    def _sets(self, passage: Passage) -> bool:
        """Whether the next line is the next part of the passage; its order is told of where it is wrong."""
        line, start = self.lines[self.at], self.place
        stop = start + len(line.seen)
        if stop <= len(passage.visible) and passage.shown(start, stop) == line.seen:
            self._put(passage, line, stop)
            return True
        if self._again(line):
            self.at += 1
            return True
        for end, found in self._readings(passage, line, start):
            wanted = self._plain(passage.shown(start, end))
            if wanted == found:
                self._put(passage, line, end)
                return True
            if sorted(wanted) == sorted(found):
                self._put(passage, line, end)
                words = passage.words(start, end)
                self.out.findings.append(Finding("order-wrong", line.page, around(line.runs), words, read_out(line)))
                return True
        return False

    def _again(self, line: Line) -> bool:
        """Whether no passage says it: the head of a table goes on over each page, and a style sheet may add words."""
        return (line.kind == "head" and line.seen in self.heads) or line.seen in self.literals

    def _readings(self, passage: Passage, line: Line, start: int) -> Iterator[tuple[int, str]]:
        """Where the line may end, and what it says: a hyphen that parts a word is none of its letters."""
        seen = self._plain(line.seen)
        left = len(passage.visible) - start
        if len(line.seen) <= left:
            yield start + len(line.seen), seen
        for edge, rest in ((seen[:1], seen[1:]), (seen[-1:], seen[:-1])):
            if edge and edge in self._plain(_HYPHENS) and 0 < len(rest) < left:
                yield start + len(rest), rest

    def _plain(self, text: str) -> str:
        return self.shared(text).casefold()

    def _put(self, passage: Passage, line: Line, stop: int) -> None:
        self.out.placed.append(Placed(line, passage, self.place, stop))
        self.out.pages.setdefault(passage, []).append(line.page)
        if line.kind == "head":
            self.heads.add(line.seen)
        self.at, self.place = self.at + 1, stop

    def _find_again(self, passage: Passage) -> None:
        """Lines or passages are passed over, the fewest, until both agree again."""
        line = self.lines[self.at]
        further = next((n for n in range(1, _AHEAD) if self._fits(self.number + n, 0, self.at)), _AHEAD)
        later = next((n for n in range(1, _AHEAD) if self._fits(self.number, self.place, self.at + n)), _AHEAD)
        if later < _AHEAD and later <= further:
            for each in self.lines[self.at : self.at + later]:
                self._strange(each)
            self.at += later
        elif further < _AHEAD:
            self._lost(passage, self.place)
            for skipped in self.passages[self.number + 1 : self.number + further]:
                self._lost(skipped, 0)
            self.number, self.place = self.number + further, 0
        else:
            self._other(passage, line)

    def _fits(self, number: int, place: int, at: int) -> bool:
        """Whether a line holds the letters with which a passage goes on."""
        if number >= len(self.passages) or at >= len(self.lines):
            return False
        wanted = self.passages[number].visible[place:]
        seen = self.lines[at].seen
        if len(seen) > len(wanted) or (len(seen) < _SURE and len(seen) < len(wanted)):
            return False
        return sorted(self._plain(wanted[: len(seen)])) == sorted(self._plain(seen))

    def _lost(self, passage: Passage, place: int) -> None:
        page = self.lines[min(self.at, len(self.lines) - 1)].page if self.lines else 0
        self.out.findings.append(Finding("words-lost", page, None, passage.words(place, len(passage.visible))))

    def _strange(self, line: Line) -> None:
        if not self._again(line):
            self.out.findings.append(Finding("words-strange", line.page, around(line.runs), found=read_out(line)))

    def _other(self, passage: Passage, line: Line) -> None:
        """Other words than those that were meant: both go on behind what they are in."""
        stop = min(self.place + max(len(line.seen), 1), len(passage.visible))
        words = passage.words(self.place, stop)
        self.out.findings.append(Finding("words-other", line.page, around(line.runs), words, read_out(line)))
        self.out.pages.setdefault(passage, []).append(line.page)
        block = line.block
        self.number, self.place = self.number + 1, 0
        while self.at < len(self.lines) and self.lines[self.at].block == block:
            self.at += 1

    def _descends(self) -> None:
        """The lines of a passage go down the page."""
        for one, other in pairwise(self.out.placed):
            above, below = one.line, other.line
            if one.passage is not other.passage or above.page != below.page or below.base <= above.base:
                continue
            left, right = around(above.runs), around(below.runs)
            if left and right and left[0] < right[2] and right[0] < left[2]:
                words = other.passage.words(other.start, other.stop)
                self.out.findings.append(Finding("order-wrong", below.page, right, words, read_out(below)))

    def _side_by_side(self) -> None:
        """What stands beside each other, in cells or columns, begins on the side on which reading begins."""
        firsts = [each for each in self.out.placed if not each.start]
        for one, other in pairwise(firsts):
            line, after = one.line, other.line
            size = max(run.size for run in (*line.runs, *after.runs))
            left, right = around(line.runs), around(after.runs)
            if line.page != after.page or abs(line.base - after.base) > size / 2 or left is None or right is None:
                continue
            if (left[2] <= right[0]) if self.direction == "rtl" else (right[2] <= left[0]):
                words = other.passage.words(other.start, other.stop)
                self.out.findings.append(Finding("order-wrong", after.page, right, words, read_out(after)))


def read_out(line: Line) -> str:
    """The words of a line as people read them: of a line from right to left, from its right end."""
    said = " ".join(run.said.strip() for run in line.runs)
    if not any(_leftwards(each) for each in said):
        return said
    groups = [(left, list(group)) for left, group in groupby(reversed(said.split()), key=_any_leftwards)]
    return " ".join(
        word for left, group in groups for word in ((each[::-1] for each in group) if left else reversed(group))
    )


def _leftwards(character: str) -> bool:
    return "\u0590" <= character <= "\u08ff" and not character.isdigit()


def _any_leftwards(word: str) -> bool:
    return any(map(_leftwards, word))
