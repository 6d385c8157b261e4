"""Why a file must be made: the input is named, and of a brief the point, with the place where it is written."""

from __future__ import annotations

import datetime
import json
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from mujaz import produce as producing
from mujaz.build import build
from mujaz.cli import main
from mujaz.console import WELL, WRONG_CONTENT
from mujaz.export.engines import versions
from mujaz.memory import remembered
from mujaz.model.document import Medium
from mujaz.plan import RefusedError, Request
from mujaz.stamps import DOUBTFUL
from mujaz.standing import Reason, why
from workspace import REFERENCES, at_once, crewed, lay, topic_data, write

DAY = datetime.date(2026, 1, 1)
NAME = "water/minister.ar.html"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace of which everything was built."""
    monkeypatch.setattr(producing, "crew", crewed(at_once))
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    root = lay(tmp_path / "desk", topics=("water", "energy"))
    build(root, Request(today=DAY), jobs=1, tell=lambda _: None)
    return root


def topic(root: Path) -> Path:
    return root / "content" / "topics" / "water" / "ar.yaml"


def edit(path: Path, old: str, new: str) -> int:
    """Change a text; the line that it stands in."""
    text = path.read_text("utf-8")
    assert text.count(old) >= 1
    path.write_text(text.replace(old, new, 1), "utf-8")
    return text[: text.index(old)].count("\n") + 1


def reason(root: Path, name: str = NAME) -> Reason:
    (found,), _ = why(root, name)
    return found


def test_a_fresh_file_has_no_reason(root: Path) -> None:
    assert reason(root) == Reason(reason(root).target, ())
    assert reason(root).target.name == NAME


def test_an_edited_point_is_named_with_its_words_and_its_place(root: Path) -> None:
    line = edit(topic(root), "شرح أول ما وُجد", "شرح ما تبيّن")
    found = reason(root)
    assert found.because == ("brief",)
    ((change, place),) = found.changes
    assert (change.kind, change.point, change.before, change.after) == (
        "reworded",
        "first",
        "شرح أول ما وُجد",
        "شرح ما تبيّن",
    )
    assert place is not None
    assert place.path == "content/topics/water/ar.yaml"
    assert place.line <= line <= place.line + 2
    # The public is told headlines alone.
    assert reason(root, "water/public.ar.html").because == ()


def test_a_point_that_was_added_removed_or_moved_is_named(root: Path) -> None:
    data = topic_data("موضوع water")
    points: list[dict[str, Any]] = data["blocks"][1]["points"]
    points[0], points[2] = points[2], {"id": "fourth", "headline": "رابع ما وُجد"}
    write(topic(root), data)
    kinds = {(change.kind, change.point) for change, _ in reason(root).changes}
    assert ("added", "fourth") in kinds
    assert ("removed", "first") in kinds
    assert ("moved", "third") in kinds or ("moved", "secret") in kinds


def test_what_no_brief_is_about_is_named_as_it_is(root: Path) -> None:
    path = root / "templates" / "parts" / "colophon.html.j2"
    path.parent.mkdir(parents=True)
    path.write_text("<p>أخرى</p>\n", "utf-8")
    assert reason(root).because == ("templates",)
    shutil.rmtree(root / "templates")
    edit(root / "mujaz.yaml", "organisation:", "theme: modern\norganisation:")
    assert reason(root).because == ("house",)


def test_of_templates_and_labels_those_that_changed_are_named(root: Path) -> None:
    folder = root / "templates"
    for name, text in (
        ("css/house.css", "p {}"),
        ("parts/colophon.html.j2", "<p></p>"),
        ("labels/ar.yaml", "close: ا"),
    ):
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_text(text, "utf-8")
    assert reason(root).places("templates") == ("templates/css/house.css", "templates/parts/colophon.html.j2")
    assert reason(root).places("labels") == ("templates/labels/ar.yaml",)
    build(root, Request(today=DAY), jobs=1, tell=lambda _: None)
    assert reason(root).because == ()
    (folder / "css" / "house.css").write_text("p { color: red }", "utf-8")
    assert reason(root).places("templates") == ("templates/css/house.css",)
    (folder / "css" / "house.css").write_text("p {}", "utf-8")
    (folder / "parts" / "colophon.html.j2").unlink()
    (folder / "parts" / "mine.html.j2").write_text("", "utf-8")
    assert reason(root).places("templates") == ("templates/parts/colophon.html.j2", "templates/parts/mine.html.j2")
    (root / ".mujaz" / "memory.json").unlink()
    assert reason(root).places("templates") == ("templates/",), "nobody remembers which they were"


def test_of_programs_those_with_another_version_are_named(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def other(medium: Medium) -> str:
        return versions(medium).replace("jinja2 ", "jinja2 9.").replace(", fonttools", ", hyphen 1.0, fonttools")

    for room in ("jobs", "sources", "parts"):
        monkeypatch.setattr(f"mujaz.{room}.versions", other)
    found = reason(root)
    assert found.because == ("engine",)
    before = dict(each.rsplit(" ", 1) for each in versions(Medium.SCREEN).split(", "))["jinja2"]
    assert found.places("engine") == ("hyphen — → 1.0", f"jinja2 {before} → 9.{before}")


def test_what_inputs_were_made_of_is_remembered_for_as_long_as_a_file_was_made_of_them(root: Path) -> None:
    path = root / "templates" / "css" / "house.css"
    path.parent.mkdir(parents=True)
    for number in range(4):
        path.write_text(f"p {{ margin: {number}pt }}", "utf-8")
        build(root, Request(today=DAY), jobs=1, tell=lambda _: None)
    held = [each for each in remembered(root).parts.values() if "templates/css/house.css" in each]
    assert len(held) == 2, "for each medium"
    path.write_text("p { margin: 9pt }", "utf-8")
    build(root, Request(topics=frozenset({"water"}), today=DAY), jobs=1, tell=lambda _: None)
    held = [each for each in remembered(root).parts.values() if "templates/css/house.css" in each]
    assert len(held) == 3, "the web pages of the other topic are still made of the one before"


def test_a_file_that_tells_what_is_kept_now_is_taken_away_for_that_reason(root: Path) -> None:
    name = "water/minister.ar.html"
    text = topic(root).read_text("utf-8")
    assert "gist: شرح أول ما وُجد\n" in text
    topic(root).write_text(
        text.replace("gist: شرح أول ما وُجد\n", "gist: شرح أول ما وُجد\n    never:\n    - minister\n"), "utf-8"
    )
    assert reason(root, name).because[0] == "withdrawn"
    assert "brief" in reason(root, name).because
    result = build(root, Request(today=DAY), jobs=1, tell=lambda _: None)
    assert {each.target.name: each.because[0] for each in result.built}[name] == "withdrawn"
    assert "leak-withdrawn" in {each.rule for each in result.problems}
    assert reason(root, name).because == ()


def test_a_file_that_was_touched_by_hand_or_is_gone_is_told_of(root: Path) -> None:
    path = root / "output" / NAME
    path.write_bytes(path.read_bytes() + b" ")
    assert reason(root).because == ("output-changed",)
    path.unlink()
    assert reason(root).because == ("output-missing",)


def test_a_comment_is_no_reason(root: Path) -> None:
    topic(root).write_text(f"# a word\n{topic(root).read_text('utf-8')}", "utf-8")
    assert reason(root).because == ()


def test_without_an_archive_the_input_is_named_and_no_point(root: Path) -> None:
    edit(topic(root), "شرح أول ما وُجد", "شرح ما تبيّن")
    shutil.rmtree(root / "output" / "editions")
    assert (reason(root).because, reason(root).changes, reason(root).known) == (("brief",), (), False)


def test_a_name_without_its_ending_means_all_its_files(root: Path) -> None:
    found, _ = why(root, "output/water/minister.ar")
    assert [each.target.name for each in found] == [NAME]


def test_a_name_that_nothing_has_is_refused_with_the_closest(root: Path) -> None:
    with pytest.raises(RefusedError) as refused:
        why(root, "water/minster.ar.html")
    assert refused.value.problem.facts["closest"] == NAME


def test_of_a_topic_with_errors_these_are_told(root: Path) -> None:
    edit(topic(root), "kind: findings", "kind: finding")
    edit(root / "content" / "topics" / "energy" / "ar.yaml", "kind: findings", "kind: finding")
    found, problems = why(root, NAME)
    assert found == []
    assert {each.where.path for each in problems} == {"content/topics/water/ar.yaml"}


@pytest.mark.parametrize(("language", "word"), [("en", "reworded"), ("ar", "أُعيدت صياغته")])
def test_people_are_told_the_place_and_the_words(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, language: str, word: str
) -> None:
    edit(topic(root), "شرح أول ما وُجد", "شرح ما تبيّن")
    monkeypatch.chdir(root)
    assert main(["why", NAME, "--messages", language, "--logical"]) == WELL
    said = capsys.readouterr().out
    assert word in said
    assert "content/topics/water/ar.yaml:" in said
    assert "شرح ما تبيّن" in said


def test_programs_are_told_the_same(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(topic(root), "شرح أول ما وُجد", "شرح ما تبيّن")
    assert main(["-C", str(root), "why", NAME, "--json"]) == WELL
    (told,) = json.loads(capsys.readouterr().out)["targets"]
    assert (told["target"], told["because"]) == (NAME, ["brief"])
    assert [(each["kind"], each["point"], each["path"]) for each in told["changes"]] == [
        ("reworded", "first", "content/topics/water/ar.yaml")
    ]
    edit(topic(root), "kind: findings", "kind: finding")
    assert main(["-C", str(root), "why", NAME, "--json"]) == WRONG_CONTENT
    answer = json.loads(capsys.readouterr().out)
    assert answer["targets"] == []
    assert answer["problems"]


def old(root: Path) -> None:
    """Let all that lies there be of long ago, so that it is remembered."""
    build(root, Request(today=DAY), jobs=1, tell=lambda _: None)
    time.sleep(DOUBTFUL / 1e9 + 0.1)
    (root / ".mujaz" / "memory.json").unlink()
    build(root, Request(today=DAY), jobs=1, tell=lambda _: None)


def test_of_the_files_that_a_brief_is_told_from_those_that_changed_are_named(root: Path) -> None:
    references = root / "content" / "topics" / "water" / "references.yaml"
    write(references, list(REFERENCES[:1]))
    edit(topic(root), "شرح أول ما وُجد", "شرح أول ما وُجد [@hamid، ص 1]")
    old(root)
    assert reason(root).because == ()
    edit(references, "2021", "2022")
    assert reason(root).places("brief") == ("content/topics/water/references.yaml",)
    # Another topic is built in between, and knows how these files lie there now.
    edit(root / "content" / "topics" / "energy" / "ar.yaml", "شرح أول", "بيان أول")
    build(root, Request(topics=frozenset({"energy"}), today=DAY), jobs=1, tell=lambda _: None)
    assert reason(root).places("brief") == ("content/topics/water/references.yaml",)
    edit(references, "2022", "2021")
    edit(root / "mujaz.yaml", "المؤسسة", "مؤسسة أخرى")
    assert reason(root).places("brief") == ("mujaz.yaml",)
    edit(root / "mujaz.yaml", "مؤسسة أخرى", "المؤسسة")
    assert reason(root).because == ()
    edit(root / "mujaz.yaml", "organisation", "theme: modern\norganisation")
    assert reason(root).because == ("house",)
    assert reason(root).places("house") == ("mujaz.yaml",)
    edit(root / "mujaz.yaml", "theme: modern\norganisation: المؤسسة", "organisation: مؤسسة أخرى")
    edit(root / "content" / "audiences" / "minister.yaml", "الوزير", "الوزيرة")
    assert reason(root).places("brief") == ("content/audiences/minister.yaml", "mujaz.yaml")
    build(root, Request(today=DAY), jobs=1, tell=lambda _: None)
    assert reason(root).because == ()


def test_a_logo_that_changed_is_named(root: Path) -> None:
    logo = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h{}v9z"/></svg>'
    (root / "logo.svg").write_text(logo.format(8), "utf-8")
    edit(root / "mujaz.yaml", "organisation", "logo: logo.svg\norganisation")
    old(root)
    (root / "logo.svg").write_text(logo.format(9), "utf-8")
    assert reason(root).because == ("house",)
    assert reason(root).places("house") == ("logo.svg",)


def test_an_input_is_told_with_the_files_that_it_is_made_of(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(topic(root), "2025-01-15", "2025-01-16")
    monkeypatch.chdir(root)
    assert main(["why", NAME, "--messages", "en"]) == WELL
    said = capsys.readouterr().out
    assert "the content changed: content/topics/water/ar.yaml" in said
    edit(topic(root), "2025-01-16", "2025-01-15")
    edit(topic(root), "خلاصة للوزير وحده", "خلاصة أخرى للوزير")
    assert main(["why", NAME, "--messages", "en"]) == WELL
    assert f"content/topics/water/ar.yaml:{line_of(root, 'خلاصة أخرى للوزير')}:" in capsys.readouterr().out


def line_of(root: Path, words: str) -> int:
    lines = topic(root).read_text("utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if words in line)
