"""A file of references (BibTeX, CSL-JSON, CSL-YAML) → items added to a references.yaml; changes no line that stands."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import yaml

from mujaz import bibtex, schema
from mujaz.csl import DATES
from mujaz.files import Tree
from mujaz.marks import Marked, parse
from mujaz.model.content import Source
from mujaz.problems import Problem, Where, errors, in_order
from mujaz.shelf import levelled, said, weighed

_HEAD: Final = "# مراجع بصيغة CSL-YAML. References in CSL-YAML.\nreferences:\n"
_INDENT: Final = "  "

Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file of references."""

    added: tuple[str, ...]
    """Keys of the items that were written."""
    same: tuple[str, ...]
    """Keys of those that were there already, word for word."""
    problems: tuple[Problem, ...]


class _UnfitError(Exception):
    """The file cannot be added to."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


@dataclass
class _Desk:
    """The file that is added to, and what an import has found so far; lives only while `bring` runs."""

    root: Path
    name: str
    """The file below the root, as problems name it."""
    problems: list[Problem] = field(default_factory=list)
    held: dict[str, tuple[Item, Where]] = field(default_factory=dict)
    """What is there already, by key."""

    @property
    def path(self) -> Path:
        return self.root / self.name

    def bytes(self, name: str) -> bytes:
        """A file below the root; nothing where there is none."""
        if not os.path.lexists(self.root / name):
            return b""
        tree = Tree(self.root)
        raw = tree.bytes(name)
        self.problems.extend(tree.problems)
        return raw or b""


def bring(source: Path, root: Path, name: str) -> Imported:
    """Add what `source` holds to the file `name` below `root`; items with problems are left out, the rest is added.

    Nothing is written where the file that stands cannot be read, or could not be read afterwards. Raises OSError
    where it cannot be written.
    """
    desk = _Desk(root, name)
    raw = desk.bytes(name)
    marked = _hold(desk, name, raw)
    if name.endswith("references.yaml"):
        beside = name.removesuffix(".yaml") + ".json"
        _hold(desk, beside, desk.bytes(beside))
    if errors(desk.problems):
        return Imported((), (), in_order((*desk.problems, Problem("import-broken", Where(name)))))
    found, problems = _read(source)
    new, same = _sorted(found, desk)
    known = (root / schema.FOLDER / "references.json").is_file() and name.startswith("content/")
    head = (schema.modeline(name, "references") if known else "") + _HEAD
    try:
        if new:
            _put(desk.path, _longer(raw, new, marked, head).encode())
    except _UnfitError as unfit:
        desk.problems.append(Problem(unfit.rule, Where(name)))
        new = {}
    return Imported(tuple(new), tuple(same), in_order((*problems, *desk.problems)))


# ------------------------------------------------------------------------------------------------ what comes


def _read(source: Path) -> tuple[list[tuple[Item, Where]], tuple[Problem, ...]]:
    """The items of a file by its ending, each with its place."""
    shown = str(source)
    try:
        with source.open("rb") as file:
            raw = file.read(bibtex.MAX_BYTES + 1)
    except FileNotFoundError:
        return [], (Problem("file-missing", Where(shown), {"found": source.name}),)
    except OSError as error:
        return [], (Problem("file-unreadable", Where(shown), {"found": error.strerror or str(error)}),)
    ending = source.suffix.lower()
    if ending in (".bib", ".bibtex"):
        read = bibtex.read(raw, shown)
        return list(read.items), read.problems
    if ending in (".json", ".yaml", ".yml"):
        return _csl(parse(levelled(raw, shown), shown), shown)
    return [], (Problem("import-ending", Where(shown), {"found": source.name}),)


def _csl(marked: Marked, path: str) -> tuple[list[tuple[Item, Where]], tuple[Problem, ...]]:
    """The sound items of CSL-JSON or CSL-YAML."""
    if marked.data is None:
        return [], marked.problems
    items = _items(marked.data)
    if items is None:
        return [], (*marked.problems, Problem("references-not-list", Where(path, 1, 1)))
    found: list[tuple[Item, Where]] = []
    problems = list(marked.problems)
    for place, written in items:
        under = {at[len(place) :]: mark for at, mark in marked.places.items() if at[: len(place)] == place}
        source = Source(path, marked.lines, MappingProxyType(under))
        item: Any = said(written, source)
        reference, wrong = weighed(item, source)
        problems.extend(wrong)
        if reference and not errors(wrong):
            found.append((item, source.where(("id",))))
    return found, tuple(problems)


def _items(data: object) -> list[tuple[tuple[str | int, ...], Any]] | None:
    """The items of a file, each with its path; None where it holds no list."""
    if isinstance(data, list):
        return [((number,), item) for number, item in enumerate(data)]
    for key in ("references", "items"):
        if isinstance(data, Mapping) and isinstance(data.get(key), list):
            return [((key, number), item) for number, item in enumerate(data[key])]
    return [] if isinstance(data, Mapping) and data.get("references") == "" else None


def _hold(desk: _Desk, name: str, raw: bytes) -> Marked:
    """Note what a file holds already."""
    marked = parse(levelled(raw, name), name) if raw.strip() else Marked(None, {}, (), ())
    if any(each.rule == "file-empty" for each in marked.problems):  # comments alone are as good as nothing
        return Marked(None, {}, (), ())
    desk.problems.extend(errors(marked.problems))
    items = _items(marked.data) if marked.data is not None else []
    if items is None:
        desk.problems.append(Problem("references-not-list", Where(name, 1, 1)))
    for place, item in items or ():
        if isinstance(item, Mapping) and isinstance(item.get("id"), str):
            line, column = marked.places.get((*place, "id"), (0, 0))
            desk.held.setdefault(item["id"], (item, Where(name, line, column)))
    return marked


def _sorted(found: list[tuple[Item, Where]], desk: _Desk) -> tuple[dict[str, Item], list[str]]:
    """What is new, and the keys of what is there word for word; a key that means something else is a problem."""
    new: dict[str, Item] = {}
    places: dict[str, Where] = {}
    same: list[str] = []
    for item, where in found:
        key = str(item["id"])
        if key in new:
            facts = {"found": key, "line": str(places[key].line)}
            desk.problems.append(Problem("id-duplicate", where, facts))
        elif key not in desk.held:
            new[key], places[key] = item, where
        elif _plain(desk.held[key][0]) == _plain(item):
            same.append(key)
        else:
            facts = {"found": key, "held": str(desk.held[key][1])}
            desk.problems.append(Problem("import-exists", where, facts))
    return new, same


def _plain(value: Any) -> Any:
    """A value as Mujaz reads it: every scalar is text."""
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items() if key != "allow"}
    return [_plain(each) for each in value] if isinstance(value, list) else str(value)


# ------------------------------------------------------------------------------------------------ what is written


class _Flow(dict[str, Any]):
    """A mapping that is written on one line."""


class _Dumper(yaml.SafeDumper):
    """Lists stand further in than the key that holds them, as in the rest of the content."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 # PyYAML's own
        """Never without indentation."""
        return super().increase_indent(flow, indentless=False)


