"""What a file says of itself + the document → marks that are missing, fonts and glyphs that are none of ours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mujaz.faces import Face
from mujaz.model.document import Document
from mujaz.proof.finding import Finding
from mujaz.proof.joining import face_of
from mujaz.proof.outlines import outlines
from mujaz.proof.pages import VISIBLE, Font, Pages, Run

STANDARDS = ("PDF/A-3a", "PDF/UA-1")
_NAMED = 8
"""Characters that are named of those that a foreign font draws."""


def marks(pages: Pages, document: Document, title: str) -> Iterator[Finding]:
    """What every file of ours says of itself."""
    yield from tongue(pages, document)
    if document.direction == "rtl" and pages.direction != "rtl":
        yield Finding("direction-lost")
    if pages.title != title or not pages.shows_title:
        yield Finding("title-lost", meant=title, found=pages.title or "—")
    for each in STANDARDS:
        if each not in pages.standards:
            yield Finding("standard-lost", facts={"standard": each})
    if not pages.marked or not pages.text:
        yield Finding("standard-lost", facts={"standard": "Tagged PDF"})


def tongue(pages: Pages, document: Document) -> Iterator[Finding]:
    """The language that a file names."""
    if pages.language != document.language:
        yield Finding("language-lost", found=pages.language or "—", facts={"allowed": document.language})


def syntax(pages: Pages) -> Iterator[Finding]:
    """What qpdf and pdfium say."""
    yield from (Finding("file-broken", found=each) for each in pages.faults)


def fonts(pages: Pages, faces: Iterable[Face]) -> Iterator[Finding]:
    """Fonts that are not the theme's, and fonts that the file names and does not carry."""
    for font in pages.fonts:
        if face_of(font, tuple(faces)) is None:
            used = sorted({each for run in _runs(pages) if run.font is font for each in run.seen})
            named = " ".join(f"{each} (U+{ord(each):04X})" for each in used[:_NAMED])
            yield Finding("font-foreign", found=font.name, facts={"characters": named or "?"})
        if not font.program:
            yield Finding("font-absent", found=font.name)


def blank(pages: Pages) -> Iterator[Finding]:
    """Characters that are printed as an empty box, or not at all."""
    for font in pages.fonts:
        shapes = outlines(font.program)
        if not shapes.count or not font.plain:
            continue
        bad = {glyph for glyph in _used(pages, font) if glyph == 0 or glyph >= shapes.count}
        bad |= {
            glyph
            for glyph, text in font.texts.items()
            if glyph and shapes.blank(glyph) and text.translate(VISIBLE) and glyph in _used(pages, font)
        }
        for run in _runs(pages) if bad else ():
            for glyph in dict.fromkeys(map(ord, run.glyphs)):
                if run.font is font and glyph in bad:
                    text = font.texts.get(glyph, "")
                    code = " ".join(f"U+{ord(each):04X}" for each in text) or f"#{glyph}"
                    yield Finding("glyph-blank", run.page, run.box, run.said[::-1], text or "?", {"code": code})


def _used(pages: Pages, font: Font) -> set[int]:
    return {ord(each) for run in _runs(pages) if run.font is font for each in run.glyphs}


def _runs(pages: Pages) -> Iterator[Run]:
    return (run for page in pages.pages for run in page.runs)


def forms(pages: Pages, allowed: str) -> Iterator[Finding]:
    """Letters in the forms that Unicode keeps for older encodings: text that was shaped before it was set."""
    for run in _runs(pages):
        shaped = [each for each in run.seen if is_form(each) and each not in allowed]
        if shaped:
            codes = " ".join(f"U+{ord(each):04X}" for each in dict.fromkeys(shaped[:_NAMED]))
            yield Finding("letters-shaped", run.page, run.box, found=run.said, facts={"codes": codes})


def is_form(character: str) -> bool:
    """Whether a character is a letter's form, not a word sign such as «ﷺ»."""
    return "\ufb50" <= character <= "\ufdef" or "\ufe70" <= character <= "\ufefc"
