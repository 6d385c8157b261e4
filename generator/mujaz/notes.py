"""Brackets of the texts that are told → calls, notes and lists of references; chooses and orders no text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from markupsafe import Markup

from mujaz import arabic, cite, prose
from mujaz.model.brief import Note, Reading, ReadingList, Selection
from mujaz.model.content import Digits, Notes, Reference

_RIGHT_TO_LEFT = ("ar", "ckb", "fa", "ur")
_PLACE = re.compile(r"(?<!\w)(?:ص ص|صص|ص|لل|ل|pp?\.) [0-9]+(?:–[0-9]+)?")

Address = tuple[int, int | None, str, int]
"""A text in a selection: part, point (None for the block), field, and which of the field's texts."""


def _direction(language: str) -> Literal["rtl", "ltr"]:
    return "rtl" if language in _RIGHT_TO_LEFT else "ltr"


def voice_in(language: str, voice: prose.Voice) -> prose.Voice:
    """The voice of an entry in a list of references: each keeps the digits of its own script."""
    if _direction(language) == "rtl":
        return voice
    return prose.Voice(digits="western", direction="ltr")


_OWN_DIGITS: Mapping[str, Digits] = {"ar": "arabic-indic", "fa": "persian"}


def voice_for(language: str, digits: Digits) -> prose.Voice:
    """The voice of a page in a language.

    Eastern digits are those of the language, whichever of the two kinds is named: Arabic has one, Persian the other,
    and Kurdish both, by country. English has none of them.
    """
    if digits != "western":
        digits = _OWN_DIGITS.get(language, digits)
    return voice_in(language, prose.Voice(digits=digits, direction="rtl"))


def cited(
    selection: Selection, passages: Mapping[Address, prose.Passage], styles: Mapping[str, str]
) -> cite.Citations | None:
    """All the citations of the brief, in order; None where the reader sees none."""
    reader, entry = selection.reader, selection.entry
    if reader.notes is Notes.NONE:
        return None
    brackets = (bracket for passage in passages.values() for bracket in passage.brackets)
    clusters = [cluster for bracket in brackets if (cluster := cite.parse(bracket))]
    items = {key: reference.item for key, reference in entry.references.items()}
    style: cite.Style = "notes" if reader.notes is Notes.NOTES else "author-date"
    return cite.cite(clusters, items, style=style, styles=styles, language=entry.language)


def called(
    passages: Mapping[Address, prose.Passage],
    citations: cite.Citations | None,
    notes: Notes,
    voice: prose.Voice,
) -> tuple[dict[Address, tuple[Markup, ...]], tuple[Note, ...]]:
    """What stands in the text for each bracket, and the notes that it calls."""
    calls: dict[Address, tuple[Markup, ...]] = {}
    made: list[Note] = []
    keys: list[tuple[str, ...]] = []
    texts = iter(citations.texts if citations else ())
    for address, passage in passages.items():
        here: list[Markup] = []
        for bracket in passage.brackets:
            if citations is None:
                here.append(Markup(""))
            elif notes is Notes.AUTHOR_DATE:
                here.append(Markup(' <span class="cite">{}</span>').format(_set(next(texts), voice)))
            else:
                index = len(made) + 1
                keys.append(_keys(bracket))
                same = _same(made, keys)
                made.append(Note(index, arabic.digits(str(index), voice.digits), _set(next(texts), voice), same))
                here.append(note_call(made[-1], voice.direction))
        calls[address] = tuple(here)
    return calls, tuple(made)


def _keys(bracket: str) -> tuple[str, ...]:
    cluster = cite.parse(bracket)
    return tuple(each.key for each in cluster.cites) if cluster else ()


def _same(made: list[Note], keys: list[tuple[str, ...]]) -> int | None:
    """The note that names the source of the last of `keys`, where CSL calls it the same as the one before (ibid)."""
    if len(keys) < 2 or len(keys[-1]) != 1 or keys[-1] != keys[-2]:
        return None
    return made[-1].same or made[-1].index


def note_call(note: Note, direction: str) -> Markup:
    """The mark of a note in the text: what `compose` looks for to put the note at the foot of a page."""
    # Without a direction of its own, a number after a number would join it: «2015» with note 6 would read 20156.
    call = '<a class="note-call" id="call_{0}" href="#note_{0}" role="doc-noteref" dir="{2}">{1}</a>'
    return Markup(call).format(note.index, note.number, direction)  # noqa: S704 # a constant, filled with escaping


def _set(html: str, voice: prose.Voice) -> Markup:
    """A citation's text in the reader's digits; the number of a page stays with its word, and a range whole."""
    return Markup(prose.localise(_PLACE.sub(r'<span class="place">\g<0></span>', html), voice))  # noqa: S704 # `cite` escapes what authors wrote


def listed(citations: cite.Citations | None, voice: prose.Voice) -> tuple[ReadingList, ...]:
    """The lists of what is cited, Arabic first, each entry in its own direction and digits."""
    if citations is None:
        return ()
    return tuple(
        ReadingList(
            each.script,
            tuple(
                Reading(_set(entry.html, voice_in(entry.lang, voice)), entry.lang, _direction(entry.lang))
                for entry in each.entries
            ),
        )
        for each in citations.lists
    )


def exchanged(citations: cite.Citations | None, references: Mapping[str, Reference]) -> tuple[Mapping[str, Any], ...]:
    """What is cited as CSL-JSON, in the order of the lists: for the programs that readers keep their sources in."""
    if citations is None:
        return ()
    return tuple(
        cite.exchanged(entry.key, references[entry.key].item) for each in citations.lists for entry in each.entries
    )
