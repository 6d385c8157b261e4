"""`Entry` → charts whose figures cannot be drawn; judges no word of them."""

from __future__ import annotations

from collections.abc import Iterator

from mujaz.arabic import amount
from mujaz.brackets import keys
from mujaz.model.blocks import Chart, Figure
from mujaz.model.content import Entry, Path, Source
from mujaz.problems import Problem


def figures(entry: Entry) -> Iterator[Problem]:
    """Rows that are too short or long, cells that hold no number, and figures that their chart cannot show."""
    for number, block in enumerate(entry.topic.blocks):
        if isinstance(block, Figure):
            at: Path = ("blocks", number, "data")
            sheet = entry.sheets.get(at)
            yield from _grid(block, sheet or entry.source, () if sheet else at)
            yield from _cited(block, ("blocks", number), entry)


def _cited(figure: Figure, path: Path, entry: Entry) -> Iterator[Problem]:
    """Citations where nobody can follow them: in what is read aloud, and in what is drawn."""
    texts = [((*path, "alt"), figure.alt)]
    cells = (cell for row in figure.data.rows for cell in row.cells)
    texts += [((*path, "data"), text) for text in (*figure.data.columns, *cells)]
    for place, text in texts:
        for words in (text.default, *text.variants.values()):
            for key in keys(words):
                yield Problem("figure-citation", entry.source.find(place, f"@{key}"), {"found": key})


def _grid(figure: Figure, source: Source, at: Path) -> Iterator[Problem]:
    width = len(figure.data.columns)
    broken = False
    whole: list[list[float | None]] = []
    for number, row in enumerate(figure.data.rows):
        place: Path = (*at, "rows", number)
        if len(row.cells) != width:
            facts = {"row": str(number + 1), "found": str(len(row.cells)), "columns": str(width)}
            yield Problem("row-length", source.where(place), facts)
            broken = True
            continue
        values: list[float | None] = []
        for column, cell in enumerate(row.cells[1:], start=1):
            try:
                values.append(amount(cell.default))
            except ValueError:
                yield Problem("figure-number", source.where((*place, column)), {"found": cell.default})
                broken = True
        whole.append(values)
    if not broken:
        yield from _drawable(figure, whole, source, at)


def _drawable(figure: Figure, whole: list[list[float | None]], source: Source, at: Path) -> Iterator[Problem]:
    series = len(figure.data.columns) - 1
    held = [value for values in whole for value in values if value is not None]
    if not held:
        yield Problem("figure-empty", source.where(at))
    elif figure.chart is Chart.BAR and series != 1:
        yield Problem("figure-series", source.where((*at, "columns")), {"found": str(series)})
    elif figure.chart is Chart.LINE and len(whole) < 2:
        yield Problem("figure-line", source.where((*at, "rows")))
    elif figure.chart is Chart.STACKED_SHARE:
        for number, values in enumerate(whole):
            if min((value or 0 for value in values), default=0) < 0 or not sum(value or 0 for value in values):
                yield Problem("figure-share", source.where((*at, "rows", number)), {"row": str(number + 1)})
