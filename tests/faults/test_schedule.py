"""`mujaz schedule run` as a process: signals, kills, two at once, a clock that jumps."""

from __future__ import annotations

import contextlib
import datetime
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import mujaz
from workspace import lay

SOURCES = Path(mujaz.__file__).parents[1]
UTC = datetime.UTC
TOPICS = [f"topic-{number:02}" for number in range(8)]


def workspace(root: Path, *schedules: dict[str, Any], topics: int = 1) -> Path:
    lay(root, topics=TOPICS[:topics])
    house = {"organisation": "المؤسسة", "schedule": [{"timezone": "Asia/Baghdad", **each} for each in schedules]}
    (root / "mujaz.yaml").write_text(yaml.safe_dump(house, allow_unicode=True), "utf-8")
    return root


def every_hour(later: int) -> str:
    """Due each hour, and so many minutes from now for the next time: no test waits for that."""
    return f"{(datetime.datetime.now(UTC).minute + later) % 60} * * * *"


EACH, OTHER = every_hour(30), every_hour(40)


def hourly(**fields: Any) -> dict[str, Any]:
    return {"name": "hourly", "cron": EACH, **fields}


def asleep(root: Path, hours: int, name: str = "hourly", cron: str = EACH) -> None:
    """The state of a machine that saw the times until so many hours ago."""
    seen = datetime.datetime.now(UTC) - datetime.timedelta(hours=hours)
    page = {"cron": cron, "timezone": "Asia/Baghdad", "seen": f"{seen:%Y-%m-%dT%H:%M:%SZ}", "runs": []}
    path = root / "output" / ".mujaz" / "schedule.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    data: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {"format": 1, "schedules": {}}
    data["schedules"][name] = page
    path.write_text(json.dumps(data), "utf-8")


def book(root: Path, name: str = "hourly") -> list[dict[str, Any]]:
    path = root / "output" / ".mujaz" / "schedule.json"
    if not path.exists():
        return []
    pages = json.loads(path.read_text("utf-8"))["schedules"]
    runs: list[dict[str, Any]] = pages.get(name, {}).get("runs", [])
    return runs


class Service:
    """A `schedule run`, and what it logs."""

    def __init__(self, root: Path, *more: str, before: tuple[str, ...] = ()) -> None:
        self.root = root
        command = [*before, sys.executable, "-P", "-m", "mujaz", "-C", str(root), "schedule", "run", "--log", "json"]
        environment = {**os.environ, "PYTHONPATH": str(SOURCES), "MINISTRY_PASSWORD": "never-to-be-told"}
        self.process = subprocess.Popen(
            [*command, *more], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment, text=True
        )

    def signal(self, number: int) -> None:
        os.kill(self.process.pid, number)

    def ended(self, within: float) -> tuple[int, str, float]:
        """Status, log, and the seconds that it took to end."""
        start = time.monotonic()
        out, _ = self.process.communicate(timeout=within)
        return self.process.returncode, out, time.monotonic() - start

    def until(self, what: Callable[[], Any], within: float = 240.0) -> Any:
        end = time.monotonic() + within
        while time.monotonic() < end:
            found = what()
            if found:
                return found
            assert self.process.poll() is None, self.process.communicate()[0]
            time.sleep(0.05)
        raise AssertionError(f"not within {within} s: {book(self.root)}")


@contextlib.contextmanager
def serving(root: Path, *more: str, before: tuple[str, ...] = ()) -> Iterator[Service]:
    service = Service(root, *more, before=before)
    try:
        yield service
    finally:
        if service.process.poll() is None:
            service.signal(signal.SIGTERM)
            try:
                service.process.communicate(timeout=20)
            except subprocess.TimeoutExpired:
                service.process.kill()
                service.process.communicate()


def events(out: str) -> list[str]:
    return [json.loads(line)["event"] for line in out.splitlines() if line.startswith("{")]


def working(root: Path) -> bool:
    """Whether the build of a run has begun to write."""
    runs = book(root)
    return bool(runs) and runs[-1]["outcome"] is None and any(root.glob("output/topic-*/*.html"))