_Dumper.add_representer(
    _Flow, lambda dumper, value: dumper.represent_mapping("tag:yaml.org,2002:map", value.items(), flow_style=True)
)


def _written(item: Item, indent: str) -> str:
    """An item as it stands in the file."""
    laid = {key: _dated(value) if key in DATES else value for key, value in item.items()}
    text = yaml.dump([laid], Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=1 << 20)
    return "".join(f"{indent}{line}\n" if line else "\n" for line in text.splitlines())


def _dated(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    parts = value.get("date-parts")
    if not isinstance(parts, list):
        return _Flow(value)
    days = [[int(str(part)) if str(part).isdecimal() else part for part in day] for day in parts]
    return _Flow({**value, "date-parts": days})


def _longer(raw: bytes, new: Mapping[str, Item], marked: Marked, head: str) -> str:
    """The file with the new items behind the old. Raises _UnfitError where that would change or lose anything."""
    text = raw.decode("utf-8-sig")
    end = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines(keepends=True)
    if marked.data is None:
        head = _HEAD if lines else head
        lines = [*lines, *([end] if lines and not lines[-1].endswith(end) else []), head.replace("\n", end)]
        spot = (len(lines), _INDENT)
    else:
        spot = _spot(text, lines)
    at, indent = spot
    before, after = "".join(lines[:at]), "".join(lines[at:])
    gap = ("" if not before or before.endswith(("\n", "\r")) else end) + ("" if marked.data is None else end)
    block = end.join(_written(item, indent).replace("\n", end) for item in new.values())
    longer = before + gap + block + (end if after else "") + after
    again = parse(longer.encode(), "")
    if any(each.rule in ("file-too-large", "yaml-too-deep") for each in again.problems):
        raise _UnfitError("import-too-large")
    if again.data is None or errors(again.problems):
        raise _UnfitError("import-form")
    was = [item for _, item in _items(marked.data) or ()] if marked.data is not None else []
    now = [_plain(item) for _, item in _items(again.data) or ()]
    if _others(marked.data) != _others(again.data) or now != [_plain(item) for item in (*was, *new.values())]:
        raise _UnfitError("import-form")
    return ("\ufeff" if raw.startswith(b"\xef\xbb\xbf") else "") + longer


def _others(data: object) -> object:
    return {key: each for key, each in data.items() if key != "references"} if isinstance(data, Mapping) else {}


def _spot(text: str, lines: list[str]) -> tuple[int, str]:
    """The line before which new items go, and their indentation. Raises _UnfitError for a list in brackets."""
    root = yaml.compose(text, Loader=yaml.CSafeLoader)
    held, after = root, len(lines)
    if isinstance(root, yaml.MappingNode):
        keys = [key.value for key, _ in root.value]
        if "references" not in keys:
            raise _UnfitError("import-form")
        number = keys.index("references")
        held = root.value[number][1]
        if number + 1 < len(keys):
            after = root.value[number + 1][0].start_mark.line
            while after and lines[after - 1].strip()[:1] in ("", "#"):
                after -= 1
    if isinstance(held, yaml.SequenceNode) and held.flow_style:
        raise _UnfitError("import-form")
    return after, " " * held.start_mark.column if isinstance(held, yaml.SequenceNode) else _INDENT


def _put(path: Path, data: bytes) -> None:
    """Put a file in place: the old one stays whole until the new one is on the disk. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.parent / f".mujaz-{secrets.token_hex(8)}.tmp"
    try:
        with temporary.open("xb") as file:
            with suppress(FileNotFoundError):
                os.fchmod(file.fileno(), stat.S_IMODE(path.stat().st_mode))
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
