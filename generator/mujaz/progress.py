"""How much of a run is done, and after how long → words for people, facts for programs; has no clock and no paper."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol

from mujaz.arabic import counted

_FEW = 3
"""Fewer than these say nothing of the rest."""
_EARLY = 4.0
"""Seconds in which processes are still starting."""
_SOON = 50.0
"""Seconds that are told as less than a minute."""
_HOURS = 90
"""Minutes from which hours are told."""
_APART = 60.0
"""Seconds between two lines where they cannot be written over."""
_AGAIN = "\r\x1b[K"
"""What takes a terminal back to the start of an empty line."""


class Sayer(Protocol):
    """Who finds the words for people."""

    @property
    def language(self) -> str:
        """Of the words."""

    def say(self, word: str, **facts: object) -> str:
        """A sentence."""

    def shown(self, text: str) -> str:
        """A line as the terminal needs it."""


def seconds_left(done: int, total: int, elapsed: float) -> float | None:
    """What the rest will take at the pace of what is done; None as long as nothing can be said."""
    if done >= total:
        return 0.0
    if done < _FEW or elapsed < _EARLY:
        return None
    return elapsed / done * (total - done)


def far(done: int, total: int, elapsed: float, sayer: Sayer) -> str:
    """`12 of 40, about 2 minutes left`."""
    said = sayer.say("progress", done=done, total=total)
    left = seconds_left(done, total, elapsed)
    return said if not left else sayer.say("progress-left", progress=said, left=_left(left, sayer))


def _left(seconds: float, sayer: Sayer) -> str:
    if seconds <= _SOON:
        return sayer.say("left-soon")
    minutes = max(1, round(seconds / 60))
    unit, count = ("hours", math.ceil(minutes / 60)) if minutes > _HOURS else ("minutes", minutes)
    forms = {form: sayer.say(f"left-{unit}-{form}", n="{n}") for form in ("one", "two", "few", "many", "other")}
    return counted(count, forms, lang=sayer.language, policy="western")


class Watch:
    """Tells how far a run is: on a terminal by one line that is written over, elsewhere by a line a minute."""

    def __init__(self, sayer: Sayer, write: Callable[[str], None], clock: Callable[[], float], *, width: int) -> None:
        self.sayer = sayer
        self.write = write
        self.clock = clock
        self.width = width
        """Columns of the terminal; 0 where a line cannot be written over."""
        self.began = self.told = clock()
        self.open = False
        """Whether the line on the terminal is unfinished."""

    def step(self, done: int, total: int, name: str, *, well: bool) -> None:
        """One more is done, well or not."""
        now = self.clock()
        what = self.sayer.say("built-page" if well else "failed-one", name=name)
        line = far(done, total, now - self.began, self.sayer)
        if self.width:
            if not well:
                self.write(f"{_AGAIN}{self.sayer.shown(what)}\n")
            both = f"{line} · {what}" if well else line
            fits = both if len(both) < self.width else line
            self.write(_AGAIN + self.sayer.shown(fits[: self.width - 1]))
            self.open = True
        elif now - self.told >= _APART and done < total:
            self.told = now
            self.write(f"{self.sayer.shown(line)}\n")

    def end(self) -> None:
        """Leave an empty line for what comes next."""
        if self.open:
            self.write(_AGAIN)
            self.open = False


class Log:
    """Tells the same to programs."""

    def __init__(self, event: Callable[..., None], clock: Callable[[], float]) -> None:
        self.event = event
        """Takes what happened, and its facts."""
        self.clock = clock
        self.began = clock()

    def step(self, done: int, total: int, name: str, *, well: bool) -> None:
        """One more is done, well or not; the seconds that are left are a guess, None where there is none yet."""
        left = seconds_left(done, total, self.clock() - self.began)
        self.event("target", target=name, well=well, done=done, total=total, left=None if left is None else round(left))

    def end(self) -> None:
        """Nothing is left open between two lines."""
