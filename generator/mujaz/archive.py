"""Briefs that were published → numbered editions in `output/editions/`, and what changed since; prints, dates nothing.

Each edition has a folder with its files, `told.json` (what it told, as plain text) and, written last, `edition.json`
(its record). The folders are the truth; `.mujaz/editions.json` only spares reading them.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from mujaz import editions, records
from mujaz.changes import Clerk
from mujaz.gate import Gate, withdrawn
from mujaz.leaks import Secrets
from mujaz.model.brief import Brief
from mujaz.model.document import Made, Medium
from mujaz.model.edition import Change, Edition, Keeping, Key, Since, Told
from mujaz.model.text import SLUG
from mujaz.problems import Problem, Where
from mujaz.publish import OutputError, Shelf
from mujaz.records import Memory, Remembered
from mujaz.seals import NUMBER, Lying, Seals

FOLDER = "editions"
MEMORY = ".mujaz/editions.json"
RECORD, TOLD = "edition.json", "told.json"
_MEDIA = tuple(f".{each}" for each in (Medium.PRINT, Medium.SCREEN))
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_NOTHING = Remembered({})


@dataclass(frozen=True, slots=True)
class Stacks:
    """The archive as it lies in an output folder."""

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


def folder_of(key: Key) -> str:
    """Where the editions of a brief lie."""
    topic, audience, language = key
    return f"{FOLDER}/{topic}/{audience}.{language}"


@dataclass(frozen=True, slots=True)
class Editor:
    """Who knows what may be said of a topic's editions, and in which words."""

    gate: Gate
    """Over the topic."""
    clerk: Clerk
    held: tuple[Secrets, ...] | None = None
    """What is looked for in editions of which the topic itself cannot say it any more."""

    def leaks(self, key: Key, name: str, data: bytes) -> tuple[Problem, ...]:
        """What a file of an edition tells that its readers are kept from."""
        topic, audience, language = key
        held = self.gate.secrets(topic, language, audience) if self.held is None else self.held
        return self.gate.leaks(f"{folder_of(key)}/{name}", data, held)


@dataclass(frozen=True, slots=True)
class Issued:
    """The files of an edition, as they were published."""

    number: int
    files: Mapping[str, bytes]
    """Name as targets have it (`minister.ar.pdf`) → bytes."""
    pages: int | None
    """Of the PDF."""


