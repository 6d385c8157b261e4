"""A workspace and a `Request` → `Result`: the corridor itself, one call a line; prints nothing, decides no content."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

from mujaz import produce
from mujaz.archive import Archive
from mujaz.desk import Desk
from mujaz.export.site import INDEX
from mujaz.filing import kept
from mujaz.fleet import Base, Fleet, base, muster
from mujaz.issuing import Built, Ears, Run, Step
from mujaz.lint import lint, unplaced
from mujaz.lock import decode, is_pressed, is_target
from mujaz.memory import Memory, explained, lasting, remembered, retained
from mujaz.model.document import State, Target, pages_of
from mujaz.parts import parts
from mujaz.plan import RefusedError, Request, unnamed
from mujaz.problems import Problem, Severity, Where, errors, in_order
from mujaz.produce import How
from mujaz.publish import LOG, STATE, OutputError, Shelf, opened
from mujaz.stacks import Stacks
from mujaz.stamps import Stamps
from mujaz.survey import survey, swept, unswept
from mujaz.telling import told as told_in
from mujaz.touched import held_back
from mujaz.workers import Crew

_OWN = ("content/topics/", "content/audiences/")
"""Where a mistake concerns one topic or one audience."""
_SPARSE = 0.2
"""Of the height of a page's text: a last page with less on it looks like an accident."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a run."""

    built: tuple[Built, ...] = ()
    fresh: tuple[Target, ...] = ()
    failed: tuple[Target, ...] = ()
    stopped: tuple[str, ...] = ()
    """Topics that were asked for and have errors: nothing of them was planned, and their last files stay."""
    problems: tuple[Problem, ...] = ()
    leftover: tuple[str, ...] = ()
    """Files that Mujaz made and no target makes any more, as `clean` would remove them."""
    index: bool = False
    """Whether the output folder has an index now."""
    barred: bool = False
    """Whether what is wrong concerns the whole workspace, so that nothing could be planned."""


def build(
    root: Path, request: Request, *, jobs: int, tell: Callable[[Step], None], cluster: str | None = None
) -> Result:
    """Make what is stale of what is asked for, by so many workers, or by those of a Dask scheduler at an address.

    Raises RefusedError for a name that nothing has, OutputError where the output folder cannot be used, and CrewError
    where there is nobody to set pages.
    """
    ground = asked(root, request)
    if ground is None:
        return Result(problems=survey(root).problems, barred=True)
    memory, house = remembered(root), ground.grounds.library.workspace
    with (
        unswept(),
        opened(root / "output", Stamps(memory.stamps)) as shelf,
        produce.hands(jobs, house.limits, cluster, shelf) as crew,
    ):
        state, told = recalled(shelf)
        fleet = muster(ground, shelf.stamps, memory, lambda: produce.prepared(crew))
        desk = Desk(fleet, request, Archive(shelf, request.today), state)
        if house.deliveries:
            introduce(fleet, desk.archive.stacks)
        told += desk.watch(memory)
        run = _made(desk, crew, tell)
        held = replace(desk.state, made=desk.remarked(run.made), found=desk.unmade(run.made))
        if held != state or shelf.there(LOG):
            told += kept(held, shelf)
        with swept():
            listed, page, _ = told_in(desk, held, crew, memory)
        _leave(desk, memory, page, held)
        told += (*crew.problems, *desk.wrong)
        return _result(desk, run, held, (told, listed))


def _made(desk: Desk, crew: Crew, tell: Callable[[Step], None]) -> Run:
    """What comes of a run, with what is known to be fresh."""
    request = desk.request
    fresh, stale = desk.sorted()
    run = produce.begun(desk.state, desk.shelf, ears=Ears(tell, desk.shown), total=len(stale), prove=request.prove)
    if stale:
        produce.prepared(crew)
        with swept():
            produce.produce(desk.plans(stale), run, How(crew, request.prove))
    run.fresh += fresh
    return run


def _result(desk: Desk, run: Run, held: State, told: tuple[tuple[Problem, ...], tuple[Problem, ...]]) -> Result:
    """What people are told of a run; `told` by others, and by what all is told in."""
    fleet, shelf, asked_ = desk.fleet, desk.shelf, desk.request.topics
    order = {target: place for place, target in enumerate(fleet.every)} if run.built else {}
    faults = lint(fleet.templates.house, fleet.templates.package)
    others, listed = told
    placed = unplaced((*run.problems, *listed), faults)
    emptied = sparse(fleet, desk.request, held)
    return Result(
        built=tuple(sorted(run.built, key=lambda each: order[each.target])),
        fresh=tuple(sorted(run.fresh)),
        failed=tuple(sorted(set(run.failed))),
        stopped=tuple(sorted(each for each in fleet.library.broken | desk.stopped if each in (asked_ or {each}))),
        problems=in_order((*fleet.problems, *others, *faults, *placed, *emptied)),
        leftover=tuple(name for name in left_over(fleet, held) if shelf.size(name) is not None),
        index=shelf.size(INDEX) is not None,
    )


