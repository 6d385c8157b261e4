"""Print `Document` → `Meant`: its passages as plain logical text with the levels of UAX #9; sees no PDF.

What `bidi.settle` put into the page for WeasyPrint is taken out again, so that the order that is asked for here is that
of the plain text and not of the spans that were to bring it about.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from mujaz.bidi.paragraphs import BLOCKS, LINE, SPACES, Element, Paragraph, is_note, paragraphs, parse
from mujaz.bidi.tokens import TOKEN
from mujaz.bidi.uax9 import Base, levels, mirrored
from mujaz.model.document import Document
from mujaz.proof.pages import VISIBLE
from mujaz.proof.sheet import Sheet, read_sheet, select

_OPEN = {"ltr": "\u2066", "rtl": "\u2067", "auto": "\u2068"}
_CLOSE = "\u2069"
_TEXT = 12
"""Characters from which on something hidden is part of what a reader is told, and no ornament."""
_LETTER_MARK = "\u061c"
DIGITS = {
    "decimal": "0123456789",
    "arabic-indic": "٠١٢٣٤٥٦٧٨٩",
    "persian": "۰۱۲۳۴۵۶۷۸۹",
}
"""What counters of CSS print, as far as a page of ours may ask for them."""
_ONE_WAY: dict[Base, re.Pattern[str]] = {
    "rtl": re.compile("[ !-/:-@\\[-`{-~\u00a0«»·–—‘’“”…\u060b-\u065f\u066a\u066d-\u06dc\u06de-\u06ef\u06fa-\u06ff]*"),
    "ltr": re.compile("[ -~\u00a0-\u024f‐-…]*"),
}
"""Texts in which nothing runs against their direction: they need no algorithm to be ordered."""


class _Mirror(dict[int, str]):
    """A table for `translate`: each character as it looks where it runs right to left (rule L4)."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        self[code] = found = mirrored(character) if unicodedata.mirrored(character) else character
        return found


_MIRROR = _Mirror()


@dataclass(slots=True, eq=False)
class Passage:
    """A paragraph as it was meant."""

    text: str
    """In logical order, with isolates where the author or a phone number asks for one."""
    base: Base
    language: str
    note: int
    """From 1, where it is a note; 0 for the text."""
    calls: tuple[tuple[int, int], ...]
    """Place in `visible` and number of each call of a note."""
    container: Element
    links: tuple[Element, ...]
    """The links that it holds."""
    visible: str = ""
    """Its characters without spaces, signs that only steer, and vowel signs."""
    levels: tuple[int, ...] = ()
    at: list[int] = field(default_factory=list)
    """The place in the text of each visible character."""
    plain: bool = False
    """Whether nothing in it runs against its direction."""

    def __post_init__(self) -> None:
        """Work out what every line is asked for."""
        self.visible = self.text.translate(VISIBLE)
        self.at = [at for at, each in enumerate(self.text) if VISIBLE[ord(each)]]
        self.plain = _ONE_WAY[self.base].fullmatch(self.text) is not None
        if self.plain:
            self.levels = (1 if self.base == "rtl" else 0,) * len(self.text)
            return
        parts = [levels(line, self.base) for line in self.text.split(LINE)]
        self.levels = parts[0] + tuple(level for part in parts[1:] for level in (parts[0][:1] or (0,)) + part)

    def shown(self, start: int, stop: int) -> str:
        """The visible characters of a line from left to right, for a line of those from `start` to `stop`."""
        return self.laid(start, stop).translate(VISIBLE)

    def laid(self, start: int, stop: int) -> str:
        """The same with the spaces between them (rules L2 and L4)."""
        if start >= stop:
            return ""
        first, last = self.at[start], self.at[stop - 1] + 1
        text, resolved = self.text[first:last], self.levels[first:last]
        runs: list[tuple[int, str]] = []
        place = 0
        for level, group in groupby(resolved):
            count = len(list(group))
            part = text[place : place + count]
            runs.append((level, part[::-1].translate(_MIRROR) if level % 2 else part))
            place += count
        if len(runs) == 1:
            return runs[0][1]
        lowest = min((level for level, _ in runs if level % 2), default=None)
        if lowest is None:
            return text
        for level in range(max(level for level, _ in runs), lowest - 1, -1):
            runs = _turned(runs, level)
        return "".join(part for _, part in runs)

    def words(self, start: int, stop: int) -> str:
        """The text of a line in logical order."""
        return self.text[self.at[start] : self.at[stop - 1] + 1] if start < stop else ""


def _turned(runs: list[tuple[int, str]], level: int) -> list[tuple[int, str]]:
    """The runs with every row of those at a level or above it turned round."""
    found: list[tuple[int, str]] = []
    for high, group in groupby(runs, lambda run: run[0] >= level):
        row = list(group)
        found += row[::-1] if high else row
    return found


@dataclass(frozen=True, slots=True)
class Meant:
    """What a document was to show."""

    document: Document
    sheet: Sheet
    passages: tuple[Passage, ...]
    """Of the text, in order, empty ones left out."""
    notes: tuple[Passage, ...]
    running: dict[str, tuple[Passage, ...]]
    """What stands on the margins, by the names that the style sheet gives it."""
    hidden: tuple[str, ...]
    """Texts of the brief that the style sheet hides."""
    places: dict[Element, int]
    """The number of each element in the order of the document."""
    ids: dict[str, Element]

    def starts(self, element: Element) -> int:
        """The passage at which an element begins."""
        while element.tag not in BLOCKS and element.getparent() is not None and not _is_container(element, self):
            element = element.getparent()
        return bisect_left(self.passages, self.places[element], key=lambda each: self.places[each.container])


