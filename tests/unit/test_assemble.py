"""A selection becomes a brief: what each depth tells, how notes are numbered, and what is never in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mujaz.assemble import assemble
from mujaz.model.brief import Brief, Item, Section, plain
from mujaz.read import read
from mujaz.tailor import tailor
from workspace import HIDDEN, advice, entry, lay, point, reader, templates, told, topic_data, write

DEEP = {"gist": "لب", "detail": "تفصيل"}
CALL = re.compile(r'<a class="note-call" id="call_(\d+)" href="#note_(\d+)"[^>]*>([^<]*)</a>')


def texts(brief: Brief) -> str:
    """All that a brief holds, as one line of JSON."""
    return json.dumps(plain(brief), ensure_ascii=False, sort_keys=True)


def section(brief: Brief, number: int = 0) -> Section:
    return brief.sections[number]


def only_point(brief: Brief) -> Item:
    (item,) = section(brief).points
    return item


# ------------------------------------------------------------------------------------------------ depth


@pytest.mark.parametrize(
    ("depth", "fields"),
    [("headline", {"headline"}), ("gist", {"headline", "gist"}), ("detail", {"headline", "gist", "detail"})],
)
def test_depth_decides_which_texts_of_a_point_are_told(depth: str, fields: set[str]) -> None:
    brief = told(entry([{"kind": "findings", "points": [point("a", **DEEP)]}]), reader(depth=depth))
    assert set(only_point(brief).fields) == fields
    assert section(brief).depth == depth


@pytest.mark.parametrize(
    ("depth", "fields"),
    [("headline", {"headline"}), ("gist", {"headline", "gist"}), ("detail", {"headline", "gist", "detail"})],
)
def test_depth_decides_which_texts_of_an_argument_are_told(depth: str, fields: set[str]) -> None:
    brief = told(entry([{"kind": "summary", "headline": "رأس", **DEEP}]), reader(depth=depth))
    assert set(section(brief).fields) == fields


@pytest.mark.parametrize(
    ("depth", "fields"),
    [
        ("headline", {"statement"}),
        ("gist", {"statement", "questions"}),
        ("detail", {"statement", "questions", "detail"}),
    ],
)
def test_depth_decides_whether_questions_are_told(depth: str, fields: set[str]) -> None:
    block = {"kind": "problem", "statement": "سؤال", "questions": ["أول", "ثان"], "detail": "تفصيل"}
    assert set(section(told(entry([block]), reader(depth=depth))).fields) == fields


def test_a_block_may_go_deeper_than_its_audience() -> None:
    topic = entry([{"kind": "findings", "intro": "تمهيد", "points": [point("a", **DEEP)]}])
    brief = told(topic, reader(depth="headline", blocks=[{"findings": {"depth": "gist"}}]))
    assert set(section(brief).fields) == {"intro"}
    assert set(only_point(brief).fields) == {"headline", "gist"}


def test_numbers_ids_and_priorities_are_not_fields() -> None:
    brief = told(entry([{"kind": "recommendations", "title": "عنوان", "points": [advice("a", 7, never=["x"])]}]))
    assert set(only_point(brief).fields) == {"headline", "owner", "horizon"}
    assert set(section(brief).fields) == set()
    assert section(brief).title == "عنوان"
    assert only_point(brief).anchor == "a"


def test_points_are_numbered_in_the_order_in_which_they_are_told() -> None:
    block = {"kind": "recommendations", "points": [advice("a", 2), advice("b", 1)]}
    brief = told(entry([block]), reader(blocks=[{"recommendations": {"order": "priority"}}]))
    assert [(item.number, item.anchor) for item in section(brief).points] == [("١", "b"), ("٢", "a")]


def test_a_table_keeps_its_rows() -> None:
    block = {"kind": "table", "caption": "جدول", "columns": ["أ", "ب"], "rows": [["س", "1"], ["ص", "2"]]}
    fields = section(told(entry([block]))).fields
    assert fields["columns"] == ("أ", "ب")
    assert fields["rows"] == (("س", "١"), ("ص", "٢"))


# ------------------------------------------------------------------------------------------------ notes


def calls(brief: Brief) -> list[str]:
    return [index for index, _, _ in CALL.findall(texts(brief).replace('\\"', '"'))]


def reading(brief: Brief) -> Iterator[str]:
    """The texts of a brief in the order in which a page of sections and points shows them."""
    yield str(brief.title)
    yield str(brief.subtitle or "")
    for each in brief.sections:
        yield str(each.title or "")
        for field in ("statement", "headline", "intro", "questions", "gist", "because", "detail"):
            yield str(each.fields.get(field, ""))
        for item in each.points:
            for field in ("headline", "gist", "detail"):
                yield str(item.fields.get(field, ""))


cited = st.lists(
    st.sampled_from(["كلمة", "[@hamid، ص 5]", "[@saeedi]", "[@smith, p. 3؛ @hamid]", "**نص [@smith]**"])
).map(lambda words: " ".join(["نص", *words]))


@st.composite
def topics_with_notes(draw: st.DrawFn) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = [
        {"kind": "summary", "headline": draw(cited), "gist": draw(cited), "detail": draw(cited)},
        {"kind": "problem", "statement": draw(cited), "questions": [draw(cited)], "detail": draw(cited)},
    ]
    for kind in ("findings", "background"):
        points = [
            {"id": f"{kind}-{n}", "headline": draw(cited), "gist": draw(cited), "detail": draw(cited)}
            for n in range(draw(st.integers(1, 2)))
        ]
        blocks.append({"kind": kind, "title": draw(cited), "intro": draw(cited), "points": points})
    return blocks


@settings(max_examples=25)
@given(topics_with_notes(), st.sampled_from(["headline", "gist", "detail"]))
def test_notes_are_numbered_in_reading_order_and_each_is_called_once(blocks: list[dict[str, Any]], depth: str) -> None:
    brief = told(entry(blocks), reader(depth=depth, notes="notes"))
    numbers = [str(note.index) for note in brief.notes]
    assert numbers == [str(number) for number in range(1, len(numbers) + 1)]
    found = CALL.findall(" ".join(reading(brief)))
    assert [index for index, _, _ in found] == numbers
    assert all(index == target for index, target, _ in found)
    assert sorted(calls(brief), key=int) == numbers


@settings(max_examples=25)
@given(topics_with_notes())
def test_a_reader_without_notes_gets_neither_calls_nor_notes(blocks: list[dict[str, Any]]) -> None:
    brief = told(entry(blocks), reader(notes="none", references=True))
    assert brief.notes == ()
    assert brief.lists == ()
    for trace in ("note-call", "@", "data-cite", "حميد", "Smith"):
        assert trace not in texts(brief)


@pytest.mark.parametrize("mark", [".", "،", "؟", ")"])
def test_no_space_is_left_before_punctuation_where_a_citation_was(mark: str) -> None:
    topic = entry([{"kind": "summary", "headline": f"نص [@hamid، ص 5]{mark}"}])
    assert section(told(topic, reader(notes="none"))).fields["headline"] == f"نص{mark}"


def test_author_and_date_stand_in_the_text_in_its_digits() -> None:
    topic = entry([{"kind": "summary", "headline": "نص [@hamid، ص 5]."}])
    brief = told(topic, reader(notes="author-date"))
    headline = str(section(brief).fields["headline"])
    assert headline.startswith('نص <span class="cite">(')
    assert re.sub("<[^>]*>", "", headline) == "نص (حميد، ٢٠٢١، ص ٥)."
    assert brief.notes == ()


def test_the_number_of_a_note_follows_the_readers_digits() -> None:
    topic = entry([{"kind": "summary", "headline": "نص [@hamid]"}])
    assert told(topic).notes[0].number == "١"
    assert told(topic, reader(digits="western")).notes[0].number == "1"
    assert told(topic, digits="western").notes[0].number == "1"


def test_only_what_is_cited_where_it_is_told_stands_in_the_lists() -> None:
    topic = entry([{"kind": "summary", "headline": "نص [@hamid]", "detail": "نص [@smith]"}])
    deep = told(topic, reader(references=True))
    assert [(each.script, len(each.entries)) for each in deep.lists] == [("arabic", 1), ("latin", 1)]
    shallow = told(topic, reader(references=True, depth="gist"))
    assert [each.script for each in shallow.lists] == ["arabic"]
    assert "Smith" not in texts(shallow)
    assert told(topic, reader()).lists == ()


def test_a_latin_reference_is_set_from_left_to_right_with_its_own_digits() -> None:
    topic = entry([{"kind": "summary", "headline": "نص [@smith]"}])
    (held,) = told(topic, reader(references=True)).lists
    (only,) = held.entries
    assert (only.language, only.direction) == ("en", "ltr")
    assert "2019" in only.text


def test_a_headline_that_is_named_again_does_not_call_its_note_again() -> None:
    blocks = [
        {"kind": "evaluation", "side": "negative", "points": [point("weak") | {"headline": "ضعف [@hamid]"}]},
        {"kind": "recommendations", "points": [advice("a", answers=["weak"])]},
    ]
    brief = told(entry(blocks))
    assert brief.sections[0].points[0].mentions["headline"] == "ضعف"
    assert plain(_answers(brief)) == [{"anchor": "weak", "text": "ضعف"}]
    assert calls(brief) == ["1"]


# ------------------------------------------------------------------------------------------------ who is told what


def test_answers_name_only_points_that_this_reader_is_told() -> None:
    blocks = [
        {"kind": "evaluation", "side": "negative", "points": [point("a"), point("b", never=["reader"]), point("c")]},
        {"kind": "recommendations", "points": [advice("r", answers=["c", "a", "b"])]},
    ]
    topic = entry(blocks)
    assert [link.anchor for link in _answers(told(topic))] == ["a", "c"]
    assert [link.anchor for link in _answers(told(topic, name="other"))] == ["a", "b", "c"]
    picks = [{"evaluation": {"limit": 1}}, "recommendations"]
    assert [link.anchor for link in _answers(told(topic, reader(blocks=picks)))] == ["a"]
    assert _answers(told(topic, reader(blocks=["recommendations"])), 0) == ()


def _answers(brief: Brief, number: int = 1) -> Any:
    return brief.sections[number].points[0].fields["answers"]


def test_each_audience_reads_its_own_wording() -> None:
    gist = {"default": "للجميع", "public": "للناس"}
    topic = entry([{"kind": "summary", "headline": "رأس", "gist": gist}], title={"default": "عام", "public": "خاص"})
    public, other = told(topic, name="public"), told(topic, name="minister")
    assert (public.title, section(public).fields["gist"]) == ("خاص", "للناس")
    assert (other.title, section(other).fields["gist"]) == ("عام", "للجميع")
    assert "للجميع" not in texts(public)
    assert "للناس" not in texts(other)


KEPT = "سر-مكتوم"
hidden_points = st.sampled_from(
    [{"never": ["reader"]}, {"only": ["other"]}, {"only": []}, {"only": ["reader"], "never": ["reader"]}]
)


@given(hidden_points, hidden_points, st.sampled_from(["notes", "author-date", "none"]))
def test_nothing_that_is_hidden_is_anywhere_in_the_brief(
    block: dict[str, Any], hidden: dict[str, Any], notes: str
) -> None:
    """Neither texts nor ids nor what only hidden texts cite."""
    deep = {"headline": KEPT, "gist": KEPT, "detail": f"{KEPT} [@smith]"}
    blocks = [
        {"kind": "summary", **deep, **block},
        {"kind": "table", "caption": KEPT, "columns": [KEPT], "rows": [[KEPT]], **block},
        {"kind": "evaluation", "side": "negative", "points": [{"id": "sirr", **deep, **hidden}, point("b")]},
        {"kind": "recommendations", "points": [advice("c", answers=["sirr", "b"]), advice("d", **hidden) | deep]},
    ]
    brief = told(entry(blocks), reader(notes=notes, references=True, contents=True))
    assert [each.kind for each in brief.sections] == ["evaluation", "recommendations"]
    for trace in (KEPT, "sirr", "Smith", '"d"'):
        assert trace not in texts(brief)


# ------------------------------------------------------------------------------------------------ the house


def test_the_date_is_in_words_of_the_country_and_calendar() -> None:
    topic = entry([{"kind": "summary", "headline": "رأس"}])
    assert told(topic).date == "١٥ كانون الثاني ٢٠٢٥"
    assert told(topic, country="EG", digits="western").date == "15 يناير 2025"
    assert told(topic, reader(calendar="hijri")).date == "١٥ رجب ١٤٤٦هـ"


def test_english_is_set_from_left_to_right_in_western_digits() -> None:
    topic = entry([{"kind": "summary", "headline": "In 2014"}], language="en", title="Title")
    brief = told(topic, digits="arabic-indic")
    assert (brief.direction, brief.digits, brief.organisation, brief.label) == ("ltr", "western", "The House", "Reader")
    assert section(brief).fields["headline"] == "In 2014"


# ------------------------------------------------------------------------------------------------ digests


def from_disk(root: Path, audience: str) -> Brief:
    library, problems = read(root)
    assert library is not None
    assert problems == ()
    (topic,) = library.topics
    return assemble(tailor(topic, audience, library.audiences[audience]), library.workspace, styles=templates().styles)


def backwards(value: Any) -> Any:
    """The same data with the keys of every mapping in the other order."""
    if isinstance(value, dict):
        return {key: backwards(value[key]) for key in reversed(value)}
    return [backwards(each) for each in value] if isinstance(value, list) else value


def test_neither_comments_nor_the_order_of_keys_nor_the_style_of_writing_change_a_brief(tmp_path: Path) -> None:
    lay(tmp_path)
    path = tmp_path / "content/topics/water/ar.yaml"
    before = from_disk(tmp_path, "minister").digest
    write(path, backwards(topic_data("موضوع water")))
    assert from_disk(tmp_path, "minister").digest == before
    path.write_text("# تعليق\n" + path.read_text("utf-8").replace("\n", "   # آخر\n").replace("\n", "\r\n"), "utf-8")
    assert from_disk(tmp_path, "minister").digest == before
    path.write_text(yaml.safe_dump(topic_data("موضوع water"), default_flow_style=True, allow_unicode=True), "utf-8")
    assert from_disk(tmp_path, "minister").digest == before


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("أول ما وُجد", "أول ما وُجد حقاً", {"minister", "public"}),
        ("شرح أول ما وُجد", "شرح آخر", {"minister"}),
        ("خلاصة للوزير وحده", "خلاصة أخرى", {"minister"}),
        (HIDDEN, "سر آخر", {"minister"}),
        ("id: secret", "id: other", {"minister"}),
        ("date: '2025-01-15'", "date: '2025-01-16'", {"minister", "public"}),
    ],
)
def test_an_edit_changes_the_briefs_that_tell_it_and_no_other(
    tmp_path: Path, old: str, new: str, changed: set[str]
) -> None:
    lay(tmp_path)
    path = tmp_path / "content/topics/water/ar.yaml"
    before = {name: from_disk(tmp_path, name).digest for name in ("minister", "public")}
    written = path.read_text("utf-8")
    assert old in written
    path.write_text(written.replace(old, new), "utf-8")
    after = {name: from_disk(tmp_path, name).digest for name in before}
    assert {name for name in before if before[name] != after[name]} == changed


def test_an_edited_source_changes_only_the_briefs_that_cite_it() -> None:
    block = {"kind": "summary", "headline": "نص", "detail": "نص [@hamid]"}
    edited = [{"id": "hamid", "type": "book", "language": "ar", "title": "عنوان جديد"}]
    deep, shallow = reader(), reader(depth="gist")
    assert told(entry([block]), deep).digest != told(entry([block], references=edited), deep).digest
    assert told(entry([block]), shallow).digest == told(entry([block], references=edited), shallow).digest
