"""What the fault suite shares: one forge for each process of tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from faults import runs


@pytest.fixture(scope="session")
def forge() -> Iterator[runs.Forge]:
    """Calls of mujaz, without the half second that each would take to load it."""
    made = runs.forge()
    with made:
        yield made
    shutil.rmtree(made.room)
