"""Editions: what two of them differ in, which number one has, and an archive that is whole, silent and lasting."""

from __future__ import annotations

import datetime
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from itertools import pairwise, permutations
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import chance
from mujaz import produce as producing
from mujaz import records, settling, stamps
from mujaz.archive import MEMORY
from mujaz.build import Result, build, clean
from mujaz.changes import Clerk, told
from mujaz.cli import main
from mujaz.console import WELL, WRONG_USE
from mujaz.editions import differences, expired, number, printable
from mujaz.labels import labels_of
from mujaz.lock import decode
from mujaz.model.content import Library
from mujaz.model.document import Document, Made, Medium, Output
from mujaz.model.edition import Change, Chapter, Edition, Keeping, Piece, Since, Told
from mujaz.plan import Request
from mujaz.press import press
from mujaz.publish import STATE, Shelf
from mujaz.stacks import Stacks
from mujaz.workers import Failure
from workspace import (
    AUDIENCES,
    HIDDEN,
    advice,
    at_once,
    crewed,
    entry,
    house,
    lay,
    outputs,
    point,
    reader,
    templates,
    topic_data,
    write,
)
from workspace import told as briefed

LABELS = labels_of(templates(), "ar")
INVERSE = {"added": "removed", "removed": "added"}
WORDS = ("الحدود", "بلغت 12% من التجارة", "بلغت 15% من التجارة", "بلغت ١٥٪ من التجارة", "في 2014 و2016", "")


def piece(name: str, texts: dict[str, str]) -> Piece:
    return Piece(name, None, MappingProxyType(texts))


def saying(*chapters: tuple[str, list[Piece]]) -> Told:
    own = Piece(None, None, MappingProxyType({}))
    return Told("", tuple(Chapter(key, f"نوع {key}", f"رأس {key}", "", (own, *pieces)) for key, pieces in chapters))


@st.composite
def anything(draw: st.DrawFn) -> Told:
    """Sections in any order, each with some of the points and rows that there are, and any of the words."""
    left = draw(st.permutations([f"p{n}" for n in range(6)]))
    chapters = []
    for key in draw(st.lists(st.sampled_from("abcd"), unique=True)):
        pieces = []
        while bool(left) and draw(st.booleans()):
            texts = draw(st.dictionaries(st.sampled_from(["headline", "gist"]), st.sampled_from(WORDS)))
            pieces.append(piece(left.pop(), texts))
        for row in draw(st.lists(st.sampled_from(["2014", "2015", "2016"]), max_size=3)):
            cells = draw(st.lists(st.sampled_from(["12", "١٢", "15"]), min_size=1, max_size=2))
            texts = {str(at): cell for at, cell in enumerate([row, *cells], start=1)}
            pieces.append(Piece(None, row, MappingProxyType(texts)))
        chapters.append((key, pieces))
    return saying(*chapters)


# ------------------------------------------------------------------------------------------------ laws


@given(anything())
def test_nothing_differs_from_itself(one: Told) -> None:
    assert differences(one, one) == ()


@given(chance.topics(), chance.readers())
def test_a_brief_made_twice_differs_in_nothing(topic: Any, audience: Any) -> None:
    first, second = (told(briefed(topic, audience), LABELS) for _ in range(2))
    assert differences(first, second) == ()


@given(anything(), anything())
def test_turned_round_what_was_added_is_removed_and_the_rest_is_of_the_same_kind(one: Told, other: Told) -> None:
    there, back = (Counter(each.kind for each in differences(*pair)) for pair in ((one, other), (other, one)))
    assert there == Counter({INVERSE.get(kind, kind): count for kind, count in back.items()})


@given(chance.topics(), chance.readers(), chance.topics(), chance.readers())
def test_each_change_names_a_point_of_the_edition_that_it_speaks_of(a: Any, b: Any, c: Any, d: Any) -> None:
    one, other = told(briefed(a, b), LABELS), told(briefed(c, d), LABELS)
    was, now = ({p.point for chapter in said.chapters for p in chapter.pieces if p.point} for said in (one, other))
    named = {kind: [] for kind in ("added", "removed", "reworded", "moved", "figure")}  # type: dict[str, list[str]]
    for change in differences(one, other):
        if change.point:
            named[change.kind].append(change.point)
    assert sorted(named["added"]) == sorted(now - was)
    assert sorted(named["removed"]) == sorted(was - now)
    assert {*named["reworded"], *named["moved"], *named["figure"]} <= was & now


@given(st.permutations([f"p{n}" for n in range(7)]))
def test_no_fewer_could_have_moved(order: list[str]) -> None:
    """Left out, the rest stands in the old order; and no larger part of the row does."""
    old = sorted(order)
    changes = differences(*(saying(("a", [piece(each, {}) for each in row])) for row in (old, order)))
    assert {each.kind for each in changes} <= {"moved"}
    moved = {each.point for each in changes}
    rest = [each for each in order if each not in moved]
    assert rest == sorted(rest)
    rising = [0] * len(order)
    for at, each in enumerate(order):
        rising[at] = 1 + max((rising[before] for before in range(at) if order[before] < each), default=0)
    assert len(rest) == max(rising)


@given(anything(), anything())
def test_what_readers_are_told_has_no_word_that_is_gone(one: Told, other: Told) -> None:
    for change in printable(differences(one, other)):
        assert change.before is None or change.kind == "figure"
        if change.kind == "removed":
            assert (change.point, change.after, change.about) == (None, None, "")


@given(anything(), anything())
def test_what_was_told_comes_back_from_its_file(one: Told, other: Told) -> None:
    assert records.told(records.of_told(one)) == one
    changes = printable(differences(one, other))
    day = datetime.date(2026, 1, 3)
    edition = Edition("t", "a", "ar", 3, day, "عنوان", "d", MappingProxyType({"a.ar.pdf": "x"}), changes, 2, (1, day))
    assert records.edition(records.of_edition(edition)) == edition


# ------------------------------------------------------------------------------------------------ cases


def changed(old: list[dict[str, Any]], new: list[dict[str, Any]], **reading: Any) -> list[tuple[str, str | None, str]]:
    one, other = (told(briefed(entry(blocks), reader(**reading)), LABELS) for blocks in (old, new))
    return [(each.kind, each.point, each.about) for each in differences(one, other)]


