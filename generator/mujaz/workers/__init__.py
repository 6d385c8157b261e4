"""Pieces → their files, or why there is none; the only starter of processes, each bounded in time and memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from mujaz.model.document import Failure, Output, Piece
from mujaz.model.limits import Limits
from mujaz.problems import Problem
from mujaz.workers.outcome import CrewError, Each, Outcome, Work

__all__ = ["Crew", "CrewError", "Exports", "Failure", "Limits", "Outcome", "Work", "crew", "run"]


class Exports(Protocol):
    """What a crew can be called for."""

    def __call__(self, pieces: Iterable[Each], work: Work[Each]) -> Iterator[tuple[Each, Output | Failure]]:
        """Each piece with what came of it, as it comes; only about twice as many as can be made at once are held."""


class Crew(Exports, Protocol):
    """Those who set pages, wherever they are; it can be called again and again, and its workers stay warm."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What people should know of the crew itself."""

    def __enter__(self) -> Self:
        """The crew, ready to be called."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> bool | None:
        """End all that is still at work, at once."""

    def prepare(self, work: Work[Any]) -> None:
        """Begin to load what the work needs: it is wanted soon, and its caller is busy with something else."""


def crew(
    *,
    jobs: int,
    limits: Limits | None = None,
    cluster: str | None = None,
    spare: Path | None = None,
    store: Path | None = None,
) -> Crew:
    """Those who set pages: `jobs` processes of this machine, or the workers of the Dask scheduler at an address.

    `spare` is a folder for temporary files where the system has none that can be written; in `store` lies what workers
    of this machine need not make again. Entering and calling raise
    CrewError where there is nobody to do the work.
    """
    from mujaz.workers.pool import Pool  # noqa: PLC0415 # what starts processes takes long to load

    here = Pool(jobs, limits or Limits(), spare, store)
    if cluster is None:
        return here
    from mujaz.workers.cluster import Cluster  # noqa: PLC0415 # nothing of Dask is loaded by those who have no cluster

    return Cluster(cluster, here)


def run(
    pieces: Sequence[Each], work: Work[Each], *, jobs: int, limits: Limits | None = None
) -> Iterator[tuple[Each, Output | Failure]]:
    """Each piece with what came of it, in order; what befalls one does not touch the others."""
    if not pieces:
        return
    with crew(jobs=min(jobs, len(pieces)), limits=limits) as hands:
        yield from _in_order(pieces, hands(pieces, work))


def _in_order(pieces: Sequence[Piece], outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
    places: dict[int, deque[int]] = {}
    for place, piece in enumerate(pieces):
        places.setdefault(id(piece), deque()).append(place)
    held: dict[int, Outcome] = {}
    due = 0
    for piece, outcome in outcomes:
        held[places[id(piece)].popleft()] = (piece, outcome)
        while due in held:
            yield held.pop(due)
            due += 1
