"""What a proof looked at and found → one HTML file with pictures, for people who may read no Arabic; opens nothing."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Protocol

from mujaz.latin import latin
from mujaz.model.brief import Brief, Item, Section
from mujaz.problems import Problem, Severity, Where
from mujaz.proof.finding import Box, Finding
from mujaz.proof.sight import Said, Sight
from mujaz.templates import Templates, rendered

_SCALE = 1.5
"""Pixels for a point: 108 to the inch."""
_COLOURS = 64
"""Of a picture: pages are ink on paper."""
_SURE = 12
"""Letters that a text must have to be looked for inside another."""
WORDS = [
    "title",
    "pages",
    "lines",
    "findings",
    "none",
    "errors",
    "warnings",
    "whole",
    "page",
    "meant",
    "letters",
    "same",
    "english",
    "found",
    "told",
    "note",
    "digest",
    "foreign",
    "looked",
    "ours",
]  # one word a line would fill a screen


class Sayer(Protocol):
    """Who finds the words for people."""

    @property
    def language(self) -> str:
        """Of the words."""

    def say(self, word: str, **facts: object) -> str:
        """A sentence."""

    def sentence(self, problem: Problem) -> str:
        """What is wrong."""

    def hint(self, problem: Problem) -> str:
        """What to do next."""


@dataclass(frozen=True, slots=True)
class Proved:
    """A file, and what came of its proof."""

    name: str
    """As people know it."""
    title: str
    data: bytes
    findings: tuple[Finding, ...]
    sight: Sight
    same: Mapping[str, str]
    """Letters of a text → the English of the same point."""
    ours: bool = True
    """Whether what was meant is known; of a foreign file it is not."""


def evidence(proved: Proved, templates: Templates, say: Sayer) -> bytes:
    """The report: each page as a picture, each finding in its box, and beside it what was meant. The same each time."""
    pages = [
        {
            "picture": picture,
            "findings": [_told(proved, number, each, say) for number, each in _of(proved, page)],
            "boxes": _boxes(_of(proved, page), size),
            "passages": [_passage(each, proved.same) for each in _at(proved.sight.pages, page)],
        }
        for page, (picture, size) in enumerate(pictures(proved.data), start=1)
    ]
    told = [_told(proved, number, each, say) for number, each in _of(proved, 0)]
    weights = [each.severity for each in proved.findings]
    given = {
        "language": say.language,
        "direction": "rtl" if say.language == "ar" else "ltr",
        "name": proved.name,
        "title": proved.title,
        "digest": sha256(proved.data).hexdigest(),
        "pages": pages,
        "whole": told,
        "ours": proved.ours,
        "errors": weights.count(Severity.ERROR),
        "warnings": weights.count(Severity.WARNING),
        "lines": proved.sight.lines,
        "words": {word: say.say(f"evidence-{word}") for word in WORDS},
    }
    return rendered(templates, "site/proof.html.j2", given).encode()


def pictures(data: bytes) -> list[tuple[str, tuple[float, float]]]:
    """Each page as a PNG in an address of its own, with its width and height in points; none of a broken file."""
    import pypdfium2  # noqa: PLC0415 # a native library, of use to a proof alone

    found = []
    try:
        opened = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        return []
    with opened:
        for page in opened:
            packed = io.BytesIO()
            page.render(scale=_SCALE).to_pil().convert("RGB").quantize(_COLOURS).save(packed, "PNG", optimize=True)
            address = f"data:image/png;base64,{base64.b64encode(packed.getvalue()).decode()}"
            found.append((address, page.get_size()))
    return found


def _of(proved: Proved, page: int) -> list[tuple[int, Finding]]:
    """The findings of a page, each with its number in the file."""
    return [(number, each) for number, each in enumerate(proved.findings, start=1) if each.page == page]


def _at(pages: Sequence[tuple[Said, ...]], page: int) -> tuple[Said, ...]:
    return pages[page - 1] if page <= len(pages) else ()


def _boxes(found: list[tuple[int, Finding]], size: tuple[float, float]) -> list[dict[str, Any]]:
    """The boxes of a page as parts of its size; findings of one place share a box, with the number of the first."""
    numbers: dict[Box, list[int]] = {}
    severe: set[Box] = set()
    for number, each in found:
        if each.box:
            numbers.setdefault(each.box, []).append(number)
            severe |= {each.box} if each.severity is Severity.ERROR else set()
    return [
        {
            "number": held[0],
            "label": f"{held[0]}+" if len(held) > 1 else str(held[0]),
            "severity": Severity.ERROR.value if box in severe else Severity.WARNING.value,
            **_place(box, size),
        }
        for box, held in numbers.items()
    ]


def _place(box: Box, size: tuple[float, float]) -> dict[str, str]:
    left, bottom, right, top = box
    width, height = size
    parts = {"left": left / width, "top": 1 - top / height}
    parts |= {"width": (right - left) / width, "height": (top - bottom) / height}
    return {name: f"{100 * part:.2f}%" for name, part in parts.items()}


def _told(proved: Proved, number: int, each: Finding, say: Sayer) -> dict[str, Any]:
    facts = {"page": str(each.page), "meant": each.meant, "found": each.found, **each.facts}
    problem = Problem(each.rule, Where(proved.name), {name: fact or "—" for name, fact in facts.items()}, each.severity)
    return {
        "number": number,
        "rule": each.rule,
        "severity": each.severity.value,
        "sentence": say.sentence(problem),
        "hint": say.hint(problem),
        "meant": each.meant,
        "found": each.found,
        "letters": latin(each.meant),
        "same": same_of(each.meant, proved.same),
    }


def _passage(said: Said, same: Mapping[str, str]) -> dict[str, Any]:
    return {
        "text": said.text,
        "language": said.language,
        "direction": said.direction,
        "note": said.note,
        "letters": latin(said.text) if said.direction == "rtl" else "",
        "same": same_of(said.text, same),
    }


def same_of(text: str, same: Mapping[str, str]) -> str:
    """The English of the point that a text belongs to; nothing where it is not known."""
    key = _letters(text)
    if key in same or len(key) < _SURE:
        return same.get(key, "")
    return next((told for each, told in same.items() if len(each) >= _SURE and (each in key or key in each)), "")


def paired(brief: Brief, english: Brief | None) -> dict[str, str]:
    """The letters of each text of a brief → the English of the same field of the same block or point."""
    if english is None:
        return {}
    others = dict(_fields(english))
    return {key: others[place] for place, text in _fields(brief) if place in others and (key := _letters(text))}


def _fields(brief: Brief) -> list[tuple[tuple[object, ...], str]]:
    """Place → text, of all that both languages have."""
    found: list[tuple[tuple[object, ...], str]] = [(("title",), brief.title.striptags())]
    found += [(("subtitle",), brief.subtitle.striptags())] if brief.subtitle else []
    counts: dict[str, int] = {}
    for section in brief.sections:
        number = counts[section.kind] = counts.get(section.kind, 0) + 1
        found += _texts((section.kind, number), section)
        for item in section.points:
            found += _texts((item.anchor,), item)
    return found


def _texts(place: tuple[object, ...], held: Section | Item) -> list[tuple[tuple[object, ...], str]]:
    found = []
    title = getattr(held, "title", None)
    if title:
        found.append(((*place, "title"), title.striptags()))
    for name, value in held.fields.items():
        parts = value if isinstance(value, tuple) else (value,)
        for at, part in enumerate(parts):
            if hasattr(part, "striptags"):
                found.append(((*place, name, at), part.striptags()))
    return found


def _letters(text: str) -> str:
    return "".join(filter(str.isalpha, text))
