"""YAML text → plain data and the place of each value, or problems; all scalars stay text, nothing is executed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from mujaz.problems import Problem, Where

MAX_BYTES = 1 << 20
MAX_DEPTH = 32
MAX_NODES = 50_000
MAX_SCALAR = 200_000

Place = tuple[int, int]
Path = tuple[str | int, ...]

_OVERRIDES = re.compile("[\u202a-\u202e\u2066-\u2069]")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Marked:
    """The data of a file, and where each value of it stands."""

    data: Any
    """Dictionaries, lists and text; None when the file could not be read."""
    places: dict[Path, Place]
    """Path of a value → line and column, from 1."""
    lines: tuple[str, ...]
    problems: tuple[Problem, ...]


class _Refused(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.rule)
        self.problem = problem


def parse(raw: bytes, path: str) -> Marked:
    """Read one file; `path` names it in problems. Never raises for what an author can write."""
    try:
        text = _decoded(raw, path)
    except _Refused as refused:
        return Marked(None, {}, (), (refused.problem,))
    lines = tuple(text.split("\n"))
    try:
        _scan(text, path)
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except _Refused as refused:
        return Marked(None, {}, lines, (refused.problem,))
    except yaml.MarkedYAMLError as error:
        return Marked(None, {}, lines, (_syntax(error, lines, path),))
    except yaml.YAMLError as error:
        return Marked(None, {}, lines, (_unreadable(error, text, path),))
    if node is None:
        return Marked(None, {}, lines, (Problem("file-empty", Where(path)),))
    walk = _Walk(path, lines)
    data = walk.value(node, ())
    return Marked(data, walk.places, lines, (*walk.problems, *_characters(lines, path)))


def _decoded(raw: bytes, path: str) -> str:
    if len(raw) > MAX_BYTES:
        facts = {"found": str(len(raw)), "allowed": str(MAX_BYTES)}
        raise _Refused(Problem("file-too-large", Where(path), facts))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8-sig", "replace")
        where = Where(path, before.count("\n") + 1, len(before) - before.rfind("\n"))
        facts = {"found": f"0x{raw[error.start]:02x}", "guess": _encoding(raw)}
        raise _Refused(Problem("file-not-utf8", where, facts)) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _encoding(raw: bytes) -> str:
    """What else the bytes may be: a guess for the hint only."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "UTF-16"
    return "Windows-1256"


def _scan(text: str, path: str) -> None:
    """Refuse, before anything is built, what could crash or surprise: YAML bombs, tags, aliases, depth."""
    depth = nodes = documents = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        where = Where(path, event.start_mark.line + 1, event.start_mark.column + 1)
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise _Refused(Problem("yaml-documents", where))
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            mark = "*" if isinstance(event, yaml.AliasEvent) else "&"
            raise _Refused(Problem("yaml-alias", where, {"found": f"{mark}{event.anchor}"}))
        if getattr(event, "tag", None):
            raise _Refused(Problem("yaml-tag", where, {"found": str(event.tag)}))
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        nodes += isinstance(event, yaml.NodeEvent)
        if depth > MAX_DEPTH or nodes > MAX_NODES:
            facts = {"depth": str(MAX_DEPTH), "nodes": str(MAX_NODES)}
            raise _Refused(Problem("yaml-too-deep", where, facts))
        if isinstance(event, yaml.ScalarEvent) and len(event.value) > MAX_SCALAR:
            raise _Refused(Problem("text-too-long", where, {"allowed": str(MAX_SCALAR)}))


def _syntax(error: yaml.MarkedYAMLError, lines: tuple[str, ...], path: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    line = min(line, max(len(lines) - 1, 0))
    written = lines[line] if lines else ""
    found = (error.problem or "").strip()
    if "mapping values are not allowed" in found:
        rule = "yaml-colon"
    elif "\\t" in found or "\t" in written[: len(written) - len(written.lstrip())]:
        rule = "yaml-tab"
    else:
        rule = "yaml-syntax"
    return Problem(rule, Where(path, line + 1, column + 1), {"found": found, "written": written.strip()[:80]})


def _unreadable(error: yaml.YAMLError, text: str, path: str) -> Problem:
    """A character that YAML does not allow, at the place that the reader counts in characters."""
    position = int(getattr(error, "position", 0) or 0)
    found = next(iter(_CONTROLS.finditer(text)), None)
    start = found.start() if found else min(position, len(text))
    before = text[:start]
    where = Where(path, before.count("\n") + 1, len(before) - before.rfind("\n"))
    code = f"U+{ord(text[start]):04X}" if start < len(text) else "?"
    return Problem("character-control", where, {"found": code})


class _Walk:
    """One pass over the nodes: values, places, and the mistakes that YAML itself would swallow."""

    def __init__(self, path: str, lines: tuple[str, ...]) -> None:
        self.path = path
        self.lines = lines
        self.places: dict[Path, Place] = {}
        self.problems: list[Problem] = []

    def value(self, node: yaml.Node, path: Path) -> Any:
        """The plain value of a node; notes the place of everything below it."""
        self.places[path] = (node.start_mark.line + 1, node.start_mark.column + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(child, (*path, number)) for number, child in enumerate(node.value)]
        text = str(node.value)
        bad = _CONTROLS.search(text) or _OVERRIDES.search(text)
        if bad and "\\" in self._written(node):
            # Raw ones are found in the lines; here are those that hide behind an escape.
            rule = "character-override" if _OVERRIDES.match(bad[0]) else "character-control"
            self.problems.append(Problem(rule, Where(self.path, *self.places[path]), {"found": _code(bad[0])}))
        return _CONTROLS.sub("", _OVERRIDES.sub("", text))

    def _written(self, node: yaml.Node) -> str:
        return "\n".join(self.lines[node.start_mark.line : node.end_mark.line + 1])

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line, column = key_node.start_mark.line + 1, key_node.start_mark.column + 1
            where = Where(self.path, line, column)
            if not isinstance(key_node, yaml.ScalarNode):
                self.problems.append(Problem("key-not-text", where))
                continue
            key = str(key_node.value)
            if key in result:
                first = self.places[(*path, key)][0]
                self.problems.append(Problem("key-duplicate", where, {"found": key, "line": str(first)}))
                continue
            result[key] = self.value(value_node, (*path, key))
            self.places[(*path, key)] = (line, column)
        return result


def _characters(lines: tuple[str, ...], path: str) -> Iterator[Problem]:
    """Raw bidi controls: they make a line read as another one than it is."""
    for number, line in enumerate(lines, start=1):
        for found in _OVERRIDES.finditer(line):
            where = Where(path, number, found.start() + 1)
            yield Problem("character-override", where, {"found": _code(found[0])})


def _code(character: str) -> str:
    return f"U+{ord(character):04X}"
