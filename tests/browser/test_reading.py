"""Reading on a screen: notes open in place, contents follow, references are copied; by keyboard and without scripts."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESKTOP = {"viewport": {"width": 1280, "height": 800}}
DEVICES = pytest.mark.parametrize("device", [PHONE, DESKTOP], ids=["phone", "desktop"])
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])

OPEN = "[...document.querySelectorAll(':popover-open')].map(each => each.id)"


@contextmanager
def reader(browser: Browser, path: Path, device: dict[str, Any], *, scripts: bool = True) -> Iterator[Page]:
    """A page as a reader has it; whatever its script complains of fails the test."""
    context = browser.new_context(**device, java_script_enabled=scripts)
    context.set_default_timeout(10_000)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(path.as_uri())
    yield page
    context.close()
    assert complaints == []


def inside(page: Page, selector: str) -> bool:
    """Whether all of an element stands inside the window."""
    box = page.locator(selector).bounding_box()
    size = page.viewport_size
    assert box
    assert size
    return (
        box["x"] >= 0
        and box["y"] >= 0
        and box["x"] + box["width"] <= size["width"]
        and box["y"] + box["height"] <= size["height"]
    )


@SCRIPTS
@DEVICES
def test_a_note_opens_where_its_number_is_and_the_text_stays_in_its_place(
    browser: Browser, output: Path, device: dict[str, Any], scripts: bool
) -> None:
    with reader(browser, output / "researcher.ar.html", device, scripts=scripts) as page:
        call = page.locator("#call_40")
        call.scroll_into_view_if_needed()
        before = call.bounding_box()
        if device is PHONE:
            call.tap()
        else:
            call.click()
        note = page.locator("#note_40")
        note.wait_for(state="visible")
        assert page.evaluate(OPEN) == ["note_40"]
        assert inside(page, "#note_40")
        assert call.bounding_box() == before
        page.mouse.click(5, 5)
        assert page.evaluate(OPEN) == []


@SCRIPTS
def test_a_note_opens_and_closes_by_keyboard_and_the_reader_is_where_he_was(
    browser: Browser, output: Path, scripts: bool
) -> None:
    with reader(browser, output / "parliament.ar.html", DESKTOP, scripts=scripts) as page:
        page.locator("#call_3").focus()
        page.keyboard.press("Enter")
        assert page.evaluate(OPEN) == ["note_3"]
        page.keyboard.press("Escape")
        assert page.evaluate(OPEN) == []
        assert page.evaluate("document.activeElement.id") == "call_3"
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.id") == "call_4"


def test_a_note_of_the_same_source_shows_the_note_that_names_it(browser: Browser, output: Path) -> None:
    with reader(browser, output / "researcher.ar.html", DESKTOP) as page:
        number = page.evaluate("document.querySelector('[data-same]').id.slice(5)")
        named = page.evaluate(f"document.querySelector('#note_{number}').dataset.same")
        first = page.locator(f"#note_{named}").inner_text().replace("↑", "").strip()
        page.locator(f"#call_{number}").click()
        shown = page.locator(f"#note_{number} .same").inner_text()
        assert shown.strip() == first
        page.locator(f"#note_{number} .close").click()
        assert page.evaluate(OPEN) == []
        assert page.locator(".same, .close").count() == 0


def test_one_note_after_another_leaves_one_open(browser: Browser, output: Path) -> None:
    with reader(browser, output / "parliament.ar.html", DESKTOP) as page:
        for number in (1, 2):
            page.locator(f"#call_{number}").focus()
            page.keyboard.press("Enter")
        assert page.evaluate(OPEN) == ["note_2"]


@SCRIPTS
def test_all_notes_stand_at_the_end_and_lead_back(browser: Browser, output: Path, scripts: bool) -> None:
    with reader(browser, output / "parliament.ar.html", PHONE, scripts=scripts) as page:
        assert all(note.is_visible() for note in page.locator(".notes li").all())
        page.locator("#note_3 a[href='#call_3']").click()
        assert page.url.endswith("#call_3")
        assert inside(page, "#call_3")


def test_beside_the_text_the_contents_say_where_the_reader_is(browser: Browser, output: Path) -> None:
    with reader(browser, output / "researcher.ar.html", DESKTOP) as page:
        here = page.locator("nav [aria-current]")
        seen = []
        for kind in ("importance", "mechanisms", "recommendations"):
            page.evaluate(f"document.querySelector('section.{kind}').scrollIntoView()")
            page.wait_for_timeout(150)
            assert here.count() == 1
            assert here.is_visible()
            seen.append(page.evaluate("document.querySelector('nav [aria-current]').hash"))
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        page.wait_for_timeout(150)
        seen.append(page.evaluate("document.querySelector('nav [aria-current]').hash"))
        assert len(set(seen)) == 4
        assert seen[-1].startswith("#references_")


@SCRIPTS
def test_on_a_phone_the_contents_are_a_touch_away_wherever_the_reader_is(
    browser: Browser, output: Path, scripts: bool
) -> None:
    with reader(browser, output / "researcher.ar.html", PHONE, scripts=scripts) as page:
        assert not page.locator("nav").is_visible()
        page.mouse.wheel(0, 6000)
        page.wait_for_timeout(200)
        assert inside(page, ".follow button")
        page.locator(".follow button").tap()
        page.locator("nav").wait_for(state="visible")
        link = page.locator("nav a").nth(4)
        target = link.get_attribute("href")
        link.tap()
        assert page.url.endswith(str(target))
        assert page.evaluate(OPEN) == ([] if scripts else ["_contents"])
        if not scripts:
            page.mouse.click(195, 5)
            assert page.evaluate(OPEN) == []


def test_a_reference_is_copied_as_it_reads(browser: Browser, output: Path) -> None:
    with reader(
        browser, output / "researcher.ar.html", {**DESKTOP, "permissions": ["clipboard-read", "clipboard-write"]}
    ) as page:
        entry = page.locator(".references li").nth(2)
        entry.locator(".copy").click()
        page.wait_for_timeout(200)
        said = page.locator("#_said").inner_text()
        assert said == entry.locator(".copy").inner_text() == "نُسخ"
        kept = page.evaluate("navigator.clipboard.readText()")
        assert kept == " ".join(entry.locator("[data-copy]").inner_text().split())


def test_each_reference_and_the_brief_itself_can_be_copied_and_nothing_else(browser: Browser, output: Path) -> None:
    with reader(browser, output / "researcher.ar.html", DESKTOP) as page:
        entries = page.locator(".references li").count()
        assert page.locator(".copy").count() == entries + 1
        assert page.locator("#_said + .copy").count() == 0


STRANDED = """() => [...document.querySelectorAll('.note-call')].filter(call => {
    const row = call.getBoundingClientRect();
    const walk = document.createTreeWalker(call.closest('p, li, td, h3, h4, dd, blockquote') || document.body, 4);
    const texts = [];
    while (walk.nextNode()) texts.push(walk.currentNode);
    const at = texts.findIndex(each => call.contains(each));
    const box = (node, from, to) => {
        const range = document.createRange();
        range.setStart(node, from); range.setEnd(node, to);
        return range.getBoundingClientRect();
    };
    const far = one => Math.abs(one.bottom - row.bottom) > row.height * 1.2;
    const after = texts[at + 1];
    return after && /^[.،؛:؟!»]/.test(after.data) && far(box(after, 0, 1));
}).map(call => call.id)"""
"""Calls whose full stop, comma or closing mark stands on another line."""


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_the_mark_after_a_note_stays_on_its_line(browser: Browser, output: Path, width: int) -> None:
    with reader(browser, output / "researcher.ar.html", {"viewport": {"width": width, "height": 800}}) as page:
        assert page.evaluate(STRANDED) == []


def test_what_is_copied_from_a_text_has_no_numbers_of_notes_in_it(browser: Browser, output: Path) -> None:
    with reader(browser, output / "parliament.ar.html", DESKTOP) as page:
        page.evaluate("getSelection().selectAllChildren(document.querySelector('main'))")
        copied = page.evaluate("getSelection().toString()")
        assert "٢٠١٥" in copied
        assert "٢٠١٥٦" not in copied


def test_an_open_note_hides_neither_its_number_nor_a_printed_page(browser: Browser, output: Path) -> None:
    with reader(browser, output / "parliament.ar.html", PHONE) as page:
        page.evaluate(
            "scrollBy(0, document.querySelector('#call_5').getBoundingClientRect().bottom - innerHeight + 20)"
        )
        page.locator("#call_5").tap()
        page.wait_for_timeout(200)
        note, call = page.locator("#note_5").bounding_box(), page.locator("#call_5").bounding_box()
        assert note
        assert call
        assert call["y"] + call["height"] <= note["y"]
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert page.evaluate(OPEN) == []


def test_a_link_of_the_contents_is_the_one_that_is_marked_after_it(browser: Browser, output: Path) -> None:
    with reader(browser, output / "researcher.ar.html", {"viewport": {"width": 1600, "height": 1600}}) as page:
        links = page.locator("nav a")
        wrong = []
        for at in range(0, links.count(), 3):
            target = links.nth(at).get_attribute("href")
            page.evaluate("where => { location.hash = where; }", target)
            page.wait_for_timeout(60)
            marked = page.evaluate("document.querySelector('nav [aria-current]').getAttribute('href')")
            wrong += [] if marked == target else [(target, marked)]
        assert wrong == []


def test_without_scripts_there_is_no_button_that_does_nothing(browser: Browser, output: Path) -> None:
    with reader(browser, output / "researcher.ar.html", DESKTOP, scripts=False) as page:
        assert page.locator(".copy, .close").count() == 0
        assert page.locator("button:not([popovertarget])").count() == 0


def test_nothing_but_the_page_s_own_script_runs(browser: Browser, output: Path, tmp_path: Path) -> None:
    smuggled = tmp_path / "page.html"
    html = (output / "minister.ar.html").read_text("utf-8")
    smuggled.write_text(html.replace("</main>", "<script>document.title='x'</script></main>"), "utf-8")
    page = browser.new_page()
    page.goto(smuggled.as_uri())
    assert page.title() != "x"
    page.close()


@pytest.mark.parametrize(
    ("width", "height", "scale"), [(320, 256, 4.0), (1280, 800, 1.0), (2560, 1440, 1.0), (3840, 2160, 1.0)]
)
def test_a_page_reads_well_from_four_times_its_size_to_the_largest_screens(
    browser: Browser, output: Path, width: int, height: int, scale: float
) -> None:
    device = {"viewport": {"width": width, "height": height}, "device_scale_factor": scale}
    with reader(browser, output / "researcher.ar.html", device) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        lines = page.evaluate(
            """() => [...document.querySelectorAll('main p')].map(each => {
                const size = parseFloat(getComputedStyle(each).fontSize);
                return each.getBoundingClientRect().width / size;
            })"""
        )
        assert max(lines) <= 47
        assert page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)") >= (
            24 if width > 3000 else 17
        )
        # Ten pixels: the room for a finger around the number of a note reaches beyond the end of its line.
        hidden = page.evaluate(
            """() => [...document.querySelectorAll('main p, main tbody td, main tbody th, .references li')]
                .filter(each => each.scrollWidth > each.clientWidth + 10).map(each => each.textContent.slice(0, 40))"""
        )
        assert hidden == []


def test_a_wide_table_scrolls_inside_itself_and_by_keyboard(browser: Browser, output: Path, tmp_path: Path) -> None:
    html = (output / "researcher.ar.html").read_text("utf-8")
    table = "<table>" + "<tr>" + "<td>خلية فيها كلام</td>" * 12 + "</tr></table>"
    wide = tmp_path / "wide.html"
    wrapped = f'<div class="scroll" tabindex="0" role="region" aria-label="جدول">{table}</div></main>'
    wide.write_text(html.replace("</main>", wrapped), "utf-8")
    with reader(browser, wide, PHONE) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        last = page.locator(".scroll").last
        last.focus()
        page.keyboard.press("ArrowLeft")
        page.wait_for_timeout(300)
        assert last.evaluate("each => each.scrollLeft") < 0


def shaded(page: Page) -> tuple[bool, bool]:
    """Whether the left and the right edge of an empty table's frame differ from its ground."""
    image = Image.open(io.BytesIO(page.locator(".scroll").last.screenshot())).convert("L")
    line = [int(image.getpixel((x, image.height // 2))) for x in range(image.width)]  # type: ignore[arg-type]
    ground = line[image.width // 2]
    return abs(line[2] - ground) > 20, abs(line[-3] - ground) > 20


@pytest.mark.parametrize("direction", ["rtl", "ltr"])
@pytest.mark.parametrize("look", [{}, {"color_scheme": "dark"}, {"forced_colors": "active"}], ids=str)
def test_the_edge_of_a_table_that_has_more_is_shaded(
    browser: Browser, output: Path, tmp_path: Path, look: dict[str, Any], direction: str
) -> None:
    html = (output / "researcher.ar.html").read_text("utf-8").replace('dir="rtl"', f'dir="{direction}"')
    frame = (
        '<div class="scroll" tabindex="0" role="region" aria-label="جدول"><table><tr><td>&nbsp;</table></div></main>'
    )
    wide = tmp_path / "wide.html"
    wide.write_text(html.replace("</main>", frame), "utf-8")
    onwards = -1 if direction == "rtl" else 1
    with reader(browser, wide, {**PHONE, **look}) as page:
        seen = []
        for far in (0, 60, 9999):
            page.locator(".scroll").last.evaluate("(frame, to) => { frame.scrollLeft = to; }", far * onwards)
            page.wait_for_timeout(100)
            seen.append(shaded(page)[::onwards])
        assert seen == [(False, True), (True, True), (True, False)]
        page.set_viewport_size({"width": 900, "height": 800})
        page.wait_for_timeout(100)
        assert shaded(page) == (False, False)


@pytest.mark.parametrize(("audience", "sections"), [("parliament", 9), ("minister", 4), ("public", 5)])
def test_a_page_of_four_sections_has_contents_whatever_its_paper_has(
    browser: Browser, output: Path, audience: str, sections: int
) -> None:
    with reader(browser, output / f"{audience}.ar.html", DESKTOP) as page:
        links = page.locator("nav.contents a")
        assert links.count() >= sections
        assert links.first.is_visible()
        assert not page.locator(".follow").is_visible()
        where = links.evaluate_all("links => links.map(each => document.getElementById(each.hash.slice(1)) !== null)")
        assert all(where)
    with reader(browser, output / f"{audience}.ar.html", PHONE) as page:
        assert not page.locator("nav.contents").is_visible()
        page.locator(".follow button").tap()
        assert page.locator("nav.contents").is_visible()


def test_from_the_browser_to_paper_all_the_text_goes_and_no_button(
    browser: Browser, output: Path, tmp_path: Path
) -> None:
    with reader(browser, output / "researcher.ar.html", DESKTOP) as page:
        page.pdf(path=tmp_path / "printed.pdf", prefer_css_page_size=True)
        words = page.locator(".references li [data-copy]").last.inner_text().split()
    text = subprocess.run(
        ["pdftotext", "-raw", tmp_path / "printed.pdf", "-"], capture_output=True, text=True, check=True
    ).stdout
    assert "نسخ المرجع" not in text
    assert "المحتويات" not in text
    assert "الهوامش" in text
    assert words[-1].strip("./") in text
