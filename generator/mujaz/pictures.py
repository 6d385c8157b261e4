"""The bytes of a picture → its kind, or why no page may carry it; decodes no pixel, draws nothing, opens no file."""

from __future__ import annotations

import base64
import re
import struct
import zlib
from collections.abc import Iterator
from xml.parsers import expat

MAX_PIXELS = 25_000_000
"""A page of A4 at 600 dots an inch has 35; what a logo needs is far less, and each costs four bytes of memory."""
_MAX_ELEMENTS = 5_000
"""Of an SVG, with all that its `use` repeats."""
_MAX_DEPTH = 64
_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
_STARTS_OF_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ACTIVE = frozenset(("script", "foreignObject", "iframe", "object", "embed", "audio", "video", "handler"))
_LINKS = ("href", "src")
_XLINK = "http://www.w3.org/1999/xlink"
_INSIDE = re.compile(r"data:image/(?:png|jpe?g);base64,([\sA-Za-z0-9+/=]+)", re.ASCII)


class PictureError(Exception):
    """A picture that no page may carry; `args` are a rule's name and its facts."""


def kind(data: bytes) -> str | None:
    """The media type of a picture that is sound; None of what is none. Raises PictureError."""
    if data.startswith(_PNG):
        _png(data)
        return "image/png"
    if data.startswith(_JPEG):
        _jpeg(data)
        return "image/jpeg"
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<svg") or (start.startswith((b"<?xml", b"<!")) and b"<svg" in start[:1000]):
        _svg(data)
        return "image/svg+xml"
    return None


def _torn() -> PictureError:
    return PictureError("picture-torn", {})


def _bounded(width: int, height: int) -> None:
    if not width or not height:
        raise _torn()
    if width * height > MAX_PIXELS:
        size, most = (str(round(each / 1_000_000)) for each in (width * height, MAX_PIXELS))
        raise PictureError("picture-vast", {"size": size, "limit": most})


# ------------------------------------------------------------------------------------------------ PNG


