"""The text of `output/.mujaz/index.json` ↔ `Catalogue`; what cannot be understood is none, never a crash."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from io import BytesIO
from types import MappingProxyType
from typing import Any

from mujaz.model.listing import Card

FORMAT = 1
"""Of the file; another number means another Mujaz."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What the index was last made of."""

    cards: Mapping[str, Card] = field(default_factory=lambda: MappingProxyType({}))
    """Target's name → what the index knows of the file."""
    page: str = ""
    """The digest of the page before its fonts came in."""
    sha256: str = ""
    """Of `index.html`."""


def decode(raw: bytes | None) -> Catalogue:
    """The catalogue in a file; an empty one where there is none that can be understood.

    It is read line by line, as `encode` writes it: read at once, it would take many times its length.
    """
    head, _, rest = (raw or b"").partition(b' "cards": {\n')
    try:
        data = json.loads(head.rstrip().rstrip(b",") + b"}")
        if data["format"] != FORMAT:
            return Catalogue()
        shared: dict[tuple[str, ...], tuple[str, ...]] = {}
        cards: dict[str, Card] = {}
        for line in BytesIO(rest):
            if line == b" }\n":
                return Catalogue(cards, str(data["page"]), str(data["sha256"]))
            ((name, each),) = json.loads(b"{" + line.rstrip().rstrip(b",") + b"}").items()
            cards[str(name)] = _card(each, shared)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass
    return Catalogue()


def _card(each: Any, shared: dict[tuple[str, ...], tuple[str, ...]]) -> Card:
    """A card; the lines that print and screen have in common stand in memory once."""
    lines = tuple(map(str, each["lines"]))
    return Card(
        sha256=str(each["sha256"]),
        direction="ltr" if each["direction"] == "ltr" else "rtl",
        title=_text(each["title"]),
        subtitle=_text(each["subtitle"]),
        day=datetime.date.fromisoformat(each["day"]).isoformat(),
        label=str(each["label"]),
        keywords=tuple(map(str, each["keywords"])),
        lines=shared.setdefault(lines, lines),
        partial=bool(each.get("partial", False)),
    )


def _text(each: Any) -> str | None:
    return None if each is None else str(each)


def encode(catalogue: Catalogue) -> bytes:
    """The file of a catalogue, sorted, a line for each file, so that differences can be read.

    It is made of bytes: of thousands of topics it has many million letters, and each copy would hold all of them.
    """
    names = [each.name for each in fields(Card)]
    cards = (
        f"  {_told(name)}: {_told({each: getattr(card, each) for each in names if each != 'partial' or card.partial})}"
        for name, card in sorted(catalogue.cards.items())
    )
    head = f'{{\n "format": {FORMAT},\n "page": {_told(catalogue.page)},\n "sha256": {_told(catalogue.sha256)},\n'
    lines = b",\n".join(each.encode() for each in cards)
    return b"".join((f'{head} "cards": {{\n'.encode(), lines, b"\n }\n}\n"))


def _told(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, sort_keys=True)
