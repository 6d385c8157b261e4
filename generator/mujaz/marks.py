"""YAML text → plain data and the place of each value, or problems; all scalars stay text, nothing is executed."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from mujaz.problems import Problem, Severity, Where
from mujaz.spans import Span

MAX_BYTES = 1 << 20
MAX_DEPTH = 32
MAX_NODES = 50_000
MAX_SCALAR = 200_000

Place = tuple[int, int]
Path = tuple[str | int, ...]

_OVERRIDES = "\u202a-\u202e\u2066-\u2069"
_CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff"
_UNSEEN = re.compile(f"[{_OVERRIDES}{_CONTROLS}]")
_OVERRIDE = re.compile(f"[{_OVERRIDES}]")
_STAND_IN = "\ufdd0"
"""Put in place of each unseen character before YAML is read: some of them end a line or the file for libyaml."""
_CUT = re.compile(r"\s+(#[^\s#]+)")
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))")
_ESCAPED = dict(zip("0abevfNLP", "\0\a\b\x1b\v\f\x85\u2028\u2029", strict=True))


@dataclass(frozen=True, slots=True)
class Marked:
    """The data of a file, and where each value of it stands."""

    data: Any
    """Dictionaries, lists and text; None when the file could not be read."""
    places: dict[Path, Place]
    """Path of a value → line and column, from 1."""
    lines: tuple[str, ...]
    problems: tuple[Problem, ...]
    spans: dict[Path, Span] = field(default_factory=dict)
    """Path of a text → its extent in the file."""


class _RefusedError(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.rule)
        self.problem = problem


def parse(raw: bytes, path: str) -> Marked:
    """Read one file; `path` names it in problems. Never raises for what an author can write."""
    try:
        text = _decoded(raw, path)
    except _RefusedError as refused:
        return Marked(None, {}, (), (refused.problem,))
    lines = tuple(text.split("\n"))
    unseen = tuple(_unseen(lines, path))
    text = _UNSEEN.sub(_STAND_IN, text)
    brackets: list[Place] = []
    try:
        _scan(text, path, brackets)
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except _RefusedError as refused:
        return Marked(None, {}, lines, (refused.problem, *unseen))
    except yaml.YAMLError as error:
        return Marked(None, {}, lines, (_syntax(error, lines, path, brackets=brackets), *unseen))
    walk = _Walk(path, lines)
    data = walk.value(node, ()) if node else ""
    if data == "":
        return Marked(None, {}, lines, (*unseen, *walk.problems) or (Problem("file-empty", Where(path, 1, 1)),))
    return Marked(data, walk.places, lines, (*walk.problems, *unseen), walk.spans)


def _decoded(raw: bytes, path: str) -> str:
    if len(raw) > MAX_BYTES:
        facts = {"found": str(len(raw)), "limit": str(MAX_BYTES)}
        raise _RefusedError(Problem("file-too-large", Where(path), facts))
    raw = raw.removeprefix(codecs.BOM_UTF8)
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise _not_utf8(raw, error.start, path) from None
    if raw.count(0) * 8 > len(raw):
        # UTF-16 without its mark is also valid UTF-8, with a NUL in every space and line end.
        raise _not_utf8(raw, raw.index(0), path)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _not_utf8(raw: bytes, start: int, path: str) -> _RefusedError:
    before = raw[:start].decode(errors="replace")
    where = Where(path, before.count("\n") + 1, len(before) - before.rfind("\n"))
    sixteen = raw[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) or not raw[start]
    facts = {"found": f"0x{raw[start]:02X}", "guess": "UTF-16" if sixteen else "Windows-1256"}
    return _RefusedError(Problem("file-not-utf8", where, facts))


def _scan(text: str, path: str, brackets: list[Place]) -> None:
    """Refuse, before anything is built, what could crash or surprise: YAML bombs, tags, aliases, depth.

    `brackets` holds, when an error ends the scan, the places of those that are open.
    """
    depth = nodes = documents = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        line, column = _place(event.start_mark)
        where = Where(path, line + 1, column + 1)
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise _RefusedError(Problem("yaml-documents", where))
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if anchor:
            mark = "*" if isinstance(event, yaml.AliasEvent) else "&"
            raise _RefusedError(Problem("yaml-alias", where, {"found": f"{mark}{anchor}"}))
        if tag:
            raise _RefusedError(Problem("yaml-tag", where, {"found": _tag(tag)}))
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            brackets.append((line, column) if event.flow_style else (-1, -1))
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
            brackets.pop()
        nodes += isinstance(event, yaml.NodeEvent)
        if depth > MAX_DEPTH or nodes > MAX_NODES:
            facts = {"depth": str(MAX_DEPTH), "nodes": str(MAX_NODES)}
            raise _RefusedError(Problem("yaml-too-deep", where, facts))
        if isinstance(event, yaml.ScalarEvent) and len(event.value) > MAX_SCALAR:
            raise _RefusedError(Problem("text-too-long", where, {"limit": str(MAX_SCALAR)}))


def _tag(tag: str) -> str:
    """A tag as it was written; libyaml spells `!!` out."""
    return tag.replace("tag:yaml.org,2002:", "!!", 1)


def _syntax(error: yaml.YAMLError, lines: tuple[str, ...], path: str, *, brackets: list[Place]) -> Problem:
    """What libyaml stumbled over, as the mistake that authors make there."""
    said, context = str(getattr(error, "problem", None) or ""), str(getattr(error, "context", None) or "")
    at = _place(getattr(error, "problem_mark", None), len(lines) - 1)
    opened = _place(getattr(error, "context_mark", None), len(lines) - 1) if context else at
    held = brackets[-1] if brackets and brackets[-1][0] >= 0 else None
    if "mapping values" in said:
        rule, (line, column) = _colon(at, lines)
    elif "expected ':'" in said:
        rule, (line, column) = "yaml-key", _glued(opened[0], lines) or opened
    elif "quoted scalar" in context:
        unclosed = "unexpected" in said
        rule, (line, column) = ("yaml-quote", opened) if unclosed else ("yaml-escape", at)
    elif held and ("expected ','" in said or "node content" in said):
        rule, (line, column) = "yaml-bracket", held
    elif "tag handle" in said:
        rule, (line, column) = "yaml-tag", at
    elif any(words in said for words in _UNSTARTED):
        rule, (line, column) = "yaml-start", opened if "while scanning a" in context else at
    elif "expected key" in said or "'-' indicator" in said or "document start" in said:
        rule, (line, column) = _beside(at, lines)
    else:
        rule, (line, column) = "yaml-syntax", at
    written = lines[line]
    indent = written[: len(written) - len(written.lstrip())]
    if "\t" in indent or written[column : column + 1] == "\t":
        rule, column = "yaml-tab", written.index("\t")
    found = written[column:].split(maxsplit=1)[0] if rule == "yaml-tag" else written[column : column + 1]
    facts = {"found": found, "written": written.strip()}
    return Problem(rule, Where(path, line + 1, column + 1), facts)


_UNSTARTED = (
    "cannot start any token",
    "alphabetic or numeric",
    "entries are not allowed",
    "keys are not allowed",
    "comment or line break",
    "whitespace or line break",
    "directive",
)
"""What libyaml says where a text begins with a character that means something to YAML."""
_KEY = re.compile(r"\s*(?:- +)?[\w-]+", re.ASCII)
_GLUED = re.compile(r"(\s*(?:- +)?[\w-]+:)[^\s/]", re.ASCII)


def _place(mark: Any, last: int = MAX_BYTES) -> Place:
    """From 0, and not behind the last line, where libyaml stands at the end of a file."""
    return (min(mark.line, last), mark.column) if mark else (0, 0)


def _glued(line: int, lines: tuple[str, ...]) -> Place | None:
    """The place behind a colon that no space follows."""
    found = _GLUED.match(lines[line])
    return (line, found.end(1)) if found else None


def _colon(at: Place, lines: tuple[str, ...]) -> tuple[str, Place]:
    """One value too many: a colon inside a text, a line too far in, or a line above that lacks its colon."""
    line, column = at
    above = next((n for n in range(line - 1, -1, -1) if lines[n].strip()), None)
    if not _KEY.fullmatch(lines[line][:column]) or above is None:
        return "yaml-colon", at
    glued = _glued(above, lines)
    if glued:
        return "yaml-key", glued
    start = len(lines[line]) - len(lines[line].lstrip())
    before = len(lines[above]) - len(lines[above].lstrip())
    return ("yaml-key", (above, before)) if start == before else ("yaml-indent", (line, start))


def _beside(at: Place, lines: tuple[str, ...]) -> tuple[str, Place]:
    """Something stands beside what is complete: behind a closing mark, or in a column of its own."""
    line, column = at
    if lines[line][:column].rstrip().endswith(("'", '"', "]", "}")):
        return "yaml-after", at
    return ("yaml-syntax" if lines[line][column : column + 1] in "]},:" else "yaml-indent"), at


class _Walk:
    """One pass over the nodes: values, places, and the mistakes that YAML itself would swallow."""

    def __init__(self, path: str, lines: tuple[str, ...]) -> None:
        self.path = path
        self.lines = lines
        self.places: dict[Path, Place] = {}
        self.spans: dict[Path, Span] = {}
        self.problems: list[Problem] = []

    def value(self, node: yaml.Node, path: Path) -> Any:
        """The plain value of a node; notes the place of everything below it."""
        self.places[path] = (node.start_mark.line + 1, node.start_mark.column + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(child, (*path, number)) for number, child in enumerate(node.value)]
        start, end = node.start_mark, node.end_mark
        self.spans[path] = Span(start.line, start.column, end.line, end.column, getattr(node, "style", None) or "")
        return self._text(node)

    def _text(self, node: yaml.Node) -> str:
        """A scalar without its unseen characters; raw ones are found in the lines, here those behind an escape."""
        text = str(node.value).replace(_STAND_IN, "")
        if not getattr(node, "style", None):
            self.problems.extend(self._cut(node))
        if getattr(node, "style", None) == '"' and _UNSEEN.search(text):
            self.problems.extend(self._escapes(node))
        return _UNSEEN.sub("", text)

    def _cut(self, node: yaml.Node) -> Iterator[Problem]:
        """An unquoted text that a «#5» or «#word» ends: YAML takes the rest of the line for a comment."""
        line = self.lines[node.end_mark.line] if node.end_mark.line < len(self.lines) else ""
        found = _CUT.match(line, node.end_mark.column)
        if found and node.value:
            where = Where(self.path, node.end_mark.line + 1, found.start(1) + 1)
            yield Problem("text-cut", where, {"found": found[1]}, Severity.WARNING)

    def _escapes(self, node: yaml.Node) -> Iterator[Problem]:
        start, end = node.start_mark, node.end_mark
        for number in range(start.line, min(end.line + 1, len(self.lines))):
            first = start.column if number == start.line else 0
            last = end.column if number == end.line else len(self.lines[number])
            for found in _ESCAPE.finditer(self.lines[number], first, last):
                code = found[1] or found[2] or found[3]
                character = chr(int(code, 16)) if code else _ESCAPED.get(found[4], "")
                if character and _UNSEEN.match(character):
                    yield _unwanted(character, Where(self.path, number + 1, found.start() + 1))

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line, column = key_node.start_mark.line + 1, key_node.start_mark.column + 1
            where = Where(self.path, line, column)
            if not isinstance(key_node, yaml.ScalarNode):
                self.problems.append(Problem("key-not-text", where))
                continue
            key = self._text(key_node)
            if key in result:
                first = self.places[(*path, key)][0]
                self.problems.append(Problem("key-duplicate", where, {"found": key, "line": str(first)}))
                continue
            result[key] = self.value(value_node, (*path, key))
            self.places[(*path, key)] = (line, column)
        return result


def _unseen(lines: tuple[str, ...], path: str) -> Iterator[Problem]:
    """Characters that nobody sees, and of them those that make a line read as another one than it is."""
    for number, line in enumerate(lines, start=1):
        for found in _UNSEEN.finditer(line):
            yield _unwanted(found[0], Where(path, number, found.start() + 1))


def _unwanted(character: str, where: Where) -> Problem:
    rule = "character-override" if _OVERRIDE.match(character) else "character-control"
    return Problem(rule, where, {"found": f"U+{ord(character):04X}"})
