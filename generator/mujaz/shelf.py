"""The data of a file of references → `Shelf` + problems; opens no file, knows no topic and no citation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from mujaz.arabic import closest
from mujaz.csl import misfits
from mujaz.explain import mended, typed
from mujaz.model.content import CSL_TYPES, Path, Reference, Source
from mujaz.problems import Problem

_NULL = re.compile(r'"(?:[^"\\]|\\.)*"\s*:\s*null\b')
_USUAL = "book, article-journal, chapter, report, thesis, paper-conference, webpage, legislation, treaty…"


class Shelf(dict[str, Reference]):
    """The references of a place, and where each of them stands."""

    def __init__(self) -> None:
        super().__init__()
        self.sources: dict[str, Source] = {}


class Unread(Shelf):
    """References of a file that could not be read: any key may be one of them."""

    def __contains__(self, key: object) -> bool:
        """Whether a citation can be right."""
        return True


def levelled(raw: bytes, path: str) -> bytes:
    """A file as YAML can read it: JSON may be indented with tabs, and has them nowhere else."""
    return raw.replace(b"\t", b" ") if path.endswith(".json") else raw


def shelve(data: object, source: Source, shelf: Shelf) -> tuple[Problem, ...]:
    """Put the items of a file on a shelf; what is wrong with them.

    The file holds a list, as CSL-JSON does, or a mapping that holds it under `references`. Raises ValueError where
    it is neither.
    """
    held = isinstance(data, Mapping) and isinstance(data.get("references"), list)
    items = data["references"] if held else data  # type: ignore[index] # a mapping where it is held
    if not isinstance(items, list):
        raise ValueError("no list of references")
    problems: list[Problem] = []
    places = _places(source, 2 if held else 1)
    for number, item in enumerate(items):
        inner = Source(source.path, source.lines, MappingProxyType(places.get(number, {})))
        reference, wrong = weighed(item, inner)
        problems.extend(wrong)
        if reference is None:
            continue
        where = inner.where(("id",))
        if reference.id in shelf:
            first = shelf.sources[reference.id].where(("id",))
            other = {"file": first.path} if first.path != where.path else {}
            facts = {"found": reference.id, "line": str(first.line), **other}
            problems.append(Problem("id-duplicate", where, facts))
            continue
        shelf[reference.id], shelf.sources[reference.id] = reference, inner
    return tuple(problems)


def _places(source: Source, depth: int) -> dict[int, dict[Path, tuple[int, int]]]:
    """For each item of a list, the places inside it."""
    places: dict[int, dict[Path, tuple[int, int]]] = {}
    for key, place in source.places.items():
        if len(key) >= depth and isinstance(number := key[depth - 1], int):
            places.setdefault(number, {})[key[depth:]] = place
    return places


def weighed(item: object, source: Source) -> tuple[Reference | None, tuple[Problem, ...]]:
    """A reference; where only its id is right, one that stands in for it, since citing it is then no mistake."""
    reference, problems = typed(Reference, said(item, source), source)
    if reference is not None:
        empty = [field for field in ("type", "title") if not getattr(reference, field).strip()]
        doubts = [Problem("text-empty", source.where((each,)), {"field": each}) for each in empty]
        if reference.type.strip() and reference.type not in CSL_TYPES:
            near = closest(reference.type, CSL_TYPES)
            facts = {"field": "type", "found": reference.type, "allowed": _USUAL, **({"closest": near} if near else {})}
            doubts.append(Problem("value-unknown", source.where(("type",)), facts))
        return reference, (*doubts, *misfits(said(item, source), source))
    return mended(Reference, item) if isinstance(item, Mapping) and item.get("id") else None, problems


def said(item: object, source: Source) -> object:
    """An item without what JSON says nothing of: its `null` is no word."""
    if not source.path.endswith(".json") or not isinstance(item, Mapping):
        return item
    return {key: each for key, each in item.items() if each != "null" or not _is_null(source, key)}


def _is_null(source: Source, key: str) -> bool:
    """Whether a value is the bare word, and not a text that reads so."""
    line, column = source.places.get((key,), (0, 0))
    return bool(line and _NULL.match(source.lines[line - 1], column - 1))
