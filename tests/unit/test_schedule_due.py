"""When schedules are due: against an oracle that goes minute by minute, and across the changes of clocks."""

from __future__ import annotations

import datetime
import itertools
import time
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mujaz.due import due, following, preceding
from mujaz.model.cron import Cron, parsed
from mujaz.model.schedule import Due, Schedule
from mujaz.zones import zone

UTC = datetime.UTC
DAY, HOUR, MINUTE = datetime.timedelta(days=1), datetime.timedelta(hours=1), datetime.timedelta(minutes=1)
ZONES = (
    "Africa/Cairo",
    "Asia/Beirut",
    "Africa/Casablanca",
    "Africa/El_Aaiun",
    "Asia/Baghdad",
    "Asia/Amman",
    "Asia/Damascus",
    "Asia/Gaza",
    "Asia/Hebron",
    "Asia/Jerusalem",
    "Asia/Tehran",
    "Asia/Riyadh",
    "Asia/Kabul",
    "Africa/Tripoli",
    "Africa/Khartoum",
    "Europe/Istanbul",
    "Europe/London",
    "America/New_York",
    "America/Nuuk",
    "America/Havana",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "UTC",
)
"""Those of the region, and those whose clocks change at midnight, by half an hour, or across it."""
START, END = datetime.datetime(2025, 6, 1, tzinfo=UTC), datetime.datetime(2027, 6, 1, tzinfo=UTC)


def scheduled(cron: str, timezone: str = "UTC", name: str = "s") -> Schedule:
    return Schedule.model_validate({"name": name, "cron": cron, "timezone": timezone})


def moments(schedule: Schedule, start: datetime.datetime, end: datetime.datetime) -> list[Due]:
    return [each for _, each in due([schedule], start, end)]


# ------------------------------------------------------------------------------------------------ the oracle