def findings(*points: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"kind": "findings", "points": list(points), **fields}


def test_other_numbers_in_the_same_sentence_are_figures() -> None:
    old, new = (findings(point("a", gist=f"بلغت الحصة {share} عام {year}")) for share, year in (("12%", 1), ("15%", 1)))
    one, other = (told(briefed(entry([each])), LABELS) for each in (old, new))
    assert differences(one, other) == (Change("figure", "النتائج", "a", "١٢٪", "١٥٪", "عنوان a"),)


def test_the_digits_of_a_reader_and_the_notes_of_a_text_are_no_change() -> None:
    cited = [findings(point("a", gist="قول [@hamid، ص 3] عن 12"))]
    one = told(briefed(entry(cited), reader(digits="western")), LABELS)
    other = told(briefed(entry(cited), reader(digits="arabic-indic")), LABELS)
    assert differences(one, other) == ()
    before = [{"kind": "summary", "headline": "قبل [@saeedi]"}, *cited]
    after = [{"kind": "summary", "headline": "قبل"}, *cited]
    assert changed(before, after) == [("removed", None, "")]  # the source, not the number of the other note


def test_a_sentence_that_is_another_is_reworded_and_says_so_once() -> None:
    old, new = [findings(point("a", gist="أول", detail="ثانٍ"))], [findings(point("a", gist="آخر", detail="غيره"))]
    assert changed(old, new) == [("reworded", "a", "عنوان a")]


def test_a_text_without_a_point_is_found_by_its_section() -> None:
    old, new = ([{"kind": "summary", "headline": each}] for each in ("الأول", "الثاني"))
    assert changed(old, new) == [("reworded", None, "الثاني")]
    assert changed(old, [*old, findings(point("a"))]) == [("added", "a", "عنوان a")]
    assert changed([*old, findings(point("a"))], old) == [("removed", "a", "")]


def test_a_point_that_stands_in_another_section_has_moved() -> None:
    old = [findings(point("a"), point("b")), {"kind": "background", "points": [point("c")]}]
    new = [findings(point("a")), {"kind": "background", "points": [point("b"), point("c")]}]
    assert changed(old, new) == [("moved", "b", "عنوان b")]


def test_a_section_that_stands_elsewhere_has_moved_and_not_each_of_its_points() -> None:
    blocks = [{"kind": "summary", "headline": "خلاصة"}, findings(point("a"), point("b"))]
    third = {"kind": "background", "points": [point("c"), point("d")]}
    assert changed([*blocks, third], [third, *blocks]) == [("moved", None, "خلفية الموضوع")]


def table(*rows: list[str], columns: tuple[str, ...] = ("السنة", "الحجم")) -> dict[str, Any]:
    return {"kind": "table", "caption": "التجارة", "columns": list(columns), "rows": list(rows)}


def test_a_cell_of_a_table_is_a_figure_named_by_its_row_and_column() -> None:
    one, other = (told(briefed(entry([table(["2014", "3"], ["2015", last])])), LABELS) for last in ("12", "14"))
    assert differences(one, other) == (Change("figure", "التجارة", None, "١٢", "١٤", "٢٠١٥ · الحجم"),)


def test_rows_come_go_and_move_and_a_table_with_another_column_is_another() -> None:
    assert changed([table(["أ", "1"])], [table(["أ", "1"], ["ب", "2"])]) == [("added", None, "ب")]
    assert changed([table(["أ", "1"], ["ب", "2"])], [table(["ب", "2"])]) == [("removed", None, "")]
    rows = [["أ", "1"], ["ب", "2"], ["ج", "3"]]
    assert changed([table(*rows)], [table(rows[2], *rows[:2])]) == [("moved", None, "ج")]
    wider = table(["أ", "1", "x"], columns=("السنة", "الحجم", "الجهة"))
    assert [kind for kind, *_ in changed([table(["أ", "1"])], [wider])] == ["reworded", "reworded"]


def test_the_figures_of_a_chart_are_compared_like_those_of_a_table() -> None:
    chart = {"kind": "figure", "chart": "bar", "caption": "التجارة", "alt": "ترتفع"}
    old, new = ({**chart, "data": {"columns": ["السنة", "الحجم"], "rows": [["2014", each]]}} for each in ("3", "4"))
    one, other = (told(briefed(entry([each])), LABELS) for each in (old, new))
    assert differences(one, other) == (Change("figure", "التجارة", None, "٣", "٤", "٢٠١٤ · الحجم"),)


# ------------------------------------------------------------------------------------------------ in words


@pytest.mark.parametrize("language", ["ar", "ckb", "fa", "en"])
def test_each_language_has_words_for_every_change(language: str) -> None:
    kinds = ("added", "removed", "reworded", "moved", "figure")
    changes = tuple(
        Change(kind, f"s{at}", None, "1" if kind == "figure" else None, "2", f"n{at}{kind}")  # type: ignore[arg-type]
        for at in range(5)
        for kind in kinds
    )
    clerk = Clerk(Library(house(), MappingProxyType({"reader": reader()})), templates())
    brief = briefed(entry([{"kind": "summary", "headline": "x"}], language=language))
    shown = clerk.shown(brief, Since(12, datetime.date(2026, 1, 3), changes))
    assert len(shown.lines) == 7
    assert shown.more
    assert [each.kind for each in shown.lines[:5]] == ["figure"] * 5
    assert "2026" in shown.title.translate(str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789"))
    assert not [each for each in shown.words if "{" in each]


def test_the_names_on_one_line_are_few_and_the_others_counted() -> None:
    changes = tuple(Change("added", "النتائج", f"p{n}", None, "x", f"نقطة {n}") for n in range(5))
    clerk = Clerk(Library(house(), MappingProxyType({"reader": reader()})), templates())
    shown = clerk.shown(briefed(entry([findings(point("a"))])), Since(1, datetime.date(2026, 1, 3), changes))
    assert shown.words[1:] == ("جديد (النتائج): نقطة 0؛ نقطة 1؛ نقطة 2؛ وبندان آخران",)


# ------------------------------------------------------------------------------------------------ numbers


def made(brief: str, edition: int) -> Made:
    return Made(MappingProxyType({"brief": brief}), "sha", None, edition)


@given(st.lists(st.sampled_from(["a", "b", "c"]), min_size=1))
def test_an_edition_grows_by_one_exactly_when_the_brief_changes(briefs: list[str]) -> None:
    files: list[Made] = []
    numbers = []
    for brief in briefs:
        files = [made(brief, number(brief, {}, files))]
        numbers.append(files[0].edition)
    assert numbers[0] == 1
    steps = [later - earlier for earlier, later in pairwise(numbers)]
    assert steps == [int(one != other) for one, other in pairwise(briefs)]


@given(st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), st.booleans(), st.booleans()), min_size=1))
def test_no_number_is_given_twice_whatever_is_lost(steps: list[tuple[str, bool, bool]]) -> None:
    """Neither where the state is gone, nor where a build was killed before it archived."""
    archive: dict[int, str] = {}
    files: list[Made] = []
    given_: dict[int, str] = {}
    for brief, lost, killed in steps:
        if lost and (not files or archive.get(files[0].edition)):
            files = []
        found = number(brief, archive, files)
        assert given_.setdefault(found, brief) == brief
        assert found == max(given_)
        files = [made(brief, found)]
        if not killed:
            archive[found] = brief


