"""Print `Document` → PDF; the only importer of WeasyPrint, fetches nothing but the theme's own fonts."""

from __future__ import annotations

import ctypes.util
import logging
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from mujaz.export.archive import sealed
from mujaz.export.letters import Letters, letters
from mujaz.export.measured import keep
from mujaz.export.mended import mend
from mujaz.export.remembered import remember, remembering
from mujaz.export.spared import spare
from mujaz.export.spilt import spilt
from mujaz.faces import Face, faces_of, with_faces
from mujaz.model.document import Attachment, Document, Medium, Output
from mujaz.problems import Problem, Severity, Where

with warnings.catch_warnings():
    # cffi asks find_library for every name that does not exist, which starts 54 compilers; the sonames
    # that it tries next are found without. To be deleted when WeasyPrint stops asking (Kozea/WeasyPrint#1125).
    _find_library, ctypes.util.find_library = ctypes.util.find_library, lambda name: None  # noqa: ARG005
    try:
        import weasyprint
        from weasyprint.text.fonts import FontConfiguration
        from weasyprint.urls import URLFetcher, URLFetcherResponse
    finally:
        ctypes.util.find_library = _find_library

remember(weasyprint)
spare(weasyprint)
keep(weasyprint)
mend(weasyprint)

_BASE = "https://workspace.invalid/"
"""No machine has this name: addresses in a document lead to our fetcher or nowhere."""
_PICTURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"<": "image/svg+xml"}
_LEADINGS = (1.6, 1.55, 1.5)
"""Line heights to try, the comfortable one first, before a last page of a few lines is put up with."""
_ALMOST_EMPTY = 0.2
"""Of the height of a page's text: a last page with less on it looks like an accident."""


class DeniedError(ValueError):
    """An address that a document may not load."""


class Fetcher(URLFetcher):  # type: ignore[misc] # WeasyPrint ships no types
    """Answers for the theme's fonts and for pictures inside the document; refuses everything else."""

    def __init__(self, faces: Iterable[Face] = ()) -> None:
        super().__init__(timeout=1, allowed_protocols=(), allow_redirects=False)
        self.faces = {_BASE + "fonts/" + face.file: face for face in faces}
        self.denied: list[str] = []

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:  # noqa: ARG002 # WeasyPrint's signature
        """The bytes behind an address of ours. Raises DeniedError for any other."""
        if url in self.faces:
            return URLFetcherResponse(url, self.faces[url].data, {"Content-Type": "font/ttf"}, 200)
        if url.startswith("data:image/"):
            return self._picture(url)
        self.denied.append(url if len(url) < 200 else url[:199] + "…")
        raise DeniedError(f"{urlsplit(url).scheme or 'address'} is not loaded: {url[:80]}")

    def _picture(self, url: str) -> Any:
        import base64  # noqa: PLC0415 # only where a document carries pictures

        head, _, body = url.partition(",")
        data = base64.b64decode(body, validate=True) if head.endswith(";base64") else b""
        kind = next((kind for magic, kind in _PICTURES.items() if data.lstrip().startswith(magic)), None)
        if kind is None:
            self.denied.append(head)
            raise DeniedError(f"not a PNG, JPEG or SVG picture: {head}")
        return URLFetcherResponse(url, data, {"Content-Type": kind}, 200)


def export(document: Document) -> Output:
    """The PDF of a document, tagged, with its fonts inside; the same bytes for the same document."""
    carried = [_attached(each, document.day) for each in document.attachments]
    letters_of = partial(_letters, faces_of(document.theme, Medium.PRINT))
    with remembering():
        made = _written(document, pdf_variant="pdf/a-3a", attachments=carried)
        return replace(made, data=sealed(made.data, direction=document.direction, font_of=letters_of))


def plates(document: Document) -> Output:
    """The pages of a document as WeasyPrint sets them, without tags: a press prints and reads nothing out."""
    return _written(document)


def _written(document: Document, **options: Any) -> Output:
    faces = faces_of(document.theme, Medium.PRINT)
    fetcher, fonts = Fetcher(faces), FontConfiguration()
    addresses = {face: f"{_BASE}fonts/{face.file}" for face in faces}
    html = with_faces(document.html, addresses)
    with _listening() as said, remembering():
        laid = _laid_out(html, fetcher, fonts)
        # What is sealed or pressed is read again at once, and is packed when it is written for good.
        raw = laid.write_pdf(pdf_identifier=b"mujaz", uncompressed_pdf=True, **options)
    where = Where(document.name)
    problems = [Problem("address-denied", where, {"found": url}) for url in dict.fromkeys(fetcher.denied)]
    problems += [
        Problem("text-spilt", where, {"page": str(page), "found": text}, Severity.WARNING)
        for page, text in dict.fromkeys(spilt(laid.pages))
    ]
    problems += [Problem("renderer-said", where, {"found": line}, Severity.WARNING) for line in dict.fromkeys(said)]
    return Output(raw, len(laid.pages), _filled(laid.pages[-1]), tuple(problems))


def _laid_out(html: str, fetcher: Fetcher, fonts: FontConfiguration) -> Any:
    """The pages, set a little tighter where that saves a last page of a few lines."""
    first = None
    for leading in _LEADINGS:
        tight = html.replace("<html ", f'<html style="--leading:{leading}" ', 1)
        page = weasyprint.HTML(string=tight, base_url=_BASE, url_fetcher=fetcher, media_type="print")
        laid = page.render(font_config=fonts)
        if first is None:
            first = laid
            if len(laid.pages) == 1 or _filled(laid.pages[-1]) >= _ALMOST_EMPTY:
                return laid
        elif len(laid.pages) < len(first.pages):
            return laid
    return first


def _filled(page: Any) -> float:
    """How far down the text of a page reaches, as a part of the height that it could fill."""
    box = page._page_box  # WeasyPrint is pinned exactly, and has no other door to this
    top, height = box.content_box_y(), box.height
    bottoms = [
        each.position_y + each.height
        for each in box.descendants()
        if type(each).__name__ in ("LineBox", "TableRowBox") and top <= each.position_y <= top + height
    ]
    return (max(bottoms, default=top) - top) / height if height else 1.0


def _attached(attachment: Attachment, day: str) -> weasyprint.Attachment:
    """A file inside the PDF, dated with the day of the text: the clock would change the bytes."""
    date = datetime.fromisoformat(day).replace(tzinfo=UTC)
    return weasyprint.Attachment(
        string=attachment.data,
        name=attachment.name,
        description=attachment.title,
        created=date,
        modified=date,
        relationship="Source",
    )


def _letters(faces: Iterable[Face], name: str) -> Letters | None:
    """The letters of a font of the theme, by its name in a PDF."""
    return next((letters(face.path) for face in faces if face.drawn == name), None)


@contextmanager
def _listening() -> Iterator[list[str]]:
    """What WeasyPrint logs while it works: it tells of missing glyphs nowhere else."""
    said: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign] # a handler of one line
    logger = logging.getLogger("weasyprint")
    propagate, logger.propagate = logger.propagate, False
    logger.addHandler(handler)
    try:
        yield said
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagate
