"""`Entry` → texts that are too long for their place, and terms that the public is not told; judges no truth."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources

from mujaz.check.texts import Text, Whole, place
from mujaz.marks import parse
from mujaz.model.blocks import Block, Pointed
from mujaz.model.content import Audience, Entry
from mujaz.model.points import Point
from mujaz.model.text import Depth, Noun, Since
from mujaz.problems import Problem, Severity

RULES = frozenset(("headline-long", "gist-long", "sentence-long", "term-unexplained"))
PUBLIC = "public"
"""The audience that is told no term without its meaning."""
_MOST = {"headline": ("headline-long", 12), "gist": ("gist-long", 45)}
_SENTENCE = 40
_TABLES = re.compile(r"^\s*\|.*$", re.MULTILINE)
_END = re.compile(r"[.!?؟…\n؛](?:(?<=[.!?؟…])(?=[\s»”)\]]|$)|(?<=\n)(?:\s*\n|(?=\s*(?:[-*+]|\d+[.)])\s))|(?<=؛)\s*\n)")
"""Where a sentence may end; it begins with the marks that it can begin with, so that the others are passed over."""
_EXPLAINED = re.compile(
    r"\s*[\"»”]?\s*(?:\(|،?\s*(?:أي|وهو|وهي|ويعني|وتعني|ومعناه|ويقصد|ويُقصد|یعنی|که همان|واتە)\b"
    r"|, (?:that is|which)|is\b|means\b)"
)


def length(entry: Entry, whole: Whole, audiences: Mapping[str, Audience]) -> Iterator[Problem]:
    """What is longer than its readers' patience."""
    for text in whole.texts:
        rule, most = _MOST.get(str(text.at[-1]), ("", 0))
        words = len(text.bare.split()) if rule or len(text.words) > _SENTENCE * 2 else 0
        if rule and words > most:
            facts = {"found": str(words), "limit": str(most)}
            yield Problem(rule, place(entry, text), facts, Severity.WARNING)
        if words > _SENTENCE and text.field != "alt":
            yield from _sentences(entry, text)
    if PUBLIC in audiences:
        yield from _terms(entry, whole, audiences[PUBLIC])


def _sentences(entry: Entry, text: Text) -> Iterator[Problem]:
    plain = _TABLES.sub(lambda found: "." * len(found[0]), text.bare) if "|" in text.bare else text.bare
    start = 0
    for end in [*(found.end() for found in _END.finditer(text.words)), len(plain)]:
        sentence = plain[start:end].split()
        if (
            len(sentence) > _SENTENCE
            and (words := sum(any(c.isalnum() for c in word) for word in sentence)) > _SENTENCE
        ):
            first = start + len(plain[start:end]) - len(plain[start:end].lstrip())
            facts = {"found": str(words), "limit": str(_SENTENCE), "start": " ".join(sentence[:6])}
            yield Problem("sentence-long", place(entry, text, first), facts, Severity.WARNING)
        start = end


_PREFIXES = ("", *"ولبفك", "ال", "وال", "بال", "فال", "كال", "لل", "ولل")
"""What Arabic writes to the front of a term."""
_WORD = re.compile(r"\w+")


@cache
def _specialist(language: str) -> Mapping[str, tuple[str, ...]]:
    """The terms of politics, security, law and economy that not every citizen knows, by what they may begin with."""
    raw = resources.files("mujaz").joinpath("words", "terms.yaml").read_bytes()
    terms: list[str] = parse(raw, "terms.yaml").data.get(language, [])
    found: dict[str, tuple[str, ...]] = {}
    for term in terms:
        for prefix in _PREFIXES if language == "ar" else ("",):
            first = prefix + _WORD.findall(term)[0]
            found[first] = (*found.get(first, ()), term)
    return found


@cache
def _pattern(terms: frozenset[str], language: str) -> re.Pattern[str]:
    prefix = f"(?:{'|'.join(_PREFIXES[1:])})?" if language == "ar" else ""
    each = "|".join(map(re.escape, sorted(terms, key=lambda term: (-len(term), term))))
    return re.compile(rf"(?<!\w){prefix}(?P<term>{each})(?!\w)")


