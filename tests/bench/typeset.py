"""A print `Document` → the same page as a Typst source: every paragraph, heading, note, list, table and chart of it."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

from lxml import html
from lxml.etree import _Comment

from mujaz.model.document import Document

_MARKUP = re.compile(r"([\\#\[\]*_`$<>@~=+/'\"-])")
_SPACES = re.compile(r"[ \t\r\n]+")
_STEERING = dict.fromkeys(map(ord, "\u061c\u200e\u200f"))
"""Marks of direction that the bidi pass gives WeasyPrint; Typst has the whole algorithm."""

_PREAMBLE = """\
#set document(title: {title}, author: {author}, date: datetime(year: {year}, month: {month}, day: {day}))
#set text(font: "Amiri", size: 12.2pt, lang: "{language}", dir: {direction}, fallback: false)
#set smartquote(enabled: false)
#set par(justify: true, leading: 1.08em, spacing: 1.2em)
#set page(
  paper: "a4", binding: right,
  margin: (inside: 23mm, outside: 17mm, top: 24mm, bottom: 23mm),
  numbering: "{numbering}",
  header: context if here().page() > 1 [
    #set text(9.5pt, fill: rgb("#6b655b"))
    #set par(justify: false)
    #grid(columns: (35%, 65%), align: (start, end), {author_text}, {title_text})
  ],
)
#set footnote(numbering: "{numbering}")
#set footnote.entry(separator: line(length: 100%, stroke: 0.6pt + rgb("#b9b1a1")))
#show footnote.entry: set text(10pt)
#show footnote.entry: set par(justify: false, leading: 0.78em)
#set enum(numbering: "{numbering}.")
#set table(stroke: (bottom: 0.5pt + rgb("#d9d2c3")), inset: (x: 6pt, y: 4pt))
#show table: set text(11.5pt)
#show table: set par(justify: false)
#show title: set text(20.5pt)
#show heading: set par(justify: false)
#show heading.where(level: 1): set text(15pt, fill: rgb("#1d4f5c"))
#show heading.where(level: 1): it => block(
  width: 100%, stroke: (bottom: 0.6pt + rgb("#d9d2c3")), inset: (bottom: 3pt), it,
)
#show heading.where(level: 2): set text(12.5pt)
#show outline: set text(10.1pt)
#show outline: set par(justify: false, leading: 0.5em)
"""


def typeset(document: Document, *, word: str = "") -> str:
    """The source. `word` is put before the text of each paragraph: none of them is one that Typst has set before."""
    tree = html.document_fromstring(document.html)
    title, day = document.title, document.day.split("-")
    author = tree.findtext(".//span[@class='organisation']") or ""
    arabic = document.direction == "rtl"
    head = _PREAMBLE.format(
        title=_string(title),
        author=_string(author),
        author_text=_string(author),
        title_text=_string(title),
        year=int(day[0]),
        month=int(day[1]),
        day=int(day[2]),
        language=document.language,
        direction=document.direction,
        numbering="١" if arabic else "1",
    )
    return head + "".join(_blocks(tree.find("body"), word))


def _string(text: str) -> str:
    """A text as Typst's string."""
    return '"' + text.translate(_STEERING).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _words(text: str | None) -> str:
    """A text as Typst's markup."""
    return _MARKUP.sub(r"\\\1", _SPACES.sub(" ", (text or "").translate(_STEERING)))


def _inline(element: html.HtmlElement) -> str:
    """What stands inside a paragraph."""
    return _words(element.text) + "".join(
        ("" if isinstance(child, _Comment) else _piece(child)) + _words(child.tail) for child in element
    )


def _piece(element: html.HtmlElement) -> str:
    inside = _inline(element)
    if element.get("class") == "footnote":
        return f"#footnote[{inside}]"
    if element.tag in ("b", "strong"):
        return f"#strong[{inside}]"
    if element.tag in ("i", "em"):
        return f"#emph[{inside}]" if element.getparent().get("dir") == "ltr" else f"#strong[{inside}]"
    address = element.get("href", "") if element.tag == "a" else ""
    if address:
        target = f"label({_string(address[1:])})" if address.startswith("#") else _string(address)
        return f"#link({target})[{inside}]"
    return inside


