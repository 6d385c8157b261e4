"""Files of plain text → slips of language with their lines; opens the files that it is given, and only to read."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from pathlib import Path

from mujaz.language import in_whole, slips
from mujaz.problems import Problem, Severity, Where, in_order

_LARGEST = 20 * 1024 * 1024


def proofread(files: Sequence[str], language: str) -> tuple[Problem, ...]:
    """The slips in files of UTF-8 text, written in `language`."""
    return in_order(problem for file in files for problem in _file(Path(file), language))


def _file(path: Path, language: str) -> Iterator[Problem]:
    name = path.as_posix()
    try:
        with path.open("rb") as opened:
            raw = opened.read(_LARGEST + 1)
    except OSError as error:
        rule = "file-missing" if isinstance(error, FileNotFoundError) else "file-unreadable"
        found = name if rule == "file-missing" else error.strerror or str(error)
        yield Problem(rule, Where(name), {"found": found})
        return
    if len(raw) > _LARGEST:
        yield Problem("file-too-large", Where(name), {"found": str(len(raw)), "limit": str(_LARGEST)})
        return
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        yield Problem(
            "file-not-utf8", Where(name, line), {"found": f"0x{raw[error.start]:02X}", "guess": "Windows-1256"}
        )
        return
    text = text.replace("\r\n", "\n")
    starts = [0, *(index + 1 for index, character in enumerate(text) if character == "\n")]
    for slip in (*slips(text, language), *(slip for _, slip in in_whole([text], language))):
        line = bisect_right(starts, slip.start)
        where = Where(name, line, slip.start - starts[line - 1] + 1)
        yield Problem(slip.rule, where, slip.facts, Severity.WARNING)