def test_paper_and_screen_of_a_brief_are_one_edition_also_when_they_are_made_apart() -> None:
    paper, screen = made("b3", 3), made("b1", 1)
    assert number("b3", {}, [paper, screen]) == 3
    assert number("b4", {}, [paper, screen]) == 4
    assert number("b1", {3: "b3"}, [paper, screen]) == 4  # told again after something else: another edition


@pytest.mark.parametrize("order", list(permutations((1, 2, 3))))
def test_old_editions_go_by_count_and_by_age_and_the_newest_never(order: tuple[int, ...]) -> None:
    days = {each: datetime.date(2026, each, 1) for each in order}
    assert expired(days, Keeping(), datetime.date(2030, 1, 1)) == ()
    assert expired(days, Keeping.model_validate({"keep": 1}), None) == (1, 2)
    old = Keeping.model_validate({"keep-days": 40})
    assert expired(days, old, datetime.date(2026, 3, 13)) == ()
    assert expired(days, old, datetime.date(2026, 3, 14)) == (1,)  # since the second came
    assert expired(days, old, datetime.date(2036, 1, 1)) == (1, 2)


# ------------------------------------------------------------------------------------------------ the archive

DAY = datetime.date(2026, 1, 1)
TELLING = {name: {**each, "changes": True} for name, each in AUDIENCES.items()}


def as_pages(documents: list[Document], _work: Any, *, jobs: int) -> Any:
    """In place of the workers: pages as they were composed, without a proof."""
    assert jobs
    yield from ((document, Output(document.html.encode(), 1)) for document in documents)


BOTH = {**TELLING, "minister": {**TELLING["minister"], "formats": ["pdf", "html"]}}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(producing, "crew", crewed(at_once))
    return lay(tmp_path / "desk", audiences=TELLING)


def publish(root: Path, day: int = 0, **asked: Any) -> Result:
    return build(root, Request(**asked, today=DAY + datetime.timedelta(days=day)), jobs=1, tell=lambda _: None)


def edit(root: Path, old: str, new: str) -> None:
    path = root / "content" / "topics" / "water" / "ar.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def archived(root: Path) -> dict[str, bytes]:
    folder = root / "output" / "editions"
    return {each.relative_to(folder).as_posix(): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def record(root: Path, number: int, audience: str = "minister") -> Edition:
    found = Stacks(Shelf(root / "output")).edition(("water", audience, "ar"), number)
    assert found is not None
    return found


def numbers(root: Path, audience: str = "minister") -> tuple[int, ...]:
    return Stacks(Shelf(root / "output")).numbers(("water", audience, "ar"))


def page(root: Path, audience: str = "minister") -> str:
    return (root / "output" / "water" / f"{audience}.ar.html").read_text("utf-8")


def test_the_archive_holds_the_files_as_they_were_published(root: Path) -> None:
    publish(root)
    first = outputs(root)
    edit(root, "أول ما وُجد", "أول ما تبيّن")
    publish(root, 1)
    held = archived(root)
    for name, data in first.items():
        topic, _, file = name.partition("/")
        assert held[f"{topic}/{file.removesuffix('.html')}/1/{file}"] == data
    assert held["water/minister.ar/2/minister.ar.html"] == outputs(root)["water/minister.ar.html"]
    assert (record(root, 1).day, record(root, 2).day) == (DAY, DAY + datetime.timedelta(days=1))
    assert record(root, 2).since == (1, DAY)


def test_a_brief_that_did_not_change_keeps_its_edition_its_day_and_its_bytes(root: Path) -> None:
    publish(root)
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in files(root)}
    result = publish(root, 5)
    assert result.built == ()
    assert {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in files(root)} == before
    publish(root, 5, force=True)
    assert numbers(root) == (1,)
    assert {path: path.read_bytes() for path in files(root)} == {path: data for path, (_, data) in before.items()}


def files(root: Path) -> list[Path]:
    return [each for each in sorted((root / "output").rglob("*")) if each.is_file() and each.name != "busy"]


def test_two_clean_builds_of_a_day_give_the_same_archive_and_feeds(root: Path) -> None:
    publish(root)
    first = {path.relative_to(root): path.read_bytes() for path in files(root)}
    shutil.rmtree(root / "output")
    publish(root)
    assert {path.relative_to(root): path.read_bytes() for path in files(root)} == first


def test_what_changed_is_told_where_the_audience_wants_it(root: Path) -> None:
    write(root / "content" / "audiences" / "public.yaml", AUDIENCES["public"])
    publish(root)
    assert 'class="changes"' not in page(root)
    edit(root, "أول ما وُجد", "أول ما تبيّن")
    result = publish(root, 1)
    assert "ما تغيّر منذ الإصدار ١ (١ كانون الثاني ٢٠٢٦)" in page(root)
    assert '<a href="#first">أول ما تبيّن</a>' in page(root)
    assert 'class="changes"' not in page(root, "public")
    assert {each.because for each in result.built} == {("brief", "changes"), ("brief",)}


