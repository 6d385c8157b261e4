"""Runs of a file + the theme's faces → letters that do not stand as HarfBuzz joins them; sets and mends nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING
from unicodedata import category, name

from mujaz.faces import Face
from mujaz.proof.finding import Finding
from mujaz.proof.harfbuzz import shaped
from mujaz.proof.lines import Placed
from mujaz.proof.outlines import outlines
from mujaz.proof.pages import NO_GLYPH, VISIBLE, Font, Run
from mujaz.proof.read import around

if TYPE_CHECKING:
    from arabic_reshaper import ArabicReshaper

_LETTERS = re.compile("[\u0620-\u064a\u066e-\u06d3\u06d5\u06fa-\u06ff\u0750-\u077f\u08a0-\u08c9]")
_WORD = re.compile(
    "[\u0610-\u061a\u0620-\u065f\u066e-\u06d3\u06d5-\u06dc\u06df-\u06e8\u06ea-\u06ed\u06fa-\u06ff\u0750-\u077f\u08a0-\u08ff]*"
)
"""The letters and signs of a word; also what a glyph says that says nothing, as a stroke of a letter drawn in two."""
_JOINER = "\u200d"
_STROKE = "\u0640"
_STEERED = re.compile("[\u0610-\u061a\u0620-\u065f\u066e-\u06d3\u06d5-\u06dc\u06fa-\u06ff\u0750-\u077f\u200c\u200d]+")
"""A word with the joiners in it."""
_BATCH = 400
"""Words that are shaped at once: a call costs more than a word."""
_FORMS = {"INITIAL": "initial", "MEDIAL": "medial", "FINAL": "final", "ISOLATED": "isolated"}


def face_of(font: Font, faces: Iterable[Face]) -> Face | None:
    """The theme's face of a font, by its name in the file."""
    return next((face for face in faces if face.drawn == font.name), None)


