"""`Entry` → claims that rest on nothing, and sources that nothing rests on; judges no argument and no language."""

from __future__ import annotations

import datetime
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from mujaz.check.texts import Text, Whole, place
from mujaz.model.blocks import Figure, Quote, Table
from mujaz.model.content import Entry, Reference
from mujaz.problems import Problem, Severity

RULES = frozenset(
    (
        "number-uncited",
        "date-uncited",
        "quotation-uncited",
        "reference-unused",
        "source-undated",
        "access-date-missing",
        "review-overdue",
    )
)
_MONTHS = (
    "كانون الثاني|شباط|آذار|نيسان|أيار|حزيران|تموز|آب|أيلول|تشرين الأول|تشرين الثاني|كانون الأول|يناير|فبراير|"
    "مارس|أبريل|إبريل|مايو|يونيو|يوليو|أغسطس|سبتمبر|أكتوبر|نوفمبر|ديسمبر|محرم|صفر|رجب|شعبان|رمضان|شوال|"
    "January|February|March|April|May|June|July|August|September|October|November|December"
)
_D = "[0-9٠-٩]"
_DATE = re.compile(
    rf"(?:(?<!{_D}){_D}{{1,2}}\s+)?(?:{_MONTHS})(?:\s*/\s*(?:{_MONTHS}))?\s+(?:عام\s+|من عام\s+)?{_D}{{4}}(?!{_D})"
    rf"|(?<![\w/.,-])(?:1[89]|20|١[٨٩]|٢٠){_D}{{2}}(?![\w/]|[.,]{_D})"
    rf"|(?<![\w/]){_D}{{1,2}}/{_D}{{1,2}}/{_D}{{4}}"
)
_NUMBER = re.compile(rf"(?<![\w./-])[-+−]?{_D}+(?:[.,٫٬]{_D}+)*\s?[%٪]?(?![\w/-])")
_LATIN = re.compile(r"[A-Za-z][A-Za-z./-]*[\s\u200f-]*\(?[0-9][0-9/.-]*\)?|[0-9]+[A-Za-z]+")
"""A number that belongs to a Latin name: F-16, S/RES/2170 (2014), G20."""
_NAMED = re.compile(
    rf"(?:قرار|القرار|قراره|قراريه|القرارين|القرارات|قرارات|قرارها|المادة|المادتين|المادتان|المواد|مادة|الفقرة|البند|البندين|رقم|القانون|قانون|"
    rf"الفصل|الباب|المبحث|المطلب|الجدول|الشكل|[Rr]esolutions?|[Aa]rticles?|[Ll]aw|[Nn]o\.|[Cc]hapter|[Ff]igure|[Tt]able)"
    rf"(?:\s+(?:رقم|مجلس الأمن|ذي الرقم))*\s*\(?{_D}+(?:\s*(?:،|و|,|and|-|/)\s*\(?{_D}+\)?)*\)?"
)
"""A number that is a name: of a resolution, an article, a law."""
_QUOTED = re.compile(r"«([^«»]{12,})»|“([^“”]{12,})”")
_CLAIM = re.compile("[0-9٠-٩«“]")
"""What every date, number and quotation holds."""
_PARAGRAPH = re.compile(r"\n\s*\n")
_WORDS = 4
_FREE = frozenset(
    (
        "title",
        "subtitle",
        "term",
        "instrument",
        "caption",
        "alt",
        "unit",
        "columns",
        "speaker",
        "owner",
        "role",
        "actor",
    )
)
"""Fields that name things: what is said of these is cited where it is said."""
_UNDATED = frozenset(
    ("webpage", "post", "post-weblog", "legislation", "treaty", "classic", "manuscript", "personal_communication")
)
_COVERED = ("headline", "when", "intro", "statement", "questions", "occasion")
"""Fields that a citation elsewhere in the same point covers."""
_Part = tuple[int, str, bool]
"""A paragraph: where it begins in its text, its bare words, and whether it cites anything."""
_PLACED = ("container-title", "publisher", "number", "ISBN", "DOI")


def evidence(entry: Entry, whole: Whole, today: datetime.date | None) -> Iterator[Problem]:
    """What is said without a source, sources without what makes them one, and a review that is due."""
    due = entry.topic.review_by
    if today and due and due < today:
        facts = {"found": due.isoformat()}
        yield Problem("review-overdue", entry.source.where(("review-by",)), facts, Severity.WARNING)
    for key in entry.reference_sources:
        reference = entry.references.get(key)
        if reference is not None:
            yield from _source(entry, key, reference)
    yield from _claims(entry, whole)


