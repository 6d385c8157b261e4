"""Pieces → their files by processes of this machine, each bounded from inside and watched from outside."""

from __future__ import annotations

import multiprocessing
import os
import selectors
import shutil
import signal
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, Self

from mujaz.model.document import Failure, Output, Piece
from mujaz.model.limits import Limits
from mujaz.problems import Problem
from mujaz.workers.frames import BrokenLineError, Incoming, framed
from mujaz.workers.hand import last_words, serve
from mujaz.workers.outcome import (
    OUTSIDE,
    READY,
    CrewError,
    Each,
    GarbledError,
    Outcome,
    Work,
    died,
    judged,
    packed,
    raised,
    unpacked,
)
from mujaz.workers.scratch import Scratch, ScratchError, scratch
from mujaz.workers.server import running

DOCUMENTS = 50
"""A worker grows a little with each document and is replaced after so many."""
_TOLD = 64 << 20
"""Bytes of an answer beside those of the file."""
_BEFORE = 3
"""Pieces that are made ready before the first worker is asked for, for which the caller has to wait."""
_STALL = 1.0
"""Seconds without a look at the workers, after which it was this process that stood still: it was stopped, or busy."""
_BOOT = 30.0
"""Seconds for a worker to start."""
_TALKING = 5.0
"""Seconds more for a worker that has begun to answer."""
_SPENT = frozenset({"export-memory", "template-large"})
"""What leaves a worker with memory that it does not give back."""
_PATIENCE = 2.0
"""Seconds for a process that was killed to be gone."""

_ONE = threading.Lock()
"""multiprocessing looks after all children of a process at once: of two threads that did, one would miss their end."""


@dataclass(slots=True, eq=False)
class _Task:
    """A document that waits, or is being worked on."""

    piece: Piece
    raw: bytes
    tries: int = 0
    """How often its worker was ended from outside."""


@dataclass(slots=True, eq=False)
class _Worker:
    """A process, the line to it, and what it is doing."""

    process: ForkServerProcess
    line: Connection
    folder: Path
    incoming: Incoming
    task: _Task | None = None
    since: float = 0.0
    """When the task was handed to it."""
    deadline: float = 0.0
    unsent: memoryview = field(default_factory=lambda: memoryview(b""))
    done: int = 0
    ready: bool = False
    """Whether it has started: only from then on is its first document's time counted."""


