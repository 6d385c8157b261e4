"""A target and the stamps of two runs → the files that it is told from and that changed; understands none."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path

from mujaz.files import MAX_PICTURE
from mujaz.model.document import Target
from mujaz.read import AUDIENCES, TOPICS, WORKSPACE
from mujaz.stamps import Stamp, Stamps

_SHARED = ("content/references.yaml", "content/references.json")
_TEXT = re.compile(r"[a-z]{2,3}\.yaml")


def touched(root: Path, target: Target, stamps: Stamps) -> tuple[str, ...]:
    """The files that may have changed since the last run looked at them; where none seems to have, all.

    A file of which that run remembers nothing may be one of them.
    """
    names = _concerned(root, target, {*stamps.known, *stamps.seen})
    return tuple(name for name in names if not _same(root, name, stamps)) or tuple(names)


def of_look(root: Path, logo: str | None, stamps: Stamps) -> tuple[str, ...]:
    """The file that may have changed of those that say how the house looks; of a logo nothing is remembered."""
    return (logo,) if logo and _same(root, WORKSPACE, stamps) else (WORKSPACE,)


def _same(root: Path, name: str, stamps: Stamps) -> bool:
    """Whether a file lies there as the last run saw it."""
    known = stamps.known.get(name)
    return known is not None and known[1] == stamps.digest(root / name, name, MAX_PICTURE)


def _concerned(root: Path, target: Target, named: Collection[str]) -> list[str]:
    """The files that a brief is told from, its own before the others, as far as they lie there or once did."""
    folder = f"{TOPICS}/{target.topic}/"
    beside = (name for name in sorted(named) if name.startswith(folder) and not _TEXT.fullmatch(name, len(folder)))
    names = (f"{folder}{target.language}.yaml", *beside, f"{AUDIENCES}/{target.audience}.yaml", *_SHARED, WORKSPACE)
    return [name for name in names if name in named or (root / name).is_file()]


def held_back(
    last: Mapping[str, tuple[Stamp, str]], now: Mapping[str, tuple[Stamp, str]], stale: Collection[Target]
) -> dict[str, tuple[Stamp, str]]:
    """The stamps of now, but for the files of what is still stale: those are as it was made of them, if it was.

    So that it can be told which of them changed, however many other files were made in between.
    """
    if not stale:
        return dict(now)
    shared = (WORKSPACE, *_SHARED)
    folders = (f"{AUDIENCES}/", *(f"{TOPICS}/{slug}/" for slug in {target.topic for target in stale}))
    return {**now, **{name: each for name, each in last.items() if name in shared or name.startswith(folders)}}
