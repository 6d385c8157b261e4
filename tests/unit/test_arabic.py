"""Numbers, dates, lists, plurals and order as ar, ckb, fa and en print them."""

from __future__ import annotations

import datetime
import re
import time
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mujaz.arabic import (
    HijriRangeError,
    Policy,
    closest,
    counted,
    date,
    digits,
    join,
    number,
    script,
    sort_key,
    words,
)

DAY = datetime.date(2025, 1, 15)
PIECES = st.sampled_from(
    [
        *"0123456789٠١٢٣۴۵ .,،؛:/-–()[]%٪٫٬«»\n\u061c\u200e",
        "عام ",
        "القرار",
        "RAND ",
        "F-16",
        "2014",
        "https://a.iq/5",
        "a@b.iq",
    ]
)
MIXED = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=20).map("".join))


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("القرار 1373 (2001)", "القرار ١٣٧٣ (٢٠٠١)"),
        ("S/RES/1373 (2001)", "S/RES/1373 (2001)"),
        ("القرار S/RES/1373 (2001) في 28 أيلول 2001", "القرار S/RES/1373 (2001) في ٢٨ أيلول ٢٠٠١"),
        ("طائرات F-16 و2000 صاروخ", "طائرات F-16 و٢٠٠٠ صاروخ"),
        ("COVID-19 في 2020", "COVID-19 في ٢٠٢٠"),
        ("بـF-16 و5G و 3D", "بـF-16 و5G و 3D"),
        ("RAND 2017", "RAND 2017"),
        ("تقرير RAND لعام 2017", "تقرير RAND لعام ٢٠١٧"),
        ("تنظيم داعش (ISIS) 2014", "تنظيم داعش (ISIS) ٢٠١٤"),
        ("(RAND 2017) 2018", "(RAND 2017) ٢٠١٨"),
        ("RAND، 2017", "RAND، ٢٠١٧"),
        ("RAND \u061c2017", "RAND \u061c٢٠١٧"),
        ("عام \u200e2017", "عام \u200e2017"),
        ("pp. 45–67", "pp. 45–67"),
        ("15 January 2025", "15 January 2025"),
        ("2017", "٢٠١٧"),
        ("بلغت 1,234,567.89 ديناراً أي 12.5%", "بلغت ١٬٢٣٤٬٥٦٧٫٨٩ ديناراً أي ١٢٫٥٪"),
        ("1,5 و2014,2015", "١,٥ و٢٠١٤,٢٠١٥"),
        ("50% of", "50% of"),
        ("الساعة 10:30 يوم 15/1/2025", "الساعة ١٠:٣٠ يوم ١٥/١/٢٠٢٥"),
        ("2014-2017", "٢٠١٤-٢٠١٧"),
        ("المادة 7/ثانياً", "المادة ٧/ثانياً"),
        ("الإصدار 2.0 ثم 1.2.3", "الإصدار ٢٫٠ ثم ١.٢.٣"),
        ("في عام 2014.", "في عام ٢٠١٤."),
        ("انظر https://a.iq/2017/5 و5", "انظر https://a.iq/2017/5 و٥"),
        ("البريد a1@b2.org و3", "البريد a1@b2.org و٣"),
        ("المعرّف 10.1080/09592296.2014.967128", "المعرّف 10.1080/09592296.2014.967128"),
        ("۱۲ مادة و15", "١٢ مادة و١٥"),
        ("[@hussein-2021، ص 355]", "[@hussein-2021، ص ٣٥٥]"),
    ],
)
def test_digits_follow_the_letters_before_them(text: str, printed: str) -> None:
    assert digits(text, "arabic-indic") == printed


def test_western_digits_undo_both_other_policies() -> None:
    assert digits("١٬٢٣٤٫٥٪ و۶", "western") == "1,234.5% و6"
    assert digits("عام 2025 و12.5%", "persian") == "عام ۲۰۲۵ و۱۲٫۵٪"


@given(MIXED)
def test_digits_there_and_back_are_the_same(text: str) -> None:
    there = digits(text, "arabic-indic")
    assert digits(there, "western") == digits(text, "western")
    assert digits(there, "arabic-indic") == there
    assert digits(digits(text, "persian"), "western") == digits(text, "western")


