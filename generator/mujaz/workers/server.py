"""The room of the work → a running fork server that has loaded it; what workers share, is never one itself."""

from __future__ import annotations

import os
import signal
from multiprocessing import forkserver, process, util
from pathlib import Path
from typing import Any

_PROOF = ("mujaz.proof.meant", "mujaz.proof.read", "mujaz.proof.joining")
_PRELOADED = (
    "mujaz.workers.still",
    "mujaz.workers.hand",
    "mujaz.export.pdf",
    "mujaz.export.html",
    *_PROOF,
    "bidi",
    "numpy",
    "pypdfium2",
)
"""What workers share from the start beside the room of their work: heavy modules, read once for all of them."""
_ALONE = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")
"""Libraries take memory for each processor of the machine, though a worker is one of many and works alone."""

_ADDRESS = 107 - len("/listener-12345678")
"""Bytes of a folder whose sockets have addresses that the system takes."""
_KEYS = (signal.SIGINT, signal.SIGHUP)
"""What a terminal sends to all of its processes: it is for the main process, which ends the others."""


def running(room: str) -> None:
    """See to it that the fork server runs; it keeps what it has loaded."""
    # What it loads is looked for along PYTHONPATH only, and a module that cannot be loaded would be its end.
    forkserver.set_forkserver_preload([*_PRELOADED, room] if room.startswith("mujaz.") else [*_PRELOADED])
    _near()
    before = {name: os.environ.get(name) for name in _ALONE}
    os.environ.update(dict.fromkeys(_ALONE, "1"))
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, _KEYS)
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _near() -> None:
    """A short way to the folder of the fork server's socket, where that of temporary files has a long name."""
    own, folder = Path("/proc/self/fd"), util.get_temp_dir()
    if len(os.fsencode(folder)) > _ADDRESS and own.is_dir():
        this: Any = process.current_process()
        this._config["tempdir"] = str(own / str(os.open(folder, os.O_RDONLY | os.O_DIRECTORY)))
