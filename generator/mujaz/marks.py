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
    unseen: tuple[Problem, ...] = ()
    if _UNSEEN.search(text):
        unseen = tuple(_unseen(lines, path))
        text = _UNSEEN.sub(_STAND_IN, text)
    walk = _Walk(path, lines)
    try:
        data = walk.data(text)
    except _RefusedError as refused:
        return Marked(None, {}, lines, (refused.problem, *unseen))
    except yaml.YAMLError as error:
        return Marked(None, {}, lines, (_syntax(error, lines, path, brackets=walk.brackets), *unseen))
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
    """One pass over libyaml's events: values, places, and the mistakes that YAML itself would swallow.

    Nothing is built of what could crash or surprise (anchors, tags, depth, YAML bombs): it is refused where it begins.
    """

    def __init__(self, path: str, lines: tuple[str, ...]) -> None:
        self.path = path
        self.lines = lines
        self.places: dict[Path, Place] = {}
        self.spans: dict[Path, Span] = {}
        self.problems: list[Problem] = []
        self.brackets: list[Place] = []
        """The places of the brackets that are open, for a syntax error among them."""
        self.held: Any = []
        """The list or mapping that is being made; at first a list for the whole file alone."""
        self.at: Path | None = None
        """The path of it; None for that of the whole file."""
        self.key: str | None = None
        """Of a mapping: the key that waits for its value."""
        self.key_at: Place | None = None
        """Where that key stands; None where its value is thrown away."""
        self.outer: list[tuple[Any, Path | None, str | None, Place | None]] = []
        """The lists and mappings around it, each with what waits there."""

    def data(self, text: str) -> Any:
        """The plain value of a file; empty text for an empty one. Raises _RefusedError and yaml.YAMLError."""
        nodes = documents = 0
        whole = self.held
        loader = yaml.CSafeLoader(text)
        event: Any
        try:
            for event in iter(loader.get_event, None):
                kind = type(event)
                if kind is yaml.ScalarEvent:
                    nodes += 1
                    if event.anchor or event.tag or nodes > MAX_NODES or len(event.value) > MAX_SCALAR:
                        self._refuse(event, nodes)
                    self._scalar(event)
                elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                    nodes += 1
                    self.brackets.append(_place(event.start_mark) if event.flow_style else (-1, -1))
                    self._refuse(event, nodes)
                    self._open({} if kind is yaml.MappingStartEvent else [], event)
                elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                    self.brackets.pop()
                    self.held, self.at, self.key, self.key_at = self.outer.pop()
                elif kind is yaml.AliasEvent:
                    self._refuse(event, nodes)
                elif kind is yaml.DocumentStartEvent:
                    documents += 1
                    if documents > 1:
                        raise _RefusedError(Problem("yaml-documents", self._where(event)))
        finally:
            loader.dispose()
        return whole[0] if whole else ""

    def _where(self, event: Any) -> Where:
        line, column = _place(event.start_mark)
        return Where(self.path, line + 1, column + 1)

    def _refuse(self, event: Any, nodes: int) -> None:
        if event.anchor:
            mark = "*" if isinstance(event, yaml.AliasEvent) else "&"
            raise _RefusedError(Problem("yaml-alias", self._where(event), {"found": f"{mark}{event.anchor}"}))
        if event.tag:
            raise _RefusedError(Problem("yaml-tag", self._where(event), {"found": _tag(event.tag)}))
        if len(self.brackets) > MAX_DEPTH or nodes > MAX_NODES:
            facts = {"depth": str(MAX_DEPTH), "nodes": str(MAX_NODES)}
            raise _RefusedError(Problem("yaml-too-deep", self._where(event), facts))
        if isinstance(event, yaml.ScalarEvent) and len(event.value) > MAX_SCALAR:
            raise _RefusedError(Problem("text-too-long", self._where(event), {"limit": str(MAX_SCALAR)}))

    def _scalar(self, event: Any) -> None:
        text, start, end, style = event.value, event.start_mark, event.end_mark, event.style
        if _STAND_IN in text:
            text = text.replace(_STAND_IN, "")
        line, column = start.line, start.column
        if not style:
            if end.line < len(self.lines) and "#" in self.lines[end.line]:
                self._cut(event)
        elif style == '"' and _UNSEEN.search(text):
            self.problems.extend(self._escapes(event))
            text = _UNSEEN.sub("", text)
        if self.key is None and type(self.held) is dict:
            self._named(text, (line + 1, column + 1))
            return
        path = self._put(text, (line + 1, column + 1))
        self.spans[path] = tuple.__new__(Span, (line, column, end.line, end.column, style or ""))

    def _named(self, key: str, at: Place) -> None:
        self.key, self.key_at = key, at
        if key in self.held:
            first = self.places[(*(self.at or ()), key)][0]
            where = Where(self.path, *at)
            self.problems.append(Problem("key-duplicate", where, {"found": key, "line": str(first)}))
            self.key_at = None

    def _open(self, value: Any, event: Any) -> None:
        if self.key is None and type(self.held) is dict:
            self.problems.append(Problem("key-not-text", self._where(event)))
            self.outer.append((self.held, self.at, "", None))
            path: Path = (*(self.at or ()), "")
        else:
            start = event.start_mark
            path = self._put(value, (start.line + 1, start.column + 1))
            self.outer.append((self.held, self.at, None, None))
        self.held, self.at, self.key, self.key_at = value, path, None, None

    def _put(self, value: Any, at: Place) -> Path:
        """A value into the list or mapping that it belongs to, and its place; returns its path."""
        held, key = self.held, self.key
        if key is None:
            path: Path = () if self.at is None else (*self.at, len(held))
            held.append(value)
            self.places[path] = at
            return path
        path = (*(self.at or ()), key)
        if self.key_at is not None:
            held[key] = value
            self.places[path] = self.key_at
        self.key = self.key_at = None
        return path

    def _cut(self, node: Any) -> None:
        """An unquoted text that a «#5» or «#word» ends: YAML takes the rest of the line for a comment."""
        end = node.end_mark
        line = self.lines[end.line]
        found = _CUT.match(line, end.column)
        if found and node.value:
            where = Where(self.path, end.line + 1, found.start(1) + 1)
            self.problems.append(Problem("text-cut", where, {"found": found[1]}, Severity.WARNING))

    def _escapes(self, node: Any) -> Iterator[Problem]:
        start, end = node.start_mark, node.end_mark
        for number in range(start.line, min(end.line + 1, len(self.lines))):
            first = start.column if number == start.line else 0
            last = end.column if number == end.line else len(self.lines[number])
            for found in _ESCAPE.finditer(self.lines[number], first, last):
                code = found[1] or found[2] or found[3]
                character = chr(int(code, 16)) if code else _ESCAPED.get(found[4], "")
                if character and _UNSEEN.match(character):
                    yield _unwanted(character, Where(self.path, number + 1, found.start() + 1))


def _unseen(lines: tuple[str, ...], path: str) -> Iterator[Problem]:
    """Characters that nobody sees, and of them those that make a line read as another one than it is."""
    for number, line in enumerate(lines, start=1):
        for found in _UNSEEN.finditer(line):
            yield _unwanted(found[0], Where(path, number, found.start() + 1))


def _unwanted(character: str, where: Where) -> Problem:
    rule = "character-override" if _OVERRIDE.match(character) else "character-control"
    return Problem(rule, where, {"found": f"U+{ord(character):04X}"})
