"""Stale jobs → orders for workers as they are free, and what comes of each, sorted; plans and publishes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mujaz.filing import archived
from mujaz.fit import Search
from mujaz.fitting import closed, ordered, tried
from mujaz.issuing import Ears, Run, fail, finish, fresh, lost
from mujaz.jobs import Job, Site
from mujaz.making import Order, made
from mujaz.model.document import Medium, Output, State, Target
from mujaz.model.limits import Limits
from mujaz.problems import Problem
from mujaz.publish import PRIVATE, Shelf
from mujaz.templates import TemplateMistakeError
from mujaz.workers import Crew, Exports, crew


@dataclass(frozen=True, slots=True)
class How:
    """How files are made."""

    crew: Exports
    prove: bool = True
    """Whether each is proved before it is published."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What is to be made of one topic, or to be seen to be fresh."""

    site: Site
    jobs: tuple[Job, ...]
    mistakes: tuple[tuple[Target, Problem], ...] = ()


def hands(jobs: int, limits: Limits, cluster: str | None, shelf: Shelf) -> Crew:
    """So many workers, or those of a cluster; none starts before there is something to export."""
    private = shelf.folder.parent / PRIVATE
    return crew(jobs=jobs, limits=limits, cluster=cluster, spare=shelf.folder / ".mujaz", store=private / "faces")


def prepared(crew: Crew) -> None:
    """Let a crew load what it will need, while it is found out what there is to make."""
    crew.prepare(made)


def begun(state: State, shelf: Shelf, *, ears: Ears, total: int, prove: bool) -> Run:
    """A run of which nothing has come yet."""
    return Run(shelf, ears, prove, total, dict(state.made))


def produce(plans: Iterable[Planned], run_: Run, how: How) -> None:
    """Make the files; each is written down at once, so that a killed build loses those at most that were being made.

    Plans are asked for when workers have nothing to do. A brief that has a budget of pages is laid out at one rung of
    its choice after the other, until the richest that fits is known; the web page that tells the same waits for it.
    """
    source = iter(plans)
    while True:
        for order, outcome in how.crew(_orders(run_, source, how), made):
            job, site = run_.open.pop(order.name)
            if job.budget is not None and job.key in run_.searches and isinstance(outcome, Output):
                tried(run_, (job, site), outcome)
            elif job.budget is not None and job.key in run_.fitting:
                closed(run_, (job, site), outcome)
            else:
                finish(run_, (job, site), outcome)
        if not run_.ready:
            break


def _orders(run_: Run, source: Iterator[Planned], how: How) -> Iterator[Order]:
    """What is to be made: first what has been begun."""
    while True:
        while run_.ready:
            job, site = run_.ready.popleft()
            try:
                order = ordered(job, site, proved=how.prove)
            except TemplateMistakeError as mistake:
                fail(run_, (job, site), (mistake.problem,))
                continue
            run_.open[order.name] = (job, site)
            yield order
        planned = next(source, None)
        if planned is None:
            return
        _entered(run_, planned)


def _entered(run_: Run, planned: Planned) -> None:
    """Sort the jobs of a topic: what is fresh, what is to be made now, and what waits for pages."""
    for target, problem in planned.mistakes:
        run_.broken.add((target.topic, target.audience, target.language))
        lost(run_, target, (problem,))
    for job in planned.jobs:
        if job.wanted and (job.because or not job.choice.known):
            run_.left.setdefault(job.key, set()).add(job.target)
    for job in sorted(planned.jobs, key=_length, reverse=True):  # else all wait for the longest, when the rest is done
        if job.choice.known and not job.because:
            fresh(run_, job)
        elif job.choice.known:
            run_.ready.append((job, planned.site))
        elif job.target.medium is Medium.PRINT:
            run_.searches[job.key] = Search(len(job.choice.rungs), job.choice.rung)
            run_.ready.append((job, planned.site))
        else:
            run_.waiting.setdefault(job.key, []).append((job, planned.site))
    for key, job in {job.key: job for job in planned.jobs if job.wanted}.items():
        if key not in run_.left and key not in run_.broken:  # a build was killed before it was archived
            run_.problems += archived(job, run_.made, planned.site)


def _length(job: Job) -> int:
    """About how long it takes to make a file; web pages take no time."""
    return job.brief.length if job.target.medium is Medium.PRINT else 0
