"""What one run leaves for the next: it saves work, is never trusted too far, and tells nothing that is kept."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from mujaz import produce as producing
from mujaz.build import Result, build
from mujaz.check import Findings
from mujaz.check.weights import Leave
from mujaz.lock import decode as decoded
from mujaz.memory import Memory, Seen, decode, encode
from mujaz.plan import Request
from mujaz.problems import Problem, Severity, Where
from mujaz.publish import LOG, MEMORY, STATE
from mujaz.read import read_topic
from mujaz.stamps import DOUBTFUL, Stamps
from mujaz.standing import listed
from workspace import HIDDEN, at_once, crewed, lay, outputs, topic_data, write

LATER = 1 << 62
"""A time of the file system that lies behind all others."""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(producing, "crew", crewed(at_once))
    return lay(tmp_path / "desk", topics=("water", "energy"))


def make(root: Path, **asked: Any) -> Result:
    return build(root, Request(**asked), jobs=1, tell=lambda _: None)


def topic(root: Path, slug: str = "water") -> Path:
    return root / "content" / "topics" / slug / "ar.yaml"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The slugs of topics that were read, one for each time."""
    seen: list[str] = []

    def noted(root: Path, slug: str, shared: Any) -> Any:
        seen.append(slug)
        return read_topic(root, slug, shared)

    monkeypatch.setattr("mujaz.fleet.read_topic", noted)
    return seen


# ------------------------------------------------------------------------------------------------ stamps


def test_a_file_that_was_not_changed_is_not_read_again(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"one")
    first = Stamps(moment=LATER)
    digest = first.digest(path, "file")
    planted = {"file": (first.seen["file"][0], "remembered")}
    assert digest != "remembered"
    assert Stamps(planted, LATER).digest(path, "file") == "remembered"


@pytest.mark.parametrize("how", ["write", "replace", "clock"])
def test_other_bytes_of_the_same_size_and_time_are_seen(tmp_path: Path, how: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"one")
    first = Stamps(moment=LATER)
    digest = first.digest(path, "file")
    held = path.stat()
    if how == "replace":
        (tmp_path / "new").write_bytes(b"two")
        (tmp_path / "new").replace(path)
    else:
        path.write_bytes(b"two")
    os.utime(path, ns=(held.st_atime_ns, held.st_mtime_ns))
    if how == "clock":
        os.utime(path, (0, 0))
    assert path.stat().st_size == held.st_size
    assert Stamps(first.seen, LATER).digest(path, "file") not in (digest, None)


def test_what_changed_a_moment_ago_is_not_remembered(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"one")
    changed = path.stat().st_ctime_ns
    now = Stamps(moment=changed + DOUBTFUL // 2)
    assert now.digest(path, "file") is not None
    assert now.seen == {}
    later = Stamps(moment=changed + DOUBTFUL + 1)
    later.digest(path, "file")
    assert set(later.seen) == {"file"}


def test_a_file_that_was_written_is_remembered_once_it_has_lain_for_a_while(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"one")
    stamps = Stamps()
    stamps.wrote(path, "file", "digest")
    changed = path.stat().st_ctime_ns
    assert stamps.settled(changed + DOUBTFUL) == {}
    assert set(stamps.settled(changed + DOUBTFUL + 1)) == {"file"}


def test_a_link_a_folder_and_nothing_have_no_digest(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"one")
    (tmp_path / "link").symlink_to("file")
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "pipe", "nothing", "."):
        assert Stamps(moment=LATER).digest(tmp_path / name, name) is None


def test_of_a_long_file_the_size_counts_too(tmp_path: Path) -> None:
    (tmp_path / "short").write_bytes(b"abc")
    (tmp_path / "long").write_bytes(b"abcd")
    (tmp_path / "longer").write_bytes(b"abcde")
    digests = {Stamps().digest(tmp_path / name, name, 3) for name in ("short", "long", "longer")}
    assert len(digests) == 3


# ------------------------------------------------------------------------------------------------ the file


def memory() -> Memory:
    where = Where("content/topics/water/ar.yaml", 3, 5)
    findings = Findings(
        (Problem("reference-unknown", where, {"found": "كذا"}),),
        (Problem("headline-long", where, {"found": "كلام"}, Severity.WARNING),),
        (Leave("headline-long", "سبب", where, where, Where(where.path, 9)),),
    )
    seen = Seen(
        "d",
        ("ar", "en"),
        findings,
        {},
        {"ar": {"": "x", "public": "y"}},
        frozenset({"ar"}),
        frozenset({"en"}),
        lends=True,
    )
    return Memory({"water": seen}, {"mujaz.yaml": ((1, 2, 3, 4), "s")}, "index", "page")


