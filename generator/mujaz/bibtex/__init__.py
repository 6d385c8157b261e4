"""The bytes of a BibTeX or BibLaTeX file → items of CSL-YAML + problems; opens no file, keeps keys as they are."""

from __future__ import annotations

import codecs
import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from bibtexparser.library import Library
from bibtexparser.model import Block, DuplicateFieldKeyBlock, Entry, ImplicitComment, ParsingFailedBlock, String
from bibtexparser.splitter import Splitter

from mujaz.bibtex.items import Item, item
from mujaz.bibtex.latex import MAX_BRACES, depth
from mujaz.bibtex.tables import INHERITED_AS, NOT_INHERITED
from mujaz.bibtex.values import value
from mujaz.problems import Problem, Severity, Where

__all__ = ["MAX_BYTES", "Read", "read"]

MAX_BYTES: Final = 8 << 20
_KEY: Final = re.compile(r"\w(?:[\w:.#$%&+?~/-]*\w)?")
_OVERRIDES: Final = "\u202a-\u202e\u2066-\u2069"
_CONTROLS: Final = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ue000-\uf8ff"
_UNSEEN: Final = re.compile(f"[{_OVERRIDES}{_CONTROLS}]")
_OVERRIDE: Final = re.compile(f"[{_OVERRIDES}]")
_STRAY: Final = re.compile(r"^[ \t]*@(?!comment\b|preamble\b)\w+", re.MULTILINE | re.IGNORECASE)
_GENERATIONS: Final = 5
"""How far an entry may be from one that it takes a field of."""