def _blocks(element: html.HtmlElement, word: str) -> Iterator[str]:
    """What stands below each other."""
    for child in element:
        if isinstance(child, _Comment):
            continue
        yield from _block(child, word)


def _block(element: html.HtmlElement, word: str) -> Iterator[str]:
    name = element.get("class", "")
    match element.tag:
        case "nav":
            title = _words(element.findtext("h2"))
            yield f"\n#columns(2, gutter: 9mm, outline(title: [{title}], depth: 2))\n"
        case "h1":
            yield f"\n#title[{_inline(element)}]\n"
        case "h2" | "h3" | "h4":
            yield f"\n#heading(level: {int(element.tag[1]) - 1})[{_inline(element)}]{_label(element)}\n"
        case "p" | "dt" | "figcaption":
            bold = name in ("headline", "statement", "instrument", "who") or element.tag != "p"
            inside = f"{word} {_inline(element)}".strip()
            label = _label(element) if element.tag == "dt" else ""
            yield f"\n#strong[{inside}]{label}\n" if bold else f"\n{inside}\n"
        case "ol" | "ul":
            kind = "enum" if element.tag == "ol" else "list"
            items = "".join(f"[{_item(each, word)}{_label(each)}]," for each in element)
            if element.getparent().get("class") == "references":
                yield from (
                    f"\n#par(hanging-indent: 14pt, justify: false)[{_reading(each, word)}]\n" for each in element
                )
            else:
                yield f"\n#{kind}({items})\n"
        case "dd" | "blockquote":
            yield f"\n#pad(right: 12pt)[{''.join(_blocks(element, word))}]\n"
        case "table":
            yield _table(element, word)
        case "img":
            svg = base64.b64decode(element.get("src").partition(",")[2]).decode()
            yield f'\n#image(bytes({_string(svg)}), format: "svg", width: 100%, alt: {_string(element.get("alt"))})\n'
        case "footer":
            yield f"\n#place(bottom, float: true, text(9pt)[{_inline(element[0])}])\n"
        case _:
            yield from _blocks(element, word)


def _item(element: html.HtmlElement, word: str) -> str:
    """An item of a list or a cell: one paragraph, or blocks."""
    if any(child.tag in ("p", "ul", "ol") for child in element):
        start = _words(element.text).strip()
        return start + "".join(_blocks(element, word))
    return f"{word} {_inline(element)}".strip()


def _reading(element: html.HtmlElement, word: str) -> str:
    """An entry of a list of references, in its own language and direction."""
    return f'#set text(dir: {element.get("dir")}, lang: "{element.get("lang")}"); {_item(element, word)}'


def _label(element: html.HtmlElement) -> str:
    """The anchor of an element, or the one of what it heads."""
    holder = element.getparent()
    anchor = element.get("id") or (
        holder.get("id") if holder.find("*") is element or element.tag in ("h2", "h3") else None
    )
    return f" #label({_string(anchor)})" if anchor and _first(element, holder, anchor) else ""


def _first(element: html.HtmlElement, holder: html.HtmlElement, anchor: str) -> bool:
    """Whether no other element before it has taken the anchor of what holds both."""
    return (
        element.get("id") == anchor
        or next(each for each in holder if each.tag in ("h2", "h3", "h4", element.tag)) is element
    )


def _table(element: html.HtmlElement, word: str) -> str:
    rows = [list(row) for row in element.iter("tr")]
    head = ", ".join(f"[#strong[{_item(cell, word)}]]" for cell in rows[0])
    cells = ", ".join(f"[{_item(cell, word)}]" for row in rows[1:] for cell in row)
    columns = "(auto, 1fr, 27%, 11%)" if element.get("class") == "actions" else str(len(rows[0]))
    return f"\n#table(columns: {columns}, table.header({head}), {cells})\n"
