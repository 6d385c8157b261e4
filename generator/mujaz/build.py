"""A workspace and a `Request` → `Result`: the corridor itself, one call a line; prints nothing, decides no content."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

from mujaz import index
from mujaz.arabic import HijriRangeError
from mujaz.assemble import assemble
from mujaz.compose import compose
from mujaz.export import export
from mujaz.export.engines import versions
from mujaz.export.site import INDEX
from mujaz.faces import digest, lacking
from mujaz.gate import Gate
from mujaz.lint import lint
from mujaz.lock import decode, encode
from mujaz.model.brief import Brief, plain
from mujaz.model.content import Entry, Library
from mujaz.model.document import Document, Made, Medium, Output, State, Target, Theme, pages_of
from mujaz.plan import RefusedError, Request, edition, targets, unnamed, why
from mujaz.problems import Problem, Severity, Where, errors, in_order
from mujaz.proof import over_budget, proof
from mujaz.publish import STATE, OutputError, Shelf, opened
from mujaz.survey import Survey, survey
from mujaz.tailor import tailor
from mujaz.templates import House, TemplateMistakeError, Templates, open_templates
from mujaz.watch import reader, watch
from mujaz.workers import Failure, run

_OWN = ("content/topics/", "content/audiences/")
"""Where a mistake concerns one topic or one audience."""


@dataclass(frozen=True, slots=True)
class Built:
    """A file that this run made."""

    target: Target
    pages: int | None
    edition: int
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a run."""

    built: tuple[Built, ...] = ()
    fresh: tuple[Target, ...] = ()
    failed: tuple[Target, ...] = ()
    problems: tuple[Problem, ...] = ()
    index: bool = False
    """Whether the output folder has an index now."""


@dataclass(frozen=True, slots=True)
class Step:
    """One target is done: for people who wait."""

    done: int
    total: int
    target: Target
    well: bool


@dataclass(frozen=True, slots=True)
class Job:
    """A target with the brief that it shows, what it is made of, and why it must be made."""

    target: Target
    brief: Brief
    budget: int | None
    inputs: Mapping[str, str]
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Site:
    """What a build works with: sound content, templates, the shelf and what it holds."""

    library: Library
    templates: Templates
    shelf: Shelf
    state: State
    gate: Gate
    """What readers are kept from."""

    @property
    def house(self) -> House:
        """How the organisation looks."""
        return House(self.library.workspace, self.library.logo)

    @property
    def theme(self) -> Theme:
        """The look that the house chose."""
        return self.library.workspace.theme


def site_of(library: Library, templates: Templates, shelf: Shelf, state: State) -> Site:
    """What a build works with, and the gate that its files go through."""
    return Site(library, templates, shelf, state, Gate(library, templates))


def build(root: Path, request: Request, *, jobs: int, tell: Callable[[Step], None]) -> Result:
    """Make what is stale of what is asked for.

    Raises RefusedError for a name that nothing has, and OutputError where the output folder cannot be used.
    """
    seen = _asked(root, request)
    if seen.library is None:
        return Result(problems=seen.problems)
    with opened(root / "output") as shelf:
        state, doubts = recalled(shelf)
        site, told = watched(site_of(seen.library, open_templates(root), shelf, state))
        doubts += told
        planned, mistakes = plan(site, request)
        documents, broken = composed([job for job in planned if job.because], site)
        made = _made(documents, site, jobs=jobs, tell=tell)
        listed = _listed(site, planned)
    wrong = (*mistakes, *broken)
    doubts += lint(site.templates.house)
    told = (*made.problems, *listed, *(each for _, each in wrong))
    problems = (*seen.problems, *doubts, *told, *_over(planned, site.state))
    return Result(
        built=made.built,
        fresh=tuple(job.target for job in planned if not job.because),
        failed=tuple(sorted({*made.failed, *(target for target, _ in wrong)})),
        problems=in_order(problems),
        index=shelf.size(INDEX) is not None,
    )


def look(root: Path, request: Request) -> tuple[Survey, list[Job]]:
    """What a build would do, without doing it. Raises RefusedError."""
    seen = _asked(root, request)
    if seen.library is None:
        return seen, []
    shelf = Shelf(root / "output")
    state, _ = recalled(shelf)
    templates = open_templates(root)
    jobs, mistakes = plan(site_of(seen.library, templates, shelf, state), request)
    wrong = (*lint(templates.house), *(each for _, each in mistakes))
    problems = (*seen.problems, *wrong, *_over(jobs, state))
    return replace(seen, problems=in_order(problems)), jobs