def test_a_memory_is_read_as_it_was_written() -> None:
    assert decode(encode(memory())) == memory()


def test_a_memory_that_is_cut_off_anywhere_is_none() -> None:
    data = encode(memory()).rstrip()
    assert all(decode(data[:size]) == Memory() for size in range(len(data)))


@pytest.mark.parametrize("raw", [b"[]", b"null", b'{"format": 2}', b"\xff\xfe", b'{"format": 1, "topics": 3}'])
def test_a_memory_of_another_kind_is_none(raw: bytes) -> None:
    assert decode(raw) == Memory()


def test_the_memory_lies_beside_the_workspace_and_is_no_matter_of_git(root: Path) -> None:
    make(root)
    assert (root / MEMORY).is_file()
    assert (root / ".mujaz" / ".gitignore").read_text("utf-8") == "*\n"
    assert not (root / "output" / MEMORY).exists()


def test_a_workspace_in_which_nothing_can_be_written_is_built_all_the_same(root: Path) -> None:
    (root / ".mujaz").write_text("a file", "utf-8")
    assert len(make(root).built) == 4
    assert len(make(root).fresh) == 4


# ------------------------------------------------------------------------------------------------ what it saves


def test_topics_that_were_not_changed_are_not_read_again(root: Path, read: list[str]) -> None:
    make(root)
    read.clear()
    assert len(make(root).fresh) == 4
    assert read == []
    edit(topic(root), "ثالث ما وُجد", "رابع ما وُجد")
    assert len(make(root).built) == 2
    assert set(read) == {"water"}
    read.clear()
    _, standing, _ = listed(root, Request())
    assert {each.because for each in standing} == {()}
    assert read == []


def test_an_audience_that_was_edited_is_planned_anew_and_no_other(root: Path) -> None:
    make(root)
    edit(root / "content" / "audiences" / "public.yaml", "limit: 2", "limit: 1")
    result = make(root)
    assert {each.target.audience for each in result.built} == {"public"}
    assert {each.audience for each in result.fresh} == {"minister"}


@pytest.mark.parametrize("size", [0, 1, 40, 400])
def test_a_damaged_memory_costs_time_and_nothing_else(root: Path, read: list[str], size: int) -> None:
    first = make(root)
    path = root / MEMORY
    path.write_bytes(path.read_bytes()[:size])
    read.clear()
    result = make(root)
    assert result.built == ()
    assert result.problems == first.problems
    assert set(read) == {"water", "energy"}


def test_warnings_are_told_each_time_though_nothing_is_read(root: Path, read: list[str]) -> None:
    told = topic_data("موضوع water")
    told["blocks"][1]["points"] = [{"id": "first", "headline": "أول ما وُجد في هذا الموضوع " * 4}]
    write(topic(root), told)
    first = make(root).problems
    read.clear()
    assert make(root).problems == first != ()
    assert read == []


# ------------------------------------------------------------------------------------------------ edited meanwhile


