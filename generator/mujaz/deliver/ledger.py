"""The text of the ledger of deliveries ↔ `Ledger`; what cannot be understood is none, never a guess; opens no file."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from mujaz.model.delivery import Account, Attempt, AttemptState, Ledger

FORMAT = 1
"""Of the file; another number means another Mujaz, whose ledger is not ours to continue."""
_KEY = re.compile(r"[a-z0-9-]+/[a-z0-9-]+\.[a-z]+")
_EDITION = re.compile(rf"{_KEY.pattern}/[1-9][0-9]*")
_STATES: tuple[AttemptState, ...] = get_args(AttemptState)


def decode(raw: bytes | None) -> Ledger | None:
    """The ledger in a file; an empty one where there is no file, None where it cannot be trusted."""
    if raw is None:
        return {}
    try:
        data = json.loads(raw)
        if data["format"] != FORMAT:
            return None
        return {str(name): _account(each) for name, each in data["deliveries"].items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
        return None


def _account(each: Mapping[str, Any]) -> Account:
    seen = each["seen"]
    return Account(
        _words(seen["audiences"]),
        None if seen["topics"] is None else _words(seen["topics"]),
        None if seen["languages"] is None else _words(seen["languages"]),
        {_matched(_KEY, key): _count(number) for key, number in each["earlier"].items()},
        {_matched(_EDITION, key): _attempt(held) for key, held in each["editions"].items()},
    )


def _attempt(each: Mapping[str, Any]) -> Attempt:
    if each["state"] not in _STATES:
        raise ValueError(each["state"])
    return Attempt(
        state=each["state"],
        brief=_text(each["brief"]),
        day=moment(each["day"]),
        tries=_count(each["tries"]),
        reason=_text(each.get("reason", "")),
        code=_text(each.get("code", "")),
        after=moment(each["after"]) if "after" in each else "",
        left=_words(each.get("left", ())),
    )


def moment(text: object) -> str:
    """A moment as it stands in the ledger. Raises ValueError for what is none."""
    datetime.datetime.fromisoformat(_text(text))
    return _text(text)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _words(values: Sequence[object]) -> tuple[str, ...]:
    if isinstance(values, str):
        raise TypeError(values)
    return tuple(map(_text, values))


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError(value)
    return value


def _matched(pattern: re.Pattern[str], text: str) -> str:
    if not pattern.fullmatch(text):
        raise ValueError(text)
    return text


def encode(ledger: Ledger) -> bytes:
    """The file of a ledger, sorted, one line a fact, so that people can read it and see what changed."""
    held = {
        name: {
            "seen": {
                "audiences": list(account.audiences),
                "topics": None if account.topics is None else list(account.topics),
                "languages": None if account.languages is None else list(account.languages),
            },
            "earlier": dict(account.earlier),
            "editions": {key: _told(each) for key, each in account.attempts.items()},
        }
        for name, account in ledger.items()
    }
    text = json.dumps({"format": FORMAT, "deliveries": held}, indent=1, sort_keys=True, ensure_ascii=False)
    return (text + "\n").encode()


def _told(each: Attempt) -> dict[str, object]:
    more = {"reason": each.reason, "code": each.code, "after": each.after, "left": list(each.left)}
    facts = {"state": each.state, "brief": each.brief, "day": each.day, "tries": each.tries}
    return {**facts, **{key: value for key, value in more.items() if value}}
