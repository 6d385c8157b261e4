"""(`Entry`, audience) → `Selection`, and ever leaner ones: chooses, orders, shortens; never rewrites or invents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from mujaz.model.blocks import Block, Evaluation, Pointed
from mujaz.model.brief import Part, Selection
from mujaz.model.content import Audience, Entry, Pick
from mujaz.model.points import Point, Recommendation
from mujaz.model.text import Depth
from mujaz.model.yielded import Yielded

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
    same_kind = kind_of(block) == pick.kind
    return same_kind and (pick.side is None or getattr(block, "side", None) == pick.side)


def _part(block: Block, pick: Pick, audience: str, reader: Audience) -> Part | None:
    depth = pick.depth or reader.depth
    if not isinstance(block, Pointed):
        return Part(block, depth)
    points: list[Point] = [point for point in block.points if point.shown_to(audience)]
    if pick.order == "priority":
        points.sort(key=_priority)
    return Part(block, depth, tuple(points[: pick.limit])) if points else None


def ladder(richest: Selection) -> tuple[Selection, ...]:
    """A selection, then ever leaner ones, each a step below the one before it; the last can yield nothing more.

    Only what the audience lets give way yields, in the order in which it is named. First all of it is told in gist,
    then by headlines, then in fewer points, the least urgent going first, until each block has one; then blocks go.
    """
    rungs = [richest]
    kinds = tuple(dict.fromkeys(richest.reader.gives_way))
    for depth in (Depth.GIST, Depth.HEADLINE):
        for kind in kinds:
            _descend(rungs, tuple(_shallower(part, kind, depth) for part in rungs[-1].parts))
    for yields in (_thinner, _without):
        for kind in kinds:
            while _descend(rungs, yields(rungs[-1].parts, kind)):
                pass
    return tuple(rungs)


def _descend(rungs: list[Selection], parts: tuple[Part, ...]) -> bool:
    """Add a rung, where there is less on it than on the last and something is left."""
    if not parts or parts == rungs[-1].parts:
        return False
    rungs.append(replace(rungs[-1], parts=parts))
    return True


def _shallower(part: Part, kind: str, depth: Depth) -> Part:
    return replace(part, depth=depth) if kind_of(part.block) == kind and part.depth > depth else part


def _thinner(parts: tuple[Part, ...], kind: str) -> tuple[Part, ...]:
    """Without one point: the least urgent of the block that has most, so that two sides stay in balance."""
    long = [each for each in parts if kind_of(each.block) == kind and len(each.points) > 1]
    if not long:
        return parts
    most = max(reversed(long), key=lambda part: len(part.points))
    least = max(range(len(most.points)), key=lambda place: (_priority(most.points[place]), place))
    points = most.points[:least] + most.points[least + 1 :]
    return tuple(replace(each, points=points) if each is most else each for each in parts)


def _without(parts: tuple[Part, ...], kind: str) -> tuple[Part, ...]:
    """Without the last block of a kind; without all sides of an evaluation, for one alone would be a verdict."""
    those = [each for each in parts if kind_of(each.block) == kind]
    gone = those if those and isinstance(those[0].block, Evaluation) else those[-1:]
    return tuple(each for each in parts if not any(each is one for one in gone))


def yielded(richest: Selection, told: Selection) -> tuple[Yielded, ...]:
    """What gave way between two selections of one topic, block by block."""
    kept = {id(part.block): part for part in told.parts}
    found = []
    for part in richest.parts:
        now = kept.get(id(part.block))
        if now != part:
            side = getattr(part.block, "side", None)
            depth = now.depth.word if now and now.depth is not part.depth else ""
            points = len(now.points) if now else 0
            found.append(Yielded(kind_of(part.block), str(side or ""), points, len(part.points), depth, now is None))
    return tuple(found)


def outline(selection: Selection) -> str:
    """What a selection tells and how deep, without its words."""
    return "\n".join(
        f"{part.block.name} {part.depth.word} {' '.join(point.id for point in part.points)}" for part in selection.parts
    )


def kind_of(block: Block) -> str:
    """The word of its kind, as authors write it."""
    return str(getattr(block, "kind", ""))


def _priority(point: Point) -> int:
    return point.priority if isinstance(point, Recommendation) else _LAST
