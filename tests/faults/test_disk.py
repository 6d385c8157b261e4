"""A disk that fails, fills up, is slow or refuses: old files stay whole, the cause is told, the next build finishes."""

from __future__ import annotations

import os
import resource
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from faults.invariant import briefs, held, mended, temporary, told, whole
from faults.runs import SOURCES, TRACES, Call, Done, Forge, works
from faults.scene import Scene, edit, scene, topic
from mujaz.publish import STATE
from workspace import lay

ERRORS = ("EIO", "ENOSPC")


@pytest.fixture
def desk(forge: Forge, tmp_path: Path) -> Scene:
    return scene(forge, tmp_path)


@pytest.fixture
def fresh(forge: Forge, tmp_path: Path) -> Scene:
    """A workspace that was never built; `new` is what a build makes of it."""
    root = lay(tmp_path / "desk", ("water", "energy"))
    assert forge.build(root).status == 0
    new = held(root)
    shutil.rmtree(root / "output")
    (tmp_path / "kept").mkdir()
    return Scene(root, {}, new, tmp_path / "kept")


def every_call(forge: Forge, desk: Scene, *, error: str, for_good: bool, by: int = 1) -> int:
    """Fail the first call that changes the disk, then the second, until a run has none to fail; how many there were."""
    number = 0
    while True:
        number += by
        desk.again()
        language = "ar" if number % 2 else "en"
        disk = {"at": number, "error": error, "for_good": for_good}
        done = forge.build(desk.root, as_=Call(disk=disk), language=language)
        if done.calls < number:
            assert (done.status, done.rules, held(desk.root)) == (0, [], desk.new)
            return number - by
        told(done, language=language, failed=False)
        whole_or_new(desk, done)
        mended(forge, desk.root, desk.new)


def whole_or_new(desk: Scene, done: Done) -> None:
    """After a fault: each file is a version; what the run says it made is new; nobody is told that all is well."""
    if (desk.root / "output" / STATE).exists():
        which = whole(desk.root, desk.old, desk.new)
    else:
        assert briefs(held(desk.root)).items() <= desk.new.items()
        which = dict.fromkeys(briefs(held(desk.root)), 1)
    made = {each["target"] for each in done.data.get("built", ())}
    assert made <= {name for name, number in which.items() if number}
    if made != briefs(desk.new).keys():
        assert done.status in (1, 3)
        assert done.rules


@pytest.mark.parametrize("for_good", [False, True], ids=["once", "for good"])
@pytest.mark.parametrize("error", ERRORS)
def test_whichever_call_to_the_disk_fails_old_files_stay_and_the_next_build_finishes(
    forge: Forge, desk: Scene, error: str, *, for_good: bool
) -> None:
    """Every sixth call here, and each one in the long variant."""
    assert every_call(forge, desk, error=error, for_good=for_good, by=6) >= 20


@pytest.mark.long
@pytest.mark.parametrize(
    ("where", "error", "for_good"),
    [
        *(("desk", error, for_good) for error in ERRORS for for_good in (False, True)),
        ("fresh", "EIO", False),
        ("fresh", "ENOSPC", True),
    ],
)
def test_every_call_to_the_disk_may_fail(
    forge: Forge, request: pytest.FixtureRequest, where: str, error: str, *, for_good: bool
) -> None:
    """Over files that were there, and where there was nothing."""
    calls = every_call(forge, request.getfixturevalue(where), error=error, for_good=for_good)
    print(f"\n{where}: each of {calls} calls failed with {error} {'from then on' if for_good else 'once'}")
    assert calls >= 20


# ------------------------------------------------------------------------------------------------ full


def test_a_file_that_may_not_be_so_large_is_told_of_and_leaves_no_part(forge: Forge, desk: Scene) -> None:
    done = forge.build(desk.root, as_=Call(limits={"FSIZE": 64 * 1024}))
    told(done, language="en", failed=True)
    assert set(done.data["failed"]) == set(briefs(desk.new))
    assert set(done.rules) == {"output-unwritable"}
    assert sum(whole(desk.root, desk.old, desk.new).values()) == 0
    assert temporary(desk.root) == []
    mended(forge, desk.root, desk.new)


