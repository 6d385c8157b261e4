"""The pages of a PDF as a screen shows them + its runs → words that cannot be seen; reads no word."""

from __future__ import annotations

from collections.abc import Iterator

from mujaz.proof.finding import Box, Finding
from mujaz.proof.pages import Pages, Run

_SCALE = 0.5
"""Pixels for a point: letters become grey, which is enough to tell them from their ground."""
_LEAST = 20
"""Of 255: by how much the darkest and the lightest place of a run differ, where its letters can be told."""


def unseen(pages: Pages, data: bytes) -> Iterator[Finding]:
    """Runs without a trace of ink: in the colour of their ground, under something, or beyond what is shown."""
    import pypdfium2  # noqa: PLC0415 # a native library, of use to a proof alone

    try:
        opened = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        return  # what pdfium says of the file is told already
    with opened:
        for number, (shown, page) in enumerate(zip(opened, pages.pages, strict=False), start=1):
            picture = shown.render(scale=_SCALE, grayscale=True).to_numpy()
            height = picture.shape[0]
            for run in page.runs:
                if len(run.seen) < 2 or run.box is None:
                    continue
                left, bottom, right, top = _pixels(run.box, height)
                ink = picture[top:bottom, left:right]
                if ink.size and int(ink.max()) - int(ink.min()) < _LEAST:
                    yield Finding("text-unseen", number, run.box, found=_said(run))


def _pixels(box: Box, height: int) -> tuple[int, int, int, int]:
    """Left, lower, right and upper edge on the picture, whose rows go down."""
    left, bottom, right, top = (edge * _SCALE for edge in box)
    return max(int(left), 0), max(height - int(bottom), 0), max(int(right) + 1, 0), max(height - int(top) - 1, 0)


def _said(run: Run) -> str:
    return run.said[::-1] if any("\u0590" <= each <= "\u08ff" for each in run.seen) else run.said
