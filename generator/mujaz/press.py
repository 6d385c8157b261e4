"""A workspace and a target's name → files for a printing house: the corridor once more; prints nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path, PurePath

from mujaz.build import recalled
from mujaz.export import export
from mujaz.export.press import press as pressed
from mujaz.filing import kept, published
from mujaz.fitting import bare
from mujaz.gate import Gate
from mujaz.issuing import examined
from mujaz.jobs import Job, Site, plan, site_of
from mujaz.model.content import Library
from mujaz.model.document import Document, Failure, Medium, Output, Target
from mujaz.model.press import Booklet, Pressed, Pressing, Profile
from mujaz.plan import Request, called, targets
from mujaz.problems import Problem, Severity, Where, errors, in_order
from mujaz.profiles import of_this_machine
from mujaz.proof import proof
from mujaz.publish import opened
from mujaz.settling import settled
from mujaz.survey import survey
from mujaz.templates import TemplateMistakeError, open_templates
from mujaz.ticket import Sent, second, ticket
from mujaz.workers import run


class ProfileMissingError(Exception):
    """Neither the house nor this machine has a colour profile of a press."""


@dataclass(frozen=True, slots=True)
class Filed:
    """A file that this run made."""

    name: str
    """Below the output folder."""
    kind: str
    """press, booklet or ticket."""
    pages: int
    """Of the file."""
    sheets: int
    """Of paper, where it is a booklet."""
    sha256: str


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a run."""

    files: tuple[Filed, ...] = ()
    problems: tuple[Problem, ...] = ()


def press(root: Path, name: str, *, cmyk: bool, booklet: Booklet | None) -> Result:
    """Make the file of one target for the press, and its ticket.

    Raises RefusedError for a name that nothing has, ProfileMissingError, and OutputError where the output folder
    cannot be used.
    """
    seen = survey(root)
    if seen.library is None:
        return Result(problems=seen.problems)
    library = seen.library
    target = _target(library, name)
    told = tuple(each for each in seen.problems if _concerns(each, target))
    if isinstance(target, Broken):
        return Result(problems=told)
    profile = _profile(library) if cmyk else None
    if cmyk and profile is None:
        return Result(problems=told)  # the house's own cannot be used, which was told
    if profile and library.workspace.press.profile is None:
        told += (Problem("profile-lent", Where("mujaz.yaml"), {"found": profile.name}, Severity.WARNING),)
    with opened(root / "output") as shelf:
        state, doubts = recalled(shelf)
        site = site_of(library, open_templates(root), shelf=shelf, state=state)
        made = _made(site, target, Pressing(profile, booklet))
    return Result(made.files, in_order((*told, *doubts, *made.problems)))


@dataclass(frozen=True, slots=True)
class Broken:
    """A target whose topic or audience has errors."""

    topic: str
    audience: str


def _target(library: Library, name: str) -> Target | Broken:
    """The target of a name, written with or without its ending, from the output folder or from above it."""
    keys = [entry.key for entry in library.topics]
    known = {each.name: each for each in targets(keys, library, Request(media=frozenset({Medium.PRINT})))}
    parts = PurePath(name).parts[-2:]
    topic, audience = parts[0], parts[-1].partition(".")[0]
    if topic in library.broken or audience in library.broken_audiences:
        return Broken(topic, audience)
    return known[called(name, known)[0]]


def _concerns(problem: Problem, target: Target | Broken) -> bool:
    """Whether a problem stands in what the target is made of."""
    path = problem.where.path
    if path.startswith("content/topics/"):
        return path.split("/")[2] == target.topic
    if path.startswith("content/audiences/"):
        return PurePath(path).stem == target.audience
    return True


def _profile(library: Library) -> Profile | None:
    """The house's profile, else one of this machine; None where the house names one that cannot be used."""
    if library.workspace.press.profile is not None:
        return library.profile
    found = of_this_machine()
    if found is None:
        raise ProfileMissingError
    return found


def _made(site: Site, target: Target, how: Pressing) -> Result:
    """Compose, export, prove and publish the pages, then the ticket that tells of them."""
    job = _fitted(site, target)
    if not isinstance(job, Job):
        return Result(problems=job)
    try:
        document = bare(job, site).composed()
    except TemplateMistakeError as mistake:
        return Result(problems=(mistake.problem,))
    stem = target.name.removesuffix(f".{Medium.PRINT}")
    named = replace(document, name=f"{stem}.{how.kind}.{Medium.PRINT}")
    [(_, outcome)] = run([named], partial(pressed, how), jobs=1, limits=site.library.workspace.limits)
    problems = _proved(named, outcome, site.gate)
    if not isinstance(outcome, Pressed) or errors(problems):
        return Result(problems=problems)
    try:
        title, reader = _in_second(site, target)
        note = ticket(job.brief, Sent(named.name, how, outcome, title, reader), site.templates, site.house)
    except TemplateMistakeError as mistake:
        return Result(problems=(*problems, mistake.problem))
    [(_, paper)] = run([note], export, jobs=1, limits=site.library.workspace.limits)
    problems += _proved(note, paper, site.gate)
    if not isinstance(paper, Output) or errors(problems):
        return Result(problems=problems)
    return _filed({named.name: outcome, note.name: paper}, site, problems, how.kind)


def _fitted(site: Site, target: Target) -> Job | tuple[Problem, ...]:
    """What is to be printed, as its audience is told it; or why it cannot be."""
    topics, audiences, languages = (frozenset({each}) for each in (target.topic, target.audience, target.language))
    jobs, mistakes = plan(site, Request(topics, audiences, languages, frozenset({target.medium})))
    if mistakes:
        return tuple(each for _, each in mistakes)
    fitted = settled(jobs[0], site)
    if isinstance(fitted, Problem):
        return (fitted,)
    return replace(fitted, target=replace(fitted.target, medium=Medium.PRESS))


def _proved(document: Document, outcome: Output | Failure, gate: Gate) -> tuple[Problem, ...]:
    """What is wrong with a file, or why there is none."""
    told = examined(document.name, outcome, gate)
    return told if errors(told) or not isinstance(outcome, Output) else (*told, *proof(document, outcome))


def _in_second(site: Site, target: Target) -> tuple[str, str]:
    """Title and reader in the ticket's second language, each empty where nobody wrote it."""
    other = second(target.language)
    asked = Request(frozenset({target.topic}), frozenset({target.audience}), frozenset({other}), frozenset())
    jobs, _ = plan(site, asked)
    return jobs[0].brief.name if jobs else "", site.library.audiences[target.audience].label.by_language.get(other, "")


def _filed(files: Mapping[str, Output], site: Site, told: tuple[Problem, ...], kind: str) -> Result:
    """Remember that the files are ours, then put them in their places: a killed run leaves none that nobody knows."""
    made: list[Filed] = []
    problems = [*told, *kept(replace(site.state, pressed=site.state.pressed | set(files)), site.shelf)]
    for name, output in files.items():
        wrong = published(name, output.data, site.shelf)
        problems += wrong
        if not wrong:
            sheets = output.sheets if isinstance(output, Pressed) else 0
            pages = 2 * sheets or output.pages or 0
            what = kind if isinstance(output, Pressed) else "ticket"
            made.append(Filed(name, what, pages, sheets, sha256(output.data).hexdigest()))
    return Result(tuple(made), tuple(problems))
