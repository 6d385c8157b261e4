"""A brief that was published → its numbered edition in the archive, and old editions removed; prints, dates nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from mujaz import editions, guarding, records
from mujaz.archive import MEMORY, Archive
from mujaz.editor import Editor
from mujaz.model.brief import Brief
from mujaz.model.edition import Edition, Keeping, Key
from mujaz.problems import Problem
from mujaz.publish import OutputError
from mujaz.records import Memory, Remembered
from mujaz.stacks import RECORD, TOLD, folder_of, ours, unwritten


@dataclass(frozen=True, slots=True)
class Issued:
    """The files of an edition, as they were published."""

    number: int
    files: Mapping[str, bytes]
    """Name as targets have it (`minister.ar.pdf`) → bytes."""
    pages: int | None
    """Of the PDF."""


# ------------------------------------------------------------------------------------------------ what is kept


def holds(archive: Archive, key: Key, number: int, names: Collection[str]) -> bool:
    """Whether these files of the newest edition lie in the archive; without a day, nothing is missed there."""
    last = archive.known(key).last
    return archive.today is None or number < last or (number == last and _whole(archive, key, number, names))


def _whole(archive: Archive, key: Key, number: int, names: Collection[str]) -> bool:
    """Whether an edition can be read, and has these files as they were published."""
    record, folder = archive.stacks.edition(key, number), f"{folder_of(key)}/{number}"
    if record is None or archive.stacks.told(key, number) is None:
        return False
    return all(archive.seals.hashed(f"{folder}/{name}") == record.files.get(name, "") for name in names)


def keep(archive: Archive, brief: Brief, issued: Issued, editor: Editor) -> tuple[Problem, ...]:
    """Put the files of an edition into the archive; what lies there already stays as it was published first.

    Where the disk fails, the next build goes on: the record is written last.
    """
    key = brief.key
    if not issued.files or holds(archive, key, issued.number, issued.files):
        return ()
    try:
        _put(archive, brief, issued, editor)
    except (OSError, OutputError) as error:
        archive.held.pop(key, None)
        archive.touched.discard(key)
        return (unwritten(f"{folder_of(key)}/{issued.number}", error),)
    return ()


def _put(archive: Archive, brief: Brief, issued: Issued, editor: Editor) -> None:
    key, number, files, stacks = brief.key, issued.number, issued.files, archive.stacks
    folder = f"{folder_of(key)}/{number}"
    old = stacks.edition(key, number)
    if old is None:
        record = _begun(archive, brief, editor, number)
    elif old.withdrawn:  # and may be told again
        record = replace(_begun(archive, brief, editor, number), day=old.day)
    else:
        record = old
        if stacks.told(key, number) is None:
            stacks.write(f"{folder}/{TOLD}", editor.told(brief))
    digests = dict(record.files)
    for name in sorted(files):
        if archive.seals.hashed(f"{folder}/{name}") != digests.get(name, ""):  # new, lost or damaged
            stacks.shelf.write(f"{folder}/{name}", files[name])
            digests[name] = hashlib.sha256(files[name]).hexdigest()
    record = replace(record, files=MappingProxyType(digests), pages=record.pages or issued.pages)
    stacks.write(f"{folder}/{RECORD}", records.of_edition(record))
    held = archive.known(key)
    days = {**held.days, number: record.day}
    kept = held.kept if held.days else editor.gate.digest(key[0], key[2], key[1])
    lies = MappingProxyType({**held.lies, number: archive.seals.digest(folder)})
    archive.note(key, Remembered(MappingProxyType(days), record.brief, tuple(sorted(record.files)), kept, lies))


def _begun(archive: Archive, brief: Brief, editor: Editor, number: int) -> Edition:
    """A new record, and what is told on the disk; the day of one that is damaged is remembered."""
    key = brief.key
    folder = f"{folder_of(key)}/{number}"
    since = archive.since(brief, editor)
    archive.stacks.shelf.sweep_folder(folder)
    archive.stacks.write(f"{folder}/{TOLD}", editor.told(brief))
    day = archive.remembered(key).days.get(number) or archive.today
    assert day is not None  # noqa: S101 # nothing is missing without a day
    return Edition(
        *key,
        number=number,
        day=day,
        title=brief.name,
        brief=brief.digest,
        changes=since.changes if since else (),
        since=(since.number, since.day) if since else None,
        words=editor.clerk.shown(brief, since).words if since else (),
    )


# ------------------------------------------------------------------------------------------------ what goes


def retain(archive: Archive, keeping: Keeping) -> tuple[list[str], tuple[Problem, ...]]:
    """Remove editions that need not be kept any longer; the folders that are gone."""
    gone: list[str] = []
    problems: list[Problem] = []
    for key in archive.briefs():
        held = archive.known(key)
        days = {number: day for number, day in held.days.items() if day}
        old = {*editions.expired(days, keeping, archive.today)}
        for number in sorted(old):
            folder = f"{folder_of(key)}/{number}"
            try:
                _clear(archive, folder)
            except (OSError, OutputError) as error:
                problems.append(unwritten(folder, error))
            else:
                gone.append(folder)
        if old:
            left = {number: None if number in old else held.days[number] for number in archive.stacks.numbers(key)}
            lies = {number: digest for number, digest in held.lies.items() if number not in old}
            archive.note(key, replace(held, days=MappingProxyType(left), lies=MappingProxyType(lies)))
    return gone, tuple(problems)


def _clear(archive: Archive, folder: str) -> None:
    """The record goes last: until then it is known what else has to go. What is not ours stays."""
    shelf = archive.stacks.shelf
    for name in sorted(shelf.files(folder), key=lambda each: (each == RECORD, each)):
        if ours(name):
            shelf.remove(f"{folder}/{name}")


# ------------------------------------------------------------------------------------------------ what is remembered


def close(archive: Archive, feeds: Mapping[str, tuple[str, str]]) -> tuple[Problem, ...]:
    """Write down what is known now, where that is something else than before; `feeds` as the memory has them."""
    guarding.seal(archive)
    briefs = archive.every()
    now = Memory(MappingProxyType(briefs), MappingProxyType(dict(feeds)))
    if now == archive.memory or (not briefs and not feeds and archive.stacks.shelf.read(MEMORY) is None):
        return ()
    try:
        archive.stacks.write(MEMORY, records.of_memory(now))
    except (OSError, OutputError) as error:
        return (unwritten(MEMORY, error),)
    return ()
