"""What a fleet costs: a build that has nothing to do, one edited point, two workers instead of one, and memory.

Run: .venv/bin/python -P tests/bench/fleet.py [no-op|edit|workers]… [--rounds N] [--topics N] [--in FOLDER]
Prints medians and the ratios with their bounds; exits 1 where one does not hold. Needs `make`, and `typst`, which comes
with the packages of the tests. `--in` keeps the workspaces, so that the next run need not lay them again.

no-op: 1,250 topics for four audiences, on paper and on screen, 10,000 files, beside `make -q` on as many files with the
same dependencies: the topic's file, the audience's, `mujaz.yaml`, and every template. Counted is CPU time, user and
system, of whole processes; every file was made before, and both find nothing to do. Make compares times of files;
Mujaz compares what it remembers of their bytes, and tells the problems of all topics once more.
edit: the title of one of 1,000 topics as long as those of this repository, which was built before as it is: four briefs
of the longest, eight files. Beside it Typst compiles the same four briefs in one process, without web pages, gate,
proof, index or archive; and WeasyPrint, as it comes, the longest of the four alone.
workers: the five topics of this repository from nothing with one worker and with two: elapsed time.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "generator"), str(ROOT / "tests")]

from bench.typeset import typeset  # noqa: E402 # run as a script, it must find the packages first
from mujaz import index as indexing  # noqa: E402 # as above
from mujaz import issuing  # noqa: E402
from mujaz import produce as producing  # noqa: E402
from mujaz.build import build  # noqa: E402
from mujaz.compose import compose  # noqa: E402
from mujaz.faces import faces_of, with_faces  # noqa: E402
from mujaz.model.document import Document, Medium, Output  # noqa: E402
from mujaz.plan import Request  # noqa: E402
from mujaz.standing import look  # noqa: E402
from mujaz.templates import House, open_templates, packaged_folder  # noqa: E402
from workspace import crewed, lay  # noqa: E402

_PR_SET_CHILD_SUBREAPER = 36
READERS = ("minister", "parliament", "public", "researcher")
COLD_TYPST = """
import sys, typst
for source in sys.argv[2:]:
    typst.compile(source, source + ".pdf", font_paths=[sys.argv[1]], ignore_system_fonts=True,
        pdf_standards=["a-3a", "ua-1"])
"""
PLAIN_WEASYPRINT = """
import sys, weasyprint
weasyprint.HTML(sys.argv[1]).write_pdf(sys.argv[2], pdf_variant="pdf/a-3a")
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process took."""

    cpu: float
    """Seconds, user and system, with all that it started and waited for."""
    elapsed: float
    """Seconds."""
    memory: float
    """Megabytes that the process itself held at most, without its workers."""


def run(line: list[str], cwd: Path, well: tuple[int, ...] = (0, 1)) -> Cost:
    """Start a process and wait for it and for its workers; its own peak of memory is what the system says of it last.

    Modules are compiled once, as where a package is installed.
    """
    home = {name: each for name, each in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    spent = _spent()
    before = time.perf_counter()
    child = subprocess.Popen(line, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=home)
    peak = 0.0
    while (done := os.wait4(child.pid, os.WNOHANG))[0] == 0:
        try:
            status = Path(f"/proc/{child.pid}/status").read_text("utf-8")
        except OSError:
            continue
        held = re.search(r"VmHWM:\s+(\d+) kB", status)
        peak = max(peak, int(held[1]) / 1024 if held else 0)
        time.sleep(0.005)
    elapsed = time.perf_counter() - before
    child.returncode = os.waitstatus_to_exitcode(done[1])
    if child.returncode not in well:
        raise SystemExit(f"{line} ended with {child.returncode}")
    with suppress(ChildProcessError):  # the fork server outlives who started it, and is ours then
        while True:
            os.wait()
    return Cost(_spent() - spent, elapsed, peak)


def _spent() -> float:
    """Seconds of CPU of all that was started and waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def tool(root: Path, *arguments: str) -> list[str]:
    """The command line, as `./run` calls it."""
    return [sys.executable, "-P", "-m", "mujaz", "-C", str(root), *arguments]


def medians(costs: list[Cost]) -> Cost:
    return Cost(*(median(each) for each in zip(*((c.cpu, c.elapsed, c.memory) for c in costs), strict=True)))


