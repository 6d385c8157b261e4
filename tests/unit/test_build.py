"""The corridor on a small workspace: nothing is made twice, nothing is lost, nothing is half, and nothing leaks."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import mujaz
import workspace
from mujaz import produce as producing
from mujaz.build import Result, build, clean
from mujaz.model.document import Document, Medium, Output
from mujaz.plan import Request
from mujaz.publish import STATE
from mujaz.workers import Failure
from workspace import AUDIENCES, HIDDEN, at_once, crewed, lay, outputs, topic_data, write

SOURCES = f"{Path(mujaz.__file__).parents[1]}{os.pathsep}{Path(workspace.__file__).parent}"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two topics for two audiences, as web pages without fonts, made without workers."""
    monkeypatch.setattr(producing, "crew", crewed(at_once))
    return lay(tmp_path / "desk", topics=("water", "energy"))


def make(root: Path, **asked: Any) -> Result:
    return build(root, Request(**asked), jobs=2, tell=lambda _: None)


def named(result: Result) -> set[str]:
    return {each.target.name for each in result.built}


def because(result: Result) -> set[tuple[str, ...]]:
    return {each.because for each in result.built}


def times(root: Path) -> dict[Path, int]:
    """When each file and folder below the workspace was last written."""
    return {path: path.stat().st_mtime_ns for path in sorted(root.rglob("*")) if path.name != "busy"}


def topic(root: Path, slug: str = "water") -> Path:
    return root / "content" / "topics" / slug / "ar.yaml"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


ALL = {f"{slug}/{audience}.ar.html" for slug in ("water", "energy") for audience in AUDIENCES}
WATER = {name for name in ALL if name.startswith("water/")}


# ------------------------------------------------------------------------------------------------ what is made when


def test_the_first_build_makes_everything_and_the_second_nothing(root: Path) -> None:
    first = make(root)
    assert (named(first), first.fresh, first.failed, first.problems) == (ALL, (), (), ())
    assert set(outputs(root)) == ALL
    before = times(root)
    second = make(root)
    assert (second.built, second.failed, second.problems) == ((), (), ())
    assert {target.name for target in second.fresh} == ALL
    assert times(root) == before


def test_an_edited_point_is_made_again_only_for_those_who_see_it(root: Path) -> None:
    make(root)
    edit(topic(root), "شرح أول ما وُجد", "شرح آخر")
    again = make(root)
    assert named(again) == {"water/minister.ar.html"}
    assert because(again) == {("brief",)}
    assert [each.edition for each in again.built] == [2]
    edit(topic(root), "ثالث ما وُجد", "ثالثهم")
    assert named(make(root)) == WATER


def test_comments_the_order_of_keys_and_the_time_of_a_file_make_nothing(root: Path) -> None:
    make(root)
    data = topic_data("موضوع water")
    write(topic(root), {key: data[key] for key in reversed(data)})
    topic(root).write_text("# تعليق\n" + topic(root).read_text("utf-8"), "utf-8")
    os.utime(topic(root), (0, 0))
    assert make(root).built == ()


def test_an_edit_that_is_taken_back_makes_nothing(root: Path) -> None:
    make(root)
    before = topic(root).read_bytes()
    edit(topic(root), "خلاصة القول", "غيرها")
    topic(root).write_bytes(before)
    assert make(root).built == ()


def test_a_file_that_is_gone_changed_or_a_link_is_made_again(root: Path, tmp_path: Path) -> None:
    make(root)
    whole = outputs(root)
    (tmp_path / "victim").write_bytes(b"precious")
    folder = root / "output" / "water"
    (folder / "minister.ar.html").write_bytes(whole["water/minister.ar.html"] + b" ")
    (folder / "public.ar.html").unlink()
    (root / "output" / "energy" / "public.ar.html").unlink()
    (root / "output" / "energy" / "public.ar.html").symlink_to(tmp_path / "victim")
    again = make(root)
    assert {each.target.name: each.because for each in again.built} == {
        "water/minister.ar.html": ("output-changed",),
        "water/public.ar.html": ("output-missing",),
        "energy/public.ar.html": ("output-missing",),
    }
    assert {each.edition for each in again.built} == {1}
    assert outputs(root) == whole
    assert (tmp_path / "victim").read_bytes() == b"precious"


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("templates/labels/ar.yaml", "genre: ورقة\n", "labels"),
        ("templates/css/house.css", "p { color: red }\n", "templates"),
        ("templates/styles/ar-notes.csl", "<style/>", "citation-styles"),
        ("mujaz.yaml", 'organisation: المؤسسة\ncolours: {accent: "#000000"}\n', "house"),
    ],
)
def test_the_house_is_an_input_of_everything(root: Path, name: str, text: str, reason: str) -> None:
    make(root)
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text, "utf-8")
    again = make(root)
    assert named(again) == ALL
    assert because(again) == {(reason,)}
    assert {each.edition for each in again.built} == {1}


