"""Templates: what breaks a page is told of with its place before a page is set, and what is sound is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mujaz.build import build
from mujaz.cli import main
from mujaz.lint import WEIGHTS, lint
from mujaz.plan import Request
from mujaz.report import Speaker, rules
from mujaz.standing import look
from mujaz.survey import survey
from mujaz.templates import open_templates, packaged_folder
from workspace import AUDIENCES, ROOT, lay, templates

CASES = ROOT / "tests/cases/lint"
FAULTS: list[dict[str, Any]] = yaml.safe_load((CASES / "faults.yaml").read_text("utf-8"))
CLEAN: list[dict[str, Any]] = yaml.safe_load((CASES / "clean.yaml").read_text("utf-8"))


def said(name: str, text: str) -> list[str]:
    found = lint({name: text.encode()})
    assert {problem.where.path for problem in found} <= {f"templates/{name}"}
    return [f"{each.rule} {each.where.line}:{each.where.column}" for each in found]


@pytest.mark.parametrize("case", FAULTS, ids=lambda case: case["text"][:40])
def test_a_fault_is_told_of_at_its_line_and_column(case: dict[str, Any]) -> None:
    assert said(case["name"], case["text"]) == case["problems"]


@pytest.mark.parametrize("case", CLEAN, ids=lambda case: case["text"][:40])
def test_what_a_house_may_write_is_not_told_of(case: dict[str, Any]) -> None:
    assert said(case["name"], case["text"]) == []


def test_the_packaged_templates_have_no_fault() -> None:
    assert lint(templates().package) == ()
    assert len(templates().package) > 30


def test_every_rule_has_a_case_its_sentences_and_its_place_in_the_guide() -> None:
    assert {each.split()[0] for case in FAULTS for each in case["problems"]} == set(WEIGHTS)
    assert set(WEIGHTS) <= rules()
    guide = (ROOT / "docs/templates.md").read_text("utf-8")
    assert [rule for rule in WEIGHTS if f"`{rule}`" not in guide] == []


@pytest.mark.parametrize("language", ["ar", "en"])
def test_every_sentence_says_what_was_found(language: str) -> None:
    speaker = Speaker(language)
    for case in FAULTS:
        for problem in lint({case["name"]: case["text"].encode()}):
            assert problem.facts["found"][:40] in speaker.sentence(problem).replace("[U+000D]", "")
            assert "{{{{" not in speaker.hint(problem)


@given(
    st.text(st.sampled_from("{}%#()[]<>/\\\"':;,.@!&=- \n\r\f\tabif else endif url print style svg text"), max_size=80)
)
def test_whatever_a_stranger_writes_is_read_to_its_end(text: str) -> None:
    for name in ("css/house.css", "parts/x.html.j2"):
        for problem in lint({name: text.encode()}):
            assert 1 <= problem.where.line <= text.count("\n") + 1


@pytest.mark.parametrize(
    "text", ["{" * 5000, "@media print{" * 500, "a{b:" + "(" * 5000, ".a{" * 500 + "x:y", "<" * 5000]
)
def test_deep_nesting_does_not_stop_the_lint(text: str) -> None:
    lint({"css/house.css": text.encode(), "parts/x.html.j2": f"<style>{text}</style>".encode()})


def test_a_file_that_is_no_text_is_left_to_those_who_use_it() -> None:
    assert lint({"css/house.css": b"\xff\xfe"}) == ()


# ------------------------------------------------------------------------------------------------ through the doors


def house(root: Path, text: str) -> Path:
    lay(root)
    path = root / "templates/css/house.css"
    path.parent.mkdir(parents=True)
    path.write_text(text, "utf-8")
    return root


def test_check_list_and_build_tell_of_a_house_s_templates(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = house(tmp_path, ".a { display: flex }\n")
    assert main(["-C", str(root), "--messages", "en", "check"]) == 1
    told = capsys.readouterr()
    assert "templates/css/house.css:1:6: error [print-flex]" in told.out + told.err
    seen, _ = look(root, Request())
    assert [problem.rule for problem in seen.problems] == ["print-flex"]
    result = build(root, Request(), jobs=1, tell=lambda _step: None)
    assert [problem.rule for problem in result.problems] == ["print-flex"]
    assert len(result.built) == 2, "the pages are made, with their problem told"


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("blocks/summary.html.j2", "<p>\n{% if %}", "2: error [template-wrong]"),
        ("parts/mine.html.j2", "{{ x | nofilter }}", "1: error [template-wrong]"),
        ("css/house.css", "a { color: red }\n{% for x in y %}", "2: error [template-wrong]"),
        ("site/index.html.j2", "{% include %}", "1: error [template-wrong]"),
        ("labels/ar.yaml", "contents: x\nkinds: {", "2:8: error [yaml-bracket]"),
        ("labels/en.yaml", "contents: x\nkinds: y", "2:1: error [labels-bent]"),
    ],
)
def test_check_reads_the_houses_templates_and_labels_as_a_build_would(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, text: str, told: str
) -> None:
    path = lay(tmp_path) / "templates" / name
    path.parent.mkdir(parents=True)
    path.write_text(text, "utf-8")
    assert main(["-C", str(tmp_path), "--messages", "en", "check"]) == 1
    assert f"templates/{name}:{told}" in capsys.readouterr().out
    path.write_text("contents: فهرس" if name.startswith("labels") else "<p></p>" if "html" in name else "a {}", "utf-8")
    assert main(["-C", str(tmp_path), "check"]) == 0


@pytest.mark.parametrize(
    ("labels", "template", "told"),
    [
        ("contents: فهرس\nkinds: {summary: خلاصة}", "", []),
        ("contnets: فهرس", "", ["1:1: warning [label-unknown]", "Did you mean “contents”?"]),
        ("kinds:\n  sumary: خلاصة", "", ["2:3: warning [label-unknown]", "labels.kinds.sumary", "“summary”"]),
        ("contact: للتواصل", "{{ labels.contact }}", []),
        ("desk: {phone: الهاتف, fax: الفاكس}", "{{ labels.desk.phone }}", []),
        ("desk: {phone: الهاتف}", "{{ labels.phone }}", ["1:1: warning [label-unknown]", "“desk”"]),
    ],
)
def test_a_label_that_nothing_prints_is_told_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], labels: str, template: str, told: list[str]
) -> None:
    root = lay(tmp_path)
    for name, text in (("labels/ar.yaml", labels), ("parts/mine.html.j2", template)):
        (root / "templates" / name).parent.mkdir(parents=True)
        (root / "templates" / name).write_text(text, "utf-8")
    assert main(["-C", str(root), "--messages", "en", "check"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert all(each in said for each in told)
    assert ("label-unknown" in said) is bool(told)
    rules = [problem.rule for problem in build(root, Request(), jobs=1, tell=lambda _step: None).problems]
    assert rules == ["label-unknown"] * bool(told)


@pytest.mark.parametrize("address", ["http://example.org/x.png", "pictures/x.png", "https://example.org/" + 90 * "x"])
def test_an_address_in_a_template_is_told_of_once_where_it_is_written(tmp_path: Path, address: str) -> None:
    root = lay(tmp_path, audiences={**AUDIENCES, "minister": AUDIENCES["minister"] | {"formats": ["pdf", "html"]}})
    path = root / "templates" / "blocks" / "summary.html.j2"
    path.parent.mkdir(parents=True)
    path.write_text(f'<p>\n<img src="{address}" alt="">', "utf-8")
    result = build(root, Request(), jobs=1, tell=lambda _step: None)
    assert [(each.rule, str(each.where)) for each in result.problems] == [
        ("address-denied", "templates/blocks/summary.html.j2:2:1")
    ]
    assert len(result.failed) == 2


def test_an_address_that_only_a_page_knows_is_told_of_with_the_page(tmp_path: Path) -> None:
    root = lay(tmp_path)
    path = root / "templates" / "blocks" / "summary.html.j2"
    path.parent.mkdir(parents=True)
    path.write_text('<img src="{{ brief.slug }}.png" alt="">', "utf-8")
    result = build(root, Request(), jobs=1, tell=lambda _step: None)
    assert [(each.rule, each.facts["found"]) for each in result.problems] == [("page-not-alone", "water.png")]


def test_a_warning_alone_does_not_fail_a_check(tmp_path: Path) -> None:
    root = house(tmp_path, "p { text-indent: 1em }\n")
    assert main(["-C", str(root), "check"]) == 0
    assert main(["-C", str(root), "check", "--strict"]) == 1


@pytest.mark.parametrize(
    ("drawn", "rules_told"),
    [
        ("<text x='1'><tspan>موجز</tspan></text>", ["svg-text"]),
        ("<title>موجز</title><text>Mujaz</text><path d='M0 0'/>", []),
        ("<text>Mujaz</text><desc>شعار</desc>", []),
        ("<path d='M0 0'/>", []),
    ],
)
def test_a_logo_with_arabic_text_is_told_of_where_it_is_named(
    tmp_path: Path, drawn: str, rules_told: list[str]
) -> None:
    lay(tmp_path)
    (tmp_path / "logo.svg").write_text(f"<svg xmlns='http://www.w3.org/2000/svg'>{drawn}</svg>", "utf-8")
    (tmp_path / "mujaz.yaml").write_text("organisation: موجز\nlogo: logo.svg\n", "utf-8")
    told = [each for each in survey(tmp_path).problems if each.where.path == "mujaz.yaml"]
    assert [each.rule for each in told] == rules_told
    assert [str(each.where) for each in told] == ["mujaz.yaml:2:1"] * len(rules_told)


def test_the_package_s_own_folder_is_no_house(tmp_path: Path) -> None:
    assert open_templates(packaged_folder().parent).house == {}
    assert lint(open_templates(tmp_path).house) == ()
