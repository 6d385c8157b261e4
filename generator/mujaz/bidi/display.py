"""Text → its characters as a line shows them from left to right; for terminals and proofs, not for pages."""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import TYPE_CHECKING

from mujaz.bidi.uax9 import Base, FriBidiMissingError, levels, mirrored, order

if TYPE_CHECKING:
    from arabic_reshaper import ArabicReshaper

# Marks, embeddings, overrides and isolates: once the order is settled they have said all they had to say.
CONTROLS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def visual(text: str, base: Base) -> str:
    """The characters of one paragraph on one line, from left to right as displayed (rules L1, L2 and L4).

    No letter takes its joined form, and a combining mark on a right-to-left letter stands before the letter,
    as rule L2 leaves it.
    """
    return "".join(character for character, _ in _displayed(text, base))


def _displayed(text: str, base: Base) -> list[tuple[str, bool]]:
    """Each character from left to right, and whether it runs right to left."""
    resolved = levels(text, base)
    return [(mirrored(text[index]), True) if resolved[index] % 2 else (text[index], False) for index in order(resolved)]


def terminal(text: str, base: Base = "rtl") -> str:
    """The text for a terminal that neither joins letters nor reorders them, line by line.

    Letters become Unicode's presentation forms; those that have none (Sorani ێ ڵ ڕ ە) stay as they are,
    unjoined but legible, because the reshaper's Kurdish table would answer with private-use codes.
    """
    return "\n".join(_terminal_line(line, base) for line in text.split("\n"))


def _terminal_line(line: str, base: Base) -> str:
    """One line, joined and ordered, with rule L3: a terminal draws a mark over the character before it."""
    joined = _reshaper().reshape(line)
    try:
        displayed = _displayed(joined, base)
    except FriBidiMissingError:
        # `mujaz check` must be readable where Pango, and FriBidi with it, is not installed yet. python-bidi
        # lacks only the rule of paired brackets and the isolates, and does rule L3 itself.
        from bidi.algorithm import get_display  # noqa: PLC0415

        return CONTROLS.sub("", str(get_display(joined, base_dir="R" if base == "rtl" else "L")))
    shown: list[str] = []
    marks: list[str] = []
    for character, leftwards in displayed:
        if leftwards and unicodedata.combining(character):
            marks.append(character)
        else:
            shown += [character, *reversed(marks)]
            marks.clear()
    return CONTROLS.sub("", "".join(shown + marks))


@functools.cache
def _reshaper() -> ArabicReshaper:
    # Imported at its door: the reshaper loads fontTools, which a check of the workspace has no use for.
    from arabic_reshaper import ArabicReshaper  # noqa: PLC0415

    return ArabicReshaper(
        {
            "language": "Arabic",
            "delete_harakat": False,
            "delete_tatweel": False,
            "support_ligatures": True,
            "ARABIC LIGATURE ALLAH": False,  # its code is missing in many terminal fonts
        }
    )