def test_what_is_forced_is_made_again_to_the_same_bytes(root: Path) -> None:
    make(root)
    before = outputs(root)
    again = make(root, force=True, audiences=frozenset({"public"}))
    assert because(again) == {("forced",)}
    assert outputs(root) == before


def test_what_is_not_asked_for_is_not_made(root: Path) -> None:
    assert named(make(root, topics=frozenset({"water"}), audiences=frozenset({"public"}))) == {"water/public.ar.html"}
    assert set(outputs(root)) == {"water/public.ar.html"}
    assert make(root, media=frozenset({Medium.PRINT})).built == ()


def test_every_step_is_told_once(root: Path) -> None:
    steps: list[tuple[int, int, bool]] = []
    build(root, Request(), jobs=1, tell=lambda step: steps.append((step.done, step.total, step.well)))
    assert steps == [(number, 4, True) for number in range(1, 5)]


# ------------------------------------------------------------------------------------------------ mistakes


def test_a_broken_topic_stops_no_other_and_its_old_outputs_stay(root: Path) -> None:
    make(root)
    old = outputs(root)
    edit(topic(root), "headline: خلاصة القول", "headlin: خلاصة القول")
    edit(topic(root, "energy"), "خلاصة للوزير وحده", "خلاصة أخرى")
    again = make(root)
    assert named(again) == {"energy/minister.ar.html"}
    assert {problem.where.path for problem in again.problems} == {"content/topics/water/ar.yaml"}
    new = outputs(root)
    assert {name for name in new if new[name] != old[name]} == {"energy/minister.ar.html"}
    edit(topic(root), "headlin: ", "headline: ")
    mended = make(root)
    assert (mended.built, mended.problems) == ((), ())


def test_a_broken_audience_stops_no_other(root: Path) -> None:
    write(root / "content" / "audiences" / "minister.yaml", {"label": "x", "depth": "deep"})
    assert named(make(root)) == {"water/public.ar.html", "energy/public.ar.html"}


def test_a_workspace_that_cannot_be_read_builds_nothing_and_keeps_all(root: Path) -> None:
    make(root)
    before = times(root / "output")
    (root / "mujaz.yaml").write_text("organisation: [", "utf-8")
    result = make(root)
    assert (result.built, result.fresh, result.failed) == ((), (), ())
    assert {problem.where.path for problem in result.problems} == {"mujaz.yaml"}
    assert times(root / "output") == before


def test_a_template_that_is_broken_fails_what_uses_it_and_keeps_the_old_files(root: Path) -> None:
    make(root)
    before = outputs(root)
    path = root / "templates" / "blocks" / "summary.html.j2"
    path.parent.mkdir(parents=True)
    path.write_text("{% if %}", "utf-8")
    result = make(root)
    assert {target.name for target in result.failed} == {name for name in ALL if "minister" in name}
    assert named(result) == {name for name in ALL if "public" in name}
    assert {problem.rule for problem in result.problems} == {"template-wrong"}
    after = outputs(root)
    assert all(after[name] == before[name] for name in ALL if "minister" in name)


def test_a_page_that_fails_its_proof_does_not_take_the_place_of_the_old_one(root: Path) -> None:
    make(root)
    before = outputs(root)
    path = root / "templates" / "css" / "house.css"
    path.parent.mkdir(parents=True)
    path.write_text("@import 'https://example.org/x.css';", "utf-8")
    result = make(root)
    assert {target.name for target in result.failed} == ALL
    assert {problem.rule for problem in result.problems} == {"address-denied"}
    assert outputs(root) == before


