"""The output folder and a name → a lock that ends with its process, and a small file changed by one hand at a time."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from mujaz.publish import OutputError, Shelf

_PEN = "schedule.pen"


@contextlib.contextmanager
def held(folder: Path, name: str, *, wait: bool = False) -> Iterator[None]:
    """A lock of that name; it keeps no build out.

    Raises OutputError where the folder cannot be used, or, unless it is waited for, where someone holds the lock.
    """
    room = folder / ".mujaz"
    for each in (folder, room):
        if each.is_symlink():
            raise OutputError("output-is-link", each.name)
    try:
        room.mkdir(parents=True, exist_ok=True)
        # Neither through a link nor with a truncation: what lies there may be someone else's.
        handle = os.open(room / name, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise OutputError("output-unwritable", error.strerror or str(error)) from error
    with os.fdopen(handle, "r+b") as door:
        try:
            fcntl.flock(door, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except OSError as error:
            raise OutputError("output-busy", folder.name) from error
        yield


def is_held(folder: Path, name: str) -> bool:
    """Whether someone holds that lock now; nothing is made where nobody ever did."""
    if not (folder / ".mujaz" / name).is_file():
        return False
    try:
        with held(folder, name):
            return False
    except OutputError as error:
        return bool(error.args[0] == "output-busy")


def amend(folder: Path, name: str, change: Callable[[bytes | None], bytes]) -> None:
    """Change a small file, whoever else wants to at the same time; raises as `held` and `Shelf.write` do."""
    with held(folder, _PEN, wait=True):
        shelf = Shelf(folder)
        made = change(shelf.read(name))
        for _ in range(2):
            with contextlib.suppress(FileNotFoundError):  # a build that began meanwhile swept the temporary file away
                shelf.write(name, made)
                return
        shelf.write(name, made)
