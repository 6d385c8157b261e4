"""A field's LaTeX → the text that it prints, and the commands that it lost; runs no LaTeX and opens no file."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from pylatexenc.latex2text import LatexNodes2Text, MacroTextSpec, get_default_latex_context_db
from pylatexenc.latexwalker import LatexWalkerError

MAX_BRACES: Final = 40
"""How deep braces may stand in one another: pylatexenc calls itself for each."""

_WORDS: Final = {"TeX": "TeX", "LaTeX": "LaTeX", "BibTeX": "BibTeX"}
_SILENT: Final = "relax protect textsuperscript textsubscript RL LR textarabic textenglish enquote mkbibquote mkbibemph"
"""Commands that print nothing of their own: what they are given stands behind them."""
_UNFIT: Final = "today cite citet citep ref pageref frac verb input include includegraphics maketitle"
"""Commands that pylatexenc would make something up for, or read the clock."""
_SPECIAL: Final = re.compile("[\\\\{}~&\ue000\ue001\u00a0]|--|``|''|[?!]`")
_PLAIN: Final = re.compile(r"(?<!\\)([%$&])")
_FIRST_ARGUMENT: Final = re.compile(r"\\(?:foreignlanguage|href|textcolor|selectlanguage|hyphenation)\s*\{[^{}]*\}")
_ADDRESS: Final = re.compile(r"\\(?:url|path|nolinkurl|href)\s*\{([^{}]*)\}")
_MARKED: Final = re.compile("\ue000([^\ue000\ue001]*)\ue001|[\ue000\ue001]")
_ESCAPED: Final = re.compile(r"\\([_%&#~$])")


@dataclass(frozen=True, slots=True)
class Printed:
    """What a field prints."""

    text: str
    lost: tuple[str, ...] = ()
    """Names of the commands that are not known here."""


class TooDeepError(ValueError):
    """Braces stand in one another deeper than any text needs."""


def printed(latex: str) -> Printed:
    """The text of a field: accents composed, braces gone, white space single. Raises TooDeepError."""
    if depth(latex) > MAX_BRACES:
        raise TooDeepError
    if not _SPECIAL.search(latex):
        return Printed(unicodedata.normalize("NFC", " ".join(latex.split())))
    source = _PLAIN.sub(r"\\\1", _FIRST_ARGUMENT.sub("", _MARKED.sub("", latex)))
    try:
        text = _decoder().latex_to_text(source)
    except LatexWalkerError:
        text = re.sub(r"[{}]", "", latex)
    lost = tuple(dict.fromkeys(_MARKED.findall(text)))
    words = _MARKED.sub("", text).replace("\u00a0", " ").split()
    return Printed(unicodedata.normalize("NFC", " ".join(words)), lost)


def address(latex: str) -> str:
    """The address in a field, in which «%» and «~» mean themselves."""
    found = _ADDRESS.search(latex)
    return _ESCAPED.sub(r"\1", re.sub(r"[{}\s<>]", "", found[1] if found else latex))


def depth(latex: str) -> int:
    """How deep braces stand in one another."""
    deepest = level = 0
    for brace in re.findall(r"(?<!\\)[{}]", latex):
        level = level + 1 if brace == "{" else max(0, level - 1)
        deepest = max(deepest, level)
    return deepest


@cache
def _decoder() -> LatexNodes2Text:
    known = [MacroTextSpec(name, text) for name, text in _WORDS.items()]
    known += [MacroTextSpec(name, "%s") for name in ("url", "path")]
    known += [MacroTextSpec(name, "") for name in _SILENT.split()]
    known += [MacroTextSpec(name, _marked) for name in _UNFIT.split()]
    context = get_default_latex_context_db()
    context.add_context_category("bibliographies", prepend=True, macros=known)
    context.set_unknown_macro_spec(MacroTextSpec("", _marked))
    return LatexNodes2Text(latex_context=context, math_mode="text", keep_comments=False)


def _marked(node: Any) -> str:
    """The name of a command that is not known, between marks that no text has."""
    return f"\ue000{node.macroname}\ue001"
