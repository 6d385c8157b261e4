"""(`Entry`, audience) → its `Secrets`: every text that is kept from it, in runs of words; trusts no other stage."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from mujaz.brackets import BRACKET
from mujaz.check.texts import Text, Whole, place, whole_of
from mujaz.leaks.letters import WALL, unnumbered, walled, words
from mujaz.model.content import Entry, Path, Reference
from mujaz.model.text import Judged, Kept
from mujaz.problems import Where

WORDS = 4
"""A run of so many words is told again by nobody by chance."""
LETTERS = 14
"""And so many letters: «of the» and «at the» are four words."""
GRAM = 10
"""Letters by which a run is looked up."""
STEP = LETTERS - GRAM + 1
"""Of so many places in a row, one begins letters that lie wholly inside a run, wherever the run begins."""
_PAIR = 8
"""Letters of a whole text of few words that is looked for, digits aside."""
_ALONE = 10
"""Letters of a whole text of one word that is looked for, digits aside."""
_ADDRESS = re.compile(r"https?://([^\s<>()\[\]\"']+)")
_CITED = re.compile(r"[;؛]|-?@[^\s,،;؛\]]+")
_SILENT = frozenset({"id", "type", "language", "allow"})
"""Fields of a reference that are words of programs."""


@dataclass(frozen=True, slots=True)
class Line:
    """All letters of a text that is kept, in the one direction or in the other."""

    number: int
    """Of the text."""
    letters: str
    starts: tuple[int, ...]
    """Where in them the runs that are looked for begin, rising."""
    runs: tuple[tuple[int, int, int], ...]
    """The same: where each begins and ends, and which of the text's it is."""


@dataclass(frozen=True, slots=True)
class Run:
    """Some words in a row of a text that is kept."""

    letters: str
    """Without digits."""
    full: str
    """With them."""
    start: int
    end: int
    """Where it stands in that text, in characters."""


@dataclass(frozen=True)
class Secret:
    """A text that is kept from a reader."""

    words: str
    locate: Callable[[int], Where]
    """A character of it → where the author wrote it."""
    short: bool = True
    """Whether it is looked for as a whole where it is too short for a run."""

    @cached_property
    def held(self) -> list[tuple[int, int, str]]:
        """Its words, as `words` gives them."""
        return words(self.words)

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """What of it is looked for."""
        runs = tuple(_runs(self.held))
        return runs or (tuple(_whole(self.held)) if self.short else ())


