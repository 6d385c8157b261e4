"""The languages of a topic → what one of them tells an audience that another one keeps from it; judges no text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from mujaz.model.blocks import Block, Pointed
from mujaz.model.content import Entry, Path
from mujaz.model.text import Kept
from mujaz.problems import Problem

RULES = frozenset(("kept-differs",))
_Pair = tuple["_Thing", "_Thing"]


@dataclass(frozen=True, slots=True)
class _Thing:
    """A block or a point, and the things that decide who sees it: itself, and the block that holds it."""

    name: str
    path: Path
    deciding: tuple[tuple[Path, Kept], ...]
    within: tuple[Kept, ...] = ()
    """The points of a block: without any, nothing of it is told."""

    def tells(self, audience: str) -> bool:
        """Whether this audience is told something of it."""
        held = not self.within or any(each.shown_to(audience) for each in self.within)
        return held and not self.keeps(audience)

    def keeps(self, audience: str) -> bool:
        """Whether it says that this audience may not see it; what its points say, they say for themselves."""
        return not all(each.shown_to(audience) for _, each in self.deciding)

    def keeping(self, audience: str) -> Path:
        """Where it is written that the audience may not."""
        path, each = next((path, each) for path, each in self.deciding if not each.shown_to(audience))
        return (*path, "never" if audience in each.never else "only")


def secrecy(entries: Sequence[Entry], languages: Sequence[str], audiences: Iterable[str]) -> Iterator[Problem]:
    """Blocks and points that are kept from an audience in one language of a topic and told to it in another.

    Told of where they are told, once for each audience: not again for the points of a block that tells too much.
    """
    ranks = {language: number for number, language in enumerate(languages)}
    ranked = sorted(entries, key=lambda entry: (ranks.get(entry.language, len(ranks)), entry.language))
    readers = sorted(audiences)
    for teller in ranked:
        told: set[tuple[Path, str]] = set()
        for keeper in ranked:
            for here, there in _pairs(teller, keeper) if keeper is not teller else ():
                over = [
                    each
                    for each in readers
                    if here.tells(each) and there.keeps(each) and not told & {(path, each) for path, _ in here.deciding}
                ]
                if over:
                    told |= {(here.path, each) for each in over}
                    yield _differing(teller, here, keeper, there, over)


def _differing(teller: Entry, here: _Thing, keeper: Entry, there: _Thing, audiences: list[str]) -> Problem:
    place = str(keeper.source.where(there.keeping(audiences[0]))).rpartition("/")[2]
    facts = {"found": here.name, "audiences": ", ".join(audiences), "place": place}
    return Problem("kept-differs", teller.source.where(here.path), facts)


def _pairs(one: Entry, two: Entry) -> Iterator[_Pair]:
    """What is the same thing in two languages: blocks, then points."""
    for left, right in _paired(one.topic.blocks, two.topic.blocks):
        yield _block(one, left), _block(two, right)
    others = {each.name: each for each in _points(two)}
    for point in _points(one):
        if point.name in others:
            yield point, others[point.name]


def _paired(one: Sequence[Block], two: Sequence[Block]) -> Iterator[tuple[int, int]]:
    """The numbers of blocks that are one: by their id, by the id of a point, or by kind, side and order."""
    left, right = list(range(len(one))), list(range(len(two)))
    alike: tuple[Callable[[Block, Block], bool], ...] = (_one_id, _one_point, _one_place)
    for same in alike:
        for number in tuple(left):
            found = next((other for other in right if same(one[number], two[other])), None)
            if found is not None:
                left.remove(number)
                right.remove(found)
                yield number, found


def _one_id(one: Block, two: Block) -> bool:
    return one.id is not None and one.id == two.id


def _one_point(one: Block, two: Block) -> bool:
    return _kind(one) == _kind(two) and bool(_ids(one) & _ids(two)) and _may_be_one(one, two)


def _one_place(one: Block, two: Block) -> bool:
    return _kind(one) == _kind(two) and _may_be_one(one, two)


def _may_be_one(one: Block, two: Block) -> bool:
    """Two blocks with ids of their own are two things."""
    return one.id is None or two.id is None


def _kind(block: Block) -> tuple[str, str]:
    return (block.kind, getattr(block, "side", ""))  # type: ignore[attr-defined] # every kind has one, the union's tag


def _ids(block: Block) -> set[str]:
    return {each.id for each in block.points} if isinstance(block, Pointed) else set()


def _block(entry: Entry, number: int) -> _Thing:
    block, path = entry.topic.blocks[number], ("blocks", number)
    return _Thing(block.name, path, ((path, block),), block.points if isinstance(block, Pointed) else ())


def _points(entry: Entry) -> Iterator[_Thing]:
    for number, block in enumerate(entry.topic.blocks):
        outer: Path = ("blocks", number)
        for at, each in enumerate(block.points if isinstance(block, Pointed) else ()):
            path = (*outer, "points", at)
            yield _Thing(each.id, path, ((outer, block), (path, each)))
