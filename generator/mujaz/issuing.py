"""What came of a job → judged, and published with the others of its brief, or lost; orders and tries no page."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from hashlib import sha256

from mujaz.filing import archived, noted, published
from mujaz.fit import Search
from mujaz.gate import Gate, reader
from mujaz.jobs import Job, Site, number_of
from mujaz.leaks import Haystack
from mujaz.making import Heard
from mujaz.model.document import Failure, Made, Medium, Output, Target
from mujaz.model.edition import Key
from mujaz.model.yielded import Yielded
from mujaz.problems import Problem, Where, errors
from mujaz.publish import Shelf

Task = tuple[Job, Site]
"""What is to be made, and what with: the topic that it tells of stays in memory no longer than that."""


@dataclass(frozen=True, slots=True)
class Built:
    """A file that this run made."""

    target: Target
    pages: int | None
    edition: int
    because: tuple[str, ...]
    yielded: tuple[Yielded, ...] = ()
    """What gave way for it to be within its budget."""


@dataclass(frozen=True, slots=True)
class Step:
    """One target is done: for people who wait."""

    done: int
    total: int
    target: Target
    well: bool


@dataclass(frozen=True, slots=True)
class Done:
    """A file that may be published, with what is to be said of it."""

    job: Job
    output: Output
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Ears:
    """Who is told while files are made."""

    step: Callable[[Step], None]
    """People who wait."""
    shown: Callable[[Job, str], None] = lambda _job, _sha256: None
    """Of each file that is known to show what its job tells, with its digest."""


@dataclass(slots=True)
class Run:
    """What has come of a run so far, and what still waits for the pages that tell how much of it can be told."""

    shelf: Shelf
    ears: Ears
    prove: bool
    total: int
    made: dict[str, Made]
    ready: deque[Task] = field(default_factory=deque)
    """What is to be made next."""
    open: dict[str, Task] = field(default_factory=dict)
    """What the workers have, by the name of its file."""
    searches: dict[Key, Search] = field(default_factory=dict)
    waiting: dict[Key, list[Task]] = field(default_factory=dict)
    fitting: dict[Key, tuple[Job, Output]] = field(default_factory=dict)
    """The richest pages so far that are within their budget, while the search goes on."""
    left: dict[Key, set[Target]] = field(default_factory=dict)
    """What is still to come of a brief: its files are published together, when all of them are well."""
    done: dict[Key, list[Done]] = field(default_factory=dict)
    broken: set[Key] = field(default_factory=set)
    """Briefs of which a file failed."""
    built: list[Built] = field(default_factory=list)
    fresh: list[Target] = field(default_factory=list)
    failed: list[Target] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def fresh(run_: Run, job: Job) -> None:
    """A file that shows what it should; that its content was looked at need not be found out again."""
    made = run_.made[job.target.name]
    run_.made[job.target.name] = replace(made, of=job.of)
    run_.fresh.append(job.target)
    run_.ears.shown(job, made.sha256)
    _step(run_, job.target, well=True)


def finish(run_: Run, task: Task, outcome: Output | Failure) -> None:
    """Judge one file; it is published with the others of its brief."""
    job, site = task
    if isinstance(outcome, Failure) and outcome.rule == "template-endless" and outcome.problem:
        site.templates.endless.add(outcome.problem.where.path)  # and so whoever is asked next knows it
    found = examined(job.target.name, outcome, site.gate)
    if not isinstance(outcome, Output) or errors(found):
        fail(run_, task, found)
        return
    output = Output(outcome.data, outcome.pages, outcome.filled)  # all that it says was gone through, and is let go of
    run_.done.setdefault(job.key, []).append(Done(job, output, found))
    come(run_, task)


def come(run_: Run, task: Task) -> None:
    """A file has come to its end: where it was the last of its brief, those that are well are published.

    None is, where another one of the same new edition failed: an edition is whole, or it is not there.
    """
    job, site = task
    key = job.key
    run_.left[key].discard(job.target)
    if run_.left[key]:
        return
    del run_.left[key]
    done, half = run_.done.pop(key, []), key in run_.broken
    for each in done:
        number = number_of(each.job, site)
        name = f"output/{each.job.target.name}"
        if half and not _begun(each.job, number, site):
            problem = Problem("edition-half", Where(name), {"found": name, "edition": str(number)})
            lost(run_, each.job.target, (*each.problems, problem))
        else:
            _publish(run_, each, number, site)
    if done and key not in run_.broken:
        run_.problems += archived(done[0].job, run_.made, site)


def _begun(job: Job, number: int, site: Site) -> bool:
    """Whether some file of the edition was published before."""
    siblings = (site.state.made.get(replace(job.target, medium=medium).name) for medium in Medium)
    known = any(
        each and each.edition == number and each.inputs.get("brief") == job.inputs["brief"] for each in siblings
    )
    return known or site.archive.known(job.key).last == number


def _publish(run_: Run, done: Done, number: int, site: Site) -> None:
    """Put one file in its place."""
    job, output, name = done.job, done.output, done.job.target.name
    found = (*done.problems, *published(name, output.data, run_.shelf))
    if errors(found):
        run_.broken.add(job.key)
        lost(run_, job.target, found)
        return
    this = Made(
        job.inputs,
        sha256(output.data).hexdigest(),
        output.pages,
        number,
        job.choice.rung,
        _filled(job, output),
        run_.prove,
        job.since is not None and not job.told,
        site.gate.digest(job.target.topic, job.target.language, job.target.audience),
        job.of,
        job.yielded,
    )
    run_.made[name] = this
    run_.problems += (*found, *noted(name, this, run_.shelf))
    run_.built.append(Built(job.target, this.pages, this.edition, job.because, this.yielded))
    run_.ears.shown(job, this.sha256)
    _step(run_, job.target, well=True)


def _filled(job: Job, output: Output) -> float | None:
    """How full the last page is, of briefs whose pages are counted."""
    return None if job.budget is None or output.filled is None else round(output.filled, 2)


def fail(run_: Run, task: Task, problems: tuple[Problem, ...]) -> None:
    """A file that is not made, and the web pages that would have told the same."""
    job, _ = task
    run_.searches.pop(job.key, None)
    run_.fitting.pop(job.key, None)
    run_.problems += problems
    gone = [task] if job.wanted else []
    if job.target.medium is Medium.PRINT:
        gone += run_.waiting.pop(job.key, [])
    run_.broken.add(job.key)
    for each in gone:
        lost(run_, each[0].target)
        come(run_, each)


def lost(run_: Run, target: Target, problems: tuple[Problem, ...] = ()) -> None:
    """A target that there is no file for, and why."""
    run_.problems += problems
    run_.failed.append(target)
    _step(run_, target, well=False)


def _step(run_: Run, target: Target, *, well: bool) -> None:
    run_.ears.step(Step(len(run_.built) + len(run_.failed) + len(run_.fresh), run_.total, target, well))


def examined(name: str, outcome: Output | Failure, gate: Gate) -> tuple[Problem, ...]:
    """What is wrong with the output of a name, or why there is none."""
    if isinstance(outcome, Failure):
        return (outcome.problem or Problem(outcome.rule, Where(f"output/{name}"), {"found": outcome.found}),)
    if errors(outcome.problems):
        return outcome.problems
    return (*outcome.problems, *gate.leaks(name, outcome.data, gate.secrets(*reader(name)), _hay(outcome)))


def _hay(output: Output) -> Haystack | None:
    """What was read in the very bytes of an output; None where that must still be done."""
    if not isinstance(output, Heard) or not isinstance(output.hay, Haystack):
        return None
    return output.hay if output.of == sha256(output.data).hexdigest() else None
