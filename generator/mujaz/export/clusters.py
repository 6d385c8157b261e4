"""A PDF of WeasyPrint → the same picture, each letter with all that hangs on it one glyph that says what it is.

A vowel sign, and the second stroke of a letter that a font draws in two, are glyphs of their own, moved back to
their letter. Readers take such a distance for a space («ي ُستنتج») and each stroke for a letter («للكن» for «لكن»),
and WeasyPrint's table from glyphs to characters holds what each stood for where it was drawn first. So the letter
and what hangs on it become one composite glyph of the embedded font. `ActualText` was tried: of two characters
pdfium and poppler each make another order. Delete this room when WeasyPrint maps
clusters, and not glyphs, to their text.
"""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pikepdf
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph, GlyphComponent

from mujaz.export.letters import Letters

FontOf = Callable[[str], Letters | None]
"""The name of a font in a PDF, without its prefix → its letters; None where the theme has no such font."""

_SIGNS = re.compile("[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u08d3-\u08ff]+")
_LETTERS = re.compile("[\u0620-\u064a\u066e-\u06d5\u06ee-\u06ff\u0750-\u077f\u08a0-\u08c9]+")
_ARABIC = re.compile("[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff]")
_MAPPED = re.compile(rb"<([0-9a-f]{4})> <([0-9a-f]*)>")
"""A line of the table from glyphs to characters, as WeasyPrint writes it."""
_TEXT = re.compile(rb"\bBT\n(.*?)\nET\b", re.DOTALL)
"""A line of a page, between two words of its own."""
_TOKEN = re.compile(rb"/(\S+) ([-\d.]+) Tf|\[([^\]]*)\] TJ|([-\d.]+) Ts|[^\n]+")
"""A change of the font, the glyphs of a piece of a line, a raising of what follows, or another instruction."""
_PIECE = re.compile(rb"<([0-9a-f]+)>|(-?[\d.]+(?:e-?\d+)?)")
_CODES = re.compile(rb"<([0-9a-f]+)>")
_NEAR = 60
"""In thousandths of the font's size: a distance that no reader takes for a space."""
_ROUND, _XY = 0x0004, 0x0002
"""Flags of a component: its offset is a distance, on whole units."""


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A glyph of a cluster, and where it stands from the cluster's own place."""

    glyph: int
    x: float
    """In thousandths of the font's size, as all that follows."""
    y: float


@dataclass(frozen=True, slots=True)
class _Cluster:
    """A letter with all that hangs on it, as one glyph; the letter comes last."""

    drawn: tuple[tuple[int, int, int], ...]
    """Glyph, x and y of each, on whole units."""
    width: int
    text: str


@dataclass(slots=True)
class _Font:
    """A font of the file while its clusters are gathered."""

    object: pikepdf.Object
    texts: Mapping[int, str]
    hung: frozenset[int]
    """The glyphs that hang on a letter: vowel signs, and the strokes of letters that are drawn in two."""
    widths: Mapping[int, float]
    file: TTFont
    clusters: dict[_Cluster, int] = field(default_factory=dict)
    """Each cluster with the number of its glyph."""

    def glyph_of(self, cluster: _Cluster) -> int:
        """The number of a cluster's glyph: those of the file come before it."""
        return self.clusters.setdefault(cluster, self.file["maxp"].numGlyphs + len(self.clusters))


@dataclass(frozen=True, slots=True)
class _Step:
    """What one piece of a line does: show a glyph, move on or back, raise what follows, or something else."""

    glyph: int | None = None
    move: float | None = None
    """As the file has it: what is positive goes to the left."""
    rise: float | None = None
    other: bytes | None = None


@cache
def _glyph(code: bytes) -> _Step:
    """The step that shows a glyph."""
    return _Step(glyph=int(code, 16))


_LEVEL = _Step(rise=0.0, other=b"0 Ts")
"""On the line again."""


def join(pdf: pikepdf.Pdf, font_of: FontOf) -> None:
    """Join the clusters of every line, and put the tables of the theme's fonts right."""
    fonts = {font.object.objgen: font for font in _fonts(pdf, font_of)}
    for page in pdf.pages:
        named = {name[1:].encode(): fonts.get(each.objgen) for name, each in page.resources.get("/Font", {}).items()}
        if not any(font and font.hung for font in named.values()):
            continue
        page.contents_coalesce()
        old = page.Contents.read_bytes()
        new = _TEXT.sub(lambda line: b"BT\n%b\nET" % b"\n".join(_joined(line[1], named)), old)  # noqa: B023 # used at once
        if new != old:
            page.Contents.write(new)
    for font in fonts.values():
        _rewrite(pdf, font)


