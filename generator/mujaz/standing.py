"""A workspace → how its targets stand and why, without making anything; writes nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from mujaz.archive import Archive
from mujaz.build import asked, recalled, refuse, sparse
from mujaz.desk import Desk
from mujaz.fleet import Fleet, muster
from mujaz.jobs import Job, plan, site_of
from mujaz.lint import lint
from mujaz.memory import remembered
from mujaz.model.document import Target
from mujaz.model.yielded import Yielded
from mujaz.plan import Request, unnamed
from mujaz.problems import Problem, in_order
from mujaz.publish import Shelf
from mujaz.stamps import Stamps
from mujaz.survey import Survey, survey
from mujaz.templates import open_templates


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
    fleet = muster(root, ground, shelf.stamps, memory)
    archive = Archive(shelf)
    fresh, stale = Desk(fleet, request, archive, state).sorted()
    standing = [Standing(target, (), state.made[target.name].yielded) for target in fresh]
    wrong: list[Problem] = [*lint(fleet.templates.house), *sparse(fleet, request, state)]
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
    wrong = (*lint(templates.house), *(each for _, each in mistakes))
    return replace(seen, problems=in_order((*seen.problems, *wrong))), [job for job in jobs if job.wanted]
