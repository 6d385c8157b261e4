"""`[@key، ص 5؛ ينظر: @other]` → what is cited and where in it; knows no reference and sets no text."""

from __future__ import annotations

import re
from collections.abc import Iterator

BRACKET = re.compile(r"\[(?P<inside>[^\[\]\n]*(?<![\w.])@[^\s@;,؛،\[\]][^\[\]]*)\](?!\()")
"""A bracket that cites: `@` at its start, or after what cannot belong to an e-mail address."""

KEY = re.compile(r"(?<![\w.])-?@(?P<key>[^\s@;,؛،\[\]]+)")


def keys(text: str) -> Iterator[str]:
    """The keys that a text cites, in order, as often as it cites them."""
    for bracket in BRACKET.finditer(text):
        for found in KEY.finditer(bracket["inside"]):
            yield found["key"]


LINK = re.compile(r"\]\(#(?P<id>[^)\s]*)\)")
"""A link of Markdown to another place in the same brief."""

PICTURE = re.compile(r"!\[[^\]\n]*\]\(")
"""A picture of Markdown, which running text does not carry."""
