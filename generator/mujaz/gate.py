"""A library and its templates → what each file must not tell, and where it tells it; opens and removes nothing."""

from __future__ import annotations

import datetime
import hashlib
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, lru_cache, partial
from itertools import accumulate

from mujaz import arabic
from mujaz.check.texts import Whole, whole_of
from mujaz.leaks import Common, Finding, Haystack, Known, Secrets, excused, haystack, kept, search
from mujaz.leaks.channels import text
from mujaz.leaks.letters import WALL, letters, unnumbered, walled
from mujaz.model.content import Entry, EntryKey, Library
from mujaz.problems import Problem, Severity
from mujaz.templates import Templates

_WORDED = (".j2", ".css", ".js", ".yaml", ".csl")
"""Endings of templates that hold words."""
_PLACES = re.compile(r"""\b(?:id|for|href|aria-[a-z]+)=["']#?_?([a-z0-9-]+)""")
_OURS = frozenset({"section", "note", "call", "references", "caption"})
"""What the names of places begin with that no author gave."""
_METHOD = "3"
"""How files are looked through; another one looks through all of them once more."""
_TOPICS = 4
"""That are kept in mind at a time."""
_SOUND = 4096
"""Files known to tell nothing: an edition has the very bytes that lie outside the archive."""
_CHANNELS = 5
"""Of so many at most a sentence tells."""


@dataclass
class _Words:
    """The words of the house itself, which the gates over all of its topics share; gone through when first needed."""

    library: Library
    templates: Templates
    sound: dict[tuple[str, ...], None] = field(default_factory=dict)
    """Files, by their bytes and what was looked for in them, that tell nothing of it."""

    @cached_property
    def common(self) -> Common:
        """What is told to everyone, whatever a topic says."""
        told = walled(list(_aloud(self.library, self.templates)))
        return Common(f"{WALL}{told}{WALL}", _places(self.templates))

    @cached_property
    def public(self) -> Known:
        """The same, to be asked for the starts and ends of its texts."""
        return Known(self.common.letters)

    @cached_property
    def worded(self) -> tuple[tuple[str, list[int], str], ...]:
        """The templates of the house: name, where each line begins in the letters, and the letters."""
        found = []
        for name, data in sorted(self.templates.house.items()):
            if name.endswith(_WORDED):
                lines = [unnumbered(letters(line)) for line in _decoded(data).splitlines()]
                found.append((f"templates/{name}", [0, *accumulate(map(len, lines))], "".join(lines)))
        return tuple(found)


