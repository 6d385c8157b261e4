"""People who wait: how much is done, what the rest will take, and how often they are told."""

from __future__ import annotations

import pytest

from mujaz.progress import Log, Watch, far, seconds_left
from mujaz.report import Speaker


@pytest.mark.parametrize(
    ("done", "total", "elapsed", "left"),
    [
        (0, 40, 0.0, None),
        (2, 40, 30.0, None),  # too few to go by
        (8, 40, 1.0, None),  # processes are still starting
        (10, 40, 20.0, 60.0),
        (39, 40, 39.0, 1.0),
        (40, 40, 40.0, 0.0),
        (41, 40, 40.0, 0.0),
    ],
)
def test_the_rest_takes_as_long_as_what_is_done_did(done: int, total: int, elapsed: float, left: float | None) -> None:
    assert seconds_left(done, total, elapsed) == left


@pytest.mark.parametrize(
    ("done", "total", "elapsed", "english", "arabic"),
    [
        (1, 40, 1.0, "1 of 40", "1 من 40"),
        (40, 40, 90.0, "40 of 40", "40 من 40"),
        (30, 40, 60.0, "30 of 40, less than a minute left", "30 من 40، بقي أقل من دقيقة"),
        (10, 40, 20.0, "10 of 40, about a minute left", "10 من 40، بقي نحو دقيقة"),
        (10, 40, 40.0, "10 of 40, about 2 minutes left", "10 من 40، بقي نحو دقيقتين"),
        (10, 40, 100.0, "10 of 40, about 5 minutes left", "10 من 40، بقي نحو 5 دقائق"),
        (10, 40, 300.0, "10 of 40, about 15 minutes left", "10 من 40، بقي نحو 15 دقيقة"),
        (10, 1000, 54.5, "10 of 1000, about 90 minutes left", "10 من 1000، بقي نحو 90 دقيقة"),
        (10, 1000, 70.0, "10 of 1000, about 2 hours left", "10 من 1000، بقي نحو ساعتين"),
        (10, 1000, 200.0, "10 of 1000, about 6 hours left", "10 من 1000، بقي نحو 6 ساعات"),
        (10, 1000, 500.0, "10 of 1000, about 14 hours left", "10 من 1000، بقي نحو 14 ساعة"),
    ],
)
def test_it_is_told_in_words(done: int, total: int, elapsed: float, english: str, arabic: str) -> None:
    assert far(done, total, elapsed, Speaker("en")) == english
    assert far(done, total, elapsed, Speaker("ar")) == arabic


class Clock:
    """A clock that is put forward by hand."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_on_a_terminal_one_line_is_written_over_and_failures_stay() -> None:
    written: list[str] = []
    watch = Watch(Speaker("en"), written.append, Clock(), width=60)
    watch.step(1, 3, "a/b.ar.pdf", well=True)
    watch.step(2, 3, "a/c.ar.pdf", well=False)
    watch.end()
    watch.end()
    clear = "\r\x1b[K"
    assert written == [
        f"{clear}1 of 3 · made a/b.ar.pdf",
        f"{clear}failed a/c.ar.pdf\n",
        f"{clear}2 of 3",
        clear,
    ]


def test_a_line_is_never_wider_than_the_terminal() -> None:
    written: list[str] = []
    watch = Watch(Speaker("en"), written.append, Clock(), width=30)
    watch.step(1, 3, f"{'long' * 20}/b.ar.pdf", well=True)
    assert written == ["\r\x1b[K1 of 3"]


def test_elsewhere_a_line_is_told_each_minute_and_none_of_a_short_build() -> None:
    written: list[str] = []
    clock = Clock()
    watch = Watch(Speaker("ar"), written.append, clock, width=0)
    for done in range(1, 13):
        clock.now += 11
        watch.step(done, 12, "a/b.ar.pdf", well=True)
    watch.end()
    assert written == ["6 من 12، بقي نحو دقيقة\n"]
    short: list[str] = []
    watch = Watch(Speaker("en"), short.append, clock, width=0)
    for done in range(1, 6):
        clock.now += 11
        watch.step(done, 5, "a/b.ar.pdf", well=True)
    assert short == []


def test_programs_are_told_of_each_target_and_of_the_seconds_that_are_left_where_these_are_known() -> None:
    events: list[dict[str, object]] = []
    clock = Clock()
    log = Log(lambda event, **facts: events.append({"event": event, **facts}), clock)
    for done in range(1, 5):
        clock.now += 3
        log.step(done, 4, f"a/{done}.ar.pdf", well=done != 2)
    log.end()
    assert [each["event"] for each in events] == ["target"] * 4
    assert [each["well"] for each in events] == [True, False, True, True]
    assert [each["left"] for each in events] == [None, None, 3, 0]
    assert events[2] == {"event": "target", "target": "a/3.ar.pdf", "well": True, "done": 3, "total": 4, "left": 3}
