"""The languages of a topic, or of a `Library` → what one of them lacks or names otherwise; judges no text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from mujaz.model.blocks import Evaluation, Pointed
from mujaz.model.content import Entry, Library, Path
from mujaz.problems import Problem, Severity

RULES = frozenset(("id-differs", "name-missing"))
_Ids = dict[tuple[str, str], list[tuple[str, Path]]]
"""What may be the same thing in two languages (kind and side of its block, and if it is one) → ids with their paths."""


def tongues(entries: Sequence[Entry], languages: Sequence[str]) -> Iterator[Problem]:
    """Points and blocks that have one id in a topic's first language and another one in a later language.

    What stands in one language alone is no mistake: a translation may be shorter.
    """
    if len(entries) < 2:
        return
    ranks = {language: number for number, language in enumerate(languages)}
    first, *others = sorted(entries, key=lambda entry: (ranks.get(entry.language, len(ranks)), entry.language))
    own = _ids(first)
    for other in others:
        for place, theirs in _ids(other).items():
            for (mine, at), (found, path) in _apart(own.get(place, []), theirs):
                facts = {"found": found, "other": mine, "place": _short(first, at)}
                yield Problem("id-differs", other.source.where(path), facts, Severity.WARNING)


def _ids(entry: Entry) -> _Ids:
    ids: _Ids = {}
    for number, block in enumerate(entry.topic.blocks):
        side = block.side if isinstance(block, Evaluation) else ""
        if block.id:
            ids.setdefault((block.kind, f"{side} block"), []).append((block.id, ("blocks", number, "id")))
        for at, each in enumerate(block.points if isinstance(block, Pointed) else ()):
            ids.setdefault((block.kind, side), []).append((each.id, ("blocks", number, "points", at, "id")))
    return ids


def _apart(
    one: list[tuple[str, Path]], two: list[tuple[str, Path]]
) -> Iterator[tuple[tuple[str, Path], tuple[str, Path]]]:
    """Ids that stand in the same place of two lists and are not the same; what was only moved is in both."""
    names = [id_ for id_, _ in one], [id_ for id_, _ in two]
    for word, start, end, from_, to in SequenceMatcher(None, *names, autojunk=False).get_opcodes():
        if word == "replace":
            left = [each for each in one[start:end] if each[0] not in names[1]]
            right = [each for each in two[from_:to] if each[0] not in names[0]]
            yield from zip(left, right, strict=False)


def _short(entry: Entry, path: Path) -> str:
    where = entry.source.where(path)
    return str(where).rpartition("/")[2]


def names(library: Library) -> Iterator[Problem]:
    """Languages that are built and in which the house, named by language, has no name."""
    named = library.workspace.organisation.by_language
    if library.source is None or "" in named:  # one name for all languages
        return
    for language in library.workspace.languages:
        if language not in named:
            facts = {"found": language, "other": next(iter(named))}
            yield Problem("name-missing", library.source.where(("organisation",)), facts, Severity.WARNING)
