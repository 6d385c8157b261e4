"""Nouns of published briefs: an edition, and what differs between two of them; reads and writes nothing."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

ChangeKind = Literal["added", "removed", "reworded", "moved", "figure"]
"""What happened to a piece of a brief; `figure`: it says the same with other numbers."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between an edition and the one before it, in words that the reader of the edition was told."""

    kind: ChangeKind
    section: str
    """The heading under which the piece stands now, or stood."""
    point: str | None
    """The point's id; None for what belongs to the section itself."""
    before: str | None
    """Plain text, or the old figure; None for what was added."""
    after: str | None
    """Plain text, or the new figure; None for what was removed."""


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
    def key(self) -> tuple[str, str, str]:
        """Topic, audience and language."""
        return (self.topic, self.audience, self.language)

    @property
    def folder(self) -> str:
        """Below the output folder."""
        return f"editions/{self.topic}/{self.audience}.{self.language}/{self.number}"
