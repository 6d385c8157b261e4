"""Faults of workers, with real processes, signals, limits and renderers: what must be survived, is."""

from __future__ import annotations

import base64
import ctypes
import json
import os
import resource
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mujaz.export import export
from mujaz.model.document import Document, Medium, Output
from mujaz.model.limits import Limits
from mujaz.publish import OutputError, opened
from mujaz.workers import Crew, Failure, crew
from workspace import ROOT, lay, outputs

SOURCES = os.pathsep.join((str(ROOT / "generator"), str(ROOT / "tests"), str(Path(__file__).parent)))
PAPER = {"public": {"label": "الناس", "formats": ["pdf", "html"], "contents": True}}


def page(html: str, medium: Medium = Medium.SCREEN) -> Document:
    return Document("water/public.ar.pdf", html, medium, "ar", "rtl", "عنوان", "2025-01-15")


def limits(**fields: int) -> Limits:
    return Limits.model_validate({name.replace("_", "-"): value for name, value in fields.items()})


def work(document: Document) -> Output:
    """Does what its document says."""
    match document.html.split():
        case ["hang"]:
            time.sleep(600)
        case ["hang-in-c"]:
            ctypes.PyDLL(None).sleep(600)  # and keeps the interpreter's lock
        case ["late", seconds]:
            time.sleep(float(seconds))
        case ["crash"]:
            ctypes.string_at(0)
        case ["child"]:
            child = subprocess.Popen(["sleep", "600"])
            Path(os.environ["MUJAZ_TEST_CHILD"]).write_text(str(child.pid), "utf-8")
            time.sleep(600)
        case ["state"]:
            return Output(json.dumps({"pid": os.getpid(), "fds": len(os.listdir("/proc/self/fd"))}).encode())
    return Output(document.html.encode())


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] not in ("Z", "X")
    except OSError:
        return False


