"""HTML → its paragraphs, each as flat text beside its markup; changes no tree and decides no order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import lxml.html

from mujaz.bidi.uax9 import Base, first_strong

Element: TypeAlias = Any  # lxml ships no types

OBJECT = "\ufffc"
"""Stands in the flat text for what is ordered as one thing: an image, an isolate, the call of a note."""
LINE = "\n"
"""Stands for a forced line break: browsers end the bidi paragraph there, and so do we."""

BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "caption", "center", "col", "colgroup", "dd",
     "details", "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form",
     "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr", "html", "legend", "li", "main", "menu",
     "nav", "ol", "optgroup", "option", "p", "pre", "search", "section", "summary", "table", "tbody",
     "td", "tfoot", "th", "thead", "tr", "ul"}
)  # fmt: skip
REPLACED = frozenset(
    {"audio", "button", "canvas", "embed", "iframe", "img", "input", "math", "meter", "object", "picture",
     "progress", "ruby", "select", "svg", "textarea", "video"}
)  # fmt: skip
SILENT = frozenset(
    {"head", "link", "meta", "noscript", "script", "style", "template", "title"}
)  # fmt: skip
SPACES = str.maketrans("\t\n\r\f", "    ")
FRAGMENT = "mujaz-fragment"
"""Holds a fragment while it is a tree: `lxml.html.fragment_fromstring` would drop its first space."""
DOCUMENT = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype|html)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """A stretch of text, or an element that is kept whole, with the inline elements around it."""

    text: str
    path: tuple[Element, ...]
    """From the outermost inline element to the innermost."""
    element: Element | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Paragraph:
    """The inline content that a block holds between two blocks, or the whole of it."""

    container: Element
    after: Element | None
    """The block before it in the same container, when there is one."""
    nodes: tuple[Element, ...]
    leaves: tuple[Leaf, ...]
    base: Base

    @property
    def text(self) -> str:
        """What UAX #9 sees: white space collapsed in kind, objects and line breaks as one character each."""
        if self.container.tag == "pre":
            return "".join(leaf.text for leaf in self.leaves)
        return "".join(leaf.text if leaf.element is not None else leaf.text.translate(SPACES) for leaf in self.leaves)


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """A parsed document or fragment, which remembers which of the two it was."""

    root: Element
    whole: bool

    def __str__(self) -> str:
        """The HTML, with its doctype when it came with one."""
        if self.whole:
            return str(lxml.html.tostring(self.root.getroottree(), encoding="unicode"))
        shown = str(lxml.html.tostring(self.root, encoding="unicode", with_tail=False))
        return shown.removeprefix(f"<{FRAGMENT}>").removesuffix(f"</{FRAGMENT}>")


def parse(html: str) -> Page:
    """The tree of a document or of a fragment."""
    if DOCUMENT.match(html):
        return Page(lxml.html.document_fromstring(html), whole=True)
    tree = lxml.html.document_fromstring(f"<html><body><{FRAGMENT}>{html}</{FRAGMENT}></body></html>")
    return Page(next(tree.iter(FRAGMENT)), whole=False)


def paragraphs(page: Page, base: Base) -> list[Paragraph]:
    """Every paragraph of the tree, outer ones before the isolates and notes inside them."""
    with_blocks: set[Element] = set()
    for block in page.root.iter(*BLOCKS):
        for ancestor in block.iterancestors():
            if ancestor in with_blocks:
                break
            with_blocks.add(ancestor)
    return list(_Walk(with_blocks).paragraphs(page.root, base))


def direction_of(element: Element, inherited: Base) -> Base:
    """The base direction inside an element, which its own `dir` may set."""
    stated = (element.get("dir") or ("auto" if element.tag == "bdi" else "")).lower()
    if stated == "auto":
        return first_strong(element.text_content())
    return "ltr" if stated == "ltr" else "rtl" if stated == "rtl" else inherited


def is_note(element: Element) -> bool:
    """Whether the page sets the element at its foot, as a paragraph of its own."""
    return "footnote" in (element.get("class") or "").split()


def is_isolate(element: Element) -> bool:
    """Whether browsers order the inline element by itself."""
    return element.tag not in BLOCKS and (bool(element.get("dir")) or element.tag == "bdi")


@dataclass(frozen=True, slots=True)
class _Walk:
    """Reads a tree into paragraphs."""

    with_blocks: set[Element]

    def paragraphs(self, container: Element, inherited: Base) -> Iterator[Paragraph]:
        base = direction_of(container, inherited)
        own: list[Element] = []
        leaves = _text(container.text, ())
        after, nodes = None, list[Element]()
        for child in container:
            if self._is_block(child):
                yield Paragraph(container, after, tuple(nodes), tuple(leaves), base)
                if child.tag not in SILENT:
                    yield from self.paragraphs(child, base)
                after, nodes, leaves = child, [], []
            else:
                nodes.append(child)
                leaves += self._leaves(child, (), own)
            leaves += _text(child.tail, ())
        yield Paragraph(container, after, tuple(nodes), tuple(leaves), base)
        for element in own:
            yield from self.paragraphs(element, base)

    def _is_block(self, element: Element) -> bool:
        if element.tag in REPLACED or is_note(element):
            return False
        return element.tag in BLOCKS or element.tag == "head" or element in self.with_blocks

    def _leaves(self, element: Element, path: tuple[Element, ...], own: list[Element]) -> Iterator[Leaf]:
        """The leaves of an inline element; those ordered by themselves are added to `own`."""
        if not isinstance(element.tag, str) or element.tag in SILENT:
            yield Leaf("", path, element)
        elif element.tag == "br":
            yield Leaf(LINE, path, element)
        elif element.tag in REPLACED:
            yield Leaf(OBJECT, path, element)
        elif is_isolate(element) or is_note(element):
            own.append(element)
            yield Leaf(OBJECT, path, element)
        elif not len(element) and not element.text:
            yield Leaf("", path, element)
        else:
            inside = (*path, element)
            yield from _text(element.text, inside)
            for child in element:
                yield from self._leaves(child, inside, own)
                yield from _text(child.tail, inside)


def _text(text: str | None, path: tuple[Element, ...]) -> list[Leaf]:
    return [Leaf(text, path)] if text else []
