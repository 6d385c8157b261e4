"""What stands in the margins + what the style sheet puts there → heads and page numbers that are wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from mujaz.bidi.paragraphs import Element, is_note
from mujaz.bidi.uax9 import Base
from mujaz.proof.areas import Area
from mujaz.proof.finding import Finding
from mujaz.proof.lines import Laid, read_out
from mujaz.proof.lines import Line as Row
from mujaz.proof.meant import Meant, Passage, in_digits
from mujaz.proof.pages import Pages, Run
from mujaz.proof.read import around
from mujaz.proof.sheet import select

_CONTENT = re.compile(r"(string|element|counter)\(\s*([\w-]+)\s*(?:,\s*([\w-]+)\s*)?\)")
_GAP = 2.5
"""Of the size: what stands further apart, beside or below each other, is another head."""
_SLACK = 3.0


def heads(
    meant: Meant, pages: Pages, areas: Sequence[Area], laid: Laid, shared: Callable[[str], str]
) -> Iterator[Finding]:
    """Heads and numbers that are missing, say something else, or stand on the wrong side."""
    strings = {name: _values(meant, name, laid) for name in _string_names(meant)}
    for number, area in enumerate(areas, start=1):
        groups = list(_groups([run for run in pages.margins if run.page == number and run.seen]))
        for box, content in sorted(area.heads.items()):
            passages = _wanted(meant, content, number, strings)
            wanted = "".join(each.visible for each in passages)
            if not wanted:
                continue
            found = next((group for group in groups if _same(group, wanted, shared)), None)
            words = " ".join(each.text.strip() for each in passages)
            if found is None:
                there = [_read(group) for group in groups if _near(group, box, area)]
                yield Finding("head-wrong", number, None, words, " · ".join(there) or "—")
                continue
            groups.remove(found)
            if not _near(found, box, area):
                yield Finding("head-aside", number, around(found), words, facts={"box": box})
            elif len(passages) == 1 and len(_rows(found)) == 1:
                row = _rows(found)[0]
                shown = passages[0].shown(0, len(passages[0].visible))
                if shown != row.seen and shared(shown) != shared(row.seen):
                    yield Finding("head-wrong", number, around(found), words, read_out(row))
        for group in groups:
            yield Finding("head-wrong", number, around(group), "—", _read(group))


def _same(group: list[Run], wanted: str, shared: Callable[[str], str]) -> bool:
    """Whether a head holds the letters that it should hold."""
    seen = "".join(run.seen for run in group)
    if len(seen) != len(wanted):
        return False
    return sorted(seen) == sorted(wanted) or sorted(shared(seen)) == sorted(shared(wanted))


def _string_names(meant: Meant) -> set[str]:
    return {value.split()[0] for _, value in meant.sheet.said("string-set") if value}


def _values(meant: Meant, name: str, laid: Laid) -> list[tuple[int, Passage]]:
    """The values that a running string takes, each with the page where it does."""
    selectors = [each for each, value in meant.sheet.said("string-set") if value.split()[:1] == [name]]
    found = []
    for selector in selectors:
        for element in select(meant.places, selector):
            first = meant.starts(element)
            stands = laid.pages.get(meant.passages[first]) if first < len(meant.passages) else None
            if stands:
                found.append((stands[0], _passage(meant, _text(element))))
    return found


def _text(element: Element) -> str:
    parts = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str) and not is_note(child):
            parts.append(_text(child))
        parts.append(child.tail or "")
    return "".join(parts)


def _passage(meant: Meant, text: str) -> Passage:
    base: Base = "rtl" if meant.document.direction == "rtl" else "ltr"
    return Passage(" ".join(text.split()), base, meant.document.language, 0, (), None, ())


def _wanted(
    meant: Meant, content: str, number: int, strings: dict[str, list[tuple[int, Passage]]]
) -> tuple[Passage, ...]:
    """What a margin's box holds on a page; nothing where CSS says it in words that are not known here."""
    found = _CONTENT.fullmatch(content.strip())
    if found is None:
        return ()
    kind, name, style = found.groups()
    if kind == "counter":
        return (_passage(meant, in_digits(number, style or "decimal")),) if name == "page" else ()
    if kind == "element":
        return meant.running.get(name, ())
    values = strings.get(name, [])
    here = [value for page, value in values if page == number]
    before = [value for page, value in values if page < number]
    return (here[0],) if here else (before[-1],) if before else ()


def _groups(runs: list[Run]) -> Iterator[list[Run]]:
    """The runs of a page's margins, those together that stand together."""
    waiting = list(runs)
    while waiting:
        group = [waiting.pop(0)]
        grown = True
        while grown:
            near = [run for run in waiting if any(_beside(run, each) for each in group)]
            waiting = [run for run in waiting if run not in near]
            group += near
            grown = bool(near)
        yield group


def _beside(one: Run, other: Run) -> bool:
    size = max(one.size, other.size)
    apart = max(one.x, other.x) - min(one.end, other.end)
    return abs(one.y - other.y) < _GAP * size and apart < (_GAP * size if abs(one.y - other.y) < size / 2 else 0)


def _rows(group: list[Run]) -> list[Row]:
    rows: list[list[Run]] = []
    for run in sorted(group, key=lambda run: -run.y):
        if rows and abs(rows[-1][0].y - run.y) < run.size / 2:
            rows[-1].append(run)
        else:
            rows.append([run])
    return [
        Row(row[0].page, tuple(sorted(row, key=lambda run: run.x)), 0, "text", "".join(r.seen for r in _sorted(row)))
        for row in rows
    ]


def _sorted(row: list[Run]) -> list[Run]:
    return sorted(row, key=lambda run: run.x)


def _read(group: list[Run]) -> str:
    return " ".join(read_out(row) for row in _rows(group))


def _near(group: list[Run], box: str, area: Area) -> bool:
    """Whether a head stands above or below the text as its box does, and on the same side."""
    found = around(group)
    if found is None:
        return False
    left, bottom, right, top = area.box
    high = box.startswith("top") and found[1] >= top - _SLACK
    low = box.startswith("bottom") and found[3] <= bottom + _SLACK
    from_left, from_right = found[0] - left, right - found[2]
    aside = (box.endswith("left") and from_left <= from_right + _SLACK) or (
        box.endswith("right") and from_right <= from_left + _SLACK
    )
    return (high or low) and (aside or not box.endswith(("left", "right")))
