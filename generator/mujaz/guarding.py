"""Editions as they lie in the archive × what is kept now → those that tell it, withdrawn; makes and numbers none.

Their numbers and days stay. How editions lie there that were looked through is sealed, so that they need not be again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from types import MappingProxyType

from mujaz import records
from mujaz.archive import Archive
from mujaz.editor import Editor
from mujaz.gate import withdrawn
from mujaz.model.edition import Key
from mujaz.problems import Problem
from mujaz.publish import OutputError
from mujaz.seals import Lying
from mujaz.stacks import MEDIA, RECORD, TOLD, folder_of, ours


def watch(archive: Archive, kept: Callable[[Key], str], editor: Callable[[Key], Editor]) -> tuple[Problem, ...]:
    """Take away the editions that tell what their readers are kept from now; their numbers and days stay.

    Those of a brief are looked through when other things are kept back than when they were looked through last;
    each edition also when it does not lie there as it did then. `kept` is a name for what is kept, empty where that
    cannot be known now; `editor` is asked for only where there is something to look through.
    """
    problems: list[Problem] = []
    for key in archive.briefs():
        strange, held = _strange(archive, key), archive.known(key)
        digest = kept(key)
        if digest and (strange or digest != held.kept):
            found = search(archive, key, editor(key), strange if digest == held.kept else held.days)
            problems += found
            searched(archive, key, found, kept=digest)
    return tuple(problems)


# ------------------------------------------------------------------------------------------------ as they lie there


def _strange(archive: Archive, key: Key) -> frozenset[int]:
    """The editions of a brief that do not lie there as they were looked through last."""
    held, lying, folder = archive.remembered(key), _look(archive, key), folder_of(key)
    seals = archive.seals
    sealed = seals.sealed(folder, lying, held)
    numbered = len(held.days) == len(lying.numbers) and all(number in held.days for number in lying.numbers)
    if sealed and numbered:
        archive.held[key] = held
        return frozenset()
    now = {} if sealed else {number: seals.digest(f"{folder}/{number}") for number in lying.filled}
    same = {number: digest for number, digest in now.items() if held.lies.get(number) == digest}
    if numbered and now == held.lies:
        archive.held[key] = held
        seals.seal(folder, lying, held)
        return frozenset()
    archive.strange[key] = now
    archive.held[key] = replace(archive.learned(key, lying.numbers), kept=held.kept, lies=MappingProxyType(same))
    return frozenset(now.keys() - same.keys())


def _look(archive: Archive, key: Key) -> Lying:
    found = archive.lying[key] = archive.seals.lying(folder_of(key))
    return found


def torn(archive: Archive, key: Key) -> frozenset[int]:
    """The editions of a brief that nobody has looked through as they lie there."""
    if key not in archive.strange:
        return frozenset()
    held = archive.known(key)
    return frozenset(held.days) - held.lies.keys()


def seems_whole(archive: Archive, key: Key, number: int, name: str) -> bool:
    """Whether a file lies in the newest edition, and this as it was, without opening any.

    Of one that lies in an older edition more has to be known: what it tells may have been told again since.
    """
    held = archive.known(key)
    lying = archive.lying.get(key) or _look(archive, key)
    there = number == held.last and lying.numbers[-1:] == (number,) and {name, TOLD, RECORD} <= lying.newest
    return there and key not in archive.strange and name in held.files


def seal(archive: Archive) -> None:
    """Remember how that lies there which this run changed or looked through, where all of it is known."""
    for key in archive.touched:
        lying, held = _look(archive, key), archive.known(key)
        if lying.filled == held.lies.keys():
            archive.seals.seal(folder_of(key), lying, held)


# ------------------------------------------------------------------------------------------------ looked through


def search(archive: Archive, key: Key, editor: Editor, numbers: Iterable[int]) -> tuple[Problem, ...]:
    """Look through some editions of a brief, and take away those that tell what is kept."""
    return tuple(each for number in sorted(numbers) for each in _looked(archive, key, editor, number))


def searched(archive: Archive, key: Key, found: Collection[Problem], *, kept: str | None = None) -> None:
    """Remember how the editions of a brief lie there, where all that was found in them is gone."""
    if any(each.rule != "leak-withdrawn" for each in found):
        archive.touched.discard(key)
        return
    folder, held = folder_of(key), archive.known(key)
    digests = archive.strange.get(key, dict(held.lies))
    if found:
        digests = {number: archive.seals.digest(f"{folder}/{number}") for number in archive.stacks.numbers(key)}
    lies = MappingProxyType({number: digest for number, digest in digests.items() if digest})
    archive.note(key, replace(held, kept=held.kept if kept is None else kept, lies=lies))


def _looked(archive: Archive, key: Key, editor: Editor, number: int) -> Iterator[Problem]:
    folder, shelf = f"{folder_of(key)}/{number}", archive.stacks.shelf
    names = list(filter(ours, shelf.files(folder)))
    for name in sorted(names, key=lambda each: (not each.endswith(".json"), each)):
        leaks = editor.leaks(key, f"{number}/{name}", shelf.read(f"{folder}/{name}") or b"")
        if leaks:
            try:
                _withdraw(archive, key, editor, number)
            except (OSError, OutputError):
                yield from leaks  # a link, or no right: this one only the house can take away
            else:
                yield withdrawn(folder, leaks)
            return


def _withdraw(archive: Archive, key: Key, editor: Editor, number: int) -> None:
    folder, stacks = f"{folder_of(key)}/{number}", archive.stacks
    said, record = stacks.told(key, number), stacks.edition(key, number)
    for name in stacks.shelf.files(folder):
        if name.endswith(MEDIA):
            stacks.shelf.remove(f"{folder}/{name}")
    if record is None:
        for name in (TOLD, RECORD):
            stacks.shelf.remove(f"{folder}/{name}")
        archive.held.pop(key, None)
        return
    if said is None:
        stacks.shelf.remove(f"{folder}/{TOLD}")
    else:
        stacks.write(f"{folder}/{TOLD}", editor.retold(key, said))
    bare = replace(record, title="", changes=(), words=(), withdrawn=True)
    stacks.write(f"{folder}/{RECORD}", records.of_edition(bare))
