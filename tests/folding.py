"""A booklet in the hands of a reader: sheets are folded, laid into each other and leafed through; no formula."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mujaz.export.imposition import Sheet


@dataclass(frozen=True)
class Leaf:
    """Half of a folded sheet: what is printed on it above and beneath, as the open booklet lies on a table."""

    above: int | None
    beneath: int | None


def opened(sheets: Sequence[Sheet]) -> tuple[list[Leaf], list[Leaf]]:
    """The booklet opened in its middle: the leaves on the left and on the right of the fold, the lowest ones first.

    Each sheet lies with its back upwards, the first one at the bottom. Paper has two faces: beneath the left half of
    the back is what was the right half of the front before the sheet was turned about its short edge.
    """
    left = [Leaf(sheet.back.left, sheet.front.right) for sheet in sheets]
    right = [Leaf(sheet.back.right, sheet.front.left) for sheet in sheets]
    return left, right


def leafed(sheets: Sequence[Sheet], *, rtl: bool) -> list[int | None]:
    """What a reader sees, page after page. Who reads from the right has read pages lying on the right."""
    left, right = opened(sheets)
    read, unread = (right, left) if rtl else (left, right)
    before = [face for leaf in read for face in (leaf.beneath, leaf.above)]
    after = [face for leaf in reversed(unread) for face in (leaf.above, leaf.beneath)]
    return before + after
