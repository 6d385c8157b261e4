"""Screen `Document` → one HTML file with its fonts inside; asks nothing of a network, ever."""

from __future__ import annotations

import base64
import io
import string
from functools import lru_cache

from fontTools import subset
from fontTools.ttLib import TTFont

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
    return "data:font/woff2;base64," + base64.b64encode(packed.getvalue()).decode()
