"""Who keeps the times, with a clock that tests turn: late, asleep, set, busy, interrupted, damaged."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mujaz.agenda import GRACE, notice
from mujaz.due import due
from mujaz.latch import held
from mujaz.logbook import KEPT, LOGBOOK, decode, encode, failing
from mujaz.model.schedule import Logbook, Outcome, Page, Run, Schedule
from mujaz.runs import Came
from mujaz.scheduling import RETRY, RUNNING, Clerk, Clock, Records

UTC = datetime.UTC
START = datetime.datetime(2026, 3, 10, 12, 0, 30, tzinfo=UTC)
MINUTE, HOUR, DAY = (datetime.timedelta(seconds=seconds) for seconds in (60, 3600, 86400))


def scheduled(cron: str = "0 * * * *", name: str = "hourly", **fields: Any) -> Schedule:
    return Schedule.model_validate({"name": name, "cron": cron, "timezone": "UTC", **fields})


@dataclass
class Office:
    """A clerk, and all that he is told and tells."""

    output: Path
    now: datetime.datetime = START
    steady: float = 0.0
    lines: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    ran: list[str] = field(default_factory=list)
    work: Callable[[Schedule], Came] = lambda _: Came(Outcome.BUILT, {"built": 1})
    clerk: Clerk = field(init=False)

    def __post_init__(self) -> None:
        self.open()

    def open(self) -> None:
        """A process that begins anew, with what lies on the disk."""
        clock = Clock(lambda: self.now, lambda: self.steady)
        self.clerk = Clerk(Records(self.output), clock, self.log, self.worked)

    def log(self, event: str, schedule: str = "", **facts: Any) -> None:
        self.lines.append((event, schedule, facts))

    def worked(self, schedule: Schedule) -> Came:
        self.ran.append(schedule.name)
        return self.work(schedule)

    def keep(self, *schedules: Schedule) -> None:
        self.clerk.keep(schedules)

    def tick(self, later: datetime.timedelta = MINUTE) -> None:
        """Time goes on, and someone looks at the clock, as APScheduler and the ticks do."""
        self.now += later
        self.steady += max(later.total_seconds(), 10.0)
        for name, at in self.clerk.look().items():
            if at is not None and at <= self.now:
                self.clerk.call(name)

    @property
    def book(self) -> Logbook:
        found, damaged = Records(self.output).read()
        assert not damaged
        return found

    def runs(self, name: str = "hourly") -> tuple[Run, ...]:
        return self.book.pages[name].runs


class Light(Records):
    """Keeps nothing: where what is tried is when, and not what is written."""

    def change(self, change: Callable[[Logbook], Logbook]) -> None:
        change(Logbook())


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path / "output")


def at(hour: int, minute: int = 0, day: int = 10) -> datetime.datetime:
    return datetime.datetime(2026, 3, day, hour, minute, tzinfo=UTC)


# ------------------------------------------------------------------------------------------------ in time


def test_each_time_is_one_run_and_is_written_down(office: Office) -> None:
    office.keep(scheduled())
    for _ in range(150):
        office.tick()
    assert [(run.due, run.outcome, run.missed) for run in office.runs()] == [
        (at(13), Outcome.BUILT, ()),
        (at(14), Outcome.BUILT, ()),
    ]
    run = office.runs()[0]
    assert run.started == run.ended == at(13) + datetime.timedelta(seconds=30)
    assert dict(run.counts) == {"built": 1}
    assert [line[0] for line in office.lines] == ["started", "built"] * 2


def test_nothing_is_caught_up_that_was_due_before_a_schedule_was_known(office: Office) -> None:
    office.keep(scheduled("0 6 * * *"))
    office.tick(datetime.timedelta())
    assert office.ran == []
    assert office.clerk.look()["hourly"] == at(6, day=11)


def test_two_schedules_of_one_time_run_one_after_the_other(office: Office) -> None:
    office.keep(scheduled(name="b"), scheduled(name="a"))
    office.tick(HOUR)
    assert office.ran == ["b", "a"]


def test_schedules_are_renewed_while_they_are_kept(office: Office) -> None:
    office.keep(scheduled(), scheduled("30 * * * *", "other"))
    office.tick(HOUR)
    office.keep(scheduled("45 * * * *"), scheduled("0 13 * * *", "new"))
    assert office.clerk.look() == {"hourly": at(13, 45), "new": at(13, day=11)}, "nothing is missed by new times"
    office.tick(HOUR)
    assert office.ran == ["hourly", "other", "hourly"]
    assert set(office.book.pages) == {"hourly", "new"}
    assert office.book.pages["hourly"].cron == "45 * * * *"


# ------------------------------------------------------------------------------------------------ missed


def test_a_machine_that_slept_over_five_times_runs_once_and_names_them(office: Office) -> None:
    office.keep(scheduled())
    office.tick(5 * HOUR + 30 * MINUTE)
    office.tick()
    assert office.ran == ["hourly"]
    (run,) = office.runs()
    assert run.due == at(17)
    assert run.missed == (at(13), at(14), at(15), at(16))
    assert next(facts["missed"] for event, _, facts in office.lines if event == "started") == run.missed


def test_a_schedule_that_skips_runs_none_of_them_and_says_so(office: Office) -> None:
    office.keep(scheduled(**{"catch-up": "skip"}))
    office.tick(5 * HOUR + 30 * MINUTE)
    office.tick()
    assert office.ran == []
    (run,) = office.runs()
    assert run.outcome is Outcome.SKIPPED
    assert (run.due, run.missed) == (at(17), (at(13), at(14), at(15), at(16)))
    assert [event for event, _, _ in office.lines] == ["skipped"]
    office.now = at(18)
    office.tick()
    assert office.ran == ["hourly"], "the next time is kept"


def test_what_is_a_little_late_is_no_missed_time(office: Office) -> None:
    office.keep(scheduled(**{"catch-up": "skip"}))
    office.tick(HOUR + GRACE - MINUTE)
    assert office.ran == ["hourly"]
    office.now = at(17, 5)
    office.tick()
    assert office.ran == ["hourly"] * 2, "the last of three times is still kept, those before it are not"
    assert [run.outcome for run in office.runs()] == [Outcome.BUILT, Outcome.SKIPPED, Outcome.BUILT]
    assert [run.due for run in office.runs()] == [at(13), at(16), at(17)]


@pytest.mark.parametrize("catch_up", ["once", "skip"])
def test_a_process_that_was_not_there_catches_up_as_one_that_slept(office: Office, catch_up: str) -> None:
    schedule = scheduled(**{"catch-up": catch_up})
    office.keep(schedule)
    office.tick(HOUR)
    office.now += 5 * HOUR + 30 * MINUTE
    office.open()
    office.keep(schedule)
    office.tick()
    office.tick()
    assert office.ran == ["hourly"] * (2 if catch_up == "once" else 1)


def test_a_year_of_quarters_of_an_hour_is_one_run_and_counted_in_a_moment(office: Office) -> None:
    office.keep(scheduled("*/15 * * * *"))
    office.tick(365 * DAY)
    (run,) = office.runs()
    assert len(run.missed) == 20
    assert len(run.missed) + run.more == 365 * 96 - 1
    assert office.output.joinpath(LOGBOOK).stat().st_size < 2000


def test_a_run_that_takes_longer_than_its_times_is_followed_by_one(office: Office) -> None:
    def long(_: Schedule) -> Came:
        if len(office.ran) == 1:
            office.now += 3 * HOUR + 10 * MINUTE
            assert office.clerk.look()["hourly"] is not None, "someone looks at the clock meanwhile"
        return Came(Outcome.BUILT)

    office.work = long
    office.keep(scheduled(**{"catch-up": "skip"}))
    office.tick(HOUR)
    office.tick()
    assert office.ran == ["hourly"] * 2
    assert [run.due for run in office.runs() if run.outcome is Outcome.BUILT] == [at(13), at(16)]


# ------------------------------------------------------------------------------------------------ clocks that are set


@pytest.mark.parametrize("catch_up", ["once", "skip"])
@pytest.mark.parametrize(
    "jump",
    [-HOUR, 3 * HOUR, 365 * DAY, datetime.datetime(1970, 1, 1, tzinfo=UTC) - START, -3 * DAY, 20 * MINUTE],
    ids=["-1h", "+3h", "+1y", "1970", "-3d", "+20min"],
)
def test_a_clock_that_is_set_brings_no_storm_and_no_silence(office: Office, catch_up: str, jump: Any) -> None:
    office.clerk.records = Light(office.output)
    office.keep(scheduled("*/5 * * * *", **{"catch-up": catch_up}))
    for _ in range(60):
        office.tick()
    office.ran.clear()
    for there in (jump, -jump):
        office.tick(there)
        assert len(office.ran) <= 1
        before = len(office.ran)
        for _ in range(120):
            office.tick()
        quiet = abs(there) <= DAY and there < datetime.timedelta()
        assert len(office.ran) - before <= 24
        assert len(office.ran) - before >= (0 if quiet else 23), "after it all goes on"
        office.ran.clear()
    office.tick(3 * HOUR)
    office.ran.clear()
    for _ in range(60):
        office.tick()
    assert len(office.ran) == 12


def test_a_clock_that_is_set_back_by_an_hour_runs_no_time_twice(office: Office) -> None:
    office.keep(scheduled())
    for _ in range(125):
        office.tick()
    office.tick(-HOUR)
    for _ in range(200):
        office.tick()
    dues = [run.due for run in office.runs()]
    assert dues == [at(13), at(14), at(15), at(16)]


@settings(max_examples=60, deadline=None)
@given(
    steps=st.lists(st.integers(-36 * 60, 72 * 60), min_size=1, max_size=40),
    cron=st.sampled_from(["0 * * * *", "30 0 * * *", "*/15 * * * *", "0 6 * * sun"]),
    timezone=st.sampled_from(["Africa/Cairo", "UTC", "Asia/Tehran"]),
)
def test_however_the_clock_walks_each_look_owes_at_most_one_run(steps: list[int], cron: str, timezone: str) -> None:
    """And between two runs every time that was not passed over is among what they stand for."""
    schedule = Schedule.model_validate({"name": "s", "cron": cron, "timezone": timezone})
    now = seen = top = START
    for step in steps:
        now += step * MINUTE
        found = notice(schedule, seen, now)
        if found.owed:
            assert found.owed.at is not None
            assert seen < found.owed.at <= now
            times = [each.at for _, each in due((schedule,), seen, now + MINUTE) if seen < each.at <= now]
            assert times[-1] == found.owed.at
            assert tuple(times[:-1][:20]) == found.owed.missed
            assert len(found.owed.missed) + found.owed.more == len(times) - 1
        assert found.seen == now or now <= seen
        top, seen = max(top, now), found.seen


def test_two_years_in_cairo_are_one_run_for_every_day(office: Office) -> None:
    """Looked at every quarter of an hour; beginning and end of summer time are among them."""
    office.now = datetime.datetime(2025, 1, 1, 12, tzinfo=UTC)
    office.clerk.records = Light(office.output)
    office.keep(Schedule.model_validate({"name": "hourly", "cron": "30 0 * * *", "timezone": "Africa/Cairo"}))
    for _ in range(2 * 365 * 24 * 4):
        office.tick(15 * MINUTE)
    assert len(office.ran) == 730


# ------------------------------------------------------------------------------------------------ busy, killed


def test_a_run_that_finds_another_build_is_noted_and_tried_again(office: Office) -> None:
    answers = [Came(Outcome.BUSY), Came(Outcome.BUSY), Came(Outcome.BUILT)]
    office.work = lambda _: answers.pop(0)
    office.keep(scheduled())
    office.tick(HOUR)
    assert [run.outcome for run in office.runs()] == [Outcome.BUSY]
    office.tick(datetime.timedelta(seconds=1))
    assert office.ran == ["hourly"], "not at once"
    for _ in range(5):
        office.tick(datetime.timedelta(seconds=RETRY))
    assert office.ran == ["hourly"] * 3
    assert [(run.due, run.outcome) for run in office.runs()] == [(at(13), Outcome.BUILT)]


def test_what_is_busy_until_its_next_time_is_one_run(office: Office) -> None:
    office.work = lambda _: Came(Outcome.BUSY) if office.now < at(14, 30) else Came(Outcome.BUILT)
    office.keep(scheduled())
    for _ in range(240):
        office.tick()
    assert [(run.due, run.missed) for run in office.runs()] == [(at(14), (at(13),)), (at(15), ()), (at(16), ())]


def test_a_run_of_another_process_makes_this_one_wait(office: Office) -> None:
    office.keep(scheduled())
    with held(office.output, RUNNING):
        office.tick(HOUR)
        assert office.ran == []
        assert [run.outcome for run in office.runs()] == [Outcome.BUSY]
    office.tick()
    assert [run.outcome for run in office.runs()] == [Outcome.BUILT]


def killed(_: Schedule) -> Came:
    raise KeyboardInterrupt


def test_a_run_that_was_killed_is_seen_and_taken_up_once(office: Office) -> None:
    office.keep(scheduled())
    office.work = killed
    with pytest.raises(KeyboardInterrupt):
        office.tick(HOUR)
    assert [run.outcome for run in office.runs()] == [None], "nobody could write down how it ended"
    office.open()
    office.keep(scheduled())
    assert [run.outcome for run in office.runs()] == [Outcome.INTERRUPTED]
    assert ("unfinished", "hourly") in [line[:2] for line in office.lines]
    with pytest.raises(KeyboardInterrupt):
        office.tick()
    office.open()
    office.work = lambda _: Came(Outcome.BUILT)
    office.keep(scheduled())
    office.tick()
    assert office.ran == ["hourly"] * 2, "what was taken up and killed again waits for its next time"
    assert [(run.due, run.resumes, run.outcome) for run in office.runs()] == [
        (at(13), False, Outcome.INTERRUPTED),
        (at(13), True, Outcome.INTERRUPTED),
    ]


def test_a_schedule_that_skips_takes_nothing_up(office: Office) -> None:
    schedule = scheduled(**{"catch-up": "skip"})
    office.keep(schedule)
    office.work = killed
    with pytest.raises(KeyboardInterrupt):
        office.tick(HOUR)
    office.now += 20 * MINUTE
    office.open()
    office.keep(schedule)
    office.tick()
    assert office.ran == ["hourly"]


def test_what_was_killed_and_what_was_missed_since_is_one_run(office: Office) -> None:
    office.keep(scheduled())
    office.work = killed
    with pytest.raises(KeyboardInterrupt):
        office.tick(HOUR)
    office.now += 2 * HOUR
    office.open()
    office.work = lambda _: Came(Outcome.BUILT)
    office.keep(scheduled())
    office.tick()
    office.tick()
    assert office.ran == ["hourly"] * 2
    assert office.runs()[-1].due == at(15)
    assert office.runs()[-1].missed == (at(13), at(14))


def test_nothing_begins_once_it_is_to_stop(office: Office) -> None:
    office.keep(scheduled(), scheduled(name="other"))

    def stopped(_: Schedule) -> Came:
        office.clerk.stop.set()
        return Came(Outcome.INTERRUPTED)

    office.work = stopped
    office.tick(HOUR)
    assert office.ran == ["hourly"]
    assert [run.outcome for run in office.runs()] == [Outcome.INTERRUPTED]
    office.open()
    office.work = lambda _: Came(Outcome.BUILT)
    office.keep(scheduled(), scheduled(name="other"))
    office.tick()
    assert sorted(office.ran) == ["hourly", "hourly", "other"]


def test_a_mistake_of_ours_in_one_run_does_not_end_the_others(office: Office) -> None:
    def broken(_: Schedule) -> Came:
        raise ValueError("what nobody foresaw")

    office.work = broken
    office.keep(scheduled())
    office.tick(HOUR)
    assert office.lines[-1][0] == "failed"
    assert "what nobody foresaw" in office.lines[-1][2]["why"][0]
    assert office.runs()[-1].outcome is Outcome.FAILED
    office.work = lambda _: Came(Outcome.BUILT)
    office.tick(HOUR)
    assert office.runs()[-1].outcome is Outcome.BUILT


def test_a_run_by_hand_is_written_down_and_changes_no_time(office: Office) -> None:
    office.keep(scheduled())
    came = office.clerk.by_hand(scheduled())
    assert came.outcome is Outcome.BUILT
    assert [run.due for run in office.runs()] == [None]
    office.tick(HOUR)
    assert [run.due for run in office.runs()] == [None, at(13)]


# ------------------------------------------------------------------------------------------------ the logbook


def page(*outcomes: Outcome | None) -> Page:
    return Page("0 * * * *", "UTC", START, tuple(Run(START, START, START, each) for each in outcomes))


@pytest.mark.parametrize(
    ("outcomes", "fails"),
    [
        ("failed problems interrupted", True),
        ("failed failed", False),
        ("failed built failed failed", False),
        ("built failed failed busy", True),
        ("failed skipped failed skipped failed", True),
        ("failed failed failed nothing", False),
        ("", False),
    ],
)
def test_three_times_in_a_row_is_failing(outcomes: str, fails: bool) -> None:  # a parameter of cases
    assert failing(page(*map(Outcome, outcomes.split()))) is fails


def test_a_logbook_is_read_as_it_was_written_and_keeps_a_hundred_runs() -> None:
    run = Run(START, START, None, None, {}, ("a",), (START,), 3, resumes=True)
    book = Logbook({"s": Page("0 6 * * sun", "Asia/Baghdad", START, (run,) * (KEPT + 20))})
    read = decode(encode(book))
    assert read is not None
    assert read.pages["s"].runs == (run,) * KEPT
    assert encode(read) == encode(book)
    assert encode(book).decode().splitlines()[1] == ' "format": 1,'


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff",
        b"[" * 100_000,
        b'{"format": 2, "schedules": {}}',
        b'{"format": 1, "schedules": {"../x": {}}}',
        b'{"format": 1, "schedules": {"s": {"cron": "", "timezone": "", "seen": 5, "runs": []}}}',
    ],
    ids=lambda raw: repr(raw[:40]),
)
def test_a_logbook_that_is_damaged_is_one_line_and_begins_anew(raw: bytes, office: Office) -> None:
    path = office.output / LOGBOOK
    path.parent.mkdir(parents=True)
    path.write_bytes(raw)
    assert decode(raw) is None
    office.keep(scheduled())
    assert [event for event, _, _ in office.lines] == ["logbook-damaged"]
    office.tick(HOUR)
    assert json.loads(path.read_bytes())["schedules"]["hourly"]["runs"][0]["outcome"] == "built"


def test_many_hands_write_and_nothing_is_lost(office: Office, tmp_path: Path) -> None:
    """Threads here; processes take the same lock."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 # of this test alone

    records = Records(tmp_path / "output")

    def add(number: int) -> None:
        name = f"s{number}"
        records.change(lambda book: Logbook({**book.pages, name: page(Outcome.BUILT)}))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(60)))
    assert len(office.book.pages) == 60
