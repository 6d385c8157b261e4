"""The web pages in a real browser: they fit a phone, stand alone, and their notes lead there and back."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

from screens import CONTRASTS

AUDIENCES = ("minister", "parliament", "public", "researcher")


def opened(browser: Browser, path: Path, width: int) -> tuple[Page, list[str]]:
    page = browser.new_page(viewport={"width": width, "height": 800})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    return page, asked


@pytest.mark.parametrize("width", [320, 390, 1200])
@pytest.mark.parametrize("audience", AUDIENCES)
def test_a_page_is_as_wide_as_its_window_and_asks_for_nothing(
    browser: Browser, output: Path, audience: str, width: int
) -> None:
    page, asked = opened(browser, output / f"{audience}.ar.html", width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert page.evaluate("document.fonts.check('16px \"IBM Plex Sans Arabic\"', 'موجز')")
    assert page.evaluate("getComputedStyle(document.body).direction") == "rtl"
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("audience", AUDIENCES)
def test_every_text_stands_out_from_its_ground_by_day_and_by_night(
    browser: Browser, output: Path, audience: str, scheme: Literal["light", "dark"]
) -> None:
    page = browser.new_page(color_scheme=scheme)
    page.goto((output / f"{audience}.ar.html").as_uri())
    assert page.evaluate(CONTRASTS) == []
    ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert ground == {"light": "rgb(255, 255, 255)", "dark": "rgb(23, 22, 19)"}[scheme]
    page.close()


def test_a_note_after_a_number_stands_apart_from_it(browser: Browser, output: Path) -> None:
    """«2015» with note 6: the note's digit is left of the year, or the two would read as one number."""
    page, _ = opened(browser, output / "parliament.ar.html", 1200)
    places = page.evaluate(
        """() => [...document.querySelectorAll('.note-call')].map(call => {
            const before = call.previousSibling;
            if (!before || before.nodeType !== 3 || !/[٠-٩]$/.test(before.data)) return null;
            const range = document.createRange();
            range.setStart(before, before.length - 1);
            range.setEnd(before, before.length);
            const digit = range.getBoundingClientRect(), note = call.getBoundingClientRect();
            return Math.abs(digit.top - note.top) < 40 ? note.right - digit.left : null;
        }).filter(place => place !== null)"""
    )
    assert places, "the brief has a note behind a number"
    assert all(place <= 2 for place in places), places
    page.close()


def test_the_text_of_a_page_is_readable_without_its_style(output: Path) -> None:
    html = (output / "minister.ar.html").read_text("utf-8")
    bare = re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)
    assert bare.index("السؤال المطروح") < bare.index("الخلاصة") < bare.index("التوصيات")
