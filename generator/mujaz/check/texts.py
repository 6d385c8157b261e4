"""A noun → every text below it with its path and its reader; judges nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from mujaz.brackets import BRACKET, keys
from mujaz.model.blocks import Row
from mujaz.model.content import Path, Source
from mujaz.model.text import Noun, Wording
from mujaz.problems import Where
from mujaz.spans import spots


@dataclass(frozen=True)
class Text:
    """One text of a topic: the default of a wording, or what it says to one audience."""

    path: Path
    """The path of its scalar in the file."""
    words: str
    audience: str | None = None
    """Who alone reads it; None for the default."""

    @cached_property
    def bare(self) -> str:
        """The words without citations and marks of Markdown."""
        return bare(self.words)

    @cached_property
    def cites(self) -> bool:
        """Whether it cites anything."""
        return any(True for _ in keys(self.words))

    @property
    def holder(self) -> Path:
        """The path of the point, or else of the block, that it belongs to."""
        return self.path[:4] if self.path[2:3] == ("points",) and len(self.path) > 4 else self.path[:2]

    @property
    def field(self) -> str:
        """The key that it is written under, without the audience and the place in a list."""
        names = [step for step in self.path if isinstance(step, str) and step != self.audience]
        return names[-1] if names[-1] != "default" else names[-2]


def things(thing: object, path: Path = ()) -> Iterator[tuple[Path, object]]:
    """Everything below a noun with its path, nouns and texts alike."""
    yield path, thing
    if isinstance(thing, Row):  # authors write a row as a list
        yield from things(thing.cells, path)
    elif isinstance(thing, Noun):
        for name, info in type(thing).model_fields.items():
            value = getattr(thing, name)
            if value is not None and value != ():
                yield from things(value, (*path, info.alias or name))
    elif isinstance(thing, tuple):
        for number, each in enumerate(thing):
            yield from things(each, (*path, number))


def texts(thing: object, source: Source, path: Path = ()) -> Iterator[Text]:
    """Every text below a noun, with each wording that single audiences read."""
    for at, each in things(thing, path):
        if isinstance(each, Wording):
            own = (
                at
                if at in source.spans
                else (*at, "default")
                if each.variants or (*at, "default") in source.spans
                else at
            )
            yield Text(own, each.default)
            for audience, words in each.variants.items():
                yield Text((*at, audience), words, audience)


_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\s]*\)|<https?://[^>\s]+>")
_MARKS = re.compile(r"[*_`~]+|^\s*(?:#{1,6}|>|[-*+]|\d{1,9}[.)])\s+", re.MULTILINE)


def bare(words: str) -> str:
    """A text without its citations and marks of Markdown, as long as it was: each place stays its own."""
    if "@" in words:
        words = BRACKET.sub(lambda found: " " * len(found[0]), words)
    if "](" in words or "<http" in words:
        words = _LINK.sub(lambda found: (found[1] or "").center(len(found[0])), words)
    return _MARKS.sub(lambda found: " " * len(found[0]), words)


def place(source: Source, text: Text, index: int = 0) -> Where:
    """Where a character of a text stands in its file."""
    span = source.spans.get(text.path)
    found = spots(source.lines, span, text.words) if span else None
    if not found:
        return source.where(text.path)
    spot = found[min(index, len(found) - 1)]
    return Where(source.path, spot.line + 1, spot.column + 1)