class Gate:
    """What readers are kept from; each topic is gone through once for a run."""

    def __init__(self, library: Library, templates: Templates) -> None:
        self._library = library
        self._entries = {entry.key: entry for entry in library.topics}
        self._templates = templates
        # What is looked up weighs megabytes for each topic and reader, and targets come in the order of topics.
        # None of it knows this gate: with its topics it is gone as soon as nobody holds it, and not at the next search
        # for garbage.
        self._whole = lru_cache(maxsize=_TOPICS)(partial(_read, self._entries))
        self._secrets = lru_cache(maxsize=_TOPICS * 8)(partial(_kept, self._entries, self._whole))
        self._marks: dict[tuple[EntryKey, str | None], str] = {}
        self._lent: dict[str, tuple[tuple[EntryKey, Secrets], ...]] = {}
        self._words = _Words(self._library, templates)

    def of(self, entries: Iterable[Entry], marks: Mapping[tuple[EntryKey, str | None], str] | None = None) -> Gate:
        """The gate over other topics of the same house, whose own words are gone through once for all.

        `marks` are those of these topics that are known: topic and language, audience → what `mark` gave.
        """
        other = Gate(replace(self._library, topics=tuple(entries)), self._templates)
        other._marks.update(marks or {})
        other._words = self._words
        return other

    def forget(self) -> None:
        """Let go of what weighs much; it is looked up once more where someone asks for it."""
        self._whole.cache_clear()
        self._secrets.cache_clear()
        self._lent.clear()

    def own(self, topic: str, language: str, audience: str | None) -> Secrets:
        """What a topic keeps from an audience; from any audience, where none is named."""
        return self._secrets((topic, language), audience)

    def lends(self, audience: str) -> bool:
        """Whether words that one of these topics keeps from an audience stand in templates of the house."""
        return bool(self._strangers(audience))

    def secrets(self, topic: str, language: str, audience: str) -> tuple[Secrets, ...]:
        """What a file for this audience must not tell: of its topic, and of all whose words the house's files hold."""
        if (topic, language) not in self._entries:
            return ()
        own = self._secrets((topic, language), audience)
        return (own, *(each for key, each in self._strangers(audience) if key != (topic, language)))

    def digest(self, topic: str, language: str, audience: str) -> str:
        """A name for it: what was looked through for the same need not be looked through again."""
        if (topic, language) not in self._entries:
            return ""
        return self.joined(self.mark(topic, language, audience), (topic, language), audience)

    def mark(self, topic: str, language: str, audience: str | None) -> str:
        """Two names for what a topic itself keeps: with what of it the reader may know all the same, and with all."""
        key = (topic, language)
        if (key, audience) not in self._marks:
            self._marks[key, audience] = self._marked(key, audience)
        return self._marks[key, audience]

    def joined(self, own: str, but: tuple[str, str], audience: str) -> str:
        """The digest of what a topic itself keeps, by its mark, with what other topics lend to the house's templates.

        What one of several topics tells may be what another one keeps: then all of it counts.
        """
        strangers = [each.digest for key, each in self._strangers(audience) if key != but]
        alone, whole = own.split()
        return hashlib.sha256("\0".join((_METHOD, whole if strangers else alone, *strangers)).encode()).hexdigest()

    @staticmethod
    def keeps(secrets: Iterable[Secrets]) -> bool:
        """Whether there is anything to look for."""
        return any(each.texts or each.names for each in secrets)

    def leaks(
        self, name: str, data: bytes, secrets: Iterable[Secrets], hay: Haystack | None = None
    ) -> tuple[Problem, ...]:
        """What a file tells of it, `name` being the file's below the output folder, and `hay` all that it says."""
        held = tuple(secrets)
        if not self.keeps(held):
            return ()
        looked = (hashlib.sha256(data).hexdigest(), *(each.digest for each in held))
        sound = self._words.sound
        if looked in sound:
            return ()
        found = self.told_in(name, haystack(data) if hay is None else hay, held)
        if not found:
            sound[looked] = None
            if len(sound) > _SOUND:
                sound.clear()
        return found

    def told_in(self, name: str, hay: Haystack, held: tuple[Secrets, ...]) -> tuple[Problem, ...]:
        """The same of a file that is looked through for one topic after the other."""
        return tuple(self._problems(name, held, hay, cache(lambda: self._beside(held))))

    def _beside(self, held: tuple[Secrets, ...]) -> Common:
        """What is common to all, and what these topics tell the reader: one may tell what another keeps."""
        common = self._words.common
        return Common("\n".join((common.letters, *(each.told for each in held))), common.names)

    def listed(self, name: str, hay: Haystack, everywhere: Callable[[], Common]) -> tuple[Problem, ...]:
        """What a file that is one for all tells that any reader is kept from by these topics."""
        held = (self._secrets(key, None) for key in self._entries)
        return tuple(self._problems(name, held, hay, everywhere))

    @property
    def told(self) -> str:
        """The letters of all that these topics keep from no one, and their slugs."""
        return "\n".join(self._secrets(key, None).told for key in sorted(self._entries))

    @staticmethod
    def everyone(digests: Iterable[str]) -> str:
        """A name for what is kept from anyone, by the digest of each topic."""
        return hashlib.sha256("\0".join((_METHOD, *digests)).encode()).hexdigest()

    def public(self, gates: Iterable[Gate]) -> Common:
        """What is common to all, and with it all that is kept from no one, of the topics of these gates."""
        common = self._words.common
        told, slugs = [common.letters], set()
        for each in gates:
            told.append(each.told)
            slugs |= {slug for slug, _ in each._entries}  # of its own kind
        return Common("\n".join(told), common.names | slugs)

    def _marked(self, key: tuple[str, str], audience: str | None) -> str:
        secrets = self._secrets(key, audience)
        if not secrets.texts or audience is None:  # what is one for all is looked through by all
            return f"{secrets.digest} {secrets.digest}"
        runs = excused(secrets, Known(secrets.told, self._words.public))
        alone = hashlib.sha256("\0".join((secrets.kept, *runs)).encode()).hexdigest()
        return f"{alone} {secrets.digest}"

    def _strangers(self, audience: str) -> tuple[tuple[EntryKey, Secrets], ...]:
        """The topics whose secrets stand in the templates of the house: these go into the files of all topics."""
        if audience not in self._lent:
            self._lent[audience] = self._lenders(audience)
        return self._lent[audience]

    def _lenders(self, audience: str) -> tuple[tuple[EntryKey, Secrets], ...]:
        house = self._templates.house
        worded = (name for name in sorted(house) if name.endswith(_WORDED))
        hay = Haystack(each for name in worded for each in text("source", name, house[name]))
        if not hay.letters:
            return ()
        every = ((key, self._secrets(key, audience)) for key in sorted(self._entries))
        return tuple((key, each) for key, each in every if search(each, hay, lambda: self._words.common))

    def _problems(
        self, name: str, held: Iterable[Secrets], hay: Haystack, common: Callable[[], Common]
    ) -> Iterator[Problem]:
        for found in (each for secrets in held for each in search(secrets, hay, common)):
            told = "|".join(f"{kind}:{at.replace(chr(124), chr(32))}" for kind, at in found.channels[:_CHANNELS])
            facts = {"found": found.words, "file": f"output/{name}", "channels": told}
            holder = self._holder(found)
            yield Problem("leak", found.where, {**facts, "holder": holder} if holder else facts)

    def _holder(self, found: Finding) -> str:
        """The template or label of the house that holds the words, with the line; empty where none does."""
        for origin, starts, said in self._words.worded:
            places = [at for run in found.runs if (at := said.find(run)) >= 0]
            if places:
                return f"{origin}:{bisect_right(starts, min(places))}"
        return ""


