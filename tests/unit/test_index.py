"""The site's index: what it lists, what it may say to everyone, and when it is written."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from lxml.html import HtmlElement, document_fromstring

from mujaz import index as indexing
from mujaz import produce as producing
from mujaz.build import Result, build, clean
from mujaz.catalogue import Catalogue, decode, encode
from mujaz.folding import spellings
from mujaz.listing import listing
from mujaz.model.document import Medium, Target
from mujaz.model.listing import Card, Held
from mujaz.plan import Request
from mujaz.workers import Failure
from workspace import HIDDEN, ROOT, at_once, crewed, lay, topic_data, write
from workspace import house as house_of

PAGE = "index.html"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two topics for two audiences, as web pages without fonts, made without workers."""
    monkeypatch.setattr(producing, "crew", crewed(at_once))
    return lay(tmp_path / "desk", topics=("water", "energy"))


def make(root: Path, **asked: Any) -> Result:
    return build(root, Request(**asked), jobs=2, tell=lambda _: None)


def page(root: Path) -> HtmlElement:
    return document_fromstring((root / "output" / PAGE).read_text("utf-8"))


def links(root: Path) -> list[str]:
    return [str(each) for each in page(root).xpath("//main//@href")]


def heads(root: Path) -> list[str]:
    return [each.text_content() for each in page(root).iter("h2")]


def sought(root: Path) -> set[str]:
    """Every word that search looks through."""
    return {word for words in page(root).xpath("//@data-words") for word in words.split()}


def words(text: str) -> set[str]:
    return {spelled for word in spellings(text) for spelled in word}


def topic(root: Path, slug: str = "water", language: str = "ar") -> Path:
    return root / "content" / "topics" / slug / f"{language}.yaml"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


WATER = ["water/minister.ar.html", "water/public.ar.html"]
ENERGY = ["energy/minister.ar.html", "energy/public.ar.html"]


# ------------------------------------------------------------------------------------------------ what it lists


def test_every_file_is_listed_with_a_link_that_leads_to_it(root: Path) -> None:
    result = make(root)
    assert result.index
    assert sorted(links(root)) == sorted([*WATER, *ENERGY])
    assert [link for link in links(root) if not (root / "output" / link).is_file()] == []


def test_the_newest_topic_stands_first_and_its_languages_together(root: Path) -> None:
    write(root / "mujaz.yaml", {"organisation": "المؤسسة", "languages": ["ar", "en"]})
    write(topic(root, "water", "en"), topic_data("Water") | {"date": "2026-02-01"})
    make(root)
    assert heads(root) == ["موضوع water", "Water", "موضوع energy"]
    assert [len(each.findall("article")) for each in page(root).find_class("topic")] == [2, 1]
    assert page(root).get_element_by_id("found").text_content() == "موضوعان"


def test_a_title_has_its_own_language_and_a_date_that_of_the_index(root: Path) -> None:
    write(root / "mujaz.yaml", {"organisation": "المؤسسة", "languages": ["ar", "en"]})
    write(topic(root, "water", "en"), topic_data("Water in 2025"))
    edit(topic(root), "موضوع water", "المياه في 2025")
    make(root)
    told = {each.text: (each.get("lang"), each.get("dir")) for each in page(root).iter("h2")}
    assert told["Water in 2025"] == ("en", "ltr")
    assert told["المياه في ٢٠٢٥"] == ("ar", "rtl")
    assert {each.text for each in page(root).iter("time")} == {"١٥ كانون الثاني ٢٠٢٥"}


def test_an_english_house_has_an_english_index(root: Path) -> None:
    write(root / "mujaz.yaml", {"organisation": "The House", "languages": ["en", "ar"]})
    write(topic(root, "water", "en"), topic_data("Water"))
    make(root)
    assert (page(root).get("lang"), page(root).get("dir")) == ("en", "ltr")
    assert page(root).get_element_by_id("found").text_content() == "2 topics"
    assert heads(root) == ["موضوع energy", "Water", "موضوع water"]


