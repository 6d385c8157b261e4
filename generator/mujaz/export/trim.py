"""A PDF of WeasyPrint → its pages as `Plate`s, and marks that say where to cut and fold; sets no page, mixes no ink."""

from __future__ import annotations

from dataclasses import dataclass

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream

from mujaz.model.press import MILLIMETRE

MARGIN = 7 * MILLIMETRE
"""Of paper around the bleed, for the marks."""
_GAP, _LENGTH, _TARGET, _LINE = 1 * MILLIMETRE, 5 * MILLIMETRE, 1.5 * MILLIMETRE, 0.25
"""Points: from the bleed to a mark; of a mark; the radius of a target; the thickness of a line."""
_ROUND = 0.5523
"""Part of the radius at which a Bézier curve's handles make a quarter of a circle."""
_SAME = 0.05
"""Points by which sizes may differ and be the same."""


class UnevenPagesError(Exception):
    """A page that is larger or smaller than the first one; `args` hold its number."""


@dataclass(frozen=True, slots=True)
class Plates:
    """All pages of a PDF as forms that can be drawn anywhere, each with its lower left corner at the origin."""

    forms: tuple[Stream, ...]
    width: float
    """Of a page after cutting, in points; the forms reach beyond it by the bleed."""
    height: float
    bleed: float


def plates(pdf: Pdf) -> Plates:
    """The pages as forms. Raises UnevenPagesError: what is folded or cut in one go has one size."""
    first = _size(pdf.pages[0])
    for number, page in enumerate(pdf.pages, start=1):
        if any(abs(one - other) > _SAME for one, other in zip(first, _size(page), strict=True)):
            raise UnevenPagesError(number)
    return Plates(tuple(_form(pdf, page) for page in pdf.pages), *first)


def _size(page: pikepdf.Page) -> tuple[float, float, float]:
    left, bottom, right, top = (float(each) for each in Array(page.trimbox))
    return right - left, top - bottom, left - float(Array(page.mediabox)[0])


def _form(pdf: Pdf, page: pikepdf.Page) -> Stream:
    page.contents_coalesce()
    left, bottom = (float(each) for each in list(Array(page.trimbox))[:2])
    return pdf.make_stream(
        page.Contents.read_bytes(),
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=page.mediabox,
        Matrix=Array([1, 0, 0, 1, -left, -bottom]),
        Resources=page.Resources,
    )


@dataclass(frozen=True, slots=True)
class Paper:
    """A sheet of paper, or a single page, with what is cut away around it."""

    width: float
    """After cutting, in points."""
    height: float
    bleed: float = 0.0
    marks: bool = True
    """Whether there is room around the bleed, with marks in it; without, nothing is cut."""

    @property
    def edge(self) -> float:
        """Points from the corner of the paper to the corner that is left after cutting."""
        return self.bleed + MARGIN if self.marks else 0.0

    @property
    def whole(self) -> tuple[float, float]:
        """Width and height before cutting."""
        return self.width + 2 * self.edge, self.height + 2 * self.edge

    def sheet(self, pdf: Pdf, drawing: bytes, forms: dict[str, Stream], *, fold: bool) -> Dictionary:
        """The page of a PDF: its boxes begin at the origin, since some programs put others askew."""
        bleed = self.bleed if self.marks else 0.0
        marks = self._marks(fold=fold) if self.marks else b""
        width, height = self.whole
        at, to_x, to_y = self.edge, self.edge + self.width, self.edge + self.height
        return Dictionary(
            Type=Name.Page,
            MediaBox=_rounded(0, 0, width, height),
            TrimBox=_rounded(at, at, to_x, to_y),
            BleedBox=_rounded(at - bleed, at - bleed, to_x + bleed, to_y + bleed),
            Resources=Dictionary(
                XObject=Dictionary({f"/{name}": form for name, form in forms.items()}),
                ColorSpace=Dictionary(All=_every_plate(pdf)),
            ),
            Contents=pdf.make_stream(b"\n".join((drawing, marks))),
        )

    def _marks(self, *, fold: bool) -> bytes:
        """Lines at the corners, targets at the sides, and a dashed line where the sheet is folded."""
        at, away = self.edge, self.bleed + _GAP
        left, right, low, high = at, at + self.width, at, at + self.height
        drawn = [f"q /All CS 1 SCN {_LINE} w"]
        for x, out in ((left, -1), (right, 1)):
            drawn += [_stroke(x + out * away, y, out * _LENGTH, 0) for y in (low, high)]
            drawn.append(_target(x + out * (away + _LENGTH / 2), (low + high) / 2))
        for y, out in ((low, -1), (high, 1)):
            drawn += [_stroke(x, y + out * away, 0, out * _LENGTH) for x in (left, right)]
            if not fold:
                drawn.append(_target((left + right) / 2, y + out * (away + _LENGTH / 2)))
        if fold:
            drawn.append("[2 1.5] 0 d")
            drawn += [
                _stroke((left + right) / 2, y + out * away, 0, out * _LENGTH) for y, out in ((low, -1), (high, 1))
            ]
        return "\n".join((*drawn, "Q")).encode()


def _rounded(*numbers: float) -> Array:
    return Array([round(each, 3) for each in numbers])


def _stroke(x: float, y: float, along: float, up: float) -> str:
    return f"{x:.3f} {y:.3f} m {x + along:.3f} {y + up:.3f} l S"


def _target(x: float, y: float) -> str:
    """A cross in a circle, by which the plates are laid over each other."""
    r, c, arm = _TARGET, _TARGET * _ROUND, _TARGET * 1.6
    curves = (
        (x + r, y + c, x + c, y + r, x, y + r),
        (x - c, y + r, x - r, y + c, x - r, y),
        (x - r, y - c, x - c, y - r, x, y - r),
        (x + c, y - r, x + r, y - c, x + r, y),
    )
    circle = " ".join(" ".join(f"{each:.3f}" for each in curve) + " c" for curve in curves)
    cross = f"{_stroke(x - arm, y, 2 * arm, 0)} {_stroke(x, y - arm, 0, 2 * arm)}"
    return f"{x + r:.3f} {y:.3f} m {circle} S {cross}"


def _every_plate(pdf: Pdf) -> Array:
    """The colour of marks: on every plate of the press, whatever its inks are."""
    tint = Dictionary(FunctionType=2, Domain=Array([0, 1]), N=1, C0=Array([0, 0, 0, 0]), C1=Array([1, 1, 1, 1]))
    return Array([Name.Separation, Name.All, Name.DeviceCMYK, pdf.make_indirect(tint)])
