"""(`Selection`, `Workspace`, styles) → `Brief`; the only maker of a Brief, opens nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from markupsafe import Markup

from mujaz import arabic, prose
from mujaz.model.blocks import Block, Evaluation, Figure, Grid, Row, Timeline
from mujaz.model.brief import Brief, Item, Link, Part, Plot, Section, Selection, Value
from mujaz.model.content import Workspace
from mujaz.model.document import Medium, Target
from mujaz.model.points import Point, Recommendation
from mujaz.model.text import Depth, Noun, Shape, Since, Wording, shape_of
from mujaz.notes import Address, called, cited, exchanged, listed, voice_for

_INNER = re.compile(r'<a href="#(?P<id>[^"]*)"[^>]*>(?P<text>.*?)</a>', re.DOTALL)
_LINK = re.compile(r"</?a\b[^>]*>")
_FIRST = frozenset({"title", "term", "instrument", "when", "actor", "role"})
"""Fields that a reader meets before the others of their block or point, though they are declared after."""
_LAST = ("detail", "owner")
"""Fields that a reader meets after all others, in this order."""


@dataclass(frozen=True, slots=True)
class _Desk:
    """What setting one selection needs at every step."""

    selection: Selection
    voice: prose.Voice
    passages: Mapping[Address, prose.Passage]
    """In the order of the text."""
    calls: Mapping[Address, tuple[Markup, ...]]
    """What stands where each passage's brackets stood."""
    anchors: frozenset[str]
    """The ids that this reader's brief has."""

    def text(self, address: Address) -> Markup:
        """A finished text."""
        return self._linked(prose.write(self.passages[address], self.calls[address]))

    def _linked(self, text: Markup) -> Markup:
        """A text whose links lead somewhere: one to a point that this reader is not told is a plain word."""
        return Markup(_INNER.sub(lambda link: link[0] if link["id"] in self.anchors else link["text"], text))  # noqa: S704 # as safe as it was

    def mention(self, address: Address) -> Markup:
        """A finished text told once more: its notes stay where it was told first."""
        passage = self.passages[address]
        told = prose.write(passage, [Markup("")] * len(passage.brackets))
        return Markup(_LINK.sub("", told))  # noqa: S704 # as safe as it was, without its links


def assemble(selection: Selection, workspace: Workspace, *, styles: Mapping[str, str]) -> Brief:
    """The brief that a selection makes.

    `styles` maps the names of CSL styles to their XML. Raises `KeyError` for a citation of an unknown
    key, which `check` has reported before.
    """
    entry, reader = selection.entry, selection.reader
    voice = voice_of(selection, workspace)
    passages = dict(_passages(selection, voice))
    citations = cited(selection, passages, styles)
    calls, notes = called(passages, citations, reader.notes, voice)
    anchors = frozenset(point.id for part in selection.parts for point in part.points)
    anchors |= frozenset(part.block.id for part in selection.parts if part.block.id)
    desk = _Desk(selection, voice, MappingProxyType(passages), MappingProxyType(calls), anchors)
    title = desk.text(_TITLE)
    return Brief(
        slug=entry.slug,
        audience=selection.audience,
        language=entry.language,
        direction=voice.direction,
        digits=voice.digits,
        organisation=workspace.organisation.spoken(entry.language),
        label=reader.label.spoken(entry.language),
        name=desk.mention(_TITLE).striptags(),
        title=title,
        subtitle=desk.text(_SUBTITLE) if _SUBTITLE in passages else None,
        date=_date(selection, workspace, voice),
        day=entry.topic.date.isoformat(),
        keywords=entry.topic.keywords,
        contents=reader.contents,
        cover=reader.cover,
        licence=workspace.licence.spoken(entry.language) if workspace.licence else "",
        web=_web(selection, workspace),
        sections=tuple(_section(desk, number, part) for number, part in enumerate(selection.parts)),
        notes=notes,
        lists=listed(citations, voice) if reader.references else (),
        sources=exchanged(citations, entry.references),
    )