class Pool:
    """A crew of processes on this machine; they start when they are first needed, and stay warm between calls."""

    def __init__(self, jobs: int, limits: Limits, spare: Path | None = None, store: Path | None = None) -> None:
        self.jobs = jobs
        """How many at most: fewer where the system gives no more."""
        self.limits = limits
        self.spare = spare
        self.store = store
        self.problems: tuple[Problem, ...] = ()
        self._workers: list[_Worker] = []
        self._selector: selectors.BaseSelector | None = None
        self._scratch: Scratch | None = None
        self._looked = 0.0
        self._room = ""
        """The module of the work."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End all workers at once."""
        for worker in tuple(self._workers):
            self._end(worker)
        if self._selector is not None:
            self._selector.close()
            self._selector = None
        if self._scratch is not None:
            self._scratch.close()
            self._scratch = None

    def prepare(self, work: Work[Any]) -> None:
        """Let the fork server load what the work needs, meanwhile; what goes wrong with it is told when it is called.

        Where it runs already, nothing happens.
        """
        with suppress(OSError, EOFError, ScratchError):
            self._settled()
            running(_room(work))

    def __call__(self, pieces: Iterable[Each], work: Work[Each]) -> Iterator[tuple[Each, Output | Failure]]:
        """Each document with what came of it, as it comes; no more of them are held than are at hand."""
        source, more = iter(pieces), True
        self._room = _room(work)
        waiting: deque[_Task] = deque()
        try:
            while True:
                if self._workers or len(waiting) >= min(self.jobs, _BEFORE) or not more:
                    self._hand_out(waiting)
                hungry = more and len(waiting) < self.jobs
                if not (hungry or waiting or any(each.task for each in self._workers)):
                    return
                yield from self._look(waiting, at_once=hungry)
                if hungry:
                    piece = next(source, None)
                    more = piece is not None
                    if piece is not None:
                        try:
                            waiting.append(_Task(piece, packed((work, piece))))
                        except Exception as error:  # what cannot be sent costs one document
                            yield piece, raised(error, self.limits)
        finally:
            for worker in [each for each in self._workers if each.task]:
                self._end(worker)

    # ------------------------------------------------------------------------------------------- handing out

    def _hand_out(self, waiting: deque[_Task]) -> None:
        while waiting:
            free = next((each for each in self._workers if each.task is None), None) or self._started()
            if free is None:
                return
            task = waiting.popleft()
            free.task, free.since = task, time.monotonic()
            free.deadline = free.since + self.limits.seconds + (0.0 if free.ready else _BOOT)
            free.unsent = memoryview(framed(task.raw))
            self._listen(free)

    def _started(self) -> _Worker | None:
        """A new worker; None where there are enough, or the system gives no more. Raises CrewError for none at all."""
        if len(self._workers) >= self.jobs:
            return None
        try:
            worker = self._start()
        except ScratchError as error:
            raise CrewError("scratch-missing", str(error)) from error
        except (OSError, EOFError) as error:
            if not self._workers:
                raise CrewError("workers-none", getattr(error, "strerror", None) or str(error)) from error
            self.jobs = len(self._workers)
            return None
        self._workers.append(worker)
        return worker

    def _settled(self) -> Scratch:
        """The folder of the workers, made when it is first needed: it decides where the fork server has its files."""
        if self._scratch is None:
            self._scratch = scratch(self.spare)
        return self._scratch

    def _start(self) -> _Worker:
        own = self._settled()
        if self._selector is None:
            self._selector = selectors.DefaultSelector()
        context = multiprocessing.get_context("forkserver")
        running(self._room)
        ours, theirs = context.Pipe()
        folder = own.folder / f"worker-{theirs.fileno()}-{time.monotonic_ns()}"
        try:
            folder.mkdir()
            process = context.Process(target=serve, args=(theirs, folder, self.limits, self.store), daemon=True)
            with _ONE:
                process.start()
        except BaseException:
            ours.close()
            shutil.rmtree(folder, ignore_errors=True)
            raise
        finally:
            theirs.close()
        os.set_blocking(ours.fileno(), False)
        worker = _Worker(process, ours, folder, Incoming((self.limits.file_size << 20) + _TOLD))
        self._selector.register(ours, selectors.EVENT_READ, worker)
        return worker

    def _listen(self, worker: _Worker) -> None:
        assert self._selector is not None  # noqa: S101 # it is made with the first worker
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if worker.unsent else 0)
        self._selector.modify(worker.line, events, worker)

    # --------------------------------------------------------------------------------------------- watching

    def _look(self, waiting: deque[_Task], *, at_once: bool) -> Iterator[Outcome]:
        """What came of documents by now: answers first, then those whose time is up."""
        if self._selector is None:
            return
        busy = [each for each in self._workers if each.task]
        now = time.monotonic()
        wait = 0.0 if at_once or not busy else max(0.0, min(each.deadline for each in busy) - now)
        events = self._selector.select(wait) or self._selector.select(0)  # a stopped process wakes up seeing nothing
        now = time.monotonic()
        for worker in busy:
            away = now - max(self._looked, worker.since) - wait
            if away > _STALL:
                worker.deadline += away
        self._looked = now
        found: list[Outcome] = []
        for key, mask in events:
            found += self._heard(key.data, mask, waiting)
        for worker in busy:
            late = now - worker.deadline - (_TALKING if worker.incoming.held else 0.0)
            if worker in self._workers and worker.task and late >= 0:
                found.append((worker.task.piece, Failure("export-slow", str(self.limits.seconds))))
                self._end(worker)
        self._hand_out(waiting)
        yield from found

    def _heard(self, worker: _Worker, mask: int, waiting: deque[_Task]) -> list[Outcome]:
        """What a worker answers, if its answer is whole, or why there is none."""
        if mask & selectors.EVENT_WRITE and worker.unsent:
            with suppress(OSError):  # a worker that is gone is found by reading
                worker.unsent = worker.unsent[os.write(worker.line.fileno(), worker.unsent) :]
            if not worker.unsent:
                self._listen(worker)
        if not mask & selectors.EVENT_READ:
            return []
        task = worker.task
        alive = worker.incoming.read(worker.line.fileno())
        try:
            raw = worker.incoming.whole()
            if raw == READY and not worker.ready:
                worker.ready, worker.since = True, time.monotonic()
                worker.deadline = worker.since + self.limits.seconds
                raw = worker.incoming.whole()
            if raw is None:
                return [] if alive else self._lost(worker, waiting)
            result = unpacked(raw)
        except (BrokenLineError, GarbledError) as error:
            self._end(worker)
            return [(task.piece, Failure("export-garbled", str(error)))] if task else []
        if task is None:  # nothing was asked
            self._end(worker)
            return []
        outcome = judged(task.piece, result, self.limits)
        worker.task, worker.done = None, worker.done + 1
        spent = isinstance(outcome, Failure) and outcome.rule in _SPENT
        if spent or worker.done >= DOCUMENTS or worker.unsent or worker.incoming.held:
            self._end(worker)
        return [(task.piece, outcome)]

    def _lost(self, worker: _Worker, waiting: deque[_Task]) -> list[Outcome]:
        """Of a worker that is gone: its document once more where someone else ended it, else why it died."""
        with _ONE:
            worker.process.join(_PATIENCE)
            code, task = worker.process.exitcode, worker.task
        said = last_words(worker.folder)
        self._end(worker)
        if task is None:
            return []
        if code in OUTSIDE and task.tries == 0:
            task.tries += 1
            waiting.appendleft(task)
            return []
        return [(task.piece, died(code, said, self.limits))]

    def _end(self, worker: _Worker) -> None:
        """Kill a worker and whatever it has started, and take its folder away."""
        if worker not in self._workers:
            return
        self._workers.remove(worker)
        if self._selector is not None:
            self._selector.unregister(worker.line)
        worker.line.close()
        pid = worker.process.pid
        if pid is not None:
            with suppress(OSError):
                os.killpg(pid, signal.SIGKILL)
        with _ONE:
            if worker.process.is_alive():  # too young to have a group of its own
                worker.process.kill()
            worker.process.join(_PATIENCE)
        shutil.rmtree(worker.folder, ignore_errors=True)


def _room(work: Work[Any]) -> str:
    """The name of the module of a work."""
    return str(getattr(getattr(work, "func", work), "__module__", ""))