def _png(data: bytes) -> None:
    """Whole from its head to its end, and its pixels are as many as its head says."""
    chunks = list(_chunks(data))
    if not chunks or chunks[0][0] != b"IHDR" or len(chunks[0][1]) != 13 or chunks[-1][0] != b"IEND":
        raise _torn()
    width, height, depth, colour, _, _, interlace = struct.unpack(">IIBBBBB", chunks[0][1])
    _bounded(width, height)
    samples = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}.get(colour)
    if samples is None or depth not in (1, 2, 4, 8, 16):
        raise _torn()
    lines = height if not interlace else height * 2 + 16
    most = lines * (1 + (width * samples * depth + 7) // 8)
    try:
        unpacked = zlib.decompressobj()
        length = len(unpacked.decompress(b"".join(body for name, body in chunks if name == b"IDAT"), most + 1))
    except zlib.error:
        raise _torn() from None
    if not unpacked.eof or length > most or (not interlace and length != most):
        raise _torn()


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(_PNG)
    while place + 12 <= len(data):
        length, name = struct.unpack_from(">I4s", data, place)
        body, place = data[place + 8 : place + 8 + length], place + 12 + length
        if place > len(data) or zlib.crc32(name + body) != struct.unpack_from(">I", data, place - 4)[0]:
            raise _torn()
        yield name, body
        if name == b"IEND":
            return


# ------------------------------------------------------------------------------------------------ JPEG


def _jpeg(data: bytes) -> None:
    """From its head to the mark of its end, with a size."""
    place, sized = 2, False
    while place + 4 <= len(data):
        if data[place] != 0xFF:
            raise _torn()
        mark = data[place + 1]
        if mark in (0xFF, 0x01) or 0xD0 <= mark <= 0xD7:
            place += 1 if mark == 0xFF else 2
            continue
        (length,) = struct.unpack_from(">H", data, place + 2)
        if mark in _STARTS_OF_FRAMES:
            if place + 9 > len(data):
                raise _torn()
            height, width = struct.unpack_from(">HH", data, place + 5)
            _bounded(width, height)
            sized = True
        if mark == 0xDA:  # the pixels begin; the mark of the end cannot stand among them
            if not sized or b"\xff\xd9" not in data[place:]:
                raise _torn()
            return
        place += 2 + length
    raise _torn()


# ------------------------------------------------------------------------------------------------ SVG


def _svg(data: bytes) -> None:
    """A drawing: no entities, nothing that runs, that leads out of it, or that repeats itself without measure."""
    reader = expat.ParserCreate(namespace_separator=" ")
    drawing = _Drawing()
    reader.buffer_text = True  # or «url(» could come in two pieces
    reader.EntityDeclHandler = lambda *_: _active("<!ENTITY>")
    reader.ProcessingInstructionHandler = lambda target, _: _active("<?xml-stylesheet?>") if "style" in target else None
    reader.StartElementHandler = drawing.begin
    reader.EndElementHandler = drawing.end
    reader.CharacterDataHandler = drawing.say
    try:
        reader.Parse(data, True)
    except expat.ExpatError:
        raise _torn() from None
    if drawing.weight() > _MAX_ELEMENTS:
        raise PictureError("picture-active", {"piece": f"<use> × {_MAX_ELEMENTS}"})


def _active(found: str) -> None:
    raise PictureError("picture-active", {"piece": found[:60]})


class _Drawing:
    """What an SVG holds, as far as it must be bounded: a tree of elements, and which of them are used again."""

    def __init__(self) -> None:
        self.open: list[int] = []
        self.inside: list[list[int]] = []
        """Number of an element → those right below it."""
        self.names: dict[str, int] = {}
        self.uses: dict[int, str] = {}
        """Number of an element → the name of what it repeats."""
        self.styled = False

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        """An element."""
        local = tag.rpartition(" ")[2]
        number = len(self.inside)
        if number >= _MAX_ELEMENTS or len(self.open) >= _MAX_DEPTH:
            raise PictureError("picture-active", {"piece": f"<{local}> × {number}"})
        if local in _ACTIVE:
            _active(f"<{local}>")
        for name, value in attributes.items():
            space, _, key = name.rpartition(" ")
            if space in ("", _XLINK):  # what editors note for themselves nobody follows
                self._attribute(local, key.lower(), value)
        self.inside.append([])
        if self.open:
            self.inside[self.open[-1]].append(number)
        self.open.append(number)
        self.styled = local == "style"

    def _attribute(self, tag: str, key: str, value: str) -> None:
        number = len(self.inside)
        if key.startswith("on"):
            _active(key)
        if key in _LINKS:
            inside = _INSIDE.fullmatch(value.strip())
            if inside:
                _raster(inside[1])
            elif not value.strip().startswith("#"):
                _active(f"{key}={value}")
            elif tag != "a":
                self.uses[number] = value.strip()[1:]
        elif key == "id":
            self.names[value] = number
        elif key == "style" or "url(" in value.lower():
            _outward(value)

    def end(self, _tag: str) -> None:
        """The end of an element."""
        self.open.pop()
        self.styled = False

    def say(self, text: str) -> None:
        """Text, which in a style sheet may lead out."""
        if self.styled:
            _outward(text)

    def weight(self) -> int:
        """How many elements are drawn, with all that is repeated; more than are allowed where it goes round."""
        weights: dict[int, int] = {}

        def of(number: int, above: frozenset[int]) -> int:
            if number in above or len(above) > _MAX_DEPTH:
                return _MAX_ELEMENTS + 1
            if number not in weights:
                below = [*self.inside[number]]
                used = self.names.get(self.uses.get(number, ""))
                if used is not None:
                    below.append(used)
                weights[number] = min(_MAX_ELEMENTS + 1, 1 + sum(of(each, above | {number}) for each in below))
            return weights[number]

        return of(0, frozenset()) if self.inside else 0


def _raster(written: str) -> None:
    """A picture of pixels inside a drawing."""
    try:
        data = base64.b64decode("".join(written.split()), validate=True)
    except ValueError:
        raise _torn() from None
    if not data.startswith((_PNG, _JPEG)):
        _active("data:image")
    kind(data)


def _outward(value: str) -> None:
    """A style or a value that leads elsewhere than to a part of the drawing."""
    low = value.lower()
    for part in low.split("url(")[1:]:
        if not part.lstrip(" \t\r\n'\"").startswith("#"):
            _active("url(" + part)
    for word in ("\\", "javascript:", "expression(", "@import"):
        if word in low:
            _active(value)
