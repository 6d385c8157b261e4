"""What authors write in `blocks:` → a union of frozen kinds, tagged by `kind`; knows no audience and no page."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Literal, get_args

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from mujaz.model.points import (
    Actor,
    Concept,
    Event,
    Ground,
    Implication,
    Point,
    Recommendation,
    Scenario,
    Side,
    Verdict,
)
from mujaz.model.text import Depth, Flow, Kept, Line, Noun, Since, Slug

_YEAR = re.compile(r"\d{3}")
"""What of a date can only be its year, in any digits: «82 ق.م» cannot be told from a day."""


class Chart(StrEnum):
    """How a figure is drawn."""

    BAR = "bar"
    GROUPED_BAR = "grouped-bar"
    LINE = "line"
    STACKED_SHARE = "stacked-share"


class Block(Kept):
    """What all kinds share."""

    id: Slug | None = None
    """A name for links; the kind where none is written."""
    title: Line | None = None
    """A heading of its own in place of the kind's."""

    @property
    def name(self) -> str:
        """The block's id, or what stands in for it."""
        side = getattr(self, "side", None)
        return self.id or "-".join(str(word) for word in (self.kind, side) if word)  # type: ignore[attr-defined] # every kind has one, the union's tag


class Argument(Block):
    """A block that is one thought, at up to three depths."""

    headline: Line
    """At most 12 words, true on its own."""
    gist: Annotated[Line | None, Since(Depth.GIST)] = None
    """At most 45 words."""
    detail: Annotated[Flow | None, Since(Depth.DETAIL)] = None
    """Markdown of any length, with citations."""


class Pointed(Block):
    """A block that is a list of points."""

    intro: Annotated[Line | None, Since(Depth.GIST)] = None
    """A sentence before the points."""
    points: Annotated[tuple[Point, ...], Field(min_length=1)]
    """The points, in the author's order."""


class Summary(Argument):
    """The brief in a breath: what it found and what it asks for."""

    kind: Literal["summary"]


class Importance(Argument):
    """Why the question matters now."""

    kind: Literal["importance"]


class Method(Argument):
    """How the answer was reached."""

    kind: Literal["method"]


class ProblemStatement(Block):
    """The question, and the questions that it breaks into."""

    kind: Literal["problem"]
    statement: Line
    """The central question."""
    questions: Annotated[tuple[Line, ...], Since(Depth.GIST)] = ()
    """The questions that it breaks into."""
    detail: Annotated[Flow | None, Since(Depth.DETAIL)] = None
    """Where the question comes from."""


class Hypothesis(Block):
    """What was supposed, and what became of it."""

    kind: Literal["hypothesis"]
    statement: Line
    """The supposition."""
    verdict: Verdict
    """supported, partly, rejected or open."""
    because: Annotated[Flow | None, Since(Depth.GIST)] = None
    """Why this verdict."""


class Background(Pointed):
    """What happened, with its figures."""

    kind: Literal["background"]


class Concepts(Pointed):
    """The terms that the argument needs."""

    kind: Literal["concepts"]
    points: Annotated[tuple[Concept, ...], Field(min_length=1)]
    """The terms, in the order in which they are needed."""


class Timeline(Pointed):
    """What happened when."""

    kind: Literal["timeline"]
    points: Annotated[tuple[Event, ...], Field(min_length=1)]
    """The events, in the order of time."""

    @property
    def yearless(self) -> bool:
        """Whether a date names no year: what is said of the dates is then told at every depth."""
        return any(_YEAR.search(event.when.default) is None for event in self.points)


class LegalBasis(Pointed):
    """The texts of law that bind or allow."""

    kind: Literal["legal-basis"]
    points: Annotated[tuple[Ground, ...], Field(min_length=1)]
    """The texts, the highest first."""


class Actors(Pointed):
    """Who has a part in it, and where each stands."""

    kind: Literal["actors"]
    points: Annotated[tuple[Actor, ...], Field(min_length=1)]
    """The parties, in the author's order."""


class Mechanisms(Pointed):
    """How the policy works."""

    kind: Literal["mechanisms"]