def _asked(root: Path, request: Request) -> Survey:
    """The workspace, once every name that is asked for is known in it."""
    seen = survey(root)
    refused = unnamed(seen.library, request) if seen.library else None
    if refused:
        raise RefusedError(refused)
    return seen


def _listed(site: Site, jobs: list[Job]) -> tuple[Problem, ...]:
    """The index of all that the output folder holds now, whatever this run was asked for."""
    state, _ = recalled(site.shelf)
    office = index.Office(site.library, site.templates, site.shelf, state, site.gate)
    briefs = _shown(jobs, state)
    if unknown := index.unknown(office, briefs):
        briefs |= _shown(plan(replace(site, state=state), Request(topics=unknown))[0], state)
    return index.update(office, briefs, run)


def _shown(jobs: list[Job], state: State) -> dict[str, Brief]:
    """The briefs that files in the output folder show, by the files' names."""
    made = state.made
    names = {job.target.name: job for job in jobs if job.target.name in made}
    return {name: job.brief for name, job in names.items() if job.inputs["brief"] == made[name].inputs.get("brief")}


def watched(site: Site) -> tuple[Site, tuple[Problem, ...]]:
    """The site without files that tell what is kept now; the state is written where one was looked through."""
    seen = watch(site.shelf, site.state, site.gate)
    if seen.state == site.state:
        return site, seen.problems
    return replace(site, state=seen.state), (*seen.problems, *kept(seen.state, site.shelf))


def _over(jobs: list[Job], state: State) -> list[Problem]:
    """Fresh files with more pages than promised: told of when they were made, and for as long as they are."""
    return [
        problem
        for job in jobs
        if not job.because and job.budget is not None and (pages := state.made[job.target.name].pages)
        for problem in over_budget(f"output/{job.target.name}", pages, job.budget)
    ]


def clean(root: Path) -> tuple[list[str], tuple[Problem, ...]]:
    """Remove what Mujaz made and no target makes any more; keep what belongs to a topic that is broken now."""
    seen = survey(root)
    library = seen.library
    if library is None:
        return [], seen.problems
    with opened(root / "output") as shelf:
        state, doubts = recalled(shelf)
        kept = {target.name for target in targets(library, Request())}
        gone = [name for name in state.made if name not in kept and not _held(name, library)]
        gone += [name for name in sorted(state.pressed) if pages_of(name) not in kept and not _held(name, library)]
        if any(not problem.where.path.startswith(_OWN) for problem in errors(seen.problems)):
            gone = []  # what is wrong is wrong with everything: nobody knows what would still be made
        for name in gone:
            shelf.remove(name)
        left = {name: each for name, each in state.made.items() if name not in gone}
        rest = State(left, state.pressed - frozenset(gone))
        shelf.write(STATE, encode(rest))
        listed = _listed(site_of(library, open_templates(root), shelf, rest), [])
    return gone, in_order((*seen.problems, *doubts, *listed))


def _held(name: str, library: Library) -> bool:
    """Whether an output belongs to a topic or audience that has errors now and may come back."""
    topic, _, file = name.partition("/")
    return topic in library.broken or file.partition(".")[0] in library.broken_audiences


def plan(site: Site, request: Request) -> tuple[list[Job], list[tuple[Target, Problem]]]:
    """A job for each target, fresh or stale; briefs are cheap, so that each is made anew and compared."""
    library = site.library
    entries = {entry.key: entry for entry in library.topics}
    shared = {**site.templates.digests(), "house": site.house.digest}
    briefs: dict[tuple[str, str, str], Brief] = {}
    jobs: list[Job] = []
    mistakes: list[tuple[Target, Problem]] = []
    for target in targets(library, request):
        key = (target.topic, target.audience, target.language)
        entry = entries[target.topic, target.language]
        try:
            brief = briefs.setdefault(key, briefs.get(key) or _brief(site, entry, target.audience))
        except HijriRangeError as error:
            mistakes.append((target, Problem("date-outside", entry.source.where(("date",)), {"found": str(error)})))
            continue
        except TemplateMistakeError as mistake:
            mistakes.append((target, mistake.problem))
            continue
        except Exception as error:  # a mistake of ours costs this topic, and no other
            found = {"found": f"{type(error).__name__}: {error}"}
            mistakes.append((target, Problem("mujaz-failed", Where(entry.source.path), found)))
            continue
        unprintable = _unprintable(brief, entry, target, site.theme)
        if unprintable:
            mistakes += [(target, problem) for problem in unprintable]
            continue
        fonts, engine = digest(site.theme, target.medium), sha256(versions(target.medium).encode()).hexdigest()
        inputs = MappingProxyType({**shared, "brief": brief.digest, "fonts": fonts, "engine": engine})
        because = why(inputs, site.state.made.get(target.name), site.shelf.digest(target.name))
        forced = ("forced",) if request.force and not because else ()
        jobs.append(Job(target, brief, library.audiences[target.audience].pages, inputs, because or forced))
    return jobs, mistakes


