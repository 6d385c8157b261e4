"""Arguments → one command called, and the end of the process; the only place that exits."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import select
import signal
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn

from mujaz.arguments import parser_for, speaker_for
from mujaz.console import BROKEN, ENDING, WELL, WRONG_USE, Console, EarlyEndError
from mujaz.plan import RefusedError
from mujaz.problems import Problem, Where
from mujaz.publish import OutputError
from mujaz.workers import CrewError

COMMANDS: Mapping[str, tuple[str, str]] = {
    "build": ("making", "build"),
    "check": ("checking", "check"),
    "list": ("showing", "listed"),
    "why": ("showing", "why"),
    "proof": ("paper", "proof"),
    "press": ("paper", "press"),
    "deliver": ("publishing", "deliver"),
    "editions": ("publishing", "editions"),
    "schedule due": ("timetable", "coming"),
    "schedule status": ("timetable", "stand"),
    "schedule install": ("timetable", "install"),
    "schedule run": ("running", "run"),
    "schedule now": ("running", "now"),
    "init": ("writing", "init"),
    "new": ("writing", "new"),
    "import": ("writing", "bring"),
    "schema": ("writing", "describe"),
    "doctor": ("machine", "examined"),
    "clean": ("making", "clean"),
}
"""A command as it is typed → the module of `commands` that does it, and the function there."""
_HASTE = 4
"""Seconds for the end of a run that was asked to stop."""


class StoppedError(KeyboardInterrupt):
    """The system asks for an end; the argument is the number of its signal."""


def run() -> NoReturn:
    """The console script."""
    for each in ENDING:
        if signal.getsignal(each) is not signal.SIG_IGN:  # as nohup and shells leave it
            signal.signal(each, _stop)
    status = main(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _deaf()
    gc.freeze()  # the end of the process is the end of all of it
    sys.exit(status)


def _stop(number: int, _: object) -> None:
    """Leave everything as it should be left, once; and whatever holds that up, be gone soon."""
    for each in ENDING:
        signal.signal(each, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, lambda *_: os._exit(128 + number))
    signal.alarm(_HASTE)
    raise StoppedError(number)


def _unheard() -> bool:
    """Whether it was standard output that broke, and not a pipe between our own processes."""
    pipes = select.poll()
    pipes.register(sys.stdout.fileno(), 0)
    return any(state & select.POLLERR for _, state in pipes.poll(0))


def _deaf() -> None:
    """The reader of a pipe has gone: what is still to be printed has no one to read it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main(arguments: Sequence[str]) -> int:
    """Run one command; returns the exit status. What an author or a machine can cause ends in a sentence."""
    speaker = speaker_for(arguments, os.environ)
    console = Console(parser_for(speaker).parse_args(list(arguments)), speaker)
    try:
        return _command(console)(console)
    except EarlyEndError as early:
        return _ended(console, early.problem, early.status)
    except RefusedError as refused:
        return _ended(console, refused.problem, WRONG_USE)
    except (OutputError, CrewError) as error:
        where = "output" if isinstance(error, OutputError) else "mujaz"
        return _ended(console, Problem(error.args[0], Where(where), {"found": error.args[1]}), BROKEN)
    except (Exception, KeyboardInterrupt) as error:
        return _broken(console, error)


def _command(console: Console) -> Callable[[Console], int]:
    """What does that which is asked for; no other command is loaded."""
    asked = console.asked
    module, name = COMMANDS[f"{asked.command} {asked.verb}" if "verb" in asked else asked.command]
    found: Callable[[Console], int] = getattr(importlib.import_module(f"mujaz.commands.{module}"), name)
    return found


def _broken(console: Console, error: Exception | KeyboardInterrupt) -> int:
    """What neither an author nor a caller did: the machine, or a mistake of ours."""
    speaker = console.speaker
    if isinstance(error, KeyboardInterrupt):
        console.event("interrupted")
        with contextlib.suppress(OSError):  # of a terminal that is gone
            console.aside(speaker.shown(speaker.say("interrupted")))
        return 128 + int(error.args[0] if isinstance(error, StoppedError) else signal.SIGINT)
    if isinstance(error, BrokenPipeError) and _unheard():
        _deaf()
        return WELL
    if isinstance(error, OSError) and not isinstance(error, BrokenPipeError):
        found = {"found": error.strerror or str(error)}
        return _ended(console, Problem("file-unreadable", Where(str(error.filename or "output")), found), BROKEN)
    if console.asked.debug:
        traceback.print_exception(error)
    problem = Problem("mujaz-failed", Where("mujaz"), {"found": f"{type(error).__name__}: {error}"})
    console.aside(speaker.problem(problem))
    console.event("failed", why=[_on_a_line(console, problem)])
    console.give({}, (problem,))
    return BROKEN


def _on_a_line(console: Console, problem: Problem) -> str:
    """A problem on one line of a log."""
    told = console.speaker.data(problem)
    return f"{told['path']} [{problem.rule}]: {told['message']}"


def _ended(console: Console, problem: Problem, status: int) -> int:
    outcome = "busy" if problem.rule == "output-busy" else "failed" if status == BROKEN else "problems"
    console.event(outcome, why=[_on_a_line(console, problem)])
    console.problems((problem,))
    console.give({}, (problem,))
    return status