def children_of(pid: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            if int(stat.read_text("utf-8").rpartition(")")[2].split()[1]) == pid:
                found.append(int(stat.parent.name))
    return found


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.long
@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129)])
def test_a_service_that_waits_ends_at_once(tmp_path: Path, number: int, status: int) -> None:
    root = workspace(tmp_path / "desk", hourly())
    with serving(root) as service:
        service.until((root / "output" / ".mujaz" / "schedule.json").exists)
        service.signal(number)
        found, out, seconds = service.ended(10)
    assert found == status
    assert seconds < 2
    assert events(out) == ["waiting", "stopped"]


@pytest.mark.long
def test_a_run_that_is_stopped_ends_in_five_seconds_and_is_taken_up_once(tmp_path: Path) -> None:
    root = workspace(tmp_path / "desk", hourly(), topics=8)
    asleep(root, 5)
    with serving(root, "--jobs", "1") as service:
        service.until(lambda: working(root))
        below = children_of(service.process.pid)
        assert below
        service.signal(signal.SIGTERM)
        status, out, seconds = service.ended(10)
    assert status == 143
    assert seconds < 5
    assert events(out) == ["waiting", "started", "interrupted", "stopped"]
    assert "never-to-be-told" not in out
    (run,) = book(root)
    assert run["outcome"] == "interrupted"
    assert len(run["missed"]) == 4
    time.sleep(1)
    assert not any(map(alive, below))
    files = list(root.glob("output/*/*.html"))
    assert all(path.read_bytes().rstrip().endswith(b"</html>") for path in files)

    with serving(root) as service:
        service.until(lambda: len(book(root)) == 2 and book(root)[-1]["outcome"])
        service.signal(signal.SIGTERM)
        _, out, _ = service.ended(10)
    assert events(out) == ["waiting", "unfinished", "started", "built", "stopped"]
    last = book(root)[-1]
    assert (last["outcome"], last["resumes"]) == ("built", True)
    assert last["counts"]["built"] + last["counts"]["fresh"] == 16


@pytest.mark.long
def test_a_service_that_is_killed_leaves_no_build_behind_and_is_seen_and_taken_up(tmp_path: Path) -> None:
    root = workspace(tmp_path / "desk", hourly(), topics=8)
    asleep(root, 2)
    with serving(root, "--jobs", "1") as service:
        service.until(lambda: working(root))
        below = children_of(service.process.pid)
        service.signal(signal.SIGKILL)
        service.ended(10)
    end = time.monotonic() + 10
    while any(map(alive, below)) and time.monotonic() < end:
        time.sleep(0.1)
    assert not any(map(alive, below)), "the build ends with the process that began it"
    assert book(root)[-1]["outcome"] is None

    status = command(root, "status", "--json")
    assert json.loads(status.stdout)["schedules"][0]["last"]["outcome"] == "interrupted"
    with serving(root) as service:
        service.until(lambda: len(book(root)) == 2 and book(root)[-1]["outcome"])
    assert [run["outcome"] for run in book(root)] == ["interrupted", "built"]
    with serving(root) as service:
        time.sleep(3)
    assert len(book(root)) == 2, "once"


def command(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "mujaz", "-C", str(root), "schedule", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(SOURCES)},
        check=False,
        timeout=120,
    )


@pytest.mark.long
def test_of_two_services_the_second_one_is_refused(tmp_path: Path) -> None:
    root = workspace(tmp_path / "desk", hourly())
    with serving(root) as service:
        service.until(lambda: json.loads(command(root, "status", "--json").stdout)["waiting"])
        second = command(root, "run")
        assert second.returncode == 3
        assert "[schedule-kept]" in second.stdout
        assert command(root, "run", "--once").returncode == 0, "cron looks, and leaves the work to it"
    assert not json.loads(command(root, "status", "--json").stdout)["waiting"]


