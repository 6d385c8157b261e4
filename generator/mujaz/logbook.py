"""The text of `output/.mujaz/schedule.json` ↔ `Logbook`; what cannot be understood is none, never a crash."""

from __future__ import annotations

import datetime
import json
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from mujaz.model.schedule import WELL, Logbook, Outcome, Page, Run
from mujaz.model.text import SLUG

LOGBOOK: Final = ".mujaz/schedule.json"
"""Below the output folder."""
FORMAT: Final = 1
KEPT: Final = 100
"""Runs of one schedule that are remembered."""
IN_A_ROW: Final = 3
"""Runs that must go wrong, one after another, for a schedule to count as failing."""


def decode(raw: bytes | None) -> Logbook | None:
    """The logbook in a file; an empty one where there is no file, None where it cannot be trusted."""
    if raw is None:
        return Logbook()
    try:
        data = json.loads(raw)
        if data["format"] != FORMAT:
            return None
        pages = {str(name): _page(each) for name, each in data["schedules"].items()}
        return Logbook(MappingProxyType(pages)) if all(map(SLUG.fullmatch, pages)) else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
        return None


def encode(logbook: Logbook) -> bytes:
    """The file of a logbook, sorted, so that differences can be read."""
    schedules = {
        name: {
            "cron": page.cron,
            "timezone": page.timezone,
            "seen": stamp(page.seen),
            "runs": [told(run) for run in page.runs[-KEPT:]],
        }
        for name, page in logbook.pages.items()
    }
    text = json.dumps({"format": FORMAT, "schedules": schedules}, indent=1, sort_keys=True, ensure_ascii=False)
    return (text + "\n").encode()


def told(run: Run) -> dict[str, Any]:
    """A run as data."""
    return {
        "due": None if run.due is None else stamp(run.due),
        "started": stamp(run.started),
        "ended": None if run.ended is None else stamp(run.ended),
        "outcome": run.outcome,
        "counts": dict(run.counts),
        "why": list(run.why),
        "missed": [stamp(each) for each in run.missed],
        "more": run.more,
        "resumes": run.resumes,
    }


def stamp(moment: datetime.datetime) -> str:
    """A moment in UTC, to the second."""
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def failing(page: Page) -> bool:
    """Whether the last runs all went wrong, times that were passed over aside."""
    tried = [run for run in page.runs if run.outcome not in (None, Outcome.SKIPPED)][-IN_A_ROW:]
    return len(tried) == IN_A_ROW and not any(run.outcome in WELL for run in tried)


def settled(page: Page) -> Page:
    """A page on which no run is at work any more: who began them was killed."""
    runs = (run if run.outcome else replace(run, outcome=Outcome.INTERRUPTED) for run in page.runs)
    return replace(page, runs=tuple(runs))


def _page(data: Any) -> Page:
    return Page(
        str(data["cron"]), str(data["timezone"]), _moment(data["seen"]), tuple(_run(each) for each in data["runs"])
    )


def _run(data: Any) -> Run:
    return Run(
        due=None if data["due"] is None else _moment(data["due"]),
        started=_moment(data["started"]),
        ended=None if data["ended"] is None else _moment(data["ended"]),
        outcome=None if data["outcome"] is None else Outcome(data["outcome"]),
        counts=MappingProxyType({str(name): int(count) for name, count in data["counts"].items()}),
        why=tuple(str(each) for each in data["why"]),
        missed=tuple(_moment(each) for each in data["missed"]),
        more=int(data["more"]),
        resumes=bool(data["resumes"]),
    )


def _moment(text: Any) -> datetime.datetime:
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.UTC)
