"""Briefs and the state → `index.html` in the output folder, where it differs; decides nothing about content."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from mujaz.catalogue import Catalogue, decode, encode
from mujaz.export import export
from mujaz.export.engines import versions
from mujaz.export.site import INDEX, index
from mujaz.faces import digest as faces_digest
from mujaz.gate import Gate, withdrawn
from mujaz.labels import labels_of
from mujaz.leaks import haystack
from mujaz.listing import Free, listing
from mujaz.model.content import Library
from mujaz.model.document import Document, Made, Medium, Output, State, Target
from mujaz.model.listing import Card, Held
from mujaz.problems import Problem, Where, errors
from mujaz.proof import proof
from mujaz.publish import OutputError, Shelf
from mujaz.templates import House, TemplateMistakeError, Templates
from mujaz.workers import Exports, Failure

CATALOGUE = ".mujaz/index.json"
_FEW = 4
"""Where no more than one topic in so many has changed, only what the index says of these is looked through."""


@dataclass(frozen=True, slots=True)
class Office:
    """What the index is made with."""

    library: Library
    """The house and its audiences."""
    templates: Templates
    shelf: Shelf
    state: State
    """As it is after the build."""
    exports: Exports
    feed: str
    """The address of the feed of new editions; empty where there is none."""
    size: Callable[[str], int | None]
    """The length in bytes of the file of a name; None where none lies there."""


@dataclass(frozen=True, slots=True)
class Watchers:
    """What readers are kept from, topic by topic."""

    everyone: str
    """A name for what is kept from anyone, of all topics."""
    gates: Callable[[Iterable[str]], Iterator[Gate]]
    """The gate of each of these topics."""
    every: frozenset[str]
    """The slugs of all that are sound."""
    changed: frozenset[str]
    """Those that are not as the last index saw them."""
    gate: Gate
    """Over no topic."""


@dataclass(frozen=True, slots=True)
class News:
    """What this run knows of files and topics that the last index did not."""

    cards: Mapping[str, Card]
    """Target's name → what the file shows."""
    free: Mapping[tuple[str, str], Free]
    """What everyone may know of the topics that were read, by slug and language."""
    same: frozenset[str]
    """Slugs of topics that are as the last index saw them."""


def catalogue(shelf: Shelf) -> Catalogue:
    """What the index was last made of."""
    return decode(shelf.read(CATALOGUE))


def unknown(office: Office, *seen: Mapping[str, Card]) -> frozenset[str]:
    """Topics with files of which none of these cards says anything that still holds."""
    lost = (
        name
        for name, made in office.state.made.items()
        if not any(_holds(cards.get(name), made, whole=True) for cards in seen) and office.size(name) is not None
    )
    return frozenset(name.partition("/")[0] for name in lost)


def digest(office: Office, everyone: str, ground: str) -> str:
    """Of all that the index is made of; `ground` stands for what all topics stand on."""
    parts = (
        f"{name}\0{made.sha256}\0{made.edition}\0{made.pages}\0{size}"
        for name, made in sorted(office.state.made.items())
        if (size := office.size(name)) is not None
    )
    return hashlib.sha256("\n".join((everyone, ground, office.feed, *parts)).encode()).hexdigest()


def lying(shelf: Shelf) -> str:
    """The digest of the index as it lies there, with its catalogue; empty where one of them is missing."""
    held = [shelf.digest(name) for name in (INDEX, CATALOGUE)]
    return hashlib.sha256("".join(each or "" for each in held).encode()).hexdigest() if all(held) else ""


def _holds(card: Card | None, made: Made, *, whole: bool = False) -> bool:
    return card is not None and card.sha256 == made.sha256 and not (whole and card.partial)


def update(office: Office, last: Catalogue, news: News, watchers: Watchers) -> tuple[Problem, ...]:
    """Write the index anew where it is not what it should be.

    A file of which there is no news is listed as the last index had it.
    """
    cards = _cards(office, news, last.cards)
    if not cards and office.shelf.read(INDEX) is None:
        return ()
    try:
        document = _document(office, cards)
    except TemplateMistakeError as mistake:
        return (mistake.problem, *_cleared(office, cards, watchers))
    page = _digest(document, watchers.everyone)
    if page == last.page and office.shelf.digest(INDEX) == last.sha256:
        return _written(office.shelf, Catalogue(cards, page, last.sha256), None)
    ((_, outcome),) = office.exports([document], export)
    where = Where(f"output/{INDEX}")
    if isinstance(outcome, Failure):
        return (Problem(outcome.rule, where, {"found": outcome.found}), *_cleared(office, cards, watchers))
    found = [*proof(document, outcome), *_leaks(watchers, _told(office, cards, outcome, watchers), watchers.changed)]
    if errors(found):
        return (*found, *_cleared(office, cards, watchers))
    sha256 = hashlib.sha256(outcome.data).hexdigest()
    return (*found, *_written(office.shelf, Catalogue(cards, page, sha256), outcome.data))


