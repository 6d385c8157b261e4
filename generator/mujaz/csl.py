"""An item of CSL-YAML → what citation processors would print as nonsense: dates, lists, keys; changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from mujaz.arabic import closest, digits
from mujaz.model.content import Source
from mujaz.problems import Problem, Severity

DATES = ("issued", "accessed", "event-date", "original-date", "submitted", "available-date")
NAMES = (  # noqa: SIM905 # one word a line would fill a screen
    "author editor translator collection-editor composer container-author contributor curator director "
    "editorial-director illustrator interviewer original-author recipient reviewed-author"
).split()
TEXTS = (  # noqa: SIM905 # as above
    "abstract annote archive archive_location archive-place authority call-number chapter-number citation-label "
    "collection-number collection-title container-title container-title-short dimensions division DOI edition event "
    "event-place event-title first-reference-note-number genre ISBN ISSN issue jurisdiction keyword language locator "
    "medium note number number-of-pages number-of-volumes original-publisher original-publisher-place original-title "
    "page page-first part part-number part-title PMCID PMID publisher publisher-place references reviewed-genre "
    "reviewed-title scale section shortTitle source status supplement supplement-number title-short URL version volume "
    "volume-title year-suffix short title id type"
).split()
"""Variables of CSL 1.0.2, by what may stand in them."""

_OURS = ("allow",)
"""What CSL does not know and `Reference` does."""
_LIMITS = ((-9999, 9999), (1, 12), (1, 31))
"""Of year, month and day."""


def misfits(item: object, source: Source) -> Iterator[Problem]:
    """The mistakes of one item, each in its place; `source` knows the places inside the item."""
    for key, value in item.items() if isinstance(item, Mapping) else ():
        if key in DATES:
            if not _is_date(value):
                yield Problem("reference-date", source.where((key,)), {"field": key})
        elif key in TEXTS:
            if not isinstance(value, str):
                found = "list" if isinstance(value, list) else "mapping"
                yield Problem("type-wrong", source.where((key,)), {"field": key, "expected": "text", "found": found})
        elif key not in NAMES and key not in _OURS and (near := _near(key)):
            facts = {"found": key, "closest": near}
            yield Problem("key-unknown", source.where((key,)), facts, Severity.WARNING)


@lru_cache(maxsize=1024)
def _near(key: str) -> str | None:
    return closest(key, (*DATES, *NAMES, *TEXTS))


def _is_date(value: object) -> bool:
    """Zotero's forms: `{date-parts: [[2024, 3, 10]]}`, `[{year: 2024, month: 3}]`, or text such as 2024-03."""
    if isinstance(value, str):
        return bool(value.strip())
    if isinstance(value, list):
        return bool(value) and all(isinstance(each, Mapping) and _is_day(_parts(each)) for each in value[:2])
    if not isinstance(value, Mapping):
        return False
    days = value.get("date-parts")
    if days is None:
        return any(isinstance(value.get(key), str) for key in ("raw", "literal", "year")) or "season" in value
    return isinstance(days, list) and 0 < len(days) < 3 and all(isinstance(day, list) and _is_day(day) for day in days)


def _parts(day: Mapping[str, object]) -> list[object]:
    return [day[key] for key in ("year", "month", "day") if key in day]


def _is_day(parts: list[object]) -> bool:
    if not 0 < len(parts) < 4:
        return False
    for part, (least, most) in zip(parts, _LIMITS, strict=False):
        try:
            number = int(digits(str(part), "western"))
        except ValueError:
            return False
        if not least <= number <= most:
            return False
    return True
