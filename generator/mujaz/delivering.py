"""A workspace and a wish → what was delivered, and its words for people and for JSON; prints and reads no clock."""

from __future__ import annotations

import datetime
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

from mujaz.arabic import closest
from mujaz.deliver import Office, Report, acquaint, deliver, standing
from mujaz.model.delivery import Sent, Wish
from mujaz.model.edition import Edition
from mujaz.plan import RefusedError
from mujaz.problems import Problem, Where, in_order
from mujaz.publish import OutputError, Shelf
from mujaz.read import WORKSPACE
from mujaz.survey import survey
from mujaz.templates import open_templates


class Sayer(Protocol):
    """Who finds the words for people."""

    def say(self, word: str, **facts: object) -> str:
        """A sentence."""


@dataclass(frozen=True, slots=True)
class Loan:
    """What only the command line has."""

    now: Callable[[], datetime.datetime]
    sleep: Callable[[float], None]
    environment: Mapping[str, str]


def run(root: Path, names: Sequence[str], wish: Wish, loan: Loan) -> Report:
    """Deliver what is due by the deliveries of these names; how things stand where none is named.

    Raises RefusedError for a name that nothing has, or that is missing, and OutputError as `deliver` does.
    """
    seen = survey(root)
    if seen.library is None:
        return Report(problems=seen.problems)
    known = seen.library.workspace.deliveries
    for name in names:
        if name not in known:
            near = closest(name, known)
            facts = {"found": name, "allowed": ", ".join(known), **({"closest": near} if near else {})}
            raise RefusedError(Problem("delivery-unknown", Where(WORKSPACE), facts))
    library = seen.library
    office = Office(
        root=root,
        library=library,
        slugs={entry.slug for entry in library.topics} | library.broken,
        whole=lambda: library,
        templates=open_templates(root),
        now=loan.now,
        sleep=loan.sleep,
        environment=loan.environment,
    )
    editions = archived(office.shelf)
    if names:
        return deliver(editions, names, office, wish)
    wrong = tuple(each for each in seen.problems if each.where.path == WORKSPACE)
    report = standing(editions, office)
    if report.new:
        report = _met(report, editions, office)
    return replace(report, problems=in_order((*wrong, *report.problems)))


def _met(report: Report, editions: Sequence[Edition], office: Office) -> Report:
    """New deliveries are shown: what is made after that is theirs, if they could be noted."""
    try:
        found = acquaint(editions, office)
    except OutputError:  # another run of deliveries is at work
        return report
    return replace(report, problems=(*report.problems, *found.problems), noted=not found.problems)


def archived(shelf: Shelf) -> tuple[Edition, ...]:
    """Every edition that the output folder keeps; one whose record cannot be understood is none."""
    found = []
    for path in sorted((shelf.folder / "editions").glob("*/*/*/edition.json")):
        name = path.relative_to(shelf.folder).as_posix()
        edition = _edition(shelf.read(name))
        if edition is not None and f"{edition.folder}/edition.json" == name:
            found.append(edition)
    return tuple(found)


def _edition(raw: bytes | None) -> Edition | None:
    try:
        data = json.loads(raw or b"")
        since = data["since"]
        return Edition(
            topic=str(data["topic"]),
            audience=str(data["audience"]),
            language=str(data["language"]),
            number=int(data["number"]),
            day=datetime.date.fromisoformat(data["day"]),
            title=str(data["title"]),
            brief=str(data["brief"]),
            files=MappingProxyType({str(name): str(digest) for name, digest in data["files"].items()}),
            since=(int(since["number"]), datetime.date.fromisoformat(since["day"])) if since else None,
            words=tuple(map(str, data["words"])),
            withdrawn=bool(data["withdrawn"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


# ------------------------------------------------------------------------------------------------ words


def lines(report: Report, say: Sayer, *, asked: bool) -> Iterator[str]:
    """What people are told, line by line; `asked`: deliveries were named."""
    for name, count in report.new.items():
        word = ("delivery-new" if count else "delivery-met") if report.noted else "delivery-unnoted"
        yield say.say(word, delivery=name, count=count)
    for each in report.sent:
        yield _line(each, say)
    if not (report.sent or report.problems or report.new):
        yield say.say("nothing-to-deliver")
    tried = Counter(each.state for each in report.sent if each.state != "due")
    if asked and tried:
        failed = tried["failed"] + tried["partly"] + tried["unsure"]
        yield say.say("summary-deliver", done=tried["done"], waiting=tried["waiting"], failed=failed)


def _line(each: Sent, say: Sayer) -> str:
    state = say.say(f"delivery-is-{each.state}")
    if not each.reason:
        return say.say("delivery-row", delivery=each.delivery, edition=each.edition, state=state)
    reason = say.say(f"reason-{each.reason}", code=each.code)
    return say.say("delivery-row-because", delivery=each.delivery, edition=each.edition, state=state, reason=reason)


def data(report: Report) -> dict[str, Any]:
    """What programs are told."""
    return {
        "deliveries": [
            {
                "delivery": each.delivery,
                "edition": each.edition,
                "state": each.state,
                "tries": each.tries,
                "reason": each.reason or None,
                "code": each.code or None,
            }
            for each in report.sent
        ],
        "new": dict(report.new),
    }
