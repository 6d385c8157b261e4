"""Briefs and files that were made → `Card`s, and of these the `Listing`; tells what every reader may know, no more."""

from __future__ import annotations

import datetime
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from mujaz import arabic
from mujaz.check.texts import whole_of
from mujaz.folding import spellings
from mujaz.model.brief import Brief
from mujaz.model.content import Audience, Entry, Workspace
from mujaz.model.listing import Card, Copy, Held, Listed, Listing, Offer
from mujaz.model.text import Kept
from mujaz.notes import voice_for
from mujaz.prose import bare

_LINES = frozenset({"title", "headline", "statement", "term", "instrument", "caption"})
"""The fields that search looks through: what stands at the head of a block or point."""


@dataclass(frozen=True, slots=True)
class Free:
    """What of a topic is kept from nobody and worded alike for all."""

    title: bool
    subtitle: bool
    lines: frozenset[str]
    """What stands at the head of its blocks and points, in the spelling of search."""


def unkept(entry: Entry) -> Free:
    """What of a topic everyone may know, whoever is told of it."""
    whole = whole_of(entry)
    kept = [path for path, thing in whole.nouns if isinstance(thing, Kept) and (thing.never or thing.only is not None)]
    several = {text.at for text in whole.texts if text.audience}
    free = [
        text
        for text in whole.texts
        if text.at not in several and not any(text.at[: len(path)] == path for path in kept)
    ]
    own = {text.at for text in free if len(text.at) == 1}
    lines = frozenset(_line(text.bare) for text in free if text.field in _LINES and len(text.at) > 1)
    return Free(("title",) in own, ("subtitle",) in own, lines)


def card(brief: Brief, free: Free, sha256: str) -> Card:
    """What the index may know of a file that shows a brief."""
    return Card(
        sha256=sha256,
        direction=brief.direction,
        title=unicodedata.normalize("NFC", brief.name) if free.title else None,
        subtitle=bare(brief.subtitle) if brief.subtitle is not None and free.subtitle else None,
        day=brief.day,
        label=brief.label,
        keywords=brief.keywords,
        lines=tuple(sorted(free.lines.intersection(map(_line, _lines(brief))))),
    )


def _lines(brief: Brief) -> Iterator[str]:
    for section in brief.sections:
        if section.mention is not None:
            yield section.mention.striptags()
        for holder in (section.fields, *(item.mentions for item in section.points)):
            told = (value for name, value in holder.items() if name in _LINES)
            yield from (bare(value) for value in told if isinstance(value, Markup))


def _line(text: str) -> str:
    return " ".join(spelled for word in spellings(text) for spelled in word)


# ------------------------------------------------------------------------------------------------ the listing


def listing(
    files: Iterable[Held], workspace: Workspace, *, audiences: Mapping[str, Audience], labels: Mapping[str, Any]
) -> Listing:
    """All files as one list: topics, the newest first, in each of their languages, for each audience.

    `labels` are those of the workspace's first language. Raises KeyError or TypeError where they lack a word.
    """
    clerk = _Clerk(workspace, audiences, labels["index"])
    shelves: dict[tuple[str, str], list[Held]] = {}
    for each in sorted(files, key=lambda held: held.target):
        shelves.setdefault((each.target.topic, each.target.language), []).append(each)
    entries = {key: clerk.entry(held) for key, held in shelves.items()}
    languages = sorted({language for _, language in entries}, key=clerk.rank)
    topics = [
        tuple(entries[slug, language] for language in languages if (slug, language) in entries)
        for slug in sorted({slug for slug, _ in entries})
    ]
    topics.sort(key=lambda topic: max(each.day for each in topic), reverse=True)
    offers = {each.audience: each.label for topic in topics for entry in topic for each in entry.offers}
    return Listing(
        title=clerk.words["title"],
        organisation=workspace.organisation.spoken(clerk.language),
        language=clerk.language,
        direction=clerk.voice.direction,
        digits=arabic.digits("0123456789", clerk.voice.digits),
        found=arabic.counted(len(topics), clerk.words["found"], lang=clerk.language, policy=clerk.voice.digits),
        audiences=tuple(sorted(offers.items(), key=lambda each: arabic.sort_key(each[1]))),
        languages=tuple(languages),
        topics=tuple(topics),
    )


