"""Text of a paragraph → level, order and mirrored form of its characters by UAX #9, from FriBidi; no HTML."""

from __future__ import annotations

import ctypes
import functools
import re
from collections.abc import Sequence
from typing import Literal
from unicodedata import bidirectional

Base = Literal["rtl", "ltr"]

# Pango brings FriBidi along, so wherever WeasyPrint runs one of these opens. The loader is asked for each by
# name: `ctypes.util.find_library` would start a compiler and ldconfig to learn the same.
LIBRARY_NAMES = (
    "libfribidi.so.0",
    "libfribidi.0.dylib",
    "/opt/homebrew/lib/libfribidi.0.dylib",
    "/usr/local/lib/libfribidi.0.dylib",
    "libfribidi-0.dll",
    "fribidi-0.dll",
)
PARAGRAPH_TYPE = {"ltr": 0x110, "rtl": 0x111}
PARAGRAPH_LEVEL = {"ltr": 0, "rtl": 1}
INITIATORS = re.compile("[\u2066-\u2068]")
EMBEDDINGS = re.compile("[\u202a-\u202e]")
PDI = "\u2069"


class FriBidiMissingError(RuntimeError):
    """The system has no FriBidi library, so no order of mixed text can be known."""

    def __init__(self) -> None:
        super().__init__(
            "FriBidi was not found; it comes with Pango, which WeasyPrint needs as well "
            "(Debian: libfribidi0, Homebrew: fribidi). Tried: " + ", ".join(LIBRARY_NAMES)
        )


@functools.cache
def fribidi() -> ctypes.CDLL:
    """The FriBidi library, opened at first use and told the types of its functions."""
    for name in LIBRARY_NAMES:
        try:
            library = ctypes.CDLL(name)
        except OSError:
            continue
        word, words, bytes_ = ctypes.c_uint32, ctypes.POINTER(ctypes.c_uint32), ctypes.POINTER(ctypes.c_int8)
        library.fribidi_get_bidi_types.argtypes = (words, ctypes.c_int, words)
        library.fribidi_get_bidi_types.restype = None
        library.fribidi_get_bracket_types.argtypes = (words, ctypes.c_int, words, words)
        library.fribidi_get_bracket_types.restype = None
        library.fribidi_get_par_embedding_levels_ex.argtypes = (words, words, ctypes.c_int, words, bytes_)
        library.fribidi_get_par_embedding_levels_ex.restype = ctypes.c_int8
        library.fribidi_get_mirror_char.argtypes = (word, words)
        library.fribidi_get_mirror_char.restype = ctypes.c_int
        return library
    raise FriBidiMissingError


def levels(text: str, base: Base) -> tuple[int, ...]:
    """The embedding level of each character of one paragraph that stands on one line.

    Rules P to L1 of UAX #9, with paired brackets (N0) and isolates. Characters that rule X9 takes out carry
    the level of their neighbours.
    """
    # FriBidi before 1.0.9 lets one isolate's text decide the numbers of the next (fribidi/fribidi#141), which
    # BidiCharacterTest does not notice. Delete `_by_isolates` when Debian 12 is no longer a target.
    if len(INITIATORS.findall(text)) > 1 and not EMBEDDINGS.search(text):
        return _by_isolates(text, base)
    return fribidi_levels(text, base)


def fribidi_levels(text: str, base: Base) -> tuple[int, ...]:
    """The same as this system's FriBidi gives it, and therefore Pango and WeasyPrint."""
    count = len(text)
    if not count:
        return ()
    library = fribidi()
    words = ctypes.c_uint32 * count
    # "surrogatepass": a lone surrogate is some reader's mistake, not a reason to fail at ordering.
    characters = words.from_buffer_copy(text.encode("utf-32-le", "surrogatepass"))
    types, brackets, resolved = words(), words(), (ctypes.c_int8 * count)()
    library.fribidi_get_bidi_types(characters, count, types)
    library.fribidi_get_bracket_types(characters, count, types, brackets)
    direction = ctypes.c_uint32(PARAGRAPH_TYPE[base])
    if not library.fribidi_get_par_embedding_levels_ex(types, brackets, count, ctypes.byref(direction), resolved):
        raise MemoryError("FriBidi could not resolve a paragraph")
    return tuple(resolved)