def _unprintable(brief: Brief, entry: Entry, target: Target, theme: Theme) -> list[Problem]:
    """Characters that the theme's fonts cannot draw, where the author wrote them."""
    found = lacking(json.dumps(plain(brief), ensure_ascii=False), theme, target.medium)
    return [
        Problem("glyph-missing", entry.source.find((), each), {"found": each, "code": f"U+{ord(each):04X}"})
        for each in found
    ]


def _brief(site: Site, entry: Entry, audience: str) -> Brief:
    selection = tailor(entry, audience, site.library.audiences[audience])
    try:
        return assemble(selection, site.library.workspace, styles=site.templates.styles)
    except HijriRangeError:
        raise
    except Exception as error:
        # citeproc raises whatever its parser does; a style of the house is what may have made it.
        style = next((name for name in sorted(site.templates.house) if name.endswith(".csl")), None)
        if style is None:
            raise
        found = {"found": f"{type(error).__name__}: {error}"}
        raise TemplateMistakeError(Problem("template-wrong", Where(f"templates/{style}"), found)) from error


def composed(jobs: list[Job], site: Site) -> tuple[list[tuple[Job, Document]], list[tuple[Target, Problem]]]:
    """Each job with its page; a template that does not work costs the targets that it was for."""
    documents: list[tuple[Job, Document]] = []
    broken: list[tuple[Target, Problem]] = []
    for job in jobs:
        try:
            number = _edition(job, site.state)
            medium, house = job.target.medium, site.house
            document = compose(job.brief, site.templates, medium=medium, house=house, edition=number)
            documents.append((job, document))
        except TemplateMistakeError as mistake:
            broken.append((job.target, mistake.problem))
    return documents, broken


def _edition(job: Job, state: State) -> int:
    """The number of what a job makes: print and screen of a brief are one edition, also when they are made apart."""
    siblings = (replace(job.target, medium=medium) for medium in Medium)
    return edition(job.inputs["brief"], [state.made[each.name] for each in siblings if each.name in state.made])


def _made(documents: list[tuple[Job, Document]], site: Site, *, jobs: int, tell: Callable[[Step], None]) -> Result:
    """Export, prove and publish; the state is written after each file, so that a killed build loses one at most."""
    built: list[Built] = []
    failed: list[Target] = []
    problems: list[Problem] = []
    made = dict(site.state.made)
    outcomes = run([document for _, document in documents], export, jobs=jobs)
    for number, ((job, document), (_, outcome)) in enumerate(zip(documents, outcomes, strict=True), start=1):
        found = examined(document, outcome, budget=job.budget, gate=site.gate)
        if isinstance(outcome, Output) and not errors(found):
            found += published(job.target.name, outcome.data, site.shelf)
        problems += found
        well = isinstance(outcome, Output) and not errors(found)
        if isinstance(outcome, Output) and well:
            looked = site.gate.digest(job.target.topic, job.target.language, job.target.audience)
            this = Made(job.inputs, sha256(outcome.data).hexdigest(), outcome.pages, _edition(job, site.state), looked)
            made[job.target.name] = this
            problems += kept(replace(site.state, made=made), site.shelf)
            built.append(Built(job.target, this.pages, this.edition, job.because))
        else:
            failed.append(job.target)
        tell(Step(number, len(documents), job.target, well))
    return Result(tuple(built), (), tuple(failed), tuple(problems))


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


def examined(document: Document, outcome: Output | Failure, *, budget: int | None, gate: Gate) -> tuple[Problem, ...]:
    """What is wrong with an output, or why there is none."""
    if isinstance(outcome, Failure):
        return (Problem(outcome.rule, Where(f"output/{document.name}"), {"found": outcome.found}),)
    if errors(outcome.problems):
        return outcome.problems
    leaks = gate.leaks(document.name, outcome.data, gate.secrets(*reader(document.name)))
    return (*outcome.problems, *proof(document, outcome, budget=budget), *leaks)


def recalled(shelf: Shelf) -> tuple[State, tuple[Problem, ...]]:
    """What was made before; a state that cannot be trusted is one warning and a full build."""
    state = decode(shelf.read(STATE))
    if state is None:
        return State(), (Problem("state-damaged", Where(f"output/{STATE}"), {}, Severity.WARNING),)
    return state, ()
