"""A connection and a number of seconds → the connection, cut when they are over; knows no protocol.

A timeout of a socket is one of each step: a server that says one byte a minute keeps its caller for ever.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

_AGAIN = 0.5
"""Seconds until a line that is over is cut once more."""


class Cut:
    """Whether the time was over."""

    happened = False


@contextlib.contextmanager
def cut_after(seconds: float, line: Callable[[], socket.socket | None]) -> Iterator[Cut]:
    """While this lasts, no longer than `seconds`: then what `line` gives is shut, and whoever waits for it fails."""
    cut, done = Cut(), threading.Event()

    def watch() -> None:
        pause = seconds
        while not done.wait(pause):
            # Once more after a while: the line may have been built only just now, by a step that took all the time.
            cut.happened, pause = True, _AGAIN
            held = line()
            if held is not None:
                with contextlib.suppress(OSError):
                    # Of the plain socket: that of TLS would first forget that it is one, under its reader's hands.
                    socket.socket.shutdown(held, socket.SHUT_RDWR)

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield cut
    finally:
        done.set()
