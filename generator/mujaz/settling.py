"""A job whose pages are promised → the richest telling that is within them; publishes and remembers nothing."""

from __future__ import annotations

from dataclasses import replace

from mujaz.export import export
from mujaz.fit import Search
from mujaz.fitting import composed_at, over
from mujaz.issuing import examined
from mujaz.jobs import Job, Site, told_at
from mujaz.model.document import Output
from mujaz.problems import Problem
from mujaz.workers import run


def settled(job: Job, site: Site) -> Job | Problem:
    """One job, telling the richest selection that is within its budget; or why there is none."""
    search = Search(len(job.choice.rungs), job.choice.rung)
    while not job.choice.known and (rung := search.rung) is not None:
        document = composed_at(told_at(job, rung, site), site)
        [(_, outcome)] = run([document], export, jobs=1, limits=site.library.workspace.limits)
        if not isinstance(outcome, Output):
            return examined(document, outcome, site.gate)[0]
        search = search.tried(fits=(outcome.pages or 0) <= (job.choice.budget or 0))
        if search.rung is None and search.answer is None:
            return over(job, outcome)
    return job if search.answer is None else _closing(told_at(job, search.answer, site), site)


def _closing(job: Job, site: Site) -> Job:
    """The same job, telling what changed where its pages have the room."""
    told = replace(job, told=True)
    if job.since is None or job.told:
        return told
    [(_, outcome)] = run([composed_at(told, site)], export, jobs=1, limits=site.library.workspace.limits)
    fits = isinstance(outcome, Output) and (outcome.pages or 0) <= (job.choice.budget or 0)
    return told if fits else job
