"""A font file → what its glyphs stand for, and which of them are only a part of another; draws nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any
from unicodedata import normalize

from fontTools.ttLib import TTFont

_SINGLE, _MULTIPLE, _ALTERNATE, _LIGATURE, _EXTENSION = 1, 2, 3, 4, 7
"""Types of lookups in a font's table of substitutions (OpenType, GSUB)."""
_TATWEEL = "\u0640"
_OLD = (("\ufb00", "\ufb06"), ("\ufb50", "\ufdef"), ("\ufe70", "\ufefc"))
"""Where Unicode keeps ligatures and forms of letters; word signs such as «ﷺ» stand behind them."""


@dataclass(frozen=True, slots=True)
class Letters:
    """The glyphs of a font, by their numbers."""

    texts: Mapping[int, frozenset[str]]
    """Glyph → the texts that the font draws with it; most have one."""
    parts: frozenset[int]
    """Glyphs that stand for no character: what a letter is drawn with beside its own glyph, the stroke with which
    Amiri lengthens a lam before a kaf among them."""


@cache
def letters(path: Path) -> Letters:
    """What the font's own tables say: its characters, followed through all its substitutions."""
    with TTFont(path, lazy=True) as font:
        number = {name: index for index, name in enumerate(font.getGlyphOrder())}
        texts: dict[str, set[str]] = {}
        for code, name in font.getBestCmap().items():
            texts.setdefault(name, set()).add(_letter(chr(code)))
        drawn = frozenset(texts)
        rules = list(_substitutions(font))
    waiting = rules
    while waiting:  # a rule waits until the glyphs that it takes are known
        later = []
        for rule in waiting:
            _, taken, made = rule
            if not all(name in texts for name in taken):
                later.append(rule)
                continue
            for name in {made[0]} - drawn:
                texts.setdefault(name, set()).update(_joined([texts[each] for each in taken]))
        if len(later) == len(waiting):
            break
        waiting = later
    second = {name for kind, _, made in rules if kind == _MULTIPLE for name in made[1:]}
    parts = {name for name in second if texts.get(name, set()) <= {_TATWEEL}} - drawn
    return Letters(
        MappingProxyType({number[name]: frozenset(each) for name, each in texts.items()}),
        frozenset(number[name] for name in parts),
    )


def _letter(character: str) -> str:
    """A character without the form that Unicode keeps for older encodings: «ﻝ» is «ل», «ﱃ» is «لى», “ﬁ” is “fi”."""
    old = any(first <= character <= last for first, last in _OLD)
    return normalize("NFKC", character).strip() if old else character


def _joined(sets: list[set[str]]) -> set[str]:
    """The texts of glyphs in a row; of letters that share their glyphs, the first one only."""
    if len(sets) == 1:
        return sets[0]
    return {"".join(min(each) for each in sets)}


def _substitutions(font: Any) -> Iterator[tuple[int, tuple[str, ...], tuple[str, ...]]]:
    """Every rule of the font: its type, the glyphs that it takes, the glyphs that it makes of them."""
    if "GSUB" not in font:
        return
    for lookup in font["GSUB"].table.LookupList.Lookup:
        for table in lookup.SubTable:
            inner = table.ExtSubTable if table.LookupType == _EXTENSION else table
            kind = inner.LookupType
            if kind == _SINGLE:
                yield from ((kind, (taken,), (made,)) for taken, made in inner.mapping.items())
            elif kind == _MULTIPLE:
                yield from ((kind, (taken,), tuple(made)) for taken, made in inner.mapping.items() if made)
            elif kind == _ALTERNATE:
                yield from ((kind, (taken,), (each,)) for taken, made in inner.alternates.items() for each in made)
            elif kind == _LIGATURE:
                for first, made in inner.ligatures.items():
                    yield from ((kind, (first, *each.Component), (each.LigGlyph,)) for each in made)
