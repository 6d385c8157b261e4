"""Nouns of schedules: a `Schedule`, when it is `Due`, the `Run` that came of it, the `Logbook` of all. No clock."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from mujaz.model.cron import Cron, parsed
from mujaz.model.text import Noun, Slug
from mujaz.zones import zone

CatchUp = Literal["once", "skip"]

_DAY = r"(\*|[A-Za-z]{3}(-[A-Za-z]{3})?)(/[1-6])?"
_FIVE = rf"^\s*(\S+\s+){{4}}{_DAY}(,{_DAY})*\s*$"
"""For editors: five fields, no number for a weekday."""


def _cron(value: object) -> Cron:
    if isinstance(value, Cron):
        return value
    if not isinstance(value, str):
        raise PydanticCustomError("type-wrong", "expected {expected}", {"expected": "text"})
    if not value.strip():
        raise PydanticCustomError("text-empty", "empty")
    found = parsed(value)
    if isinstance(found, Cron):
        return found
    raise PydanticCustomError(found[0].rule, "not a cron line")


def _zone(value: str) -> str:
    if not value.strip():
        raise PydanticCustomError("text-empty", "empty")
    if zone(value.strip()) is None:
        raise PydanticCustomError("zone-unknown", "no zone", {"found": value})
    return value.strip()


class Schedule(Noun):
    """What is built by itself, and when."""

    name: Slug
    """Its name, on the command line and in the log."""
    cron: Annotated[Cron, PlainValidator(_cron), WithJsonSchema({"type": "string", "pattern": _FIVE})]
    """Minute, hour, day of the month, month, weekday; weekdays by their names, sun to sat."""
    timezone: Annotated[str, AfterValidator(_zone)]
    """A name of the IANA database: the clock that `cron` is read by."""
    topics: tuple[Slug, ...] = ()
    """What is built; every topic where none is named."""
    audiences: tuple[Slug, ...] = ()
    """For whom; every audience where none is named."""
    languages: tuple[str, ...] = ()
    """In which languages; all of the house where none is named."""
    catch_up: CatchUp = "once"
    """What becomes of times that were missed: one run for all of them, or none."""
    after: tuple[str, ...] = ()
    """Names of deliveries that follow each run."""

    @property
    def zone(self) -> ZoneInfo:
        """The clock that `cron` is read by."""
        found = zone(self.timezone)
        assert found is not None, self.timezone  # noqa: S101 # no schedule is made without one
        return found


@dataclass(frozen=True, slots=True)
class Due:
    """A moment at which a schedule is due."""

    at: datetime.datetime
    """In UTC."""
    local: datetime.datetime
    """As the schedule's own clock shows it."""
    day: datetime.date
    """The day that it belongs to, which is over where the clock jumps across midnight."""


class Outcome(StrEnum):
    """What came of a run."""

    BUILT = "built"
    """All is well, and something was made."""
    NOTHING = "nothing"
    """All is well, and nothing had changed."""
    PROBLEMS = "problems"
    """The content has problems, or a brief failed; the rest was made."""
    FAILED = "failed"
    """The machine or Mujaz failed."""
    INTERRUPTED = "interrupted"
    """It was stopped or killed before it ended."""
    SKIPPED = "skipped"
    """The time had passed, and the schedule catches nothing up."""
    BUSY = "busy"
    """Another build was at work."""


WELL = frozenset((Outcome.BUILT, Outcome.NOTHING, Outcome.SKIPPED))


@dataclass(frozen=True, slots=True)
class Run:
    """One run, or what stands in its place where there was none."""

    due: datetime.datetime | None
    """In UTC; None where someone asked for it by hand."""
    started: datetime.datetime
    ended: datetime.datetime | None = None
    """None while it is at work, and where it was killed."""
    outcome: Outcome | None = None
    """None while it is at work."""
    counts: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """built, fresh, failed, stopped; errors, warnings; sent, where deliveries follow."""
    why: tuple[str, ...] = ()
    """The first problems, or what the machine said."""
    missed: tuple[datetime.datetime, ...] = ()
    """Earlier times that this one run stands for: the first of them."""
    more: int = 0
    """How many times were missed besides those."""
    resumes: bool = False
    """Whether it takes up one that was interrupted."""


@dataclass(frozen=True, slots=True)
class Page:
    """What the logbook has of one schedule."""

    cron: str
    timezone: str
    seen: datetime.datetime
    """The times until this moment were dealt with."""
    runs: tuple[Run, ...] = ()
    """The last ones, the oldest first."""


@dataclass(frozen=True, slots=True)
class Logbook:
    """What became of all schedules."""

    pages: Mapping[str, Page] = field(default_factory=lambda: MappingProxyType({}))
    """Name → its page."""