def test_a_template_or_the_wish_to_be_told_makes_files_anew_and_no_edition(root: Path) -> None:
    write(root / "content" / "audiences" / "minister.yaml", AUDIENCES["minister"])
    publish(root)
    edit(root, "أول ما وُجد", "أول ما تبيّن")
    publish(root, 1)
    before = archived(root)
    write(root / "content" / "audiences" / "minister.yaml", TELLING["minister"])
    (each,) = publish(root, 2).built
    assert (each.because, each.edition) == (("changes",), 2)
    assert 'class="changes"' in page(root)
    (root / "templates" / "css").mkdir(parents=True)
    (root / "templates" / "css" / "house.css").write_text("p { color: #123456; }")
    assert {each.edition for each in publish(root, 3).built} == {2}
    assert archived(root) == before


@pytest.mark.parametrize("lost", ["gone", "damaged"])
def test_numbers_come_from_the_archive_where_the_state_is_lost(root: Path, lost: str) -> None:
    publish(root)
    edit(root, "أول ما وُجد", "أول ما تبيّن")
    publish(root, 1)
    before, pages = archived(root), outputs(root)
    state = root / "output" / STATE
    state.unlink() if lost == "gone" else state.write_text("{")
    assert {each.edition for each in publish(root, 2).built} == {2}
    assert (archived(root), outputs(root)) == (before, pages)
    state.unlink()
    edit(root, "أول ما تبيّن", "أول ما ظهر")
    publish(root, 3)
    assert record(root, 3).since == (2, DAY + datetime.timedelta(days=1))


def test_an_archive_restored_into_an_empty_output_goes_on_counting(root: Path, tmp_path: Path) -> None:
    publish(root)
    edit(root, "أول ما وُجد", "أول ما تبيّن")
    publish(root, 1)
    shutil.copytree(root / "output" / "editions", tmp_path / "backup")
    before = archived(root)
    shutil.rmtree(root / "output")
    shutil.copytree(tmp_path / "backup", root / "output" / "editions")
    assert {each.edition for each in publish(root, 7).built} == {2}
    assert archived(root) == before


def test_what_is_told_again_after_something_else_is_another_edition(root: Path) -> None:
    publish(root)
    edit(root, "أول ما وُجد", "غيره")
    publish(root, 1)
    edit(root, "غيره", "أول ما وُجد")
    publish(root, 2)
    assert numbers(root) == (1, 2, 3)
    assert record(root, 1).brief == record(root, 3).brief


def test_a_build_that_was_killed_before_it_archived_is_finished_by_the_next(root: Path) -> None:
    publish(root)
    memory_now = (root / "output" / MEMORY).read_bytes()
    edit(root, "أول ما وُجد", "أول ما تبيّن")
    publish(root, 1)
    whole = archived(root)
    memory_then = (root / "output" / MEMORY).read_bytes()
    for kept in (2, 1, 0):  # of the files, in the order in which they are written
        for memory in (memory_now, memory_then):
            for name in ("told.json", "minister.ar.html", "edition.json")[kept:]:
                (root / "output/editions/water/minister.ar/2" / name).unlink()
            (root / "output" / MEMORY).write_bytes(memory)
            result = publish(root, 1)
            assert (result.built, result.problems) == ((), ())
            assert archived(root) == whole
    shutil.rmtree(root / "output" / "editions")
    publish(root, 1)
    assert numbers(root) == (2,)


def test_the_web_page_of_an_edition_joins_its_pages_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(producing, "crew", crewed(as_pages))
    root = lay(tmp_path / "desk", audiences=BOTH)
    publish(root, media=frozenset({Medium.PRINT}))
    assert set(record(root, 1).files) == {"minister.ar.pdf"}
    publish(root, 1)
    assert set(record(root, 1).files) == {"minister.ar.pdf", "minister.ar.html"}
    assert record(root, 1).day == DAY
    assert numbers(root) == (1,)


def test_no_half_of_an_edition_is_published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(producing, "crew", crewed(as_pages))
    root = lay(tmp_path / "desk", audiences=BOTH)
    publish(root)
    before = (outputs(root), archived(root))
    edit(root, "شرح أول ما وُجد", "شرح ما تبيّن")

    def papers_fail(documents: list[Document], work: Any, *, jobs: int) -> Any:
        for document, output in as_pages(documents, work, jobs=jobs):
            yield document, output if document.medium is Medium.SCREEN else Failure("export-died", "9")

    monkeypatch.setattr(producing, "crew", crewed(papers_fail))
    result = publish(root, 1)
    assert (result.built, {each.medium for each in result.failed}) == ((), {Medium.PRINT, Medium.SCREEN})
    assert sorted(each.rule for each in result.problems) == ["edition-half", "export-died"]
    assert (outputs(root), archived(root)) == before
    monkeypatch.setattr(producing, "crew", crewed(as_pages))
    assert {each.edition for each in publish(root, 2).built} == {2}
    assert set(record(root, 2).files) == {"minister.ar.pdf", "minister.ar.html"}


def test_old_editions_go_where_the_house_says_so_and_numbers_go_on(root: Path) -> None:
    write(root / "mujaz.yaml", {"organisation": "المؤسسة", "editions": {"keep": 2}})
    for day, (old, new) in enumerate(pairwise(("شرح أول ما وُجد", "قول أول", "قول ثان", "قول ثالث", "قول رابع"))):
        publish(root, day)
        edit(root, old, new)
    publish(root, 5)
    assert numbers(root) == (4, 5)
    write(root / "mujaz.yaml", {"organisation": "المؤسسة", "editions": {"keep": 1}})
    removed, problems = clean(root, DAY)
    assert (removed, problems) == (["editions/water/minister.ar/4"], ())
    shutil.rmtree(root / "output" / ".mujaz")
    edit(root, "قول رابع", "قول خامس")
    publish(root, 9)
    assert numbers(root) == (6,)