def test_a_date_outside_the_hijri_tables_is_told_in_the_other_calendar(root: Path) -> None:
    for name in ("minister", "public"):
        path = root / "content" / "audiences" / f"{name}.yaml"
        path.write_text(path.read_text("utf-8") + "calendar: gregorian\n", "utf-8")
    write(root / "mujaz.yaml", {"organisation": "المؤسسة", "calendar": "hijri"})
    edit(topic(root), "2025-01-15", "1900-01-15")
    assert not make(root).failed
    assert [each.text for each in page(root).iter("time")] == ["١٥ رجب ١٤٤٦هـ", "١٥ كانون الثاني ١٩٠٠"]


def test_pages_sizes_and_editions_are_told_in_words() -> None:
    card = Card("a", "rtl", "المياه", None, "2025-01-15", "الناس", (), ())
    labels = yaml.safe_load((ROOT / "templates" / "labels" / "ar.yaml").read_text("utf-8"))
    held = [
        Held(Target("water", "public", "ar", medium), card, pages, 3, size)
        for medium, pages, size in ((Medium.PRINT, 2, 1_234_567), (Medium.SCREEN, None, 400))
    ]
    ((entry,),) = listing(held, house_of(), audiences={}, labels=labels).topics
    (offer,) = entry.offers
    assert (offer.label, offer.edition) == ("الناس", "الإصدار ٣")
    assert [each.facts for each in offer.copies] == [("١ كيلوبايت",), ("صفحتان", "١٫٢ ميغابايت")]


def test_review_dates_are_not_for_the_public(root: Path) -> None:
    write(topic(root), topic_data("المياه") | {"review-by": "2031-07-09"})
    make(root)
    html = (root / "output" / PAGE).read_text("utf-8")
    assert "2031" not in html
    assert "٢٠٣١" not in html


def test_what_authors_write_cannot_become_markup_of_the_index(root: Path) -> None:
    nasty = "</h2></script><script>x</script>\"'&{{ 7 * 7 }}"
    write(topic(root), topic_data(nasty) | {"subtitle": nasty, "keywords": [nasty]})
    write(root / "content" / "audiences" / "public.yaml", {"label": nasty, "formats": ["html"]})
    make(root)
    assert len(page(root).xpath("//script")) == 1
    assert "49" not in page(root).findtext(".//h2")
    assert any(nasty in head for head in heads(root)) or any("script" in head for head in heads(root))


# ------------------------------------------------------------------------------------------------ what it may say


def test_what_is_kept_from_one_audience_is_in_no_byte_of_the_index(root: Path) -> None:
    make(root)
    html = (root / "output" / PAGE).read_text("utf-8")
    assert HIDDEN in (root / "output" / WATER[0]).read_text("utf-8")
    assert HIDDEN not in html
    assert not words(HIDDEN) & words((root / "output" / indexing.CATALOGUE).read_text("utf-8"))
    assert words(HIDDEN) & sought(root) == set()
    assert words("أول ما وُجد") <= sought(root)


@pytest.mark.parametrize("kept", [{"never": ["public"]}, {"only": ["minister"]}])
def test_it_stays_hidden_when_only_those_who_may_see_it_have_files(root: Path, kept: dict[str, Any]) -> None:
    data = topic_data("المياه")
    data["blocks"][0] |= kept
    write(topic(root), data)
    make(root, topics=frozenset({"water"}), audiences=frozenset({"minister"}))
    assert words("وُجد") <= sought(root)
    assert words("خلاصة") & sought(root) == set()
    assert words("سر") & sought(root) == set()


def test_what_is_kept_from_nobody_is_searched_also_where_one_audience_is_not_told_of_it(root: Path) -> None:
    """The public is told of findings alone; that the minister reads a summary is no secret."""
    make(root)
    assert words("خلاصة القول") <= sought(root)


def test_a_line_that_is_worded_for_one_audience_is_not_searched(root: Path) -> None:
    edit(topic(root), "headline: أول ما وُجد", "headline: {default: تمهيد, minister: تصعيد}")
    make(root, audiences=frozenset({"minister"}))
    assert words("تمهيد تصعيد") & sought(root) == set()
    make(root)
    assert words("تمهيد تصعيد") & sought(root) == set()


@pytest.mark.parametrize("field", ["title", "subtitle"])
def test_a_title_that_is_worded_for_one_audience_is_not_told_to_all(root: Path, field: str) -> None:
    data = topic_data("المياه") | {field: {"default": "تمهيد", "minister": "تصعيد"}}
    write(topic(root), data)
    make(root)
    html = (root / "output" / PAGE).read_text("utf-8")
    assert "تمهيد" not in html
    assert "تصعيد" not in html
    assert ("water" in heads(root)) is (field == "title")


