"""The bytes of a PDF → its passages: pages, outline, metadata, structure, links, attachments; judges nothing."""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pikepdf

from mujaz.leaks.channels import Passage, text
from mujaz.leaks.letters import BREAK

_SHOWN = re.compile(
    rb"/([^\s/<>\[\]()]+)\s+[-+.\d]+\s+Tf\b"  # a change of the font
    rb"|<<((?:[^<>]|<[^<>]*>)*)>>\s*(?:BDC|DP)\b"  # what a piece of a page is marked with
    rb"|(\((?:\\.|[^\\()]|\([^()]*\))*\)|(?<!<)<[0-9A-Fa-f\s]*>)"  # the letters that are shown
    rb"|\b(ET)\b",  # the end of a line
    re.DOTALL,
)
_STRING = re.compile(rb"(?:/([A-Za-z]+)\s*)?(\((?:\\.|[^\\()]|\([^()]*\))*\)|(?<!<)<[0-9A-Fa-f\s]*>)", re.DOTALL)
_NAME = re.compile(rb"/([^\s/<>\[\]()%{}]{3,})")
_KINDS = {
    "URI": "link",
    "D": "destination",
    "Dest": "destination",
    "ID": "destination",
    "Title": "outline",
    "Alt": "alternative",
    "ActualText": "structure",
    "E": "structure",
    "T": "structure",
    "Lang": "structure",
    "Contents": "annotation",
    "P": "page-label",
    "Desc": "attachment",
    "F": "attachment",
    "UF": "attachment",
    "": "destination",
}
"""What a text of a PDF is, by the key that it stands behind; without one it is the name of a place."""
_DUMB = frozenset({"/Image", "/ICCBased", "/Type1C", "/CIDFontType0C", "/OpenType", "/ObjStm", "/XRef"})
_MAPPED = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]*)>")
_BLOCK = re.compile(rb"beginbf(char|range)(.*?)endbf", re.DOTALL)
_RANGE = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*(?:<([0-9A-Fa-f]*)>|\[([^\]]*)\])")
_RIGHT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_LEFT = re.compile("[A-Za-zÀ-ʯ0-9٠-٩۰-۹](?:[^\u0590-\u065f\u066a-\u06ef\u06fa-\u08ff]*[A-Za-zÀ-ʯ0-9٠-٩۰-۹])?")

_Reader = Callable[[bytes], str]
"""The codes of a font → the letters that they show."""