def _is_container(element: Element, meant: Meant) -> bool:
    return any(each.container is element for each in meant.passages)


def meant(document: Document) -> Meant:
    """The passages of a document, and what its style sheet adds to them."""
    base: Base = "rtl" if document.direction == "rtl" else "ltr"
    page = parse(document.html)
    sheet = read_sheet("".join(each.text or "" for each in page.root.iter("style")))
    _undo(page.root)
    elements = list(page.root.iter())
    running = {
        value.partition("(")[2].rstrip(" )"): set(select(elements, each))
        for each, value in sheet.said("position", "running(")
    }
    hidden = {
        element
        for each, value in sheet.said("display", "none")
        if value == "none"
        for element in select(elements, each)
    }
    unseen = tuple(_hidden(hidden))
    for element in hidden:
        if element.tag not in BLOCKS and element.getparent() is not None:
            element.drop_tree()  # in the middle of a passage, which goes on without it
    numbers = {note: at for at, note in enumerate((e for e in page.root.iter("span") if is_note(e)), start=1)}
    flow: list[Passage] = []
    notes: list[Passage] = []
    margin: dict[str, list[Passage]] = {name: [] for name in running}
    for paragraph in paragraphs(page, base):
        if not paragraph.leaves:
            continue
        passage = _passage(paragraph, numbers, sheet, document.language)
        if not passage.visible:
            continue
        above = {paragraph.container, *paragraph.container.iterancestors()}
        name = next((name for name, each in running.items() if not above.isdisjoint(each)), None)
        if name is not None:
            margin[name].append(passage)
        elif passage.note:
            notes.append(passage)
        elif above.isdisjoint(hidden):
            flow.append(passage)
    return Meant(
        document,
        sheet,
        tuple(flow),
        tuple(notes),
        {name: tuple(held) for name, held in margin.items()},
        unseen,
        {element: at for at, element in enumerate(elements)},
        {element.get("id"): element for element in elements if isinstance(element.tag, str) and element.get("id")},
    )


def _hidden(elements: set[Element]) -> Iterator[str]:
    """The texts of hidden elements of the brief itself, the outermost ones; numbers and the like are no text."""
    for element in elements:
        above = list(element.iterancestors())
        if elements.isdisjoint(above) and any(each.tag == "main" for each in above):
            text = " ".join(element.text_content().split())
            if len(text.translate(VISIBLE)) >= _TEXT:
                yield text


def _undo(root: Element) -> None:
    """Take out the spans and marks that only WeasyPrint needs; true isolates become characters."""
    for element in list(root.iter()):
        if not isinstance(element.tag, str):
            continue
        if element.text and _LETTER_MARK in element.text:
            element.text = element.text.replace(_LETTER_MARK, "")
        if element.tail and _LETTER_MARK in element.tail:
            element.tail = element.tail.replace(_LETTER_MARK, "")
        direction = element.get("dir", "auto" if element.tag == "bdi" else "").lower()
        if direction not in _OPEN or element.tag in BLOCKS or is_note(element):
            continue
        if element.tag == "span" and len(element.attrib) == 1 and not TOKEN.search(_own(element)):
            element.drop_tag()
            continue
        element.text = _OPEN[direction] + (element.text or "")
        if len(element):
            element[-1].tail = (element[-1].tail or "") + _CLOSE
        else:
            element.text += _CLOSE
        del element.attrib["dir"]
        element.tag = "span" if element.tag == "bdi" else element.tag


def _own(element: Element) -> str:
    """The text of an element without that of isolates and notes in it."""
    parts = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str) and not child.get("dir") and not is_note(child):
            parts.append(_own(child))
        parts.append(child.tail or "")
    return "".join(parts)


def _passage(paragraph: Paragraph, numbers: dict[Element, int], sheet: Sheet, language: str) -> Passage:
    digits = str.maketrans(dict(enumerate(DIGITS.get(sheet.note_digits, DIGITS["decimal"]), start=ord("0"))))
    parts: list[str] = []
    calls: list[tuple[int, int]] = []
    length = 0
    for leaf, text in _leaves(paragraph):
        shown = text
        if leaf.element is not None and leaf.element in numbers:
            number = numbers[leaf.element]
            calls.append((length, number))
            shown = f"{_OPEN['ltr']}{str(number).translate(digits)}{_CLOSE}"
        length += len(shown.translate(VISIBLE))
        parts.append(shown)
    container = paragraph.container
    written = next((e.get("lang") for e in (container, *container.iterancestors()) if e.get("lang")), language)
    links = tuple(dict.fromkeys(e for leaf in paragraph.leaves for e in leaf.path if e.tag == "a"))
    text = unicodedata.normalize("NFC", "".join(parts))
    return Passage(text, paragraph.base, written, numbers.get(container, 0), tuple(calls), container, links)


def _leaves(paragraph: Paragraph) -> Iterator[tuple[Any, str]]:
    """The leaves with their texts, white space collapsed in kind."""
    kept = paragraph.container.tag == "pre"
    for leaf in paragraph.leaves:
        yield leaf, leaf.text if kept or leaf.element is not None else leaf.text.translate(SPACES)


def in_digits(number: int, style: str) -> str:
    """A number as a counter of CSS prints it; nothing where the style is not known."""
    digits: Sequence[str] = DIGITS.get(style, "")
    return "".join(digits[int(each)] for each in str(number)) if digits else ""
