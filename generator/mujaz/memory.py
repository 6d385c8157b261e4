"""The text of `.mujaz/memory.json` ↔ `Memory`, what the last run saw; nothing that is made depends on it."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from mujaz.check import Findings
from mujaz.check.weights import Leave
from mujaz.model.document import State
from mujaz.problems import Problem, Severity, Where, errors
from mujaz.publish import Shelf, recall, remember
from mujaz.stamps import Stamp

FORMAT = 1
"""Of the file; another number means another Mujaz."""
_WORTH = 64
"""So many files are read again in less time than it takes to write down that they need not be."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a run found in one topic."""

    of: str
    """The digest of all that it was found in."""
    languages: tuple[str, ...]
    findings: Findings
    """Also those of reading it."""
    reviews: Mapping[str, datetime.date]
    """Language → the day by which someone should look at it again."""
    kept: Mapping[str, Mapping[str, str]]
    """Language → audience → the digest of what it is kept from; `""` stands for what any audience is kept from."""
    keeps: frozenset[str]
    """The languages in which anything is kept from any audience."""
    titled: frozenset[str]
    """The languages in which its title is worded alike for all, and kept from nobody."""
    lends: bool
    """Whether words that it keeps from someone stand in templates of the house."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What makes the next run short; without it, that run only takes longer."""

    topics: Mapping[str, Seen] = field(default_factory=lambda: MappingProxyType({}))
    stamps: Mapping[str, tuple[Stamp, str]] = field(default_factory=lambda: MappingProxyType({}))
    """Name of a file → its stamp and its SHA-256."""
    index: str = ""
    """The digest of all that the site's index was made of."""
    page: str = ""
    """The digest of the index as it lay there then, with its catalogue."""
    parts: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: MappingProxyType({}))
    """The digest of an input → what it was made of: the name of a part, and its digest or version."""


def decode(raw: bytes | None) -> Memory:
    """The memory in a file; an empty one where there is none that can be understood."""
    try:
        data = json.loads(raw or b"")
        if data["format"] != FORMAT:
            return Memory()
        topics = {str(slug): _seen(each) for slug, each in data["topics"].items()}
        stamps = {str(name): _stamped(each) for name, each in data["stamps"].items()}
        parts = {
            str(digest): {str(name): str(part) for name, part in each.items()}
            for digest, each in data.get("parts", {}).items()
        }
        return Memory(topics, stamps, str(data["index"]), str(data["page"]), parts)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
        return Memory()


def encode(memory: Memory) -> bytes:
    """The file of a memory, sorted, a line for each topic and file."""
    topics = ",\n".join(f"  {_text(slug)}: {_text(_of(each))}" for slug, each in sorted(memory.topics.items()))
    stamps = ",\n".join(
        f"  {_text(name)}: {_text([*stamp, digest])}" for name, (stamp, digest) in sorted(memory.stamps.items())
    )
    parts = ",\n".join(f"  {_text(digest)}: {_text(dict(each))}" for digest, each in sorted(memory.parts.items()))
    head = f'{{\n "format": {FORMAT},\n "index": {_text(memory.index)},\n "page": {_text(memory.page)},\n'
    head = f'{head} "parts": {{\n{parts}\n }},\n' if parts else head
    return f'{head} "topics": {{\n{topics}\n }},\n "stamps": {{\n{stamps}\n }}\n}}\n'.encode()


def remembered(root: Path) -> Memory:
    """What the last run in a workspace left for this one."""
    return decode(recall(root))


def lasting(last: Memory, shelf: Shelf, state: State) -> dict[str, tuple[Stamp, str]]:
    """The stamps that the next run can go by, also those of files that this one had no reason to look at."""
    stamps = shelf.stamps.settled(shelf.moment())
    for name, each in last.stamps.items():
        if name.removeprefix("output/") in state.made:
            stamps.setdefault(name, each)
    return stamps


def explained(last: Memory, now: Mapping[str, Mapping[str, str]], state: State) -> Mapping[str, Mapping[str, str]]:
    """What the inputs of files are made of: those of now, and those that some file was made of."""
    if not now.keys() - last.parts.keys():
        return last.parts
    used = {digest for made in state.made.values() for digest in made.inputs.values()}
    return {**{digest: each for digest, each in last.parts.items() if digest in used}, **now}


def retained(root: Path, last: Memory, now: Memory) -> None:
    """Leave for the next run what this one saw, where that would save it work."""
    topics = {slug: each for slug, each in now.topics.items() if each.of}
    fresh = sum(last.stamps.get(name) != each for name, each in now.stamps.items())
    same = (last.topics, last.index, last.page, last.parts) == (topics, now.index, now.page, now.parts)
    if not same or fresh > _WORTH:
        remember(root, encode(replace(now, topics=topics)))


def _text(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, sort_keys=True)


def _stamped(each: Any) -> tuple[Stamp, str]:
    size, written, changed, number, digest = each
    return (int(size), int(written), int(changed), int(number)), str(digest)


def _of(seen: Seen) -> dict[str, object]:
    found = {
        "firm": [_problem(each) for each in seen.findings.firm],
        "judged": [_problem(each) for each in seen.findings.judged],
        "leaves": [
            [each.rule, each.reason, *map(_where, (each.at, each.start, each.end))] for each in seen.findings.leaves
        ],
    }
    return {
        "of": seen.of,
        "languages": list(seen.languages),
        "reviews": {language: day.isoformat() for language, day in seen.reviews.items()},
        "kept": {language: dict(each) for language, each in seen.kept.items()},
        "keeps": sorted(seen.keeps),
        "titled": sorted(seen.titled),
        **({"lends": True} if seen.lends else {}),
        **{name: each for name, each in found.items() if each},
    }


def _seen(each: Any) -> Seen:
    seen = _as_written(each)
    if not errors(seen.findings.firm) and any("" not in seen.kept.get(language, {}) for language in seen.languages):
        raise ValueError("a topic without what is kept from anyone")
    return seen


def _as_written(each: Any) -> Seen:
    return Seen(
        str(each["of"]),
        tuple(map(str, each["languages"])),
        Findings(
            tuple(map(_told, each.get("firm", ()))),
            tuple(map(_told, each.get("judged", ()))),
            tuple(
                Leave(str(rule), str(reason), _place(at), _place(start), _place(end))
                for rule, reason, at, start, end in each.get("leaves", ())
            ),
        ),
        {str(language): datetime.date.fromisoformat(day) for language, day in each["reviews"].items()},
        {str(language): {str(name): str(own) for name, own in kept.items()} for language, kept in each["kept"].items()},
        frozenset(map(str, each["keeps"])),
        frozenset(map(str, each["titled"])),
        bool(each.get("lends", False)),
    )


def _problem(each: Problem) -> list[object]:
    return [each.rule, _where(each.where), dict(each.facts), str(each.severity)]


def _told(each: Any) -> Problem:
    rule, where, facts, severity = each
    return Problem(str(rule), _place(where), {str(name): str(fact) for name, fact in facts.items()}, Severity(severity))


def _where(where: Where) -> list[object]:
    return [where.path, where.line, where.column]


def _place(each: Any) -> Where:
    path, line, column = each
    return Where(str(path), int(line), int(column))
