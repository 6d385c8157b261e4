"""A number of pages and a direction → which page stands where on the sheets of a booklet; pure, draws nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a sheet as the printer sees it: the page on its left half, and on its right half."""

    left: int | None
    """From 1; None where nothing is printed."""
    right: int | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of paper; its back is seen when it is turned about its short edge, as one turns a leaf."""

    front: Side
    back: Side


def impose(pages: int, *, rtl: bool) -> tuple[Sheet, ...]:
    """The sheets, the outermost first; what is missing to a multiple of four is blank at the end.

    A booklet that is read from the right is bound on its right: its cover stands on the left half of the outermost
    sheet, and the last page beside it on the right half.
    """
    count = -(-pages // 4)

    def side(early: int, late: int) -> Side:
        """`early` stands where the reader's hand turns leaves away from, on the side where reading starts."""
        first, last = (number if number <= pages else None for number in (early, late))
        return Side(first, last) if rtl else Side(last, first)

    def sheet(number: int) -> Sheet:
        outer, inner = 2 * number + 1, 4 * count - 2 * number
        front = side(outer, inner)
        back = side(outer + 1, inner - 1)
        return Sheet(front, Side(back.right, back.left))

    return tuple(sheet(number) for number in range(count))
