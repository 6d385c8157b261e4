"""Pieces → their files by the workers of a Dask scheduler; the only importer of `distributed`, trusts no bytes."""

from __future__ import annotations

import importlib.util
import itertools
import logging
import queue
import re
import secrets
import time
import warnings
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

from mujaz.model.document import Failure, Output, Piece
from mujaz.problems import Problem, Severity, Where
from mujaz.workers import far
from mujaz.workers.outcome import CrewError, Each, GarbledError, Outcome, Work, judged, raised, unpacked
from mujaz.workers.pool import Pool

_ADDRESS = re.compile(r"(?:(?P<how>tcp|tls)://)?(?P<host>\[[0-9a-fA-F:.]+\]|[^\s/:\[\]]+):(?P<port>[0-9]{1,5})")
"""Of a scheduler."""
INSTALL = "pip install 'mujaz[cluster]'"
_NEAR = re.compile(r"localhost|127\.[0-9.]+|\[::1\]")
_CONNECT = 10.0
"""Seconds for the scheduler to answer."""
_PROBE = 30.0
"""Seconds for a worker to say what it is made of."""
_TICK = 1.0
"""Seconds between two looks at who is there."""
_GRACE = 15.0
"""Seconds without a single worker, after which nobody is waited for any more."""
_WAITS = 3
"""So many limits of time may pass for a document on a cluster, where it may have to wait for others."""
_SLACK = 60.0
"""Seconds more."""


@dataclass(slots=True, eq=False)
class _Flight:
    """A document on its way."""

    piece: Piece
    raw: bytes
    future: Any
    workers: frozenset[str]
    """Those that may make it."""
    since: float
    tries: int = 0


