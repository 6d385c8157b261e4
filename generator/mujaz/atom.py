"""What a feed tells → its bytes, as RFC 4287 has them; the same on every machine, without any time of its own."""

from __future__ import annotations

import datetime
import unicodedata
import uuid
from dataclasses import dataclass

from lxml import etree

ATOM = "http://www.w3.org/2005/Atom"
_XHTML = "http://www.w3.org/1999/xhtml"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_MARK = {"rtl": "\u200f", "ltr": "\u200e"}
_OURS = uuid.UUID("6f0d3a3c-1d0a-5b0e-9a8e-6d756a617a00")
"""The space of names from which the names of feeds and editions are made."""


@dataclass(frozen=True, slots=True)
class Post:
    """An edition, as a feed tells of it."""

    name: str
    """Unlike that of any other edition."""
    title: str
    language: str
    direction: str
    """rtl or ltr."""
    day: datetime.date
    audience: tuple[str, str]
    """Slug and label."""
    words: tuple[str, ...]
    """What changed: a sentence, then line by line."""
    links: tuple[tuple[str, str], ...]
    """Address and media type of each file."""


@dataclass(frozen=True, slots=True)
class Feed:
    """All that is new, for one audience or for all."""

    name: str
    """Unlike that of any other feed."""
    title: str
    language: str
    direction: str
    author: str
    home: str
    """Where the index is."""
    own: str
    """Where the feed itself is; empty where that is not known."""
    posts: tuple[Post, ...]
    """The newest first; at least one."""


def atom(feed: Feed) -> bytes:
    """The file of a feed."""
    root = etree.Element(f"{{{ATOM}}}feed", {_LANG: feed.language}, nsmap={None: ATOM})
    _text(root, "id", urn(feed.name))
    _text(root, "title", _led(feed.title, feed.direction))
    _text(root, "updated", _moment(max(each.day for each in feed.posts)))
    _text(_child(root, "author"), "name", feed.author)
    _child(root, "link", rel="alternate", type="text/html", href=feed.home)
    if feed.own:
        _child(root, "link", rel="self", type="application/atom+xml", href=feed.own)
    _text(root, "generator", "Mujaz")
    for each in feed.posts:
        _post(root, each)
    etree.indent(root, " ")
    body: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True)
    return body + b"\n"


def urn(name: str) -> str:
    """A name that stays, and that no one else gives (RFC 4122, version 5)."""
    return uuid.uuid5(_OURS, name).urn


def _post(root: etree._Element, post: Post) -> None:
    entry = _child(root, "entry")
    entry.set(_LANG, post.language)
    _text(entry, "id", urn(post.name))
    _text(entry, "title", _led(post.title, post.direction))
    _text(entry, "published", _moment(post.day))
    _text(entry, "updated", _moment(post.day))
    slug, label = post.audience
    _child(entry, "category", term=slug, label=_clean(label))
    for href, kind in post.links:
        _child(entry, "link", rel="alternate", type=kind, hreflang=post.language, href=href)
    content = _child(entry, "content", type="xhtml")
    # The outer `div` belongs to the feed and not to the content: programs take it off.
    outer = etree.SubElement(content, f"{{{_XHTML}}}div", nsmap={None: _XHTML})
    said = {_LANG: post.language, "lang": post.language, "dir": post.direction}
    div = etree.SubElement(outer, f"{{{_XHTML}}}div", said)
    first, rest = post.words[0], post.words[1:]
    etree.SubElement(div, f"{{{_XHTML}}}p").text = _clean(first)
    if rest:
        listed = etree.SubElement(div, f"{{{_XHTML}}}ul")
        for each in rest:
            etree.SubElement(listed, f"{{{_XHTML}}}li").text = _clean(each)


def _child(parent: etree._Element, name: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)


def _text(parent: etree._Element, name: str, text: str) -> None:
    _child(parent, name).text = _clean(text)


def _clean(text: str) -> str:
    """What XML can hold of a text."""
    return "".join(each for each in text if each in "\t\n" or unicodedata.category(each) not in ("Cc", "Cs", "Cn"))


def _led(text: str, direction: str) -> str:
    """A title that starts on its side: Atom knows no direction, and programs go by the first letter."""
    first = next((kind for each in text if (kind := unicodedata.bidirectional(each)) in ("L", "R", "AL")), "")
    found = "ltr" if first == "L" else "rtl"
    return text if found == direction else _MARK[direction] + text


def _moment(day: datetime.date) -> str:
    return f"{day.isoformat()}T00:00:00Z"
