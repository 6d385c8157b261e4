"""Markdown of a field → safe HTML with localised digits and its citation brackets; knows no reference and no page."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Literal

import nh3
from lxml.html import HtmlElement, fragment_fromstring, tostring
from markupsafe import Markup

from mujaz.arabic import digits
from mujaz.bidi import isolate
from mujaz.brackets import BRACKET, parse
from mujaz.model.text import Shape

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

MAX_NESTING = 20
_TAGS = frozenset(
    [
        "p",
        "br",
        "em",
        "strong",
        "s",
        "ul",
        "ol",
        "li",
        "blockquote",
        "code",
        "pre",
        "a",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "h4",
        "hr",
        "sup",
    ]
)
_ATTRIBUTES = {"a": {"href"}, "sup": {"data-cite"}, "th": {"class"}, "td": {"class"}, "ol": {"start"}}
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
_DIGIT = re.compile("[0-9٠-٩۰-۹]")
_SIGNED = re.compile(r"(?<![\w.,/+−±<>=\"'%-])[-+−±][0-9]+(?:[.,][0-9]+)*%?(?![\w/-]|[ \u00a0]?[0-9])(?=[^<>]*(?:<|$))")
"""A signed number of running text: not a telephone number, and not inside a tag."""
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>“”]*[\w/]")
_STRAIGHT = str.maketrans("‘’", "''")
_SCHEMES = {"http", "https", "mailto"}


@dataclass(frozen=True, slots=True)
class Voice:
    """How texts are set for a reader."""

    digits: Literal["arabic-indic", "persian", "western"]
    direction: Literal["rtl", "ltr"]


@dataclass(frozen=True, slots=True)
class Passage:
    """A field, set but for its citations."""

    html: str
    """Safe HTML with an empty mark where each bracket stood."""
    brackets: tuple[str, ...]
    """What stood between the brackets, in order."""


@lru_cache(maxsize=4096)
def read(text: str, shape: Shape, voice: Voice) -> Passage:
    """Set a field: one paragraph for a line, blocks for a flow. Audiences that are told the same share it."""
    env: dict[str, list[str]] = {"brackets": []}
    parser = _parser(curled=voice.direction == "ltr")
    # A line is one paragraph: what an author folded over several lines is joined again.
    tokens = parser.parseInline(" ".join(text.split()), env) if shape is Shape.LINE else parser.parse(text, env)
    safe = nh3.clean(
        parser.renderer.render(tokens, parser.options, {}),
        tags=set(_TAGS),
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer",
    )
    # Entities of HTML bring back the characters that are refused in files.
    safe = _UNSEEN.sub("", safe)
    return Passage(localise(safe.strip(), voice), tuple(env["brackets"]))


def write(passage: Passage, calls: Sequence[Markup]) -> Markup:
    """The field as HTML; `calls` stand where its brackets stood, one for each, and are taken as they are."""
    html = passage.html
    for number, call in enumerate(calls):
        html = html.replace(f'<sup data-cite="{number}"></sup>', str(call))
    return Markup(html)  # noqa: S704 # cleaned by nh3 in `read`; the calls come from `assemble`, which escapes


def bare(html: str) -> str:
    """The plain text of a finished field, without its notes and citations."""
    holder = fragment_fromstring(str(html), create_parent="div")
    for each in (*holder.find_class("note-call"), *holder.find_class("cite")):
        each.drop_tree()
    return unicodedata.normalize("NFC", " ".join(holder.text_content().split()))


def localise(html: str, voice: Voice) -> str:
    """A safe fragment with its Latin tokens isolated and the digits of its running text localised.

    Code and what stands in a direction of its own keep the digits that they were written with.
    """
    if voice.digits != "western":
        # With Arabic digits a sign stands where the line starts, as CLDR has it, and needs no direction of its own.
        html = _SIGNED.sub(lambda found: digits(found[0], voice.digits), html)
    isolated = isolate(html, voice.direction)
    if not _DIGIT.search(isolated):
        return isolated
    root = fragment_fromstring(isolated, create_parent="div")
    for element in root.iter():
        foreign = _foreign(element, root)
        if element.text and not foreign:
            element.text = digits(element.text, voice.digits)
        if element.tail and element is not root and not _foreign(element.getparent(), root):
            element.tail = digits(element.tail, voice.digits)
    return str(tostring(root, encoding="unicode"))[len("<div>") : -len("</div>")]


def _foreign(element: HtmlElement, root: HtmlElement) -> bool:
    """Whether a text inside the fragment belongs to another script or to a machine."""
    while element is not root:
        if element.tag in ("code", "pre") or element.get("dir") == "ltr":
            return True
        element = element.getparent()
    return False


def _citation(state: StateInline, silent: bool) -> bool:
    """`[@key، ص 5]`, before links are looked for; swallows the space, or the end of the line, before it."""
    found = BRACKET.match(state.src, state.pos)
    if found is None or parse(found["inside"]) is None:
        return False
    if not silent:
        state.pending = state.pending.rstrip()
        if not state.pending and state.tokens and state.tokens[-1].type == "softbreak":
            state.tokens.pop()
        token = state.push("cite", "sup", 0)
        token.meta = {"number": len(state.env["brackets"])}
        state.env["brackets"].append(found["inside"])
    state.pos = found.end()
    return True


def _straightened(state: StateCore) -> None:
    """An address as it was typed: its apostrophes are a part of it."""
    for token in state.tokens:
        for each in token.children or ():
            if each.type == "text":
                each.content = _ADDRESS.sub(lambda found: found[0].translate(_STRAIGHT), each.content)


@cache
def _parser(*, curled: bool = False) -> MarkdownIt:
    """Reads Markdown; `curled` makes “ ” ‘ ’ of straight marks, as English is printed."""
    from markdown_it import MarkdownIt  # noqa: PLC0415 # where nothing has changed, nothing is read

    options = {"html": False, "linkify": False, "maxNesting": MAX_NESTING, "typographer": curled}
    parser = MarkdownIt("js-default", options)
    parser.disable(["image", "html_block", "html_inline", "replacements"])
    if curled:
        parser.core.ruler.after("smartquotes", "straightened", _straightened)
    parser.inline.ruler.before("link", "citation", _citation)
    parser.add_render_rule("cite", _render_cite)
    parser.add_render_rule("heading_open", _render_heading_open)
    parser.add_render_rule("heading_close", _render_heading_close)
    parser.add_render_rule("th_open", _render_cell)
    parser.add_render_rule("td_open", _render_cell)
    return parser


def _render_cite(_self: object, tokens: Sequence[Token], index: int, *_rest: object) -> str:
    return f'<sup data-cite="{tokens[index].meta["number"]}"></sup>'


def _render_heading_open(*_rest: object) -> str:
    """Whatever level an author gives a heading inside a text, it stands below the point's own."""
    return "<h4>"


def _render_heading_close(*_rest: object) -> str:
    return "</h4>\n"


def _render_cell(_self: object, tokens: Sequence[Token], index: int, *_rest: object) -> str:
    """Alignment by reading direction: Markdown's left is where a line starts."""
    style = str(tokens[index].attrGet("style") or "")
    side = {"text-align:left": "start", "text-align:right": "end", "text-align:center": "middle"}.get(style)
    return f'<{tokens[index].tag} class="{side}">' if side else f"<{tokens[index].tag}>"
