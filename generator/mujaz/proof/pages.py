"""What stands on the pages of a PDF, as nouns: runs of glyphs, fonts, the order of reading; opens nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from unicodedata import category

from mujaz.proof.finding import Box

NO_GLYPH = "\uffff"
"""Stands in a string of glyphs for a gap; no font of WeasyPrint's has a glyph of this number."""

_UNSEEN = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp", "Mn"})
_NO_LETTERS = frozenset("\ufffc\u0640")
"""What stands for an object, and the stroke that lengthens a word and belongs to the font as much as to the text."""


class _Visible(dict[int, str | None]):
    """A table for `translate`, filled as characters come."""

    def __missing__(self, code: int) -> str | None:
        character = chr(code)
        self[code] = found = None if character in _NO_LETTERS or category(character) in _UNSEEN else character
        return found


VISIBLE = _Visible()
"""Leaves out spaces, what only steers, and vowel signs and strokes, whose places are the font's affair."""


@dataclass(frozen=True, slots=True, eq=False)
class Font:
    """A font that a file carries, or names."""

    name: str
    """Without the prefix of its subset."""
    texts: Mapping[int, str]
    """Glyph → what it says, from left to right as it is seen: the letters of an Arabic ligature go backwards."""
    widths: Mapping[int, float]
    """Glyph → its advance, in thousandths of the size."""
    program: bytes = b""
    """The font's own file; nothing where it is not embedded."""
    plain: bool = True
    """Whether its codes are the numbers of its glyphs."""


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Glyphs that are drawn in a row, in one font and one size."""

    page: int
    """From 1."""
    mcid: int | None
    """The number of the marked content that it stands in."""
    font: Font
    size: float
    """In points, as all lengths."""
    x: float
    """Of its left end."""
    y: float
    """Of its baseline, from the foot of the page."""
    end: float
    """Of its right end."""
    glyphs: str
    """Each glyph as the character of its number: strings are compared, cut and translated in no time."""
    said: str
    """The texts of the glyphs, from left to right as they are seen."""
    seen: str
    """The same without what `VISIBLE` leaves out."""
    gaps: tuple[int, ...] = ()
    """Before which of the glyphs a wide gap is left."""

    @property
    def box(self) -> Box:
        """About the rectangle that the letters fill."""
        return (self.x, self.y - 0.25 * self.size, self.end, self.y + 0.75 * self.size)


@dataclass(frozen=True, slots=True)
class Place:
    """A run of the text in the order of reading, and what part of the structure it is."""

    run: Run
    block: int
    """The same number for all runs of a paragraph, cell, item or heading on one page."""
    kind: str
    """`text`, `label` of a list's item, `number` of a page in a contents' line, or `head` of a table."""
    note: int
    """From 1: the note that it belongs to; 0 for the text itself."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page."""

    width: float
    height: float
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Pages:
    """All that is known of a file from its bytes."""

    pages: tuple[Page, ...]
    fonts: tuple[Font, ...]
    text: tuple[Place, ...]
    """What is read, in the order of reading; heads and numbers of pages are not read."""
    margins: tuple[Run, ...]
    """What stands on the pages and is no part of the text: heads, numbers, what stands at the foot."""
    language: str = ""
    direction: str = ""
    """`rtl` where the file says that it is read from the right."""
    title: str = ""
    shows_title: bool = False
    marked: bool = False
    """Whether its text is tagged."""
    standards: frozenset[str] = field(default_factory=frozenset)
    """What it says to keep to: `PDF/A-3a`, `PDF/UA-1`."""
    faults: tuple[str, ...] = ()
    """What qpdf and pdfium say against it."""
