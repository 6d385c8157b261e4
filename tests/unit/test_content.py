"""The content of this repository: complete at every depth, silent under the checker, the same in both languages."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from mujaz.check.texts import whole_of
from mujaz.model.blocks import Block, Pointed, kinds
from mujaz.model.content import Entry
from mujaz.model.text import Wording
from mujaz.survey import survey

ROOT = Path(__file__).resolve().parents[2]
SEEN = survey(ROOT, datetime.date(2026, 11, 24))
TOPICS = () if SEEN.library is None else SEEN.library.topics
ARABIC = [entry for entry in TOPICS if entry.language == "ar"]
OTHERS = [entry for entry in TOPICS if entry.language != "ar"]


def kind(block: Block) -> str:
    return str(getattr(block, "kind", ""))


def test_the_checker_is_silent() -> None:
    assert SEEN.problems == ()


def test_the_five_topics_are_there() -> None:
    assert {entry.slug for entry in ARABIC} == {
        "coalition-and-sovereignty",
        "coalition-exit",
        "counterterrorism-diplomacy",
        "defence-diplomacy",
        "foreign-policy-balance",
    }


def test_every_kind_of_block_is_used_somewhere() -> None:
    assert {kind(block) for entry in TOPICS for block in entry.topic.blocks} == set(kinds())


@pytest.mark.parametrize("entry", ARABIC, ids=lambda entry: entry.slug)
def test_a_topic_is_complete_at_three_depths(entry: Entry) -> None:
    needed = {"summary", "importance", "problem", "hypothesis", "method", "concepts", "evaluation", "findings"}
    held = {kind(block) for block in entry.topic.blocks}
    assert needed | {"recommendations"} <= held
    for block in entry.topic.blocks:
        if isinstance(block, Pointed):
            assert [point.id for point in block.points if point.gist is None or point.detail is None] == []


@pytest.mark.parametrize("entry", OTHERS, ids=lambda entry: f"{entry.slug}.{entry.language}")
def test_a_translation_has_the_same_points_in_the_same_order_for_the_same_readers(entry: Entry) -> None:
    (arabic,) = (each for each in ARABIC if each.slug == entry.slug)

    def bones(one: Entry) -> list[tuple[object, ...]]:
        found: list[tuple[object, ...]] = []
        for block in one.topic.blocks:
            found.append((kind(block), block.only, block.never, getattr(block, "side", None)))
            for point in block.points if isinstance(block, Pointed) else ():
                links = getattr(point, "answers", None)
                found.append((point.id, point.only, point.never, links, getattr(point, "stance", None)))
        return found

    assert bones(entry) == bones(arabic)

    def variants(one: Entry) -> list[tuple[object, ...]]:
        return [(path, sorted(thing.variants)) for path, thing in whole_of(one).nouns if isinstance(thing, Wording)]

    told = {path: readers for path, readers in variants(entry) if readers}
    assert told == {path: readers for path, readers in variants(arabic) if readers}
