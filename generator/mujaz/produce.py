"""Stale jobs → files in their places: composed as workers are free, fitted, proved, published; plans nothing."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256

from mujaz.compose import compose
from mujaz.export import export
from mujaz.filing import archived, noted, published
from mujaz.fit import Search
from mujaz.gate import Gate, reader
from mujaz.jobs import Job, Mistakes, Site, issue_of, number_of, told_at
from mujaz.model.document import Document, Made, Medium, Output, State, Target
from mujaz.model.edition import Key
from mujaz.model.limits import Limits
from mujaz.model.yielded import Yielded
from mujaz.plan import why
from mujaz.problems import Problem, Where, errors
from mujaz.proof import proof
from mujaz.publish import PRIVATE, Shelf
from mujaz.templates import TemplateMistakeError
from mujaz.workers import Crew, Exports, Failure, crew

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
    """What is to be exported next."""
    open: dict[str, tuple[Job, Site, Document]] = field(default_factory=dict)
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


def hands(jobs: int, limits: Limits, cluster: str | None, shelf: Shelf) -> Crew:
    """So many workers, or those of a cluster; none starts before there is something to export."""
    private = shelf.folder.parent / PRIVATE
    return crew(jobs=jobs, limits=limits, cluster=cluster, spare=shelf.folder / ".mujaz", store=private / "faces")


def prepared(crew: Crew, *, prove: bool) -> None:
    """Let a crew load what it will need, while it is found out what there is to make."""
    crew.prepare(proved if prove else export)


def begun(state: State, shelf: Shelf, *, ears: Ears, total: int, prove: bool) -> Run:
    """A run of which nothing has come yet."""
    return Run(shelf, ears, prove, total, dict(state.made))


def produce(plans: Iterable[Planned], run_: Run, how: How) -> None:
    """Make the files; each is written down at once, so that a killed build loses those at most that were being made.

    Plans are asked for when workers have nothing to do. A brief that has a budget of pages is laid out at one rung of
    its choice after the other, until the richest that fits is known; the web page that tells the same waits for it.
    """
    source = iter(plans)
    work = proved if how.prove else export
    while True:
        for document, outcome in how.crew(_documents(run_, source), work):
            job, site, _ = run_.open.pop(document.name)
            if job.budget is not None and job.key in run_.searches and isinstance(outcome, Output):
                _tried(run_, (job, site), document, outcome)
            elif job.budget is not None and job.key in run_.fitting:
                _closed(run_, (job, site), document, outcome)
            else:
                _finish(run_, (job, site), document, outcome)
        if not run_.ready:
            break


def _documents(run_: Run, source: Iterator[Planned]) -> Iterator[Document]:
    """What is to be exported, composed when it is asked for: first what has been begun."""
    while True:
        while run_.ready:
            job, site = run_.ready.popleft()
            try:
                document = composed_at(job, site)
            except TemplateMistakeError as mistake:
                _fail(run_, (job, site), (mistake.problem,))
                continue
            run_.open[document.name] = (job, site, document)
            yield document
        planned = next(source, None)
        if planned is None:
            return
        _entered(run_, planned)


def _entered(run_: Run, planned: Planned) -> None:
    """Sort the jobs of a topic: what is fresh, what is to be made now, and what waits for pages."""
    for target, problem in planned.mistakes:
        run_.broken.add((target.topic, target.audience, target.language))
        _lost(run_, target, (problem,))
    for job in planned.jobs:
        if job.wanted and (job.because or not job.choice.known):
            run_.left.setdefault(job.key, set()).add(job.target)
    for job in sorted(planned.jobs, key=_length, reverse=True):  # else all wait for the longest, when the rest is done
        if job.choice.known and not job.because:
            _known(run_, job)
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


def _known(run_: Run, job: Job) -> None:
    """A file that shows what it should; that its content was looked at need not be found out again."""
    made = run_.made[job.target.name]
    run_.made[job.target.name] = replace(made, of=job.of)
    run_.fresh.append(job.target)
    run_.ears.shown(job, made.sha256)
    _step(run_, job.target, well=True)


def _tried(run_: Run, task: Task, document: Document, output: Output) -> None:
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
        _fail(run_, task, (over(job, output),))
        return
    best, kept_ = run_.fitting[job.key]
    if best.wanted and best.since:
        run_.ready.append((replace(best, told=True), site))
        return
    del run_.fitting[job.key]
    if best is not job:
        document = composed_at(best, site)
    _settled(run_, (best, site), document, kept_)


def _closed(run_: Run, task: Task, document: Document, outcome: Output | Failure) -> None:
    """The richest pages that fit were laid out once more, with what changed: they may have no room for that."""
    job, site = task
    best, kept_ = run_.fitting.pop(job.key)
    if isinstance(outcome, Output) and (outcome.pages or 0) <= (job.budget or 0):
        best, kept_ = job, outcome
    _settled(run_, (best, site), document, kept_)


def _settled(run_: Run, task: Task, document: Document, output: Output) -> None:
    """It is known what is told: the pages are done, and the web page that has waited for them is next."""
    best, site = task
    if best.wanted:
        _finish(run_, (replace(best, because=_because(best, site)), site), document, output)
    _released(run_, best)


def _released(run_: Run, pages: Job) -> None:
    """The web pages that tell what these pages tell; one that told the same before is fresh."""
    for job, site in run_.waiting.pop(pages.key, []):
        now = told_at(job, pages.choice.rung, site)
        now = replace(now, because=_because(now, site))
        if now.because:
            run_.ready.append((now, site))
        else:
            _known(run_, now)
            _come(run_, (now, site))


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


def _finish(run_: Run, task: Task, document: Document, outcome: Output | Failure) -> None:
    """Prove one file; it is published with the others of its brief."""
    job, site = task
    found = examined(document, outcome, site.gate)
    if not isinstance(outcome, Output) or errors(found):
        _fail(run_, task, found)
        return
    run_.done.setdefault(job.key, []).append(Done(job, outcome, found))
    _come(run_, task)


def _come(run_: Run, task: Task) -> None:
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
            _lost(run_, each.job.target, (*each.problems, problem))
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
        _lost(run_, job.target, found)
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


def _fail(run_: Run, task: Task, problems: tuple[Problem, ...]) -> None:
    """A file that is not made, and the web pages that would have told the same."""
    job, _ = task
    run_.searches.pop(job.key, None)
    run_.fitting.pop(job.key, None)
    run_.problems += problems
    lost = [task] if job.wanted else []
    if job.target.medium is Medium.PRINT:
        lost += run_.waiting.pop(job.key, [])
    run_.broken.add(job.key)
    for each in lost:
        _lost(run_, each[0].target)
        _come(run_, each)


def _lost(run_: Run, target: Target, problems: tuple[Problem, ...] = ()) -> None:
    run_.problems += problems
    run_.failed.append(target)
    _step(run_, target, well=False)


def _step(run_: Run, target: Target, *, well: bool) -> None:
    run_.ears.step(Step(len(run_.built) + len(run_.failed) + len(run_.fresh), run_.total, target, well))


def composed(jobs: Iterable[Job], site: Site) -> tuple[list[tuple[Job, Document]], Mistakes]:
    """Each job with its page; a template that does not work costs the targets that it was for."""
    documents: list[tuple[Job, Document]] = []
    broken: Mistakes = []
    for job in jobs:
        try:
            documents.append((job, composed_at(job, site)))
        except TemplateMistakeError as mistake:
            broken.append((job.target, mistake.problem))
    return documents, broken


def composed_at(job: Job, site: Site) -> Document:
    """The page of a job. Raises TemplateMistakeError."""
    issue = issue_of(job, site)
    document = compose(job.brief, site.templates, medium=job.target.medium, house=site.house, issue=issue)
    return replace(document, budget=job.budget)


def proved(document: Document) -> Output:
    """A file with what is wrong with it, in the process that made it; a file that is too long needs no proof."""
    output = export(document)
    long = document.budget is not None and (output.pages or 0) > document.budget
    if long or errors(output.problems):
        return output
    return replace(output, problems=(*output.problems, *proof(document, output)))


def examined(document: Document, outcome: Output | Failure, gate: Gate) -> tuple[Problem, ...]:
    """What is wrong with an output, or why there is none."""
    if isinstance(outcome, Failure):
        return (Problem(outcome.rule, Where(f"output/{document.name}"), {"found": outcome.found}),)
    if errors(outcome.problems):
        return outcome.problems
    return (*outcome.problems, *gate.leaks(document.name, outcome.data, gate.secrets(*reader(document.name))))
