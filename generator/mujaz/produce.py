"""Stale jobs → files in their places: composes, exports, fits, proves and publishes, in rounds; plans nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from mujaz.archive import Issued
from mujaz.compose import compose
from mujaz.export import export
from mujaz.fit import Search
from mujaz.gate import Gate, reader
from mujaz.jobs import Job, Mistakes, Site, issue_of, number_of, told_at
from mujaz.lock import encode
from mujaz.model.brief import Yielded
from mujaz.model.document import Document, Made, Medium, Output, State, Target
from mujaz.plan import why
from mujaz.problems import Problem, Where, errors
from mujaz.proof import proof
from mujaz.publish import STATE, OutputError, Shelf
from mujaz.templates import TemplateMistakeError
from mujaz.workers import Failure, run

Key = tuple[str, str, str]
Outcomes = Iterator[tuple[Document, Output | Failure]]


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

    workers: int
    """How many at once."""
    prove: bool = True
    """Whether each is proved before it is published."""
    broken: frozenset[Key] = frozenset()
    """Briefs of which a file that is asked for cannot even be planned."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A file that may be published, with what is to be said of it."""

    job: Job
    output: Output
    problems: tuple[Problem, ...]


@dataclass(slots=True)
class Run:
    """What has come of a run so far, and what still waits for the pages that tell how much of it can be told."""

    site: Site
    tell: Callable[[Step], None]
    prove: bool
    total: int
    searches: dict[Key, Search]
    waiting: dict[Key, list[Job]]
    left: dict[Key, set[Target]]
    """What is still to come of a brief: its files are published together, when all of them are well."""
    broken: set[Key]
    """Briefs of which a file failed."""
    ready: dict[Key, list[Ready]] = field(default_factory=dict)
    fitting: dict[Key, tuple[Job, Output]] = field(default_factory=dict)
    """The richest pages so far that are within their budget, while the search goes on."""
    made: dict[str, Made] = field(default_factory=dict)
    built: list[Built] = field(default_factory=list)
    fresh: list[Target] = field(default_factory=list)
    failed: list[Target] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def produce(jobs: Iterable[Job], site: Site, *, how: How, tell: Callable[[Step], None]) -> Run:
    """Make the files; the state is written after each of them, so that a killed build loses one at most.

    A brief that has a budget of pages is laid out at one rung of its choice in each round, until the richest that fits
    is known; the web page that tells the same waits for it.
    """
    ready = list(jobs)
    open_ = [job for job in ready if not job.choice.known]
    later = [job for job in open_ if job.target.medium is not Medium.PRINT]
    rungs = {job.key: job.choice for job in open_}
    searches = {key: Search(len(choice.rungs), choice.rung) for key, choice in rungs.items()}
    waiting: dict[Key, list[Job]] = {}
    for job in later:
        waiting.setdefault(job.key, []).append(job)
    left: dict[Key, set[Target]] = {}
    for job in ready:
        if job.wanted:
            left.setdefault(job.key, set()).add(job.target)
    total = sum(map(len, left.values()))
    state = Run(site, tell, how.prove, total, searches, waiting, left, set(how.broken), made=dict(site.state.made))
    ready = [job for job in ready if job not in later]
    while ready:
        ready = _round(state, ready, how.workers)
    return state


def _round(run_: Run, jobs: list[Job], workers: int) -> list[Job]:
    """Export each job once; what is to be exported next."""
    documents, broken = composed(jobs, run_.site)
    for target, problem in broken:
        _fail(run_, next(job for job in jobs if job.target == target), (problem,))
    after: list[Job] = []
    work = proved if run_.prove else export
    outcomes = run([document for _, document in documents], work, jobs=workers)
    for (job, document), (_, outcome) in zip(documents, outcomes, strict=True):
        if job.budget is not None and job.key in run_.searches and isinstance(outcome, Output):
            after += _tried(run_, job, document, outcome)
        elif job.budget is not None and job.key in run_.fitting:
            after += _closed(run_, job, document, outcome)
        else:
            _finish(run_, job, document, outcome)
    return after


