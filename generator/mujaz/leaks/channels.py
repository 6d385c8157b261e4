"""The bytes of a web page, or of any text → its passages, each under the name of where it stands; judges nothing."""

from __future__ import annotations

import base64
import binascii
import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, unquote_to_bytes

from lxml import etree
from lxml.html import document_fromstring

from mujaz.leaks.letters import BREAK

BAG = "data-words"
"""The attribute of the index that holds the words of all lines without their order, for its search."""
_DEEP = 3
"""How often one thing may lie inside another: an address in a picture in an address."""
_INSIDE = re.compile(r"data:([\w.+-]+/[\w.+-]+)?((?:;[\w.=+-]+)*?)(;base64)?,([^\"'\s)<>\\]*)")
_TAG = re.compile(r"<!--|-->|</?[a-zA-Z][^<>]*>")
_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_ESCAPE = re.compile(
    r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|0{0,2}([0-9a-fA-F]{4})\s?|[nrtfb])"
)
_POINTERS = "labelledby|describedby|details|controls|owns|flowto|activedescendant"
_NAME = re.compile(
    rf"""(?:\b(?:id|for|href|list|form|headers|popovertarget|aria-(?:{_POINTERS}))\s*=|"(?:id|anchor|key|href)"\s*:)"""
    r"""\s*\\?["']?#?([^"'\\>]+)"""
)
"""What a page, or data of one, calls a place in it, or leads to."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A text that leaves with a file."""

    kind: str
    """Where it stands: a word of `people.yaml`, behind `leak-`."""
    at: str
    """Which of its kind: a page's number, a file's name, an attribute."""
    text: str
    spoken: bool = True
    """Whether its letters count: where others hold them too, only the names of places do."""


def page(data: bytes) -> Iterator[Passage]:
    """All that a web page says: to readers, to programs, and to those who open its source."""
    source, carried = _unpacked(data.decode("utf-8", "replace"))
    try:
        root = document_fromstring(source)
    except (etree.ParserError, ValueError):  # none that a browser could show, but its bytes are there to be read
        yield from text("source", "", data)
        return
    yield Passage("text", "", "".join(root.xpath("//text()[not(parent::script or parent::style)]")))
    for remark in root.xpath("//comment() | //processing-instruction()"):
        yield from _read("comment", "", remark.text or "")
    for element in root.iter(etree.Element):
        if element.tag in ("script", "style"):
            yield from _read(str(element.tag), "", element.text or "")
        for name, value in element.attrib.items():
            kind = "bag" if name == BAG else "attribute"
            yield from _read(kind, str(name), str(value))
    yield Passage("source", "", source)
    for kind, inside in carried:
        yield from _carried(kind, inside, 1)


def text(kind: str, at: str, data: bytes) -> Iterator[Passage]:
    """All that the bytes of some text say, as they are and as a program reads them."""
    said = data.decode("utf-8", "ignore")
    for wide in ("utf-16-le", "utf-16-be"):
        if b"\0" in data:
            yield Passage(kind, at, data.decode(wide, "ignore"))
    source, carried = _unpacked(said)
    leaves = _data(source)
    if leaves is None:
        yield from _read(kind, at, source)
    else:
        yield Passage(kind, at, source, spoken=False)
        yield from _read(kind, at, leaves)
    for mime, inside in carried:
        yield from _carried(mime, inside, 1)


def _data(source: str) -> str | None:
    """The texts of JSON; None where it is none."""
    if source.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return BREAK.join(_leaves(json.loads(source)))
    except (ValueError, RecursionError):
        return None


def names(passage: Passage) -> Iterator[str]:
    """What a passage calls places, or leads to."""
    if passage.kind == "destination":
        yield passage.text
    for found in _NAME.findall(passage.text):
        for each in found.split():
            name = unquote(each.rpartition("#")[2])
            yield from (name, name.partition("_")[0])


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield str(key)
            yield from _leaves(each)
    elif isinstance(value, list):
        for each in value:
            yield from _leaves(each)


def _read(kind: str, at: str, said: str) -> Iterator[Passage]:
    """A text as it is, and, where that is another, as it is meant."""
    if said.strip():
        yield Passage(kind, at, said)
        meant = _stripped(_unescaped(said))
        if meant != said:
            yield Passage(kind, at, meant)


def _stripped(said: str) -> str:
    return html.unescape(_TAG.sub("", said)) if "<" in said or "&" in said else said


def _unescaped(said: str) -> str:
    """A text with what scripts, styles and addresses write for a letter replaced by it."""
    if "\\" in said:
        said = _ESCAPE.sub(_letter, said)
    if "%" in said:
        said = _PERCENT.sub(lambda found: unquote_to_bytes(found[0]).decode("utf-8", "ignore"), said)
    return said


def _letter(found: re.Match[str]) -> str:
    code = int(next((each for each in found.groups() if each), "20"), 16)
    return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else " "


def _unpacked(source: str) -> tuple[str, list[tuple[str, bytes]]]:
    """A text without what lies in its `data:` addresses, and that."""
    carried: list[tuple[str, bytes]] = []

    def taken(found: re.Match[str]) -> str:
        mime, body = found[1] or "text/plain", unquote_to_bytes(found[4])
        try:
            carried.append((mime, base64.b64decode(body + b"==") if found[3] else body))
        except (binascii.Error, ValueError):
            return found[0]
        return "data:,"

    return _INSIDE.sub(taken, source), carried


def _carried(mime: str, data: bytes, depth: int) -> Iterator[Passage]:
    """What a `data:` address brings along; a font says nothing."""
    if "font" in mime or depth > _DEEP:
        return
    source, inner = _unpacked(data.decode("utf-8", "ignore"))
    yield from _read("data", mime, source)
    for kind, inside in inner:
        yield from _carried(kind, inside, depth + 1)
