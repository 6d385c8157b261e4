"""Nouns of published briefs: an edition, what it told, what differs between two of them; reads and writes nothing."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field

from mujaz.model.text import Noun

Key = tuple[str, str, str]
"""Topic, audience and language."""

ChangeKind = Literal["added", "removed", "reworded", "moved", "figure"]
"""What happened to a piece of a brief; `figure`: it says the same with other numbers."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between an edition and the one before it, in words that the reader of the edition was told.

    What leaves the machine (`Edition.changes`, the brief, the feed) has no old words: of what was removed it tells the
    section alone, and `before` is only ever an old figure.
    """

    kind: ChangeKind
    section: str
    """The heading under which the piece stands now, or stood."""
    point: str | None
    """The point's id; None for what belongs to the section itself."""
    before: str | None
    """Plain text, or the old figure; None for what was added."""
    after: str | None
    """Plain text, or the new figure; None for what was removed."""
    about: str = ""
    """The name of the piece as it is told now: a headline, a caption, a row; empty for what was removed."""


@dataclass(frozen=True, slots=True)
class Since:
    """What an edition changed, and since which."""

    number: int
    """Of the edition before it."""
    day: datetime.date
    """When that was published."""
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Edition:
    """A published brief: what one audience was told about one topic in one language, numbered and dated."""

    topic: str
    audience: str
    language: str
    number: int
    """From 1, for each topic, audience and language."""
    day: datetime.date
    """When it was published first; building it again changes no date."""
    title: str
    brief: str
    """SHA-256 of what is told, as hexadecimal digits."""
    files: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Name in the edition's folder (`minister.ar.pdf`) → SHA-256 of its bytes."""
    changes: tuple[Change, ...] = ()
    """Since the edition before it; empty for the first."""
    pages: int | None = None
    """Of the PDF; None where there is none."""
    since: tuple[int, datetime.date] | None = None
    """Number and day of the edition before it; None where that is not known."""
    words: tuple[str, ...] = ()
    """The changes in words, as the brief told them."""
    withdrawn: bool = False
    """Whether its files were taken away, since they told what their readers are kept from now."""

    @property
    def key(self) -> Key:
        """Topic, audience and language."""
        return (self.topic, self.audience, self.language)

    @property
    def folder(self) -> str:
        """Below the output folder."""
        return f"editions/{self.topic}/{self.audience}.{self.language}/{self.number}"


# ------------------------------------------------------------------------------------------------ what was told


@dataclass(frozen=True, slots=True)
class Piece:
    """A section's own texts, a point, or a row: what can be found again in another edition."""

    point: str | None
    """The point's id; empty where it is kept from its readers now."""
    row: str | None
    """What stands in the row's first cell; a source's key."""
    texts: Mapping[str, str]
    """Field, or number of a column → plain text, as it was printed."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """A section as it was told."""

    key: str
    """The id of its block, or its kind and its number among those of its kind."""
    label: str
    """What its kind is called."""
    heading: str
    """What stands above it."""
    depth: str
    """headline, gist or detail; empty where there is but one."""
    pieces: tuple[Piece, ...]
    """Its own texts first, then its points or rows in the order of the page."""


SOURCES = "_sources"
"""The key of the chapter of what is cited."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one audience was told in an edition, as plain text."""

    brief: str
    """SHA-256 of the brief."""
    chapters: tuple[Chapter, ...]


# ------------------------------------------------------------------------------------------------ in words


@dataclass(frozen=True, slots=True)
class Name:
    """A piece on a line of changes."""

    text: str
    point: str
    """Its id, where the page has a place of that name; else empty."""
    figures: str
    """How its figures changed, in words; empty for other changes."""


@dataclass(frozen=True, slots=True)
class Line:
    """The changes of one kind in one section."""

    kind: str
    word: str
    """The kind in words."""
    section: str
    names: tuple[Name, ...]
    rest: str
    """How many more there are, in words; empty where all are named."""

    def plain(self, separator: str) -> str:
        """The line as text; `separator` is what the language puts between the parts of a list."""
        named = [f"{each.text}: {each.figures}" if each.figures else each.text for each in self.names]
        said = f"{separator} ".join((*named, *filter(None, (self.rest,))))
        return f"{self.word} ({self.section}): {said}"


@dataclass(frozen=True, slots=True)
class Shown:
    """What changed, as a brief tells it."""

    title: str
    """Since which edition."""
    lines: tuple[Line, ...]
    more: str
    """How many more changes there are, in words; empty where all are told."""
    separator: str
    """What the language puts between the parts of a list."""
    none: str
    """The sentence for an edition of which nothing that is read has changed."""

    @property
    def words(self) -> tuple[str, ...]:
        """The title, then line by line, as text."""
        lines = (*(each.plain(self.separator) for each in self.lines), *filter(None, (self.more,)))
        return (self.title, *(lines or (self.none,)))


@dataclass(frozen=True, slots=True)
class Issue:
    """Which edition a document is of, and what it says of the one before it."""

    number: int = 1
    shown: Shown | None = None
    """None where the audience is not told what changed, or nothing did."""


# ------------------------------------------------------------------------------------------------ what authors write


class Keeping(Noun):
    """How many old editions the archive keeps; the newest of each brief always stays."""

    keep: Annotated[int, Field(ge=1)] | None = None
    """At most so many editions of each brief; all where it is missing."""
    keep_days: Annotated[int, Field(ge=1)] | None = None
    """For so many days after a newer one was published; for ever where it is missing."""
