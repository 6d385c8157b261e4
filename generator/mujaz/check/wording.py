"""`Entry` or `Reference` → slips of language in its texts, each where it stands; changes nothing."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate

from mujaz.arabic import script
from mujaz.check.texts import Text, Whole, place
from mujaz.language import LETTERS, MARKS, Slip, doubts, in_whole, slips
from mujaz.model.content import Entry, Path, Reference, Source
from mujaz.problems import Problem, Severity, Where
from mujaz.spans import Spot, spots


@dataclass(frozen=True, slots=True)
class Placed:
    """A slip, and the characters of the file that it consists of."""

    slip: Slip
    path: Path
    problem: Problem
    spots: tuple[Spot, ...]
    """Empty where the file cannot be followed letter by letter."""


def wording(entry: Entry, whole: Whole) -> Iterator[Placed]:
    """All slips of language in the texts of a topic."""
    texts = whole.texts
    doubtful = sorted({whole.holding(offset) for offset in doubts(whole.joined, entry.language)})
    found = [(texts[each], slip) for each in doubtful for slip in slips(texts[each].words, entry.language)]
    found += [(text, slip) for text in _keywords(entry) for slip in slips(text.words, entry.language)]
    if doubtful:  # a second kind of digits is doubtful already
        found += [(texts[each], slip) for each, slip in in_whole([text.words for text in texts], entry.language)]
    followed: dict[Path, list[Spot] | None] = {}
    for text, slip in found:
        if text.path not in followed:
            followed[text.path] = _spots(entry.source, text)
        yield _placed(slip, text, entry, followed[text.path])


def _keywords(entry: Entry) -> Iterator[Text]:
    """The keywords as texts: readers search for them."""
    for number, word in enumerate(entry.topic.keywords):
        path: Path = ("keywords", number)
        yield Text(path, path, word, word, (), ())


_TITLES = ("title", "title-short", "container-title", "collection-title", "publisher", "publisher-place", "event-title")
"""Fields of a reference that are printed as they are."""
_PRINTED = frozenset((*LETTERS, *MARKS, "word-doubled", "extraction-leftover"))
"""What may be wrong with a title: its spelling is its author's, even where we write it otherwise."""


def titles(references: Iterable[tuple[Reference, Source]]) -> Iterator[Problem]:
    """Slips in the titles of references and in the names of who published them; each source knows its item's places."""
    held = [
        (source, field, words, _tongue(words, str(item.get("language") or "")))
        for reference, source in references
        for item in (reference.item,)
        for field in _TITLES
        if isinstance(words := item.get(field), str) and words
    ]
    for language in sorted({each[-1] for each in held}):
        chosen = [each for each in held if each[-1] == language]
        starts = list(accumulate((len(words) + len(_GAP) for _, _, words, _ in chosen), initial=0))
        joined = _GAP.join(words for _, _, words, _ in chosen)
        for number in sorted({bisect_right(starts, at) - 1 for at in _doubtful(joined, language)}):
            source, field, words, _ = chosen[number]
            for slip in slips(words, language):
                if slip.rule in _PRINTED:
                    yield Problem(slip.rule, source.find((field,), slip.found), slip.facts, Severity.WARNING)


_GAP = "\n\n"
_LATIN = re.compile(
    r"[،؛؟ـ«»()\[\]“”\u200e-\u202e\u2066-\u2069]| [,;.:?!]|[,;.?!](?=[A-Za-z])|\b(\w{2,})\s+\1\b", re.IGNORECASE
)
"""Of these, every slip of a Latin title holds one."""


def _doubtful(joined: str, language: str) -> Iterator[int]:
    if language != "en":
        yield from doubts(joined, language)
    else:
        yield from (found.start() for found in _LATIN.finditer(joined))


def _tongue(words: str, said: str) -> str:
    """The language of a title: what its letters say, and of Arabic letters what the reference says."""
    if script(words) == "latin":
        return "en"
    return said[:3].rstrip("-") if said.startswith(("ckb", "fa")) else "ar"


def _spots(source: Source, text: Text) -> list[Spot] | None:
    span = source.spans.get(text.path)
    return spots(source.lines, span, text.words) if span else None


def _placed(slip: Slip, text: Text, entry: Entry, followed: list[Spot] | None) -> Placed:
    source = entry.source
    where = place(entry, text, slip.start) if text.at[:3] in entry.sheets else source.where(text.path)
    own: tuple[Spot, ...] = ()
    if followed:
        own = tuple(followed[slip.start : slip.end])
        where = Where(source.path, followed[slip.start].line + 1, followed[slip.start].column + 1)
    return Placed(slip, text.path, Problem(slip.rule, where, slip.facts, Severity.WARNING), own)
