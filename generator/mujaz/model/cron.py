"""Five fields of a cron line → `Cron`, or each fault in them with its place; reads no clock and knows no zone."""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
"""Names of weekdays, in the order of cron: a step of `*` counts from Sunday."""
_BY_NUMBER = (*DAYS, "sun")
"""What the numbers of weekdays mean to cron; to others 0 is Monday, or 1 is Sunday, so that none is taken here."""
_MACROS: Mapping[str, str] = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * sun",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_ITEM = re.compile(r"(?P<first>[^-/]+)(?:-(?P<last>[^-/]+))?(?:/(?P<step>[^-/]+))?")
_NUMBER = re.compile(r"[0-9]{1,4}")


@dataclass(frozen=True, slots=True)
class _Field:
    """What may stand in one of the five places."""

    name: str
    least: int
    most: int
    names: tuple[str, ...] = ()
    """Names of the values, from the least one on."""
    numbered: bool = True
    """Whether numbers may stand there."""
    turning: bool = False
    """Whether a range may go over the end: a week begins on Saturday, Sunday or Monday, as one is used to."""


_FIELDS = (
    _Field("cron-minute", 0, 59),
    _Field("cron-hour", 0, 23),
    _Field("cron-day", 1, 31),
    _Field("cron-month", 1, 12, _MONTHS),
    _Field("cron-weekday", 0, 6, DAYS, numbered=False, turning=True),
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at a place of the line."""

    rule: str
    at: int
    """Characters before it."""
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Cron:
    """The times at which a clock on the wall shows that something is due."""

    text: str
    """As it was written, with single spaces."""
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    """Sunday is 0."""
    either: bool
    """Whether days of the month and weekdays are both restricted: then one of them is enough, as cron has it."""

    def on(self, day: datetime.date) -> bool:
        """Whether anything is due on a day."""
        if day.month not in self.months:
            return False
        dated, weekly = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return dated or weekly if self.either else dated and weekly


def parsed(text: str) -> Cron | tuple[Fault, ...]:
    """What a line says, or all that is wrong with it."""
    words = [(found.start(), found[0]) for found in re.finditer(r"\S+", text)]
    if len(words) != len(_FIELDS):
        start = words[0][0] if words else 0
        meant = _MACROS.get(text.strip().lower())
        found = {"found": text.strip(), "count": str(len(words))}
        return (Fault("cron-fields", start, {**found, **({"closest": meant} if meant else {})}),)
    faults: list[Fault] = []
    values: list[tuple[int, ...]] = []
    for field, (start, word) in zip(_FIELDS, words, strict=True):
        found_values, wrong = _field(word, start, field)
        faults += wrong
        values.append(found_values)
    minutes, hours, days, months, weekdays = values
    # As cron has it: a field that begins with a star restricts nothing, whatever step stands behind it.
    either = not words[2][1].startswith("*") and not words[4][1].startswith("*")
    if not faults and not either and not any(min(days) <= _longest(month) for month in months):
        faults.append(Fault("cron-never", words[2][0], {"found": words[2][1], "month": words[3][1]}))
    if faults:
        return tuple(faults)
    plain = " ".join(word for _, word in words)
    return Cron(plain, minutes, hours, frozenset(days), frozenset(months), frozenset(weekdays), either)


def _longest(month: int) -> int:
    return calendar.monthrange(2000, month)[1]  # a leap year


def _field(word: str, start: int, field: _Field) -> tuple[tuple[int, ...], list[Fault]]:
    """The values of a field in order, and what is wrong with it."""
    values: set[int] = set()
    faults: list[Fault] = []
    at = start
    for item in word.split(","):
        found = _item(item, at, field)
        if isinstance(found, Fault):
            faults.append(found)
        else:
            values.update(found)
        at += len(item) + 1
    return tuple(sorted(values)), faults


def _item(item: str, at: int, field: _Field) -> range | list[int] | Fault:
    """The values of one item between commas."""
    match = _ITEM.fullmatch(item)
    if match is None:
        return _strange(item, at, field)
    size = field.most - field.least + 1
    first, last, step = match["first"], match["last"], match["step"]
    if step is not None and (not _NUMBER.fullmatch(step) or not 0 < int(step) < size):
        facts = {"found": step, "part": field.name, "most": str(size - 1)}
        return Fault("cron-step", at + match.start("step"), facts)
    if first == "*" and last is None:
        return range(field.least, field.most + 1, int(step or 1))
    bounds: list[int] = []
    for name in filter(None, (first, last)):
        value = _value(name, field)
        if value is None:
            return _unfit(item, name, at + (match.start("last") if bounds else 0), field)
        bounds.append(value)
    if last is not None:
        return _range(item, (bounds[0], bounds[1], int(step or 1)), at, field)
    facts = {"found": item, "closest": f"{first}-{_shown(field.most, field)}/{step}"}
    return bounds if step is None else Fault("cron-step-alone", at, facts)


def _range(item: str, ends: tuple[int, int, int], at: int, field: _Field) -> list[int] | Fault:
    """The values from one to another, by steps."""
    low, high, step = ends
    size = field.most - field.least + 1
    if low > high and not field.turning:
        first, last = item.split("-")
        best = f"{first}-{_shown(field.most, field)},{_shown(field.least, field)}-{last}"
        return Fault("cron-backwards", at, {"found": item, **({"closest": best} if step == 1 else {})})
    high += size if low > high else 0
    return [(value - field.least) % size + field.least for value in range(low, high + 1, step)]


def _value(word: str, field: _Field) -> int | None:
    if word.lower() in field.names:
        return field.least + field.names.index(word.lower())
    if field.numbered and _NUMBER.fullmatch(word) and field.least <= int(word) <= field.most:
        return int(word)
    return None


def _shown(value: int, field: _Field) -> str:
    return field.names[value - field.least] if not field.numbered else str(value)


def _unfit(item: str, word: str, at: int, field: _Field) -> Fault:
    """A value that may not stand in its field."""
    if not field.numbered and word.isdecimal() and word.isascii():
        named = re.sub(r"(?<!/)\b[0-7]\b", lambda found: _BY_NUMBER[int(found[0])], item)
        facts = {"found": item, "allowed": ", ".join(DAYS)}
        return Fault("cron-weekday", at, facts if re.search(r"(?<!/)\b\d", named) else {**facts, "closest": named})
    return _strange(word, at, field)


def _strange(word: str, at: int, field: _Field) -> Fault:
    facts = {"found": word, "part": field.name}
    bounds = ", ".join(field.names) if not field.numbered else f"{field.least}-{field.most}"
    return Fault("cron-value", at, {**facts, "allowed": bounds, **_meant(word, field)})


def _meant(word: str, field: _Field) -> dict[str, str]:
    """The name that was probably meant, where a longer one begins like it; digits of another script."""
    near = next((name for name in field.names if word.lower().startswith(name)), None)
    if near is None and word.isdecimal() and not word.isascii() and _value(str(int(word)), field) is not None:
        near = str(int(word))
    return {"closest": near} if near else {}


def nominals(cron: Cron, day: datetime.date) -> Iterator[datetime.datetime]:
    """The times of a day, as a clock on the wall would show them, in order."""
    if cron.on(day):
        for hour in cron.hours:
            for minute in cron.minutes:
                yield datetime.datetime(day.year, day.month, day.day, hour, minute)
