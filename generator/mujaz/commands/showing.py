"""`list` and `why`: how the files of a workspace stand, and for which reason, told; makes nothing."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import Any

from mujaz import standing
from mujaz.console import Console, status
from mujaz.report import yields
from mujaz.standing import Reason


def listed(console: Console) -> int:
    """Every file, and whether it is fresh."""
    fleet, stands, problems = standing.listed(console.root, console.request)
    today = console.today
    rows: list[dict[str, Any]] = []
    for each in stands:
        review = fleet.seen[each.target.topic].reviews.get(each.target.language) if fleet else None
        due = review.isoformat() if review and review < today else None
        state = {(): "fresh", ("unproven",): "unproven"}.get(each.because, "stale")
        row: dict[str, Any] = {"target": each.target.name, "state": state, "because": list(each.because), "due": due}
        rows.append({**row, "yielded": yields(() if state == "stale" else each.yielded)})
    broken = sorted(fleet.library.broken) if fleet else []
    rows += [{"target": slug, "state": "failing", "because": [], "due": None, "yielded": []} for slug in broken]
    _tell(console, rows)
    console.problems(problems)
    console.give({"targets": rows}, problems)
    return status(problems)


def _tell(console: Console, rows: list[dict[str, Any]]) -> None:
    say = console.speaker.say
    width = max((len(row["target"]) for row in rows), default=0)
    for row in rows:
        words = [say(row["state"])]
        if row["state"] == "stale":
            comma = "، " if console.speaker.language == "ar" else ", "
            words.append(f"({comma.join(say(f'because-{name}') for name in row['because'])})")
        if row["due"]:
            words.append(say("due", date=row["due"]))
        console.tell(console.speaker.laid(f"{row['target']:<{width}}  {' '.join(words)}"))
    if not rows:
        console.say("nothing-to-build")


def why(console: Console) -> int:
    """What made a file stale."""
    root, speaker = console.root, console.speaker
    reasons, problems = standing.why(root, console.asked.target)
    for each in reasons:
        console.say("why-stale" if each.because else "why-fresh", name=each.target.name)
        for name in each.because:
            places = ", ".join(path if " → " in path else os.path.relpath(root / path) for path in each.places(name))
            console.tell(speaker.shown(f"  {speaker.say(f'because-{name}')}{f': {places}' if places else ''}"))
        for change, place in each.changes:
            if place:
                console.tell(speaker.shown(f"    {os.path.relpath(root / place.path)}:{place.line}:{place.column}"))
            for line in speaker.change(change):
                console.tell(speaker.shown(f"    {line}"))
        if not each.known:
            console.tell(speaker.shown(f"    {speaker.say('why-untold')}"))
    console.problems(problems)
    console.give({"targets": [_reason(each) for each in reasons]}, problems)
    return status(problems)


def _reason(reason: Reason) -> dict[str, Any]:
    places = [
        {**asdict(change), "path": place.path if place else None, "line": place.line if place else None}
        for change, place in reason.changes
    ]
    inputs = {name: list(reason.places(name)) for name in reason.because}
    return {"target": reason.target.name, "because": list(reason.because), "inputs": inputs, "changes": places}
