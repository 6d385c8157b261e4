"""What a line of paper must not part: a day and its month, a number and what it counts, the last words, an address."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml.html import fragment_fromstring

from mujaz.bidi import Base
from mujaz.ties import TIE, tied

LONG = "واحدة اثنتان ثلاث أربع خمس ست سبع ثمان تسع"


@pytest.mark.parametrize(
    ("text", "base", "wanted"),
    [
        ("في ١٥ كانون الثاني ٢٠٢٥ انعقد", "rtl", "في ١٥~كانون~الثاني ٢٠٢٥ انعقد"),
        ("أقر ٧ قرارات و٣ مليارات", "rtl", "أقر ٧~قرارات و٣ مليارات"),
        ("بلغ ٢٬٥٠٠ نازح أو ٤٫٥٪ منهم", "rtl", "بلغ ٢٬٥٠٠~نازح أو ٤٫٥٪~منهم"),
        ("المادة ٦١ من الدستور", "rtl", "المادة~٦١ من الدستور"),
        ("صدر عام ٢٠١٥ قرار", "rtl", "صدر عام~٢٠١٥ قرار"),
        ("منذ ٢٠١٥ قرار، و٣ من ٥", "rtl", "منذ ٢٠١٥ قرار، و٣ من ٥"),
        ("۱۵ ژانویهٔ ۲۰۲۵", "rtl", "۱۵~ژانویهٔ ۲۰۲۵"),
        ("١٥ی کانوونی دووەمی ٢٠٢٥", "rtl", "١٥ی~کانوونی~دووەمی ٢٠٢٥"),
        ("on 15 January 2025 in 12\n countries", "ltr", "on 15~January 2025 in 12~countries"),
        ("on January 15, by Article 7 of it", "ltr", "on January~15, by Article~7 of it"),
        ("in January 2025, 7 of 9", "ltr", "in January 2025, 7 of 9"),
        ("the F-16 fleet and A/RES/76 text", "ltr", "the F-16 fleet and A/RES/76 text"),
    ],
)
def test_what_belongs_together_is_tied_and_nothing_else(text: str, base: Base, wanted: str) -> None:
    assert tied(f"<p>{text}</p>", base).replace(TIE, "~") == f"<p>{wanted}</p>"


@pytest.mark.parametrize(
    ("html", "wanted"),
    [
        (f"<p>{LONG} في يد.</p>", f"<p>{LONG} في~يد.</p>"),
        (f"<p>{LONG} <b>في</b> يد.\n</p>", f"<p>{LONG} <b>في</b>~يد.\n</p>"),
        (f"<p>{LONG} التحالفات الدولية</p>", f"<p>{LONG} التحالفات الدولية</p>"),
        ("<p>كلمات قليلة في يد</p>", "<p>كلمات قليلة في يد</p>"),
        (f"<div>{LONG} في يد</div>", f"<div>{LONG} في يد</div>"),
    ],
    ids=["short", "over a tag", "long", "few", "no paragraph"],
)
def test_two_short_words_end_a_long_paragraph_together(html: str, wanted: str) -> None:
    assert tied(html, "rtl").replace(TIE, "~") == wanted


def test_a_cell_may_be_too_narrow_for_what_is_tied_elsewhere() -> None:
    table = "<table><tr><td><p>١٥ استخباراتياً</p></td><td>٣ أعوام</td></tr></table>"
    assert tied(table, "rtl").replace(TIE, "~") == table.replace("٣ أعوام", "٣~أعوام")


def test_two_numbers_are_never_made_one() -> None:
    """A no-break space between them would (UAX #9, rule W4), and turn their order round."""
    assert TIE not in tied(f"<p>{LONG} ٢٠١٥ ١٦</p>", "rtl")


def test_an_address_keeps_its_host_on_the_line_of_its_scheme_and_every_letter() -> None:
    html = '<p>في <a href="https://un.org/a">https://un.org/a/b</a> وفي http://x.iq/c و https://y.iq<br>د</p>'
    made = tied(html, "rtl")
    assert re.findall(r'<span class="address">([^<]*)</span>', made) == [
        "https://un.org",
        "http://x.iq",
        "https://y.iq",
    ]
    assert re.sub(r"</?span[^>]*>", "", made) == html


def test_what_needs_nothing_comes_back_unchanged() -> None:
    html = "<!DOCTYPE html><html><head><title>٣ أعوام</title></head><body><pre>٣ أعوام</pre><p>كلمة</body></html>"
    assert tied(html, "rtl") == html


@given(st.lists(st.sampled_from(["١٥", "كانون", "الثاني", "عام", "في", "3", "May", "https://a.b/c", "<b>كلمة</b>"])))
def test_ties_change_no_letter_and_need_no_second_time(pieces: list[str]) -> None:
    html = f"<p>{' '.join(pieces)}</p>"
    made = tied(html, "rtl")
    said = fragment_fromstring(made).text_content()
    assert said.replace(TIE, " ") == fragment_fromstring(html).text_content()
    assert len(re.findall(f"[0-9٠-٩]{TIE}[0-9٠-٩]", said)) == 0