def feigned(documents: Any, _work: Any, *, jobs: int) -> Iterator[tuple[Document, Output]]:
    """In place of the workers, where a measure needs files that were made, and not their making."""
    for each in documents:
        print_ = each.medium is Medium.PRINT
        data = b"%PDF-1.7\n" + each.html.encode()[: 2000 * jobs] + b"%%EOF" if print_ else each.html.encode()
        yield each, Output(data, 1 if print_ else None)


def laid(root: Path, make: Callable[[Path], object]) -> Path:
    """A workspace whose files are all made, in a moment each."""
    if not root.exists():
        make(root)
        with (
            patch.object(producing, "crew", crewed(feigned)),
            patch.object(issuing, "examined", lambda *_: ()),
            patch.object(indexing, "_leaks", lambda *_: ()),
        ):
            build(root, Request(), jobs=1, tell=lambda _: None)
        time.sleep(2.5)  # what was written just now is not remembered yet
    run(tool(root, "build"), root)
    return root


# --- nothing to do ---------------------------------------------------------------------------------------------------


def small(root: Path) -> None:
    reader = {"depth": "gist", "notes": "none", "formats": ["pdf", "html"]}
    lay(root, [f"topic-{number:04d}" for number in range(1250)], {a: {"label": a, **reader} for a in READERS})


def makefile(root: Path) -> Path:
    """The same files and what they depend on, for make; of the templates, copies that are older than all of them."""
    copies = root.with_name(f"{root.name}-templates")
    if not copies.exists():
        shutil.copytree(packaged_folder(), copies)
    for path in copies.rglob("*"):
        os.utime(path, (0, 0))
    templates = " ".join(str(path) for path in sorted(copies.rglob("*")) if path.is_file())
    lines = [f"SHARED = mujaz.yaml {templates}"]
    outputs = sorted(path.relative_to(root).as_posix() for path in root.glob("output/*/*.ar.*"))
    lines.append(f"all: {' '.join(outputs)}")
    for output in outputs:
        topic, audience = output.split("/")[1], output.split("/")[2].partition(".")[0]
        lines.append(f"{output}: content/topics/{topic}/ar.yaml content/audiences/{audience}.yaml $(SHARED)\n\tfalse")
    (root / "Makefile").write_text("\n".join(lines) + "\n", "utf-8")
    return root / "Makefile"


def no_op(folder: Path, rounds: int) -> list[tuple[str, float, float]]:
    root = laid(folder / "no-op", small)
    makefile(root)
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(run(tool(root, "build"), root))
        theirs.append(run(["make", "-q", "all"], root, (0,)))
    mine, make = medians(ours), medians(theirs)
    count = len(list(root.glob("output/*/*.ar.*")))
    print(f"no-op, {count} files: Mujaz {mine.cpu:.2f} s CPU, {mine.elapsed:.2f} s, {mine.memory:.0f} MB;"
          f" make -q {make.cpu:.2f} s CPU, {make.elapsed:.2f} s, {make.memory:.0f} MB")  # fmt: skip
    return [("no-op / make -q", mine.cpu / make.cpu, 2.0), ("no-op, MB", mine.memory, 300)]


# --- one edited point ------------------------------------------------------------------------------------------------


def large(count: int) -> Callable[[Path], None]:
    """So many topics as long as those of this repository."""

    def make(root: Path) -> None:
        root.mkdir(parents=True)
        shutil.copy(ROOT / "mujaz.yaml", root)
        shutil.copytree(ROOT / "content" / "audiences", root / "content" / "audiences")
        for path in (ROOT / "content").glob("references.*"):
            shutil.copy(path, root / "content")
        held = sorted((ROOT / "content" / "topics").iterdir())
        for number in range(count):
            topic = held[number % len(held)]
            copy = root / "content" / "topics" / f"{topic.name}-{number:04d}"
            shutil.copytree(topic, copy, ignore=shutil.ignore_patterns("en.yaml"))

    return make


def edited(root: Path, number: int) -> Request:
    """A number more in the title of a topic, which all audiences read; what has to be made."""
    path = root / "content" / "topics" / f"counterterrorism-diplomacy-{number:04d}" / "ar.yaml"
    text = path.read_text("utf-8")
    path.write_text(re.sub(r"(?m)^title: (.+)$", rf"title: \1 {len(text)}", text, count=1), "utf-8")
    return Request(topics=frozenset({path.parent.name}), media=frozenset({Medium.PRINT}))


