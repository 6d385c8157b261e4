"""What authors and callers get wrong: the cases of tests/cases/mistakes, the sentences, and the command line."""

from __future__ import annotations

import base64
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from mujaz.problems import Problem
from mujaz.survey import survey

CASES = Path(__file__).parents[1] / "cases" / "mistakes"


def load(path: Path) -> Any:
    return yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)


BASE: Mapping[str, str] = load(CASES / "base.yaml")
ALL = [
    {**case, "file": path.name}
    for path in sorted(CASES.glob("*.yaml"))
    if path.name != "base.yaml"
    for case in load(path)
]


def written(content: str | Mapping[str, Any]) -> bytes:
    """A file's bytes: text, or how to make them.

    `base64` stands for itself; `text` may be repeated (`times`), end its lines with `line-end`, open with `start`,
    and be saved in another `encoding`.
    """
    if isinstance(content, str):
        return content.encode()
    if "base64" in content:
        return base64.b64decode(content["base64"])
    text = content.get("start", "") + content["text"] * content.get("times", 1)
    return str(text.replace("\n", content.get("line-end", "\n"))).encode(content.get("encoding", "utf-8"))


def lay(root: Path, case: Mapping[str, Any]) -> None:
    """The base with the changes of a case."""
    for name, content in {**BASE, **case.get("files", {})}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(written(content))
    for name in case.get("remove", ()):
        (root / name).unlink()
    for name in case.get("remove-folders", ()):
        shutil.rmtree(root / name)
    for name, content in case.get("last-files", {}).items():
        (root / name).write_bytes(written(content))
    for name in case.get("folders", ()):
        (root / name).mkdir(parents=True)
    for name, target in case.get("links", {}).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).symlink_to(target)


def edited(case: Mapping[str, Any]) -> Mapping[str, Any]:
    """The `edits` of a case carried out: file → from → to, each `from` found once in the base."""
    files = dict(case.get("files", {}))
    for name, changes in case.get("edits", {}).items():
        text = BASE[name]
        for old, new in changes.items():
            assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
            text = text.replace(old, new)
        files[name] = text
    return {**case, "files": files}


def facts_asked(expected: list[Any], problem: Problem) -> str | dict[str, str]:
    """A problem as a case tells it: with the facts that the case asks about at this place."""
    line = f"{problem.rule} at {problem.where}"
    for each in expected:
        if isinstance(each, dict) and each["problem"] == line:
            return {"problem": line, **{key: problem.facts.get(key, "") for key in each if key != "problem"}}
    return line


def in_lines(told: list[Any]) -> list[Any]:
    return sorted(told, key=lambda each: each if isinstance(each, str) else each["problem"])


@pytest.mark.parametrize("case", ALL, ids=lambda case: f"{case['file']}: {case['name']}")
def test_each_mistake_is_told_with_its_place(case: dict[str, Any], tmp_path: Path) -> None:
    lay(tmp_path, edited(case))
    problems = survey(tmp_path).problems
    expected = case.get("problems", [])
    assert in_lines([facts_asked(expected, each) for each in problems]) == in_lines(expected)
