"""A workspace and a call of mujaz → what came of it, with the faults that were asked for; judges nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import mujaz

TESTS = Path(__file__).resolve().parents[1]
SOURCES = f"{Path(mujaz.__file__).parents[1]}{os.pathsep}{TESTS}"
LONGEST = 120.0
"""Seconds: what takes longer hangs."""


def works(*line: str) -> bool:
    """Whether this machine has a tool, and lets it do its work."""
    try:
        return subprocess.run(line, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


TRACES = works("strace", "-f", "-qq", "-o", os.devnull, "true")
"""Whether the system's own calls can be watched and changed."""


@dataclass(frozen=True)
class Call:
    """How a call is made worse than it is."""

    disk: Mapping[str, Any] | None = None
    """`at`: the call to the disk that fails, `for_good`: all after it too, `error`: its name, or SIGKILL for an end
    right there, `slow`: seconds of a sync. An empty mapping counts the calls."""
    powerless: bool = False
    """Whether a root is held to the modes of files, as everyone else always is."""
    limits: Mapping[str, int] = field(default_factory=dict)
    """Of RLIMIT_…"""
    environment: Mapping[str, str] = field(default_factory=dict)
    workers: bool = False
    """Whether documents are made by worker processes, as they really are; otherwise in the process itself."""
    umask: int = 0o022


@dataclass(frozen=True)
class Done:
    """What came of a call."""

    status: int
    out: str
    err: str
    calls: int = 0
    """How often it changed the disk, where that was counted."""

    @property
    def data(self) -> dict[str, Any]:
        """The one object of `--json`."""
        found: dict[str, Any] = json.loads(self.out)
        return found

    @property
    def rules(self) -> list[str]:
        """The names of the problems."""
        return [each["rule"] for each in self.data["problems"]]


@dataclass(frozen=True)
class Running:
    """A call that has been started."""

    pid: int
    room: Path


class Forge:
    """Starts calls of mujaz in processes of their own."""

    def __init__(self, room: Path) -> None:
        self.room, self.made = room, 0
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": SOURCES, "PYTHONDONTWRITEBYTECODE": "1"}
        self.server = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("forge.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
            cwd="/",
        )
        assert self._answer()["ready"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self.server.stdin is not None
        assert self.server.stdout is not None
        self.server.stdin.close()
        self.server.wait(30)
        self.server.stdout.close()

    def start(self, root: Path, *call: str, as_: Call | None = None) -> Running:
        """Begin; the process leads a session of its own."""
        as_ = as_ or Call()
        self.made += 1
        room = self.room / str(self.made)
        room.mkdir()
        asked: dict[str, Any] = {
            "call": ["-C", str(root), *call],
            "folder": str(root if root.is_dir() else self.room),
            "output": str(root / "output"),
            "out": str(room / "out"),
            "err": str(room / "err"),
            "powerless": as_.powerless and os.geteuid() == 0,
            "limits": dict(as_.limits),
            "environment": dict(as_.environment),
            "workers": as_.workers,
            "umask": as_.umask,
        }
        if as_.disk is not None:
            asked["disk"] = {**as_.disk, "log": str(room / "calls")}
        return Running(self._asked(asked)["pid"], room)

    def end(self, running: Running, seconds: float = LONGEST) -> Done:
        """What came of it; one that hangs is killed and fails its test."""
        status = self._asked({"wait": running.pid, "seconds": seconds})["status"]
        if status is None:
            os.killpg(running.pid, signal.SIGKILL)
            self._asked({"wait": running.pid, "seconds": 30})
            raise TimeoutError(f"it did not end within {seconds} s")
        out, err = (Path(running.room, name) for name in ("out", "err"))
        calls = running.room / "calls"
        return Done(
            status,
            out.read_text("utf-8") if out.exists() else "",
            err.read_text("utf-8") if err.exists() else "",
            int(calls.read_text("utf-8")) if calls.exists() else 0,
        )

    def run(self, root: Path, *call: str, as_: Call | None = None) -> Done:
        """From beginning to end."""
        return self.end(self.start(root, *call, as_=as_))

    def build(self, root: Path, *call: str, as_: Call | None = None, language: str = "en") -> Done:
        """A build that answers with data."""
        return self.run(root, "build", "--json", "--messages", language, *call, as_=as_)

    def _asked(self, what: Mapping[str, Any]) -> dict[str, Any]:
        assert self.server.stdin is not None
        self.server.stdin.write(json.dumps(what) + "\n")
        self.server.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self.server.stdout is not None
        line = self.server.stdout.readline()
        assert line, "the forge has ended"
        found: dict[str, Any] = json.loads(line)
        return found


def forge() -> Forge:
    """A forge with a room of its own, which everyone may enter."""
    room = Path(tempfile.mkdtemp(prefix="mujaz-forge-"))
    room.chmod(0o755)
    return Forge(room)
