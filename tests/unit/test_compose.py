"""A brief becomes a page: whole HTML for paper and screen, labels and templates of a house, and what is in no byte."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from lxml.html import HtmlElement, document_fromstring

from mujaz.assemble import assemble
from mujaz.compose import compose
from mujaz.export.html import export
from mujaz.model.blocks import Pointed
from mujaz.model.brief import Brief
from mujaz.model.content import Entry, Library, Picture
from mujaz.model.document import Document, Medium
from mujaz.model.edition import Issue
from mujaz.model.text import Kept, Noun, Wording
from mujaz.read import read
from mujaz.tailor import tailor
from mujaz.templates import House, TemplateMistakeError, Templates, open_templates, packaged_folder
from mujaz.ties import TIE
from workspace import ROOT, advice, entry, house, point, reader, templates, told

LOOK = House(house(), None)
NOTED: list[dict[str, Any]] = [
    {"kind": "summary", "headline": "نص [@hamid، ص 5] ثم [@smith].", "gist": "لب [@saeedi]"},
    {"kind": "evaluation", "side": "negative", "points": [point("weak", gist="لب [@hamid]")]},
    {"kind": "recommendations", "points": [advice("act", answers=["weak"])]},
]


def page(brief: Brief, medium: Medium, held: Templates | None = None) -> HtmlElement:
    return document_fromstring(made(brief, medium, held).html)


def made(brief: Brief, medium: Medium, held: Templates | None = None) -> Document:
    return compose(brief, held or templates(), medium=medium, house=LOOK)


def lay_templates(root: Path, files: Mapping[str, str]) -> Templates:
    """The package's templates under those of a house."""
    for name, text in files.items():
        path = root / "templates" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return open_templates(root)


# ------------------------------------------------------------------------------------------------ our own briefs


@cache
def own() -> Library:
    library, problems = read(ROOT)
    assert library is not None, problems
    assert library.topics
    return library


@cache
def own_page(slug: str, audience: str, medium: Medium) -> Document:
    """`slug` names the language too, where it is not Arabic: `coalition-exit.en`."""
    library = own()
    (topic,) = (each for each in library.topics if named(each) == slug)
    brief = assemble(
        tailor(topic, audience, library.audiences[audience]), library.workspace, styles=own_templates().styles
    )
    return compose(brief, own_templates(), medium=medium, house=House(library.workspace, library.logo))


def named(entry: Entry) -> str:
    return entry.slug if entry.language == "ar" else f"{entry.slug}.{entry.language}"


@cache
def own_templates() -> Templates:
    return open_templates(ROOT)


EVERY = [
    pytest.param(slug, audience.stem, medium, id=f"{slug}-{audience.stem}-{medium}")
    for slug in sorted(map(named, own().topics))
    for audience in sorted((ROOT / "content" / "audiences").glob("*.yaml"))
    for medium in Medium
]


@pytest.mark.parametrize(("slug", "audience", "medium"), EVERY)
def test_every_page_is_whole_and_says_its_language_and_direction(slug: str, audience: str, medium: Medium) -> None:
    document = own_page(slug, audience, medium)
    assert document.html.startswith("<!DOCTYPE html>")
    assert document.html.rstrip().endswith("</html>")
    root = document_fromstring(document.html)
    topic, _, language = slug.partition(".")
    assert (root.get("lang"), root.get("dir")) == ((language, "ltr") if language else ("ar", "rtl"))
    assert len(root.findall(".//title")) == len(root.findall(".//main")) == len(root.findall(".//h1")) == 1
    assert root.findtext(".//title")
    assert root.find(".//meta[@charset]").get("charset") == "utf-8"
    assert document.name == f"{topic}/{audience}.{language or 'ar'}.{medium}"


