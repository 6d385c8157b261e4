"""The texts of `edition.json`, `told.json` and `.mujaz/editions.json` ↔ nouns; what cannot be understood is None."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any, TypeVar

from mujaz.model.edition import Change, Chapter, Edition, Key, Piece, Told

FORMAT = 1
"""Of each file; another number means another Mujaz."""
_WRONG = (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError)
_Read = TypeVar("_Read")


@dataclass(frozen=True, slots=True)
class Remembered:
    """What is known of the editions of one brief without opening them."""

    days: Mapping[int, datetime.date | None]
    """Number → day of publishing; None where a folder has no record."""
    brief: str = ""
    """The digest of the newest edition that has a record."""
    files: tuple[str, ...] = ()
    """The names of that edition's files."""
    kept: str = ""
    """The digest of what its readers are kept from, as it was looked for in all of them."""
    lies: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))
    """Number → a name for the bytes of its files, as they were looked through last."""
    last: int = field(init=False, compare=False, repr=False)
    """The newest edition that has a record; 0 where there is none."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "last", max((number for number, day in self.days.items() if day), default=0))


@dataclass(frozen=True, slots=True)
class Memory:
    """What the last build knew of the archive."""

    briefs: Mapping[Key, Remembered] = field(default_factory=lambda: MappingProxyType({}))
    feeds: Mapping[str, tuple[str, str]] = field(default_factory=lambda: MappingProxyType({}))
    """Name of a feed → digest of what it was made of and looked through for, and SHA-256 of the file."""


def _decoded(raw: bytes | None, read: Callable[[Any], _Read]) -> _Read | None:
    try:
        data = json.loads(raw or b"")
        return read(data) if data["format"] == FORMAT else None
    except _WRONG:
        return None


def _encoded(data: Mapping[str, Any]) -> bytes:
    text = json.dumps({"format": FORMAT, **data}, indent=1, sort_keys=True, ensure_ascii=False)
    return (text + "\n").encode()


# ------------------------------------------------------------------------------------------------ an edition


def edition(raw: bytes | None) -> Edition | None:
    """The record in a file."""
    return _decoded(raw, _edition)


def _edition(data: Any) -> Edition:
    since = data["since"]
    return Edition(
        topic=str(data["topic"]),
        audience=str(data["audience"]),
        language=str(data["language"]),
        number=int(data["number"]),
        day=datetime.date.fromisoformat(data["day"]),
        title=str(data["title"]),
        brief=str(data["brief"]),
        files=MappingProxyType({str(name): str(digest) for name, digest in data["files"].items()}),
        changes=tuple(_change(each) for each in data["changes"]),
        pages=None if data["pages"] is None else int(data["pages"]),
        since=(int(since["number"]), datetime.date.fromisoformat(since["day"])) if since else None,
        words=tuple(map(str, data["words"])),
        withdrawn=bool(data["withdrawn"]),
    )


def _change(each: Any) -> Change:
    kind = each["kind"]
    if kind not in ("added", "removed", "reworded", "moved", "figure"):
        raise ValueError(kind)
    return Change(
        kind,
        str(each["section"]),
        _text(each["id"]),
        _text(each["before"]),
        _text(each["after"]),
        str(each["about"]),
    )


def _text(each: Any) -> str | None:
    return None if each is None else str(each)


def of_edition(each: Edition) -> bytes:
    """The file of an edition."""
    names = ("topic", "audience", "language", "number", "title", "brief", "pages", "withdrawn")
    since = {"number": each.since[0], "day": each.since[1].isoformat()} if each.since else None
    return _encoded(
        {
            **{name: getattr(each, name) for name in names},
            "day": each.day.isoformat(),
            "files": dict(each.files),
            "since": since,
            "changes": [_changed(change) for change in each.changes],
            "words": list(each.words),
        }
    )


def _changed(each: Change) -> dict[str, str | None]:
    """A change; its point stands under the key by which the gate knows the names of places."""
    data = asdict(each)
    return {"id": data.pop("point"), **data}


# ------------------------------------------------------------------------------------------------ what was told


def told(raw: bytes | None) -> Told | None:
    """What was told, as a file has it."""
    return _decoded(raw, _told)


def _told(data: Any) -> Told:
    return Told(str(data["brief"]), tuple(_chapter(each) for each in data["sections"]))


def _chapter(each: Any) -> Chapter:
    pieces = tuple(_piece(piece) for piece in each["pieces"])
    key, label, heading, depth = (str(each[name]) for name in ("key", "label", "heading", "depth"))
    return Chapter(key, label, heading, depth, pieces)


def _piece(each: Any) -> Piece:
    texts = MappingProxyType({str(name): str(text) for name, text in each["texts"].items()})
    return Piece(_text(each["id"]), _text(each["row"]), texts)


def of_told(said: Told) -> bytes:
    """The file of what was told; its texts keep their order, which is that of the page."""
    sections = [
        {
            "key": each.key,
            "label": each.label,
            "heading": each.heading,
            "depth": each.depth,
            "pieces": [{"id": p.point, "row": p.row, "texts": dict(p.texts)} for p in each.pieces],
        }
        for each in said.chapters
    ]
    text = json.dumps({"format": FORMAT, "brief": said.brief, "sections": sections}, indent=1, ensure_ascii=False)
    return (text + "\n").encode()


# ------------------------------------------------------------------------------------------------ the memory


def memory(raw: bytes | None) -> Memory:
    """What was remembered; nothing where that cannot be understood."""
    return _decoded(raw, _memory) or Memory()


def _memory(data: Any) -> Memory:
    briefs = {_key(name): _remembered(each) for name, each in data["briefs"].items()}
    feeds = {str(name): (str(each[0]), str(each[1])) for name, each in data["feeds"].items()}
    return Memory(MappingProxyType(briefs), MappingProxyType(feeds))


def _key(name: str) -> Key:
    topic, audience, language = name.split("/")
    return (topic, audience, language)


def _remembered(each: Any) -> Remembered:
    days = {int(number): datetime.date.fromisoformat(day) if day else None for number, day in each["days"].items()}
    lies = {int(number): str(digest) for number, digest in each.get("lies", {}).items()}
    return Remembered(
        MappingProxyType(days),
        str(each["brief"]),
        tuple(map(str, each["files"])),
        str(each["kept"]),
        MappingProxyType(lies),
    )


def of_memory(known: Memory) -> bytes:
    """The file of what is remembered."""
    briefs = {
        "/".join(key): {
            "days": {str(number): day.isoformat() if day else None for number, day in each.days.items()},
            "brief": each.brief,
            "files": list(each.files),
            "kept": each.kept,
            "lies": {str(number): digest for number, digest in each.lies.items()},
        }
        for key, each in known.briefs.items()
    }
    return _encoded({"briefs": briefs, "feeds": {name: list(each) for name, each in known.feeds.items()}})