def paper(data: bytes) -> Iterator[Passage]:
    """All that a PDF says: on its pages, beside them and behind them."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        fonts: dict[tuple[int, int], _Reader] = {}
        drawn: set[tuple[int, int]] = set()
        for number, page in enumerate(pdf.pages, start=1):
            streams = _contents(page.obj)
            drawn.update(each.objgen for each in streams)
            content = b"\n".join(_bytes(each) for each in streams)
            yield from _shown("page", str(number), content, _fonts(page.obj, fonts))
        yield from _strings(pdf.trailer.unparse(), None)
        info = pdf.trailer.get("/Info")
        about = info.objgen if isinstance(info, pikepdf.Object) else None
        named: set[bytes] = set()
        files: dict[tuple[int, int], str] = {}
        attached: list[Any] = []
        for each in pdf.objects:
            stream = isinstance(each, pikepdf.Stream)
            raw = (each.stream_dict if stream else each).unparse(resolved=True)
            named.update(_NAME.findall(raw))
            yield from _strings(raw, "info" if each.objgen == about else None)
            if b"/EF" in raw:
                files.update((file.objgen, str(each.get("/UF", each.get("/F", "")))) for file in each.EF.values())
            if stream and each.get("/Type") == "/EmbeddedFile":
                attached.append(each)
            elif stream and each.objgen not in drawn:
                yield from _stream(each, fonts)
        for each in attached:
            yield from _attached(files.get(each.objgen, ""), _bytes(each))
        yield Passage("names", "", BREAK.join(_unhashed(each) for each in sorted(named)))


def _bytes(stream: Any) -> bytes:
    """A stream unpacked, or as it is where nobody can unpack it."""
    try:
        return bytes(stream.read_bytes())
    except pikepdf.PdfError:
        return bytes(stream.read_raw_bytes())


def _contents(page: Any) -> list[Any]:
    held = page.get("/Contents")
    if held is None:
        return []
    return list(held) if isinstance(held, pikepdf.Array) else [held]


def _stream(stream: Any, fonts: dict[tuple[int, int], _Reader]) -> Iterator[Passage]:
    """What a stream says that is neither page nor attachment: metadata, a page inside a page, or what no one knows."""
    kind, subtype = str(stream.get("/Type", "")), str(stream.get("/Subtype", ""))
    if subtype == "/Form":
        yield from _shown("form", "", _bytes(stream), _fonts(stream, fonts))
    elif kind == "/Metadata":
        yield from text("metadata", "", _bytes(stream))
    elif not (kind in _DUMB or subtype in _DUMB or "/Length1" in stream or "/N" in stream):
        data = _bytes(stream)
        if b"begincmap" not in data[:400]:
            yield from text("stream", "", data)


def _attached(name: str, data: bytes) -> Iterator[Passage]:
    if data.startswith(b"%PDF-"):
        yield from paper(data)
    else:
        yield from text("attachment", name, data)


def _strings(raw: bytes, kind: str | None) -> Iterator[Passage]:
    """The texts of an object, each under what it is."""
    if b"(" not in raw and b"<" not in raw.replace(b"<<", b""):
        return
    for key, token in _STRING.findall(raw):
        if token == b"<>":
            continue
        string = pikepdf.Object.parse(token)
        name = key.decode()
        what = kind or _KINDS.get(name, "strings")
        said = str(string)
        yield Passage(what, name, said)
        other = bytes(string).decode("utf-8", "ignore")
        if other != said and not other.isascii():
            yield Passage(what, name, other)
        if "%" in said or "&" in said:
            yield from text(what, name, said.encode())


def _unhashed(name: bytes) -> str:
    plain = re.sub(rb"#([0-9A-Fa-f]{2})", lambda found: bytes.fromhex(found[1].decode()), name)
    return plain.decode("utf-8", "ignore")


# ------------------------------------------------------------------------------------------------ what is drawn


def _shown(kind: str, at: str, content: bytes, fonts: Mapping[bytes, _Reader]) -> Iterator[Passage]:
    """The text of a page in the order of its lines, and what its pieces are marked with."""
    lines: list[str] = []
    pieces: list[str] = []
    read: _Reader = _bare
    for font, marks, token, end in _SHOWN.findall(content):
        if font:
            read = fonts.get(font, _bare)
        elif marks:
            yield from _strings(b"<<" + marks + b">>", None)
        elif token:
            pieces.append(read(_codes(token)))
        elif end:
            lines.append(_logical("".join(pieces)))
            pieces = []
    lines.append(_logical("".join(pieces)))
    yield Passage(kind, at, " ".join(lines))


def _codes(token: bytes) -> bytes:
    if token[:1] == b"<":
        digits = re.sub(rb"\s", b"", token[1:-1]).decode()
        return bytes.fromhex(digits + "0" * (len(digits) % 2))
    return bytes(pikepdf.Object.parse(token))


def _bare(codes: bytes) -> str:
    return codes.decode("latin-1")


def _logical(line: str) -> str:
    """A line as it is read: a page shows its letters from left to right, whatever they are."""
    if not _RIGHT.search(line):
        return line
    return _LEFT.sub(lambda found: found[0][::-1], line[::-1])


def _fonts(holder: Any, known: dict[tuple[int, int], _Reader]) -> dict[bytes, _Reader]:
    """The fonts of a page by their names in it; a font is read once for the file."""
    while "/Resources" not in holder and "/Parent" in holder:
        holder = holder.Parent
    found: dict[bytes, _Reader] = {}
    for name, font in holder.get("/Resources", {}).get("/Font", {}).items():
        if font.objgen not in known or font.objgen == (0, 0):
            known[font.objgen] = _reader(font)
        found[name[1:].encode()] = known[font.objgen]
    return found


def _reader(font: Any) -> _Reader:
    if "/ToUnicode" not in font:
        return _bare
    table = _table(_bytes(font.ToUnicode))
    wide = font.get("/Subtype") == "/Type0"

    def read(codes: bytes) -> str:
        numbers = struct.unpack(f">{len(codes) // 2}H", codes[: len(codes) // 2 * 2]) if wide else codes
        return "".join([table.get(each, "") for each in numbers])

    return read


def _table(cmap: bytes) -> dict[int, str]:
    """Code → letters, as the file itself says it to whoever copies from it."""
    table: dict[int, str] = {}
    for kind, block in _BLOCK.findall(cmap):
        if kind == b"char":
            table.update((int(code, 16), _utf16(said)) for code, said in _MAPPED.findall(block))
            continue
        for first, last, said, several in _RANGE.findall(block):
            each = re.findall(rb"<([0-9A-Fa-f]*)>", several)
            for step, code in enumerate(range(int(first, 16), int(last, 16) + 1)):
                if several and step < len(each):
                    table[code] = _utf16(each[step])
                elif said:
                    start = _utf16(said)
                    table[code] = start[:-1] + chr(ord(start[-1]) + step) if start else ""
    return table


def _utf16(code: bytes) -> str:
    return bytes.fromhex(code.decode()).decode("utf-16-be", "ignore")
