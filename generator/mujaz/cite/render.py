"""Sources and a CSL style → each cite and list entry as inline HTML; decides no order and no position."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum
from html import escape
from io import BytesIO
from typing import Any, Final

import citeproc
from citeproc.source.json import CiteProcJSON

from mujaz.arabic import Script
from mujaz.brackets import Cite, steps
from mujaz.cite.items import BOLD, END, HYPHEN, ITALIC, NOBODY, URL, Source

_LETTERED: Final = re.compile(r"-(?=[\u0621-\u06ff])|(?<=[\u0621-\u06ff])-")


class _Marks:
    """What citeproc-py formats with: marks that survive escaping, and no escaping of its own."""

    preformat = Oblique = Light = Underline = Superscript = Subscript = SmallCaps = staticmethod(str)

    @staticmethod
    def Italic(text: object) -> str:  # noqa: N802  citeproc-py's name
        return f"{ITALIC}{text}{END}"

    @staticmethod
    def Bold(text: object) -> str:  # noqa: N802  citeproc-py's name
        return f"{BOLD}{text}{END}"


class Position(Enum):
    """Where a cite stands in the sequence, and so which form its note takes."""

    FIRST = "first"
    SUBSEQUENT = "subsequent"
    IBID = "ibid"
    IBID_WITH_LOCATOR = "ibid-with-locator"


class Shelf:
    """The sources of one script with the processor of its language."""

    def __init__(self, sources: Sequence[Source], xml: str) -> None:
        self._style = citeproc.CitationStylesStyle(BytesIO(xml.encode()), validate=False)
        self._ids = {source.key: f"k{index}" for index, source in enumerate(sources)}
        data = [{**source.data, "id": self._ids[source.key]} for source in sources]
        nobody = [{**d, "id": f"{d['id']}-", "author": [{"literal": NOBODY}]} for d in data]
        self._comma = "، " if sources[0].script == "arabic" else ", "
        self._bibliography = citeproc.CitationStylesBibliography(self._style, CiteProcJSON([*data, *nobody]), _Marks)
        self._said: dict[tuple[Cite, Position], str] = {}

    def _item(self, name: str, **details: object) -> Any:
        item = citeproc.CitationItem(name, **details)
        self._bibliography.register(citeproc.Citation([item]))
        return item

    def entry(self, source: Source) -> str:
        """The list entry, as marked text."""
        return "".join(map(str, self._style.render_bibliography([self._item(self._ids[source.key])])))

    def cite(self, cite: Cite, position: Position) -> str:
        """The cite, as marked text, in the form of its position: most of a text's cites are the same few."""
        if (cite, position) not in self._said:
            self._said[cite, position] = self._cited(cite, position)
        return self._said[cite, position]

    def _cited(self, cite: Cite, position: Position) -> str:
        name = self._ids[cite.key] + ("-" if cite.suppress_author else "")
        locator = cite.locator and position is not Position.IBID
        details = {"locator": self._locator(cite)} if locator else {}
        history = [] if position is Position.FIRST else [self._item(name)]
        if position is Position.SUBSEQUENT:
            history.append(self._item("another"))
        text = self._style.render_citation(self._item(name, **details).citation, history, None)
        return re.sub(rf"{NOBODY}[،,.]?\s*", "", str(text)).replace(HYPHEN, "-")

    def _locator(self, cite: Cite) -> Any:
        # citeproc-py makes a dash of every hyphen; that of «المادة 7-أ» is none
        places = [(label, _LETTERED.sub(HYPHEN, self._comma.join(values))) for label, values in steps(cite)]
        if len(places) == 1:
            return citeproc.Locator(*places[0])
        # CSL has one label for a locator; the rest are put in words here, under the label that prints nothing
        return citeproc.Locator("timestamp", self._comma.join(f"{self._term(*p)} {p[1]}" for p in places))

    def _term(self, label: str, value: str) -> str:
        several = re.search(r"\d\D+\d", value)
        get = self._style.root.get_plural_term if several else self._style.root.get_single_term
        return str(get(name=label, form="short"))


# ---------------------------------------------------------------- marked text → HTML

_TAGS: Final = {ITALIC: "<i>", BOLD: "<b>"}
_M: Final = f"([{ITALIC}{BOLD}{END}]*)"
_FIXES: Final = [
    (re.compile(pattern), good)
    for pattern, good in (
        (rf"\s+{_M}([،؛؟,;.](?:\s|$))", r"\1\2"),  # a space before punctuation
        (rf"([،؛]){_M}\s*[،؛,;]", r"\1\2"),
        (rf"[،؛,]{_M}\.", r"\1."),
        (rf"([؟?!…]”?){_M}\.", r"\1\2"),
        (rf"(?<!\.)\.{_M}\.(?!\.)", r".\1"),
    )
]
_APOSTROPHE: Final = re.compile(r"(?<=[A-Za-zÀ-ɏ])'(?=[\sA-Za-zÀ-ɏ])")
"""One that was typed straight: as the typesetting of citations has it, it is printed curled (Thailand’s)."""
_ARABIC: Final = "\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufeff"
_RUNS: Final = {  # a Latin run, with the year after a document's symbol; an Arabic run
    "arabic": re.compile(
        rf"(?<!\w)((?:\d[\d./-]*)?[A-Za-zÀ-ɏ][^{_ARABIC}\ue000-\uf8ff«»()]*(?:(?<=\d)\s?\(\d{{4}}\))?"
        r"(?<=[A-Za-zÀ-ɏ\d)]))"
    ),
    "latin": re.compile(rf"([{_ARABIC}]+(?:[\s«»:-]+[{_ARABIC}]+)*)"),
}


def wrapped(inner: str, tag: str, script: Script) -> str:
    """Inline HTML as text of another language and direction."""
    return f'<span lang="{tag}" dir="{"rtl" if script == "arabic" else "ltr"}">{inner}</span>'


def plain(text: str, script: Script) -> str:
    """Text of a script as HTML: escaped, runs of the other script wrapped."""
    other: Script = "latin" if script == "arabic" else "arabic"
    pieces = [escape(piece, quote=False) for piece in _RUNS[script].split(text)]
    tag = "en" if other == "latin" else "ar"
    return "".join(wrapped(p, tag, other) if i % 2 else p for i, p in enumerate(pieces))


def html(marked: str, source: Source, language: str) -> str:
    """What citeproc-py made of a source by the style of a language as clean inline HTML."""
    text = " ".join(marked.split())
    if source.tag == language == "ar":
        text = re.sub(r" و (?=[\u0621-\u06ff])", " و", text)
    if source.script == "arabic":
        text = re.sub(r"(?<=\d), (?=\d)", "، ", text)
    text = _APOSTROPHE.sub("’", text)
    for pattern, good in _FIXES:
        text = pattern.sub(good, text)
    return _tags(plain(text, source.script)).replace(URL, _link(source))


def _tags(text: str) -> str:
    still_open: list[str] = []
    pieces = []
    for piece in re.split(f"([{ITALIC}{BOLD}{END}])", text):
        if piece in _TAGS:
            still_open.append(_TAGS[piece])
        pieces.append(still_open.pop().replace("<", "</") if piece == END else _TAGS.get(piece, piece))
    return "".join(pieces)


def _link(source: Source) -> str:
    shown = escape(source.url)
    if re.match(r"https?://", source.url):
        shown = f'<a href="{shown}">{shown}</a>'
    return wrapped(shown, "en", "latin") if source.script == "arabic" else shown
