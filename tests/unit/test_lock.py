"""The state file: what was written is read again, and whatever else lies there is no state, never a crash."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mujaz.lock import FORMAT, decode, encode
from mujaz.model.document import Made, State

texts = st.text(st.characters(codec="utf-8"), max_size=20)
mades = st.builds(
    Made,
    st.dictionaries(texts, texts, max_size=4),
    texts,
    st.none() | st.integers(0, 10**6),
    st.integers(1, 10**6),
)
names = st.from_regex(r"[a-z0-9-]{1,8}/[a-z0-9-]{1,8}\.[a-z]{2,3}\.(?:pdf|html)", fullmatch=True)
states = st.builds(State, st.dictionaries(names, mades, max_size=4))
WHOLE = encode(
    State(
        {
            "water/minister.ar.html": Made({"brief": "a" * 64, "fonts": "b" * 64}, "c" * 64, None, 2),
            "water/minister.ar.pdf": Made({"brief": "a" * 64, "engine": "٣"}, "d" * 64, 4, 1),
        }
    )
)


@given(states)
def test_a_state_survives_the_round_trip(state: State) -> None:
    assert decode(encode(state)) == state


@given(states)
def test_equal_states_are_equal_bytes_whatever_their_order(state: State) -> None:
    turned = State(dict(reversed(list(state.made.items()))))
    assert encode(turned) == encode(state)


def test_no_file_is_an_empty_state() -> None:
    assert decode(None) == State()


def test_a_state_cut_at_any_byte_is_no_state() -> None:
    assert decode(WHOLE) is not None
    assert [length for length in range(len(WHOLE) - 1) if decode(WHOLE[:length]) is not None] == []


@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 255))
def test_a_state_with_a_wrong_byte_is_a_state_or_none(place: int, byte: int) -> None:
    damaged = WHOLE[:place] + bytes([byte]) + WHOLE[place + 1 :]
    assert isinstance(decode(damaged), State | None)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_state_or_none(raw: bytes) -> None:
    assert decode(raw) is None


values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@given(values)
def test_any_json_is_a_state_or_none(value: Any) -> None:
    assert isinstance(decode(json.dumps(value).encode()), State | None)


@given(st.fixed_dictionaries({"format": st.just(FORMAT), "made": st.dictionaries(texts, values, max_size=2) | values}))
def test_a_state_of_other_shapes_is_a_state_or_none(value: Any) -> None:
    assert isinstance(decode(json.dumps(value).encode()), State | None)


@given(
    st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("inputs", "sha256", "pages", "edition", "something-else"), values)
    )
)
def test_a_fact_of_another_shape_is_a_state_or_none(made: Any) -> None:
    raw = json.dumps({"format": FORMAT, "made": {"a/b.ar.pdf": made}}).encode()
    state = decode(raw)
    assert isinstance(state, State | None)
    if state is not None:
        assert decode(encode(state)) == state


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"1",
        b'"made"',
        b'{"format": 2, "made": {}}',
        b'{"format": "1", "made": {}}',
        b'{"format": 1}',
        b'{"format": 1, "made": []}',
        b'{"format": 1, "made": {"a": {}}}',
        b'{"format": 1, "made": {"a": {"inputs": [], "sha256": "", "pages": 1, "edition": 1}}}',
        b'{"format": 1, "made": {"a": {"inputs": {}, "sha256": "", "pages": "x", "edition": 1}}}',
        b'{"format": 1, "made": {"a": {"inputs": {}, "sha256": "", "pages": NaN, "edition": 1}}}',
        b"\xff\xfe{}",
        b"\x00" * 100,
        b"[" * 200_000,
        b'{"a":' * 100_000,
        b"1" * 10_000,
    ],
    ids=lambda raw: repr(raw[:40]),
)
def test_a_foreign_file_is_no_state(raw: bytes) -> None:
    assert decode(raw) is None
