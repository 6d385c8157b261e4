"""Themes, covers and publication data on paper: each theme gives its text back, and a code leads to the web page."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
import yaml
import zxingcpp

from mujaz.build import build
from mujaz.model.press import Booklet
from mujaz.plan import Request
from mujaz.press import press

ROOT = Path(__file__).resolve().parents[2]
TOPIC = "coalition-exit"
ADDRESS = "https://briefs.example.org/iraq"


@pytest.fixture(scope="module")
def modern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One topic of ours in the other theme, in a house that publishes."""
    root = tmp_path_factory.mktemp("modern")
    shutil.copytree(ROOT / "content", root / "content")
    written = yaml.safe_load((ROOT / "mujaz.yaml").read_text("utf-8"))
    written |= {"theme": "modern", "address": ADDRESS + "/"}
    (root / "mujaz.yaml").write_text(yaml.safe_dump(written, allow_unicode=True), "utf-8")
    result = build(root, Request(topics=frozenset({TOPIC}), languages=frozenset({"ar"})), jobs=2, tell=lambda _: None)
    assert (result.failed, result.problems) == ((), ())
    return root / "output" / TOPIC


def families(path: Path) -> set[str]:
    with pikepdf.open(path) as pdf:
        return {
            str(each.BaseFont).partition("+")[2].partition("-")[0]
            for each in pdf.objects
            if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/Font" and "/ToUnicode" in each
        }


def codes(path: Path) -> set[str]:
    """What a camera reads on the last page."""
    with pypdfium2.PdfDocument(path) as pdf:
        picture = pdf[len(pdf) - 1].render(scale=2).to_pil()
    return {each.text for each in zxingcpp.read_barcodes(picture)}


def test_a_theme_sets_paper_in_its_own_face_and_no_other(modern: Path, built: tuple[Path, object]) -> None:
    assert families(modern / "parliament.ar.pdf") == {"IBM"}
    assert families(built[0] / "output" / TOPIC / "parliament.ar.pdf") == {"Amiri"}


def test_the_code_of_a_long_brief_leads_to_its_web_page(modern: Path, built: tuple[Path, object]) -> None:
    assert codes(modern / "researcher.ar.pdf") == {f"{ADDRESS}/{TOPIC}/researcher.ar.html"}
    assert codes(built[0] / "output" / TOPIC / "researcher.ar.pdf") == set()


def test_a_cover_stands_alone_and_is_not_numbered(built: tuple[Path, object]) -> None:
    for theme in sorted((built[0] / "output").glob("*/researcher.*.pdf")):
        with pypdfium2.PdfDocument(theme) as pdf:
            cover, first = (pdf[at].get_textpage().get_text_bounded() for at in (0, 1))
        assert len(cover.split()) < 60
        assert sum(cover.split().count(digit) for digit in "١1") == 1, "the number of the edition, and none of the page"
        assert any(digit in first.split() for digit in "٢2")


@pytest.mark.parametrize("theme", ["classic", "modern"])
def test_a_ticket_is_one_page_in_every_theme(modern: Path, theme: str) -> None:
    settings = modern.parents[1] / "mujaz.yaml"
    settings.write_text(re.sub("theme: .*", f"theme: {theme}", settings.read_text("utf-8")), "utf-8")
    made = press(modern.parents[1], f"{TOPIC}/parliament.ar", cmyk=True, booklet=Booklet(creep=0.1))
    assert {each.kind: each.pages for each in made.files}["ticket"] == 1
    assert [problem.rule for problem in made.problems] == ["profile-lent"]
