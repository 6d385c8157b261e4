"""Briefs and the state → `index.html` in the output folder, where it differs; decides nothing about content."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from mujaz.catalogue import Catalogue, decode, encode
from mujaz.export import export
from mujaz.export.engines import versions
from mujaz.export.site import INDEX, index
from mujaz.faces import digest
from mujaz.gate import Gate, withdrawn
from mujaz.listing import Free, card, listing, unkept
from mujaz.model.brief import Brief
from mujaz.model.content import Library
from mujaz.model.document import Document, Made, Medium, Output, State, Target
from mujaz.model.listing import Card, Held
from mujaz.problems import Problem, Where, errors
from mujaz.proof import proof
from mujaz.publish import OutputError, Shelf
from mujaz.templates import House, TemplateMistakeError, Templates, labels_of
from mujaz.workers import Failure

CATALOGUE = ".mujaz/index.json"
Runner = Callable[..., Iterator[tuple[Document, Output | Failure]]]
"""As `workers.run`."""


@dataclass(frozen=True, slots=True)
class Office:
    """What the index is made with."""

    library: Library
    templates: Templates
    shelf: Shelf
    state: State
    """As it is after the build."""
    gate: Gate
    """What readers are kept from."""


def unknown(office: Office, briefs: Mapping[str, Brief]) -> frozenset[str]:
    """Topics with files of which neither the last index nor these briefs say anything that still holds."""
    cards = decode(office.shelf.read(CATALOGUE)).cards
    lost = (
        name
        for name, made in office.state.made.items()
        if name not in briefs and not _holds(cards.get(name), made) and office.shelf.size(name) is not None
    )
    return frozenset(name.partition("/")[0] for name in lost)


def _holds(card: Card | None, made: Made) -> bool:
    return card is not None and card.sha256 == made.sha256


def update(office: Office, briefs: Mapping[str, Brief], run: Runner) -> tuple[Problem, ...]:
    """Write the index anew where it is not what it should be.

    `briefs` maps the names of files to the briefs that they show. A file that is not among them is listed as the last
    index had it.
    """
    last = decode(office.shelf.read(CATALOGUE))
    cards = _cards(office, briefs, last.cards)
    if not cards and office.shelf.read(INDEX) is None:
        return ()
    try:
        document = _document(office, cards)
    except TemplateMistakeError as mistake:
        return (mistake.problem, *_cleared(office, cards))
    page = _digest(document, office.gate.everyone)
    if page == last.page and office.shelf.digest(INDEX) == last.sha256:
        return _written(office.shelf, Catalogue(cards, page, last.sha256), None)
    ((_, outcome),) = run([document], export, jobs=1)
    where = Where(f"output/{INDEX}")
    if isinstance(outcome, Failure):
        return (Problem(outcome.rule, where, {"found": outcome.found}), *_cleared(office, cards))
    found = [*proof(document, outcome), *office.gate.listed(INDEX, outcome.data)]
    if errors(found):
        return (*found, *_cleared(office, cards))
    sha256 = hashlib.sha256(outcome.data).hexdigest()
    return (*found, *_written(office.shelf, Catalogue(cards, page, sha256), outcome.data))


def _cleared(office: Office, cards: Mapping[str, Card]) -> tuple[Problem, ...]:
    """An older index stays where there can be no new one, unless it tells what is kept from anyone now."""
    last = office.shelf.read(INDEX)
    leaks = office.gate.listed(INDEX, last) if last is not None else ()
    if not leaks:
        return ()
    try:
        office.shelf.remove(INDEX)
    except (OSError, OutputError):
        return leaks
    return (withdrawn(INDEX, leaks), *_written(office.shelf, Catalogue(cards), None))


def _cards(office: Office, briefs: Mapping[str, Brief], known: Mapping[str, Card]) -> dict[str, Card]:
    """A card for each file that is there.

    Of a file that was made before, it holds the lines that nobody is kept from now: what has since been marked is not
    searched for the sake of an older file, nor is any line of a topic that cannot be read.
    """
    free = {entry.key: unkept(entry) for entry in office.library.topics}
    told: dict[tuple[str, str, str], Card] = {}
    cards: dict[str, Card] = {}
    for name, made in sorted(office.state.made.items()):
        if office.shelf.size(name) is None:
            continue
        if name in briefs:
            brief = briefs[name]
            key = (brief.slug, brief.audience, brief.language)
            told[key] = told.get(key) or card(brief, free[brief.slug, brief.language], made.sha256)
            cards[name] = replace(told[key], sha256=made.sha256)
        elif _holds(known.get(name), made):
            target = _target(name)
            now = free.get((target.topic, target.language))
            cards[name] = _as_of_now(known[name], now) if now else replace(known[name], lines=())
    return cards


def _as_of_now(card: Card, free: Free) -> Card:
    return replace(
        card,
        title=card.title if free.title else None,
        subtitle=card.subtitle if free.subtitle else None,
        lines=tuple(sorted(free.lines.intersection(card.lines))),
    )


def _document(office: Office, cards: Mapping[str, Card]) -> Document:
    workspace = office.library.workspace
    labels = labels_of(office.templates, workspace.languages[0])
    held = [
        Held(_target(name), each, office.state.made[name].pages, office.state.made[name].edition, size)
        for name, each in cards.items()
        if (size := office.shelf.size(name)) is not None
    ]
    try:
        told = listing(held, workspace, audiences=office.library.audiences, labels=labels)
    except (KeyError, TypeError) as error:
        where = Where(f"templates/labels/{workspace.languages[0]}.yaml")
        raise TemplateMistakeError(Problem("template-wrong", where, {"found": f"labels: {error}"})) from error
    return index(told, labels, office.templates, house=House(workspace, office.library.logo))


def _target(name: str) -> Target:
    topic, _, file = name.partition("/")
    audience, language, medium = file.split(".")
    return Target(topic, audience, language, Medium(medium))


def _digest(document: Document, kept: str) -> str:
    """Of all that the page's bytes depend on, and of what is looked for in them."""
    parts = (document.html, digest(document.theme, Medium.SCREEN), versions(Medium.SCREEN), kept)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _written(shelf: Shelf, catalogue: Catalogue, page: bytes | None) -> tuple[Problem, ...]:
    """Put the page in its place, then the catalogue that tells of it; each only where it differs."""
    files: Sequence[tuple[str, bytes | None]] = ((INDEX, page), (CATALOGUE, encode(catalogue)))
    for name, data in files:
        where = Where(f"output/{name}")
        try:
            if data is not None and shelf.read(name) != data:
                shelf.write(name, data)
        except OutputError as error:
            return (Problem(error.args[0], where, {"found": error.args[1]}),)
        except OSError as error:
            return (Problem("output-unwritable", where, {"found": error.strerror or str(error)}),)
    return ()
