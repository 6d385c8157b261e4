"""The text of the state file and of its log ↔ `State`; what cannot be understood is no state; opens no file."""

from __future__ import annotations

import json
import re
from typing import Any

from mujaz.model.document import Made, State
from mujaz.model.yielded import Yielded

_NAME = re.compile(r"[a-z0-9-]+/[a-z0-9-]+\.[a-z]+\.(?:pdf|html)")
"""Of a target: another one is not ours, and might lead out of the output folder."""

_PRESSED = re.compile(r"[a-z0-9-]+/[a-z0-9-]+\.[a-z]+\.(?:(?:press|booklet)(?:-ticket)?\.pdf|proof\.html)")
"""Of a file for printing houses, or of the report of a proof."""

FORMAT = 1
"""Of the file; another number means another Mujaz, whose state is not ours to trust."""
_UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError)


def decode(raw: bytes | None, log: bytes | None = None) -> State | None:
    """The state in a file, and in the log of what was made since; None where the file cannot be trusted.

    Without a file the state is empty. A line of the log that cannot be understood is passed over: what it told of is
    made once more.
    """
    if raw is None:
        return _after(State(), log)
    try:
        data = json.loads(raw)
        if data["format"] != FORMAT:
            return None
        shared: dict[str, str] = {}
        made = {str(name): _made(each, shared) for name, each in data["made"].items()}
        pressed, found = (frozenset(map(str, data.get(name, ()))) for name in ("pressed", "found"))
        ours = all(map(is_target, (*made, *found))) and all(map(is_pressed, pressed))
        return _after(State(made, pressed, found), log) if ours else None
    except _UNREADABLE:
        return None


def is_target(name: str) -> bool:
    """Whether a name below the output folder is that of a target's file."""
    return _NAME.fullmatch(name) is not None


def is_pressed(name: str) -> bool:
    """Whether it is that of a file for a printing house, or of the report of a proof."""
    return _PRESSED.fullmatch(name) is not None


def _after(state: State, log: bytes | None) -> State:
    if not log:
        return state
    made = dict(state.made)
    shared: dict[str, str] = {}
    for line in log.splitlines():
        try:
            data = json.loads(line)
            if data["format"] == FORMAT and is_target(data["name"]):
                made[data["name"]] = _made(data["made"], shared)
        except _UNREADABLE:
            continue
    return State(made, state.pressed, state.found)


def _made(each: Any, shared: dict[str, str]) -> Made:
    """What was made; texts that many have in common stand in memory once."""
    one = shared.setdefault
    inputs = {one(name, name): one(digest, digest) for name, digest in each["inputs"].items()}
    pages = each["pages"]
    filled = each.get("filled")
    return Made(
        inputs,
        str(each["sha256"]),
        None if pages is None else int(pages),
        int(each["edition"]),
        int(each.get("rung", 0)),
        None if filled is None else float(filled),
        bool(each.get("proven", True)),
        bool(each.get("silent", False)),
        str(each.get("kept", "")),  # missing where an older Mujaz wrote it: the file is looked through once more
        str(each.get("of", "")),
        tuple(_yielded(one) for one in each.get("yielded", ())),
    )


def _yielded(each: Any) -> Yielded:
    kind, side, points, of, depth, gone = each
    return Yielded(str(kind), str(side), int(points), int(of), str(depth), bool(gone))


def encode(state: State) -> bytes:
    """The file of a state, sorted, a line for each target, so that differences can be read."""
    lines = (f"  {_text(name)}: {_text(_told(state.made[name]))}" for name in sorted(state.made))
    others = (("pressed", state.pressed), ("found", state.found))
    told = "".join(f",\n {_text(name)}: {_text(sorted(names))}" for name, names in others if names)
    made = ",\n".join(lines)
    return f'{{\n "format": {FORMAT},\n "made": {{\n{made}\n }}{told}\n}}\n'.encode()


def entry(name: str, made: Made) -> bytes:
    """A line of the log: one target that was made; it begins anew, whatever a killed build left before it."""
    return f"\n{_text({'format': FORMAT, 'name': name, 'made': _told(made)})}\n".encode()


def _text(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, sort_keys=True)


def _told(each: Made) -> dict[str, object]:
    gave_way = [[one.kind, one.side, one.points, one.of, one.depth, one.gone] for one in each.yielded]
    return {
        "inputs": dict(each.inputs),
        "sha256": each.sha256,
        "pages": each.pages,
        "edition": each.edition,
        **({"rung": each.rung} if each.rung else {}),
        **({"yielded": gave_way} if gave_way else {}),
        **({} if each.proven else {"proven": False}),
        **({"silent": True} if each.silent else {}),
        **({} if each.filled is None else {"filled": each.filled}),
        "kept": each.kept,
        **({"of": each.of} if each.of else {}),
    }
