"""A page is a page: what yields so that a brief is within its budget, and that no more yields than must."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chance import KINDS, READERS, readers, topics
from mujaz import press, settling
from mujaz import produce as producing
from mujaz.build import Result, build
from mujaz.cli import main
from mujaz.export.engines import versions
from mujaz.fit import Search
from mujaz.jobs import Job
from mujaz.model.content import Audience, Entry
from mujaz.model.document import Document, Medium, Output
from mujaz.model.text import Depth
from mujaz.model.yielded import Yielded
from mujaz.plan import Request
from mujaz.standing import listed, look
from mujaz.tailor import kind_of, ladder, tailor, yielded
from workspace import advice, crewed, entry, lay, point, reader, write

# ------------------------------------------------------------------------------------------------ the search


@given(st.integers(1, 300), st.data())
def test_the_search_finds_the_richest_that_fits_wherever_it_begins(rungs: int, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, rungs), "the first rung that fits; none where it is behind the last")
    search, tried = Search(rungs, data.draw(st.integers(0, rungs + 5), "start")), list[int]()
    while (rung := search.rung) is not None:
        tried.append(rung)
        search = search.tried(fits=rung >= first)
    assert search.answer == (first if first < rungs else None)
    assert len(tried) == len(set(tried)) <= 2 * math.ceil(math.log2(rungs + 1)) + 2


def test_a_search_that_begins_at_its_answer_lays_out_two_rungs_at_most() -> None:
    search = Search(40, 7)
    assert search.rung == 7
    search = search.tried(fits=True)
    assert search.rung == 6
    search = search.tried(fits=False)
    assert (search.rung, search.answer) == (None, 7)


def test_the_richest_that_fits_at_once_is_laid_out_once() -> None:
    search = Search(40).tried(fits=True)
    assert (search.rung, search.answer) == (None, 0)


# ------------------------------------------------------------------------------------------------ the ladder


@st.composite
def yielding(draw: st.DrawFn) -> Audience:
    kinds = draw(st.lists(st.sampled_from(KINDS), unique=True))
    who: Audience = draw(readers())
    return who.model_copy(update={"gives_way": tuple(kinds)})


@given(topics(), yielding(), st.sampled_from(READERS))
def test_each_rung_tells_less_than_the_one_above_and_nothing_else(topic: Entry, who: Audience, name: str) -> None:
    rungs = ladder(tailor(topic, name, who))
    for richer, leaner in pairwise(rungs):
        assert leaner.parts != richer.parts
        above = {id(part.block): part for part in richer.parts}
        kept = [id(part.block) for part in leaner.parts]
        assert [block for block in above if block in kept] == kept, "blocks keep their order"
        for part in leaner.parts:
            one = above[id(part.block)]
            assert part.depth <= one.depth
            ids = [each.id for each in part.points]
            assert [each.id for each in one.points if each.id in ids] == ids, "points keep their order"
            assert bool(part.points) == bool(one.points)
    assert bool(rungs[-1].parts) == bool(rungs[0].parts), "something is always told"


@given(topics(), yielding(), st.sampled_from(READERS))
def test_only_what_may_give_way_yields_and_all_of_it_is_told_of(topic: Entry, who: Audience, name: str) -> None:
    rungs = ladder(tailor(topic, name, who))
    for rung in rungs:
        firm = [part for part in rungs[0].parts if kind_of(part.block) not in who.gives_way]
        assert [part for part in rung.parts if kind_of(part.block) not in who.gives_way] == firm
        told = {id(part.block): part for part in rung.parts}
        changed = [part for part in rungs[0].parts if told.get(id(part.block)) != part]
        facts = yielded(rungs[0], rung)
        assert [each.kind for each in facts] == [kind_of(part.block) for part in changed]
        assert [each.gone for each in facts] == [id(part.block) not in told for part in changed]


@given(topics(), yielding(), st.sampled_from(READERS))
def test_the_last_rung_can_yield_nothing_more(topic: Entry, who: Audience, name: str) -> None:
    last = ladder(tailor(topic, name, who))[-1]
    soft = [part for part in last.parts if kind_of(part.block) in who.gives_way]
    assert len(last.parts) == len(soft) == 1 or not soft or soft == list(last.parts)
    assert all(part.depth is Depth.HEADLINE and len(part.points) < 2 for part in soft)


def sides(positive: int, negative: int) -> Entry:
    blocks: list[dict[str, Any]] = [{"kind": "summary", "headline": "خلاصة"}]
    for side, count in (("positive", positive), ("negative", negative)):
        blocks.append({"kind": "evaluation", "side": side, "points": [point(f"{side}-{n}") for n in range(count)]})
    return entry(blocks)


def test_two_sides_stay_in_balance_and_go_together() -> None:
    rungs = ladder(tailor(sides(3, 4), "x", reader(depth="headline", **{"gives-way": ["evaluation"]})))
    counts = [[len(part.points) for part in rung.parts[1:]] for rung in rungs]
    assert counts == [[3, 4], [3, 3], [3, 2], [2, 2], [2, 1], [1, 1], []]


def test_the_least_urgent_recommendation_goes_first() -> None:
    points = [advice(f"r{n}", priority) for n, priority in enumerate((3, 1, 3, 2))]
    topic = entry([{"kind": "summary", "headline": "خلاصة"}, {"kind": "recommendations", "points": points}])
    rungs = ladder(tailor(topic, "x", reader(depth="headline", **{"gives-way": ["recommendations"]})))
    told = [[each.id for each in rung.parts[-1].points] for rung in rungs[:-1]]
    assert told == [["r0", "r1", "r2", "r3"], ["r0", "r1", "r3"], ["r1", "r3"], ["r1"]]


def test_what_yields_is_told_less_deep_before_it_is_told_in_fewer_points() -> None:
    points = [point("a", gist="شرح", detail="تفصيل"), point("b")]
    blocks: list[dict[str, Any]] = [
        {"kind": "findings", "points": points},
        {"kind": "summary", "headline": "خلاصة"},
    ]
    richest, *_ = rungs = ladder(tailor(entry(blocks), "x", reader(**{"gives-way": ["findings"]})))
    assert [yielded(richest, rung) for rung in rungs] == [
        (),
        (Yielded("findings", "", 2, 2, "gist", gone=False),),
        (Yielded("findings", "", 2, 2, "headline", gone=False),),
        (Yielded("findings", "", 1, 2, "headline", gone=False),),
        (Yielded("findings", "", 0, 2, "", gone=True),),
    ]


# ------------------------------------------------------------------------------------------------ the build

LETTERS = 10
"""What a point costs, in tenths of a page."""
Exports = list[tuple[str, int]]


@pytest.fixture
def exports(monkeypatch: pytest.MonkeyPatch) -> Exports:
    """What was exported: names and pages. A page holds ten points."""
    seen: Exports = []

    def counted(
        documents: Sequence[Document], _: object, *, jobs: int, **_more: object
    ) -> Iterator[tuple[Document, Output]]:
        assert jobs > 0
        for each in documents:
            pages = -(-each.html.count("عنوان-") // LETTERS)
            if each.name != "index.html":
                seen.append((each.name, pages))
            yield each, Output(each.html.encode(), pages if each.medium is Medium.PRINT else None, filled=0.1)

    monkeypatch.setattr(producing, "crew", crewed(counted))
    alone = crewed(counted)
    monkeypatch.setattr(
        settling, "run", lambda pieces, work, *, jobs, limits: alone(jobs=jobs, limits=limits)(pieces, work)
    )
    monkeypatch.setattr(press, "run", counted)
    return seen


def desk(root: Path, *, points: int, budget: int, formats: Sequence[str] = ("pdf", "html"), **fields: Any) -> Path:
    """A workspace of one brief: a finding for each point, by its headline."""
    audience = {
        "label": "الوزير",
        "pages": budget,
        "depth": "headline",
        "notes": "none",
        "formats": list(formats),
        "gives-way": ["findings"],
    }
    lay(root, audiences={"minister": {**audience, **fields}})
    found = [{"id": f"p{n}", "headline": f"عنوان-{n}"} for n in range(points)]
    blocks = [{"kind": "summary", "headline": "خلاصة القول"}, {"kind": "findings", "points": found}]
    write(root / "content/topics/water/ar.yaml", {"title": "الماء", "date": "2025-01-15", "blocks": blocks})
    return root


def make(root: Path, **asked: Any) -> Result:
    return build(root, Request(**asked), jobs=1, tell=lambda _: None)


PDF, HTML = "water/minister.ar.pdf", "water/minister.ar.html"


def shown(root: Path, name: str) -> int:
    return (root / "output" / name).read_text("utf-8").count("عنوان-")


@settings(max_examples=30)
@given(points=st.integers(2, 60), budget=st.integers(1, 5))
def test_what_is_built_is_within_its_budget_and_one_step_richer_is_not(
    points: int, budget: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        exports = exports_of(patch)
        root = desk(tmp_path_factory.mktemp("desk"), points=points, budget=budget)
        result = make(root)
        assert {each.target.name for each in result.built} == {PDF, HTML}
        assert shown(root, PDF) == shown(root, HTML) == min(points, budget * LETTERS)
        assert len(exports) <= 2 * math.log2(points + 2) + 4


def exports_of(patch: pytest.MonkeyPatch) -> Exports:
    return exports.__wrapped__(patch)  # type: ignore[attr-defined,no-any-return] # the fixture's function


def test_what_yielded_is_told_in_words_and_in_json(
    tmp_path: Path, exports: Exports, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(desk(tmp_path, points=14, budget=1))
    monkeypatch.setenv("LC_ALL", "C")
    assert main(["build"]) == 0
    assert "output/water/minister.ar.pdf: to be within its pages, findings: 10 of 14 points" in capsys.readouterr().out
    main(["build", "--force", "--json"])
    fact = {"kind": "findings", "side": None, "points": 10, "of": 14, "depth": None, "left-out": False}
    assert [each["yielded"] for each in json.loads(capsys.readouterr().out)["built"]] == [[fact], [fact]]
    main(["list", "--json"])
    assert [row["yielded"] for row in json.loads(capsys.readouterr().out)["targets"]] == [[fact], [fact]]
    assert exports


def test_a_brief_that_cannot_fit_is_not_published_and_says_the_numbers(tmp_path: Path, exports: Exports) -> None:
    root = desk(tmp_path, points=14, budget=1, **{"gives-way": []})
    result = make(root)
    assert [target.name for target in result.failed] == [HTML, PDF]
    assert [(each.rule, each.facts["found"], each.facts["limit"]) for each in result.problems] == [
        ("pages-rigid", "2", "1")
    ]
    assert not (root / "output" / PDF).exists()
    assert not (root / "output" / HTML).exists()
    assert exports == [(PDF, 2)]


def test_even_the_leanest_may_be_too_long(tmp_path: Path, exports: Exports) -> None:
    root = desk(tmp_path, points=25, budget=1, **{"gives-way": ["summary"]})
    assert [(each.rule, each.facts["found"]) for each in make(root).problems] == [("pages-over", "3")]
    assert len(exports) == 2


def test_an_old_file_stays_when_the_new_one_cannot_fit(tmp_path: Path, exports: Exports) -> None:
    root = desk(tmp_path, points=8, budget=1)
    make(root)
    before = (root / "output" / PDF).read_bytes()
    assert make(desk(root, points=14, budget=1, **{"gives-way": []})).failed
    assert (root / "output" / PDF).read_bytes() == before
    assert exports


def test_a_second_build_exports_nothing_and_an_edit_begins_at_the_last_answer(tmp_path: Path, exports: Exports) -> None:
    root = desk(tmp_path, points=33, budget=2)
    make(root)
    exports.clear()
    assert make(root).built == ()
    assert exports == []
    desk(root, points=34, budget=2)
    assert shown(root, PDF) == 20
    make(root)
    assert len(exports) <= 4
    assert shown(root, PDF) == shown(root, HTML) == 20


def test_an_edit_of_what_is_not_told_changes_no_edition(tmp_path: Path, exports: Exports) -> None:
    root = desk(tmp_path, points=12, budget=1)
    first = make(root)
    desk(root, points=13, budget=1)
    second = make(root)
    assert {each.edition for each in (*first.built, *second.built)} == {1}
    assert {each.because for each in second.built} == {("choice",)}
    assert exports


def test_a_web_page_alone_tells_what_the_pages_would(tmp_path: Path, exports: Exports) -> None:
    root = desk(tmp_path, points=14, budget=1)
    result = make(root, media=frozenset({Medium.SCREEN}))
    assert [each.target.name for each in result.built] == [HTML]
    assert shown(root, HTML) == 10
    assert not (root / "output" / PDF).exists()
    assert [target.name for target in (*result.fresh, *result.failed)] == []
    assert exports


def states(root: Path, **asked: Any) -> dict[str, tuple[str, ...]]:
    return {job.target.name: job.because for job in look(root, Request(**asked))[1]}


def test_a_web_page_alone_is_fresh_until_something_changes(tmp_path: Path, exports: Exports) -> None:
    root = desk(tmp_path, points=14, budget=1)
    screen = frozenset({Medium.SCREEN})
    make(root, media=screen)
    assert states(root) == {HTML: (), PDF: ("new",)}
    assert states(root, media=screen) == {HTML: ()}
    assert [len(job.brief.sections[-1].points) for job in look(root, Request())[1]] == [10, 10]
    exports.clear()
    result = make(root, media=screen)
    assert [target.name for target in result.fresh] == [HTML]
    assert exports == []
    desk(root, points=15, budget=1)
    assert states(root)[HTML] == ("brief", "choice")


def test_pages_made_after_their_web_page_are_counted_all_the_same(
    tmp_path: Path, exports: Exports, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = desk(tmp_path, points=14, budget=1)
    make(root, media=frozenset({Medium.SCREEN}))
    result = make(root)
    assert [each.target.name for each in result.built] == [PDF]
    assert [target.name for target in result.fresh] == [HTML]
    assert shown(root, PDF) == shown(root, HTML) == 10
    (root / "output" / PDF).unlink()
    # Other programs, by which a page holds less: the web page was fresh, and tells what the pages tell.
    for room in ("jobs", "sources"):
        monkeypatch.setattr(
            f"mujaz.{room}.versions", lambda medium: f"{versions(medium)}{'2' if medium is Medium.PRINT else ''}"
        )
    monkeypatch.setattr(__import__(__name__), "LETTERS", 6)
    assert states(root)[HTML] == ()
    result = make(root)
    assert {each.target.name for each in result.built} == {PDF, HTML}
    assert result.fresh == ()
    assert shown(root, PDF) == shown(root, HTML) == 6
    assert exports


def test_a_budget_that_changes_makes_the_brief_anew(tmp_path: Path, exports: Exports) -> None:
    root = desk(tmp_path, points=25, budget=1)
    make(root)
    desk(root, points=25, budget=2)
    result = make(root)
    assert {each.because for each in result.built} == {("brief", "choice")}
    assert shown(root, HTML) == 20
    assert exports


def test_an_audience_without_pages_is_promised_nothing(tmp_path: Path, exports: Exports) -> None:
    root = desk(tmp_path, points=25, budget=1, formats=["html"])
    make(root)
    assert shown(root, HTML) == 25
    assert exports == [(HTML, 3)]


def test_an_almost_empty_last_page_is_told_of_each_time(tmp_path: Path, exports: Exports) -> None:
    root = desk(tmp_path, points=15, budget=2)
    for found in (make(root).problems, make(root).problems, listed(root, Request())[2]):
        assert [(each.rule, each.where.path, each.facts["found"]) for each in found] == [
            ("page-sparse", f"output/{PDF}", "10")
        ]
    assert make(desk(root, points=9, budget=2)).problems == ()
    assert exports


def test_a_printing_house_gets_what_the_audience_is_told(
    tmp_path: Path, exports: Exports, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen: list[int] = []
    true = settling.settled

    def watched(*asked: Any) -> Any:
        job = true(*asked)
        assert isinstance(job, Job)
        chosen.append(len(job.brief.sections[-1].points))
        return job

    monkeypatch.setattr(press, "settled", watched)
    press.press(desk(tmp_path, points=14, budget=1), PDF, cmyk=False, booklet=None)
    assert chosen == [10]
    assert exports
