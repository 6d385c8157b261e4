"""A `Schedule` and a moment → when it is due from then on; pure: no clock is read here, and nothing is remembered.

A time on the wall counts once. Where the clock jumps over it, it is due at the first moment after the gap; where the
clock goes back and shows it twice, the first time counts. So a daily schedule is due once for every local day.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from heapq import merge

from mujaz.model.cron import nominals
from mujaz.model.schedule import Due, Schedule

UTC = datetime.UTC
_DAY = datetime.timedelta(days=1)
_SECOND = datetime.timedelta(seconds=1)
_BACK = tuple(datetime.timedelta(hours=hours) for hours in (2, 48, 960, 19_200, 76_800))
"""How far back a last time is looked for: 29 February may be eight years away."""
_GAP = 2 * _DAY
"""No clock was ever set further than this, nor changed twice within it."""
_FAR = datetime.timedelta(days=8 * 366 + 2)
"""Nothing that is due at all has a longer break."""


def due(schedules: Iterable[Schedule], start: datetime.datetime, end: datetime.datetime) -> Iterator[tuple[str, Due]]:
    """Name and moment of all that is due from `start` until before `end`, in order."""

    def of(schedule: Schedule) -> Iterator[tuple[datetime.datetime, str, Due]]:
        for each in _from(schedule, start):
            if each.at >= end:
                return
            yield each.at, schedule.name, each

    for _, name, each in merge(*map(of, schedules), key=lambda found: found[:2]):
        yield name, each


def following(schedule: Schedule, moment: datetime.datetime) -> Due | None:
    """The first time after a moment; None only at the end of the calendar."""
    return next((each for each in _from(schedule, moment) if each.at > moment), None)


def preceding(schedule: Schedule, moment: datetime.datetime) -> Due | None:
    """The last time until a moment, that one included."""
    for span in _BACK:
        if moment - datetime.datetime.min.replace(tzinfo=UTC) < span + 3 * _DAY:
            return None
        last = None
        for each in _from(schedule, moment - span):
            if each.at > moment:
                break
            last = each
        if last:
            return last
    return None


def _from(schedule: Schedule, start: datetime.datetime) -> Iterator[Due]:
    """All times from a moment on."""
    zone, last = schedule.zone, None
    # What a gap swallowed is due after it, and may belong to the day before.
    line, earlier = start.astimezone(zone), (start - _GAP).astimezone(zone)
    first = (line if line.utcoffset() == earlier.utcoffset() else earlier).replace(tzinfo=None)
    day = first.date()
    idle = 0
    while idle < _FAR.days and day < datetime.date.max - 2 * _DAY:
        idle += 1
        for wall in nominals(schedule.cron, day):
            if wall < first:
                continue
            at = _instant(wall, schedule)
            if at != last and at >= start:
                idle = 0
                yield Due(at, at.astimezone(zone), day)
            last = at
        day += _DAY


def _instant(wall: datetime.datetime, schedule: Schedule) -> datetime.datetime:
    """When a clock first shows a time, or has jumped over it."""
    zone = schedule.zone
    at = wall.replace(tzinfo=zone).astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) == wall:
        return at
    # In a gap. Read by the rules before it the time lies after the gap, read by those after it the time lies before.
    late, early = at, wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    before = early.astimezone(zone).utcoffset()
    while late - early > _SECOND:
        middle = early + (late - early) // 2
        if middle.astimezone(zone).utcoffset() == before:
            early = middle
        else:
            late = middle
    return late.replace(microsecond=0)
