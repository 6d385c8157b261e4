"""A workspace and a `Request` → `Result`: the corridor itself, one call a line; prints nothing, decides no content."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from mujaz import feeds, index, produce
from mujaz.export.site import INDEX
from mujaz.gate import Gate
from mujaz.jobs import Job, Site, plan, site_of
from mujaz.lint import lint, unplaced
from mujaz.lock import decode, encode
from mujaz.model.brief import Brief
from mujaz.model.content import Library
from mujaz.model.document import State, Target, pages_of
from mujaz.model.edition import Key
from mujaz.plan import RefusedError, Request, targets, unnamed
from mujaz.problems import Problem, Severity, Where, errors, in_order
from mujaz.produce import Built, How, Step
from mujaz.publish import STATE, Shelf, opened
from mujaz.survey import Survey, survey
from mujaz.templates import open_templates
from mujaz.watch import watch

_OWN = ("content/topics/", "content/audiences/")
"""Where a mistake concerns one topic or one audience."""
_SPARSE = 0.2
"""Of the height of a page's text: a last page with less on it looks like an accident."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a run."""

    built: tuple[Built, ...] = ()
    fresh: tuple[Target, ...] = ()
    failed: tuple[Target, ...] = ()
    stopped: tuple[str, ...] = ()
    """Topics that were asked for and have errors: nothing of them was planned, and their last files stay."""
    problems: tuple[Problem, ...] = ()
    leftover: tuple[str, ...] = ()
    """Files that Mujaz made and no target makes any more, as `clean` would remove them."""
    index: bool = False
    """Whether the output folder has an index now."""


