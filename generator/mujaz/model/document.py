"""What is made: a `Target`, the `Document` for it, the `Output` that came of it, the `State` of all that was made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Literal, Protocol

from mujaz.model.yielded import Yielded
from mujaz.problems import Problem

Theme = Literal["classic", "modern"]
"""A look that comes with Mujaz."""


class Medium(StrEnum):
    """What carries a document; the value is the ending of its file."""

    PRINT = "pdf"
    SCREEN = "html"
    PRESS = "press.pdf"
    """Print once more, with what a printing house cuts away; no audience asks for it, `mujaz press` does."""

    @property
    def paged(self) -> bool:
        """Whether it has pages, and notes at their feet."""
        return self is not Medium.SCREEN


@dataclass(frozen=True, order=True, slots=True)
class Target:
    """One file to be made."""

    topic: str
    audience: str
    language: str
    medium: Medium
    name: str = field(init=False, compare=False, repr=False)
    """`topic/audience.lang.pdf`: the path below the output folder, and the name on the command line."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", f"{self.topic}/{self.audience}.{self.language}.{self.medium}")


def pages_of(name: str) -> str:
    """The target whose pages a file for a printing house shows."""
    topic, _, file = name.partition("/")
    return f"{topic}/{'.'.join(file.split('.')[:2])}.{Medium.PRINT}"


def ticket_of(name: str) -> str:
    """The printer's ticket of a file for a printing house; empty for any other file, and for a ticket."""
    topic, _, file = name.partition("/")
    parts = file.split(".")
    if len(parts) != 4 or parts[2].endswith("-ticket"):
        return ""
    return f"{topic}/{'.'.join((*parts[:2], f'{parts[2]}-ticket', parts[3]))}"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that a document carries inside it."""

    name: str
    title: str
    """What it is, for people."""
    data: bytes


@dataclass(frozen=True, slots=True)
class Document:
    """A whole page of HTML, with all that it needs inside it, ready to export."""

    name: str
    """`topic/audience.lang.pdf`, as targets are named."""
    html: str
    medium: Medium
    language: str
    direction: str
    title: str
    """As plain text, for the file's properties."""
    day: str
    """Of the text: YYYY-MM-DD."""
    theme: Theme = "classic"
    """It decides the faces."""
    attachments: tuple[Attachment, ...] = ()


class Piece(Protocol):
    """What a worker makes a file of: a document, or what one is still to be composed of."""

    @property
    def name(self) -> str:
        """Of the file: `topic/audience.lang.pdf`, as targets are named."""

    @property
    def medium(self) -> Medium:
        """What carries it."""


@dataclass(frozen=True, slots=True)
class Output:
    """What an export gave."""

    data: bytes
    pages: int | None = None
    """Of a PDF; a web page has none."""
    filled: float | None = None
    """How far down the text of the last page reaches, as a part of its height."""
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that came to nothing: the rule, and what was seen."""

    rule: str
    found: str
    problem: Problem | None = None
    """Where it is known what was wrong, and in which file of the author's."""


@dataclass(frozen=True, slots=True)
class Made:
    """A file that was made: of what, and what came of it."""

    inputs: Mapping[str, str]
    """Name of an input → its digest."""
    sha256: str
    """Of the file."""
    pages: int | None
    edition: int
    """From 1; a new one begins when the brief changes."""
    rung: int = 0
    """How many steps its selection gave way to be within the budget of pages."""
    filled: float | None = None
    """How far down the text of the last page reaches, as a part of its height."""
    proven: bool = True
    """Whether its proof was made, and passed."""
    silent: bool = False
    """Whether its pages had no room for what changed since the edition before."""
    kept: str = ""
    """The digest of what its readers are kept from, as it was looked for in the file."""
    of: str = ""
    """The digest of the content that `inputs` were found for: where it is the same, nothing has to be read anew."""
    yielded: tuple[Yielded, ...] = ()
    """What gave way for it to be within its budget of pages."""


@dataclass(frozen=True, slots=True)
class State:
    """What `output/` holds, as far as Mujaz made it."""

    made: Mapping[str, Made] = field(default_factory=lambda: MappingProxyType({}))
    """Target's name → what was made."""
    pressed: frozenset[str] = frozenset()
    """Names of files for printing houses and of reports of proofs: they stay as long as the target that they show."""
    found: frozenset[str] = frozenset()
    """Names of targets' files that lay there when nothing was known of them any more, until they are made anew."""