class Evaluation(Pointed):
    """What speaks for it, or what speaks against it."""

    kind: Literal["evaluation"]
    side: Side
    """positive or negative."""


class Implications(Pointed):
    """What follows from it, field by field."""

    kind: Literal["implications"]
    points: Annotated[tuple[Implication, ...], Field(min_length=1)]
    """What follows, in the author's order."""


class Scenarios(Pointed):
    """What may come about."""

    kind: Literal["scenarios"]
    points: Annotated[tuple[Scenario, ...], Field(min_length=1)]
    """The scenarios, in the author's order."""


class Findings(Pointed):
    """What was found."""

    kind: Literal["findings"]


class Recommendations(Pointed):
    """What should be done, by whom, by when."""

    kind: Literal["recommendations"]
    points: Annotated[tuple[Recommendation, ...], Field(min_length=1)]
    """The recommendations, in the author's order."""


class Row(Noun):
    """One line of a table."""

    cells: tuple[Line, ...]
    """As many as the table has columns."""

    @model_validator(mode="before")
    @classmethod
    def _from_list(cls, value: object) -> object:
        """Authors write a row as a list."""
        return {"cells": value} if isinstance(value, list | tuple) else value


class Grid(Noun):
    """Figures by category: the data of a chart."""

    columns: Annotated[tuple[Line, ...], Field(min_length=2, max_length=9)]
    """The heads: the first one names the categories, each other one a series."""
    rows: Annotated[tuple[Row, ...], Field(min_length=1, max_length=60)]
    """Lists of cells: the category, then a number for each series; empty where there is none."""


class Figure(Block):
    """A chart, drawn from figures."""

    kind: Literal["figure"]
    chart: Chart
    """bar, grouped-bar, line or stacked-share."""
    caption: Line
    """What the chart shows."""
    alt: Line
    """The chart in words, for those who cannot see it."""
    unit: Line | None = None
    """What the numbers count."""
    data: Grid
    """The name of a CSV file in the topic's `data/`, or columns and rows."""
    source: Line | None = None
    """Where the figures come from."""


class Quote(Block):
    """Someone's words, as they were said or written."""

    kind: Literal["quote"]
    text: Line
    """The words, without marks around them."""
    speaker: Line
    """Who said or wrote them."""
    occasion: Line | None = None
    """Where and when."""


class Remark(Block):
    """A word of the editors beside the argument."""

    kind: Literal["note"]
    text: Flow
    """Markdown of any length, with citations."""


class Table(Block):
    """Figures or words in rows and columns."""

    kind: Literal["table"]
    caption: Line
    """What the table shows."""
    columns: Annotated[tuple[Line, ...], Field(min_length=1, max_length=20)]
    """The heads of the columns; the first one names the rows."""
    rows: Annotated[tuple[Row, ...], Field(min_length=1, max_length=2000)]
    """Lists of cells, as many cells as columns."""
    source: Line | None = None
    """Where the figures come from."""

    @model_validator(mode="after")
    def _square(self) -> Table:
        for number, row in enumerate(self.rows, start=1):
            if len(row.cells) != len(self.columns):
                raise PydanticCustomError(
                    "row-length",
                    "a row with another number of cells",
                    {"row": str(number), "found": str(len(row.cells)), "columns": str(len(self.columns))},
                )
        return self


AnyBlock = Annotated[
    Summary
    | Importance
    | ProblemStatement
    | Hypothesis
    | Method
    | Background
    | Concepts
    | Timeline
    | LegalBasis
    | Actors
    | Mechanisms
    | Evaluation
    | Implications
    | Scenarios
    | Findings
    | Recommendations
    | Figure
    | Table
    | Quote
    | Remark,
    Field(discriminator="kind"),
]
"""Any kind of block."""


def kinds() -> dict[str, type[Block]]:
    """Kind → class, in the order of the union."""
    classes: tuple[type[Block], ...] = get_args(get_args(AnyBlock)[0])
    return {get_args(each.model_fields["kind"].annotation)[0]: each for each in classes}
