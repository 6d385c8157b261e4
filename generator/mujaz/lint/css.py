"""A style sheet, its Jinja blanked out → faults; parses by tinycss2, dresses nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

import tinycss2

from mujaz.lint.jinja import UNKNOWN, Scope
from mujaz.lint.slip import Fault

ScopeOf = Callable[[int, int], Scope]
_DEEP = 24
"""Rules in rules: nobody writes more, and a stranger's file must not exhaust the stack."""
_LTR = re.compile(
    r":lang\(\s*[\"']?(?!ar\b|ckb\b|fa\b|ur\b|he\b)[a-z]|:dir\(\s*ltr"
    r"|\[dir\s*=\s*[\"']?ltr|\[lang\s*[|^]?=\s*[\"']?(?!ar\b|ckb\b|fa\b|ur\b|he\b)[a-z]",
    re.IGNORECASE,
)
"""A selector of text that runs from left to right."""
_NOT = re.compile(r":not\([^()]*(?:\([^()]*\)[^()]*)*\)")
_MARKER = re.compile(r"::?marker\b", re.IGNORECASE)
_SVG_TEXT = re.compile(r"<(?:text|tspan|textPath)[\s>]")
_PASSED_OVER = ("charset", "namespace", "property")
_UNKNOWN_ON_PAPER = ("supports", "container", "scope", "starting-style")
"""Rules that WeasyPrint leaves out with all that is in them."""
_WORDS = {
    "display": {
        "grid": "print-grid",
        "inline-grid": "print-grid",
        "flex": "print-flex",
        "inline-flex": "print-flex",
    },
    "float": {"inline-start": "print-float", "inline-end": "print-float"},
}
"""Property → what of its words breaks which rule."""
_ANY = {"text-overflow": "print-ellipsis", "block-ellipsis": "print-ellipsis", "line-clamp": "print-ellipsis"}
"""Property → the rule that it breaks by whatever it says."""
_ANY_RTL = {"text-indent": "print-indent", "column-rule": "print-column-rule", "column-rule-style": "print-column-rule"}
"""The same, of what only text from right to left does not bear."""
_RESET = ("none", "normal", "inherit", "initial", "unset", "revert", "auto", "clip", "no-ellipsis")
_OPEN_ENDED = ("var", "calc", "env", "min", "max", "clamp")
"""Functions whose value nobody knows here."""


@dataclass(frozen=True, slots=True)
class _Inside:
    """What a declaration stands in."""

    paper: bool = True
    rtl: bool = True
    marker: bool = False
    footnotes: bool = False
    depth: int = 0


def of_sheet(text: str, scope: ScopeOf) -> Iterator[Fault]:
    """The faults of a whole style sheet."""
    rules = tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True)
    yield from _walk(rules, _Inside(), scope)


def of_attribute(text: str, scope: ScopeOf) -> Iterator[Fault]:
    """The faults of a `style` attribute."""
    yield from _walk(tinycss2.parse_blocks_contents(text), _Inside(), scope)


def address(url: str) -> str | None:
    """The rule that an address breaks; nothing for one that is loaded from nowhere."""
    url = url.strip()
    if not url or url.startswith(("#", UNKNOWN)):
        return None
    if url[:5].lower() == "data:":
        drawn = url[:15].lower().startswith("data:image/svg")
        return "svg-text" if drawn and _SVG_TEXT.search(unquote(url)) else None
    return "address-denied"


def shown(text: str) -> str:
    """A piece of a template for a sentence: an expression of Jinja is left out."""
    return re.sub(rf"{UNKNOWN}+", "…", " ".join(text.split()))


def _walk(nodes: Sequence[Any], inside: _Inside, scope: ScopeOf) -> Iterator[Fault]:
    if inside.depth > _DEEP:
        return
    for node in nodes:
        if node.type == "declaration":
            yield from _declaration(node, inside, scope(node.source_line, node.source_column))
        elif node.type == "qualified-rule":
            yield from _walk(_contents(node), _selected(node.prelude, inside), scope)
        elif node.type == "at-rule":
            yield from _at_rule(node, replace(inside, depth=inside.depth + 1), scope)


