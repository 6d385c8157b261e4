"""The archive → `feed.atom` and `feeds/AUDIENCE.atom`, where they differ; tells no one what is kept from them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from mujaz import archiving
from mujaz.arabic import counted, digits
from mujaz.archive import Archive
from mujaz.atom import Feed, Post, atom
from mujaz.export.site import INDEX
from mujaz.gate import Gate
from mujaz.labels import labels_of
from mujaz.leaks import Haystack, Secrets, haystack
from mujaz.model.content import Entry, Library
from mujaz.model.edition import Edition, Key
from mujaz.notes import voice_for
from mujaz.problems import Problem, Where
from mujaz.publish import OutputError, Shelf
from mujaz.stacks import unwritten
from mujaz.templates import TemplateMistakeError, Templates

FEED = "feed.atom"
FOLDER = "feeds"
_ENTRIES = 50
_TYPES = {".html": "text/html", ".pdf": "application/pdf"}


@dataclass(frozen=True, slots=True)
class Newsroom:
    """What feeds are made with."""

    library: Library
    """The house and its audiences; its topics are not looked at."""
    templates: Templates
    archive: Archive
    kept: Callable[[str, str, str], str]
    """Topic, language, audience (empty for anyone) → a name for what is kept; empty where the topic cannot be read."""
    opened: Callable[[str], tuple[Gate, Iterable[Entry]]]
    """Topic → the gate over it, and its languages; asked for only where its words are to be looked through."""
    keeps: Callable[[str, str], bool]
    """Topic, language → whether anything is kept from anyone; of one that cannot be read, all may be."""
    titled: Callable[[str, str], bool]
    """Topic, language → whether everyone may know its title."""
    changed: Callable[[str], bool]
    """Topic → whether it is not as the last feeds saw it."""
    gone: Callable[[Key], bool]
    """Whether the topic of a brief, or its audience, is there no more: its editions are told of nowhere."""

    @property
    def shelf(self) -> Shelf:
        """The output folder."""
        return self.archive.stacks.shelf


def update(room: Newsroom) -> tuple[Problem, ...]:
    """Write each feed anew where it is not what it should be, take away those of which nothing is left.

    The archive is closed with it: what feeds were made of is remembered there.
    """
    newest = room.archive.newest(_ENTRIES, room.gone)
    known, kept = room.archive.memory.feeds, dict[str, tuple[str, str]]()
    problems: list[Problem] = []
    due: list[_Due] = []
    for audience, editions in newest.items():
        editor = _Editor(room, audience)
        page, last = editor.page(editions), known.get(editor.name, ("", ""))
        if page == last[0] and room.shelf.digest(editor.name) == last[1]:
            kept[editor.name] = last
            continue
        news = [each for each in editions if room.changed(each.topic)] if last[0] else editions
        due.append(_Due(editor, editions, news, page))
    clear = _clear(room, due)
    for each in due:
        try:
            sha256, found, bare = _made(each, clear=each.editor.name in clear)
        except TemplateMistakeError as mistake:
            sha256, found, bare = "", (mistake.problem,), False
        problems += found
        # What was left out once is looked for again.
        kept[each.editor.name] = ("" if bare else each.page, sha256) if sha256 else ("", "")
    there = [FEED, *(f"{FOLDER}/{each}" for each in room.shelf.files(FOLDER) if each.endswith(".atom"))]
    wanted = {_name(each) for each in newest}
    problems += (each for name in there if name not in wanted for each in _removed(room.shelf, name))
    return (*problems, *archiving.close(room.archive, kept))


def _name(audience: str) -> str:
    return f"{FOLDER}/{audience}.atom" if audience else FEED


@dataclass(frozen=True, slots=True)
class _Due:
    """A feed that is to be made."""

    editor: _Editor
    editions: Sequence[Edition]
    news: Sequence[Edition]
    """Those of topics that have changed since a feed told of them; all, where there was none."""
    page: str
    """A name for all that it is made of."""


def _clear(room: Newsroom, due: Sequence[_Due]) -> set[str]:
    """The names of feeds in which, at a first look, nothing is kept of any topic; each topic is opened once for all.

    What one topic tells and another one keeps is found all the same: that is for a second look.
    """
    hays: dict[str, Haystack] = {}
    for each in (each for each in due if each.news):
        with suppress(TemplateMistakeError):  # told when the feed is made
            hays[each.editor.name] = haystack(each.editor.feed(each.news, bare=False))
    clear = {each.editor.name for each in due if not each.news or each.editor.name in hays}
    topics = {each.editor.name: frozenset(each.editor.topics(each.news)) for each in due}
    for topic in sorted({slug for keys in topics.values() for slug, _ in keys}):
        gate, entries = room.opened(topic)
        for editor in (each.editor for each in due if each.editor.name in clear):
            keys = sorted(topics[editor.name] & {entry.key for entry in entries})
            if any(gate.told_in(editor.name, hays[editor.name], editor.secrets(gate, key)) for key in keys):
                clear.discard(editor.name)
    return clear


def _made(due: _Due, *, clear: bool) -> tuple[str, tuple[Problem, ...], bool]:
    """The digest of the file, empty where there is none that should stay, what is wrong with it, and if it is bare.

    Where an old edition tells what is kept now, the feed has no words of any; where that is not enough, there is none.
    """
    editor, editions, news = due.editor, due.editions, due.news
    bare = not clear and bool(editor.leaks(news, editor.feed(news, bare=False)))
    if bare:
        news = editions
    leaks = editor.leaks(news, editor.feed(news, bare=True)) if bare else ()
    shelf = editor.room.shelf
    if leaks:
        return "", (*leaks, *_removed(shelf, editor.name)), bare
    data = editor.feed(editions, bare=bare)
    try:
        if shelf.read(editor.name) != data:
            shelf.write(editor.name, data)
    except (OSError, OutputError) as error:
        return "", (unwritten(editor.name, error),), bare
    return hashlib.sha256(data).hexdigest(), (), bare


def _removed(shelf: Shelf, name: str) -> tuple[Problem, ...]:
    try:
        shelf.remove(name)
    except (OSError, OutputError) as error:
        return (unwritten(name, error),)
    return ()


class _Editor:
    """Writes one feed: that of an audience, or that of all."""

    def __init__(self, room: Newsroom, audience: str) -> None:
        self.room = room
        self.audience = audience
        self.name = _name(audience)
        self._house = room.library.workspace
        self._opened = cache(room.opened)
        self._labels = cache(lambda language: labels_of(room.templates, language))

    def page(self, editions: Sequence[Edition]) -> str:
        """A name for all that the feed is made of, and for what is looked for in it."""
        labels = self.room.templates.digests()["labels"]
        names = repr((self._house, {slug: each.label for slug, each in self.room.library.audiences.items()}))
        told = (repr(each) for each in editions)
        held = (self.room.kept(*each, self.audience) for each in self.topics(editions))
        return hashlib.sha256("\0".join((labels, names, *told, *held)).encode()).hexdigest()

    def topics(self, editions: Sequence[Edition]) -> list[tuple[str, str]]:
        """Those that can be read, with their languages."""
        topics = sorted({(each.topic, each.language) for each in editions})
        return [each for each in topics if self.room.kept(*each, self.audience)]

    def feed(self, editions: Sequence[Edition], *, bare: bool) -> bytes:
        """The bytes; a bare one tells titles and words of no edition. Raises TemplateMistakeError."""
        house, language = self._house, self._house.languages[0]
        organisation = house.organisation.spoken(language)
        try:
            said = (self._labels(language)["changes"]["feed"], self._label(self.audience, language), organisation)
            posts = tuple(self._post(each, bare=bare) for each in editions)
        except (KeyError, TypeError) as error:
            where = Where(f"templates/labels/{language}.yaml")
            raise TemplateMistakeError(Problem("template-wrong", where, {"found": f"labels: {error}"})) from error
        return atom(
            Feed(
                name=f"{house.address or organisation} {self.name}",
                title=" | ".join(filter(None, said)),
                language=language,
                direction=voice_for(language, house.digits).direction,
                author=organisation,
                home=self._address(INDEX),
                own=self._address(self.name) if house.address else "",
                posts=posts,
            )
        )

    def _label(self, audience: str, language: str) -> str:
        reader = self.room.library.audiences.get(audience)
        return reader.label.spoken(language) if reader else audience

    def _address(self, name: str) -> str:
        """A file of the output folder: where it is published, else where it lies beside the feed."""
        up = "../" * self.name.count("/")
        return (f"{self._house.address.rstrip('/')}/" if self._house.address else up) + quote(name)

    def _post(self, edition: Edition, *, bare: bool) -> Post:
        labels = self._labels(edition.language)
        voice = voice_for(edition.language, self._house.digits)
        label = self._label(edition.audience, edition.language)
        number = labels["index"]["edition"].format(n=digits(str(edition.number), voice.digits))
        title = edition.title if not bare and self._named(edition) else edition.topic
        names = sorted(edition.files, key=lambda each: (PurePath(each).suffix != ".html", each))
        links = ((self._address(f"{edition.folder}/{each}"), _TYPES[PurePath(each).suffix]) for each in names)
        return Post(
            name=f"{'/'.join(edition.key)}/{edition.number}/{edition.brief}",
            title=" · ".join((title, label, number)),
            language=edition.language,
            direction=voice.direction,
            day=edition.day,
            audience=(edition.audience, label),
            words=self._words(edition, labels, bare=bare),
            links=tuple(links),
        )

    def _named(self, edition: Edition) -> bool:
        """Whether the readers of the feed may know a title: all may, where it is worded alike for all."""
        return bool(self.audience) or self.room.titled(edition.topic, edition.language)

    def _words(self, edition: Edition, labels: Mapping[str, Any], *, bare: bool) -> tuple[str, ...]:
        """What changed; where others may read along, and anything of the topic is kept from anyone, how much did."""
        words = labels["changes"]
        if not edition.words:
            return (words["first"],)
        if not bare and (self.audience or not self.room.keeps(edition.topic, edition.language)):
            return edition.words
        policy = voice_for(edition.language, self._house.digits).digits
        counts = Counter(each.kind for each in edition.changes)
        told = (
            f"{words[kind]}: {counted(count, words['pieces'], lang=edition.language, policy=policy)}"
            for kind, count in counts.items()
        )
        return (edition.words[0], *(told if counts else (words["none"],)))

    def secrets(self, gate: Gate, key: tuple[str, str]) -> tuple[Secrets, ...]:
        """What the readers of the feed are kept from of a topic in a language; all are, where it is one for all."""
        return gate.secrets(*key, self.audience) if self.audience else (gate.own(*key, None),)

    def leaks(self, editions: Sequence[Edition], data: bytes) -> tuple[Problem, ...]:
        """What the feed tells that its readers are kept from."""
        held: list[Secrets] = []
        gates: list[Gate] = []
        for topic, language in self.topics(editions):
            gate, entries = self._opened(topic)
            if any(entry.key == (topic, language) for entry in entries):
                held += self.secrets(gate, (topic, language))
                gates.append(gate)
        # One topic may tell what another one keeps: all are looked for at once.
        return gates[0].leaks(self.name, data, held) if gates else ()
