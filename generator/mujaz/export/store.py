"""Bytes that were made once → the same bytes the next time, from a folder that may vanish; decides nothing of them.

What lies there is taken only where it is whole, and nothing is missed where it is not: it is made anew.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

_MOST = 256
"""Files that are kept: the oldest go."""
_DIGEST = hashlib.sha256().digest_size

_folder: Path | None = None


def keep_in(folder: Path | None) -> None:
    """Where this process finds what others made, and leaves for others what it makes; None for nowhere."""
    global _folder  # noqa: PLW0603 # a worker learns it once, when it starts, and exporters know no workspace
    _folder = folder


def kept(name: str, make: Callable[[], bytes]) -> bytes:
    """What is called so; `name` is a digest of all that the bytes depend on."""
    if _folder is None or any(each.is_symlink() for each in (_folder, _folder.parent)):  # it would lead elsewhere
        return make()
    path = _folder / name
    with suppress(OSError):
        held = path.read_bytes()
        if hashlib.sha256(held[_DIGEST:]).digest() == held[:_DIGEST]:
            return held[_DIGEST:]
    data = make()
    with suppress(OSError):  # the next one makes it again
        _put(path, hashlib.sha256(data).digest() + data)
    return data


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    _thin(path.parent)
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(data)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _thin(folder: Path) -> None:
    """Make room for one more, also of what killed processes left."""
    with os.scandir(folder) as found:
        files = sorted((each.stat(follow_symlinks=False).st_mtime_ns, each.path) for each in found if each.is_file())
    for _, path in files[: max(0, len(files) - _MOST + 1)]:
        os.unlink(path)
