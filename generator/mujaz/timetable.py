"""A parsed `schedule …` and what the command line lends it → the verb done, told and its exit status; no clock here."""

from __future__ import annotations

import argparse
import datetime
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any, Protocol

from mujaz import installing, runs
from mujaz.arabic import closest
from mujaz.check.schedules import Known, schedules
from mujaz.due import due, following
from mujaz.journal import Journal, local
from mujaz.latch import held, is_held
from mujaz.logbook import IN_A_ROW, LOGBOOK, failing, stamp, told
from mujaz.model.schedule import Due, Outcome, Page, Schedule
from mujaz.plan import RefusedError
from mujaz.problems import Problem, Severity, Where, in_order
from mujaz.publish import OutputError
from mujaz.read import WORKSPACE, House, house
from mujaz.report import Speaker, severity_counts
from mujaz.scheduling import RUNNER, RUNNING, Clerk, Clock, Records, settled_book
from mujaz.units import can_stand

WELL, WRONG_CONTENT, BROKEN = 0, 1, 3
_WEEK = datetime.timedelta(days=7)
_DAY = datetime.timedelta(days=1)
_BUSY_WAITS = 120
"""How often a run that was asked for by hand waits for another build before it gives up: an hour."""
_WAIT = 30.0
"""Seconds between two of them."""


class Desk(Protocol):
    """What the command line lends."""

    @property
    def asked(self) -> argparse.Namespace:
        """The arguments."""

    @property
    def speaker(self) -> Speaker:
        """Who speaks to people."""

    @property
    def root(self) -> Path:
        """The workspace."""

    def tell(self, text: str) -> None:
        """Words for people."""

    def problems(self, problems: Iterable[Problem]) -> None:
        """Problems, told."""

    def give(self, data: Mapping[str, Any], problems: Iterable[Problem]) -> None:
        """The one object on standard output."""


@dataclass(frozen=True, slots=True)
class Lent:
    """What else the command line has alone."""

    clock: Clock
    stop: Event
    """Set by the signals that end a program."""
    line: Callable[[str], None]
    """A line of the log, at once."""
    agreed: Callable[[str], bool]
    """Whether someone at a terminal says yes."""


def schedule(desk: Desk, lent: Lent) -> int:
    """Do what was asked for; the exit status."""
    verbs: Mapping[str, Callable[[Desk, Lent, House], int]] = {
        "due": _due,
        "status": _status,
        "run": _run,
        "now": _now,
        "install": _install,
    }
    return verbs[desk.asked.verb](desk, lent, house(desk.root))


def _problems(seen: House) -> tuple[Problem, ...]:
    """What is wrong with `mujaz.yaml` and the names in its schedules."""
    if seen.workspace is None or seen.source is None:
        return seen.problems
    known = Known(seen.topics, seen.audiences)
    return in_order((*seen.problems, *schedules(seen.workspace, seen.source, known)))


def _of(seen: House) -> tuple[Schedule, ...]:
    """The schedules of a workspace, the first of each name."""
    written = seen.workspace.schedule if seen.workspace else ()
    return tuple({each.name: each for each in reversed(written)}.values())[::-1]


def _ended(desk: Desk, data: Mapping[str, Any], problems: Sequence[Problem], *, well: bool = True) -> int:
    """Problems and data told, and the exit status that they make."""
    desk.problems(problems)
    desk.give(data, problems)
    return WRONG_CONTENT if severity_counts(problems, strict=False) or not well else WELL


def _say(desk: Desk, word: str, **facts: object) -> None:
    desk.tell(desk.speaker.shown(desk.speaker.say(word, **facts)))


# ------------------------------------------------------------------------------------------------ due


def _due(desk: Desk, lent: Lent, seen: House) -> int:
    rows = []
    for each in _of(seen):
        start, end = _period(desk.asked, each, lent.clock.now())
        rows += [(found.at, name, found) for name, found in due((each,), start, end)]
    rows.sort(key=lambda row: row[:2])
    zones = {each.name: each.timezone for each in _of(seen)}
    width = max(map(len, zones), default=0)
    for _, name, found in rows:
        desk.tell(desk.speaker.laid(f"{found.local:%Y-%m-%d %H:%M %z}  {name:<{width}}  {zones[name]}"))
    if not rows and seen.workspace:
        _say(desk, "schedule-none-due" if zones else "schedule-none")
    return _ended(desk, {"due": [_dated(name, found, zones[name]) for _, name, found in rows]}, _problems(seen))


