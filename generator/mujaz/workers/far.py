"""Bytes from afar → a document made by a process of its own, and sent back; for workers of Dask, writes nothing."""

from __future__ import annotations

import atexit
import multiprocessing
import platform
import threading
import zlib
from functools import cache
from hashlib import sha256
from importlib import resources
from pathlib import Path
from typing import Any, cast, get_args

from mujaz.export.engines import release, versions
from mujaz.faces import digest
from mujaz.model.document import Medium, Piece, Theme
from mujaz.model.limits import Limits
from mujaz.workers.outcome import Work, packed, unpacked
from mujaz.workers.pool import Pool

_COMPOSING = ("lxml", "markupsafe", "numpy", "segno")
"""What takes part in composing, beside the engines."""
_own = threading.local()
"""The crew of each thread of a worker: one process, warm from one document to the next."""


class OtherVersionError(RuntimeError):
    """A worker that would make other bytes than the caller."""


@cache
def identity() -> dict[str, str]:
    """All that the bytes of a document depend on and that does not come with it: what it is → its digest or version."""
    package = cast("Path", resources.files("mujaz"))
    code = sha256()
    for path in sorted(package.rglob("*.py")):
        code.update(f"{path.relative_to(package).as_posix()}\0".encode() + path.read_bytes() + b"\0")
    media = (Medium.PRINT, Medium.SCREEN)
    fonts = "".join(digest(theme, medium) for theme in get_args(Theme) for medium in media)
    return {
        "Mujaz": code.hexdigest(),
        "engines": "; ".join(map(versions, media)),
        "fonts": sha256(fonts.encode()).hexdigest(),
        "Python": ".".join(platform.python_version_tuple()[:2]),
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
        "packages": "; ".join(f"{name} {release(name)}" for name in _COMPOSING),
    }


def ordered(work: Work[Any], piece: Piece, limits: Limits) -> bytes:
    """What `made` takes."""
    return packed((identity(), limits, packed((work, piece))))


def made(raw: bytes) -> bytes:
    """The `Output` or the `Failure` of a piece, packed. Raises OtherVersionError where its bytes would be others."""
    theirs, limits, inner = cast("tuple[dict[str, str], Limits, bytes]", unpacked(raw))
    if theirs != identity():
        raise OtherVersionError
    work, piece = cast("tuple[Work[Any], Piece]", unpacked(inner))  # which another Mujaz could not
    ((_, outcome),) = _hands(limits)([piece], work)
    return packed(outcome)


def _hands(limits: Limits) -> Pool:
    """This thread's process, within these limits."""
    pool: Pool | None = getattr(_own, "pool", None)
    if pool is None or pool.limits != limits:
        if pool is not None:
            pool.close()
        # Dask starts its workers as daemons, which multiprocessing forbids to start others, lest these be left behind:
        # ours end with the process that started them, whatever ends it.
        process: Any = multiprocessing.current_process()
        process._config["daemon"] = False
        pool = _own.pool = Pool(1, limits)
        atexit.register(pool.close)
    return pool
