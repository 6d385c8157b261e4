"""Cited keys and their items → notes and reference lists, Arabic and Latin apart; opens no file.

citeproc-py renders one cite at a time: which form a note takes is decided here, across both languages, and a
list entry is made from a second citation that has no locator (citeproc-py prints the cited page otherwise).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby
from string import ascii_lowercase
from typing import Final

from mujaz.arabic import Script, script
from mujaz.brackets import Cite, Cluster, parse
from mujaz.cite.items import SCRIPTS, Source, Style, exchanged, source
from mujaz.cite.render import Position, Shelf, html, plain, wrapped

__all__ = [
    "Citations",
    "Cite",
    "Cluster",
    "Entry",
    "References",
    "Style",
    "UnknownKeyError",
    "cite",
    "exchanged",
    "parse",
]


class UnknownKeyError(KeyError):
    """A cited key that no item has; `args[0]` is the key."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a reference list."""

    key: str
    html: str
    """Inline HTML: only `i`, `b`, `span` with `lang` and `dir`, `a` with `href`."""
    lang: str
    """Primary BCP 47 tag; the entries of the Latin list are to be set with `dir="ltr"`."""


@dataclass(frozen=True, slots=True)
class References:
    """A sorted list of cited sources in one script."""

    lang: str
    script: Script
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Citations:
    """What the brief prints for its citations."""

    texts: tuple[str, ...]
    """One inline HTML fragment per cluster, in order: the note, or the author-date text in its brackets."""
    lists: tuple[References, ...]
    """Arabic first, then Latin; an empty list is left out."""


def cite(
    clusters: Sequence[Cluster],
    items: Mapping[str, Mapping[str, object]],
    *,
    style: Style,
    styles: Mapping[str, str],
    language: str = "ar",
) -> Citations:
    """Notes or author-date texts for the clusters in order of appearance, and the lists of what they cite.

    `items` are CSL-YAML as authors write it, by key; `styles` holds the XML of `ar-notes`, `en-author-date`
    and so on, of which only those that are needed are asked for. Raises UnknownKeyError. `language` is that of the
    text that they stand in: what is of the other script is wrapped in `<span lang dir>`; digits stay as they are.
    """
    line = SCRIPTS.get(language, "latin")
    tongues: dict[Script, str] = {script: _tongue(script, language) for script in ("arabic", "latin")}
    sources = _dated(_sources(clusters, items, style, language), style, tongues)
    shelves, lists = {}, []
    for kind, tongue in tongues.items():
        if chosen := [one for one in sources.values() if one.script == kind]:
            shelves[kind] = Shelf(chosen, styles[f"{tongue}-{style}"])
            entries = tuple(Entry(one.key, html(shelves[kind].entry(one), one, tongue), one.tag) for one in chosen)
            lists.append(References(tongue, kind, entries))
    texts = []

    @cache
    def abroad() -> Shelf:
        return Shelf([_abroad(one) for one in sources.values() if one.script == "arabic"], styles[f"en-{style}"])

    # Author and date say the place each time; only notes grow shorter.
    always = (tuple((one, Position.FIRST) for one in cluster.cites) for cluster in clusters)
    for placed in _positions(clusters) if style == "notes" else always:
        cluster, bodies, owners = Cluster(tuple(one for one, _ in placed)), [], []
        for one, position in placed:
            owner = sources[one.key]
            shelf, tongue = shelves[owner.script], tongues[owner.script]
            if line == "latin" != owner.script and position in (Position.IBID, Position.IBID_WITH_LOCATOR):
                # «The same source» names no source: it is said in the language of the text.
                owner, shelf, tongue = _abroad(owner), abroad(), "en"
            bodies.append(html(_bare(shelf.cite(one, position), style), owner, tongue))
            owners.append(owner)
        texts.append(_text(_pieces(cluster, bodies, owners, line=line), style, line))
    return Citations(tuple(texts), tuple(lists))


def _abroad(one: Source) -> Source:
    """An Arabic source as an English text refers to it without naming it."""
    return replace(one, script="latin", tag="en")


def _tongue(kind: Script, language: str) -> str:
    """Whose words a style sets the sources of a script with: the reader's, where the script is that of his language."""
    if kind == "latin":
        return "en"
    return language if language in _LETTERS and SCRIPTS.get(language) == kind else "ar"


def _sources(
    clusters: Sequence[Cluster], items: Mapping[str, Mapping[str, object]], style: Style, language: str
) -> dict[str, Source]:
    """The cited sources in the order of the lists."""
    keys = dict.fromkeys(one.key for cluster in clusters for one in cluster.cites)
    for key in keys:
        if key not in items:
            raise UnknownKeyError(key)
    found = sorted((source(key, items[key], style) for key in keys), key=lambda one: (one.order(language), one.key))
    return {one.key: one for one in found}


_LETTERS: Final[Mapping[str, Sequence[str]]] = {
    "ar": "أبجدهوزحطيكلمنسعفصقرشتثخذضظغ",
    "ckb": "ابجدھوزحطیکلمنسعفصقرشتپچخڤژگڵ",
    "fa": ("الف", *"بجدهوزحطیکلمنسعفصقرشتثخذضظغ"),
    "en": ascii_lowercase,
}
"""What tells the works of one author and year apart, by the language of the style."""


