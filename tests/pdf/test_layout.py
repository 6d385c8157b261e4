"""Pages as a typesetter looks at them: nothing leaves its box, no line stands alone, no heading stays behind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from weasyprint.text.fonts import FontConfiguration

from mujaz.build import Result
from mujaz.compose import compose
from mujaz.export.pdf import _BASE, Fetcher, _laid_out
from mujaz.faces import faces_of, with_faces
from mujaz.model.document import Medium, Theme
from mujaz.plan import Request
from mujaz.standing import look
from mujaz.templates import House, open_templates

ROOT = Path(__file__).resolve().parents[2]
MILLIMETRE = 72 / 25.4
LOOSE = 0.6
"""Pixels of CSS by which rounding may move a word."""
HANGING = 0.6 * MILLIMETRE
"""By how much the stroke of a letter may reach beyond the room that its font asks for."""
HOLLOW = 40
"""Pixels of CSS, two lines, by which a frame may reach below the last line inside it."""
DAY = re.compile(r"(?<![\w.,٫٬/:])(?:[0-9٠-٩]{1,2})$")
MONTH = re.compile(
    r"(?:كانون|تشرين|شباط|آذار|نيسان|أيار|حزيران|تموز|آب|أيلول)(?!\w)|(?:Jan|Febr)uary|March|April|May|June|July|August"
    "|(?:Septem|Octo|Novem|Decem)ber"
)
HEADINGS = {"h1", "h2", "h3", "h4", "dt", "figcaption"}
LEADING = {"when", "who", "area", "instrument", "continued", "remark-title", "likelihood"}
"""Lines that name what follows them."""
NAMES = [
    f"{topic.name}/{audience}.{text.stem}"
    for topic in sorted((ROOT / "content" / "topics").iterdir())
    for text in sorted(topic.glob("??.yaml"))
    for audience in ("parliament", "researcher")
]
CASES = [
    *((name, "classic") for name in NAMES),
    ("coalition-exit/parliament.ar", "modern"),
    ("counterterrorism-diplomacy/researcher.ar", "modern"),
]


def pages(name: str, theme: Theme) -> list[Any]:
    """The page boxes of a brief, as WeasyPrint laid them out."""
    topic, _, file = name.partition("/")
    audience, language = file.split(".")
    one = [frozenset({each}) for each in (topic, audience, language)]
    seen, (job,) = look(ROOT, Request(one[0], one[1], one[2], frozenset({Medium.PRINT})))
    assert seen.library is not None
    house = House(seen.library.workspace.model_copy(update={"theme": theme}), seen.library.logo)
    document = compose(job.brief, open_templates(ROOT), medium=Medium.PRINT, house=house)
    faces = faces_of(theme, Medium.PRINT)
    html = with_faces(document.html, {face: f"{_BASE}fonts/{face.file}" for face in faces})
    return [page._page_box for page in _laid_out(html, Fetcher(faces), FontConfiguration()).pages]


def flow(box: Any, inside: tuple[Any, ...] = ()) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """Every box of a page's text with those around it, but margins and notes."""
    for placed in getattr(box, "children", ()):
        child = getattr(placed, "_box", placed)
        if type(child).__name__ in ("MarginBox", "FootnoteAreaBox") or child.is_footnote():
            continue
        yield child, inside
        yield from flow(child, (*inside, child))


def lines(page: Any) -> list[tuple[Any, tuple[Any, ...]]]:
    return [(box, inside) for box, inside in flow(page) if type(box).__name__ == "LineBox" and words(box)]


def words(line: Any) -> str:
    return "".join(getattr(each, "text", "") or "" for each in line.descendants()).strip()


def tagged(inside: tuple[Any, ...], tags: set[str]) -> Any:
    """The innermost element around a line that has one of these names."""
    held = (each for each in reversed(inside) if each.element is not None and each.element_tag in tags)
    return next((each.element for each in held), None)


