"""What WeasyPrint remembers of a document changes nothing of it."""

from __future__ import annotations

import gc
from contextlib import nullcontext
from types import SimpleNamespace

import pytest

from mujaz.export import pdf
from mujaz.export.remembered import remember, remembering
from mujaz.model.document import Document, Medium

WORDS = "تعمل وزارة الخارجية على كسب الدعم الدولي وتجفيف منابع التمويل في المحافظات المحررة. "
NOTE = '<span class="note">المرجع نفسه، ص ١٢، وما بعدها من الفصل الثاني.</span>'
TEXT = "".join(f'<p id="p{at}">{WORDS}{NOTE} {WORDS}{NOTE}{WORDS * 3}{NOTE}</p>' for at in range(14))
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
    "justified": "p {text-align: justify; hyphens: auto; overflow-wrap: anywhere} p + p {letter-spacing: 0.2pt}",
}


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_a_document_has_the_same_bytes_with_and_without_memory(style: str, monkeypatch: pytest.MonkeyPatch) -> None:
    head = f"<head><title>س</title><style>{PAGE}{style}</style></head>"
    html = f'<html lang="ar" dir="rtl">{head}<body><ol>{CONTENTS}</ol>{TEXT}</body></html>'
    document = Document("t/a.ar.pdf", html, Medium.PRINT, "ar", "rtl", "س", "2025-01-15")
    remembered = pdf.export(document)
    monkeypatch.setattr(pdf, "remembering", nullcontext)
    assert pdf.export(document).data == remembered.data
    assert remembered.pages
    assert remembered.pages > 3


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
