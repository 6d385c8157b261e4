"""Builds that are killed, stopped, or not alone: every file is old or new, and the next build finishes."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from faults.invariant import briefs, held, mended, told, whole
from faults.runs import SOURCES, Call, Forge
from faults.scene import Scene, scene
from mujaz import cli
from mujaz.console import BROKEN

ENDS = 5.0
"""Seconds: within them a build that is told to end has ended."""
TOPICS = tuple(f"topic-{number}" for number in range(6))


@pytest.fixture
def desk(forge: Forge, tmp_path: Path) -> Scene:
    return scene(forge, tmp_path, TOPICS)


def lasting(forge: Forge, desk: Scene) -> tuple[float, float]:
    """How long a build takes here and now until its first file is written, and until it ends; in seconds."""
    times = []
    for _ in range(3):
        desk.again()
        before = time.time()
        assert forge.build(desk.root).status == 0
        after = time.time()
        first = min((desk.root / "output" / name).stat().st_mtime for name in briefs(desk.new))
        times.append((after - before, first - before))
    lasts, first = min(times)
    return first, lasts


def moments(first: float, lasts: float, rounds: int, seed: int) -> Iterator[float]:
    """One in each part of the time, since a whole run of chance might miss the end; a fifth of them before any file."""
    chance, early = random.Random(seed), rounds // 5  # noqa: S311 # moments, not secrets
    for number in range(early):
        yield first * (number + chance.random()) / early
    for number in range(rounds - early):
        yield first + (lasts - first) * (number + chance.random()) / (rounds - early)


def ended(forge: Forge, desk: Scene, rounds: int, seed: int, by: signal.Signals = signal.SIGKILL) -> list[int]:
    """End so many builds at moments that are spread over their whole length; how many files each had finished."""
    first, lasts = lasting(forge, desk)
    done = []
    for moment in moments(first, lasts, rounds, seed):
        desk.again()
        victim = forge.start(desk.root, "build", "--json")
        time.sleep(moment)
        os.kill(victim.pid, by)
        gone = forge.end(victim, seconds=ENDS)
        assert "Traceback" not in gone.err
        found = whole(desk.root, desk.old, desk.new)
        assert found.keys() == briefs(desk.new).keys()
        assert held(desk.root)["index.html"] in (desk.old["index.html"], desk.new["index.html"])
        done.append(sum(found.values()))
        mended(forge, desk.root, desk.new)
    print(f"\n{by.name}: {rounds} builds of {lasts:.3f} s, seed {seed}; files finished: {sorted(done)}")
    return done


def test_a_build_that_is_killed_at_any_moment_leaves_files_old_or_new(forge: Forge, desk: Scene) -> None:
    done = ended(forge, desk, 20, seed=1)
    assert len(set(done)) >= 3, done


@pytest.mark.long
def test_two_hundred_killed_builds_leave_no_torn_file(forge: Forge, desk: Scene) -> None:
    """Every number of finished files was seen: the moments do lie everywhere."""
    done = ended(forge, desk, 200, seed=2)
    assert set(done) == set(range(len(TOPICS) + 1)), sorted(done)


def ended_at_calls(forge: Forge, desk: Scene, by: int) -> int:
    """Kill a build right before its first call that changes the disk, then before the next, until it has none left."""
    number = 0
    while True:
        number += by
        desk.again()
        gone = forge.build(desk.root, as_=Call(disk={"at": number, "error": "SIGKILL"}))
        if gone.status == 0:
            assert held(desk.root) == desk.new
            return number - by
        assert gone.status == -signal.SIGKILL
        whole(desk.root, desk.old, desk.new)
        assert held(desk.root)["index.html"] in (desk.old["index.html"], desk.new["index.html"])
        mended(forge, desk.root, desk.new)


def test_a_build_that_is_killed_between_two_calls_to_the_disk_leaves_files_old_or_new(
    forge: Forge, tmp_path: Path
) -> None:
    """Between a file's new name and its line in the state, for one."""
    assert ended_at_calls(forge, scene(forge, tmp_path), by=4) >= 20


@pytest.mark.long
def test_a_build_may_be_killed_before_each_call_to_the_disk(forge: Forge, tmp_path: Path) -> None:
    calls = ended_at_calls(forge, scene(forge, tmp_path), by=1)
    print(f"\nkilled before each of {calls} calls to the disk")
    assert calls >= 20


