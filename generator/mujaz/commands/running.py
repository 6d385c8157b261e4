"""`schedule run` and `now`: schedules of a house → their runs, each told at once; decides no time itself."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event

from mujaz import runs
from mujaz.arabic import closest
from mujaz.commands.timetable import ended, problems_of, schedules_of
from mujaz.console import WELL, WRONG_CONTENT, Console
from mujaz.journal import Journal
from mujaz.latch import held, is_held
from mujaz.model.schedule import Outcome, Schedule
from mujaz.plan import RefusedError
from mujaz.problems import Problem, Where
from mujaz.publish import OutputError
from mujaz.read import WORKSPACE, house
from mujaz.scheduling import RUNNER, Clerk, Clock, Records

_BUSY_WAITS = 120
"""How often a run that was asked for by hand waits for another build before it gives up: an hour."""
_WAIT = 30.0
"""Seconds between two of them."""


def _clerk(console: Console, stop: Event, kept: dict[str, Schedule]) -> Clerk:
    root, asked = console.root, console.asked
    by = [f"--jobs={asked.jobs}", *([f"--cluster={asked.cluster}"] if asked.cluster else [])]
    clock = Clock(console.now, console.steady)

    def work(each: Schedule) -> runs.Came:
        return runs.run(root, each, by=by, stop=stop)

    log = Journal(console.speaker, console.line, clock, kept, plain=asked.log == "json")
    return Clerk(Records(root / "output"), clock, log, work, stop=stop)


def run(console: Console) -> int:
    """What is due, run at its times until an end is asked for; or once what is owed."""
    ending = console.heed()
    return ending.status(_run(console, ending.event))


def _run(console: Console, stop: Event) -> int:
    seen = house(console.root)
    problems = problems_of(seen)
    console.problems(problems)
    if seen.workspace is None:
        console.give({}, problems)
        return WRONG_CONTENT
    kept: dict[str, Schedule] = {each.name: each for each in schedules_of(seen)}
    clerk = _clerk(console, stop, kept)
    if console.asked.once:
        return _once(clerk, kept, console.root / "output")
    with _alone(console.root / "output"):
        from mujaz.alarms import wait_for_times  # noqa: PLC0415 # APScheduler serves no other command

        clerk.log("waiting", count=len(kept))
        wait_for_times(clerk, stop, _renewed(console, clerk, kept))
        clerk.log("stopped")
    return WELL


@contextmanager
def _alone(output: Path) -> Iterator[None]:
    """One `schedule run` for a workspace."""
    if is_held(output, RUNNER):
        raise OutputError("schedule-kept", output.name)
    with held(output, RUNNER):
        yield


def _once(clerk: Clerk, kept: Mapping[str, Schedule], output: Path) -> int:
    """Run what is owed now, and leave; whoever waits for the times already does that himself."""
    if is_held(output, RUNNER):
        return WELL
    with held(output, RUNNER):
        clerk.keep(tuple(kept.values()))
        for name in clerk.ready():
            clerk.call(name)
    return WELL


def _renewed(console: Console, clerk: Clerk, kept: dict[str, Schedule]) -> Callable[[], Sequence[Schedule] | None]:
    """Gives the schedules at first, and each time that `mujaz.yaml` was changed and can be understood."""
    root = console.root
    last: list[object] = [None]

    def renew() -> Sequence[Schedule] | None:
        mark: object = "gone"
        with suppress(OSError):
            found = os.stat(root / WORKSPACE)
            mark = (found.st_mtime_ns, found.st_size, found.st_ino)
        if mark == last[0]:
            return None
        first, last[0] = last[0] is None, mark
        seen = house(root)
        if seen.workspace is None:
            clerk.log("workspace-broken", why=tuple(f"{each.where} [{each.rule}]" for each in seen.problems[:3]))
            return None
        found_now = {each.name: each for each in schedules_of(seen)}
        if not first:
            if found_now == kept:
                return None
            clerk.log("renewed", count=len(found_now))
        kept.clear()
        kept.update(found_now)
        return tuple(found_now.values())

    return renew


def now(console: Console) -> int:
    """One schedule, run at once."""
    ending = console.heed()
    return ending.status(_now(console, ending.event))


def _now(console: Console, stop: Event) -> int:
    seen = house(console.root)
    problems = problems_of(seen)
    kept = {each.name: each for each in schedules_of(seen)}
    each = kept.get(console.asked.name)
    if each is None:
        if seen.workspace is None:
            return ended(console, {}, problems)
        near = closest(console.asked.name, kept)
        facts = {"found": console.asked.name, "allowed": ", ".join(kept), **({"closest": near} if near else {})}
        raise RefusedError(Problem("schedule-unknown", Where(console.asked.name), facts))
    console.problems(problems)
    clerk = _clerk(console, stop, dict(kept))
    came = clerk.by_hand(each)
    for _ in range(_BUSY_WAITS):
        if came.outcome is not Outcome.BUSY or stop.wait(_WAIT):
            break
        came = clerk.by_hand(each, again=True)
    data = {"schedule": each.name, "outcome": came.outcome, "counts": dict(came.counts), "why": list(came.why)}
    console.give(data, problems)
    return came.status
