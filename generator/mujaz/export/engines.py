"""This machine → the versions of what sets pages on it: an input of every target; loads no renderer."""

from __future__ import annotations

import ctypes
import re
from functools import cache
from importlib.metadata import distribution, version

from mujaz import __version__
from mujaz.model.document import Medium

_PACKAGES = {
    Medium.PRINT: ("weasyprint", "pydyf", "fonttools", "pikepdf", "citeproc-py", "babel", "matplotlib", "jinja2"),
    Medium.SCREEN: ("fonttools", "brotli", "citeproc-py", "babel", "matplotlib", "jinja2"),
}
_LIBRARIES = (
    ("pango", "pango_version_string", ("libpango-1.0.so.0", "libpango-1.0.dylib", "libpango-1.0-0.dll")),
    ("harfbuzz", "hb_version_string", ("libharfbuzz.so.0", "libharfbuzz.0.dylib", "libharfbuzz-0.dll")),
    ("fribidi", "fribidi_version_info", ("libfribidi.so.0", "libfribidi.0.dylib", "libfribidi-0.dll")),
)
_A_TEXT = frozenset({"fribidi_version_info"})
"""Where the version is no function's answer, but a text that begins with it."""
_VERSION = re.compile(r"^Version: *(\S+)", re.MULTILINE)


@cache
def versions(medium: Medium) -> str:
    """`name version` of everything whose change may change the bytes, in one line."""
    named = [f"mujaz {__version__}", *(f"{name} {release(name)}" for name in _PACKAGES[medium])]
    if medium is Medium.PRINT:
        named += [f"{name} {_library(symbol, files)}" for name, symbol, files in _LIBRARIES]
    return ", ".join(named)


@cache
def release(package: str) -> str:
    """The version of a package, without reading all that it says of itself."""
    said = _VERSION.search(distribution(package).read_text("METADATA") or "")
    return said[1] if said else version(package)


def _library(symbol: str, files: tuple[str, ...]) -> str:
    """The version that a native library tells of itself; `none` where it is not installed."""
    for file in files:
        try:
            library = ctypes.CDLL(file)
            if symbol in _A_TEXT:
                said = ctypes.c_char_p.in_dll(library, symbol).value or b""
                return said.partition(b"\n")[0].rsplit(b" ", 1)[-1].decode()
            tell = getattr(library, symbol)
        except (OSError, AttributeError, ValueError):
            continue
        tell.restype = ctypes.c_char_p
        return str(tell().decode())
    return "none"
