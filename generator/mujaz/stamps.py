"""Files → digests of their bytes, taken from memory where a file is the very one of last time; writes nothing."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

Stamp = tuple[int, int, int, int]
"""A file's size in bytes, times of its last modification and change of state in nanoseconds, and number in the system.

Whoever writes into a file, puts another in its place or turns its clock back changes the third or the fourth.
"""
DOUBTFUL = 2_000_000_000
"""Nanoseconds. Of a file that changed so shortly ago, the next change may bear the same time."""
_BLOCK = 1 << 20


@dataclass(slots=True)
class Stamps:
    """What is remembered of files, and what is learnt of them in this run."""

    known: Mapping[str, tuple[Stamp, str]] = field(default_factory=dict)
    """Name → stamp and SHA-256, from earlier runs."""
    moment: int = 0
    """The file system's own time in nanoseconds; what changed shortly before it, or since, is not remembered."""
    seen: dict[str, tuple[Stamp, str]] = field(default_factory=dict)
    """As `known`: what of it still holds, and what is new."""

    def digest(self, path: Path | str, name: str, limit: int | None = None) -> str | None:
        """SHA-256 of a plain file, or of so many of its first bytes and its size; None where it is no such file.

        Follows no link in the last place.
        """
        try:
            now = os.lstat(path)
        except OSError:
            return None
        if not stat.S_ISREG(now.st_mode):
            return None
        stamp = stamp_of(now)
        held = self.seen.get(name) or self.known.get(name)
        if held is not None and held[0] == stamp:
            self.seen[name] = held
            return held[1]
        digest = _hashed(path, limit)
        if digest is not None and stamp[2] < self.moment - DOUBTFUL:
            self.seen[name] = (stamp, digest)
        return digest

    def wrote(self, path: Path | str, name: str, sha256: str) -> None:
        """Remember a file that this run put in its place whole."""
        self.seen[name] = (stamp_of(os.lstat(path)), sha256)

    def settled(self, now: int) -> dict[str, tuple[Stamp, str]]:
        """What may be remembered at a time of the file system, in nanoseconds.

        Not what was written so shortly before that its next change may bear the same time.
        """
        return {name: each for name, each in self.seen.items() if each[0][2] < now - DOUBTFUL}


def stamp_of(found: os.stat_result) -> Stamp:
    """What tells a file from itself at another time."""
    return (found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)


def _hashed(path: Path | str, limit: int | None) -> str | None:
    digest = hashlib.sha256()
    left = limit
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            while block := file.read(_BLOCK if left is None else min(_BLOCK, left)):
                digest.update(block)
                left = left if left is None else left - len(block)
            size = os.fstat(file.fileno()).st_size
    except OSError:
        return None
    if limit is not None and size > limit:
        digest.update(f"\0{size}".encode())
    return digest.hexdigest()