class _Clerk:
    """Writes single entries in the language of the index."""

    def __init__(self, workspace: Workspace, audiences: Mapping[str, Audience], words: Mapping[str, Any]) -> None:
        self.workspace = workspace
        self.audiences = audiences
        self.words = words
        self.language = workspace.languages[0]
        self.voice = voice_for(self.language, workspace.digits)
        # Thousands of files have the same few sizes, numbers of pages and days.
        self.pages, self.size, self.date = cache(self._pages), cache(self._size), cache(self._date)

    def rank(self, language: str) -> tuple[int, str]:
        """Languages stand as the workspace names them; one that it has given up stands last."""
        known: tuple[str, ...] = self.workspace.languages
        return (known.index(language) if language in known else len(known), language)

    def entry(self, files: Sequence[Held]) -> Listed:
        """A topic in one language."""
        cards = sorted((each.card for each in files), key=lambda card: card.day, reverse=True)
        slug, language = files[0].target.topic, files[0].target.language
        title = self._in_digits(cards[0].title, language)
        subtitle = self._in_digits(cards[0].subtitle, language)
        offers = tuple(self._offers(files))
        # Of no line that stands here an audience is kept: that it is too deep for one of them is no secret.
        lines = {line for each in cards for line in each.lines}
        heads = _line(" ".join((title or "", subtitle or "", slug, *cards[0].keywords)))
        labels = _line(" ".join((*(each.label for each in offers), *sorted(each.label for each in cards))))
        words = " ".join((heads, labels, *sorted(lines))).split()
        return Listed(
            language=language,
            direction="ltr" if title is None else cards[0].direction,
            title=title or slug,
            subtitle=subtitle,
            day=cards[0].day,
            date=self.date(cards[0].day),
            keywords=cards[0].keywords,
            offers=offers,
            heads=" ".join(dict.fromkeys(heads.split())),
            words=" ".join(dict.fromkeys(words)),
        )

    def _in_digits(self, text: str | None, language: str) -> str | None:
        """A text of one reader in the digits of the house."""
        policy = voice_for(language, self.workspace.digits).digits
        return None if text is None else arabic.digits(arabic.digits(text, "western"), policy)

    def _offers(self, files: Sequence[Held]) -> Iterator[Offer]:
        held: dict[str, list[Held]] = {}
        for each in files:
            held.setdefault(each.target.audience, []).append(each)
        for slug, own in held.items():
            audience = self.audiences.get(slug)
            label = audience.label.spoken(self.language) if audience else own[0].card.label
            number = max(each.edition for each in own)
            said = self._filled("edition", number) if number > 1 else ""
            yield Offer(slug, label, said, tuple(self._copy(each) for each in own))

    def _copy(self, file: Held) -> Copy:
        pages = [self.pages(file.pages)] if file.pages else []
        return Copy(file.target.medium, quote(file.target.name), (*pages, self.size(max(1, round(file.size / 1000)))))

    def _pages(self, number: int) -> str:
        return arabic.counted(number, self.words["pages"], lang=self.language, policy=self.voice.digits)

    def _size(self, kilobytes: int) -> str:
        large = kilobytes >= 1000
        return self._filled("megabytes" if large else "kilobytes", round(kilobytes / 1e3, 1) if large else kilobytes)

    def _filled(self, word: str, value: float) -> str:
        said: str = self.words[word]
        return said.replace("{n}", arabic.number(value, self.voice.digits, self.language))

    def _date(self, day: str) -> str:
        spoken = {"lang": self.language, "country": self.workspace.country, "policy": self.voice.digits}
        value = datetime.date.fromisoformat(day)
        try:
            return arabic.date(value, calendar=self.workspace.calendar, **spoken)  # type: ignore[arg-type] # as the call below
        except arabic.HijriRangeError:  # an audience with a calendar of its own may have a brief of that day
            return arabic.date(value, calendar="gregorian", **spoken)  # type: ignore[arg-type] # mypy joins the values of a dict