@pytest.mark.parametrize(("slug", "audience", "medium"), EVERY)
def test_every_id_is_unique_and_every_link_inside_a_page_arrives(slug: str, audience: str, medium: Medium) -> None:
    root = document_fromstring(own_page(slug, audience, medium).html)
    ids = Counter(root.xpath("//@id"))
    assert [each for each, times in ids.items() if times > 1] == []
    targets = {href[1:] for href in root.xpath("//@href") if href.startswith("#")}
    assert targets - set(ids) == set()
    pointed = {name for value in root.xpath("//@aria-labelledby") for name in value.split()}
    assert pointed - set(ids) == set()


@pytest.mark.parametrize(("slug", "audience", "medium"), EVERY)
def test_no_page_loads_anything(slug: str, audience: str, medium: Medium) -> None:
    root = document_fromstring(own_page(slug, audience, medium).html)
    assert root.xpath("//iframe | //object | //embed | //link | //base | //form") == []
    assert [name for each in root.iter() for name in each.attrib if name.startswith("on")] == []
    assert [src for src in root.xpath("//@src | //@srcset | //@poster") if not src.startswith("data:image/")] == []


def test_a_page_runs_its_own_script_and_no_other_and_paper_has_none() -> None:
    brief = told(entry(NOTED))
    root = page(brief, Medium.SCREEN)
    (script,) = root.iter("script")
    (policy,) = root.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    own = base64.b64encode(hashlib.sha256(script.text.encode()).digest()).decode()
    assert f"script-src 'sha256-{own}'" in policy
    assert policy.startswith("default-src 'none'")
    paper = page(brief, Medium.PRINT)
    assert paper.xpath("//script | //meta[@http-equiv] | //button") == []


def things(thing: object, *, kept: bool, audience: str) -> Iterator[tuple[str, bool]]:
    """Every text and id below a noun, with whether it is kept from an audience."""
    if isinstance(thing, Kept):
        kept = kept or not thing.shown_to(audience)
    if isinstance(thing, Wording):
        mine = thing.told_to(audience)
        yield from ((each, kept or each != mine) for each in {thing.default, *thing.variants.values()})
    elif isinstance(thing, Noun):
        if identity := getattr(thing, "id", None):
            yield identity, kept
        for name in type(thing).model_fields:
            yield from things(getattr(thing, name), kept=kept, audience=audience)
    elif isinstance(thing, tuple):
        for each in thing:
            yield from things(each, kept=kept, audience=audience)


LETTERS = {"ar": "[ء-ي]+", "en": "[A-Za-z]+"}


def traces(text: str, language: str = "ar") -> set[str]:
    """What a text would leave in a page, whatever was set into it: its runs of five words."""
    words = re.findall(LETTERS[language], re.sub(r"\[[^\]]*\]", " ", text))
    return {f" {' '.join(words[start : start + 5])} " for start in range(max(1, len(words) - 4))} - {"  "}


def run(html: str, language: str = "ar") -> str:
    """All words of a page in one line; Latin ones without those of the markup."""
    text = html if language == "ar" else document_fromstring(html).text_content()
    return f" {' '.join(re.findall(LETTERS[language], text))} "


@pytest.mark.parametrize(("slug", "audience", "medium"), EVERY)
def test_what_an_audience_must_not_see_is_in_no_byte_of_its_page(slug: str, audience: str, medium: Medium) -> None:
    """Of never and only, and of wordings for others: whatever no told text says too."""
    (entry,) = (each for each in own().topics if named(each) == slug)
    document = own_page(slug, audience, medium)
    html = export(document).data.decode() if medium is Medium.SCREEN else document.html
    found = list(things(entry.topic, kept=False, audience=audience))
    free = {trace for text, kept in found if not kept for trace in traces(text, entry.language)}
    told_of = (text for text, kept in found if kept and len(text.split()) > 3)
    secret = {trace for text in told_of for trace in traces(text, entry.language)} - free
    shown = run(html, entry.language)
    assert {trace for trace in secret if trace in shown} == set()
    ids = {text for text, kept in found if kept and " " not in text}
    anchors = set(document_fromstring(html).xpath("//@id")) | {
        each[1:] for each in document_fromstring(html).xpath("//@href")
    }
    assert ids & anchors == set()
    if audience == "public":
        assert secret
        assert ids


