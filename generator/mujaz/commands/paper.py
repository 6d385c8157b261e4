"""`press` and `proof`: files for a printing house, and the evidence that pages say what was meant; builds no brief."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mujaz import doctor
from mujaz.console import BROKEN, WRONG_USE, Console, EarlyEndError, status
from mujaz.model.press import Booklet
from mujaz.problems import Problem, Where
from mujaz.profiles import PACKAGES
from mujaz.read import find_workspace

if TYPE_CHECKING:
    from mujaz.proving import Report


def press(console: Console) -> int:
    """The file for the printer."""
    from mujaz.press import ProfileMissingError, press  # noqa: PLC0415 # what sets pages serves no proof

    asked = console.asked
    alone = [f"--{name}" for name in ("sheet", "creep") if getattr(asked, name) is not None]
    if alone and not asked.booklet:
        raise EarlyEndError(Problem("booklet-expected", Where(alone[0]), {"found": alone[0]}), WRONG_USE)
    booklet = Booklet(asked.sheet, asked.creep or 0.0) if asked.booklet else None
    try:
        result = press(console.root, asked.target, cmyk=asked.cmyk, booklet=booklet)
    except ProfileMissingError:
        line = doctor.system_line(*PACKAGES)
        raise EarlyEndError(Problem("profile-missing", Where("mujaz.yaml"), {"found": line}), BROKEN) from None
    console.problems(result.problems)
    folder = os.path.relpath(console.root / "output")
    for each in result.files:
        console.say("created", path=f"{folder}/{each.name}")
    fields = ("kind", "pages", "sheets", "sha256")
    files = [{"path": f"output/{e.name}", **{name: getattr(e, name) for name in fields}} for e in result.files]
    console.give({"press": files}, result.problems)
    return status(result.problems, well=bool(result.files))


def proof(console: Console) -> int:
    """The evidence for each page."""
    from mujaz.proving import prove, prove_file, severe  # noqa: PLC0415 # what reads PDFs serves no press

    asked, speaker = console.asked, console.speaker
    file = _file_to_prove(console)
    if file is not None:
        report, page, problems = prove_file(str(file), file.read_bytes(), speaker)
        if asked.out:
            _write(Path(asked.out), page)
            report = replace(report, path=asked.out)
        reports: Sequence[Report] = (report,)
    else:
        result = prove(console.root, asked.targets, speaker)
        folder = os.path.relpath(console.root / "output")
        reports = [replace(each, path=f"{folder}/{each.path}" if each.path else "") for each in result.reports]
        problems = result.problems
    console.problems(problems)
    for each in reports:
        word = "proof-found" if each.findings else "proof-well"
        if each.path:
            console.say(word, name=each.name, count=len(each.findings), path=each.path)
    console.give({"reports": [_reported(each) for each in reports]}, problems)
    return status(problems, well=not any(map(severe, reports)))


def _file_to_prove(console: Console) -> Path | None:
    """The one file that is named and is no brief of the workspace; none where briefs are asked for."""
    root, out = find_workspace(Path(console.asked.workspace or ".").absolute()), console.asked.out
    files = [Path(each) for each in console.asked.targets]
    theirs = [each for each in files if each.is_file() and (out or not _made_in(root, each))]
    if len(files) == 1 and theirs:
        return theirs[0]
    if theirs or (root is None and len(files) > 1):
        raise _refused("proof-one", files[0])
    if files and (root is None or out):
        if files[0].is_dir():
            raise _refused("proof-folder", files[0])
        if root is None:
            raise _refused("file-missing", files[0])
    if out:
        raise _refused("proof-out", Path(out))
    return None


def _refused(rule: str, path: Path) -> EarlyEndError:
    return EarlyEndError(Problem(rule, Where(str(path)), {"found": path.name or str(path)}), WRONG_USE)


def _made_in(root: Path | None, file: Path) -> bool:
    """Whether a file lies in the output folder of a workspace."""
    return root is not None and file.resolve().is_relative_to((root / "output").resolve())


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        found = {"found": error.strerror or str(error)}
        raise EarlyEndError(Problem("file-unwritable", Where(str(path)), found), BROKEN) from error


def _reported(report: Report) -> dict[str, Any]:
    found = [
        {
            "rule": each.rule,
            "severity": each.severity.value,
            "page": each.page or None,
            "box": [round(edge, 2) for edge in each.box] if each.box else None,
            "meant": each.meant,
            "found": each.found,
        }
        for each in report.findings
    ]
    return {"target": report.name, "report": report.path or None, "pages": report.pages or None, "findings": found}
