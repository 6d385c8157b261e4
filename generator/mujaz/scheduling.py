"""Schedules and a clock that it is given → what is owed, run and written into the logbook; waits for nothing."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event, Lock
from types import MappingProxyType
from typing import Any, Final, Protocol

from mujaz.agenda import SET_BACK, Owed, notice, opened, wakes
from mujaz.latch import amend, held
from mujaz.logbook import KEPT, LOGBOOK, decode, encode, settled
from mujaz.model.schedule import Logbook, Outcome, Page, Run, Schedule
from mujaz.publish import OutputError, Shelf
from mujaz.runs import Came

RETRY: Final = 30.0
"""Seconds until a run is tried again that found another build at work."""
RUNNER: Final = "schedule.runner"
"""The lock of the one process that waits for the times of a workspace."""
RUNNING: Final = "schedule.run"
"""The lock of the one run that is at work in a workspace."""


class Log(Protocol):
    """Who is told of what happens."""

    def __call__(self, event: str, schedule: str = "", **facts: Any) -> None:
        """A word, the name of a schedule, and what else there is to say."""


@dataclass(frozen=True, slots=True)
class Clock:
    """The clocks of the machine."""

    now: Callable[[], datetime.datetime]
    """The time in UTC, which may be set."""
    steady: Callable[[], float]
    """Seconds, which never go back."""


@dataclass(frozen=True, slots=True)
class Records:
    """The logbook of a workspace, on the disk."""

    output: Path

    def read(self) -> tuple[Logbook, bool]:
        """What it says, and whether it is damaged."""
        found = decode(Shelf(self.output).read(LOGBOOK))
        return (Logbook(), True) if found is None else (found, False)

    def change(self, change: Callable[[Logbook], Logbook]) -> None:
        """Change what it says; what cannot be understood gives way to a new one."""
        amend(self.output, LOGBOOK, lambda raw: encode(change(decode(raw) or Logbook())))


@dataclass
class Clerk:
    """Who keeps the times: knows what is owed, runs it, and writes it down. Used by several threads."""

    records: Records
    clock: Clock
    log: Log
    work: Callable[[Schedule], Came]
    """Makes one build; it is never called twice at a time."""
    stop: Event = field(default_factory=Event)
    """Once it is set, nothing is begun any more."""
    schedules: dict[str, Schedule] = field(default_factory=dict)
    seen: dict[str, datetime.datetime] = field(default_factory=dict)
    owed: dict[str, Owed] = field(default_factory=dict)
    again: dict[str, float] = field(default_factory=dict)
    """Name → the steady time before which what is owed is not tried once more."""
    lock: Lock = field(default_factory=Lock)

    def keep(self, schedules: Sequence[Schedule]) -> None:
        """Keep these schedules from now on, and no others."""
        now = self.clock.now()
        logbook, damaged = self.records.read()
        if damaged:
            self.log("logbook-damaged")
        fresh = {each.name: each for each in schedules}
        with self.lock:
            for name, each in fresh.items():
                old = self.schedules.get(name)
                if old is None:
                    page, unfinished = opened(each, logbook, now)
                    self.seen[name] = page.seen
                    if unfinished:
                        self.owed[name] = unfinished
                        self.log("unfinished", name, due=unfinished.at)
                elif (old.cron, old.timezone) != (each.cron, each.timezone):
                    self.seen[name] = now
            for name in self.schedules.keys() - fresh.keys():
                for kept in (self.seen, self.owed, self.again):
                    kept.pop(name, None)
            self.schedules = fresh
        self._settle(now)

    def _settle(self, now: datetime.datetime) -> None:
        """Give each schedule its page; runs that nobody is at any more were killed. Pages of no schedule go."""

        def change(logbook: Logbook) -> Logbook:
            pages = {name: opened(each, logbook, now)[0] for name, each in self.schedules.items()}
            return Logbook(MappingProxyType(pages))

        try:
            with held(self.records.output, RUNNING):
                self.records.change(change)
        except OutputError as error:
            if error.args[0] != "output-busy":
                raise

    def look(self) -> dict[str, datetime.datetime | None]:
        """Look at the clock: when each schedule wants to be called, which is now where something is owed."""
        now = self.clock.now()
        with self.lock:
            for schedule in self.schedules.values():
                self._notice(schedule, now)
            ready = {name for name in self.owed if self.again.get(name, 0.0) <= self.clock.steady()}
            return {
                name: now if name in ready else wakes(schedule, max(now, self.seen[name]))
                for name, schedule in self.schedules.items()
            }

    def ready(self) -> list[str]:
        """The names of those that owe something, the oldest debt first."""
        self.look()
        with self.lock:
            return sorted(self.owed, key=lambda name: (self.owed[name].at or self.clock.now(), name))

    def _notice(self, schedule: Schedule, now: datetime.datetime) -> None:
        name = schedule.name
        found = notice(schedule, self.seen[name], now)
        if found.set_back:
            self.log("clock-set", name, seen=self.seen[name])
        self.seen[name] = found.seen
        if found.passed:
            self.log("skipped", name, due=found.passed.at, missed=found.passed.missed, more=found.passed.more)
            passed = Run(found.passed.at, now, now, Outcome.SKIPPED, missed=found.passed.missed, more=found.passed.more)
            self._write_down(schedule, passed, found.passed, lambda runs: (*runs, passed))
        if found.owed:
            before = self.owed.get(name)
            self.owed[name] = before.with_later(found.owed) if before else found.owed

    def call(self, name: str) -> None:
        """Run what a schedule owes, until it owes nothing; it may be called at any time."""
        try:
            while not self.stop.is_set() and (taken := self._taken(name)):
                if self.run(*taken).outcome in (Outcome.BUSY, Outcome.INTERRUPTED):
                    return
        except Exception as error:  # one that nobody foresaw must not be the last one
            self.log("failed", name, why=(f"{type(error).__name__}: {error}",))

    def _taken(self, name: str) -> tuple[Schedule, Owed] | None:
        with self.lock:
            schedule = self.schedules.get(name)
            if schedule is None:
                return None
            self._notice(schedule, self.clock.now())
            if self.again.get(name, 0.0) > self.clock.steady():
                return None
            owed = self.owed.pop(name, None)
            return (schedule, owed) if owed else None

    def by_hand(self, schedule: Schedule, *, again: bool = False) -> Came:
        """One run at once, whatever is due; `again` where another build was at work the last time."""
        return self.run(schedule, Owed(None, instead=again))

    def run(self, schedule: Schedule, owed: Owed) -> Came:
        """One run, written down before it begins and after it ended."""
        begun = Run(owed.at, self.clock.now(), missed=owed.missed, more=owed.more, resumes=owed.resumes)
        facts = {"due": owed.at, "missed": owed.missed, "more": owed.more}
        try:
            with held(self.records.output, RUNNING):
                self._write_down(schedule, begun, owed, lambda runs: (*_ended(_free(runs, owed)), begun))
                self.log("started", schedule.name, **facts, resumes=owed.resumes)
                came = self._worked(schedule)
                done = replace(begun, ended=self.clock.now(), outcome=came.outcome, counts=came.counts, why=came.why)
                self._write_down(schedule, done, owed, lambda runs: (*(run for run in runs if run.outcome), done))
        except OutputError as error:
            if error.args[0] != "output-busy":
                raise
            came = Came(Outcome.BUSY, status=3)
            waits = replace(begun, ended=begun.started, outcome=Outcome.BUSY)
            self._write_down(schedule, waits, owed, lambda runs: (*_free(runs, owed), waits))
        if came.outcome is Outcome.BUSY:
            self._put_back(schedule.name, replace(owed, instead=True))
        self.log(came.outcome.value, schedule.name, due=owed.at, counts=dict(came.counts), why=came.why)
        return came

    def _worked(self, schedule: Schedule) -> Came:
        try:
            return self.work(schedule)
        except Exception as error:  # it is one run that failed, and written down as such
            return Came(Outcome.FAILED, why=(f"{type(error).__name__}: {error}",), status=3)

    def _put_back(self, name: str, owed: Owed) -> None:
        with self.lock:
            later = self.owed.get(name)
            self.owed[name] = owed.with_later(later) if later else owed
            self.again[name] = self.clock.steady() + RETRY

    def _write_down(
        self, schedule: Schedule, run: Run, owed: Owed, runs: Callable[[tuple[Run, ...]], Sequence[Run]]
    ) -> None:
        """Change the runs on the page of a schedule, and what was seen of its times."""

        def change(logbook: Logbook) -> Logbook:
            page, _ = opened(schedule, logbook, run.started)
            before = logbook.pages[schedule.name].runs if schedule.name in logbook.pages else ()
            seen = page.seen if owed.at is None or owed.at < page.seen <= run.started + SET_BACK else owed.at
            changed = replace(page, seen=seen, runs=tuple(runs(before))[-KEPT:])
            return Logbook(MappingProxyType({**logbook.pages, schedule.name: changed}))

        self.records.change(change)


def _free(runs: tuple[Run, ...], owed: Owed) -> tuple[Run, ...]:
    """The runs without the last one, where that never began and this one stands in its place."""
    return runs[:-1] if owed.instead and runs and runs[-1].outcome is Outcome.BUSY else runs


def _ended(runs: Sequence[Run]) -> tuple[Run, ...]:
    """Runs that nobody is at any more were killed."""
    return tuple(run if run.outcome else replace(run, outcome=Outcome.INTERRUPTED) for run in runs)


def settled_book(records: Records) -> tuple[Logbook, bool]:
    """What the logbook says to someone who only looks: a run that nobody is at any more was killed."""
    logbook, damaged = records.read()
    pages: dict[str, Page] = {name: settled(page) for name, page in logbook.pages.items()}
    return Logbook(MappingProxyType(pages)), damaged