@dataclass(frozen=True, slots=True)
class Read:
    """What a file of references holds."""

    items: tuple[tuple[Item, Where], ...]
    """Each with the place of its entry."""
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Field:
    latex: str
    line: int


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry whose values are resolved."""

    key: str
    kind: str
    line: int
    fields: Mapping[str, _Field]


@dataclass
class _Desk:
    """What a reading of one file has gathered so far; lives only while `read` runs."""

    path: str
    problems: list[Problem] = field(default_factory=list)
    strings: dict[str, str] = field(default_factory=dict)
    entries: dict[str, _Entry] = field(default_factory=dict)

    def say(self, rule: str, line: int, **facts: str) -> None:
        """Note a problem on a line, which keeps something out."""
        self.problems.append(Problem(rule, Where(self.path, line), facts))

    def warn(self, rule: str, line: int, **facts: str) -> None:
        """Note a problem that keeps nothing out."""
        self.problems.append(Problem(rule, Where(self.path, line), facts, Severity.WARNING))


def read(raw: bytes, path: str) -> Read:
    """The items of a file; `path` names it in problems. Never raises for what a file can hold."""
    desk = _Desk(path)
    text = _decoded(raw, desk)
    if text is None:
        return Read((), tuple(desk.problems))
    for block in _split(text).blocks:
        _take(block, desk)
    items = [(made, Where(path, entry.line)) for entry in desk.entries.values() if (made := _item(entry, desk))]
    if not desk.entries and not desk.problems:
        desk.problems.append(Problem("bibtex-empty", Where(path)))
    return Read(tuple(items), tuple(desk.problems))


def _decoded(raw: bytes, desk: _Desk) -> str | None:
    if len(raw) > MAX_BYTES:
        desk.say("bibtex-too-large", 0, limit=str(MAX_BYTES >> 20))
        return None
    try:
        text = raw.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        sixteen = raw[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
        below = raw.count(b"\n", 0, error.start)
        guess = "UTF-16" if sixteen else "Windows-1256"
        desk.say("file-not-utf8", below + 1, found=f"0x{raw[error.start]:02X}", guess=guess)
        return None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    for number, line in enumerate(text.split("\n"), start=1):
        for found in dict.fromkeys(_UNSEEN.findall(line)):
            rule = "character-override" if _OVERRIDE.match(found) else "character-control"
            desk.warn(rule, number, found=f"U+{ord(found):04X}")
    return _UNSEEN.sub("", text)


def _split(text: str) -> Library:
    """The blocks of a file; what the parser would write to a log is told as problems, by the blocks that failed."""
    log = logging.getLogger("bibtexparser.splitter")
    before, log.disabled = log.disabled, True
    try:
        return Splitter(text).split()
    finally:
        log.disabled = before


def _take(block: Block, desk: _Desk) -> None:
    """Put a block where it belongs: abbreviations and entries to their kind, all that is broken to the problems."""
    line = (block.start_line or 0) + 1
    held: Block = block
    if isinstance(block, DuplicateFieldKeyBlock):
        for name in sorted(block.duplicate_keys):
            desk.warn("bibtex-field-twice", line, field=name)
    if isinstance(block, ParsingFailedBlock):
        held = block.ignore_error_block or block
    if isinstance(held, ParsingFailedBlock):
        desk.say("bibtex-broken", line, written=str(block.raw or "").strip().partition("\n")[0])
    elif isinstance(held, String):
        _string(held, line, desk)
    elif isinstance(held, Entry):
        _entry(held, line, desk)
    elif isinstance(held, ImplicitComment):
        for found in _STRAY.finditer(held.comment):
            below = held.comment.count("\n", 0, found.start())
            desk.say("bibtex-broken", line + below, written=held.comment[found.start() :].strip().partition("\n")[0])


def _string(string: String, line: int, desk: _Desk) -> None:
    found, name = value(str(string.value), desk.strings), string.key.lower()
    if found.rest:
        desk.say("bibtex-comma", line, field=string.key, found=found.rest)
    for macro in found.unknown:
        desk.warn("bibtex-macro", line, found=macro)
    if desk.strings.get(name, found.latex) != found.latex:
        desk.warn("bibtex-macro-twice", line, found=string.key)
    desk.strings[name] = found.latex


def _entry(entry: Entry, line: int, desk: _Desk) -> None:
    """Take an entry in, with its values resolved, if it can be cited and nothing of it is broken."""
    fields: dict[str, _Field] = {}
    for each in entry.fields:
        at, name = each.start_line + 1, each.key.lower()
        found = value(str(each.value), desk.strings)
        if found.rest or not re.fullmatch(r"[\w:.+-]+", name):
            desk.say("bibtex-comma", at, field=each.key, found=found.rest or each.key)
            return
        if depth(found.latex) > MAX_BRACES:
            desk.say("bibtex-broken", at, written=f"{each.key} = {found.latex}")
            return
        for macro in found.unknown:
            desk.warn("bibtex-macro", at, found=macro)
        if found.latex.strip() and name not in fields:
            fields[name] = _Field(found.latex, at)
    key = entry.key.strip()
    if not key:
        desk.say("bibtex-key-missing", line, found=entry.entry_type)
    elif not _KEY.fullmatch(key):
        near = re.sub(r"[^\w:.+/-]+", "-", key).strip("-.:+/")
        desk.say("bibtex-key", line, found=key, **({"closest": near} if near else {}))
    elif key in desk.entries:
        desk.say("bibtex-twice", line, found=key, at=str(desk.entries[key].line))
    else:
        desk.entries[key] = _Entry(key, entry.entry_type.lower(), line, fields)


def _item(entry: _Entry, desk: _Desk) -> Item | None:
    """The item of an entry, with what it takes from others; None where there can be none."""
    if entry.kind in ("xdata", "set"):
        return None
    whole = _completed(entry, desk)
    made, remarks = item(entry.key, entry.kind, {name: each.latex for name, each in whole.fields.items()})
    for remark in remarks:
        line = whole.fields[remark.field].line if remark.field in whole.fields else entry.line
        desk.warn(remark.rule, line, **{"key": entry.key, **remark.facts})
    if not made.get("title"):
        desk.say("bibtex-title-missing", entry.line, found=entry.key)
        return None
    return made


def _completed(entry: _Entry, desk: _Desk, generation: int = 0) -> _Entry:
    """An entry with the fields that it takes from those it refers to, as far as it has none of its own."""
    if generation > _GENERATIONS:
        return entry
    fields = dict(entry.fields)
    for name, key, line in _referred(entry):
        other = desk.entries.get(key)
        if other is None or other is entry:
            if not generation:
                desk.warn("bibtex-crossref", line, field=name, found=key)
            continue
        for theirs, each in _completed(other, desk, generation + 1).fields.items():
            if name == "xdata":
                fields.setdefault(theirs, each)
            elif theirs not in NOT_INHERITED:
                fields.setdefault(_inherited(theirs, entry.kind, other.kind), each)
    return replace(entry, fields=fields)


def _referred(entry: _Entry) -> Iterator[tuple[str, str, int]]:
    for name in ("xdata", "crossref"):
        if name in entry.fields:
            for key in entry.fields[name].latex.split(","):
                yield name, key.strip(), entry.fields[name].line


def _inherited(name: str, kind: str, of: str) -> str:
    """The field of a part that a field of the whole fills."""
    if of == "periodical" and name == "title":
        return "journaltitle"
    if kind.startswith(("in", "supp", "bookin")) or kind == "conference":
        return INHERITED_AS.get(name, name)
    return name
