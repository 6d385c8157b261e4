"""A small workspace that was built, then edited: what lies there is old, what comes is known; both can be put back."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from faults.invariant import held
from faults.runs import Forge
from workspace import AUDIENCES, lay

PUBLIC: Mapping[str, dict[str, Any]] = {"public": AUDIENCES["public"]}


@dataclass(frozen=True)
class Scene:
    """A workspace between two builds."""

    root: Path
    old: Mapping[str, bytes]
    """The output folder as it lies there."""
    new: Mapping[str, bytes]
    """As it will be after the next build."""
    kept: Path
    """A copy of the old one."""

    def again(self) -> None:
        """Put the old outputs back."""
        shutil.rmtree(self.root / "output", ignore_errors=True)
        shutil.copytree(self.kept, self.root / "output")


def topic(root: Path, slug: str = "water") -> Path:
    """The file of a topic."""
    return root / "content" / "topics" / slug / "ar.yaml"


def edit(path: Path, old: str, new: str) -> None:
    """Change words in a file."""
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def scene(
    forge: Forge, folder: Path, topics: Sequence[str] = ("water", "energy"), audiences: Mapping[str, Any] = PUBLIC
) -> Scene:
    """Lay it, build it, edit every topic, and see what that will give."""
    root = lay(folder / "desk", topics, audiences)
    assert forge.build(root).status == 0
    old = held(root)
    shutil.copytree(root / "output", folder / "kept")
    for slug in topics:
        edit(topic(root, slug), "ما وُجد", "ما تبيّن")
    assert forge.build(root).status == 0
    new = held(root)
    assert old.keys() == new.keys()
    made = Scene(root, old, new, folder / "kept")
    made.again()
    return made
