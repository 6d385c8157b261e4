"""CSV bytes → columns and rows of text with their places, or problems; opens no file, knows no chart."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

from mujaz.model.content import Path, Source
from mujaz.problems import Problem, Where

MISSING = "—"
"""What a cell without a figure reads as."""
_MARKS = ",;\t"
_MAX_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Sheet:
    """The figures of a file."""

    columns: list[str]
    rows: list[list[str]]
    source: Source


def sheet(raw: bytes, path: str) -> tuple[Sheet | None, tuple[Problem, ...]]:
    """The sheet that a file holds: UTF-8, first line heads; cells parted by comma, semicolon or tab.

    Never raises for what an author can save. Problems: `file-too-large`, `file-not-utf8`, `file-empty`, `csv-ragged`.
    """
    if len(raw) > _MAX_BYTES:
        return None, (Problem("file-too-large", Where(path), {"found": str(len(raw)), "limit": str(_MAX_BYTES)}),)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        facts = {"found": f"0x{raw[error.start]:02X}", "guess": "Windows-1256"}
        return None, (Problem("file-not-utf8", Where(path, line), facts),)
    lines = tuple(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    heads = next((line for line in lines if line.strip()), "")
    if not heads:
        return None, (Problem("file-empty", Where(path, 1, 1)),)
    mark = max(_MARKS, key=heads.count)
    written = [(line, cells) for line, cells in _cells(lines, mark) if any(cells)]
    columns = written[0][1]
    ragged = tuple(_ragged(written, len(columns), path))
    if ragged or len(written) < 2:
        return None, ragged or (Problem("csv-headless", Where(path, 1, 1)),)
    rows = [[cell or MISSING for cell in cells] for _, cells in written[1:]]
    return Sheet(columns, rows, Source(path, lines, MappingProxyType(dict(_places(written, lines))))), ()


def _cells(lines: tuple[str, ...], mark: str) -> Iterator[tuple[int, list[str]]]:
    """Each row of the file with the number of its last line."""
    reader = csv.reader(io.StringIO("\n".join(lines)), delimiter=mark)
    try:
        for cells in reader:
            yield reader.line_num, [" ".join(cell.split()) for cell in cells]
    except csv.Error:  # a cell of more than 128 kB, a null character: what was read so far is judged
        return


def _ragged(written: list[tuple[int, list[str]]], width: int, path: str) -> Iterator[Problem]:
    for number, (line, cells) in enumerate(written[1:], start=1):
        if len(cells) != width:
            facts = {"row": str(number), "found": str(len(cells)), "columns": str(width)}
            yield Problem("csv-ragged", Where(path, line, 1), facts)


def _places(written: list[tuple[int, list[str]]], lines: tuple[str, ...]) -> Iterator[tuple[Path, tuple[int, int]]]:
    yield (), (1, 1)
    for number, (line, cells) in enumerate(written):
        holder: Path = ("columns",) if number == 0 else ("rows", number - 1)
        yield holder, (line, 1)
        start = 0
        for column, cell in enumerate(cells):
            found = lines[line - 1].find(cell, start) if cell else -1
            yield (*holder, column), (line, max(found, start) + 1)
            start = max(found, start) + len(cell)
