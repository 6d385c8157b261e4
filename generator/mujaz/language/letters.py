"""Text → slips of its letters and digits, whatever words they stand in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from mujaz.language.slip import Slip

RULES = ("tatweel", "presentation-form", "digits-mixed", "letter-foreign", "bidi-control")
_A = "\u0621-\u064a\u066e-\u06d3\u06d5"
_TATWEEL = re.compile(
    rf"(?<=[{_A}\u064b-\u0652])ـ+(?=[{_A}\u064b-\u0652])|(?<=[{_A}][{_A}])(?<!ه)ـ+(?![{_A}]|\s*[A-Za-z0-9٠-٩«“(\"])"
)
_FORM = re.compile("[\ufb50-\ufd3d\ufd50-\ufdcf\ufdf0-\ufdf9\ufdfc\ufe70-\ufefc]+")
_CONTROL = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]+")
_DIGITS = re.compile("[0-9٠-٩۰-۹](?:[.,٫٬]?[0-9٠-٩۰-۹])+")
_STYLES = (("western", re.compile("[0-9]")), ("arabic-indic", re.compile("[٠-٩]")), ("persian", re.compile("[۰-۹]")))
_NUMBER = re.compile("[0-9٠-٩۰-۹]+(?:[.,٫٬][0-9٠-٩۰-۹]+)*")
_WESTERN = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫٬", "01234567890123456789.,")
_INDIC = str.maketrans("0123456789۰۱۲۳۴۵۶۷۸۹", "٠١٢٣٤٥٦٧٨٩" * 2)
_PERSIAN = str.maketrans("0123456789٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹" * 2)
_INTO = {"western": _WESTERN, "arabic-indic": _INDIC, "persian": _PERSIAN}
_ODD = re.compile("[ـ\ufb50-\ufdff\ufe70-\ufefc\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069٠-٩۰-۹یکہەھ]")
"""Of these, every slip of letters in Arabic holds one."""
_WORD = re.compile(rf"[{_A}\u064b-\u0652]+")
_FOREIGN = {
    "ar": (re.compile("[یکہەھە]"), str.maketrans("یکہھ", "يكهه"), re.compile("[پچژگڤێۆڵڕۊۇ]")),
    "fa": (re.compile("[يكى]"), str.maketrans("يكى", "یکی"), None),
    "ckb": (re.compile("[يكىة]"), str.maketrans("يكى", "یکی"), None),
}
"""Language → letters of its neighbours, the letters that are meant, and letters that make a word a foreign name."""

_HEH = re.compile("ه(\u200c|ـ+)")
"""How keyboards of other languages make the two letters that Kurdish has in the place of ه: a vowel and a consonant."""
_NEIGHBOUR = re.compile("فارس|كرد|أردو|أردي|إيران|طاجيك|بشتو|آذري|عثماني")
_TITLE = re.compile("«[^«»]*»|[(][^()]*[)]")
"""A title or name in its own language, in a text that says which one that is: «باغ آینه» بالفارسية."""
_ARABIC_TITLE = re.compile("(?<![\u0621-\u06d5])ال[\u0621-\u06d5]{2}|[ةإ]")
"""What shows that a title in a Persian or Kurdish text is an Arabic one: its article or its own letters."""


def letters(text: str, language: str) -> Iterator[Slip]:
    """Stretched, shaped, unseen and foreign letters, and numbers in two kinds of digits."""
    if language == "ar" and not _ODD.search(text):
        return
    if "ـ" in text:
        for found in _TATWEEL.finditer(text):
            if language != "ckb" or text[found.start() - 1] != "ه":
                yield Slip("tatweel", found.start(), found.end(), found[0], "")
    for found in _FORM.finditer(text):
        yield Slip("presentation-form", found.start(), found.end(), found[0], unicodedata.normalize("NFKC", found[0]))
    for found in _CONTROL.finditer(text):
        yield Slip("bidi-control", found.start(), found.end(), found[0], "")
    if not text.isascii() and any(c in text for c in "٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹"):
        for found in _DIGITS.finditer(text):
            styles = [name for name, pattern in _STYLES if pattern.search(found[0])]
            if len(styles) > 1:
                first = next(name for name, pattern in _STYLES if pattern.match(found[0]))
                better = found[0].translate(_INTO[first])
                yield Slip("digits-mixed", found.start(), found.end(), found[0], better)
    if language in _FOREIGN:
        yield from _foreign(text, language)


def doubts(text: str) -> Iterator[int]:
    """Where Arabic text may hold a slip of its letters."""
    return (found.start() for found in _ODD.finditer(text))


def _foreign(text: str, language: str) -> Iterator[Slip]:
    wrong, meant, names = _FOREIGN[language]
    for found in _HEH.finditer(text) if language == "ckb" else ():
        better = "ە" if found[1] == "\u200c" else "ھ"
        yield Slip("letter-foreign", found.start(), found.end(), found[0], better)
    if not wrong.search(text):
        return
    titles = [each.span() for each in _TITLE.finditer(text) if _other(each[0], text, language)]
    for found in _WORD.finditer(text):
        if (names and names.search(found[0])) or any(start <= found.start() < end for start, end in titles):
            continue
        for each in wrong.finditer(found[0]):
            at = found.start() + each.start()
            better = each[0].translate(meant)
            yield Slip("letter-foreign", at, at + 1, each[0], better if better != each[0] else None)


def _other(title: str, text: str, language: str) -> bool:
    """Whether what stands in quotation marks or brackets is in another language than the text around it."""
    return bool(_NEIGHBOUR.search(text) if language == "ar" else _ARABIC_TITLE.search(title))


def digits_of(texts: Sequence[str]) -> Iterator[tuple[int, Slip]]:
    """The numbers of the kind of digits that fewer numbers of a whole file are written in, with the text's place."""
    found: dict[str, list[tuple[int, re.Match[str]]]] = {"western": [], "arabic-indic": [], "persian": []}
    for place, text in enumerate(texts):
        if text.isascii():
            continue
        for number in _NUMBER.finditer(text):
            styles = [name for name, pattern in _STYLES if pattern.search(number[0])]
            if len(styles) > 1:
                continue  # told of by itself
            style = styles[0]
            found[style].append((place, number))
    most = max(found, key=lambda style: len(found[style]))
    for style, numbers in found.items():
        for place, number in numbers if style != most else ():
            better = number[0].translate(_INTO[most])
            yield place, Slip("digits-mixed", number.start(), number.end(), number[0], better)
