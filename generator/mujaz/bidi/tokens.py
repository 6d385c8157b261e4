"""HTML → HTML whose phone numbers, addresses and symbols stand in `<span dir="ltr">`; for all media alike."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mujaz.bidi.paragraphs import LINE, OBJECT, Page, Paragraph, is_isolate, paragraphs, parse
from mujaz.bidi.rewrite import Wrap, rewrite
from mujaz.bidi.uax9 import Base, levels

VERBATIM = frozenset({"code", "kbd", "pre", "samp", "tt", "var"})
LRM = "\u200e"
# Telephones: with a plus, with the two zeros, with the zero of the town.
EDGE = r"(?<![^\W\u0620-\u064a\u0671-\u06d3])"
"""Where a token may begin: not within a word, but right behind the Arabic letters that are written together with
the word that follows them («وC++»)."""
PHONES = (
    EDGE + r"\+(?=(?:[ \u00a0.()-]?\d){6})\d{1,4}(?:[ \u00a0.-]?\(?\d{1,5}\)?){1,6}(?!\d)",
    EDGE + r"[0٠۰]\d{1,4}(?:[ \u00a0.-]\d{2,5}){1,5}(?!\d)",
    EDGE + r"\([0٠۰]\d{1,4}\)[ \u00a0]?\d{2,4}(?:[ \u00a0.-]\d{2,5})*(?!\d)",
)
PHONE = re.compile("|".join(PHONES))
# Each kind says where it begins, so that no part of a word is taken for it. What is not here keeps the order
# of UAX #9, which is the meant one for ranges, percentages, decimals, slashed dates and numbers of articles.
KINDS = (
    # addresses of the net; a closing bracket or full stop belongs to the sentence
    r"(?:https?://|ftp://|www\.)[^\s<>«»\"“”،؛؟\ufffc]*[^\s<>«»\"“”،؛؟\ufffc.,;:!?)\]}']",
    r"(?<![\w.])[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+",
    r"(?<![\w./])(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}/[A-Za-z0-9._~/?#=&%+-]*",
    EDGE + r"10\.\d{4,9}/[A-Za-z0-9._;()/:-]*[A-Za-z0-9]",
    r"(?<![\w.])[@#][A-Za-z][A-Za-z0-9_.]*[A-Za-z0-9_]",
    *PHONES,
    # names that end or begin with a sign
    EDGE + r"[A-Za-z][A-Za-z0-9]*(?:\+\+|#)(?!\w)",
    EDGE + r"[A-Z][A-Za-z]*\+(?!\w)",
    EDGE + r"(?:A{1,3}|B{1,3}|C{1,3}|D)-(?!\w)",
    r"(?<![\w.])\.[A-Za-z][A-Za-z0-9]+",
    EDGE + r"Yahoo!",
    # abbreviations: their full stop is a part of them
    r"(?<![\w.])(?:[A-Za-z]{1,2}\.){2,}",
    EDGE + r"[A-Z][A-Za-z'’-]+, (?:[A-Z]\. ?)*[A-Z]\.",
    EDGE + r"(?:al|approx|Bros|Co|Corp|Dept|Dr|ed|eds|etc|ibid|Inc|Jr|Ltd|Mr|Mrs|No|Prof|Sr|St|Vol|vs)\.",
    # document symbols and codes
    EDGE + r"[A-Z]{1,6}(?:/[A-Z0-9]+(?:\.[A-Z0-9]+)*)+(?: ?\(\d{4}\))?",
    r"(?<![\w/.-])\d+(?:[-/._][A-Za-z0-9]+)*[-/._][A-Za-z][A-Za-z0-9]*(?:[-/._][A-Za-z0-9]+)*",
    r"(?<![\w/.-])\d+(?:-[\dA-Z]+){2,}(?!\w)",
    # hours, degrees and signed numbers in Western digits; Arabic digits carry their sign on the right, as in CLDR
    EDGE + r"\d{1,2}:\d{2}[ \u00a0]?[AaPp]\.?[Mm](?!\w)",
    r"(?:(?<![\w.,-])|(?<=[وفبلك])(?<!\w\w))(?:[-+−]?[0-9][0-9.,]*[ \u00a0]?)?°[CF](?!\w)",
    r"(?:(?<![\w)\]%٪.,/+−-])|(?<=[وفبلك])(?<!\w\w))[-+−±][0-9]+(?:[.,][0-9]+)*(?:[%٪]|(?![\w/-]))",
)
TOKEN = re.compile("|".join(KINDS))
HINT = re.compile(r"[@#&+/:_°!−±-]|\.[A-Za-z]|[A-Za-z]\.|\d[ \u00a0.)]+\d")
"""Every kind holds one of these, so a text without them need not be parsed."""
TAG = re.compile(r"<[^>]*>")


def isolate(html: str, base: Base) -> str:
    """The fragment or document with a left-to-right span around what plain UAX #9 would set out of order.

    Only right-to-left paragraphs are touched, and neither code nor an inline element that states its `dir`.
    """
    if base == "ltr" or not HINT.search(TAG.sub("", html)):
        return html
    page = parse(html)
    changed = False
    for paragraph in paragraphs(page, base):
        if paragraph.base == "ltr" or _has_stated_order(paragraph, page):
            continue
        if wraps := _merged(list(_tokens(paragraph))):
            rewrite(paragraph, wraps, _marks(paragraph.text, wraps))
            changed = True
    return str(page) if changed else html


def _has_stated_order(paragraph: Paragraph, page: Page) -> bool:
    container = paragraph.container
    return container.tag in VERBATIM or any(
        is_isolate(element) or element.tag in VERBATIM
        for element in (container, *container.iterancestors())
        if element is not page.root
    )


def _tokens(paragraph: Paragraph) -> Iterator[Wrap]:
    text = paragraph.text
    hidden = "".join(
        OBJECT * len(leaf.text) if VERBATIM.intersection(e.tag for e in leaf.path) else leaf.text
        for leaf in paragraph.leaves
    )
    start = 0
    for line in text.split(LINE):
        resolved = levels(line, "rtl")
        for match in TOKEN.finditer(hidden[start : start + len(line)]):
            first, last = match.span()
            if len(set(resolved[first:last])) == 1 and resolved[first] % 2 == 0:
                continue  # it stands in order already
            # The words it belongs to go into the same span: an isolate after «Apple » would stand before it.
            while first > 0 and resolved[first - 1] > 1:
                first -= 1
            while last < len(line) and resolved[last] > 1:
                last += 1
            yield Wrap(start + first, start + last, "ltr")
        start += len(line) + len(LINE)


def _marks(text: str, wraps: list[Wrap]) -> dict[int, str]:
    """Left-to-right marks between groups of Arabic digits, which go leftwards even in such a span."""
    marks: dict[int, str] = {}
    for wrap in wraps:
        token = text[wrap.start : wrap.stop]
        if PHONE.fullmatch(token):
            resolved = levels(token, "ltr")
            marks.update({wrap.start + at: LRM for at, level in enumerate(resolved) if level % 2})
    return marks


def _merged(wraps: list[Wrap]) -> list[Wrap]:
    """The same ranges, those that overlap made one."""
    merged: list[Wrap] = []
    for wrap in sorted(wraps, key=lambda wrap: wrap.start):
        if merged and wrap.start < merged[-1].stop:
            merged[-1] = Wrap(merged[-1].start, max(merged[-1].stop, wrap.stop), "ltr")
        else:
            merged.append(wrap)
    return merged