def test_the_traces_of_a_told_text_are_found_in_its_page() -> None:
    """The test above looks for what would be there."""
    library = own()
    (topic, *_) = (each.topic for each in library.topics)
    html = own_page(library.topics[0].slug, "researcher", Medium.SCREEN).html
    shown = run(html)
    headlines = [each.headline.default for block in topic.blocks if isinstance(block, Pointed) for each in block.points]
    assert [line for line in headlines if not any(trace in shown for trace in traces(line))] == []


# ------------------------------------------------------------------------------------------------ notes


def test_paper_has_the_note_itself_where_it_is_called() -> None:
    brief = told(entry(NOTED))
    root = page(brief, Medium.PRINT)
    notes = root.find_class("footnote")
    assert len(notes) == len(brief.notes) == 4
    assert root.find_class("note-call") == []
    assert root.find_class("notes") == []
    assert "حميد" in notes[0].text_content()
    assert notes[0].getparent().text_content().startswith("نص")


def test_a_screen_has_calls_and_a_list_linked_both_ways() -> None:
    brief = told(entry(NOTED))
    root = page(brief, Medium.SCREEN)
    assert root.find_class("footnote") == []
    (section,) = root.find_class("notes")
    items = section.findall(".//li")
    calls = root.find_class("note-call")
    assert [call.get("popovertarget") for call in calls] == [item.get("id") for item in items]
    assert all(item.get("popover") is not None for item in items)
    backs = [item.find(".//a[last()]").get("href") for item in items]
    assert backs == [f"#{call.get('id')}" for call in calls]
    assert (
        [call.text_content() for call in calls] == [item.find_class("number")[0].text for item in items] == list("١٢٣٤")
    )


def test_a_note_that_says_the_same_source_leads_to_the_note_that_names_it() -> None:
    blocks = [
        {
            "kind": "summary",
            "headline": "ر",
            "gist": "أ [@hamid] ب [@hamid، ص 2] ج [@hamid، ص 3] د [@saeedi] ه [@hamid]",
        }
    ]
    brief = told(entry(blocks))
    assert [note.same for note in brief.notes] == [None, 1, 1, None, None]
    items = page(brief, Medium.SCREEN).xpath("//li[@popover]")
    assert [item.get("data-same") for item in items] == [None, "1", "1", None, None]
    assert [("المرجع نفسه" in item.text_content()) for item in items] == [False, True, True, False, False]


@pytest.mark.parametrize("medium", Medium)
def test_a_reader_without_notes_gets_no_trace_of_them(medium: Medium) -> None:
    root = page(told(entry(NOTED), reader(notes="none")), medium)
    assert root.xpath("//*[contains(@class, 'note')]") == []


@pytest.mark.parametrize("medium", Medium)
def test_author_and_date_stand_in_the_page_as_they_stand_in_the_brief(medium: Medium) -> None:
    root = page(told(entry(NOTED), reader(notes="author-date")), medium)
    assert len(root.find_class("cite")) == 4
    assert root.find_class("footnote") == root.find_class("note-call") == []


def bare(text: str) -> str:
    """A text without what settles its order and its lines on paper."""
    return re.sub("[\u200e\u200f\u061c\u2066-\u2069]", "", text).replace(TIE, " ")


SIDED = [
    {
        "kind": "evaluation",
        "side": side,
        "points": [point(f"{side}-{number}", gist=f"لب [@{key}، ص {number}]") for number in (1, 2, 3)],
    }
    for side, key in (("positive", "hamid"), ("negative", "saeedi"))
]
DEEP = {"headline": "رأس [@hamid]", "gist": "لب [@hamid، ص 2]", "detail": "تفصيل [@saeedi]"}
MIXED: list[dict[str, Any]] = [
    {"kind": "concepts", "points": [{**point("a"), **DEEP, "term": "مصطلح [@smith]"}]},
    {"kind": "legal-basis", "points": [{**point("b"), **DEEP, "instrument": "قانون [@smith]"}]},
    {"kind": "problem", "statement": "س [@hamid]", "questions": ["س [@smith]", "س [@hamid]"], "detail": "س [@hamid]"},
    {"kind": "hypothesis", "statement": "س [@hamid]", "verdict": "open", "because": "س [@hamid]"},
    {
        "kind": "table",
        "caption": "ج [@smith]",
        "columns": ["ع [@hamid]"],
        "rows": [["ص [@hamid]"]],
        "source": "م [@smith]",
    },
    *SIDED,
    {"kind": "recommendations", "points": [advice("c") | DEEP, advice("d") | DEEP]},
]


