"""Documents → their outputs, or why there is none; the only starter of processes, each bounded in time and memory."""

from __future__ import annotations

import multiprocessing
import resource
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as WallLimitError
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice

from pebble import ProcessExpired, ProcessPool

from mujaz.model.document import Document, Output

WALL_SECONDS = 120
"""For one document; a brief takes about two."""
MEMORY_BYTES = 3 << 30
"""Of address space for one worker; a brief takes about a tenth."""
PRELOADED = ["mujaz.export.pdf", "mujaz.proof.meant", "mujaz.proof.read", "mujaz.proof.joining"]
"""What workers share from the start: heavy modules, read once for all of them."""
DOCUMENTS = 50
"""A worker grows a little with each document and is replaced after so many."""


Exports = Callable[[Iterable[Document], Callable[[Document], Output]], Iterator[tuple[Document, "Output | Failure"]]]
"""What makes files of documents, many at once: each comes back as soon as it is done."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A document that came to nothing: the rule, and what was seen."""

    rule: str
    found: str


@contextmanager
def crew(*, jobs: int) -> Iterator[Exports]:
    """So many workers."""

    def exports(
        documents: Iterable[Document], work: Callable[[Document], Output]
    ) -> Iterator[tuple[Document, Output | Failure]]:
        source = iter(documents)
        while batch := list(islice(source, 2 * jobs)):
            yield from run(batch, work, jobs=jobs)

    yield exports


def run(
    documents: Sequence[Document], work: Callable[[Document], Output], *, jobs: int
) -> Iterator[tuple[Document, Output | Failure]]:
    """Each document with its output, in order; what befalls one does not touch the others."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    start, tries = 0, 0
    while start < len(documents):
        rest = documents[start:]
        with ProcessPool(min(jobs, len(rest)), max_tasks=DOCUMENTS, context=context, initializer=_bounded) as pool:
            try:
                futures = [pool.schedule(work, args=[each], timeout=WALL_SECONDS) for each in rest]
                for document, future in zip(rest, futures, strict=True):
                    yield document, _outcome(future.result, broken=tries > 0)
                    start, tries = start + 1, 0
            except BrokenProcessPool:
                tries += 1  # a worker died while it held the pool's own lock: the others are not to blame
            except BaseException:
                pool.stop()  # type: ignore[no-untyped-call] # pebble leaves it untyped
                raise


def _outcome(result: Callable[[], Output], *, broken: bool) -> Output | Failure:
    """What came of a document; where the pool breaks at it, it raises BrokenProcessPool, unless it did so before."""
    try:
        return result()
    except BrokenProcessPool as error:
        if broken:
            return Failure("export-died", str(error) or type(error).__name__)
        raise
    except WallLimitError:
        return Failure("export-slow", str(WALL_SECONDS))
    except (ProcessExpired, CancelledError) as error:
        return Failure("export-died", str(error) or type(error).__name__)
    except MemoryError:
        return Failure("export-memory", str(MEMORY_BYTES >> 20))
    except (Exception, SystemExit) as error:  # a renderer may raise anything; it costs one document
        return Failure("export-failed", f"{type(error).__name__}: {error}")


def _bounded() -> None:
    """Limits of a worker process."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
