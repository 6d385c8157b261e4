"""What the tests of web pages share: every page of the repository, and a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from mujaz.build import Result
from screens import chromium

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
    with chromium() as started:
        yield started
