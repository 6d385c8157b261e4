"""A page's style sheet → what it says of pages, margins and what CSS adds to the text; dresses and checks nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from mujaz.bidi.paragraphs import Element

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_PAGE = re.compile(r"@page([^{]*)\{((?:[^{}]|\{[^{}]*\})*)\}")
_BOX = re.compile(r"@([\w-]+)\s*\{([^{}]*)\}")
_RULE = re.compile(r"([^{}@;]+)\{([^{}]*)\}")
_TOLD = re.compile(r"string-set|running\(|target-counter|display\s*:\s*none|(?<![\w-])page\s*:")
_COMPOUND = re.compile(r"([\w-]+)?((?:\.[\w-]+)*)")
_LENGTH = re.compile(r"(-?[\d.]+)(mm|cm|in|pt|px|q|)?", re.IGNORECASE)
_UNITS = {"mm": 72 / 25.4, "cm": 72 / 2.54, "in": 72.0, "pt": 1.0, "px": 0.75, "q": 72 / 101.6, "": 0.75}
_SIDES = ("top", "right", "bottom", "left")

Declarations = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a style sheet says that a proof has to know."""

    pages: tuple[tuple[str, Declarations, Mapping[str, Declarations]], ...] = ()
    """Of each `@page`: what pages it is for, what it says of them, and of the boxes in their margins."""
    rules: tuple[tuple[str, Declarations], ...] = ()
    """Selectors with what they say of strings, running elements, numbers of pages and names of pages."""
    literals: frozenset[str] = field(default_factory=frozenset)
    """Words that CSS adds to the text."""
    note_digits: str = "decimal"
    features: frozenset[str] = field(default_factory=frozenset)
    """Features of fonts that it turns on."""

    def said(self, name: str, value: str = "") -> Iterator[tuple[str, str]]:
        """The selectors that say something of a property, with what they say."""
        for selectors, told in self.rules:
            if value in told.get(name, "") and name in told:
                yield from ((each.strip(), told[name]) for each in selectors.split(","))


def read_sheet(style: str) -> Sheet:
    """The parts of a style sheet."""
    plain = _COMMENT.sub("", style)
    pages = []
    for name, body in _PAGE.findall(plain):
        boxes = {box: _declarations(told) for box, told in _BOX.findall(body)}
        pages.append((name.strip(), _declarations(_BOX.sub("", body)), boxes))
    rest = _PAGE.sub("", plain)
    rules = tuple((names.strip(), _declarations(body)) for names, body in _RULE.findall(rest) if _TOLD.search(body))
    note = re.search(r"counter\(\s*footnote\s*,\s*([\w-]+)", rest)
    features = re.findall(r"font-feature-settings\s*:[^;}]*", rest)
    return Sheet(
        tuple(pages),
        rules,
        frozenset(each for each in re.findall(r"content\s*:\s*\"([^\"\\]+)\"\s*[;}]", rest) if each.strip()),
        note[1] if note else "decimal",
        frozenset(name for told in features for name in re.findall(r"[\"'](\w{4})[\"']", told)),
    )


def _declarations(body: str) -> Declarations:
    """Property and value; a later one wins."""
    told = (part.partition(":") for part in body.split(";"))
    return {name.strip().lower(): value.strip() for name, _, value in told if value}


def matches(element: Element, selector: str) -> bool:
    """Whether an element is meant by a selector of tags and classes; any other selector means none."""
    *outer, last = selector.partition("::")[0].split()
    if not _is(element, last):
        return False
    above = element.iterancestors()
    return all(any(_is(each, part) for each in above) for part in reversed(outer))


def select(elements: Iterable[Element], selector: str) -> Iterator[Element]:
    """The elements that a selector means."""
    words = selector.partition("::")[0].split()
    if not all(map(_COMPOUND.fullmatch, words)):
        yield from _matched(elements, selector.partition("::")[0])
        return
    found = _COMPOUND.fullmatch(words[-1]) if words else None
    if found is None:
        return
    tag, name = found[1], found[2].rpartition(".")[2]
    for element in elements:
        near = (not tag or element.tag == tag) and (not name or name in element.attrib.get("class", ""))
        if near and isinstance(element.tag, str) and matches(element, selector):
            yield element


def _matched(elements: Iterable[Element], selector: str) -> Iterator[Element]:
    """The elements that a selector of any kind means; none where it cannot be understood."""
    import cssselect2  # noqa: PLC0415 # a house may write what our own style sheets do not

    root = next(iter(elements))
    try:
        compiled = cssselect2.compile_selector_list(selector)
    except cssselect2.SelectorError:
        return
    for each in cssselect2.ElementWrapper.from_html_root(root).iter_subtree():
        if any(one.test(each) for one in compiled):
            yield each.etree_element


def _is(element: Element, compound: str) -> bool:
    found = _COMPOUND.fullmatch(compound)
    if found is None or not isinstance(element.tag, str):
        return False
    classes = (element.get("class") or "").split()
    return (not found[1] or element.tag == found[1]) and all(name in classes for name in found[2].split(".")[1:])


def margins(told: Declarations, before: tuple[float, ...]) -> tuple[float, ...]:
    """Top, right, bottom and left in points, once a rule has spoken."""
    found = list(before)
    lengths = [_points(each) for each in told.get("margin", "").split()]
    if lengths and None not in lengths:
        found = [lengths[min(at, at % 2 if len(lengths) > 1 else 0)] for at in range(4)]  # type: ignore[misc] # none is None
        if len(lengths) > 2:
            found[2] = lengths[2] or 0.0
        if len(lengths) > 3:
            found[3] = lengths[3] or 0.0
    for at, side in enumerate(_SIDES):
        length = _points(told.get(f"margin-{side}", ""))
        if length is not None:
            found[at] = length
    return tuple(found)


def _points(length: str) -> float | None:
    found = _LENGTH.fullmatch(length)
    return float(found[1]) * _UNITS[(found[2] or "").lower()] if found else None