def _terms(entry: Entry, whole: Whole, reader: Audience) -> Iterator[Problem]:
    """Terms that the public meets and that no concept explains to it."""
    told = list(_told(entry, whole, reader))
    known = _specialist(entry.language)
    begun = {word for text in told for word in _WORD.findall(text.bare)} & known.keys()
    terms = {term for word in begun for term in known[word]} | _defined(entry, whole)
    pattern = _pattern(frozenset(terms), entry.language) if terms else _ACRONYM
    concepts = " ".join(text.words for text in told if text.at[-1] == "term")
    seen: set[str] = set()
    for text in told:
        short = _ACRONYM.finditer(text.bare) if entry.language != "en" else ()
        for found in (*(pattern.finditer(text.bare) if terms else ()), *short):
            term = found["term"]
            if term in seen or term in concepts:
                continue
            seen.add(term)
            if not _EXPLAINED.match(text.words, found.end()):
                facts = {"found": term}
                yield Problem("term-unexplained", place(entry, text, found.start()), facts, Severity.WARNING)


_NAMING = (  # noqa: SIM905 # one word a line would fill a screen
    "شبكة قناة وكالة صحيفة مجلة موقع شركة منظمة طائرة طائرات مقاتلة مقاتلات دبابة دبابات صاروخ صواريخ طراز "
    "لشبكة لقناة لوكالة بطائرات بمقاتلات "
    "شبکهٔ شبکه خبرگزاری شرکت سازمان هواپیمای جنگندهٔ تۆڕی کەناڵی ئاژانسی کۆمپانیای ڕێکخراوی فڕۆکەی"
).split()
_ACRONYM = re.compile(rf"(?<![\w(./-]){''.join(f'(?<!{word} )' for word in _NAMING)}(?P<term>[A-Z]{{2,6}})(?![\w)./-])")
"""Letters that stand for words which an Arabic reader is not told; the name of a channel or an aircraft is told of by
the word before it, and what stands in brackets explains the words before them."""


def _defined(entry: Entry, whole: Whole) -> frozenset[str]:
    """The terms that the topic itself finds worth defining, but those that its title uses."""
    terms = (text.words.strip() for text in whole.texts if text.at[-1] == "term" and text.audience is None)
    return frozenset(term for term in terms if term and term not in entry.topic.title.default)


def _told(entry: Entry, whole: Whole, reader: Audience) -> Iterator[Text]:
    """The texts that the public reads: of what is shown to it, as deep as it is, and in its own wording."""
    depths = [_depth(block, reader) for block in entry.topic.blocks]
    own = {text.at for text in whole.texts if text.audience == PUBLIC}
    for text in whole.texts:
        if text.at[0] != "blocks" or text.audience != (PUBLIC if text.at in own else None):
            continue
        block, depth = entry.topic.blocks[int(text.at[1])], depths[int(text.at[1])]
        holder: Block | Point = block
        if isinstance(block, Pointed) and text.at[2] == "points":
            holder = block.points[int(text.at[3])]
        if depth and holder.shown_to(PUBLIC) and _since(type(holder))[str(text.at[len(text.holder)])] <= depth:
            yield text


def _depth(block: Block, reader: Audience) -> Depth | None:
    """How deep a reader is told of a block; None where it is told nothing."""
    if not block.shown_to(PUBLIC):
        return None
    if reader.blocks is None:
        return reader.depth
    kind, side = str(getattr(block, "kind", "")), getattr(block, "side", None)
    pick = next((each for each in reader.blocks if each.kind == kind and each.side in (None, side)), None)
    return (pick.depth or reader.depth) if pick else None


@cache
def _since(noun: type[Noun]) -> Mapping[str, Depth]:
    """The fields of a noun by the keys that authors write, and from which depth on they are told."""
    return {
        info.alias or name: next((mark.depth for mark in info.metadata if isinstance(mark, Since)), Depth.HEADLINE)
        for name, info in noun.model_fields.items()
    }
