"""A name of a time zone → its rules, from the newer of the two databases of this machine; knows no noun, no clock."""

from __future__ import annotations

import datetime
import re
import zoneinfo
from functools import cache
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2}")
_NOT_PLACES = frozenset(("localtime", "posixrules", "Factory"))
"""Names of the database that say nothing, or another thing on each machine."""
_VERSION = re.compile(r"20\d\d[a-z]{1,2}")


@cache
def zone(name: str) -> ZoneInfo | None:
    """The zone of that name; None where neither database knows it.

    The system's database is often years older than the package that Mujaz brings along (Egypt, Lebanon, Morocco and
    Palestine change their clocks at a few weeks' notice), and sometimes newer: the newer one is asked.
    """
    if not _NAME.fullmatch(name) or name in _NOT_PLACES or name.startswith(("posix/", "right/")):
        return None
    try:
        if not _packaged():
            return ZoneInfo(name)
        with resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
            return ZoneInfo.from_file(file, key=name)
    except (OSError, ValueError, zoneinfo.ZoneInfoNotFoundError):
        return None


def day(now: datetime.datetime, country: str) -> datetime.date:
    """The day of a moment in a country (ISO 3166): by the first of its zones where it has several; in UTC without one.

    So it does not depend on where a machine stands.
    """
    from babel.core import get_global  # noqa: PLC0415 # who only asks for zones does without

    there = next(iter(get_global("territory_zones").get(country, ())), "UTC")
    return now.astimezone(zone(there) or datetime.UTC).date()


@cache
def names() -> frozenset[str]:
    """All names that a zone may have."""
    known = zoneinfo.available_timezones()
    if _packaged():
        known |= set(resources.files("tzdata").joinpath("zones").read_text("utf-8").split())
    return frozenset(known - _NOT_PLACES)


def version() -> str:
    """Of the database that is asked, such as 2026b; empty where it does not say."""
    return _package_version() if _packaged() else _system_version()


@cache
def _packaged() -> bool:
    """Whether the package is asked: it is newer, or the system has no database, or one that does not say how old."""
    return _package_version() > _system_version()


def _package_version() -> str:
    try:
        import tzdata  # noqa: PLC0415 # Python does without it where the system has a database
    except ImportError:
        return ""
    return str(tzdata.IANA_VERSION)


def _system_version() -> str:
    for folder in map(Path, zoneinfo.TZPATH):
        for name in ("tzdata.zi", "+VERSION"):
            try:
                with (folder / name).open(encoding="utf-8", errors="replace") as file:
                    found = _VERSION.search(file.readline(80))
            except OSError:
                continue
            if found:
                return found[0]
    return ""