def _by_isolates(text: str, base: Base) -> tuple[int, ...]:
    """Levels found for each isolate by itself; for text without embeddings and overrides."""
    resolved = _isolated_levels(text, 1 if base == "rtl" else 0)
    # Rule L1, which only the whole line can apply.
    trailing = True
    for index in range(len(text) - 1, -1, -1):
        kind = bidirectional(text[index])
        if kind in {"S", "B"}:
            trailing = True
        elif kind not in {"WS", "BN", "LRI", "RLI", "FSI", "PDI"}:
            trailing = False
        if trailing:
            resolved[index] = PARAGRAPH_LEVEL[base]
    return tuple(resolved)


def _isolated_levels(text: str, embedding: int) -> list[int]:
    """The levels of the text of one isolate, or of the paragraph, whose own level is given."""
    shown: list[str] = []
    inside: list[tuple[int, int]] = []
    index = 0
    while index < len(text):
        if not INITIATORS.match(text[index]):
            shown.append(text[index])
            index += 1
            continue
        stop = _end_of_isolate(text, index)
        inside.append((index, stop))
        shown.append("\ufffc")
        index = stop
    outer = iter(fribidi_levels("".join(shown), "rtl" if embedding % 2 else "ltr"))
    result: list[int] = []
    shift = embedding - embedding % 2
    for start, stop in [*inside, (len(text), len(text))]:
        result += [next(outer) + shift for _ in range(start - len(result))]
        if start < stop:
            level = next(outer) + shift
            closed = text[stop - 1] == PDI and stop - start > 1
            content = text[start + 1 : stop - closed]
            result += [level, *_isolated_levels(content, _isolate_level(text[start], content, embedding))]
            result += [level] * closed
    return result


def _end_of_isolate(text: str, start: int) -> int:
    """Where the isolate that begins at `start` has ended: after its PDI, or with the text (BD9)."""
    depth = 0
    for index in range(start, len(text)):
        depth += (text[index] in "\u2066\u2067\u2068") - (text[index] == PDI)
        if not depth:
            return index + 1
    return len(text)


def _isolate_level(initiator: str, content: str, embedding: int) -> int:
    """The next level above that has the isolate's direction (X5a to X5c)."""
    odd = initiator == "\u2067" or (initiator == "\u2068" and first_strong(content) == "rtl")
    return embedding + (2 if odd == bool(embedding % 2) else 1)


def first_strong(text: str) -> Base:
    """The direction of the first letter outside of isolates that has one (P2 and P3), or left to right."""
    depth = 0
    for character in text:
        kind = bidirectional(character)
        depth += (kind in {"LRI", "RLI", "FSI"}) - (kind == "PDI" and depth > 0)
        if not depth and kind in {"L", "R", "AL"}:
            return "ltr" if kind == "L" else "rtl"
    return "ltr"


def order(resolved: Sequence[int]) -> list[int]:
    """Indices of the characters from left to right (rule L2), for levels of one line."""
    indices = list(range(len(resolved)))
    if not indices:
        return indices
    lowest_odd = min((level for level in resolved if level % 2), default=None)
    if lowest_odd is None:
        return indices
    for level in range(max(resolved), lowest_odd - 1, -1):
        start = 0
        while start < len(resolved):
            if resolved[start] < level:
                start += 1
                continue
            stop = start
            while stop < len(resolved) and resolved[stop] >= level:
                stop += 1
            indices[start:stop] = reversed(indices[start:stop])
            start = stop
    return indices


@functools.lru_cache(maxsize=1024)
def mirrored(character: str) -> str:
    """The character whose shape this one takes where it runs right to left (rule L4), or itself."""
    counterpart = ctypes.c_uint32()
    fribidi().fribidi_get_mirror_char(ord(character), ctypes.byref(counterpart))
    return chr(counterpart.value)
