"""What the tests of web pages share: every page of the repository, and a browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from mujaz.build import Result

TOPIC = "counterterrorism-diplomacy"


@pytest.fixture(scope="session")
def pages(built: tuple[Path, Result]) -> Path:
    """The output folder, with the web pages of every topic."""
    root, result = built
    assert result.failed == ()
    return root / "output"


@pytest.fixture(scope="session")
def output(pages: Path) -> Path:
    """The pages of one topic."""
    return pages / TOPIC


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    chromium = shutil.which("chromium")
    assert chromium, "chromium is missing: ./run test installs it"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()