def test_an_export_that_fails_costs_its_own_file(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def half(documents: list[Document], work: Any, *, jobs: int, **_: object) -> Iterator[tuple[Document, Any]]:
        for number, each in enumerate(at_once(documents, work, jobs=jobs)):
            yield (each[0], Failure("export-died", "x")) if number == 1 else each

    monkeypatch.setattr(producing, "crew", crewed(half))
    first = make(root)
    (lost,) = first.failed
    assert named(first) == ALL - {lost.name}
    assert [(problem.rule, problem.where.path.removeprefix("output/")) for problem in first.problems] == [
        ("export-died", lost.name)
    ]
    monkeypatch.setattr(producing, "crew", crewed(at_once))
    assert named(make(root)) == {lost.name}


@pytest.mark.parametrize("state", [b"", b"{", b"[]", b"\xff", b'{"format": 99, "made": {}}'])
def test_a_damaged_state_is_one_warning_and_a_full_build(root: Path, state: bytes) -> None:
    make(root)
    before = outputs(root)
    (root / "output" / STATE).write_bytes(state)
    again = make(root)
    assert (named(again), because(again)) == (ALL, {("new",)})
    assert [problem.rule for problem in again.problems] == ["state-damaged"]
    assert outputs(root) == before
    assert make(root).problems == ()


def test_what_is_kept_from_an_audience_is_in_no_byte_of_its_output(root: Path) -> None:
    make(root)
    for name, data in outputs(root).items():
        told = "minister" in name
        assert (HIDDEN.encode() in data) is told
        assert (b'id="secret"' in data) is told


# ------------------------------------------------------------------------------------------------ cleaning


def test_cleaning_removes_what_no_target_makes_and_nothing_else(root: Path) -> None:
    make(root)
    (root / "output" / "water" / "notes.txt").write_text("mine")
    (root / "output" / "water" / "old.ar.html").write_text("mine")
    (root / "output" / "mine").mkdir()
    shutil.rmtree(root / "content" / "topics" / "energy")
    (root / "content" / "audiences" / "minister.yaml").unlink()
    removed, problems = clean(root)
    assert problems == ()
    assert sorted(removed) == ["energy/minister.ar.html", "energy/public.ar.html", "water/minister.ar.html"]
    assert set(outputs(root)) == {"water/public.ar.html", "water/notes.txt", "water/old.ar.html"}
    assert not (root / "output" / "energy").exists()
    assert (root / "output" / "mine").is_dir()
    assert clean(root) == ([], ())
    assert make(root).built == ()


def test_cleaning_keeps_what_belongs_to_a_topic_or_audience_that_is_broken_now(root: Path) -> None:
    make(root)
    topic(root).write_text("title: [", "utf-8")
    (root / "content" / "audiences" / "public.yaml").write_text("label: [", "utf-8")
    removed, problems = clean(root)
    assert removed == []
    assert problems
    assert set(outputs(root)) == ALL


def test_cleaning_a_workspace_that_cannot_be_read_removes_nothing(root: Path) -> None:
    make(root)
    (root / "mujaz.yaml").write_text("organisation: [", "utf-8")
    assert clean(root)[0] == []
    assert set(outputs(root)) == ALL


# ------------------------------------------------------------------------------------------------ the real thing


BOTH: Mapping[str, dict[str, Any]] = {"public": {"label": "الناس", "formats": ["pdf", "html"], "contents": True}}


def command(root: Path, *call: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Mujaz in a process of its own."""
    outside = {"PATH": os.environ["PATH"], "PYTHONPATH": SOURCES, **environment}
    line = [sys.executable, "-m", "mujaz", "-C", str(root), *call]
    return subprocess.run(line, capture_output=True, text=True, check=False, env=outside)


def test_two_clean_builds_elsewhere_give_the_same_bytes_and_a_third_writes_nothing(tmp_path: Path) -> None:
    """By real workers, in different folders, zones, locales, hash seeds and numbers of workers."""
    one = lay(tmp_path / "one", audiences=BOTH)
    two = lay(tmp_path / "deeper" / "a folder" / "two", audiences=BOTH)
    first = command(one, "build", "--jobs", "2", TZ="Asia/Tokyo", LANG="C.UTF-8", PYTHONHASHSEED="1")
    assert first.returncode == 0, first.stdout + first.stderr
    second = command(two, "build", "--jobs", "1", TZ="America/Lima", LANG="ar_IQ", PYTHONHASHSEED="2", HOME="/nowhere")
    assert second.returncode == 0, second.stdout + second.stderr
    made = outputs(one)
    assert set(made) == {"water/public.ar.pdf", "water/public.ar.html"}
    assert made == outputs(two)
    assert made["water/public.ar.pdf"].startswith(b"%PDF-")
    for data in made.values():
        assert str(tmp_path).encode() not in data
    before = times(one)
    third = command(one, "build")
    assert "made 0, unchanged 2" in third.stdout
    assert times(one) == before


# ------------------------------------------------------------------------------------------------ killed builds


SLUGS = tuple(f"topic-{number}" for number in range(8))


def whole(root: Path, old: Mapping[str, bytes], new: Mapping[str, bytes]) -> tuple[int, int]:
    """How many files are old and how many are new; none may be anything else."""
    found = {name: data for name, data in outputs(root).items() if not name.endswith(".tmp")}
    assert set(found) == set(new)
    torn = [name for name, data in found.items() if data not in (old[name], new[name])]
    assert torn == []
    changed = sum(found[name] == new[name] for name in found)
    return len(found) - changed, changed


def alive(session: int) -> list[int]:
    """The processes of a session that still run."""
    found = []
    for name in filter(str.isdecimal, os.listdir("/proc")):
        try:
            state, _, _, its = Path("/proc", name, "stat").read_text("utf-8").rpartition(")")[2].split()[:4]
        except OSError:
            continue
        if int(its) == session and state != "Z":
            found.append(int(name))
    return found


@pytest.mark.long
def test_a_killed_build_with_real_workers_leaves_files_whole_and_no_worker_behind(tmp_path: Path) -> None:
    chance = random.Random(3)  # noqa: S311 # moments, not secrets
    root = lay(tmp_path / "desk", topics=SLUGS[:3], audiences=BOTH)
    assert command(root, "build").returncode == 0
    old = outputs(root)
    shutil.copytree(root / "output", tmp_path / "old")
    for slug in SLUGS[:3]:
        edit(topic(root, slug), "ما وُجد", "ما تبيّن")
    before = time.monotonic()
    assert command(root, "build").returncode == 0
    lasts = time.monotonic() - before
    new = outputs(root)
    for _ in range(10):
        shutil.rmtree(root / "output")
        shutil.copytree(tmp_path / "old", root / "output")
        line = [sys.executable, "-m", "mujaz", "-C", str(root), "build"]
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": SOURCES}
        victim = subprocess.Popen(
            line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment, start_new_session=True
        )
        time.sleep(chance.uniform(0, lasts))
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        deadline = time.monotonic() + 20
        while alive(victim.pid) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert alive(victim.pid) == []
        whole(root, old, new)
        assert command(root, "build").returncode == 0
        assert outputs(root) == new


# ------------------------------------------------------------------------------------------------ a house's templates


@pytest.fixture
def both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A topic for two audiences on paper and on screen, as pages without a layout."""

    def whole(documents: Any, _work: Any, *, jobs: int) -> Any:
        assert jobs
        return ((each, Output(each.html.encode(), 1 if each.medium is Medium.PRINT else None)) for each in documents)

    monkeypatch.setattr(producing, "crew", crewed(whole))
    audiences = {name: {**reader, "formats": ["pdf", "html"]} for name, reader in AUDIENCES.items()}
    return lay(tmp_path / "desk", audiences=audiences)


def test_labels_count_by_their_words_and_for_their_language(root: Path) -> None:
    house = {"organisation": {"ar": "المؤسسة", "en": "House"}, "languages": ["ar", "en"]}
    write(root / "mujaz.yaml", house)
    for audience in AUDIENCES:
        path = root / "content" / "audiences" / f"{audience}.yaml"
        write(path, {**AUDIENCES[audience], "label": {"ar": "قارئ", "en": "Reader"}})
    write(root / "content" / "topics" / "water" / "en.yaml", topic_data("Water"))
    make(root)
    labels = root / "templates" / "labels" / "ar.yaml"
    labels.parent.mkdir(parents=True)
    labels.write_text("# nothing yet\n{}\n", "utf-8")
    assert make(root).built == ()
    labels.write_text("close: اطو\nskip: إلى المتن\n", "utf-8")
    result = make(root)
    assert because(result) == {("labels",)}
    assert {each.target.language for each in result.built} == {"ar"}
    labels.write_text("# in another order\nskip: إلى المتن\nclose: اطو\n", "utf-8")
    assert make(root).built == ()


@pytest.mark.parametrize(
    ("files", "made"),
    [
        ({"css/screen.css": "p {}"}, {"html"}),
        ({"js/screen.js": "// nothing"}, {"html"}),
        ({"css/print.css": "p {}"}, {"pdf"}),
        ({"css/press.css": "p {}", "css/ticket.css": "p {}", "ticket.html.j2": "<html></html>"}, set()),
        ({"css/house.css": "p {}"}, {"pdf", "html"}),
        ({"css/screen.css": "{% include 'css/mine.css' ignore missing %}p {}"}, {"html"}),
    ],
    ids=lambda each: " ".join(sorted(each)) or "none",
)
def test_a_template_of_one_medium_is_no_input_of_the_other(both: Path, files: dict[str, str], made: set[str]) -> None:
    root = both
    make(root)
    before = outputs(root)
    for name, text in files.items():
        (root / "templates" / name).parent.mkdir(parents=True, exist_ok=True)
        (root / "templates" / name).write_text(text, "utf-8")
    result = make(root)
    assert {each.target.medium.value for each in result.built} == made
    now = outputs(root)
    make(root, force=True)
    assert outputs(root) == now, "what was not made again would have been the same"
    assert {name for name in now if now[name] != before[name]} <= {each.target.name for each in result.built}
    assert make(root).built == ()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("css/house.css", "{% include 'css/screen.css' %}"),
        ("parts/colophon.html.j2", "<style>{% include 'css/' ~ 'screen' ~ '.css' %}</style>"),
        ("parts/colophon.html.j2", "<style>{%- include ['css', 'screen.css'] | join('/') -%}</style>"),
        ("parts/colophon.html.j2", r"<style>{% include 'css\x2fscreen.css' %}</style>"),
        ("parts/colophon.html.j2", "<style>{% include 'css/%s' | format('screen.css') %}</style>"),
        ("parts/colophon.html.j2", "<style>{% include 'css/house.css' if 0 else 'css/' + 'screen.css' %}</style>"),
        ("brief.html.j2", "<html><head><style>{% include 'css/screen.css' %}</style></head><body></body></html>"),
    ],
)
def test_but_it_is_where_templates_of_the_house_take_it_in(both: Path, name: str, text: str) -> None:
    path, sheet = both / "templates" / name, both / "templates" / "css" / "screen.css"
    for each in (path, sheet):
        each.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    make(both)
    sheet.write_text("p { color: red }", "utf-8")
    assert {each.target.medium.value for each in make(both).built} == {"pdf", "html"}
    now = outputs(both)
    assert all("color: red" in data.decode() for data in now.values())
    make(both, force=True)
    assert outputs(both) == now


