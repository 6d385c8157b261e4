"""What stands behind a field's «=» → its LaTeX, or what is wrong with it; knows abbreviations and nothing of fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_BRACE: Final = re.compile(r"(?<!\\)[{}]")
_QUOTE: Final = re.compile(r"(?<!\\)[{}\"]")
_NUMBER: Final = re.compile(r"[0-9\u0660-\u0669]+")
_NAME: Final = re.compile(r"[^\s\"#%'(),={}]+")
_JOINT: Final = re.compile(r"\s*#\s*")
PREDEFINED: Final = frozenset(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"])
"""The abbreviations that BibTeX itself has."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value in full."""

    latex: str
    unknown: tuple[str, ...] = ()
    """Abbreviations that nothing defines; they stand in the text as they are."""
    rest: str = ""
    """What stands behind the value where nothing may: a comma was forgotten."""


def value(written: str, strings: Mapping[str, str]) -> Value:
    """A value: parts in braces or quotation marks, numbers and abbreviations, joined by «#»."""
    pieces: list[str] = []
    unknown: list[str] = []
    at = 0
    while at < len(written):
        piece, end = _piece(written, at)
        if end == at:
            return Value("".join(pieces), tuple(unknown), written[at:])
        if written[at] in '{"' or _NUMBER.fullmatch(piece):
            pieces.append(piece)
        else:
            if piece.lower() not in strings and piece.lower() not in PREDEFINED:
                unknown.append(piece)
            pieces.append(strings.get(piece.lower(), piece))
        joint = _JOINT.match(written, end)
        if joint is None:
            return Value("".join(pieces), tuple(unknown), written[end:].strip())
        at = joint.end()
    return Value("".join(pieces), tuple(unknown))


def _piece(written: str, at: int) -> tuple[str, int]:
    """The piece that begins at a place, and where it ends; an empty one where none begins."""
    if written[at] == "{":
        end = _closed(written, at)
        return (written[at + 1 : end], end + 1) if end > at else ("", at)
    if written[at] == '"':
        end = _quoted(written, at)
        return (written[at + 1 : end], end + 1) if end > at else ("", at)
    found = _NUMBER.match(written, at) or _NAME.match(written, at)
    name = _NAME.match(written, at)
    found = name if name and found and name.end() > found.end() else found
    return (found[0], found.end()) if found else ("", at)


def _closed(written: str, at: int) -> int:
    level = 0
    for found in _BRACE.finditer(written, at):
        level += 1 if found[0] == "{" else -1
        if not level:
            return found.start()
    return -1


def _quoted(written: str, at: int) -> int:
    level = 0
    for found in _QUOTE.finditer(written, at + 1):
        if found[0] == '"' and not level:
            return found.start()
        level += {"{": 1, "}": -1}.get(found[0], 0)
    return -1
