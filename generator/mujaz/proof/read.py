"""The bytes of a PDF → `Pages`; reads the streams as WeasyPrint writes them, each once; judges nothing."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pikepdf

from mujaz.proof.finding import Box
from mujaz.proof.pages import VISIBLE, Font, Page, Pages, Place, Run

_STEP = re.compile(
    rb"^(?:(q)|(Q)|([-\d. ]+) cm|(?:/\S+\n)?<</MCID (\d+)>>\nBDC|((?:/\S+\n)?(?:BMC|<<[^\n]*>>\nBDC))|(EMC)"
    rb"|BT\n(.*?)^ET)$",
    re.DOTALL | re.MULTILINE,
)
"""What changes where the next glyphs go, what they belong to, and the glyphs themselves; all else is passed over."""
_TOKEN = re.compile(rb"([-\d.e ]+) Tm|/(\S+) ([-\d.e]+) Tf|\[([^\]]*)\] TJ|([-\d.e]+) Ts")
_MAPPED = re.compile(rb"<([0-9a-fA-F]{4})>\s*<([0-9a-fA-F]*)>")
_PIECE = re.compile(rb"<([0-9a-fA-F]*)>|(-?[\d.]+(?:e-?\d+)?)")
_GAP = 120.0
"""In thousandths of the size: what parts letters to the eye, and no kerning does."""
_FAR = 1500.0
"""In thousandths of the size: a move that is no space between two words and may go anywhere."""
_BLOCKS = frozenset(
    f"/{name}"
    for name in (
        "P",
        "H1",
        "H2",
        "H3",
        "H4",
        "H5",
        "H6",
        "LI",
        "LBody",
        "TD",
        "TH",
        "Caption",
        "Div",
        "Sect",
        "Art",
        "Note",
    )
) | {"/BlockQuote"}
_LEVEL = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
Matrix = tuple[float, float, float, float, float, float]


class UnreadableError(ValueError):
    """The bytes are no PDF, or none that can be opened."""


def read(data: bytes) -> Pages:
    """All that the proof wants to know of a file. Raises UnreadableError."""
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            return _read(pdf, data)
    except (pikepdf.PdfError, pikepdf.PasswordError) as error:
        raise UnreadableError(str(error)) from error


def _read(pdf: pikepdf.Pdf, data: bytes) -> Pages:
    fonts: dict[tuple[int, int], Font] = {}
    pages = tuple(_page(page, number, fonts) for number, page in enumerate(pdf.pages, start=1))
    by_mark: dict[tuple[int, int], list[Run]] = {}
    loose: list[Run] = []
    for page in pages:
        for run in page.runs:
            if run.mcid is None:
                loose.append(run)
            else:
                by_mark.setdefault((run.page, run.mcid), []).append(run)
    text = tuple(_Structure(pdf, by_mark).places())
    preferences = pdf.Root.get("/ViewerPreferences", pikepdf.Dictionary())
    return Pages(
        pages,
        tuple(fonts.values()),
        text,
        (*(run for runs in by_mark.values() for run in runs), *loose),
        language=str(pdf.Root.get("/Lang", "")),
        direction="rtl" if preferences.get("/Direction") == "/R2L" else "ltr",
        title=str(pdf.docinfo.get("/Title", "")),
        shows_title=bool(preferences.get("/DisplayDocTitle", False)),
        marked=bool(pdf.Root.get("/MarkInfo", pikepdf.Dictionary()).get("/Marked", False)),
        standards=_standards(pdf),
        faults=tuple(_faults(pdf, data, len(pages))),
    )


def _faults(pdf: pikepdf.Pdf, data: bytes, pages: int) -> Iterator[str]:
    """What qpdf finds in the file's syntax, and pdfium where it does not open or count it alike."""
    import pypdfium2  # noqa: PLC0415 # a native library, of use to a proof alone

    yield from (str(each) for each in pdf.check_pdf_syntax())
    try:
        with pypdfium2.PdfDocument(data) as opened:
            if len(opened) != pages:
                yield f"pdfium: {len(opened)} / {pages}"
            elif pages:
                opened[0].close()
    except pypdfium2.PdfiumError as error:
        yield f"pdfium: {error}"


def _standards(pdf: pikepdf.Pdf) -> frozenset[str]:
    """What the metadata says of the file."""
    told = pdf.Root.Metadata.read_bytes() if "/Metadata" in pdf.Root else b""
    part = re.search(rb"pdfaid:part[=>\"']+(\d)", told)
    level = re.search(rb"pdfaid:conformance[=>\"']+(\w)", told)
    access = re.search(rb"pdfuaid:part[=>\"']+(\d)", told)
    found = {f"PDF/UA-{access[1].decode()}"} if access else set()
    return frozenset(found | ({f"PDF/A-{part[1].decode()}{level[1].decode().lower()}"} if part and level else set()))


