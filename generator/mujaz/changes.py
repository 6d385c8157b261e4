"""A brief → what it tells, as plain text; and what changed since the edition before it, in its words; opens nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from types import MappingProxyType
from typing import Any

from markupsafe import Markup

from mujaz.arabic import Calendar, Policy, counted, date, digits, join
from mujaz.labels import labels_of
from mujaz.model.brief import Brief, Section
from mujaz.model.content import Library
from mujaz.model.edition import SOURCES, Change, ChangeKind, Chapter, Line, Name, Piece, Shown, Since, Told
from mujaz.problems import Problem, Where
from mujaz.prose import bare
from mujaz.templates import TemplateMistakeError, Templates

_SILENT = frozenset({"side", "chart", "answers"})
"""Fields that are no words of their own: what a recommendation answers is told where that stands."""
_TITLE = "_title"
"""The chapter of title and subtitle."""
_ORDER: tuple[ChangeKind, ...] = ("figure", "added", "reworded", "moved", "removed")
"""Numbers first: they are what a reader of the last edition has in mind."""
_LINES = 7
"""So many lines at most: a brief tells of its changes in passing."""
_NAMES = 3
"""So many names on one line at most."""
_WORDS = 14
"""Words of a name that are told."""


class Clerk:
    """Knows the words of a workspace. Raises TemplateMistakeError where the labels of the house lack one."""

    def __init__(self, library: Library, templates: Templates) -> None:
        self._library = library
        self._labels = cache(lambda language: labels_of(templates, language))

    def told(self, brief: Brief) -> Told:
        """What a brief tells."""
        try:
            return told(brief, self._labels(brief.language))
        except (KeyError, TypeError) as error:
            raise _lacking(brief, error) from error

    def shown(self, brief: Brief, since: Since) -> Shown:
        """The changes as the brief tells them. Raises HijriRangeError."""
        labels, house = self._labels(brief.language), self._library.workspace
        calendar = self._library.audiences[brief.audience].calendar or house.calendar
        try:
            voice = _Voice(brief.language, brief.digits, labels["changes"], house.country, calendar)
            lines, more = _lines(since.changes, voice)
            return Shown(_title(since, voice), lines, more, labels["separator"], voice.words["none"])
        except (KeyError, TypeError) as error:
            raise _lacking(brief, error) from error


def _lacking(brief: Brief, error: Exception) -> TemplateMistakeError:
    where = Where(f"templates/labels/{brief.language}.yaml")
    return TemplateMistakeError(Problem("template-wrong", where, {"found": f"labels: {error}"}))


# ------------------------------------------------------------------------------------------------ what is told


def told(brief: Brief, labels: Mapping[str, Any]) -> Told:
    """What a brief tells, as plain text, by names that stay. Raises KeyError or TypeError where a label is missing."""
    seen: dict[str, int] = {}
    chapters = [_head(brief, labels)]
    for number, section in enumerate(brief.sections, start=1):
        name = section.anchor.removeprefix(f"section_{number}_")
        seen[name] = seen.get(name, 0) + 1
        chapters.append(_chapter(section, name if seen[name] == 1 else f"{name}~{seen[name]}", labels))
    if brief.sources:
        rows = tuple(_source(each) for each in brief.sources)
        word = labels["changes"]["sources"]
        chapters.append(Chapter(SOURCES, word, word, "", (_own({}), *rows)))
    return Told(brief.digest, tuple(chapters))


def _head(brief: Brief, labels: Mapping[str, Any]) -> Chapter:
    texts = {"title": bare(brief.title), **({"subtitle": bare(brief.subtitle)} if brief.subtitle else {})}
    word = labels["changes"]["name"]
    return Chapter(_TITLE, word, word, "", (_own(texts),))


def _own(texts: Mapping[str, str]) -> Piece:
    return Piece(None, None, MappingProxyType(dict(texts)))


def _chapter(section: Section, key: str, labels: Mapping[str, Any]) -> Chapter:
    side = section.fields.get("side")
    label = labels["sides"][side] if side else labels["kinds"][section.kind]
    heading = bare(section.mention) if section.mention else label
    texts = {"title": bare(section.title)} if section.title else {}
    rows: list[Piece] = []
    for name, value in section.fields.items():
        if isinstance(value, tuple) and value and isinstance(value[0], tuple):
            rows = [_row(each) for each in value]
        elif name not in _SILENT:
            texts[name] = _text(value)
    if section.plot and rows:  # the first line of a chart's data has the names of its columns
        texts |= {f"column {at}": each for at, each in rows.pop(0).texts.items()}
    if "columns" in texts:
        del texts["columns"]
        texts |= {f"column {at}": bare(each) for at, each in enumerate(section.fields["columns"], start=1)}  # type: ignore[arg-type] # heads
    points = (
        Piece(
            item.anchor,
            None,
            MappingProxyType({name: _text(value) for name, value in item.fields.items() if name not in _SILENT}),
        )
        for item in section.points
    )
    return Chapter(key, label, heading, section.depth, (_own(texts), *points, *rows))


def _row(cells: Sequence[Markup]) -> Piece:
    texts = {str(at): bare(cell) for at, cell in enumerate(cells, start=1)}
    return Piece(None, texts.get("1", ""), MappingProxyType(texts))


def _source(item: Mapping[str, Any]) -> Piece:
    said = json.dumps(item, ensure_ascii=False, sort_keys=True)
    return Piece(None, str(item.get("id", "")), MappingProxyType({"title": str(item.get("title", "")), "item": said}))


def _text(value: object) -> str:
    if isinstance(value, Markup):
        return bare(value)
    if isinstance(value, tuple):
        return "\n".join(map(_text, value))
    return str(value)


# ------------------------------------------------------------------------------------------------ in words


@dataclass(frozen=True, slots=True)
class _Voice:
    """How a brief speaks."""

    language: str
    digits: Policy
    words: Mapping[str, Any]
    """The labels of `changes`."""
    country: str
    calendar: Calendar

    def counted(self, count: int, forms: str) -> str:
        """So many things, by the forms of a label."""
        return counted(count, self.words[forms], lang=self.language, policy=self.digits)


def _lines(changes: Sequence[Change], voice: _Voice) -> tuple[tuple[Line, ...], str]:
    """The changes in few words, those of one kind in one section on one line; and how many more there are.

    Raises KeyError or TypeError where the labels lack a word.
    """
    rank = {kind: at for at, kind in enumerate(_ORDER)}
    sections = {each.section: None for each in changes}
    place = {section: at for at, section in enumerate(sections)}
    ordered = sorted(changes, key=lambda each: (rank[each.kind], place[each.section]))
    grouped = [
        (kind, section, list(held))
        for (kind, section), held in groupby(ordered, lambda each: (each.kind, each.section))
    ]
    left = sum(len(held) for _, _, held in grouped[_LINES:])
    return tuple(_line(*each, voice) for each in grouped[:_LINES]), voice.counted(left, "more") if left else ""


def _line(kind: ChangeKind, section: str, held: Sequence[Change], voice: _Voice) -> Line:
    word = voice.words[kind]
    if kind == "removed":
        return Line(kind, word, section, (), voice.counted(len(held), "pieces"))
    named: dict[tuple[str, str], list[str]] = {}
    for each in held:
        said = voice.words["from-to"].format(before=each.before, after=each.after) if kind == "figure" else ""
        named.setdefault((_short(each.about), each.point or ""), []).extend(filter(None, (said,)))
    names = [Name(text, point, join(said, voice.language)) for (text, point), said in named.items()]
    rest = len(names) - _NAMES
    return Line(kind, word, section, tuple(names[:_NAMES]), voice.counted(rest, "others") if rest > 0 else "")


def _short(text: str) -> str:
    words = text.split()
    return text if len(words) <= _WORDS else " ".join(words[:_WORDS]) + "…"


def _title(since: Since, voice: _Voice) -> str:
    """What stands above the changes. Raises HijriRangeError, KeyError or TypeError."""
    day = date(since.day, lang=voice.language, country=voice.country, calendar=voice.calendar, policy=voice.digits)
    said: str = voice.words["title"].format(n=digits(str(since.number), voice.digits), date=day)
    return said
