"""`output/editions/` ↔ briefs, numbers, records and what was told, as they lie there; remembers and judges nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mujaz import records
from mujaz.model.document import Medium
from mujaz.model.edition import Edition, Key, Told
from mujaz.model.text import SLUG
from mujaz.problems import Problem, Where
from mujaz.publish import OutputError, Shelf
from mujaz.seals import NUMBER

FOLDER = "editions"
RECORD, TOLD = "edition.json", "told.json"
MEDIA = tuple(f".{each}" for each in (Medium.PRINT, Medium.SCREEN))
"""How the names of published files end."""
_LANGUAGE = re.compile(r"[a-z]{2,3}")


@dataclass(frozen=True, slots=True)
class Stacks:
    """The archive as it lies in an output folder.

    Each edition has a folder with its files, `told.json` (what it told, as plain text) and, written last,
    `edition.json` (its record).
    """

    shelf: Shelf

    def briefs(self) -> Iterator[Key]:
        """The briefs that have editions, sorted."""
        for topic in filter(SLUG.fullmatch, self.shelf.folders(FOLDER)):
            for name in self.shelf.folders(f"{FOLDER}/{topic}"):
                audience, _, language = name.partition(".")
                if SLUG.fullmatch(audience) and _LANGUAGE.fullmatch(language):
                    yield (topic, audience, language)

    def numbers(self, key: Key) -> tuple[int, ...]:
        """The numbers of a brief's editions, also of those that have no record yet."""
        return tuple(sorted(map(int, filter(NUMBER.fullmatch, self.shelf.folders(folder_of(key))))))

    def edition(self, key: Key, number: int) -> Edition | None:
        """The record of an edition; None where there is none that can be read."""
        found = records.edition(self.shelf.read(f"{folder_of(key)}/{number}/{RECORD}"))
        return found if found and (found.key, found.number) == (key, number) else None

    def told(self, key: Key, number: int) -> Told | None:
        """What an edition told."""
        return records.told(self.shelf.read(f"{folder_of(key)}/{number}/{TOLD}"))

    def write(self, name: str, data: bytes) -> None:
        """Put a file in its place, where other bytes lie there; raises as the shelf does."""
        if self.shelf.read(name) != data:
            self.shelf.write(name, data)


def folder_of(key: Key) -> str:
    """Where the editions of a brief lie."""
    topic, audience, language = key
    return f"{FOLDER}/{topic}/{audience}.{language}"


def ours(name: str) -> bool:
    """Whether a name is that of a file that editions have."""
    return name in (TOLD, RECORD) or name.endswith(MEDIA)


def unwritten(name: str, error: OSError | OutputError) -> Problem:
    """That a file could not be put in its place."""
    where = Where(f"output/{name}")
    if isinstance(error, OutputError):
        return Problem(error.args[0], where, {"found": error.args[1]})
    return Problem("output-unwritable", where, {"found": error.strerror or str(error)})
