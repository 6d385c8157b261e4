"""What a slip of language is; knows no rule."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Slip:
    """One slip in a text."""

    rule: str
    start: int
    """The offset of its first character."""
    end: int
    """The offset behind its last one."""
    found: str
    """What stands there."""
    better: str | None = None
    """What should stand there; None where a person must decide."""
    likely: str | None = None
    """What may be meant, where `better` is None."""

    @property
    def facts(self) -> dict[str, str]:
        """What a sentence about it is filled with."""
        better = self.better if self.better is not None else self.likely
        return {"found": self.found, **({"better": better} if better is not None else {})}
