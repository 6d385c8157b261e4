"""What is asked for and why it is stale: the reasons, and the order of targets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mujaz.model.content import Library
from mujaz.model.document import Made, Medium, Target
from mujaz.plan import Request, targets, why
from workspace import entry, house, reader

MADE = Made({"brief": "b1", "fonts": "f1", "templates": "t1"}, "sha", 1, 3)
NAMES = ("brief", "fonts", "templates", "labels", "house")
inputs = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(["1", "2"]))


def test_what_was_never_made_is_new() -> None:
    assert why({"brief": "b1"}, None, None) == ("new",)
    assert why({"brief": "b1"}, None, "sha") == ("new",)


def test_what_is_gone_or_changed_by_hand_is_made_again() -> None:
    assert why(MADE.inputs, MADE, None) == ("output-missing",)
    assert why(MADE.inputs, MADE, "other") == ("output-changed",)


def test_what_nothing_changed_is_fresh() -> None:
    assert why(dict(reversed(list(MADE.inputs.items()))), MADE, "sha") == ()


@given(inputs, inputs)
def test_the_reasons_are_the_inputs_that_differ(now: dict[str, str], then: dict[str, str]) -> None:
    """Also one that came or went."""
    differ = {name for name in NAMES if now.get(name) != then.get(name)}
    reasons = why(now, Made(then, "sha", None, 1), "sha")
    assert set(reasons) == differ
    assert list(reasons) == sorted(reasons)


# ------------------------------------------------------------------------------------------------ targets


def library() -> Library:
    block = {"kind": "summary", "headline": "نص"}
    return Library(
        workspace=house(languages=["ar", "en"]),
        audiences={"public": reader(formats=["html"]), "minister": reader()},
        topics=(entry([block], language="fa"), entry([block], language="en"), entry([block])),
    )


KEYS = [("topic", "fa"), ("topic", "en"), ("topic", "ar")]


def names(request: Request) -> list[str]:
    return [target.name for target in targets(KEYS, library(), request)]


def test_everything_is_asked_for_where_nothing_is_named() -> None:
    assert names(Request()) == [
        "topic/minister.ar.pdf",
        "topic/minister.ar.html",
        "topic/public.ar.html",
        "topic/minister.en.pdf",
        "topic/minister.en.html",
        "topic/public.en.html",
    ]


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (Request(audiences=frozenset({"public"})), ["topic/public.ar.html", "topic/public.en.html"]),
        (Request(languages=frozenset({"en"}), media=frozenset({Medium.PRINT})), ["topic/minister.en.pdf"]),
        (Request(languages=frozenset({"fa"})), []),
        (Request(topics=frozenset({"other"})), []),
        (Request(audiences=frozenset({"public"}), media=frozenset({Medium.PRINT})), []),
    ],
)
def test_a_request_narrows_what_is_made(request_: Request, expected: list[str]) -> None:
    assert names(request_) == expected


def test_every_target_is_named_once_and_has_a_name_of_its_own() -> None:
    found = list(targets(KEYS, library(), Request()))
    assert len({target.name for target in found}) == len(found) == len(set(found))
    assert Target("topic", "minister", "ar", Medium.PRINT) in found
