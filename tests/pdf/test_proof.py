"""The proof of the page: real files pass without a word, and each way to break one is told by its rule."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from unittest import mock

import pikepdf
import pytest
import yaml
from arabic_reshaper import ArabicReshaper

from mujaz import compose as composing
from mujaz.bidi import settle, visual
from mujaz.compose import compose
from mujaz.export import export
from mujaz.faces import faces_of
from mujaz.model.document import Document, Medium, Output, Theme
from mujaz.plan import Request
from mujaz.problems import Severity
from mujaz.proof import findings, findings_of_file, opinion, proof
from mujaz.proof.harfbuzz import shaped
from mujaz.proof.joining import reshaped
from mujaz.standing import look
from mujaz.templates import House, open_templates
from workspace import ROOT, entry, house, reader, templates, told

BIDI = ROOT / "tests" / "cases" / "bidi"
ORDER = frozenset({"order-wrong", "order-disputed", "words-lost", "words-other", "words-strange"})
SAYING = "وافق مجلس الأمن على القرار ووصفته وزارة الخارجية بالمنصف"
MIXED = "ترى الوزارة أن **Joint** **Vision 2020** و[NATO](https://nato.int), *EU*, هما أساس **Defence (MoD)** اليوم"
LONG = " ".join(["يبحث هذا التفصيل في أسباب الأزمة وفي ما يترتب عليها من آثار قريبة وبعيدة، وفي ما يمكن أن يفعل."] * 16)
BLOCKS = (
    {"kind": "summary", "headline": SAYING, "gist": f"{MIXED} [@hamid، ص 5]."},
    {
        "kind": "findings",
        "points": [
            {"id": "one", "headline": "عنوان النقطة الأولى", "gist": "خلاصة الأولى [@saeedi، ص 9].", "detail": LONG},
            {"id": "two", "headline": "عنوان النقطة الثانية", "gist": "خلاصة الثانية [@smith، ص 7].", "detail": LONG},
            {"id": "three", "headline": "عنوان النقطة الثالثة", "gist": "خلاصة الثالثة.", "detail": LONG},
            {"id": "four", "headline": "عنوان النقطة الرابعة", "gist": "خلاصة الرابعة.", "detail": LONG},
        ],
    },
    {
        "kind": "table",
        "caption": "ترتيب العراق في المؤشرات",
        "columns": ["المؤشر", "السنة", "المرتبة"],
        "rows": [["مؤشر السلام العالمي", "2019", "159"], ["مؤشر التنمية", "2020", "123"]],
        "source": "معهد الاقتصاد والسلام",
    },
)
READER = {"depth": "detail", "notes": "notes", "contents": True, "references": True}


@cache
def sample(*, settled: bool = True, theme: Theme = "classic") -> Document:
    brief = told(entry(BLOCKS), reader(**READER), digits="arabic-indic", theme=theme)
    if settled:
        return compose(brief, templates(), medium=Medium.PRINT, house=House(house(theme=theme), None))
    with mock.patch.object(composing, "settle", lambda html, _base: html):
        return compose(brief, templates(), medium=Medium.PRINT, house=House(house(theme=theme), None))


@cache
def file() -> bytes:
    return export(sample()).data


def rules(document: Document, data: bytes) -> set[str]:
    return {each.rule for each in findings(document, data)}


@pytest.mark.parametrize("theme", ["classic", "modern"])
def test_a_sound_file_passes_without_a_word(theme: Theme) -> None:
    document = sample(theme=theme)
    assert findings(document, export(document).data) == ()


@pytest.mark.parametrize("digits", ["western", "arabic-indic", "persian"])
def test_numbers_need_no_other_font_in_any_theme(digits: str) -> None:
    """The mark that keeps a range in its Arabic order has a glyph of its own, where the face has none."""
    block = {"kind": "summary", "headline": "بين 2027-2029 و12.5% و(5-7)", "gist": "زاد **12.5%** عام *2027-2029* هنا."}
    for theme in ("classic", "modern"):
        brief = told(entry([block]), reader(notes="none"), digits=digits, theme=theme)
        document = compose(brief, templates(), medium=Medium.PRINT, house=House(house(theme=theme), None))
        assert findings(document, export(document).data) == (), theme


# ------------------------------------------------------------------------------------------- broken on purpose


def styled(css: str) -> Callable[[str], str]:
    return lambda html: html.replace("</head>", f"<style>{css}</style></head>", 1)


def exchanged(old: str, new: str, count: int = -1) -> Callable[[str], str]:
    def change(html: str) -> str:
        assert old in html
        return html.replace(old, new, count)

    return change


def reshaped_text(html: str) -> str:
    return html.replace(SAYING, ArabicReshaper().reshape(SAYING))


def baked_text(html: str) -> str:
    return html.replace(SAYING, visual(ArabicReshaper().reshape(SAYING), "rtl"))


def without_first_note(html: str) -> str:
    return re.sub(r'<span class="footnote">.*?</span>', "", html, count=1)


BEFORE: dict[str, tuple[str, Callable[[str], str]]] = {
    "shaped before it was set": ("glyph-other", reshaped_text),
    "shaped and turned before it was set": ("order-wrong", baked_text),
    "two words exchanged": ("order-wrong", exchanged("على القرار ووصفته", "ووصفته القرار على", 1)),
    "letters of a word exchanged": ("order-wrong", exchanged("بالمنصف", "بالنمصف", 1)),
    "a word left out": ("words-other", exchanged("وزارة الخارجية بالمنصف", "وزارة بالمنصف", 1)),
    "a word put in": ("words-other", exchanged("على القرار", "على هذا القرار", 1)),
    "a paragraph hidden": ("words-lost", styled(".summary .headline { display: none }")),
    "a section hidden": ("words-lost", styled(".table { display: none }")),
    "a paragraph put in": ("words-strange", exchanged("<main", "<p>نص غريب لم يكتبه أحد</p><main", 1)),
    "letters set apart": ("letters-unjoined", styled("p { letter-spacing: 2pt }")),
    "letters in spans of their own": (
        "letters-unjoined",
        exchanged("القرار ووصفته", "الق<b>ر</b>ار وو<b>صف</b>ته", 1),
    ),
    "joiners between letters": ("glyph-other", exchanged("وزارة الخارجية", "وزارة الخا\u200cرجي\u200cة", 1)),
    "a grid in the flow": ("order-wrong", styled(".summary { display: grid; grid-template-columns: 1fr 1fr }")),
    "the other direction": ("order-wrong", exchanged('<html lang="ar" dir="rtl"', '<html lang="ar" dir="ltr"')),
    "columns of a table turned": ("order-wrong", styled("table { direction: ltr }")),
    "another language": ("language-lost", exchanged('<html lang="ar"', '<html lang="fa"')),
    "another title": ("title-lost", lambda html: re.sub("<title>.*?</title>", "<title>مسودة</title>", html)),
    "wide as no page is": ("text-outside", styled(".summary .headline { white-space: nowrap; font-size: 40pt }")),
    "pushed off the page": ("text-outside", styled(".summary .headline { position: relative; right: -300pt }")),
    "in the colour of the paper": ("text-unseen", styled(".summary .gist { color: white; background: none }")),
    "under a black sheet": (
        "text-unseen",
        styled(
            ".block { position: relative } .block::after { content: ''; position: absolute; top: 0; left: 0; "
            "width: 100%; height: 100%; background: black }"
        ),
    ),
    "printed over another": ("text-over", styled(".summary .gist { margin-top: -24pt }")),
    "bound on the other side": (
        "side-wrong",
        lambda html: (
            html.replace("@page :left", "@page :x")
            .replace("@page :right", "@page :left")
            .replace("@page :x", "@page :right")
        ),
    ),
    "numbers of pages on the inside": (
        "head-aside",
        lambda html: (
            html.replace("@bottom-left", "@bottom-x")
            .replace("@bottom-right", "@bottom-left")
            .replace("@bottom-x", "@bottom-right")
        ),
    ),
    "numbers of pages in other digits": ("head-wrong", exchanged("counter(page, arabic-indic)", "counter(page)")),
    "no running head": ("head-wrong", exchanged("content: string(title)", "content: none")),
    "another running head": ("head-wrong", exchanged("content: string(title)", 'content: "مسودة"')),
    "a note left out": ("note-lost", without_first_note),
    "notes numbered from two": ("note-number", styled("body { counter-reset: footnote 1 }")),
    "no numbers in the contents": ("contents-wrong", styled(".contents a::after { content: '' }")),
    "other digits in the contents": (
        "contents-wrong",
        exchanged("target-counter(attr(href url), page, arabic-indic)", "target-counter(attr(href url), page)"),
    ),
    "contents that lead elsewhere": (
        "contents-wrong",
        lambda html: re.sub(r'href="#section_2_findings"', 'href="#section_3_table"', html, count=1),
    ),
}
"""What happens to a page before it is set: the rule that tells of it, and the change."""


@pytest.mark.parametrize("name", BEFORE)
def test_a_page_that_is_set_otherwise_than_it_was_meant_is_told(name: str) -> None:
    rule, change = BEFORE[name]
    html = change(sample().html)
    assert html != sample().html
    made = export(replace(sample(), html=html))
    assert rule in rules(sample(), made.data)


def test_a_latin_pair_that_the_renderer_turns_round_is_told_where_nothing_settled_it() -> None:
    assert sample(settled=False).html != sample().html
    found = findings(sample(), export(sample(settled=False)).data)
    assert "order-wrong" in {each.rule for each in found}
    assert any("Vision" in each.meant for each in found)


# What happens to the file afterwards.

Change = Callable[[pikepdf.Pdf], None]


def stream(page: int, change: Callable[[bytes], bytes]) -> Change:
    def changed(pdf: pikepdf.Pdf) -> None:
        old = pdf.pages[page].Contents.read_bytes()
        new = change(old)
        assert new != old
        pdf.pages[page].Contents.write(new)

    return changed


TEXT = re.compile(rb"(1 0 0 -1) ([\d.]+) ([\d.]+) Tm\n(/\S+ [\d.]+ Tf\n)\[<([0-9a-f]{40,})>\] TJ")
"""A line of words in a row."""


def moved(x: float, y: float) -> Change:
    """The first long line of the second page, set elsewhere."""

    def shift(match: re.Match[bytes]) -> bytes:
        place = b"%b %f %f Tm" % (match[1], float(match[2]) + x, float(match[3]) + y)
        return place + b"\n" + match[4] + b"[<" + match[5] + b">] TJ"

    return stream(1, lambda old: TEXT.sub(shift, old, count=1))


def glyphs(change: Callable[[bytes], bytes]) -> Change:
    """Other glyphs in the first long line of the second page."""
    return stream(
        1,
        lambda old: TEXT.sub(lambda m: m[0].replace(b"[<" + m[5] + b">]", b"[<" + change(m[5]) + b">]"), old, count=1),
    )


def turned(codes: bytes) -> bytes:
    return b"".join(codes[at : at + 4] for at in range(len(codes) - 4, -1, -4))


def twice(old: bytes) -> bytes:
    """The first two lines of a page printed in one place."""
    first, second = list(TEXT.finditer(old))[:2]
    place = b"%b %b %b Tm" % (first[1], first[2], first[3])
    return old.replace(second[0], second[0].replace(b"%b %b %b Tm" % (second[1], second[2], second[3]), place))


LINE = re.compile(rb"(1 0 0 -1 [\d.]+ ([\d.]+) Tm)\n/\S+ [\d.]+ Tf\n\[[^\]]{300,}\] TJ")


def lines_exchanged(old: bytes) -> bytes:
    """Two lines of a paragraph, each in the place of the other."""
    first, second = list(LINE.finditer(old))[:2]
    marked = old.replace(first[1], b"@@", 1).replace(second[1], first[1], 1)
    return marked.replace(b"@@", second[1], 1)


def unnamed(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.Lang


def undirected(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.ViewerPreferences["/Direction"]


def untitled(pdf: pikepdf.Pdf) -> None:
    del pdf.docinfo["/Title"]


def hidden_title(pdf: pikepdf.Pdf) -> None:
    pdf.Root.ViewerPreferences.DisplayDocTitle = False


def metadata(old: bytes, new: bytes) -> Change:
    def changed(pdf: pikepdf.Pdf) -> None:
        text = pdf.Root.Metadata.read_bytes()
        assert old in text
        pdf.Root.Metadata.write(text.replace(old, new))

    return changed


def untagged(pdf: pikepdf.Pdf) -> None:
    pdf.Root.MarkInfo.Marked = False


def fonts_of(pdf: pikepdf.Pdf) -> list[pikepdf.Object]:
    return [each for each in pdf.objects if isinstance(each, pikepdf.Dictionary) and "/DescendantFonts" in each]


def foreign_font(pdf: pikepdf.Pdf) -> None:
    fonts_of(pdf)[0].BaseFont = pikepdf.Name("/ABCDEF+DejaVu-Sans")


def lent_font(pdf: pikepdf.Pdf) -> None:
    del fonts_of(pdf)[0].DescendantFonts[0].FontDescriptor["/FontFile2"]


def old_forms(pdf: pikepdf.Pdf) -> None:
    for font in fonts_of(pdf):
        font.ToUnicode.write(font.ToUnicode.read_bytes().replace(b"<0639>", b"<fecb>"))


def wrong_texts(pdf: pikepdf.Pdf) -> None:
    for font in fonts_of(pdf):
        font.ToUnicode.write(font.ToUnicode.read_bytes().replace(b"<0639>", b"<063a>"))


def note_overleaf(pdf: pikepdf.Pdf) -> None:
    """The first note is printed on another page than its mark."""
    note = next(each for each in pdf.objects if isinstance(each, pikepdf.Dictionary) and each.get("/S") == "/Note")
    here = note.Pg
    there = next(page for page in pdf.pages if page.objgen != here.objgen)
    numbers: dict[int, int] = {}

    def move(element: pikepdf.Object) -> None:
        element.Pg = there.obj
        kids = list(element.K) if isinstance(element.K, pikepdf.Array) else [element.K]
        for at, kid in enumerate(kids):
            if isinstance(kid, int):
                numbers[int(kid)] = kids[at] = 9000 + int(kid)
            elif isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
                move(kid)
        element.K = pikepdf.Array(kids)

    move(note)
    old = here.Contents.read_bytes()
    parts = []
    for was, new in numbers.items():
        found = re.search(rb"/Span\n<</MCID %d>>\nBDC\n.*?\nEMC" % was, old, re.DOTALL)
        assert found
        parts.append(found[0].replace(b"/MCID %d>>" % was, b"/MCID %d>>" % new))
        old = old.replace(found[0], b"")
    here.Contents.write(old)
    size = b"q\n1 0 0 -1 0 841.889764 cm\n0.75 0 0 0.75 0 0 cm\n"
    for key, font in here.Resources.Font.items():
        there.resources.Font[key] = font
    there.contents_add(size + b"\n".join(parts) + b"\nQ")


AFTER: dict[str, tuple[str, Change]] = {
    "no language": ("language-lost", unnamed),
    "no direction": ("direction-lost", undirected),
    "no title": ("title-lost", untitled),
    "a title that is not shown": ("title-lost", hidden_title),
    "no mark of PDF/UA": ("standard-lost", metadata(b"pdfuaid:part>1", b"pdfuaid:none>1")),
    "no mark of PDF/A": ("standard-lost", metadata(b"pdfaid:part", b"pdfaid:none")),
    "not marked as tagged": ("standard-lost", untagged),
    "a font of another name": ("font-foreign", foreign_font),
    "a font that is not inside": ("font-absent", lent_font),
    "old forms in the text": ("letters-shaped", old_forms),
    "other letters in the text": ("words-other", wrong_texts),
    "a line that leaves the page": ("text-outside", moved(700, 0)),
    "a line below the page": ("text-outside", moved(0, 2000)),
    "a line in the margin": ("text-outside", moved(60, 0)),
    "a line over another": ("text-over", stream(2, twice)),
    "two lines exchanged": ("order-wrong", stream(2, lines_exchanged)),
    "glyphs from the other end": ("order-wrong", glyphs(turned)),
    "a glyph for another": ("glyph-other", glyphs(lambda codes: codes[:8] + codes[4:8] + codes[12:])),
    "a glyph that the font lacks": ("glyph-blank", glyphs(lambda codes: codes[:8] + b"0000" + codes[12:])),
    "a glyph beyond the font": ("glyph-blank", glyphs(lambda codes: codes[:8] + b"d000" + codes[12:])),
    "a line left out": ("words-lost", stream(1, lambda old: TEXT.sub(b"", old, count=1))),
    "a page left out": ("words-lost", lambda pdf: pdf.pages.__delitem__(2)),
    "a note on another page": ("note-elsewhere", note_overleaf),
}
"""What happens to a file after it is made: the rule that tells of it, and the change."""


@pytest.mark.parametrize("name", AFTER)
def test_a_file_that_is_changed_afterwards_is_told(name: str) -> None:
    rule, change = AFTER[name]
    packed = io.BytesIO()
    with pikepdf.open(io.BytesIO(file())) as pdf:
        change(pdf)
        pdf.save(packed)
    assert rule in rules(sample(), packed.getvalue())


@pytest.mark.parametrize(
    "damage", [lambda data: data[: len(data) // 2], lambda _data: b"", lambda data: data[300:-300]]
)
def test_a_file_that_is_cut_is_told_of_and_never_a_crash(damage: Callable[[bytes], bytes]) -> None:
    assert "file-broken" in rules(sample(), damage(file()))
    assert "file-broken" in {each.rule for each in findings_of_file(damage(file()))}


def test_there_are_enough_ways_to_break_a_page() -> None:
    assert len(BEFORE) + len(AFTER) >= 30


def test_a_problem_says_page_what_was_meant_and_what_was_found() -> None:
    html = exchanged("على القرار ووصفته", "ووصفته القرار على", 1)(sample().html)
    made = export(replace(sample(), html=html))
    (problem,) = [each for each in proof(sample(), made) if each.rule == "order-wrong"][:1]
    assert problem.where.path == f"output/{sample().name}"
    assert "على القرار ووصفته" in problem.facts["meant"]
    assert "ووصفته القرار على" in problem.facts["found"]
    assert problem.facts["page"].isdigit()


def test_a_file_with_a_finding_of_many_places_is_told_of_a_few() -> None:
    made = export(replace(sample(), html=sample().html.replace("في أسباب الأزمة", "أسباب في الأزمة")))
    assert len([each for each in findings(sample(), made.data) if each.rule == "order-wrong"]) > 5
    assert len([each for each in proof(sample(), made) if each.rule == "order-wrong"]) == 5


# ------------------------------------------------------------------------------------------- real files


@dataclass(frozen=True)
class Real:
    theme: Theme
    name: str


@cache
def documents(theme: Theme) -> dict[str, Document]:
    seen, jobs = look(ROOT, Request(media=frozenset({Medium.PRINT})))
    assert seen.library is not None
    workspace = seen.library.workspace.model_copy(update={"theme": theme})
    look_of = House(workspace, seen.library.logo)
    held = open_templates(ROOT)
    return {job.target.name: compose(job.brief, held, medium=Medium.PRINT, house=look_of) for job in jobs}


NAMES = [
    f"{topic.name}/{audience}.{text.stem}.pdf"
    for topic in sorted((ROOT / "content" / "topics").iterdir())
    for text in sorted(topic.glob("??.yaml"))
    for audience in ("minister", "parliament", "public", "researcher")
]
SHORT = [name for name in NAMES if "researcher" not in name or name.startswith("coalition-exit/researcher.ar")]


@pytest.mark.parametrize("name", NAMES)
def test_every_brief_of_this_repository_passes(built: tuple[Path, object], name: str) -> None:
    document = documents("classic")[name]
    assert findings(document, (built[0] / "output" / name).read_bytes()) == ()


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_every_brief_passes_in_the_other_theme(name: str) -> None:
    document = documents("modern")[name]
    assert rules(document, export(document).data) == set()


# ------------------------------------------------------------------------------------------- what it rests on


@pytest.mark.parametrize("theme", ["classic", "modern"])
@pytest.mark.parametrize("word", ["كتاب", "دبلوماسية", "وزارة", "مستشفيات", "قضاء", "ههنا", "شؤون", "يئسوا"])
def test_harfbuzz_joins_the_letters_that_arabic_reshaper_joins(word: str, theme: Theme) -> None:
    """Two that know nothing of each other: what joins onward changes its shape when it stands alone."""
    path = faces_of(theme, Medium.PRINT)[0].path
    for at, (letter, form) in enumerate(reshaped(word)):
        if not form:
            continue
        apart = shaped(path, f"{word[:at]}\u200c{letter}\u200c{word[at + 1 :]}", "ar")
        joins = shaped(path, word, "ar") != apart
        assert joins == (form != "isolated"), f"{letter} in {word}: {form}"


def test_any_file_is_judged_without_its_source() -> None:
    assert findings_of_file(file()) == ()


def test_a_foreign_file_is_told_of_what_it_lacks() -> None:
    packed = io.BytesIO()
    with pikepdf.open(io.BytesIO(file())) as pdf:
        for change in (unnamed, undirected, untitled, untagged, lent_font, old_forms):
            change(pdf)
        pdf.save(packed)
    told_of = {each.rule for each in findings_of_file(packed.getvalue())}
    assert {
        "language-untold",
        "direction-untold",
        "title-untold",
        "tags-untold",
        "font-absent",
        "letters-shaped",
    } <= told_of


def test_text_that_is_stored_from_the_left_is_told() -> None:
    most = LONG[: LONG.rindex("يبحث")]
    html = exchanged(most, most[::-1])(sample().html)
    assert "text-turned" in {each.rule for each in findings_of_file(export(replace(sample(), html=html)).data)}


def test_a_web_page_needs_no_reader_of_pdfs() -> None:
    page = replace(sample(), medium=Medium.SCREEN)
    assert proof(page, Output(b"<html><body><img src='https://a.b/c.png'></body></html>"))


# ------------------------------------------------------------------------------------------- the corpus of bidi


NO_AUTHOR = {
    "arabic in english in arabic": "a span with nothing but a direction is taken for one of ours",
    "isolate in isolate": "as above",
    "list item with a list inside": "text behind a list in an item, which Markdown sets as a paragraph",
}
"""Cases of raw HTML, which no author can write and no template prints: the proof tells them wrongly."""


def corpus() -> list[tuple[str, str, str]]:
    """Name, direction and markup of each case that can be right on paper."""
    gaps = {*yaml.safe_load((BIDI / "known-gaps.yaml").read_text("utf-8")), *NO_AUTHOR}
    cases = [
        (each["name"], each.get("base", "rtl"), each["html"])
        for path in sorted(BIDI.glob("*.yaml"))
        if path.name != "known-gaps.yaml"
        for each in yaml.safe_load(path.read_text("utf-8"))
    ]
    return [each for each in cases if each[0] not in gaps]


def test_the_cases_of_the_bidi_corpus_pass_the_proof_of_order_and_both_programs_agree() -> None:
    cases = corpus()
    assert len(cases) > 150
    found = []
    for direction in ("rtl", "ltr"):
        body = "".join(f"<section>{html}</section>" for _, base, html in cases if base == direction)
        style = "@page {size: A4; margin: 20mm} body {font: 12pt/1.8 Amiri} .footnote {float: footnote}"
        head = f"<head><title>س</title><style>{style}</style></head>"
        page = f'<html lang="ar" dir="{direction}">{head}<body>{body}</body></html>'
        html = settle(page, "rtl" if direction == "rtl" else "ltr")
        document = Document("t/a.ar.pdf", html, Medium.PRINT, "ar", direction, "س", "2025-01-15")
        found += [each for each in findings(document, export(document).data) if each.rule in ORDER]
    assert [(each.rule, each.meant, each.found) for each in found] == []


@pytest.mark.parametrize("selector", [".footnote", ".gist", ".point > .detail", ".findings", ".summary, .table"])
def test_words_that_a_style_sheet_hides_are_told(selector: str) -> None:
    plain = sample()
    document = replace(plain, html=styled(f"{selector} {{ display: none }}")(plain.html))
    assert "words-hidden" in {each.rule for each in findings(document, export(document).data)}


def test_a_word_that_is_wider_than_its_cell_is_told_by_who_laid_it_out() -> None:
    plain = sample()
    narrow = styled("table { table-layout: fixed; width: 40mm } td { white-space: nowrap; overflow-wrap: normal }")
    told_of = export(replace(plain, html=narrow(plain.html))).problems
    assert {each.rule for each in told_of} == {"text-spilt"}
    assert {each.facts["found"] for each in told_of} >= {"٢٠١٩", "٢٠٢٠"}
    assert export(plain).problems == ()


def test_a_hidden_ornament_is_no_loss() -> None:
    plain = sample()
    document = replace(plain, html=styled(".point .number { display: none }")(plain.html))
    assert rules(document, export(document).data) == set()


def test_an_order_that_only_one_program_sees_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opinion, "ordered", lambda text, rtl: text[::-1] if rtl else text)
    document = sample()
    told = [each for each in findings(document, export(document).data) if each.rule == "order-disputed"]
    assert told
    assert {each.severity for each in told} == {Severity.WARNING}