def below(session: int) -> list[int]:
    """The processes of a session that still run."""
    found = []
    for name in filter(str.isdecimal, os.listdir("/proc")):
        try:
            fields = Path("/proc", name, "stat").read_text("utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] not in ("Z", "X"):
            found.append(int(name))
    return found


def until(what: Callable[[], bool], seconds: float) -> bool:
    """Whether something comes true in time."""
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def environment(**more: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "PYTHONPATH": SOURCES, "LC_ALL": "C.UTF-8", **more}


# ------------------------------------------------------------------------------------------------ the parent dies

VICTIM = """
import sys
from pathlib import Path
from mujaz.publish import opened
from mujaz.workers import crew
from test_worker_faults import page, work

if __name__ == "__main__":
    with opened(Path(sys.argv[1])), crew(jobs=2) as hands:
        for document, outcome in hands([page("a"), page("b"), page("hang"), page("hang-in-c")], work):
            print(document.html, flush=True)
"""


@pytest.fixture
def victim(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the output folder, with one worker that hangs in Python and one that hangs in C."""
    (tmp_path / "tmp").mkdir()
    script = tmp_path / "victim.py"
    script.write_text(VICTIM, "utf-8")
    started = subprocess.Popen(
        [sys.executable, str(script), str(tmp_path / "output")],
        env=environment(TMPDIR=str(tmp_path / "tmp")),
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert started.stdout is not None
    assert {started.stdout.readline().strip() for _ in range(2)} == {"a", "b"}
    time.sleep(0.5)  # until both have begun to hang
    yield started
    for pid in below(started.pid):
        os.kill(pid, signal.SIGKILL)
    started.stdout.close()
    started.wait()


def test_workers_end_with_a_parent_that_is_killed_and_its_lock_is_free(
    victim: subprocess.Popen[str], tmp_path: Path
) -> None:
    assert len(below(victim.pid)) >= 4
    with pytest.raises(OutputError, match="output-busy"), opened(tmp_path / "output"):
        pass
    victim.kill()
    victim.wait()
    with opened(tmp_path / "output"):
        pass  # at once
    assert until(lambda: below(victim.pid) == [], 1)


def test_what_a_killed_parent_left_among_the_temporary_files_is_swept_by_the_next(
    victim: subprocess.Popen[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    (theirs,) = (tmp_path / "tmp").glob("mujaz-work-*")
    os.utime(theirs, (0, 0))
    with crew(jobs=1) as hands:
        assert next(iter(hands([page("a")], work)))
        assert theirs.exists()  # its process lives
    victim.kill()
    victim.wait()
    os.utime(theirs, (0, 0))
    with crew(jobs=1) as hands:
        assert next(iter(hands([page("a")], work)))
    assert list((tmp_path / "tmp").glob("mujaz-work-*")) == []


def test_a_parent_that_was_stopped_takes_nobody_for_slow(tmp_path: Path) -> None:
    """Stopped for longer than the limit and than a pause that is put up with."""
    script = tmp_path / "patient.py"
    script.write_text(
        VICTIM.replace("jobs=2", "jobs=2, limits=limits(seconds=3)")
        .replace("page, work", "page, limits, work")
        .replace(
            '[page("a"), page("b"), page("hang"), page("hang-in-c")]', '[page("a"), page("late 2"), page("late 2.5")]'
        )
        .replace("print(document.html", "print(document.html, type(outcome).__name__"),
        "utf-8",
    )
    started = subprocess.Popen(
        [sys.executable, str(script), str(tmp_path / "output")], env=environment(), stdout=subprocess.PIPE, text=True
    )
    assert started.stdout is not None
    assert started.stdout.readline() == "a Output\n"
    time.sleep(0.3)
    started.send_signal(signal.SIGSTOP)
    time.sleep(6)
    started.send_signal(signal.SIGCONT)
    rest, _ = started.communicate()
    assert sorted(rest.splitlines()) == ["late 2 Output", "late 2.5 Output"]


# ------------------------------------------------------------------------------------------------ a build is stopped


@pytest.mark.parametrize(
    ("number", "status", "language", "sentence"),
    [
        (signal.SIGTERM, 143, "en", "Stopped. What was finished is kept."),
        pytest.param(signal.SIGINT, 130, "ar", "أُوقف العمل، وما اكتمل محفوظ.", marks=pytest.mark.long),
        pytest.param(signal.SIGHUP, 129, "en", "Stopped. What was finished is kept.", marks=pytest.mark.long),
    ],
)
def test_a_build_that_is_told_to_stop_keeps_what_is_done_and_the_next_makes_the_rest(
    tmp_path: Path, number: signal.Signals, status: int, language: str, sentence: str
) -> None:
    slugs = tuple(f"topic-{place}" for place in range(4))
    root = lay(tmp_path / "desk", topics=slugs, audiences=PAPER)
    line = [sys.executable, "-P", "-m", "mujaz", "-C", str(root), "--messages", language, "build", "--jobs", "2"]
    building = subprocess.Popen(
        line, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    assert until(lambda: any(root.glob("output/topic-*/*.pdf")), 30)
    start = time.monotonic()
    if number == signal.SIGTERM:
        building.send_signal(number)
    else:
        os.killpg(building.pid, number)  # as a terminal does
    out, err = building.communicate(timeout=10)
    assert time.monotonic() - start < 5
    assert building.returncode == status, err
    assert err.strip().splitlines()[-1] == sentence
    assert "Traceback" not in out + err
    assert until(lambda: below(building.pid) == [], 1)
    kept = outputs(root)
    assert 0 < len(kept) < 8
    again = subprocess.run([*line, "--json"], env=environment(), capture_output=True, text=True, check=True)
    told = json.loads(again.stdout)
    assert told["problems"] == []
    assert len(told["built"]) + len(told["fresh"]) == 8
    assert len(kept) - 1 <= len(told["fresh"]) <= len(kept)  # a file may have come before its line in the state
    made = outputs(root)
    assert all(made[name] == data for name, data in kept.items())


def test_a_hangup_that_the_caller_ignores_is_ignored(tmp_path: Path) -> None:
    """As under nohup."""
    root = lay(tmp_path / "desk", topics=("one", "two"), audiences=PAPER)
    line = ["sh", "-c", 'trap "" HUP; exec "$@"', "sh", sys.executable, "-m", "mujaz", "-C", str(root), "build"]
    building = subprocess.Popen(line, env=environment(), stdout=subprocess.PIPE, text=True)
    assert until((root / "output" / ".mujaz").is_dir, 30)
    building.send_signal(signal.SIGHUP)
    out, _ = building.communicate()
    assert building.returncode == 0
    assert "made 4" in out


# ------------------------------------------------------------------------------------------------ killed workers


def test_workers_that_are_killed_from_outside_cost_nothing() -> None:
    """Each document may lose its worker once; the killer takes one worker after the other, as each begins."""
    killed: set[int] = set()
    over = threading.Event()

    def kill() -> None:
        while not over.wait(0.15):
            for pid in sorted(_children()):
                if pid not in killed and len(killed) < 20:
                    killed.add(pid)
                    os.kill(pid, signal.SIGKILL)
                    break

    with crew(jobs=2, limits=limits(seconds=60)) as hands:
        assert list(hands([page("warm")], work))
        killer = threading.Thread(target=kill)
        killer.start()
        try:
            found = list(hands([page(f"late 0.1{number:02}") for number in range(40)], work))
        finally:
            over.set()
            killer.join()
    assert len(killed) == 20
    assert len(found) == 40
    lost = [outcome for _, outcome in found if not isinstance(outcome, Output)]
    assert all(each == Failure("export-died", "SIGKILL") for each in lost)
    assert len(lost) <= 10  # those that were killed twice


def _children() -> set[int]:
    """Workers of this process: children of its fork server."""
    from multiprocessing import forkserver  # noqa: PLC0415 # only asked for its server's number

    server = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
    try:
        return {int(each) for each in Path(f"/proc/{server}/task/{server}/children").read_text("utf-8").split()}
    except OSError:
        return set()


def test_a_fork_server_that_is_killed_is_started_anew() -> None:
    from multiprocessing import forkserver  # noqa: PLC0415 # as above

    with crew(jobs=2, limits=limits(seconds=60)) as hands:
        found = {}
        for document, outcome in hands([page("a"), page("late 1"), page("late 1.1"), page("b")], work):
            found[document.html] = outcome
            if document.html == "a":
                os.kill(forkserver._forkserver._forkserver_pid, signal.SIGKILL)  # type: ignore[attr-defined]
    assert all(isinstance(each, Output) for each in found.values()), found
    assert len(found) == 4


def test_what_a_document_started_ends_with_it(tmp_path: Path) -> None:
    script = tmp_path / "child.py"
    script.write_text(
        VICTIM.replace("jobs=2", "jobs=1, limits=limits(seconds=2)")
        .replace("page, work", "page, limits, work")
        .replace('[page("a"), page("b"), page("hang"), page("hang-in-c")]', '[page("child")]'),
        "utf-8",
    )
    told = environment(MUJAZ_TEST_CHILD=str(tmp_path / "pid"))
    subprocess.run([sys.executable, str(script), str(tmp_path / "output")], env=told, check=True)
    child = int((tmp_path / "pid").read_text("utf-8"))
    assert until(lambda: not alive(child), 1)


# ------------------------------------------------------------------------------------------------ real renderers


def told_by(hands: Crew, *documents: Document) -> list[Output | Failure]:
    """What the exporter makes of each, in order."""
    found = {id(document): outcome for document, outcome in hands(documents, export)}
    return [found[id(each)] for each in documents]


def sheet(body: str, style: str = "") -> Document:
    html = (
        f'<html lang="ar" dir="rtl"><head><title>عنوان</title><style>{style}</style></head><body>{body}</body></html>'
    )
    return page(html, Medium.PRINT)


def test_a_layout_that_never_ends_costs_itself_alone() -> None:
    """Nested flex is exponential in WeasyPrint: each level takes three times as long."""
    deep = sheet('<div class="f">' * 14 + "نص" + "</div>" * 14, ".f {display: flex}")
    start = time.monotonic()
    with crew(jobs=2, limits=limits(seconds=4)) as hands:
        hung, well = told_by(hands, deep, sheet("<p>نص</p>"))
    assert time.monotonic() - start < 9
    assert hung == Failure("export-slow", "4")
    assert isinstance(well, Output)
    assert well.pages == 1


def test_a_hang_within_c_is_ended_too() -> None:
    start = time.monotonic()
    with crew(jobs=2, limits=limits(seconds=2)) as hands:
        found = {document.html: outcome for document, outcome in hands([page("hang-in-c"), page("a")], work)}
    assert time.monotonic() - start < 6
    assert found == {"hang-in-c": Failure("export-slow", "2"), "a": Output(b"a")}


def test_a_real_crash_names_its_signal() -> None:
    with crew(jobs=1, limits=limits(seconds=20)) as hands:
        found = {document.html: outcome for document, outcome in hands([page("crash"), page("a")], work)}
    assert found == {"crash": Failure("export-died", "SIGSEGV"), "a": Output(b"a")}


def bomb(side: int) -> bytes:
    """A PNG of so many pixels on each side, all of them clear."""
    packer, rows = zlib.compressobj(9), []
    row = bytes(1 + 4 * side)
    rows = [packer.compress(row) for _ in range(side)]
    head = struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", b"".join(rows) + packer.flush()), (b"IEND", b""))
    body = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(body)


@pytest.mark.long
def test_a_picture_that_unfolds_in_memory_costs_itself_alone() -> None:
    """657 kB that become 1.5 GB."""
    picture = base64.b64encode(bomb(13000)).decode()
    large = sheet(f'<p>نص</p><img alt="صورة" src="data:image/png;base64,{picture}">')
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with crew(jobs=2, limits=limits(seconds=100, memory=1000)) as hands:
        lost, well = told_by(hands, large, sheet("<p>نص</p>"))
    assert lost == Failure("export-memory", "1000")
    assert isinstance(well, Output)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss <= max(before, 600 << 10)  # other tests may have had more


@pytest.mark.long
def test_a_word_of_twenty_million_letters_is_ended_at_the_limit() -> None:
    start = time.monotonic()
    with crew(jobs=2, limits=limits(seconds=5)) as hands:
        lost, well = told_by(hands, sheet(f"<p>{'ب' * 20_000_000}</p>"), sheet("<p>نص</p>"))
    assert time.monotonic() - start < 20
    assert isinstance(lost, Failure)
    assert lost.rule in ("export-slow", "export-memory")
    assert isinstance(well, Output)


# ------------------------------------------------------------------------------------------------ a poor machine


@pytest.mark.parametrize("files", [32, pytest.param(64, marks=pytest.mark.long)])
def test_a_build_makes_do_with_few_open_files(tmp_path: Path, files: int) -> None:
    root = lay(tmp_path / "desk", topics=("one", "two"), audiences=PAPER)
    line = ["sh", "-c", f'ulimit -n {files}; exec "$@"', "sh", sys.executable, "-m", "mujaz", "-C", str(root)]
    done = subprocess.run(
        [*line, "build", "--jobs", "8"], env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "made 4" in done.stdout


def test_a_temporary_folder_with_a_long_name_is_no_hindrance(tmp_path: Path) -> None:
    """Longer than the address of a socket may be."""
    root, long = lay(tmp_path / "desk"), tmp_path / ("long" * 40)
    long.mkdir()
    line = [sys.executable, "-m", "mujaz", "-C", str(root), "build"]
    done = subprocess.run(line, env=environment(TMPDIR=str(long)), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert list(long.iterdir()) == []


def read_only(root: Path) -> list[str]:
    """A command's first words: all but the workspace can be read only, as on a locked machine."""
    inside = f"mount --bind {root} {root} && mount -o remount,ro,bind / && mount -o remount,ro /tmp 2>/dev/null"
    return ["unshare", "-rm", "sh", "-c", f'{inside}; exec "$@"', "sh"]


def test_without_a_temporary_folder_the_workspace_lends_its_own(tmp_path: Path) -> None:
    root = lay(Path(tempfile.mkdtemp(prefix="desk-", dir="/dev/shm")), audiences=PAPER)  # not below /tmp
    try:
        probe = subprocess.run(
            [*read_only(root), "sh", "-c", f"! touch /tmp/x 2>/dev/null && touch {root}/x"], check=False
        )
        if probe.returncode:
            pytest.skip("this machine lets nobody mount")
        line = [*read_only(root), sys.executable, "-B", "-m", "mujaz", "-C", str(root), "build"]
        told = environment(TMPDIR=str(tmp_path / "missing"))
        done = subprocess.run(line, env=told, cwd="/", capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "made 2" in done.stdout
        left = [each.name for each in (root / "output" / ".mujaz").iterdir() if each.is_dir()]
        assert left == []
    finally:
        shutil.rmtree(root)


# ------------------------------------------------------------------------------------------------ many documents


@pytest.mark.long
def test_five_hundred_documents_leave_memory_files_and_folders_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    documents = (sheet(f"<h1>عنوان {number}</h1>" + "<p>نص فيه كلمات</p>" * 40) for number in range(500))
    peak, most, opened_ = 0, 0, []
    with crew(jobs=2, limits=limits(seconds=60)) as hands:
        for place, (_, outcome) in enumerate(hands(documents, export)):
            assert isinstance(outcome, Output), outcome
            if place % 10 == 0:
                for pid in _children():
                    try:
                        status = Path(f"/proc/{pid}/status").read_text("utf-8")
                        files = len(os.listdir(f"/proc/{pid}/fd"))
                    except OSError:
                        continue
                    if "VmRSS" in status:
                        peak = max(peak, int(status.partition("VmRSS:")[2].split()[0]))
                    opened_.append(files)
                most = max(most, sum(len(found) + len(files) for _, found, files in os.walk(tmp_path)))
    assert peak < 400 << 10
    assert max(opened_) < 40
    assert most < 40
    assert list(tmp_path.glob("mujaz-work-*")) == []


STREAM = r"""
import re
from mujaz.workers import crew
from test_worker_faults import page, work

if __name__ == "__main__":
    documents = (page(f"{number} " + "ن" * 50_000) for number in range(10_000))
    with crew(jobs=2) as hands:
        print(sum(len(outcome.data) for _, outcome in hands(documents, work)))
    print(re.search(r"VmHWM:\s+([0-9]+)", open("/proc/self/status").read())[1])
"""


@pytest.mark.long
def test_ten_thousand_documents_pass_through_a_small_main_process(tmp_path: Path) -> None:
    """A gigabyte in all."""
    script = tmp_path / "stream.py"
    script.write_text(STREAM, "utf-8")
    done = subprocess.run([sys.executable, str(script)], env=environment(), capture_output=True, text=True, check=True)
    size, peak = map(int, done.stdout.split())
    assert size > 1_000_000_000
    assert peak < 300 << 10
