"""`build` and `clean`: a call of the corridor → what came of it, told; decides nothing about what is made."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from mujaz import build as corridor
from mujaz.build import Result
from mujaz.console import Console, status
from mujaz.issuing import Built, Step
from mujaz.problems import errors, gathered
from mujaz.report import yields


def build(console: Console) -> int:
    """What is stale, made."""
    root, asked = console.root, console.asked
    request = replace(console.request, today=console.day_of_editions(root))
    console.event("started")
    with console.watch() as watch:

        def tell(step: Step) -> None:
            watch.step(step.done, step.total, step.target.name, well=step.well)

        result = corridor.build(root, request, jobs=asked.jobs, tell=tell, cluster=asked.cluster)
    _tell(console, result, root / "output")
    ended = status(result.problems, strict=asked.strict, well=not result.failed)
    found = gathered(result.problems)
    more = {"stopped": len(result.stopped), "errors": len(errors(found)), "warnings": len(found) - len(errors(found))}
    outcome = "problems" if ended else "built" if result.built else "nothing"
    console.event(outcome, counts={**_counts(result), **more})
    console.give(_data(result), result.problems)
    return ended


def _counts(result: Result) -> dict[str, int]:
    return {"built": len(result.built), "fresh": len(result.fresh), "failed": len(result.failed)}


def _tell(console: Console, result: Result, output: Path) -> None:
    """What came of a run, for people."""
    _tell_what_gave_way(console, result.built)
    console.problems(result.problems)
    if not (result.built or result.fresh or result.failed or result.stopped) and not result.problems:
        console.say("nothing-to-build")
    if result.barred:
        console.say("nothing-planned")
        return
    stopped = console.speaker.say("stopped", count=len(result.stopped)) if result.stopped else ""
    console.say("summary-build", folder=os.path.relpath(output), stopped=stopped, **_counts(result))
    if result.leftover:
        folder = f" -C {console.asked.workspace}" if console.asked.workspace else ""
        console.say("leftover", count=len(result.leftover), call=f"{console.program}{folder} clean")


def _tell_what_gave_way(console: Console, built: Iterable[Built]) -> None:
    """Once for each brief."""
    told: set[str] = set()
    for each in built:
        brief = each.target.name.rpartition(".")[0]
        if each.yielded and brief not in told:
            said = console.speaker.gave_way(f"output/{each.target.name}", each.yielded)
            console.tell(console.speaker.shown(said))
        told.add(brief)


def _data(result: Result) -> dict[str, Any]:
    return {
        "built": [
            {
                "target": each.target.name,
                "path": f"output/{each.target.name}",
                "pages": each.pages,
                "edition": each.edition,
                "because": list(each.because),
                "yielded": yields(each.yielded),
            }
            for each in result.built
        ],
        "fresh": [target.name for target in result.fresh],
        "failed": [target.name for target in result.failed],
        "stopped": list(result.stopped),
        "leftover": list(result.leftover),
        "index": "output/index.html" if result.index else None,
    }


def clean(console: Console) -> int:
    """What nothing makes any more, removed."""
    removed, problems = corridor.clean(console.root, console.day_of_editions(console.root))
    for name in removed:
        console.say("removed", path=f"output/{name}")
    if not removed:
        console.say("nothing-removed")
    console.problems(problems)
    console.give({"removed": removed}, problems)
    return status(problems)
