"""What changed, as it is printed: proved like all text, in both looks and in both directions."""

from __future__ import annotations

import datetime
import subprocess
from pathlib import Path
from typing import Any

import pytest

from mujaz.build import build
from mujaz.plan import Request
from workspace import lay, topic_data, write

READERS: dict[str, dict[str, Any]] = {
    "minister": {"label": "الوزير", "depth": "gist", "notes": "none", "formats": ["pdf"], "changes": True},
    "public": {"label": "الناس", "formats": ["html"]},
}


def publish(root: Path, day: int) -> None:
    result = build(root, Request(today=datetime.date(2026, 1, day)), jobs=1, tell=lambda _: None)
    assert [each.rule for each in result.problems if each.where.path.startswith("output")] == []
    assert result.failed == ()


def text(root: Path, language: str) -> str:
    path = root / "output" / "water" / f"minister.{language}.pdf"
    done = subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True)
    # The order of lines is what the proof compares; here it is asked what is told at all, and after what.
    return "".join(each for each in done.stdout.decode() if each.isalnum())


@pytest.mark.parametrize("theme", ["classic", "modern"])
def test_the_changes_are_printed_after_the_text_and_pass_the_proof(tmp_path: Path, theme: str) -> None:
    """Figures, Latin words and a date among Arabic ones: the proof compares the order of each line."""
    root = lay(tmp_path, audiences=READERS)
    write(root / "mujaz.yaml", {"organisation": "المؤسسة", "theme": theme, "languages": ["ar", "en"]})
    for language, headline, share, name in (
        ("ar", "حصة المنافذ من التجارة (WTO) بلغت {}", ("12%", "15%"), "أول ما وُجد"),
        ("en", "The share of the crossings was {}", ("12%", "15%"), "The first thing"),
    ):
        for number, each in enumerate(share):
            data = topic_data("Water" if language == "en" else "موضوع water")
            data["blocks"][0] = {"kind": "summary", "headline": name}
            data["blocks"][1]["points"] = [{"id": "first", "headline": headline.format(each)}]
            write(root / "content" / "topics" / "water" / f"{language}.yaml", data)
            publish(root, number + 1)
    arabic, english = text(root, "ar"), text(root, "en")
    assert "بلغت١٥من١٢إلى١٥" in arabic
    assert arabic.index("الخلاصة") < arabic.index("من١٢")
    assert "Whatchangedsinceedition11January2026" in english
    assert "FiguresupdatedFindingsTheshareofthecrossingswas15from12to15" in english