def _web(selection: Selection, workspace: Workspace) -> str:
    """Where the web page of a brief is published, for houses that say where their output is."""
    if not workspace.address or Medium.SCREEN not in selection.reader.formats:
        return ""
    target = Target(selection.entry.slug, selection.audience, selection.entry.language, Medium.SCREEN)
    return f"{workspace.address.rstrip('/')}/{target.name}"


def voice_of(selection: Selection, workspace: Workspace) -> prose.Voice:
    """The digits and the direction of a reader."""
    return voice_for(selection.entry.language, selection.reader.digits or workspace.digits)


_TITLE: Address = (-1, None, "title", 0)
_SUBTITLE: Address = (-1, None, "subtitle", 0)


def _passages(selection: Selection, voice: prose.Voice) -> Iterator[tuple[Address, prose.Passage]]:
    """Every text that will be told, in the order in which it is read."""
    topic = selection.entry.topic
    for address, wording in ((_TITLE, topic.title), (_SUBTITLE, topic.subtitle)):
        if wording is not None:
            yield address, prose.read(wording.told_to(selection.audience), Shape.LINE, voice)
    for number, place in _reading_order(selection.parts):
        part = selection.parts[number]
        holder = part.block if place is None else part.points[place]
        for name, texts, shape in _told(holder, part.depth):
            for index, wording in enumerate(texts):
                words = wording.told_to(selection.audience)
                yield (number, place, name, index), prose.read(words, shape, voice)


def _reading_order(parts: tuple[Part, ...]) -> Iterator[tuple[int, int | None]]:
    """Part and point, in the order in which a reader meets them: that of the notes.

    A block comes before its points. Where two sides stand against each other, both blocks come first and
    then their points in turn, as far as the shorter side goes.
    """
    for number in range(len(parts)):
        if _opposes(parts, number):
            continue
        sides = [number, number + 1] if _opposes(parts, number + 1) else [number]
        yield from ((side, None) for side in sides)
        longest = max(len(parts[side].points) for side in sides)
        for place in range(longest):
            yield from ((side, place) for side in sides if place < len(parts[side].points))


def _opposes(parts: tuple[Part, ...], number: int) -> bool:
    """Whether a part is the other side of the part before it, both told in short."""
    if not 0 < number < len(parts) or _opposes(parts, number - 1):
        return False
    one, other = parts[number - 1], parts[number]
    if not isinstance(one.block, Evaluation) or not isinstance(other.block, Evaluation):
        return False
    return one.block.side is not other.block.side and max(one.depth, other.depth) < Depth.DETAIL


def _told(holder: Noun, depth: Depth) -> Iterator[tuple[str, tuple[Wording, ...], Shape]]:
    """The texts of a block or point that its depth tells, by field."""
    fields = type(holder).model_fields
    for name in sorted(fields, key=_rank):
        info = fields[name]
        since = next((mark.depth for mark in info.metadata if isinstance(mark, Since)), Depth.HEADLINE)
        if name == "intro" and isinstance(holder, Timeline) and holder.yearless:
            since = Depth.HEADLINE
        texts = tuple(_wordings(getattr(holder, name)))
        if texts and depth >= since and name != "points":
            marked = (mark for mark in info.metadata if isinstance(mark, Shape))
            shape = next(marked, None) or shape_of(info.annotation) or Shape.LINE
            yield name, texts, shape


def _rank(name: str) -> int:
    """Where a field stands in the order of reading; templates tell the fields in the same order."""
    return -1 if name in _FIRST else _LAST.index(name) + 1 if name in _LAST else 0


def _wordings(value: object) -> Iterator[Wording]:
    if isinstance(value, Wording):
        yield value
    elif isinstance(value, Row):
        yield from value.cells
    elif isinstance(value, Grid):
        yield from value.columns
        for row in value.rows:
            yield from row.cells
    elif isinstance(value, tuple):
        for each in value:
            yield from _wordings(each)


