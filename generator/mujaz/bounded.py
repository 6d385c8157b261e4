"""Work that a stranger wrote → the same work, stopped where it has no end or takes too much; knows no template."""

from __future__ import annotations

import ctypes
import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

MEMORY_BYTES = 512 << 20
"""Of address space, above what the process has when the work begins; a page takes a few."""
_AGAIN = 0.05
"""Seconds until what went on all the same is stopped once more: some code takes every exception for an answer."""


class TooLongError(Exception):
    """The work was stopped since it had no end."""


@dataclass(slots=True)
class Bound:
    """What the work was held to."""

    seconds: int
    memory: int | None = None
    """Bytes of address space; None where the process has less left than that, and is bounded itself."""
    stopped: bool = False
    """Whether its time was over, whatever it made of being stopped."""


@contextmanager
def bounded(seconds: int) -> Iterator[Bound]:
    """Raises TooLongError after so many seconds in the middle of the work, and MemoryError where it takes too much.

    Only work in Python can be stopped, which loops and calls of templates are. The seconds are those that this process
    lived through: on a machine that was put to sleep in between nothing is cut short.
    """
    done, door, thread = threading.Event(), threading.Lock(), threading.get_ident()
    bound = Bound(seconds)

    def watch() -> None:
        for _ in range(seconds):
            if done.wait(1):
                return
        while not done.wait(_AGAIN):
            with door:
                if not done.is_set():
                    bound.stopped = True
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(TooLongError))

    threading.Thread(target=watch, daemon=True, name="bounded").start()
    try:
        with _measured(bound):
            yield bound
    finally:
        while not done.is_set():  # until it is said, the watcher may still raise, and right here
            try:
                with door:
                    done.set()
            except TooLongError:
                continue
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), None)


@contextmanager
def _measured(bound: Bound) -> Iterator[None]:
    """A lower limit of address space, where the system tells how much of it there is."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    except OSError:  # not Linux
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = pages * resource.getpagesize() + MEMORY_BYTES
    lower = soft == resource.RLIM_INFINITY or most < soft
    if lower:
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))
        bound.memory = MEMORY_BYTES
    try:
        yield
    finally:
        if lower:
            resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
