"""A job whose pages are promised → the richest telling that is within them; publishes and remembers nothing."""

from __future__ import annotations

from dataclasses import replace

from mujaz.fit import Search
from mujaz.fitting import bare, over
from mujaz.issuing import examined
from mujaz.jobs import Job, Site, told_at
from mujaz.making import made
from mujaz.model.document import Failure, Output
from mujaz.problems import Problem
from mujaz.templates import TemplateMistakeError
from mujaz.workers import run


def settled(job: Job, site: Site) -> Job | Problem:
    """One job, telling the richest selection that is within its budget; or why there is none."""
    search = Search(len(job.choice.rungs), job.choice.rung)
    try:
        while not job.choice.known and (rung := search.rung) is not None:
            outcome = _laid(told_at(job, rung, site), site)
            if not isinstance(outcome, Output):
                return examined(job.target.name, outcome, site.gate)[0]
            search = search.tried(fits=(outcome.pages or 0) <= (job.choice.budget or 0))
            if search.rung is None and search.answer is None:
                return over(job, outcome)
        return job if search.answer is None else _closing(told_at(job, search.answer, site), site)
    except TemplateMistakeError as mistake:
        return mistake.problem


def _closing(job: Job, site: Site) -> Job | Problem:
    """The same job, telling what changed where its pages have the room."""
    told = replace(job, told=True)
    if job.since is None or job.told:
        return told
    outcome = _laid(told, site)
    if isinstance(outcome, Failure) and outcome.problem:  # a template that fails is not for want of room
        return outcome.problem
    fits = isinstance(outcome, Output) and (outcome.pages or 0) <= (job.choice.budget or 0)
    return told if fits else job


def _laid(job: Job, site: Site) -> Output | Failure:
    """The pages of a job, to be counted."""
    [(_, outcome)] = run([bare(job, site)], made, jobs=1, limits=site.library.workspace.limits)
    return outcome