def _section(desk: _Desk, number: int, part: Part) -> Section:
    block = part.block
    items = tuple(_item(desk, number, place) for place in range(len(part.points)))
    title = (number, None, "title", 0)
    named = next((at for at in (title, (number, None, "caption", 0)) if at in desk.passages), None)
    return Section(
        kind=block.kind,  # type: ignore[attr-defined] # the union's tag
        anchor=f"{block.name}" if block.id else f"section_{number + 1}_{block.name}",
        depth=part.depth.word,
        title=desk.text(title) if title in desk.passages else None,
        mention=desk.mention(named) if named else None,
        fields=MappingProxyType(_fields(desk, (number, None), block)),
        points=items,
        plot=_plot(desk, number, block) if isinstance(block, Figure) else None,
        opposes=_opposes(desk.selection.parts, number),
    )


def _plot(desk: _Desk, number: int, figure: Figure) -> Plot:
    """The figures of a chart, and its words without what only a page can set."""
    rows = figure.data.rows
    width = len(figure.data.columns)
    count = width * (len(rows) + 1)
    words = [str(desk.mention((number, None, "data", index)).striptags()) for index in range(count)]
    cells = [words[start : start + width] for start in range(width, count, width)]
    return Plot(
        kind=figure.chart.value,
        names=tuple(row[0] for row in cells),
        series=tuple(words[1:width]),
        values=tuple(tuple(arabic.amount(cell.default) for cell in row.cells[1:]) for row in rows),
        said=tuple(tuple(row[1:]) for row in cells),
        language=desk.selection.entry.language,
        direction=desk.voice.direction,
        digits=desk.voice.digits,
    )


def _item(desk: _Desk, number: int, place: int) -> Item:
    part = desk.selection.parts[number]
    point = part.points[place]
    return Item(
        anchor=point.id,
        number=arabic.digits(str(place + 1), desk.voice.digits),
        mentions=MappingProxyType(_mentions(desk, (number, place), point)),
        fields=MappingProxyType(_fields(desk, (number, place), point)),
    )


def _mentions(desk: _Desk, at: tuple[int, int], point: Point) -> dict[str, Markup]:
    """The one-paragraph fields of a point, as they are told a second time."""
    told = _told(point, Depth.HEADLINE)
    return {
        name: desk.mention((*at, name, 0)) for name, texts, shape in told if shape is Shape.LINE and len(texts) == 1
    }


def _fields(desk: _Desk, at: tuple[int, int | None], holder: Block | Point) -> dict[str, Value]:
    """Field → finished value, of all that is told of a block or point."""
    fields: dict[str, Value] = {}
    depth = desk.selection.parts[at[0]].depth
    for name, texts, _ in _told(holder, depth):
        if name == "title":
            continue
        value = getattr(holder, name)
        made = tuple(desk.text((*at, name, index)) for index in range(len(texts)))
        if isinstance(value, Wording):
            fields[name] = made[0]
        elif isinstance(value, Grid) or isinstance(value[0], Row):
            width = len(value.columns if isinstance(value, Grid) else value[0].cells)
            fields[name] = tuple(made[start : start + width] for start in range(0, len(made), width))
        else:
            fields[name] = made
    for name in type(holder).model_fields:
        value = getattr(holder, name)
        if isinstance(value, Enum):
            fields[name] = str(value.value)
    if isinstance(holder, Recommendation) and holder.answers:
        fields["answers"] = _answers(desk, holder.answers)
    return fields


def _answers(desk: _Desk, answered: tuple[str, ...]) -> tuple[Link, ...]:
    """The weaknesses that a recommendation answers, of those that this reader is told."""
    return tuple(
        Link(point.id, desk.mention((number, place, "headline", 0)))
        for number, part in enumerate(desk.selection.parts)
        for place, point in enumerate(part.points)
        if point.id in answered
    )


def _date(selection: Selection, workspace: Workspace, voice: prose.Voice) -> str:
    return arabic.date(
        selection.entry.topic.date,
        lang=selection.entry.language,
        country=workspace.country,
        calendar=selection.reader.calendar or workspace.calendar,
        policy=voice.digits,
    )
