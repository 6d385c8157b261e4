"""A file that was made → its place, its line in the log, and its edition in the archive; makes and judges none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256

from mujaz.archiving import Issued, holds, keep
from mujaz.jobs import Job, Site
from mujaz.lock import encode, entry
from mujaz.model.document import Made, Medium, State, Target
from mujaz.model.edition import Key
from mujaz.problems import Problem
from mujaz.publish import LOG, STATE, OutputError, Shelf
from mujaz.stacks import unwritten


def noted(name: str, made: Made, shelf: Shelf) -> tuple[Problem, ...]:
    """Write down one file that was made, in the log; where that fails, the next build makes it again."""
    return _written(LOG, lambda: shelf.append(LOG, entry(name, made)))


def kept(state: State, shelf: Shelf) -> tuple[Problem, ...]:
    """Write down all that was made; the log of it is of no use any more."""

    def written() -> None:
        shelf.write(STATE, encode(state))
        shelf.remove(LOG)

    return _written(STATE, written)


def published(name: str, data: bytes, shelf: Shelf) -> tuple[Problem, ...]:
    """Put a file in its place; what stands in its way costs this file alone."""
    return _written(name, lambda: shelf.write(name, data))


def _written(name: str, write: Callable[[], object]) -> tuple[Problem, ...]:
    try:
        write()
    except (OSError, OutputError) as error:
        return (unwritten(name, error),)
    return ()


def archived(job: Job, made: Mapping[str, Made], site: Site) -> tuple[Problem, ...]:
    """Put into the archive what was published of a brief, in all media, and is not there yet."""
    ours = issued(job.key, job.inputs["brief"], made)
    number = max((each.edition for each in ours.values()), default=0)
    if not ours or holds(site.archive, job.key, number, list(map(_file, ours))):
        return ()
    files = {
        _file(name): data
        for name, each in ours.items()
        if (data := site.shelf.read(name)) is not None and sha256(data).hexdigest() == each.sha256
    }
    pages = next((each.pages for each in ours.values() if each.pages), None)
    return keep(site.archive, job.brief, Issued(number, files, pages), site.editor)


def issued(key: Key, brief: str, made: Mapping[str, Made]) -> dict[str, Made]:
    """The files that show a brief, in the newest edition that any of them is of."""
    names = (Target(*key, medium).name for medium in Medium)
    shown = {name: each for name in names if (each := made.get(name)) and each.inputs.get("brief") == brief}
    number = max((each.edition for each in shown.values()), default=0)
    return {name: each for name, each in shown.items() if each.edition == number}


def _file(name: str) -> str:
    return name.partition("/")[2]
