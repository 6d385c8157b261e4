"""Workers: each document comes back or with why it did not, and what befalls one touches no other."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from mujaz.model.document import Document, Medium, Output
from mujaz.model.limits import Limits
from mujaz.workers import Crew, CrewError, Failure, crew, pool, run
from mujaz.workers.outcome import UNFED, died, raised

LIMITS = Limits.model_validate({"seconds": 20, "cpu-seconds": 10, "memory": 1000, "file-size": 4})
STRICT = Limits.model_validate({"seconds": 2, "cpu-seconds": 1, "memory": 1000})


def page(text: str, medium: Medium = Medium.SCREEN) -> Document:
    return Document(f"water/{text}.ar.html", text, medium, "ar", "rtl", text, "2025-01-15")


def work(document: Document) -> Output:  # noqa: PLR0911, PLR0912, PLR0915 # a list of misdeeds
    """Does what its document says."""
    match document.html.split():
        case ["die"]:
            os._exit(7)
        case ["vanish"]:
            os._exit(0)
        case ["kill"]:
            os.kill(os.getpid(), signal.SIGKILL)
        case ["crash"]:
            os.kill(os.getpid(), signal.SIGSEGV)
        case ["abort"]:
            os.abort()
        case ["starve"]:  # as GLib does it
            os.write(2, b"\nGLib-ERROR **: failed to allocate 123456 bytes\n")
            os.kill(os.getpid(), signal.SIGTRAP)
        case ["throw"]:  # as C++ does it
            os.write(2, b"terminate called after throwing an instance of 'std::bad_alloc'\n")
            os.abort()
        case ["hang"]:
            time.sleep(600)
        case ["spin"]:
            while True:
                pass
        case ["burn", seconds]:
            until = time.process_time() + float(seconds)
            while time.process_time() < until:
                pass
        case ["raise"]:
            raise ValueError("لا يصلح")
        case ["interrupt"]:
            raise KeyboardInterrupt
        case ["eat"]:
            return Output(bytes(4 << 30))
        case ["spill"]:
            Path(tempfile.gettempdir(), "spilt").write_bytes(bytes(5 << 20))
        case ["large"]:
            return Output(bytes(5 << 20))
        case ["nothing"]:
            return None  # type: ignore[return-value] # a renderer that is broken
        case ["empty"]:
            return Output(b" \n")
        case ["chatter"]:
            for line in range(3, 32):
                try:
                    os.write(line, b"hello?")
                except OSError:
                    continue
        case ["print"]:
            print("words on standard output", flush=True)
            os.write(2, b"words on standard error\n")
        case ["late", seconds]:
            time.sleep(float(seconds))
        case ["once", path]:
            if not Path(path).exists():
                Path(path).touch()
                os.kill(os.getpid(), signal.SIGKILL)
        case ["litter"]:
            return Output(tempfile.mkdtemp(prefix="weasyprint-").encode())
        case ["pid"]:
            return Output(str(os.getpid()).encode())
    return Output(document.html.encode(), len(document.html))


@pytest.fixture(scope="module")
def hands() -> Iterator[Crew]:
    """Two workers that stay warm from one test to the next."""
    with crew(jobs=2, limits=LIMITS) as made:
        yield made


def told(made: Crew, *words: str, medium: Medium = Medium.SCREEN) -> dict[str, Output | Failure]:
    """What came of each word."""
    return {document.html: outcome for document, outcome in made((page(word, medium) for word in words), work)}


def outcomes(*words: str, jobs: int = 2, limits: Limits = LIMITS) -> list[Output | Failure]:
    documents = [page(word) for word in words]
    found = list(run(documents, work, jobs=jobs, limits=limits))
    assert [document for document, _ in found] == documents
    return [outcome for _, outcome in found]


def whole(*words: str) -> list[Output]:
    return [Output(word.encode(), len(word)) for word in words]


# ------------------------------------------------------------------------------------------------ order


def test_documents_come_back_in_their_order() -> None:
    words = [f"w{number}" for number in range(12)]
    assert outcomes(*words) == whole(*words)
    assert outcomes("late 0.3", "a", "a", "b") == whole("late 0.3", "a", "a", "b")


def test_nothing_to_do_starts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "Pool", None)
    assert list(run([], work, jobs=2)) == []
    monkeypatch.undo()
    before = _children()
    with crew(jobs=2) as made:
        assert list(made(iter(()), work)) == []
        assert _children() == before


def test_documents_come_as_they_are_done_and_a_slow_one_holds_up_none(hands: Crew) -> None:
    words = ["late 1.5", *(f"w{number}" for number in range(20))]
    found = [document.html for document, _ in hands((page(word) for word in words), work)]
    assert sorted(found) == sorted(words)
    assert found[-1] == "late 1.5"


def test_the_document_that_comes_back_is_the_one_that_was_given(hands: Crew) -> None:
    given = [page("same") for _ in range(5)]
    found = [document for document, _ in hands(given, work)]
    assert {id(each) for each in found} == {id(each) for each in given}


def test_no_more_documents_are_taken_than_are_at_hand(hands: Crew) -> None:
    taken = 0

    def source() -> Iterator[Document]:
        nonlocal taken
        for number in range(30):
            taken += 1
            yield page(f"w{number}")

    for done, _ in enumerate(hands(source(), work)):
        assert taken - done <= 6


@pytest.mark.parametrize("jobs", [1, 2, 9])
def test_pieces_are_made_ready_before_the_caller_waits_for_the_first_worker(
    jobs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[str] = []
    before: list[int] = []
    start = pool.Pool._start

    def started(self: pool.Pool) -> Any:
        before.append(len(taken))
        return start(self)

    def pieces() -> Iterator[Document]:
        for word in "abcde":
            taken.append(word)
            yield page(word)

    monkeypatch.setattr(pool.Pool, "_start", started)
    with crew(jobs=jobs, limits=LIMITS) as made:
        assert len(list(made(pieces(), work))) == 5
        assert before[0] == min(jobs, 3)
        assert [outcome for _, outcome in made([page("f")], work)] == whole("f")


def test_workers_stay_warm_between_calls(hands: Crew) -> None:
    first = {each.data for each in told(hands, "pid").values() if isinstance(each, Output)}
    for _ in range(3):
        assert {each.data for each in told(hands, "pid").values() if isinstance(each, Output)} == first


# ------------------------------------------------------------------------------------------------ misdeeds


@pytest.mark.parametrize(
    ("word", "rule", "found"),
    [
        ("die", "export-died", "exit 7"),
        ("vanish", "export-died", "exit 0"),
        ("kill", "export-died", "SIGKILL"),
        ("crash", "export-died", "SIGSEGV"),
        ("abort", "export-died", "SIGABRT"),
        ("starve", "export-memory", "1000"),
        ("throw", "export-memory", "1000"),
        ("eat", "export-memory", "1000"),
        ("raise", "export-failed", "ValueError: لا يصلح"),
        ("interrupt", "export-failed", "KeyboardInterrupt: "),
        ("spill", "export-large", "4"),
        ("large", "export-large", "4"),
        ("nothing", "export-garbled", "NoneType"),
        ("empty", "export-garbled", " \\n"),
        ("chatter", "export-garbled", "mark"),
    ],
)
def test_a_document_that_ruins_its_worker_costs_itself_alone(hands: Crew, word: str, rule: str, found: str) -> None:
    seen = told(hands, "a", "b", word, "c", "d")
    assert seen.pop(word) == Failure(rule, found)
    assert list(seen.values()) == whole(*seen)


@pytest.mark.parametrize("data", ["no pdf at all", "%PDF-1.7 and no end", "an end %%EOF"])
def test_pages_that_are_no_whole_pdf_are_refused(hands: Crew, data: str) -> None:
    assert told(hands, data, medium=Medium.PRINT) == {data: Failure("export-garbled", data[:16])}


def test_pages_that_are_a_whole_pdf_are_taken(hands: Crew) -> None:
    data = "%PDF-1.7\n…\n%%EOF\n"
    assert told(hands, data, medium=Medium.PRINT) == {data: Output(data.encode(), len(data))}


def test_a_document_that_never_ends_is_stopped_at_the_limit() -> None:
    start = time.monotonic()
    first, hung, last = outcomes("a", "hang", "b", limits=STRICT)
    assert 1.9 < time.monotonic() - start < 5
    assert [first, last] == whole("a", "b")
    assert hung == Failure("export-slow", "2")


def test_the_processor_is_counted_for_each_document_anew() -> None:
    """A worker that has burned more than a document may, in documents that each burned less, goes on."""
    patient = Limits.model_validate({"seconds": 20, "cpu-seconds": 1})
    words = ["burn 0.8"] * 3
    assert outcomes(*words, jobs=1, limits=patient) == whole(*words)
    assert outcomes("spin", "a", jobs=1, limits=patient) == [Failure("export-cpu", "1"), *whole("a")]


def test_every_document_may_be_lost_and_the_run_still_ends() -> None:
    found = outcomes("die", "raise", "kill", "raise", jobs=1)
    assert [each.rule for each in found if isinstance(each, Failure)] == [
        "export-died",
        "export-failed",
        "export-died",
        "export-failed",
    ]


def test_a_document_whose_worker_someone_killed_is_tried_once_more(hands: Crew, tmp_path: Path) -> None:
    word = f"once {tmp_path / 'killed'}"
    assert told(hands, "a", word) == dict(zip(("a", word), whole("a", word), strict=True))


def test_what_cannot_be_sent_costs_one_document(hands: Crew) -> None:
    found = list(hands([page("a")], lambda document: Output(document.html.encode())))
    assert isinstance(found[0][1], Failure)
    assert found[0][1].rule == "export-failed"


def test_what_a_renderer_prints_disturbs_nobody(hands: Crew, capfd: pytest.CaptureFixture[str]) -> None:
    assert told(hands, "print", "a").keys() == {"print", "a"}
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("code", "said", "rule", "found"),
    [
        (1, "OpenBLAS error: Memory allocation still failed after 10 retries, giving up.\n", "export-memory", "1000"),
        (UNFED, "", "export-memory", "1000"),
        (-signal.SIGXFSZ, "", "export-large", "4"),
        (-signal.SIGXCPU, "", "export-cpu", "10"),
        (-63, "a last word\n\n", "export-died", "signal 63; a last word"),
        (None, "", "export-died", "exit None"),
    ],
)
def test_why_a_worker_ended_is_told_by_its_code_and_its_last_words(
    code: int | None, said: str, rule: str, found: str
) -> None:
    assert died(code, said, LIMITS) == Failure(rule, found)


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        OSError(12, "Cannot allocate memory"),
        ImportError("libx.so: failed to map segment from shared object"),
    ],
)
def test_want_of_memory_has_many_names(error: Exception) -> None:
    assert raised(error, LIMITS) == Failure("export-memory", "1000")


# ------------------------------------------------------------------------------------------------ time that stands


def test_a_process_that_was_stopped_itself_takes_nobody_for_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """It stood still for longer than the limit while a document was being made, which then gets its time."""
    monkeypatch.setattr(pool, "_STALL", 0.5)
    with crew(jobs=2, limits=STRICT) as made:
        found: dict[str, Any] = {}
        for document, outcome in made([page("late 3"), page("a")], work):
            found[document.html] = outcome
            if document.html == "a":
                time.sleep(2.5)
    assert list(found.values()) == whole(*found)


# ------------------------------------------------------------------------------------------------ what is left behind


def test_temporary_files_are_gone_after_each_document_and_after_a_kill(tmp_path: Path) -> None:
    place, tempfile.tempdir = tempfile.tempdir, str(tmp_path)
    try:
        with crew(jobs=1, limits=STRICT) as made:
            litter = told(made, "litter")["litter"]
            assert isinstance(litter, Output)
            assert litter.data.startswith(os.fsencode(tmp_path))
            assert not Path(os.fsdecode(litter.data)).exists()
            told(made, "die", "hang")
            (room,) = tmp_path.glob("mujaz-work-*")
            assert len(list(room.iterdir())) <= 1
    finally:
        tempfile.tempdir = place
    assert list(tmp_path.glob("mujaz-work-*")) == []


def test_without_any_temporary_folder_there_is_nobody_to_set_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none() -> str:
        raise FileNotFoundError("no usable temporary directory")

    monkeypatch.setattr(tempfile, "gettempdir", none)
    monkeypatch.setattr(tempfile, "tempdir", None)
    spare = tmp_path / "spare"
    with crew(jobs=1, spare=spare) as made:
        assert told(made, "a") == {"a": Output(b"a", 1)}
        assert [each.name[:11] for each in spare.iterdir()] == ["mujaz-work-"]
    assert list(spare.iterdir()) == []
    (tmp_path / "file").touch()
    with crew(jobs=1, spare=tmp_path / "file") as made, pytest.raises(CrewError) as stopped:
        told(made, "a")
    assert stopped.value.args == ("scratch-missing", "File exists")


def test_where_no_process_can_be_started_there_is_nobody_to_set_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(_: object) -> None:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr("multiprocessing.context.ForkServerProcess.start", none)
    with crew(jobs=2) as made, pytest.raises(CrewError) as stopped:
        told(made, "a")
    assert stopped.value.args == ("workers-none", "Too many open files")


def test_a_run_that_is_left_early_leaves_no_worker_behind() -> None:
    documents = [page("a"), *(page("hang") for _ in range(3))]
    before = _children()
    running: Iterator[tuple[Document, Output | Failure]] = run(documents, work, jobs=2)
    with closing(running):  # type: ignore[type-var] # a generator, which has a close
        assert next(running)[1] == Output(b"a", 1)
        start = time.monotonic()
    assert time.monotonic() - start < 1
    assert _workers(before) == set()


def test_a_call_that_is_left_early_ends_what_is_at_work_and_the_next_one_finds_a_crew(hands: Crew) -> None:
    before = _children()
    running = hands([page("a"), page("hang"), page("hang")], work)
    assert next(running)[1] == Output(b"a", 1)
    start = time.monotonic()
    running.close()  # type: ignore[attr-defined] # a generator, which has a close
    assert time.monotonic() - start < 1
    assert _workers(before) == set()
    assert told(hands, "a", "b") == dict(zip("ab", whole("a", "b"), strict=True))


def _children() -> set[int]:
    """All processes below this one."""
    below = {os.getpid()}
    parents = {int(name): _parent(name) for name in os.listdir("/proc") if name.isdecimal()}
    while more := {each for each, parent in parents.items() if parent in below} - below:
        below |= more
    return below


def _parent(name: str) -> int:
    try:
        with open(f"/proc/{name}/stat", encoding="utf-8") as file:
            return int(file.read().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _workers(before: set[int]) -> set[int]:
    """Workers that a run left: processes of its fork server, which itself stays."""
    from multiprocessing import forkserver  # noqa: PLC0415 # only asked for its server's number

    server = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
    return {each for each in _children() - before if _parent(str(each)) == server}
