"""How many pages each selection tried takes → which one to try next, and the richest that fits; lays nothing out."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Search:
    """The search for the richest of ever leaner selections, the rungs of a ladder, that is within a budget of pages.

    It begins where the last build ended, since most edits change little: it leaps from there, twice as far each time,
    and halves what is left between the leanest that was over and the richest that was within.
    """

    rungs: int
    """How many there are; the richest is 0."""
    start: int = 0
    """The answer of the last build; 0 where there was none."""
    over: int = -1
    """The leanest that was found over the budget."""
    within: int | None = None
    """The richest that was found within it."""
    leap: int = 1

    @property
    def rung(self) -> int | None:
        """What to lay out next; None when all is known."""
        last = self.rungs - 1
        if self.within is None:
            if self.over < 0:
                return min(self.start, last)
            return min(self.over + self.leap, last) if self.over < last else None
        if self.within - self.over <= 1:
            return None
        if self.over < 0:
            return max(self.within - self.leap, 0)
        return (self.over + self.within) // 2

    def tried(self, *, fits: bool) -> Search:
        """The search when the rung that it asked for was laid out."""
        rung = self.rung
        first = self.over < 0 and self.within is None
        known = replace(self, within=rung) if fits else replace(self, over=self.over if rung is None else rung)
        return replace(known, leap=1 if first else self.leap * 2)

    @property
    def answer(self) -> int | None:
        """The richest that fits, once the search has ended; None where even the leanest does not."""
        return self.within if self.rung is None else None