class Cluster:
    """A crew of Dask's workers; where all of them or the scheduler are lost, this machine's own takes over."""

    def __init__(self, address: str, here: Pool) -> None:
        self.address = address
        self.here = here
        self._told: dict[str, Problem] = {}
        self._client: Any = None
        self._lost = False
        self._fit: dict[str, int] = {}
        """Workers that make the same bytes → how many threads they have."""
        self._unfit: set[str] = set()
        self._flights: dict[str, _Flight] = {}
        self._landed: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._looked = self._manned = 0.0
        self._count, self._name = itertools.count(), secrets.token_hex(8)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was seen of the cluster that people should know."""
        return (*self._told.values(), *self.here.problems)

    def __enter__(self) -> Self:
        """Raises CrewError where Dask is not installed."""
        if importlib.util.find_spec("distributed") is None:
            raise CrewError("cluster-uninstalled", INSTALL)
        found = _ADDRESS.fullmatch(self.address)
        if found and found["how"] != "tls" and not _NEAR.fullmatch(found["host"]):
            self._tell("cluster-open", self.address, self.address)
        return self

    def __exit__(self, *_: object) -> None:
        self._leave()
        self.here.close()

    def prepare(self, work: Work[Any]) -> None:
        """Its workers have loaded what they need before they are asked."""

    def __call__(self, pieces: Iterable[Each], work: Work[Each]) -> Iterator[tuple[Each, Output | Failure]]:
        """Each document with what came of it, as it comes."""
        source = iter(pieces)
        if not self._lost:
            yield from self._over_there(source, work)
        if self._lost:
            left: list[Any] = [each.piece for each in self._flights.values()]
            self._flights.clear()
            yield from self.here(itertools.chain(left, source), work)

    def _over_there(self, source: Iterator[Piece], work: Work[Any]) -> Iterator[Outcome]:
        more = True
        try:
            while True:
                hungry = more and len(self._flights) < max(2, 2 * sum(self._fit.values()))
                piece = next(source, None) if hungry else None
                more = more and (piece is not None or not hungry)
                if piece is not None:
                    yield from self._ordered(piece, work)
                elif not self._flights:
                    return
                yield from self._look(at_once=hungry)
                if self._lost:
                    return
        except BaseException:
            self._drop()
            raise

    # ------------------------------------------------------------------------------------------------- sending

    def _ordered(self, piece: Piece, work: Work[Any]) -> Iterator[Outcome]:
        try:
            raw = far.ordered(work, piece, self.here.limits)
        except Exception as error:  # what cannot be sent costs one document
            yield piece, raised(error, self.here.limits)
            return
        if self._client is None:
            self._connect()
        self._send(_Flight(piece, raw, None, frozenset(), 0.0))

    def _send(self, flight: _Flight) -> None:
        key = self._key()
        flight.workers, flight.since = frozenset(self._fit), time.monotonic()
        self._flights[key] = flight
        try:
            where = sorted(flight.workers)
            flight.future = self._client.submit(far.made, flight.raw, key=key, pure=False, workers=where)
            flight.future.add_done_callback(lambda _: self._landed.put(key))
        except Exception as error:  # Dask raises what it likes when the scheduler is gone
            self._lose(error)

    def _connect(self) -> None:
        """Find the scheduler, and workers that make the same bytes. Raises CrewError."""
        import distributed  # noqa: PLC0415 # only those who ask for a cluster load Dask

        for name in (*logging.root.manager.loggerDict, "tornado"):
            if name.partition(".")[0] in ("distributed", "tornado"):  # what they say is said by problems
                logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of other versions: what makes a difference is asked for below
                connect: Any = distributed.Client  # which has no types
                self._client = connect(self.address, timeout=_CONNECT, set_as_default=False, name="mujaz")
            with suppress(TimeoutError):  # a cluster may have been started a moment ago
                self._client.wait_for_workers(1, timeout=_CONNECT)
            self._probe(self._there())
        except (OSError, ValueError, TimeoutError) as error:
            raise CrewError("cluster-silent", f"{self.address} ({type(error).__name__})") from error
        if not self._fit:
            unfit = (each for each in self._told.values() if each.rule == "cluster-worker")
            raise CrewError("cluster-empty", "; ".join(f"{each.where} ({each.facts['found']})" for each in unfit))
        self._manned = time.monotonic()

    def _there(self) -> dict[str, int]:
        """All workers that the scheduler has, and their threads."""
        return {name: int(each["nthreads"]) for name, each in self._client.scheduler_info()["workers"].items()}

    def _probe(self, there: dict[str, int]) -> None:
        """Ask workers that are new what they are made of; those that would make other bytes are not asked again."""
        asked = {
            name: self._client.submit(far.identity, pure=False, workers=[name], key=self._key())
            for name in there
            if name not in self._unfit and name not in self._fit
        }
        until = time.monotonic() + _PROBE
        for name, future in asked.items():
            try:
                theirs = future.result(timeout=max(0.1, until - time.monotonic()))
            except Exception as error:  # no Mujaz, another Mujaz, no answer
                found = f"{type(error).__name__}: {error}"
            else:
                ours = far.identity()
                found = ", ".join(each for each in ours if theirs.get(each) != ours[each])
            if found:
                self._unfit.add(name)
                self._tell("cluster-worker", name, found)
            else:
                self._fit[name] = there[name]

    # ------------------------------------------------------------------------------------------------ watching

    def _look(self, *, at_once: bool) -> Iterator[Outcome]:
        try:
            key = self._landed.get(block=not at_once, timeout=_TICK)
        except queue.Empty:
            key = ""
        flight = self._flights.pop(key, None)
        if flight is not None:
            yield from self._answer(flight)
        now = time.monotonic()
        if not self._lost and now - self._looked > _TICK:
            self._looked = now
            yield from self._overdue(now)
            self._muster(now)

    def _answer(self, flight: _Flight) -> Iterator[Outcome]:
        """What came of a document that has landed."""
        from distributed.scheduler import KilledWorker  # noqa: PLC0415 # as above

        piece, limits = flight.piece, self.here.limits
        try:
            result = unpacked(flight.future.result(timeout=_PROBE))
        except GarbledError as error:
            yield piece, Failure("export-garbled", str(error))
        except KilledWorker as error:
            yield piece, Failure("export-died", f"{type(error).__name__}: {error}")
        except far.OtherVersionError:
            for name in flight.workers:
                self._fit.pop(name, None)  # one of them has changed: all are asked once more
            self._again(flight)
        except Exception as error:
            if self._client.status != "running" or flight.future.status in ("cancelled", "lost", "pending"):
                self._again(flight)
            else:
                yield piece, raised(error, limits)
        else:
            yield piece, judged(piece, result, limits)
        finally:
            with suppress(Exception):  # of a client that is closed
                flight.future.release()

    def _again(self, flight: _Flight) -> None:
        """Send a document that was lost on its way once more, and at the second time make it here."""
        flight.tries += 1
        if self._client.status != "running" or flight.tries > 1:
            self._flights[f"again-{next(self._count)}"] = flight
            self._lose(None)
            return
        self._muster(time.monotonic())
        if not self._lost:
            self._send(flight)

    def _overdue(self, now: float) -> Iterator[Outcome]:
        """Documents of which nothing was heard for too long: their worker may be out of reach."""
        limit = _WAITS * self.here.limits.seconds + _SLACK
        for key, flight in list(self._flights.items()):
            if now - flight.since > limit:
                del self._flights[key]
                flight.future.cancel(force=True)
                yield flight.piece, Failure("export-slow", str(self.here.limits.seconds))

    def _muster(self, now: float) -> None:
        """See who is still there, ask who is new, and send anew what only those who are gone could have made."""
        try:
            there = self._there()
            self._fit = {name: threads for name, threads in self._fit.items() if name in there}
            self._probe(there)
        except Exception as error:  # as above
            self._lose(error)
            return
        if self._fit:
            self._manned = now
        elif now - self._manned > _GRACE:
            self._lose(None)
            return
        else:
            return
        for key, flight in list(self._flights.items()):
            if not flight.workers & self._fit.keys() and flight.future is not None:
                del self._flights[key]
                flight.future.cancel(force=True)
                self._send(flight)

    def _lose(self, error: Exception | None) -> None:
        """Give the cluster up: what is on its way is made here."""
        self._lost = True
        self._tell("cluster-lost", self.address, str(error) or type(error).__name__ if error else self.address)
        self._leave(keep=True)

    # ------------------------------------------------------------------------------------------------- leaving

    def _drop(self) -> None:
        """Call back what is on its way."""
        for flight in self._flights.values():
            if flight.future is not None and self._client is not None and self._client.status == "running":
                flight.future.cancel(force=True)
        self._flights.clear()

    def _key(self) -> str:
        return f"mujaz-{self._name}-{next(self._count)}"

    def _leave(self, *, keep: bool = False) -> None:
        if not keep:
            self._drop()
        client, self._client = self._client, None
        if client is not None:
            client.close(timeout=2)

    def _tell(self, rule: str, where: str, found: str) -> None:
        self._told.setdefault(f"{rule} {where}", Problem(rule, Where(where), {"found": found}, Severity.WARNING))