def _read(entries: Mapping[EntryKey, Entry], key: EntryKey) -> Whole:
    return whole_of(entries[key])


def _kept(
    entries: Mapping[EntryKey, Entry], whole: Callable[[EntryKey], Whole], key: EntryKey, audience: str | None
) -> Secrets:
    return kept(entries[key], audience, whole(key))


def withdrawn(name: str, leaks: Sequence[Problem]) -> Problem:
    """That a file was taken away because it told what its readers are kept from now, at the first place of it."""
    facts = {"found": leaks[0].facts["found"], "file": f"output/{name}"}
    others = len({each.where for each in leaks}) - 1
    return Problem(
        "leak-withdrawn", leaks[0].where, {**facts, "others": str(others)} if others else facts, Severity.WARNING
    )


def _aloud(library: Library, templates: Templates) -> Iterator[str]:
    """The words of the package, the names of the house and of its audiences, and those of months."""
    house = library.workspace
    for name, data in templates.package.items():
        if name.endswith(".yaml"):
            yield from (line.partition(": ")[2] for line in _decoded(data).splitlines())
        elif name.endswith(_WORDED):
            yield _decoded(data)
    for names in (house.organisation, house.licence, *(each.label for each in library.audiences.values())):
        yield from names.by_language.values() if names else ()
    yield from (house.address or "", house.press.profile or "")
    for language in house.languages:
        for month in range(1, 13):
            day = datetime.date(2024, month, 15)
            told = arabic.date(day, lang=language, country=house.country, calendar="both", policy="western")
            yield from re.split(r"\d+", told)


def _decoded(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _places(templates: Templates) -> frozenset[str]:
    """What the package's own templates call places in a page."""
    found = (_PLACES.findall(_decoded(data)) for name, data in templates.package.items() if name.endswith(".j2"))
    return _OURS.union(*found)


def reader(name: str) -> tuple[str, str, str]:
    """The topic, language and audience of a file below the output folder."""
    topic, _, file = name.partition("/")
    audience, language = file.split(".")[:2]
    return topic, language, audience
