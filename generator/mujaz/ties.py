"""HTML for paper → the same with no line broken inside a date, a count, an address's start; changes no word.

A space that must not break becomes a no-break one. What stands before the path of an address becomes a span that the
style sheet keeps on one line: a word joiner would be copied with the address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from mujaz.bidi.paragraphs import OBJECT, REPLACED, SILENT, Element, Paragraph, is_isolate, is_note, paragraphs, parse
from mujaz.bidi.uax9 import Base

TIE = "\u00a0"
_FEW = 8
"""Words of a paragraph that may end in a line of one word: it has hardly a second line."""
_SHORT = 12
"""Two last words that are tied are shorter together, with the space between them: a longer word that leaves the line
before would be missed in it, where lines are justified."""
_NARROW = 11
"""The same of all that is tied in a cell, which may be hardly wider than a word."""
_CELLS = frozenset({"td", "th"})
_PROSE = frozenset({"p", "li", "dd", "h1", "h2", "h3", "h4"})

_NUMBER = r"(?<![\w.,٫٬/:+–−-])[+−-]?\d(?:[\d.,٫٬–−-]*\d)?[%٪]?"
_NAMED = re.compile(  # what is counted off by a number that follows: Article 5, «عام ٢٠١٥»
    r"(?<!\w)(?:(?:[وفبلك]|ال|لل){0,3}"
    r"(?:عام|عامي|سنة|مادة|مادتين|مادتان|مواد|فقرة|بند|فصل|باب|قرار|قرارين|قانون|رقم|جدول|شكل|صفحة)"
    r"|صص?|سال|ماده|اصل|قطعنامه|شماره|ساڵی|ماددەی|ژمارە|ژمارەی"
    r"|(?:[Aa]rticle|[Rr]esolution|[Ll]aw|[Ss]ection|[Cc]hapter|[Pp]aragraph|[Tt]able|[Ff]igure|[Pp]age|[Vv]olume)s?"
    r"|[Nn]os?\.|pp?\.|(?:January|February|March|April|May|June|July|August|September|October|November|December)"
    r"(?=\s+\d\d?(?!\d)))(\s+)(?=\d)"
)
_COUNTED = re.compile(
    rf"({_NUMBER})ی?(\s+)(?![وفبلك]?(?:من|في|على|إلى|عن|أو|ثم|أن|إن|ما|لا|و|از|در|به|تا|لە|بۆ|یان)(?!\w)"
    r"|(?:of|in|and|or|to|from|at|on|by|is|was|are|were|the|a|that|which|with|as|but|when|while)(?!\w))[^\W\d_]"
)
_YEAR = re.compile(r"\d{4}")
"""A year counts nothing: what follows it is another phrase."""
_HALVES = re.compile(  # the two words of a month's name: «كانون الثاني»
    r"(?<!\w)[وفبلك]?(?:كانون|تشرين|ربيع|جمادى|ذو|ذي|کانوونی|کانونی|تشرینی|ڕەبیعی|جەمادی)(\s+)"
    r"(?=(?:الأول|الأولى|الثاني|الثانية|الآخر|الآخرة|القعدة|الحجة|یەکەم|دووەم))"
)
_LAST = re.compile(r"(?<=\S)(\s+)\S+\s*\Z")
_ADDRESS = re.compile(r"https?://[^\s/<>]+")


@dataclass(frozen=True, slots=True)
class _Slot:
    """A text of the tree: before the children of its element, or behind it."""

    element: Element
    part: Literal["text", "tail"]

    @property
    def said(self) -> str:
        return getattr(self.element, self.part) or ""


def tied(html: str, base: Base) -> str:
    """The document or fragment with its ties; one that needs none comes back unchanged."""
    page = parse(html)
    changed = False
    for paragraph in paragraphs(page, base):
        if paragraph.container.tag == "pre":
            continue
        slots = list(_slots(paragraph))
        text = "".join(slot.said if isinstance(slot, _Slot) else slot for slot in slots)
        ties = _ties(text, paragraph.container)
        if ties or _ADDRESS.search(text):
            _write(slots, ties)
            changed = True
    return str(page) if changed else html


def _slots(paragraph: Paragraph) -> Iterator[_Slot | str]:
    """The texts of a paragraph in order, and a sign for each thing that is set by itself; notes leave none."""
    before = paragraph.after
    yield _Slot(paragraph.container, "text") if before is None else _Slot(before, "tail")
    for node in paragraph.nodes:
        yield from _inside(node)
        yield _Slot(node, "tail")


def _inside(node: Element) -> Iterator[_Slot | str]:
    if not isinstance(node.tag, str) or node.tag in SILENT or is_note(node):
        return
    if node.tag == "br" or node.tag in REPLACED or is_isolate(node):
        yield "\n" if node.tag == "br" else OBJECT
        return
    yield _Slot(node, "text")
    for child in node:
        yield from _inside(child)
        yield _Slot(child, "tail")


def _ties(text: str, container: Element) -> dict[int, int]:
    """Where each space that must not break starts and stops."""
    narrow = container.tag in _CELLS or any(each.tag in _CELLS for each in container.iterancestors())
    found = [found.span(1) for found in _NAMED.finditer(text)]
    found += [match.span(2) for match in _COUNTED.finditer(text) if _counts(text, match)]
    found += [match.span(1) for match in _HALVES.finditer(text)]
    if (container.tag in _PROSE or is_note(container)) and len(text.split()) > _FEW:
        found += [match.span(1) for match in _LAST.finditer(text) if _around(text, match.span(1)) < _SHORT]
    return {
        start: stop
        for start, stop in found
        if OBJECT not in text[start - 1 : stop + 1]
        and not (narrow and _around(text, (start, stop)) >= _NARROW)
        # A no-break space between two numbers makes one of them (UAX #9, rule W4).
        and not (text[start - 1].isdigit() and text[stop].isdigit())
    }


def _counts(text: str, match: re.Match[str]) -> bool:
    """Whether a number counts the word behind it; one that is named by the word before it does not."""
    named = any(found.end() == match.start() for found in _NAMED.finditer(text, 0, match.end(1)))
    return not named and not _YEAR.fullmatch(match[1])


def _around(text: str, space: tuple[int, int]) -> int:
    """How long two words are, with a space between them."""
    before, after = text[: space[0]].split(), text[space[1] :].split()
    return len(before[-1]) + 1 + len(after[0])


def _write(slots: list[_Slot | str], ties: dict[int, int]) -> None:
    """Set the ties into the tree; backwards, since spans for addresses put new texts behind their slots."""
    placed: list[tuple[int, _Slot]] = []
    start = 0
    for slot in slots:
        if isinstance(slot, _Slot):
            placed.append((start, slot))
        start += len(slot.said if isinstance(slot, _Slot) else slot)
    for start, slot in reversed(placed):
        said = slot.said
        for first, last in sorted(ties.items(), reverse=True):
            if start <= first and last <= start + len(said):
                said = said[: first - start] + TIE + said[last - start :]
        setattr(slot.element, slot.part, said)
        for address in reversed(list(_ADDRESS.finditer(said))):
            _span(slot, address.span())


def _span(slot: _Slot, place: tuple[int, int]) -> None:
    """A part of a text in a span of its own."""
    said, (start, stop) = slot.said, place
    made = slot.element.makeelement("span", {"class": "address"})
    made.text, made.tail = said[start:stop], said[stop:]
    if slot.part == "text":
        slot.element.text = said[:start]
        slot.element.insert(0, made)
    else:
        parent = slot.element.getparent()
        slot.element.tail = said[:start]
        parent.insert(parent.index(slot.element) + 1, made)