# ------------------------------------------------------------------------------------------------ told to end


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP], ids=lambda by: by.name)
def test_a_build_that_is_told_to_end_does_so_and_keeps_what_it_finished(
    forge: Forge, desk: Scene, by: signal.Signals
) -> None:
    ended(forge, desk, 5, seed=3, by=by)


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP], ids=lambda by: by.name)
def test_with_it_its_workers_end(forge: Forge, desk: Scene, by: signal.Signals) -> None:
    victim = forge.start(desk.root, "build", "--json", as_=Call(workers=True))
    deadline = time.monotonic() + 30
    while len(session(victim.pid)) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(session(victim.pid)) > 1, "no worker was started"
    os.kill(victim.pid, by)
    forge.end(victim, seconds=ENDS)
    deadline = time.monotonic() + ENDS
    while session(victim.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert session(victim.pid) == set()
    whole(desk.root, desk.old, desk.new)
    mended(forge, desk.root, desk.new)


def session(leader: int) -> set[int]:
    """The processes of a session that still run."""
    found = set()
    for name in filter(str.isdecimal, os.listdir("/proc")):
        try:
            state, _, _, its = Path("/proc", name, "stat").read_text("utf-8").rpartition(")")[2].split()[:4]
        except OSError:
            continue
        if int(its) == leader and state != "Z":
            found.add(int(name))
    return found


def stood_still(forge: Forge, desk: Scene, seconds: float) -> None:
    """A build whose machine slept in the middle: it goes on as if nothing had been."""
    victim = forge.start(desk.root, "build", "--json", as_=Call(workers=True))
    deadline = time.monotonic() + 30
    while whole(desk.root, desk.old, desk.new).keys() and not any(whole(desk.root, desk.old, desk.new).values()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.kill(victim.pid, signal.SIGSTOP)
    time.sleep(seconds)
    os.kill(victim.pid, signal.SIGCONT)
    done = forge.end(victim)
    told(done, language="en", failed=False)
    assert (done.status, done.data["failed"]) == (0, [])
    assert held(desk.root) == desk.new


def test_a_build_that_stood_still_goes_on(forge: Forge, desk: Scene) -> None:
    stood_still(forge, desk, 1)


@pytest.mark.long
def test_a_build_that_stood_still_for_long_goes_on(forge: Forge, desk: Scene) -> None:
    stood_still(forge, desk, 10)


# ------------------------------------------------------------------------------------------------ not alone


def at_once(forge: Forge, desk: Scene, rounds: int) -> int:
    """Two builds of one workspace, begun together; how often the second one was sent away."""
    busy = 0
    for _ in range(rounds):
        desk.again()
        pair = [forge.start(desk.root, "build", "--json", "--messages", "en") for _ in range(2)]
        done = [forge.end(each, seconds=60) for each in pair]
        for each in done:
            told(each, language="en", failed=each.status != 0)
        statuses = sorted(each.status for each in done)
        assert statuses in ([0, 0], [0, 3])
        if statuses == [0, 3]:
            busy += 1
            assert [each.rules for each in done if each.status == 3] == [["output-busy"]]
        assert held(desk.root) == desk.new
    print(f"\n{rounds} pairs of builds, {busy} times one was told that the other is at work")
    return busy


def test_of_two_builds_at_once_one_works_and_the_other_is_told(forge: Forge, desk: Scene) -> None:
    assert at_once(forge, desk, 10) > 0


@pytest.mark.long
def test_fifty_pairs_of_builds_never_mix(forge: Forge, desk: Scene) -> None:
    assert at_once(forge, desk, 50) > 0


# ------------------------------------------------------------------------------------------------ its own processes


@pytest.mark.parametrize("language", ["ar", "en"])
def test_processes_that_cannot_be_started_are_no_success(
    desk: Scene, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], language: str
) -> None:
    """A pipe to them breaks, as the one to a reader who has gone does, which is no fault."""

    def broken(*_: object, **__: object) -> None:
        raise BrokenPipeError(32, "Broken pipe")

    monkeypatch.setattr("mujaz.build.build", broken)
    assert cli.main(["-C", str(desk.root), "build", "--messages", language]) == BROKEN
    said = capfd.readouterr().err
    assert "[mujaz-failed]" in said
    assert "Traceback" not in said


def test_a_reader_who_has_gone_is_no_fault(desk: Scene) -> None:
    line = [sys.executable, "-m", "mujaz", "-C", str(desk.root), "list"]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": SOURCES}
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as speaker:
        assert speaker.stdout is not None
        speaker.stdout.close()
        assert speaker.stderr is not None
        assert speaker.stderr.read() == b""
    assert speaker.returncode == 0
