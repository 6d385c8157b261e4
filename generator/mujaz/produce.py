"""Stale jobs → files in their places: composes, exports, fits, proves and publishes, in rounds; plans nothing."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256

from mujaz.compose import compose
from mujaz.export import export
from mujaz.fit import Search
from mujaz.gate import Gate, reader
from mujaz.jobs import Job, Mistakes, Site, told_at
from mujaz.lock import encode, entry
from mujaz.model.document import Document, Made, Medium, Output, State, Target
from mujaz.model.limits import Limits
from mujaz.model.yielded import Yielded
from mujaz.plan import edition, why
from mujaz.problems import Problem, Where, errors
from mujaz.proof import proof
from mujaz.publish import LOG, STATE, OutputError, Shelf
from mujaz.templates import TemplateMistakeError
from mujaz.workers import Crew, Exports, Failure, crew, run

Key = tuple[str, str, str]
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
    built: list[Built] = field(default_factory=list)
    fresh: list[Target] = field(default_factory=list)
    failed: list[Target] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def hands(jobs: int, limits: Limits, cluster: str | None, shelf: Shelf) -> Crew:
    """So many workers, or those of a cluster; none starts before there is something to export."""
    return crew(jobs=jobs, limits=limits, cluster=cluster, spare=shelf.folder / ".mujaz")


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
                document = _composed(job, site)
            except TemplateMistakeError as mistake:
                _fail(run_, job, (mistake.problem,))
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
        run_.problems.append(problem)
        run_.failed.append(target)
        _step(run_, target, well=False)
    for job in planned.jobs:
        if job.choice.known and not job.because:
            _known(run_, job)
        elif job.choice.known:
            run_.ready.append((job, planned.site))
        elif job.target.medium is Medium.PRINT:
            run_.searches[job.key] = Search(len(job.choice.rungs), job.choice.rung)
            run_.ready.append((job, planned.site))
        else:
            run_.waiting.setdefault(job.key, []).append((job, planned.site))


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
        _fail(run_, job, (_over(job, output),))
        return
    best, kept_ = run_.fitting.pop(job.key)
    if best is not job:
        document = _composed(best, site)
    if best.wanted:
        _finish(run_, (replace(best, because=_because(best, site)), site), document, kept_)
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


def _because(job: Job, site: Site) -> tuple[str, ...]:
    """Why a file must be made, now that it is known what it tells."""
    last = site.state.made.get(job.target.name)
    because = why(job.inputs, last, site.shelf.digest(job.target.name))
    return because or tuple(each for each in job.because if each in ("forced", "unproven"))


def _over(job: Job, output: Output) -> Problem:
    """Even the leanest selection has more pages than were promised."""
    facts = {"found": str(output.pages), "limit": str(job.budget), "steps": str(len(job.choice.rungs) - 1)}
    rule = "pages-over" if len(job.choice.rungs) > 1 else "pages-rigid"
    return Problem(rule, Where(f"output/{job.target.name}"), facts)


def _finish(run_: Run, task: Task, document: Document, outcome: Output | Failure) -> None:
    """Prove and publish one file."""
    job, site = task
    name = job.target.name
    found = examined(document, outcome, site.gate)
    if isinstance(outcome, Output) and not errors(found):
        found += published(name, outcome.data, run_.shelf)
    if not isinstance(outcome, Output) or errors(found):
        _fail(run_, job, found)
        return
    this = Made(
        job.inputs,
        sha256(outcome.data).hexdigest(),
        outcome.pages,
        _edition(job, site.state),
        job.choice.rung,
        _filled(job, outcome),
        run_.prove,
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


def _fail(run_: Run, job: Job, problems: tuple[Problem, ...]) -> None:
    """A file that is not made, and the web pages that would have told the same."""
    run_.searches.pop(job.key, None)
    run_.fitting.pop(job.key, None)
    run_.problems += problems
    lost = [job.target] if job.wanted else []
    if job.target.medium is Medium.PRINT:
        lost += [each.target for each, _ in run_.waiting.pop(job.key, [])]
    for target in lost:
        run_.failed.append(target)
        _step(run_, target, well=False)


def _step(run_: Run, target: Target, *, well: bool) -> None:
    run_.ears.step(Step(len(run_.built) + len(run_.failed) + len(run_.fresh), run_.total, target, well))


def settled(job: Job, site: Site) -> Job | Problem:
    """One job, telling the richest selection that is within its budget; or why there is none."""
    search = Search(len(job.choice.rungs), job.choice.rung)
    while not job.choice.known and (rung := search.rung) is not None:
        document = _composed(told_at(job, rung, site), site)
        [(_, outcome)] = run([document], export, jobs=1, limits=site.library.workspace.limits)
        if not isinstance(outcome, Output):
            return examined(document, outcome, site.gate)[0]
        search = search.tried(fits=(outcome.pages or 0) <= (job.choice.budget or 0))
        if search.rung is None and search.answer is None:
            return _over(job, outcome)
    return job if search.answer is None else told_at(job, search.answer, site)


def composed(jobs: Iterable[Job], site: Site) -> tuple[list[tuple[Job, Document]], Mistakes]:
    """Each job with its page; a template that does not work costs the targets that it was for."""
    documents: list[tuple[Job, Document]] = []
    broken: Mistakes = []
    for job in jobs:
        try:
            documents.append((job, _composed(job, site)))
        except TemplateMistakeError as mistake:
            broken.append((job.target, mistake.problem))
    return documents, broken


def _composed(job: Job, site: Site) -> Document:
    number = _edition(job, site.state)
    document = compose(job.brief, site.templates, medium=job.target.medium, house=site.house, edition=number)
    return replace(document, budget=job.budget)


def _edition(job: Job, state: State) -> int:
    """The number of what a job makes: print and screen of a brief are one edition, also when they are made apart."""
    siblings = (replace(job.target, medium=medium) for medium in Medium)
    return edition(job.inputs["brief"], [state.made[each.name] for each in siblings if each.name in state.made])


def noted(name: str, made: Made, shelf: Shelf) -> tuple[Problem, ...]:
    """Write down one file that was made, in the log; where that fails, the next build makes it again."""
    return _written(LOG, lambda: shelf.append(LOG, entry(name, made)))


def kept(state: State, shelf: Shelf) -> tuple[Problem, ...]:
    """Write down all that was made; the log of it is of no use any more."""

    def written() -> None:
        shelf.write(STATE, encode(state))
        shelf.remove(LOG)

    return _written(STATE, written)


def published(name: str, data: bytes, shelf: Shelf) -> tuple[Problem, ...]:
    """Put a file in its place; what stands in its way costs this file alone."""
    return _written(name, lambda: shelf.write(name, data))


def _written(name: str, write: Callable[[], object]) -> tuple[Problem, ...]:
    try:
        write()
    except OutputError as error:
        return (Problem(error.args[0], Where(f"output/{name}"), {"found": error.args[1]}),)
    except OSError as error:
        return (Problem("output-unwritable", Where(f"output/{name}"), {"found": error.strerror or str(error)}),)
    return ()


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
