"""A cluster: a real scheduler and real workers on loopback, which are killed, differ, or are not there at all."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from mujaz.cli import main
from mujaz.console import BROKEN, WELL
from mujaz.model.document import Document, Medium, Output
from mujaz.model.limits import Limits
from mujaz.workers import CrewError, Failure, crew
from workspace import ROOT, lay, outputs

GENERATOR = ROOT / "generator"
HERE = Path(__file__).parent
PAPER = {"public": {"label": "الناس", "formats": ["pdf", "html"]}}
LIMITS = Limits.model_validate({"seconds": 8, "cpu-seconds": 6, "memory": 1000})


def page(html: str) -> Document:
    return Document("water/public.ar.html", html, Medium.SCREEN, "ar", "rtl", "عنوان", "2025-01-15")


def work(document: Document) -> Output:
    """Does what its document says, on a worker."""
    match document.html.split():
        case ["crash"]:
            os.kill(os.getpid(), signal.SIGSEGV)
        case ["hang"]:
            time.sleep(600)
        case ["eat"]:
            return Output(bytes(4 << 30))
        case ["raise"]:
            raise ValueError("لا يصلح")
        case ["late", seconds, *_]:
            time.sleep(float(seconds))
    return Output(document.html.encode())


@dataclass
class Yard:
    """A scheduler and its workers."""

    folder: Path
    port: int
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    def hire(self, *, generator: Path = GENERATOR, nanny: bool = False) -> subprocess.Popen[bytes]:
        options = ["--host", "127.0.0.1", "--nthreads", "1", "--no-dashboard"]
        call = ["dask_worker", self.address, *options, "--nanny" if nanny else "--no-nanny"]
        started = _started(call, self.folder, generator)
        self.workers.append(started)
        return started

    def close(self) -> None:
        for each in (*self.workers, self.scheduler):
            each.kill()
            each.wait()


def _started(call: list[str], folder: Path, generator: Path) -> subprocess.Popen[bytes]:
    name, *rest = call
    path = os.pathsep.join(map(str, (generator, ROOT / "tests", HERE)))
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{name}", *rest],
            env={**os.environ, "PYTHONPATH": path, "DASK_TEMPORARY_DIRECTORY": str(folder)},
            stdout=log,
            stderr=log,
        )


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    """A scheduler without workers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path / "yard"
    folder.mkdir()
    call = ["dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]
    made = Yard(folder, port, _started(call, folder, GENERATOR))
    try:
        yield made
    finally:
        made.close()


def told(address: str, *words: str, then: Mapping[int, Callable[[], object]] | None = None) -> tuple[Any, Any]:
    """What came of each word, and what is said of the cluster; `then` is done after so many outcomes."""
    found: dict[str, Output | Failure] = {}
    with crew(jobs=2, limits=LIMITS, cluster=address) as hands:
        for document, outcome in hands((page(word) for word in words), work):
            found[document.html] = outcome
            (then or {}).get(len(found), bool)()
    return found, [(each.rule, each.where.path) for each in hands.problems]


def whole(*words: str) -> dict[str, Output]:
    return {word: Output(word.encode()) for word in words}


def build(root: Path, *call: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-P", "-m", "mujaz", "-C", str(root), "build", "--json", "--messages", "en", *call]
    told_ = {**os.environ, "PYTHONPATH": str(GENERATOR)}
    return subprocess.run(line, env=told_, capture_output=True, text=True, check=False)


def digests(root: Path) -> dict[str, str]:
    return {name: hashlib.sha256(data).hexdigest() for name, data in outputs(root).items()}


# ------------------------------------------------------------------------------------------------ without one


def test_nothing_of_dask_is_loaded_by_those_who_have_no_cluster(tmp_path: Path) -> None:
    code = f"import sys; from mujaz.cli import main; main(['-C', {str(lay(tmp_path))!r}, 'build']); print(*sys.modules)"
    told_ = {**os.environ, "PYTHONPATH": str(GENERATOR)}
    line = [sys.executable, "-c", code]
    loaded = subprocess.run(line, env=told_, capture_output=True, text=True, check=True).stdout.split()
    assert "mujaz.workers.pool" in loaded
    assert not [each for each in loaded if each.partition(".")[0] in ("dask", "distributed", "tornado")]


def test_where_dask_is_not_installed_the_line_that_installs_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    root = lay(tmp_path)
    call = ["-C", str(root), "build", "--cluster", "tcp://127.0.0.1:1", "--messages"]
    assert main([*call, "en"]) == BROKEN
    assert "Install it, then call again: pip install 'mujaz[cluster]'" in capsys.readouterr().out
    assert main([*call, "ar"]) == BROKEN
    assert "pip install 'mujaz[cluster]'" in capsys.readouterr().out
    assert outputs(root) == {}


@pytest.mark.parametrize("address", ["nowhere", "http://127.0.0.1:8786", "127.0.0.1", "tcp://a b:1", "tcp://x:1/y"])
def test_what_is_no_address_is_refused(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["build", "--cluster", address, "--messages", "en"])
    assert stopped.value.code == 2
    assert "needs the address of a Dask scheduler" in capsys.readouterr().err


def test_a_scheduler_that_does_not_answer_ends_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("mujaz.workers.cluster._CONNECT", 1.0)
    root = lay(tmp_path)
    assert main(["-C", str(root), "build", "--cluster", "tcp://127.0.0.1:1", "--messages", "en"]) == BROKEN
    assert "No Dask scheduler answers at tcp://127.0.0.1:1" in capsys.readouterr().out
    assert outputs(root) == {}


@pytest.mark.parametrize(
    ("address", "open_"),
    [
        ("tcp://10.0.0.7:8786", True),
        ("scheduler:8786", True),
        ("tls://10.0.0.7:8786", False),
        ("127.0.0.1:8786", False),
        ("tcp://[::1]:8786", False),
        ("tcp://localhost:8786", False),
    ],
)
def test_a_way_that_others_can_listen_on_is_warned_of(address: str, open_: bool) -> None:
    with crew(jobs=1, cluster=address) as hands:
        assert [each.rule for each in hands.problems] == ["cluster-open"] * open_


# ------------------------------------------------------------------------------------------------ with one


@pytest.mark.long
def test_what_befalls_a_document_on_a_worker_costs_itself_alone_and_a_killed_worker_nothing(yard: Yard) -> None:
    first, _ = yard.hire(), yard.hire()
    bad = ("crash", "hang", "eat", "raise")
    slow = tuple(f"late 0.2 {number}" for number in range(20))
    found, problems = told(yard.address, "a", *bad, "b", *slow, then={12: first.kill})
    assert [found.pop(word) for word in bad] == [
        Failure("export-died", "SIGSEGV"),
        Failure("export-slow", "8"),
        Failure("export-memory", "1000"),
        Failure("export-failed", "ValueError: لا يصلح"),
    ]
    assert found == whole("a", "b", *slow)
    assert problems == []


@pytest.mark.long
def test_workers_under_a_nanny_do_the_same_and_come_back_when_they_are_killed(yard: Yard) -> None:
    yard.hire(nanny=True)

    def kill() -> None:
        """The worker below the nanny, which starts another one."""
        nanny = yard.workers[0].pid
        for child in Path(f"/proc/{nanny}/task/{nanny}/children").read_text("utf-8").split():
            if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
                os.kill(int(child), signal.SIGKILL)

    words = tuple(f"late 0.2 {number}" for number in range(12))
    found, problems = told(yard.address, *words, then={3: kill})
    assert found == whole(*words)
    assert problems == []


@pytest.mark.long
def test_where_the_scheduler_is_lost_the_rest_is_made_here(yard: Yard) -> None:
    yard.hire()
    words = tuple(f"late 0.2 {number}" for number in range(12))
    found, problems = told(yard.address, *words, then={4: yard.scheduler.kill})
    assert found == whole(*words)
    assert problems == [("cluster-lost", yard.address)]


@pytest.mark.long
def test_where_all_workers_are_lost_the_rest_is_made_here(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mujaz.workers.cluster._GRACE", 2.0)
    only = yard.hire()
    words = tuple(f"late 0.2 {number}" for number in range(12))
    found, problems = told(yard.address, *words, then={4: only.kill})
    assert found == whole(*words)
    assert problems == [("cluster-lost", yard.address)]


@pytest.mark.long
def test_a_worker_that_is_out_of_reach_does_not_hold_a_build_up(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is stopped, and its connection stays open: what it has is given up in the end."""
    monkeypatch.setattr("mujaz.workers.cluster._WAITS", 0)
    monkeypatch.setattr("mujaz.workers.cluster._SLACK", 6.0)
    only = yard.hire()
    words = ("late 0.1", "late 0.2", "late 0.3", "late 0.4")
    try:
        found, _ = told(yard.address, *words, then={2: lambda: only.send_signal(signal.SIGSTOP)})
    finally:
        only.send_signal(signal.SIGCONT)
    assert len(found) == 4
    assert all(each in (Failure("export-slow", "8"), *whole(*words).values()) for each in found.values())


@pytest.mark.long
def test_a_worker_of_another_version_is_not_used(yard: Yard, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(GENERATOR, other, ignore=shutil.ignore_patterns("__pycache__"))
    with (other / "mujaz" / "compose.py").open("a", encoding="utf-8") as file:
        file.write("# another version\n")
    yard.hire(generator=other)
    with crew(jobs=2, cluster=yard.address) as hands, pytest.raises(CrewError) as stopped:
        list(hands([page("a")], work))
    assert stopped.value.args[0] == "cluster-empty"
    assert "(Mujaz)" in stopped.value.args[1]
    yard.hire()
    deadline = time.monotonic() + 20
    problems: list[tuple[str, str]] = []
    while time.monotonic() < deadline:
        try:
            found, problems = told(yard.address, "a", "b")
        except CrewError:
            continue
        assert found == whole("a", "b")
        break
    assert [rule for rule, _ in problems] == ["cluster-worker"]


@pytest.mark.long
def test_the_example_topic_has_the_same_bytes_from_a_cluster_that_loses_a_worker(yard: Yard, tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for root in (here, there):
        root.mkdir()
        shutil.copytree(ROOT / "content", root / "content")
        shutil.copy(ROOT / "mujaz.yaml", root)
    first, _ = yard.hire(), yard.hire()
    assert build(here).returncode == WELL
    line = [sys.executable, "-P", "-m", "mujaz", "-C", str(there), "build", "--json", "--cluster", yard.address]
    told_ = {**os.environ, "PYTHONPATH": str(GENERATOR)}
    building = subprocess.Popen(line, env=told_, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not any(there.glob("output/*/*.*.*")) and time.monotonic() < deadline:
        time.sleep(0.05)
    first.kill()
    out, err = building.communicate()
    assert building.returncode == WELL, out + err
    assert json.loads(out)["failed"] == []
    assert digests(there) == digests(here) != {}


@pytest.mark.long
def test_a_small_workspace_is_made_on_a_cluster_as_it_is_here(yard: Yard, tmp_path: Path) -> None:
    yard.hire()
    here, there = (lay(tmp_path / name, audiences=PAPER) for name in ("here", "there"))
    done, far = build(here), build(there, "--cluster", yard.address)
    assert (done.returncode, far.returncode) == (WELL, WELL), far.stdout + far.stderr
    assert digests(there) == digests(here) != {}
    assert json.loads(far.stdout)["problems"] == []
