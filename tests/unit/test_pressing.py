"""`mujaz press`: what it answers and refuses, what it leaves in the output folder, and what becomes of that later."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import ImageCms

from mujaz import cli, press, profiles
from mujaz.build import build, clean
from mujaz.cli import main
from mujaz.console import BROKEN, WELL, WRONG_CONTENT, WRONG_USE
from mujaz.lock import decode, encode
from mujaz.model.document import Document, Output, State, pages_of
from mujaz.plan import Request
from workspace import ROOT, crewed, lay, outputs, write

AUDIENCES = {name: {"label": name, "notes": "none", "formats": ["pdf"]} for name in ("minister", "public")}
PLACE = next(place for place in profiles.PLACES if Path(place).is_file())
"""The profile of this machine: `./run test` installs one."""
RGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def here(
    documents: Sequence[Document], work: Callable[[Document], Output], *, jobs: int, **_: object
) -> Iterator[tuple[Document, Output]]:
    """In place of the workers: the same work in this process."""
    assert jobs > 0
    for each in documents:
        yield each, work(each)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace that is the current folder, for an English terminal."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(press, "run", here)
    monkeypatch.setattr("mujaz.produce.crew", crewed(here))
    monkeypatch.chdir(lay(tmp_path, audiences=AUDIENCES))
    return tmp_path


Answer = Callable[..., tuple[int, Any]]


@pytest.fixture
def answer(root: Path, capsys: pytest.CaptureFixture[str]) -> Answer:
    """The exit status of `mujaz press` and its JSON."""
    assert root.is_dir()

    def ask(*call: str) -> tuple[int, Any]:
        status = main(["press", *call, "--json"])
        return status, json.loads(capsys.readouterr().out)

    return ask


def rules(told: Any) -> list[str]:
    return [each["rule"] for each in told["problems"]]


@pytest.mark.parametrize(
    "name",
    [
        "water/minister.ar.pdf",
        "water/minister.ar",
        "output/water/minister.ar.pdf",
        "./output/water/minister.ar.pdf",
    ],
)
def test_a_target_is_named_as_list_shows_it_or_as_a_shell_completes_it(answer: Answer, root: Path, name: str) -> None:
    status, told = answer(name)
    assert status == WELL
    assert [each["path"] for each in told["press"]] == [
        "output/water/minister.ar.press.pdf",
        "output/water/minister.ar.press-ticket.pdf",
    ]
    assert set(outputs(root)) == {each["path"].removeprefix("output/") for each in told["press"]}


def test_files_are_told_with_their_kind_pages_sheets_and_digest(answer: Answer) -> None:
    status, told = answer("water/public.ar.pdf", "--booklet")
    assert status == WELL
    assert told["problems"] == []
    booklet, ticket = told["press"]
    assert len(booklet.pop("sha256")) == len(ticket.pop("sha256")) == 64
    path = "output/water/public.ar.booklet"
    assert booklet == {"path": f"{path}.pdf", "kind": "booklet", "pages": 2, "sheets": 1}
    assert ticket == {"path": f"{path}-ticket.pdf", "kind": "ticket", "pages": 1, "sheets": 0}


def test_the_file_is_of_the_content_as_it_is_now_and_not_of_what_was_built(answer: Answer, root: Path) -> None:
    build(root, Request(), jobs=1, tell=lambda _: None)
    before = outputs(root)
    _, first = answer("water/minister.ar.pdf")
    path = root / "content" / "topics" / "water" / "ar.yaml"
    path.write_text(path.read_text("utf-8").replace("أول ما وُجد", "أول ما عُثر عليه"), "utf-8")
    _, second = answer("water/minister.ar.pdf")
    assert first["press"][0]["sha256"] != second["press"][0]["sha256"]
    assert all(outputs(root)[name] == data for name, data in before.items()), "what was built stays as it is"


@pytest.mark.parametrize(
    ("name", "closest"), [("water/minster.ar.pdf", "water/minister.ar.pdf"), ("water/minister.en", None)]
)
def test_an_unknown_target_is_refused_with_the_closest_name(
    answer: Answer, root: Path, name: str, closest: str | None
) -> None:
    status, told = answer(name)
    assert (status, rules(told)) == (WRONG_USE, ["target-unknown"])
    if closest:
        assert closest in told["problems"][0]["message"]
    assert outputs(root) == {}


def test_content_with_errors_is_told_of_and_nothing_is_made(answer: Answer, root: Path) -> None:
    path = root / "content" / "topics" / "water" / "ar.yaml"
    path.write_text(path.read_text("utf-8").replace("headline:", "headlin:", 1), "utf-8")
    status, told = answer("water/minister.ar.pdf")
    assert status == WRONG_CONTENT
    assert {each["path"] for each in told["problems"]} == {"content/topics/water/ar.yaml"}
    assert told["press"] == []


def test_errors_of_another_topic_do_not_matter(answer: Answer, root: Path) -> None:
    write(root / "content" / "topics" / "energy" / "ar.yaml", {"title": "طاقة"})
    status, told = answer("water/minister.ar.pdf")
    assert (status, told["problems"]) == (WELL, [])


@pytest.mark.parametrize("option", [["--sheet", "A4"], ["--creep", "0.1"]])
def test_what_shapes_a_booklet_asks_for_one(answer: Answer, option: list[str]) -> None:
    status, told = answer("water/minister.ar.pdf", *option)
    assert (status, rules(told)) == (WRONG_USE, ["booklet-expected"])


@pytest.mark.parametrize("value", ["0", "-1", "thick", "2", "nan"])
@pytest.mark.usefixtures("root")
def test_a_thickness_that_no_paper_has_is_refused(value: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["press", "water/minister.ar.pdf", "--booklet", f"--creep={value}"])
    assert stopped.value.code == WRONG_USE
    assert f"“{value}”" in capsys.readouterr().err


# ------------------------------------------------------------------------------------------------ profiles


def test_without_a_profile_the_line_that_installs_one_is_told(answer: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profiles, "PLACES", ("/nowhere.icc",))
    status, told = answer("water/minister.ar.pdf", "--cmyk")
    assert (status, rules(told)) == (BROKEN, ["profile-missing"])
    assert " install " in told["problems"][0]["hint"]


def name_profile(root: Path, name: str) -> None:
    write(root / "mujaz.yaml", {"organisation": "المؤسسة", "press": {"profile": name}})


def test_the_house_s_own_profile_goes_before_that_of_the_machine(
    answer: Answer, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "icc").mkdir()
    shutil.copy(PLACE, root / "icc" / "press.icc")
    name_profile(root, "icc/press.icc")
    monkeypatch.setattr(profiles, "PLACES", ())
    status, told = answer("water/minister.ar.pdf", "--cmyk")
    assert (status, told["problems"]) == (WELL, [])
    with pikepdf.open(root / told["press"][0]["path"]) as pdf:
        carried = pdf.Root.OutputIntents[0].DestOutputProfile.read_bytes()
    assert carried == Path(PLACE).read_bytes()


@pytest.mark.parametrize(
    ("name", "content", "rule"),
    [
        ("icc/press.icc", b"no profile at all", "profile-wrong"),
        ("icc/press.icc", RGB, "profile-wrong"),
        ("icc/other.icc", b"", "file-missing"),
        ("../press.icc", b"", "path-outside"),
        (PLACE, b"", "path-outside"),
        (" ", b"", "text-empty"),
    ],
)
def test_a_profile_of_the_house_that_cannot_be_used_is_a_problem_and_no_other_takes_its_place(
    answer: Answer, root: Path, name: str, content: bytes, rule: str
) -> None:
    (root / "icc").mkdir()
    (root / "icc" / "press.icc").write_bytes(content)
    name_profile(root, name)
    status, told = answer("water/minister.ar.pdf", "--cmyk")
    assert (status, rules(told), told["press"]) == (WRONG_CONTENT, [rule], [])
    assert told["problems"][0]["path"] == "mujaz.yaml"


# ------------------------------------------------------------------------------------------------ the ticket


def profile_name() -> str:
    found = profiles.of_this_machine()
    assert found is not None
    return found.name


def text_of(path: Path) -> str:
    """The words of a page in the order in which they are read."""
    with pikepdf.open(path) as pdf:
        assert len(pdf.pages) == 1
    said = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True, check=True).stdout
    return " ".join(re.sub("[\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", said).split())


def test_the_ticket_is_one_page_that_says_in_two_languages_what_a_printer_asks(answer: Answer, root: Path) -> None:
    path = root / "content" / "topics" / "water" / "ar.yaml"
    title = " ".join(["عنوان طويل يملأ أسطراً"] * 9)
    path.write_text(path.read_text("utf-8").replace("موضوع water", title), "utf-8")
    _, told = answer("water/minister.ar.pdf", "--booklet", "--cmyk", "--creep", "0.1")
    booklet, ticket = told["press"]
    said = text_of(root / ticket["path"])
    for words in (
        "210 × 297 mm",
        "440 × 317 mm",
        "3 mm",
        "0.1 mm",
        "on the right",
        "flipped on the short edge",
        "CMYK, PDF/X-4",
        profile_name(),
        "15 January 2025",
        "minister.ar.booklet.pdf",
        "all embedded",
        "بطاقة المطبعة",
        "من اليمين",
    ):
        assert words in said, words
    assert booklet["sha256"] in said.replace(" ", "")


def test_the_ticket_of_an_english_brief_stands_on_the_left_and_has_arabic_beside(answer: Answer, root: Path) -> None:
    write(root / "mujaz.yaml", {"organisation": {"ar": "المؤسسة", "en": "The House"}, "languages": ["ar", "en"]})
    labels = {name: {**each, "label": {"ar": name, "en": name}} for name, each in AUDIENCES.items()}
    for name, each in labels.items():
        write(root / "content" / "audiences" / f"{name}.yaml", each)
    english = {"title": "Water", "date": "2025-01-15", "blocks": [{"kind": "summary", "headline": "In short"}]}
    write(root / "content" / "topics" / "water" / "en.yaml", english)
    status, told = answer("water/minister.en.pdf")
    assert status == WELL, told
    with pikepdf.open(root / told["press"][0]["path"]) as pdf:
        assert "/Direction" not in pdf.Root.ViewerPreferences
    said = text_of(root / told["press"][1]["path"])
    assert "on the left" in said
    assert "بطاقة المطبعة" in said
    assert "موضوع" in said, "the topic's title in the second language"
    assert "الجمهور" in said
    _, told = answer("water/minister.ar.pdf")
    assert "Water" in text_of(root / told["press"][1]["path"])


def test_what_has_no_name_in_the_second_language_is_left_out_of_the_ticket(answer: Answer, root: Path) -> None:
    label = {"ar": "صانع القرار"}
    write(root / "content" / "audiences" / "minister.yaml", {**AUDIENCES["minister"], "label": label})
    write(root / "content" / "audiences" / "public.yaml", {**AUDIENCES["public"], "label": {**label, "en": "Deciders"}})
    said = {}
    for name in AUDIENCES:
        _, told = answer(f"water/{name}.ar.pdf")
        said[name] = text_of(root / told["press"][1]["path"]).replace(f"{name}.ar.press.pdf", "")
    assert "صانع القرار" in said["minister"]
    assert "Audience" not in said["minister"]
    assert "minister" not in said["minister"]
    assert "Deciders" in said["public"]
    assert "Audience" in said["public"]
    assert "public" not in said["public"]


# ------------------------------------------------------------------------------------------------ memory


def test_clean_keeps_the_files_of_a_target_and_takes_them_away_with_it(answer: Answer, root: Path) -> None:
    answer("water/public.ar.pdf")
    answer("water/minister.ar.pdf", "--booklet")
    assert clean(root) == ([], ())
    assert len(outputs(root)) == 4
    (root / "content" / "audiences" / "minister.yaml").unlink()
    removed, _ = clean(root)
    assert removed == ["water/minister.ar.booklet-ticket.pdf", "water/minister.ar.booklet.pdf"]
    assert set(outputs(root)) == {"water/public.ar.press.pdf", "water/public.ar.press-ticket.pdf"}
    assert clean(root) == ([], ())


def test_clean_keeps_the_files_of_a_topic_that_has_errors_now(answer: Answer, root: Path) -> None:
    answer("water/minister.ar.pdf")
    path = root / "content" / "topics" / "water" / "ar.yaml"
    path.write_text(path.read_text("utf-8").replace("headline:", "headlin:", 1), "utf-8")
    assert clean(root)[0] == []
    assert len(outputs(root)) == 2


def test_a_build_forgets_nothing_that_was_pressed_and_makes_nothing_of_it(answer: Answer, root: Path) -> None:
    answer("water/minister.ar.pdf")
    before = outputs(root)
    build(root, Request(), jobs=1, tell=lambda _: None)
    state = decode((root / "output" / ".mujaz" / "lock.json").read_bytes())
    assert state is not None
    assert state.pressed == {"water/minister.ar.press.pdf", "water/minister.ar.press-ticket.pdf"}
    assert set(state.made) == {"water/minister.ar.pdf", "water/public.ar.pdf"}
    assert {name: outputs(root)[name] for name in before} == before
    again = build(root, Request(), jobs=1, tell=lambda _: None)
    assert again.built == ()


def test_pressing_makes_no_target_stale_and_no_edition(answer: Answer, root: Path) -> None:
    build(root, Request(), jobs=1, tell=lambda _: None)
    made = (root / "output" / ".mujaz" / "lock.json").read_bytes()
    answer("water/minister.ar.pdf")
    then = decode((root / "output" / ".mujaz" / "lock.json").read_bytes())
    assert then is not None
    assert encode(State(then.made)) == made


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("water/minister.ar.press.pdf", "water/minister.ar.pdf"),
        ("water/minister.ar.booklet-ticket.pdf", "water/minister.ar.pdf"),
    ],
)
def test_a_file_for_the_press_belongs_to_the_target_whose_pages_it_shows(name: str, target: str) -> None:
    assert pages_of(name) == target


@pytest.mark.parametrize("name", ["../x.ar.press.pdf", "water/minister.ar.pdf", "water/../x.ar.press.pdf", "press.pdf"])
def test_a_state_with_a_foreign_name_among_the_pressed_is_no_state(name: str) -> None:
    assert decode(encode(State(pressed=frozenset({name})))) is None


def test_people_are_told_where_the_files_are(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["press", "water/minister.ar"]) == WELL
    assert capsys.readouterr().out.splitlines() == [
        "created output/water/minister.ar.press.pdf",
        "created output/water/minister.ar.press-ticket.pdf",
    ]
    assert root.is_dir()


def test_the_pages_are_made_by_bounded_workers(tmp_path: Path) -> None:
    root = lay(tmp_path, audiences=AUDIENCES)
    line = [sys.executable, "-P", "-m", "mujaz", "press", "water/minister.ar", "--booklet", "--cmyk", "--json"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "generator"), "LC_ALL": "C"}
    done = subprocess.run(line, cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == WELL, done.stderr
    assert [each["kind"] for each in json.loads(done.stdout)["press"]] == ["booklet", "ticket"]
