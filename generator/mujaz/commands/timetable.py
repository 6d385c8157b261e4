"""`schedule due`, `status` and `install`: the schedules of a house → what is told of them; runs none."""

from __future__ import annotations

import argparse
import datetime
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from mujaz import installing
from mujaz.check.schedules import Known, schedules
from mujaz.console import BROKEN, Console, status
from mujaz.due import due, following
from mujaz.journal import local
from mujaz.latch import is_held
from mujaz.logbook import IN_A_ROW, LOGBOOK, failing, stamp, told
from mujaz.model.schedule import Due, Outcome, Page, Schedule
from mujaz.plan import RefusedError
from mujaz.problems import Problem, Severity, Where, in_order
from mujaz.read import House, house
from mujaz.report import Speaker
from mujaz.scheduling import RUNNER, RUNNING, Records, settled_book
from mujaz.units import can_stand

_WEEK = datetime.timedelta(days=7)
_DAY = datetime.timedelta(days=1)


def problems_of(seen: House) -> tuple[Problem, ...]:
    """What is wrong with `mujaz.yaml` and the names in its schedules."""
    if seen.workspace is None or seen.source is None:
        return seen.problems
    known = Known(seen.topics, seen.audiences)
    return in_order((*seen.problems, *schedules(seen.workspace, seen.source, known)))


def schedules_of(seen: House) -> tuple[Schedule, ...]:
    """The schedules of a workspace, the first of each name."""
    written = seen.workspace.schedule if seen.workspace else ()
    return tuple({each.name: each for each in reversed(written)}.values())[::-1]


def ended(console: Console, data: Mapping[str, Any], problems: Sequence[Problem], *, well: bool = True) -> int:
    """Problems and data told, and the exit status that they make."""
    console.problems(problems)
    console.give(data, problems)
    return status(problems, well=well)


# ------------------------------------------------------------------------------------------------ due


def coming(console: Console) -> int:
    """The times of a period."""
    seen, now = house(console.root), console.now()
    kept = schedules_of(seen)
    _refuse_backwards(console.asked, kept, now)
    rows = [
        (found.at, name, found) for each in kept for name, found in due((each,), *_period(console.asked, each, now))
    ]
    rows.sort(key=lambda row: row[:2])
    zones = {each.name: each.timezone for each in kept}
    width = max(map(len, zones), default=0)
    for _, name, found in rows:
        console.tell(console.speaker.laid(f"{found.local:%Y-%m-%d %H:%M %z}  {name:<{width}}  {zones[name]}"))
    if not rows and seen.workspace:
        console.say("schedule-none-due" if zones else "schedule-none")
    return ended(console, {"due": [_dated(name, found, zones[name]) for _, name, found in rows]}, problems_of(seen))


def _refuse_backwards(asked: argparse.Namespace, kept: Sequence[Schedule], now: datetime.datetime) -> None:
    """A period that ends before it begins, by the clocks of all schedules; one of no length is a period."""
    periods = [_period(asked, each, now) for each in kept]
    moment = isinstance(asked.until, datetime.datetime)
    if periods and all(end < start or (end == start and not moment) for start, end in periods):
        facts = {"found": asked.until.isoformat(), "begin": asked.since.isoformat() if asked.since else stamp(now)}
        raise RefusedError(Problem("period-backwards", Where("--to"), facts))


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


def stand(console: Console) -> int:
    """What came of the last runs, and when the next ones are."""
    seen = house(console.root)
    output = console.root / "output"
    logbook, damaged = Records(output).read()
    if not is_held(output, RUNNING):
        logbook, _ = settled_book(Records(output))
    now, kept = console.now(), schedules_of(seen)
    rows = [_row(each, logbook.pages.get(each.name), now) for each in kept]
    width = max((len(row["schedule"]) for row in rows), default=0)
    for row, each in zip(rows, kept, strict=True):
        console.tell(console.speaker.laid(f"{row['schedule']:<{width}}  {_state(console.speaker, row, each)}"))
    waits = is_held(output, RUNNER)
    if rows:
        console.say("schedule-waits" if waits else "schedule-nobody")
    elif seen.workspace:
        console.say("schedule-none")
    problems = problems_of(seen)
    if damaged:
        problems = (*problems, Problem("schedule-damaged", Where(f"output/{LOGBOOK}"), {}, Severity.WARNING))
    well = not any(row["failing"] for row in rows)
    return ended(console, {"schedules": rows, "waiting": waits}, problems, well=well)


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


def install(console: Console) -> int:
    """What starts schedules with the machine, shown, and written where that is wanted."""
    seen = house(console.root)
    asked, root, kept = console.asked, console.root, schedules_of(seen)
    problems = problems_of(seen)
    if seen.workspace is None or not kept:
        if seen.workspace is not None:
            console.say("schedule-none")
        return ended(console, {"files": []}, problems)
    waits = () if asked.systemd else ("--once",)
    call = (sys.executable, "-P", "-m", "mujaz", "-C", str(root), "--messages", console.speaker.language)
    call = (*call, "schedule", "run", *waits)
    if not can_stand(call):
        raise RefusedError(Problem("path-unwritten", Where(str(root)), {"found": str(root)}))
    try:
        if asked.systemd:
            plan = installing.for_systemd(call, root, asked.to, console.environment)
        else:
            plan = installing.for_cron(call, root, kept, asked.to)
        console.tell(f"# {plan.path}")
        console.tell(plan.shown)
        written = plan.state != "same" and (
            asked.yes or console.agreed(console.speaker.say("install-ask", path=plan.path))
        )
        if written:
            installing.write(plan)
    except (installing.CrontabError, OSError) as error:
        rule = "file-unwritable" if isinstance(error, OSError) else "crontab-failed"
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        problem = Problem(rule, Where(asked.to or installing.CRONTAB), {"found": reason})
        ended(console, {"files": []}, (*problems, problem))
        return BROKEN
    word = "install-same" if plan.state == "same" else "install-written" if written else "install-shown"
    console.say(word, path=plan.path)
    for line in plan.then if written or plan.state == "same" else ():
        console.tell(f"    {line}")
    file = {"path": plan.path, "state": plan.state, "written": written, "text": plan.text, "then": list(plan.then)}
    return ended(console, {"files": [file]}, problems)
