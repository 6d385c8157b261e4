"""A job → what is ordered for it; pages as laid out → the rung to try next, until one fits; makes nothing itself."""

from __future__ import annotations

from dataclasses import replace

from mujaz.gate import reader
from mujaz.issuing import Run, Task, come, fail, finish, fresh
from mujaz.jobs import Job, Site, issue_of, number_of, told_at
from mujaz.making import Order
from mujaz.model.document import Failure, Output
from mujaz.plan import why
from mujaz.problems import Problem, Where


def bare(job: Job, site: Site) -> Order:
    """What the file of a job is made of. Raises TemplateMistakeError where there are no words for what changed."""
    house = site.house.bare()
    return Order(job.brief, job.target.medium, issue_of(job, site), site.templates, house, job.budget)


def ordered(job: Job, site: Site, *, proved: bool) -> Order:
    """What a worker makes the file of a job of, and what it is asked of it. Raises TemplateMistakeError, as `bare`."""
    kept = site.gate.secrets(*reader(job.target.name))
    return replace(bare(job, site), proved=proved, read=site.gate.keeps(kept))


def tried(run_: Run, task: Task, output: Output) -> None:
    """Note how many pages a rung has: the next rung is tried, or the web page that has waited for the answer."""
    job, site = task
    fits = (output.pages or 0) <= (job.budget or 0)
    search = run_.searches[job.key] = run_.searches[job.key].tried(fits=fits)
    if fits:
        run_.fitting[job.key] = (job, output)
    if search.rung is not None:
        run_.ready.append((told_at(job, search.rung, site), site))
        return
    del run_.searches[job.key]
    if search.answer is None:
        fail(run_, task, (over(job, output),))
        return
    best, kept_ = run_.fitting[job.key]
    if best.wanted and best.since:
        run_.ready.append((replace(best, told=True), site))
        return
    del run_.fitting[job.key]
    _settled(run_, (best, site), kept_)


def closed(run_: Run, task: Task, outcome: Output | Failure) -> None:
    """The richest pages that fit were laid out once more, with what changed: they may have no room for that."""
    job, site = task
    if isinstance(outcome, Failure) and outcome.problem:  # a template that fails is not for want of room
        finish(run_, task, outcome)
        return
    best, kept_ = run_.fitting.pop(job.key)
    if isinstance(outcome, Output) and (outcome.pages or 0) <= (job.budget or 0):
        best, kept_ = job, outcome
    _settled(run_, (best, site), kept_)


def _settled(run_: Run, task: Task, output: Output) -> None:
    """It is known what is told: the pages are done, and the web page that has waited for them is next."""
    best, site = task
    if best.wanted:
        finish(run_, (replace(best, because=_because(best, site)), site), output)
    _released(run_, best)


def _released(run_: Run, pages: Job) -> None:
    """The web pages that tell what these pages tell; one that told the same before is fresh."""
    for job, site in run_.waiting.pop(pages.key, []):
        now = told_at(job, pages.choice.rung, site)
        now = replace(now, because=_because(now, site))
        if now.because:
            run_.ready.append((now, site))
        else:
            fresh(run_, now)
            come(run_, (now, site))


def _because(job: Job, site: Site) -> tuple[str, ...]:
    """Why a file must be made, now that it is known what it tells."""
    last = site.state.made.get(job.target.name)
    because = why(job.inputs, last, site.shelf.digest(job.target.name))
    if not because and last and last.edition != number_of(job, site):
        because = ("edition",)
    return because or tuple(each for each in job.because if each in ("forced", "unproven"))


def over(job: Job, output: Output) -> Problem:
    """Even the leanest selection has more pages than were promised."""
    facts = {"found": str(output.pages), "limit": str(job.budget), "steps": str(len(job.choice.rungs) - 1)}
    rule = "pages-over" if len(job.choice.rungs) > 1 else "pages-rigid"
    return Problem(rule, Where(f"output/{job.target.name}"), facts)
