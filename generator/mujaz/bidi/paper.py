"""HTML → HTML whose mixed paragraphs WeasyPrint sets as UAX #9 orders them; adds no visible character."""

from __future__ import annotations

from mujaz.bidi.boxes import ALM, Box, Line, lowered
from mujaz.bidi.paragraphs import LINE, Element, Paragraph, direction_of, paragraphs, parse
from mujaz.bidi.rewrite import Wrap, rewrite
from mujaz.bidi.uax9 import INITIATORS, Base, levels


def settle(html: str, base: Base) -> str:
    """The document or fragment, with what WeasyPrint needs to order its paragraphs as a browser does.

    For WeasyPrint only, and last: a browser orders HTML by itself. What needs nothing comes back unchanged.
    """
    page = parse(html)
    changed = False
    for paragraph in paragraphs(page, base):
        changed |= _state_direction(paragraph.container, base)
        wraps, marks = _needs(paragraph)
        if wraps or marks:
            rewrite(paragraph, wraps, marks)
            changed = True
    return str(page) if changed else html


def _state_direction(element: Element, base: Base) -> bool:
    """Say the direction that a browser would find: WeasyPrint knows neither `bdi` nor `dir="auto"`."""
    unsaid = element.get("dir", "auto" if element.tag == "bdi" else "").lower() == "auto"
    if unsaid:
        element.set("dir", direction_of(element, base))
    return bool(unsaid)


def _needs(paragraph: Paragraph) -> tuple[list[Wrap], dict[int, str]]:
    """The spans and marks of a paragraph; a forced line break ends the text that is ordered as one."""
    owners = [number for number, leaf in enumerate(paragraph.leaves) for _ in leaf.text]
    depth = 1 if paragraph.base == "rtl" else 0
    wraps: list[Wrap] = []
    marks: dict[int, str] = {}
    start = 0
    for text in paragraph.text.split(LINE):
        stop = start + len(text)
        target = lowered(levels(text, paragraph.base), depth)
        if any(level > depth for level in target):
            box = Box(Line(text, tuple(owners[start:stop]), target, bool(INITIATORS.search(text))), 0, len(text), depth)
            wraps += [Wrap(start + wrap.start, start + wrap.stop, wrap.direction) for wrap in box.wraps()]
            marks.update({start + mark: ALM for mark in box.all_marks()})
        start = stop + len(LINE)
    return wraps, marks
