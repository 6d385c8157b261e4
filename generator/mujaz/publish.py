"""Bytes → files below `output/`, whole or not at all; the only writer there, removes only what Mujaz made."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

STATE = ".mujaz/lock.json"
_TEMPORARY = re.compile(r"\.mujaz-[0-9a-f]{16}\.tmp")
_ARCHIVE = r"editions/[a-z0-9][a-z0-9-]*/[a-z0-9][a-z0-9-]*\.[a-z]+/[1-9][0-9]*/[a-z0-9][a-z0-9.-]*"
_NAME = re.compile(rf"(?:\.mujaz|[a-z0-9][a-z0-9-]*)/[a-z0-9][a-z0-9.-]*|index\.html|feed\.atom|{_ARCHIVE}")


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
        """Take away a file that Mujaz made, and the folders above it where nothing is left in them."""
        path = self._path(name)
        if path.is_symlink() or not path.is_file():
            return False
        path.unlink()
        with contextlib.suppress(OSError):
            for _ in PurePath(name).parent.parts:
                path = path.parent
                path.rmdir()
        return True

    def folders(self, name: str) -> tuple[str, ...]:
        """The names of the folders in a folder, sorted; links are none."""
        return self._entries(name, os.DirEntry.is_dir)

    def files(self, name: str) -> tuple[str, ...]:
        """The names of the plain files in a folder, sorted."""
        return self._entries(name, os.DirEntry.is_file)

    def _entries(self, name: str, kind: Callable[..., bool]) -> tuple[str, ...]:
        here = str(self.folder)  # as text: there may be tens of thousands of these folders
        try:
            for part in name.split("/"):
                here = f"{here}/{part}"
                if os.path.islink(here):
                    return ()
            with os.scandir(here) as found:
                return tuple(sorted(each.name for each in found if kind(each, follow_symlinks=False)))
        except OSError:
            return ()

    def sweep(self) -> None:
        """Take away what a killed build left: temporary files of ours, by their names."""
        for folder in (self.folder, *(each for each in self.folder.glob("*") if not each.is_symlink())):
            if folder.is_dir():
                _sweep(folder)

    def sweep_folder(self, name: str) -> None:
        """The same in one folder of the archive: there are too many of them to look into all at each start."""
        for each in self.files(name):
            if _TEMPORARY.fullmatch(each):
                (self.folder / name / each).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name) or ".." in name:
            raise OutputError("path-outside", name)
        path = self.folder / name
        for each in reversed(path.parents[: len(PurePath(name).parts)]):
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
    if folder.is_symlink():
        raise OutputError("output-is-link", folder.name)
    room = folder / ".mujaz"
    if room.is_symlink():
        raise OutputError("output-is-link", room.name)
    try:
        room.mkdir(parents=True, exist_ok=True)
        # Neither through a link nor with a truncation: what lies there may be someone else's.
        handle = os.open(room / "busy", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise OutputError("output-unwritable", error.strerror or str(error)) from error
    door = os.fdopen(handle, "r+b")
    with door:
        try:
            fcntl.flock(door, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise OutputError("output-busy", folder.name) from error
        shelf = Shelf(folder)
        shelf.sweep()
        yield shelf


def _sweep(folder: Path) -> None:
    for path in folder.iterdir():
        if _TEMPORARY.fullmatch(path.name) and path.is_file() and not path.is_symlink():
            path.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    """A rename is on the disk only when its folder is."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
