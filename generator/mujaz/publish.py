"""Bytes → files below `output/`, whole or not at all; the only writer there, removes only what Mujaz made."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

STATE = ".mujaz/lock.json"
LEDGER = ".mujaz/deliveries.json"
"""What was sent where."""
BUSY = ".mujaz/busy"
"""Held by the build that is at work."""
DELIVERING = ".mujaz/delivering"
"""Held by deliveries that are at work, which builds do not wait for."""
_TEMPORARY = re.compile(r"\.mujaz-[0-9a-f]{16}\.tmp")
_NAME = re.compile(r"(?:\.mujaz|[a-z0-9][a-z0-9-]*)/[a-z0-9][a-z0-9.-]*|index\.html")


class OutputError(Exception):
    """The output folder cannot be used; `args` are a rule's name and what was found."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """The output folder of a workspace."""

    folder: Path

    def digest(self, name: str) -> str | None:
        """SHA-256 of a file; None where there is no plain file."""
        data = self.read(name)
        return None if data is None else hashlib.sha256(data).hexdigest()

    def read(self, name: str) -> bytes | None:
        """A file's bytes; None where there is no plain file that can be read."""
        path = self.folder / name
        if path.is_symlink() or not path.is_file():
            return None
        try:
            return path.read_bytes()
        except OSError:
            return None

    def size(self, name: str) -> int | None:
        """A file's length in bytes; None where there is no plain file."""
        path = self.folder / name
        return None if path.is_symlink() or not path.is_file() else path.stat().st_size

    def write(self, name: str, data: bytes) -> None:
        """Put a file in place: the old one stays whole until the new one is on the disk.

        Raises OutputError where a link would lead elsewhere, and OSError as the system gives it.
        """
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.parent / f".mujaz-{secrets.token_hex(8)}.tmp"
        try:
            with temporary.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        _sync(path.parent)

    def remove(self, name: str) -> bool:
        """Take away a file that Mujaz made, and its folder where nothing is left in it."""
        path = self._path(name)
        if path.is_symlink() or not path.is_file():
            return False
        path.unlink()
        with contextlib.suppress(OSError):
            path.parent.rmdir()
        return True

    def sweep(self) -> None:
        """Take away what a killed build left: temporary files of ours, by their names."""
        for folder in (self.folder, *(each for each in self.folder.glob("*") if not each.is_symlink())):
            if folder.is_dir():
                for path in folder.iterdir():
                    if _TEMPORARY.fullmatch(path.name) and path.is_file() and not path.is_symlink():
                        path.unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name) or ".." in name:
            raise OutputError("path-outside", name)
        path = self.folder / name
        for each in (self.folder, path.parent):
            if each.is_symlink():
                raise OutputError("output-is-link", each.name)
        if path.is_dir() and not path.is_symlink():
            raise OutputError("output-is-folder", name)
        return path


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[Shelf]:
    """The output folder, for one build alone; it is swept of what killed builds left.

    Raises OutputError where it is no folder, cannot be written, or another build is at work.
    """
    with alone(folder, BUSY):
        shelf = Shelf(folder)
        shelf.sweep()
        yield shelf


@contextlib.contextmanager
def alone(folder: Path, door: str) -> Iterator[None]:
    """One run at a time behind a door, which is a file of the output folder.

    Raises OutputError where it is no folder, cannot be written, or another run is behind the door.
    """
    if folder.is_symlink():
        raise OutputError("output-is-link", folder.name)
    room = folder / ".mujaz"
    if room.is_symlink():
        raise OutputError("output-is-link", room.name)
    try:
        room.mkdir(parents=True, exist_ok=True)
        # Neither through a link nor with a truncation: what lies there may be someone else's.
        handle = os.open(folder / door, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise OutputError("output-unwritable", error.strerror or str(error)) from error
    with os.fdopen(handle, "r+b") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise OutputError("delivery-busy" if door == DELIVERING else "output-busy", folder.name) from error
        yield


def _sync(folder: Path) -> None:
    """A rename is on the disk only when its folder is."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
