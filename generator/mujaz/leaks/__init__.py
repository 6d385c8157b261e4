"""What a topic keeps from an audience, and the bytes of a file → what leaked; opens nothing, trusts no other stage."""

from __future__ import annotations

from mujaz.leaks.channels import page, text
from mujaz.leaks.excused import Known, excused
from mujaz.leaks.search import Common, Finding, Haystack, search
from mujaz.leaks.secrets import Secrets, kept

__all__ = ["Common", "Finding", "Haystack", "Known", "Secrets", "excused", "haystack", "kept", "search"]


def haystack(data: bytes) -> Haystack:
    """All that a file says, to whoever looks into it by whatever means."""
    if data.startswith(b"{"):  # records, whose texts are told as a program reads them
        return Haystack(text("source", "", data))
    if not data.startswith(b"%PDF-"):
        return Haystack(page(data))
    from pikepdf import PdfError  # noqa: PLC0415 # where nothing has changed, no file is opened

    from mujaz.leaks.paper import paper  # noqa: PLC0415

    try:
        return Haystack(paper(data))
    except PdfError:  # an old file that someone damaged: its bytes are there to be read all the same
        return Haystack(text("source", "", data))
