"""Text → the bare letters of it, in one spelling and without spaces; knows no secret and no file."""

from __future__ import annotations

import re
import unicodedata

from mujaz.folding import folded

WALL = "\n"
"""Between the letters of two texts: no run reaches over it."""
BREAK = "\0"
"""Between two texts that are one string before they are letters."""
_DIGITS = re.compile(r"\d+")
_HAMZA = frozenset("ءؤئ")
"""One sound that three countries write in three ways: it goes, whatever bears it."""
_WORD = re.compile(r"[^\s\-‐‑–—/\\.,،؛:;()\[\]{}<>«»\"“”!?؟…|·•+=]+")


class _Spelling(dict[int, str]):
    """Character → the letters that count in it; made as they come."""

    def __missing__(self, code: int) -> str:
        said = self[code] = _letters(chr(code))
        return said


def _letters(character: str) -> str:
    if character == BREAK:
        return WALL
    if character in _HAMZA:
        return ""
    read = folded(folded(character))
    return "".join(each for each in read if unicodedata.category(each)[0] in "LN")


_SPELLING = _Spelling()


def letters(text: str) -> str:
    """Letters and digits alone: no vowel signs, tatweel, spaces, marks, controls, hamza, case or shaped forms.

    Lines are no walls: what a text breaks off goes on in the next line.
    """
    return unicodedata.normalize("NFKC", text).translate(_SPELLING)


def unnumbered(said: str) -> str:
    """Letters without the digits among them.

    Digits are written in several ways, run against the line, and on paper their parts stand in any order; the call of
    a note is one, too. What is looked for is the words around them.
    """
    return _DIGITS.sub("", said)


def numbered(said: str) -> tuple[re.Pattern[str], tuple[list[str], ...]] | None:
    """Letters with numbers inside → what finds them, and the digits of each number in no order; None without any."""
    inner = said.strip("0123456789")
    numbers = _DIGITS.findall(inner)
    if not numbers:
        return None
    return re.compile(_DIGITS.sub(r"(\\d+)", inner)), tuple(map(sorted, numbers))


def walled(texts: list[str]) -> str:
    """The letters of several texts, a wall between them."""
    return WALL.join(map(letters, texts))


def words(text: str) -> list[tuple[int, int, str]]:
    """The words of a text: where each begins and ends, and its letters; what has none is no word."""
    found = ((each.start(), each.end(), letters(each[0])) for each in _WORD.finditer(text))
    return [each for each in found if each[2]]
