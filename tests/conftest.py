"""What tests share: the repository's own briefs, built once; properties are not timed, busy machines are slow."""

from __future__ import annotations

import fcntl
import os
import pickle
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser

from mujaz.build import Result, build
from mujaz.plan import Request
from screens import chromium

settings.register_profile("mujaz", deadline=None)
settings.load_profile("mujaz")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """The repository's content, built from nothing into a folder of its own; worker processes share it."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    root, kept = shared / "briefs", shared / "briefs.result"
    with (shared / "briefs.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            root.mkdir()
            shutil.copytree(ROOT / "content", root / "content")
            shutil.copy(ROOT / "mujaz.yaml", root)
            kept.write_bytes(pickle.dumps(build(root, Request(), jobs=2, tell=lambda _step: None)))
        result: Result = pickle.loads(kept.read_bytes())  # noqa: S301 # written above, by this run
    return root, result


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with chromium() as started:
        yield started
