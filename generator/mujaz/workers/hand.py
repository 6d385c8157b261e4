"""A line to the main process → work done on each document that comes over it, until the line ends; starts nothing."""

from __future__ import annotations

import gc
import os
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, cast

from mujaz.export.store import keep_in
from mujaz.model.document import Piece
from mujaz.model.limits import Limits
from mujaz.workers.bounds import bound, desk, ration, tie
from mujaz.workers.frames import BrokenLineError, Incoming, framed
from mujaz.workers.outcome import READY, UNFED, Work, packed, raised, unpacked

_SAID = "said"
"""The file of what a worker prints: its last words are asked for when it dies, and nobody's terminal is disturbed."""
_ANY = 1 << 40
"""The main process is trusted with the length of what it sends."""

_LAST = 4096
"""Bytes of a worker's last words."""


def serve(line: Connection, folder: Path, limits: Limits, store: Path | None) -> None:
    """Be a worker; what it makes that others can use, it leaves in `store`.

    It looks for the garbage of a document when nobody waits for the next, and not in what it has loaded.
    """
    gc.freeze()
    gc.disable()
    tie()
    _hush(folder / _SAID)
    bound(limits)
    keep_in(store)
    incoming = Incoming(_ANY)
    with suppress(BrokenLineError, BrokenPipeError):
        _send(line.fileno(), framed(READY))
        while incoming.read(line.fileno()):
            raw = incoming.whole()
            if raw is not None:
                _send(line.fileno(), framed(_answer(raw, folder, limits)))
                del raw
                gc.collect()


def _answer(raw: bytes, folder: Path, limits: Limits) -> bytes:
    """What came of a document: an `Output`, or a `Failure` where the renderer raised anything at all."""
    try:
        try:
            with desk(folder):
                ration(limits)
                work, piece = cast("tuple[Work[Any], Piece]", unpacked(raw))  # as the pool packed it
                return packed(work(piece))
        except BaseException as error:  # WeasyPrint has errors of its own below BaseException
            return packed(raised(error, limits))
    except MemoryError:
        os._exit(UNFED)


def _send(line: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(line, rest) :]


def _hush(path: Path) -> None:
    """Let what is printed go to a file."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    for stream in (1, 2):
        os.dup2(file, stream)
    os.close(file)


def last_words(folder: Path) -> str:
    """What stands at the end of what a worker has printed; for the main process, when it is dead."""
    path = folder / _SAID
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _LAST))
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""
