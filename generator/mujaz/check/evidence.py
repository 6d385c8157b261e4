"""`Entry` → claims that rest on nothing, and sources that nothing rests on; judges no argument and no language."""

from __future__ import annotations

import datetime
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from mujaz.check.texts import Text, Whole, place
from mujaz.model.blocks import Figure, Quote, Recommendations, Scenarios, Table
from mujaz.model.content import Entry, Reference
from mujaz.problems import Problem, Severity

RULES = frozenset(
    (
        "number-uncited",
        "date-uncited",
        "quotation-uncited",
        "data-uncited",
        "reference-unused",
        "source-undated",
        "access-date-missing",
        "review-overdue",
    )
)
_MONTHS = (
    "كانون الثاني|شباط|آذار|نيسان|أيار|حزيران|تموز|آب|أيلول|تشرين الأول|تشرين الثاني|كانون الأول|يناير|فبراير|"
    "مارس|أبريل|إبريل|مايو|يونيو|يوليو|أغسطس|سبتمبر|أكتوبر|نوفمبر|ديسمبر|محرم|صفر|رجب|شعبان|رمضان|شوال|"
    "کانوونی دووەم|شوبات|ئازار|نیسان|ئایار|حوزەیران|تەمووز|ئاب|ئەیلوول|تشرینی یەکەم|تشرینی دووەم|کانوونی یەکەم|"
    "ژانویهٔ?|فوریهٔ?|آوریل|مهٔ|ژوئن|ژوئیهٔ?|اوت|سپتامبر|اکتبر|نوامبر|دسامبر|فروردین|اردیبهشت|خرداد|تیر|مرداد|شهریور|"
    "مهر|آبان|آذر|دی|بهمن|اسفند|"
    "January|February|March|April|May|June|July|August|September|October|November|December"
)
_D = "[0-9٠-٩۰-۹]"
_END = "(?:ی|دا|ەوە|ەم)?"
"""What Kurdish writes to the end of a number."""
_START = rf"(?={_D})(?:(?<![\w/.,-])|(?<=(?<!\w)[وفبل])|(?<=(?<!\w)[وفبل]ـ))"
"""Where a number may begin: not within a word or another number, but behind what Arabic writes to its front."""
_CENTURY = "(?:1[89]|20|١[٨٩]|٢٠|۱[۳۴۸۹]|۲۰)"
_DATE = re.compile(
    rf"(?:(?<!{_D}){_D}{{1,2}}ی?\s+)?(?:{_MONTHS})ی?(?:\s*/\s*(?:{_MONTHS}))?\s+(?:عام\s+|من عام\s+)?{_D}{{4}}(?!{_D})"
    rf"|{_START}{_CENTURY}{_D}{{2}}(?:[-–/]{_CENTURY}{_D}{{2}})?{_END}(?![\w/]|[-.,]{_D})"
    rf"|{_START}{_D}{{1,2}}([/-]){_D}{{1,2}}\1{_D}{{4}}"
)
_ONE = rf"{_D}+(?:[.,٫٬]{_D}+)*"
_NUMBER = re.compile(rf"{_START}{_ONE}(?:[-–]{_ONE})?\s?[%٪]?{_END}(?![\w/-])")
_LATIN = re.compile(r"[A-Za-z][A-Za-z./-]*[\s\u200f-]*\(?[0-9][0-9/.-]*\)?|[0-9]+[A-Za-z]+")
"""A number that belongs to a Latin name: F-16, S/RES/2170 (2014), G20."""
_NAMED = re.compile(
    rf"(?:قرار|القرار|قراره|قراريه|القرارين|القراران|قراران|قرارين|القرارات|قرارات|قرارها|"
    rf"المادة|المادتين|المادتان|المواد|مادة|الفقرة|البند|البندين|رقم|"
    rf"القانون|قانون|ماد(?:هٔ|ه|ەی|دەی)|بند|قطعنامهٔ?|شمارهٔ?|فصل|جدول|نمودار|بڕیاری|یاسای|ژمارە|بڕگەی|خشتەی|بەشی|"
    rf"الفصل|الباب|المبحث|المطلب|الجدول|الشكل|[Rr]esolutions?|[Aa]rticles?|[Ll]aw|[Nn]o\.|[Cc]hapter|[Ff]igure|[Tt]able)"
    rf"(?:\s+(?:رقم|مجلس الأمن|ذي الرقم|شمارهٔ?|ژمارە))*\s*\(?{_D}+(?:\s*(?:،|و|,|and|-|/)\s*\(?{_D}+\)?)*\)?"
    rf"{_END}(?:\s+(?:لسنة|لعام|of|سال|مصوب|ساڵی)\s+{_D}{{4}}{_END}|\s*\({_D}{{4}}\))?"
)
"""A number that is a name: of a resolution, an article, a law."""
_QUOTED = re.compile(r"[«“\"]((?<=«)[^«»]{12,}(?=»)|(?<=“)[^“”]{12,}(?=”)|(?<=\")[^\"\n]{12,}(?=\"))[»”\"]")
_CLAIM = re.compile('[0-9٠-٩۰-۹«“"]')
"""What every date, number and quotation holds."""
_LISTED = re.compile(r"^[ \t]*(?:[-*+|]|\d{1,2}[.)])[ \t]", re.MULTILINE)
"""Lists and tables are covered as a whole."""
_MARKED = re.compile('[«“"]')
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
_Part = tuple[int, str, tuple[int, ...]]
"""A part of a text that a citation covers or that none does: where it begins, its bare words, its citations' places.

A citation covers its own sentence and those before it in the paragraph; what follows it in the same paragraph is said
without a source until the next one.
"""
_STOP = re.compile(r"[.؟?!…](?=[\s»”)]|$)")
"""The end of a sentence."""
_TITLED = re.compile(
    r"(?:برنامج|مجلة|كتاب|كتابه|كتابها|مشروع|مؤتمر|حملة|عنوان|عنوانه|عنوانها|بعنوان|مبادرة|دراسة|مقال|مقالة|مقاله|تقرير|"
    r"کتاب|برنامهٔ|طرح|گزارش|روزنامهٔ|مجلهٔ|سند|مقالهٔ|کتێبی|ڕۆژنامەی|گۆڤاری|پرۆژەی|ڕاپۆرتی|بەناوی|ناونیشانی|"
    r"رواية|فيلم|صحيفة|ندوة|شعار|عملية|وثيقة|[Rr]eport|[Bb]ook|[Jj]ournal|[Pp]rogram(?:me)?|[Pp]roject|entitled|titled)"
    r"(?: [\u0621-\u064a]+)?[\s:،]*$"
)
"""What stands before a name in quotation marks, which quotes nobody."""
_COUNT = re.compile(
    rf"(?:كل|خلال|مدة|مدته|مدتها)\s+{_D}{{1,2}}\s+(?:ثوان|دقائق|ساعات|أيام|أسابيع|أشهر|شهور|سنوات|أعوام)\w*"
    rf"|(?:في|على|إلى|من)\s+{_D}{{1,2}}\s+(?:مراحل|خطوات|محاور|أقسام|أجزاء|مستويات|مسارات|فصول|مباحث|نقاط)"
    rf"|(?:هر|در|هەر|ھەر|لە)\s+{_D}{{1,2}}\s+(?:روز|هفته|ماه|سال|مرحله|گام|بخش|ڕۆژ|[ھه]ەفتە|مانگ|ساڵ|قۆناغ|ھەنگاو|بەش)\w*"
    rf"|every\s+{_D}{{1,2}}\s+(?:days|weeks|months|years)|in\s+{_D}{{1,2}}\s+(?:stages|steps|parts|phases)"
)
"""A number that divides a plan or names its beat, and measures nothing."""
_CALLED = re.compile(
    rf"(?<!\d){_D}{{1,2}}:{_D}{{2}}(?![\d:])|\+{_D}(?:[ \u00a0.()-]?{_D}){{6,14}}"
    rf"|\[[^\[\]@]{{2,20}}:\s*{_D}+(?:[-–]{_D}+)?\]"
)
"""The time of day; a telephone's number; a verse by its chapter."""
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
    claims = [bool(_CLAIM.search(text.bare)) for text in whole.texts]
    paragraphs = [tuple(_paragraphs(text)) if held else () for held, text in zip(claims, whole.texts, strict=True)]
    supported = _supported(entry, paragraphs)
    citing = {text.holder for text in whole.texts if text.keys}
    told: set[int] = set()
    for text, parts, held in zip(whole.texts, paragraphs, claims, strict=True):
        if text.at[0] != "blocks" or (not held and text.at[2] != "text"):
            continue
        block, field, cited = entry.topic.blocks[int(text.at[1])], text.field, text.holder in citing
        if isinstance(block, Table | Figure) and (cited or block.source is not None):
            continue
        if isinstance(block, Table | Figure) and field not in _FREE:
            if int(text.at[1]) not in told and any(_uncited(entry, text, parts, supported)):
                told.add(int(text.at[1]))
                where = entry.source.where((*text.at[:2], "kind"))
                yield Problem("data-uncited", where, {"found": block.caption.default}, Severity.WARNING)
            continue
        told_of: Iterable[_Part] = parts
        if isinstance(block, Recommendations) and field in ("headline", "gist"):  # what is asked for, no report
            told_of = tuple(
                (at, _FIGURE.sub(lambda found: " " * len(found[0]), bare), cites) for at, bare, cites in parts
            )
        if field in _FREE or (cited and (isinstance(block, Quote) or field in _COVERED)):
            continue
        plans = isinstance(block, Recommendations | Scenarios)
        yield from _uncited(entry, text, told_of, supported if not plans else supported | _coming(entry, text))
        if isinstance(block, Quote) and field == "text" and len(text.words.split()) > _WORDS:
            yield Problem("quotation-uncited", place(entry, text), {"found": text.words}, Severity.WARNING)


