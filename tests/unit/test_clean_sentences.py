"""Clean Arabic, with all that a naive proofreader trips over: the language rules leave it alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from mujaz.language import in_whole, mended, slips

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = sorted((ROOT / "tests/cases/language").glob("*.yaml"))


def sentences(path: Path) -> list[str]:
    data: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return [each.strip() for each in data["sentences"]]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_fewer_than_one_clean_sentence_in_a_hundred_alarms(path: Path) -> None:
    every = sentences(path)
    alarms = {
        text: [(slip.rule, slip.found) for slip in (*slips(text, "ar"), *(each for _, each in in_whole([text], "ar")))]
        for text in every
    }
    alarming = {text: found for text, found in alarms.items() if found}
    assert len(set(every)) >= 200
    assert len(alarming) < len(every) / 100, alarming


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_mending_changes_fewer_still(path: Path) -> None:
    every = sentences(path)
    assert sum(mended(text, "ar") != text for text in every) < len(every) / 100
