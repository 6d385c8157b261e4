"""`Plates` → the sheets of a booklet, two pages on each side; decides no order, which `imposition` does."""

from __future__ import annotations

from collections.abc import Iterator

from pikepdf import Dictionary, Pdf

from mujaz.export.imposition import Side, impose
from mujaz.export.trim import Paper, Plates
from mujaz.model.press import MILLIMETRE, Booklet

PAPERS = {"A3": (420 * MILLIMETRE, 297 * MILLIMETRE), "A4": (297 * MILLIMETRE, 210 * MILLIMETRE)}
"""Of office printers, lying."""


_LITTLE = 0.001
"""Points that are lost when sizes are written down."""


class ThickError(Exception):
    """So much paper that its inner sheets would move beyond their bleed; `args` hold the thickness that still goes."""


def paper_for(plates: Plates, booklet: Booklet) -> tuple[Paper, float]:
    """A sheet, and the scale at which pages stand on it."""
    if booklet.paper is None:
        return Paper(2 * plates.width, plates.height, plates.bleed), 1.0
    width, height = PAPERS[booklet.paper]
    return Paper(width, height, marks=False), min(width / 2 / plates.width, height / plates.height)


def sheets(pdf: Pdf, plates: Plates, booklet: Booklet, *, rtl: bool) -> Iterator[Dictionary]:
    """The pages of the file for the press: front and back of each sheet, the outermost first. Raises ThickError."""
    order = impose(len(plates.forms), rtl=rtl)
    creep = booklet.creep * MILLIMETRE
    if creep * (len(order) - 1) > plates.bleed + _LITTLE:
        raise ThickError(round(plates.bleed / MILLIMETRE, 3) / (len(order) - 1))
    paper, scale = paper_for(plates, booklet)
    for number, sheet in enumerate(order):
        for side in (sheet.front, sheet.back):
            placed = list(_placed(side, (plates, paper), scale, shift=number * creep))
            forms = {f"P{page}": plates.forms[page - 1] for page, _ in placed}
            yield paper.sheet(pdf, b"\n".join(drawn for _, drawn in placed), forms, fold=True)


def _placed(side: Side, on: tuple[Plates, Paper], scale: float, *, shift: float) -> Iterator[tuple[int, bytes]]:
    """Each page of a side with what draws it: it ends at the spine, so that none bleeds into the page beside it.

    The sheets of a booklet push each other outwards; `shift` draws a page back towards the spine by as much.
    """
    plates, paper = on
    spine = paper.edge + paper.width / 2
    bottom = paper.edge + (paper.height - scale * plates.height) / 2
    outside = paper.width / 2 + (paper.bleed if paper.marks else 0.0)
    below, whole = (paper.edge - paper.bleed, paper.height + 2 * paper.bleed) if paper.marks else (0.0, paper.height)
    for page, at, seen in (
        (side.left, spine - scale * plates.width + shift, spine - outside),
        (side.right, spine - shift, spine),
    ):
        if page is not None:
            clip = f"q {seen:.3f} {below:.3f} {outside:.3f} {whole:.3f} re W n"
            yield page, f"{clip} {scale:.6f} 0 0 {scale:.6f} {at:.3f} {bottom:.3f} cm /P{page} Do Q".encode()
