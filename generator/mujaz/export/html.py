"""Screen `Document` → one HTML file with its fonts inside; asks nothing of a network, ever."""

from __future__ import annotations

import base64
import io
from functools import cache

from fontTools.ttLib import TTFont

from mujaz.faces import FACES, Face, with_faces
from mujaz.model.document import Document, Medium, Output


def export(document: Document) -> Output:
    """The file, in UTF-8."""
    faces = {face: _inside(face) for face in FACES[Medium.SCREEN]}
    return Output(with_faces(document.html, faces).encode())


@cache
def _inside(face: Face) -> str:
    """A face as a data URL: the whole font, compressed as WOFF2, which leaves it as its makers drew it."""
    packed = io.BytesIO()
    with TTFont(face.path, recalcTimestamp=False) as font:
        font.flavor = "woff2"
        font.save(packed)
    return "data:font/woff2;base64," + base64.b64encode(packed.getvalue()).decode()
