"""A `Schedule`, what was seen of its times and the clock → what is owed now, and what is passed over; pure.

A time counts as kept for `GRACE` after it. What is older was missed: one run makes up for all of it, or none, as the
schedule says. So however often a clock is set, or however long a machine slept, at most one run comes of it.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from mujaz.due import due, following, preceding
from mujaz.logbook import settled
from mujaz.model.schedule import Logbook, Outcome, Page, Run, Schedule

GRACE: Final = datetime.timedelta(minutes=15)
"""How late a run may begin that was not missed: longer than a machine takes to wake, or cron to look again."""
SET_BACK: Final = datetime.timedelta(days=1)
"""A clock that is further behind what was seen than this was set right; one that is less behind is waited for."""
_NAMED = 20
"""Of the times that were missed, so many are named."""
_COUNTED = 100_000
"""So many are counted, which takes a second: a clock may have stood in 1970."""
_INSTANT = datetime.timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Owed:
    """One run, and all times that it stands for."""

    at: datetime.datetime | None
    """The last of its times; None where nobody knows it any more."""
    missed: tuple[datetime.datetime, ...] = ()
    """The first of the times before."""
    more: int = 0
    """How many times there were besides."""
    resumes: bool = False
    """Whether it takes up a run that did not end."""
    instead: bool = False
    """Whether it stands in the place of a run that never began, since another build was at work."""

    def with_later(self, later: Owed) -> Owed:
        """One run for both."""
        times = (*self.missed, *((self.at,) if self.at else ()), *later.missed)
        more = self.more + later.more + max(0, len(times) - _NAMED)
        return replace(self, at=later.at, missed=times[:_NAMED], more=more)


@dataclass(frozen=True, slots=True)
class Notice:
    """What a look at the clock gave."""

    seen: datetime.datetime
    """The times until this moment are dealt with, once what is owed is."""
    owed: Owed | None = None
    passed: Owed | None = None
    """Times that were missed and that nothing makes up for."""
    set_back: bool = False
    """Whether the clock was found far behind what was seen."""


def notice(schedule: Schedule, seen: datetime.datetime, now: datetime.datetime) -> Notice:
    """What is due since the last look."""
    if now < seen - SET_BACK:
        return Notice(now, set_back=True)
    last = preceding(schedule, now) if now > seen else None
    if last is None or last.at <= seen:
        return Notice(max(seen, now))
    if schedule.catch_up == "once":
        return Notice(now, owed=_between(schedule, seen, last.at))
    line = max(seen, now - GRACE)
    before = preceding(schedule, line)
    passed = _between(schedule, seen, before.at) if before and before.at > seen else None
    return Notice(now, owed=_between(schedule, line, last.at) if last.at > line else None, passed=passed)


def _between(schedule: Schedule, after: datetime.datetime, last: datetime.datetime) -> Owed:
    """One run for all times after a moment, until the last one."""
    times = (each.at for _, each in due((schedule,), after + _INSTANT, last))
    missed = tuple(islice(times, _NAMED))
    return Owed(last, missed, sum(1 for _ in islice(times, _COUNTED)))


def opened(schedule: Schedule, logbook: Logbook, now: datetime.datetime) -> tuple[Page, Owed | None]:
    """The page of a schedule as someone takes it over, and the run that he finds unfinished."""
    page = logbook.pages.get(schedule.name)
    if page is None:
        return Page(schedule.cron.text, schedule.timezone, now), None
    page = settled(page)
    if (page.cron, page.timezone) != (schedule.cron.text, schedule.timezone):
        # By its new times nothing was missed while they did not stand there.
        page = replace(page, cron=schedule.cron.text, timezone=schedule.timezone, seen=now)
    return page, _unfinished(schedule, page.runs[-1], now) if page.runs else None


def _unfinished(schedule: Schedule, run: Run, now: datetime.datetime) -> Owed | None:
    kept = schedule.catch_up == "once" or (run.due is not None and run.due >= now - GRACE)
    if run.outcome is Outcome.BUSY and kept:
        return Owed(run.due, run.missed, run.more, instead=True)
    if run.outcome is Outcome.INTERRUPTED and kept and not run.resumes:
        return Owed(run.due, run.missed, run.more, resumes=True)
    return None


def wakes(schedule: Schedule, now: datetime.datetime) -> datetime.datetime | None:
    """When the schedule is due next."""
    found = following(schedule, now)
    return found.at if found else None
