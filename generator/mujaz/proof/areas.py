"""A style sheet + a page's number, side and name → its margins and what stands in them; measures no text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mujaz.proof.finding import Box
from mujaz.proof.lines import Laid
from mujaz.proof.meant import Meant
from mujaz.proof.pages import Page
from mujaz.proof.sheet import Declarations, margins, select

_NONE: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Area:
    """What a page was to be."""

    side: str
    """`left` or `right`, as in an open book."""
    box: Box
    """Where its text may stand."""
    heads: Mapping[str, str]
    """Box in the margin → what it holds, in the words of CSS."""


def named_pages(meant: Meant, laid: Laid) -> Mapping[int, str]:
    """Pages that have a name of their own, by the elements that ask for it."""
    found: dict[int, str] = {}
    for selector, name in meant.sheet.said("page"):
        chosen = set(select(meant.places, selector))
        for passage, pages in laid.pages.items() if chosen else ():
            if not chosen.isdisjoint((passage.container, *passage.container.iterancestors())):
                found |= dict.fromkeys(pages, name)
    return found


def area(meant: Meant, page: Page, number: int, name: str) -> Area:
    """The area and the heads of a page, as the rules for its kind add up."""
    side = side_of(number, meant.document.direction)
    sides = _NONE
    heads: dict[str, str] = {}
    for told, boxes in _rules(meant, number, side, name):
        sides = margins(told, sides)
        heads |= {box: each["content"] for box, each in boxes.items() if "content" in each}
    top, right, bottom, left = sides
    return Area(side, (left, bottom, page.width - right, page.height - top), heads)


def side_of(number: int, direction: str) -> str:
    """The side of an open book on which a page lies: one that is read from the right begins on the left."""
    return "left" if (number % 2 == 1) == (direction == "rtl") else "right"


def _rules(
    meant: Meant, number: int, side: str, name: str
) -> Iterable[tuple[Declarations, Mapping[str, Declarations]]]:
    """The rules for a page, the weightiest last."""
    kinds = ["", f":{side}", *([":first"] if number == 1 else [])]
    wanted = kinds + ([name + kind for kind in kinds] if name else [])
    for kind in wanted:
        yield from ((told, boxes) for selector, told, boxes in meant.sheet.pages if selector == kind)
