"""`output/editions/` and what the last run knew of it → what is known of the editions of each brief; changes none.

The folders are the truth; `.mujaz/editions.json` only spares reading them.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection
from functools import cached_property
from types import MappingProxyType

from mujaz import editions, records
from mujaz.editor import Editor
from mujaz.model.brief import Brief
from mujaz.model.document import Made
from mujaz.model.edition import Edition, Key, Since, Told
from mujaz.publish import Shelf
from mujaz.records import Memory, Remembered
from mujaz.seals import Lying, Seals
from mujaz.stacks import RECORD, Stacks, folder_of, ours

MEMORY = ".mujaz/editions.json"
_NOTHING = Remembered({})


class Archive:
    """The editions of an output folder, for one build: what it knows of them so far."""

    def __init__(self, shelf: Shelf, today: datetime.date | None = None) -> None:
        """`today` is the day of new editions; without it none is kept, and old ones are only read."""
        self.stacks = Stacks(shelf)
        self.today = today
        self.seals = Seals(shelf, ours)
        self.held: dict[Key, Remembered] = {}
        """What is known of a brief, where it was asked for."""
        self.lying: dict[Key, Lying] = {}
        """How the files of a brief lay there when they were looked at last."""
        self.strange: dict[Key, dict[int, str]] = {}
        """Briefs whose editions do not lie there as they were looked through last.

        With what `lies` would be remembered of them, before anything of it is taken away.
        """
        self.touched: set[Key] = set()
        """Briefs of which this run changed or looked through something."""
        self._there: set[Key] | None = None
        self._since: dict[tuple[Key, str], Since | None] = {}

    @cached_property
    def memory(self) -> Memory:
        """What the last build knew."""
        return records.memory(self.stacks.shelf.read(MEMORY))

    def remembered(self, key: Key) -> Remembered:
        """What the last build knew of a brief, whatever lies there now."""
        return self.memory.briefs.get(key, _NOTHING)

    def briefs(self) -> list[Key]:
        """The briefs that have editions, sorted; the folders are gone through once."""
        if self._there is None:
            self._there = set(self.stacks.briefs())
        return sorted(self._there)

    # -------------------------------------------------------------------------------------------- of one brief

    def known(self, key: Key) -> Remembered:
        """The editions of a brief; they are read where their folders are not those that are remembered."""
        if key not in self.held:
            numbers = self.stacks.numbers(key)
            held = self.remembered(key)
            there = set(held.days) == set(numbers)
            if there and held.last:
                there = self.stacks.shelf.size(f"{folder_of(key)}/{held.last}/{RECORD}") is not None
            self.held[key] = held if there else self.learned(key, numbers)
        return self.held[key]

    def learned(self, key: Key, numbers: Collection[int]) -> Remembered:
        """The same, read from the records of these editions, whatever is remembered."""
        found = {number: self.stacks.edition(key, number) for number in numbers}
        for number in numbers if self.today else ():  # else another build may be at work
            self.stacks.shelf.sweep_folder(f"{folder_of(key)}/{number}")
        newest = max((each for each in found.values() if each), key=lambda each: each.number, default=None)
        days = {number: each.day if each else None for number, each in found.items()}
        if newest is None:
            return Remembered(MappingProxyType(days))
        return Remembered(MappingProxyType(days), newest.brief, tuple(newest.files))

    def note(self, key: Key, held: Remembered) -> None:
        """From now on this is known of a brief, by what this run did to its editions or saw in them."""
        self.held[key] = held
        self.touched.add(key)
        if self._there is not None:
            self._there.add(key)

    def number(self, key: Key, brief: str, made: Collection[Made]) -> int:
        """The number of the edition that a brief's digest makes; `made` are its files in the state."""
        held = self.known(key)
        archived = {held.last: held.brief} if held.last else {}
        for begun in held.days:
            if begun > held.last:
                said = self.stacks.told(key, begun)
                archived[begun] = said.brief if said else ""
        return editions.number(brief, archived, made)

    def last(self, key: Key) -> tuple[Edition, Told | None] | None:
        """The newest edition of a brief with what it told."""
        found = self._newest(key)
        return (found, self.stacks.told(key, found.number)) if found else None

    def _newest(self, key: Key) -> Edition | None:
        number = self.known(key).last
        return self.stacks.edition(key, number) if number else None

    def since(self, brief: Brief, editor: Editor) -> Since | None:
        """What a brief changes, in words that its readers may see; None where no edition before it is known.

        Raises TemplateMistakeError where the labels of the house lack a word.
        """
        at = (brief.key, brief.digest)
        if at not in self._since:
            self._since[at] = self._compared(brief, at[1], editor)
        return self._since[at]

    def _compared(self, brief: Brief, digest: str, editor: Editor) -> Since | None:
        edition = self._newest(brief.key)
        if edition is None:
            return None
        if edition.brief == digest:
            return Since(*edition.since, edition.changes) if edition.since else None
        before = self.stacks.told(brief.key, edition.number)
        return Since(edition.number, edition.day, editor.changes(brief, before))

    # -------------------------------------------------------------------------------------------- of all briefs

    def newest(self, count: int, gone: Callable[[Key], bool]) -> dict[str, list[Edition]]:
        """The last editions for each audience, and under no name those for all, the newest first.

        None of briefs that are `gone`.
        """
        briefs = [key for key in self.briefs() if not gone(key)]
        dated = sorted(
            ((day, key, number) for key in briefs for number, day in self.known(key).days.items() if day),
            key=lambda each: (-each[0].toordinal(), each[1], -each[2]),
        )
        found: dict[str, list[Edition]] = {}
        for _, key, number in dated:
            wanted = [each for each in ("", key[1]) if len(found.get(each, ())) < count]
            record = self.stacks.edition(key, number) if wanted else None
            if record and not record.withdrawn:
                for each in wanted:
                    found.setdefault(each, []).append(record)
        return found

    def every(self) -> dict[Key, Remembered]:
        """What is known of all briefs that have editions."""
        return {key: held for key in self.briefs() if (held := self.known(key)).days}

    @property
    def stirred(self) -> bool:
        """Whether anything is otherwise than the last run remembered it."""
        return self.every() != self.memory.briefs