@pytest.mark.parametrize("depth", ["headline", "gist", "detail"])
def test_notes_stand_on_both_media_in_the_order_of_their_numbers(depth: str) -> None:
    """Also where sides are set against each other, so that «the same source» is that of the note before."""
    brief = told(entry(MIXED), reader(depth=depth))
    assert len(brief.notes) > 5
    screen = [call.get("id") for call in page(brief, Medium.SCREEN).find_class("note-call")]
    assert screen == [f"call_{note.index}" for note in brief.notes]
    paper = [bare(note.text_content()) for note in page(brief, Medium.PRINT).find_class("footnote")]
    assert paper == [bare(re.sub("<[^>]*>", "", str(note.text))) for note in brief.notes]


@pytest.mark.parametrize(("slug", "audience", "medium"), EVERY)
def test_the_notes_of_our_own_briefs_stand_in_the_order_of_their_numbers(
    slug: str, audience: str, medium: Medium
) -> None:
    root = document_fromstring(own_page(slug, audience, medium).html)
    ids = [call.get("id") for call in root.find_class("note-call")]
    assert ids == [f"call_{number}" for number in range(1, len(ids) + 1)]
    if medium is Medium.PRINT:
        screen = document_fromstring(own_page(slug, audience, Medium.SCREEN).html)
        listed = [item.text_content() for each in screen.find_class("notes") for item in each.iter("li")]
        notes = [bare(note.text_content()) for note in root.find_class("footnote")]
        assert len(notes) == len(listed)
        assert [note for note, item in zip(notes, listed, strict=True) if note not in bare(item)] == []


# ------------------------------------------------------------------------------------------------ what is in a page


@pytest.mark.parametrize("medium", Medium)
def test_what_authors_write_cannot_become_markup(medium: Medium) -> None:
    nasty = '</title><script>x</script><link rel=attachment href="file:///etc/passwd">"&'
    topic = entry([{"kind": "summary", "headline": nasty}], title=nasty, keywords=[nasty])
    brief = told(topic, reader(label=nasty), organisation=nasty)
    root = page(brief, medium)
    assert [each.text for each in root.iter("script") if each.text == "x"] == root.xpath("//link") == []
    assert nasty in root.findtext(".//title")
    assert root.find(".//meta[@name='keywords']").get("content") == nasty
    assert root.find(".//meta[@name='author']").get("content") == nasty
    assert nasty in root.find(".//h1").text_content()


@pytest.mark.parametrize("medium", Medium)
def test_an_english_page_runs_from_left_to_right(medium: Medium) -> None:
    root = page(told(entry([{"kind": "summary", "headline": "Head"}], language="en", title="Title")), medium)
    assert (root.get("lang"), root.get("dir")) == ("en", "ltr")
    assert root.findtext(".//h2") == "Summary"


def test_an_answer_leads_to_the_weakness_that_it_answers() -> None:
    root = page(told(entry(NOTED)), Medium.SCREEN)
    (link,) = root.find_class("answers")[0].iter("a")
    assert link.get("href") == "#weak"
    assert root.get_element_by_id("weak") is not None


def test_a_logo_stands_inside_the_page() -> None:
    brief = told(entry(NOTED))
    look = House(house(), Picture("image/png", b"\x89PNG\r\n\x1a\n"))
    root = document_fromstring(compose(brief, templates(), medium=Medium.SCREEN, house=look).html)
    assert root.find(".//img").get("src") == "data:image/png;base64,iVBORw0KGgo="
    assert look.digest != LOOK.digest


