"""A parsed call → what its command is lent: words, JSON, the workspace; the only place that prints or reads a clock."""

from __future__ import annotations

import argparse
import contextlib
import datetime
import json
import os
import signal
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any

from mujaz.model.document import Medium
from mujaz.plan import Request
from mujaz.problems import Problem, Where, gathered
from mujaz.progress import Log, Watch
from mujaz.read import country, find_workspace
from mujaz.report import Speaker, severity_counts
from mujaz.zones import day

WELL, WRONG_CONTENT, WRONG_USE, BROKEN = 0, 1, 2, 3
"""Exit statuses: all well; content has problems or an output failed; a call is off; the machine or Mujaz failed."""
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Signals that ask for an end; the exit status is 128 and the signal's number."""
_LAST_EPOCH = 253402300799 - 86400
"""Seconds: the last moments of the year 9999 have a day everywhere."""


class EarlyEndError(Exception):
    """The end of a run before its time: a problem to report, and the exit status."""

    def __init__(self, problem: Problem, status: int) -> None:
        super().__init__(problem.rule)
        self.problem = problem
        self.status = status


@dataclass(slots=True)
class Ending:
    """Whether the system has asked for an end."""

    event: Event = field(default_factory=Event)
    number: int = 0
    """Of the last signal; 0 where none came."""

    def status(self, otherwise: int) -> int:
        """The exit status, which is another one where no signal came."""
        return 128 + self.number if self.number else otherwise


def status(problems: Iterable[Problem], *, strict: bool = False, well: bool = True) -> int:
    """The exit status that problems make; `well` is whether all the rest went well."""
    return WRONG_CONTENT if severity_counts(problems, strict=strict) or not well else WELL


def program(environment: Mapping[str, str]) -> str:
    """How the caller calls Mujaz: through the `run` script, which says so, or by its own name."""
    return environment.get("MUJAZ_PROGRAM", "mujaz")


@dataclass(frozen=True, slots=True)
class Console:
    """What a command needs: its arguments, a speaker, and whether JSON is asked for."""

    asked: argparse.Namespace
    speaker: Speaker

    # -------------------------------------------------------------------------------------------- what is asked for

    @property
    def root(self) -> Path:
        """The workspace."""
        start = Path(self.asked.workspace or ".")
        found = find_workspace(start.absolute())
        if found is None:
            raise EarlyEndError(Problem("workspace-missing", Where(str(start))), WRONG_USE)
        return found

    @property
    def request(self) -> Request:
        """What is to be built, or looked at."""
        asked = self.asked
        return Request(
            topics=frozenset(asked.topics),
            audiences=frozenset(asked.audience),
            languages=frozenset(asked.lang),
            media=frozenset(Medium(each) for each in getattr(asked, "only", ())),
            force=getattr(asked, "force", False),
            prove=getattr(asked, "prove", True),
        )

    # -------------------------------------------------------------------------------------------- what is printed

    @property
    def logs(self) -> bool:
        """Whether standard error belongs to a log of JSON."""
        return bool(self.asked.command == "build" and self.asked.log == "json")

    def tell(self, text: str) -> None:
        """Words for people, where there is room for them."""
        if not (self.asked.json and self.logs):
            print(text, file=sys.stderr if self.asked.json else sys.stdout)

    def say(self, word: str, **facts: object) -> None:
        """A sentence for people."""
        self.tell(self.speaker.shown(self.speaker.say(word, **facts)))

    def aside(self, text: str) -> None:
        """Words for people that are no answer."""
        if not self.logs:
            print(text, file=sys.stderr, flush=True)

    def line(self, text: str) -> None:
        """A line on standard output at once, whoever reads it."""
        print(text, flush=True)

    def event(self, event: str, **facts: Any) -> None:
        """A line of the log, if one is kept."""
        if self.logs:
            line = json.dumps({"time": f"{self.now():%Y-%m-%dT%H:%M:%SZ}", "event": event, **facts}, ensure_ascii=False)
            with contextlib.suppress(OSError):  # of a reader that is gone
                print(line, file=sys.stderr, flush=True)

    def problems(self, problems: Iterable[Problem]) -> None:
        """Every problem, those with one cause as one, then their number."""
        found = gathered(problems)
        for problem in found:
            self.tell(self.speaker.problem(problem))
        if found:
            self.tell(self.speaker.count(found))

    def annotations(self, problems: Iterable[Problem], folder: str) -> None:
        """Every problem as a workflow command of GitHub, on standard output."""
        for problem in gathered(problems):
            print(self.speaker.annotation(problem, folder))

    def give(self, data: Mapping[str, Any], problems: Iterable[Problem]) -> None:
        """The one object on standard output."""
        if self.asked.json:
            whole = {**data, "problems": [self.speaker.data(problem) for problem in gathered(problems)]}
            print(json.dumps(whole, ensure_ascii=False, indent=1))

    @contextlib.contextmanager
    def watch(self) -> Iterator[Watch | Log]:
        """Who tells how far a build is, on standard error: people, or programs where a log is kept."""
        terminal = sys.stderr.isatty() and self.environment.get("TERM", "dumb") != "dumb"

        def write(text: str) -> None:
            print(text, end="", file=sys.stderr, flush=True)

        width = self.speaker.width if terminal else 0
        clock = self.steady
        watch = Log(self.event, clock) if self.logs else Watch(self.speaker, write, clock, width=width)
        try:
            yield watch
        finally:
            watch.end()

    def agreed(self, question: str) -> bool:
        """Whether someone at a terminal says yes; nobody is asked where nobody sits."""
        if self.asked.json or not (sys.stdin.isatty() and sys.stdout.isatty()):
            return False
        print(self.speaker.shown(question), end=" ", flush=True)
        return sys.stdin.readline().strip().lower() in ("y", "yes", "ن", "نعم")

    # -------------------------------------------------------------------------------------------- the machine

    @property
    def environment(self) -> Mapping[str, str]:
        """Its variables."""
        return os.environ

    @property
    def program(self) -> str:
        """How the caller calls Mujaz."""
        return program(self.environment)

    def now(self) -> datetime.datetime:
        """The time in UTC, which may be set."""
        return datetime.datetime.now(datetime.UTC)

    def steady(self) -> float:
        """Seconds, which never go back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)

    @property
    def today(self) -> datetime.date:
        """The day where the machine stands."""
        return datetime.date.today()

    def day_of_editions(self, root: Path) -> datetime.date:
        """The day of new editions in the house's country; SOURCE_DATE_EPOCH says another moment than now."""
        epoch, now = self.environment.get("SOURCE_DATE_EPOCH", ""), self.now()
        if epoch:
            try:
                now = datetime.datetime.fromtimestamp(int(epoch), datetime.UTC)
                if not 0 <= int(epoch) <= _LAST_EPOCH:
                    raise ValueError(epoch)
            except (ValueError, OverflowError, OSError):
                problem = Problem("epoch-wrong", Where("SOURCE_DATE_EPOCH"), {"found": epoch})
                raise EarlyEndError(problem, WRONG_USE) from None
        return day(now, country(root))

    def heed(self) -> Ending:
        """From now on signals end nothing by themselves: they are written down, and set an event."""
        ending = Ending()

        def end(number: int, _: object) -> None:
            ending.number = number
            ending.event.set()

        for each in ENDING:
            signal.signal(each, end)
        return ending
