"""This machine → `Finding`s: what Mujaz needs, if it is there, what brings it; never loads WeasyPrint."""

from __future__ import annotations

import base64
import ctypes
import hashlib
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from mujaz import __version__
from mujaz.profiles import PACKAGES as PROFILES
from mujaz.profiles import of_this_machine
from mujaz.zones import version, zone

State = Literal["ok", "missing", "old"]

PACKAGES: Mapping[str, str] = MappingProxyType(
    {
        "apscheduler": "3.11",
        "arabic-reshaper": "3.1",
        "babel": "2.18",
        "bibtexparser": "2.1.0",
        "citeproc-py": "0.11.1",
        "matplotlib": "3.11.2",
        "cssselect2": "0.9",
        "fontpkg-amiri": "1.2",
        "fontpkg-ibm-plex-sans-arabic": "1.101",
        "fonttools": "4.68",
        "hijridate": "2.6",
        "jinja2": "3.1.6",
        "lxml": "6.1",
        "markdown-it-py": "4.3",
        "nh3": "0.3.8",
        "pikepdf": "10.17",
        "pillow": "13",
        "pydantic": "2.14",
        "pypdfium2": "5.15.2",
        "python-bidi": "0.6.12",
        "pyyaml": "6.0.3",
        "segno": "1.6",
        "tinycss2": "1.5",
        "tzdata": "2026.1",
        "weasyprint": "70.0",
    }
)
"""Every run-time package and its oldest accepted version, as in pyproject.toml (a test compares them)."""

FONTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "amiri": ("fontpkg-amiri", "Amiri-Regular.ttf"),
        "ibm-plex-sans-arabic": ("fontpkg-ibm-plex-sans-arabic", "IBMPlexSansArabic-Regular.ttf"),
    }
)
"""Each font: the package that carries it, and the file whose digest is told."""

TOOLS: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "chromium": ("chromium", "--cask chromium", "--version"),
        "qpdf": ("qpdf", "qpdf", "--version"),
        "pdftotext": ("poppler-utils", "poppler", "-v"),
    }
)
"""Programs that only the tests start: Debian's package, Homebrew's, the option that prints the version."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that Mujaz needs, as it is on this machine."""

    name: str
    """Stable: a package's name on the index, a library's or a program's own name."""
    state: State
    """`missing` also where it is there but damaged: the remedy is the same."""
    version: str
    """Empty when the thing is missing or does not tell; for a font, the start of its file's SHA-256."""
    remedy: str
    """The one shell line that brings it; empty when all is well."""
    needed_for: str
    """A code: `run`, `pdf`, `bidi`, `print`, `screen`, `press` or `test`."""


@dataclass(frozen=True, slots=True)
class Library:
    """A shared library of the system, and how it tells its version."""

    name: str
    files: tuple[str, ...]
    """Its names on Linux, macOS and Windows: `ctypes.util.find_library` would start compilers."""
    packages: tuple[str, str]
    """Debian's and Homebrew's."""
    version: Callable[[ctypes.CDLL], str]
    oldest: str = "0"
    needed_for: str = "pdf"


def _call(function: str) -> Callable[[ctypes.CDLL], str]:
    """The version as a function without arguments tells it, of this library or of one it is linked to."""

    def version(library: ctypes.CDLL) -> str:
        ask = library[function]
        ask.restype = ctypes.c_char_p
        told: bytes = ask()
        return told.decode()

    return version


def _fribidi_version(library: ctypes.CDLL) -> str:
    told = ctypes.c_char_p.in_dll(library, "fribidi_version_info").value or b""
    found = re.search(rb"\d+(?:\.\d+)+", told)
    return found[0].decode() if found else ""


def _fontconfig_version(library: ctypes.CDLL) -> str:
    number = int(library.FcGetVersion())
    return f"{number // 10_000}.{number // 100 % 100}.{number % 100}"


