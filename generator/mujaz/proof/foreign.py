"""The bytes of any PDF, whoever made it → what can be said against it without its source; mends nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from unicodedata import name, normalize

from mujaz.problems import Severity
from mujaz.proof.finding import Finding
from mujaz.proof.markers import STANDARDS, is_form, syntax
from mujaz.proof.pages import Pages
from mujaz.proof.read import UnreadableError, read
from mujaz.proof.spoken import spoken

_WORD = re.compile("[\u0620-\u064a\u066e-\u06d3\ufb50-\ufdef\ufe70-\ufefc]{2,}")
_LAST = "ةىﺓﺔﻯﻰ"
"""Letters that end words and begin none."""
_ENOUGH = 5
"""Words that speak for one order, for a page to be judged."""
_NAMED = 8
_ONWARD = re.compile("INITIAL|MEDIAL")
_BACK = re.compile("FINAL|MEDIAL")
_PARTED = frozenset("ادذرزوآأإؤةىءژڕۆەٱ")
"""Letters that do not join the one that follows."""


def findings_of_file(data: bytes) -> tuple[Finding, ...]:
    """What is wrong with a PDF, as far as its bytes tell it."""
    try:
        pages = read(data)
    except UnreadableError as error:
        return (Finding("file-broken", found=str(error)),)
    return (*syntax(pages), *_marks(pages), *_fonts(pages), *_text(pages, data))


def _marks(pages: Pages) -> Iterator[Finding]:
    """What a file should say of itself, whatever it holds; it can be read without."""
    if not pages.language:
        yield Finding("language-untold", severity=Severity.WARNING)
    if not pages.title:
        yield Finding("title-untold", severity=Severity.WARNING)
    for each in STANDARDS:
        name = each.partition("-")[0]
        if not any(said.startswith(name) for said in pages.standards):
            yield Finding("standard-untold", facts={"standard": name}, severity=Severity.WARNING)
    if not pages.marked:
        yield Finding("tags-untold", severity=Severity.WARNING)


def _fonts(pages: Pages) -> Iterator[Finding]:
    yield from (Finding("font-absent", found=font.name) for font in pages.fonts if not font.program)


def _text(pages: Pages, data: bytes) -> Iterator[Finding]:
    """What readers take out of it, page by page."""
    import pypdfium2  # noqa: PLC0415 # a native library, of use to a proof alone

    arabic = 0
    try:
        opened = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        return  # what qpdf and pdfium say of it is told already
    with opened:
        for number, page in enumerate(opened, start=1):
            words = _WORD.findall(page.get_textpage().get_text_range())
            arabic += len(words)
            yield from _turned(number, words)
    if arabic >= _ENOUGH and pages.direction != "rtl":
        yield Finding("direction-untold", severity=Severity.WARNING)
    for number, said in enumerate(spoken(data), start=1):
        yield from _shaped(number, said)


def _shaped(number: int, said: list[str]) -> Iterator[Finding]:
    """Presentation forms, and those among them that do not join; a reader may have made plain letters of them."""
    shaped = [piece for piece in said if any(map(is_form, piece))]
    if shaped:
        codes = dict.fromkeys(f"U+{ord(each):04X}" for piece in shaped for each in piece if is_form(each))
        yield Finding("letters-shaped", number, found=shaped[0], facts={"codes": " ".join(list(codes)[:_NAMED])})
    for piece in shaped:
        loose = next((pair for pair in pairwise(piece[::-1]) if _loose(*pair)), None)
        if loose is not None:
            meant = normalize("NFKC", piece[::-1])
            yield Finding("letters-unjoined", number, None, meant, piece, {"letters": " ".join(loose)})
            return


def _loose(one: str, other: str) -> bool:
    """Whether neither of two forms reaches out to the other, although the first one's letter joins what follows."""
    if not (is_form(one) and is_form(other)):
        return False
    onward, back = _ONWARD.search(name(one, "")), _BACK.search(name(other, ""))
    return not onward and not back and normalize("NFKC", one)[-1:] not in _PARTED


def _turned(number: int, words: list[str]) -> Iterator[Finding]:
    """Words that begin with letters that only end words: they are stored from the left."""
    wrong = [word for word in words if word[0] in _LAST]
    right = [word for word in words if word[-1] in _LAST]
    if len(wrong) >= _ENOUGH and len(wrong) > len(right):
        yield Finding("text-turned", number, found=" ".join(wrong[:_ENOUGH]))
