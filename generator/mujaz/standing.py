"""A workspace → how its targets stand and why, without making anything; writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath
from types import MappingProxyType

from mujaz.archive import Archive
from mujaz.build import asked, recalled, refuse, sparse
from mujaz.desk import Desk
from mujaz.editions import differences
from mujaz.fleet import Fleet, base, muster
from mujaz.gate import reader
from mujaz.jobs import Job, Site, plan, site_of
from mujaz.lint import lint
from mujaz.memory import remembered
from mujaz.model.blocks import Pointed
from mujaz.model.content import Entry
from mujaz.model.document import State, Target
from mujaz.model.edition import Change
from mujaz.model.yielded import Yielded
from mujaz.parts import changed, parts
from mujaz.plan import WITHDRAWN, Request, called, unnamed
from mujaz.problems import Problem, Where, in_order
from mujaz.publish import Shelf
from mujaz.read import WORKSPACE
from mujaz.stamps import Stamps
from mujaz.survey import Survey, survey
from mujaz.templates import open_templates
from mujaz.touched import of_look, touched

_TOLD = ("brief", "choice", "changes")
"""The inputs that are made of what authors write."""
_WORDS = 4
"""Of a text, enough to find it again where it is written."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How one target stands."""

    target: Target
    because: tuple[str, ...]
    """Why it must be made; nothing where it is fresh."""
    yielded: tuple[Yielded, ...]
    """What gave way in the file that is there."""


def listed(root: Path, request: Request) -> tuple[Fleet | None, list[Standing], tuple[Problem, ...]]:
    """How every target that is asked for stands, and what is wrong, without making anything. Raises RefusedError."""
    ground = asked(root, request)
    if ground is None:
        return None, [], survey(root).problems
    memory = remembered(root)
    shelf = Shelf(root / "output", Stamps(memory.stamps))
    state, _ = recalled(shelf)
    fleet = muster(ground, shelf.stamps, memory)
    archive = Archive(shelf)
    fresh, stale = Desk(fleet, request, archive, state).sorted()
    standing = [Standing(target, (), state.made[target.name].yielded) for target in fresh]
    wrong: list[Problem] = [*lint(fleet.templates.house, fleet.templates.package), *sparse(fleet, request, state)]
    for slug in dict.fromkeys(target.topic for target in stale):
        site, _, more = fleet.opened(slug, archive, state)
        jobs, mistakes = plan(site, replace(request, topics=frozenset({slug})))
        wrong += (*more, *(each for _, each in mistakes))
        known = {target for target in fresh if target.topic == slug}
        standing += [
            Standing(job.target, job.because, job.yielded) for job in jobs if job.wanted and job.target not in known
        ]
    order = {target: place for place, target in enumerate(fleet.every)}
    standing.sort(key=lambda each: order[each.target])
    return fleet, standing, in_order((*fleet.problems, *wrong))