@dataclass(frozen=True, slots=True)
class Shaping:
    """How the words of a document are set: in which languages, with which features of the fonts."""

    faces: tuple[Face, ...]
    languages: tuple[str, ...]
    features: frozenset[str] = field(default_factory=frozenset)
    written: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Words without the joiners that no glyph stands for → as they were written, with them."""

    @property
    def tries(self) -> Iterator[tuple[str, tuple[tuple[str, int], ...]]]:
        """Every language, plainly, with letters set apart, and with what the style sheet turns on."""
        for language in self.languages:
            yield language, ()
            yield language, (("liga", 0), ("clig", 0))
            yield from ((language, ((each, 1),)) for each in sorted(self.features))


def written(texts: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """The words of texts that hold joiners, by what is seen of them."""
    found: dict[str, tuple[str, ...]] = {}
    for text in texts:
        if "\u200c" in text or _JOINER in text:
            for word in _STEERED.findall(text):
                plain = word.replace("\u200c", "").replace(_JOINER, "")
                found[plain] = (*found.get(plain, ()), word)
    return found


def joined(runs: Iterable[Run], shaping: Shaping) -> Iterator[Finding]:
    """Words whose glyphs are not those that the font gives for them."""
    for font, (words, where) in _words(runs).items():
        face = face_of(font, shaping.faces)
        if face is None:
            continue
        texts = [_said(each, font)[::-1] for each in words]
        for word, text, wanted in zip(words, texts, _batched(texts, face, shaping.languages[0]), strict=True):
            if word != wanted and _unfolded(word, font, face) != wanted and not _alike(word, text, font, shaping):
                yield _finding(where[word], text, word, (font, face, shaping.languages[0]))


def spaced(runs: Iterable[Run]) -> Iterator[Finding]:
    """Letters of a word that are moved apart."""
    for run in runs:
        for at in (each for each in run.gaps if each < len(run.glyphs)):
            # From left to right, so that the letter that is read first comes last.
            other, one = (run.font.texts.get(ord(each), "") for each in run.glyphs[at - 1 : at + 1])
            if _LETTERS.match(one) and _LETTERS.match(other) and reshaped(one + other)[0][1] == "initial":
                words = run.said[::-1]
                yield Finding("letters-unjoined", run.page, run.box, words, words, {"letters": f"{one} {other}"})
                break


def _words(runs: Iterable[Run]) -> Mapping[Font, tuple[list[str], dict[str, Run]]]:
    """The words of each font, as strings of glyphs, each once, with a run that it stands in."""
    tables: dict[Font, dict[int, str]] = {}
    found: dict[Font, tuple[list[str], dict[str, Run]]] = {}
    for run in runs:
        table = tables.get(run.font)
        if table is None:
            table = tables[run.font] = {
                glyph: NO_GLYPH for glyph, text in run.font.texts.items() if not _WORD.fullmatch(text)
            }
        where = found.setdefault(run.font, ([], {}))[1]
        for word in run.glyphs.translate(table).split(NO_GLYPH):
            if word and word not in where:
                where[word] = run
    return {font: (list(where), where) for font, (_, where) in found.items()}


def _said(word: str, font: Font) -> str:
    return word.translate(font.texts)


def _batched(texts: list[str], face: Face, language: str) -> Iterator[str]:
    """The glyphs of each word, many words shaped at once with spaces between."""
    space = shaped(face.path, " ", language)
    for start in range(0, len(texts), _BATCH):
        batch = texts[start : start + _BATCH]
        found = shaped(face.path, " ".join(batch), language).split(space)[::-1]
        yield from found if len(found) == len(batch) else [""] * len(batch)


def _unfolded(word: str, font: Font, face: Face) -> str:
    """The glyphs of a word, composite ones that the export made taken apart again."""
    inside, own = outlines(font.program), outlines(_data(face))
    parts = {}
    for each in set(word):
        made = inside.parts(ord(each))
        if made and made != own.parts(ord(each)):
            parts[ord(each)] = "".join(map(chr, made))
    return word.translate(parts)


@cache
def _data(face: Face) -> bytes:
    return face.path.read_bytes()


def _alike(word: str, text: str, font: Font, shaping: Shaping) -> bool:
    """Whether the word is set as any language or feature of the document sets it."""
    face = face_of(font, shaping.faces)
    if face is None or not text:
        return face is None or not word.strip()
    # A stroke that lengthens a word says nothing, as those of the font's own do not.
    texts = {text, word.translate({glyph: said or _STROKE for glyph, said in font.texts.items()})[::-1]}
    texts.update(shaping.written.get(text, ()))
    glyphs = {word, _unfolded(word, font, face)}
    return any(
        shaped(face.path, each, language, features=features) in glyphs
        for each in texts
        for language, features in shaping.tries
    )


def _finding(run: Run, text: str, word: str, how: tuple[Font, Face, str]) -> Finding:
    """Which letters should have joined, by the forms of arabic-reshaper; or that a glyph is another one."""
    font, face, language = how
    bare = "".join(letter for letter in text if category(letter) != "Mn")
    forms = reshaped(bare)
    loose = _loose(bare, _unfolded(word, font, face), face, language)
    for at, (letter, form) in enumerate(forms):
        if at in loose and form in ("initial", "medial") and at + 1 < len(forms):
            facts = {"letters": f"{letter} {forms[at + 1][0]}"}
            return Finding("letters-unjoined", run.page, run.box, text, " ".join(bare), facts)
    return Finding("glyph-other", run.page, run.box, text, font.name, {"font": font.name})


def _loose(bare: str, glyphs: str, face: Face, language: str) -> set[int]:
    """The letters of a word that stand in the form that they have alone, or before nothing that they join."""
    found = set()
    for at, letter in enumerate(bare):
        alone = {shaped(face.path, letter, language), shaped(face.path, _JOINER + letter, language)}
        onward = {shaped(face.path, letter + _JOINER, language)}
        if any(each and each in glyphs for each in alone - onward):
            found.add(at)
    return found


def reshaped(word: str) -> list[tuple[str, str]]:
    """Each letter of a word without vowel signs, and the form that arabic-reshaper gives it."""
    shown = _reshaper().reshape(word)
    if len(shown) != len(word):
        return [(letter, "") for letter in word]
    return [
        (letter, next((form for said, form in _FORMS.items() if said in name(each, "")), ""))
        for letter, each in zip(word, shown, strict=True)
    ]


@cache
def _reshaper() -> ArabicReshaper:
    from arabic_reshaper import ArabicReshaper  # noqa: PLC0415 # only where something is wrong

    return ArabicReshaper({"language": "Arabic", "support_ligatures": False, "delete_harakat": False})


def parted(placed: Iterable[Placed], shaping: Shaping) -> Iterator[Finding]:
    """Words that two runs of a line share, and whose letters do not join where they meet."""
    for each in placed:
        runs = [run for run in each.line.runs if run.seen]
        if len(runs) < 2 or not any(_meet(one, other) for one, other in pairwise(runs)):
            continue
        close = _close(each)
        at = 0
        for one, other in pairwise(runs):
            at += len(one.seen)
            if _meet(one, other) and at in close:
                yield from _joint(one, other, shaping)


def _meet(one: Run, other: Run) -> bool:
    return bool(_LETTERS.match(one.seen[-1]) and _LETTERS.match(other.seen[0]))


def _close(placed: Placed) -> set[int]:
    """The places in a line between two letters that no space was meant to part."""
    close, at = set(), 0
    before = " "
    for character in placed.passage.laid(placed.start, placed.stop):
        if character.isspace() or character in "\u200b\u200c":
            before = " "
        elif VISIBLE[ord(character)] is not None:
            if before != " ":
                close.add(at)
            at, before = at + 1, character
    return close


def _joint(left: Run, right: Run, shaping: Shaping) -> Iterator[Finding]:
    """The two letters that meet, held against the glyphs of the whole word in each one's face."""
    first = _edge(right, at_start=True)
    second = _edge(left, at_start=False)
    head, tail = _said(first, right.font)[::-1], _said(second, left.font)[::-1]
    word, cut = head + tail, len(head)
    bad = False
    for run, glyphs, part in ((right, first, (0, cut)), (left, second, (cut, len(word)))):
        face = face_of(run.font, shaping.faces)
        if face is not None:
            unfolded = _unfolded(glyphs, run.font, face)
            bad |= all(
                shaped(face.path, word, language, part=part) not in (glyphs, unfolded) for language in shaping.languages
            )
    if bad:
        letters = f"{_last(head)} {_first(tail)}"
        yield Finding(
            "letters-unjoined", left.page, around((left, right)), word, f"{head} {tail}", {"letters": letters}
        )


def _edge(run: Run, *, at_start: bool) -> str:
    """The glyphs of the word with which a run begins or ends, from left to right."""
    table = {glyph: NO_GLYPH for glyph, text in run.font.texts.items() if not _WORD.fullmatch(text)}
    parts = run.glyphs.translate(table).split(NO_GLYPH)
    held = [part for part in parts if part]
    return (held[0] if at_start else held[-1]) if held else ""


def _last(text: str) -> str:
    return next((each for each in reversed(text) if _LETTERS.match(each)), text[-1:])


def _first(text: str) -> str:
    return next((each for each in text if _LETTERS.match(each)), text[:1])
