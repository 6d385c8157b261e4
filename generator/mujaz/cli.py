"""Arguments → what is run, printed and returned; the only place that prints, exits or reads the clock."""

from __future__ import annotations

import argparse
import contextlib
import datetime
import gc
import json
import os
import select
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from mujaz import doctor, scaffold
from mujaz.arguments import WRONG_USE, parser_for, program, speaker_for
from mujaz.mend import mend
from mujaz.model.delivery import Wish
from mujaz.model.document import Medium
from mujaz.model.press import Booklet
from mujaz.model.text import SLUG
from mujaz.plan import RefusedError, Request, unnamed
from mujaz.problems import Problem, Where, errors, gathered, in_order
from mujaz.profiles import PACKAGES
from mujaz.progress import Log, Watch
from mujaz.proofread import proofread
from mujaz.publish import OutputError
from mujaz.read import country, find_workspace
from mujaz.report import Speaker, severity_counts
from mujaz.schema import FOLDER, modeline
from mujaz.survey import survey
from mujaz.workers import CrewError
from mujaz.zones import day

if TYPE_CHECKING:
    from mujaz.build import Result
    from mujaz.model.edition import Edition
    from mujaz.model.yielded import Yielded
    from mujaz.produce import Step
    from mujaz.proving import Report
    from mujaz.standing import Reason

WELL, WRONG_CONTENT, BROKEN = 0, 1, 3
"""Exit statuses: all well; content has problems or an output failed; the machine or Mujaz itself failed."""
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Signals that ask for an end; the exit status is 128 and the signal's number."""
_LAST_EPOCH = 253402300799 - 86400
"""Seconds: the last moments of the year 9999 have a day everywhere."""
_HASTE = 4
"""Seconds for the end of a run that was asked to stop."""


class StoppedError(KeyboardInterrupt):
    """The system asks for an end; the argument is the number of its signal."""


class _StopError(Exception):
    """The end of a run before its time: a problem to report, and the exit status."""

    def __init__(self, problem: Problem, status: int) -> None:
        super().__init__(problem.rule)
        self.problem = problem
        self.status = status


@dataclass(frozen=True, slots=True)
class Desk:
    """What a command needs: its arguments, a speaker, and whether JSON is asked for."""

    asked: argparse.Namespace
    speaker: Speaker

    @property
    def root(self) -> Path:
        """The workspace."""
        start = Path(self.asked.workspace or ".")
        found = find_workspace(start.absolute())
        if found is None:
            raise _StopError(Problem("workspace-missing", Where(str(start))), WRONG_USE)
        return found

    @property
    def logs(self) -> bool:
        """Whether standard error belongs to a log of JSON."""
        return bool(self.asked.command == "build" and self.asked.log == "json")

    def tell(self, text: str) -> None:
        """Words for people, where there is room for them."""
        if not (self.asked.json and self.logs):
            print(text, file=sys.stderr if self.asked.json else sys.stdout)

    def event(self, event: str, **facts: Any) -> None:
        """A line of the log, if one is kept."""
        if self.logs:
            at = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            line = json.dumps({"time": at, "event": event, **facts}, ensure_ascii=False)
            with contextlib.suppress(OSError):  # of a reader that is gone
                print(line, file=sys.stderr, flush=True)

    def problems(self, problems: Iterable[Problem]) -> None:
        """Every problem, those with one cause as one, then their number."""
        found = gathered(problems)
        for problem in found:
            self.tell(self.speaker.problem(problem))
        if found:
            self.tell(self.speaker.count(found))

    def give(self, data: Mapping[str, Any], problems: Iterable[Problem]) -> None:
        """The one object on standard output."""
        if self.asked.json:
            whole = {**data, "problems": [self.speaker.data(problem) for problem in gathered(problems)]}
            print(json.dumps(whole, ensure_ascii=False, indent=1))


