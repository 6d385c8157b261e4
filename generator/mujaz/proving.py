"""A workspace and names of files → the proof of each as a report with pictures; makes and mends no brief."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from mujaz.build import recalled
from mujaz.evidence import Proved, Sayer, evidence, paired
from mujaz.filing import kept, published
from mujaz.fitting import bare
from mujaz.gate import reader
from mujaz.jobs import Job, Site, assembled, plan, site_of
from mujaz.model.document import Medium
from mujaz.plan import Request, called
from mujaz.problems import Problem, Severity, Where, errors, in_order
from mujaz.proof import Finding, findings, findings_of_file
from mujaz.proof.finding import problems as problems_of
from mujaz.proof.sight import Sight, sight
from mujaz.publish import opened
from mujaz.survey import survey
from mujaz.tailor import tailor
from mujaz.templates import TemplateMistakeError, open_templates

_BUILT = ((), ("unproven",))
"""Why a file must be made, where it shows what it should: there is no reason, or only that nobody has looked."""
_ENGLISH = "en"
_HEAD, _HEAD_WITHIN = b"%PDF-", 1024
"""What every PDF begins with, and how far behind the beginning readers still look for it."""
_STREAM = re.compile(r"^stream <[^>]*>(?: \([^)]*\))?: ")
"""How the reader of PDFs names bytes that have no file."""


@dataclass(frozen=True, slots=True)
class Report:
    """What came of the proof of one file."""

    name: str
    path: str
    """Of the report; empty where none was written."""
    pages: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a run."""

    reports: tuple[Report, ...] = ()
    problems: tuple[Problem, ...] = ()


def prove(root: Path, names: Sequence[str], say: Sayer) -> Result:
    """Prove PDFs of the output folder, all where none is named, and lay a report beside each.

    Raises RefusedError for a name that nothing has, and OutputError where the output folder cannot be used.
    """
    seen = survey(root)
    if seen.library is None:
        return Result(problems=seen.problems)
    with opened(root / "output") as shelf:
        state, doubts = recalled(shelf)
        site = site_of(seen.library, open_templates(root), shelf=shelf, state=state)
        jobs, mistakes = plan(site, Request(media=frozenset({Medium.PRINT})))
        reports: list[Report] = []
        told = [*seen.problems, *doubts, *(each for _, each in mistakes)] if not names else [*doubts]
        for job in _asked(jobs, names):
            report, wrong, site = _proved(job, site, say)
            reports += [report] if report else []
            told += wrong
    return Result(tuple(reports), in_order(told))


def prove_file(name: str, data: bytes, say: Sayer) -> tuple[Report, bytes, tuple[Problem, ...]]:
    """What can be known of any PDF without its source, with the report of it."""
    found = tuple(map(_plain, findings_of_file(data))) if _HEAD in data[:_HEAD_WITHIN] else (Finding("file-no-pdf"),)
    proved = Proved(name, PurePath(name).name, data, found, Sight((), 0), {}, ours=False)
    page = evidence(proved, open_templates(Path("/nowhere")), say)
    return Report(name, "", 0, found), page, tuple(problems_of(found, Where(name)))


def _plain(finding: Finding) -> Finding:
    """The same, without the name that a program has for the bytes."""
    return replace(finding, found=_STREAM.sub("", finding.found))


def _asked(jobs: list[Job], names: Sequence[str]) -> list[Job]:
    """The jobs of names, written with or without their ending, from the output folder or from above it."""
    known = {job.target.name: job for job in jobs}
    if not names:
        return list(known.values())
    return [known[each] for name in names for each in called(name, known)]


def _proved(job: Job, site: Site, say: Sayer) -> tuple[Report | None, tuple[Problem, ...], Site]:
    """The proof of one file as it lies in the output folder; one that passes is proven from now on."""
    name = job.target.name
    where = Where(f"output/{name}")
    data = site.shelf.read(name)
    if data is None or job.because not in _BUILT:
        return None, (Problem("proof-stale", where, {"found": name}),), site
    try:
        document = bare(job, site).composed()
    except TemplateMistakeError as mistake:
        return None, (mistake.problem,), site
    found = findings(document, data)
    looked = sight(document, data)
    page = evidence(Proved(name, document.title, data, found, looked, _english(job, site)), site.templates, say)
    beside = f"{name.removesuffix(f'.{Medium.PRINT}')}.proof.html"
    wrong = (*problems_of(found, where), *site.gate.leaks(beside, page, site.gate.secrets(*reader(name))))
    if "leak" in {each.rule for each in wrong}:
        return Report(name, "", len(looked.pages), found), wrong, site
    well = not errors(wrong)
    made = {**site.state.made, name: replace(site.state.made[name], proven=well)}
    site = replace(site, state=replace(site.state, made=made, pressed=site.state.pressed | {beside}))
    wrong += (*kept(site.state, site.shelf), *published(beside, page, site.shelf))
    return Report(name, beside, len(looked.pages), found), wrong, site


def _english(job: Job, site: Site) -> dict[str, str]:
    """What the same points say in English, where someone wrote them in English too."""
    entries = {entry.key: entry for entry in site.library.topics}
    entry = entries.get((job.target.topic, _ENGLISH))
    if entry is None or job.target.language == _ENGLISH:
        return {}
    reading = site.library.audiences[job.target.audience]
    return paired(job.brief, assembled(site, tailor(entry, job.target.audience, reading)))


def severe(report: Report) -> bool:
    """Whether a file must not leave as it is."""
    return any(each.severity is Severity.ERROR for each in report.findings)
