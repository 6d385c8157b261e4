"""The text of the ledger of deliveries ↔ `Ledger`; what cannot be understood is none, never a guess; opens no file."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
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
        given=_words(each.get("given", ())),
        files=_words(each["files"]) if "files" in each else None,
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
    """The file of a ledger, sorted, one line for each edition, so that people can read it and see what changed."""
    held = [f"{_json(name)}: {_told(ledger[name])}" for name in sorted(ledger)]
    return f'{{\n"format": {FORMAT},\n"deliveries": {_block(held)}\n}}\n'.encode()


def _told(account: Account) -> str:
    seen = {"audiences": account.audiences, "topics": account.topics, "languages": account.languages}
    editions = [f"{_json(key)}: {_line(account.attempts[key])}" for key in sorted(account.attempts, key=by_number)]
    facts = (
        f'"seen": {_json(seen)}',
        f'"earlier": {_json(dict(sorted(account.earlier.items())))}',
        f'"editions": {_block(editions)}',
    )
    return _block(facts)


def _block(lines: Sequence[str]) -> str:
    return "{\n" + ",\n".join(lines) + "\n}" if lines else "{}"


@lru_cache(maxsize=65_536)
def _line(each: Attempt) -> str:
    """An edition: the whole ledger is written at each of them, and all others are as they were."""
    more = {"reason": each.reason, "code": each.code, "after": each.after, "given": each.given}
    facts = {"state": each.state, "day": each.day, "tries": each.tries, "brief": each.brief}
    files = {} if each.files is None else {"files": each.files}
    return _json({**facts, **{key: value for key, value in more.items() if value}, **files})


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def by_number(name: str) -> tuple[str, int]:
    """The order of editions: the tenth stands behind the ninth."""
    key, _, number = name.rpartition("/")
    return key, int(number)
