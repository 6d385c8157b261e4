"""What the researcher's brief costs in CPU time, beside Typst and Chromium's print of the same text, in one run.

Run: .venv/bin/python tests/bench/page.py [ROUNDS]
Prints the median and the minimum of each measure, how far two halves of its runs lie apart, and the ratios with their
bounds; exits 1 where one does not hold. Needs Chromium; `typst` comes with the packages of the tests.

Counted is CPU time, user and system, of every process that a measure starts: a cold measure is started by a process
that has made itself the reaper of all orphans below it (PR_SET_CHILD_SUBREAPER), so that what Chromium and the
forkserver leave behind comes back to it, is waited for and counted. `cpuacct.usage` of a control group agrees with that
to a hundredth.

Warm: one process for each engine, which has worked twice before. Mujaz composes and exports an assembled brief.
Typst compiles a source in which each paragraph begins with a word that it has not seen, so that none is remembered;
what the source says is `typeset.py`: the same paragraphs, headings, notes, contents with page numbers, table, running
heads and numbers of pages in the same faces and sizes, tagged, as PDF/A-3a and PDF/UA-1. It does without: the attached
files, the line heights that avoid an almost empty last page, the ink of single words, joined clusters. It sets all
pages anew until the numbers in the contents hold, so that its time moves in steps: of seventeen leadings from 0.78 to
1.14 em one took 0.5 s, eleven 0.7 s and five up to 0.9 s. What is in use takes 0.5 s: the strictest of these.
Corridor: from the files of the workspace to the proof of the PDF, in the same warm process.
Cold: a whole process, from its start to its end. Chromium prints the same page with its faces; it knows no notes at
the foot, no running heads and no numbers of pages in contents, so that it does less.
"""

from __future__ import annotations

import ctypes
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from statistics import median
from typing import Literal

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "generator"), str(ROOT / "tests")]

import mujaz.build  # noqa: E402 # run as a script, it must find the packages first
import mujaz.produce  # noqa: E402 # as above
from bench.typeset import typeset  # noqa: E402
from mujaz.compose import compose  # noqa: E402
from mujaz.faces import faces_of, with_faces  # noqa: E402
from mujaz.model.brief import Brief  # noqa: E402
from mujaz.model.document import Document, Medium  # noqa: E402
from mujaz.plan import Request  # noqa: E402
from mujaz.standing import look  # noqa: E402 # as above
from mujaz.templates import House, open_templates  # noqa: E402
from workspace import crewed  # noqa: E402 # as above

TOPIC, AUDIENCE, LANGUAGE = "counterterrorism-diplomacy", "researcher", "ar"
REQUEST = Request(
    topics=frozenset({TOPIC}),
    audiences=frozenset({AUDIENCE}),
    languages=frozenset({LANGUAGE}),
    media=frozenset({Medium.PRINT}),
    force=True,
)
BOUNDS = (("Mujaz warm", "Typst warm", 4.0), ("Mujaz cold", "Chromium cold", 1.5))
REAPER = 36
"""PR_SET_CHILD_SUBREAPER (linux/prctl.h)."""
STANDARDS: tuple[Literal["a-3a", "ua-1"], ...] = ("a-3a", "ua-1")
COLD_TYPST = f"""
import sys, typst
typst.compile(sys.argv[2] + "/page.typ", sys.argv[2] + "/page.typst.pdf", font_paths=[sys.argv[1]],
    ignore_system_fonts=True, pdf_standards={list(STANDARDS)})
"""
_numbers = count(1)


def fresh() -> str:
    """A word that no text of this run has."""
    return f"ك{next(_numbers)}"


def workspace(folder: Path) -> Path:
    """A copy of this repository's workspace: a measure does not write into the real output."""
    shutil.copy(ROOT / "mujaz.yaml", folder)
    shutil.copytree(ROOT / "content", folder / "content")
    return folder


def assembled(root: Path) -> tuple[Brief, Callable[[], Document]]:
    """The brief, and what composes it for print."""
    seen, jobs = look(root, REQUEST)
    if seen.library is None:
        raise SystemExit(f"not read: {seen.problems}")
    brief, templates, house = jobs[0].brief, open_templates(root), House(seen.library.workspace, seen.library.logo)
    return brief, lambda: compose(brief, templates, medium=Medium.PRINT, house=house)


# --- warm: a process that answers each word with the time that its work took -----------------------------------------


def mujaz_warm(root: Path) -> Callable[[str], Callable[[], object]]:
    """Compose and export an assembled brief."""
    from mujaz.export import export  # noqa: PLC0415 # only the process that prints loads it

    _, composed = assembled(root)
    return lambda _: lambda: export(composed())


def corridor_warm(root: Path) -> Callable[[str], Callable[[], object]]:
    """The whole build of one target, its worker in this process."""
    alone = crewed(lambda documents, work, *, jobs: ((each, work(each)) for each in documents))  # noqa: ARG005 # as workers are called
    setattr(mujaz.produce, "crew", alone)  # noqa: B010 # mypy knows it as it is

    def corridor() -> None:
        result = mujaz.build.build(root, REQUEST, jobs=1, tell=lambda _: None)
        if len(result.built) != 1:
            raise SystemExit(f"not built: {result}")

    return lambda _: corridor


def typst_warm(root: Path) -> Callable[[str], Callable[[], object]]:
    """Compile what no word of it was compiled before."""
    document = assembled(root)[1]()

    def prepared(word: str) -> Callable[[], object]:
        source = typeset(document, word=word).encode()
        return lambda: set_by_typst(source)

    return prepared