def look(root: Path, request: Request) -> tuple[Survey, list[Job]]:
    """What a build would do, with all that is told, without doing it. Raises RefusedError."""
    seen = survey(root)
    if seen.library is None:
        return seen, []
    refuse(unnamed(seen.library, {entry.slug for entry in seen.library.topics}, request))
    shelf = Shelf(root / "output")
    state, _ = recalled(shelf)
    templates = open_templates(root)
    jobs, mistakes = plan(site_of(seen.library, templates, shelf=shelf, state=state), request)
    wrong = (*lint(templates.house, templates.package), *(each for _, each in mistakes))
    return replace(seen, problems=in_order((*seen.problems, *wrong))), [job for job in jobs if job.wanted]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one target must be made, and what of its brief is told otherwise."""

    target: Target
    because: tuple[str, ...]
    changes: tuple[tuple[Change, Where | None], ...] = ()
    """Each with the place where its point is written; with old and new words: for the house, not for readers."""
    known: bool = True
    """Whether it is known what the file told that lies there: the archive has it."""
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """Name of an input → what of it is not as it was, where that is known."""

    def places(self, name: str) -> tuple[str, ...]:
        """What of an input is not as it was: files, or programs with both of their versions.

        Where that is not known, the files or folders of the workspace that it is made of; none where it lies elsewhere.
        """
        if name in self.parts:
            return self.parts[name]
        return {
            "house": (WORKSPACE,),
            "templates": ("templates/",),
            "labels": ("templates/labels/",),
            "citation-styles": ("templates/styles/",),
        }.get(name, ())


def why(root: Path, name: str) -> tuple[list[Reason], tuple[Problem, ...]]:
    """Why the files that a name means must be made. Raises RefusedError."""
    ground = base(root)
    if ground is None:
        return [], survey(root).problems
    memory = remembered(root)
    shelf = Shelf(root / "output", Stamps(memory.stamps))
    state, doubts = recalled(shelf)
    fleet = muster(ground, shelf.stamps, memory)
    known = {each.name: each for each in fleet.every}
    held = {each for each in state.made if each.partition("/")[0] in fleet.library.broken}
    wanted = called(name, [*known, *held])
    own = tuple(each for each in fleet.problems if _concerns(each, wanted[0]))
    if wanted[0] in held:
        return [], own
    desk = Desk(fleet, Request(), Archive(shelf), state)
    _, stale = desk.sorted()
    reasons = [Reason(known[each], ()) for each in wanted if known[each] not in stale]
    doubtful = [each for each in wanted if each in state.made and fleet.kept(*reader(each)) != state.made[each].kept]
    leaking: set[str] = set()
    if len(reasons) < len(wanted) or doubtful:
        first = known[wanted[0]]
        site, _, more = fleet.opened(first.topic, desk.archive, state)
        leaking = {each for each in doubtful if _leaks(each, site)}
        asked_ = Request(frozenset({first.topic}), frozenset({first.audience}), frozenset({first.language}))
        jobs, mistakes = plan(site, asked_)
        now = parts(fleet.templates, fleet.library.workspace.languages)

        def files(job: Job) -> dict[str, tuple[str, ...]]:
            told = dict.fromkeys(_TOLD, touched(root, job.target, shelf.stamps))
            return {**told, "house": of_look(root, fleet.library.workspace.logo, shelf.stamps)}

        reasons += [
            replace(_reason(job, site), parts={**files(job), **_parts(job, state, memory.parts, now)})
            for job in jobs
            if job.target.name in wanted and job.target in stale
        ]
        own += (*more, *(each for target, each in mistakes if target.name in wanted))
    reasons = [
        replace(each, because=(WITHDRAWN, *each.because)) if each.target.name in leaking else each for each in reasons
    ]
    return sorted(reasons, key=lambda each: wanted.index(each.target.name)), in_order((*doubts, *own))


def _reason(job: Job, site: Site) -> Reason:
    made = site.state.made.get(job.target.name)
    if not made or not {"brief", "choice"} & set(job.because):
        return Reason(job.target, job.because)
    last = site.archive.last(job.key)
    if last is None or last[1] is None or last[0].brief != made.inputs.get("brief"):
        return Reason(job.target, job.because, known=False)
    (entry,) = (each for each in site.library.topics if each.language == job.target.language)
    changes = differences(last[1], site.clerk.told(job.brief))
    return Reason(job.target, job.because, tuple((each, _place(each, entry)) for each in changes))


def _leaks(name: str, site: Site) -> bool:
    """Whether a file tells what its readers are kept from now, so that a build would take it away."""
    data = site.shelf.read(name)
    return data is not None and bool(site.gate.leaks(name, data, site.gate.secrets(*reader(name))))


def _parts(
    job: Job, state: State, before: Mapping[str, Mapping[str, str]], now: Mapping[str, Mapping[str, str]]
) -> dict[str, tuple[str, ...]]:
    """What of the inputs of a job that all files share is not as it was when its file was made."""
    made = state.made.get(job.target.name)
    pairs = {name: (made.inputs.get(name, ""), job.inputs.get(name, "")) for name in job.because} if made else {}
    return {name: changed(before[old], now[new]) for name, (old, new) in pairs.items() if old in before and new in now}


def _place(change: Change, entry: Entry) -> Where | None:
    """Where a point is written, or else the words that are told now."""
    for number, block in enumerate(entry.topic.blocks):
        for place, point in enumerate(block.points if isinstance(block, Pointed) else ()):
            if change.point and point.id == change.point:
                return entry.source.where(("blocks", number, "points", place))
    words = " ".join((change.after or "").split()[:_WORDS])
    found = entry.source.find((), words) if words else None
    return found if found and found != entry.source.where(()) else None


def _concerns(problem: Problem, name: str) -> bool:
    """Whether a problem stands in what a file is made of."""
    topic, _, file = name.partition("/")
    parts = problem.where.path.split("/")
    if parts[:2] == ["content", "topics"]:
        return parts[2:3] == [topic]
    return parts[:2] != ["content", "audiences"] or PurePath(parts[-1]).stem == file.partition(".")[0]