def _uncited(entry: Entry, text: Text, parts: Iterable[_Part], supported: frozenset[str]) -> Iterator[Problem]:
    """Dates, numbers and quotations of the paragraphs of a text that cite nothing."""
    for start, bare, cites in parts:
        if cites and _MARKED.search(bare):
            yield from _quoted_apart(entry, text, (start, bare, cites))
        if cites or not _CLAIM.search(bare):
            continue
        if not _MARKED.search(bare) and _figures(bare) <= supported:
            continue
        plain = _hidden(bare)
        for at, said in _quotations(plain):
            yield _claim("quotation-uncited", entry, text, (start + at, said))
        dates = list(_DATE.finditer(plain))
        for found in dates:
            if not _figures(found[0]) <= supported:
                yield _claim("date-uncited", entry, text, (start + found.start(), found[0]))
        rest = _DATE.sub(lambda found: " " * len(found[0]), plain)
        for found in _NUMBER.finditer(rest):
            if not _figures(found[0]) <= supported:
                yield _claim("number-uncited", entry, text, (start + found.start(), found[0].strip()))


def _quotations(plain: str) -> Iterator[tuple[int, str]]:
    """What is quoted word by word, and where; a name in quotation marks is no quotation."""
    for found in _QUOTED.finditer(plain):
        said = found[1]
        if len(said.split()) > _WORDS and not _TITLED.search(plain, max(0, found.start() - 40), found.start()):
            yield found.start(), said


