"""Words for terminals: readable without FriBidi too, and two implementations that agree on the order."""

from __future__ import annotations

import pytest
from bidi.algorithm import get_display
from hypothesis import given
from hypothesis import strategies as st

import mujaz.bidi.display
from mujaz.bidi import FriBidiMissingError, terminal, visual


def test_a_machine_without_fribidi_still_gets_readable_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    line = "الحقل «title» ناقص في ar.yaml"
    expected = terminal(line)

    def missing(*_: object) -> None:
        raise FriBidiMissingError

    monkeypatch.setattr(mujaz.bidi.display, "levels", missing)
    assert terminal(line) == expected


@given(st.lists(st.sampled_from(["نص", "World", "2025", "كلام", "12.5", "و", "a1"]), min_size=1, max_size=8))
def test_python_bidi_and_fribidi_agree_where_both_implement_the_rules(words: list[str]) -> None:
    text = " ".join(words)
    assert get_display(text, base_dir="R") == visual(text, "rtl")
    assert get_display(text, base_dir="L") == visual(text, "ltr")
