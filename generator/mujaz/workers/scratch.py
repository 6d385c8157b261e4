"""A place for temporary files → a private folder that is gone afterwards, also after a kill; looks into no other."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_NAME = "mujaz-work-"
_YOUNG = 60.0
"""Seconds for which a folder may not be locked yet by the one that made it."""


class ScratchError(Exception):
    """No temporary file can be written anywhere; the argument is the system's reason."""


@dataclass(frozen=True, slots=True)
class Scratch:
    """A private folder, locked for as long as its process lives."""

    folder: Path
    lock: int

    def close(self) -> None:
        """Take it away."""
        shutil.rmtree(self.folder, ignore_errors=True)
        os.close(self.lock)


def scratch(spare: Path | None) -> Scratch:
    """A new folder where temporary files belong, else in `spare`. Raises ScratchError."""
    try:
        base = _base(spare)
        _sweep(base)
        folder = Path(tempfile.mkdtemp(prefix=_NAME, dir=base))
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        fcntl.flock(lock, fcntl.LOCK_EX)
    except OSError as error:
        raise ScratchError(error.strerror or str(error)) from error
    return Scratch(folder, lock)


def _base(spare: Path | None) -> Path:
    """TMPDIR or what Python takes in its place; rather than in the current folder, in the spare one."""
    try:
        base = Path(tempfile.gettempdir())
    except FileNotFoundError:
        base = Path.cwd()
    if spare is not None and base == Path.cwd():
        base = spare
        base.mkdir(parents=True, exist_ok=True)
        tempfile.tempdir = str(base)  # the fork server has a file there too
    return base


def _sweep(base: Path) -> None:
    """Take away the folders of ours whose processes were killed: nobody holds their locks."""
    for folder in base.glob(f"{_NAME}*"):
        with suppress(OSError):
            seen = folder.lstat()
            if seen.st_uid != os.getuid() or time.time() - seen.st_mtime < _YOUNG:
                continue
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(lock)
