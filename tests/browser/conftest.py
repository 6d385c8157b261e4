"""What the tests of web pages share: every page of the repository, and a browser."""

from __future__ import annotations

from pathlib import Path

import pytest

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