def set_by_typst(source: bytes) -> object:
    """The PDF of a source."""
    import typst  # noqa: PLC0415 # only the processes that compile load it

    faces = str(faces_of("classic", Medium.PRINT)[0].path.parent)
    options = {"font_paths": [faces], "ignore_system_fonts": True, "pdf_standards": list(STANDARDS)}
    return typst.compile(source, **options)  # type: ignore[call-overload] # the stub cannot tell what comes out


WARM = {"Mujaz warm": mujaz_warm, "Mujaz corridor": corridor_warm, "Typst warm": typst_warm}


def serve(name: str, root: Path) -> None:
    prepare = WARM[name](root)
    for word in sys.stdin:
        work = prepare(word.strip())
        before = time.process_time()
        work()
        print(time.process_time() - before, flush=True)


class Server:
    """A warm process of this file."""

    def __init__(self, name: str, root: Path) -> None:
        command = [sys.executable, "-P", __file__, "--serve", name, str(root)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2):
            self.seconds()

    def seconds(self) -> float:
        """CPU time of its work, with a word that is new."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{fresh()}\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def end(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()


# --- cold: a whole process with all that it starts -------------------------------------------------------------------


def cold(command: list[str]) -> float:
    """CPU time of a command, counted by a process that has no other children."""
    told = subprocess.run([sys.executable, "-P", __file__, "--reap", *command], stdout=subprocess.PIPE, check=True)
    return float(told.stdout)


def reaped(command: list[str]) -> float:
    """CPU time of a command and of every process below it, however they were left behind."""
    ctypes.CDLL(None).prctl(REAPER, 1, 0, 0, 0)
    null = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_WRONLY, 0) for number in (1, 2)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    first = os.posix_spawnp(command[0], command, os.environ, file_actions=null)
    status = 0
    while True:
        try:
            ended, how, _ = os.wait4(-1, 0)
        except ChildProcessError:
            break
        status = how if ended == first else status
    if status:
        raise SystemExit(f"failed: {' '.join(command)}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def commands(root: Path) -> Mapping[str, list[str]]:
    """What is started cold; the last word is the file that it makes, where it has one."""
    document = assembled(root)[1]()
    (root / "page.typ").write_text(typeset(document), "utf-8")
    page = with_faces(document.html, {face: face.path.as_uri() for face in faces_of("classic", Medium.PRINT)})
    (root / "page.html").write_text(page, "utf-8")
    build = ["build", TOPIC, "--audience", AUDIENCE, "--lang", LANGUAGE, "--only", "pdf", "--force"]
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("Chromium is not on PATH")
    return {
        "Mujaz cold": [sys.executable, "-P", "-m", "mujaz", "-C", str(root), *build],
        "Typst cold": [
            sys.executable,
            "-P",
            "-c",
            COLD_TYPST,
            str(faces_of("classic", Medium.PRINT)[0].path.parent),
            str(root),
        ],
        "Chromium cold": [
            *(chromium, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"),
            *(f"--user-data-dir={root / 'profile'}", f"--print-to-pdf={root / 'page.chromium.pdf'}"),
            (root / "page.html").as_uri(),
        ],
    }


# --- together -------------------------------------------------------------------------------------------------------


def measured(rounds: int, root: Path) -> dict[str, list[float]]:
    """Seconds of each measure, in turn: in every round each comes twice, so that its two halves can be compared."""
    started = commands(root)
    servers = {name: Server(name, root) for name in WARM}
    times: dict[str, list[float]] = {name: [] for name in (*WARM, *started)}
    for number in range(2 * rounds):
        for name, server in servers.items():
            times[name].append(server.seconds())
        for name, command in started.items():
            shutil.rmtree(root / "profile", ignore_errors=True)
            times[name].append(cold(command))
        print(f"{number + 1} of {2 * rounds}", file=sys.stderr)
    for server in servers.values():
        server.end()
    return times


def table(times: Mapping[str, list[float]]) -> bool:
    """Print what was measured; whether every bound holds."""
    print(f"{'CPU seconds':<16}{'median':>8}{'least':>8}{'A/A':>8}")
    for name, each in times.items():
        apart = median(each[::2]) / median(each[1::2]) - 1
        print(f"{name:<16}{median(each):>8.2f}{min(each):>8.2f}{apart:>+8.1%}")
    print(f"\n{'ratio':<32}{'median':>8}{'least':>8}{'bound':>8}")
    held = True
    for ours, peer, bound in BOUNDS:
        ratio = median(times[ours]) / median(times[peer])
        held &= ratio <= bound
        least = min(times[ours]) / min(times[peer])
        verdict = "holds" if ratio <= bound else "BROKEN"
        print(f"{ours + ' : ' + peer:<32}{ratio:>8.2f}{least:>8.2f}{bound:>8.1f}  {verdict}")
    return held


def main() -> int:
    """Measure, or be one of the warm processes."""
    if sys.argv[1:2] == ["--serve"]:
        serve(sys.argv[2], Path(sys.argv[3]))
        return 0
    if sys.argv[1:2] == ["--reap"]:
        print(reaped(sys.argv[2:]))
        return 0
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory() as folder:
        return 0 if table(measured(rounds, workspace(Path(folder)))) else 1


if __name__ == "__main__":
    sys.exit(main())
