"""What gave way in a brief so that it fits its pages; decides nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Yielded:
    """How far one block gave way, so that the brief has no more pages than it is promised."""

    kind: str
    side: str
    """positive or negative, of evaluations."""
    points: int
    """How many are told."""
    of: int
    """How many there were to tell."""
    depth: str
    """headline or gist, where it is told less deep; empty where it is not."""
    gone: bool
    """Whether all of it was left out."""
