"""The editions of a brief as they lie there → names for that, by the stamps of their files and by their bytes.

Opens no record and judges nothing. Bytes are hashed only where a stamp is not that of the last run.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from mujaz.publish import Shelf
from mujaz.records import Remembered
from mujaz.stamps import Stamp, Stamps

NUMBER = re.compile(r"[1-9][0-9]{0,6}")
_LENGTH = 32
"""Of a name for bytes, in hexadecimal digits: there may be a hundred thousand of them in one file."""


@dataclass(frozen=True, slots=True)
class Lying:
    """What lies in the folder of a brief, without its bytes."""

    numbers: tuple[int, ...]
    """Of the folders of editions, rising, also of those that are empty."""
    filled: frozenset[int]
    """Those in which any of our files lies."""
    newest: frozenset[str]
    """The names of our files in the last of them."""
    listing: str
    """A name for the names and the stamps of all our files."""
    stamp: Stamp
    """Their number, and the latest of their times."""


@dataclass(frozen=True, slots=True)
class Seals:
    """Who looks at the folders of briefs; `ours` says of a name if it is that of a file that editions have."""

    shelf: Shelf
    ours: Callable[[str], bool]

    def lying(self, folder: str) -> Lying:
        """One look at all files of a brief, none of which is opened."""
        found = {int(name): files for name, files in self.shelf.stamped(folder).items() if NUMBER.fullmatch(name)}
        numbers = tuple(sorted(found))
        own = [
            (number, name, stamp)
            for number in numbers
            for name, stamp in sorted(found[number].items())
            if self.ours(name)
        ]
        written = max((stamp[1] for _, _, stamp in own), default=0)
        changed = max((stamp[2] for _, _, stamp in own), default=0)
        return Lying(
            numbers,
            frozenset(number for number, _, _ in own),
            frozenset(name for number, name, _ in own if number == numbers[-1]),
            hashlib.sha256(repr(own).encode()).hexdigest(),
            (len(own), written, changed, len(numbers)),
        )

    def digest(self, folder: str) -> str:
        """A name for the bytes of one edition; empty where none of our files lies there."""
        lines = [f"{name} {self.hashed(f'{folder}/{name}')}" for name in self.shelf.files(folder) if self.ours(name)]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:_LENGTH] if lines else ""

    def hashed(self, name: str) -> str | None:
        """SHA-256 of a file, without keeping its stamp: that of the whole brief is kept."""
        return Stamps().digest(self.shelf.folder / name, name)

    def sealed(self, folder: str, lying: Lying, held: Remembered) -> bool:
        """Whether all lies there as it did when the seal was put on it, and the same is known of it."""
        name, stamps = f"output/{folder}", self.shelf.stamps
        last = stamps.known.get(name)
        if last is None or last[0] != lying.stamp or last[1] != _seal(lying, held):
            return False
        stamps.seen[name] = last
        return True

    def seal(self, folder: str, lying: Lying, held: Remembered) -> None:
        """Remember how it lies there, and what is known of it."""
        self.shelf.stamps.seen[f"output/{folder}"] = (lying.stamp, _seal(lying, held))


def _seal(lying: Lying, held: Remembered) -> str:
    return hashlib.sha256(f"{lying.listing}\n{sorted(held.lies.items())}\n{held.kept}".encode()).hexdigest()
