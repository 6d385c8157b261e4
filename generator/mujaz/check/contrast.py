"""`Library` → colours of the house that cannot be read on the page; judges no colour that a template writes."""

from __future__ import annotations

import math
from collections.abc import Iterator

from mujaz.colours import AA, PAPER, darker, seen
from mujaz.model.content import Library
from mujaz.problems import Problem

RULES = frozenset(("contrast-low",))
GROUNDS = (PAPER, "#f7f4ed", "#fdf6dd", "#eef5f0", "#faf0ec")
"""What text in the house's colours stands on: the page, and the tints of templates/css/shared.css."""


def contrast(library: Library) -> Iterator[Problem]:
    """Colours of `mujaz.yaml` with less contrast than running text needs, in colour or printed in grey."""
    if library.source is None:
        return
    colours = library.workspace.colours
    for field, colour in (("accent", colours.accent), ("ink", colours.ink)):
        ratio, ground = min((seen(colour, ground), ground) for ground in GROUNDS)
        if ratio < AA:
            facts = {
                "field": field,
                "found": colour,
                "ratio": f"{math.floor(ratio * 100) / 100:.2f}",
                "limit": f"{AA}",
                "ground": ground,
                "better": darker(colour, GROUNDS),
            }
            yield Problem("contrast-low", library.source.where(("colours", field)), facts)
