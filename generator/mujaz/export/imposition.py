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
        """Two pages as they stand where it is read from the right; otherwise mirrored."""
        left, right = (early, late) if rtl else (late, early)
        return Side(*(number if number <= pages else None for number in (left, right)))

    outer = ((2 * number + 1, 4 * count - 2 * number) for number in range(count))
    return tuple(Sheet(side(first, last), side(last - 1, first + 1)) for first, last in outer)
