"""A workspace's archive → its editions in order, and what differs between two of one brief; writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mujaz.arabic import closest
from mujaz.editions import differences
from mujaz.model.edition import Change, Edition, Key
from mujaz.plan import RefusedError, Request
from mujaz.problems import Problem, Where
from mujaz.publish import Shelf
from mujaz.stacks import Stacks


@dataclass(frozen=True, slots=True)
class Compared:
    """Two editions of a brief."""

    before: Edition
    after: Edition
    changes: tuple[Change, ...]
    """With old and new words: for the house, not for readers."""


def listed(root: Path, request: Request) -> tuple[Edition, ...]:
    """The editions that are asked for, each brief's in order. Raises RefusedError for a name that none has."""
    stacks = Stacks(Shelf(root / "output"))
    found = (stacks.edition(key, number) for key in _asked(stacks, request) for number in stacks.numbers(key))
    return tuple(each for each in found if each)


def compared(root: Path, request: Request, numbers: Sequence[int]) -> Compared:
    """What differs between two editions of the one brief that is asked for. Raises RefusedError."""
    stacks = Stacks(Shelf(root / "output"))
    keys = _asked(stacks, request)
    if len(keys) != 1:
        allowed = ", ".join(map(_name, keys))
        raise RefusedError(
            Problem("edition-which", Where("output/editions"), {"found": "--between", "allowed": allowed})
        )
    (key,) = keys
    known = {number: each for number in stacks.numbers(key) if (each := stacks.edition(key, number))}
    for number in numbers:
        if number not in known:
            facts = {"found": str(number), "brief": _name(key), "allowed": ", ".join(map(str, known))}
            raise RefusedError(Problem("edition-unknown", Where("output/editions"), facts))
        if known[number].withdrawn:
            facts = {"found": str(number), "brief": _name(key)}
            raise RefusedError(Problem("edition-withdrawn", Where(f"output/{known[number].folder}"), facts))
    said = [stacks.told(key, number) for number in numbers]
    before, after = said
    if before is None or after is None:
        number = numbers[0] if before is None else numbers[1]
        raise RefusedError(Problem("edition-untold", Where(f"output/{known[number].folder}"), {"found": str(number)}))
    return Compared(known[numbers[0]], known[numbers[1]], differences(before, after))


def _name(key: Key) -> str:
    return f"{key[0]}/{key[1]}.{key[2]}"


def _asked(stacks: Stacks, request: Request) -> list[Key]:
    keys = list(stacks.briefs())
    wanted = (request.topics, request.audiences, request.languages)
    for place, names in enumerate(wanted):
        known = {key[place] for key in keys}
        for name in sorted(names - known if keys else ()):
            near = closest(name, known)
            facts = {"found": name, "allowed": ", ".join(sorted(known)), **({"closest": near} if near else {})}
            raise RefusedError(Problem("edition-none", Where(name), facts))
    return [key for key in keys if all(_among(one, names) for one, names in zip(key, wanted, strict=True))]


def _among(name: str, names: Iterable[str]) -> bool:
    wanted = frozenset(names)
    return not wanted or name in wanted
