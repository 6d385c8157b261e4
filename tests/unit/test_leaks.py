"""The gate: what an audience is kept from is found wherever a web page can hold it, and nothing else is."""

from __future__ import annotations

import base64
import html
import os
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import mujaz
from mujaz import produce as producing
from mujaz.assemble import assemble
from mujaz.build import Result, build, clean
from mujaz.check import RULES
from mujaz.compose import compose
from mujaz.export.site import INDEX
from mujaz.gate import Gate
from mujaz.leaks import Common, Finding, Known, haystack, kept, search
from mujaz.leaks.letters import WALL, letters, unnumbered
from mujaz.leaks.search import is_open
from mujaz.lock import decode, encode
from mujaz.model.content import Entry, Library
from mujaz.model.document import Medium, State
from mujaz.plan import Request
from mujaz.problems import Problem, Severity, errors
from mujaz.publish import STATE, Shelf
from mujaz.report import Speaker
from mujaz.survey import survey
from mujaz.tailor import tailor
from mujaz.templates import House, open_templates
from mujaz.workers import Failure
from workspace import (
    ROOT,
    advice,
    at_once,
    crewed,
    entry,
    house,
    lay,
    outputs,
    point,
    reader,
    templates,
    topic_data,
    write,
)

SECRET = "تخفيض دعم الوقود تدريجياً بعد انتهاء الانتخابات القادمة"  # noqa: S105 # a sentence of a brief
PUBLIC = "تُراجع الحكومة أسعار الطاقة كل عام وتنشر نتائج المراجعة"


def topic(**more: Any) -> Entry:
    """A recommendation that the public is kept from, and one that all may know."""
    hidden = {**advice("fuel-subsidy", never=["public"]), "headline": SECRET, **more}
    return entry(
        [{"kind": "recommendations", "points": [{**advice("prices"), "headline": PUBLIC}, hidden]}],
    )


def web(body: str = "", head: str = "") -> bytes:
    start = f"<!DOCTYPE html><html lang='ar'><head><title>عنوان</title>{head}</head>"
    return f"{start}<body><p>{PUBLIC}</p>{body}</body></html>".encode()


def found(data: bytes, of: Entry | None = None, audience: str = "public") -> tuple[Finding, ...]:
    return search(kept(of or topic(), audience), haystack(data), Common)


def channels(data: bytes, of: Entry | None = None) -> list[str]:
    return [kind for each in found(data, of) for kind, _ in each.channels]


# ------------------------------------------------------------------------------------------------ the places of a page


def escaped(text: str, form: str) -> str:
    return "".join(form % ord(each) for each in text)


def data(text: str) -> str:
    svg = f"<svg xmlns='http://www.w3.org/2000/svg'><title>{text}</title></svg>"
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


WORDS = SECRET.split()
PLACES = {
    "the text of a paragraph": ("text", web(f"<p>{SECRET}</p>")),
    "half of the sentence": ("text", web(f"<p>ومنها {' '.join(WORDS[2:7])} وغيرها</p>")),
    "text with tags inside its words": ("text", web("".join(f"{word[:2]}<b>{word[2:]}</b> " for word in WORDS))),
    "text over two paragraphs": ("text", web(f"<p>{' '.join(WORDS[:3])}</p>\n<p>{' '.join(WORDS[3:])}</p>")),
    "entities": ("text", web(f"<p>{escaped(SECRET, '&#x%x;')}</p>")),
    "a hidden element": ("text", web(f"<template><p hidden>{SECRET}</p></template>")),
    "the title": ("text", web(head=f"<title>{SECRET}</title>")),
    "an attribute": ("attribute", web(f'<p title="{SECRET}">x</p>')),
    "an attribute of its own": ("attribute", web(f"<p data-x='{SECRET}'>x</p>")),
    "a description": ("attribute", web(head=f'<meta name="description" content="{SECRET}">')),
    "an address": ("attribute", web(f'<a href="https://example.org/?q={quote(SECRET)}">x</a>')),
    "a comment": ("comment", web(f"<!-- {SECRET} -->")),
    "a comment before the page": ("comment", f"<!-- {SECRET} -->".encode() + web()),
    "behind the page": ("text", web() + SECRET.encode()),
    "a script": ("script", web(f"<script>let x = '{SECRET}'</script>")),
    "a script with escapes": ("script", web(f"<script>let x = '{escaped(SECRET, chr(92) + 'u%04x')}'</script>")),
    "a style sheet": ("style", web(head=f"<style>p::after {{ content: '{SECRET}' }}</style>")),
    "a style sheet with escapes": (
        "style",
        web(head=f"<style>p {{ --x: '{escaped(SECRET, chr(92) + '%06x ')}' }}</style>"),
    ),
    "a picture inside": ("data", web(f'<img alt="" src="{data(SECRET)}">')),
    "a picture of a style": ("data", web(head=f"<style>p {{ background: url({data(SECRET)}) }}</style>")),
    "a picture in plain letters": (
        "data",
        web(f'<img alt="" src="data:image/svg+xml,{quote(f"<svg><desc>{SECRET}</desc></svg>")}">'),
    ),
    "a picture in a picture": (
        "data",
        web(f'<img alt="" src="{data(f"<image href={chr(39)}{data(SECRET)}{chr(39)}/>")}">'),
    ),
    "an id": ("source", web('<p id="fuel-subsidy">x</p>')),
    "a link to it": ("source", web('<a href="#fuel-subsidy">x</a>')),
    "what describes it": ("source", web('<p aria-describedby="x fuel-subsidy">x</p>')),
}


