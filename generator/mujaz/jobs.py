"""Sound content and a `Request` → a `Job` for each target: its brief, what it is made of, why it must be made."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from types import MappingProxyType

from mujaz.arabic import HijriRangeError
from mujaz.archive import Archive
from mujaz.assemble import assemble
from mujaz.changes import Clerk
from mujaz.editor import Editor
from mujaz.export.engines import versions
from mujaz.faces import digest, lacking
from mujaz.gate import Gate
from mujaz.labels import digest_of
from mujaz.model.brief import Brief, Selection, plain
from mujaz.model.content import Entry, Library
from mujaz.model.document import Made, Medium, State, Target, Theme
from mujaz.model.edition import Issue, Key, Since
from mujaz.model.yielded import Yielded
from mujaz.plan import Request, targets, why
from mujaz.problems import Problem, Where
from mujaz.publish import Shelf
from mujaz.tailor import ladder, outline, tailor, yielded
from mujaz.templates import House, TemplateMistakeError, Templates


@dataclass(frozen=True, slots=True)
class Site:
    """What a build works with: sound content, templates, the shelf and what it holds."""

    library: Library
    templates: Templates
    shelf: Shelf
    state: State
    gate: Gate
    """What readers are kept from."""
    archive: Archive
    """The editions that were published."""
    clerk: Clerk
    """Knows the words in which they are told of."""

    @property
    def editor(self) -> Editor:
        """Who knows what may be said of editions."""
        return Editor(self.gate, self.clerk)

    @property
    def house(self) -> House:
        """How the organisation looks."""
        return House(self.library.workspace, self.library.logo)

    @property
    def theme(self) -> Theme:
        """The look that the house chose."""
        return self.library.workspace.theme


def site_of(
    library: Library, templates: Templates, *, shelf: Shelf, state: State, today: datetime.date | None = None
) -> Site:
    """What a build works with, and the gate that its files go through; `today` dates new editions."""
    gate, archive = Gate(library, templates), Archive(shelf, today)
    return Site(library, templates, shelf, state, gate, archive, Clerk(library, templates))


@dataclass(frozen=True, slots=True)
class Choice:
    """What one audience may be told of a topic: the richest selection, and the leaner ones that it may give way to."""

    rungs: tuple[Selection, ...]
    budget: int | None
    """Printed pages; none where the audience is promised nothing."""
    rung: int
    """The one that is told; where the search begins if that is not known."""
    known: bool
    """Whether nothing has changed since the rung was found, or there is nothing to be found."""


@dataclass(frozen=True, slots=True)
class Job:
    """A target with the brief that it shows, what it is made of, and why it must be made."""

    target: Target
    brief: Brief
    choice: Choice
    inputs: Mapping[str, str]
    because: tuple[str, ...]
    since: Since | None = None
    """What changed since the edition before, where the audience is told."""
    told: bool = True
    """Whether it is told here: where pages are promised, only if they have the room."""
    wanted: bool = True
    """Whether the file is asked for; pages that only tell what a web page shows are not."""
    of: str = ""
    """The digest of the content that all this was found in; empty where it must not be remembered."""

    @property
    def key(self) -> Key:
        """Topic, audience and language: one selection is told in all media."""
        return _key(self.target)

    @property
    def budget(self) -> int | None:
        """The pages that the file may have; none where nothing is promised, or where it has no pages."""
        return self.choice.budget if self.target.medium is Medium.PRINT else None

    @property
    def yielded(self) -> tuple[Yielded, ...]:
        """What gave way for the file to be within its budget."""
        return yielded(self.choice.rungs[0], self.choice.rungs[self.choice.rung]) if self.choice.rung else ()


def _key(target: Target) -> tuple[str, str, str]:
    return (target.topic, target.audience, target.language)


Mistakes = list[tuple[Target, Problem]]


def plan(site: Site, request: Request) -> tuple[list[Job], Mistakes]:
    """A job for each target, fresh or stale; briefs are cheap, so that each is made anew and compared.

    Where the pages that an audience is promised have to be laid out to know what it is told, and only its web page is
    asked for, there is a job for the pages too, which is not wanted.
    """
    library = site.library
    entries = {entry.key: entry for entry in library.topics}
    shared = {**site.templates.digests(), "house": site.house.digest}
    tables: dict[tuple[str, str, str], _Table] = {}
    jobs: list[Job] = []
    mistakes: Mistakes = []
    asked = list(targets(entries, library, request))
    printed = {_key(each) for each in asked if each.medium is Medium.PRINT}
    for target in asked:
        entry = entries[target.topic, target.language]
        key = _key(target)
        try:
            if key not in tables:
                words = {"labels": digest_of(site.templates, target.language)}
                tables[key] = _Table.laid(site, entry, target.audience, {**shared, **words}, printed=key in printed)
            table = tables[key]
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
        unprintable = _unprintable(table.brief, entry, target, site.theme)
        if unprintable:
            mistakes += [(target, problem) for problem in unprintable]
            continue
        jobs.append(_job(site, table, target, request))
    return [*_pages_for(jobs, site, tables), *jobs], mistakes


@dataclass(frozen=True, slots=True)
class _Table:
    """What is the same for all media of a brief."""

    choice: Choice
    brief: Brief
    since: Since | None
    inputs: Mapping[str, str]
    """Without those of a medium."""

    @staticmethod
    def laid(site: Site, entry: Entry, audience: str, shared: Mapping[str, str], *, printed: bool) -> _Table:
        reader = site.library.audiences[audience]
        richest = tailor(entry, audience, reader)
        budget = reader.pages if Medium.PRINT.value in reader.formats else None
        whole = assembled(site, richest)
        if budget is None:
            since = _since(site, whole)
            return _Table(Choice((richest,), None, 0, known=True), whole, since, {**shared, **_told(whole, since)})
        rungs = ladder(richest)
        pages = Target(entry.slug, audience, entry.language, Medium.PRINT)
        told = "\n\n".join((str(budget), whole.digest, *map(outline, rungs)))
        inputs = {**shared, "choice": sha256(told.encode()).hexdigest()}
        last = _last(site, pages)
        rung = min(last[1].rung, len(rungs) - 1) if last else 0
        brief = assembled(site, rungs[rung]) if rung else whole
        since = _since(site, brief)
        inputs |= _told(brief, since)
        known = False
        if last:
            told_in, made = last
            # Pages that are made are counted: that a web page told so much does not promise that they fit.
            known = (told_in == pages or not printed) and _same({**inputs, **of_medium(site, told_in.medium)}, made)
        return _Table(Choice(rungs, budget, rung, known), brief, since, inputs)


def _last(site: Site, topic: Target) -> tuple[Target, Made] | None:
    """The file that knows how much was told the last time: the pages, or else the web page that waited for them."""
    named = (replace(topic, medium=medium) for medium in Medium)
    return next(((each, made) for each in named if (made := site.state.made.get(each.name))), None)


def _same(inputs: Mapping[str, str], made: Made) -> bool:
    """Whether a file was made of the same, whatever of it was told."""
    one, other = ({name: each for name, each in held.items() if name != "brief"} for held in (inputs, made.inputs))
    return one == other


def _since(site: Site, brief: Brief) -> Since | None:
    """What changed, for audiences that are told; nothing where nothing did that is read."""
    if not site.library.audiences[brief.audience].changes:
        return None
    since = site.archive.since(brief, site.editor)
    return since if since and since.changes else None


def _told(brief: Brief, since: Since | None) -> dict[str, str]:
    """The inputs that a brief is, and what it says of the edition before it."""
    changes = {"changes": sha256(repr(since).encode()).hexdigest()} if since else {}
    return {"brief": brief.digest, **changes}


def issue_of(job: Job, site: Site) -> Issue:
    """The edition that a job makes: print and screen of a brief are one, also when they are made apart."""
    return Issue(number_of(job, site), site.clerk.shown(job.brief, job.since) if job.since and job.told else None)


def number_of(job: Job, site: Site) -> int:
    """The number of the edition that a job makes."""
    made = site.state.made
    siblings = (replace(job.target, medium=medium).name for medium in Medium)
    return site.archive.number(job.key, job.inputs["brief"], [made[name] for name in siblings if name in made])


def of_medium(site: Site, medium: Medium) -> dict[str, str]:
    """The inputs that a medium adds, or has otherwise."""
    return {
        "fonts": digest(site.theme, medium),
        "engine": sha256(versions(medium).encode()).hexdigest(),
        "templates": site.templates.digests(medium)["templates"],
    }


def _job(site: Site, table: _Table, target: Target, request: Request) -> Job:
    inputs = MappingProxyType({**table.inputs, **of_medium(site, target.medium)})
    made = site.state.made.get(target.name)
    because = why(inputs, made, site.shelf.digest(target.name))
    if not because and request.prove and made and not made.proven:
        because = ("unproven",)
    because = because or (("forced",) if request.force else ())
    job = Job(target, table.brief, table.choice, inputs, because, table.since)
    if job.since and job.budget is not None:
        job = replace(job, told=table.choice.known and made is not None and not made.silent)
    if not job.because and made and made.edition != number_of(job, site):
        return replace(job, because=("edition",))
    return job


def _pages_for(jobs: list[Job], site: Site, tables: Mapping[tuple[str, str, str], _Table]) -> list[Job]:
    """Jobs for pages that nobody asks for, and that web pages wait for."""
    printed = {job.key for job in jobs if job.target.medium is Medium.PRINT}
    waiting = [job for job in jobs if not job.choice.known and job.key not in printed]
    pages = {job.key: replace(job.target, medium=Medium.PRINT) for job in waiting}
    return [
        replace(_job(site, tables[key], target, Request(force=True)), wanted=False) for key, target in pages.items()
    ]


def told_at(job: Job, rung: int, site: Site) -> Job:
    """The same job, telling what stands on a rung of its choice."""
    if rung == job.choice.rung:
        return job
    brief = assembled(site, job.choice.rungs[rung])
    since = _since(site, brief)
    others = {name: each for name, each in job.inputs.items() if name != "changes"}
    inputs = MappingProxyType({**others, **_told(brief, since)})
    return replace(job, brief=brief, since=since, inputs=inputs, choice=replace(job.choice, rung=rung))


def _unprintable(brief: Brief, entry: Entry, target: Target, theme: Theme) -> list[Problem]:
    """Characters that the theme's fonts cannot draw, where the author wrote them."""
    found = lacking(json.dumps(plain(brief), ensure_ascii=False), theme, target.medium)
    return [
        Problem("glyph-missing", entry.source.find((), each), {"found": each, "code": f"U+{ord(each):04X}"})
        for each in found
    ]


def assembled(site: Site, selection: Selection) -> Brief:
    """The brief of a selection. Raises HijriRangeError, and TemplateMistakeError where a style of the house fails."""
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
