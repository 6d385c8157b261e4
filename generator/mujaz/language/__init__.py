"""Text → slips of its language, each with what should stand there; touches no file, knows no noun."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mujaz.language import letters as _letters
from mujaz.language import punctuation as _punctuation
from mujaz.language import spelling as _spelling
from mujaz.language.slip import Slip

__all__ = ["LETTERS", "MARKS", "RULES", "Slip", "doubts", "in_whole", "mended", "slips"]

RULES = frozenset((*_letters.RULES, *_punctuation.RULES, *_spelling.RULES))
LETTERS, MARKS = frozenset(_letters.RULES), frozenset(_punctuation.RULES)
_ARABIC = ("ar", "ckb", "fa")
_QUIET = re.compile(
    r"\[[^\[\]\n]*@[^\[\]\n]*\](?!\()|(?:https?://|www\.)[^\s،؛؟«»<>]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|`[^`\n]+`"
    r"|\]\([^)\s]*\)|^\s*\|?[\s:|-]+\|[\s:|-]*$",
    re.MULTILINE,
)
"""What is not prose: citations, addresses, code, the targets of links, the rules of tables."""
_PART = re.compile(r"(?:\A|\n\s*\n)\S?")
_ROUNDS = 6


def slips(text: str, language: str) -> Iterator[Slip]:
    """The slips of a text in the order of their places; `language` is ar, ckb, fa or en."""
    found = sorted(_found(text, language), key=lambda slip: (slip.start, slip.end, slip.rule))
    if not found:
        return
    quiet = [(each.start(), each.end()) for each in _QUIET.finditer(text)]
    end = -1
    for slip in found:
        if any(start < slip.end and slip.start < stop for start, stop in quiet) or slip.start < end:
            continue
        end = slip.end
        yield slip


def _found(text: str, language: str) -> Iterator[Slip]:
    yield from _punctuation.marks(text, language)
    yield from _punctuation.pairs(text)
    yield from _spelling.doubled(text, language)
    if not text.isascii():
        yield from _letters.letters(text, language)
    if language == "ar":
        yield from _spelling.spelling(text)


def doubts(text: str, language: str) -> Iterator[int]:
    """Places of a long text near which its slips are, and others: where there is none, `slips` need not be asked.

    Parts of the text may be asked about by themselves where a blank line parts them.
    """
    if language != "ar":
        yield from (found.start() for found in _PART.finditer(text))
        return
    yield from _punctuation.doubts(text)
    yield from _letters.doubts(text)
    yield from _spelling.doubts(text)


def in_whole(texts: Sequence[str], language: str) -> Iterator[tuple[int, Slip]]:
    """Slips that only all texts of a file together show: numbers in the kind of digits that fewer are written in."""
    if language in _ARABIC:
        for place, slip in _letters.digits_of(texts):
            quiet = _QUIET.finditer(texts[place])
            if not any(each.start() < slip.end and slip.start < each.end() for each in quiet):
                yield place, slip


def mended(text: str, language: str) -> str:
    """A text with all that a machine can mend; mending it again changes nothing."""
    for _ in range(_ROUNDS):
        found = [slip for slip in slips(text, language) if slip.better is not None]
        if not found:
            break
        for slip in reversed(found):
            text = text[: slip.start] + str(slip.better) + text[slip.end :]
    return text