@pytest.mark.parametrize("name", PLACES)
def test_a_leak_is_found_in_every_place_of_a_page(name: str) -> None:
    kind, page = PLACES[name]
    said = channels(page)
    assert kind in said


def test_a_page_without_a_leak_is_let_through() -> None:
    assert found(web(f"<p id='prices'>{PUBLIC}</p><a href='#prices'>x</a>")) == ()


SHAPED: dict[str, str] = {
    unicodedata.normalize("NFKC", chr(code)): chr(code)
    for code in range(0xFE80, 0xFEF0)
    if len(unicodedata.normalize("NFKC", chr(code))) == 1
}

SPELLINGS: dict[str, Callable[[str], str]] = {
    "vowel signs": lambda text: "".join(f"{each}\u064e" if each.isalpha() else each for each in text),
    "tatweel": lambda text: text.replace("خف", "خـــف").replace("ود", "ــود"),
    "shaped letters": lambda text: "".join(SHAPED.get(each, each) for each in text),
    "other alifs": lambda text: text.replace("ا", "أ").replace("ة", "ه"),
    "Persian letters": lambda text: text.replace("ي", "ی").replace("ك", "ک"),
    "no spaces": lambda text: text.replace(" ", ""),
    "spaces everywhere": lambda text: "".join(f"{each}\u2009" for each in text),
    "marks between the words": lambda text: text.replace(" ", "، "),
    "marks of direction": lambda text: "\u2067" + text.replace(" ", " \u200f") + "\u2069",
    "letters from the last to the first": lambda text: text[::-1],
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_a_leak_is_found_in_any_spelling(name: str) -> None:
    other = SPELLINGS[name](SECRET)
    assert other != SECRET
    assert channels(web(f"<p>{html.escape(other)}</p>")) == ["text"]


def test_hamza_and_digits_do_not_hide_a_leak() -> None:
    of = topic(headline="مسؤولية الوزارة عن إنفاق 1250 مليار دينار سنوياً")
    assert channels(web("<p>مسئولية الوزارة عن انفاق ١٬٢٥٠ مليار دينار سنويا</p>"), of) == ["text"]


NUMBERED = "ثمن الصفقة 1,450 مليون دولار تُدفع للشركة"


def test_a_number_in_a_secret_may_be_written_in_any_way_and_have_notes_beside_it() -> None:
    of = topic(headline=NUMBERED)
    for number in ("1450", "١٬٤٥٠", "٤٥٠ ١", "1.450", "1,450<sup>7</sup>", ""):
        assert channels(web(f"<p>ثمن الصفقة<sup>5</sup> {number} مليون دولار</p>"), of) == ["text"], number


def test_where_the_words_are_open_the_number_decides() -> None:
    of = entry(
        [
            {"kind": "summary", "headline": {"minister": NUMBERED, "default": NUMBERED.replace("1,450", "1,200")}},
            {"kind": "note", "text": "كلام للجميع"},
        ]
    )
    assert found(web(f"<p>{NUMBERED.replace('1,450', '١٬٢٠٠')}</p>"), of) == ()
    assert channels(web(f"<p>{NUMBERED.replace('1,450', '١٬٤٥٠')}</p>"), of) == ["text"]


@pytest.mark.parametrize(
    ("text", "guarded"),
    [
        ("استقالة الوزير", True),
        ("زيد عمر", False),
        ("القسطنطينية", True),
        ("استقالة", False),
        ("زيادة الضريبة 15", False),
        ("زيادة ضريبة الدخل 15", True),
    ],
)
def test_a_text_that_is_too_short_to_be_told_from_others_is_not_looked_for(text: str, guarded: bool) -> None:
    assert bool(found(web(f"<p>{text}</p>"), topic(headline=text))) is guarded


@pytest.mark.parametrize("start", [b"", b"\0\0", b"%PDF-1.7\n", b"<?xml version='1.0' encoding='utf-8'?><html><p>"])
def test_bytes_that_are_no_page_are_read_as_they_are(start: bytes) -> None:
    assert channels(start + SECRET.encode()) != []
    assert channels(start) == []


# ------------------------------------------------------------------------------------------------ what is kept


def test_the_finding_says_what_leaked_and_where_it_was_written(tmp_path: Path) -> None:
    root = lay(tmp_path)
    path = root / "content" / "topics" / "water" / "ar.yaml"
    path.write_text(
        "title: موضوع\ndate: 2025-01-15\nblocks:\n- kind: summary\n  headline: خلاصة\n- kind: findings\n  points:\n"
        f"  - id: one\n    headline: أول\n  - id: two\n    never: [public]\n    headline: >-\n      {SECRET}\n",
        "utf-8",
    )
    library = survey(root).library
    assert library is not None
    (leak,) = found(web(f"<p>{' '.join(WORDS[2:])}</p>"), library.topics[0])
    assert (leak.where.path, leak.where.line, leak.where.column) == ("content/topics/water/ar.yaml", 13, 17)
    assert leak.words == " ".join(WORDS[2:])


VARIANT = "صياغة للوزير وحده فيها أرقام الميزانية السرية كاملة"
KEPT: dict[str, tuple[list[dict[str, Any]], str]] = {
    "a wording for others": (
        [{"kind": "summary", "headline": {"default": "خلاصة", "minister": VARIANT}}],
        VARIANT,
    ),
    "the common wording where a reader has one of its own": (
        [{"kind": "summary", "headline": {"default": VARIANT, "public": "خلاصة قصيرة"}}],
        VARIANT,
    ),
    "what is for some alone": ([{"kind": "summary", "only": ["minister"], "headline": VARIANT}], VARIANT),
    "the detail of a kept block": (
        [{"kind": "summary", "never": ["public"], "headline": "خلاصة", "detail": f"مقدمة.\n\n- **{VARIANT}**\n"}],
        VARIANT,
    ),
    "a cell of a kept table": (
        [{"kind": "table", "never": ["public"], "caption": "جدول", "columns": ["أ", "ب"], "rows": [["1", VARIANT]]}],
        VARIANT,
    ),
    "a name in a kept chart": (
        [
            {
                "kind": "figure",
                "never": ["public"],
                "chart": "bar",
                "caption": "شكل",
                "alt": "وصف",
                "data": {"columns": ["سنة", "قيمة"], "rows": [[VARIANT, "3"]]},
            }
        ],
        VARIANT,
    ),
    "a short name in a kept block": (
        [
            {
                "kind": "actors",
                "never": ["public"],
                "points": [{**point("x"), "actor": "شركة الرافدين", "stance": "mixed"}],
            }
        ],
        "شركة الرافدين",
    ),
    "a link in a kept text": (
        [{"kind": "summary", "never": ["public"], "headline": "[هنا](https://files.example.org/budget-2025-draft)"}],
        "https://files.example.org/budget-2025-draft",
    ),
    "the place in a source that a kept text names": (
        [{"kind": "summary", "never": ["public"], "headline": f"قول [@hamid، {VARIANT}]"}],
        VARIANT,
    ),
    "a source that only a kept text cites": (
        [
            {"kind": "summary", "headline": "x [@hamid]"},
            {"kind": "importance", "never": ["public"], "headline": "y [@saeedi]"},
        ],
        "السياسة الخارجية",
    ),
    "why a rule does not apply to what is kept": (
        [{"kind": "summary", "never": ["public"], "headline": "خلاصة", "allow": {"headline-empty": VARIANT}}],
        VARIANT,
    ),
}


@pytest.mark.parametrize("name", KEPT)
def test_every_text_that_is_kept_is_looked_for(name: str) -> None:
    blocks, words = KEPT[name]
    of = entry([*blocks, {"kind": "note", "text": "كلام للجميع"}])
    assert [each.words for each in found(web(f"<p>{words}</p>"), of)] != []
    assert found(web("<p>كلام للجميع</p>"), of) == ()


def test_a_source_that_is_cited_elsewhere_too_is_no_secret() -> None:
    of = entry(
        [
            {"kind": "summary", "headline": "x [@saeedi]"},
            {"kind": "importance", "never": ["public"], "headline": "y [@saeedi]"},
        ]
    )
    assert found(web("<p>سعد السعيدي، السياسة الخارجية، دار الكتب</p>"), of) == ()


def test_what_is_told_elsewhere_is_no_secret() -> None:
    of = entry(
        [{"kind": "summary", "headline": SECRET}, {"kind": "importance", "never": ["public"], "headline": SECRET}]
    )
    assert found(web(f"<p>{SECRET}</p>"), of) == ()


def test_two_open_texts_that_meet_make_no_leak() -> None:
    of = entry(
        [
            {
                "kind": "summary",
                "headline": {"default": "تهاجم الفصائل المسلحة", "minister": "تهاجم الفصائل المسلحة القوات الأجنبية"},
            },
            {"kind": "importance", "headline": "القوات الأجنبية باقية"},
        ]
    )
    assert found(web("<p>تهاجم الفصائل المسلحة</p><p>القوات الأجنبية باقية</p>"), of) == ()
    assert found(web("<p>ثم تهاجم الفصائل المسلحة القوات الأجنبية</p>"), of) == ()  # the same letters: nobody can tell


def test_a_date_and_a_number_are_no_secrets() -> None:
    of = entry(
        [
            {"kind": "summary", "headline": "x"},
            {
                "kind": "timeline",
                "never": ["public"],
                "points": [{**point("x"), "headline": "ص", "when": "15 كانون الثاني 2025"}],
            },
            {"kind": "table", "never": ["public"], "caption": "ج", "columns": ["أ"], "rows": [["1234567890123456"]]},
        ]
    )
    assert found(web("<p>15 كانون الثاني 2025</p><p>1234567890123456</p>"), of) == ()


def test_depth_and_choice_keep_nothing() -> None:
    of = entry([{"kind": "summary", "headline": "x", "detail": SECRET}, {"kind": "importance", "headline": VARIANT}])
    assert found(web(f"<p>{SECRET}</p><p>{VARIANT}</p>"), of) == ()


# ------------------------------------------------------------------------------------------------ laws

READERS = ("minister", "public", "researcher")
LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"
ITEMS = st.text(LETTERS, min_size=4, max_size=8)


@st.composite
def sentences(draw: st.DrawFn, least: int = 1) -> str:
    return " ".join(draw(st.lists(ITEMS, min_size=least, max_size=12)))


@st.composite
def topics(draw: st.DrawFn) -> Entry:
    """Topics whose blocks, points and wordings are for some readers alone."""

    def keeping() -> dict[str, Any]:
        held: dict[str, Any] = {}
        if draw(st.integers(0, 2)) == 0:
            held["only"] = draw(st.lists(st.sampled_from(READERS), unique=True))
        if draw(st.integers(0, 2)) == 0:
            held["never"] = draw(st.lists(st.sampled_from(READERS), unique=True))
        return held

    def wording(least: int = 1) -> Any:
        text = draw(sentences(least))
        if draw(st.integers(0, 2)):
            return text
        return {"default": text, draw(st.sampled_from(READERS)): draw(sentences(least))}

    blocks: list[dict[str, Any]] = [{"kind": "note", "text": "كلام للجميع"}]
    for number in range(draw(st.integers(1, 3))):
        block = {"kind": "summary", "id": f"block-{number}", "headline": wording(), "detail": wording(6), **keeping()}
        points = [
            {**advice(f"point-{number}-{n}"), "headline": wording(), "gist": wording(), **keeping()}
            for n in range(draw(st.integers(1, 3)))
        ]
        blocks += [block, {"kind": "recommendations", "id": f"list-{number}", "points": points, **keeping()}]
    return entry(blocks)


def composed(of: Entry, audience: str) -> str:
    brief = assemble(tailor(of, audience, reader()), house(), styles=templates().styles)
    return compose(brief, templates(), medium=Medium.SCREEN, house=House(house(), None)).html


def gate_of(of: Entry) -> Gate:
    return Gate(Library(house(), {name: reader() for name in READERS}, (of,)), templates())


@settings(max_examples=30)
@given(topics(), st.sampled_from(READERS))
def test_a_page_that_is_made_as_it_should_be_never_leaks(of: Entry, audience: str) -> None:
    gate = gate_of(of)
    assert gate.leaks("x/y.ar.html", composed(of, audience).encode(), gate.secrets("topic", "ar", audience)) == ()


@settings(max_examples=30)
@given(topics(), st.sampled_from(READERS), st.data())
def test_six_words_of_any_kept_text_are_found_wherever_they_stand(
    of: Entry, audience: str, draw: st.DataObject
) -> None:
    gate = gate_of(of)
    (secrets,) = gate.secrets("topic", "ar", audience)
    long = [each.words.split() for each in secrets.texts if len(each.words.split()) >= 6]
    assume(long)
    words = draw.draw(st.sampled_from(long))
    start = draw.draw(st.integers(0, len(words) - 6))
    planted = words[start : start + 6]
    runs = [letters(" ".join(planted[at : at + 4])) for at in range(3)]
    assume(not any(run in secrets.told for run in runs))  # what is open too is no secret
    page = composed(of, audience)
    ends = [at for at, each in enumerate(page) if each == ">" and page.find("</body>") > at > page.find("<body")]
    at = draw.draw(st.sampled_from(ends)) + 1
    leaking = f"{page[:at]} {' '.join(planted)} {page[at:]}"
    assert gate.leaks("x/y.ar.html", leaking.encode(), (secrets,)) != ()


# ------------------------------------------------------------------------------------------------ the corridor


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(producing, "crew", crewed(at_once))
    path = lay(tmp_path / "desk", topics=("water", "energy"))
    told = topic_data("موضوع water")
    told["blocks"][1]["points"][1] |= {"headline": SECRET, "gist": SECRET}
    write(path / "content" / "topics" / "water" / "ar.yaml", told)
    return path


def make(root: Path, **asked: Any) -> Result:
    return build(root, Request(**asked), jobs=1, tell=lambda _: None)


def template(root: Path, name: str, text: str) -> None:
    path = root / "templates" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def leaks(result: Result, rule: str = "leak") -> list[Problem]:
    return [each for each in result.problems if each.rule == rule]


def test_a_template_of_the_house_that_holds_a_secret_costs_the_files_of_those_who_are_kept_from_it(root: Path) -> None:
    template(root, "parts/imprint.html.j2", f"<p>{SECRET}</p>\n")
    result = make(root)
    names = {each.name for each in result.failed}
    assert names == {"water/public.ar.html", "energy/public.ar.html"}
    assert set(outputs(root)) == {"water/minister.ar.html", "energy/minister.ar.html"}
    assert {each.facts["file"] for each in leaks(result)} == {f"output/{name}" for name in names}
    told = Speaker("en").problem(next(each for each in leaks(result) if "water/" in each.facts["file"]))
    assert told.startswith("content/topics/water/ar.yaml:")
    assert "output/water/public.ar.html" in " ".join(told.split())
    assert "text of the page" in " ".join(told.split())


def test_what_another_topic_tells_its_readers_is_no_secret_in_its_files(root: Path) -> None:
    told = topic_data("موضوع energy")
    told["blocks"][1]["points"][0] |= {"headline": SECRET}
    write(root / "content" / "topics" / "energy" / "ar.yaml", told)
    template(root, "parts/imprint.html.j2", f"<p>{SECRET}</p>\n")
    assert {each.name for each in make(root).failed} == {"water/public.ar.html"}


def test_a_label_of_the_house_that_holds_a_secret_is_found(root: Path) -> None:
    template(root, "labels/ar.yaml", f"genre: {SECRET}\n")
    result = make(root)
    assert {each.name for each in result.failed} == {"water/public.ar.html", "energy/public.ar.html"}


def test_the_template_or_label_that_holds_the_words_is_named_with_its_line(root: Path) -> None:
    template(root, "labels/ar.yaml", f"# labels\ngenre: {' '.join(WORDS[1:6])}\n")
    told = leaks(make(root))
    assert {each.facts["holder"] for each in told} == {"templates/labels/ar.yaml:2"}
    for language in ("ar", "en"):
        assert "templates/labels/ar.yaml:2" in Speaker(language).sentence(told[0])


def test_no_template_is_named_where_none_holds_the_words(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    template(root, "labels/ar.yaml", "genre: ورقة\n")
    monkeypatch.setattr("mujaz.model.text.Kept.shown_to", lambda _self, _audience: True)
    told = leaks(make(root))
    assert told != []
    assert all("holder" not in each.facts for each in told)


def test_a_tailor_that_forgets_what_is_kept_is_caught(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mujaz.model.text.Kept.shown_to", lambda _self, _audience: True)
    result = make(root)
    assert "water/public.ar.html" in {each.name for each in result.failed}
    assert "water/public.ar.html" not in outputs(root)


def test_an_older_file_that_tells_nothing_stays_where_a_new_one_leaks(root: Path) -> None:
    make(root)
    before = outputs(root)["water/public.ar.html"]
    template(root, "parts/imprint.html.j2", f"<p>{SECRET}</p>\n")
    assert len(leaks(make(root))) >= 1
    assert outputs(root)["water/public.ar.html"] == before


def hide(root: Path) -> None:
    """What was for all is kept from the public."""
    path = root / "content" / "topics" / "water" / "ar.yaml"
    told = topic_data("موضوع water")
    told["blocks"][1]["points"][0] |= {"headline": PUBLIC, "never": ["public"]}
    write(path, told)


def tell_all(root: Path) -> None:
    told = topic_data("موضوع water")
    told["blocks"][1]["points"][0] |= {"headline": PUBLIC}
    write(root / "content" / "topics" / "water" / "ar.yaml", told)


def test_a_file_that_tells_what_is_kept_since_goes_even_if_no_new_one_can_be_made(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell_all(root)
    make(root)
    assert PUBLIC in outputs(root)["water/public.ar.html"].decode()
    hide(root)
    monkeypatch.setattr(
        producing,
        "crew",
        crewed(lambda documents, _work, jobs: ((each, Failure("export-slow", "1")) for each in documents if jobs)),
    )
    result = make(root)
    assert "water/public.ar.html" in {each.name for each in result.failed}
    assert "water/public.ar.html" not in outputs(root)
    assert "water/minister.ar.html" in outputs(root)
    told = leaks(result, "leak-withdrawn")
    assert {each.facts["file"] for each in told} == {"output/water/public.ar.html", f"output/{INDEX}"}
    assert {each.where.path for each in told} == {"content/topics/water/ar.yaml"}
    assert {each.severity for each in told} == {Severity.WARNING}


def test_it_goes_also_where_the_build_was_asked_for_something_else(root: Path) -> None:
    tell_all(root)
    make(root)
    hide(root)
    make(root, topics=frozenset({"energy"}))
    assert "water/public.ar.html" not in outputs(root)


def lose(root: Path, how: str) -> None:
    """What was made is not known any more."""
    path = root / "output" / ".mujaz" / "lock.json"
    path.unlink() if how == "lost" else path.write_text("{", "utf-8")


@pytest.mark.parametrize("how", ["lost", "damaged"])
def test_it_goes_also_where_nobody_knows_any_more_what_was_made(root: Path, how: str) -> None:
    """By a build that makes other files: what lies there is found, and looked through until it is made anew."""
    tell_all(root)
    make(root)
    lose(root, how)
    hide(root)
    result = make(root, topics=frozenset({"energy"}), audiences=frozenset({"minister"}))
    assert [each.facts["file"] for each in leaks(result, "leak-withdrawn")] == ["output/water/public.ar.html"]
    assert "water/public.ar.html" not in outputs(root)
    state = decode(Shelf(root / "output").read(STATE))
    assert state is not None
    assert state.found == {"energy/public.ar.html", "water/minister.ar.html"}
    assert decode(encode(state)) == state
    make(root)
    state = decode(Shelf(root / "output").read(STATE))
    assert state is not None
    assert (state.found, len(state.made)) == (frozenset(), 4)


def test_what_was_found_is_looked_through_when_more_is_kept_later(root: Path) -> None:
    tell_all(root)
    make(root)
    lose(root, "lost")
    make(root, topics=frozenset({"energy"}))
    assert PUBLIC in outputs(root)["water/public.ar.html"].decode()
    hide(root)
    make(root, topics=frozenset({"energy"}))
    assert "water/public.ar.html" not in outputs(root)


def test_a_topic_that_was_renamed_leaves_nothing_behind_where_the_state_is_lost(root: Path) -> None:
    tell_all(root)
    make(root)
    hide(root)
    topics = root / "content" / "topics"
    (topics / "water").rename(topics / "rivers")
    lose(root, "lost")
    result = make(root)
    assert "water/public.ar.html" not in outputs(root)
    assert result.leftover == ("water/minister.ar.html",)
    assert clean(root)[0] == ["water/minister.ar.html"]
    assert not (root / "output" / "water").exists()


def test_a_fresh_file_is_looked_through_when_something_is_kept_that_its_brief_never_told(root: Path) -> None:
    tell_all(root)
    template(root, "parts/imprint.html.j2", "<p>خلاصة للوزير وحده في سطر طويل من الكلام</p>\n")
    make(root)
    told = topic_data("موضوع water")
    told["blocks"][1]["points"][0] |= {"headline": PUBLIC}
    told["blocks"][0] |= {"gist": "خلاصة للوزير وحده في سطر طويل من الكلام", "never": ["public"]}
    write(root / "content" / "topics" / "water" / "ar.yaml", told)
    result = make(root)
    assert "water/public.ar.html" in {each.name for each in result.failed}
    assert {"water/public.ar.html", "energy/public.ar.html"}.isdisjoint(outputs(root))


def test_a_file_is_looked_through_once_and_again_only_when_other_things_are_kept(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(root)
    state = decode(Shelf(root / "output").read(STATE))
    assert state is not None
    assert all(each.kept for each in state.made.values())
    assert decode(encode(state)) == state
    looked: list[str] = []

    def seen(_self: Gate, name: str, _data: bytes, _secrets: object) -> tuple[Problem, ...]:
        looked.append(name)
        return ()

    monkeypatch.setattr("mujaz.watch.Gate.leaks", seen)
    make(root)
    assert looked == []
    hide(root)
    make(root, topics=frozenset({"energy"}))
    assert looked == ["water/public.ar.html"]  # the minister is kept from nothing


def test_an_edit_of_what_is_open_is_no_reason_to_look_through_files_unless_it_took_an_excuse_away(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A word more somewhere excuses nothing; what was open beside its secret, and is not any more, was an excuse."""
    path = root / "content" / "topics" / "water" / "ar.yaml"
    told = topic_data("موضوع water")
    told["blocks"][1]["points"][0] |= {"headline": SECRET}
    told["blocks"][1]["points"][1] |= {"headline": SECRET, "gist": SECRET, "never": ["public"]}
    write(path, told)
    make(root)
    assert SECRET in outputs(root)["water/public.ar.html"].decode()
    looked: list[str] = []
    real = Gate.leaks

    def seen(self: Gate, name: str, data: bytes, secrets: Any) -> tuple[Problem, ...]:
        looked.append(name)
        return real(self, name, data, secrets)

    monkeypatch.setattr("mujaz.watch.Gate.leaks", seen)
    told["title"] = "موضوع water مرة أخرى"
    write(path, told)
    make(root, topics=frozenset({"energy"}))
    assert looked == []
    told["blocks"][1]["points"][0] |= {"headline": PUBLIC}
    write(path, told)
    make(root, topics=frozenset({"energy"}))
    assert looked == ["water/public.ar.html"]
    assert "water/public.ar.html" not in outputs(root)


TEXTS = st.lists(st.text("ابتثج1", min_size=1, max_size=9), min_size=1, max_size=8)


@given(TEXTS, TEXTS, st.text("ابتثج", min_size=2, max_size=22))
@settings(max_examples=400, deadline=None)
def test_what_is_excused_is_what_the_search_excuses(own: list[str], others: list[str], run: str) -> None:
    """Told by sets of the starts and ends of texts, it is the same as told by a search through all of them."""
    known = Known(WALL.join(own), Known(WALL.join(others)))
    said = unnumbered(WALL + known.full + WALL)
    assert (run in known.letters or known.joins(run)) == is_open(run, said)


def test_a_run_of_many_letters_is_excused_too() -> None:
    first, second = "ا" * 40, "ب" * 60
    assert Known(WALL.join((first, second))).joins(first + second)
    assert not Known(WALL.join((first, "ت"))).joins(first + second)


def test_the_digest_of_what_is_kept_is_the_same_in_every_process() -> None:
    said = (
        "from pathlib import Path; from mujaz.gate import Gate; from mujaz.survey import survey;"
        f"from mujaz.templates import open_templates; root = Path({str(ROOT)!r});"
        "gate = Gate(survey(root).library, open_templates(root));"
        "print(gate.own('coalition-exit', 'ar', None).digest, gate.digest('coalition-exit', 'ar', 'public'))"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", said],
            env={**os.environ, "PYTHONPATH": str(Path(mujaz.__file__).parents[1]), "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(told) == 1


def test_a_file_for_the_press_that_tells_what_is_kept_since_goes_with_its_pages(root: Path) -> None:
    tell_all(root)
    make(root)
    shelf = Shelf(root / "output")
    state = decode(shelf.read(STATE))
    assert state is not None
    sent = {
        "water/public.ar.press.pdf": PUBLIC,
        "water/public.ar.press-ticket.pdf": "بطاقة",
        "water/public.ar.booklet.pdf": "كلام للجميع",
        "water/public.ar.booklet-ticket.pdf": "بطاقة",
    }
    for name, text in sent.items():
        shelf.write(name, text.encode())
    shelf.write(STATE, encode(State(state.made, frozenset(sent))))
    hide(root)
    result = make(root)
    assert "output/water/public.ar.press.pdf" in {each.facts["file"] for each in leaks(result, "leak-withdrawn")}
    assert set(outputs(root)) & set(sent) == {"water/public.ar.booklet.pdf", "water/public.ar.booklet-ticket.pdf"}


def test_a_file_that_is_taken_away_is_told_of_once_however_much_it_tells(root: Path) -> None:
    path = root / "content" / "topics" / "water" / "ar.yaml"
    told = topic_data("موضوع water")
    open_to_all = [{**point("one"), "headline": SECRET}, {**point("two"), "headline": NUMBERED}]
    told["blocks"][1]["points"] = open_to_all
    write(path, told)
    make(root)
    for each in open_to_all:
        each["never"] = ["public"]
    write(path, told)
    result = make(root)
    said = leaks(result, "leak-withdrawn")
    assert [each.facts["file"] for each in said] == ["output/water/public.ar.html"]
    assert said[0].facts["others"] == "3"  # a headline and two names
    assert SECRET in Speaker("ar").sentence(said[0])
    assert "عددها 3" in Speaker("ar").sentence(said[0])


def test_the_index_tells_nothing_that_anyone_is_kept_from(root: Path) -> None:
    template(
        root,
        "site/index.html.j2",
        f"<!DOCTYPE html><html lang='ar'><head><title>x</title></head><body>{SECRET}</body></html>",
    )
    result = make(root)
    assert {each.facts["file"] for each in leaks(result)} == {f"output/{INDEX}"}
    assert not result.index


def test_what_only_a_kept_text_says_is_found_in_the_index_and_in_the_words_of_its_search(root: Path) -> None:
    make(root)
    library = survey(root).library
    assert library is not None
    gate = Gate(library, open_templates(root))

    def listed(data: bytes) -> tuple[Problem, ...]:
        return gate.listed(INDEX, haystack(data), lambda: gate.public([gate]))

    page = (root / "output" / INDEX).read_bytes()
    assert listed(page) == ()
    planted = page.replace(b'data-words="', 'data-words="الانتخابات '.encode(), 1)
    assert planted != page
    told = {(leak.facts["found"], leak.facts["channels"]) for leak in listed(planted)}
    assert told == {(SECRET, "bag:")}
    for words in (" ".join(WORDS[3:7]), SECRET[::-1]):
        spoiled = page.replace(b"</main>", f"<p>{words}</p></main>".encode(), 1)
        assert {leak.facts["channels"] for leak in listed(spoiled)} == {"text:"}


def test_an_older_index_that_leaks_goes(root: Path) -> None:
    tell_all(root)
    template(
        root,
        "site/index.html.j2",
        f"<!DOCTYPE html><html lang='ar'><head><title>x</title></head><body>{PUBLIC}</body></html>",
    )
    assert make(root).index
    hide(root)
    result = make(root)
    assert not result.index
    assert [each.facts["file"] for each in leaks(result, "leak-withdrawn")].count(f"output/{INDEX}") == 1


def test_the_rule_can_be_neither_weighed_nor_silenced(root: Path) -> None:
    assert "leak" not in RULES
    write(root / "mujaz.yaml", {"organisation": "المؤسسة", "rules": {"leak": "off"}})
    told = topic_data("موضوع water")
    told["blocks"][0]["allow"] = {"leak": "سبب"}
    write(root / "content" / "topics" / "water" / "ar.yaml", told)
    wrong = [each for each in errors(survey(root).problems) if each.rule == "rule-fixed"]
    assert {each.where.path for each in wrong} == {"mujaz.yaml", "content/topics/water/ar.yaml"}


@pytest.mark.parametrize("kind", sorted({kind for kind, _ in PLACES.values()} | {"source", "bag"}))
def test_each_place_has_a_name_in_both_languages(kind: str) -> None:
    facts = {"found": "x", "file": "output/x", "channels": f"{kind}:title|page:3"}
    for language, page in (("ar", "نص الصفحة 3"), ("en", "text of page 3")):
        assert page in Speaker(language).sentence(Problem("leak", found_at(), facts))


def found_at() -> Any:
    return found(web(f"<p>{SECRET}</p>"))[0].where