def run() -> NoReturn:
    """The console script."""
    for each in _ENDING:
        if signal.getsignal(each) is not signal.SIG_IGN:  # as nohup and shells leave it
            signal.signal(each, _stop)
    status = main(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _deaf()
    gc.freeze()  # the end of the process is the end of all of it
    sys.exit(status)


def _stop(number: int, _: object) -> None:
    """Leave everything as it should be left, once; and whatever holds that up, be gone soon."""
    for each in _ENDING:
        signal.signal(each, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, lambda *_: os._exit(128 + number))
    signal.alarm(_HASTE)
    raise StoppedError(number)


def _unheard() -> bool:
    """Whether it was standard output that broke, and not a pipe between our own processes."""
    pipes = select.poll()
    pipes.register(sys.stdout.fileno(), 0)
    return any(state & select.POLLERR for _, state in pipes.poll(0))


def _deaf() -> None:
    """The reader of a pipe has gone: what is still to be printed has no one to read it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main(arguments: Sequence[str]) -> int:
    """Run one command; returns the exit status. What an author or a machine can cause ends in a sentence."""
    speaker = speaker_for(arguments, os.environ)
    asked = parser_for(speaker).parse_args(list(arguments))
    desk = Desk(asked, speaker)
    commands: Mapping[str, Callable[[Desk], int]] = {
        "build": _build,
        "check": _check,
        "list": _list,
        "init": _init,
        "new": _new,
        "import": _import,
        "schema": _schema,
        "press": _press,
        "proof": _proof,
        "deliver": _deliver,
        "editions": _editions,
        "doctor": _doctor,
        "clean": _clean,
        "schedule": _schedule,
        "why": _why,
    }
    try:
        return commands[asked.command](desk)
    except _StopError as stop:
        return _ended(desk, stop.problem, stop.status)
    except RefusedError as refused:
        return _ended(desk, refused.problem, WRONG_USE)
    except scaffold.OccupiedError as error:
        return _ended(desk, Problem(error.args[0], Where(error.args[1]), {"found": error.args[1]}), WRONG_USE)
    except (OutputError, CrewError) as error:
        where = "output" if isinstance(error, OutputError) else "mujaz"
        return _ended(desk, Problem(error.args[0], Where(where), {"found": error.args[1]}), BROKEN)
    except (Exception, KeyboardInterrupt) as error:
        return _broken(desk, error)


def _broken(desk: Desk, error: Exception | KeyboardInterrupt) -> int:
    """What neither an author nor a caller did: the machine, or a mistake of ours."""
    say, shown = desk.speaker.say, desk.speaker.shown
    if isinstance(error, KeyboardInterrupt):
        desk.event("interrupted")
        with contextlib.suppress(OSError):  # of a terminal that is gone
            if not desk.logs:
                print(shown(say("interrupted")), file=sys.stderr, flush=True)
        return 128 + int(error.args[0] if isinstance(error, StoppedError) else signal.SIGINT)
    if isinstance(error, BrokenPipeError) and _unheard():
        _deaf()
        return WELL
    if isinstance(error, OSError) and not isinstance(error, BrokenPipeError):
        found = {"found": error.strerror or str(error)}
        return _ended(desk, Problem("file-unreadable", Where(str(error.filename or "output")), found), BROKEN)
    if desk.asked.debug:
        traceback.print_exception(error)
    found = {"found": f"{type(error).__name__}: {error}"}
    problem = Problem("mujaz-failed", Where("mujaz"), found)
    if not desk.logs:
        print(desk.speaker.problem(problem), file=sys.stderr)
    desk.event("failed", why=[_on_a_line(desk, problem)])
    desk.give({}, (problem,))
    return BROKEN


def _on_a_line(desk: Desk, problem: Problem) -> str:
    """A problem on one line of a log."""
    told = desk.speaker.data(problem)
    return f"{told['path']} [{problem.rule}]: {told['message']}"


def _ended(desk: Desk, problem: Problem, status: int) -> int:
    outcome = "busy" if problem.rule == "output-busy" else "failed" if status == BROKEN else "problems"
    desk.event(outcome, why=[_on_a_line(desk, problem)])
    desk.problems((problem,))
    desk.give({}, (problem,))
    return status


# ------------------------------------------------------------------------------------------------ commands


def _build(desk: Desk) -> int:
    from mujaz.build import build  # noqa: PLC0415 # what builds takes half a second to load, and checking does without

    root = desk.root
    request = replace(_request(desk.asked), today=_today(root))
    desk.event("started")
    watch = Log(desk.event, time.monotonic) if desk.logs else _watch(desk.speaker)

    def tell(step: Step) -> None:
        watch.step(step.done, step.total, step.target.name, well=step.well)

    try:
        result = build(root, request, jobs=desk.asked.jobs, tell=tell, cluster=desk.asked.cluster)
    finally:
        watch.end()
    told: set[str] = set()
    for each in result.built:
        brief = each.target.name.rpartition(".")[0]
        if each.yielded and brief not in told:
            desk.tell(desk.speaker.shown(desk.speaker.gave_way(f"output/{each.target.name}", each.yielded)))
        told.add(brief)
    desk.problems(result.problems)
    if not (result.built or result.fresh or result.failed or result.stopped) and not result.problems:
        desk.tell(desk.speaker.shown(desk.speaker.say("nothing-to-build")))
    say, shown = desk.speaker.say, desk.speaker.shown
    counts = {"built": len(result.built), "fresh": len(result.fresh), "failed": len(result.failed)}
    stopped = say("stopped", count=len(result.stopped)) if result.stopped else ""
    folder = os.path.relpath(root / "output")
    desk.tell(shown(say("summary-build", folder=folder, stopped=stopped, **counts)))
    if result.leftover:
        folder = f" -C {desk.asked.workspace}" if desk.asked.workspace else ""
        call = f"{program(os.environ)}{folder} clean"
        desk.tell(shown(say("leftover", count=len(result.leftover), call=call)))
    wrong = severity_counts(result.problems, strict=desk.asked.strict) or bool(result.failed)
    found = gathered(result.problems)
    more = {"stopped": len(result.stopped), "errors": len(errors(found)), "warnings": len(found) - len(errors(found))}
    desk.event("problems" if wrong else "built" if result.built else "nothing", counts={**counts, **more})
    desk.give(_built(result), result.problems)
    return WRONG_CONTENT if wrong else WELL


def _watch(speaker: Speaker) -> Watch:
    """Who tells people how far a build is, on standard error."""
    terminal = sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb"

    def write(text: str) -> None:
        print(text, end="", file=sys.stderr, flush=True)

    return Watch(speaker, write, time.monotonic, width=speaker.width if terminal else 0)


def _built(result: Result) -> dict[str, Any]:
    return {
        "built": [
            {
                "target": each.target.name,
                "path": f"output/{each.target.name}",
                "pages": each.pages,
                "edition": each.edition,
                "because": list(each.because),
                "yielded": _yielded(each.yielded),
            }
            for each in result.built
        ],
        "fresh": [target.name for target in result.fresh],
        "failed": [target.name for target in result.failed],
        "stopped": list(result.stopped),
        "leftover": list(result.leftover),
        "index": "output/index.html" if result.index else None,
    }


def _yielded(yielded: Iterable[Yielded]) -> list[dict[str, Any]]:
    return [
        {
            "kind": each.kind,
            "side": each.side or None,
            "points": each.points,
            "of": each.of,
            "depth": each.depth or None,
            "left-out": each.gone,
        }
        for each in yielded
    ]


def _check(desk: Desk) -> int:
    if desk.asked.text:
        found: Sequence[Problem] = proofread(desk.asked.text, desk.asked.lang)
        return _told(desk, found, "", {})
    root, wanted = desk.root, frozenset(desk.asked.topics)
    today = datetime.date.today()
    seen = survey(root, today)
    refused = (
        unnamed(seen.library, [each.slug for each in seen.library.topics], Request(topics=wanted))
        if seen.library
        else None
    )
    if refused:
        raise RefusedError(refused)
    more: dict[str, Any] = {}
    if desk.asked.fix:
        done = mend(root, wanted)
        more = {
            "mended": len(done),
            "changes": [
                {
                    "path": e.where.path,
                    "line": e.where.line,
                    "column": e.where.column,
                    "found": e.found,
                    "better": e.better,
                }
                for e in done
            ],
        }
        for each in done:
            where = f"{os.path.relpath(root / each.where.path)}:{each.where.line}:{each.where.column}"
            word = "change" if each.better else "removal"
            desk.tell(desk.speaker.shown(f"{where}: {desk.speaker.say(word, found=each.found, better=each.better)}"))
        desk.tell(desk.speaker.shown(desk.speaker.say("mended", count=len(done))))
        seen = survey(root, today)
    found = in_order((*seen.problems, *_of_templates(root)))
    shown = [each for each in found if _concerns(each, wanted)]
    return _told(desk, shown, os.path.relpath(root), more)


def _of_templates(root: Path) -> tuple[Problem, ...]:
    """What is wrong with the house's own templates; a house without any loads nothing that looks at them."""
    if not (root / "templates").is_dir():
        return ()
    from mujaz.lint import lint  # noqa: PLC0415 # as above
    from mujaz.templates import mistakes, open_templates  # noqa: PLC0415 # checking content does without

    templates = open_templates(root)
    return (*lint(templates.house), *mistakes(templates))


def _told(desk: Desk, problems: Sequence[Problem], folder: str, more: Mapping[str, Any]) -> int:
    """The findings of a check, as they were asked for."""
    if desk.asked.github and not desk.asked.json:
        for problem in gathered(problems):
            print(desk.speaker.annotation(problem, folder))
    else:
        desk.problems(problems)
        if not problems:
            desk.tell(desk.speaker.count(()))
    desk.give(more, problems)
    return WRONG_CONTENT if severity_counts(problems, strict=desk.asked.strict) else WELL


def _concerns(problem: Problem, topics: frozenset[str]) -> bool:
    """Whether a problem stands in one of the topics, or in what all of them use."""
    parts = problem.where.path.split("/")
    own = len(parts) > 2 and parts[:2] == ["content", "topics"]
    return not topics or not own or parts[2] in topics


def _list(desk: Desk) -> int:
    from mujaz.standing import listed  # noqa: PLC0415 # what builds takes half a second to load, and checking does without

    root = desk.root
    fleet, standing, problems = listed(root, _request(desk.asked))
    today = datetime.date.today()
    say = desk.speaker.say
    rows: list[dict[str, Any]] = []
    for each in standing:
        review = fleet.seen[each.target.topic].reviews.get(each.target.language) if fleet else None
        due = review.isoformat() if review and review < today else None
        state = {(): "fresh", ("unproven",): "unproven"}.get(each.because, "stale")
        row: dict[str, Any] = {"target": each.target.name, "state": state, "because": list(each.because), "due": due}
        rows.append({**row, "yielded": _yielded(() if state == "stale" else each.yielded)})
    broken = sorted(fleet.library.broken) if fleet else []
    rows += [{"target": slug, "state": "failing", "because": [], "due": None, "yielded": []} for slug in broken]
    width = max((len(row["target"]) for row in rows), default=0)
    for row in rows:
        words = [say(row["state"])]
        if row["state"] == "stale":
            comma = "، " if desk.speaker.language == "ar" else ", "
            words.append(f"({comma.join(say(f'because-{name}') for name in row['because'])})")
        if row["due"]:
            words.append(say("due", date=row["due"]))
        desk.tell(desk.speaker.laid(f"{row['target']:<{width}}  {' '.join(words)}"))
    if not rows:
        desk.tell(desk.speaker.shown(say("nothing-to-build")))
    desk.problems(problems)
    desk.give({"targets": rows}, problems)
    return WRONG_CONTENT if severity_counts(problems, strict=False) else WELL


def _why(desk: Desk) -> int:
    from mujaz.standing import why  # noqa: PLC0415 # as above

    root = desk.root
    reasons, problems = why(root, desk.asked.target)
    say, shown = desk.speaker.say, desk.speaker.shown
    for each in reasons:
        desk.tell(shown(say("why-stale" if each.because else "why-fresh", name=each.target.name)))
        for name in each.because:
            places = ", ".join(os.path.relpath(root / path) for path in each.places(name))
            desk.tell(shown(f"  {say(f'because-{name}')}{f': {places}' if places else ''}"))
        for change, place in each.changes:
            if place:
                desk.tell(shown(f"    {os.path.relpath(root / place.path)}:{place.line}:{place.column}"))
            for line in desk.speaker.change(change):
                desk.tell(shown(f"    {line}"))
        if not each.known:
            desk.tell(shown(f"    {say('why-untold')}"))
    desk.problems(problems)
    desk.give({"targets": [_reason(each) for each in reasons]}, problems)
    return WRONG_CONTENT if severity_counts(problems, strict=False) else WELL


def _reason(reason: Reason) -> dict[str, Any]:
    places = [
        {**asdict(change), "path": place.path if place else None, "line": place.line if place else None}
        for change, place in reason.changes
    ]
    inputs = {name: list(reason.places(name)) for name in reason.because}
    return {"target": reason.target.name, "because": list(reason.because), "inputs": inputs, "changes": places}


def _init(desk: Desk) -> int:
    folder = Path(desk.asked.workspace or ".") / desk.asked.dir
    made = scaffold.found(folder, datetime.date.today())
    say, shown = desk.speaker.say, desk.speaker.shown
    for path in made:
        desk.tell(shown(say("created", path=path)))
    desk.tell(shown(say("next-init", prog=program(os.environ), folder=os.path.normpath(folder))))
    desk.give({"created": made}, ())
    return WELL


def _new(desk: Desk) -> int:
    root, slug = desk.root, desk.asked.topic
    if not SLUG.fullmatch(slug):
        raise _StopError(Problem("slug-wrong", Where(slug), {"found": slug}), WRONG_USE)
    seen = survey(root)
    languages = seen.library.workspace.languages if seen.library else ("ar",)
    made = scaffold.begin(root, slug, languages=languages, today=datetime.date.today())
    say, shown = desk.speaker.say, desk.speaker.shown
    for path in made:
        desk.tell(shown(say("created", path=path)))
    desk.tell(
        shown(say("next-new", prog=program(os.environ), path=made[0], slug=slug, folder=desk.asked.workspace or "."))
    )
    desk.give({"created": made}, ())
    return WELL


def _import(desk: Desk) -> int:
    from mujaz.importing import bring  # noqa: PLC0415 # the parser of BibTeX takes long to load, and most do without

    root, name = _import_target(desk)
    done = bring(Path(desk.asked.file), root, name)
    desk.problems(done.problems)
    say, shown = desk.speaker.say, desk.speaker.shown
    desk.tell(shown(say("imported", path=name, count=len(done.added))))
    if done.same:
        desk.tell(shown(say("imported-same", count=len(done.same))))
    if done.added:
        desk.tell(shown(say("next-import", key=done.added[0])))
    desk.give({"path": name, "added": list(done.added), "same": list(done.same)}, done.problems)
    return WRONG_CONTENT if severity_counts(done.problems, strict=False) else WELL


def _import_target(desk: Desk) -> tuple[Path, str]:
    """The folder and the file below it that references are added to."""
    if desk.asked.to is not None:
        path = Path(desk.asked.to)
        if path.suffix != ".yaml":
            raise _StopError(Problem("file-ending", Where(str(path)), {"found": path.name}), WRONG_USE)
        outside = path.is_absolute() or ".." in path.parts
        return (path.absolute().parent, path.name) if outside else (Path.cwd(), path.as_posix())
    root, slug = desk.root, desk.asked.topic
    if slug is None:
        return root, "content/references.yaml"
    if not SLUG.fullmatch(slug) or not (root / "content" / "topics" / slug).is_dir():
        raise _StopError(Problem("topic-unknown", Where("content/topics"), {"found": slug}), WRONG_USE)
    return root, f"content/topics/{slug}/references.yaml"


def _schema(desk: Desk) -> int:
    folder = Path(desk.asked.dir) if desk.asked.dir else desk.root / FOLDER
    made = scaffold.describe(folder)
    say, shown = desk.speaker.say, desk.speaker.shown
    for name in made:
        desk.tell(shown(say("created", path=os.path.relpath(folder / name))))
    if not desk.asked.dir:
        desk.tell(shown(say("next-schema", line=modeline("content/topics/topic/ar.yaml", "topic").strip())))
    desk.give({"created": made}, ())
    return WELL


def _press(desk: Desk) -> int:
    from mujaz.press import ProfileMissingError, press  # noqa: PLC0415 # what builds takes half a second to load

    asked = desk.asked
    alone = [f"--{name}" for name in ("sheet", "creep") if getattr(asked, name) is not None]
    if alone and not asked.booklet:
        raise _StopError(Problem("booklet-expected", Where(alone[0]), {"found": alone[0]}), WRONG_USE)
    booklet = Booklet(asked.sheet, asked.creep or 0.0) if asked.booklet else None
    try:
        result = press(desk.root, asked.target, cmyk=asked.cmyk, booklet=booklet)
    except ProfileMissingError:
        line = doctor.system_line(*PACKAGES)
        raise _StopError(Problem("profile-missing", Where("mujaz.yaml"), {"found": line}), BROKEN) from None
    desk.problems(result.problems)
    folder = os.path.relpath(desk.root / "output")
    for each in result.files:
        desk.tell(desk.speaker.shown(desk.speaker.say("created", path=f"{folder}/{each.name}")))
    fields = ("kind", "pages", "sheets", "sha256")
    files = [{"path": f"output/{e.name}", **{name: getattr(e, name) for name in fields}} for e in result.files]
    desk.give({"press": files}, result.problems)
    wrong = severity_counts(result.problems, strict=False) or not result.files
    return WRONG_CONTENT if wrong else WELL


def _proof(desk: Desk) -> int:
    from mujaz.proving import prove, prove_file, severe  # noqa: PLC0415 # what reads PDFs takes long to load

    asked, speaker = desk.asked, desk.speaker
    file = _file_to_prove(desk)
    if file is not None:
        report, page, problems = prove_file(str(file), file.read_bytes(), speaker)
        if asked.out:
            _write(Path(asked.out), page)
            report = replace(report, path=asked.out)
        reports: Sequence[Report] = (report,)
    else:
        result = prove(desk.root, asked.targets, speaker)
        folder = os.path.relpath(desk.root / "output")
        reports = [replace(each, path=f"{folder}/{each.path}" if each.path else "") for each in result.reports]
        problems = result.problems
    desk.problems(problems)
    for each in reports:
        word = "proof-found" if each.findings else "proof-well"
        if each.path:
            desk.tell(speaker.shown(speaker.say(word, name=each.name, count=len(each.findings), path=each.path)))
    desk.give({"reports": [_reported(each) for each in reports]}, problems)
    wrong = any(map(severe, reports)) or severity_counts(problems, strict=False)
    return WRONG_CONTENT if wrong else WELL


def _file_to_prove(desk: Desk) -> Path | None:
    """The one file that is named and is no brief of the workspace; none where briefs are asked for."""
    root, out = find_workspace(Path(desk.asked.workspace or ".").absolute()), desk.asked.out
    files = [Path(each) for each in desk.asked.targets]
    theirs = [each for each in files if each.is_file() and (out or not _made_in(root, each))]
    if len(files) == 1 and theirs:
        return theirs[0]
    if theirs or (root is None and len(files) > 1):
        raise _refused("proof-one", files[0])
    if files and (root is None or out):
        if files[0].is_dir():
            raise _refused("proof-folder", files[0])
        if root is None:
            raise _refused("file-missing", files[0])
    if out:
        raise _refused("proof-out", Path(out))
    return None


def _refused(rule: str, path: Path) -> _StopError:
    return _StopError(Problem(rule, Where(str(path)), {"found": path.name or str(path)}), WRONG_USE)


def _made_in(root: Path | None, file: Path) -> bool:
    """Whether a file lies in the output folder of a workspace."""
    return root is not None and file.resolve().is_relative_to((root / "output").resolve())


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        found = {"found": error.strerror or str(error)}
        raise _StopError(Problem("file-unwritable", Where(str(path)), found), BROKEN) from error


def _reported(report: Report) -> dict[str, Any]:
    found = [
        {
            "rule": each.rule,
            "severity": each.severity.value,
            "page": each.page or None,
            "box": [round(edge, 2) for edge in each.box] if each.box else None,
            "meant": each.meant,
            "found": each.found,
        }
        for each in report.findings
    ]
    return {"target": report.name, "report": report.path or None, "pages": report.pages or None, "findings": found}


def _deliver(desk: Desk) -> int:
    from mujaz.delivering import Loan, data, lines, run  # noqa: PLC0415 # what reads PDFs takes long to load

    asked, speaker = desk.asked, desk.speaker
    for option in ("--all", "--since", "--again", "--dry-run"):
        if getattr(asked, option[2:].replace("-", "_")) and not asked.names:
            raise _StopError(Problem("delivery-nameless", Where("deliver"), {"found": option}), WRONG_USE)
    wish = Wish(asked.again, datetime.date.min if asked.all else asked.since, asked.dry_run)
    loan = Loan(lambda: datetime.datetime.now(datetime.UTC), time.sleep, os.environ)
    report = run(desk.root, asked.names, wish, loan)
    for line in lines(report, speaker, asked=bool(asked.names)):
        desk.tell(speaker.shown(line))
    desk.problems(report.problems)
    desk.give(data(report), report.problems)
    return WRONG_CONTENT if severity_counts(report.problems, strict=False) else WELL


def _editions(desk: Desk) -> int:
    from mujaz.ledger import compared, listed  # noqa: PLC0415 # what builds takes half a second to load

    request = _request(desk.asked)
    say, shown = desk.speaker.say, desk.speaker.shown
    if desk.asked.between:
        found = compared(desk.root, request, desk.asked.between)
        facts = {"name": "/".join(found.after.key[:2]) + f".{found.after.language}"}
        facts |= {"before": str(found.before.number), "after": str(found.after.number)}
        word = "between" if found.changes else "between-same"
        desk.tell(shown(say(word, **facts)))
        for change in found.changes:
            for line in desk.speaker.change(change):
                desk.tell(shown(line))
        numbers = {"between": [found.before.number, found.after.number]}
        desk.give({**numbers, "changes": [asdict(each) for each in found.changes]}, ())
        return WELL
    editions = listed(desk.root, request)
    names = ["/".join((each.topic, f"{each.audience}.{each.language}")) for each in editions]
    width = max(map(len, names), default=0)
    for name, each in zip(names, editions, strict=True):
        desk.tell(desk.speaker.laid(f"{name:<{width}}  {each.number:>3}  {each.day}  {desk.speaker.edition(each)}"))
    if not editions:
        desk.tell(shown(say("no-editions")))
    desk.give({"editions": list(map(_edition, editions))}, ())
    return WELL


def _edition(edition: Edition) -> dict[str, Any]:
    plain = ("topic", "audience", "language", "number", "title", "pages", "withdrawn")
    paths = {f"output/{edition.folder}/{name}": digest for name, digest in edition.files.items()}
    return {
        **{name: getattr(edition, name) for name in plain},
        "day": edition.day.isoformat(),
        "files": [{"path": path, "sha256": digest} for path, digest in sorted(paths.items())],
        "changes": [asdict(each) for each in edition.changes],
    }


def _clean(desk: Desk) -> int:
    from mujaz.build import clean  # noqa: PLC0415 # what builds takes half a second to load, and checking does without

    removed, problems = clean(desk.root, _today(desk.root))
    say, shown = desk.speaker.say, desk.speaker.shown
    for name in removed:
        desk.tell(shown(say("removed", path=f"output/{name}")))
    if not removed:
        desk.tell(shown(say("nothing-removed")))
    desk.problems(problems)
    desk.give({"removed": removed}, problems)
    return WRONG_CONTENT if severity_counts(problems, strict=False) else WELL


def _schedule(desk: Desk) -> int:
    from mujaz.scheduling import Clock  # noqa: PLC0415 # no other command needs it
    from mujaz.timetable import Lent, schedule  # noqa: PLC0415 # as above

    stop, caught = threading.Event(), [0]

    def end(number: int, _: object) -> None:
        caught[0] = number
        stop.set()

    if desk.asked.verb in ("run", "now"):
        for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(each, end)
    clock = Clock(lambda: datetime.datetime.now(datetime.UTC), time.monotonic)
    status = schedule(desk, Lent(clock, stop, lambda text: print(text, flush=True), lambda text: _agreed(desk, text)))
    return 128 + caught[0] if caught[0] else status


def _agreed(desk: Desk, question: str) -> bool:
    """Whether someone at a terminal says yes; nobody is asked where nobody sits."""
    if desk.asked.json or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    print(desk.speaker.shown(question), end=" ", flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes", "ن", "نعم")


def _doctor(desk: Desk) -> int:
    findings = doctor.examine()
    say, shown = desk.speaker.say, desk.speaker.shown
    width = max(len(each.name) for each in findings)
    for each in findings:
        line = f"{each.name:<{width}}  {say(each.state)}  {each.version}".rstrip()
        desk.tell(desk.speaker.laid(line if each.state == "ok" else f"{line}  {say('install')}: {each.remedy}"))
    lacking = [each for each in findings if each.state != "ok" and each.needed_for not in ("press", "test")]
    if not lacking:
        desk.tell(shown(say("all-there")))
    fields = ("name", "state", "version", "remedy", "needed_for")
    desk.give({"findings": [{name: getattr(each, name) for name in fields} for each in findings]}, ())
    return BROKEN if lacking else WELL


# ----------------------------------------------------------------------------------------------- arguments


def _today(root: Path) -> datetime.date:
    """The day of new editions in the house's country; SOURCE_DATE_EPOCH says another moment than now."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    now = datetime.datetime.now(datetime.UTC)
    if epoch:
        try:
            now = datetime.datetime.fromtimestamp(int(epoch), datetime.UTC)
            if not 0 <= int(epoch) <= _LAST_EPOCH:
                raise ValueError(epoch)
        except (ValueError, OverflowError, OSError):
            problem = Problem("epoch-wrong", Where("SOURCE_DATE_EPOCH"), {"found": epoch})
            raise _StopError(problem, WRONG_USE) from None
    return day(now, country(root))


def _request(asked: argparse.Namespace) -> Request:
    """What is asked for."""
    return Request(
        topics=frozenset(asked.topics),
        audiences=frozenset(asked.audience),
        languages=frozenset(asked.lang),
        media=frozenset(Medium(each) for each in getattr(asked, "only", ())),
        force=getattr(asked, "force", False),
        prove=getattr(asked, "prove", True),
    )
