"""Text → one spelling of it, blind to vowel marks, hamza, case, accents and digits; knows no order and no page."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final

WESTERN: Final = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫٬٪", "01234567890123456789.,%")
_FOLD: Final = str.maketrans("أإآٱىیئؤةھکـ", "اااايييوههك\u0301")  # tatweel becomes a mark, and marks go
_LATIN: Final = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th"})

_SEATS: Final = str.maketrans("أإؤئ", "ءءءء")
_TYPED: Final = str.maketrans("ەڕڵۆێ", "هرلوي")
"""Letters of Kurdish, as they are typed where a keyboard has none of them."""
_UNHEARD: Final = frozenset("'’‘`ʼʾʿ")
"""Apostrophes and the signs that stand for hamza and ayn in Latin letters."""
_THOUSANDS: Final = re.compile(r"(?<=[0-9٠-٩۰-۹])[,٬](?=[0-9٠-٩۰-۹]{3})")


def folded(text: str) -> str:
    """Without vowel marks, tatweel, case, accents and the spelling variants of alif, ya, ha and kaf."""
    bare = unicodedata.normalize("NFC", text).translate(_FOLD).casefold().translate(_LATIN).translate(WESTERN)
    return "".join(c for c in unicodedata.normalize("NFKD", bare) if not unicodedata.combining(c))


def spellings(text: str) -> list[tuple[str, ...]]:
    """The words of a text, each as search compares it; `site/index.js` of the templates does the same.

    A word with a hamza inside has two spellings: one where the seat alone is read («مسوول»), since many type no
    hamza, and one where all seats are one («مسءول»), since the seat differs from country to country (مسؤول، مسئول).
    """
    composed = _THOUSANDS.sub("", unicodedata.normalize("NFC", text))
    pairs = zip(_words(composed), _words(composed.translate(_SEATS)), strict=True)
    return [_spelled(word, seated) for word, seated in pairs]


def _spelled(word: str, seated: str) -> tuple[str, ...]:
    plain = word.replace("ء", "") or word
    return (plain, seated.replace("ء", "ا", 1) if seated[0] == "ء" else seated) if "ء" in seated[1:] else (plain,)


def _words(text: str) -> list[str]:
    return "".join(map(_sought, text)).split()


@cache
def _sought(character: str) -> str:
    """What search reads in a character: letters and digits, nothing, or the end of a word."""
    if unicodedata.category(character) == "Cf":
        return ""
    read = folded(folded(character)).translate(_TYPED)  # what a character is made of may have to be folded in its turn
    kinds = ((each, unicodedata.category(each)[0]) for each in read if each not in _UNHEARD)
    return "".join(each if kind in "LN" else " " for each, kind in kinds if kind != "M")
