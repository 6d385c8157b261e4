"""Lines in their places → numbers of contents and notes that are not those of the pages; counts, sets nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote

from mujaz.proof.finding import Finding
from mujaz.proof.lines import Laid
from mujaz.proof.meant import Meant, Passage, in_digits
from mujaz.proof.pages import Pages, Run
from mujaz.proof.read import around
from mujaz.proof.sheet import matches

_STYLE = re.compile(r"target-counter\([^;]*?,\s*page\s*(?:,\s*([\w-]+))?\s*\)")


def contents(meant: Meant, pages: Pages, text: Laid) -> Iterator[Finding]:
    """Numbers in the contents that are not those of the pages that they name."""
    told = list(meant.sheet.said("content", "target-counter"))
    if not told:
        return
    shown = _numbers(pages, text)
    for passage in meant.passages:
        for link in passage.links:
            value = next((value for selector, value in told if matches(link, selector)), None)
            style = _STYLE.search(value) if value else None
            element = meant.ids.get(unquote((link.get("href") or "")[1:]))
            if style is None or element is None:
                continue
            first = meant.starts(element)
            target = text.pages.get(meant.passages[first]) if first < len(meant.passages) else None
            wanted = in_digits(target[0], style[1] or "decimal") if target else ""
            runs = shown.get(passage, [])
            found = "".join(run.seen for run in runs)
            if wanted and found != wanted and passage in text.pages:
                box, page = around(runs), text.pages[passage][0]
                yield Finding("contents-wrong", page, box, wanted, found or "—", {"entry": passage.text.strip()})


def _numbers(pages: Pages, text: Laid) -> Mapping[Passage, list[Run]]:
    """The numbers that stand in the contents, each with the entry before it."""
    owner = {id(run): placed.passage for placed in text.placed for run in placed.line.runs}
    found: dict[Passage, list[Run]] = {}
    last: Passage | None = None
    for place in pages.text:
        if place.kind == "number":
            if last is not None and place.run.seen:
                found.setdefault(last, []).append(place.run)
        else:
            last = owner.get(id(place.run), last)
    return found


def notes(meant: Meant, pages: Pages, text: Laid, laid: Laid) -> Iterator[Finding]:
    """Notes that are lost, bear another number, or stand on another page than their mark."""
    labels: dict[int, list[Run]] = {}
    for place in pages.text:
        if place.note and place.kind == "label" and place.run.seen:
            labels.setdefault(place.note, []).append(place.run)
    marks = {
        number: placed.line.page
        for placed in text.placed
        for at, number in placed.passage.calls
        if placed.start <= at < placed.stop
    }
    told = list(labels.values())
    for at, passage in enumerate(meant.notes):
        stands = laid.pages.get(passage)
        wanted = in_digits(passage.note, meant.sheet.note_digits)
        number = wanted or str(passage.note)
        if not stands:
            yield Finding("note-lost", marks.get(passage.note, 0), None, passage.text, facts={"number": number})
            continue
        called = marks.get(passage.note)
        if called and called not in stands:
            facts = {"number": number, "stands": str(stands[0])}
            yield Finding("note-elsewhere", called, None, passage.text, facts=facts)
        runs = told[at] if at < len(told) else []
        found = "".join(run.seen for run in runs).strip(".")
        if wanted and found != wanted:
            yield Finding("note-number", stands[0], around(runs), wanted, found or "—")
