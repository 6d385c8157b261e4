"""What WeasyPrint remembers of a document changes nothing of it."""

from __future__ import annotations

import ctypes
import gc
from contextlib import nullcontext
from types import SimpleNamespace

import pypdfium2
import pytest
from pypdfium2 import raw

from mujaz.export import pdf
from mujaz.export.remembered import remember, remembering
from mujaz.model.document import Document, Medium

WORDS = "تعمل وزارة الخارجية على كسب الدعم الدولي وتجفيف منابع التمويل في المحافظات المحررة. "
NOTE = '<span class="note">المرجع نفسه، ص ١٢، وما بعدها من الفصل الثاني.</span>'
BOLD = "<b>واشنطن\nوبغداد</b> <b lang=en>as <i>it</i> was</b>"
TEXT = "".join(
    f'<p id="p{at}" lang={"en" if at % 5 == 4 else "ar"}>{WORDS}{NOTE} {BOLD} {WORDS}{NOTE}{WORDS * 3}{NOTE}</p>'
    for at in range(14)
)
CONTENTS = "".join(f'<li><a href="#p{at}">{WORDS[: 20 + 5 * at]}</a></li>' for at in range(14))
PAGE = "@page {size: A5; margin: 15mm} body {font: 12pt/1.6 Amiri} .note {float: footnote; font-size: 10pt}"
NUMBER = (
    "li {position: relative} li a::after {content: target-counter(attr(href url), page); position: absolute; left: 0}"
)
STYLES = {
    "plain notes": "",
    "notes with margins": ".note {margin: 3pt 0 5pt}",
    "notes as long as the line": ".note {footnote-display: inline}",
    "an area that is full": "@page {@footnote {max-height: 20mm}}",
    "an area with a border": "@page {@footnote {border-top: 2pt solid; padding-top: 4pt; margin-top: 8pt}}",
    "notes that tell their page": '.note::after {content: " " counter(page) " " target-counter(url(#p9), page)}',
    "a float in a note": ".note::first-letter {color: red} .note::before {content: '؛'; float: left; font-size: 30pt}",
    "contents in columns": "ol {columns: 2}" + NUMBER,
    "contents in columns, with numbers in the line": (
        "ol {columns: 2} a::after {content: target-counter(attr(href url), page); font-size: 14pt}"
    ),
    "contents in columns, with floats": "ol {columns: 2} li::before {content: '◆'; float: right; font-size: 40pt}",
    "contents in columns over pages": "ol {columns: 2; font-size: 30pt}" + NUMBER,
    "words and letters apart": (
        "p {hyphens: auto; overflow-wrap: anywhere; word-spacing: 2pt} p + p {letter-spacing: 0.2pt}"
    ),
    "lines as they are written": "p, .note {white-space: pre-line} li {white-space: pre}",
    "lines under and through": "p {text-decoration: underline} .note {text-decoration: overline line-through}",
    "lines that are cut": (
        "li {white-space: nowrap; overflow: hidden; text-overflow: ellipsis; width: 30mm} #p4 {max-lines: 2}"
    ),
    "told by id and by language": (
        "#p3 b, #p3 .note {color: red; font-size: 9pt} :lang(en) b {margin: 0 9pt} p:lang(en) {padding: 1pt}"
    ),
    "pages of their own": (
        "#p2, #p8 {page: wide} @page wide {margin: 30mm; @top-left {content: 'س' counter(page)}} "
        "@page :first {size: A4}"
    ),
    "sizes that hang on others": (
        "p {margin: 1% 2% 1em; padding: 0.5em; width: 90%} .note {padding: 1%; box-sizing: border-box} "
        "b {padding: 0 5%}"
    ),
    "a table whose borders are one": (
        "ol {display: table; border-collapse: collapse} li {display: table-row} "
        "li a {display: table-cell; border: 1pt solid}"
    ),
}


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_a_document_has_the_same_bytes_with_and_without_memory(style: str, monkeypatch: pytest.MonkeyPatch) -> None:
    document = _document(style)
    remembered = pdf.export(document)
    monkeypatch.setattr(pdf, "remembering", nullcontext)
    assert pdf.export(document).data == remembered.data
    assert remembered.pages
    assert remembered.pages > 3


def test_a_justified_line_is_drawn_as_it_was_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    document = _document("p {text-align: justify}")
    remembered = _letters(pdf.export(document).data)
    monkeypatch.setattr(pdf, "remembering", nullcontext)
    plain = _letters(pdf.export(document).data)
    assert len(plain) > 3000
    assert [each[0] for each in remembered] == [each[0] for each in plain]
    apart = max(
        abs(a - b)
        for one, other in zip(remembered, plain, strict=True)
        for a, b in zip(one[1:], other[1:], strict=True)
    )
    assert apart < 0.2


def _document(style: str) -> Document:
    head = f"<head><title>س</title><style>{PAGE}{style}</style></head>"
    html = f'<html lang="ar" dir="rtl">{head}<body><ol>{CONTENTS}</ol>{TEXT}</body></html>'
    return Document("t/a.ar.pdf", html, Medium.PRINT, "ar", "rtl", "س", "2025-01-15")


def _letters(data: bytes) -> list[tuple[str, float, float]]:
    """What can be seen of each page, with its place in points."""
    found = []
    for page in pypdfium2.PdfDocument(data):
        text = page.get_textpage()
        x, y = ctypes.c_double(), ctypes.c_double()
        for at in range(text.count_chars()):
            raw.FPDFText_GetCharOrigin(text.raw, at, x, y)
            letter = chr(raw.FPDFText_GetUnicode(text.raw, at))
            found += [(letter, x.value, y.value)] if letter.strip() else []
    return found


def test_nothing_is_remembered_after_a_document_and_garbage_is_collected_again() -> None:
    from mujaz.export import remembered  # noqa: PLC0415 # the room itself, for what it keeps

    assert gc.isenabled()
    with remembering():
        assert remembered._kept == {}
        assert not gc.isenabled()
    assert remembered._kept is None
    assert gc.isenabled()


def test_another_version_of_weasyprint_is_left_as_it_is() -> None:
    remember(SimpleNamespace(__version__="70.1"))  # which has nothing that could be taken
