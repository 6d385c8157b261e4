"""Every web page of the repository for those who hear it, enlarge it or use no mouse: axe and Nu find nothing."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser

CHECKERS = Path(__file__).resolve().parents[1] / "checkers" / "node_modules"
AXE = CHECKERS / "axe-core" / "axe.min.js"
NU = CHECKERS / "vnu-jar" / "build" / "dist" / "vnu.jar"

LARGEST = 250_000
"""Bytes of a page without its pictures."""


def violations(browser: Browser, path: Path, scheme: Literal["light", "dark"], width: int) -> list[Any]:
    """What axe finds, by all of its rules: its own script needs a page whose policy lets it run."""
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(path.as_uri())
    page.add_script_tag(path=AXE)
    found: list[Any] = page.evaluate(
        """async () => (await axe.run(document, {resultTypes: ['violations']})).violations
            .map(each => [each.id, each.nodes.map(node => node.html.slice(0, 120)).slice(0, 3)])"""
    )
    context.close()
    return found


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_axe_finds_no_violation(browser: Browser, pages: Path, scheme: Literal["light", "dark"], width: int) -> None:
    found = {
        f"{path.parent.name}/{path.name}": each
        for path in sorted(pages.glob("*/*.html"))
        if (each := violations(browser, path, scheme, width))
    }
    assert found == {}


def test_axe_finds_what_is_wrong(browser: Browser, pages: Path, tmp_path: Path) -> None:
    spoilt = tmp_path / "spoilt.html"
    page = next(pages.glob("*/parliament.ar.html")).read_text("utf-8")
    spoilt.write_text(page.replace("<h2>", '<img src="data:,"><h2>').replace('lang="ar"', 'lang="arabisch"'), "utf-8")
    assert {"image-alt", "html-lang-valid"} <= {each[0] for each in violations(browser, spoilt, "light", 800)}


def reported(*paths: Path) -> list[str]:
    """The errors of the Nu checker: of HTML, of CSS, of ARIA."""
    done = subprocess.run(
        ["java", "-Xss1m", "-jar", NU, "--format", "json", "--stdout", "--exit-zero-always", *paths],
        capture_output=True,
        text=True,
        check=True,
    )
    return [
        f"{Path(each['url']).name}:{each['lastLine']}: {each['message']}"
        for each in json.loads(done.stdout)["messages"]
        if each["type"] == "error"
    ]


def test_nu_finds_no_error(pages: Path) -> None:
    assert reported(*sorted(pages.glob("*/*.html"))) == []


def test_nu_finds_what_is_wrong(pages: Path, tmp_path: Path) -> None:
    spoilt = tmp_path / "spoilt.html"
    page = next(pages.glob("*/minister.ar.html")).read_text("utf-8")
    spoilt.write_text(page.replace("</main>", "<li>x</li></main>"), "utf-8")
    assert any("li" in each for each in reported(spoilt))


def test_no_page_is_heavier_than_promised(pages: Path) -> None:
    """Pictures are not counted; the largest page stands closest to the bound."""
    sizes = {path.relative_to(pages).as_posix(): path.stat().st_size for path in pages.glob("*/*.html")}
    assert {name: size for name, size in sizes.items() if size >= LARGEST} == {}
