"""(`Entry`, audience) → `Selection`: chooses, orders and shortens; never rewrites, invents or repeats."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mujaz.model.blocks import Block, Pointed
from mujaz.model.brief import Part, Selection
from mujaz.model.content import Audience, Entry, Pick
from mujaz.model.points import Point, Recommendation

_LAST = 100
"""Behind every priority that an author can write."""


def tailor(entry: Entry, audience: str, reader: Audience) -> Selection:
    """What of a topic this audience is told: the richest selection that it may have."""
    shown = [block for block in entry.topic.blocks if block.shown_to(audience)]
    picked: list[tuple[Pick, Block]]
    if reader.blocks is None:
        picked = [(Pick(kind=block.kind), block) for block in shown]
    else:
        picked = list(_picked(reader.blocks, shown))
    parts = (_part(block, pick, audience, reader) for pick, block in picked)
    return Selection(entry, audience, reader, tuple(part for part in parts if part is not None))


def _picked(picks: Iterable[Pick], shown: Sequence[Block]) -> Iterable[tuple[Pick, Block]]:
    """Blocks in the order of the picks; a block that two picks fit goes to the first of them."""
    taken: set[int] = set()
    for pick in picks:
        for place, block in enumerate(shown):
            if place not in taken and fits(pick, block):
                taken.add(place)
                yield pick, block


def fits(pick: Pick, block: Block) -> bool:
    """Whether a line of an audience means this block."""
    same_kind = getattr(block, "kind", None) == pick.kind
    return same_kind and (pick.side is None or getattr(block, "side", None) == pick.side)


def _part(block: Block, pick: Pick, audience: str, reader: Audience) -> Part | None:
    depth = pick.depth or reader.depth
    if not isinstance(block, Pointed):
        return Part(block, depth)
    points: list[Point] = [point for point in block.points if point.shown_to(audience)]
    if pick.order == "priority":
        points.sort(key=_priority)
    return Part(block, depth, tuple(points[: pick.limit])) if points else None


def _priority(point: Point) -> int:
    return point.priority if isinstance(point, Recommendation) else _LAST
