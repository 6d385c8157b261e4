"""`[@key، ص 5؛ ينظر: @other]` → what is cited and where in it; knows no reference and no style."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from mujaz.arabic import digits


@dataclass(frozen=True, slots=True)
class Cite:
    """One source within a bracket."""

    key: str
    locator: str = ""
    """The place in the source, Western digits: `5`, `45-67`, or a compound `2، ص 5`."""
    label: str = "page"
    """What the locator counts, as a CSL locator term."""
    prefix: str = ""
    suffix: str = ""
    """What follows, with the comma that it was written with, if any."""
    suppress_author: bool = False


@dataclass(frozen=True, slots=True)
class Cluster:
    """One bracket of the text: a note, or an author-date citation."""

    cites: tuple[Cite, ...]


_TERMS: Final[Mapping[str, str]] = {
    "page": "ص ص|ص.ص|صص|ص|صفحة|الصفحة|صفحات|الصفحات|pp|p|pages|page|لل|ل|لاپەڕە|لاپەڕەی|صفحهٔ|صفحه",
    "part": "ج|جزء|الجزء|pt|part|بەرگ|بەرگی|جلد",
    "volume": "مج|مجلد|المجلد|vols|vol|volume|دورهٔ|دوره",
    "chapter": "فصل|الفصل|chap|ch|chapter|بەش|بەشی",
    "section": "مبحث|المبحث|§|sec|section|تەوەر|تەوەری|بخش",
    "paragraph": "ف|فقرة|الفقرة|الفقرات|¶|paras|para|paragraph|بڕگە|بڕگەی|بند",
    "article-locator": "م|مادة|المادة|المواد|arts|art|article|ماددە|ماددەی|مادە|مادەی|مادهٔ|ماده",
    "appendix": "ملحق|الملحق|app|appendix|پاشکۆ|پاشکۆی|پیوست",
    "column": "عمود|العمود|col|column|ستوون|ستوونی|ستون",
    "figure": "شكل|الشكل|fig|figure|شێوە|شێوەی|شکل",
    "table": "جدول|الجدول|table|خشتە|خشتەی",
    "line": "سطر|السطر|line|دێڕ|دێڕی",
    "folio": "ورقة|الورقة|fol|پەڕە|پەڕەی|برگ",
    "note": "هامش|الهامش|nn|n|note|پەراوێز|پەراوێزی|یادداشت",
    "book": "الكتاب|bk|کتێبی|کتاب",
    "verse": "آية|الآية|ئایەت|ئایەتی|آیهٔ|آیه",
}
_LABELS: Final = {word: term for term, spelled in _TERMS.items() for word in spelled.split("|")}
_KEY: Final = re.compile(r"(?<![\w@])(-?)@(\w(?:[\w:.#$%&+?~/-]*\w)?)")
_ONE: Final = r"(?:\d[\w/\u064b-\u0652]*(?:-[^\W\d_](?!\w))?|[ivxlcdm]+(?!\w))"
_SOME: Final = rf"{_ONE}(?:\s*[-–—]\s*{_ONE})?"
_NUMBERS: Final = rf"{_SOME}(?:(?:\s*[,،]|\s+و)\s*(?=\d){_SOME})*"
_SPELLED: Final = "|".join(sorted(map(re.escape, _LABELS), key=len, reverse=True))
_PLACE: Final = re.compile(  # a label and numbers, a long label and words («الفصل الثاني»), or bare numbers
    rf"(?:({_SPELLED})\.?\s*({_NUMBERS})|((?:{_SPELLED})(?<=\w\w\w))\s+([^\d\W][^,،]*)|((?=\d){_NUMBERS}))(?!\w)",
    re.IGNORECASE,
)
_PARTS: Final = re.compile(r"\s*[;؛]\s*")
_COMMA: Final = re.compile(r"\s*[,،]\s*")


def parse(bracket: str) -> Cluster | None:
    """The inside of `[…]` as a cluster; None when there is no `@key` in it.

    «ينظر: @a، ص 5؛ -@b, pp. 7-9 وما بعدها»: cites part at `;` or `؛`; what stands before a key is its prefix;
    after it come a place («ج 2، ص 5», «الفصل الثاني», `para. 4`, a bare number) and a suffix. A part without
    a key belongs to its neighbour.
    """
    cites: list[Cite] = []
    before = ""
    for part in _PARTS.split(bracket.strip()):
        if found := _KEY.search(part):
            place, label, suffix = _place(part[found.end() :])
            prefix = (before + part[: found.start()]).strip()
            cites.append(Cite(found[2], place, label, prefix, suffix, suppress_author=bool(found[1])))
            before = ""
        elif cites:
            last = cites[-1]
            cites[-1] = replace(last, suffix=f"{last.suffix}؛ {part}".strip() if part else last.suffix)
        elif part:
            before += f"{part}؛ "
    return Cluster(tuple(cites)) if cites else None


def _place(rest: str) -> tuple[str, str, str]:
    """What follows a key as locator, label and suffix."""
    text = digits(rest.strip(), "western")
    start = _COMMA.match(text)
    at = start.end() if start else 0
    first = _PLACE.match(text, at)
    if not first:
        return "", "page", rest.strip()
    label, value = _label_and_value(first)
    end = first.end()
    while (comma := _COMMA.match(text, end)) and (more := _PLACE.match(text, comma.end())):
        value, end = value + text[end : more.end()], more.end()
    return value, label, text[end:].strip().removeprefix(".").strip()


def _label_and_value(found: re.Match[str]) -> tuple[str, str]:
    word = found[1] or found[3] or "page"
    return _LABELS[word if word in _LABELS else word.lower()], (found[2] or found[4] or found[5]).strip()


def steps(cite: Cite) -> list[tuple[str, list[str]]]:
    """The locator as labels with their values, so that each language can print its own: «ج 2، ص 5، 7»."""
    found: list[tuple[str, list[str]]] = []
    for part in _COMMA.split(cite.locator):
        place = _PLACE.fullmatch(part)
        if found and (not place or place[5]):
            found[-1][1].append(part)
        elif found and place:
            label, value = _label_and_value(place)
            found.append((label, [value]))
        else:
            found.append((cite.label, [part]))
    return found


BRACKET: Final = re.compile(r"\[(?P<inside>[^\[\]\n]*@[^\[\]\n]*)\](?!\()")
"""What may be a citation: it is one where `parse` finds a key in its inside."""


def keys(text: str) -> Iterator[str]:
    """The keys that a text cites, in order, as often as it cites them."""
    if "@" not in text:
        return
    for bracket in BRACKET.finditer(text):
        yield from cited(bracket["inside"])


@lru_cache(maxsize=4096)
def cited(inside: str) -> tuple[str, ...]:
    """The keys that the inside of one bracket cites."""
    return tuple(found[2] for part in _PARTS.split(inside) if (found := _KEY.search(part)))


LINK = re.compile(r"\]\(#(?P<id>[^)\s]*)\)")
"""A link of Markdown to another place in the same brief."""


def loose(text: str) -> Iterator[str]:
    """The keys that stand in a text without the bracket that would make a citation of them."""
    if "@" not in text:
        return
    rest = BRACKET.sub(" ", text)
    if "@" in rest:
        yield from (found[2] for found in _KEY.finditer(rest))


ADDRESS = re.compile(r"(?<!!)\[[^\[\]\n]*\]\(\s*<?(?P<address>[^)\s>]+)")
"""A link of Markdown, wherever it leads."""

DEEP = re.compile(r"^ {0,3}(?:(?:>|[-*+](?=[ \t]))[ \t]?){10,}|^[ \t]{40,}(?:[-*+]|\d{1,9}[.)])[ \t]", re.MULTILINE)
"""Quotations in quotations and lists in lists, deeper than a page can show."""

PICTURE = re.compile(r"!\[[^\]\n]*\]\(")
"""A picture of Markdown, which running text does not carry."""