@pytest.mark.parametrize("bad", ["a" * 50_000, "1." * 25_000, "1,234" * 10_000, "(" * 50_000, "[@" * 25_000])
def test_long_unbroken_text_takes_no_long_time(bad: str) -> None:
    start = time.perf_counter()
    digits(f"5{bad}", "arabic-indic")
    words(bad)
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize(
    ("value", "policy", "lang", "printed"),
    [
        (1234567, "arabic-indic", "ar", "١٬٢٣٤٬٥٦٧"),
        (1234567.5, "western", "ar", "1,234,567.5"),
        (3.14159, "arabic-indic", "ar", "٣٫١٤٢"),
        (2.0, "persian", "fa", "۲"),
        (1234, "arabic-indic", "en", "1,234"),
        (-5, "arabic-indic", "ar", "\u061c-٥"),
        (-5, "western", "ar", "\u200e-5"),
        (-0.0, "western", "ar", "0"),
        (-0.0001, "western", "ar", "0"),
        (1e21, "western", "en", "1,000,000,000,000,000,000,000"),
    ],
)
def test_numbers_carry_the_separators_of_their_digits(value: float, policy: Policy, lang: str, printed: str) -> None:
    assert number(value, policy, lang) == printed


@pytest.mark.parametrize("value", [float("inf"), float("nan")])
def test_what_is_no_number_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="not a number"):
        number(value, "western", "ar")


@pytest.mark.parametrize(
    ("country", "printed"),
    [
        ("IQ", "15 كانون الثاني 2025"),
        ("sy", "15 كانون الثاني 2025"),
        ("LB", "15 كانون الثاني 2025"),
        ("JO", "15 كانون الثاني 2025"),
        ("PS", "15 كانون الثاني 2025"),
        ("EG", "15 يناير 2025"),
        ("SA", "15 يناير 2025"),
        ("TN", "15 جانفي 2025"),
        ("XX", "15 يناير 2025"),
        ("", "15 يناير 2025"),
    ],
)
def test_arabic_months_are_those_of_the_country(country: str, printed: str) -> None:
    assert date(DAY, lang="ar", country=country, calendar="gregorian", policy="western") == printed


@pytest.mark.parametrize(
    ("lang", "gregorian", "hijri", "both"),
    [
        ("ar", "١٥ كانون الثاني ٢٠٢٥", "١٥ رجب ١٤٤٦هـ", "١٥ رجب ١٤٤٦هـ الموافق ١٥ كانون الثاني ٢٠٢٥م"),
        (
            "ckb",
            "١٥ی کانوونی دووەمی ٢٠٢٥",
            "١٥ی ڕەجەبی ١٤٤٦ی کۆچی",
            "١٥ی ڕەجەبی ١٤٤٦ی کۆچی، بەرامبەر ١٥ی کانوونی دووەمی ٢٠٢٥ی زایینی",
        ),
        ("en", "15 January 2025", "15 Rajab 1446 AH", "15 Rajab 1446 AH (15 January 2025)"),
    ],
)
def test_a_day_in_three_calendars(lang: str, gregorian: str, hijri: str, both: str) -> None:
    def printed(calendar: str) -> str:
        return date(DAY, lang=lang, country="IQ", calendar=calendar, policy="arabic-indic")  # type: ignore[arg-type]

    assert [printed("gregorian"), printed("hijri"), printed("both")] == [gregorian, hijri, both]


def test_persian_dates_take_persian_digits() -> None:
    assert date(DAY, lang="fa", country="IR", calendar="gregorian", policy="persian") == "۱۵ ژانویهٔ ۲۰۲۵"


@pytest.mark.parametrize("year", [1900, 2100])
def test_a_day_outside_the_hijri_tables_says_so(year: int) -> None:
    with pytest.raises(HijriRangeError, match=str(year)):
        date(datetime.date(year, 1, 1), lang="ar", country="IQ", calendar="both", policy="western")


@given(st.dates(datetime.date(1924, 8, 1), datetime.date(2077, 11, 16)), st.sampled_from(["ar", "ckb", "fa"]))
def test_every_day_of_the_tables_has_a_date_without_western_digits(day: datetime.date, lang: str) -> None:
    assert not re.search("[0-9]", date(day, lang=lang, country="IQ", calendar="both", policy="arabic-indic"))


