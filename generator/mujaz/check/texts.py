"""A noun → every text below it with its path, its reader, its citations and its bare words; judges nothing."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from mujaz.brackets import BRACKET, cited
from mujaz.model.blocks import Row
from mujaz.model.content import Entry, Path, Source
from mujaz.model.text import Noun, Wording
from mujaz.problems import Where
from mujaz.spans import spots

_GAP = "\n\n"
"""Between the texts of a topic: no mark of Markdown and no sentence reaches over it."""


class Text(NamedTuple):
    """One text of a topic: the default of a wording, or what it says to one audience."""

    at: Path
    """The path of the wording that it is of."""
    path: Path
    """The path of its scalar in the file."""
    words: str
    bare: str
    """The words without citations and marks of Markdown; each letter has the place that it has in `words`."""
    keys: tuple[str, ...]
    """What it cites, in order, as often as it is cited."""
    cites: tuple[int, ...]
    """Where the brackets stand in it that cite."""
    audience: str | None = None
    """Who alone reads it; None for the default."""

    @property
    def holder(self) -> Path:
        """The path of the point, or else of the block, that it belongs to."""
        return self.at[:4] if len(self.at) > 4 and self.at[2] == "points" else self.at[:2]

    @property
    def field(self) -> str:
        """The key that it is written under, without the place in a list."""
        return next(step for step in reversed(self.at) if isinstance(step, str))


@dataclass(frozen=True, slots=True)
class Whole:
    """All texts of a topic in their order, and as the one long text that most rules can look at in one go."""

    nouns: tuple[tuple[Path, object], ...]
    """Everything below the topic with its path, nouns and wordings alike."""
    texts: tuple[Text, ...]
    joined: str
    """The words of all texts, a blank line between them."""
    bare: str
    """The same without citations and marks of Markdown, as long as it was."""
    loose: bool
    """Whether a text may name a key outside of a bracket."""
    starts: tuple[int, ...]
    """Where each text begins in the long one."""

    def holding(self, offset: int) -> int:
        """The number of the text that a character of the long one belongs to."""
        return bisect_right(self.starts, offset) - 1


def whole_of(entry: Entry) -> Whole:
    """All texts of a topic, read once for all rules."""
    nouns = tuple(_things(entry.topic, ()))
    held = [each for path, thing in nouns if isinstance(thing, Wording) for each in _worded(path, thing, entry.source)]
    joined = "".join(f"{_GAP}{words}" for _, _, words, _ in held)
    plain, cites, loose = _bared(joined)
    texts: list[Text] = []
    starts: list[int] = []
    start = number = 0
    for at, path, words, audience in held:
        start += len(_GAP)
        end = start + len(words)
        keys: tuple[str, ...] = ()
        places: tuple[int, ...] = ()
        while number < len(cites) and cites[number][0] < end:
            keys += cites[number][1]
            places += (cites[number][0] - start,)
            number += 1
        starts.append(start)
        texts.append(Text(at, path, words, plain[start:end], keys, places, audience))
        start = end
    return Whole(nouns, tuple(texts), joined, plain, loose, tuple(starts))


def _things(thing: object, path: Path) -> Iterator[tuple[Path, object]]:
    if isinstance(thing, tuple):
        for number, each in enumerate(thing):
            yield from _things(each, (*path, number))
    elif isinstance(thing, Wording):
        yield path, thing
    elif isinstance(thing, Row):  # authors write a row as a list
        yield from _things(thing.cells, path)
    elif isinstance(thing, Noun):
        yield path, thing
        for name, key in _keys(type(thing)):
            value = getattr(thing, name)
            if isinstance(value, Wording):
                yield (*path, key), value
            elif isinstance(value, tuple | Noun):
                yield from _things(value, (*path, key))


@cache
def _keys(noun: type[Noun]) -> tuple[tuple[str, str], ...]:
    """The fields of a noun, each with the key that authors write."""
    return tuple((name, info.alias or name) for name, info in noun.model_fields.items())


def _worded(at: Path, wording: Wording, source: Source) -> Iterator[tuple[Path, Path, str, str | None]]:
    """A wording's texts, each with the path of its scalar and its reader."""
    if not wording.variants and at in source.spans:
        yield at, at, wording.default, None
        return
    default = (*at, "default")
    yield at, default if wording.variants or default in source.spans else at, wording.default, None
    for audience, words in wording.variants.items():
        yield at, (*at, audience), words, audience


_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\s]*\)|<https?://[^>\s]+>")
_MARKS = re.compile(r"[*_`~]+")
_LEAD = re.compile(r"\n[ \t]*(?:#{1,6}|>|[-*+]|\d{1,9}[.)])[ \t]+")
"""What a line of Markdown begins with, where it is no plain one."""


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


def _bared(words: str) -> tuple[str, list[tuple[int, tuple[str, ...]]], bool]:
    """A text without citations and marks, as long as it was; where it cites what; whether it holds other keys."""
    cites: list[tuple[int, tuple[str, ...]]] = []
    pieces: list[str] = []
    end = 0
    for found in BRACKET.finditer(words) if "@" in words else ():
        start = found.start()
        if keys := cited(found[1]):
            cites.append((start, keys))
        pieces.append(words[end:start])
        end = found.end()
        pieces.append(" " * (end - start))
    words = "".join((*pieces, words[end:]))
    loose = "@" in words
    words = _LEAD.sub(lambda found: "\n" + " " * (len(found[0]) - 1), words)
    if "](" in words or "<http" in words:
        words = _LINK.sub(lambda found: (found[1] or "").center(len(found[0])), words)
    return _MARKS.sub(_blank, words), cites, loose


def bare(words: str) -> str:
    """A text without its citations and marks of Markdown, as long as it was: each letter keeps its place."""
    return _bared(f"\n{words}")[0][1:]


def place(entry: Entry, text: Text, index: int = 0) -> Where:
    """Where a character of a text stands in its file; a figure of a chart may stand in a file of its own."""
    if sheet := entry.sheets.get(text.at[:3]):
        cell = sheet.where(text.at[3:])
        return Where(cell.path, cell.line, cell.column + index)
    source = entry.source
    span = source.spans.get(text.path)
    found = spots(source.lines, span, text.words) if span else None
    if not found:
        return source.where(text.path)
    spot = found[min(index, len(found) - 1)]
    return Where(source.path, spot.line + 1, spot.column + 1)
