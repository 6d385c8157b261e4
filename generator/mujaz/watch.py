"""What lies in the output folder + what is kept now → the files that tell it, taken away; makes none anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from mujaz.gate import Gate, reader, withdrawn
from mujaz.leaks import Secrets
from mujaz.model.document import Made, State, pages_of, ticket_of
from mujaz.problems import Problem
from mujaz.publish import OutputError, Shelf


@dataclass(frozen=True, slots=True)
class Watched:
    """The state after the files were looked through."""

    state: State
    problems: tuple[Problem, ...] = ()


def watch(shelf: Shelf, state: State, gate: Gate) -> Watched:
    """Look through each file whose topic keeps other things back than when it was looked through last, or that is new.

    One that tells them goes at once, before anything is made: whether a new one can be made is another question.
    """
    problems: list[Problem] = []
    made: dict[str, Made] = {}
    stale: set[str] = set()
    for name, each in state.made.items():
        digest = gate.digest(*reader(name))
        known = digest == each.kept and shelf.digest(name) in (each.sha256, None)
        if digest and not known:
            stale.add(name)
            problems += looked(shelf, name, gate)
        made[name] = replace(each, kept=digest or each.kept)
    for name in sorted(state.found - state.made.keys()):
        problems += looked(shelf, name, gate)
    for name in sorted(state.pressed):
        pages = pages_of(name)
        if pages in stale or pages not in state.made:
            problems += looked(shelf, name, gate)
    return Watched(replace(state, made=made) if stale else state, tuple(problems))


def looked(shelf: Shelf, name: str, gate: Gate, held: Iterable[Secrets] | None = None) -> Iterator[Problem]:
    """A file that tells what its readers are kept from now is taken away, with a word of what it told.

    `held` is what is looked for, where the file's own topic cannot say it.
    """
    data = shelf.read(name)
    if data is None:
        return
    leaks = gate.leaks(name, data, gate.secrets(*reader(name)) if held is None else held)
    if leaks and _removed(shelf, name):
        yield withdrawn(name, leaks)
        note = ticket_of(name)
        if note:  # it tells the printer of a file that is gone
            _removed(shelf, note)
    elif leaks:
        yield from leaks  # a link, or no right to remove it: this one only the house can take away


def _removed(shelf: Shelf, name: str) -> bool:
    try:
        return shelf.remove(name)
    except (OSError, OutputError):
        return False
