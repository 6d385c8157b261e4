"""The site's index in a real browser: search as one types, by keyboard, on every width, and without scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote

import pytest
import yaml
from playwright.sync_api import Browser, Page

from mujaz import produce as producing
from mujaz.build import build
from mujaz.folding import spellings
from mujaz.plan import Request
from screens import CONTRASTS
from workspace import at_once, crewed, lay, topic_data, write

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "tests" / "cases" / "search"
PHONE, DESK = 390, 1280


@pytest.fixture(scope="session")
def site(pages: Path) -> Path:
    return pages / "index.html"


@pytest.fixture
def page(browser: Browser, site: Path) -> Iterator[Page]:
    """The index on a desk; what goes wrong in its script fails the test."""
    opened = browser.new_page(viewport={"width": DESK, "height": 900})
    wrong: list[str] = []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda message: wrong.append(message.text))
    opened.goto(site.as_uri())
    yield opened
    opened.close()
    assert wrong == []


def cases(name: str) -> list[Any]:
    loaded = yaml.safe_load((CASES / name).read_text("utf-8"))
    assert loaded
    return list(loaded)


def titles(page: Page) -> list[str]:
    """Those that can be seen."""
    return page.locator(".entry:visible h2").all_inner_texts()


# ------------------------------------------------------------------------------------------------ how words compare


@pytest.mark.parametrize("case", cases("words.yaml"), ids=lambda case: case["text"])
def test_the_page_and_the_generator_spell_the_words_of_a_text_alike(page: Page, case: dict[str, str]) -> None:
    wanted = [word.split("|") for word in case["words"].split()]
    assert [list(word) for word in spellings(case["text"])] == wanted
    assert page.evaluate("text => spellings(text)", case["text"]) == wanted


def test_the_page_and_the_generator_read_every_letter_alike(page: Page) -> None:
    """Of Latin, Greek and Arabic, and all common signs; each inside a word and alone."""
    blocks = [(0x20, 0x250), (0x2B0, 0x345), (0x346, 0x400), (0x600, 0x780), (0x8A0, 0x900), (0x1E00, 0x1F00)]
    blocks += [(0x2000, 0x2100), (0xFB00, 0xFE00), (0xFE70, 0xFF00), (0xFF01, 0xFF60)]
    texts = [f"لا{chr(code)}م {chr(code)}" for first, last in blocks for code in range(first, last)]
    theirs = page.evaluate("texts => texts.map(spellings)", texts)
    ours = [[list(word) for word in spellings(text)] for text in texts]
    assert [(text, a, b) for text, a, b in zip(texts, ours, theirs, strict=True) if a != b] == []


HITS = """([typed, words, text]) => {
  const patterns = spellings(typed).map(pattern);
  return [finds(patterns, words), [...places(patterns, text)].map(([start, end]) => text.slice(start, end))];
}"""


@pytest.mark.parametrize("case", cases("hits.yaml"), ids=lambda case: case["typed"])
def test_what_is_typed_finds_what_is_meant_and_shows_where(page: Page, case: dict[str, Any]) -> None:
    for text in (*case.get("finds", ()), *case.get("misses", ())):
        words = " ".join(spelled for word in spellings(text) for spelled in word)
        hit, marked = page.evaluate(HITS, [case["typed"], words, text])
        assert hit is (text in case.get("finds", ())), text
        if spellings(case["typed"]) and hit:
            assert marked, text
        if not hit and len(case["typed"].split()) == 1:
            assert marked == [], text


def spelled(text: str) -> str:
    return " ".join(each for word in spellings(text) for each in word)


@pytest.mark.parametrize("case", cases("ranks.yaml"), ids=lambda case: case["typed"])
def test_titles_and_keywords_stand_before_the_rest_and_words_before_parts_of_words(
    page: Page, case: dict[str, Any]
) -> None:
    """Each step is behind the one before it; what stands on one step is equal there."""
    asked = "([typed, heads, words]) => rank(spellings(typed).map(pattern), heads, words)"
    steps: list[int] = []
    for step in case["ranks"]:
        parts = [[spelled(part) for part in each.split(" | ")] for each in step]
        ranks = {page.evaluate(asked, [case["typed"], heads, f"{heads} {rest}"]) for heads, rest in parts}
        assert len(ranks) == 1, step
        steps += ranks
    assert steps == sorted(set(steps))


# ------------------------------------------------------------------------------------------------ the page


@pytest.mark.parametrize("width", [320, 390, 768, 1280, 2560, 3840])
def test_the_index_is_as_wide_as_its_window_and_asks_for_nothing(browser: Browser, site: Path, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(site.as_uri())
    page.fill("#sought", "العراق")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert [url for url in asked if not url.startswith("data:")] == [site.as_uri()]
    assert page.evaluate("document.fonts.check('16px \"IBM Plex Sans Arabic\"', 'موجز')")
    assert page.evaluate("getComputedStyle(document.body).direction") == "rtl"
    page.close()


@pytest.mark.parametrize("typed", ["", "العراق", "زرافة"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_of_the_index_stands_out_by_day_and_by_night(
    browser: Browser, site: Path, scheme: Literal["light", "dark"], typed: str
) -> None:
    page = browser.new_page(color_scheme=scheme)
    page.goto(site.as_uri())
    page.fill("#sought", typed)
    assert page.evaluate(CONTRASTS) == []
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_marked_stands_out_too(browser: Browser, site: Path, scheme: Literal["light", "dark"]) -> None:
    """A highlight is no element, so that its colours are put on one."""
    page = browser.new_page(color_scheme=scheme)
    page.goto(site.as_uri())
    page.evaluate("""() => {
      const marked = getComputedStyle(document.querySelector('h2'), '::highlight(found)');
      document.querySelector('h1').style = `background-color: ${marked.backgroundColor}; color: ${marked.color}`;
    }""")
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).backgroundColor") != "rgba(0, 0, 0, 0)"
    assert page.evaluate(CONTRASTS) == []
    page.close()


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_one_searches_and_chooses_by_keyboard_alone(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    everything = titles(page)
    assert len(everything) == 6
    assert page.inner_text("#found") == "٥ موضوعات"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "sought"
    page.keyboard.type("الارهاب")
    assert titles(page)
    assert len(titles(page)) < 6
    page.keyboard.type(" دبلوماسيه")
    assert titles(page)[-1].startswith("دبلوماسية مكافحة الإرهاب")
    page.keyboard.press("Enter")
    assert page.url.endswith("index.html")
    page.keyboard.type(" زرافة")
    assert titles(page) == []
    assert "لا موضوع" in page.inner_text("#found")
    for _ in range(3):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "all"
    page.keyboard.press("Enter")
    assert titles(page) == everything
    assert page.input_value("#sought") == ""
    assert page.evaluate("document.activeElement.id") == "sought"
    assert page.is_hidden("#all")


SHUFFLED = [
    ("new", "تقرير عن العراقيين", "2026-05-01"),
    ("newer", "المياه", "2026-06-01"),
    ("old", "السياسة في العراق", "2020-01-01"),
    ("older", "العراق", "2019-01-01"),
]
"""Slug, title and date; the body of each names Iraq."""


def test_the_best_hits_stand_first_and_the_newest_where_nothing_is_sought(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(producing, "crew", crewed(at_once))
    root = lay(tmp_path, topics=[slug for slug, _, _ in SHUFFLED])
    for slug, title, date in SHUFFLED:
        data = topic_data(title) | {"date": date}
        data["blocks"][0]["headline"] = "نص عن العراق"
        data["blocks"][1]["points"][0]["headline"] = "نص عن العراق"
        write(root / "content" / "topics" / slug / "ar.yaml", data)
    assert build(root, Request(), jobs=1, tell=lambda _: None).index
    page = browser.new_page()
    page.goto((root / "output" / "index.html").as_uri())
    newest = ["المياه", "تقرير عن العراقيين", "السياسة في العراق", "العراق"]
    assert titles(page) == newest
    page.fill("#sought", "العراق")
    assert titles(page) == ["السياسة في العراق", "العراق", "تقرير عن العراقيين", "المياه"]
    assert page.evaluate("document.activeElement.id") == "sought"
    page.fill("#sought", "")
    assert titles(page) == newest
    page.close()


def test_readers_and_languages_are_chosen_by_keyboard(page: Page) -> None:
    page.focus("#audience")
    page.keyboard.press("End")
    assert page.input_value("#audience") == "public"
    assert page.locator(".reader:visible").all_inner_texts() == ["المواطنون"] * 6
    page.focus("#language")
    page.keyboard.press("End")
    assert page.input_value("#language") == "en"
    assert titles(page) == ["The Coalition’s Exit from Iraq"]
    assert page.inner_text("#found") == "موضوع واحد"
    page.fill("#sought", "IRAQ coalition")
    assert len(titles(page)) == 1
    page.click("#all")
    assert len(titles(page)) == 6


def test_the_number_of_results_is_announced_and_fields_have_names(page: Page) -> None:
    assert page.get_attribute("#found", "role") == "status"
    assert page.get_by_role("search").is_visible()
    assert page.get_by_role("searchbox", name="ابحث في الموجزات").is_visible()
    assert page.get_by_role("combobox", name="القارئ").is_visible()
    assert page.get_by_role("combobox", name="اللغة").is_visible()
    assert page.get_by_role("link", name="صفحة ويب، الباحثون").count() == 6


def test_hits_are_marked_in_titles(page: Page) -> None:
    marked = "() => [...CSS.highlights.get('found')].map(String)"
    page.fill("#sought", "سياسه")
    assert "سياسة" in page.evaluate(marked)
    page.fill("#sought", "")
    assert page.evaluate(marked) == []


def test_coming_back_shows_the_search_that_one_left(page: Page) -> None:
    page.fill("#sought", "الدفاعية")
    left = titles(page)
    assert 0 < len(left) < 6
    page.locator(".copy.html a:visible").first.click()
    page.wait_for_url("**/*.ar.html")
    page.go_back()
    page.wait_for_selector("#tools")
    shown = titles(page)
    assert shown == (left if page.input_value("#sought") else shown)
    assert (len(shown) == 6) is (page.input_value("#sought") == "")


def test_titles_stand_in_their_own_language_and_direction(page: Page) -> None:
    heads = page.locator("h2").evaluate_all("heads => heads.map(each => [each.lang, each.dir, each.innerText])")
    assert ["en", "ltr", "The Coalition’s Exit from Iraq"] in heads
    assert sum(lang == "ar" and direction == "rtl" for lang, direction, _ in heads) == 5


def test_without_scripts_everything_is_listed_and_nothing_is_offered_that_does_not_work(
    browser: Browser, site: Path
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site.as_uri())
    html = site.read_text("utf-8")
    links = re.findall(r'href="([^"]*)"', html)
    assert len(links) == 48
    assert [link for link in links if not (site.parent / unquote(link)).is_file()] == []
    assert page.get_by_role("link").count() == 48
    assert page.get_by_role("searchbox").count() == page.get_by_role("button").count() == 0
    context.close()


def test_no_script_but_its_own_runs_in_it(browser: Browser, site: Path, tmp_path: Path) -> None:
    html = site.read_text("utf-8")
    bad = "<script>document.title = 'caught'</script><img src='data:,' onerror=\"document.title = 'caught'\">"
    copy = tmp_path / "index.html"
    copy.write_text(html.replace("<main>", f"{bad}<main>"), "utf-8")
    page = browser.new_page()
    page.goto(copy.as_uri())
    page.fill("#sought", "زرافة")
    assert titles(page) == []
    assert "caught" not in page.title()
    page.close()
