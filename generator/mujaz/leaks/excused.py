"""`Secrets` and what readers may know → which runs of what is kept they may know all the same; looks into no file.

As long as these are the same, and what is kept is, no file tells anything that it did not tell before.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from mujaz.leaks.letters import WALL, numbered, unnumbered
from mujaz.leaks.search import is_open, long_runs
from mujaz.leaks.secrets import LETTERS, Secrets

_NONE: frozenset[str] = frozenset()
_MOST = 64
"""Letters of the longest run that may be made of the end of one text and the start of another."""


class Known:
    """Texts that a reader may know, as letters with walls between them."""

    def __init__(self, walled: str, others: Known | None = None) -> None:
        """`others` are texts that all may know: they are gone through once for many readers."""
        own = unnumbered(walled)
        self.full: str = WALL.join((walled, others.full)) if others else walled
        self.letters: str = WALL.join((own, others.letters)) if others else own
        self._own = own
        self._others = others

    @cached_property
    def _texts(self) -> frozenset[str]:
        return frozenset(self._own.split(WALL))

    @cached_property
    def _starts(self) -> frozenset[str]:
        return frozenset(text[:length] for text in self._texts for length in range(1, min(len(text), _MOST) + 1))

    @cached_property
    def _ends(self) -> frozenset[str]:
        return frozenset(text[-length:] for text in self._texts for length in range(1, min(len(text), _MOST) + 1))

    def _starts_with(self, said: str) -> bool:
        return said in self._starts or (self._others is not None and said in self._others._starts)

    def joins(self, run: str) -> bool:
        """Whether the end of one text and the start of another make these letters, with whole texts between them."""
        if len(run) > _MOST:
            return is_open(run, self.letters)
        ends, others = self._ends, self._others._ends if self._others else _NONE
        for at in range(1, len(run)):
            end = run[:at]
            if (end in ends or end in others) and self._goes_on(run[at:]):
                return True
        return False

    def _goes_on(self, rest: str) -> bool:
        if self._starts_with(rest):
            return True
        texts, others = self._texts, self._others._texts if self._others else _NONE
        for at in range(1, len(rest)):
            whole = rest[:at]
            if (whole in texts or whole in others) and self._goes_on(rest[at:]):
                return True
        return False


def excused(secrets: Secrets, known: Known) -> Iterator[str]:
    """A line for each run that the reader may know, and for the numbers of it that are known with it."""
    here = {
        (number, which)
        for number, which, at in long_runs(secrets, known.letters)
        if known.letters.startswith(secrets.texts[number].runs[which].letters, at)
    }
    for number, secret in enumerate(secrets.texts):
        for which, run in enumerate(secret.runs):
            if (number, which) in here or (len(run.letters) < LETTERS and run.letters in known.letters):
                yield f"{run.full} {_numbered(run.full, known)}"
            elif known.joins(run.letters):
                yield run.full


def _numbered(full: str, known: Known) -> bool:
    """Whether the numbers of a run are known with its words."""
    sought = numbered(full)
    if sought is None:
        return True
    wanted, numbers = sought
    return any(tuple(map(sorted, found.groups())) == numbers for found in wanted.finditer(known.full))