def _tried(run_: Run, job: Job, document: Document, output: Output) -> list[Job]:
    """Note how many pages a rung has: the next rung to try, or the web page that has waited for the answer."""
    fits = (output.pages or 0) <= (job.budget or 0)
    search = run_.searches[job.key] = run_.searches[job.key].tried(fits=fits)
    if fits:
        run_.fitting[job.key] = (job, output)
    if search.rung is not None:
        return [told_at(job, search.rung, run_.site)]
    del run_.searches[job.key]
    if search.answer is None:
        _fail(run_, job, (_over(job, output),))
        return []
    best, kept_ = run_.fitting[job.key]
    if best.wanted and best.since:
        return [replace(best, told=True)]
    del run_.fitting[job.key]
    return _settled(run_, best, document, kept_)


def _closed(run_: Run, job: Job, document: Document, outcome: Output | Failure) -> list[Job]:
    """The richest pages that fit were laid out once more, with what changed: they may have no room for that."""
    best, kept_ = run_.fitting.pop(job.key)
    if isinstance(outcome, Output) and (outcome.pages or 0) <= (job.budget or 0):
        best, kept_ = job, outcome
    return _settled(run_, best, document, kept_)


def _settled(run_: Run, best: Job, document: Document, output: Output) -> list[Job]:
    """It is known what is told: the pages are done, and the web page that has waited for them is next."""
    if best.wanted:
        _finish(run_, replace(best, because=_because(run_, best)), document, output)
    return _released(run_, best)


def _released(run_: Run, pages: Job) -> list[Job]:
    """The web pages that tell what these pages tell; one that told the same before is fresh."""
    again: list[Job] = []
    for job in run_.waiting.pop(pages.key, []):
        now = told_at(job, pages.choice.rung, run_.site)
        now = replace(now, because=_because(run_, now))
        if now.because:
            again.append(now)
        else:
            run_.fresh.append(now.target)
            _come(run_, now.key, now.target)
    return again


def _because(run_: Run, job: Job) -> tuple[str, ...]:
    """Why a file must be made, now that it is known what it tells."""
    last = run_.site.state.made.get(job.target.name)
    because = why(job.inputs, last, run_.site.shelf.digest(job.target.name))
    if not because and last and last.edition != number_of(job, run_.site):
        because = ("edition",)
    return because or tuple(each for each in job.because if each in ("forced", "unproven"))


def _over(job: Job, output: Output) -> Problem:
    """Even the leanest selection has more pages than were promised."""
    facts = {"found": str(output.pages), "limit": str(job.budget), "steps": str(len(job.choice.rungs) - 1)}
    rule = "pages-over" if len(job.choice.rungs) > 1 else "pages-rigid"
    return Problem(rule, Where(f"output/{job.target.name}"), facts)


def _finish(run_: Run, job: Job, document: Document, outcome: Output | Failure) -> None:
    """Prove one file; it is published with the others of its brief."""
    found = examined(document, outcome, run_.site.gate)
    if not isinstance(outcome, Output) or errors(found):
        _fail(run_, job, found)
        return
    run_.ready.setdefault(job.key, []).append(Ready(job, outcome, found))
    _come(run_, job.key, job.target)


def _come(run_: Run, key: Key, target: Target) -> None:
    """A file has come to its end: where it was the last of its brief, those that are well are published.

    None is, where another one of the same new edition failed: an edition is whole, or it is not there.
    """
    run_.left[key].discard(target)
    if run_.left[key]:
        return
    ready = run_.ready.pop(key, [])
    half = key in run_.broken
    for each in ready:
        number = number_of(each.job, run_.site)
        if half and not _begun(run_, each.job, number):
            facts = {"found": f"output/{each.job.target.name}", "edition": str(number)}
            problem = Problem("edition-half", Where(f"output/{each.job.target.name}"), facts)
            _lost(run_, each.job.target, (*each.problems, problem))
        else:
            _publish(run_, each, number)
    if ready and key not in run_.broken:
        run_.problems += archived(ready[0].job, run_.made, run_.site)


def _begun(run_: Run, job: Job, number: int) -> bool:
    """Whether some file of the edition was published before."""
    siblings = (run_.site.state.made.get(replace(job.target, medium=medium).name) for medium in Medium)
    known = any(
        each and each.edition == number and each.inputs.get("brief") == job.inputs["brief"] for each in siblings
    )
    return known or run_.site.archive.known(job.key).last == number


