"""`check`: content, or files of plain text → what is wrong with them, told; mends what a machine can where asked."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mujaz.console import Console, status
from mujaz.mend import mend
from mujaz.model.content import Library
from mujaz.plan import RefusedError, Request, unnamed
from mujaz.problems import Problem, in_order
from mujaz.proofread import proofread
from mujaz.survey import survey


def check(console: Console) -> int:
    """Problems, without building."""
    if console.asked.text:
        return _told(console, proofread(console.asked.text, console.asked.lang), "", {})
    root, wanted = console.root, frozenset(console.asked.topics)
    today = console.today
    seen = survey(root, today)
    if seen.library:
        _refuse_unknown(seen.library, wanted)
    more: dict[str, Any] = {}
    if console.asked.fix:
        more = _mended(console, root, wanted)
        seen = survey(root, today)
    found = in_order((*seen.problems, *_of_templates(root)))
    shown = [each for each in found if _concerns(each, wanted)]
    return _told(console, shown, os.path.relpath(root), more)


def _refuse_unknown(library: Library, wanted: frozenset[str]) -> None:
    refused = unnamed(library, [each.slug for each in library.topics], Request(topics=wanted))
    if refused:
        raise RefusedError(refused)


def _mended(console: Console, root: Path, wanted: frozenset[str]) -> dict[str, Any]:
    """What a machine can mend, mended and told."""
    done = mend(root, wanted)
    for each in done:
        where = f"{os.path.relpath(root / each.where.path)}:{each.where.line}:{each.where.column}"
        word = "change" if each.better else "removal"
        said = console.speaker.say(word, found=each.found, better=each.better)
        console.tell(console.speaker.shown(f"{where}: {said}"))
    console.say("mended", count=len(done))
    changes = [
        {
            "path": each.where.path,
            "line": each.where.line,
            "column": each.where.column,
            "found": each.found,
            "better": each.better,
        }
        for each in done
    ]
    return {"mended": len(done), "changes": changes}


def _of_templates(root: Path) -> tuple[Problem, ...]:
    """What is wrong with the house's own templates; a house without any loads nothing that looks at them."""
    if not (root / "templates").is_dir():
        return ()
    from mujaz.labels import mistakes  # noqa: PLC0415 # checking content does without
    from mujaz.lint import lint  # noqa: PLC0415 # checking content does without
    from mujaz.templates import open_templates  # noqa: PLC0415 # as above

    templates = open_templates(root)
    return (*lint(templates.house, templates.package), *mistakes(templates))


def _told(console: Console, problems: Sequence[Problem], folder: str, more: Mapping[str, Any]) -> int:
    """The findings of a check, as they were asked for."""
    if console.asked.github and not console.asked.json:
        console.annotations(problems, folder)
    else:
        console.problems(problems)
        if not problems:
            console.tell(console.speaker.count(()))
    console.give(more, problems)
    return status(problems, strict=console.asked.strict)


def _concerns(problem: Problem, topics: frozenset[str]) -> bool:
    """Whether a problem stands in one of the topics, or in what all of them use."""
    parts = problem.where.path.split("/")
    own = len(parts) > 2 and parts[:2] == ["content", "topics"]
    return not topics or not own or parts[2] in topics
