"""Text + a font file → the glyphs that HarfBuzz gives for it, of the very library that Pango sets pages with."""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

LIBRARIES = ("libharfbuzz.so.0", "libharfbuzz.0.dylib", "/opt/homebrew/lib/libharfbuzz.0.dylib", "libharfbuzz-0.dll")
_DIRECTIONS = {"ltr": 4, "rtl": 5}
_ARABIC = int.from_bytes(b"Arab", "big")
_READ_ONLY = 1
_REMOVE_UNSEEN = 8
"""HB_BUFFER_FLAG_REMOVE_DEFAULT_IGNORABLES"""
_WORDS = 5
"""32-bit numbers in a hb_glyph_info_t; the glyph is the first."""


class _Feature(ctypes.Structure):
    _fields_ = (
        ("tag", ctypes.c_uint32),
        ("value", ctypes.c_uint32),
        ("start", ctypes.c_uint),
        ("end", ctypes.c_uint),
    )


@cache
def _library() -> Any:
    """HarfBuzz, opened at first use; WeasyPrint has opened the same."""
    for name in LIBRARIES:
        try:
            library = ctypes.CDLL(name)
        except OSError:
            continue
        for function in ("blob_create", "face_create", "font_create", "buffer_create", "language_from_string"):
            getattr(library, f"hb_{function}").restype = ctypes.c_void_p
        library.hb_buffer_get_glyph_infos.restype = ctypes.c_void_p
        return library
    raise OSError("HarfBuzz was not found; it comes with Pango: " + ", ".join(LIBRARIES))


@cache
def _font(path: Path) -> tuple[Any, bytes]:
    """A font for shaping, and the bytes that it reads from."""
    library, data = _library(), path.read_bytes()
    blob = library.hb_blob_create(data, len(data), _READ_ONLY, None, None)
    face = library.hb_face_create(ctypes.c_void_p(blob), 0)
    return ctypes.c_void_p(library.hb_font_create(ctypes.c_void_p(face))), data


@cache
def _buffer() -> Any:
    return ctypes.c_void_p(_library().hb_buffer_create())


def shaped(
    path: Path,
    text: str,
    language: str,
    *,
    part: tuple[int, int] | None = None,
    features: Iterable[tuple[str, int]] = (),
) -> str:
    """The glyphs of Arabic text from left to right, each as the character of its number.

    Of a part of the text only those of the part: as it looks beside the letters around it.
    """
    library, buffer = _library(), _buffer()
    start, stop = part or (0, len(text))
    data = text.encode("utf-8", "surrogatepass")
    first = len(text[:start].encode("utf-8", "surrogatepass"))
    count = len(text[start:stop].encode("utf-8", "surrogatepass"))
    library.hb_buffer_clear_contents(buffer)
    library.hb_buffer_set_flags(buffer, _REMOVE_UNSEEN)
    library.hb_buffer_add_utf8(buffer, data, len(data), first, count)
    library.hb_buffer_set_direction(buffer, _DIRECTIONS["rtl"])
    library.hb_buffer_set_script(buffer, _ARABIC)
    tongue = library.hb_language_from_string(language.encode(), -1)
    library.hb_buffer_set_language(buffer, ctypes.c_void_p(tongue))
    wanted = [_Feature(int.from_bytes(tag.encode(), "big"), value, 0, 0xFFFFFFFF) for tag, value in features]
    library.hb_shape(_font(path)[0], buffer, (_Feature * len(wanted))(*wanted), len(wanted))
    length = ctypes.c_uint()
    infos = library.hb_buffer_get_glyph_infos(buffer, ctypes.byref(length))
    if not length.value:
        return ""
    numbers = array("I", ctypes.string_at(infos, length.value * _WORDS * 4))
    return "".join(map(chr, numbers[::_WORDS]))
