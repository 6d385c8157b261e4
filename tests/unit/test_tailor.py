"""What an audience is told of a topic: the laws of choosing, over topics and audiences made at random."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chance import READERS, readers, topics
from mujaz.model.blocks import Block, Pointed
from mujaz.model.content import Audience, Entry
from mujaz.model.points import Recommendation
from mujaz.model.text import Depth
from mujaz.tailor import fits, tailor
from workspace import advice, entry, point, reader

names = st.sampled_from(READERS)


def written_ids(topic: Entry, name: str) -> dict[str | None, list[str]]:
    """Block → the ids of its points that an audience may see, as they were written."""
    return {
        block.id: [each.id for each in block.points if each.shown_to(name)] if isinstance(block, Pointed) else []
        for block in topic.topic.blocks
    }


@given(topics(), readers(), names)
def test_what_is_told_was_written_and_is_told_once(topic: Entry, who: Audience, name: str) -> None:
    parts = tailor(topic, name, who).parts
    assert all(any(part.block is block for block in topic.topic.blocks) for part in parts)
    told = Counter(part.block.id for part in parts) + Counter(each.id for part in parts for each in part.points)
    assert not [each for each, times in told.items() if times > 1]
    for part in parts:
        own: tuple[object, ...] = part.block.points if isinstance(part.block, Pointed) else ()
        assert all(any(told is written for written in own) for told in part.points)


@given(topics(), readers(), names)
def test_what_is_kept_from_an_audience_is_never_told(topic: Entry, who: Audience, name: str) -> None:
    for part in tailor(topic, name, who).parts:
        for kept in (part.block, *part.points):
            assert name not in kept.never
            assert kept.only is None or name in kept.only


@given(topics(), readers(), names)
def test_blocks_follow_the_audience_and_within_one_pick_the_author(topic: Entry, who: Audience, name: str) -> None:
    places = {block.id: place for place, block in enumerate(topic.topic.blocks)}
    parts = tailor(topic, name, who).parts
    if who.blocks is None:
        assert [places[part.block.id] for part in parts] == sorted(places[part.block.id] for part in parts)
        return
    first = [next(n for n, pick in enumerate(who.blocks) if fits(pick, part.block)) for part in parts]
    order = [(pick, places[part.block.id]) for pick, part in zip(first, parts, strict=True)]
    assert order == sorted(order)


@given(topics(), readers(), names)
def test_a_block_takes_depth_limit_and_order_from_the_first_pick_that_fits(
    topic: Entry, who: Audience, name: str
) -> None:
    allowed = written_ids(topic, name)
    for part in tailor(topic, name, who).parts:
        pick = next((each for each in who.blocks or () if fits(each, part.block)), None)
        assert part.depth is ((pick.depth if pick else None) or who.depth)
        ids = [each.id for each in part.points]
        if pick is None or pick.order == "written":
            assert ids == allowed[part.block.id][: pick.limit if pick else None]
        elif isinstance(part.block, Pointed):
            urgency = {
                each.id: each.priority if isinstance(each, Recommendation) else 100 for each in part.block.points
            }
            assert ids == sorted(allowed[part.block.id], key=lambda each: urgency[each])[: pick.limit]


@given(topics(), readers(), names)
def test_nothing_that_may_be_told_is_forgotten(topic: Entry, who: Audience, name: str) -> None:
    def wanted(block: Block) -> bool:
        picked = who.blocks is None or any(fits(pick, block) for pick in who.blocks)
        filled = not isinstance(block, Pointed) or any(each.shown_to(name) for each in block.points)
        return picked and filled and block.shown_to(name)

    expected = {block.id for block in topic.topic.blocks if wanted(block)}
    assert {part.block.id for part in tailor(topic, name, who).parts} == expected


@given(topics(), readers(), names)
def test_tailoring_twice_gives_the_same(topic: Entry, who: Audience, name: str) -> None:
    assert tailor(topic, name, who) == tailor(topic, name, who)


def test_a_block_whose_points_are_all_hidden_is_left_out() -> None:
    topic = entry([{"kind": "findings", "title": "عنوان", "intro": "مقدمة", "points": [point("a", never=["public"])]}])
    assert tailor(topic, "public", reader()).parts == ()
    assert len(tailor(topic, "minister", reader()).parts) == 1


def test_the_most_urgent_advice_survives_the_limit() -> None:
    block = {"kind": "recommendations", "points": [advice("a", 3), advice("b", 1), advice("c", 2), advice("d", 1)]}
    who = reader(blocks=[{"recommendations": {"order": "priority", "limit": 3}}])
    assert [each.id for each in tailor(entry([block]), "x", who).parts[0].points] == ["b", "d", "c"]


def test_a_limit_counts_only_what_may_be_told() -> None:
    block = {"kind": "findings", "points": [point("a", never=["x"]), point("b"), point("c")]}
    who = reader(blocks=[{"findings": {"limit": 2}}])
    assert [each.id for each in tailor(entry([block]), "x", who).parts[0].points] == ["b", "c"]


@pytest.mark.parametrize(("side", "expected"), [("positive", ["good"]), ("negative", ["bad"]), (None, ["good", "bad"])])
def test_a_pick_with_a_side_takes_that_side_alone(side: str | None, expected: list[str]) -> None:
    blocks = [
        {"kind": "evaluation", "side": "positive", "points": [point("good")]},
        {"kind": "evaluation", "side": "negative", "points": [point("bad")]},
    ]
    who = reader(blocks=[{"evaluation": {"side": side}} if side else "evaluation"])
    assert [part.points[0].id for part in tailor(entry(blocks), "x", who).parts] == expected


def test_a_block_that_two_picks_fit_goes_to_the_first() -> None:
    blocks = [{"kind": "evaluation", "side": "negative", "points": [point("bad")]}]
    who = reader(
        blocks=[{"evaluation": {"depth": "headline"}}, {"evaluation": {"side": "negative", "depth": "detail"}}]
    )
    (part,) = tailor(entry(blocks), "x", who).parts
    assert part.depth is Depth.HEADLINE