@pytest.mark.parametrize(("name", "theme"), CASES)
def test_pages_are_set_as_a_typesetter_would(name: str, theme: Theme) -> None:
    """No word leaves its box, no line stands alone, no heading stays behind, rows stay whole under their heads."""
    laid = pages(name, theme)
    found = {
        "words outside of their box": outside(laid),
        "lines alone on a page": alone(laid),
        "headings at the foot": stranded(laid),
        "rows in two, or tables without their head": torn(laid),
        "addresses that leave their scheme, days their month": parted(laid),
        "frames and side lines that go on without their text": hollow(laid),
    }
    assert {defect: places for defect, places in found.items() if places} == {}


def outside(laid: list[Any]) -> list[str]:
    left: list[str] = []
    for page in laid:
        for line, inside in lines(page):
            holder = inside[-1]
            start, end = holder.content_box_x() - LOOSE, holder.content_box_x() + holder.width + LOOSE
            for each in line.descendants():
                if type(each).__name__ == "TextBox" and each.text.strip():
                    width = each.width
                    if each.position_x < start or each.position_x + width > end:
                        left.append(
                            f"{each.text[:40]}: {each.position_x - start:.1f} {end - each.position_x - width:.1f}"
                        )
    return left


def alone(laid: list[Any]) -> list[str]:
    found: list[str] = []
    seen: dict[int, list[tuple[int, int, str]]] = {}
    for number, page in enumerate(laid, start=1):
        counted: dict[int, tuple[int, str]] = {}
        for line, inside in lines(page):
            paragraph = tagged(inside, {"p", "li"})
            if paragraph is not None:
                count, first = counted.get(id(paragraph), (0, words(line)))
                counted[id(paragraph)] = (count + 1, first)
        for key, (count, first) in counted.items():
            seen.setdefault(key, []).append((number, count, first))
    for parts in seen.values():
        if len(parts) > 1:
            found += [f"page {number}: {first[:50]}" for number, count, first in parts if count < 2]
    return found


def stranded(laid: list[Any]) -> list[str]:
    found: list[str] = []
    for number, page in enumerate(laid[:-1], start=1):
        held = lines(page)
        if not held or any(
            "cover" in (each.element.get("class") or "") for each in held[-1][1] if each.element is not None
        ):
            continue
        line, inside = held[-1]
        names = {
            word
            for each in inside
            if each.element is not None and each.element_tag == each.element.tag
            for word in (each.element.get("class") or "").split()
        }
        if tagged(inside, HEADINGS | {"thead"}) is not None or names & LEADING:
            found.append(f"page {number}: {words(line)}")
    return found


def torn(laid: list[Any]) -> list[str]:
    rows: dict[int, set[int]] = {}
    tables: dict[int, dict[int, bool]] = {}
    for number, page in enumerate(laid, start=1):
        for box, _ in flow(page):
            if box.element is None:
                continue
            if type(box).__name__ == "TableRowBox":
                rows.setdefault(id(box.element), set()).add(number)
            if type(box).__name__ == "TableBox" and box.element.tag == "table":
                tables.setdefault(id(box.element), {})[number] = any(each.is_header for each in box.children)
    heads = {key for each in laid for key in _heads(each)}
    found = [f"a row on pages {sorted(on)}" for key, on in rows.items() if len(on) > 1 and key not in heads]
    return found + [f"page {page}" for held in tables.values() for page, headed in held.items() if not headed]


def parted(laid: list[Any]) -> list[str]:
    """Of all lines, also those of notes."""
    found: list[str] = []
    for number, page in enumerate(laid, start=1):
        said = [words(box) for box in page.descendants() if type(box).__name__ == "LineBox"]
        found += [f"page {number}: {line[-40:]}" for line in said if re.search("https?:/?/?$", line)]
        pairs = pairwise(said)
        found += [f"page {number}: {a[-20:]} | {b[:20]}" for a, b in pairs if DAY.search(a) and MONTH.match(b)]
    return found


def hollow(laid: list[Any]) -> list[str]:
    found: list[str] = []
    for number, page in enumerate(laid, start=1):
        for box, inside in flow(page):
            lined = getattr(box, "border_left_width", 0) or getattr(box, "border_right_width", 0)
            around = {name for each in (*inside, box) if each.element is not None for name in classes(each)}
            if lined and box.element_tag not in ("ul", "ol") and not around.isdisjoint({"concepts", "scenario"}):
                bottoms = [each.position_y + each.height for each, _ in flow(box) if type(each).__name__ == "LineBox"]
                below = box.position_y + box.border_height() - max(bottoms, default=box.position_y)
                if below > HOLLOW:
                    found.append(f"page {number}: {box.element_tag} {below:.0f}")
    return found


