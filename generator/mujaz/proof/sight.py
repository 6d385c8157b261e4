"""A PDF + its document → what was meant to stand on each page, for people who look at it; judges nothing."""

from __future__ import annotations

from dataclasses import dataclass

from mujaz.bidi.paragraphs import OBJECT
from mujaz.model.document import Document
from mujaz.proof import lines
from mujaz.proof.meant import Passage, meant
from mujaz.proof.read import UnreadableError, read

_STEERING = dict.fromkeys(map(ord, f"{OBJECT}\u2066\u2067\u2068\u2069\u061c\u200e\u200f"))


@dataclass(frozen=True, slots=True)
class Said:
    """A passage that begins on a page."""

    text: str
    """In logical order."""
    language: str
    direction: str
    note: int
    """Its number, where it is a note; 0 for the text."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What was held against a file."""

    pages: tuple[tuple[Said, ...], ...]
    lines: int
    """How many were found in their places."""


def sight(document: Document, data: bytes) -> Sight:
    """What was meant, page by page; nothing where the file cannot be read."""
    try:
        pages = read(data)
    except UnreadableError:
        return Sight((), 0)
    text, notes = lines.lay(meant(document), pages, str)
    held: list[list[Said]] = [[] for _ in pages.pages]
    for laid in (text, notes):
        first: dict[Passage, int] = {}
        for placed in laid.placed:
            first.setdefault(placed.passage, placed.line.page)
        for passage, page in first.items():
            held[page - 1].append(_said(passage))
    return Sight(tuple(map(tuple, held)), len(text.placed) + len(notes.placed))


def _said(passage: Passage) -> Said:
    text = " ".join(passage.text.translate(_STEERING).split())
    return Said(text, passage.language, "rtl" if passage.base == "rtl" else "ltr", passage.note)