def test_what_changed_takes_no_room_from_what_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where pages are promised, they tell it if they can; the web page does in any case, and both stay as they are."""

    def full(documents: list[Document], _work: Any, *, jobs: int) -> Any:
        assert jobs
        for document in documents:
            yield document, Output(document.html.encode(), 1 + ('class="changes"' in document.html) * room)

    room = 1
    monkeypatch.setattr(producing, "crew", crewed(full))
    promised = {**BOTH["minister"], "pages": 1, "gives-way": ["findings"]}
    root = lay(tmp_path / "desk", audiences={**BOTH, "minister": promised})
    publish(root)
    edit(root, "شرح أول ما وُجد", "شرح ما تبيّن")
    assert {each.edition for each in publish(root, 1).built} == {2}
    paper = (root / "output/water/minister.ar.pdf").read_bytes()
    assert b'class="changes"' not in paper
    assert "شرح ما تبيّن" in paper.decode()
    assert 'class="changes"' in page(root)
    assert publish(root, 2).built == ()
    publish(root, 3, force=True)
    assert (root / "output/water/minister.ar.pdf").read_bytes() == paper
    room = 0
    edit(root, "شرح ما تبيّن", "شرح أخير")
    publish(root, 4)
    assert b'class="changes"' in (root / "output/water/minister.ar.pdf").read_bytes()
    shown = (root / "output/water/minister.ar.pdf").read_bytes()
    publish(root, 5, force=True)
    assert (root / "output/water/minister.ar.pdf").read_bytes() == shown


@pytest.mark.parametrize("one", list(Medium)[:2])
def test_what_is_told_again_after_one_medium_told_otherwise_is_one_edition_in_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, one: Medium
) -> None:
    """The other medium was never made otherwise, and yet its edition is not the newest any more."""
    monkeypatch.setattr(producing, "crew", crewed(as_pages))
    silent = {name: {**reader, "changes": False} for name, reader in BOTH.items()}
    root = lay(tmp_path / "desk", audiences=silent)
    publish(root)
    edit(root, "شرح أول ما وُجد", "شرح ما تبيّن")
    publish(root, 1, media=frozenset({one}))
    edit(root, "شرح ما تبيّن", "شرح أول ما وُجد")
    publish(root, 2)
    assert numbers(root) == (1, 2, 3)
    assert set(record(root, 3).files) == {"minister.ar.pdf", "minister.ar.html"}
    state = decode((root / "output" / STATE).read_bytes(), None)
    assert state is not None
    assert {made.edition for name, made in state.made.items() if "minister" in name} == {3}
    assert publish(root, 3).built == ()


def test_a_template_that_cannot_tell_what_changed_is_told_and_costs_the_edition(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages that fit without what changed are laid out once more with it: that a template fails there is no want of
    room."""
    monkeypatch.setattr(producing, "crew", crewed(as_pages))
    root = lay(tmp_path / "desk", audiences={**BOTH, "minister": {**BOTH["minister"], "pages": 1}})
    publish(root)
    before = outputs(root)
    place = root / "templates" / "css" / "house.css"
    place.parent.mkdir(parents=True)
    place.write_text("{% if print and changes %}{{ nothing.at.all }}{% endif %}", "utf-8")
    edit(root, "شرح أول ما وُجد", "شرح ما تبيّن")
    result = publish(root, 1)
    assert {each.target.audience for each in result.built} == {"public"}
    told_of = {(each.rule, each.where.path) for each in result.problems}
    assert ("template-wrong", "templates/css/house.css") in told_of
    assert {name: data for name, data in outputs(root).items() if "minister" in name} == {
        name: data for name, data in before.items() if "minister" in name
    }
    alone = crewed(as_pages)
    monkeypatch.setattr(
        settling, "run", lambda pieces, work, *, jobs, limits: alone(jobs=jobs, limits=limits)(pieces, work)
    )
    pressed = press(root, "water/minister.ar.pdf", cmyk=False, booklet=None)
    assert (pressed.files, [each.rule for each in pressed.problems]) == ((), ["template-wrong"])


def test_what_a_deeper_telling_adds_is_no_change() -> None:
    blocks = [findings(point("a", gist="خلاصة", detail="تفصيل"))]
    one, other = (told(briefed(entry(blocks), reader(depth=depth)), LABELS) for depth in ("headline", "detail"))
    assert differences(one, other) == ()
    longer = [findings(point("a", gist="خلاصة", detail="تفصيل آخر"))]
    assert changed(blocks, longer) == [("reworded", "a", "عنوان a")]
    assert changed([findings(point("a"))], blocks) == [("reworded", "a", "عنوان a")]


# ------------------------------------------------------------------------------------------------ secrets

KEPT = "اتفاق سري مع شركة الحفر على تأجيل السداد"


def test_what_is_kept_now_was_removed_and_none_of_its_words_stay(root: Path) -> None:
    """In the page, the archive, its records and the feeds of those whom it is kept from; others keep theirs."""
    path = root / "content" / "topics" / "water" / "ar.yaml"
    data = topic_data("موضوع water")
    points = data["blocks"][1]["points"]
    points[0] |= {"id": "hidden-deal", "headline": KEPT}
    data["blocks"].append({"kind": "recommendations", "points": [advice("reply", answers=["hidden-deal"])]})
    write(path, data)
    publish(root)
    assert KEPT in (root / "output/editions/water/public.ar/1/told.json").read_text("utf-8")
    points[0]["never"] = ["public"]
    write(path, data)
    result = publish(root, 1)
    assert {each.rule for each in result.problems} == {"leak-withdrawn"}
    told_ = {path: path.read_text("utf-8", "ignore") for path in files(root) if "minister" not in path.as_posix()}
    assert [path for path, text in told_.items() if KEPT in text or "hidden-deal" in text] == []
    assert "محذوف</b> (النتائج): بند واحد" in page(root, "public")
    assert record(root, 2, "public").words[1:] == ("محذوف (النتائج): بند واحد",)
    old = record(root, 1, "public")
    assert (old.withdrawn, old.number, old.day, set(old.files)) == (True, 1, DAY, {"public.ar.html"})
    assert not (root / "output/editions/water/public.ar/1/public.ar.html").exists()
    assert (root / "output/editions/water/minister.ar/1/minister.ar.html").exists()


def test_a_point_that_is_worded_otherwise_for_others_is_reworded_in_the_new_words(root: Path) -> None:
    path = root / "content" / "topics" / "water" / "ar.yaml"
    data = topic_data("موضوع water")
    point_ = data["blocks"][1]["points"][0]
    point_["headline"] = KEPT
    write(path, data)
    publish(root)
    point_["headline"] = {"default": KEPT, "public": "للناس كلام آخر"}
    write(path, data)
    publish(root, 1)
    assert record(root, 2, "public").words[1:] == ("صياغة جديدة (النتائج): للناس كلام آخر",)
    assert KEPT not in page(root, "public")


