"""Bytes for another process ↔ frames on a line between the two; waits for nobody, knows nothing of what it carries."""

from __future__ import annotations

import os
import struct

_HEAD = struct.Struct(">4sQ")
_MARK = b"mujz"
_CHUNK = 1 << 20


class BrokenLineError(ValueError):
    """Bytes on the line that are no frame of ours."""


def framed(body: bytes) -> bytes:
    """A body with its length before it."""
    return _HEAD.pack(_MARK, len(body)) + body


class Incoming:
    """What came of a frame so far."""

    def __init__(self, cap: int) -> None:
        self.cap = cap
        """Bytes of a body that are taken for meant."""
        self.held = bytearray()

    def read(self, line: int) -> bool:
        """Take what has come; False where nobody writes any more."""
        try:
            chunk = os.read(line, _CHUNK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        self.held += chunk
        return bool(chunk)

    def whole(self) -> bytes | None:
        """The body of a frame, once it is there. Raises BrokenLineError."""
        if len(self.held) < _HEAD.size:
            if self.held and not self.held.startswith(_MARK[: len(self.held)]):
                raise BrokenLineError("mark")
            return None
        mark, length = _HEAD.unpack_from(self.held)
        if mark != _MARK or length > self.cap:
            raise BrokenLineError("mark" if mark != _MARK else f"{length} B")
        if len(self.held) < _HEAD.size + length:
            return None
        body = bytes(memoryview(self.held)[_HEAD.size : _HEAD.size + length])
        del self.held[: _HEAD.size + length]
        return body
