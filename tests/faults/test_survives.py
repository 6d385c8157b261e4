"""The tables of «What Mujaz survives» in docs/operations.md: each row names tests that are there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
GUIDE = TESTS.parent / "docs" / "operations.md"
OURS = (
    *("test_killed", "test_disk", "test_state", "test_reach", "test_strangers", "test_templates", "test_pictures"),
    *("test_worker_faults", "test_cluster", "test_edits", "test_schedule"),
)


def rows() -> list[list[str]]:
    """The cells of each row of the section, without the heads."""
    section = GUIDE.read_text("utf-8").partition("\n## What Mujaz survives\n")[2].partition("\n## ")[0]
    lines = (line.replace("\\|", "/") for line in section.splitlines() if line.startswith("|"))
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in cells if row[2] != "test" and not set(row[2]) <= set("-:")]


def functions() -> Iterator[tuple[str, str, bool]]:
    """File, function, and whether it is long, of every test."""
    for path in TESTS.rglob("test_*.py"):
        for each in ast.parse(path.read_text("utf-8")).body:
            if isinstance(each, ast.FunctionDef) and each.name.startswith("test_"):
                yield path.stem, each.name, any("mark.long" in ast.unparse(mark) for mark in each.decorator_list)


def test_every_row_names_tests_that_are_there() -> None:
    there = {f"{file}::{name}": long for file, name, long in functions()}
    table = rows()
    assert len(table) > 90
    for row in table:
        assert len(row) == 4, row
        assert row[0], row
        assert row[1], row
        named = re.findall(r"(long )?`([^`]+)`", row[2])
        assert named, row
        for long, name in named:
            assert name in there, name
            assert bool(long) is there[name], f"{name} is {'not ' if long else ''}long"


def test_every_test_of_a_fault_stands_in_a_row() -> None:
    named = {name for row in rows() for name in re.findall(r"`(\w+::\w+)`", row[2])}
    lacking = {f"{file}::{name}" for file, name, _ in functions() if file in OURS} - named - BESIDE
    assert lacking == set()


BESIDE = {
    "test_cluster::test_nothing_of_dask_is_loaded_by_those_who_have_no_cluster",
    "test_disk::test_an_edit_during_the_fault_is_not_lost",
    "test_pictures::test_a_sound_picture_has_a_kind",
    "test_pictures::test_sound_pictures_are_printed",
    "test_state::test_a_state_that_is_gone_is_as_if_nothing_had_ever_been_built",
    "test_state::test_a_state_that_tells_a_stale_file_to_be_fresh_would_have_to_know_the_content",
}
"""Of what goes well all the same."""