def _page(page: pikepdf.Page, number: int, fonts: dict[tuple[int, int], Font]) -> Page:
    left, bottom, right, top = (float(each) for each in page.mediabox)
    named: dict[bytes, Font] = {}
    for name, each in page.resources.get("/Font", {}).items():
        key = each.objgen if each.is_indirect else (-number, len(fonts))
        font = fonts.get(key) or _font(each)
        fonts[key] = named[name[1:].encode()] = font
    held = page.obj.get("/Contents", pikepdf.Array())
    streams = list(held) if isinstance(held, pikepdf.Array) else [held]
    content = b"\n".join(stream.read_bytes() for stream in streams)
    start = (1.0, 0.0, 0.0, 1.0, -left, -bottom)
    return Page(right - left, top - bottom, tuple(_runs(content, number, named, start)))


def _font(font: Any) -> Font:
    """What a font says of its glyphs; one that is not made of two bytes to a glyph is named, and no more."""
    name = str(font.get("/BaseFont", "/?"))[1:]
    name = name.partition("+")[2] or name
    inner = font.DescendantFonts[0] if "/DescendantFonts" in font else font
    descriptor = inner.get("/FontDescriptor", pikepdf.Dictionary())
    program = next((descriptor[key] for key in ("/FontFile2", "/FontFile3", "/FontFile") if key in descriptor), None)
    data = program.read_bytes() if program is not None else b""
    if inner is font:
        return Font(name, {}, {}, data, plain=False)
    table = font.ToUnicode.read_bytes() if "/ToUnicode" in font else b""
    texts = {
        int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be", "replace")
        for code, text in _MAPPED.findall(table)
    }
    widths = dict(_widths(inner.get("/W", pikepdf.Array())))
    return Font(name, texts, widths, data)


def _widths(table: Iterable[Any]) -> Iterator[tuple[int, float]]:
    """Glyph and width: a row has a first glyph and their widths, or a first and a last one and the width of all."""
    row = list(table)
    at = 0
    while at + 1 < len(row):
        first, held = int(row[at]), row[at + 1]
        if isinstance(held, pikepdf.Array):
            yield from ((first + place, float(width)) for place, width in enumerate(held.as_list()))
            at += 2
        else:
            yield from ((glyph, float(row[at + 2])) for glyph in range(first, int(held) + 1) if at + 2 < len(row))
            at += 3


def _times(inner: Matrix, outer: Matrix) -> Matrix:
    a, b, c, d, e, f = inner
    g, h, i, j, k, m = outer
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def _matrix(numbers: bytes) -> Matrix:
    a, b, c, d, e, f = map(float, numbers.split())
    return (a, b, c, d, e, f)


def _runs(content: bytes, page: int, named: Mapping[bytes, Font], start: Matrix) -> Iterator[Run]:
    """The runs of a page as they are drawn."""
    matrix, saved = start, list[Matrix]()
    marks: list[int | None] = []
    for step in _STEP.finditer(content):
        opened, closed, moved, mcid, other, ended, text = step.groups()
        if text is not None:
            here = next((mark for mark in reversed(marks) if mark is not None), None)
            yield from _drawn(text, (page, here), named, matrix)
        elif opened:
            saved.append(matrix)
        elif closed:
            matrix = saved.pop() if saved else matrix
        elif moved:
            matrix = _times(_matrix(moved), matrix)
        elif mcid is not None or other:
            marks.append(None if mcid is None else int(mcid))
        elif ended and marks:
            marks.pop()


def _drawn(text: bytes, where: tuple[int, int | None], named: Mapping[bytes, Font], matrix: Matrix) -> Iterator[Run]:
    """The runs of a text object: one for each font in it, and one for each part that is moved far away."""
    pen = _Pen(where, matrix)
    for token in _TOKEN.finditer(text):
        tm, name, height, inside, _ = token.groups()
        if tm is not None:
            yield from pen.lift()
            pen.place, pen.x = _times(_matrix(tm), matrix), 0.0
        elif name is not None:
            yield from pen.lift()
            pen.font, pen.size = named.get(name), float(height)
        elif inside is not None and pen.font is not None:
            for codes, move in _PIECE.findall(inside):
                if move:
                    if abs(float(move)) > _FAR:
                        yield from pen.lift()
                    pen.move(float(move))
                else:
                    pen.show(bytes.fromhex(codes.decode()).decode("utf-16-be", "surrogatepass"))
    yield from pen.lift()


