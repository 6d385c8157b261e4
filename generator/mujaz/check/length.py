"""`Entry` → texts that are too long for their place, and terms that the public is not told; judges no truth."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources

from mujaz.check.texts import Text, bare, place, texts
from mujaz.marks import parse
from mujaz.model.blocks import Block, Concepts, Pointed, kinds
from mujaz.model.content import Audience, Entry, Path
from mujaz.model.text import Depth, Noun, Since
from mujaz.problems import Problem, Severity

RULES = frozenset(("headline-long", "gist-long", "sentence-long", "term-unexplained"))
PUBLIC = "public"
"""The audience that is told no term without its meaning."""
_MOST = {"headline": ("headline-long", 12), "gist": ("gist-long", 45)}
_SENTENCE = 40
_TABLES = re.compile(r"^\s*\|.*$", re.MULTILINE)
_END = re.compile(r"[.!?؟…](?=[\s»”)\]]|$)|\n\s*\n|\n(?=\s*(?:[-*+]|\d+[.)])\s)|؛\s*\n")
_EXPLAINED = re.compile(
    r"\s*[\"»”]?\s*(?:\(|،?\s*(?:أي|وهو|وهي|ويعني|وتعني|ومعناه|ويقصد|ويُقصد)\b|, (?:that is|which)|is\b|means\b)"
)


def length(entry: Entry, whole: Sequence[Text], audiences: Mapping[str, Audience]) -> Iterator[Problem]:
    """What is longer than its readers' patience."""
    for text in whole:
        rule, most = _MOST.get(text.field, ("", 0))
        words = len(text.bare.split()) if rule or len(text.words) > _SENTENCE * 2 else 0
        if rule and words > most:
            facts = {"found": str(words), "limit": str(most)}
            yield Problem(rule, place(entry.source, text), facts, Severity.WARNING)
        if words > _SENTENCE and text.field != "alt":
            yield from _sentences(entry, text)
    if PUBLIC in audiences:
        yield from _terms(entry, audiences[PUBLIC])


def _sentences(entry: Entry, text: Text) -> Iterator[Problem]:
    plain = _TABLES.sub(lambda found: "." * len(found[0]), text.bare)
    start = 0
    for end in [*(found.end() for found in _END.finditer(text.words)), len(plain)]:
        sentence = plain[start:end]
        words = sum(any(c.isalnum() for c in word) for word in sentence.split())
        if words > _SENTENCE:
            first = start + len(sentence) - len(sentence.lstrip())
            facts = {"found": str(words), "limit": str(_SENTENCE), "start": " ".join(sentence.split()[:6])}
            yield Problem("sentence-long", place(entry.source, text, first), facts, Severity.WARNING)
        start = end


@cache
def _specialist(language: str) -> re.Pattern[str] | None:
    """The terms of politics, security, law and economy that not every citizen knows."""
    raw = resources.files("mujaz").joinpath("words", "terms.yaml").read_bytes()
    terms: list[str] = parse(raw, "terms.yaml").data.get(language, [])
    if not terms:
        return None
    before, after = (
        ("(?<!\\w)(?:[ولبفك]|ال|وال|بال|فال|كال|لل|ولل)?", "(?!\\w)") if language != "en" else ("\\b", "\\b")
    )
    return re.compile(f"{before}(?P<term>{'|'.join(map(re.escape, sorted(terms, key=len, reverse=True)))}){after}")


def _terms(entry: Entry, reader: Audience) -> Iterator[Problem]:
    """Terms that the public meets and that no concept explains to it."""
    pattern = _specialist(entry.language)
    if pattern is None:
        return
    told = list(_told(entry, reader))
    concepts = " ".join(
        point.term.told_to(PUBLIC)
        for block, _, _ in told
        if isinstance(block, Concepts)
        for point in block.points
        if point.shown_to(PUBLIC)
    )
    seen: set[str] = set()
    for block, depth, path in told:
        for text in _read(block, depth, path, entry):
            for found in pattern.finditer(bare(text.words)):
                term = found["term"]
                if term in seen or term in concepts:
                    continue
                seen.add(term)
                if not _EXPLAINED.match(text.words, found.end()):
                    facts = {"found": term}
                    yield Problem("term-unexplained", place(entry.source, text, found.start()), facts, Severity.WARNING)


def _told(entry: Entry, reader: Audience) -> Iterator[tuple[Block, Depth, Path]]:
    """The blocks that a reader may see, how deep, and where they stand."""
    for number, block in enumerate(entry.topic.blocks):
        kind = str(getattr(block, "kind", ""))
        if not block.shown_to(PUBLIC) or kind not in kinds():
            continue
        if reader.blocks is None:
            yield block, reader.depth, ("blocks", number)
            continue
        side = getattr(block, "side", None)
        pick = next((each for each in reader.blocks if each.kind == kind and each.side in (None, side)), None)
        if pick:
            yield block, pick.depth or reader.depth, ("blocks", number)


def _read(block: Block, depth: Depth, path: Path, entry: Entry) -> Iterator[Text]:
    """The texts of a block that the public reads at a depth, headlines first where they come first."""
    holders: list[tuple[Noun, Path]] = [(block, path)]
    if isinstance(block, Pointed):
        points = enumerate(block.points)
        holders += [(point, (*path, "points", number)) for number, point in points if point.shown_to(PUBLIC)]
    for holder, at in holders:
        for name, info in type(holder).model_fields.items():
            since = next((mark.depth for mark in info.metadata if isinstance(mark, Since)), Depth.HEADLINE)
            value = getattr(holder, name)
            if value is None or name == "points" or since > depth:
                continue
            mine = list(texts(value, entry.source, (*at, info.alias or name)))
            own = {text.path[:-1] for text in mine if text.audience == PUBLIC}
            for text in mine:
                if text.audience == PUBLIC or (text.audience is None and text.path[:-1] not in own):
                    yield text