def sources(root: Path, request: Request, folder: Path) -> tuple[list[str], str]:
    """The same briefs as Typst's sources, and the longest of them as a page for WeasyPrint."""
    seen, jobs = look(root, request)
    if seen.library is None:
        raise SystemExit(f"not read: {seen.problems}")
    templates, house = open_templates(root), House(seen.library.workspace, seen.library.logo)
    names, longest = [], ""
    for job in jobs:
        document = compose(job.brief, templates, medium=Medium.PRINT, house=house)
        path = folder / f"{job.target.audience}.typ"
        path.write_text(typeset(document), "utf-8")
        names.append(str(path))
        longest = max(longest, document.html, key=len)
    page = folder / "longest.html"
    faces = {face: face.path.as_uri() for face in faces_of("classic", Medium.PRINT)}
    page.write_text(with_faces(longest, faces), "utf-8")
    return names, str(page)


def edit(folder: Path, rounds: int, topics: int) -> list[tuple[str, float, float]]:
    root = laid(folder / f"edit-{topics}", large(topics))
    faces = folder / "faces"
    faces.mkdir(exist_ok=True)
    for face in faces_of("classic", Medium.PRINT):
        shutil.copy(face.path, faces)
    ours, theirs, plain = [], [], []
    for number in range(rounds):
        edited(root, 5 * number + 2)
        run(tool(root, "build"), root)  # so that real files lie there, which have to be looked at
        time.sleep(2.5)
        request = edited(root, 5 * number + 2)
        names, page = sources(root, request, folder)
        ours.append(run(tool(root, "build"), root))
        theirs.append(run([sys.executable, "-c", COLD_TYPST, str(faces), *names], folder))
        plain.append(run([sys.executable, "-c", PLAIN_WEASYPRINT, page, f"{page}.pdf"], folder))
    mine, typst, alone = medians(ours), medians(theirs), medians(plain)
    print(f"one edit in {topics} topics: Mujaz {mine.cpu:.2f} s CPU, {mine.elapsed:.2f} s, {mine.memory:.0f} MB;"
          f" Typst {typst.cpu:.2f} s CPU, {typst.elapsed:.2f} s;"
          f" WeasyPrint, the longest alone {alone.cpu:.2f} s CPU, {alone.elapsed:.2f} s")  # fmt: skip
    return [
        ("WeasyPrint, the longest alone / Typst, elapsed", alone.elapsed / typst.elapsed, 0),
        ("edit / Typst, elapsed", mine.elapsed / typst.elapsed, 4.0),
        ("edit / Typst, CPU", mine.cpu / typst.cpu, 0),
    ]


# --- two workers -----------------------------------------------------------------------------------------------------


def workers(folder: Path, rounds: int) -> list[tuple[str, float, float]]:
    root = folder / "workers"
    if not root.exists():
        root.mkdir()
        shutil.copy(ROOT / "mujaz.yaml", root)
        shutil.copytree(ROOT / "content", root / "content")
    found: dict[int, list[Cost]] = {1: [], 2: []}
    for _ in range(rounds):
        for jobs, costs in found.items():
            shutil.rmtree(root / "output", ignore_errors=True)
            costs.append(run(tool(root, "build", "--jobs", str(jobs)), root))
    one, two = medians(found[1]), medians(found[2])
    print(f"five topics: one worker {one.elapsed:.1f} s ({one.cpu:.1f} s CPU), two {two.elapsed:.1f} s"
          f" ({two.cpu:.1f} s CPU), main process {two.memory:.0f} MB")  # fmt: skip
    return [("speed-up by two workers", one.elapsed / two.elapsed, -1.7)]


def main() -> int:
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)
    parser = argparse.ArgumentParser()
    parser.add_argument("measures", nargs="*", default=["no-op", "edit", "workers"])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--topics", type=int, default=1000)
    parser.add_argument("--in", dest="folder", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = asked.folder or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        found: list[tuple[str, float, float]] = []
        if "no-op" in asked.measures:
            found += no_op(folder, asked.rounds)
        if "edit" in asked.measures:
            found += edit(folder, asked.rounds, asked.topics)
        if "workers" in asked.measures:
            found += workers(folder, asked.rounds)
    broken = 0
    for what, ratio, bound in found:
        holds = not bound or (ratio >= -bound if bound < 0 else ratio <= bound)
        broken += not holds
        said = f"at least {-bound}" if bound < 0 else f"at most {bound}"
        print(f"{what}: {ratio:.2f}" + (f" ({said}: {'holds' if holds else 'BROKEN'})" if bound else ""))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
