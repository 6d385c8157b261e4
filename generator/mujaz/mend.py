"""A workspace's slips that a machine can mend → the same files mended; the only writer of what authors wrote."""

from __future__ import annotations

import codecs
import copy
import os
import tempfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from mujaz.check import check
from mujaz.check.texts import whole_of
from mujaz.check.wording import Placed, wording
from mujaz.marks import parse
from mujaz.model.content import Path
from mujaz.problems import Where
from mujaz.read import read

_ROUNDS = 5
"""Mending a slip may show another one that it hid; more than two rounds were never seen."""


@dataclass(frozen=True, slots=True)
class _Edit:
    """One slip of a text, as a change of the value and of the line that it stands in."""

    path: Path
    start: int
    end: int
    better: str
    line: int
    column: int
    length: int
    found: str


@dataclass(frozen=True, slots=True)
class Mended:
    """What was changed, and where it stood when it was."""

    where: Where
    found: str
    better: str


def mend(root: FilePath, topics: Collection[str]) -> tuple[Mended, ...]:
    """Mend what is mechanical in the topics that are named, or in all; what was mended, in the order of its mending.

    Comments, order and line ends stay: a file changes in the places of its slips alone, and only where the mended
    file reads as the same data with the mended texts. Raises OSError where a file cannot be written.
    """
    mended: list[Mended] = []
    for _ in range(_ROUNDS):
        before_round = len(mended)
        for file, edits in _wanted(root, topics).items():
            before = (root / file).read_bytes()
            after, done = mended_bytes(before, edits)
            if done:
                _write(root / file, after)
                mended += (Mended(Where(file, e.line + 1, e.column + 1), e.found, e.better) for e in done)
        if len(mended) == before_round:
            break
    return tuple(mended)


def _wanted(root: FilePath, topics: Collection[str]) -> dict[str, list[_Edit]]:
    """The changes to make, by file: of slips that the checker tells of and that nobody silenced."""
    library, _ = read(root)
    wanted: dict[str, list[_Edit]] = {}
    if library is None:
        return wanted
    told = {(problem.rule, problem.where) for problem in check(library)}
    for entry in library.topics:
        if topics and entry.slug not in topics:
            continue
        for placed in wording(entry, whole_of(entry)):
            if (placed.problem.rule, placed.problem.where) in told and (edit := _edit(placed)):
                wanted.setdefault(entry.source.path, []).append(edit)
    return wanted


def _edit(placed: Placed) -> _Edit | None:
    """A slip as a change; None where it cannot be mended, or does not stand in one piece of one line."""
    slip, spots = placed.slip, placed.spots
    if slip.better is None or not spots:
        return None
    first, last = spots[0], spots[-1]
    whole = all(spot.line == first.line and spot.column == first.column + n for n, spot in enumerate(spots))
    if not whole or any(spot.length != 1 for spot in spots):
        return None
    length = last.column - first.column + 1
    return _Edit(placed.path, slip.start, slip.end, slip.better, first.line, first.column, length, slip.found)


def mended_bytes(raw: bytes, edits: Sequence[_Edit]) -> tuple[bytes, list[_Edit]]:
    """A file with those of the edits that leave all else as it is, and which they are."""
    bare = raw.removeprefix(codecs.BOM_UTF8)
    lines = bare.decode().split("\n")
    apart = list(_apart(edits))
    if _sound(bare, lines, apart):
        done = apart
    else:
        done = []
        for edit in apart:
            if _sound(bare, lines, [*done, edit]):
                done.append(edit)
    mark = raw[: len(raw) - len(bare)]
    return mark + "\n".join(_changed(lines, done)).encode(), done


def _apart(edits: Sequence[_Edit]) -> Iterator[_Edit]:
    """The edits in the order of the file, without those that touch the one before."""
    end = (-1, -1)
    for edit in sorted(edits, key=lambda edit: (edit.line, edit.column)):
        if (edit.line, edit.column) >= end:
            yield edit
            end = (edit.line, edit.column + edit.length)


def _changed(lines: Sequence[str], edits: Sequence[_Edit]) -> list[str]:
    changed = list(lines)
    for edit in reversed(edits):
        line = changed[edit.line]
        changed[edit.line] = line[: edit.column] + edit.better + line[edit.column + edit.length :]
    return changed


def _sound(raw: bytes, lines: Sequence[str], edits: Sequence[_Edit]) -> bool:
    """Whether the changed file is the same data, but for the texts that were to be mended."""
    if any(lines[edit.line][edit.column : edit.column + edit.length] != edit.found for edit in edits):
        return False
    meant = copy.deepcopy(parse(raw, "").data)
    for edit in reversed(edits):  # from the back, so that the places of the others stay
        holder: Any = meant
        for step in edit.path[:-1]:
            holder = holder[step]
        text = holder[edit.path[-1]]
        lead = len(text) - len(text.lstrip())
        start, end = lead + edit.start, lead + edit.end
        holder[edit.path[-1]] = text[:start] + edit.better + text[end:]
    got = parse("\n".join(_changed(lines, edits)).encode(), "")
    return bool(got.data == meant)


def _write(path: FilePath, data: bytes) -> None:
    """Whole or not at all, and as readable as it was."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".mujaz")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, path.stat().st_mode & 0o777)
        os.replace(name, path)
    except BaseException:
        FilePath(name).unlink(missing_ok=True)
        raise