def test_composing_twice_gives_the_same_page() -> None:
    brief = told(entry(NOTED))
    for medium in Medium:
        assert made(brief, medium) == made(brief, medium)


# ------------------------------------------------------------------------------------------------ the house


def test_labels_of_a_house_replace_single_words(tmp_path: Path) -> None:
    held = lay_templates(tmp_path, {"labels/ar.yaml": "genre: ورقة\nkinds:\n  summary: زبدة القول\n"})
    root = page(told(entry(NOTED)), Medium.SCREEN, held)
    assert root.find_class("genre")[0].text == "ورقة"
    assert [each.text for each in root.iter("h2")][:2] == ["زبدة القول", "مواطن الضعف"]


def test_a_template_of_a_house_replaces_the_packages(tmp_path: Path) -> None:
    held = lay_templates(tmp_path, {"parts/title.html.j2": "<h1>دار: {{ brief.title }}</h1>"})
    assert page(told(entry(NOTED)), Medium.SCREEN, held).findtext(".//h1") == "دار: عنوان الموضوع"
    assert held.digests()["templates"] != templates().digests()["templates"]
    assert held.digests()["labels"] == templates().digests()["labels"]


def test_each_group_of_templates_has_a_digest_of_its_own(tmp_path: Path) -> None:
    before = open_templates(tmp_path).digests()
    for name, group in {
        "labels/ar.yaml": "labels",
        "styles/x.csl": "citation-styles",
        "css/x.css": "templates",
    }.items():
        after = lay_templates(tmp_path, {name: "a: b"}).digests()
        assert {key for key in after if after[key] != before[key]} == {group}
        before = after


def test_links_in_a_houses_templates_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "title.html.j2").write_text("سر")
    (tmp_path / "templates" / "parts").mkdir(parents=True)
    (tmp_path / "templates" / "parts" / "title.html.j2").symlink_to(tmp_path / "outside" / "title.html.j2")
    (tmp_path / "templates" / "blocks").symlink_to(tmp_path / "outside")
    assert open_templates(tmp_path).house == {}
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "templates").symlink_to(tmp_path / "outside")
    assert open_templates(tmp_path / "more").house == {}


def test_the_repositorys_own_templates_are_the_packages() -> None:
    assert packaged_folder() == ROOT / "templates"
    assert open_templates(ROOT).house == {}


def mistake(root: Path, name: str, text: str, medium: Medium = Medium.SCREEN) -> Any:
    with pytest.raises(TemplateMistakeError) as caught:
        page(told(entry(NOTED)), medium, lay_templates(root, {name: text}))
    return caught.value.problem


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        ("<h1>\n{% if %}", 2, "Expected an expression"),
        ("{{ brief.title | nofilter }}", 1, "nofilter"),
        ("<h1>\n\n{% block %}", 3, ""),
        ("{% for x in brief.sections %}", 1, "end of template"),
    ],
)
def test_a_template_that_cannot_be_read_is_named_with_its_line(
    tmp_path: Path, text: str, line: int, found: str
) -> None:
    problem = mistake(tmp_path, "parts/title.html.j2", text)
    assert problem.rule == "template-wrong"
    assert (problem.where.path, problem.where.line) == ("templates/parts/title.html.j2", line)
    assert found in problem.facts["found"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{{ nothing }}", "'nothing' is undefined"),
        ("{{ brief.nothing }}", "nothing"),
        ("{{ brief.title.nothing.more }}", "nothing"),
        ("{{ ''.__class__ }}", "unsafe"),
        ("{{ range(5) }}", "'range' is undefined"),
        ("{{ lipsum() }}", "'lipsum' is undefined"),
        ("{% include 'parts/nothing.html.j2' %}", "nothing.html.j2"),
        ("{% include '../../etc/passwd' %}", "passwd"),
    ],
)
def test_a_template_that_asks_for_what_is_not_there_is_a_problem(tmp_path: Path, text: str, found: str) -> None:
    problem = mistake(tmp_path, "parts/title.html.j2", text)
    assert problem.rule == "template-wrong"
    assert found in problem.facts["found"]


