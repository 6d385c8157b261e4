"""The report of a proof: what an operator who reads no Arabic is shown, and what is told of files from elsewhere."""

from __future__ import annotations

import base64
import io
import json
import re
import shutil
import subprocess
from pathlib import Path

import pikepdf
import pytest
import weasyprint
from arabic_reshaper import reshape
from bidi.algorithm import get_display
from lxml.html import HtmlElement, document_fromstring
from PIL import Image

from mujaz.build import Result, clean
from mujaz.cli import main
from mujaz.console import WELL, WRONG_CONTENT, WRONG_USE
from mujaz.lock import decode
from mujaz.publish import STATE

TARGET = "coalition-exit/minister.ar"
REPORT = "output/coalition-exit/minister.ar.proof.html"


@pytest.fixture
def root(built: tuple[Path, Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The repository's briefs, built, as the current folder of an English terminal."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    shutil.copytree(built[0], tmp_path / "desk")
    monkeypatch.chdir(tmp_path / "desk")
    return tmp_path / "desk"


def page(path: Path) -> HtmlElement:
    root: HtmlElement = document_fromstring(path.read_text("utf-8"))
    return root


def text(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())


def test_a_report_without_findings_shows_each_page_and_what_it_says(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["proof", TARGET]) == WELL
    assert f"{TARGET}.pdf: nothing found; the report is {REPORT}" in capsys.readouterr().out
    report = page(root / REPORT)
    assert text(report.find_class("verdict")[0]) == "Nothing found: the page says what was meant."
    (picture,) = report.xpath("//img/@src")
    with Image.open(io.BytesIO(base64.b64decode(picture.partition(",")[2]))) as image:
        assert image.size == (893, 1263)
        assert len(image.getcolors() or ()) > 8
    passages = report.find_class("passage")
    told = {text(each[0]): each for each in passages}
    title = told["خروج قوات التحالف الدولي من العراق"]
    assert text(title.find_class("letters")[0]) == "khrwj qwāt al-tḥālf al-dwly mn al-ʿrāq"
    assert text(title.find_class("same")[0]).startswith("The Coalition")
    assert sum(bool(each.find_class("same")) for each in passages) > 8
    assert not re.search(r"https?:|<script", (root / REPORT).read_text("utf-8"))


def test_a_report_is_the_same_each_time_and_goes_with_its_topic(root: Path) -> None:
    main(["proof", TARGET])
    before = (root / REPORT).read_bytes()
    main(["proof", TARGET])
    assert (root / REPORT).read_bytes() == before
    shutil.rmtree(root / "content" / "topics" / "coalition-exit")
    gone, _ = clean(root)
    assert REPORT.removeprefix("output/") in gone
    assert not (root / REPORT).exists()


LOOSE = "body { font-feature-settings: 'init' 0, 'medi' 0, 'fina' 0 }"
"""Letters that do not join: what a house's style sheet can do to every word."""


def test_findings_are_boxed_on_their_page_beside_what_was_meant(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet = root / "templates" / "css" / "house.css"
    sheet.parent.mkdir(parents=True)
    sheet.write_text(LOOSE, "utf-8")
    asked = ["build", "coalition-exit", "--audience", "minister", "--lang", "ar", "--only", "pdf"]
    assert main(asked) == WRONG_CONTENT
    assert main([*asked, "--no-proof"]) == WELL
    state = decode((root / "output" / STATE).read_bytes())
    assert state is not None
    assert not state.made[f"{TARGET}.pdf"].proven
    capsys.readouterr()
    main(["list", "coalition-exit", "--audience", "minister", "--lang", "ar", "--only", "pdf"])
    assert "unproven" in capsys.readouterr().out
    assert main(["proof", TARGET, "--json"]) == WRONG_CONTENT
    (told,) = json.loads(capsys.readouterr().out)["reports"]
    assert {each["rule"] for each in told["findings"]} >= {"letters-unjoined"}
    report = page(root / REPORT)
    boxes = report.find_class("box")
    assert len(boxes) == len({tuple(each["box"]) for each in told["findings"] if each["box"]}) > 10
    for box in boxes:
        parts = [float(each) for each in re.findall(r"([\d.]+)%", box.get("style"))]
        assert len(parts) == 4
        assert all(0 <= each <= 100 for each in parts)
        found = report.get_element_by_id(box.get("href")[1:])
        assert found.find_class("letters")
    assert main([*asked]) == WRONG_CONTENT, "what is unproven is not fresh"


def test_what_passes_is_proven_from_then_on(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert root.is_dir()
    asked = ["coalition-exit", "--audience", "minister", "--lang", "ar", "--only", "pdf"]
    main(["build", *asked, "--force", "--no-proof"])
    assert main(["proof", TARGET]) == WELL
    capsys.readouterr()
    main(["list", *asked])
    assert "fresh" in capsys.readouterr().out


def test_a_file_that_is_not_of_the_content_as_it_is_now_is_not_proved(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = root / "output" / f"{TARGET}.pdf"
    path.write_bytes(path.read_bytes() + b"\n")
    assert main(["proof", TARGET]) == WRONG_CONTENT
    assert "[proof-stale]" in capsys.readouterr().out
    assert not (root / REPORT).exists()


def test_a_name_that_nothing_has_is_refused_with_the_nearest(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert root.is_dir()
    assert main(["proof", "coalition-exit/ministr.ar"]) == WRONG_USE
    assert "coalition-exit/minister.ar.pdf" in capsys.readouterr().out


# ------------------------------------------------------------------------------------------------ from elsewhere

WORDS = "تعمل وزارة الخارجية على كسب الدعم الدولي وتجفيف منابع التمويل في المحافظات المحررة"


def test_a_pdf_of_a_browser_is_told_what_it_lacks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, made, report = tmp_path / "a.html", tmp_path / "a.pdf", tmp_path / "report.html"
    source.write_text(f'<meta charset="utf-8"><body dir="rtl"><p>{WORDS}</p>', "utf-8")
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
    program = shutil.which("chromium")
    assert program, "./run test installs it"
    subprocess.run([program, *options, f"--print-to-pdf={made}", source.as_uri()], check=True, capture_output=True)
    assert main(["proof", str(made), "--out", str(report), "--json"]) in (WELL, WRONG_CONTENT)
    (told,) = json.loads(capsys.readouterr().out)["reports"]
    rules = {each["rule"] for each in told["findings"]}
    assert {"direction-untold", "standard-untold"} <= rules
    assert not rules & {"letters-unjoined", "text-turned", "file-broken"}
    assert len(page(report).xpath("//img")) == 1
    assert page(report).find_class("passage") == []


def test_text_that_was_shaped_before_it_was_set_is_seen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What older engines write: presentation forms, from left to right."""
    shown = get_display(reshape(WORDS))
    style = "p {font-family: Amiri; direction: ltr; unicode-bidi: bidi-override}"
    html = f"<style>{style}</style><p>\u202d{shown}\u202c</p>"
    monkeypatch.chdir(tmp_path)
    Path("old.pdf").write_bytes(weasyprint.HTML(string=html).write_pdf())
    main(["proof", "old.pdf", "--out", "report.html", "--json"])
    (told,) = json.loads(capsys.readouterr().out)["reports"]
    assert "letters-shaped" in {each["rule"] for each in told["findings"]}


def test_what_is_no_pdf_is_told_of_and_shown_without_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, report = tmp_path / "broken.pdf", tmp_path / "report.html"
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        whole = io.BytesIO()
        pdf.save(whole)
    path.write_bytes(whole.getvalue()[:200])
    assert main(["proof", str(path), "--out", str(report), "--json"]) == WRONG_CONTENT
    (told,) = json.loads(capsys.readouterr().out)["reports"]
    assert "file-broken" in {each["rule"] for each in told["findings"]}
    assert page(report).find_class("whole")
