"""The web pages in a real browser: they fit a phone, stand alone, and their notes lead there and back."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

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


CONTRASTS = """() => {
  const channels = text => {
    const context = Object.assign(document.createElement('canvas'), {width: 1, height: 1}).getContext('2d');
    context.fillStyle = text;
    context.fillRect(0, 0, 1, 1);
    return context.getImageData(0, 0, 1, 1).data;
  };
  const light = text => {
    const [r, g, b] = [...channels(text)].slice(0, 3).map(c => c / 255)
      .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = element => {
    for (; element; element = element.parentElement) {
      const colour = getComputedStyle(element).backgroundColor;
      if (channels(colour)[3]) return colour;
    }
    return 'white';
  };
  const weak = [];
  for (const element of document.querySelectorAll('body *')) {
    if (![...element.childNodes].some(node => node.nodeType === 3 && node.data.trim())) continue;
    const one = light(getComputedStyle(element).color), other = light(ground(element));
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (ratio < 4.5) weak.push([element.className || element.tagName, element.textContent.slice(0, 30), ratio]);
  }
  return weak;
}"""
"""Texts that stand out less than WCAG 2.1 asks for at level AA (4.5 to 1)."""


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
