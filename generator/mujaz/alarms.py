"""A `Clerk` and an event that ends it → schedules run at their times, in the foreground; decides no time itself.

What is due is decided by `agenda` from `due`, since neither cron lines nor changes of the clock are safe with
APScheduler's own triggers: they take 0 for Monday, know no either-or of days and weekdays, and leave out or double what
a change of the clock touches. APScheduler does the rest: one job for each schedule, whose trigger asks `due`; an exact
alarm; one thread that runs them one after another; no second call of a job that is at work. Its grace is without end
and it coalesces, so that every alarm arrives once, and `agenda` says what of it was missed. Besides, the clock is
looked at every few seconds: an alarm waits by the machine's steady clock, which stands still while the machine sleeps
and knows nothing of a clock that is set.
"""

from __future__ import annotations

import datetime
import logging
from collections.abc import Callable, Sequence
from threading import Event
from typing import Final

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from mujaz.agenda import wakes
from mujaz.model.schedule import Schedule
from mujaz.scheduling import Clerk

TICK: Final = 10.0
"""Seconds between two looks at the clock, at `mujaz.yaml` and at what waits."""


def wait_for_times(clerk: Clerk, stop: Event, renew: Callable[[], Sequence[Schedule] | None]) -> None:
    """Run schedules at their times until `stop` is set; `renew` gives them anew where they were changed."""
    _quiet()
    defaults = {"coalesce": True, "misfire_grace_time": None, "max_instances": 1}
    executors = {"default": ThreadPoolExecutor(1)}
    alarms = BackgroundScheduler(timezone=datetime.UTC, executors=executors, job_defaults=defaults)
    alarms.start()
    try:
        while True:
            schedules = renew()
            if schedules is not None:
                clerk.keep(schedules)
            _set(alarms, clerk)
            if stop.wait(TICK):
                return
    finally:
        stop.set()
        alarms.shutdown(wait=True)


class _Trigger(BaseTrigger):  # type: ignore[misc] # APScheduler has no types
    """Asks `due`."""

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule

    def get_next_fire_time(
        self, previous: datetime.datetime | None, now: datetime.datetime
    ) -> datetime.datetime | None:
        """The next time after now, or after the last one where that lies ahead."""
        return wakes(self.schedule, max(now, previous or now))


def _set(alarms: BackgroundScheduler, clerk: Clerk) -> None:
    """Set the alarm of each schedule, where it does not stand right."""
    wanted = clerk.look()
    for job in alarms.get_jobs():
        if job.id not in wanted:
            job.remove()
    for name, at in wanted.items():
        job, schedule = alarms.get_job(name), clerk.schedules[name]
        if at is None:
            continue
        if job is None or job.trigger.schedule is not schedule:
            alarms.add_job(clerk.call, _Trigger(schedule), [name], id=name, replace_existing=True, next_run_time=at)
        elif job.next_run_time != at:
            job.modify(next_run_time=at)


def _quiet() -> None:
    """APScheduler tells of alarms that come while their run is at work; our own log tells what became of them."""
    told = logging.getLogger("apscheduler")
    told.addHandler(logging.NullHandler())
    told.propagate = False
