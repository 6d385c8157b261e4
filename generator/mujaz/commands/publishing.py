"""`deliver` and `editions`: what was published → who gets it and what there is of it, told; builds nothing."""

from __future__ import annotations

import datetime
from dataclasses import asdict
from typing import Any

from mujaz.console import WELL, WRONG_USE, Console, EarlyEndError, status
from mujaz.model.delivery import Wish
from mujaz.model.edition import Edition
from mujaz.problems import Problem, Where


def deliver(console: Console) -> int:
    """Editions, brought to those who get them."""
    from mujaz import delivering  # noqa: PLC0415 # what talks to servers is not needed to list editions

    asked, speaker = console.asked, console.speaker
    for option in ("--all", "--since", "--again", "--dry-run"):
        if getattr(asked, option[2:].replace("-", "_")) and not asked.names:
            raise EarlyEndError(Problem("delivery-nameless", Where("deliver"), {"found": option}), WRONG_USE)
    wish = Wish(asked.again, datetime.date.min if asked.all else asked.since, asked.dry_run)
    loan = delivering.Loan(console.now, console.sleep, console.environment)
    report = delivering.run(console.root, asked.names, wish, loan)
    for line in delivering.lines(report, speaker, asked=bool(asked.names)):
        console.tell(speaker.shown(line))
    console.problems(report.problems)
    console.give(delivering.data(report), report.problems)
    return status(report.problems)


def editions(console: Console) -> int:
    """What was published, or what differs between two editions."""
    if console.asked.between:
        return _compared(console)
    from mujaz import ledger  # noqa: PLC0415 # what talks of editions sends none

    speaker, found = console.speaker, ledger.listed(console.root, console.request)
    names = ["/".join((each.topic, f"{each.audience}.{each.language}")) for each in found]
    width = max(map(len, names), default=0)
    for name, each in zip(names, found, strict=True):
        console.tell(speaker.laid(f"{name:<{width}}  {each.number:>3}  {each.day}  {speaker.edition(each)}"))
    if not found:
        console.say("no-editions")
    console.give({"editions": list(map(_edition, found))}, ())
    return WELL


def _compared(console: Console) -> int:
    from mujaz import ledger  # noqa: PLC0415 # as above

    found = ledger.compared(console.root, console.request, console.asked.between)
    facts = {"name": "/".join(found.after.key[:2]) + f".{found.after.language}"}
    facts |= {"before": str(found.before.number), "after": str(found.after.number)}
    console.say("between" if found.changes else "between-same", **facts)
    for change in found.changes:
        for line in console.speaker.change(change):
            console.tell(console.speaker.shown(line))
    numbers = {"between": [found.before.number, found.after.number]}
    console.give({**numbers, "changes": [asdict(each) for each in found.changes]}, ())
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