def _dated(name: str, found: Due, zone: str) -> dict[str, Any]:
    return {
        "schedule": name,
        "at": stamp(found.at),
        "local": found.local.isoformat(),
        "day": found.day.isoformat(),
        "timezone": zone,
    }


def _period(
    asked: argparse.Namespace, each: Schedule, now: datetime.datetime
) -> tuple[datetime.datetime, datetime.datetime]:
    """The period that is asked for, days by the schedule's own clock; both days belong to it."""
    start = now if asked.since is None else _moment(asked.since, each)
    if asked.until is None:
        return start, start + _WEEK
    last = asked.until
    return start, _moment(last, each) if isinstance(last, datetime.datetime) else _moment(last + _DAY, each)


def _moment(asked: datetime.date, each: Schedule) -> datetime.datetime:
    if not isinstance(asked, datetime.datetime):
        asked = datetime.datetime.combine(asked, datetime.time())
    return asked if asked.tzinfo else asked.replace(tzinfo=each.zone).astimezone(datetime.UTC)


# ------------------------------------------------------------------------------------------------ status


def _status(desk: Desk, lent: Lent, seen: House) -> int:
    output = desk.root / "output"
    logbook, damaged = Records(output).read()
    if not is_held(output, RUNNING):
        logbook, _ = settled_book(Records(output))
    now, kept = lent.clock.now(), _of(seen)
    rows = [_row(each, logbook.pages.get(each.name), now) for each in kept]
    width = max((len(row["schedule"]) for row in rows), default=0)
    for row, each in zip(rows, kept, strict=True):
        desk.tell(desk.speaker.laid(f"{row['schedule']:<{width}}  {_state(desk.speaker, row, each)}"))
    waits = is_held(output, RUNNER)
    if rows:
        _say(desk, "schedule-waits" if waits else "schedule-nobody")
    elif seen.workspace:
        _say(desk, "schedule-none")
    problems = _problems(seen)
    if damaged:
        problems = (*problems, Problem("schedule-damaged", Where(f"output/{LOGBOOK}"), {}, Severity.WARNING))
    well = not any(row["failing"] for row in rows)
    return _ended(desk, {"schedules": rows, "waiting": waits}, problems, well=well)


def _row(each: Schedule, page: Page | None, now: datetime.datetime) -> dict[str, Any]:
    last, coming = (page.runs[-1] if page and page.runs else None), following(each, now)
    return {
        "schedule": each.name,
        "cron": each.cron.text,
        "timezone": each.timezone,
        "running": bool(last and last.outcome is None),
        "last": told(last) if last else None,
        "next": _dated(each.name, coming, each.timezone) if coming else None,
        "failing": bool(page and failing(page)),
    }


def _state(speaker: Speaker, row: Mapping[str, Any], each: Schedule) -> str:
    last, coming = row["last"], row["next"]
    parts = [speaker.say("schedule-never")]
    if last:
        outcome = "running" if row["running"] else last["outcome"]
        parts = [f"{local(last['due'] or last['started'], each)} {speaker.say(f'schedule-{outcome}')}"]
        parts += [why for why in last["why"][:1] if outcome not in (Outcome.BUILT, Outcome.NOTHING)]
    if row["failing"]:
        parts.append(speaker.say("schedule-failing", count=IN_A_ROW))
    if coming:
        parts.append(speaker.say("schedule-next", at=local(coming["at"], each)))
    return "  ".join(parts)


# ------------------------------------------------------------------------------------------------ run, now


def _clerk(desk: Desk, lent: Lent, kept: dict[str, Schedule]) -> Clerk:
    root, jobs = desk.root, desk.asked.jobs

    def work(each: Schedule) -> runs.Came:
        return runs.run(root, each, jobs=jobs, stop=lent.stop)

    log = Journal(desk.speaker, lent.line, lent.clock, kept, plain=desk.asked.log == "json")
    return Clerk(Records(root / "output"), lent.clock, log, work, stop=lent.stop)


