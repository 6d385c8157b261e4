"""WeasyPrint → the same WeasyPrint that measures nothing twice for one document; changes no byte of what it makes.

WeasyPrint 70 sets all notes of a page anew for each note that joins them, tries the columns of the contents half a
dozen times whenever a number in them changes, and measures each line of text for every such attempt. What it measures
depends on its arguments alone, so it is kept while one document is printed. Of the researcher's brief, 25 pages with
223 notes, the notes save 21 % of the export, the lines 20 %, the columns 7 %, and the collector's rest 10 %. Delete
this room with the next version of WeasyPrint, measure (`tests/bench/page.py`), and write anew only what is still worth
it; any version but the one that it was written for is left as it is.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from math import inf
from typing import Any

VERSION = "70.0"
"""Of WeasyPrint: the one that is taught."""
_PLAIN = frozenset({"BlockBox", "LineBox", "InlineBox", "TextBox"})
"""Boxes whose height nothing decides but their style, their words and their width."""

_kept: dict[tuple[Any, ...], Any] | None = None
"""What was measured of the document that is being printed; each value holds what its key names by `id`."""


@contextmanager
def remembering() -> Iterator[None]:
    """One document: what is measured inside is kept until the end, and garbage is collected after it.

    A page is hundreds of thousands of small objects that all live until it is written; the collector would look
    through them again and again, a tenth of the time.
    """
    global _kept  # noqa: PLW0603 # WeasyPrint passes no object of ours down to where it measures
    was, _kept = _kept, {}
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        _kept = was
        if collecting:
            gc.enable()


def kept() -> dict[tuple[Any, ...], Any] | None:
    """The memory of the document that is being printed; nothing while none is."""
    return _kept


def remember(weasyprint: Any) -> None:
    """Teach WeasyPrint to remember, if it is the version that this was written for."""
    if weasyprint.__version__ != VERSION:
        return
    text, layout = weasyprint.text.line_break, weasyprint.layout
    replace(text.split_first_line, _lines)
    replace(layout.block.block_box_layout, _columns)
    replace(layout.block.block_box_layout, lambda measure: _set_notes(measure, layout))
    kind = layout.LayoutContext
    kind._update_footnote_area = _notes(kind._update_footnote_area, layout)


def replace(old: Callable[..., Any], make: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    """Put a function in the place of another in every module of WeasyPrint that has taken it by name."""
    new = wraps(old)(make(old))
    for name, module in list(sys.modules.items()):
        if name.startswith("weasyprint."):
            for each in [each for each, held in vars(module).items() if held is old]:
                setattr(module, each, new)


def _lines(measure: Callable[..., Any]) -> Callable[..., Any]:
    """The first line of a text in a style and a width. Each caller gets a layout of its own, for it will change it."""

    def split_first_line(  # noqa: PLR0913, PLR0917 # WeasyPrint's signature
        text: str,
        style: Any,
        context: Any,
        max_width: float | None,
        justification_spacing: float,
        is_line_start: bool = True,  # noqa: FBT001, FBT002, RUF100
        minimum: bool = False,  # noqa: FBT001, FBT002, RUF100
    ) -> Any:
        if _kept is None:
            return measure(text, style, context, max_width, justification_spacing, is_line_start, minimum)
        key = (text, id(style), max_width, justification_spacing, is_line_start, minimum)
        if key not in _kept:
            line = measure(text, style, context, max_width, justification_spacing, is_line_start, minimum)
            _kept[key] = (style, line)
        layout, *rest = _kept[key][1]
        own = object.__new__(type(layout))
        own.__dict__.update(layout.__dict__)
        return (own, *rest)

    return split_first_line


def _columns(measure: Callable[..., Any]) -> Callable[..., Any]:
    """A column tried at a height: contents are balanced anew each time that the numbers of pages in them change."""

    def block_box_layout(
        context: Any, box: Any, bottom_space: float, skip_stack: Any, *rest: Any, **options: Any
    ) -> Any:
        _, page_is_empty, *lists, _, _ = rest
        # A trial is given lists of its own for what it should pass on, and forgets them.
        words = list(_words(box)) if _kept is not None and box.is_column and lists == [[], [], []] else [None]
        if _kept is None or None in words:
            return measure(context, box, bottom_space, skip_stack, *rest, **options)
        place = (box.width, box.position_x, box.position_y, context.page_bottom, bottom_space, page_is_empty)
        key = ("column", *place, repr(skip_stack), *words)
        if key not in _kept:
            laid = measure(context, box, bottom_space, skip_stack, *rest, **options)
            _kept[key] = (box, laid)
        return _kept[key][1]

    return block_box_layout


def _words(box: Any) -> Iterator[Any]:
    """All that decides how high a box becomes; None among it where that cannot be said."""
    for child in box.children:
        if not child.is_absolutely_positioned():
            flows = child.is_in_normal_flow() and type(child).__name__ in _PLAIN
            yield (id(child.style), getattr(child, "text", "")) if flows else None
            yield from _words(child)


def _notes(measure: Callable[..., Any], layout: Any) -> Callable[..., Any]:
    """The height of the notes of a page: the sum of their own, where nothing makes them depend on each other."""

    def height(context: Any, note: Any, kept: dict[tuple[Any, ...], Any]) -> float | None:
        """Of one note, set alone; nothing where its neighbours or its page may change it."""
        area = context.current_footnote_area
        key = ("note", id(note), area.width)
        if key not in kept:
            area.children = [note]
            lonely = _lonely(note)
            kept["lonely", id(note.element)] = lonely
            alone = layout.build.create_anonymous_boxes(area.deepcopy()) if lonely else None
            laid = alone and layout.block_level_layout(context, alone, -inf, None, area.page)[0]
            kept[key] = (note, laid and laid.height)
        return kept[key][1]  # type: ignore[no-any-return] # kept just now

    def _update_footnote_area(self: Any) -> Any:
        notes, area = self.current_page_footnotes, self.current_footnote_area
        free = not self.in_column and area.min_height == 0 and area.max_height == inf
        heights = [height(self, note, _kept) for note in notes] if free and _kept is not None else []
        if not heights or None in heights:
            return measure(self)
        if area.height != "auto":
            self.page_bottom += area.margin_height()
        area.children, area.height = notes, sum(heights)
        self.page_bottom -= area.margin_height()
        return False  # an area without a greatest height holds all that is in it

    return _update_footnote_area


def _set_notes(measure: Callable[..., Any], layout: Any) -> Callable[..., Any]:
    """A note set at the foot of its page as it was set alone for its height, moved to its place."""

    def block_box_layout(  # WeasyPrint's signature
        context: Any, box: Any, bottom_space: float, skip_stack: Any, containing_block: Any, *rest: Any, **options: Any
    ) -> Any:
        lonely = _kept is not None and _kept.get(("lonely", id(box.element))) and _in_area(box, containing_block)
        if _kept is None or not lonely:
            return measure(context, box, bottom_space, skip_stack, containing_block, *rest, **options)
        # The first note of an area stands below the margin of the area; its own margins are none.
        x, y = box.position_x, box.position_y + layout.block.collapse_margin(rest[3])
        key = ("set", id(box.element), containing_block.width)
        if key not in _kept:
            _kept[key] = measure(context, box, bottom_space, skip_stack, containing_block, *rest, **options)
        laid, _, page, margins, *others = _kept[key]
        own = laid.deepcopy()
        own.translate(x - laid.position_x, y - laid.position_y)
        return (own, None, dict(page), list(margins), *others)

    return block_box_layout


def _in_area(box: Any, around: Any) -> bool:
    """Whether a box is a note of a page, and no part of one."""
    return type(around).__name__ == "FootnoteAreaBox" and box.element_tag == box.element.tag


def _lonely(note: Any) -> bool:
    """Whether a note is a block without margins, and all in it stands in the flow and knows no numbers of pages."""
    blocks = note.style["footnote_display"] == "block"
    margins = [getattr(note.style[side], "value", None) for side in ("margin_top", "margin_bottom")]
    _, *inner = note.descendants()
    return blocks and margins == [0, 0] and all(each.is_in_normal_flow() and not each.missing_link for each in inner)
