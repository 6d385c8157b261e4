"""What was told × what was told → what changed; which number an edition has, and which of them stay; pure."""

from __future__ import annotations

import datetime
import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from types import MappingProxyType
from typing import TypeVar

from mujaz.folding import WESTERN
from mujaz.model.document import Made
from mujaz.model.edition import SOURCES, Change, ChangeKind, Chapter, Keeping, Piece, Told

_NAMING = ("term", "actor", "headline", "caption", "statement")
"""What names a point or a section, the first that it has."""
_NUMBER = re.compile(r"[-+−±]?[0-9]+(?:[.,/:][0-9]+)*%?")
"""In Western digits: a date and a time are one number each."""
_MARKS = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_Named = TypeVar("_Named", bound=Hashable)

# ------------------------------------------------------------------------------------------------ what changed


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a piece stands, and what it is called."""

    chapter: Chapter
    piece: Piece
    heads: Mapping[str, str]
    """Number of a column → its head."""

    @property
    def name(self) -> str:
        """What people call the piece."""
        if self.piece.row is not None:
            return self.piece.texts.get("title", "") if self.chapter.key == SOURCES else self.piece.row
        other = self.chapter.heading if self.piece.point is None else ""
        return next((self.piece.texts[each] for each in _NAMING if self.piece.texts.get(each)), other)


Identity = tuple[str, str, int]


def differences(before: Told, after: Told) -> tuple[Change, ...]:
    """What is told otherwise, with old and new words: what stands now in the order of the page, then what is gone.

    Nothing where nothing changed. A point is found again by its id wherever it stands, a row by its first cell, the
    texts of a section by the section. What moved is the least that could have moved for the new order to come about.
    """
    was, now = _places(before), _places(after)
    moved = _moved(before, after)
    changes: list[Change] = []
    for at, place in now.items():
        if at not in was:
            changes += _alone("added", place)
            continue
        changes += _reworded(was[at], place)
        if at in moved:
            changes.append(Change("moved", place.chapter.heading, place.piece.point, None, None, place.name))
    headings = {each.key: each.heading for each in after.chapters}
    for at, place in was.items():
        if at not in now:
            heading = headings.get(place.chapter.key, place.chapter.label)
            changes += (replace(each, section=heading) for each in _alone("removed", place))
    return tuple(changes)


def _places(said: Told) -> dict[Identity, _Place]:
    """Identity → piece, in the order of the page."""
    places: dict[Identity, _Place] = {}
    for chapter in said.chapters:
        own = chapter.pieces[0].texts if chapter.pieces else {}
        heads = {name.removeprefix("column "): each for name, each in own.items() if name.startswith("column ")}
        for piece in chapter.pieces:
            at = _identity(chapter, piece)
            while at in places:
                at = (*at[:2], at[2] + 1)
            places[at] = _Place(chapter, piece, heads)
    return places


def _identity(chapter: Chapter, piece: Piece) -> Identity:
    if piece.point:
        return ("", piece.point, 0)
    if piece.point is not None:
        return (chapter.key, "kept", 0)
    return (chapter.key, "" if piece.row is None else f"row {_plain(piece.row)}", 0)


def _alone(kind: ChangeKind, place: _Place) -> Iterator[Change]:
    """A piece that stands in one edition only; a section is told by its points or rows, where it has any."""
    piece = place.piece
    whole = piece.point is None and piece.row is None
    if whole and len(place.chapter.pieces) > 1:
        return
    said = "\n".join(each for name, each in piece.texts.items() if place.chapter.key != SOURCES or name == "title")
    before, after = (None, said) if kind == "added" else (said, None)
    yield Change(kind, place.chapter.heading, piece.point, before, after, place.name if kind == "added" else "")


def _reworded(was: _Place, now: _Place) -> Iterator[Change]:
    """The figures of a piece that are others, each by itself, and whatever else it says otherwise, as one."""
    heading, point = now.chapter.heading, now.piece.point
    others: list[tuple[str, str]] = []
    if now.piece.row is not None and len(was.piece.texts) != len(now.piece.texts):
        others = [("\n".join(was.piece.texts.values()), "\n".join(now.piece.texts.values()))]
        names: list[str] = []
    else:
        names = list(dict.fromkeys((*now.piece.texts, *was.piece.texts)))
        if was.chapter.depth != now.chapter.depth:  # what a deeper telling adds was no one's change
            names = [name for name in names if name in now.piece.texts and name in was.piece.texts]
    for name in names:
        old, new = was.piece.texts.get(name, ""), now.piece.texts.get(name, "")
        if _plain(old) == _plain(new):
            continue
        numbers = _numbers(old, new) if now.chapter.key != SOURCES else None
        if numbers is None:
            others.append((old, new))
            continue
        head = now.heads.get(name, "") if now.piece.row is not None else ""
        about = f"{now.name} · {head}" if head else now.name
        yield from (Change("figure", heading, point, one, other, about) for one, other in numbers)
    if others:
        if now.chapter.key == SOURCES:
            others = [(was.name, now.name)]
        before, after = ("\n".join(filter(None, each)) for each in zip(*others, strict=True))
        yield Change("reworded", heading, point, before, after, now.name)


def _numbers(old: str, new: str) -> list[tuple[str, str]] | None:
    """The numbers that differ, where nothing else does."""
    one, other = _plain(old), _plain(new)
    if _NUMBER.sub("#", one) != _NUMBER.sub("#", other) or "#" in one:
        return None
    pairs = zip(_printed(old), _printed(new), strict=True)
    return [(first, second) for first, second in pairs if _plain(first) != _plain(second)]


def _printed(text: str) -> list[str]:
    """The numbers of a text in the digits that they are printed in; the two spellings of it are of one length."""
    shown = _MARKS.sub("", text)
    return [shown[each.start() : each.end()] for each in _NUMBER.finditer(shown.translate(WESTERN))]


def _plain(text: str) -> str:
    """A text as two editions are compared: in Western digits, without marks that only steer, spaces alike."""
    return " ".join(_MARKS.sub("", text).translate(WESTERN).split())


def _moved(before: Told, after: Told) -> set[Identity]:
    """The pieces that stand elsewhere: the fewest that have to move, among sections and inside each section."""
    was, now = _places(before), _places(after)
    moved = {at for at in now if at in was and was[at].chapter.key != now[at].chapter.key}
    keys = [{each.key: None for each in told.chapters} for told in (before, after)]
    strayed = _strayed(list(keys[0]), list(keys[1]))
    moved |= {(key, "", 0) for key in strayed if (key, "", 0) in now}
    for key in keys[1]:
        inner = [[at for at in places if places[at].chapter.key == key] for places in (was, now)]
        moved |= _strayed(*inner)
    return moved


def _strayed(was: Sequence[_Named], now: Sequence[_Named]) -> set[_Named]:
    """Of what is in both rows, as few as can be left out for the rest to stand in one order."""
    place = {each: at for at, each in enumerate(was)}
    shared = [each for each in now if each in place]
    ends: list[int] = []  # of the rising rows of each length, the place at which the lowest ends
    length: list[int] = []
    for each in shared:
        at = bisect_left(ends, place[each])
        ends[at : at + 1] = [place[each]]
        length.append(at + 1)
    strayed, wanted, bound = set[_Named](), len(ends), len(was)
    for each, reached in zip(reversed(shared), reversed(length), strict=True):
        if reached == wanted and place[each] < bound:
            wanted, bound = wanted - 1, place[each]
        else:
            strayed.add(each)
    return strayed


# ------------------------------------------------------------------------------------------------ what may be printed


def printable(changes: Iterable[Change]) -> tuple[Change, ...]:
    """The changes as readers may be told of them: without words that no longer stand in the brief.

    What was taken out may have been taken out to be kept from them: its section and their number are told, no more.
    """
    return tuple(
        replace(each, point=None, before=None, after=None, about="")
        if each.kind == "removed"
        else replace(each, before=each.before if each.kind == "figure" else None)
        for each in changes
    )


def withheld(said: Told, leaks: Callable[[str, str], bool]) -> Told:
    """What was told, without what its readers are kept from now; `leaks` is asked with a field's name and its text.

    A point whose id is kept loses its name too: it is then only known that there was one.
    """
    chapters = []
    for chapter in said.chapters:
        pieces = tuple(_veiled(piece, leaks) for piece in chapter.pieces)
        kept = leaks("id", chapter.key)
        heading = chapter.label if leaks("title", chapter.heading) else chapter.heading
        chapters.append(replace(chapter, key="" if kept else chapter.key, heading=heading, pieces=pieces))
    return replace(said, chapters=tuple(chapters))


def _veiled(piece: Piece, leaks: Callable[[str, str], bool]) -> Piece:
    texts = {name: text for name, text in piece.texts.items() if not leaks(name, text)}
    point = "" if piece.point and leaks("id", piece.point) else piece.point
    row = "" if piece.row and (leaks("id", piece.row) or leaks("row", piece.row)) else piece.row
    return Piece(point, row, MappingProxyType({} if point == "" else texts))


# ------------------------------------------------------------------------------------------------ numbers


def number(brief: str, archived: Mapping[int, str], made: Collection[Made]) -> int:
    """The number of the edition that a brief's digest belongs to.

    `archived` maps the numbers of the archive to digests of briefs (empty where one is not known), `made` are the
    brief's files of all media. Only the newest edition goes on: what is told again after something else is another.
    Files have a higher number than the archive where a build was killed in between.
    """
    newest = max((*archived, *(each.edition for each in made)), default=0)
    told = {each.inputs.get("brief") for each in made if each.edition == newest}
    if archived.get(newest):
        told = {archived[newest]}
    return newest if brief in told else newest + 1


def expired(days: Mapping[int, datetime.date], keeping: Keeping, today: datetime.date | None) -> tuple[int, ...]:
    """The editions that need not be kept any longer; never the newest.

    `days` maps numbers to the days of publishing. An edition is as old as the one that took its place.
    """
    newest_first = sorted(days, reverse=True)
    gone = set(newest_first[keeping.keep :]) if keeping.keep else set()
    if keeping.keep_days and today:
        bound = datetime.timedelta(days=keeping.keep_days)
        pairs = pairwise(newest_first)
        gone |= {older for newer, older in pairs if today - days[newer] > bound}
    return tuple(sorted(gone))
