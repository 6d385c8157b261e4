"""`Secrets` + the passages of a file → what of the ones stands in the others; opens nothing, tells nobody."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property

from mujaz.leaks.channels import Passage, names
from mujaz.leaks.letters import WALL, letters, numbered, unnumbered, walled
from mujaz.leaks.secrets import GRAM, LETTERS, STEP, Line, Run, Secret, Secrets
from mujaz.problems import Where

_FEW = 40
"""Short texts, from which on it is cheaper to cut the haystack up once than to go through it for each."""
_LITTLE = 20_000
"""Letters of a file that is cut up sooner than all that is kept."""
_CUT = 8
"""Letters of the pieces: the shortest text that is looked for has as many."""
_WORD = 4
"""Letters of a word that is looked for alone, where no two stand in their order."""
_WHOLESALE = frozenset({"source", "names"})
"""Channels that hold what others hold too: they are named where no other one is."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A text that got out."""

    where: Where
    """Where the author wrote it."""
    words: str
    """As the author wrote them."""
    channels: tuple[tuple[str, str], ...]
    """Where they stand in the file: kind and which."""
    runs: tuple[str, ...] = ()
    """Their letters without digits, as they were found."""


class Haystack:
    """The passages of one file, as letters and as names; made once, searched for several topics."""

    def __init__(self, passages: Iterable[Passage]) -> None:
        self.passages = tuple(dict.fromkeys(passages))
        self.starts: list[int] = []
        pieces: list[str] = []
        length = 0
        for each in self.passages:
            self.starts.append(length)
            pieces.append(
                walled(each.text.split()) if each.kind == "bag" else letters(each.text) if each.spoken else ""
            )
            length += len(unnumbered(pieces[-1])) + 1
        self.full = WALL.join(pieces)
        self.letters = unnumbered(self.full)

    def channel(self, at: int) -> tuple[str, str]:
        """Where a letter stands."""
        passage = self.passages[bisect_right(self.starts, at) - 1]
        return (passage.kind, passage.at)

    @cached_property
    def pieces(self) -> frozenset[str]:
        """All letters of so many in a row."""
        return frozenset(self.letters[at : at + _CUT] for at in range(len(self.letters) - _CUT + 1))

    @cached_property
    def bag(self) -> frozenset[str]:
        """The words of the index's search, which stand in no order."""
        return frozenset(letters(word) for each in self.passages if each.kind == "bag" for word in each.text.split())

    @cached_property
    def names(self) -> dict[str, tuple[str, str]]:
        """What places are called in the file, and where."""
        return {name: (each.kind, each.at) for each in reversed(self.passages) for name in names(each)}


@dataclass(frozen=True, slots=True)
class Common:
    """What is told to everyone, whatever a topic says."""

    letters: str = ""
    names: frozenset[str] = frozenset()
    """Of places in a page."""


def search(secrets: Secrets, hay: Haystack, common: Callable[[], Common]) -> tuple[Finding, ...]:
    """What is kept and stands in the file, in the order in which the author wrote it.

    `common` is asked for only where there is something to compare with it.
    """
    findings = [*_strewn(secrets, hay, common)]
    if hay.bag:  # the index is searched for all topics, and tells next to nothing of each
        secrets = replace(secrets, texts=tuple(each for each in secrets.texts if _near(each, hay)))
    found: dict[int, dict[int, list[int]]] = {}
    for number, which, at in (*long_runs(secrets, hay.letters), *_short(secrets, hay)):
        found.setdefault(number, {}).setdefault(which, []).append(at)
    told: dict[str, bool] = {}
    own = cache(lambda: unnumbered(secrets.told))
    beside = cache(lambda: WALL.join((secrets.told, common().letters)))
    words = cache(lambda: unnumbered(beside()))
    for number, runs in sorted(found.items()):
        secret = secrets.texts[number]
        for which in runs:
            run = secret.runs[which]
            if run.full not in told:
                near = run.letters in own() and not _other(run, hay, lambda: secrets.told)
                told[run.full] = near or (is_open(run.letters, words()) and not _other(run, hay, beside))
        left = {which: places for which, places in runs.items() if not told[secret.runs[which].full]}
        if left:
            findings.append(_finding(secret, left, hay))
    findings += [
        Finding(where, name, (hay.names[name],))
        for name, where in secrets.names.items()
        if name in hay.names and name not in common().names
    ]
    return tuple(findings)


def _near(secret: Secret, hay: Haystack) -> bool:
    """Whether some letters of a text stand in the file: without them, none of its runs does."""
    said = unnumbered("".join(each for _, _, each in secret.held))
    starts = range(0, max(len(said) - _CUT + 1, 1), LETTERS - _CUT + 1)
    return len(said) < LETTERS or any(
        said[at : at + _CUT] in hay.pieces or said[at : at + _CUT][::-1] in hay.pieces for at in starts
    )


def is_open(run: str, told: str) -> bool:
    """Whether the reader may know these words: from one open text, or from the end of one and the start of the next.

    Texts stand one behind the other on a page, and two that are open may make what a third one says that is kept.
    """
    if run in told:
        return True
    return any(run[:at] + WALL in told and _begun(run[at:], told) for at in range(1, len(run)))


