"""What a block's points are: an item at up to three depths, and what single kinds add to it; knows no block."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from mujaz.model.text import Depth, Flow, Kept, Line, Since, Slug


class Side(StrEnum):
    """Which side of the scales an evaluation loads."""

    POSITIVE = "positive"
    NEGATIVE = "negative"


class Verdict(StrEnum):
    """What became of a hypothesis."""

    SUPPORTED = "supported"
    PARTLY = "partly"
    REJECTED = "rejected"
    OPEN = "open"


class Horizon(StrEnum):
    """When a recommendation can bear fruit."""

    SHORT = "short"
    MEDIUM = "medium"
    LONG = "long"


class Stance(StrEnum):
    """Where a party stands towards the policy that the topic is about."""

    SUPPORTS = "supports"
    OPPOSES = "opposes"
    MIXED = "mixed"
    NEUTRAL = "neutral"


class Area(StrEnum):
    """The field of life in which something follows."""

    ECONOMIC = "economic"
    POLITICAL = "political"
    SECURITY = "security"
    SOCIAL = "social"
    LEGAL = "legal"
    DIPLOMATIC = "diplomatic"
    HUMANITARIAN = "humanitarian"


class Likelihood(StrEnum):
    """How likely a scenario is, in the source's judgement; unknown where it gives none."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    UNKNOWN = "unknown"


class Point(Kept):
    """One item of a block, written at up to three depths."""

    id: Slug
    """Unique in the topic; recommendations answer to it and links lead to it."""
    headline: Line
    """At most 12 words, true on its own."""
    gist: Annotated[Line | None, Since(Depth.GIST)] = None
    """At most 45 words."""
    detail: Annotated[Flow | None, Since(Depth.DETAIL)] = None
    """Markdown of any length, with citations."""


class Concept(Point):
    """A point that explains a term."""

    term: Line
    """The word or phrase that is explained."""


class Ground(Point):
    """A point that rests on a legal text."""

    instrument: Line
    """The text: an article, a resolution, a law, a treaty."""


class Recommendation(Point):
    """A point that says who should do what by when, and which weaknesses it answers."""

    owner: Line
    """Who should act."""
    horizon: Horizon
    """When it can bear fruit: short, medium or long."""
    priority: Annotated[int, Field(ge=1, le=99)]
    """1 is the most urgent."""
    answers: tuple[Slug, ...] = ()
    """Ids of the points whose weakness it answers."""


class Event(Point):
    """A point that happened on a day, in a month or in a year."""

    when: Line
    """The date as it is written, as exact as it is known: a day, a month or a year."""


class Actor(Point):
    """A point that tells where a party stands."""

    actor: Line
    """The party's name."""
    role: Line | None = None
    """What it is in this matter."""
    stance: Stance
    """supports, opposes, mixed or neutral: towards the policy that the topic is about."""


class Implication(Point):
    """A point that follows in one field of life."""

    area: Area
    """economic, political, security, social, legal, diplomatic or humanitarian."""


class Scenario(Point):
    """A point that may come about: what it assumes, what drives it, how likely it is, what would follow."""

    likelihood: Likelihood | None = None
    """high, medium, low, or unknown where the source gives none."""
    assumption: Annotated[Line | None, Since(Depth.GIST)] = None
    """What is assumed."""
    drivers: Annotated[tuple[Line, ...], Since(Depth.GIST)] = ()
    """What pushes towards it."""
    consequence: Annotated[Line | None, Since(Depth.GIST)] = None
    """What would follow."""
