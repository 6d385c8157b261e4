"""WeasyPrint → the same WeasyPrint that draws each line as it was measured, and does not shape it once more.

WeasyPrint 70 measures a line as a whole. To draw it, it shapes the line anew, and where the line is justified, with a
spacing on each space, which makes Pango shape every word alone: that takes two and a half times as long, and a face
that kerns across spaces gives another width than the one that was measured. Here the shaped line is kept, and its
spaces are widened by what they have to be. Lives and ends with `remembered`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from mujaz.export.remembered import VERSION, kept

_ENDS = re.compile("[\n\r\v\f\x85\u2028\u2029]")
"""What Pango takes for the end of a paragraph: lines with one are left to WeasyPrint."""
_SPACES = (b" ", "\u00a0".encode())
_COPY = "PangoLayout *pango_layout_copy (PangoLayout *layout);"


def keep(weasyprint: Any) -> None:
    """Teach WeasyPrint, if it is the version that this was written for."""
    if weasyprint.__version__ != VERSION:
        return
    ffi, kind = weasyprint.text.ffi, weasyprint.text.line_break.Layout
    ffi.ffi.cdef(_COPY)
    kind.setup = _setup(kind.setup, ffi)
    kind.deactivate = _deactivate(kind.deactivate, ffi)
    kind.reactivate = _reactivate(kind.reactivate, ffi)
    kind.set_text = _set_text(kind.set_text, ffi)


def _setup(setup: Callable[..., None], ffi: Any) -> Callable[..., None]:
    """An empty Pango layout with its face, language and features: a copy of the first one of its style."""

    def copied(self: Any, style: Any) -> None:
        memory = kept()
        if memory is None:
            setup(self, style)
            return
        key = ("face", id(style))
        first = memory.get(key)
        if first is None:
            first = memory[key] = object.__new__(type(self))
            setup(first, style)
        self.__dict__.update(first.__dict__)
        self.layout = ffi.ffi.gc(ffi.pango.pango_layout_copy(first.layout), ffi.gobject.g_object_unref)

    return copied


def _set_text(put: Callable[..., None], ffi: Any) -> Callable[..., None]:
    """Lines are drawn as single paragraphs: to say so before they are measured saves them from being shaped anew."""

    def set_text(self: Any, text: str, justify: bool = False) -> None:  # WeasyPrint's signature
        put(self, text, justify)
        if kept() is not None:
            ffi.pango.pango_layout_set_single_paragraph_mode(self.layout, _ENDS.search(text) is None)

    return set_text


def _deactivate(end: Callable[..., None], ffi: Any) -> Callable[..., None]:
    """Keep what was measured; take back what was widened to be drawn."""

    def deactivate(self: Any) -> None:
        memory = kept()
        widened = self.__dict__.pop("widened", 0)
        if widened:
            _widen(self, -widened, ffi)
        elif memory is not None and _plain(self):
            memory.setdefault(("line", self.text, id(self.style)), (self.style, self.layout))
        end(self)

    return deactivate


def _plain(layout: Any) -> bool:
    """Whether a line is drawn as it was measured, but for what justifies it.

    Where letters or words are set apart, WeasyPrint leaves marks of its first tries in what it has measured.
    """
    style = layout.style
    return not style["word_spacing"] and style["letter_spacing"] == "normal" and not _ENDS.search(layout.text)


def _reactivate(begin: Callable[..., None], ffi: Any) -> Callable[..., None]:
    """The line that was measured, its spaces widened where it is justified."""

    def reactivate(self: Any, style: Any) -> None:
        memory = kept()
        known = memory and memory.get(("line", self.text, id(style)))
        if not known:
            begin(self, style)
            return
        self.style, self.layout = known
        self.language = None
        self.widened = int(self.justification_spacing * ffi.TO_UNITS)
        if self.widened:
            _widen(self, self.widened, ffi)

    return reactivate


def _widen(layout: Any, units: int, ffi: Any) -> None:
    """Add to each space of the first line; in Pango's units."""
    data = layout.text.encode()
    if any(space in data for space in _SPACES):
        for item in _items(ffi.pango.pango_layout_get_line_readonly(layout.layout, 0), ffi):
            string, offset = item.glyphs, item.item.offset
            glyphs = string.glyphs
            for at, start in enumerate(ffi.ffi.unpack(string.log_clusters, string.num_glyphs)):
                if data.startswith(_SPACES, offset + start):
                    glyphs[at].geometry.width += units


def _items(line: Any, ffi: Any) -> Iterator[Any]:
    """The runs of a line."""
    run = line.runs
    run = run[0] if run != ffi.ffi.NULL else run
    while run != ffi.ffi.NULL:
        yield run.data
        run = run.next