@dataclass(frozen=True)
class Secrets:
    """What a reader must not find in any file, and what it may."""

    texts: tuple[Secret, ...]
    names: Mapping[str, Where]
    """Ids and keys → where they are written."""
    open: tuple[str, ...] = field(repr=False)
    """All that the topic tells this reader, or could tell it."""
    digest: str
    """Of all of it, and what the reader may know with it."""
    kept: str
    """Of what is kept alone."""

    @cached_property
    def index(self) -> Mapping[str, list[tuple[Line, int]]]:
        """Letters → where they stand in what is kept, read on, and read back: some programs store texts so."""
        found: dict[str, list[tuple[Line, int]]] = {}
        for line in self.lines:
            for at in range(len(line.letters) - GRAM + 1):
                found.setdefault(line.letters[at : at + GRAM], []).append((line, at))
        return found

    @property
    def indexed(self) -> bool:
        """Whether someone has asked for the index, so that it costs nothing any more."""
        return "index" in self.__dict__

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The texts that are long enough to be looked up, in both directions."""
        return tuple(line for number, secret in enumerate(self.texts) for line in _lines(number, secret))

    @cached_property
    def brief(self) -> Mapping[str, tuple[tuple[int, int], ...]]:
        """The whole texts that are too short for the index, each with its text and run."""
        found: dict[str, list[tuple[int, int]]] = {}
        for number, secret in enumerate(self.texts):
            for which, run in enumerate(secret.runs):
                if len(run.letters) < LETTERS:
                    found.setdefault(run.letters, []).append((number, which))
        return {said: tuple(places) for said, places in found.items()}

    @cached_property
    def told(self) -> str:
        """The letters and digits of all that is open, a wall on both sides of each text."""
        return f"{WALL}{walled(list(self.open))}{WALL}"


def _lines(number: int, secret: Secret) -> Iterator[Line]:
    """A text in both directions, where anything of it is long enough to be looked up."""
    said, places = "", {}
    for start, end, word in secret.held:
        begun, said = len(said), said + unnumbered(word)
        places[start], places[end] = begun, len(said)
    runs = [
        (places[run.start], places[run.end], which)
        for which, run in enumerate(secret.runs)
        if len(run.letters) >= LETTERS
    ]
    for letters, found in ((said, runs), (said[::-1], [(len(said) - end, len(said) - at, w) for at, end, w in runs])):
        if found:
            found.sort()
            yield Line(number, letters, tuple(at for at, _, _ in found), tuple(found))


def _runs(held: list[tuple[int, int, str]]) -> Iterator[Run]:
    """From each word on, as many as are told again by nobody by chance."""
    for first in range(len(held)):
        if _numeral(held[first][2]):
            continue
        full, count = "", 0
        for last in range(first, len(held)):
            full += held[last][2]
            count += not _numeral(held[last][2])
            if count >= WORDS and len(said := unnumbered(full)) >= LETTERS:
                yield Run(said, full, held[first][0], held[last][1])
                break
        else:
            return


def _whole(held: list[tuple[int, int, str]]) -> Iterator[Run]:
    """A text of few words as one run. A date or a number is no secret by itself: others have the same."""
    spoken = [each for each in held if not _numeral(each[2])]
    full = "".join(each[2] for each in held)
    said = unnumbered(full)
    needed = (_ALONE, 1) if len(held) == 1 else (_PAIR, 3 if len(spoken) < len(held) else 2)
    if len(said) >= needed[0] and len(spoken) >= needed[1]:
        yield Run(said, full, held[0][0], held[-1][1])


def _numeral(word: str) -> bool:
    """Whether a word is a number, also one with the letter of its calendar behind it."""
    return word[0].isdecimal()


def kept(entry: Entry, audience: str | None, whole: Whole | None = None) -> Secrets:
    """What a topic keeps from an audience; from any audience at all where it is None."""
    whole = whole or whole_of(entry)
    hidden = tuple(path for path, thing in whole.nouns if isinstance(thing, Kept) and _hidden(thing, audience))
    secret = tuple(_unseen(whole, hidden, audience))
    unseen = {id(each) for each in secret}
    free = [each for each in whole.texts if id(each) not in unseen]
    lent = dict.fromkeys(key for text in free for key in text.keys)
    lost = dict.fromkeys(key for text in secret for key in text.keys if key not in lent and key in entry.references)
    texts = (*_texts(entry, secret), *_reasons(entry, whole, hidden), *_sources(entry, lost))
    told = tuple(_open(entry, free, lent))
    names = {**_ids(entry, whole, hidden), **{key: _reference(entry, key, "id") for key in lost}}
    beside = told if texts or names else ()
    said = "\0".join((*(each.words for each in texts), "", *names, ""))
    return Secrets(texts, names, told, _digest(said, *beside), _digest(said))


def _digest(*said: str) -> str:
    return hashlib.sha256("\0".join(said).encode()).hexdigest()


def _hidden(thing: Kept, audience: str | None) -> bool:
    """Read from the fields themselves: `shown_to` is what tailor asks, and this is to find what it gets wrong."""
    if audience is None:
        return bool(thing.never) or thing.only is not None
    return audience in thing.never or (thing.only is not None and audience not in thing.only)


def _unseen(whole: Whole, hidden: tuple[Path, ...], audience: str | None) -> Iterator[Text]:
    """The texts that this reader has no part in: of what is kept from it, or worded for others."""
    readers: dict[Path, set[str]] = {}
    for text in whole.texts:
        if text.audience is not None:
            readers.setdefault(text.at, set()).add(text.audience)
    for text in whole.texts:
        own = readers.get(text.at, set())
        theirs = audience if audience in own else None
        others = bool(own) if audience is None else text.audience != theirs
        if others or any(text.at[: len(path)] == path for path in hidden):
            yield text


def _texts(entry: Entry, unseen: Iterable[Text]) -> Iterator[Secret]:
    for text in unseen:
        yield Secret(text.bare, partial(_placed, entry, text, 0))
        for address in _ADDRESS.finditer(text.words):
            yield Secret(address[1], partial(_placed, entry, text, address.start(1)))
        for bracket in BRACKET.finditer(text.words) if text.keys else ():
            inner = _CITED.sub(lambda found: " " * len(found[0]), bracket[1])
            yield Secret(inner, partial(_placed, entry, text, bracket.start(1)), short=False)


def _placed(entry: Entry, text: Text, start: int, at: int) -> Where:
    """A character behind the one at `start`."""
    return place(entry, text, start + at)


def _always(where: Where, _: int) -> Where:
    """The place of what is not followed letter by letter."""
    return where


def _reasons(entry: Entry, whole: Whole, hidden: tuple[Path, ...]) -> Iterator[Secret]:
    """Why a rule does not apply to what is kept: no reader is told, least of all this one."""
    for path, thing in whole.nouns:
        if path in hidden and isinstance(thing, Judged):
            for rule, reason in thing.allow.items():
                where = entry.source.where((*path, "allow", rule))
                yield Secret(reason, partial(_always, where))


def _sources(entry: Entry, lost: Iterable[str]) -> Iterator[Secret]:
    """What is told of references that only texts cite that are kept."""
    for key in lost:
        for name, said in _fields(entry.references[key]):
            where = _reference(entry, key, name)
            yield Secret(said, partial(_always, where))


def _fields(reference: Reference) -> Iterator[tuple[str, str]]:
    for name, value in reference.item.items():
        if name not in _SILENT:
            for said in _said(value):
                address = _ADDRESS.fullmatch(said)
                yield name, address[1] if address else said


def _said(value: Any) -> Iterator[str]:
    """The texts of a field; the parts of a person's name are one, in either order."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping) and "family" in value:
        parts = [str(value[part]) for part in ("given", "family") if part in value]
        yield from dict.fromkeys((" ".join(parts), " ".join(reversed(parts))))
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _said(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _said(each)


def _reference(entry: Entry, key: str, name: str) -> Where:
    source = entry.reference_sources.get(key)
    return source.where((name,)) if source else Where(entry.source.path)


def _open(entry: Entry, free: Iterable[Text], lent: Iterable[str]) -> Iterator[str]:
    """Every text that this reader may know, as it is written and without its marks."""
    topic = entry.topic
    yield from (entry.slug, *topic.keywords)
    for text in free:
        yield text.bare
        if text.words != text.bare:
            yield text.words
            yield from (address[1] for address in _ADDRESS.finditer(text.words))
    for key in lent:
        if key in entry.references:
            yield from (said for _, said in _fields(entry.references[key]))


def _ids(entry: Entry, whole: Whole, hidden: tuple[Path, ...]) -> dict[str, Where]:
    """The ids of blocks and points that are kept, where nothing that is open has the same."""
    ids: dict[bool, dict[str, Where]] = {True: {}, False: {}}
    for path, thing in whole.nouns:
        name = getattr(thing, "id", None)
        if isinstance(thing, Kept):
            within = any(path[: len(each)] == each for each in hidden)
            for each in (name, getattr(thing, "kind", None) if not within else None):
                if each:
                    ids[within].setdefault(each, entry.source.where((*path, "id")))
    return {name: where for name, where in ids[True].items() if name not in ids[False]}
