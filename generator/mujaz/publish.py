"""Bytes → files below `output/`, whole or not at all; the only writer there, removes only what Mujaz made."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import secrets
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from mujaz.stamps import Stamp, Stamps, stamp_of

STATE = ".mujaz/lock.json"
LOG = ".mujaz/lock.log"
"""What was made since the state was written."""
PRIVATE = ".mujaz"
"""The folder beside `mujaz.yaml` for what only spares this machine work."""
MEMORY = f"{PRIVATE}/memory.json"
"""Beside `mujaz.yaml`, and not below the output folder: it says what only this machine knows of files."""
LEDGER = ".mujaz/deliveries.json"
"""What was sent where."""
BUSY = ".mujaz/busy"
"""Held by the build that is at work."""
DELIVERING = ".mujaz/delivering"
"""Held by deliveries that are at work, which builds do not wait for."""
_TEMPORARY = re.compile(r"\.mujaz-[0-9a-f]{16}\.tmp")
_ARCHIVE = r"editions/[a-z0-9][a-z0-9-]*/[a-z0-9][a-z0-9-]*\.[a-z]+/[1-9][0-9]*/[a-z0-9][a-z0-9.-]*"
_NAME = re.compile(rf"(?:\.mujaz|[a-z0-9][a-z0-9-]*)/[a-z0-9][a-z0-9.-]*|index\.html|feed\.atom|{_ARCHIVE}")


class OutputError(Exception):
    """The output folder cannot be used; `args` are a rule's name and what was found."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """The output folder of a workspace."""

    folder: Path
    stamps: Stamps = field(default_factory=Stamps, compare=False)
    """What is remembered of files in it."""
    doors: set[str] = field(default_factory=set, compare=False)
    """Folders that are no links, as this run has seen; where it writes, it looks once more."""

    def digest(self, name: str) -> str | None:
        """SHA-256 of a file; None where there is no plain file."""
        try:
            return self.stamps.digest(self._plain(name), f"output/{name}")
        except OSError:
            return None

    def read(self, name: str) -> bytes | None:
        """A file's bytes; None where there is no plain file that can be read."""
        try:
            path = self._plain(name)
            return Path(path).read_bytes() if stat.S_ISREG(os.lstat(path).st_mode) else None
        except OSError:
            return None

    def size(self, name: str) -> int | None:
        """A file's length in bytes; None where there is no plain file."""
        try:
            found = os.lstat(self._plain(name))
        except OSError:
            return None
        return found.st_size if stat.S_ISREG(found.st_mode) else None

    def there(self, name: str) -> bool:
        """Whether anything has this name, plain and readable or not."""
        return os.path.lexists(self.folder / name)

    def _plain(self, name: str) -> str:
        """The path of a file, which lies behind no link. Raises OSError where it would."""
        path = f"{self.folder}/{name}"
        if not self._door(path.rpartition("/")[0]):
            raise FileNotFoundError(path)
        return path

    def _door(self, folder: str) -> bool:
        """Whether a folder is no link."""
        if folder in self.doors:
            return True
        if os.path.islink(folder):
            return False
        self.doors.add(folder)
        return True

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
        if not name.startswith((".", "editions/")):  # of the archive, whole folders are remembered
            self.stamps.wrote(path, f"output/{name}", hashlib.sha256(data).hexdigest())

    def append(self, name: str, data: bytes) -> None:
        """Add to the end of a file; what a killed build left half-written there is for its reader to pass over.

        Raises OutputError where a link would lead elsewhere, and OSError as the system gives it.
        """
        path = self._path(name)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(path, flags, 0o644), "ab") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())

    def moment(self) -> int:
        """The time in nanoseconds, as the file system tells it that the folder lies in."""
        door = self.folder / BUSY
        os.utime(door, follow_symlinks=False)
        return os.lstat(door).st_ctime_ns

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
        try:
            if not self._entered(name):
                return ()
            with os.scandir(f"{self.folder}/{name}") as found:
                return tuple(sorted(each.name for each in found if kind(each, follow_symlinks=False)))
        except OSError:
            return ()

    def _entered(self, name: str) -> bool:
        """Whether no link leads to a folder."""
        here = str(self.folder)  # as text: there may be tens of thousands of these folders
        return all(self._door(here := f"{here}/{part}") for part in name.split("/"))

    def stamped(self, name: str) -> dict[str, dict[str, Stamp]]:
        """The folders in a folder → their plain files → the stamps of these; no link is followed."""
        found: dict[str, dict[str, Stamp]] = {}
        if not self._entered(name):
            return found
        with contextlib.suppress(OSError), os.scandir(f"{self.folder}/{name}") as folders:
            for inner in folders:
                if inner.is_dir(follow_symlinks=False):
                    with contextlib.suppress(OSError), os.scandir(inner.path) as files:
                        found[inner.name] = {
                            each.name: stamp_of(each.stat(follow_symlinks=False))
                            for each in files
                            if each.is_file(follow_symlinks=False)
                        }
        return found

    def sweep(self) -> None:
        """Take away what a killed build left: temporary files of ours, by their names."""
        _sweep(self.folder)
        for name in self.folders("."):
            _sweep(f"{self.folder}/{name}")

    def sweep_folder(self, name: str) -> None:
        """The same in one folder of the archive: there are too many of them to look into all at each start."""
        _sweep(self.folder / name)

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


def recall(root: Path) -> bytes | None:
    """What the last run left for the next one in a workspace."""
    return Shelf(root).read(MEMORY)


def remember(root: Path, data: bytes) -> None:
    """Leave it there; a folder where nothing can be written is no matter, the next run only takes longer."""
    with contextlib.suppress(OSError, OutputError):
        Shelf(root).write(MEMORY, data)
        ignored = (root / MEMORY).with_name(".gitignore")
        with contextlib.suppress(FileExistsError), ignored.open("x", encoding="utf-8") as file:
            file.write("*\n")


@contextlib.contextmanager
def opened(folder: Path, stamps: Stamps | None = None) -> Iterator[Shelf]:
    """The output folder, for one build alone; it is swept of what killed builds left.

    `stamps` is given the time of its file system. Raises OutputError where it is no folder, cannot be written, or
    another build is at work.
    """
    stamps = stamps or Stamps()
    with alone(folder, BUSY):
        shelf = Shelf(folder, stamps)
        stamps.moment = shelf.moment()
        shelf.sweep()
        yield shelf


@contextlib.contextmanager
def alone(folder: Path, door: str) -> Iterator[None]:
    """One run at a time behind a door, which is a file of the output folder.

    Raises OutputError where it is no folder, cannot be written, or another run is behind the door.
    """
    room = folder / ".mujaz"
    try:
        for each in (folder, room):
            if each.is_symlink():
                raise OutputError("output-is-link", each.name)
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


def _sweep(folder: Path | str) -> None:
    """What cannot be swept is in nobody's way."""
    with contextlib.suppress(OSError), os.scandir(folder) as found:
        for each in found:
            if _TEMPORARY.fullmatch(each.name) and each.is_file(follow_symlinks=False):
                with contextlib.suppress(OSError):
                    os.unlink(each.path)


def _sync(folder: Path) -> None:
    """A rename is on the disk only when its folder is."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