def test_a_disk_that_is_full_keeps_what_it_has(forge: Forge, desk: Scene) -> None:
    output = desk.root / "output"
    held_ = [path.lstat().st_size if path.is_file() else 0 for path in desk.kept.rglob("*")]
    room = 32 * 1024 + sum(-(-size // 4096) * 4096 for size in held_)
    shutil.rmtree(output)
    output.mkdir()
    size = f"size={room}"
    if not works("mount", "-t", "tmpfs", "-o", size, "tmpfs", str(output)):
        pytest.skip("no right to mount; the limit of a file's size is tried above")
    try:
        shutil.copytree(desk.kept, output, dirs_exist_ok=True)
        done = forge.build(desk.root, language="ar")
        told(done, language="ar", failed=True)
        assert set(done.data["failed"]) == set(briefs(desk.new))
        assert briefs(held(desk.root)) == briefs(desk.old)
        assert temporary(desk.root) == []
        subprocess.run(["mount", "-o", "remount,size=8m", str(output)], check=True, capture_output=True)
        mended(forge, desk.root, desk.new)
    finally:
        subprocess.run(["umount", str(output)], check=True, capture_output=True)


# ------------------------------------------------------------------------------------------------ real system calls


@pytest.mark.skipif(not TRACES, reason="the same faults are put into Python's calls above")
@pytest.mark.parametrize("call", ["fsync", "rename"])
def test_the_systems_own_calls_may_fail(forge: Forge, desk: Scene, call: str) -> None:
    """Not by our counter: the kernel's answer itself is changed, for real workers too."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": SOURCES}
    line = [sys.executable, "-m", "mujaz", "-C", str(desk.root), "build", "--json", "--messages", "en"]
    fault = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:error=EIO:when=3"]
    found = subprocess.run([*fault, *line], capture_output=True, text=True, check=False, env=environment)
    done = Done(found.returncode, found.stdout, found.stderr)
    told(done, language="en", failed=True)
    assert done.rules == ["output-unwritable"]
    whole(desk.root, desk.old, desk.new)
    mended(forge, desk.root, desk.new)


# ------------------------------------------------------------------------------------------------ slow


def test_a_slow_disk_is_no_failure(forge: Forge, desk: Scene) -> None:
    done = forge.build(desk.root, as_=Call(disk={"slow": 0.1}))
    assert (done.status, done.rules, held(desk.root)) == (0, [], desk.new)


@pytest.mark.long
def test_a_disk_that_takes_two_seconds_for_each_file_is_no_failure(forge: Forge, desk: Scene) -> None:
    before = time.monotonic()
    done = forge.build(desk.root, as_=Call(disk={"slow": 2}))
    assert time.monotonic() - before > 10
    assert (done.status, done.rules, held(desk.root)) == (0, [], desk.new)


# ------------------------------------------------------------------------------------------------ refused


def _state_shut(path: Path) -> None:
    (path / ".mujaz" / "busy").unlink()
    (path / ".mujaz").chmod(0o555)


def _read_only(path: Path) -> None:
    shutil.rmtree(path / ".mujaz")
    path.chmod(0o555)


def _shut(path: Path) -> None:
    path.chmod(0)


def _file(path: Path) -> None:
    shutil.rmtree(path)
    path.write_bytes(b"mine")


def _link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


@pytest.mark.parametrize(
    ("spoil", "rule"),
    [
        (_state_shut, "output-unwritable"),
        (_read_only, "output-unwritable"),
        (_shut, "output-unwritable"),
        (_file, "output-unwritable"),
        (_link, "output-is-link"),
    ],
    ids=["state folder read-only", "read-only", "shut", "a file", "a link"],
)
@pytest.mark.parametrize("language", ["ar", "en"])
def test_an_output_folder_that_cannot_be_used_is_told_at_once(
    forge: Forge, desk: Scene, language: str, *, spoil: Callable[[Path], None], rule: str
) -> None:
    """Before anything is made, within a second or two, in one sentence."""
    output = desk.root / "output"
    before = held(desk.root)
    try:
        (output / ".mujaz" / "busy").touch()
        spoil(output)
        start = time.monotonic()
        done = forge.build(desk.root, as_=Call(powerless=True), language=language)
        assert time.monotonic() - start < 5
    finally:
        for path in (output, output / ".mujaz"):
            if path.is_dir():
                path.chmod(0o755)
    told(done, language=language, failed=True)
    assert (done.status, done.rules) == (3, [rule])
    if output.is_dir():
        assert briefs(held(desk.root)) == briefs(before)


def test_a_folder_that_is_read_only_costs_what_lies_there_alone(forge: Forge, desk: Scene) -> None:
    (desk.root / "output" / "water").chmod(0o555)
    try:
        done = forge.build(desk.root, as_=Call(powerless=True))
    finally:
        (desk.root / "output" / "water").chmod(0o755)
    told(done, language="en", failed=True)
    assert done.data["failed"] == ["water/public.ar.html"]
    assert [each["path"] for each in done.data["problems"]] == ["output/water/public.ar.html"]
    assert whole(desk.root, desk.old, desk.new) == {"energy/public.ar.html": 1, "water/public.ar.html": 0}
    mended(forge, desk.root, desk.new)


def test_an_output_folder_that_is_gone_is_made_anew(forge: Forge, fresh: Scene) -> None:
    mended(forge, fresh.root, fresh.new)
    assert stat.S_IMODE((fresh.root / "output" / "water" / "public.ar.html").stat().st_mode) == 0o644


@pytest.mark.parametrize("same", [True, False], ids=["the same bytes", "nothing"])
def test_a_topics_folder_that_is_a_link_is_refused_and_what_it_leads_to_stays(
    forge: Forge, desk: Scene, *, same: bool
) -> None:
    """Also where the files that it leads to are those that would be made."""
    away = desk.root.parent / "away"
    shutil.rmtree(desk.root / "output")
    assert forge.build(desk.root).status == 0
    (desk.root / "output" / "water").rename(away)
    if not same:
        (away / "public.ar.html").unlink()
    (desk.root / "output" / "water").symlink_to(away)
    before = {path.name: path.read_bytes() for path in away.iterdir()}
    done = forge.build(desk.root)
    told(done, language="en", failed=True)
    assert done.data["failed"] == ["water/public.ar.html"]
    assert done.rules == ["output-is-link"]
    assert {path.name: path.read_bytes() for path in away.iterdir()} == before


# ------------------------------------------------------------------------------------------------ content and templates


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("name", ["content/topics/water/ar.yaml", "content/topics/water", "templates/css/house.css"])
def test_what_may_not_be_read_costs_what_is_made_of_it_alone(
    forge: Forge, desk: Scene, name: str, language: str
) -> None:
    path = desk.root / name
    if name.startswith("templates"):
        path.parent.mkdir(parents=True)
        path.write_text("", "utf-8")
    mode = path.stat().st_mode
    path.chmod(0)
    try:
        done = forge.build(desk.root, as_=Call(powerless=True), language=language)
    finally:
        path.chmod(mode)
    told(done, language=language, failed=True)
    assert done.status == 1
    assert [each["path"] for each in done.data["problems"] if each["rule"] == "file-unreadable"] == [name]
    found = whole(desk.root, desk.old, desk.new)
    if name.startswith("templates"):
        assert set(found.values()) == {0}
    else:
        assert done.data["stopped"] == ["water"]
        assert found == {"energy/public.ar.html": 1, "water/public.ar.html": 0}


# ------------------------------------------------------------------------------------------------ what others left


def test_five_hundred_temporary_files_are_swept_and_no_foreign_one_is_touched(forge: Forge, desk: Scene) -> None:
    output = desk.root / "output"
    for number in range(500):
        folder = output / ("water", "energy", ".mujaz", "")[number % 4]
        (folder / f".mujaz-{number:016x}.tmp").write_bytes(b"half")
    foreign = ["water/notes.txt", "water/.mujaz-1.tmp", "water/x.tmp", "mine/.hidden", ".mujaz/mine.json", "water.zip"]
    for name in foreign:
        (output / name).parent.mkdir(exist_ok=True)
        (output / name).write_bytes(b"mine")
    done = forge.build(desk.root)
    assert done.status == 0
    assert sorted(temporary(desk.root)) == [".mujaz-1.tmp"]
    files = held(desk.root)
    assert [files.pop(name) for name in foreign] == [b"mine"] * len(foreign)
    assert files == desk.new


def test_few_open_files_are_enough(forge: Forge, desk: Scene) -> None:
    done = forge.build(desk.root, as_=Call(limits={"NOFILE": 32}))
    assert (done.status, held(desk.root)) == (0, desk.new), done.err
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 32, "of that process alone"


def test_a_temporary_folder_that_is_not_there_is_not_needed(desk: Scene) -> None:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": SOURCES, "TMPDIR": "/nowhere"}
    line = [sys.executable, "-m", "mujaz", "-C", str(desk.root), "build"]
    done = subprocess.run(line, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    assert held(desk.root) == desk.new


def test_an_edit_during_the_fault_is_not_lost(forge: Forge, desk: Scene) -> None:
    """What failed is made of the content as it is at the next build."""
    forge.build(desk.root, as_=Call(disk={"at": 2, "for_good": True}))
    edit(topic(desk.root), "ما تبيّن", "ما اتضح")
    assert forge.build(desk.root).status == 0
    assert "ما اتضح".encode() in held(desk.root)["water/public.ar.html"]