@pytest.mark.parametrize("text", ["{{ nothing }}", "{{ brief.nothing }}", "{{ ''.__class__ }}"])
def test_a_template_that_breaks_while_it_runs_is_named_with_its_line(tmp_path: Path, text: str) -> None:
    problem = mistake(tmp_path, "parts/title.html.j2", f"<h1>x</h1>\n{text}")
    assert (problem.where.path, problem.where.line) == ("templates/parts/title.html.j2", 2)


def test_a_template_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    path = tmp_path / "templates" / "parts" / "title.html.j2"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"\xff")
    with pytest.raises(TemplateMistakeError) as caught:
        page(told(entry(NOTED)), Medium.SCREEN, open_templates(tmp_path))
    assert caught.value.problem.where.path == "templates/parts/title.html.j2"


@pytest.mark.parametrize("text", ["kinds: x", "sides: [a]"])
def test_labels_of_another_shape_are_named_with_their_file(tmp_path: Path, text: str) -> None:
    assert mistake(tmp_path, "labels/ar.yaml", text).where.path == "templates/labels/ar.yaml"


@pytest.mark.parametrize("text", ["a: [", "- a", "a: &x b", "<<: *x", "kinds: {summary: x, summary: y}"])
def test_labels_that_cannot_be_read_are_named_with_their_file(tmp_path: Path, text: str) -> None:
    assert mistake(tmp_path, "labels/ar.yaml", text).where.path == "templates/labels/ar.yaml"


def test_a_language_without_labels_is_a_problem() -> None:
    brief = told(entry([{"kind": "summary", "headline": "نص"}], language="ckb"))
    with pytest.raises(TemplateMistakeError) as caught:
        made(brief, Medium.SCREEN, Templates({}, {}, {}, {}))
    assert caught.value.problem.rule == "labels-missing"
    assert caught.value.problem.facts["found"] == "ckb"


def test_the_place_of_a_broken_template_of_the_package_is_the_packages() -> None:
    broken = {**templates().files, "parts/title.html.j2": b"{% if %}"}
    held = Templates(broken, templates().origins, {}, broken)
    with pytest.raises(TemplateMistakeError) as caught:
        made(told(entry(NOTED)), Medium.SCREEN, held)
    assert caught.value.problem.where.path == "mujaz:parts/title.html.j2"


def test_no_label_has_the_name_of_something_that_every_dictionary_can_do() -> None:
    """`labels.copy` would be a method, printed with its address."""

    def names(labels: Mapping[str, Any]) -> Iterator[str]:
        for name, each in labels.items():
            yield name
            if isinstance(each, Mapping):
                yield from names(each)

    for path in sorted((packaged_folder() / "labels").glob("*.yaml")):
        assert [name for name in names(yaml.safe_load(path.read_text("utf-8"))) if hasattr(dict, name)] == []


# ------------------------------------------------------------------------------------------------ looks


def test_only_a_long_brief_closes_with_publication_data_on_paper_and_every_web_page_does() -> None:
    short, long = told(entry(NOTED)), told(entry(NOTED), reader(contents=True))
    assert page(short, Medium.PRINT).find_class("imprint") == []
    assert len(page(short, Medium.PRINT).find_class("colophon")) == 1
    for root in (page(long, Medium.PRINT), page(short, Medium.SCREEN)):
        (imprint,) = root.find_class("imprint")
        assert "الإصدار" in imprint.text_content()


def test_a_brief_names_its_edition_in_the_reader_s_digits() -> None:
    brief = told(entry(NOTED))
    html = compose(brief, templates(), medium=Medium.SCREEN, house=LOOK, issue=Issue(12)).html
    citation = document_fromstring(html).find_class("citation")[0].text_content()
    assert "الإصدار ١٢" in citation
    assert brief.name in citation


def test_a_cover_is_a_matter_of_paper() -> None:
    brief = told(entry(NOTED), reader(cover=True))
    paper, screen = page(brief, Medium.PRINT), page(brief, Medium.SCREEN)
    assert len(paper.find_class("cover")) == len(screen.find_class("title-block")) == 1
    assert paper.find_class("title-block") == screen.find_class("cover") == paper.find_class("colophon") == []


