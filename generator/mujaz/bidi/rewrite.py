"""A paragraph, ranges and marks → the paragraph with spans and marks set into its markup; loses no text."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

from mujaz.bidi.paragraphs import Element, Paragraph, is_note
from mujaz.bidi.uax9 import Base


@dataclass(frozen=True, slots=True)
class Wrap:
    """A range of a paragraph's text that goes into `<span dir="…">`; ranges nest, and never cross."""

    start: int
    stop: int
    direction: Base


def rewrite(paragraph: Paragraph, wraps: Sequence[Wrap], marks: Mapping[int, str]) -> None:
    """Set the spans around their ranges and the marks before their places, splitting elements if need be."""
    around = _Around(_depths(paragraph, wraps))
    builder = _Builder(paragraph.container.makeelement("div"), paragraph.base)
    edges = sorted({edge for wrap in wraps for edge in (wrap.start, wrap.stop)} | marks.keys())
    start = 0
    for leaf in paragraph.leaves:
        stop = start + len(leaf.text)
        if leaf.element is not None:
            builder.open(leaf.path, around.at(start, stop))
            builder.keep(leaf.element)
        else:
            inside = edges[bisect_right(edges, start) : bisect_left(edges, stop)]
            for first, last in pairwise([start, *inside, stop]):
                builder.open(leaf.path, around.at(first, last))
                builder.write(marks.get(first, "") + leaf.text[first - start : last - start])
        start = stop
    _replace(paragraph, builder.root)


def _depths(paragraph: Paragraph, wraps: Sequence[Wrap]) -> list[tuple[Wrap, int]]:
    """Each span, outer before inner, with how many inline elements stay outside of it."""
    starts = list(accumulate((len(leaf.text) for leaf in paragraph.leaves), initial=0))[:-1]
    placed = []
    for wrap in sorted(wraps, key=lambda wrap: (wrap.start, -wrap.stop)):
        number = bisect_right(starts, wrap.start) - 1
        shared = paragraph.leaves[number].path
        while number < len(starts) and starts[number] < wrap.stop:
            shared = _common(shared, paragraph.leaves[number].path)
            number += 1
        placed.append((wrap, len(shared)))
    return placed


def _common(one: tuple[Element, ...], other: tuple[Element, ...]) -> tuple[Element, ...]:
    length = 0
    while length < min(len(one), len(other)) and one[length] is other[length]:
        length += 1
    return one[:length]


@dataclass(slots=True)
class _Around:
    """Tells which spans stand around a place; the places come in the order of the text."""

    waiting: list[tuple[Wrap, int]]
    open: list[tuple[Wrap, int]] = field(default_factory=list)
    next: int = 0

    def at(self, first: int, last: int) -> list[tuple[Wrap, int]]:
        """The spans around a range, outer before inner; an empty element at a span's edge stays outside."""
        while self.open and self.open[-1][0].stop <= first:
            self.open.pop()
        while self.next < len(self.waiting) and self.waiting[self.next][0].start < last:
            self.open.append(self.waiting[self.next])
            self.next += 1
        return list(self.open)


def _replace(paragraph: Paragraph, built: Element) -> None:
    """Put the built content where the paragraph's own content was."""
    container, after = paragraph.container, paragraph.after
    for node in paragraph.nodes:
        if node.getparent() is container:
            container.remove(node)
    if after is None:
        container.text = built.text
    else:
        after.tail = built.text
    place = 0 if after is None else container.index(after) + 1
    for offset, child in enumerate(list(built)):
        container.insert(place + offset, child)


@dataclass(slots=True)
class _Builder:
    """Writes leaves one after another into nested elements, opening and closing only what changes."""

    root: Element
    base: Base
    stack: list[tuple[Element | Wrap, Element]] = field(default_factory=list)
    """What each open element stands for, and the element itself."""
    seen: set[Element] = field(default_factory=set)

    def open(self, path: tuple[Element, ...], wraps: Sequence[tuple[Wrap, int]]) -> None:
        wanted: list[Element | Wrap] = []
        for depth in range(len(path) + 1):
            wanted += [wrap for wrap, at in wraps if at == depth]
            wanted += path[depth : depth + 1]
        shared = 0
        while shared < min(len(wanted), len(self.stack)) and self.stack[shared][0] is wanted[shared]:
            shared += 1
        del self.stack[shared:]
        for source in wanted[shared:]:
            made = self._made(source)
            self._top.append(made)
            self.stack.append((source, made))

    def _made(self, source: Element | Wrap) -> Element:
        if isinstance(source, Wrap):
            return self.root.makeelement("span", {"dir": source.direction})
        attributes = dict(source.attrib)
        if source in self.seen:
            attributes.pop("id", None)  # an id names one element: the first part keeps it
        self.seen.add(source)
        return self.root.makeelement(source.tag, attributes)

    @property
    def _top(self) -> Element:
        return self.stack[-1][1] if self.stack else self.root

    def write(self, text: str) -> None:
        top = self._top
        if len(top):
            top[-1].tail = (top[-1].tail or "") + text
        else:
            top.text = (top.text or "") + text

    def keep(self, element: Element) -> None:
        if is_note(element) and not element.get("dir") and any(isinstance(s, Wrap) for s, _ in self.stack):
            element.set("dir", self.base)  # a note is not a part of the Latin words that call it
        element.tail = None
        self._top.append(element)
