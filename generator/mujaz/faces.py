"""Font packages → the theme's font files and their digests; the only place that knows where fonts lie."""

from __future__ import annotations

import hashlib
import io
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from mujaz.model.document import Medium, Theme

_WEIGHTS: Mapping[int, str] = {600: "-Semi-Bold", 700: "-Bold"}


@dataclass(frozen=True, slots=True)
class Face:
    """One style of a family, as one file."""

    family: str
    weight: int
    file: str
    package: str
    style: str = "normal"

    @property
    def drawn(self) -> str:
        """Its name in a PDF, as Pango spells the weight."""
        ending = _WEIGHTS.get(self.weight, "") + ("-Italic" if self.style == "italic" else "")
        return self.family.replace(" ", "-") + ending

    @property
    def path(self) -> Path:
        """Where the file lies. Raises FileNotFoundError, naming the package, where it does not."""
        spec = find_spec(self.package)
        path = Path(str(spec.origin)).parent / "files" / self.file if spec else Path(self.file)
        if not path.is_file():
            raise FileNotFoundError(f"{self.file} ({self.package.replace('_', '-')})")
        return path

    @property
    def data(self) -> bytes:
        """The file as paper is set with it. Raises FileNotFoundError, as `path` does."""
        return _marked(self.path)


_LETTER_MARK = 0x061C
"""What tells a number that it stands among Arabic letters (UAX #9)."""


@cache
def _marked(path: Path) -> bytes:
    """A font with a glyph for the Arabic letter mark, empty and without width.

    Pango draws no other mark of direction; for this one it borrows a font where a face has none. To be deleted when
    IBM Plex Sans Arabic has one, or Pango counts it among the marks that need none.
    """
    from fontTools.ttLib import TTFont  # noqa: PLC0415 # what only names the faces does without
    from fontTools.ttLib.tables._g_l_y_f import Glyph  # noqa: PLC0415

    with TTFont(path, lazy=True, recalcBBoxes=False, recalcTimestamp=False) as font:
        if _LETTER_MARK in font.getBestCmap():
            return path.read_bytes()
        name = "uni061C"
        font.setGlyphOrder([*font.getGlyphOrder(), name])
        font["glyf"][name] = Glyph()
        font["hmtx"][name] = (0, 0)
        for table in font["cmap"].tables:
            if table.isUnicode():
                table.cmap[_LETTER_MARK] = name
        packed = io.BytesIO()
        font.save(packed)
    return packed.getvalue()


_AMIRI = (
    Face("Amiri", 400, "Amiri-Regular.ttf", "fontpkg_amiri"),
    Face("Amiri", 700, "Amiri-Bold.ttf", "fontpkg_amiri"),
    Face("Amiri", 400, "Amiri-Italic.ttf", "fontpkg_amiri", "italic"),
)
_PLEX = (
    Face("IBM Plex Sans Arabic", 400, "IBMPlexSansArabic-Regular.ttf", "fontpkg_ibm_plex_sans_arabic"),
    Face("IBM Plex Sans Arabic", 600, "IBMPlexSansArabic-SemiBold.ttf", "fontpkg_ibm_plex_sans_arabic"),
)
_FACES: Mapping[Theme, Mapping[Medium, tuple[Face, ...]]] = {
    "classic": {Medium.PRINT: _AMIRI, Medium.PRESS: _AMIRI, Medium.SCREEN: _PLEX},
    "modern": dict.fromkeys(Medium, _PLEX),
}
"""Complete files, one for each family and weight: WeasyPrint mixes up the glyphs of families cut in parts."""


def faces_of(theme: Theme, medium: Medium) -> tuple[Face, ...]:
    """The faces that a theme sets a medium in, the one of running text first."""
    return _FACES[theme][medium]


@cache
def digest(theme: Theme, medium: Medium) -> str:
    """SHA-256 over the faces of a theme: an input of every target."""
    faces = faces_of(theme, medium)
    parts = (f"{each.file}\0{hashlib.sha256(_bytes(each, medium)).hexdigest()}" for each in faces)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _bytes(face: Face, medium: Medium) -> bytes:
    return face.data if medium.paged else face.path.read_bytes()


@cache
def _covered(theme: Theme, medium: Medium) -> frozenset[str]:
    """The characters that every upright face of a theme can draw."""
    from fontTools.ttLib import TTFont  # noqa: PLC0415 # what only names the faces does without

    sets = []
    for face in faces_of(theme, medium):
        if face.style == "normal":
            with TTFont(face.path, lazy=True) as font:
                sets.append(frozenset(chr(code) for code in font.getBestCmap()))
    return frozenset.intersection(*sets)


def lacking(text: str, theme: Theme, medium: Medium) -> list[str]:
    """The characters of a text that the theme cannot draw: WeasyPrint is silent about them, or borrows.

    Spaces, line ends and what only steers (joiners, marks of direction) need no glyph.
    """
    unseen = {"Cc", "Cf", "Zs", "Zl", "Zp"}
    lost = {each for each in set(text) - _covered(theme, medium) if unicodedata.category(each) not in unseen}
    return sorted(lost)


def with_faces(html: str, faces: Mapping[Face, str]) -> str:
    """A page with the rules that load its fonts; `faces` gives each one's address."""
    rules = "".join(
        f"@font-face{{font-family:'{face.family}';font-weight:{face.weight};font-style:{face.style};src:url('{address}')}}"
        for face, address in faces.items()
    )
    return html.replace("</head>", f"<style>{rules}</style></head>", 1)