def _other(run: Run, hay: Haystack, told: Callable[[], str]) -> bool:
    """Whether the file has the very numbers of a run whose words the reader may know with other numbers."""
    sought = numbered(run.full)
    if sought is None or run.letters not in unnumbered(told()):
        return False
    wanted, numbers = sought
    said, known = (
        any(tuple(map(sorted, found.groups())) == numbers for found in wanted.finditer(text))
        for text in (hay.full, told())
    )
    return said and not known


def _begun(rest: str, told: str) -> bool:
    """Whether open texts make these letters, the last of them perhaps by its start alone."""
    if WALL + rest in told:
        return True
    return any(f"{WALL}{rest[:at]}{WALL}" in told and _begun(rest[at:], told) for at in range(1, len(rest)))


def long_runs(secrets: Secrets, said: str) -> Iterator[tuple[int, int, int]]:
    """The runs that stand in some letters, in either direction: text, run, place."""
    seen: dict[tuple[int, int], int] = {}
    for line, at, place in _meetings(secrets, said):
        shift = place - at
        if seen.get((id(line), shift), 0) > place:  # it lies within a longer stretch that was found before
            continue
        start, end = _stretch(line.letters, said, at, shift)
        seen[id(line), shift] = end + shift
        for begin, close, which in line.runs[bisect_left(line.starts, start) :]:
            if begin >= end:
                break
            if close <= end:
                yield line.number, which, begin + shift


def _meetings(secrets: Secrets, said: str) -> Iterator[tuple[Line, int, int]]:
    """Where so many letters of a text and of a file are the same: the text, the place in it, the place in the file.

    Either of them is cut into pieces that begin at each letter, and the other into some that lie apart.
    """
    if len(said) < _LITTLE and not secrets.indexed:
        pieces: dict[str, list[int]] = {}
        for place in range(len(said) - GRAM + 1):
            pieces.setdefault(said[place : place + GRAM], []).append(place)
        for line in secrets.lines:
            for at in range(0, len(line.letters) - GRAM + 1, STEP):
                for place in pieces.get(line.letters[at : at + GRAM], ()):
                    yield line, at, place
        return
    index = secrets.index
    for place in range(0, len(said) - GRAM + 1, STEP):
        for line, at in index.get(said[place : place + GRAM], ()):
            yield line, at, place


def _stretch(line: str, said: str, at: int, shift: int) -> tuple[int, int]:
    """How far letters around a place of a text stand in the file too, whose places are so much further on."""
    start, end = at, at + GRAM
    while start > 0 and start + shift > 0 and line[start - 1] == said[start + shift - 1]:
        start -= 1
    while end < len(line) and end + shift < len(said) and line[end] == said[end + shift]:
        end += 1
    return start, end


def _short(secrets: Secrets, hay: Haystack) -> Iterator[tuple[int, int, int]]:
    """The whole texts of few letters that stand in the file, in either direction."""
    many = len(secrets.brief) > _FEW
    for said, places in secrets.brief.items():
        for each in (said, said[::-1]):
            if (not many or each[:_CUT] in hay.pieces) and (at := hay.letters.find(each)) >= 0:
                yield from ((number, which, at) for number, which in places)


def _strewn(secrets: Secrets, hay: Haystack, common: Callable[[], Common]) -> Iterator[Finding]:
    """Texts of which words are in the index's search that no text brought there that is open.

    The text is told and not the words: each of them is one that everybody uses.
    """
    known: dict[str, bool] = {}
    for secret in secrets.texts if hay.bag else ():
        for start, _, said in secret.held:
            if len(said) < _WORD or said not in hay.bag:
                continue
            if said not in known:
                known[said] = said in secrets.told or said in common().letters
            if not known[said]:
                yield Finding(secret.locate(start), _flat(secret.words), (("bag", ""),))
                break


def _finding(secret: Secret, runs: dict[int, list[int]], hay: Haystack) -> Finding:
    start, end = _longest([secret.runs[which] for which in sorted(runs)])
    channels = dict.fromkeys(hay.channel(at) for which in sorted(runs) for at in sorted(set(runs[which])))
    named = [each for each in channels if each[0] not in _WHOLESALE] or list(channels)
    sought = tuple(dict.fromkeys(secret.runs[which].letters for which in sorted(runs)))
    return Finding(secret.locate(start), _flat(secret.words[start:end]), tuple(named), sought)


def _flat(words: str) -> str:
    return re.sub(r"\s+", " ", words).strip()


def _longest(runs: list[Run]) -> tuple[int, int]:
    """The longest stretch of words that the runs make together."""
    stretches = [[runs[0].start, runs[0].end]]
    for run in runs[1:]:
        if run.start <= stretches[-1][1]:
            stretches[-1][1] = max(stretches[-1][1], run.end)
        else:
            stretches.append([run.start, run.end])
    start, end = max(stretches, key=lambda each: each[1] - each[0])
    return start, end
