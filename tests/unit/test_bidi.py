"""The bidi room: UAX #9 by Unicode's own test, the oracle, terminals, isolated tokens and settled paragraphs."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mujaz.bidi import Base, FriBidiMissingError, isolate, levels, settle, terminal, visual
from mujaz.bidi.paragraphs import Element, parse
from mujaz.bidi.uax9 import EMBEDDINGS, _by_isolates, fribidi, mirrored, order

UNICODE = Path("/usr/share/unicode/BidiCharacterTest.txt")
INVISIBLE = re.compile("[\u061c\u200c-\u200f\u2066-\u2069]")


def unicode_lines() -> Iterator[tuple[str, Base, list[str], list[int]]]:
    if not UNICODE.exists():
        pytest.fail(f"{UNICODE} is missing: install the Debian package unicode-data")
    for line in UNICODE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            codes, _, resolved, expected, shown = line.split(";")
            text = "".join(chr(int(code, 16)) for code in codes.split())
            yield text, "rtl" if resolved == "1" else "ltr", expected.split(), [int(i) for i in shown.split()]


def agrees(found: tuple[int, ...], expected: list[str], shown: list[int]) -> bool:
    same = all(want in {"x", str(got)} for want, got in zip(expected, found, strict=True))
    return same and [index for index in order(found) if expected[index] != "x"] == shown


def test_every_line_of_unicode_s_bidi_character_test_passes() -> None:
    lines = list(unicode_lines())
    failed = [text for text, base, expected, shown in lines if not agrees(levels(text, base), expected, shown)]
    assert len(lines) > 91_000
    assert not failed, f"{len(failed)} of {len(lines)}, the first {failed[0]!a}"


def test_isolates_resolved_one_by_one_pass_it_too() -> None:
    for text, base, expected, shown in unicode_lines():
        if not EMBEDDINGS.search(text):
            assert agrees(_by_isolates(text, base), expected, shown), ascii(text)


def test_an_isolate_does_not_decide_the_numbers_of_the_next_one() -> None:
    # fribidi/fribidi#141: 1.0.8 answers 1 4 1 1 3 4 1 here, and BidiCharacterTest does not notice.
    assert levels("\u2066ع\u2069\u2066+5\u2069", "rtl") == (1, 3, 1, 1, 2, 2, 1)
    assert levels("\u2068ع\u2069\u2068b-\u2066+5\u2069\u2069", "rtl") == (1, 3, 1, 1, 2, 2, 2, 4, 4, 1, 1)


def test_a_system_without_fribidi_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mujaz.bidi.uax9.LIBRARY_NAMES", ("libnothing.so.0",))
    fribidi.cache_clear()
    try:
        with pytest.raises(FriBidiMissingError, match=r"libfribidi0.*libnothing"):
            levels("نص", "rtl")
    finally:
        fribidi.cache_clear()


def test_importing_and_ordering_starts_no_process_and_loads_no_heavy_library() -> None:
    script = (
        "import sys, subprocess; subprocess.Popen = None\n"
        "from mujaz.bidi import settle; settle('<b>World</b> <i>Bank</i> نص', 'rtl')\n"
        "assert not {'weasyprint', 'fontTools', 'arabic_reshaper'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], env={"PYTHONPATH": "generator"}, check=False)
    assert done.returncode == 0


def test_characters_outside_of_unicode_do_not_break_the_ordering() -> None:
    assert len(levels("\ud800 a", "rtl")) == 3
    assert levels("", "rtl") == ()
    assert mirrored("«") == "»"


@pytest.mark.parametrize(
    ("logical", "shown"),
    [
        ("الفترة 2025-2030", "2030-2025 ةرتفلا"),
        ("نسبة 12.5%", "%12.5 ةبسن"),
        ("2025-2030", "2025-2030"),
        ("المادة 7/ثانيا", "ايناث/7 ةداملا"),
        ("نص (GDP) نص", "صن (GDP) صن"),
        ("القرار 1373 (2001)", "(2001) 1373 رارقلا"),
    ],
)
def test_visual_order_of_running_text(logical: str, shown: str) -> None:
    assert visual(logical, "rtl") == shown


def test_terminal_text_is_joined_ordered_and_free_of_private_use_codes() -> None:
    assert terminal("السلام (GDP)") == "(GDP) ﻡﻼﺴﻟﺍ"
    assert terminal("مَدّ") == "ّﺪﻣَ".replace("ّﺪ", "ﺪّ")
    assert terminal("سطر\nWorld") == "ﺮﻄﺳ\nWorld"
    assert terminal("نص \u2066+964 1\u2069") == "+964 1 ﺺﻧ"
    kurdish = terminal("ڕێگای ڵە هەولێر ۆ")
    assert {"ڕ", "ێ", "ڵ"} <= set(kurdish)


@given(st.text(st.characters(min_codepoint=0x600, max_codepoint=0x6FF), max_size=40))
def test_terminal_text_never_holds_private_use_codes(text: str) -> None:
    assert not re.search("[\ue000-\uf8ff]", terminal(text))


@pytest.mark.parametrize(
    "token",
    [
        "+964 1 555 0000", "0770 123 4567", "(01) 555 0000", "C++", "C#", ".NET", "https://www.un.org/ar/",
        "moj.gov.iq/laws/", "@who_iraq", "#COP28", "10.1234/abc.56", "978-3-16-148410-0", "BB+", "2024-05-12",
        "Apple Inc.", "Washington D.C.", "Smith, J.", "1.5°C", "-5", "−3.2", "+4.5",
    ],
)  # fmt: skip
def test_technical_tokens_are_isolated(token: str) -> None:
    assert isolate(f"<p>نص {token} نص</p>", "rtl") == f'<p>نص <span dir="ltr">{token}</span> نص</p>'


@pytest.mark.parametrize(
    "text",
    [
        "الفترة 2025-2030 وفق", "نسبة 12.5% من", "بلغ 1,234.5 دينار", "في 12/5/2024 ببغداد", "المادة 7/ثانياً من",
        "القرار S/RES/1373 (2001) الصادر", "طائرات F-16 و COVID-19 هنا", "info@un.org هنا", "كوفيد-19 هنا",
        "الساعة 10:30 هنا", "درجة -٥ هنا", "انتهى النص. World Bank هنا", "بين 5 - 10 هنا", "من 3 إلى 5+",
        '<span dir="ltr">+964 1 555</span> هنا', "<code>C++</code> هنا", '<a title="C++">هنا</a>',
        "<bdi>C++</bdi> هنا", '<p dir="ltr">Call +964 1 555.</p>',
    ],
)  # fmt: skip
def test_running_text_and_stated_order_are_left_alone(text: str) -> None:
    assert isolate(text, "rtl") == text


def test_a_token_takes_the_words_it_belongs_to_into_its_span() -> None:
    assert isolate("نص <b>Microsoft</b> C++ نص", "rtl") == 'نص <span dir="ltr"><b>Microsoft</b> C++</span> نص'
    assert isolate("بين 4 و-5 درجات", "rtl") == 'بين 4 و<span dir="ltr">-5</span> درجات'


def test_left_to_right_text_is_not_isolated() -> None:
    assert isolate("Call +964 1 555 عربي", "ltr") == "Call +964 1 555 عربي"


@pytest.mark.parametrize(
    ("given_html", "settled"),
    [
        ("الفترة <b>2025-2030</b> وفق", "الفترة <b>\u061c2025-2030</b> وفق"),
        ("نص <b>North</b> <i>South</i> نص", 'نص <span dir="ltr"><b>North</b> <i>South</i></span> نص'),
        ("نص 1<b>2</b>3% نص", 'نص <span dir="ltr">1<b>2</b>3</span>% نص'),
        (
            '<a id="x" href="#y">نص World</a> <b>Bank نص</b>',
            '<a id="x" href="#y">نص </a><span dir="ltr"><a href="#y">World</a> <b>Bank</b></span><b> نص</b>',
        ),
        ("نص <bdi>C++</bdi>", 'نص <bdi dir="ltr">C++</bdi>'),
        ('<p dir="auto">World نص</p>', '<p dir="ltr">World نص</p>'),
        (
            'World<span class="footnote">نص</span> Bank نص',
            '<span dir="ltr">World<span class="footnote" dir="rtl">نص</span> Bank</span> نص',
        ),
        ("<p>one,<br><b>t</b>wo</p>", '<p>one,<br><span dir="ltr"><b>t</b>wo</span></p>'),
        ("<li>نص<ul><li><b>a</b>b</li></ul></li>", '<li>نص<ul><li><span dir="ltr"><b>a</b>b</span></li></ul></li>'),
    ],
)
def test_mixed_paragraphs_are_settled(given_html: str, settled: str) -> None:
    assert settle(given_html, "rtl") == settled


@pytest.mark.parametrize(
    "html",
    [
        "<p>نص عربي <b>غامق</b> وفق 2025 وWorld Bank وغيره</p>", "", "نص", "<P>نص<BR>نص &nbsp;",
        "<p>نص <b>World</b> نص",
        "<table><tr><td>12.5</td></tr></table>", "<script>if (a < b) x('2025-2030')</script>", "<ul><li>نص<li>نص</ul>",
    ],
)  # fmt: skip
def test_what_needs_nothing_comes_back_as_it_was(html: str) -> None:
    assert settle(html, "rtl") == html


def test_a_document_keeps_its_doctype_head_and_drawings() -> None:
    head = '<head><meta charset="utf-8"><title>A, 1-2 عربي</title><style>p > b {{ top: 0 }}</style></head>'
    html = f'<!DOCTYPE html>\n<html lang="ar" dir="rtl">{head}<body><svg viewBox="0 0 1 1"></svg>{{}}</body></html>'
    settled = settle(html.format("<p>نص <b>a</b>b</p>"), "rtl")
    assert settled.lower() == html.format('<p>نص <span dir="ltr"><b>a</b>b</span></p>').lower()


# Properties: against a model of WeasyPrint, which orders each inline box alone, and of browsers, which do not.

WORDS = (
    "عربي", "نص", "و", "Latin", "World Bank", "A", "b", "12", "2030", "٣٤", "12.5%", "2025-2030", "-", "+", "(", ")",
    "[", "]", "«", "»", ".", ",", "،", " ", " ", "/", ":", "%", "$", "@", "٪", "_", "–", "é", "\u200c", "\u200f",
    "\u200e", "\u061c", "\u2067A-5 نص\u2069", "\u2066+964 1\u2069", '"',
)  # fmt: skip
TAGS = ("b", "i", 'a href="x"', 'span dir="ltr"', 'span dir="rtl"', "span", 'em id="q"')
texts = st.lists(st.sampled_from(WORDS), max_size=6).map("".join)
markup = st.recursive(
    texts,
    lambda inside: st.one_of(
        st.lists(inside, max_size=4).map("".join),
        st.tuples(st.sampled_from(TAGS), inside).map(lambda t: f"<{t[0]}>{t[1]}</{t[0].split()[0]}>"),
    ),
    max_leaves=8,
).map(lambda html: html + ".")
bases = st.sampled_from(("rtl", "ltr"))
often = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))


def on_paper(html: str, base: Base) -> str:
    """The order of WeasyPrint: each text box by itself, the boxes of a box in the direction of that box."""

    def box(element: Element, inherited: Base) -> str:
        direction: Base = element.get("dir") or inherited
        parts = [visual(element.text or "", direction)]
        for child in element:
            parts += [box(child, direction), visual(child.tail or "", direction)]
        return "".join(reversed(parts) if direction == "rtl" else parts)

    return INVISIBLE.sub("", box(parse(html).root, base))


def in_browser(html: str, base: Base) -> str:
    """The order of UAX #9, with an isolate for each element that has a direction."""

    def flat(element: Element) -> str:
        text = element.text or ""
        for child in element:
            opening = {"ltr": "\u2066", "rtl": "\u2067"}.get(child.get("dir"), "")
            text += opening + flat(child) + ("\u2069" if opening else "") + (child.tail or "")
        return text

    return INVISIBLE.sub("", visual(flat(parse(html).root), base))