NAMES = {"sun": 0, "mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6}
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
NAMES |= {name: number for number, name in enumerate(MONTHS, 1)}


def allows(field: str, value: int, low: int, high: int) -> bool:
    """Whether a field of a cron line lets a value through: written apart from the code that is tried."""
    for item in field.split(","):
        part, _, step = item.partition("/")
        begin, _, end = ("" if part == "*" else part).partition("-")
        first = low if part == "*" else NAMES.get(begin.lower(), -1) if not begin.isdecimal() else int(begin)
        last = high if part == "*" else first if not end else NAMES[end.lower()] if not end.isdecimal() else int(end)
        here = first
        for count in itertools.count():
            if here == value and count % int(step or 1) == 0:
                return True
            if here == last:
                break
            here = here + 1 if here < high else low
    return False


def shown(cron: str, wall: datetime.datetime) -> bool:
    """Whether a cron line means this minute on the wall."""
    minute, hour, day, month, weekday = cron.split()
    if not (allows(minute, wall.minute, 0, 59) and allows(hour, wall.hour, 0, 23) and allows(month, wall.month, 1, 12)):
        return False
    dated = allows(day, wall.day, 1, 31)
    weekly = allows(weekday, (wall.weekday() + 1) % 7, 0, 6)
    if day[0] == "*" or weekday[0] == "*":
        return dated and weekly
    return dated or weekly


def oracle(cron: str, timezone: str, start: datetime.datetime, end: datetime.datetime) -> Iterator[datetime.datetime]:
    """Go through every minute, look at the clock, and ask which minutes on the wall it passed for the first time."""
    clock = zone(timezone)
    assert clock is not None
    now = start - 2 * DAY
    top = now.astimezone(clock).replace(tzinfo=None)
    while now < end - MINUTE:
        now += MINUTE
        wall = now.astimezone(clock).replace(tzinfo=None)
        passed = []
        while top < wall:
            top += MINUTE
            passed.append(top)
        if any(shown(cron, each) for each in passed) and now >= start:
            yield now


def transitions(timezone: str) -> list[datetime.datetime]:
    """The moments at which a clock is changed."""
    clock = zone(timezone)
    assert clock is not None
    found, now = [], START
    while now < END:
        if now.astimezone(clock).utcoffset() != (now + HOUR).astimezone(clock).utcoffset():
            found.append(now + HOUR)
        now += HOUR
    return found


LINES = (
    "*/15 * * * *",
    "7 * * * *",
    "30 0 * * *",
    "0,30 23 * * *",
    "10-50/20 0-3 * * *",
    "0 */2 * * sun-thu",
    "59 23 * * fri",
    "0 0 1,15 * *",
    "0 0 13 * fri",
    "0 6 */2 * sun",
    "*/30 0-23/3 * mar-apr,oct sat-wed/2",
)


@pytest.mark.parametrize("timezone", ["Africa/Cairo", "Asia/Beirut", "Africa/Casablanca", "Asia/Gaza"])
@pytest.mark.parametrize("cron", LINES)
def test_around_each_change_of_the_clock_it_is_due_when_a_walk_of_minutes_says(timezone: str, cron: str) -> None:
    changes = transitions(timezone)
    assert len(changes) >= 3
    for change in changes[:4]:
        start, end = change - DAY - HOUR, change + DAY + HOUR
        told = [each.at for each in moments(scheduled(cron, timezone), start, end)]
        assert told == list(oracle(cron, timezone, start, end))


@pytest.mark.parametrize("timezone", ["Australia/Lord_Howe", "America/Nuuk", "America/Havana", "Asia/Kathmandu"])
def test_odd_clocks_are_kept_too(timezone: str) -> None:
    for change in (transitions(timezone) or [START + 40 * DAY])[:2]:
        start, end = change - DAY, change + DAY
        for cron in ("*/15 * * * *", "30 23 * * *", "15 0,2 * * *"):
            told = [each.at for each in moments(scheduled(cron, timezone), start, end)]
            assert told == list(oracle(cron, timezone, start, end))


def fields(low: int, high: int) -> st.SearchStrategy[str]:
    number = st.integers(low, high)
    pair = st.tuples(number, number).map(sorted).map(lambda two: f"{two[0]}-{two[1]}")
    item = st.one_of(number.map(str), pair, st.tuples(pair, st.integers(1, high - low)).map(lambda t: f"{t[0]}/{t[1]}"))
    star = st.integers(1, high - low).map(lambda step: "*" if step == 1 else f"*/{step}")
    return st.one_of(st.just("*"), star, st.lists(item, min_size=1, max_size=3).map(",".join))


def named(names: str) -> st.SearchStrategy[str]:
    word = st.sampled_from(names.split())
    item = st.one_of(
        word,
        st.tuples(word, word).map("-".join),
        st.tuples(word, word, st.integers(1, 6)).map("{0[0]}-{0[1]}/{0[2]}".format),
    )
    return st.one_of(st.just("*"), st.just("*/2"), st.lists(item, min_size=1, max_size=3).map(",".join))


@settings(max_examples=60, deadline=None)
@given(
    line=st.tuples(
        fields(0, 59), fields(0, 23), fields(1, 31), fields(1, 12), named("sun mon tue wed thu fri sat SUN Thu")
    ).map(" ".join),
    timezone=st.sampled_from(ZONES),
    day=st.integers(0, 700),
)
def test_any_line_is_due_when_a_walk_of_minutes_says(line: str, timezone: str, day: int) -> None:
    found = parsed(line)
    if not isinstance(found, Cron):
        assert {each.rule for each in found} == {"cron-never"}
        return
    start = START + day * DAY
    schedule = scheduled(line, timezone)
    told = [each.at for each in moments(schedule, start, start + 2 * DAY)]
    assert told == list(oracle(line, timezone, start, start + 2 * DAY))
    first = following(schedule, start - MINUTE)
    assert first is not None
    last = preceding(schedule, start + 2 * DAY - MINUTE)
    if told:
        assert first.at == told[0]
        assert last is not None
        assert last.at == told[-1]
    else:
        assert first.at >= start + 2 * DAY
        assert last is None or last.at < start


# ------------------------------------------------------------------------------------------------ one run a day


@pytest.mark.parametrize("timezone", ZONES)
def test_a_daily_schedule_is_due_once_for_every_local_day_of_two_years(timezone: str) -> None:
    """At each half-hour, whatever the clock does then."""
    clock = zone(timezone)
    assert clock is not None
    first, last = (moment.astimezone(clock).date() for moment in (START, END))
    days = {first + number * DAY for number in range(1, (last - first).days)}
    for minutes in range(0, 24 * 60, 30):
        told = moments(scheduled(f"{minutes % 60} {minutes // 60} * * *", timezone), START, END)
        counted = Counter(each.day for each in told)
        assert {day: counted[day] for day in days} == dict.fromkeys(days, 1), f"at {minutes} minutes"
        assert all(one.at < two.at for one, two in itertools.pairwise(told))
        assert all(each.at.astimezone(clock) == each.local and each.local.second == 0 for each in told)


def test_cairo_skips_half_past_midnight_and_is_due_when_the_clock_has_jumped() -> None:
    told = moments(
        scheduled("30 0 * * *", "Africa/Cairo"),
        datetime.datetime(2026, 4, 23, tzinfo=UTC),
        datetime.datetime(2026, 4, 26, tzinfo=UTC),
    )
    assert [each.local.strftime("%d %H:%M %z") for each in told] == [
        "24 01:00 +0300",
        "25 00:30 +0300",
        "26 00:30 +0300",
    ]
    assert [each.day.day for each in told] == [24, 25, 26]


def test_cairo_has_half_past_eleven_twice_and_the_first_one_counts() -> None:
    told = moments(
        scheduled("30 23 * * *", "Africa/Cairo"),
        datetime.datetime(2026, 10, 28, 22, tzinfo=UTC),
        datetime.datetime(2026, 10, 31, 0, tzinfo=UTC),
    )
    assert [each.local.strftime("%d %H:%M %z") for each in told] == ["29 23:30 +0300", "30 23:30 +0200"]


def test_what_a_gap_across_midnight_swallows_belongs_to_the_day_before() -> None:
    told = moments(
        scheduled("30 23 * * *", "America/Nuuk"),
        datetime.datetime(2026, 3, 28, 12, tzinfo=UTC),
        datetime.datetime(2026, 3, 30, 12, tzinfo=UTC),
    )
    assert [(each.day.day, each.local.strftime("%d %H:%M")) for each in told] == [(28, "29 00:00"), (29, "29 23:30")]


def test_a_gap_that_swallows_several_times_is_due_once_at_its_end() -> None:
    told = moments(
        scheduled("*/15 * * * *", "Africa/Cairo"),
        datetime.datetime(2026, 4, 23, 21, 30, tzinfo=UTC),
        datetime.datetime(2026, 4, 23, 22, 30, tzinfo=UTC),
    )
    assert [each.local.strftime("%H:%M") for each in told] == ["23:30", "23:45", "01:00", "01:15"]


# ------------------------------------------------------------------------------------------------ edges


def test_days_of_the_month_and_weekdays_are_either_or_as_cron_has_it() -> None:
    start, end = datetime.datetime(2026, 2, 1, tzinfo=UTC), datetime.datetime(2026, 3, 1, tzinfo=UTC)
    days = [each.day.day for each in moments(scheduled("0 6 10 * fri"), start, end)]
    assert days == [6, 10, 13, 20, 27]
    assert [each.day.day for each in moments(scheduled("0 6 10 * *"), start, end)] == [10]
    assert [each.day.day for each in moments(scheduled("0 6 * * fri"), start, end)] == [6, 13, 20, 27]
    assert [each.day.day for each in moments(scheduled("0 6 */9 * fri"), start, end)] == []
    assert [each.day.day for each in moments(scheduled("0 6 */3 * fri"), start, end)] == [13]


def test_names_of_weekdays_mean_those_days_and_a_week_may_begin_anywhere() -> None:
    start, end = datetime.datetime(2026, 11, 1, tzinfo=UTC), datetime.datetime(2026, 11, 8, tzinfo=UTC)  # a Sunday

    def days(field: str) -> list[str]:
        return [each.local.strftime("%a").lower() for each in moments(scheduled(f"0 6 * * {field}"), start, end)]

    assert days("sun") == ["sun"]
    assert days("sun-thu") == ["sun", "mon", "tue", "wed", "thu"]
    assert days("sat-wed") == ["sun", "mon", "tue", "wed", "sat"]
    assert days("fri-sun/2") == ["sun", "fri"]
    assert days("*/2") == ["sun", "tue", "thu", "sat"]


def test_a_leap_day_is_found_over_eight_years_in_both_directions() -> None:
    schedule = scheduled("0 0 29 2 *", "Asia/Baghdad")
    found = following(schedule, datetime.datetime(2096, 3, 1, tzinfo=UTC))
    assert found is not None
    assert found.day == datetime.date(2104, 2, 29)
    last = preceding(schedule, datetime.datetime(2104, 2, 28, tzinfo=UTC))
    assert last is not None
    assert last.day == datetime.date(2096, 2, 29)


def test_the_ends_of_the_calendar_end_in_nothing() -> None:
    schedule = scheduled("0 0 29 2 *")
    assert following(schedule, datetime.datetime(9998, 1, 1, tzinfo=UTC)) is None
    assert preceding(schedule, datetime.datetime(3, 1, 1, tzinfo=UTC)) is None


def test_what_is_due_is_told_in_order_over_all_schedules() -> None:
    both = [scheduled("0 * * * *", "Asia/Baghdad", "hourly"), scheduled("30 */2 * * *", "Asia/Tehran", "other")]
    told = list(due(both, START, START + DAY))
    assert [each.at for _, each in told] == sorted(each.at for _, each in told)
    assert Counter(name for name, _ in told) == {"hourly": 24, "other": 12}
    assert list(due(both, START, START)) == []


def test_a_year_of_quarters_of_an_hour_is_told_in_seconds() -> None:
    start = time.monotonic()
    assert len(moments(scheduled("*/15 * * * *", "Africa/Casablanca"), START, START + 365 * DAY)) > 34_000
    assert time.monotonic() - start < 10
