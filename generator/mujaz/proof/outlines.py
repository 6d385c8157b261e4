"""A TrueType file + a glyph → the glyphs that it is composed of; draws nothing."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_WORDS, _SCALE, _MORE, _XY_SCALE, _TWO_BY_TWO = 0x1, 0x8, 0x20, 0x40, 0x80
"""Flags of a component (OpenType, glyf)."""


@dataclass(frozen=True, slots=True)
class Outlines:
    """Where the outlines of a font lie in its file."""

    data: bytes
    start: int
    """Of the table of outlines."""
    places: tuple[int, ...]
    """Of each glyph in it, and the end."""

    @property
    def count(self) -> int:
        """How many glyphs the font has."""
        return max(len(self.places) - 1, 0)

    def parts(self, glyph: int) -> tuple[int, ...]:
        """The glyphs that a glyph is put together of; nothing for one with an outline of its own."""
        if not 0 <= glyph < self.count or self.places[glyph] >= self.places[glyph + 1]:
            return ()
        at = self.start + self.places[glyph]
        if struct.unpack_from(">h", self.data, at)[0] >= 0:
            return ()
        return tuple(self._components(at + 10))

    def blank(self, glyph: int) -> bool:
        """Whether nothing is drawn for a glyph."""
        return not 0 <= glyph < self.count or self.places[glyph] >= self.places[glyph + 1]

    def _components(self, at: int) -> Iterator[int]:
        flags = _MORE
        while flags & _MORE:
            flags, glyph = struct.unpack_from(">HH", self.data, at)
            yield glyph
            at += 8 if flags & _WORDS else 6
            at += 2 * bool(flags & _SCALE) + 4 * bool(flags & _XY_SCALE) + 8 * bool(flags & _TWO_BY_TWO)


@lru_cache(maxsize=16)
def outlines(data: bytes) -> Outlines:
    """The outlines of a font; none where it has no TrueType outlines, or is damaged."""
    try:
        count = struct.unpack_from(">H", data, 4)[0]
        rows = [struct.unpack_from(">4sIII", data, 12 + 16 * at) for at in range(count)]
        tables = {tag: (start, length) for tag, _, start, length in rows}
        long = struct.unpack_from(">h", data, tables[b"head"][0] + 50)[0]
        start, length = tables[b"loca"]
        number = length // (4 if long else 2)
        places = struct.unpack_from(f">{number}{'I' if long else 'H'}", data, start)
        return Outlines(data, tables[b"glyf"][0], places if long else tuple(2 * each for each in places))
    except (struct.error, KeyError):
        return Outlines(b"", 0, ())