@dataclass(slots=True)
class _Pen:
    """Where the next glyph goes, and the run that is being drawn."""

    where: tuple[int, int | None]
    place: Matrix
    font: Font | None = None
    size: float = 1.0
    x: float = 0.0
    begun: float = 0.0
    away: float = 0.0
    """How far it was moved since the last glyph."""
    glyphs: str = ""
    gaps: list[int] = field(default_factory=list)

    def move(self, length: float) -> None:
        """Go back by a length, or on where it is negative."""
        self.x -= length * self.size / 1000
        self.away += length

    def show(self, glyphs: str) -> None:
        """Draw glyphs."""
        if not self.glyphs:
            self.begun = self.x
        elif self.away < -_GAP:
            self.gaps.append(len(self.glyphs))
        self.away = 0.0
        widths = self.font.widths if self.font else {}
        self.x += sum(widths.get(ord(each), 0.0) for each in glyphs) * self.size / 1000
        self.glyphs += glyphs

    def lift(self) -> Iterator[Run]:
        """The run that has been drawn, if there is one."""
        if self.font is not None and self.glyphs:
            yield _run(self, self.font)
        self.glyphs, self.gaps = "", []


def _run(pen: _Pen, font: Font) -> Run:
    begun, end, size, glyphs = pen.begun, pen.x, pen.size, pen.glyphs
    a, _, _, d, e, f = pen.place
    said = glyphs.translate(font.texts)
    # A space at an end of a line may hang over its margin, and nobody sees it.
    bare = said.strip()
    if bare and len(bare) != len(said) and len(said) == len(glyphs):
        before = len(said) - len(said.lstrip())
        begun += sum(font.widths.get(ord(each), 0.0) for each in glyphs[:before]) * size / 1000
        end -= sum(font.widths.get(ord(each), 0.0) for each in glyphs[before + len(bare) :]) * size / 1000
    left, right = sorted((e + begun * a, e + end * a))
    seen = said.translate(VISIBLE)
    return Run(*pen.where, font, abs(size * d), left, f, right, glyphs, said, seen, tuple(pen.gaps))


class _Structure:
    """Walks the structure of a file; takes what it places out of the runs that it is given."""

    def __init__(self, pdf: pikepdf.Pdf, runs: dict[tuple[int, int], list[Run]]) -> None:
        self.root = pdf.Root.get("/StructTreeRoot")
        self.runs = runs
        self.pages: dict[Any, int] = {page.objgen: number for number, page in enumerate(pdf.pages, start=1)}
        self.blocks = self.notes = 0

    def places(self) -> Iterator[Place]:
        """The runs in the order of reading."""
        if self.root is not None:
            yield from self._below(self.root, 0, ("", 0, "text", 0))

    def _below(self, element: Any, page: int, inside: tuple[str, int, str, int]) -> Iterator[Place]:
        parent, block, kind, note = inside
        kids = element.get("/K")
        for kid in kids.as_list() if isinstance(kids, pikepdf.Array) else [kids]:
            if isinstance(kid, int):
                yield from (Place(run, block, kind, note) for run in self.runs.pop((page, kid), ()))
            elif isinstance(kid, pikepdf.Dictionary):
                name, held = kid.get("/S"), kid.get("/Pg")
                if name is not None:
                    here = self.pages.get(held.objgen, page) if isinstance(held, pikepdf.Dictionary) else page
                    yield from self._below(kid, here, self._of(str(name), parent, (block, kind, note)))

    def _of(self, name: str, parent: str, around: tuple[int, str, int]) -> tuple[str, int, str, int]:
        """What an element's text is, by the element and what it stands in."""
        block, kind, note = around
        if name in _BLOCKS:
            self.blocks += 1
            block = self.blocks
        if name == "/Note":
            self.notes += 1
            note = self.notes
        if name == "/Lbl":
            kind = "label"
        elif name == "/THead":
            kind = "head"
        elif name == "/Link" and parent == "/Link":
            kind = "number"
        return name, block, kind, note


def around(runs: Iterable[Run]) -> Box | None:
    """The rectangle that holds them all."""
    boxes = [run.box for run in runs]
    if not boxes:
        return None
    lefts, bottoms, rights, tops = zip(*boxes, strict=True)
    return (min(lefts), min(bottoms), max(rights), max(tops))