def _told(office: Office, cards: Mapping[str, Card], page: Output, watchers: Watchers) -> bytes:
    """What of the index has to be looked through: what it says of topics that have not changed was looked through.

    What only one of these says, no other topic keeps from anyone: all of it is told to all.
    """
    if len(watchers.changed) * _FEW > len(watchers.every):
        return page.data
    news = {name: each for name, each in cards.items() if name.partition("/")[0] in watchers.changed}
    return _document(office, news).html.encode()


def _leaks(watchers: Watchers, data: bytes, slugs: Iterable[str]) -> tuple[Problem, ...]:
    """What a page tells that any reader is kept from by these topics."""
    hay = haystack(data)
    everywhere = cache(lambda: watchers.gate.public(watchers.gates(sorted(watchers.every))))
    gates = watchers.gates(sorted(slugs))
    return tuple(problem for gate in gates for problem in gate.listed(INDEX, hay, everywhere))


def _cleared(office: Office, cards: Mapping[str, Card], watchers: Watchers) -> tuple[Problem, ...]:
    """An older index stays where there can be no new one, unless it tells what is kept from anyone now."""
    last = office.shelf.read(INDEX)
    leaks = _leaks(watchers, last, watchers.every) if last is not None else ()
    if not leaks:
        return ()
    try:
        office.shelf.remove(INDEX)
    except (OSError, OutputError):
        return leaks
    return (withdrawn(INDEX, leaks), *_written(office.shelf, Catalogue(cards), None))


def _cards(office: Office, news: News, known: Mapping[str, Card]) -> dict[str, Card]:
    """A card for each file that is there.

    Of a file that was made before, it holds the lines that nobody is kept from now: what has since been marked is not
    searched for the sake of an older file, nor is any line of a topic that cannot be read.
    """
    cards: dict[str, Card] = {}
    for name, made in sorted(office.state.made.items()):
        if office.size(name) is None:
            continue
        if name in news.cards:
            cards[name] = replace(news.cards[name], sha256=made.sha256)
        elif _holds(known.get(name), made):
            target = _target(name)
            now = news.free.get((target.topic, target.language))
            if target.topic in news.same:
                cards[name] = known[name]
            else:
                cards[name] = _as_of_now(known[name], now)
    return cards


def _as_of_now(card: Card, free: Free | None) -> Card:
    """What of a card everyone may know now; of a topic that cannot be read, no line."""
    lines = free.lines.intersection(card.lines) if free else ()
    now = replace(card, lines=tuple(sorted(lines)))
    if free:
        title = card.title if free.title else None
        now = replace(now, title=title, subtitle=card.subtitle if free.subtitle else None)
    return now if now == card else replace(now, partial=True)


def _document(office: Office, cards: Mapping[str, Card]) -> Document:
    workspace = office.library.workspace
    labels = labels_of(office.templates, workspace.languages[0])
    held = [
        Held(_target(name), each, office.state.made[name].pages, office.state.made[name].edition, size)
        for name, each in cards.items()
        if (size := office.size(name)) is not None
    ]
    try:
        told = listing(held, workspace, audiences=office.library.audiences, labels=labels)
    except (KeyError, TypeError) as error:
        where = Where(f"templates/labels/{workspace.languages[0]}.yaml")
        raise TemplateMistakeError(Problem("template-wrong", where, {"found": f"labels: {error}"})) from error
    told = replace(told, feed=office.feed)
    return index(told, labels, office.templates, house=House(workspace, office.library.logo))


def _target(name: str) -> Target:
    topic, _, file = name.partition("/")
    audience, language, medium = file.split(".")
    return Target(topic, audience, language, Medium(medium))


def _digest(document: Document, kept: str) -> str:
    """Of all that the page's bytes depend on, and of what is looked for in them."""
    parts = (document.html, faces_digest(document.theme, Medium.SCREEN), versions(Medium.SCREEN), kept)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _written(shelf: Shelf, catalogue: Catalogue, page: bytes | None) -> tuple[Problem, ...]:
    """Put the page in its place, then the catalogue that tells of it; each only where it differs."""
    files: Sequence[tuple[str, bytes | None]] = ((INDEX, page), (CATALOGUE, encode(catalogue)))
    for name, data in files:
        where = Where(f"output/{name}")
        try:
            if data is not None and shelf.digest(name) != hashlib.sha256(data).hexdigest():
                shelf.write(name, data)
        except OutputError as error:
            return (Problem(error.args[0], where, {"found": error.args[1]}),)
        except OSError as error:
            return (Problem("output-unwritable", where, {"found": error.strerror or str(error)}),)
    return ()
