"""Pages as WeasyPrint has laid them out → texts that are wider than the box that holds them; moves nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

_LOOSE = 1.0
"""CSS pixels that a text may reach beyond its box: what a hanging stroke and rounding take."""


def spilt(pages: Iterable[Any]) -> Iterator[tuple[int, str]]:
    """Page, from 1, and words of each text that reaches out of the cell, column or paragraph that it stands in."""
    for number, page in enumerate(pages, start=1):
        # WeasyPrint is pinned exactly, and has no other door to this.
        yield from ((number, text) for text in _inside(page._page_box))


def _inside(holder: Any) -> Iterator[str]:
    for child in getattr(holder, "children", ()):
        kind = type(child).__name__
        if kind == "LineBox":
            start = holder.content_box_x()
            yield from _beyond(child, start - _LOOSE, start + holder.width + _LOOSE)
        elif kind not in ("TextBox", "AbsolutePlaceholder"):
            yield from _inside(child)


def _beyond(line: Any, start: float, end: float) -> Iterator[str]:
    """The texts of a line that do not stand between two places."""
    for each in line.descendants():
        told = " ".join(each.text.split()) if type(each).__name__ == "TextBox" else ""
        if told and (each.position_x < start or each.position_x + each.width > end):
            yield told
