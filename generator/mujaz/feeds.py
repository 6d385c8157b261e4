"""The archive → `feed.atom` and `feeds/AUDIENCE.atom`, where they differ; tells no one what is kept from them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from mujaz.arabic import counted, digits
from mujaz.archive import unwritten
from mujaz.atom import Feed, Post, atom
from mujaz.export.site import INDEX
from mujaz.jobs import Site
from mujaz.listing import unkept
from mujaz.model.edition import Edition
from mujaz.notes import voice_for
from mujaz.problems import Problem, Where
from mujaz.publish import OutputError
from mujaz.templates import TemplateMistakeError, labels_of

FEED = "feed.atom"
FOLDER = "feeds"
_ENTRIES = 50
_TYPES = {".html": "text/html", ".pdf": "application/pdf"}


def update(site: Site) -> tuple[Problem, ...]:
    """Write each feed anew where it is not what it should be, take away those of which nothing is left.

    The archive is closed with it: what feeds were made of is remembered there.
    """
    newest = site.archive.newest(_ENTRIES)
    known, kept = site.archive.memory.feeds, dict[str, tuple[str, str]]()
    problems: list[Problem] = []
    for audience, editions in newest.items():
        name = _name(audience)
        try:
            page, found = _made(_Editor(site, audience), editions, known.get(name, ("", "")))
        except TemplateMistakeError as mistake:
            page, found = known.get(name, ("", "")), (mistake.problem,)
        problems += found
        kept[name] = page
    there = [FEED, *(f"{FOLDER}/{each}" for each in site.shelf.files(FOLDER) if each.endswith(".atom"))]
    wanted = {_name(each) for each in newest}
    problems += (each for name in there if name not in wanted for each in _removed(site, name))
    return (*problems, *site.archive.close(kept))


def _name(audience: str) -> str:
    return f"{FOLDER}/{audience}.atom" if audience else FEED


def _made(
    editor: _Editor, editions: Sequence[Edition], known: tuple[str, str]
) -> tuple[tuple[str, str], tuple[Problem, ...]]:
    """What is to be remembered of a feed, and what is wrong with it.

    Where an old edition tells what is kept now, the feed has no words of any; where that is not enough, there is none.
    """
    data = editor.feed(editions, bare=False)
    page = hashlib.sha256(b"\0".join((data, editor.kept(editions).encode()))).hexdigest()
    shelf, name = editor.site.shelf, editor.name
    if page == known[0] and shelf.digest(name) == known[1]:
        return known, ()
    if editor.leaks(editions, data):
        data = editor.feed(editions, bare=True)
    leaks = editor.leaks(editions, data)
    if leaks:
        return ("", ""), (*leaks, *_removed(editor.site, name))
    try:
        if shelf.read(name) != data:
            shelf.write(name, data)
    except (OSError, OutputError) as error:
        return ("", ""), (unwritten(name, error),)
    return (page, hashlib.sha256(data).hexdigest()), ()


def _removed(site: Site, name: str) -> tuple[Problem, ...]:
    try:
        site.shelf.remove(name)
    except (OSError, OutputError) as error:
        return (unwritten(name, error),)
    return ()


class _Editor:
    """Writes one feed: that of an audience, or that of all."""

    def __init__(self, site: Site, audience: str) -> None:
        self.site = site
        self.audience = audience
        self.name = _name(audience)
        self._house = site.library.workspace
        self._entries = {entry.key: entry for entry in site.library.topics}

    def feed(self, editions: Sequence[Edition], *, bare: bool) -> bytes:
        """The bytes; a bare one tells titles and words of no edition. Raises TemplateMistakeError."""
        house, language = self._house, self._house.languages[0]
        organisation = house.organisation.spoken(language)
        labels = labels_of(self.site.templates, language)
        try:
            said = (labels["changes"]["feed"], self._label(self.audience, language), organisation)
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
        reader = self.site.library.audiences.get(audience)
        return reader.label.spoken(language) if reader else audience

    def _address(self, name: str) -> str:
        """A file of the output folder: where it is published, else where it lies beside the feed."""
        up = "../" * self.name.count("/")
        return (f"{self._house.address.rstrip('/')}/" if self._house.address else up) + quote(name)

    def _post(self, edition: Edition, *, bare: bool) -> Post:
        labels = labels_of(self.site.templates, edition.language)
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
        entry = self._entries.get((edition.topic, edition.language))
        return bool(self.audience) or (entry is not None and unkept(entry).title)

    def _words(self, edition: Edition, labels: Mapping[str, Any], *, bare: bool) -> tuple[str, ...]:
        """What changed; where others may read along, and anything of the topic is kept from anyone, how much did."""
        words = labels["changes"]
        if not edition.words:
            return (words["first"],)
        kept = not self.audience and self.site.gate.keeps(edition.topic, edition.language)
        if not bare and not kept:
            return edition.words
        policy = voice_for(edition.language, self._house.digits).digits
        counts = Counter(each.kind for each in edition.changes)
        told = (
            f"{words[kind]}: {counted(count, words['pieces'], lang=edition.language, policy=policy)}"
            for kind, count in counts.items()
        )
        return (edition.words[0], *(told if counts else (words["none"],)))

    def kept(self, editions: Sequence[Edition]) -> str:
        """A name for what the feed is looked through for."""
        if not self.audience:
            return self.site.gate.everyone
        topics = sorted({(each.topic, each.language) for each in editions})
        return " ".join(self.site.gate.digest(*each, self.audience) for each in topics)

    def leaks(self, editions: Sequence[Edition], data: bytes) -> tuple[Problem, ...]:
        """What the feed tells that its readers are kept from."""
        gate = self.site.gate
        if not self.audience:
            return gate.listed(self.name, data)
        topics = sorted({(each.topic, each.language) for each in editions})
        return gate.leaks(self.name, data, [one for each in topics for one in gate.secrets(*each, self.audience)])
