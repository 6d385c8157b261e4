"""Passages with the order that they are held to → those that python-bidi would order otherwise; sees no page.

What a line is held to comes from FriBidi, which also sets it: a fault of it would go unseen. python-bidi shares no line
with it. It does not mirror brackets, which are compared elsewhere, and knows no lines within a paragraph.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mujaz.bidi.paragraphs import LINE
from mujaz.problems import Severity
from mujaz.proof.finding import Finding
from mujaz.proof.meant import Passage
from mujaz.proof.pages import VISIBLE

_ONE_WAY = str.maketrans(")]}»›>”’≥", "([{«‹<“‘≤")


def disputed(passages: Iterable[Passage]) -> Iterator[Finding]:
    """Passages on whose order two programs disagree; told as warnings, for a person to look at."""
    for each in passages:
        if not each.plain and LINE not in each.text:
            second = ordered(each.text, rtl=each.base == "rtl")
            ours = each.shown(0, len(each.visible))
            if _turned(second) != _turned(ours):
                yield Finding("order-disputed", meant=each.text, found=second, severity=Severity.WARNING)


def ordered(text: str, *, rtl: bool) -> str:
    """The visible characters of a paragraph on one line, from left to right, as python-bidi sees them."""
    from bidi import get_display  # noqa: PLC0415 # only where texts mix directions

    return str(get_display(text, base_dir="R" if rtl else "L")).translate(VISIBLE)


def _turned(text: str) -> str:
    return text.translate(_ONE_WAY)
