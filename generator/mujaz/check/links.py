"""`Entry` or `Audience` → names that lead nowhere: ids, references, audiences, kinds; judges no text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from mujaz.arabic import closest
from mujaz.brackets import ADDRESS, DEEP, LINK, PICTURE, loose
from mujaz.check.texts import Text, Whole
from mujaz.model.blocks import Pointed, kinds
from mujaz.model.content import Audience, Entry, Path, Source
from mujaz.model.points import Recommendation
from mujaz.model.text import Kept, Wording
from mujaz.problems import Problem, Severity, Where

_LISTED = 20
"""Of what may stand somewhere, so many are told."""
_ROOM = re.compile(r"[>*+-](?:[ \t]?[>*+-]){9}")
_FAR = ("\t", " " * 40)
"""What everything holds, either of them, that is deeper than a page can show."""


def audience_links(audience: Audience, source: Source) -> Iterator[Problem]:
    """Kinds of block that do not exist, in what an audience reads and in what gives way."""
    known = list(kinds())
    for number, pick in enumerate(audience.blocks or ()):
        if pick.kind not in known:
            yield _unknown("kind-unknown", source.where(("blocks", number)), pick.kind, known)
    for number, kind in enumerate(audience.gives_way):
        if kind not in known:
            yield _unknown("kind-unknown", source.where(("gives-way", number)), kind, known)
    if audience.blocks is not None:
        read = {pick.kind for pick in audience.blocks}
        for number, kind in enumerate(audience.gives_way):
            if kind in known and kind not in read:
                where = source.where(("gives-way", number))
                yield Problem("gives-way-unread", where, {"found": kind}, Severity.WARNING)


def topic_links(entry: Entry, whole: Whole, audiences: frozenset[str]) -> Iterator[Problem]:
    """Ids used twice, and audiences, points and references that are named but not there."""
    yield from _ids(entry)
    points = [point.id for block in entry.topic.blocks if isinstance(block, Pointed) for point in block.points]
    ids = frozenset((*points, *(block.id for block in entry.topic.blocks if block.id)))
    for path, thing in whole.nouns:
        if isinstance(thing, Wording):
            for slug in thing.variants:
                if slug not in audiences:
                    yield _unknown("audience-unknown", entry.source.where((*path, slug)), slug, audiences)
        elif isinstance(thing, Kept):
            yield from _kept(entry.source, path, thing, audiences)
        if isinstance(thing, Recommendation):
            for number, point in enumerate(thing.answers):
                if point not in points:
                    yield _unknown("answer-unknown", entry.source.where((*path, "answers", number)), point, points)
    deep = any(far in whole.joined for far in _FAR) or _ROOM.search(whole.joined)
    for text in whole.texts:
        yield from _citations(entry, text, loose(text.words) if whole.loose else ())
        if deep or "](" in text.words:
            yield from _markdown(entry.source, text, ids)


def _kept(source: Source, path: Path, thing: Kept, audiences: frozenset[str]) -> Iterator[Problem]:
    """Audiences that nobody knows, and things that are kept from all who may see them."""
    if thing.only is not None and not set(thing.only) - set(thing.never):
        yield Problem("shown-to-nobody", source.where((*path, "only")), {}, Severity.WARNING)
    for key, named in (("only", thing.only or ()), ("never", thing.never)):
        for number, slug in enumerate(named):
            if slug not in audiences:
                yield _unknown("audience-unknown", source.where((*path, key, number)), slug, audiences)


def _citations(entry: Entry, text: Text, unbracketed: Iterable[str]) -> Iterator[Problem]:
    """Keys that no reference has, and keys that no bracket makes a citation of."""
    for key in dict.fromkeys(text.keys):
        if key not in entry.references:
            yield _unknown("reference-unknown", _at(entry.source, text.path, key), key, entry.references)
    for key in dict.fromkeys(unbracketed):
        if entry.references.get(key) is not None:
            yield Problem("citation-loose", _at(entry.source, text.path, key), {"found": key}, Severity.WARNING)


def _at(source: Source, at: Path, key: str) -> Where:
    return _place(source, at, rf"@{re.escape(key)}(?![^\s@;,؛،\[\]])")


def _markdown(source: Source, text: Text, ids: frozenset[str]) -> Iterator[Problem]:
    """Links that lead nowhere, and what running text cannot carry."""
    at, words = text.path, text.words
    for link in LINK.finditer(words):
        if link["id"] not in ids:
            where = _place(source, at, rf"(?<=\()#{re.escape(link['id'])}(?=\))")
            yield _unknown("link-unknown", where, link["id"], ids)
    for link in ADDRESS.finditer(words):
        if not link["address"].lower().startswith(("http://", "https://", "mailto:", "#")):
            yield Problem("link-wrong", source.find(at, link["address"]), {"found": link["address"][:80]})
    if found := PICTURE.search(words):
        yield Problem("markdown-image", source.find(at, found[0].strip()))
    if found := DEEP.search(words):
        yield Problem("markdown-deep", source.find(at, found[0].strip()))


def _place(source: Source, path: Path, pattern: str) -> Where:
    """Where a text first holds the pattern, which tells a name from a longer one that begins like it."""
    start = source.where(path)
    for number in range(max(start.line, 1), len(source.lines) + 1):
        found = re.compile(pattern).search(source.lines[number - 1], start.column - 1 if number == start.line else 0)
        if found:
            return Where(source.path, number, found.start() + 1)
    return start


def _ids(entry: Entry) -> Iterator[Problem]:
    """Ids are the places that links lead to, so that blocks and points share one set."""
    seen: dict[str, int] = {}
    for number, block in enumerate(entry.topic.blocks):
        named: list[tuple[Path, str]] = [(("blocks", number, "id"), block.id)] if block.id else []
        if isinstance(block, Pointed):
            named += [(("blocks", number, "points", n, "id"), each.id) for n, each in enumerate(block.points)]
        for path, name in named:
            where = entry.source.where(path)
            if name in seen:
                yield Problem("id-duplicate", where, {"found": name, "line": str(seen[name])})
            seen.setdefault(name, where.line)


def _facts(found: str, allowed: Iterable[str]) -> Mapping[str, str]:
    told = allowed if isinstance(allowed, list) else sorted(allowed)
    # What stands in for a name that could not be read is no name to choose.
    names = [name for name in dict.fromkeys(told) if not name.startswith("mended")]
    facts = {"found": found, "allowed": ", ".join((*names[:_LISTED], "…") if len(names) > _LISTED else names)}
    near = closest(found, names)
    return {**facts, "closest": near} if near else facts


def _unknown(rule: str, where: Where, found: str, allowed: Iterable[str]) -> Problem:
    return Problem(rule, where, _facts(found, allowed))
