"""The same content gives the same bytes, whoever builds it, where, when, with how many workers, and in what order."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from faults.invariant import held
from faults.runs import SOURCES, works
from workspace import AUDIENCES, lay

ROOT = Path(__file__).resolve().parents[2]
BOTH: Mapping[str, dict[str, Any]] = {
    "public": {**AUDIENCES["public"], "formats": ["pdf", "html"]},
    "minister": AUDIENCES["minister"],
}


@dataclass(frozen=True)
class Circumstance:
    """In what a build may differ from another one."""

    place: str
    environment: Mapping[str, str] = field(default_factory=dict)
    umask: int = 0o022
    calls: Sequence[Sequence[str]] = (("--jobs", "2"),)
    """Arguments of each build, one after the other."""
    nobody: bool = False
    """Built by another user, where this one may lend out the name."""


_KEPT = "+dac_override"
NOBODY = [
    "setpriv",
    "--reuid=65534",
    "--regid=65534",
    "--clear-groups",
    f"--inh-caps={_KEPT}",
    f"--ambient-caps={_KEPT}",
]
"""Another user, who may read Python and the workspace wherever they lie."""
MOMENT = {"SOURCE_DATE_EPOCH": "1767300000"}
"""2026-01-01 20:40 in UTC, which is another day elsewhere: editions are dated where the house is."""
USUAL = Circumstance("desk", {"TZ": "UTC", "LANG": "C.UTF-8", "PYTHONHASHSEED": "0", **MOMENT})


def built(base: Path, circumstance: Circumstance, source: Path) -> dict[str, str]:
    """Name → digest of every file of the output folder."""
    root = base / circumstance.place
    shutil.copytree(source, root)
    line = NOBODY if circumstance.nobody and works(*NOBODY, "true") else []
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": SOURCES, "PYTHONDONTWRITEBYTECODE": "1"}
    for call in circumstance.calls:
        done = subprocess.run(
            [*line, sys.executable, "-P", "-m", "mujaz", "-C", str(root), "build", *call],
            capture_output=True,
            text=True,
            check=False,
            env={**environment, **circumstance.environment},
            umask=circumstance.umask,
            cwd="/",
        )
        assert done.returncode == 0, done.stdout + done.stderr
    return {name: hashlib.sha256(data).hexdigest() for name, data in held(root).items()}


def test_a_small_workspace_gives_the_same_bytes_in_any_circumstance(tmp_path: Path) -> None:
    source = lay(tmp_path / "source", ("water", "energy"), BOTH)
    other = Circumstance(
        "deeper/مجلد باسم آخر",
        {"TZ": "Pacific/Kiritimati", "LC_ALL": "ar_EG.UTF-8", "PYTHONHASHSEED": "1", **MOMENT},
        umask=0o077,
        calls=[("energy", "--only", "pdf", "--jobs", "1"), ("--jobs", "1")],
        nobody=True,
    )
    first = built(tmp_path, USUAL, source)
    assert {"water/public.ar.pdf", "water/public.ar.html", "index.html", ".mujaz/lock.json"} <= first.keys()
    assert built(tmp_path, other, source) == first


@pytest.mark.long
def test_two_of_our_own_topics_give_the_same_bytes_in_any_circumstance(tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(ROOT / "content" / "audiences", source / "content" / "audiences")
    for slug in ("coalition-exit", "defence-diplomacy"):
        shutil.copytree(ROOT / "content" / "topics" / slug, source / "content" / "topics" / slug)
    shutil.copy(ROOT / "mujaz.yaml", source)
    for extra in ("references.yaml", "references.json"):
        if (ROOT / "content" / extra).exists():
            shutil.copy(ROOT / "content" / extra, source / "content")
    first = built(tmp_path, USUAL, source)
    other = Circumstance(
        "elsewhere/deeper",
        {"TZ": "Asia/Tokyo", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "7", **MOMENT},
        umask=0o077,
        calls=[("defence-diplomacy", "--jobs", "1"), ("--jobs", "1")],
        nobody=True,
    )
    print(f"\n{len(first)} files, two builds")
    assert len(first) > 10
    assert built(tmp_path, other, source) == first
