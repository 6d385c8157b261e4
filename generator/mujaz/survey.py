"""A workspace → the sound part of its `Library`, and all that is wrong with the rest; builds nothing."""

from __future__ import annotations

import datetime
import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from mujaz.check import check
from mujaz.model.content import Library
from mujaz.problems import Problem, errors, in_order
from mujaz.read import read


@dataclass(frozen=True, slots=True)
class Survey:
    """A workspace as it stands."""

    library: Library | None
    """What is sound; None where `mujaz.yaml` itself is not."""
    problems: tuple[Problem, ...]


def survey(root: Path, today: datetime.date | None = None) -> Survey:
    """Read and check all content; topics and audiences with errors are set aside.

    `today` tells which reviews are overdue; without it, nobody asks.
    """
    with unswept():
        library, problems = read(root)
        if library is None:
            return Survey(None, problems)
        problems = in_order((*problems, *check(library, today)))
        return Survey(_sound(library, problems), problems)


@contextmanager
def unswept() -> Iterator[None]:
    """No search for garbage meanwhile: what is read stays, and going through it again and again finds none."""
    swept = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if swept:
            gc.freeze()  # what was made meanwhile is old at once, so that nobody goes through it because it is new
            gc.unfreeze()
            gc.enable()


@contextmanager
def swept() -> Iterator[None]:
    """The search goes on meanwhile, whoever stopped it, but not through what is there already: that stays."""
    wanted = gc.isenabled()
    gc.freeze()
    gc.enable()
    try:
        yield
    finally:
        if not wanted:
            gc.disable()
        gc.unfreeze()


def _sound(library: Library, problems: tuple[Problem, ...]) -> Library:
    """The library without the topics that have errors."""
    sound = unsound(library, problems, {entry.slug for entry in library.topics})
    return replace(sound, topics=tuple(entry for entry in library.topics if entry.slug not in sound.broken))


def unsound(library: Library, problems: Iterable[Problem], slugs: Iterable[str]) -> Library:
    """The library without the audiences that have errors, and with the names of topics that have some.

    Shared references are everyone's: their errors are those of all topics, whose `slugs` they are.
    """
    wrong = {problem.where.path for problem in errors(problems)}
    topics = {path.split("/")[2] for path in wrong if path.startswith("content/topics/")}
    if wrong & {"content/references.yaml", "content/references.json"}:
        topics |= set(slugs)
    audiences = {Path(path).stem for path in wrong if path.startswith("content/audiences/")}
    return replace(
        library,
        audiences=MappingProxyType({slug: each for slug, each in library.audiences.items() if slug not in audiences}),
        broken=library.broken | topics,
        broken_audiences=frozenset(audiences),
    )