def _names(stem: str, abi: str = "0") -> tuple[str, ...]:
    return (f"lib{stem}.so.{abi}", f"lib{stem}.{abi}.dylib", f"lib{stem}-{abi}.dll")


FONTCONFIG = Library("fontconfig", _names("fontconfig", "1"), ("libfontconfig1", "fontconfig"), _fontconfig_version)

LIBRARIES = (
    Library("pango", _names("pango-1.0"), ("libpango-1.0-0", "pango"), _call("pango_version_string"), "1.44"),
    Library(
        "pangoft2",
        _names("pangoft2-1.0"),
        ("libpangoft2-1.0-0", "pango"),
        _call("pango_version_string"),
        "1.44",
    ),
    Library("harfbuzz", _names("harfbuzz"), ("libharfbuzz0b", "harfbuzz"), _call("hb_version_string")),
    Library(
        "harfbuzz-subset",
        _names("harfbuzz-subset"),
        ("libharfbuzz-subset0", "harfbuzz"),
        _call("hb_version_string"),
    ),
    Library("fribidi", _names("fribidi"), ("libfribidi0", "fribidi"), _fribidi_version, needed_for="bidi"),
    FONTCONFIG,
)


def examine() -> tuple[Finding, ...]:
    """Everything that Mujaz needs, in a fixed order, with what only its tests need last."""
    return (
        Finding("python", "ok", platform.python_version(), "", "run"),
        Finding("mujaz", "ok", __version__, "", "run"),
        *(_package(name, oldest) for name, oldest in PACKAGES.items()),
        _time_zones(),
        _libyaml(),
        *(_library(library) for library in LIBRARIES),
        *(_font(name, package, file) for name, (package, file) in FONTS.items()),
        _system_fonts(),
        _profile(),
        *(_tool(name, *how) for name, how in TOOLS.items()),
    )


def _time_zones() -> Finding:
    """The database that schedules are read by: the newer one of the system's and the package's."""
    if zone("Asia/Baghdad") is None:
        return Finding("time-zones", "missing", "", _pip_line(f"tzdata>={PACKAGES['tzdata']}"), "run")
    return Finding("time-zones", "ok", version(), "", "run")


def _package(name: str, oldest: str) -> Finding:
    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        return Finding(name, "missing", "", _pip_line(f"{name}>={oldest}"), "run")
    if _older(version, oldest):
        return Finding(name, "old", version, _pip_line(f"{name}>={oldest}"), "run")
    return Finding(name, "ok", version, "", "run")


def _libyaml() -> Finding:
    """PyYAML's compiled half, without which reading is slow and its messages differ."""
    try:
        from yaml import _yaml  # noqa: PLC0415 - absent where PyYAML was built without libyaml
    except ImportError:
        remedy = _pip_line("pyyaml", "--force-reinstall", "--no-deps", "--only-binary=:all:")
        return Finding("libyaml", "missing", "", remedy, "run")
    return Finding("libyaml", "ok", _yaml.get_version_string(), "", "run")


def _library(library: Library) -> Finding:
    remedy = system_line(*library.packages)
    loaded = _load(library)
    if loaded is None:
        return Finding(library.name, "missing", "", remedy, library.needed_for)
    version = library.version(loaded)
    if _older(version, library.oldest):
        return Finding(library.name, "old", version, remedy, library.needed_for)
    return Finding(library.name, "ok", version, "", library.needed_for)


def _load(library: Library) -> ctypes.CDLL | None:
    for file in library.files:
        try:
            return ctypes.CDLL(file)
        except OSError:
            continue
    return None