def _source(entry: Entry, key: str, reference: Reference) -> Iterator[Problem]:
    where = entry.reference_sources[key].where(("id",))
    item = reference.item
    if not item.get("issued") and reference.type not in _UNDATED:
        yield Problem("source-undated", where, {"found": key}, Severity.WARNING)
    web = reference.type in ("webpage", "post", "post-weblog") or not any(item.get(each) for each in _PLACED)
    if item.get("URL") and web and not item.get("accessed"):
        yield Problem("access-date-missing", where, {"found": key}, Severity.WARNING)


def unused(entries: Sequence[Entry], wholes: Sequence[Whole]) -> Iterator[Problem]:
    """References of a topic's own file that none of its texts cites, in any language."""
    cited = {key for whole in wholes for text in whole.texts for key in text.keys}
    for key in sorted(entries[0].own - cited) if entries else ():
        where = entries[0].reference_sources[key].where(("id",))
        yield Problem("reference-unused", where, {"found": key}, Severity.WARNING)


def _claims(entry: Entry, whole: Whole) -> Iterator[Problem]:
    """The claims of each block and point; one field's citation covers the headline above it."""
    paragraphs = [tuple(_paragraphs(text)) for text in whole.texts]
    supported = _supported(entry, paragraphs)
    citing = {text.holder for text in whole.texts if text.keys}
    for text, parts in zip(whole.texts, paragraphs, strict=True):
        if text.at[0] != "blocks" or (not _CLAIM.search(text.words) and text.at[2] != "text"):
            continue
        block, field, cited = entry.topic.blocks[int(text.at[1])], text.field, text.holder in citing
        if isinstance(block, Table | Figure) and (cited or block.source is not None):
            continue
        if field in _FREE or (cited and (isinstance(block, Quote) or field in _COVERED)):
            continue
        yield from _uncited(entry, text, parts, supported)
        if isinstance(block, Quote) and field == "text" and len(text.words.split()) > _WORDS:
            yield Problem("quotation-uncited", place(entry.source, text), {"found": text.words}, Severity.WARNING)


def _uncited(entry: Entry, text: Text, parts: Iterable[_Part], supported: frozenset[str]) -> Iterator[Problem]:
    """Dates, numbers and quotations of the paragraphs of a text that cite nothing."""
    for start, bare, cites in parts:
        if cites or not _CLAIM.search(bare):
            continue
        if "«" not in bare and "“" not in bare and _figures(bare) <= supported:
            continue
        plain = _hidden(bare)
        for found in _QUOTED.finditer(plain):
            said = found[1] or found[2]
            if len(said.split()) > _WORDS:
                yield _claim("quotation-uncited", entry, text, (start + found.start(), said))
        dates = list(_DATE.finditer(plain))
        for found in dates:
            if not _figures(found[0]) <= supported:
                yield _claim("date-uncited", entry, text, (start + found.start(), found[0]))
        rest = _DATE.sub(lambda found: " " * len(found[0]), plain)
        for found in _NUMBER.finditer(rest):
            if not _figures(found[0]) <= supported:
                yield _claim("number-uncited", entry, text, (start + found.start(), found[0].strip()))


def _claim(rule: str, entry: Entry, text: Text, found: tuple[int, str]) -> Problem:
    return Problem(rule, place(entry.source, text, found[0]), {"found": found[1]}, Severity.WARNING)


def _paragraphs(text: Text) -> Iterator[_Part]:
    start = seen = 0
    for gap in _PARAGRAPH.finditer(text.words) if "\n" in text.words else ():
        before = seen
        seen = bisect_left(text.cites, gap.start())
        yield start, text.bare[start : gap.start()], seen > before
        start = gap.end()
    yield start, text.bare[start:], len(text.cites) > seen


def _hidden(plain: str) -> str:
    """A text without the numbers that are names, as long as it was."""
    if not any(c.isdigit() for c in plain):
        return plain
    for pattern in (_LATIN, _NAMED):
        plain = pattern.sub(lambda found: " " * len(found[0]), plain)
    return plain


_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩٫٬", "0123456789.,")
_FIGURE = re.compile(r"[0-9٠-٩]+(?:[.,٫٬][0-9٠-٩]+)*")


def _figures(words: str) -> frozenset[str]:
    """The figures in some words: what has to be supported."""
    return frozenset(found if found.isascii() else found.translate(_DIGITS) for found in _FIGURE.findall(words))


def _supported(entry: Entry, paragraphs: Iterable[Iterable[_Part]]) -> frozenset[str]:
    """The figures that stand with a citation somewhere in the topic: they may be told again without it."""
    cited = [bare for parts in paragraphs for _, bare, cites in parts if cites]
    return _figures("\n".join((entry.topic.title.default, *cited)))