@often
@given(markup, bases)
def test_settled_markup_has_one_order_on_paper_and_in_browsers(html: str, base: Base) -> None:
    wanted = in_browser(html, base)
    settled = settle(html, base)
    assert on_paper(settled, base) == wanted
    assert in_browser(settled, base) == wanted


@often
@given(markup, bases)
def test_settling_twice_changes_nothing_and_loses_nothing(html: str, base: Base) -> None:
    settled = settle(html, base)
    assert settle(settled, base) == settled
    assert visible(settled) == visible(html)
    ids = parse(settled).root.xpath(".//@id")
    assert len(ids) == len(parse(html).root.xpath(".//@id"))


@often
@given(markup, bases)
def test_isolating_twice_changes_nothing_and_loses_nothing(html: str, base: Base) -> None:
    isolated = isolate(html, base)
    assert visible(isolated) == visible(html)
    if not re.search(r"</span>[^\s<]", isolated):  # what clings to a token has another neighbour the second time
        assert isolate(isolated, base) == isolated


def visible(html: str) -> str:
    return re.sub("[\u061c\u200e]", "", parse(html).root.text_content())


@often
@given(texts, st.integers(0, 40), bases)
def test_markup_never_changes_the_order_of_a_text(text: str, place: int, base: Base) -> None:
    text = text.replace("\u2067A-5 نص\u2069", "").replace("\u2066+964 1\u2069", "")
    bold = f"{text[:place]}<b>{text[place : place + 3]}</b>{text[place + 3 :]}."
    assert on_paper(settle(bold, base), base) == in_browser(f"{text}.", base)
