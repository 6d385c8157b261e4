"""What authors write: `Topic`, `Audience`, `Reference`, `Workspace`, and the `Library` of all; opens no file."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from mujaz.model.blocks import AnyBlock
from mujaz.model.delivery import Delivery
from mujaz.model.document import Theme
from mujaz.model.edition import Keeping
from mujaz.model.limits import Limits
from mujaz.model.points import Side
from mujaz.model.press import Profile
from mujaz.model.schedule import Schedule
from mujaz.model.text import SLUG, Depth, Judged, Label, Level, Line, Noun
from mujaz.problems import Where
from mujaz.spans import Span

Path = tuple[str | int, ...]
"""Keys and positions from the root of a file to a value in it."""

Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
Digits = Literal["arabic-indic", "persian", "western"]
Calendar = Literal["gregorian", "hijri", "both"]
Format = Literal["pdf", "html"]
Weight = Literal["error", "warning", "off"]
Language = Literal["ar", "ckb", "fa", "en"]


class Notes(StrEnum):
    """What becomes of citations: nothing, notes, or author and year in the text."""

    NONE = "none"
    NOTES = "notes"
    AUTHOR_DATE = "author-date"


CSL_TYPES = (  # noqa: SIM905 # one word a line would fill two screens
    "article article-journal article-magazine article-newspaper bill book broadcast chapter classic collection dataset "
    "document entry entry-dictionary entry-encyclopedia event figure graphic hearing interview legal_case legislation "
    "manuscript map motion_picture musical_score pamphlet paper-conference patent performance periodical "
    "personal_communication post post-weblog regulation report review review-book software song speech standard thesis "
    "treaty webpage"
).split()
"""The types of items in CSL 1.0.2."""


class Pick(Noun):
    """One line of an audience's `blocks`: which kind, how deep, how much."""

    kind: str
    """A kind of block."""
    side: Side | None = None
    """Of evaluations: only this side."""
    depth: Level | None = None
    """The audience's depth where none is written."""
    limit: Annotated[int, Field(ge=1)] | None = None
    """At most so many points."""
    order: Literal["written", "priority"] = "written"
    """As the author wrote the points, or the most urgent first."""

    @model_validator(mode="before")
    @classmethod
    def _from_word(cls, value: object) -> object:
        """Authors write `- summary` or `- problem: {depth: headline}`."""
        if isinstance(value, str):
            return {"kind": value}
        if isinstance(value, Mapping) and len(value) == 1 and "kind" not in value:
            kind, options = next(iter(value.items()))
            if isinstance(options, Mapping):
                return {"kind": kind, **options}
            if options:
                raise PydanticCustomError("options-wrong", "not options", {"field": str(kind), "found": str(options)})
            return {"kind": kind}
        return value


class Audience(Noun):
    """Who reads: which blocks, how deep, how many pages, which digits and notes."""

    label: Label
    """Its name, for people."""
    pages: Annotated[int, Field(ge=1, le=300)] | None = None
    """The budget of printed pages; none where it is missing."""
    depth: Level = Depth.DETAIL
    """How deep blocks go that say nothing of their own."""
    blocks: tuple[Pick, ...] | None = None
    """In the order of appearance; every block of the topic where it is missing."""
    gives_way: tuple[str, ...] = ()
    """The kinds that yield first when the budget is tight."""
    notes: Notes = Notes.NOTES
    """none, notes or author-date."""
    contents: bool = False
    """Whether the brief opens with a table of contents."""
    references: bool = False
    """Whether the brief ends with lists of what it cites."""
    cover: bool = False
    """Whether the printed brief has its title on a page of its own."""
    digits: Digits | None = None
    """arabic-indic, persian or western; the workspace's where it is missing."""
    calendar: Calendar | None = None
    """gregorian, hijri or both; the workspace's where it is missing."""
    changes: bool = False
    """Whether a new edition ends with what changed since the one before it."""
    formats: tuple[Format, ...] = ("pdf", "html")
    """What is made."""


class Colours(Noun):
    """The house's colours."""

    accent: Colour = "#1d4f5c"
    """Headings, rules and marks."""
    ink: Colour = "#1c1a17"
    """Running text."""


class Press(Noun):
    """The printing house that the briefs are sent to."""

    profile: str | None = None
    """An ICC profile of its press (.icc), relative to the workspace; one of this machine's where it is missing."""


