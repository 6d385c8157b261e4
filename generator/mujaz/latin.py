"""A text in Arabic letters → the same letter for letter in Latin ones (after ALA-LC); reads no word, adds no vowel."""

from __future__ import annotations

import re
import unicodedata

_LETTERS = {
    **dict(
        zip(
            "ابتجحدرزسشصضطظعفقكلمنهوي",
            [
                "ā",
                "b",
                "t",
                "j",
                "ḥ",
                "d",
                "r",
                "z",
                "s",
                "sh",
                "ṣ",
                "ḍ",
                "ṭ",
                "ẓ",
                "ʿ",
                "f",
                "q",
                "k",
                "l",
                "m",
                "n",
                "h",
                "w",
                "y",
            ],
            strict=True,
        )
    ),
    **dict(zip("ثخذغ", ["th", "kh", "dh", "gh"], strict=True)),
    **dict(zip("ءأإآؤئىةٱ", ["ʾ", "a", "i", "ā", "ʾw", "ʾy", "á", "h", "a"], strict=True)),
    **dict(
        zip(
            "پچژگکیڤۆێڵڕەھۀێۇ",
            ["p", "ch", "zh", "g", "k", "y", "v", "ô", "ê", "ł", "ř", "e", "h", "h", "ê", "û"],
            strict=True,
        )
    ),
    **dict(zip("\u064b\u064c\u064d\u064e\u064f\u0650\u0670", ["an", "un", "in", "a", "u", "i", "ā"], strict=True)),
    **dict(zip("،؛؟«»٪٫٬", [",", ";", "?", "“", "”", "%", ".", ","], strict=True)),
}
_SILENT = re.compile("[\u0640\u0652\u200b-\u200f\u202a-\u202e\u2066-\u2069\u061c\ufffc]")
_ARTICLE = re.compile(r"\b(?:([وفبك])?ال|(لل))(?=[\u0621-\u064a]{2})")
_DOUBLE = re.compile("([\u0621-\u064a])\u0651")


def latin(text: str) -> str:
    """The text as a reader of Latin letters can compare it with a picture: «وزارة الخارجية» → “wzārh al-khārjyh”."""
    plain = _SILENT.sub("", unicodedata.normalize("NFKC", text))
    plain = _DOUBLE.sub(r"\1\1", plain)
    plain = _ARTICLE.sub(lambda found: f"{found[1] or ''}al-" if found[2] is None else "l-l-", plain)
    return "".join(_letter(each) for each in plain)


def _letter(character: str) -> str:
    digit = unicodedata.digit(character, None)
    return _LETTERS.get(character) or (character if digit is None else str(digit))