@pytest.mark.long
def test_two_schedules_and_a_build_by_hand_are_never_at_work_together(tmp_path: Path) -> None:
    root = workspace(tmp_path / "desk", hourly(), {"name": "other", "cron": OTHER}, topics=3)
    asleep(root, 3)
    asleep(root, 3, "other", OTHER)
    door = root / "output" / ".mujaz" / "busy"
    with door.open("w") as build:
        fcntl.flock(build, fcntl.LOCK_EX)
        with serving(root) as service:
            service.until(lambda: book(root) and book(root, "other"))
            service.until(
                lambda: [run["outcome"] for name in ("hourly", "other") for run in book(root, name)] == ["busy"] * 2
            )
            fcntl.flock(build, fcntl.LOCK_UN)
            service.until(
                lambda: (
                    {run["outcome"] for name in ("hourly", "other") for run in book(root, name)} <= {"built", "nothing"}
                ),
                90,
            )
    spans = sorted((run["started"], run["ended"]) for name in ("hourly", "other") for run in book(root, name))
    assert len(spans) == 2
    assert spans[0][1] <= spans[1][0]


@pytest.mark.long
def test_a_look_by_cron_runs_what_is_owed_and_nothing_else(tmp_path: Path) -> None:
    root = workspace(tmp_path / "desk", hourly(), {"name": "skips", "cron": "0 0 1 * *", "catch-up": "skip"})
    first = command(root, "run", "--once")
    assert (first.returncode, first.stdout, first.stderr) == (0, "", "")
    asleep(root, 3)
    asleep(root, 24 * 62, "skips", "0 0 1 * *")
    second = command(root, "run", "--once", "--log", "json")
    assert second.returncode == 0
    assert sorted(events(second.stdout)) == ["built", "skipped", "started"]
    third = command(root, "run", "--once")
    assert (third.returncode, third.stdout) == (0, "")
    assert [run["outcome"] for run in book(root)] == ["built"]


@pytest.mark.long
def test_mujaz_yaml_is_read_again_when_it_changes_and_kept_as_it_was_when_it_breaks(tmp_path: Path) -> None:
    root = workspace(tmp_path / "desk", hourly())
    path = root / "mujaz.yaml"
    with serving(root) as service:
        service.until((root / "output" / ".mujaz" / "schedule.json").exists)
        path.write_text(path.read_text("utf-8").replace(EACH, "0 * * * 0"), "utf-8")
        time.sleep(11)
        path.write_text(path.read_text("utf-8").replace("0 * * * 0", "0 6 * * sun"), "utf-8")
        service.until(lambda: "0 6 * * sun" in (root / "output" / ".mujaz" / "schedule.json").read_text("utf-8"), 30)
        service.signal(signal.SIGTERM)
        status, out, _ = service.ended(10)
    assert status == 143
    assert events(out) == ["waiting", "workspace-broken", "renewed", "stopped"]
    assert "mujaz.yaml:" in out
    assert "[cron-weekday]" in out


@pytest.mark.long
def test_a_build_that_is_killed_is_a_run_that_failed_and_the_service_goes_on(tmp_path: Path) -> None:
    root = workspace(tmp_path / "desk", hourly(), topics=8)
    asleep(root, 2)
    with serving(root, "--jobs", "1") as service:
        service.until(lambda: working(root))
        (below,) = children_of(service.process.pid)
        os.kill(below, signal.SIGKILL)
        service.until(lambda: book(root)[-1]["outcome"])
        time.sleep(1)
        assert service.process.poll() is None
    assert (book(root)[-1]["outcome"], book(root)[-1]["why"]) == ("failed", ["SIGKILL"])


FIRST = """
import os, threading, time
from mujaz.runs import finished

assert os.getpid() == 1
for _ in range(3):
    finished(["sh", "-c", "sleep 0.2 & sleep 0.3 &"], threading.Event())
    time.sleep(0.6)
finished(["true"], threading.Event())
try:
    os.waitpid(-1, os.WNOHANG)
except ChildProcessError:
    print("none left")
"""


def test_the_first_process_of_a_container_collects_no_dead_ones() -> None:
    """What a build started may outlive it for a moment, and is then left to the first process."""
    line = ["unshare", "--pid", "--fork", "--kill-child"]
    if subprocess.run([*line, "true"], check=False, capture_output=True).returncode:
        pytest.skip("this machine lets nobody be the first process")
    environment = {**os.environ, "PYTHONPATH": str(SOURCES)}
    done = subprocess.run(
        [*line, sys.executable, "-c", FIRST], env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout == "none left\n", done.stderr