class Workspace(Noun):
    """The house: its name and its habits."""

    organisation: Label
    """Who publishes."""
    logo: str | None = None
    """A PNG, JPEG or SVG file, relative to the workspace."""
    colours: Colours = Colours()
    """The house's colours."""
    theme: Theme = "classic"
    """classic: a book face, justified. modern: a face without serifs, ragged, with a coloured head."""
    licence: Label | None = None
    """What readers may do with the briefs, in words: it stands in the colophon."""
    address: Annotated[str, Field(pattern=r"^https?://[^\s\"<>?#]+$")] | None = None
    """Where the output folder is published; longer briefs lead there with an address and a QR code."""
    languages: Annotated[tuple[Language, ...], Field(min_length=1)] = ("ar",)
    """The languages that are built, the first one before the others."""
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "IQ"
    """ISO 3166 code; it decides the names of the months."""
    digits: Digits = "arabic-indic"
    """For audiences that name none."""
    calendar: Calendar = "gregorian"
    """For audiences that name none."""
    rules: Mapping[str, Weight] = Field(default_factory=dict)
    """Rule of the checker → error, warning or off, where the house weighs it otherwise."""
    press: Press = Press()
    """The printing house."""
    deliveries: Annotated[
        Mapping[str, Delivery], Field(json_schema_extra={"propertyNames": {"pattern": f"^(?:{SLUG.pattern})$"}})
    ] = Field(default_factory=dict)
    """Name → where new editions go after a run; nowhere where it is missing."""
    limits: Limits = Limits()
    """What making one document may cost."""
    schedule: tuple[Schedule, ...] = ()
    """What is built by itself, and when."""
    editions: Keeping = Keeping()
    """How many old editions are kept."""


class Topic(Judged):
    """A question, what is known about it, and what should be done, in one language."""

    title: Line
    """The heading of every brief."""
    subtitle: Line | None = None
    """A second line under it."""
    date: datetime.date
    """The day of the text."""
    review_by: datetime.date | None = None
    """The day by which someone should look at it again."""
    keywords: tuple[str, ...] = ()
    """For search and for the file's properties."""
    blocks: Annotated[tuple[AnyBlock, ...], Field(min_length=1)]
    """The argument, in the author's order."""


class Reference(Noun):
    """One item of CSL-YAML; fields that CSL has and that are not named here are kept as they are."""

    model_config = ConfigDict(extra="allow", alias_generator=None)

    id: Annotated[str, Field(pattern=r"^\w([\w:.#$%&+?~/-]*\w)?$")]
    """The key that texts cite."""
    type: str
    """A CSL type: book, article-journal, report…"""
    title: str
    """The title, in the language of the work."""
    allow: Mapping[str, str] = Field(default_factory=dict)
    """Rule → the reason why it does not apply here."""

    @property
    def item(self) -> dict[str, Any]:
        """The item as citation processors take it."""
        return self.model_dump(mode="python", exclude={"allow"})


@dataclass(frozen=True, slots=True)
class Source:
    """A file of the workspace as it was read, and where each of its values stands."""

    path: str
    """Relative to the workspace."""
    lines: tuple[str, ...]
    """Its text."""
    places: Mapping[Path, tuple[int, int]]
    """Value → its line and column, from 1."""
    spans: Mapping[Path, Span] = field(default_factory=lambda: MappingProxyType({}))
    """Text → its extent in the file."""

    def where(self, path: Path) -> Where:
        """The place of a value, or of the nearest thing that holds it."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.places:
                return Where(self.path, *self.places[path[:length]])
        return Where(self.path)

    def find(self, path: Path, words: str) -> Where:
        """The place of `words` inside a value; the value's own where they cannot be found."""
        start = self.where(path)
        for number in range(max(start.line, 1), len(self.lines) + 1):
            after = start.column - 1 if number == start.line else 0
            column = self.lines[number - 1].find(words, after)
            if column >= 0:
                return Where(self.path, number, column + 1)
        return start


EntryKey = tuple[str, str]
"""A topic's slug, and one of its languages."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A topic in one language, with the references that it may cite."""

    slug: str
    language: str
    topic: Topic
    references: Mapping[str, Reference]
    """Key → reference: the topic's own, then the shared ones."""
    source: Source
    reference_sources: Mapping[str, Source] = field(default_factory=lambda: MappingProxyType({}))
    """Key → where the reference stands: its file, with the places of its own fields."""
    own: frozenset[str] = frozenset()
    """The keys of the topic's own references."""
    sheets: Mapping[Path, Source] = field(default_factory=lambda: MappingProxyType({}))
    """Place of a chart's `data` that a CSV file gave → that file."""

    @property
    def key(self) -> EntryKey:
        """Slug and language."""
        return (self.slug, self.language)


@dataclass(frozen=True, slots=True)
class Picture:
    """An image of the workspace."""

    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Library:
    """All that was read and is sound."""

    workspace: Workspace
    audiences: Mapping[str, Audience] = field(default_factory=lambda: MappingProxyType({}))
    topics: tuple[Entry, ...] = ()
    logo: Picture | None = None
    profile: Profile | None = None
    """Of the house's press."""
    broken: frozenset[str] = frozenset()
    """Slugs of topics that have errors; their last outputs stay as they are."""
    broken_audiences: frozenset[str] = frozenset()
    """Slugs of audiences that have errors; their last outputs stay too."""
    source: Source | None = None
    """The text of `mujaz.yaml`."""
    audience_sources: Mapping[str, Source] = field(default_factory=lambda: MappingProxyType({}))