def _publish(run_: Run, ready: Ready, number: int) -> None:
    """Put one file in its place."""
    job, output = ready.job, ready.output
    found = (*ready.problems, *published(job.target.name, output.data, run_.site.shelf))
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
        run_.site.gate.digest(job.target.topic, job.target.language, job.target.audience),
    )
    run_.made[job.target.name] = this
    run_.problems += (*found, *kept(replace(run_.site.state, made=run_.made), run_.site.shelf))
    run_.built.append(Built(job.target, this.pages, this.edition, job.because, job.yielded))
    _step(run_, job.target, well=True)


def archived(job: Job, made: Mapping[str, Made], site: Site) -> tuple[Problem, ...]:
    """Put into the archive what was published of a brief, in all media, and is not there yet."""
    ours = issued(job.key, job.inputs["brief"], made)
    if not ours or site.archive.holds(job.key, next(iter(ours.values())), list(map(_file, ours))):
        return ()
    files = {
        _file(name): data
        for name, each in ours.items()
        if (data := site.shelf.read(name)) is not None and sha256(data).hexdigest() == each.sha256
    }
    pages = next((each.pages for each in ours.values() if each.pages), None)
    number = next(iter(ours.values())).edition
    return site.archive.keep(job.brief, Issued(number, files, pages), site.editor)


def issued(key: Key, brief: str, made: Mapping[str, Made]) -> dict[str, Made]:
    """The files that show a brief, in the newest edition that any of them is of."""
    names = (Target(*key, medium).name for medium in Medium)
    shown = {name: each for name in names if (each := made.get(name)) and each.inputs.get("brief") == brief}
    number = max((each.edition for each in shown.values()), default=0)
    return {name: each for name, each in shown.items() if each.edition == number}


def _file(name: str) -> str:
    return name.partition("/")[2]


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
        lost += [each.target for each in run_.waiting.pop(job.key, [])]
    run_.broken.add(job.key)
    for target in lost:
        _lost(run_, target)
        _come(run_, job.key, target)


def _lost(run_: Run, target: Target, problems: tuple[Problem, ...] = ()) -> None:
    run_.problems += problems
    run_.failed.append(target)
    _step(run_, target, well=False)


def _step(run_: Run, target: Target, *, well: bool) -> None:
    run_.tell(Step(len(run_.built) + len(run_.failed) + len(run_.fresh), run_.total, target, well))


def exported(documents: Sequence[Document], work: Callable[[Document], Output], *, jobs: int) -> Outcomes:
    """Each document with what came of it, by the workers of this room."""
    return run(documents, work, jobs=jobs)


def settled(job: Job, site: Site) -> Job | Problem:
    """One job, telling the richest selection that is within its budget; or why there is none."""
    search = Search(len(job.choice.rungs), job.choice.rung)
    while not job.choice.known and (rung := search.rung) is not None:
        document = _composed(told_at(job, rung, site), site)
        [(_, outcome)] = run([document], export, jobs=1)
        if not isinstance(outcome, Output):
            return examined(document, outcome, site.gate)[0]
        search = search.tried(fits=(outcome.pages or 0) <= (job.choice.budget or 0))
        if search.rung is None and search.answer is None:
            return _over(job, outcome)
    return job if search.answer is None else _closing(told_at(job, search.answer, site), site)


def _closing(job: Job, site: Site) -> Job:
    """The same job, telling what changed where its pages have the room."""
    told = replace(job, told=True)
    if job.since is None or job.told:
        return told
    [(_, outcome)] = run([_composed(told, site)], export, jobs=1)
    fits = isinstance(outcome, Output) and (outcome.pages or 0) <= (job.choice.budget or 0)
    return told if fits else job


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
    issue = issue_of(job, site)
    document = compose(job.brief, site.templates, medium=job.target.medium, house=site.house, issue=issue)
    return replace(document, budget=job.budget)


def kept(state: State, shelf: Shelf) -> tuple[Problem, ...]:
    """Write down what was made; where that fails, the next build makes it again."""
    try:
        shelf.write(STATE, encode(state))
    except (OSError, OutputError) as error:
        found = getattr(error, "strerror", None) or str(error)
        return (Problem("output-unwritable", Where(f"output/{STATE}"), {"found": found}),)
    return ()


def published(name: str, data: bytes, shelf: Shelf) -> tuple[Problem, ...]:
    """Put a file in its place; what stands in its way costs this file alone."""
    try:
        shelf.write(name, data)
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
