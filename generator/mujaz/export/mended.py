"""WeasyPrint → the same WeasyPrint that ends a line from the right where it ends; touches no other line.

Where a line breaks between a text and an element («… ‹strong›…»), the text keeps its last space. WeasyPrint 70 takes it
away and moves every box as if all stood on the far side of it, where that text runs from the right: also the text that
lost it, and those in a line from the left. What it draws is the text with its space. Either way letters reach into the
margin by the width of a space, a millimetre. Delete this room when
`test_a_line_that_ends_before_an_element_ends_at_the_margin` passes without it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mujaz.export.remembered import VERSION


def mend(weasyprint: Any) -> None:
    """Put the function right, if it is that of the version that this was written for."""
    if weasyprint.__version__ == VERSION:
        inline = weasyprint.layout.inline
        inline.remove_last_whitespace = _mended(inline.remove_last_whitespace, inline)


def _mended(remove: Callable[[Any, Any], None], inline: Any) -> Callable[[Any, Any], None]:
    def remove_last_whitespace(context: Any, line: Any) -> None:
        last = _last(line, inline.boxes)
        before = [each.position_x for each in last]
        text = last[-1].text if last else ""
        width = last[-1].width if last else 0
        whole = [(each, each.position_x) for each in line.children]
        remove(context, line)
        if line.style["direction"] == "ltr":
            # Nothing moves in a line from the left, also where its last text runs from the right.
            for child, place in whole:
                child.translate(dx=place - child.position_x, ignore_floats=True)
        else:
            # The space stood at the left of the last text: its right edge comes nearer, and it stays where it is.
            for each, place in zip(last, before, strict=True):
                each.position_x = place
            if last and not last[-1].pango_layout.first_line_direction % 2:
                _draw_near([line, *last], width - last[-1].width)
        if last and last[-1].text not in ("", text):
            _measure(context, last[-1], inline)

    return remove_last_whitespace


def _draw_near(chain: list[Any], space: float) -> None:
    """Let what stands at the right of a text that runs from the left close the gap that its last space has left."""
    for holder in chain[:-1]:
        for child in holder.children[:-1]:
            child.translate(dx=-space, ignore_floats=True)


def _measure(context: Any, box: Any, inline: Any) -> None:
    """Measure a text without its space: what is drawn is what was measured."""
    old, new = box.pango_layout, inline.split_text_box(context, box, None, 0)[0].pango_layout
    new.max_width = old.max_width
    box.pango_layout = new


def _last(box: Any, boxes: Any) -> list[Any]:
    """The last box of a line and the last inside it, down to the text; nothing where no text ends the line."""
    found = []
    while isinstance(box, boxes.LineBox | boxes.InlineBox) and box.children:
        box = box.children[-1]
        found.append(box)
    return found if isinstance(box, boxes.TextBox) else []
