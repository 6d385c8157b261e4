"""Brackets and items → notes and lists: the cases of tests/cases/cite, and the laws."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import citeproc
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from mujaz.cite import Citations, Cite, Cluster, Style, UnknownKeyError, cite, parse

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "cases" / "cite"
STYLES = {path.stem: path.read_text("utf-8") for path in (ROOT / "templates" / "styles").glob("*.csl")}


def load(name: str) -> Any:
    return yaml.load((CASES / name).read_text("utf-8"), yaml.SafeLoader)


ITEMS: dict[str, dict[str, object]] = {item["id"]: item for item in load("items.yaml")}
GOLDEN = [case for name in sorted(p.name for p in CASES.glob("*.yaml")) for case in load(name) if "style" in case]


def cited(*brackets: str, style: Style = "notes", items: Mapping[str, Mapping[str, object]] = ITEMS) -> Citations:
    clusters = [parse(bracket) for bracket in brackets]
    return cite([cluster for cluster in clusters if cluster], items, style=style, styles=STYLES)


@pytest.mark.parametrize("case", load("places.yaml"), ids=lambda case: case["bracket"])
def test_a_bracket_is_read_as_its_author_meant(case: dict[str, Any]) -> None:
    cluster = parse(case["bracket"])
    expected = case["cites"] and Cluster(tuple(Cite(**fields) for fields in case["cites"]))
    assert cluster == expected


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case["name"])
def test_notes_and_lists_read_as_an_editor_wants(case: dict[str, Any]) -> None:
    items = ITEMS | {item["id"]: item for item in case.get("items", [])}
    found = cited(*case["brackets"], style=case["style"], items=items)
    lists = {one.lang: [entry.html for entry in one.entries] for one in found.lists}
    got = {"texts": list(found.texts), "ar": lists.get("ar", []), "en": lists.get("en", [])}
    assert got | {key: case[key] for key in got if key in case} == got


def test_an_english_text_says_of_an_arabic_source_in_english_that_it_is_the_same() -> None:
    """What names no source needs no Arabic; what names it does, in a direction of its own."""
    clusters = [
        one for one in map(parse, ["@no-date، ص 1", "@no-date", "@no-date, conclusion", "@byman", "@no-date"]) if one
    ]
    again = [one for one in map(parse, ["@thesis, p. 5", "@thesis, p. 7-9"]) if one]
    texts = cite([*clusters, *again], ITEMS, style="notes", styles=STYLES, language="en").texts
    assert texts[0].startswith('<span lang="ar" dir="rtl">')
    assert "مرجع سابق" in texts[1]
    assert texts[2] == "Ibid., conclusion."
    assert texts[4].startswith('<span lang="ar" dir="rtl">')
    assert texts[6] == "Ibid., pp. 7–9."


@pytest.mark.parametrize("name", STYLES)
def test_every_style_is_valid_csl(name: str) -> None:
    schema = etree.RelaxNG(etree.parse(citeproc.SCHEMA_PATH))
    schema.assertValid(etree.fromstring(STYLES[name].encode()))


def test_arabic_stands_before_latin_and_each_entry_names_its_language() -> None:
    found = cited("@byman", "@no-date", "@french", "@kurdish")
    assert [(one.lang, one.script) for one in found.lists] == [("ar", "arabic"), ("en", "latin")]
    assert [(entry.key, entry.lang) for one in found.lists for entry in one.entries] == [
        ("kurdish", "ckb"),
        ("no-date", "ar"),
        ("byman", "en"),
        ("french", "fr"),
    ]


def test_an_unknown_key_is_named() -> None:
    with pytest.raises(UnknownKeyError) as caught:
        cited("@byman", "@nobody")
    assert caught.value.args == ("nobody",)


def test_keys_that_differ_only_in_case_are_different_sources() -> None:
    items = {"A": {"type": "book", "title": "أول"}, "a": {"type": "book", "title": "ثان"}}
    assert cited("@A", "@a", items=items).texts == ("<b>أول</b> (د.ت).", "<b>ثان</b> (د.ت).")


@pytest.mark.parametrize(
    "issued",
    [
        "2021-05-03",
        "٢٠٢١-٠٥-٠٣",
        {"date-parts": [["2021", "5", "3"]]},
        {"date-parts": [[2021, 5, 3]]},
        [{"year": "2021", "month": "05", "day": "3"}],
        {"year": 2021, "month": 5, "day": 3},
        {"raw": "2021-5-3"},
    ],
)
def test_a_date_may_be_written_in_any_form_of_zotero(issued: object) -> None:
    items = {"x": {"type": "webpage", "title": "عنوان", "issued": issued}}
    assert cited("@x", items=items).texts == ("«عنوان»، 3 أيار 2021.",)


@pytest.mark.parametrize(
    ("issued", "printed"),
    [
        ("2019/2021", "2019–2021"),
        ({"literal": "شتاء 2020"}, "شتاء 2020"),
        ("", "د.ت"),
        (None, "د.ت"),
        ([], "د.ت"),
    ],
)
def test_ranges_and_words_are_dates_and_nothing_is_no_date(issued: object, printed: str) -> None:
    items = {"x": {"type": "book", "title": "عنوان", "issued": issued}}
    assert cited("@x", items=items).texts == (f"<b>عنوان</b> ({printed}).",)


@pytest.mark.parametrize(
    ("author", "printed"),
    [
        ("وزارة التخطيط", "وزارة التخطيط، "),
        ({"family": "علي", "given": "رعد"}, "رعد علي، "),
        ([{"family": "علي", "given": "رعد", "parse-names": "true"}], "رعد علي، "),
        ([{}], ""),
        ([], ""),
    ],
)
def test_names_may_be_written_in_any_form(author: object, printed: str) -> None:
    items = {"x": {"title": "عنوان", "author": author}}
    assert cited("@x", items=items).texts == (f"{printed}<b>عنوان</b> (د.ت).",)


def test_an_edition_in_words_is_introduced() -> None:
    items = {"x": {"type": "book", "title": "عنوان", "edition": "الثالثة", "issued": "2020"}}
    assert cited("@x", items=items).texts == ("<b>عنوان</b>، الطبعة الثالثة (2020).",)


def test_citeproc_py_neither_warns_nor_prints(capfd: pytest.CaptureFixture[str]) -> None:
    cited(*(f"@{key}" for key in ITEMS))
    assert capfd.readouterr() == ("", "")


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cn"]), max_size=30)
VALUE = st.one_of(TEXT, st.sampled_from(["<b>x", "a && b", "</i>", "..", "؟", "2", "«", "\ue000", "[@x]", "5-7"]))
FIELDS = [
    "title",
    "container-title",
    "publisher",
    "publisher-place",
    "volume",
    "issue",
    "page",
    "edition",
    "URL",
]
ITEM = st.fixed_dictionaries(
    {"type": st.sampled_from(["book", "chapter", "article-journal", "legislation", "webpage", "thesis", "odd"])},
    optional={
        **dict.fromkeys([*FIELDS, "genre", "number", "issued", "accessed", "language", "DOI", "event"], VALUE),
        "author": st.lists(st.fixed_dictionaries({}, optional={"family": VALUE, "given": VALUE}), max_size=4),
    },
)
WALK = st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["", "، ص 5", "، ف 2 و3", ", بلا", "، ج 1، ص 5-7"])))


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ITEM, min_size=3, max_size=3), WALK, st.sampled_from(["notes", "author-date"]))
def test_whatever_the_author_wrote_comes_out_as_clean_inline_html(
    items: list[dict[str, object]], walk: list[tuple[int, str]], style: Style
) -> None:
    named = {f"k{index}": item for index, item in enumerate(items)}
    found = cited(*(f"@k{index}{place}" for index, place in walk), style=style, items=named)
    assert len(found.texts) == len(walk)
    assert sorted(e.key for one in found.lists for e in one.entries) == sorted({f"k{index}" for index, _ in walk})
    for html in (*found.texts, *(entry.html for one in found.lists for entry in one.entries)):
        assert not re.search(r"<(?!/?[ib]>|/?span\b|/?a\b)", html)
        assert not any("\ue000" <= char <= "\uf8ff" for char in html)
        for element in etree.fromstring(f"<p>{html}</p>").iter():
            allowed = {"span": {"lang", "dir"}, "a": {"href"}}.get(element.tag, set())
            assert set(element.attrib) == allowed
            assert element.get("href", "http").startswith("http")


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["ali-book", "byman", "no-date"]), st.integers(0, 2)), max_size=8))
def test_the_full_form_stands_exactly_once_and_ibid_only_after_its_source(
    walk: list[tuple[str, int]],
) -> None:
    found = cited(*(f"@{key}، ص {page}" if page else f"@{key}" for key, page in walk))
    seen: set[str] = set()
    for index, ((key, _), text) in enumerate(zip(walk, found.texts, strict=True)):
        assert ("مرجع سابق" not in text and "نفسه" not in text) or key in seen
        if "نفسه" in text or "Ibid" in text:
            assert walk[index - 1][0] == key
        assert (("2021)" in text) or ("2019)" in text) or ("د.ن." in text)) == (key not in seen)
        seen.add(key)


def test_reference_lists_do_not_depend_on_the_order_of_citing() -> None:
    brackets = [f"@{key}، ص 3" for key in ITEMS]
    assert cited(*brackets).lists == cited(*reversed(brackets)).lists == cited(*brackets, *brackets).lists


def test_cite_and_cluster_are_plain_values() -> None:
    cluster = parse("@a، ص 5")
    assert cluster == Cluster((Cite("a", "5"),))
    assert cluster is not None
    assert asdict(cluster.cites[0])["label"] == "page"


def test_author_and_date_tell_the_page_each_time() -> None:
    items = {"a": {"id": "a", "type": "book", "title": "كتاب", "author": [{"family": "الراشد"}], "issued": "2019"}}
    styles = STYLES
    cluster = parse("@a، ص 7")
    assert cluster is not None
    texts = cite([cluster, cluster], items, style="author-date", styles=styles).texts
    assert texts == ("(الراشد، 2019، ص 7)", "(الراشد، 2019، ص 7)")


def test_in_a_line_of_latin_letters_arabic_is_what_stands_apart() -> None:
    items = {
        "a": {"id": "a", "type": "book", "language": "ar", "title": "الأمن", "author": [{"literal": "مركز"}]},
        "b": {"id": "b", "type": "book", "language": "en", "title": "Roads", "author": [{"family": "Byman"}]},
    }
    clusters = [cluster for text in ("@a, conclusion", "see @a؛ @b, p. 5") if (cluster := parse(text))]
    first, second = cite(clusters, items, style="notes", styles=STYLES, language="en").texts
    assert first == '<span lang="ar" dir="rtl">مركز، <b>الأمن</b> (د.ت)</span>, conclusion.'
    assert second.startswith('see <span lang="ar" dir="rtl">مركز، <b>الأمن</b>، مرجع سابق</span>; Byman')
