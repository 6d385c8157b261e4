"""A function of a number, and how many → its results in order, by forked processes where that pays; judges nothing."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

T = TypeVar("T")

_ENOUGH = 48
"""With fewer calls, starting processes costs more than it gains."""
_SHARES = 4
"""So many shares for each process, so that none waits long for another."""
_work: Callable[[int], Any] | None = None
"""What the children are to do: they inherit it, and all that it looks at, when they are forked."""


def spread(work: Callable[[int], T], count: int) -> list[T]:
    """`[work(0), …, work(count - 1)]`; what `work` returns must be able to go from one process to another.

    Where the machine has one processor, or cannot fork safely, or a child is killed, this process does it alone.
    """
    hands = _hands(count)
    if hands < 2:
        return [work(number) for number in range(count)]
    global _work  # noqa: PLW0603 # children inherit what stands here, and nothing has to be sent to them
    _work = work
    size = -(-count // (hands * _SHARES))
    shares = [range(start, min(start + size, count)) for start in range(0, count, size)]
    try:
        with ProcessPoolExecutor(hands, multiprocessing.get_context("fork"), _still) as crew:
            return [each for share in crew.map(_done, shares) for each in share]
    except (BrokenProcessPool, OSError):
        return [work(number) for number in range(count)]
    finally:
        _work = None


def _hands(count: int) -> int:
    """How many processes are worth it; 1 where the others cannot be forked."""
    forks = sys.platform == "linux" and threading.active_count() == 1
    return len(os.sched_getaffinity(0)) if forks and count >= _ENOUGH else 1


def _still() -> None:
    """A signal is for the process that has the children: it ends them, and tells people."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_DFL)


def _done(share: range) -> list[Any]:
    assert _work is not None  # noqa: S101 # it was there when this process was forked
    return [_work(number) for number in share]
