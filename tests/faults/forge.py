"""Calls of mujaz, one JSON line each → processes that make them, with the faults that were asked for.

Run as a program: it loads Mujaz once and forks a process for each call, so that hundreds of whole runs of the command
line take a minute. What a line may ask for is told at `runs.Call`. Two kinds of answers: `{"pid": …}` to a call, and
`{"status": …}` to `{"wait": pid}`.
"""

from __future__ import annotations

import builtins
import contextlib
import ctypes
import errno
import io
import json
import os
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from mujaz import build as _corridor  # noqa: F401 # loaded before the first fork
from mujaz import cli, produce
from mujaz.model.document import Document, Output
from mujaz.workers import Failure
from workspace import AUDIENCES, crewed, lay

_CORRIDOR: Any = produce
_CREW = _CORRIDOR.crew
CAPABILITIES = 41
"""Of Linux 6: a root without any is held to the modes of files like everyone else."""


def inline(
    documents: Sequence[Document], work: Callable[[Document], Output], *, jobs: int
) -> Iterator[tuple[Document, Output | Failure]]:
    """In place of the workers: the real exports and proofs, in this process."""
    assert jobs > 0
    for document in documents:
        try:
            yield document, work(document)
        except Exception as error:
            yield document, Failure("export-failed", f"{type(error).__name__}: {error}")


class Disk:
    """The calls that change the output folder, counted; from the nth on one fails, or all do."""

    def __init__(self, folder: str, asked: Mapping[str, Any]) -> None:
        self.folder, self.count = folder, 0
        self.fail_at, self.for_good = asked.get("at"), asked.get("for_good", False)
        self.kill = asked.get("error") == "SIGKILL"
        self.number = 0 if self.kill else getattr(errno, asked.get("error", "EIO"))
        self.slow, self.log = asked.get("slow", 0.0), asked["log"]

    def step(self, what: str, path: object = "") -> None:
        """One more call."""
        self.count += 1
        if what == "fsync" and self.slow:
            time.sleep(self.slow)
        if self.kill and self.count == self.fail_at:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.fail_at is None or self.kill:
            return
        if self.count == self.fail_at or (self.for_good and self.count > self.fail_at):
            raise OSError(self.number, os.strerror(self.number), str(path))

    def ours(self, path: object) -> bool:
        """Whether a path leads into the output folder."""
        return isinstance(path, str | os.PathLike) and os.path.abspath(os.fspath(path)).startswith(self.folder)

    def told(self) -> None:
        """How many calls there were."""
        Path(self.log).write_text(str(self.count), "utf-8")


class Leaf:
    """An open file whose writes are counted."""

    def __init__(self, file: Any, disk: Disk, path: object) -> None:
        self.file, self.disk, self.path = file, disk, path

    def __enter__(self) -> Leaf:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)

    def write(self, data: Any) -> Any:
        """Half of it, where it fails: as a disk that fills up does."""
        try:
            self.disk.step("write", self.path)
        except OSError:
            self.file.write(data[: len(data) // 2])
            self.file.flush()
            raise
        return self.file.write(data)

    def flush(self) -> None:
        """What `write` kept back."""
        self.disk.step("flush", self.path)
        self.file.flush()


def injected(disk: Disk) -> None:
    """Put the counter into every call that could change the output folder."""
    for name in ("replace", "rename", "unlink", "remove", "mkdir", "rmdir", "link", "symlink", "truncate"):
        _wrap(os, name, disk, lambda arguments: disk.ours(arguments[-1]) or disk.ours(arguments[0]))
    _wrap(os, "open", disk, lambda arguments: disk.ours(arguments[0]))
    _wrap(os, "fsync", disk, lambda _: True)
    real = io.open

    def opened(path: Any, mode: str = "r", *arguments: Any, **named: Any) -> Any:
        if not disk.ours(path) or not set(mode) & set("wxa+"):
            return real(path, mode, *arguments, **named)
        disk.step("create", path)
        return Leaf(real(path, mode, *arguments, **named), disk, path)

    io.open = builtins.open = opened  # type: ignore[assignment] # as both are called here


def _wrap(module: Any, name: str, disk: Disk, counts: Callable[[tuple[Any, ...]], bool]) -> None:
    real = getattr(module, name)

    def counted(*arguments: Any, **named: Any) -> Any:
        if counts(arguments):
            disk.step(name, arguments[0] if arguments else "")
        return real(*arguments, **named)

    setattr(module, name, counted)


def _powerless() -> None:
    """Root as an ordinary user: no capability is left, and none comes back with another program."""
    libc = ctypes.CDLL(None, use_errno=True)
    for each in range(CAPABILITIES):
        libc.prctl(24, each, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    if libc.capset(header, (ctypes.c_uint32 * 6)()) != 0:
        raise OSError(ctypes.get_errno(), "capset")


def _child(asked: Mapping[str, Any]) -> NoReturn:
    os.setsid()
    status = 99
    try:
        for number, path in enumerate((asked["out"], asked["err"]), 1):
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
            os.dup2(handle, number)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.environ.update(asked.get("environment", {}))
        os.umask(asked.get("umask", 0o022))
        os.chdir(asked["folder"])
        for name, value in asked.get("limits", {}).items():
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value))
        if not asked.get("workers"):
            _CORRIDOR.crew = crewed(inline)
        disk = None
        if "disk" in asked:
            disk = Disk(asked["output"], asked["disk"])
            injected(disk)
        if asked.get("powerless"):
            _powerless()
        try:
            status = cli.main(asked["call"])
        except SystemExit as stop:
            status = stop.code if isinstance(stop.code, int) else 1
        if disk is not None:
            disk.fail_at = None
            disk.told()
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:  # whatever it is, it is shown, and no test passes with it
        import traceback  # noqa: PLC0415 # only here

        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(status)


def _waited(pid: int, seconds: float) -> int | None:
    """The status of a call that has ended, as Popen tells it; None where it has not, within so many seconds."""
    deadline = time.monotonic() + seconds
    while True:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > deadline:
            return None
        time.sleep(0.002)


def _warmed() -> None:
    """What is cut and laid out once is there for all calls: fonts with the letters of small workspaces."""
    _CORRIDOR.crew = crewed(inline)
    both = {**AUDIENCES, "public": {**AUDIENCES["public"], "formats": ["pdf", "html"]}}
    with tempfile.TemporaryDirectory() as folder:
        root = lay(Path(folder), ("a", "b"), audiences=both)
        with contextlib.redirect_stdout(io.StringIO()):
            assert cli.main(["-C", str(root), "build"]) == 0
    _CORRIDOR.crew = _CREW


def main() -> None:
    """Until the line is closed."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _warmed()
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        if "wait" in asked:
            print(json.dumps({"status": _waited(asked["wait"], asked["seconds"])}), flush=True)
            continue
        pid = os.fork()
        if pid == 0:
            _child(asked)
        print(json.dumps({"pid": pid}), flush=True)


if __name__ == "__main__":
    main()
