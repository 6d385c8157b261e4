"""Workers: each document comes back in order or with why it did not, and what befalls one touches no other."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from types import SimpleNamespace
from typing import Self

import pytest

from mujaz import workers
from mujaz.model.document import Document, Medium, Output
from mujaz.workers import Failure, run


def page(text: str) -> Document:
    return Document(f"water/{text}.ar.html", text, Medium.SCREEN, "ar", "rtl", text, "2025-01-15")


def work(document: Document) -> Output:
    """Does what its document says."""
    match document.html:
        case "die":
            os._exit(7)
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "hang":
            time.sleep(600)
        case "spin":
            while True:
                pass
        case "raise":
            raise ValueError("لا يصلح")
        case "eat":
            return Output(bytes(workers.MEMORY_BYTES * 2))
    return Output(document.html.encode(), len(document.html))


def outcomes(*words: str, jobs: int = 2) -> list[Output | Failure]:
    documents = [page(word) for word in words]
    found = list(run(documents, work, jobs=jobs))
    assert [document for document, _ in found] == documents
    return [outcome for _, outcome in found]


def whole(*words: str) -> list[Output]:
    return [Output(word.encode(), len(word)) for word in words]


def test_documents_come_back_in_their_order() -> None:
    words = [f"w{number}" for number in range(12)]
    assert outcomes(*words) == whole(*words)


def test_nothing_to_do_starts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "ProcessPool", None)
    assert list(run([], work, jobs=2)) == []


@pytest.mark.parametrize(
    ("word", "rule"),
    [
        ("die", "export-died"),
        ("kill", "export-died"),
        ("crash", "export-died"),
        ("eat", "export-memory"),
        ("raise", "export-failed"),
    ],
)
def test_a_document_that_kills_its_worker_costs_itself_alone(word: str, rule: str) -> None:
    first, second, lost, *rest = outcomes("a", "b", word, "c", "d")
    assert [first, second, *rest] == whole("a", "b", "c", "d")
    assert isinstance(lost, Failure)
    assert lost.rule == rule
    assert lost.found


def test_a_mistake_of_the_renderer_is_told_in_its_words() -> None:
    assert outcomes("raise") == [Failure("export-failed", "ValueError: لا يصلح")]


def test_a_document_that_never_ends_is_stopped_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is a constant of the module; only it is made smaller here."""
    monkeypatch.setattr(workers, "WALL_SECONDS", 1)
    start = time.monotonic()
    first, hung, spun, last = outcomes("a", "hang", "spin", "b")
    assert time.monotonic() - start < 20
    assert [first, last] == whole("a", "b")
    assert hung == spun == Failure("export-slow", "1")


def test_every_document_may_be_lost_and_the_run_still_ends() -> None:
    found = outcomes("die", "raise", "kill", "raise", jobs=1)
    assert [each.rule for each in found if isinstance(each, Failure)] == [
        "export-died",
        "export-failed",
        "export-died",
        "export-failed",
    ]


class Brittle:
    """A pool that breaks at a document that kills it, and once at one that only stood by."""

    made = 0

    def __init__(self, *_: object, **__: object) -> None:
        type(self).made += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is left."""

    def schedule(self, job: Callable[[Document], Output], *, args: list[Document], timeout: int) -> SimpleNamespace:
        assert timeout
        (document,) = args
        first = self.made == 1

        def result() -> Output:
            if document.html == "kill" or (document.html == "bystander" and first):
                raise BrokenProcessPool
            return job(document)

        return SimpleNamespace(result=result)


def test_a_pool_that_breaks_costs_no_other_document(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "ProcessPool", Brittle)
    first, second, third, lost, last = outcomes("a", "bystander", "b", "kill", "c")
    assert [first, second, third, last] == whole("a", "bystander", "b", "c")
    assert lost == Failure("export-died", "BrokenProcessPool")


def test_a_run_that_is_left_early_leaves_no_worker_behind() -> None:
    documents = [page("a"), *(page("hang") for _ in range(3))]
    before = _children()
    running: Iterator[tuple[Document, Output | Failure]] = run(documents, work, jobs=2)
    with closing(running):  # type: ignore[type-var] # a generator, which has a close
        assert next(running)[1] == Output(b"a", 1)
    deadline = time.monotonic() + 10
    while _sleeping(before) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert _sleeping(before) == set()


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


def _sleeping(before: set[int]) -> set[int]:
    """Workers that a run left: processes of its fork server, which itself stays."""
    from multiprocessing import forkserver  # noqa: PLC0415 # only asked for its server's number

    server = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
    return {each for each in _children() - before if _parent(str(each)) == server}