def test_a_mistake_that_is_mended_by_never_is_gone_from_the_index(root: Path) -> None:
    make(root)
    assert words("ثالث") <= sought(root)
    for slug in ("water", "energy"):
        edit(topic(root, slug), "headline: ثالث ما وُجد", "headline: ثالث ما وُجد\n    never: [public]")
    make(root, audiences=frozenset({"public"}))
    assert words("ثالث") & sought(root) == set(), "though the minister's file is an older one that tells it"


def test_all_may_find_a_topic_by_title_keywords_and_reader(root: Path) -> None:
    write(topic(root), topic_data("أزمة المياه") | {"subtitle": "سدود", "keywords": ["أنهار دجلة"]})
    make(root)
    assert words("أزمة المياه سدود أنهار دجلة الوزير الناس") <= sought(root)
    (heads,) = page(root).xpath("//article[contains(@data-heads, 'water')]/@data-heads")
    assert set(str(heads).split()) == words("أزمة المياه سدود أنهار دجلة water")


# ------------------------------------------------------------------------------------------------ when it is written


def stamps(root: Path) -> dict[str, int]:
    folder = root / "output"
    return {name: (folder / name).stat().st_mtime_ns for name in (PAGE, indexing.CATALOGUE)}


def refused(documents: Any, work: Any, *, jobs: int) -> Any:
    """Work that nobody may ask for."""
    for each in documents:
        raise AssertionError(f"{each.name} of {work} by {jobs}")
    yield from ()


