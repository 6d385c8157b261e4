"""Runs + the areas of their pages → text outside of its page or margins, and text over text; reads no word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mujaz.problems import Severity
from mujaz.proof.areas import Area
from mujaz.proof.finding import Box, Finding
from mujaz.proof.pages import Page, Pages, Run
from mujaz.proof.read import around

_SLACK = 1.5
"""Points that a line may reach into the margin: what kerning and a hanging stroke take."""
_TOUCH = 0.3
"""Of the size of the smaller letters: runs that overlap by less stand beside each other."""
_LETTER = 0.6
"""Of the size of the larger letters: what overlaps by less touches a letter and hides none."""
_CORE = (-0.1, 0.6)
"""From where to where above the baseline most letters have their ink, as parts of their size: lines that stand closer
than this hide each other's letters, though no ink may touch."""


def outside(pages: Pages, areas: Sequence[Area]) -> Iterator[Finding]:
    """Runs that reach beyond the page, and those of the text that reach into its margins."""
    text = {id(place.run) for place in pages.text}
    for number, (page, area) in enumerate(zip(pages.pages, areas, strict=True), start=1):
        left, bottom, right, top = area.box
        for run in page.runs:
            if not run.seen:
                continue
            whole = (0.0, 0.0, page.width, page.height)
            inner = (left - _SLACK, bottom - _SLACK, right + _SLACK, top + _SLACK)
            if not _within(run, whole):
                yield Finding("text-outside", number, run.box, found=_shown(run))
            elif id(run) in text and not _within(run, inner):
                yield Finding("text-outside", number, run.box, found=_shown(run), severity=Severity.WARNING)


def _within(run: Run, box: Box) -> bool:
    left, bottom, right, top = box
    return left <= run.x and run.end <= right and bottom <= run.y <= top


def _shown(run: Run) -> str:
    return run.seen[::-1] if any("\u0590" <= each <= "\u08ff" for each in run.seen) else run.seen


def over(pages: Pages) -> Iterator[Finding]:
    """Runs that are printed over others."""
    for number, page in enumerate(pages.pages, start=1):
        for one, other in _overlaps(page):
            less = min(one.end, other.end) - max(one.x, other.x) < _LETTER * max(one.size, other.size)
            weight = Severity.WARNING if less else Severity.ERROR
            yield Finding("text-over", number, around((one, other)), _shown(one), _shown(other), severity=weight)


def _overlaps(page: Page) -> Iterator[tuple[Run, Run]]:
    """Pairs of runs whose letters share a place, the upper ones first."""
    runs = sorted((run for run in page.runs if run.seen), key=lambda run: -run.y)
    for at, one in enumerate(runs):
        low = one.y + _CORE[0] * one.size
        for other in runs[at + 1 :]:
            if other.y + other.size < low:
                break
            high = other.y + _CORE[1] * other.size
            if high <= low or other.y + _CORE[0] * other.size >= one.y + _CORE[1] * one.size:
                continue
            if min(one.end, other.end) - max(one.x, other.x) > _TOUCH * min(one.size, other.size):
                yield one, other


def sides(pages: Pages, areas: Sequence[Area], extents: Mapping[int, Box]) -> Iterator[Finding]:
    """Pages whose text keeps the margins of the other side: the edge where they are bound has the wider one."""
    wrong = []
    for number, extent in extents.items():
        area = areas[number - 1]
        wide = pages.pages[number - 1].width
        own = (area.box[0], area.box[2])
        turned = (wide - own[1], wide - own[0])
        if abs(own[0] - turned[0]) > 2 * _SLACK and _off(extent, turned) < 1 < _off(extent, own):
            wrong.append(number)
    for number in wrong:
        yield Finding("side-wrong", number, extents[number], facts={"side": areas[number - 1].side})


def _off(extent: Box, edges: tuple[float, float]) -> float:
    """How far a page's text stands from the edges that it should fill."""
    return max(abs(extent[0] - edges[0]), abs(extent[2] - edges[1]))


def extents(pages: Pages) -> Mapping[int, Box]:
    """The rectangle that the text of each page fills."""
    runs: dict[int, list[Run]] = {}
    for place in pages.text:
        if place.run.seen:
            runs.setdefault(place.run.page, []).append(place.run)
    return {number: box for number, each in sorted(runs.items()) if (box := around(each))}