def clean(root: Path, today: datetime.date | None = None) -> tuple[list[str], tuple[Problem, ...]]:
    """Remove what Mujaz made and no target makes any more, and editions that need not be kept.

    What belongs to a topic that is broken now stays.
    """
    ground = base(root)
    if ground is None:
        return [], survey(root).problems
    memory, house = remembered(root), ground.grounds.library.workspace
    with (
        opened(root / "output", Stamps(memory.stamps)) as shelf,
        produce.hands(1, house.limits, None, shelf) as crew,
    ):
        state, doubts = recalled(shelf)
        fleet = muster(ground, shelf.stamps, memory)
        gone = left_over(fleet, state)
        for name in gone:
            shelf.remove(name)
        left = {name: each for name, each in state.made.items() if name not in gone}
        rest = State(left, state.pressed - frozenset(gone), state.found - frozenset(gone))
        told = kept(rest, shelf)
        desk = Desk(fleet, Request(), Archive(shelf, today), rest)
        told += desk.watch(memory)
        listed, page, old = told_in(desk, desk.state, crew, memory)
        _leave(desk, memory, page, rest)
    return gone + old, in_order((*fleet.problems, *doubts, *told, *listed))


def _leave(desk: Desk, last: Memory, page: Memory, state: State) -> None:
    """Remember what this run saw, for the next one."""
    fleet, stamps = desk.fleet, lasting(last, desk.shelf, state)
    if fleet.anew:
        stamps = held_back(last.stamps, stamps, desk.left(state.made))
    of = explained(last, parts(fleet.templates, fleet.library.workspace.languages), state)
    retained(fleet.root, last, replace(page, topics=fleet.seen, stamps=stamps, parts=of))


def introduce(fleet: Fleet, stacks: Stacks) -> None:
    """Note deliveries that are new, so that what this run makes is theirs; where that fails, `deliver` tells it."""
    from mujaz.deliver import Office, acquaint, unmet  # noqa: PLC0415 # most houses deliver nothing

    office = Office(
        root=fleet.root,
        library=fleet.library,
        slugs=fleet.seen,
        whole=lambda: fleet.library,
        templates=fleet.templates,
        now=_unasked,
        sleep=_unasked,
        environment={},
    )
    if unmet(office):
        found = (stacks.edition(key, number) for key in stacks.briefs() for number in stacks.numbers(key))
        with contextlib.suppress(OutputError):
            acquaint([each for each in found if each], office)


def _unasked(*_: object) -> NoReturn:
    raise AssertionError("to note a delivery takes no time")


# ------------------------------------------------------------------------------------------------ what is asked for


def asked(root: Path, request: Request) -> Base | None:
    """What all topics stand on, once every name that is asked for is known."""
    ground = base(root)
    if ground is not None:
        refuse(unnamed(ground.grounds.library, ground.grounds.slugs, request))
    return ground


def refuse(problem: Problem | None) -> None:
    """Raise RefusedError where there is a reason."""
    if problem:
        raise RefusedError(problem)


def recalled(shelf: Shelf) -> tuple[State, tuple[Problem, ...]]:
    """What was made before; a state that cannot be trusted is one warning and a full build.

    What lies there all the same is found, so that it is not left to tell what is kept now.
    """
    raw = shelf.read(STATE)
    state = None if raw is None and shelf.there(STATE) else decode(raw, shelf.read(LOG))
    if state is None:
        return _found(State(), shelf), (Problem("state-damaged", Where(f"output/{STATE}"), {}, Severity.WARNING),)
    return (_found(state, shelf) if raw is None else state), ()


def _found(state: State, shelf: Shelf) -> State:
    names = [f"{folder}/{name}" for folder in shelf.folders(".") for name in shelf.files(folder)]
    return replace(
        state,
        pressed=state.pressed.union(filter(is_pressed, names)),
        found=frozenset(filter(is_target, names)) - state.made.keys(),
    )


def sparse(fleet: Fleet, request: Request, state: State) -> list[Problem]:
    """Files of counted pages whose last page is almost empty: told of for as long as they are."""
    found = []
    names = {
        name
        for name, made in state.made.items()
        if made.filled is not None and made.filled < _SPARSE and made.pages and made.pages > 1
    }
    for target in fleet.targets(request) if names else ():
        if target.name in names:
            made = state.made[target.name]
            facts = {"found": str(round((made.filled or 0) * 100)), "page": str(made.pages)}
            found.append(Problem("page-sparse", Where(f"output/{target.name}"), facts, Severity.WARNING))
    return found


def left_over(fleet: Fleet, state: State) -> list[str]:
    """Names of files that no target makes any more, but for those of what is broken now and may come back."""
    if any(not problem.where.path.startswith(_OWN) for problem in errors(fleet.problems)):
        return []  # what is wrong is wrong with everything: nobody knows what would still be made
    broken, unread = fleet.library.broken, fleet.library.broken_audiences

    def held(name: str) -> bool:
        """Whether it belongs to a topic or audience that has errors now and may come back."""
        topic, _, file = name.partition("/")
        return topic in broken or file.partition(".")[0] in unread

    kept_ = {target.name for target in fleet.every}
    gone = [name for name in (*state.made, *sorted(state.found)) if name not in kept_ and not held(name)]
    return gone + [name for name in sorted(state.pressed) if pages_of(name) not in kept_ and not held(name)]
