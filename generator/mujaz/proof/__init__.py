"""Exported bytes + what was meant → problems; reads nothing but the bytes, mends nothing."""

from __future__ import annotations

from functools import cache

from mujaz.faces import faces_of
from mujaz.model.document import Document, Medium, Output, Theme
from mujaz.problems import Problem, Where
from mujaz.proof.finding import Finding, problems
from mujaz.proof.web import loaded

__all__ = ["Finding", "findings", "findings_of_file", "proof"]


def proof(document: Document, output: Output) -> tuple[Problem, ...]:
    """What is wrong with an output."""
    where = Where(f"output/{document.name}")
    if document.medium is Medium.SCREEN:
        return tuple(loaded(output.data, where))
    look = sent if document.medium is Medium.PRESS else findings
    return tuple(problems(look(document, output.data), where))


def sent(document: Document, data: bytes) -> tuple[Finding, ...]:
    """What a file for a printing house shows otherwise than it should: it is not tagged, and prints what was proved."""
    from mujaz.proof import markers  # noqa: PLC0415 # as below
    from mujaz.proof.read import UnreadableError, read  # noqa: PLC0415

    try:
        pages = read(data)
    except UnreadableError as error:
        return (Finding("file-broken", found=str(error)),)
    faces = faces_of(document.theme, Medium.PRINT)
    return (*markers.syntax(pages), *markers.tongue(pages, document), *markers.fonts(pages, faces))


def findings(document: Document, data: bytes) -> tuple[Finding, ...]:
    """All that a PDF shows otherwise than its document meant it."""
    # What reads PDFs is loaded where one is read: web pages are proved without.
    from mujaz.proof import areas, boxes, heads, ink, joining, lines, markers, numbers, opinion  # noqa: PLC0415
    from mujaz.proof.meant import meant  # noqa: PLC0415
    from mujaz.proof.read import UnreadableError, read  # noqa: PLC0415

    try:
        pages = read(data)
    except UnreadableError as error:
        return (Finding("file-broken", found=str(error)),)
    wanted = meant(document)
    runs = [run for page in pages.pages for run in page.runs]
    faces = faces_of(document.theme, Medium.PRINT)
    shared = _Shared(document.theme)
    text, notes = lines.lay(wanted, pages, shared)
    named = areas.named_pages(wanted, text)
    places = [areas.area(wanted, page, at, named.get(at, "")) for at, page in enumerate(pages.pages, start=1)]
    languages = (document.language, *(each.language for each in (*wanted.passages, *wanted.notes)))
    margins = [each for held in wanted.running.values() for each in held]
    steered = joining.written(each.text for each in (*wanted.passages, *wanted.notes, *margins))
    shaping = joining.Shaping(faces, tuple(dict.fromkeys(languages)), wanted.sheet.features, steered)
    # Pictures have titles too; that of the page comes first.
    title = " ".join(next((each.text or "" for each in wanted.places if each.tag == "title"), "").split())
    return (
        *markers.syntax(pages),
        *markers.marks(pages, document, title),
        *markers.fonts(pages, faces),
        *markers.blank(pages),
        *markers.forms(pages, document.html),
        *(Finding("words-hidden", meant=each) for each in sorted(wanted.hidden)),
        *opinion.disputed((*wanted.passages, *wanted.notes)),
        *text.findings,
        *(each for each in notes.findings if each.rule != "words-lost"),
        *joining.joined(runs, shaping),
        *joining.spaced(runs),
        *joining.parted((*text.placed, *notes.placed), shaping),
        *boxes.outside(pages, places),
        *boxes.over(pages),
        *ink.unseen(pages, data),
        *boxes.sides(pages, places, boxes.extents(pages)),
        *numbers.contents(wanted, pages, text),
        *numbers.notes(wanted, pages, text, notes),
        *heads.heads(wanted, pages, places, text, shared),
    )


def findings_of_file(data: bytes) -> tuple[Finding, ...]:
    """What can be said against any PDF without knowing what it was to show."""
    from mujaz.proof import foreign  # noqa: PLC0415 # as above

    return foreign.findings_of_file(data)


class _Shared:
    """Makes characters one that a face draws with the same glyph; opens no font before it is asked."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme

    def __call__(self, text: str) -> str:
        return text if text.isascii() else text.translate(_sharing(self.theme))


@cache
def _sharing(theme: Theme) -> dict[int, str]:
    """Character → the first of those that share a glyph with it in a face of the theme."""
    from mujaz.export.letters import letters  # noqa: PLC0415 # follows a font through all its tables

    first: dict[str, str] = {}

    def found(character: str) -> str:
        while first.get(character, character) != character:
            character = first[character]
        return character

    for face in faces_of(theme, Medium.PRINT):
        for texts in letters(face.path).texts.values():
            single = sorted(each for each in texts if len(each) == 1)
            for each in single[1:]:
                one, other = sorted((found(single[0]), found(each)))
                first[other] = one
    return {ord(each): found(each) for each in first}