def build(
    root: Path, request: Request, *, jobs: int, tell: Callable[[Step], None], today: datetime.date | None = None
) -> Result:
    """Make what is stale of what is asked for; `today` dates new editions, and without it none is archived.

    Raises RefusedError for a name that nothing has, and OutputError where the output folder cannot be used.
    """
    seen = _asked(root, request)
    if seen.library is None:
        return Result(problems=seen.problems)
    with opened(root / "output") as shelf:
        state, doubts = recalled(shelf)
        site = site_of(seen.library, open_templates(root), shelf=shelf, state=state, today=today)
        site, told = watched(site)
        doubts += told
        planned, mistakes = plan(site, request)
        # What looks fresh may wait, too, for pages that tell how much of it can be told now.
        due = [job for job in planned if job.because or not job.choice.known]
        broken = frozenset((each.topic, each.audience, each.language) for each, _ in mistakes)
        made = produce.produce(due, site, how=How(jobs, request.prove, broken), tell=tell)
        doubts += _archived(planned, made, site)
        listed = (*_listed(site, planned), *_closed(site))
        held, _ = recalled(shelf)
        sparse = _sparse(planned, held)
        leftover = tuple(name for name in left_over(seen, held) if shelf.size(name) is not None)
    order = {job.target: place for place, job in enumerate(planned)}
    faults = lint(site.templates.house)
    told = (*unplaced((*made.problems, *listed), faults), *sparse, *(each for _, each in mistakes))
    return Result(
        built=tuple(sorted(made.built, key=lambda each: order[each.target])),
        fresh=tuple(sorted({*(job.target for job in planned if job not in due), *made.fresh})),
        failed=tuple(sorted({*made.failed, *(target for target, _ in mistakes)})),
        stopped=tuple(sorted(each for each in seen.library.broken if each in (request.topics or {each}))),
        problems=in_order((*seen.problems, *doubts, *faults, *told)),
        leftover=leftover,
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
    jobs, mistakes = plan(site_of(seen.library, templates, shelf=shelf, state=state), request)
    wrong = (*lint(templates.house), *(each for _, each in mistakes), *_sparse(jobs, state))
    return replace(seen, problems=in_order((*seen.problems, *wrong))), [job for job in jobs if job.wanted]


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
    return index.update(office, briefs, produce.exported)


def _shown(jobs: list[Job], state: State) -> dict[str, Brief]:
    """The briefs that files in the output folder show, by the files' names."""
    made = state.made
    names = {job.target.name: job for job in jobs if job.target.name in made}
    return {name: job.brief for name, job in names.items() if job.inputs["brief"] == made[name].inputs.get("brief")}


def _sparse(jobs: list[Job], state: State) -> list[Problem]:
    """Files of counted pages whose last page is almost empty: told of for as long as they are."""
    found = []
    for job in jobs:
        made = state.made.get(job.target.name)
        if made and job.budget and made.pages and made.pages > 1 and made.filled is not None and made.filled < _SPARSE:
            facts = {"found": str(round(made.filled * 100)), "page": str(made.pages)}
            found.append(Problem("page-sparse", Where(f"output/{job.target.name}"), facts, Severity.WARNING))
    return found


def watched(site: Site) -> tuple[Site, tuple[Problem, ...]]:
    """The site without files that tell what is kept now; the state is written where one was looked through."""
    seen = watch(site.shelf, site.state, site.gate)
    told = (*seen.problems, *site.archive.watch(_kept(site.gate), lambda _: site.editor))
    if seen.state == site.state:
        return site, told
    return replace(site, state=seen.state), (*told, *produce.kept(seen.state, site.shelf))


def _kept(gate: Gate) -> Callable[[Key], str]:
    """A name for what the readers of a brief are kept from."""
    return lambda key: gate.digest(key[0], key[2], key[1])


def _archived(jobs: list[Job], run: produce.Run, site: Site) -> tuple[Problem, ...]:
    """What was published and is not in the archive: a build was killed, or the archive is gone."""
    if site.archive.today is None:
        return ()
    whole = {job.key: job for job in jobs if job.key not in run.broken}
    return tuple(each for job in whole.values() for each in produce.archived(job, run.made, site))


def _newsroom(site: Site) -> feeds.Newsroom:
    return feeds.Newsroom(
        site.library,
        site.templates,
        site.archive,
        site.gate.kept,
        lambda _: (site.gate, site.library.topics),
    )


def _closed(site: Site) -> tuple[Problem, ...]:
    """The archive without editions that need not be kept, and the feeds that tell of the others."""
    _, problems = site.archive.retain(site.library.workspace.editions)
    return (*problems, *feeds.update(_newsroom(site)))


def clean(root: Path, today: datetime.date | None = None) -> tuple[list[str], tuple[Problem, ...]]:
    """Remove what Mujaz made and no target makes any more; keep what belongs to a topic that is broken now."""
    seen = survey(root)
    library = seen.library
    if library is None:
        return [], seen.problems
    with opened(root / "output") as shelf:
        state, doubts = recalled(shelf)
        gone = left_over(seen, state)
        for name in gone:
            shelf.remove(name)
        left = {name: each for name, each in state.made.items() if name not in gone}
        rest = State(left, state.pressed - frozenset(gone))
        shelf.write(STATE, encode(rest))
        site = site_of(library, open_templates(root), shelf=shelf, state=rest, today=today)
        listed = _listed(site, [])
        old, problems = site.archive.retain(library.workspace.editions)
        gone += old
        listed = (*listed, *problems, *feeds.update(_newsroom(site)))
    return gone, in_order((*seen.problems, *doubts, *listed))


def left_over(seen: Survey, state: State) -> list[str]:
    """Names of files that no target makes any more, but for those of what is broken now and may come back."""
    library = seen.library
    if library is None or any(not problem.where.path.startswith(_OWN) for problem in errors(seen.problems)):
        return []  # what is wrong is wrong with everything: nobody knows what would still be made
    kept = {target.name for target in targets(library, Request())}
    gone = [name for name in state.made if name not in kept and not _held(name, library)]
    return gone + [name for name in sorted(state.pressed) if pages_of(name) not in kept and not _held(name, library)]


def _held(name: str, library: Library) -> bool:
    """Whether an output belongs to a topic or audience that has errors now and may come back."""
    topic, _, file = name.partition("/")
    return topic in library.broken or file.partition(".")[0] in library.broken_audiences


def recalled(shelf: Shelf) -> tuple[State, tuple[Problem, ...]]:
    """What was made before; a state that cannot be trusted is one warning and a full build."""
    state = decode(shelf.read(STATE))
    if state is None:
        return State(), (Problem("state-damaged", Where(f"output/{STATE}"), {}, Severity.WARNING),)
    return state, ()
