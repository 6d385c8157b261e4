"""Limits → the same upon this very process: its processor, memory, files, temporary folder; bounds no other."""

from __future__ import annotations

import ctypes
import math
import os
import resource
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

from mujaz.model.limits import Limits

_PR_SET_PDEATHSIG = 1
_EYE = 0.5
"""Seconds between two looks at who the parent is, where the system does not tell of its death."""


def bound(limits: Limits) -> None:
    """What no document of this process may pass."""
    memory, size = limits.memory << 20, limits.file_size << 20
    _lower(resource.RLIMIT_AS, memory)
    _lower(resource.RLIMIT_FSIZE, size)
    _lower(resource.RLIMIT_CORE, 0)
    # With the system's own answer the process ends at its limit, whatever the renderer is doing.
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)


def _lower(kind: int, limit: int) -> None:
    """Set a limit, or keep the one that someone set below it."""
    _, hard = resource.getrlimit(kind)
    limit = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    with suppress(OSError, ValueError):  # macOS has no limit of addresses
        resource.setrlimit(kind, (limit, hard))


def ration(limits: Limits) -> None:
    """The processor's time for the next document: the system counts that of the whole process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _lower(resource.RLIMIT_CPU, math.ceil(used.ru_utime + used.ru_stime) + limits.cpu_seconds)


def tie() -> None:
    """End with the main process, whatever ends it, also within C.

    The fork server is the parent. It ends with the last process that holds its pipe, which the main process must
    therefore be alone to hold; and its end kills this process.
    """
    server: Any = forkserver._forkserver  # the pipe has no other door
    if server._forkserver_alive_fd is not None:
        os.close(server._forkserver_alive_fd)
        server._forkserver_alive_fd = None
    os.setpgid(0, 0)  # what a document starts is ended with it, and no key of the terminal reaches either
    if sys.platform == "linux" and ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL) == 0:
        return
    threading.Thread(target=_watch, args=(os.getppid(),), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_EYE)
    os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def desk(folder: Path) -> Iterator[None]:
    """A temporary folder for one document, gone after it: renderers leave their own behind."""
    own = tempfile.mkdtemp(prefix="document-", dir=folder)
    os.environ["TMPDIR"] = tempfile.tempdir = own
    try:
        yield
    finally:
        shutil.rmtree(own, ignore_errors=True)