def _fonts(pdf: pikepdf.Pdf, font_of: FontOf) -> Iterator[_Font]:
    """The fonts of the theme that the file carries."""
    for each in pdf.objects:
        if not isinstance(each, pikepdf.Dictionary) or "/ToUnicode" not in each or "/DescendantFonts" not in each:
            continue
        known = font_of(str(each.BaseFont)[1:].partition("+")[2])
        inner = each.DescendantFonts[0]
        if known is None or "/FontFile2" not in inner.FontDescriptor:
            continue
        table = each.ToUnicode.read_bytes()
        texts = {int(code, 16): _mended(known, int(code, 16), was) for code, was in _MAPPED.findall(table)}
        strokes = dict.fromkeys(known.parts & texts.keys(), "")
        signs = {glyph for glyph, text in texts.items() if _SIGNS.fullmatch(text)}
        file = TTFont(
            io.BytesIO(inner.FontDescriptor.FontFile2.read_bytes()),
            lazy=True,
            recalcBBoxes=False,
            recalcTimestamp=False,
        )
        yield _Font(each, {**texts, **strokes}, frozenset(strokes.keys() | signs), dict(_widths(inner.W)), file)


def _mended(known: Letters, glyph: int, was: bytes) -> str:
    """What a glyph stands for: one of the texts that the font draws with it, the one of this file if it can be."""
    said = bytes.fromhex(was.decode()).decode("utf-16-be")
    own = known.texts.get(glyph, frozenset())
    return said if not own or said in own else min(own, key=lambda text: (len(text), text))


def _widths(table: Iterable[Any]) -> Iterator[tuple[int, float]]:
    """Glyph and width, from pairs of a first glyph and the widths from there on."""
    for first, row in zip(list(table)[::2], list(table)[1::2], strict=True):
        yield from ((int(first) + at, float(width)) for at, width in enumerate(row))


def _joined(line: bytes, named: Mapping[bytes, _Font | None]) -> Iterator[bytes]:
    """The instructions of a line, its clusters joined; what has none stays as it is."""
    for font, size, tokens in _runs(line, named):
        if font is None or font.hung.isdisjoint(_shown_in(tokens)):
            yield from (token[0] if token[3] is None else _tidy(token[3]) for token in tokens)
            continue
        steps = list(_steps(tokens))
        done: list[_Step] = []
        at = 0
        while at < len(steps):
            end = _end(steps, at, font)
            if end is None:
                done.append(steps[at])
                at += 1
                continue
            # A sign is moved to its place by the steps before it.
            hung = steps[at:end]
            while done and (done[-1].move is not None or done[-1].rise is not None):
                hung.insert(0, done.pop())
            raised = next((step for step in reversed(done) if step.rise is not None), _LEVEL)
            done += [_LEVEL] if raised.rise else []
            done += _cluster([raised, *hung], font, size)
            at = end
        yield from _shown(done)


def _runs(
    line: bytes, named: Mapping[bytes, _Font | None]
) -> Iterator[tuple[_Font | None, float, list[re.Match[bytes]]]]:
    """The instructions of a line that are set in one font, with its size."""
    font: _Font | None = None
    size = 1.0
    tokens: list[re.Match[bytes]] = []
    for token in _TOKEN.finditer(line):
        name, height, _, _ = token.groups()
        if name is not None:
            yield font, size, tokens
            font, size, tokens = named.get(name), float(height), []
        tokens.append(token)
    yield font, size, tokens


def _tidy(inside: bytes) -> bytes:
    """The glyphs of a piece of a line without the moves by nothing that WeasyPrint writes between them."""
    pieces = (b"<%b>" % codes if codes else _moved(float(move)) for codes, move in _PIECE.findall(inside))
    return b"[%b] TJ" % b"".join(pieces).replace(b"><", b"")


def _moved(move: float) -> bytes:
    return b" %b " % f"{move:.4f}".rstrip("0").rstrip(".").encode() if move else b""


def _shown_in(tokens: list[re.Match[bytes]]) -> tuple[int, ...]:
    """The glyphs that instructions show."""
    codes = b"".join(code for token in tokens if token[3] for code in _CODES.findall(token[3]))
    return struct.unpack(f">{len(codes) // 4}H", bytes.fromhex(codes.decode()))


def _steps(tokens: list[re.Match[bytes]]) -> Iterator[_Step]:
    """Instructions, glyph by glyph."""
    for token in tokens:
        _, _, inside, rise = token.groups()
        if rise is not None:
            yield _Step(rise=float(rise), other=token[0])
        elif inside is None:
            yield _Step(other=token[0])
        else:
            for codes, move in _PIECE.findall(inside):
                yield from (_glyph(codes[at : at + 4]) for at in range(0, len(codes), 4))
                if move:
                    yield _Step(move=float(move))


def _end(steps: list[_Step], start: int, font: _Font) -> int | None:
    """Where the letter ends on which hangs what begins at `start`; nothing where nothing begins."""
    if steps[start].glyph not in font.hung:
        return None
    for at in range(start + 1, len(steps)):
        step = steps[at]
        if step.glyph is None:
            if step.move is None and step.rise is None:
                return None
        elif step.glyph not in font.hung:
            return at + 1 if _LETTERS.fullmatch(font.texts.get(step.glyph, "")) else None
    return None