def _font(name: str, package: str, file: str) -> Finding:
    """Missing as soon as one file of the family is absent or is not what the package's record says."""
    needed_for = "print" if name == "amiri" else "screen"
    try:
        files = [path for path in metadata.files(package) or () if path.suffix == ".ttf"]
        digests = {path.name: hashlib.sha256(Path(str(path.locate())).read_bytes()).digest() for path in files}
    except (metadata.PackageNotFoundError, OSError):
        files, digests = [], {}
    whole = all(path.hash is None or path.hash.value == _recorded(digests[path.name]) for path in files)
    if file not in digests or not whole:
        remedy = _pip_line(f"{package}>={PACKAGES[package]}", "--force-reinstall", "--no-deps")
        return Finding(name, "missing", "", remedy, needed_for)
    return Finding(name, "ok", digests[file].hex()[:16], "", needed_for)


def _recorded(digest: bytes) -> str:
    """A digest as a package's RECORD writes it."""
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


class _FontSet(ctypes.Structure):
    _fields_ = (("nfont", ctypes.c_int), ("sfont", ctypes.c_int), ("fonts", ctypes.c_void_p))


def _system_fonts() -> Finding:
    """The number of fonts that fontconfig knows: at none, Pango crashes, bundled fonts or not."""
    loaded = _load(FONTCONFIG)
    count = 0 if loaded is None else _count_fonts(loaded)
    if count == 0:
        return Finding("system-fonts", "missing", "", system_line("fonts-dejavu-core", "font-dejavu"), "pdf")
    return Finding("system-fonts", "ok", str(count), "", "pdf")


def _count_fonts(fontconfig: ctypes.CDLL) -> int:
    fontconfig.FcInitLoadConfigAndFonts.restype = ctypes.c_void_p
    fontconfig.FcConfigGetFonts.argtypes = (ctypes.c_void_p, ctypes.c_int)
    fontconfig.FcConfigGetFonts.restype = ctypes.POINTER(_FontSet)
    fontconfig.FcConfigDestroy.argtypes = (ctypes.c_void_p,)
    config = fontconfig.FcInitLoadConfigAndFonts()
    if not config:
        return 0
    system = fontconfig.FcConfigGetFonts(config, 0)
    count = int(system.contents.nfont) if system else 0
    fontconfig.FcConfigDestroy(config)
    return count


def _profile() -> Finding:
    """The colours of a press: wanted only where a house has no profile of its own printing house."""
    try:
        found = of_this_machine()
    except ImportError:  # without Pillow, which is told of in its own line
        found = None
    if found is None:
        return Finding("cmyk-profile", "missing", "", system_line(*PROFILES), "press")
    return Finding("cmyk-profile", "ok", found.name, "", "press")


def _tool(name: str, debian: str, brew: str, option: str) -> Finding:
    path = shutil.which(name)
    if path is None:
        return Finding(name, "missing", "", system_line(debian, brew), "test")
    return Finding(name, "ok", _tool_version(path, option), "", "test")


def _tool_version(path: str, option: str) -> str:
    """The first number with a dot that the program prints; empty when it hangs or does not say."""
    try:
        told = subprocess.run(  # noqa: S603 - one of our three names, as PATH has it
            [path, option], stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=10
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    found = re.search(rb"\d+(?:\.\d+)+", told.stdout + told.stderr)
    return found[0].decode() if found else ""


def _older(version: str, oldest: str) -> bool:
    """Compared by their leading numbers: `70.0rc1` counts as 70.0."""
    return _numbers(version) < _numbers(oldest)


def _numbers(version: str) -> tuple[int, ...]:
    leading = re.match(r"\d+(?:\.\d+)*", version)
    numbers = [int(number) for number in leading[0].split(".")] if leading else []
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def _pip_line(requirement: str, *options: str) -> str:
    return shlex.join([sys.executable, "-m", "pip", "install", *options, requirement])


def system_line(debian: str, brew: str) -> str:
    """What installs a package of the system; for Debian's family where it is not Homebrew's."""
    if sys.platform == "darwin":
        return f"brew install {brew}"
    line = f"apt-get install -y --no-install-recommends {debian}"
    return line if os.geteuid() == 0 else f"sudo {line}"
