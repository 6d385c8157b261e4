"""Markdown of a field → safe HTML: nothing but the allowed tags, no address but the web's, citations swallowed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from markupsafe import Markup

from mujaz.bidi import settle
from mujaz.model.text import Shape
from mujaz.prose import MAX_NESTING, Passage, Voice, read, write

ARABIC = Voice("arabic-indic", "rtl")
WESTERN = Voice("western", "rtl")
ENGLISH = Voice("western", "ltr")

ALLOWED = {
    **dict.fromkeys(("p", "br", "em", "strong", "s", "ul", "li", "blockquote", "code", "pre"), frozenset[str]()),
    **dict.fromkeys(("table", "thead", "tbody", "tr", "h4", "hr"), frozenset[str]()),
    "ol": frozenset({"start"}),
    "a": frozenset({"href", "rel"}),
    "th": frozenset({"class"}),
    "td": frozenset({"class"}),
    "sup": frozenset({"data-cite"}),
    "span": frozenset({"dir"}),
}


def flow(text: str, voice: Voice = ARABIC) -> Passage:
    return read(text, Shape.FLOW, voice)


def line(text: str, voice: Voice = ARABIC) -> Passage:
    return read(text, Shape.LINE, voice)


def tree(html: str) -> etree._Element:
    """The fragment, which must be well-formed but for what HTML has and XML has not."""
    closed = re.sub("<(br|hr)>", r"<\1/>", html).replace("&nbsp;", "\xa0")
    closed = re.sub(r"<(li|td|th)([^<>]*)>(\s*)(?=<(?:li|td|th|/ul|/ol|/tr)\b)", r"<\1\2></\1>\3", closed)
    return etree.fromstring(f"<div>{closed}</div>")


def words(html: str) -> str:
    return "".join(tree(html).itertext())


# What `marks` lets through: no controls, no overrides, no surrogates.
characters = st.characters(
    codec="utf-8",
    exclude_categories=("Cs", "Cc"),
    exclude_characters="\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufffe\uffff",
)
pieces = st.sampled_from(
    [
        *"*_~`[]()<>!#|-+>\\&\"' \n\t",
        *("**", "~~", "```\n", "> ", "- ", "1. ", "## ", "\n\n", "    ", "|a|b|\n|:-|-:|\n|1|2|\n", "  \n", "---\n"),
        *("[@hamid، ص 5]", "[@a؛ @b]", "@c", "[x](http://x.org)", "[x](javascript:y)", "![x](y.png)", "<b>", "</p>"),
        *(
            "<script>",
            "<img src=x onerror=y>",
            "&lt;",
            "&#x41;",
            "&amp;",
            "&nbsp;",
            "<!--",
            "<a@b.org>",
            "<https://x.y>",
        ),
        *(
            "كلمة",
            "word",
            "12",
            "٣٤",
            "1,234.5",
            "F-16",
            "info@example.org",
            "[1]: http://x.org\n",
            '<sup data-cite="0"></sup>',
        ),
    ]
)
texts = st.lists(st.one_of(pieces, st.text(characters, max_size=6)), max_size=25).map("".join)
voices = st.sampled_from([ARABIC, WESTERN, ENGLISH])


@given(texts, st.sampled_from(Shape), voices)
def test_any_text_becomes_a_well_formed_fragment_of_allowed_tags(text: str, shape: Shape, voice: Voice) -> None:
    passage = read(text, shape, voice)
    for element in tree(passage.html).iterdescendants():
        assert element.tag in ALLOWED
        assert set(element.attrib) <= ALLOWED[element.tag]
        assert element.get("dir") in (None, "rtl", "ltr")
        address = element.get("href", "")
        assert ":" not in address.split("/")[0] or address.lower().startswith(("http:", "https:", "mailto:"))


@given(texts, st.sampled_from(Shape), voices)
def test_any_text_keeps_its_brackets_in_order_and_takes_a_call_for_each(text: str, shape: Shape, voice: Voice) -> None:
    passage = read(text, shape, voice)
    marks = [each.get("data-cite") for each in tree(passage.html).iter("sup")]
    assert marks == [str(number) for number in range(len(passage.brackets))]
    calls = [Markup('<a href="#n{}">{}</a>').format(number, number) for number in range(len(marks))]
    written = str(write(passage, calls))
    assert "data-cite=" not in re.sub(r"data-cite=(&quot;|[\"“])0(&quot;|[\"”])(&gt;|>)&lt;", "", written)
    assert [call for call in calls if written.count(str(call)) != 1] == []


@given(texts, st.sampled_from(Shape))
def test_any_text_can_be_settled_for_paper(text: str, shape: Shape) -> None:
    page = f"<!DOCTYPE html><html><head><title>x</title></head><body>{read(text, shape, ARABIC).html}</body></html>"
    assert settle(page, "rtl").endswith("</html>")


@given(st.text(st.sampled_from("اب 12٣٫.,%ab-/()«»،"), max_size=30))
def test_digits_change_nothing_but_digits(text: str) -> None:
    plain = str.maketrans("٠١٢٣٤٥٦٧٨٩٫٬٪", "0123456789.,%")
    assert words(line(text).html).translate(plain) == words(line(text, WESTERN).html).translate(plain)


@pytest.mark.parametrize(
    "raw",
    [
        "<script>alert(1)</script>",
        '<img src="x" onerror="y">',
        "<b>غامق</b>",
        "</p></div>",
        "<!-- سر -->",
        "<style>*{}",
    ],
)
@pytest.mark.parametrize("shape", Shape)
def test_raw_html_is_shown_as_it_was_typed(raw: str, shape: Shape) -> None:
    html = read(f"قبل {raw} بعد", shape, ARABIC).html
    assert words(html) == f"قبل {raw} بعد"
    assert {each.tag for each in tree(html).iterdescendants()} <= {"p", "span"}


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:x",
        "file:///etc/passwd",
        "data:text/html,x",
        "vbscript:x",
        "data:image/png;base64,AA==",
    ],
)
@pytest.mark.parametrize("written", ["[نص]({})", "<{}>", "[نص][1]\n\n[1]: {}"])
def test_an_address_that_is_not_the_webs_leads_nowhere(address: str, written: str) -> None:
    html = flow(written.format(address)).html
    assert "href" not in html


@pytest.mark.parametrize("address", ["https://example.org/a?b=1&c=2", "http://x.org", "mailto:a@b.org"])
def test_an_address_of_the_web_is_a_link_without_a_referrer(address: str) -> None:
    (link,) = tree(line(f"[نص]({address})").html).iter("a")
    assert link.get("href") == address
    assert link.get("rel") == "noopener noreferrer"


def test_a_picture_is_never_loaded() -> None:
    html = flow("![وصف](https://example.org/x.png) و ![](file:///x.svg)").html
    assert "<img" not in html
    assert "src" not in html


@pytest.mark.parametrize("marks", ["#", "##", "######"])
def test_any_heading_stands_below_its_points_own(marks: str) -> None:
    assert flow(f"{marks} عنوان").html == "<h4>عنوان</h4>"


def test_a_column_is_aligned_by_where_a_line_starts() -> None:
    html = flow("|a|b|c|d|\n|:-|-:|:-:|-|\n|1|2|3|4|").html
    assert [cell.get("class") for cell in tree(html).iter("th")] == ["start", "end", "middle", None]
    assert [cell.get("class") for cell in tree(html).iter("td")] == ["start", "end", "middle", None]
    assert "style" not in html


def test_a_line_is_one_paragraph_however_it_was_folded() -> None:
    assert line("أول\n  ثان\n\nثالث").html == "أول ثان ثالث"
    assert line("# ليس عنواناً\n- ولا قائمة").html == "# ليس عنواناً - ولا قائمة"


@pytest.mark.parametrize(
    "text", ["نص [@hamid].", "نص   [@hamid].", "نص[@hamid].", "**نص** [@hamid].", "**نص [@hamid]**."]
)
@pytest.mark.parametrize("shape", Shape)
def test_a_citation_takes_the_space_before_it_along(text: str, shape: Shape) -> None:
    passage = read(text, shape, ARABIC)
    assert passage.brackets == ("@hamid",)
    assert words(str(write(passage, [Markup("")]))) == "نص."


def test_a_folded_line_leaves_no_space_where_its_citation_was() -> None:
    assert write(line("نص\n[@hamid]."), [Markup("")]) == "نص."


def test_brackets_are_kept_in_order_through_emphasis_lists_and_tables() -> None:
    passage = flow("**أ [@a، ص 1]** ب [@b؛ @c]\n\n- ج [@d]\n\n|هـ [@e]|\n|-|\n|و [@f]|")
    assert passage.brackets == ("@a، ص 1", "@b؛ @c", "@d", "@e", "@f")
    calls = [Markup("<b>{}</b>").format(number) for number in range(5)]
    html = str(write(passage, calls))
    assert re.findall("<b>(.)</b>", html) == ["0", "1", "2", "3", "4"]
    assert tree(html).find(".//strong/b") is not None


def test_more_than_ten_calls_stand_each_in_its_own_place() -> None:
    passage = flow(" ".join(f"كلمة [@k{number}]" for number in range(25)))
    html = str(write(passage, [Markup("({})").format(number) for number in range(25)]))
    assert re.findall(r"\((\d+)\)", html) == [str(number) for number in range(25)]


@pytest.mark.parametrize(
    "text",
    [
        "[info@example.org]",
        "راسل info@example.org",
        "[@hamid](https://x.org)",
        r"\[@hamid]",
        "`[@hamid]`",
        "[ @ ]",
        "@hamid",
    ],
)
def test_what_only_looks_like_a_citation_is_left_alone(text: str) -> None:
    passage = flow(text)
    assert passage.brackets == ()
    assert "sup" not in passage.html


def test_what_an_author_types_cannot_pass_for_the_mark_of_a_citation() -> None:
    passage = line('<sup data-cite="0"></sup> نص [@hamid]')
    html = str(write(passage, [Markup("<b>1</b>")]))
    assert html.count("<b>1</b>") == 1
    assert html.endswith("نص<b>1</b>")


def test_a_call_is_not_searched_for_the_marks_of_others() -> None:
    passage = line("أ [@a] ب [@b]")
    assert write(passage, [Markup("١"), Markup("٢")]) == "أ١ ب٢"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("عام 2014", "عام ٢٠١٤"),
        ("**12** كتاباً", "١٢ كتاباً"),
        ("`12` ثم 2", "12 ثم ٢"),
        ("القرار S/RES/1373 صدر", "القرار S/RES/1373 صدر"),
        ("انظر https://x.org/12 عام 3", "انظر https://x.org/12 عام ٣"),
        ("طائرة F-16", "طائرة F-16"),
        ("بلغت 2.5% من 1,200", "بلغت ٢٫٥٪ من ١٬٢٠٠"),
    ],
)
def test_digits_follow_the_reader_in_text_and_stay_in_code_links_and_latin(text: str, expected: str) -> None:
    assert words(flow(text).html) == expected


def test_a_block_of_code_keeps_its_digits() -> None:
    assert words(flow("```\n12\n```\n\n12").html) == "12\n\n١٢"


def test_the_address_of_a_link_keeps_its_digits_when_its_words_do_not() -> None:
    (link,) = tree(line("[عام 2014](https://x.org/2014)").html).iter("a")
    assert link.get("href") == "https://x.org/2014"
    assert "".join(link.itertext()) == "عام ٢٠١٤"


def test_western_digits_are_what_a_western_reader_gets() -> None:
    assert line("عام ٢٠١٤ ونسبة ٢٫٥٪", WESTERN).html == "عام 2014 ونسبة 2.5%"


def test_an_ordered_list_begins_where_its_author_began() -> None:
    (numbered,) = tree(flow("5. أ\n6. ب").html).iter("ol")
    assert numbered.get("start") == "5"


@pytest.mark.parametrize("text", ["> " * 500 + "x", "- " * 500 + "x", "[" * 500 + "x" + "]" * 500, "*" * 3000])
def test_deep_blocks_end_at_a_bound(text: str) -> None:
    deepest = max(len(list(each.iterancestors())) for each in tree(flow(text).html).iter())
    assert deepest <= 2 * MAX_NESTING + 2


@pytest.mark.parametrize("mark", ["*", "**", "_", "~~"])
def test_a_hundred_levels_of_emphasis_lose_no_word(mark: str) -> None:
    text = f"{mark}ن " * 100 + "قلب" + f" ن{mark}" * 100
    assert words(flow(text).html).count("ن") == 200


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('The coalition\'s "last" word', "The coalition’s “last” word"),
        (
            "He said: 'it **isn't** over', in the states' name",
            "He said: ‘it <strong>isn’t</strong> over’, in the states’ name",
        ),
        ("`it's` and https://x.org/it's?a='b/", "<code>it's</code> and https://x.org/it's?a='b/"),
        ("<https://x.org/o'k>", "https://x.org/o'k"),
        ('a 5" gun', 'a 5" gun'),
    ],
)
def test_straight_marks_are_curled_in_english_but_not_in_code_and_addresses(text: str, wanted: str) -> None:
    assert re.sub("</?a[^>]*>", "", line(text, ENGLISH).html) == wanted


def test_straight_marks_stay_in_other_languages() -> None:
    assert line('قال "smith\'s"').html == 'قال "smith\'s"'
