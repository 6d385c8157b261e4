"""A last page of a few lines is saved by setting the text a little tighter; a full one is left alone."""

from __future__ import annotations

from mujaz.export.pdf import export
from mujaz.model.document import Document, Medium


def page(lines: int, style: str) -> Document:
    body = "".join(f"<p>سطر رقم {number}</p>" for number in range(lines))
    css = f"@page{{size:A5;margin:20mm}} html{{font:12pt Amiri;{style}}} p{{margin:0}}"
    head = f"<head><title>ص</title><style>{css}</style></head>"
    html = f'<!DOCTYPE html><html lang="ar" dir="rtl">{head}<body>{body}</body></html>'
    return Document("t/a.ar.pdf", html, Medium.PRINT, "ar", "rtl", "ص", "2025-01-15")


def pages(lines: int, style: str) -> int:
    counted = export(page(lines, style)).pages
    assert counted is not None
    return counted


def test_a_line_too_many_costs_no_page_of_its_own() -> None:
    loose, fits = "line-height:1.6", "line-height:var(--leading,1.6)"
    full = next(lines for lines in range(15, 40) if pages(lines + 1, loose) == 2)
    assert pages(full + 1, fits) == 1
    assert pages(full + full // 2, fits) == 2