def _run(desk: Desk, lent: Lent, seen: House) -> int:
    problems = _problems(seen)
    desk.problems(problems)
    if seen.workspace is None:
        desk.give({}, problems)
        return WRONG_CONTENT
    kept: dict[str, Schedule] = {each.name: each for each in _of(seen)}
    clerk = _clerk(desk, lent, kept)
    if desk.asked.once:
        return _once(clerk, kept, desk.root / "output")
    with _alone(desk.root / "output"):
        from mujaz.alarms import wait_for_times  # noqa: PLC0415 # APScheduler serves no other command

        clerk.log("waiting", count=len(kept))
        wait_for_times(clerk, lent.stop, _renewed(desk, clerk, kept))
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


def _renewed(desk: Desk, clerk: Clerk, kept: dict[str, Schedule]) -> Callable[[], Sequence[Schedule] | None]:
    """Gives the schedules at first, and each time that `mujaz.yaml` was changed and can be understood."""
    root = desk.root
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
        found_now = {each.name: each for each in _of(seen)}
        if not first:
            if found_now == kept:
                return None
            clerk.log("renewed", count=len(found_now))
        kept.clear()
        kept.update(found_now)
        return tuple(found_now.values())

    return renew


def _now(desk: Desk, lent: Lent, seen: House) -> int:
    problems = _problems(seen)
    kept = {each.name: each for each in _of(seen)}
    each = kept.get(desk.asked.name)
    if each is None:
        if seen.workspace is None:
            return _ended(desk, {}, problems)
        near = closest(desk.asked.name, kept)
        facts = {"found": desk.asked.name, "allowed": ", ".join(kept), **({"closest": near} if near else {})}
        raise RefusedError(Problem("schedule-unknown", Where(desk.asked.name), facts))
    desk.problems(problems)
    clerk = _clerk(desk, lent, dict(kept))
    came = clerk.by_hand(each)
    for _ in range(_BUSY_WAITS):
        if came.outcome is not Outcome.BUSY or lent.stop.wait(_WAIT):
            break
        came = clerk.by_hand(each, again=True)
    data = {"schedule": each.name, "outcome": came.outcome, "counts": dict(came.counts), "why": list(came.why)}
    desk.give(data, problems)
    return came.status


# ------------------------------------------------------------------------------------------------ install


def _install(desk: Desk, lent: Lent, seen: House) -> int:
    asked, root, kept = desk.asked, desk.root, _of(seen)
    problems = _problems(seen)
    if seen.workspace is None or not kept:
        if seen.workspace is not None:
            _say(desk, "schedule-none")
        return _ended(desk, {"files": []}, problems)
    waits = () if asked.systemd else ("--once",)
    call = (sys.executable, "-P", "-m", "mujaz", "-C", str(root), "--messages", desk.speaker.language)
    call = (*call, "schedule", "run", *waits)
    if not can_stand(call):
        raise RefusedError(Problem("path-unwritten", Where(str(root)), {"found": str(root)}))
    try:
        if asked.systemd:
            plan = installing.for_systemd(call, root, asked.to, os.environ)
        else:
            plan = installing.for_cron(call, root, kept, asked.to)
        desk.tell(f"# {plan.path}")
        desk.tell(plan.shown)
        written = plan.state != "same" and (asked.yes or lent.agreed(desk.speaker.say("install-ask", path=plan.path)))
        if written:
            installing.write(plan)
    except (installing.CrontabError, OSError) as error:
        rule = "file-unwritable" if isinstance(error, OSError) else "crontab-failed"
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        _ended(
            desk, {"files": []}, (*problems, Problem(rule, Where(asked.to or installing.CRONTAB), {"found": reason}))
        )
        return BROKEN
    word = "install-same" if plan.state == "same" else "install-written" if written else "install-shown"
    _say(desk, word, path=plan.path)
    for line in plan.then if written or plan.state == "same" else ():
        desk.tell(f"    {line}")
    file = {"path": plan.path, "state": plan.state, "written": written, "text": plan.text, "then": list(plan.then)}
    return _ended(desk, {"files": [file]}, problems)
