"""Files of an edition → copies in a folder that is not the workspace's own, whole or not at all; asks nobody."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path

from mujaz.check.deliveries import KEPT
from mujaz.model.delivery import Outcome

_TEMPORARY = re.compile(r"\.mujaz-[0-9a-f]{16}\.tmp")
_REASONS = {
    errno.EACCES: "no-permission",
    errno.EPERM: "no-permission",
    errno.ENOSPC: "no-space",
    errno.EDQUOT: "no-space",
    errno.EFBIG: "no-space",
    errno.EROFS: "read-only",
    errno.ENAMETOOLONG: "long-name",
    errno.EISDIR: "folder-in-place",
    errno.ENOTDIR: "file-in-place",
    errno.EEXIST: "file-in-place",
}
"""The system's reasons that have words of their own."""


def copied(files: Mapping[str, bytes], root: Path, to: str) -> Outcome:
    """Put files below `to`, which must be there: a share that is not mounted would be filled in its absence.

    `files` are named as they stand below it. What is there already and the same is not written again.
    """
    folder = root / to
    if not folder.is_dir():
        return Outcome("waiting", "folder-missing")
    places = {folder.resolve(), *((folder / name).parent.resolve() for name in files)}
    ours = [(root / each).resolve() for each in KEPT]
    if root.resolve() in places or any(place.is_relative_to(each) for place in places for each in ours):
        return Outcome("waiting", "folder-ours")
    try:
        for name, data in files.items():
            _put(folder / name, data)
    except OSError as error:
        known = _REASONS.get(error.errno or 0)
        return Outcome("waiting", known or "not-written", soon=known is None)
    return Outcome("done")


def _put(path: Path, data: bytes) -> None:
    """One file: the old one stays whole until the new one is on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for torn in _torn(path.parent):
        with contextlib.suppress(OSError):
            torn.unlink()
    if not path.is_symlink() and path.is_file() and path.read_bytes() == data:
        return
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
    # A rename is on the disk only when its folder is; not every network disk can do that for folders.
    with contextlib.suppress(OSError):
        handle = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _torn(folder: Path) -> Iterator[Path]:
    """What a killed run left there: temporary files of ours, by their names."""
    for path in folder.iterdir():
        if _TEMPORARY.fullmatch(path.name) and not path.is_symlink() and path.is_file():
            yield path
