"""The quick look at a whole topic: what it passes over holds no slip, and processes that share it agree with one."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judged import cases
from mujaz.check import crew
from mujaz.check.crew import spread
from mujaz.language import doubts, slips

PAPERS = Path(__file__).resolve().parents[3] / "shared" / "papers"
PIECES = st.sampled_from(
    [
        *"،؛؟,;?.!:«»()[]“” \n\t\u00a0ـ٥5a",
        "كلمة",
        "في",
        "في في",
        "جدًا جدًا",
        "السياسيه",
        "الي",
        "علدى",
        "اإل",
        "ز",
        "the the",
        "ﻻ",
        "\u200f",
        "ی",
        "**",
        "[@key، ص 5]",
        "](#id)",
        "\n\n",
    ]
)


@settings(max_examples=400)
@given(st.lists(PIECES, max_size=12).map("".join), st.sampled_from(["ar", "en"]))
def test_where_nothing_is_doubtful_there_is_no_slip(text: str, language: str) -> None:
    if list(slips(text, language)):
        assert list(doubts(f"كلمة\n\n{text}\n\nكلمة", language))


@pytest.mark.parametrize("case", cases("language"), ids=lambda case: case["rule"])
def test_every_bad_example_is_doubtful(case: dict[str, object]) -> None:
    for name in ("bad", "good"):
        for text in _strings(case[name]):
            assert not list(slips(text, "ar")) or list(doubts(f"\n\n{text}\n\n", "ar"))


def _strings(thing: object) -> list[str]:
    if isinstance(thing, str):
        return [thing]
    held = thing.values() if isinstance(thing, dict) else thing if isinstance(thing, list) else ()
    return [text for each in held for text in _strings(each)]


@pytest.mark.skipif(not PAPERS.is_dir(), reason="the papers are not here")
def test_each_line_of_the_papers_that_has_a_slip_is_doubtful() -> None:
    for paper in sorted(PAPERS.glob("*.txt")):
        for line in paper.read_text("utf-8").splitlines():
            assert not list(slips(line, "ar")) or list(doubts(f"\n\n{line}\n\n", "ar")), line


def _square(number: int) -> int:
    return number * number


def test_many_hands_do_what_one_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "_hands", lambda _: 3)
    seen: Callable[[int], tuple[int, int]] = lambda number: (number * number, os.getpid())  # noqa: E731 # as `check` does
    found = spread(seen, 50)
    assert [square for square, _ in found] == [number * number for number in range(50)]
    assert os.getpid() not in {process for _, process in found}


def test_a_child_that_is_killed_costs_time_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "_hands", lambda _: 2)
    here = os.getpid()

    def work(number: int) -> int:
        if number == 7 and os.getpid() != here:
            os._exit(9)
        return _square(number)

    assert spread(work, 20) == [_square(number) for number in range(20)]


def test_what_goes_wrong_in_a_child_goes_wrong_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "_hands", lambda _: 2)
    with pytest.raises(ZeroDivisionError):
        spread(lambda number: 1 // (number - 7), 20)
