"""Screen `Document` → one HTML file with its fonts inside; asks nothing of a network, ever."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import string
from functools import lru_cache

from fontTools import subset
from fontTools.ttLib import TTFont

from mujaz.faces import FACES, Face, with_faces
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
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_HEAD = re.compile(r"<head[^>]*>")
_POLICY = "default-src 'none'; img-src data:; font-src data:; style-src 'unsafe-inline'; form-action 'none'"
"""Nothing is loaded, sent or run but what stands in the page itself (Content Security Policy, level 3)."""


def export(document: Document) -> Output:
    """The file, in UTF-8."""
    characters = _USUAL | frozenset(document.html)
    faces = {face: _inside(face, characters) for face in FACES[Medium.SCREEN]}
    return Output(_closed(with_faces(document.html, faces)).encode())


def _closed(html: str) -> str:
    """The page with its policy: of scripts, those that its templates brought, by their digests, and no other one."""
    scripts = " ".join(f"'{_digest(text)}'" for text in _SCRIPT.findall(html))
    policy = f"{_POLICY}; script-src {scripts}" if scripts else _POLICY
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    return _HEAD.sub(lambda head: f"{head[0]}\n{meta}", html, count=1)


def _digest(text: str) -> str:
    """A script as a policy names it: the digest of its text, byte for byte."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


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