def classes(box: Any) -> list[str]:
    return (box.element.get("class") or "").split()


@pytest.mark.parametrize(("theme", "grey"), [("classic", "6b655b"), ("modern", "59626a")])
def test_running_heads_have_the_grey_of_their_theme(theme: Theme, grey: str) -> None:
    page = pages("coalition-exit/parliament.ar", theme)[1]
    boxes = [
        each for each in page.children if type(each).__name__ == "MarginBox" and each.at_keyword.startswith("@top")
    ]
    colours = [tuple(round(255 * part) for part in each.style["color"].coordinates) for each in boxes if each.children]
    assert [bytes(each).hex() for each in colours] == [grey, grey]


def _heads(page: Any) -> set[int]:
    """The rows of heads, which are on each page of their table."""
    return {
        id(row.element)
        for box, _ in flow(page)
        if type(box).__name__ == "TableRowGroupBox" and box.is_header
        for row in box.children
    }


def test_no_letter_reaches_into_the_margin(built: tuple[Path, Result]) -> None:
    """The ink of every letter of every page, as pdfium draws it; a right-to-left book begins with a left page."""
    reaching: list[str] = []
    for path in sorted((built[0] / "output").glob("*/*.pdf")):
        rtl = ".ar." in path.name
        with pypdfium2.PdfDocument(path) as pdf:
            for number in range(1 if "researcher" in path.name else 0, len(pdf)):
                page = pdf[number]
                text = page.get_textpage()
                on_left = (number % 2 == 0) is rtl
                left, right = (17, 23) if on_left else (23, 17)
                start, end = left * MILLIMETRE - HANGING, page.get_width() - right * MILLIMETRE + HANGING
                for at in range(text.count_chars()):
                    x0, _, x1, _ = text.get_charbox(at)
                    if x1 > x0 and text.get_text_range(at, 1).strip() and (x0 < start or x1 > end):
                        around = text.get_text_range(max(at - 12, 0), 24).replace("\r\n", " ")
                        reaching.append(
                            f"{path.parent.name}/{path.name} {number + 1}: {around} {x0 - start:.1f} {end - x1:.1f}"
                        )
    assert reaching == []


@pytest.mark.parametrize(
    "before",
    ["", "<b>بعض</b> ", '<b>بعض</b> <span dir="ltr">of Latin words in a row <i>and more of</i> them</span> '],
    ids=["one text", "texts and elements", "words from the left"],
)
@pytest.mark.parametrize("align", ["start", "justify"])
def test_a_line_that_ends_before_an_element_ends_at_the_margin(before: str, align: str) -> None:
    """Its last space is taken away where it stands; widths are tried until the element is what does not fit."""
    tried = 0
    for width in range(150, 320, 2):
        sheet = f"@page {{size: {width}px 400px; margin: 20px}}"
        style = f"{sheet} body {{font: 20px Amiri; margin: 0; font-kerning: none; text-align: {align}}}"
        text = f"<p>{before}كلمات في سطر من الكلام <strong>وعنصر</strong> بعده</p>"
        html = f'<html dir="rtl" lang="ar"><head><style>{style}</style></head><body>{text}'
        faces = faces_of("classic", Medium.PRINT)
        page = with_faces(html, {face: f"{_BASE}fonts/{face.file}" for face in faces})
        (box,) = (each._page_box for each in _laid_out(page, Fetcher(faces), FontConfiguration()).pages)
        for line, inside in lines(box)[:-1]:
            texts = [each for each in line.descendants() if type(each).__name__ == "TextBox" and each.text]
            right = max(each.position_x + each.width for each in texts)
            left = min(each.position_x for each in texts)
            holder = inside[-1]
            assert abs(right - holder.content_box_x() - holder.width) < LOOSE, (width, words(line))
            assert left > holder.content_box_x() - LOOSE, (width, words(line))
            tried += texts[-1].element_tag == "p"
    assert tried
