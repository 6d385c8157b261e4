"""What one audience is told: `Selection` before the words are set, `Brief` after; no page, no path, no HTML file."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from markupsafe import Markup

from mujaz.model.blocks import Block
from mujaz.model.content import Audience, Entry
from mujaz.model.edition import Key
from mujaz.model.points import Point
from mujaz.model.text import Depth


@dataclass(frozen=True, slots=True)
class Part:
    """A chosen block, how deep it goes, and which of its points are told, in order."""

    block: Block
    depth: Depth
    points: tuple[Point, ...] = ()


@dataclass(frozen=True, slots=True)
class Selection:
    """What of a topic an audience is told."""

    entry: Entry
    audience: str
    """The audience's slug."""
    reader: Audience
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A mention of another place in the same brief."""

    anchor: str
    text: Markup


Value = Markup | str | tuple[Markup, ...] | tuple[tuple[Markup, ...], ...] | tuple[Link, ...]
"""A finished field: set text, a code word that labels translate, or lists of either."""


@dataclass(frozen=True, slots=True)
class Item:
    """A point, set: numbered, its texts as safe HTML fragments."""

    anchor: str
    number: str
    """In the audience's digits."""
    mentions: Mapping[str, Markup]
    """Fields of one paragraph without their notes and links: for the contents, and wherever one is told again."""
    fields: Mapping[str, Value]
    """Field of the point → what is told of it; a field that is not told is not there."""


@dataclass(frozen=True, slots=True)
class Plot:
    """A chart before it is drawn: its figures, and its words as plain text."""

    kind: str
    """bar, grouped-bar, line or stacked-share."""
    names: tuple[str, ...]
    """Of the categories."""
    series: tuple[str, ...]
    values: tuple[tuple[float | None, ...], ...]
    """One tuple for each category, one value for each series; None where there is no figure."""
    said: tuple[tuple[str, ...], ...]
    """The same as the author wrote them, in the reader's digits."""
    language: str
    direction: str
    """rtl or ltr."""
    digits: Literal["arabic-indic", "persian", "western"]


@dataclass(frozen=True, slots=True)
class Section:
    """A block, set."""

    kind: str
    anchor: str
    depth: str
    title: Markup | None
    """The author's own heading; the kind's label where there is none."""
    mention: Markup | None
    """The heading without its notes; the caption of a table or figure that has no heading."""
    fields: Mapping[str, Value]
    points: tuple[Item, ...]
    plot: Plot | None
    """What a figure shows."""
    opposes: bool
    """Whether it is set against the section before it, point by point: the other side of an evaluation."""


@dataclass(frozen=True, slots=True)
class Note:
    """A numbered note."""

    index: int
    """From 1, in the order of the text."""
    number: str
    """In the audience's digits."""
    text: Markup
    same: int | None = None
    """Where it only says that its source is the one before: the note that names the source."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One entry of a list of references."""

    text: Markup
    language: str
    direction: str


@dataclass(frozen=True, slots=True)
class ReadingList:
    """The references of one script, sorted."""

    script: str
    """arabic or latin."""
    entries: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class Brief:
    """What one audience is told about one topic in one language."""

    slug: str
    audience: str
    language: str
    direction: str
    """rtl or ltr."""
    digits: Literal["arabic-indic", "persian", "western"]
    organisation: str
    label: str
    """The audience's name."""
    name: str
    """The title as plain text, without its notes: for the properties of files."""
    title: Markup
    subtitle: Markup | None
    date: str
    """In words."""
    day: str
    """The same as YYYY-MM-DD."""
    keywords: tuple[str, ...]
    contents: bool
    cover: bool
    """Whether the title has a page of its own on paper."""
    licence: str
    """What the reader may do with it; empty where the house says nothing."""
    web: str
    """The address of its web page; empty where it has none."""
    sections: tuple[Section, ...]
    notes: tuple[Note, ...]
    lists: tuple[ReadingList, ...]
    sources: tuple[Mapping[str, Any], ...]
    """What the reader sees cited, as CSL-JSON, in the order of the lists."""
    digest: str = dataclasses.field(init=False, compare=False, repr=False)
    """SHA-256 of all that is told, the same on every machine."""

    def __post_init__(self) -> None:
        told = json.dumps(plain(self), ensure_ascii=False, sort_keys=True)
        object.__setattr__(self, "digest", hashlib.sha256(told.encode()).hexdigest())

    @property
    def key(self) -> Key:
        """Topic, audience and language."""
        return (self.slug, self.audience, self.language)

    @property
    def length(self) -> int:
        """How many headings, points and notes it has."""
        return sum(1 + len(each.points) for each in self.sections) + len(self.notes)


def plain(value: Any) -> Any:
    """A brief, or a part of one, as dictionaries, lists and text: for templates and digests."""
    if dataclasses.is_dataclass(value):
        return {each.name: plain(getattr(value, each.name)) for each in dataclasses.fields(value) if each.init}
    if isinstance(value, Mapping):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    return value
