"""A `Schedule` → its build and its deliveries, each a process, and what came of them; remembers and prints nothing.

A process, and not a call: whoever waits for the next time for weeks then holds neither renderer nor content in memory,
a build that dies takes nobody along, and one that is to stop can be stopped, with its workers, whatever it is at.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event
from types import MappingProxyType
from typing import Any, Final

from mujaz.model.schedule import Outcome, Schedule

PATIENCE: Final = 3.0
"""Seconds that a build has to end by itself once it was asked to."""
_LOOK = 0.1
"""Seconds between two looks at a build."""
_TOLD = 5
"""Problems that are named."""
_TAIL = 300
"""Characters of what a build that broke said last."""
_DEATH = 1
"""PR_SET_PDEATHSIG of Linux."""
_DELIVERED = (Outcome.BUILT, Outcome.NOTHING, Outcome.PROBLEMS)
"""What deliveries follow: the healthy briefs are made, whatever the others are."""
_INTERRUPTED = 130
"""The exit status of a build that was asked to stop."""


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a build."""

    outcome: Outcome
    counts: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    why: tuple[str, ...] = ()
    status: int = 0
    """Its exit status."""


def run(root: Path, schedule: Schedule, *, by: Sequence[str], stop: Event) -> Came:
    """Build what a schedule asks for, then deliver; `by` are options that say who builds, `stop` ends it early."""
    ended = finished(building(root, schedule, by), stop)
    built = came(*ended) if ended else Came(Outcome.INTERRUPTED, status=_INTERRUPTED)
    if not schedule.after or built.outcome not in _DELIVERED:
        return built
    # Also where nothing was made: what could not be sent the last time waits for this one.
    ended = finished([*_mine(root), "deliver", "--json", *schedule.after], stop)
    return sent(built, *ended) if ended else replace(built, outcome=Outcome.INTERRUPTED, status=_INTERRUPTED)


def finished(command: Sequence[str], stop: Event) -> tuple[int, bytes, bytes] | None:
    """Status, output and words of a command; None where it was stopped."""
    _inherited()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(  # noqa: S603 # this very program
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
            preexec_fn=_with_parent(),  # noqa: PLW1509 # one system call, looked up before the fork
        )
        try:
            while process.poll() is None:
                if stop.wait(_LOOK):
                    return None
        finally:
            _end(process)
        out.seek(0)
        err.seek(0)
        return process.returncode, out.read(), err.read()


def building(root: Path, schedule: Schedule, by: Sequence[str]) -> list[str]:
    """The command that builds what a schedule asks for."""
    asked = [f"--audience={name}" for name in schedule.audiences] + [f"--lang={name}" for name in schedule.languages]
    return [*_mine(root), "build", "--json", *by, *asked, *schedule.topics]


def _mine(root: Path) -> list[str]:
    """This very program, for a workspace; its sentences are written down, and so in one language."""
    return [sys.executable, "-P", "-m", "mujaz", "-C", str(root), "--messages", "en"]


def came(status: int, out: bytes, err: bytes) -> Came:
    """What a build says that came of it."""
    try:
        data = json.loads(out)
        problems: Sequence[Mapping[str, Any]] = data["problems"]
        rules = {each["rule"] for each in problems}
    except (ValueError, KeyError, TypeError):
        outcome = Outcome.INTERRUPTED if status == _INTERRUPTED else Outcome.FAILED
        return Came(outcome, why=_last(status, err), status=status)
    wrong = [each for each in problems if each["severity"] == "error"]
    counts = {name: len(data.get(name, ())) for name in ("built", "fresh", "failed", "stopped")}
    counts |= {"errors": len(wrong), "warnings": len(problems) - len(wrong)}
    if status == 0:
        return Came(Outcome.BUILT if counts["built"] else Outcome.NOTHING, MappingProxyType(counts))
    outcome = Outcome.PROBLEMS if status in (1, 2) else Outcome.FAILED
    # Where it was not the content, the sentence says what is to be done.
    told = (_place(each) if status == 1 else f"{_place(each)}: {each['message']}" for each in wrong[:_TOLD])
    outcome = Outcome.BUSY if "output-busy" in rules else outcome
    return Came(outcome, MappingProxyType(counts), tuple(each[:_TAIL] for each in told), status)


def sent(built: Came, status: int, out: bytes, err: bytes) -> Came:
    """What came of a build, once its deliveries are among it."""
    told = came(status, out, err)
    with contextlib.suppress(ValueError, KeyError, TypeError):
        done = sum(each["state"] == "done" for each in json.loads(out)["deliveries"])
        built = replace(built, counts=MappingProxyType({**built.counts, "sent": done}))
    if told.outcome in (Outcome.NOTHING, Outcome.BUILT):
        return built
    outcome = Outcome.PROBLEMS if told.outcome in (Outcome.PROBLEMS, Outcome.BUSY) else told.outcome
    worse = max(built.status, status) if status > 0 else 3
    return replace(built, outcome=outcome, why=(*built.why, *told.why)[:_TOLD], status=worse)


def _place(problem: Mapping[str, Any]) -> str:
    place = ":".join(str(problem[key]) for key in ("path", "line", "column") if problem.get(key))
    return f"{place} [{problem['rule']}]"


def _last(status: int, err: bytes) -> tuple[str, ...]:
    """How a build ended that said nothing that can be understood."""
    with contextlib.suppress(ValueError):
        if status < 0:
            return (signal.Signals(-status).name,)
    lines = err.decode(errors="replace").strip().splitlines()
    return (f"status {status}", *(line.strip()[:_TAIL] for line in lines[-1:]))


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask a build to stop, as Ctrl-C does; where it does not, end it with all that it began."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _inherited() -> None:
    """As the first process of a container, take leave of what earlier builds left to it: no one else would."""
    if os.getpid() == 1:
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def _with_parent() -> Callable[[], None] | None:
    """On Linux a build ends with the process that began it, even where that one is killed."""
    if sys.platform != "linux":
        return None
    control = ctypes.CDLL(None).prctl
    parent = os.getpid()

    def ask() -> None:
        control(_DEATH, int(signal.SIGINT), 0, 0, 0)
        if os.getppid() != parent:  # it died before the kernel was asked
            os._exit(1)

    return ask