def test_a_second_build_writes_no_index_and_cuts_no_fonts_for_one(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(root)
    before = stamps(root)
    monkeypatch.setattr(producing, "crew", crewed(refused))
    assert make(root).problems == ()
    assert stamps(root) == before


def test_a_partial_build_keeps_the_others_in_the_index(root: Path) -> None:
    make(root)
    edit(topic(root), "موضوع water", "المياه")
    make(root, topics=frozenset({"water"}))
    assert sorted(links(root)) == sorted([*WATER, *ENERGY])
    assert heads(root) == ["موضوع energy", "المياه"]


def test_a_first_partial_build_lists_what_it_made(root: Path) -> None:
    make(root, topics=frozenset({"water"}))
    assert links(root) == WATER


def test_an_index_whose_catalogue_is_lost_comes_back_whole_from_a_partial_build(root: Path) -> None:
    make(root)
    before = (root / "output" / PAGE).read_bytes()
    for damage in (b"", b"{", b"[]", b"\xff", b'{"format": 1}', b'{"format": 1, "cards": {"x": 1}, "page": ""}'):
        (root / "output" / indexing.CATALOGUE).write_bytes(damage)
        assert make(root, topics=frozenset({"water"})).problems == ()
        assert (root / "output" / PAGE).read_bytes() == before


def test_an_index_that_is_gone_changed_or_a_link_is_written_again(root: Path, tmp_path: Path) -> None:
    make(root)
    path = root / "output" / PAGE
    before = path.read_bytes()
    path.unlink()
    make(root)
    assert path.read_bytes() == before
    path.write_bytes(before + b" ")
    make(root)
    assert path.read_bytes() == before
    (tmp_path / "victim").write_bytes(b"precious")
    path.unlink()
    path.symlink_to(tmp_path / "victim")
    make(root)
    assert path.read_bytes() == before
    assert not path.is_symlink()
    assert (tmp_path / "victim").read_bytes() == b"precious"


def test_a_folder_in_its_place_is_a_problem_and_costs_no_brief(root: Path) -> None:
    (root / "output" / PAGE).mkdir(parents=True)
    result = make(root)
    assert len(result.built) == 4
    assert [problem.rule for problem in result.problems] == ["output-is-folder"]
    assert not result.index


def test_a_broken_topic_stays_listed_as_its_last_files_have_it(root: Path) -> None:
    make(root)
    before = heads(root)
    edit(topic(root), "headline: خلاصة القول", "headlin: خلاصة القول")
    edit(topic(root), "موضوع water", "المياه")
    make(root)
    assert heads(root) == before
    assert sorted(links(root)) == sorted([*WATER, *ENERGY])


def test_a_file_that_was_never_made_is_not_listed(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none_for_water(documents: Any, work: Any, *, jobs: int, **_: object) -> Any:
        for document, output in at_once(documents, work, jobs=jobs):
            yield document, Failure("export-died", "x") if document.name == WATER[0] else output

    monkeypatch.setattr(producing, "crew", crewed(none_for_water))
    make(root)
    assert sorted(links(root)) == sorted([WATER[1], *ENERGY])


def test_a_brief_that_failed_is_listed_as_its_old_file_has_it(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(root)

    def no_briefs(documents: Any, work: Any, *, jobs: int, **_: object) -> Any:
        for document, output in at_once(documents, work, jobs=jobs):
            yield document, output if document.name == PAGE else Failure("export-died", "x")

    monkeypatch.setattr(producing, "crew", crewed(no_briefs))
    edit(topic(root), "موضوع water", "المياه")
    assert make(root).failed
    assert heads(root) == ["موضوع energy", "موضوع water"]


def test_cleaning_takes_what_it_removed_out_of_the_index(root: Path) -> None:
    make(root)
    shutil.rmtree(root / "content" / "topics" / "energy")
    clean(root)
    assert links(root) == WATER
    shutil.rmtree(root / "content" / "topics" / "water")
    clean(root)
    assert links(root) == []
    assert "لا موجزات" in page(root).text_content()
    assert page(root).xpath("//script | //form") == []


def test_where_nothing_was_made_there_is_no_index(root: Path) -> None:
    shutil.rmtree(root / "content" / "topics")
    assert not make(root).index
    assert not (root / "output" / PAGE).exists()


def killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_build_that_was_killed_before_its_index_is_made_good_by_the_next_one_even_by_a_partial_one(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(root)
    old = (root / "output" / PAGE).read_bytes()
    edit(topic(root), "موضوع water", "المياه")
    with monkeypatch.context() as patch:
        patch.setattr(indexing, "update", killed)
        with pytest.raises(KeyboardInterrupt):
            make(root)
    assert (root / "output" / PAGE).read_bytes() == old
    make(root, topics=frozenset({"energy"}))
    assert heads(root) == ["موضوع energy", "المياه"]


def test_two_workspaces_alike_have_the_same_index(root: Path, tmp_path: Path) -> None:
    other = lay(tmp_path / "elsewhere", topics=("energy", "water"))
    make(root, topics=frozenset({"water"}))
    make(root)
    make(other)
    for name in (PAGE, indexing.CATALOGUE):
        assert (root / "output" / name).read_bytes() == (other / "output" / name).read_bytes()


# ------------------------------------------------------------------------------------------------ templates of a house


def house(root: Path, name: str, text: str) -> None:
    path = root / "templates" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def test_a_house_changes_the_index_without_making_its_briefs_anew(root: Path) -> None:
    make(root)
    house(root, "site/house.css", "h2 { color: {{ house.accent }} }\n")
    again = make(root)
    assert again.built == ()
    assert "h2 { color: #1d4f5c }" in (root / "output" / PAGE).read_text("utf-8")
    house(root, "labels/ar.yaml", "index:\n  title: مكتبة الدار\n")
    make(root)
    assert page(root).findtext(".//h1") == "مكتبة الدار"


def test_a_script_of_the_house_is_allowed_by_its_digest(root: Path) -> None:
    make(root)
    policy = "//meta[@http-equiv='Content-Security-Policy']/@content"
    before = page(root).xpath(policy)
    house(root, "site/index.js", "document.title = 'دار';")
    make(root)
    assert page(root).xpath("//script/text()") == ["document.title = 'دار';"]
    assert page(root).xpath(policy) != before


@pytest.mark.parametrize(
    ("name", "text", "rules"),
    [
        ("site/index.html.j2", "{{ index.nothing }}", {"template-wrong"}),
        ("site/index.html.j2", "<html><body><img src='https://example.org/x.png'></body></html>", {"address-denied"}),
        ("site/index.html.j2", "<html><img src='{{ index.digits }}'></html>", {"page-not-alone"}),
        (
            "site/index.html.j2",
            "<html><script src='https://example.org/x.js'></script></html>",
            {"address-denied", "page-not-alone"},
        ),
        ("site/house.css", "@import 'https://example.org/x.css';", {"address-denied"}),
    ],
)
def test_an_index_that_does_not_work_is_a_problem_and_the_old_one_stays(
    root: Path, name: str, text: str, rules: set[str]
) -> None:
    make(root)
    before = (root / "output" / PAGE).read_bytes()
    house(root, name, text)
    result = make(root)
    assert {problem.rule for problem in result.problems} == rules
    assert result.failed == ()
    assert (root / "output" / PAGE).read_bytes() == before


def test_labels_that_put_a_word_where_forms_belong_are_a_problem_with_its_place(root: Path) -> None:
    house(root, "labels/ar.yaml", "index:\n  found: كثير\n")
    result = make(root)
    wrong = {(problem.rule, problem.where.path, problem.where.line) for problem in result.problems}
    assert wrong == {("labels-bent", "templates/labels/ar.yaml", 2)}


def test_labels_that_lack_a_word_of_the_index_are_a_problem(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing, "labels_of", lambda *_: {"index": {"title": "مكتبة"}})
    result = make(root)
    assert len(result.built) == 4
    wrong = {(problem.rule, problem.where.path, problem.facts["found"]) for problem in result.problems}
    assert wrong == {("template-wrong", "templates/labels/ar.yaml", "labels: 'kilobytes'")}


def test_a_script_that_is_not_utf8_is_a_problem(root: Path) -> None:
    house(root, "site/index.js", "")
    (root / "templates" / "site" / "index.js").write_bytes(b"// \xc7\xe1")
    assert {problem.where.path for problem in make(root).problems} == {"templates/site/index.js"}


def test_a_brief_cannot_be_made_of_the_templates_of_the_index(root: Path) -> None:
    """They are no input of a brief, so that one made of them would not be seen to be stale."""
    house(root, "blocks/summary.html.j2", '{% include "site/index.css" %}')
    assert {problem.rule for problem in make(root).problems} == {"template-wrong"}


# ------------------------------------------------------------------------------------------------ the catalogue


def test_a_catalogue_is_read_back_as_it_was_written() -> None:
    card = Card("a" * 64, "ltr", None, "sub", "2025-01-15", "الناس", ("ك",), ("سطر",))
    catalogue = Catalogue({"water/public.ar.html": card}, "b", "c")
    assert decode(encode(catalogue)) == catalogue
    data = json.loads(encode(catalogue))
    data["cards"]["water/public.ar.html"]["day"] = "2025-13-01"
    assert decode(json.dumps(data).encode()) == Catalogue()
    assert decode(None) == Catalogue()


# ------------------------------------------------------------------------------------------------ changed by others


def listed(root: Path) -> dict[str, str]:
    """Each file that the index leads to, and what it says of it."""
    return {each.xpath("string(a/@href)"): each.xpath("string(small)") for each in page(root).xpath("//span[a]")}


def test_a_file_that_goes_while_a_build_is_at_work_is_listed_again_when_it_is_there_again(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(root)
    before = listed(root)
    gone = root / "output" / "energy" / "public.ar.html"

    def meddled(documents: Any, work: Any, *, jobs: int) -> Any:
        for each in at_once(documents, work, jobs=jobs):
            gone.unlink(missing_ok=True)
            yield each

    path = root / "content" / "topics" / "water" / "ar.yaml"
    path.write_text(path.read_text("utf-8").replace("شرح أول", "بيان أول"), "utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(producing, "crew", crewed(meddled))
        make(root)
    assert "energy/public.ar.html" not in listed(root)
    assert {each.target.name for each in make(root).built} == {"energy/public.ar.html"}
    assert listed(root).keys() == before.keys()


def test_the_length_of_a_file_that_was_spoilt_and_restored_is_told_anew(root: Path) -> None:
    make(root)
    before = listed(root)
    path = root / "output" / "energy" / "public.ar.html"
    with path.open("ab") as file:
        file.write(b" " * 100_000)
    text = root / "content" / "topics" / "water" / "ar.yaml"
    text.write_text(text.read_text("utf-8").replace("شرح أول", "بيان أول"), "utf-8")
    make(root, topics=frozenset({"water"}))
    assert listed(root)["energy/public.ar.html"] != before["energy/public.ar.html"]
    make(root)
    assert listed(root) == before