def test_templates_behind_a_link_are_told_of_and_no_others_take_their_place(root: Path, tmp_path: Path) -> None:
    make(root)
    before = outputs(root)
    away = tmp_path / "away"
    (away / "css").mkdir(parents=True)
    (away / "css" / "house.css").write_text("p { color: red }", "utf-8")
    (root / "templates").symlink_to(away)
    result = make(root)
    assert {each.rule for each in result.problems} == {"file-is-link"}
    assert (result.built, outputs(root)) == ((), before)


# ------------------------------------------------------------------------------------------------ what is made first


def test_the_longest_briefs_of_a_topic_are_made_first_also_where_none_was_made_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else all wait for it at the end."""
    asked: list[str] = []

    def noted(documents: Any, _work: Any, *, jobs: int) -> Any:
        assert jobs
        for document in documents:
            _, brief, file = document.name.partition("/")
            asked.extend([file.partition(".")[0]] if brief else [])  # and not the index
            yield document, Output(document.html.encode(), long.get(asked[-1], 1))

    long: dict[str, int] = {}
    monkeypatch.setattr(producing, "crew", crewed(noted))
    reader = {"depth": "gist", "notes": "none", "formats": ["pdf"], "gives-way": ["findings"], "blocks": ["findings"]}
    promised = {"one": {"pages": 1}, "three": {"pages": 3}, "two": {"pages": 2}, "public": {}}
    root = lay(tmp_path, audiences={name: {"label": name, **reader, **more} for name, more in promised.items()})
    assert make(root).problems == ()
    assert asked == ["public", "three", "two", "one"]
    long |= {"three": 3, "two": 2, "public": 1}
    make(root, force=True)
    asked.clear()
    make(root, force=True)
    assert asked == ["three", "two", "one", "public"], "by the pages that they had"
