"""Each kind of block, from its YAML cases to the section on both media; the sections are kept as snapshots."""

from __future__ import annotations

import datetime
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lxml.html import HtmlElement, document_fromstring, tostring
from syrupy.assertion import SnapshotAssertion

from mujaz.assemble import assemble
from mujaz.compose import compose
from mujaz.explain import typed
from mujaz.marks import parse
from mujaz.model.content import Audience, Entry, Source, Topic, Workspace
from mujaz.model.document import Medium
from mujaz.tailor import tailor
from mujaz.templates import House, Templates, open_templates

CASES = Path(__file__).resolve().parents[1] / "cases" / "blocks"
WORKSPACE = Workspace.model_validate({"organisation": "المؤسسة"})


def cases() -> list[Any]:
    found = []
    for path in sorted(CASES.glob("*.yaml")):
        marked = parse(path.read_bytes(), path.name)
        assert not marked.problems
        found += [pytest.param(case, id=f"{path.stem}: {case['name']}") for case in marked.data]
    return found


@cache
def templates() -> Templates:
    return open_templates(Path("/nowhere"))


def section(case: dict[str, Any], medium: Medium) -> HtmlElement:
    data = {"title": "عنوان", "date": "2025-01-15", "blocks": [case["block"]]}
    source = Source("ar.yaml", (), {(): (1, 1)})
    topic, problems = typed(Topic, data, source)
    assert topic is not None, problems
    assert topic.date == datetime.date(2025, 1, 15)
    reader = Audience.model_validate({"label": "قارئ", "depth": case["depth"]})
    brief = assemble(
        tailor(Entry("t", "ar", topic, {}, source), "reader", reader), WORKSPACE, styles=templates().styles
    )
    page = compose(brief, templates(), medium=medium, house=House(WORKSPACE, None))
    return document_fromstring(page.html).find(".//main")


@pytest.mark.parametrize("medium", list(Medium))
@pytest.mark.parametrize("case", cases())
def test_a_block_tells_what_its_depth_tells_and_nothing_else(case: dict[str, Any], medium: Medium) -> None:
    text = " ".join(section(case, medium).text_content().replace("\u061c", "").split())
    for words in case["told"]:
        assert words in text
    for words in case.get("kept", ()):
        assert words not in text


@pytest.mark.parametrize("case", cases())
def test_the_section_of_a_block_is_the_one_that_was_approved(case: dict[str, Any], snapshot: SnapshotAssertion) -> None:
    html = tostring(section(case, Medium.SCREEN), encoding="unicode")
    html = re.sub(r"base64,[^\"]+", "base64,…", html)  # what a chart looks like is judged by its own tests
    assert "\n".join(line.strip() for line in html.splitlines() if line.strip()) == snapshot


def test_every_kind_has_a_case_of_its_own_kind() -> None:
    for path in CASES.glob("*.yaml"):
        for case in parse(path.read_bytes(), path.name).data:
            assert case["block"]["kind"] == path.stem