class Archive:
    """The editions of an output folder, for one build."""

    def __init__(self, shelf: Shelf, today: datetime.date | None = None) -> None:
        """`today` is the day of new editions; without it none is kept, and old ones are only read."""
        self.stacks = Stacks(shelf)
        self.today = today
        self._shelf = shelf
        self._memory: Memory | None = None
        self._there: set[Key] | None = None
        self._known: dict[Key, Remembered] = {}
        self._since: dict[tuple[Key, str], Since | None] = {}
        self._seals = Seals(shelf, _ours)
        self._lying: dict[Key, Lying] = {}
        self._torn: set[Key] = set()
        """Briefs whose editions do not lie there as they were looked through last."""
        self._touched: set[Key] = set()
        self._bytes: dict[Key, dict[int, str]] = {}
        """What `lies` would be remembered of a brief, before anything of it is taken away."""

    # -------------------------------------------------------------------------------------------- what there is

    def briefs(self) -> list[Key]:
        """The briefs that have editions, sorted; the folders are gone through once."""
        if self._there is None:
            self._there = set(self.stacks.briefs())
        return sorted(self._there)

    @property
    def memory(self) -> Memory:
        """What the last build knew."""
        if self._memory is None:
            self._memory = records.memory(self._shelf.read(MEMORY))
        return self._memory

    def known(self, key: Key) -> Remembered:
        """The editions of a brief; they are read where their folders are not those that are remembered."""
        if key not in self._known:
            numbers = self.stacks.numbers(key)
            held = self.memory.briefs.get(key, _NOTHING)
            there = set(held.days) == set(numbers)
            if there and held.last:
                there = self._shelf.size(f"{folder_of(key)}/{held.last}/{RECORD}") is not None
            self._known[key] = held if there else self._learned(key, numbers)
        return self._known[key]

    def _learned(self, key: Key, numbers: Collection[int]) -> Remembered:
        found = {number: self.stacks.edition(key, number) for number in numbers}
        for number in numbers if self.today else ():  # else another build may be at work
            self._shelf.sweep_folder(f"{folder_of(key)}/{number}")
        newest = max((each for each in found.values() if each), key=lambda each: each.number, default=None)
        days = {number: each.day if each else None for number, each in found.items()}
        if newest is None:
            return Remembered(MappingProxyType(days))
        return Remembered(MappingProxyType(days), newest.brief, tuple(newest.files))

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

    def holds(self, key: Key, issued: Issued | Made, names: Collection[str]) -> bool:
        """Whether these files of the newest edition lie in the archive; without a day, nothing is missed there."""
        number = issued.number if isinstance(issued, Issued) else issued.edition
        last = self.known(key).last
        return self.today is None or number < last or (number == last and self._whole(key, number, names))

    def _whole(self, key: Key, number: int, names: Collection[str]) -> bool:
        """Whether an edition can be read, and has these files as they were published."""
        record, folder = self.stacks.edition(key, number), f"{folder_of(key)}/{number}"
        if record is None or self.stacks.told(key, number) is None:
            return False
        return all(self._seals.hashed(f"{folder}/{name}") == record.files.get(name, "") for name in names)

    def seems_whole(self, key: Key, number: int, name: str) -> bool:
        """The same of one file, without opening any: an older edition is not missed, the newest is as it was."""
        held = self.known(key)
        if number < held.last:
            return True
        lying = self._lying.get(key) or self._look(key)
        there = number == held.last and lying.numbers[-1:] == (number,) and {name, TOLD, RECORD} <= lying.newest
        return there and key not in self._torn and name in held.files

    def _look(self, key: Key) -> Lying:
        found = self._lying[key] = self._seals.lying(folder_of(key))
        return found

    def since(self, brief: Brief, editor: Editor) -> Since | None:
        """What a brief changes, in words that its readers may see; None where no edition before it is known.

        Raises TemplateMistakeError where the labels of the house lack a word.
        """
        key, digest = _key(brief), brief.digest
        if (key, digest) not in self._since:
            self._since[key, digest] = self._compared(brief, digest, editor)
        return self._since[key, digest]

    def _compared(self, brief: Brief, digest: str, editor: Editor) -> Since | None:
        key = _key(brief)
        edition = self._newest(key)
        if edition is None:
            return None
        if edition.brief == digest:
            return Since(*edition.since, edition.changes) if edition.since else None
        said = self.stacks.told(key, edition.number)
        changes = editions.printable(editions.differences(said, editor.clerk.told(brief))) if said else ()
        shown = json.dumps([_words(each) for each in changes], ensure_ascii=False).encode()
        return Since(edition.number, edition.day, () if editor.leaks(key, RECORD, shown) else changes)

    # -------------------------------------------------------------------------------------------- what is kept

    def keep(self, brief: Brief, issued: Issued, editor: Editor) -> tuple[Problem, ...]:
        """Put the files of an edition into the archive; what lies there already stays as it was published first.

        Where the disk fails, the next build goes on: the record is written last.
        """
        key = _key(brief)
        if not issued.files or self.holds(key, issued, issued.files):
            return ()
        try:
            self._put(brief, issued, editor)
        except (OSError, OutputError) as error:
            self._known.pop(key, None)
            self._touched.discard(key)
            return (unwritten(f"{folder_of(key)}/{issued.number}", error),)
        return ()

    def _put(self, brief: Brief, issued: Issued, editor: Editor) -> None:
        key, number, files = _key(brief), issued.number, issued.files
        folder = f"{folder_of(key)}/{number}"
        record = self.stacks.edition(key, number)
        if record is None or record.withdrawn:
            record = self._begun(brief, number, editor, record)
        elif self.stacks.told(key, number) is None:
            self._write(f"{folder}/{TOLD}", _fit(key, editor.clerk.told(brief), editor))
        digests = dict(record.files)
        for name in sorted(files):
            if self._seals.hashed(f"{folder}/{name}") != digests.get(name, ""):  # new, lost or damaged
                self._shelf.write(f"{folder}/{name}", files[name])
                digests[name] = hashlib.sha256(files[name]).hexdigest()
        record = replace(record, files=MappingProxyType(digests), pages=record.pages or issued.pages)
        self._write(f"{folder}/{RECORD}", records.of_edition(record))
        held = self.known(key)
        days = {**held.days, number: record.day}
        kept = held.kept if held.days else editor.gate.digest(key[0], key[2], key[1])
        lies = MappingProxyType({**held.lies, number: self._seals.digest(folder)})
        self._known[key] = Remembered(MappingProxyType(days), record.brief, tuple(sorted(record.files)), kept, lies)
        self._touched.add(key)
        if self._there is not None:
            self._there.add(key)

    def _begun(self, brief: Brief, number: int, editor: Editor, old: Edition | None) -> Edition:
        """A new record, and what is told on the disk; one that was withdrawn and may be told again keeps its day."""
        key = _key(brief)
        folder = f"{folder_of(key)}/{number}"
        since = self.since(brief, editor)
        self._shelf.sweep_folder(folder)
        self._write(f"{folder}/{TOLD}", _fit(key, editor.clerk.told(brief), editor))
        assert self.today is not None  # noqa: S101 # nothing is missing without a day
        return Edition(
            *key,
            number=number,
            day=old.day if old else self._day(key, number) or self.today,
            title=brief.name,
            brief=brief.digest,
            changes=since.changes if since else (),
            since=(since.number, since.day) if since else None,
            words=editor.clerk.shown(brief, since).words if since else (),
        )

    def _day(self, key: Key, number: int) -> datetime.date | None:
        """Of an edition whose record is damaged, as it is remembered."""
        return self.memory.briefs.get(key, _NOTHING).days.get(number)

    def _write(self, name: str, data: bytes) -> None:
        if self._shelf.read(name) != data:
            self._shelf.write(name, data)

    # -------------------------------------------------------------------------------------------- what goes

    def watch(self, kept: Callable[[Key], str], editor: Callable[[Key], Editor]) -> tuple[Problem, ...]:
        """Take away the editions that tell what their readers are kept from now; their numbers and days stay.

        Those of a brief are looked through when other things are kept back than when they were looked through last;
        each edition also when it does not lie there as it did then. `kept` is a name for what is kept, empty where that
        cannot be known now; `editor` is asked for only where there is something to look through.
        """
        problems: list[Problem] = []
        for key in self.briefs():
            torn, held = self._strange(key), self.known(key)
            digest = kept(key)
            if digest and (torn or digest != held.kept):
                found = self.search(key, editor(key), torn if digest == held.kept else held.days)
                problems += found
                self.searched(key, found, kept=digest)
        return tuple(problems)

    def _strange(self, key: Key) -> frozenset[int]:
        """The editions of a brief that do not lie there as they were looked through last."""
        held, lying, folder = self.memory.briefs.get(key, _NOTHING), self._look(key), folder_of(key)
        sealed = self._seals.sealed(folder, lying, held)
        numbered = len(held.days) == len(lying.numbers) and all(number in held.days for number in lying.numbers)
        if sealed and numbered:
            self._known[key] = held
            return frozenset()
        now = {} if sealed else {number: self._seals.digest(f"{folder}/{number}") for number in lying.filled}
        same = {number: digest for number, digest in now.items() if held.lies.get(number) == digest}
        if numbered and now == held.lies:
            self._known[key] = held
            self._seals.seal(folder, lying, held)
            return frozenset()
        self._torn.add(key)
        self._bytes[key] = now
        self._known[key] = replace(self._learned(key, lying.numbers), kept=held.kept, lies=MappingProxyType(same))
        return frozenset(now.keys() - same.keys())

    def torn(self, key: Key) -> frozenset[int]:
        """The editions of a brief that nobody has looked through as they lie there."""
        return frozenset(self.known(key).days) - self.known(key).lies.keys() if key in self._torn else frozenset()

    def search(self, key: Key, editor: Editor, numbers: Iterable[int]) -> tuple[Problem, ...]:
        """Look through some editions of a brief, and take away those that tell what is kept."""
        return tuple(each for number in sorted(numbers) for each in self._looked(key, number, editor))

    def searched(self, key: Key, found: Collection[Problem], kept: str | None = None) -> None:
        """Remember how the editions of a brief lie there, where all that was found in them is gone."""
        if any(each.rule != "leak-withdrawn" for each in found):
            self._touched.discard(key)
        else:
            folder, held = folder_of(key), self.known(key)
            digests = self._bytes.get(key, dict(held.lies))
            if found:
                digests = {number: self._seals.digest(f"{folder}/{number}") for number in self.stacks.numbers(key)}
            lies = MappingProxyType({number: digest for number, digest in digests.items() if digest})
            self._known[key] = replace(held, kept=held.kept if kept is None else kept, lies=lies)
            self._touched.add(key)

    def _looked(self, key: Key, number: int, editor: Editor) -> Iterator[Problem]:
        folder = f"{folder_of(key)}/{number}"
        names = list(filter(_ours, self._shelf.files(folder)))
        for name in sorted(names, key=lambda each: (not each.endswith(".json"), each)):
            leaks = editor.leaks(key, f"{number}/{name}", self._shelf.read(f"{folder}/{name}") or b"")
            if leaks:
                try:
                    self._withdraw(key, number, names, editor)
                except (OSError, OutputError):
                    yield from leaks  # a link, or no right: this one only the house can take away
                else:
                    yield withdrawn(folder, leaks)
                return

    def _withdraw(self, key: Key, number: int, names: Collection[str], editor: Editor) -> None:
        folder = f"{folder_of(key)}/{number}"
        said, record = self.stacks.told(key, number), self.stacks.edition(key, number)
        for name in names:
            if name.endswith(_MEDIA):
                self._shelf.remove(f"{folder}/{name}")
        if record is None:
            for name in (TOLD, RECORD):
                self._shelf.remove(f"{folder}/{name}")
            self._known.pop(key, None)
            return
        if said is None:
            self._shelf.remove(f"{folder}/{TOLD}")
        else:
            self._write(f"{folder}/{TOLD}", _fit(key, said, editor))
        bare = replace(record, title="", changes=(), words=(), withdrawn=True)
        self._write(f"{folder}/{RECORD}", records.of_edition(bare))

    def retain(self, keeping: Keeping) -> tuple[list[str], tuple[Problem, ...]]:
        """Remove editions that need not be kept any longer; the folders that are gone."""
        gone: list[str] = []
        problems: list[Problem] = []
        for key in self.briefs():
            held = self.known(key)
            days = {number: day for number, day in held.days.items() if day}
            old = {*editions.expired(days, keeping, self.today)}
            for number in sorted(old):
                folder = f"{folder_of(key)}/{number}"
                try:
                    self._clear(folder)
                except (OSError, OutputError) as error:
                    problems.append(unwritten(folder, error))
                else:
                    gone.append(folder)
            if old:
                left = {number: None if number in old else held.days[number] for number in self.stacks.numbers(key)}
                lies = {number: digest for number, digest in held.lies.items() if number not in old}
                self._known[key] = replace(held, days=MappingProxyType(left), lies=MappingProxyType(lies))
                self._touched.add(key)
        return gone, tuple(problems)

    def _clear(self, folder: str) -> None:
        """The record goes last: until then it is known what else has to go. What is not ours stays."""
        for name in sorted(self._shelf.files(folder), key=lambda each: (each == RECORD, each)):
            if _ours(name):
                self._shelf.remove(f"{folder}/{name}")

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

    def close(self, feeds: Mapping[str, tuple[str, str]]) -> tuple[Problem, ...]:
        """Write down what is known now, where that is something else than before; `feeds` as the memory has them."""
        self._seal()
        briefs = self._briefs()
        now = Memory(MappingProxyType(briefs), MappingProxyType(dict(feeds)))
        if now == self.memory or (not briefs and not feeds and self._shelf.read(MEMORY) is None):
            return ()
        try:
            self._write(MEMORY, records.of_memory(now))
        except (OSError, OutputError) as error:
            return (unwritten(MEMORY, error),)
        return ()

    def _briefs(self) -> dict[Key, Remembered]:
        return {key: held for key in self.briefs() if (held := self.known(key)).days}

    @property
    def stirred(self) -> bool:
        """Whether anything is otherwise than the last run remembered it."""
        return self._briefs() != self.memory.briefs

    def _seal(self) -> None:
        """Remember how that lies there which this run changed or looked through, where all of it is known."""
        for key in self._touched:
            lying, held = self._look(key), self.known(key)
            if lying.filled == held.lies.keys():
                self._seals.seal(folder_of(key), lying, held)


def _ours(name: str) -> bool:
    """Whether a name is that of a file that editions have."""
    return name in (TOLD, RECORD) or name.endswith(_MEDIA)


def _fit(key: Key, said: Told, editor: Editor) -> bytes:
    """What was told, without what leaks; nothing of it where that is not enough."""
    data = records.of_told(said)
    if not editor.leaks(key, TOLD, data):
        return data

    def leaks(name: str, text: str) -> bool:
        return bool(editor.leaks(key, TOLD, json.dumps({name: text}, ensure_ascii=False).encode()))

    data = records.of_told(editions.withheld(said, leaks))
    return records.of_told(replace(said, chapters=())) if editor.leaks(key, TOLD, data) else data


def _key(brief: Brief) -> Key:
    return (brief.slug, brief.audience, brief.language)


def _words(change: Change) -> dict[str, Any]:
    return {"id": change.point, "said": [change.section, change.about, change.before, change.after]}


def unwritten(name: str, error: OSError | OutputError) -> Problem:
    """That a file could not be put in its place."""
    where = Where(f"output/{name}")
    if isinstance(error, OutputError):
        return Problem(error.args[0], where, {"found": error.args[1]})
    return Problem("output-unwritable", where, {"found": error.strerror or str(error)})
