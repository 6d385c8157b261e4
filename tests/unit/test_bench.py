"""What is timed beside Mujaz does the same work."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import html
from markupsafe import Markup

from bench.page import ROOT, assembled, set_by_typst
from bench.typeset import typeset
from mujaz.model.brief import plain

_CALL = re.compile(r'<a class="note-call".*?</a>')


def test_the_source_for_typst_holds_every_paragraph_and_every_note_of_the_brief() -> None:
    brief, composed = assembled(ROOT)
    source = typeset(composed())
    text, notes = _parted(source)
    missing = [each for each in _paragraphs(plain(brief)["sections"]) if _letters(each) not in text]
    missing += [
        note.text
        for note in brief.notes
        if _letters(html.fromstring(f"<p>{note.text}</p>").text_content()) not in notes
    ]
    missing += [
        str(each.text.striptags())
        for list_ in brief.lists
        for each in list_.entries
        if _letters(each.text.striptags()) not in text
    ]
    assert missing == []
    assert len(notes) == len(brief.notes) > 200
    assert "outline(" in source
    assert "#table(" in source


def test_typst_takes_the_source_as_a_tagged_archive_file() -> None:
    made = set_by_typst(typeset(assembled(ROOT)[1](), word="كلمة").encode())
    assert isinstance(made, bytes)
    assert made.startswith(b"%PDF")
    assert b"/StructTreeRoot" in made


def _paragraphs(value: object) -> Iterator[str]:
    """The paragraphs of what a brief tells, without the calls of their notes."""
    if isinstance(value, Markup):
        tree = html.fromstring(f"<div>{_CALL.sub('', value)}</div>")
        yield from (each.text_content() for each in (tree.findall(".//p") or tree.findall(".//li") or [tree]))
    elif isinstance(value, dict):
        for name, each in value.items():
            if name not in ("mentions", "mention"):
                yield from _paragraphs(each)
    elif isinstance(value, list):
        for each in value:
            yield from _paragraphs(each)


def _parted(source: str) -> tuple[str, list[str]]:
    """The letters of the text and those of each note."""
    notes: list[str] = []
    text = ""
    head, *rest = source.split("#footnote[")
    text += head
    for each in rest:
        depth, end = 1, 0
        while depth:
            letter, before = each[end], each[end - 1] if end else ""
            depth += 0 if before == "\\" else {"[": 1, "]": -1}.get(letter, 0)
            end += 1
        notes.append(_letters(_bare(each[: end - 1])))
        text += each[end:]
    return _letters(_bare(text)), notes


def _bare(source: str) -> str:
    """A source without its commands."""
    return re.sub(r"#\w+", "", re.sub(r'#link\((?:label\()?"[^"]*"\)?\)', "", source))


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)