def _contents(node: Any) -> list[Any]:
    parsed: list[Any] = tinycss2.parse_blocks_contents(node.content or [], skip_comments=True, skip_whitespace=True)
    return parsed


def _selected(prelude: Sequence[Any], inside: _Inside) -> _Inside:
    """What the declarations of a rule stand in, by its selectors."""
    selectors = [""]
    for token in prelude:
        if token.type == "literal" and token.value == ",":
            selectors.append("")
        else:
            selectors[-1] += token.serialize()
    ltr = all(_LTR.search(_NOT.sub("", each)) for each in selectors)
    marker = inside.marker or any(_MARKER.search(each) for each in selectors)
    return replace(inside, rtl=inside.rtl and not ltr, marker=marker, depth=inside.depth + 1)


def _at_rule(node: Any, inside: _Inside, scope: ScopeOf) -> Iterator[Fault]:
    word = node.lower_at_keyword
    if word in _PASSED_OVER:
        return
    if word == "import":
        yield from _addresses(node.prelude, strings=True)
        return
    if node.content is None:
        return
    if word == "media":
        queries = [each.strip().lower() for each in tinycss2.serialize(node.prelude).split(",")]
        inside = replace(inside, paper=inside.paper and any(each in ("print", "all", "") for each in queries))
    elif word in _UNKNOWN_ON_PAPER:
        inside = replace(inside, paper=False)
    inside = replace(inside, footnotes=inside.footnotes or word == "footnote")
    yield from _walk(_contents(node), inside, scope)


def _declaration(node: Any, inside: _Inside, scope: Scope) -> Iterator[Fault]:
    name = node.lower_name
    if not name.startswith("--"):
        found = shown(f"{node.name}: {tinycss2.serialize(node.value).strip()}")
        rtl = inside.rtl and scope.rtl
        if name == "letter-spacing" and rtl and not _still(node.value):
            yield Fault(node.source_line, node.source_column, "letter-spacing", found)
        rule = _on_paper(name, node.value, inside, rtl=rtl) if inside.paper and scope.paper else None
        if rule:
            yield Fault(node.source_line, node.source_column, rule, found)
    yield from _addresses(node.value)


def _on_paper(name: str, value: Sequence[Any], inside: _Inside, *, rtl: bool) -> str | None:
    """The rule that a declaration breaks in a PDF."""
    if name in _WORDS:
        words = [token.lower_value for token in value if token.type == "ident"]
        return next((_WORDS[name][word] for word in words if word in _WORDS[name]), None)
    if name == "content":
        return _content(value, inside)
    if _still(value):
        return None
    if inside.footnotes and name.startswith(("border", "padding")) and not name.startswith("border-radius"):
        return "print-footnote-area"
    return _ANY.get(name) or (_ANY_RTL.get(name) if rtl else None)


def _content(value: Sequence[Any], inside: _Inside) -> str | None:
    if inside.marker and not _still(value):
        return "print-marker"
    leads = any(token.type == "function" and token.lower_name == "leader" for token in value)
    return "print-leader" if leads else None


def _still(value: Sequence[Any]) -> bool:
    """Whether a value changes nothing, or nobody can tell here what it is."""
    tokens = [token for token in value if token.type not in ("whitespace", "comment")]
    if any(UNKNOWN in token.serialize() for token in tokens):
        return True
    if any(token.type == "function" and token.lower_name in _OPEN_ENDED for token in tokens):
        return True
    if any(token.type == "ident" and token.lower_value in _RESET for token in tokens):
        return True
    numbers = [token for token in tokens if token.type in ("number", "dimension", "percentage")]
    return bool(numbers) and all(token.value == 0 for token in numbers)


def _addresses(tokens: Sequence[Any], *, strings: bool = False) -> Iterator[Fault]:
    """The addresses in a value that a page would load."""
    for token in tokens:
        if token.type == "url" or (strings and token.type == "string"):
            rule = address(token.value)
            if rule:
                yield Fault(token.source_line, token.source_column, rule, shown(token.value))
        elif token.type == "function":
            loads = token.lower_name in ("url", "src", "image-set", "-webkit-image-set", "image")
            yield from _addresses(token.arguments, strings=loads)
        elif token.type.endswith("block"):
            yield from _addresses(token.content)