def test_old_editions_are_looked_through_once_for_each_thing_that_is_kept(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(root)
    edit(root, "أول ما وُجد", "أول ما تبيّن")
    publish(root, 1)
    read: list[str] = []
    real = Shelf.read

    def noted(shelf: Shelf, name: str) -> bytes | None:
        read.append(name)
        return real(shelf, name)

    monkeypatch.setattr(Shelf, "read", noted)
    publish(root, 2)
    assert [name for name in read if name.startswith("editions/") and not name.endswith("edition.json")] == []
    read.clear()
    (root / "output" / MEMORY).unlink()
    publish(root, 2)
    assert [name for name in read if name.startswith("editions/") and name.endswith(".html")] != []


def test_a_section_that_is_gone_is_called_by_its_kind_and_not_by_its_own_name(root: Path) -> None:
    path = root / "content" / "topics" / "water" / "ar.yaml"
    data = topic_data("موضوع water")
    data["blocks"].append({"kind": "background", "title": "ما جرى خلف الأبواب المغلقة", "points": [point("past")]})
    write(path, data)
    publish(root)
    data["blocks"][2]["never"] = ["minister"]
    write(path, data)
    publish(root, 1)
    assert record(root, 2).words[1:] == ("محذوف (خلفية الموضوع): بند واحد",)


def test_what_others_are_told_is_no_change_for_those_who_are_not(root: Path) -> None:
    publish(root)
    edit(root, HIDDEN, "كلمة أخرى لا تقال للناس")
    publish(root, 1)
    assert numbers(root, "public") == (1,)
    assert [each.point for each in record(root, 2).changes] == ["secret"]


# ------------------------------------------------------------------------------------------------ killed builds

VICTIM = """
import datetime, sys, time
from pathlib import Path
from mujaz import build, produce, publish
from mujaz.plan import Request
from workspace import at_once, crewed

real = publish.Shelf.write

def slowly(shelf, name, data):
    time.sleep(0.002)
    real(shelf, name, data)

produce.crew = crewed(at_once)
publish.Shelf.write = slowly
print("ready", flush=True)
build.build(Path(sys.argv[1]), Request(today=datetime.date(2026, 1, 2)), jobs=1, tell=lambda step: None)
"""


def test_killed_builds_lose_no_edition_and_give_no_number_twice(root: Path, tmp_path: Path) -> None:
    """Wherever the last of them was caught, the next one leaves the archive as if none had been killed."""
    publish(root)
    shutil.copytree(root / "output", tmp_path / "old")
    edit(root, "أول ما وُجد", "أول ما تبيّن")
    publish(root, 1)
    whole = {path.relative_to(root): path.read_bytes() for path in files(root)}
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    for step in range(8):
        shutil.rmtree(root / "output")
        shutil.copytree(tmp_path / "old", root / "output")
        victim = subprocess.Popen(
            [sys.executable, "-c", VICTIM, str(root)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
        )
        assert victim.stdout is not None
        assert victim.stdout.readline() == b"ready\n"
        time.sleep(0.03 * step)
        victim.send_signal(signal.SIGKILL)
        victim.communicate()
        result = publish(root, 1)
        assert (result.failed, result.problems) == ((), ())
        assert {path.relative_to(root): path.read_bytes() for path in files(root)} == whole


# ------------------------------------------------------------------------------------------------ the disk


def test_a_disk_that_is_full_is_told_and_the_next_build_goes_on(root: Path) -> None:
    real = Shelf.write

    def full(shelf: Shelf, name: str, data: bytes) -> None:
        if name.startswith("editions/") and name.endswith("edition.json"):
            raise OSError(28, os.strerror(28))
        real(shelf, name, data)

    with pytest.MonkeyPatch.context() as broken:
        broken.setattr(Shelf, "write", full)
        result = publish(root)
    assert {each.rule for each in result.problems} == {"output-unwritable"}
    assert len(result.built) == 2
    again = publish(root, 1)
    assert (again.built, again.problems) == ((), ())
    assert record(root, 1).number == 1


def test_no_link_leads_the_archive_out(root: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (root / "output").mkdir()
    (root / "output" / "editions").symlink_to(tmp_path / "elsewhere")
    result = publish(root)
    assert {each.rule for each in result.problems} == {"output-is-link"}
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("damage", ["{", '{"format": 1}', '{"format": 9}', "\x00", '{"format": 1, "sections": 3}'])
@pytest.mark.parametrize("name", ["edition.json", "told.json", "../../../../.mujaz/editions.json"])
def test_a_damaged_archive_stops_nothing(root: Path, damage: str, name: str) -> None:
    publish(root)
    (root / "output/editions/water/minister.ar/1" / name).write_text(damage, "utf-8")
    edit(root, "أول ما وُجد", "أول ما تبيّن")
    result = publish(root, 1)
    assert (result.problems, {each.edition for each in result.built}) == ((), {2})
    assert 2 in numbers(root)


# ------------------------------------------------------------------------------------------------ mujaz editions


def test_editions_are_listed_and_compared(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    publish(root)
    edit(root, "شرح أول ما وُجد", "بلغت الحصة 12% من التجارة")
    publish(root, 1)
    edit(root, "12%", "15%")
    publish(root, 2)
    at = ("-C", str(root), "--messages", "en", "editions")
    assert main([*at, "--audience", "minister"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines] == [
        ["water/minister.ar", "1", "2026-01-01", "html"],
        ["water/minister.ar", "2", "2026-01-02", "html,", "reworded:", "1"],
        ["water/minister.ar", "3", "2026-01-03", "html,", "figures:", "1"],
    ]
    assert main([*at, "water", "--audience", "minister", "--between", "2", "3"]) == 0
    assert "“النتائج”: أول ما وُجد: from ١٢٪ to ١٥٪" in capsys.readouterr().out
    assert main([*at, "water", "--audience", "minister", "--between", "3", "3"]) == 0
    assert "tell the same" in capsys.readouterr().out
    assert main([*at, "--audience", "minister", "--between", "1", "3", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["between"], [each["before"] for each in data["changes"]]) == ([1, 3], ["شرح أول ما وُجد"])
    assert main(["-C", str(root), "--messages", "ar", "editions", "--audience", "minister", "--between", "1", "2"]) == 0
    assert "كان: شرح أول ما وُجد" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        (("nothing",), "edition-none"),
        (("--audience", "publik"), "edition-none"),
        (("--between", "1", "2"), "edition-which"),
        (("--audience", "public", "--between", "1", "2"), "edition-unknown"),
    ],
)
def test_a_call_that_names_nothing_is_refused(
    root: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], rule: str
) -> None:
    publish(root)
    assert main(["-C", str(root), "editions", *arguments, "--json"]) == 2
    (problem,) = json.loads(capsys.readouterr().out)["problems"]
    assert problem["rule"] == rule


def test_an_edition_of_which_nothing_is_known_any_more_cannot_be_compared(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(root)
    edit(root, "أول ما وُجد", "أول ما تبيّن")
    publish(root, 1)
    (root / "output/editions/water/public.ar/1/told.json").unlink()
    assert main(["-C", str(root), "editions", "--audience", "public", "--between", "1", "2", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["problems"][0]["rule"] == "edition-untold"


def test_an_edition_that_was_withdrawn_is_said_to_be_so_and_is_not_compared(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = root / "content" / "topics" / "water" / "ar.yaml"
    data = topic_data("موضوع water")
    points = data["blocks"][1]["points"]
    points[0] |= {"id": "hidden-deal", "headline": KEPT}
    write(path, data)
    publish(root)
    points[0]["never"] = ["public"]
    write(path, data)
    publish(root, 1)
    capsys.readouterr()
    call = ("-C", str(root), "editions", "--audience", "public", "--between")
    for numbers in (("1", "2"), ("2", "1")):
        for language, words in (("en", "Edition 1 of water/public.ar was withdrawn"), ("ar", "سُحب الإصدار 1 من")):
            assert main([*call, *numbers, "--messages", language]) == WRONG_USE
            out = capsys.readouterr().out
            assert "output/editions/water/public.ar/1: " in out
            assert "[edition-withdrawn]" in out
            assert words in out
            assert KEPT not in out
    assert main([*call, "1", "2", "--json"]) == WRONG_USE
    told_ = json.loads(capsys.readouterr().out)
    assert (list(told_), told_["problems"][0]["rule"]) == (["problems"], "edition-withdrawn")


def test_the_day_of_an_edition_may_be_said_from_outside(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert main(["-C", str(root), "build"]) == 0
    assert record(root, 1).day == datetime.date(1970, 1, 2)


@pytest.mark.parametrize("epoch", ["abc", "-1", "1e9", "253402300800", "99999999999999999", " "])
@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_moment_that_is_none_is_told_and_nothing_is_built(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], epoch: str, language: str
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    assert main(["-C", str(root), "build", "--messages", language]) == WRONG_USE
    assert "SOURCE_DATE_EPOCH" in capsys.readouterr().out
    assert not (root / "output").exists()


@pytest.mark.parametrize(
    ("country", "epoch", "day"),
    [("IQ", "1767300000", "2026-01-01"), ("IQ", "1767301300", "2026-01-02"), ("US", "1767250000", "2025-12-31")],
)
def test_an_edition_is_dated_where_the_house_is_wherever_the_machine_stands(
    root: Path, monkeypatch: pytest.MonkeyPatch, country: str, epoch: str, day: str
) -> None:
    write(root / "mujaz.yaml", {"organisation": "المؤسسة", "country": country})
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    assert main(["-C", str(root), "build"]) == WELL
    record = root / "output" / "editions" / "water" / "minister.ar" / "1" / "edition.json"
    assert json.loads(record.read_text("utf-8"))["day"] == day


# ------------------------------------------------------------------------------------------------ behind our back


def keeping(root: Path, *, never: bool, slug: str = "water") -> None:
    """Lay a topic whose first point is told to all, or kept from the public."""
    data = topic_data(f"موضوع {slug}")
    data["blocks"][1]["points"][0] |= {"headline": KEPT, **({"never": ["public"]} if never else {})}
    write(root / "content" / "topics" / slug / "ar.yaml", data)


def telling(root: Path, reader_: str = "public") -> list[str]:
    """What tells the public the words that may be kept from it."""
    output = root / "output"
    return [
        path.relative_to(output).as_posix()
        for path in sorted(output.rglob("*"))
        if reader_ in path.as_posix() and path.is_file() and KEPT in path.read_text("utf-8", "ignore")
    ]


@pytest.mark.parametrize(
    "run",
    [
        lambda root: publish(root, 2).problems,
        lambda root: publish(root, 2, topics=frozenset({"energy"})).problems,
        lambda root: publish(root, 2, force=True).problems,
        lambda root: clean(root, DAY)[1],
    ],
    ids=["whole", "partial", "forced", "clean"],
)
def test_a_backup_laid_over_the_archive_is_looked_through_at_once(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Any
) -> None:
    monkeypatch.setattr(stamps, "DOUBTFUL", 0)  # all that was seen is remembered
    lay(root, ["water", "energy"], TELLING)
    keeping(root, never=False)
    publish(root)
    edit(root, "شرح أول ما وُجد", "شرح أول ما تبيّن")
    publish(root)
    shutil.copytree(root / "output/editions", tmp_path / "backup")
    keeping(root, never=True)
    assert {each.rule for each in publish(root, 1).problems} == {"leak-withdrawn"}
    assert publish(root, 1).problems == ()
    shutil.copytree(tmp_path / "backup", root / "output/editions", dirs_exist_ok=True)
    assert telling(root) != []
    assert {each.rule for each in run(root)} == {"leak-withdrawn"}
    assert telling(root) == []
    assert run(root) == ()


@pytest.mark.parametrize("forgetful", [False, True], ids=["stamps", "no-stamps"])
@pytest.mark.parametrize("name", ["told.json", "edition.json", "public.ar.html"])
def test_words_written_into_an_old_edition_are_found(
    root: Path, monkeypatch: pytest.MonkeyPatch, name: str, *, forgetful: bool
) -> None:
    """In place, so that no folder changes; and where the machine remembers nothing."""
    monkeypatch.setattr(stamps, "DOUBTFUL", 0)
    keeping(root, never=True)
    publish(root)
    edit(root, "شرح أول ما وُجد", "شرح أول ما تبيّن")
    publish(root)
    assert publish(root).problems == ()
    path = root / "output/editions/water/public.ar/1" / name
    said = path.read_text("utf-8")
    path.write_text(said.replace("ثالث ما وُجد" if name == "told.json" else "موضوع water", KEPT), "utf-8")
    if forgetful:
        (root / ".mujaz/memory.json").unlink()
    assert telling(root) != []
    assert {each.rule for each in publish(root).problems} == {"leak-withdrawn"}
    assert telling(root) == []


def test_an_archive_that_lies_as_it_did_is_not_opened(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stamps, "DOUBTFUL", 0)
    publish(root)
    edit(root, "أول ما وُجد", "أول ما تبيّن")
    publish(root)
    opened: list[str] = []
    real = stamps._hashed

    def hashed(path: Any, limit: int | None) -> str | None:
        opened.append(str(path))
        return real(path, limit)

    monkeypatch.setattr(stamps, "_hashed", hashed)
    publish(root)
    assert [path for path in opened if "/editions/" in path and not path.endswith("edition.json")] == []
    os.utime(root / "output/editions/water/minister.ar/1/told.json")
    assert publish(root).problems == ()
    assert [path for path in opened if path.endswith("/1/told.json")] != []


@pytest.mark.parametrize("name", ["edition.json", "told.json"])
@pytest.mark.parametrize("damage", ["", "{", "gone"])
def test_a_damaged_record_of_the_newest_edition_is_written_anew_with_its_day(
    root: Path, name: str, damage: str
) -> None:
    publish(root)
    edit(root, "أول ما وُجد", "أول ما تبيّن")
    publish(root, 1)
    whole = archived(root)
    path = root / "output/editions/water/minister.ar/2" / name
    path.unlink() if damage == "gone" else path.write_text(damage, "utf-8")
    result = publish(root, 7)
    assert (result.built, result.problems) == ((), ())
    assert archived(root) == whole


@pytest.mark.parametrize("damage", [None, b"", b"<html></html>"])
def test_a_file_of_the_newest_edition_that_is_lost_or_damaged_is_put_back(root: Path, damage: bytes | None) -> None:
    publish(root)
    whole = archived(root)
    path = root / "output/editions/water/minister.ar/1/minister.ar.html"
    path.unlink()
    if damage is not None:
        path.write_bytes(damage)
    result = publish(root, 7)
    assert (result.built, result.problems) == ((), ())
    assert archived(root) == whole
    assert publish(root, 7).problems == ()


def test_what_cannot_be_taken_away_is_told_again_until_it_can(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stamps, "DOUBTFUL", 0)
    keeping(root, never=False)
    publish(root)
    keeping(root, never=True)
    real = Shelf.remove

    def refused(shelf: Shelf, name: str) -> bool:
        if name.startswith("editions/"):
            raise PermissionError(name)
        return real(shelf, name)

    with monkeypatch.context() as patch:
        patch.setattr(Shelf, "remove", refused)
        for _ in range(3):
            result = publish(root, 1)
            assert "leak" in {each.rule for each in result.problems}
    assert {each.rule for each in publish(root, 1).problems} == {"leak-withdrawn"}
    assert telling(root) == []


# ------------------------------------------------------------------------------------------------ what is gone


def test_what_a_renamed_topic_keeps_is_taken_out_of_what_lies_under_its_old_name(root: Path) -> None:
    keeping(root, never=False)
    publish(root)
    topics = root / "content" / "topics"
    (topics / "water").rename(topics / "river")
    keeping(root, never=False, slug="river")
    publish(root, 1)
    assert [each for each in telling(root) if "water" in each] != []
    keeping(root, never=True, slug="river")
    result = publish(root, 2)
    assert {each.rule for each in result.problems} == {"leak-withdrawn"}
    assert telling(root) == []
    assert [each for each in telling(root, "minister") if "water" in each] != []
    assert publish(root, 2).problems == ()


def test_an_archive_of_a_topic_that_is_gone_is_guarded_against_backups_too(root: Path, tmp_path: Path) -> None:
    keeping(root, never=False)
    publish(root)
    topics = root / "content" / "topics"
    (topics / "water").rename(topics / "river")
    keeping(root, never=True, slug="river")
    shutil.copytree(root / "output/editions", tmp_path / "backup")
    publish(root, 1)
    assert telling(root) == []
    assert publish(root, 1).problems == ()
    shutil.copytree(tmp_path / "backup", root / "output/editions", dirs_exist_ok=True)
    assert {each.rule for each in publish(root, 1).problems} == {"leak-withdrawn"}
    assert telling(root) == []


def test_nobody_reads_for_an_audience_that_is_gone_what_is_kept_from_anyone(root: Path) -> None:
    keeping(root, never=True)
    publish(root)
    assert telling(root, "minister") != []
    (root / "content" / "audiences" / "minister.yaml").unlink()
    assert {each.rule for each in publish(root, 1).problems} == {"leak-withdrawn"}
    assert telling(root, "minister") == []


@pytest.mark.parametrize("gone", ["topics/water", "audiences/minister.yaml"])
def test_feeds_tell_of_no_topic_and_no_audience_that_is_gone(root: Path, gone: str) -> None:
    lay(root, ["water", "energy"], TELLING)
    publish(root)
    feed = root / "output" / "feed.atom"
    word = "editions/water/" if "topics" in gone else "/minister.ar/"
    assert word in feed.read_text("utf-8")
    path = root / "content" / gone
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    publish(root, 1)
    assert word not in feed.read_text("utf-8")
    assert "editions/energy/public.ar/" in feed.read_text("utf-8")


def test_feeds_go_on_telling_of_a_topic_that_is_only_broken(root: Path) -> None:
    lay(root, ["water", "energy"], TELLING)
    publish(root)
    (root / "content/topics/water/ar.yaml").write_text("title: 1\n", "utf-8")
    publish(root, 1)
    assert "editions/water/" in (root / "output" / "feed.atom").read_text("utf-8")