def test_what_is_edited_while_it_is_made_is_made_again_by_the_next_build(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(documents: Any, work: Any, *, jobs: int) -> Any:
        for each in at_once(documents, work, jobs=jobs):
            if each[0].name == "water/minister.ar.html":
                edit(topic(root), "ثالث ما وُجد", "رابع ما وُجد")
            yield each

    with monkeypatch.context() as patch:
        patch.setattr(producing, "crew", crewed(interrupted))
        make(root)
    assert "رابع ما وُجد" not in outputs(root)["water/public.ar.html"].decode()
    assert {each.target.topic for each in make(root).built} == {"water"}
    assert "رابع ما وُجد" in outputs(root)["water/minister.ar.html"].decode()
    assert make(root).built == ()


@pytest.mark.parametrize("to", ["رابع ما وُجد", "mistake"])
def test_what_is_edited_before_its_turn_is_checked_once_more(
    root: Path, monkeypatch: pytest.MonkeyPatch, to: str
) -> None:
    make(root)
    edit(topic(root, "energy"), "أول ما وُجد", "أول ما رُصد")
    edit(topic(root), "أول ما وُجد", "أول ما رُصد")
    old = outputs(root)["water/minister.ar.html"]

    def interrupted(documents: Any, work: Any, *, jobs: int) -> Any:
        for each in at_once(documents, work, jobs=jobs):
            if each[0].name == "energy/minister.ar.html":
                if to == "mistake":
                    topic(root).write_text("title: 'never closed\n", "utf-8")
                else:
                    edit(topic(root), "ثالث ما وُجد", to)
            yield each

    with monkeypatch.context() as patch:
        patch.setattr(producing, "crew", crewed(interrupted))
        result = make(root)
    page = outputs(root)["water/minister.ar.html"]
    if to == "mistake":
        assert result.stopped == ("water",)
        assert {each.where.path for each in result.problems if each.severity is Severity.ERROR} == {
            "content/topics/water/ar.yaml"
        }
        assert page == old
    else:
        assert to in page.decode()
        state = decoded((root / "output" / STATE).read_bytes())
        assert state is not None
        assert state.made["water/minister.ar.html"].of == ""
        assert make(root).built == ()


# ------------------------------------------------------------------------------------------------ the log


def test_what_a_killed_build_made_stands_in_the_log(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(documents: Any, work: Any, *, jobs: int) -> Any:
        for number, each in enumerate(at_once(documents, work, jobs=jobs)):
            if number == 3:
                raise KeyboardInterrupt
            yield each

    with monkeypatch.context() as patch:
        patch.setattr(producing, "crew", crewed(killed))
        with pytest.raises(KeyboardInterrupt):
            make(root)
    log = root / "output" / LOG
    assert not (root / "output" / STATE).exists()
    whole = log.read_bytes()
    log.write_bytes(whole[:-20])  # the last line is torn
    result = make(root)
    assert len(result.fresh) == 2
    assert len(result.built) == 2
    assert not log.exists()
    state = decoded((root / "output" / STATE).read_bytes())
    assert state is not None
    assert set(state.made) == set(outputs(root))


@pytest.mark.parametrize(
    "path", ["mujaz.yaml", "content/audiences/public.yaml"], ids=["of the house", "of an audience"]
)
def test_a_comment_in_what_all_topics_stand_on_makes_nobody_read_them(root: Path, read: list[str], path: str) -> None:
    make(root)
    read.clear()
    file = root / path
    file.write_text(f"# a word\n{file.read_text('utf-8')}", "utf-8")
    assert len(make(root).fresh) == 4
    assert read == []


def test_a_chart_whose_figures_have_a_hidden_name_is_made_again_when_they_change(root: Path) -> None:
    told = topic_data("موضوع water")
    told["blocks"].append(
        {
            "kind": "figure",
            "title": "رسم",
            "chart": "bar",
            "caption": "التجارة",
            "alt": "أعمدة",
            "unit": "مليار",
            "data": ".trade.csv",
        }
    )
    write(topic(root), told)
    figures = topic(root).parent / "data" / ".trade.csv"
    figures.parent.mkdir()
    figures.write_text("السنة,التجارة\n2020,12\n2021,15\n", "utf-8")
    first = make(root)
    assert first.failed == ()
    figures.write_text("السنة,التجارة\n2020,12\n2021,19\n", "utf-8")
    assert {each.target.topic for each in make(root).built} == {"water"}


def test_a_memory_that_lacks_a_part_is_none(root: Path, read: list[str]) -> None:
    make(root)
    path = root / MEMORY
    data = json.loads(path.read_text("utf-8"))
    data["topics"]["water"]["kept"] = {}
    path.write_text(json.dumps(data), "utf-8")
    read.clear()
    assert make(root).built == ()
    assert set(read) == {"water", "energy"}
    assert json.loads(path.read_text("utf-8"))["topics"]["water"]["kept"] != {}


def test_a_file_that_someone_put_there_is_looked_through_whatever_is_asked_for(root: Path) -> None:
    told = topic_data("موضوع water")
    told["blocks"][1]["points"][1].pop("never")
    write(topic(root), told)
    make(root)
    old = (root / "output" / "water" / "public.ar.html").read_bytes()
    assert HIDDEN.encode() in old
    write(topic(root), topic_data("موضوع water"))
    make(root)
    path = root / "output" / "water" / "public.ar.html"
    path.write_bytes(old)
    result = make(root, audiences=frozenset({"minister"}))
    assert not path.exists()
    assert [each.rule for each in result.problems] == ["leak-withdrawn"]