def _dated(sources: Mapping[str, Source], style: Style, tongues: Mapping[Script, str]) -> dict[str, Source]:
    """With a letter after the year where author and year alone do not tell sources apart (2021أ, 2021ب)."""
    if style == "notes":
        return dict(sources)
    alike: dict[tuple[object, ...], list[str]] = {}
    for one in sources.values():
        alike.setdefault((one.script, one.short, one.year), []).append(one.key)
    result = dict(sources)
    for keys in alike.values():
        for index, key in enumerate(keys if len(keys) > 1 else ()):
            letters = _LETTERS[tongues[sources[key].script]]
            suffix = {"year-suffix": letters[index % len(letters)]}
            result[key] = replace(sources[key], data={**sources[key].data, **suffix})
    return result


def _positions(clusters: Sequence[Cluster]) -> Iterator[tuple[tuple[Cite, Position], ...]]:
    """Each cite with its position, as CSL defines them, over all languages together.

    A place in words («الخاتمة») is a place too: where the note before names the same one it is not repeated.
    """
    seen: set[str] = set()
    previous: Cite | None = None
    for cluster in clusters:
        found = []
        for one in cluster.cites:
            position = _position(one, previous, known=one.key in seen)
            again = position is Position.IBID and _worded(one)
            found.append((replace(one, suffix="") if again and _same(one, previous) else one, position))
            seen.add(one.key)
            previous = one
        if len({one.key for one in cluster.cites}) > 1:
            previous = None  # «المرجع نفسه» after a note on several sources would name none of them
        yield tuple(found)


def _position(one: Cite, previous: Cite | None, *, known: bool) -> Position:
    if not known:
        return Position.FIRST
    if previous is None or previous.key != one.key:
        return Position.SUBSEQUENT
    if (previous.locator or _worded(previous)) and not (one.locator or _worded(one)):
        return Position.SUBSEQUENT
    return Position.IBID if _same(one, previous) or not one.locator else Position.IBID_WITH_LOCATOR


def _worded(one: Cite) -> str:
    """A place in words: what follows the key behind a comma and has no number that a style could set."""
    return one.suffix if one.suffix[:1] in {",", "،"} else ""


def _same(one: Cite, previous: Cite | None) -> bool:
    """Whether two cites of one source name the same place in it."""
    return previous is not None and (one.locator, one.label, _worded(one)) == (
        previous.locator,
        previous.label,
        _worded(previous),
    )


def _bare(text: str, style: Style) -> str:
    """One cite without what its style's layout puts round the whole; the stop of an abbreviation is its own."""
    if text.lower().endswith("ibid."):
        return text
    return text.removesuffix(".") if style == "notes" else text.removeprefix("(").removesuffix(")")


_SEPARATORS: Final[Mapping[Script, str]] = {"arabic": "؛ ", "latin": "; "}
_TAGS: Final[Mapping[Script, str]] = {"arabic": "ar", "latin": "en"}


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of what one bracket becomes."""

    text: str
    script: Script
    tag: str = ""
    """The language of a source; nothing for what stands between and around sources."""


def _pieces(cluster: Cluster, bodies: Sequence[str], owners: Sequence[Source], *, line: Script) -> Iterator[_Piece]:
    """The cluster's text in pieces: what authors add to a source is of its script if it is written in it."""
    after = line
    for index, (one, body, owner) in enumerate(zip(cluster.cites, bodies, owners, strict=True)):
        own = owner.script
        before = _added(one.prefix, own, line)
        if index:
            between = before if before == after else line
            yield _Piece(_SEPARATORS[between], between)
        if one.prefix:
            yield _Piece(f"{plain(one.prefix, before)} ", before)
        yield _Piece(body, own, owner.tag)
        after = _added(one.suffix, own, line)
        if one.suffix:
            gap = "" if one.suffix[0] in ",،;؛.:" else " "
            yield _Piece(gap + plain(one.suffix, after), after)


def _added(text: str, own: Script, line: Script) -> Script:
    """The script that a prefix or suffix is set in: that of its source, unless it is written in the line's."""
    return own if own == line or not text or script(text) == own else line


def _text(pieces: Iterator[_Piece], style: Style, line: Script) -> str:
    """Pieces as one fragment: neighbours of the line's other script share a span, then the stop or the brackets."""
    parts: list[tuple[str, str, Script]] = []
    for own, group in groupby(pieces, key=lambda piece: piece.script):
        run = list(group)
        tags = {piece.tag for piece in run if piece.tag}
        tag = tags.pop() if len(tags) == 1 else _TAGS[own]
        parts.append(("" if own == line else tag, "".join(piece.text for piece in run), own))
    stop = "." if style == "notes" and not re.search(r"[.؟?!…](?:<[^<>]*>)*$", parts[-1][1]) else ""
    if len(parts) == 1 and parts[0][0] and line == "arabic":  # all Latin: the stop is the Latin sentence's own
        parts, stop = [(parts[0][0], parts[0][1] + stop, parts[0][2])], ""
    inner = "".join(_set(tag, text, own) for tag, text, own in parts) + stop
    return inner if style == "notes" else f"({inner})"


def _set(tag: str, text: str, own: Script) -> str:
    """A piece in its span; spaces at its ends stay outside, where the line's own direction places them."""
    if not tag:
        return text
    core = text.strip()
    start = len(text) - len(text.lstrip())
    return text[:start] + wrapped(core, tag, own) + text[start + len(core) :]
