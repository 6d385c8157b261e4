"""What happens to schedules → a line of the log each: words for people, or an object of JSON; prints nothing."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mujaz.logbook import stamp
from mujaz.model.schedule import Schedule
from mujaz.report import Speaker
from mujaz.scheduling import Clock

_NAMED = 5
"""Of the times that were missed, so many stand in a line for people."""
_NO_COUNTS = {"built": 0, "fresh": 0, "failed": 0, "errors": 0}


def local(moment: str | datetime.datetime, each: Schedule) -> str:
    """A moment by the clock of a schedule, as people read it."""
    at = datetime.datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return f"{at.astimezone(each.zone):%Y-%m-%d %H:%M} {each.timezone}"


@dataclass(frozen=True, slots=True)
class Journal:
    """Tells what happens, each thing at once."""

    speaker: Speaker
    line: Callable[[str], None]
    """Takes a line."""
    clock: Clock
    kept: Mapping[str, Schedule]
    """The schedules, by whose clocks people are told of times."""
    plain: bool
    """Whether a line is an object of JSON."""

    def __call__(self, event: str, schedule: str = "", **facts: Any) -> None:
        """One line."""
        at = stamp(self.clock.now())
        if self.plain:
            told = {name: _plain(fact) for name, fact in facts.items() if fact not in (None, (), {}, 0)}
            named = {"schedule": schedule} if schedule else {}
            self.line(json.dumps({"time": at, "event": event, **named, **told}, ensure_ascii=False))
        else:
            self.line(self.speaker.laid(f"{at} {schedule or 'mujaz'}: {self._sentence(event, schedule, facts)}"))

    def _sentence(self, event: str, schedule: str, facts: Mapping[str, Any]) -> str:
        say, each = self.speaker.say, self.kept.get(schedule)
        told = {**_NO_COUNTS, **facts, **facts.get("counts", {})}
        if each and "due" in facts:
            told["due"] = say("log-by-hand") if facts["due"] is None else local(facts["due"], each)
        said = say(f"log-{event}", **told)
        times = facts.get("missed", ())
        if times and each:
            more = len(times) + facts["more"] - len(times[:_NAMED])
            shown = ", ".join(local(moment, each) for moment in times[:_NAMED])
            said += say("log-missed", times=shown, more=say("log-more", count=more) if more else "")
        return " ".join((said, *map(str, facts.get("why", ()))))


def _plain(fact: Any) -> Any:
    if isinstance(fact, datetime.datetime):
        return stamp(fact)
    return [_plain(each) for each in fact] if isinstance(fact, tuple) else fact
