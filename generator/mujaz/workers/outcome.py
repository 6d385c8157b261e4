"""What a worker left behind → the `Output` of a piece, or the `Failure` that names why not; starts nothing."""

from __future__ import annotations

import copyreg
import errno
import pickle
import re
import signal
from collections.abc import Callable
from hashlib import sha256
from types import MappingProxyType
from typing import Any, TypeVar

from mujaz.model.document import Failure, Output, Piece
from mujaz.model.limits import Limits

Each = TypeVar("Each", bound=Piece)
Work = Callable[[Each], Output | Failure]
"""What is done with each piece, in the process of a worker."""
Outcome = tuple[Any, Output | Failure]
"""A piece, and what came of it; which kind of pieces it is, only those know who ask for them."""
OUTSIDE = frozenset((-signal.SIGKILL, -signal.SIGTERM, -signal.SIGHUP, -signal.SIGINT, 255))
"""Exit codes of a worker that was ended from outside, by someone or for want of memory, and not by its document. 255 is
what is known of one whose fork server went first."""
UNFED = 71
"""The exit code of a worker that could not tell in time that its memory was used up."""
_STARVED = re.compile(
    r"failed to allocate|bad_alloc|cannot allocate memory|memory allocation|memoryerror|out of memory"
    r"|failed to map segment",
    re.IGNORECASE,
)
"""What libraries print before they give up for want of memory."""
_DIGEST = sha256().digest_size
_SHOWN = 120
"""Characters of a library's last words."""


class CrewError(Exception):
    """There is nobody to set pages; `args` are a rule's name and what was found."""


class GarbledError(ValueError):
    """Bytes that no worker of ours wrote."""


def _frozen(held: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(held)


copyreg.pickle(MappingProxyType, lambda held: (_frozen, (dict(held),)))  # Python itself sends none


def packed(thing: object) -> bytes:
    """Something for another process, behind its digest."""
    body = pickle.dumps(thing, pickle.HIGHEST_PROTOCOL)
    return sha256(body).digest() + body


READY = packed("ready")
"""What a worker says when it has started."""


def unpacked(raw: bytes | bytearray) -> object:
    """What was packed. Raises GarbledError where the bytes are not as they were written."""
    digest, body = raw[:_DIGEST], raw[_DIGEST:]
    if sha256(body).digest() != digest:
        raise GarbledError("digest")
    try:
        return pickle.loads(body)  # noqa: S301 # of a process of ours, its digest compared
    except Exception as error:
        raise GarbledError(f"{type(error).__name__}: {error}") from error


def raised(error: BaseException, limits: Limits) -> Failure:
    """What a renderer raised, in a word of ours; it may raise anything."""
    wanting = isinstance(error, OSError | ImportError) and _STARVED.search(str(error))
    if isinstance(error, MemoryError) or wanting:
        return Failure("export-memory", str(limits.memory))
    if isinstance(error, OSError) and error.errno == errno.EFBIG:
        return Failure("export-large", str(limits.file_size))
    return Failure("export-failed", f"{type(error).__name__}: {error}")


def died(code: int | None, said: str, limits: Limits) -> Failure:
    """Why a worker ended without a result: by its exit code and by what stands at the end of its standard error."""
    if code == -signal.SIGXCPU:
        return Failure("export-cpu", str(limits.cpu_seconds))
    if code == -signal.SIGXFSZ:
        return Failure("export-large", str(limits.file_size))
    # GLib gives up with SIGTRAP when nothing more can be allocated.
    if code in (UNFED, -signal.SIGTRAP) or _STARVED.search(said):
        return Failure("export-memory", str(limits.memory))
    last = next((line.strip() for line in reversed(said.splitlines()) if line.strip()), "")
    return Failure("export-died", f"{_named(code)}; {last[:_SHOWN]}" if last else _named(code))


def _named(code: int | None) -> str:
    if code is not None and code < 0:
        try:
            return signal.Signals(-code).name
        except ValueError:
            return f"signal {-code}"
    return f"exit {code}"


def judged(piece: Piece, result: object, limits: Limits) -> Output | Failure:
    """A result that may go on: an `Output` whose bytes are a file of the kind that was asked for."""
    if isinstance(result, Failure):
        return result
    if not isinstance(result, Output) or not isinstance(result.data, bytes):
        return Failure("export-garbled", type(result).__name__)
    if len(result.data) > limits.file_size << 20:
        return Failure("export-large", str(limits.file_size))
    data = result.data
    if piece.medium.paged:
        # The renderer's own end of a file is a line of its own, behind which no kilobyte can stand.
        whole = data.startswith(b"%PDF-") and data[-1024:].rstrip().endswith(b"%%EOF")
        return result if whole else Failure("export-garbled", _start(data))
    return result if data.strip() else Failure("export-garbled", _start(data))


def _start(data: bytes) -> str:
    return repr(data[:16])[2:-1] or "0 B"
