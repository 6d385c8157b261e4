"""Kurdish and Persian: digits, months, order and citations, and what is a slip in the one and not in the other."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from lxml import etree

from mujaz.arabic import counted, date, sort_key
from mujaz.brackets import parse
from mujaz.check import check
from mujaz.cite import Citations, Style, cite
from mujaz.language import mended, slips
from mujaz.model.content import Library
from workspace import ROOT, entry, house, reader, templates, told

NEIGHBOURS = yaml.safe_load((ROOT / "tests/cases/languages/slips.yaml").read_text("utf-8"))
ITEMS: dict[str, dict[str, object]] = {
    each["id"]: each for each in yaml.safe_load((ROOT / "tests/cases/languages/references.yaml").read_text("utf-8"))
}
SUMMARY = {"kind": "summary", "headline": "12 [@hamid]"}


@pytest.mark.parametrize("case", NEIGHBOURS, ids=lambda case: f"{case['language']} {case['text']}")
def test_a_slip_of_one_language_is_none_of_its_neighbour(case: dict[str, Any]) -> None:
    expected: dict[str, str | None] = case.get("slips") or {}
    assert {slip.rule for slip in slips(case["text"], case["language"])} == set(expected)
    for better in filter(None, expected.values()):
        assert mended(case["text"], case["language"]) == better
        assert mended(better, case["language"]) == better


@pytest.mark.parametrize(
    ("language", "digits", "printed"),
    [
        ("ar", "arabic-indic", "١٢"),
        ("ar", "persian", "١٢"),
        ("ckb", "arabic-indic", "١٢"),
        ("ckb", "persian", "۱۲"),
        ("ckb", "western", "12"),
        ("fa", "arabic-indic", "۱۲"),
        ("fa", "persian", "۱۲"),
        ("fa", "western", "12"),
        ("en", "persian", "12"),
    ],
)
def test_eastern_digits_are_those_of_the_language_and_kurdish_has_both(
    language: str, digits: str, printed: str
) -> None:
    audience = reader(digits=digits, notes="none")
    brief = told(entry([SUMMARY], language=language), audience)
    assert brief.sections[0].fields["headline"] == printed
    assert brief == told(entry([SUMMARY], language=language), reader(notes="none"), digits=digits)


@pytest.mark.parametrize(
    ("language", "country", "printed"),
    [
        ("fa", "IR", "15 ژانویهٔ 2025"),
        ("fa", "IQ", "15 ژانویهٔ 2025"),
        ("fa", "AF", "15 جنوری 2025"),
        ("ckb", "IQ", "15ی کانوونی دووەمی 2025"),
        ("ckb", "IR", "15ی کانوونی دووەمی 2025"),
    ],
)
def test_persian_months_are_those_of_the_country(language: str, country: str, printed: str) -> None:
    day = datetime.date(2025, 1, 15)
    assert date(day, lang=language, country=country, calendar="gregorian", policy="western") == printed


def test_a_persian_day_in_both_calendars() -> None:
    day = datetime.date(2025, 1, 15)
    printed = date(day, lang="fa", country="IR", calendar="both", policy="persian")
    assert printed == "۱۵ رجب ۱۴۴۶ ه‍.ق. برابر با ۱۵ ژانویهٔ ۲۰۲۵ م."


def test_nothing_is_one_in_persian_and_many_in_kurdish() -> None:
    assert counted(0, {"one": "{n} منبع", "other": "{n} منابع"}, lang="fa", policy="persian") == "۰ منبع"
    assert counted(0, {"one": "سەرچاوەیەک", "other": "{n} سەرچاوە"}, lang="ckb", policy="persian") == "۰ سەرچاوە"


def test_persian_has_waw_before_heh_and_no_article() -> None:
    assert sort_key("وحید", "fa") < sort_key("هادی", "fa")
    assert sort_key("وحيد") > sort_key("هادي")
    assert sort_key("الگو", "fa", article=False) < sort_key("باران", "fa", article=False) < sort_key("گل", "fa")
    assert sort_key("می‌رود", "fa") == (*sort_key("میرود", "fa")[:2], "می‌رود")


# ------------------------------------------------------------------------------------------------ citations


def cited(language: str, *brackets: str, style: Style = "notes") -> Citations:
    clusters = [cluster for bracket in brackets if (cluster := parse(bracket))]
    return cite(clusters, ITEMS, style=style, styles=templates().styles, language=language)


def test_kurdish_notes_speak_kurdish() -> None:
    found = cited(
        "ckb", "@rashid-2019، ل 45", "@rashid-2019", "@aziz-2021، ل 5-7", "@rashid-2019، ماددە 3", "@law-2008"
    )
    assert found.texts == (
        "ئازاد ڕەشید و شیلان حەمە، <b>ئاودێریی نوێ</b>، چاپی 2 (سلێمانی: دەزگای ڕۆشنبیری، 2019)، ل 45.",
        "ئازاد ڕەشید و شیلان حەمە، <b>ئاودێریی نوێ</b>، سەرچاوەی پێشوو.",
        "سعد عزيز، «كلفة الري الحديث»، <b>مجلة الموارد</b>، بەرگی 3، ژمارە 2 (2021)، لل 5–7.",
        "ئازاد ڕەشید و شیلان حەمە، <b>ئاودێریی نوێ</b>، سەرچاوەی پێشوو، ماددەی 3.",
        '«قانون المياه»، 10ی ئازاری 2008، <span lang="en" dir="ltr"><a href="https://example.org/law">'
        "https://example.org/law</a></span>، بەرواری سەردان: 5ی کانوونی دووەمی 2024.",
    )


def test_persian_notes_speak_persian() -> None:
    found = cited("fa", "@karimi-2019، صص 45-47", "@karimi-2019، ص 9", "@fao-2022, p. 7", "@karimi-2019، مادهٔ 3")
    assert found.texts == (
        "مریم کریمی و رضا الهی، <b>آبیاری نوین</b>، چاپ 2 (تهران: نشر نی، 2019)، صص 45–47.",
        "همان، ص 9.",
        '<span lang="en" dir="ltr">FAO, <i>Irrigation in Numbers</i> (FAO, 2022), p. 7.</span>',
        "مریم کریمی و رضا الهی، <b>آبیاری نوین</b>، پیشین، مادهٔ 3.",
    )


def test_works_of_one_author_and_year_have_letters_of_the_language() -> None:
    items = {
        key: {"type": "book", "language": "fa", "title": key, "author": [{"family": "الهی"}], "issued": "2019"}
        for key in ("a1", "a2")
    }
    for language, letters in (("fa", ("الف", "ب")), ("ckb", ("ا", "ب")), ("ar", ("أ", "ب"))):
        clusters = [cluster for key in items if (cluster := parse(f"@{key}"))]
        styles = templates().styles
        found = cite(clusters, items, style="author-date", styles=styles, language=language)
        assert found.texts == tuple(f"(الهی، 2019{letter})" for letter in letters)


def test_an_arabic_brief_keeps_arabic_words_round_kurdish_sources() -> None:
    (first,) = cited("ar", "@rashid-2019، ص 45").texts
    assert first.startswith("ئازاد ڕەشید")
    assert first.endswith("ص 45.")


@pytest.mark.parametrize("style", ["notes", "author-date"])
@pytest.mark.parametrize("language", ["ckb", "fa"])
def test_a_style_of_another_language_is_the_arabic_one_in_its_words(language: str, style: str) -> None:
    mine, arabic = (etree.fromstring(templates().styles[f"{name}-{style}"].encode()) for name in (language, "ar"))
    assert [each.tag for each in mine.iter()] == [each.tag for each in arabic.iter()]
    said = "".join(mine.itertext()) + "".join(str(each) for node in mine.iter() for each in node.attrib.values())
    assert not set("يكىةأإ") & set(said)
    terms = {each.get("name"): "".join(each.itertext()).strip() for each in mine.iter("{*}term")}
    assert [name for name, word in terms.items() if not word] == ["timestamp"]


# ------------------------------------------------------------------------------------------------ the checker


def test_arabic_judgements_are_not_passed_on_other_languages() -> None:
    """A question is compared with what answers it by the stems of Arabic and English words, which others lack."""
    asked = {"kind": "problem", "statement": "هدف چیست؟", "questions": ["چه موانعی پیش روی کشاورزان است؟"]}
    topic = entry([asked, {"kind": "summary", "headline": "دشواری‌ها مالی‌اند"}], language="fa")
    assert check(Library(house(), topics=(topic,))) == ()


@pytest.mark.parametrize(
    ("language", "text", "rules"),
    [
        ("fa", "تولید به ۱۲٫۵٪ رسید", ["number-uncited"]),
        ("fa", "در سال ۱۳۹۹ طرح آغاز شد", ["date-uncited"]),
        ("fa", "در ۱۵ ژانویهٔ ۲۰۲۵ آغاز شد", ["date-uncited"]),
        ("fa", "مادهٔ ۱۲ و قطعنامهٔ ۱۳۷۳ روشن است", []),
        ("ckb", "بەرھەم گەیشتە 12.5%", ["number-uncited"]),
        ("ckb", "لە ساڵی ٢٠١٤دا دەستی پێ کرد", ["date-uncited"]),
        ("ckb", "لە 15ی ئازاری 2016 دەستی پێ کرد", ["date-uncited"]),
        ("ckb", "ماددەی 140 و بڕیاری 1373 ڕوونن", []),
        ("ckb", "یاسای ژمارە 4ی ساڵی 2008 دەرچوو", []),
    ],
)
def test_numbers_and_dates_are_asked_for_their_source_in_every_language(
    language: str, text: str, rules: list[str]
) -> None:
    topic = entry([{"kind": "summary", "headline": text}], language=language, references=())
    assert [problem.rule for problem in check(Library(house(), topics=(topic,)))] == rules


def test_the_sample_topics_hold_every_kind_of_block() -> None:
    for language in ("ckb", "fa"):
        topic = yaml.safe_load(Path(ROOT / f"tests/cases/languages/{language}.yaml").read_text("utf-8"))
        missing = {path.name.partition(".")[0] for path in (ROOT / "templates/blocks").iterdir()}
        assert missing - {block["kind"] for block in topic["blocks"]} == {"importance", "method", "background"}