def _quoted_apart(entry: Entry, text: Text, part: _Part) -> Iterator[Problem]:
    """Quotations whose own sentence cites nothing: the citation of a later sentence may be another speaker's."""
    start, bare, cites = part
    for at, said in _quotations(bare):
        ends = [stop.end() for stop in _STOP.finditer(bare) if not at < stop.start() < at + len(said)]
        first = max((end for end in ends if end <= at), default=0)
        last = min((end for end in ends if end > at), default=len(bare))
        if not any(first <= cite <= last + 1 for cite in cites):
            yield _claim("quotation-uncited", entry, text, (start + at, said))


def _coming(entry: Entry, text: Text) -> frozenset[str]:
    """The years of a plan: what lies after the day of the text is nobody's report."""
    return frozenset(year for year in _figures(text.bare) if len(year) == 4 and year > str(entry.topic.date.year))


def _claim(rule: str, entry: Entry, text: Text, found: tuple[int, str]) -> Problem:
    return Problem(rule, place(entry, text, found[0]), {"found": found[1]}, Severity.WARNING)


def _paragraphs(text: Text) -> Iterator[_Part]:
    start = 0
    for gap in _PARAGRAPH.finditer(text.words) if "\n" in text.words else ():
        yield from _covered(text, start, gap.start())
        start = gap.end()
    yield from _covered(text, start, len(text.bare))


def _covered(text: Text, start: int, end: int) -> Iterator[_Part]:
    """A paragraph as far as its last citation covers it, and what follows."""
    cites = text.cites
    if cites and len(text.bare) > end - start:
        cites = cites[bisect_left(cites, start) : bisect_left(cites, end)]
    listed = "\n" in text.words and _LISTED.search(text.words, start, end)
    if not cites or listed or not _CLAIM.search(text.bare, cites[-1], end):
        yield start, text.bare[start:end], tuple(each - start for each in cites)
        return
    stop = _STOP.search(text.bare, cites[-1], end)
    middle = stop.end() if stop else end
    yield start, text.bare[start:middle], tuple(each - start for each in cites)
    if middle < end:
        yield middle, text.bare[middle:end], ()


def _hidden(plain: str) -> str:
    """A text without the numbers that are names, as long as it was."""
    if not any(c.isdigit() for c in plain):
        return plain
    for pattern in (_CALLED, _LATIN, _NAMED, _COUNT):
        plain = pattern.sub(lambda found: " " * len(found[0]), plain)
    return plain


_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫٬", "01234567890123456789.,")
_FIGURE = re.compile(rf"{_D}+(?:[.,٫٬]{_D}+)*")


def _figures(words: str) -> frozenset[str]:
    """The figures in some words: what has to be supported."""
    return frozenset(found if found.isascii() else found.translate(_DIGITS) for found in _FIGURE.findall(words))


def _supported(entry: Entry, paragraphs: Iterable[Iterable[_Part]]) -> frozenset[str]:
    """The figures that stand with a citation somewhere in the topic: they may be told again without it."""
    cited = [bare for parts in paragraphs for _, bare, cites in parts if cites]
    return _figures("\n".join((entry.topic.title.default, *cited)))
