"""`Entry` → claims that rest on nothing, and sources that nothing rests on; judges no argument and no language."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence

from mujaz.brackets import keys
from mujaz.check.texts import Text, bare, place
from mujaz.model.blocks import Figure, Quote, Table
from mujaz.model.content import Entry, Path, Reference
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
_PLACED = ("container-title", "publisher", "number", "ISBN", "DOI")


def evidence(entry: Entry, whole: Sequence[Text], today: datetime.date | None) -> Iterator[Problem]:
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


def unused(entries: Sequence[Entry], whole: Sequence[Text]) -> Iterator[Problem]:
    """References of a topic's own file that none of its texts cites, in any language."""
    cited = {key for text in whole for key in keys(text.words)}
    for key in sorted(entries[0].own - cited) if entries else ():
        where = entries[0].reference_sources[key].where(("id",))
        yield Problem("reference-unused", where, {"found": key}, Severity.WARNING)


def _claims(entry: Entry, whole: Sequence[Text]) -> Iterator[Problem]:
    """The claims of each block and point; one field's citation covers the headline above it."""
    supported = _supported(entry, whole)
    held: dict[Path, list[Text]] = {}
    for text in whole:
        if text.path[0] == "blocks":
            held.setdefault(text.holder, []).append(text)
    for path, mine in held.items():
        block = entry.topic.blocks[int(path[1])]
        cited = any(text.cites for text in mine)
        if isinstance(block, Table | Figure) and (cited or block.source is not None):
            continue
        for text in mine:
            if text.field not in _FREE and not (cited and (isinstance(block, Quote) or text.field in _COVERED)):
                yield from _uncited(entry, text, supported)
                if isinstance(block, Quote) and text.field == "text" and len(text.words.split()) > _WORDS:
                    where = place(entry.source, text)
                    yield Problem("quotation-uncited", where, {"found": text.words}, Severity.WARNING)


def _uncited(entry: Entry, text: Text, supported: frozenset[str]) -> Iterator[Problem]:
    """Dates, numbers and quotations of the paragraphs of a text that cite nothing."""
    if not _CLAIM.search(text.words):
        return
    for start, words in _paragraphs(text.words):
        if any(keys(words)):
            continue
        plain = _hidden(bare(words))
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


def _paragraphs(words: str) -> Iterator[tuple[int, str]]:
    start = 0
    for gap in _PARAGRAPH.finditer(words):
        yield start, words[start : gap.start()]
        start = gap.end()
    yield start, words[start:]


def _hidden(plain: str) -> str:
    """A text without the numbers that are names, as long as it was."""
    if not any(c.isdigit() for c in plain):
        return plain
    for pattern in (_LATIN, _NAMED):
        plain = pattern.sub(lambda found: " " * len(found[0]), plain)
    return plain


_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩٫٬", "0123456789.,")


def _figures(words: str) -> frozenset[str]:
    """The figures in some words: what has to be supported."""
    return frozenset(re.findall(r"[0-9]+(?:[.,][0-9]+)*", words.translate(_DIGITS)))


def _supported(entry: Entry, whole: Sequence[Text]) -> frozenset[str]:
    """The figures that stand with a citation somewhere in the topic: they may be told again without it."""
    found: set[str] = set(_figures(entry.topic.title.default))
    for text in whole:
        if text.cites:
            for _, words in _paragraphs(text.words):
                if any(keys(words)):
                    found |= _figures(bare(words))
    return frozenset(found)
