"""The state file's text ↔ `State`; what cannot be understood is no state, never a crash; opens no file."""

from __future__ import annotations

import json
import re
from typing import Any

from mujaz.model.document import Made, State

_NAME = re.compile(r"[a-z0-9-]+/[a-z0-9-]+\.[a-z]+\.(?:pdf|html)")
"""Of a target: another one is not ours, and might lead out of the output folder."""

_PRESSED = re.compile(r"[a-z0-9-]+/[a-z0-9-]+\.[a-z]+\.(?:(?:press|booklet)(?:-ticket)?\.pdf|proof\.html)")
"""Of a file for printing houses, or of the report of a proof."""

FORMAT = 1
"""Of the file; another number means another Mujaz, whose state is not ours to trust."""


def decode(raw: bytes | None) -> State | None:
    """The state in a file; an empty state where there is no file, None where it cannot be trusted."""
    if raw is None:
        return State()
    try:
        data = json.loads(raw)
        if data["format"] != FORMAT:
            return None
        made = {str(name): _made(each) for name, each in data["made"].items()}
        pressed = frozenset(str(name) for name in data.get("pressed", ()))
        ours = all(_NAME.fullmatch(name) for name in made) and all(_PRESSED.fullmatch(name) for name in pressed)
        return State(made, pressed) if ours else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
        return None


def _made(each: Any) -> Made:
    inputs = {str(name): str(digest) for name, digest in each["inputs"].items()}
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
    )


def encode(state: State) -> bytes:
    """The file of a state, sorted, one line a fact, so that differences can be read."""
    made = {
        name: {
            "inputs": dict(each.inputs),
            "sha256": each.sha256,
            "pages": each.pages,
            "edition": each.edition,
            **({"rung": each.rung} if each.rung else {}),
            **({} if each.proven else {"proven": False}),
            **({"silent": True} if each.silent else {}),
            **({} if each.filled is None else {"filled": each.filled}),
            "kept": each.kept,
        }
        for name, each in state.made.items()
    }
    pressed = {"pressed": sorted(state.pressed)} if state.pressed else {}
    text = json.dumps({"format": FORMAT, "made": made, **pressed}, indent=1, sort_keys=True, ensure_ascii=False)
    return (text + "\n").encode()