def test_licence_and_address_stand_where_the_house_gives_them_and_nowhere_else() -> None:
    bare = told(entry(NOTED), reader(contents=True))
    given = told(entry(NOTED), reader(contents=True), licence={"ar": "رخصة"}, address="https://x.example/b/")
    assert (bare.licence, bare.web) == ("", "")
    assert given.web == "https://x.example/b/topic/reader.ar.html"
    assert "رخصة" in page(given, Medium.PRINT).find_class("imprint")[0].text_content()
    assert len(page(given, Medium.PRINT).find_class("code")) == 1
    assert page(bare, Medium.PRINT).find_class("code") == page(given, Medium.SCREEN).find_class("code") == []
    unseen = told(entry(NOTED), reader(contents=True, formats=["pdf"]), address="https://x.example/b/")
    assert unseen.web == ""


def test_a_theme_changes_style_and_document_and_is_an_input_of_everything() -> None:
    brief = told(entry(NOTED))
    modern = House(house(theme="modern"), None)
    one, other = made(brief, Medium.PRINT), compose(brief, templates(), medium=Medium.PRINT, house=modern)
    assert (one.theme, other.theme) == ("classic", "modern")
    assert "font-family: IBM Plex Sans Arabic" in other.html
    assert re.sub("<style>.*?</style>", "", one.html, flags=re.DOTALL) == re.sub(
        "<style>.*?</style>", "", other.html, flags=re.DOTALL
    )
    assert modern.digest != LOOK.digest


@pytest.mark.parametrize(("sections", "wanted"), [(3, False), (4, True)])
def test_a_screen_has_contents_from_four_sections_on_and_paper_where_the_audience_asks(
    sections: int, wanted: bool
) -> None:
    blocks: list[dict[str, Any]] = [{"kind": "note", "text": "ملاحظة بلا عنوان"}]
    blocks += [{"kind": "importance", "headline": f"وجه {number}"} for number in range(sections)]
    brief = told(entry(blocks, references=()), reader())
    assert bool(page(brief, Medium.SCREEN).find_class("contents")) is wanted
    assert not page(brief, Medium.PRINT).find_class("contents")
    asked = told(entry(blocks, references=()), reader(contents=True))
    assert all(page(asked, medium).find_class("contents") for medium in (Medium.SCREEN, Medium.PRINT))


@pytest.mark.parametrize(("slug", "audience"), sorted({(each.values[0], "researcher") for each in EVERY}))
def test_contents_stand_in_two_columns_that_hold_all_of_them_in_order(slug: str, audience: str) -> None:
    paper = document_fromstring(own_page(slug, audience, Medium.PRINT).html)
    screen = document_fromstring(own_page(slug, audience, Medium.SCREEN).html)
    left, right = paper.xpath("//div[@class='columns']/div")
    columns = [[link.get("href") for link in column.iter("a")] for column in (left, right)]
    listed = [link.get("href") for link in screen.get_element_by_id("_contents").iter("a")]
    assert [each for each in listed if each != "#_notes"] == columns[0] + columns[1]
    assert abs(len(columns[0]) - len(columns[1])) < len(listed) / 3


@pytest.mark.parametrize("medium", [Medium.PRINT, Medium.SCREEN])
@pytest.mark.parametrize("text", ["نص [@hamid، ص 5]", "نص [@hamid، ص 5].", "نص. [@hamid، ص 5]"])
def test_the_call_of_a_note_stands_behind_the_closing_mark_of_a_quotation(text: str, medium: Medium) -> None:
    root = page(told(entry([{"kind": "quote", "text": text, "speaker": "قائل"}])), medium)
    (said,) = root.xpath("//figure[@class='saying']//p")
    (call,) = said.xpath(".//span[@class='footnote'] | .//button")
    stop = "." if "." in text else ""
    assert said.text_content() == f"«نص{stop}»{call.text_content()}"