def _cluster(steps: list[_Step], font: _Font, size: float) -> Iterator[_Step]:
    """One glyph for the steps of a cluster, and what keeps all that follows in its place."""
    drawn: list[_Drawn] = []
    x = y = 0.0
    for step in steps:
        if step.move is not None:
            x -= step.move
        elif step.rise is not None:
            y = step.rise * 1000 / size
        elif step.glyph is not None:
            drawn.append(_Drawn(step.glyph, x, y))
            x += font.widths.get(step.glyph, 0.0)
    shift = drawn[-1].x if abs(drawn[-1].x) <= _NEAR else 0.0
    width = round(x - shift)
    placed = tuple((each.glyph, round(each.x - shift), round(each.y)) for each in drawn)
    text = "".join(font.texts[each.glyph] for each in reversed(drawn))
    yield from [_Step(move=-shift)] if shift else []
    yield _Step(glyph=font.glyph_of(_Cluster(placed, width, text)))
    rest = width - (x - shift)
    yield from [_Step(move=rest)] if rest else []
    yield from [_Step(rise=y, other=b"%.4f Ts" % (y * size / 1000))] if y else []


def _shown(steps: list[_Step]) -> Iterator[bytes]:
    """The steps as instructions: glyphs and moves together, others as they are."""
    inside: list[bytes] = []
    for step in [*steps, None]:
        if step is not None and step.glyph is not None:
            inside.append(b"<%04x>" % step.glyph)
        elif step is not None and step.move is not None:
            inside.append(_moved(step.move))
        else:
            if inside:
                yield b"[%b] TJ" % b"".join(inside).replace(b"><", b"")
            inside = []
            if step is not None and step.other is not None:
                yield step.other


def _rewrite(pdf: pikepdf.Pdf, font: _Font) -> None:
    """The font with a glyph, a width and a text for each of its clusters, and right texts for all others."""
    inner = font.object.DescendantFonts[0]
    if font.clusters:
        descriptor = inner.FontDescriptor
        program = _with_clusters(font)
        descriptor.FontFile2 = pdf.make_stream(program, Length1=len(program))
        inner.W = pikepdf.Array(
            [*inner.W, min(font.clusters.values()), pikepdf.Array(each.width for each in font.clusters)]
        )
    table = font.object.ToUnicode.read_bytes()
    table = _MAPPED.sub(lambda line: _entry(int(line[1], 16), font.texts[int(line[1], 16)]), table)
    added = [_entry(glyph, cluster.text) for cluster, glyph in font.clusters.items()]
    blocks = [added[at : at + 100] for at in range(0, len(added), 100)]
    text = b"".join(b"%d beginbfchar\n%b\nendbfchar\n" % (len(block), b"\n".join(block)) for block in blocks)
    font.object.ToUnicode = pdf.make_stream(table.replace(b"endcmap", text + b"endcmap", 1))


def _entry(glyph: int, text: str) -> bytes:
    """A line of the table. Readers turn Arabic round character by character, so those of a glyph go backwards."""
    turned = text[::-1] if _ARABIC.search(text) else text
    return b"<%04x> <%b>" % (glyph, turned.encode("utf-16-be").hex().encode())


def _with_clusters(font: _Font) -> bytes:
    """The font's program with its clusters as composite glyphs behind its own."""
    file = font.file
    order, units = file.getGlyphOrder(), file["head"].unitsPerEm / 1000
    names = [f"cluster{number}" for number in font.clusters.values()]
    outlines, metrics = file["glyf"], file["hmtx"]
    file.setGlyphOrder([*order, *names])
    for name, cluster in zip(names, font.clusters, strict=True):
        glyph = Glyph()
        glyph.numberOfContours = -1
        glyph.components = [_component(order[number], x * units, y * units) for number, x, y in cluster.drawn]
        outlines[name] = glyph
        glyph.recalcBounds(outlines)
        _widen(file, glyph)
        metrics[name] = (round(cluster.width * units), glyph.xMin)
    packed = io.BytesIO()
    file.save(packed)
    return packed.getvalue()


def _widen(file: TTFont, glyph: Glyph) -> None:
    """Let the font's own greatest values hold this glyph too; to find all of them anew, each outline would be read."""
    most, head = file["maxp"], file["head"]
    points, contours, depth = glyph.getCompositeMaxpValues(file["glyf"])
    most.maxCompositePoints = max(most.maxCompositePoints, points)
    most.maxCompositeContours = max(most.maxCompositeContours, contours)
    most.maxComponentDepth = max(most.maxComponentDepth, depth)
    most.maxComponentElements = max(most.maxComponentElements, len(glyph.components))
    head.xMin, head.yMin = min(head.xMin, glyph.xMin), min(head.yMin, glyph.yMin)
    head.xMax, head.yMax = max(head.xMax, glyph.xMax), max(head.yMax, glyph.yMax)


def _component(name: str, x: float, y: float) -> GlyphComponent:
    component = GlyphComponent()
    component.glyphName, component.x, component.y, component.flags = name, round(x), round(y), _ROUND | _XY
    return component