@pytest.mark.parametrize(
    ("items", "lang", "printed"),
    [
        ([], "ar", ""),
        (["أ"], "ar", "أ"),
        (["أ", "ب", "ج"], "ar", "أ وب وج"),
        (["العراق", "RAND", "15"], "ar", "العراق و RAND و15"),
        (["الأمن والدفاع", "النفط", "المياه"], "ar", "الأمن والدفاع، والنفط، والمياه"),
        (["أ", "ب", "ج"], "ckb", "أ، ب و ج"),
        (["أ", "ب"], "fa", "أ و ب"),
        (["a", "b", "c"], "en", "a, b and c"),
    ],
)
def test_lists_are_joined_as_editors_join_them(items: Sequence[str], lang: str, printed: str) -> None:
    assert join(items, lang) == printed


@pytest.mark.parametrize(
    ("n", "printed"),
    [
        (0, "لا مصادر"),
        (1, "مصدر واحد"),
        (2, "مصدران"),
        (3, "٣ مصادر"),
        (11, "١١ مصدراً"),
        (100, "١٠٠ مصدر"),
        (1003, "١٬٠٠٣ مصادر"),
    ],
)
def test_arabic_counts_in_six_forms(n: int, printed: str) -> None:
    forms = {
        "zero": "لا مصادر",
        "one": "مصدر واحد",
        "two": "مصدران",
        "few": "{n} مصادر",
        "many": "{n} مصدراً",
        "other": "{n} مصدر",
    }
    assert counted(n, forms, lang="ar", policy="arabic-indic") == printed


def test_a_missing_plural_form_falls_back_to_other() -> None:
    assert counted(2, {"other": "{n} سەرچاوە"}, lang="ckb", policy="arabic-indic") == "٢ سەرچاوە"
    with pytest.raises(KeyError):
        counted(2, {"one": "x"}, lang="ar", policy="western")


@pytest.mark.parametrize(
    "ordered",
    [
        ["بغداد", "المياه", "الياسري"],
        ["إبراهيم", "ابن خلدون", "أبو زيد", "أحمد"],
        ["الألباني", "التزام", "الله", "ألمانيا"],
        ["مُحَمَّد", "محمود"],
        ["مدرسة", "مدرسة الحقوق", "مدرسه للفنون"],
        ["عبد الرحمن", "عبدالله"],
        ["بصرة", "پێنجوێنی", "تكريت", "جامعة", "چالاک"],
        ["2 ب", "10 أ", "أحمد"],
        ["ياسر", "adam", "Émile", "Łukasz", "O'Neil", "Zed"],
        ["«الدبلوماسية»", "ذاكرة"],
    ],
)
def test_lists_are_sorted_as_arabic_readers_look_things_up(ordered: list[str]) -> None:
    mixed = ordered[::-1]
    assert sorted(mixed, key=sort_key) == ordered


@given(st.text(), st.text())
def test_only_equal_texts_share_a_place(one: str, other: str) -> None:
    assert (sort_key(one) == sort_key(other)) == (one == other)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("تقرير RAND Corporation عن العراق", "arabic"),
        ("Beating داعش in Iraq", "latin"),
        ("F-16 في سلاح الجو", "arabic"),
        ("سیاسەتی دەرەوە", "arabic"),
        ("L’Irak", "latin"),
        ("1984", "arabic"),
        ("", "arabic"),
    ],
)
def test_script_is_that_of_most_words(text: str, kind: str) -> None:
    assert script(text) == kind


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("كلمة", 1),
        ("**نص** مع [رابط طويل](https://a.iq/x) و«اقتباس» – ثم نهاية.", 7),
        ("جملة [@a، ص 5؛ ينظر: @b] أخرى", 2),
        ("## عنوان\n\n- بند 1\n- بند 2", 5),
        ("[RAND]{dir=ltr lang=en} هنا", 2),
        ("قال —وهو صادق— نعم", 4),
    ],
)
def test_words_are_counted_as_an_editor_counts(text: str, count: int) -> None:
    assert words(text) == count


@pytest.mark.parametrize(
    ("word", "candidates", "meant"),
    [
        ("ministr", ["minister", "public"], "minister"),
        ("Accross_Borders", ["across-borders", "borders"], "across-borders"),
        ("الاحمد", ["الأحمد", "المحمود"], "الأحمد"),
        ("خلاصه", ["خلاصة"], "خلاصة"),
        ("xyz", ["minister"], None),
        ("a", [], None),
    ],
)
def test_the_closest_name_is_suggested(word: str, candidates: list[str], meant: str | None) -> None:
    assert closest(word, candidates) == meant
