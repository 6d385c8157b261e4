"""Lines of YAML, a scalar's extent and its text → the place of each character; changes nothing, knows no noun."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_NAMED = {"0": "\0", "a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "e": "\x1b"}
_NAMED |= {" ": " ", "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029"}
_UNSEEN = re.compile("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
"""What the reader of YAML takes out of texts, so that it stands in the file and not in the value."""


class Span(NamedTuple):
    """Where a scalar stands: from its first sign or letter to behind its last one, counted from 0."""

    line: int
    column: int
    end_line: int
    end_column: int
    style: str
    """YAML's sign: `|`, `>`, a quotation mark, or nothing."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A character of a value as it stands in its file, counted from 0."""

    line: int
    column: int
    length: int
    """Of what stands for it: 1, or more for an escape."""


def spots(lines: Sequence[str], span: Span, text: str) -> list[Spot] | None:
    """The place of each character of `text`, the value of a scalar or a part of it from its first letter on.

    White space is folded by YAML: a blank of the value stands for the first of the blanks and line ends that it was
    made of. None where text and file do not agree, which no reading of the same file gives.
    """
    walk = _Walk(lines, span)
    found: list[Spot] = []
    for index, character in enumerate(text):
        if character.isspace():
            found.append(walk.blank(again=index > 0 and text[index - 1].isspace()))
            continue
        spot = walk.letter(character)
        if spot is None:
            return None
        found.append(spot)
    return found


class _Walk:
    """A reading of one scalar, letter by letter."""

    def __init__(self, lines: Sequence[str], span: Span) -> None:
        self.lines, self.style = lines, span.style
        self.line, self.column = span.line, span.column
        self.last = (span.end_line, span.end_column)
        if span.style in ("|", ">"):
            self.line, self.column = span.line + 1, 0
        elif span.style:
            self.column += 1

    def blank(self, *, again: bool) -> Spot:
        """Where white space stands; of several blanks in the value, the later ones move on within a line."""
        line = self.lines[self.line] if self.line < len(self.lines) else ""
        if again and self.column < len(line) and line[self.column].isspace():
            self.column += 1
        return Spot(self.line, self.column, 1)

    def letter(self, character: str) -> Spot | None:
        """Where the next letter stands; None where another one stands in its place."""
        while (self.line, self.column) < self.last and self.line < len(self.lines):
            line = self.lines[self.line]
            if self.column >= len(line):
                self.line, self.column = self.line + 1, 0
                continue
            here = line[self.column]
            if here.isspace() or _UNSEEN.match(here):
                self.column += 1
                continue
            said, length = self._said(line)
            if said.isspace() or said == "" or _UNSEEN.match(said):
                self.column += length
                continue
            if said != character:
                return None
            spot = Spot(self.line, self.column, length)
            self.column += length
            return spot
        return None

    def _said(self, line: str) -> tuple[str, int]:
        """What a letter of the file, or an escape, stands for, and how long it is."""
        here = line[self.column]
        if self.style == "'" and line.startswith("''", self.column):
            return "'", 2
        if self.style != '"' or here != "\\":
            return here, 1
        found = _ESCAPE.match(line, self.column)
        if found is None:  # at the end of a line: the line end is not part of the text
            return "", 1
        code = found[1] or found[2] or found[3]
        return (chr(int(code, 16)) if code else _NAMED.get(found[4], found[4])), len(found[0])
