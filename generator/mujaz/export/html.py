"""Screen `Document` → one HTML file with its fonts inside; asks nothing of a network, ever."""

from __future__ import annotations

import base64
import hashlib
import io
import string
from functools import cache, lru_cache
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

from mujaz.export.engines import versions
from mujaz.export.store import kept
from mujaz.faces import Face, faces_of, with_faces
from mujaz.model.document import Document, Medium, Output

_USUAL = frozenset(
    string.ascii_letters
    + string.digits
    + " \u00a0!\"%&'()*+,-./:;=?@[]_«»–—…·“”‘’،؛؟٪٫٬٠١٢٣٤٥٦٧٨٩"
    + "".join(map(chr, [*range(0x0621, 0x063B), *range(0x0641, 0x0653), 0x0670]))
)
"""What nearly every page holds: with it, the pages of a run share their fonts, which are cut once for all of them."""
_NAME = "Mujaz Sans"
"""Of the cut fonts: their makers keep the name «Plex» for the whole ones (SIL Open Font License, 1.1, §3)."""
_FAMILY_NAMES = {1: _NAME, 4: _NAME, 6: _NAME.replace(" ", ""), 16: _NAME}
"""The entries of a font's table of names that name its family."""


def export(document: Document) -> Output:
    """The file, in UTF-8."""
    characters = _USUAL | frozenset(document.html)
    faces = {face: _inside(face, characters) for face in faces_of(document.theme, Medium.SCREEN)}
    return Output(with_faces(document.html, faces).encode())


@lru_cache(maxsize=8)
def _inside(face: Face, characters: frozenset[str]) -> str:
    """The glyphs of a face for some characters, with all that shaping needs of it, as a data URL in WOFF2."""
    told = (_knife(), face.path.read_bytes(), "".join(sorted(characters)).encode())
    name = hashlib.sha256(b"".join(hashlib.sha256(each).digest() for each in told)).hexdigest()
    packed = kept(f"{name}.woff2", lambda: _cut(face, characters))
    return "data:font/woff2;base64," + base64.b64encode(packed).decode()


@cache
def _knife() -> bytes:
    """All that the bytes of a cut font depend on, besides the face and the characters."""
    return versions(Medium.SCREEN).encode() + Path(__file__).read_bytes()


def _cut(face: Face, characters: frozenset[str]) -> bytes:
    options = subset.Options()
    options.layout_features = ["*"]
    options.hinting = False  # screens that small type needed it for are gone, and it is half of the file
    options.drop_tables += ["meta"]
    options.notdef_outline = True
    options.recalc_timestamp = False
    options.name_IDs = [*_FAMILY_NAMES, 2, 13, 14]
    packed = io.BytesIO()
    with TTFont(face.path, recalcTimestamp=False) as font:
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=[ord(each) for each in characters])
        cutter.subset(font)
        for record in font["name"].names:
            if record.nameID in _FAMILY_NAMES:
                record.string = _FAMILY_NAMES[record.nameID]
        font.flavor = "woff2"
        font.save(packed)
    return packed.getvalue()
