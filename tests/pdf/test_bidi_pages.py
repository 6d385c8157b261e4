"""The cases of tests/cases/bidi → one PDF and one browser page, whose glyphs must stand in the same order."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any

import fontpkg_amiri
import pikepdf
import pytest
import yaml
from playwright.sync_api import Browser
from weasyprint import HTML

from mujaz.bidi import Base, isolate, levels, settle
from mujaz.bidi.paragraphs import Element, parse
from mujaz.bidi.uax9 import mirrored, order

CASES = Path(__file__).parents[1] / "cases" / "bidi"
FACES = (
    ("Regular", 400, "normal"),
    ("Bold", 700, "normal"),
    ("Italic", 400, "italic"),
    ("BoldItalic", 700, "italic"),
)
NOTE = "⁕"
"""Shown where a note is called, so that its place can be compared."""
MARKS = re.compile("[\u064b-\u0652\u0670]+")
LINE_HEIGHT = 30  # CSS pixels
GAP = 2.5  # CSS pixels; a space of Amiri is 5 wide at this size

STYLE = "".join(
    f"@font-face {{ font-family: Amiri; font-weight: {weight}; font-style: {style}; "
    f'src: url("{(Path(fontpkg_amiri.__file__).parent / "files" / f"Amiri-{name}.ttf").as_uri()}") }}\n'
    for name, weight, style in FACES
) + (
    f"body {{ font: 18px/{LINE_HEIGHT}px Amiri; margin: 0; width: 700px }}\n"
    "body * { margin: 0; font-family: Amiri; font-size: 18px; line-height: 0 } code { font-style: normal }\n"
    f"section, section * {{ line-height: {LINE_HEIGHT}px; list-style: none; padding: 0 }}\n"
    "sup, sub { font-size: 12px; line-height: 0 } table { border-collapse: collapse; width: 100% }\n"
    "td, th { text-align: start } h2, th { font-weight: 700 } a { color: inherit }\n"
)
PAPER = (
    "@page { size: 760px 900px; margin: 20px } section { break-after: page } .footnote { float: footnote }\n"
    f'.footnote::footnote-call {{ content: "{NOTE}" }} .footnote::footnote-marker {{ content: "" }}\n'
    "img { width: 10px; height: 10px }\n"
)
SCREEN = (
    ".footnote { display: inline-block; width: 4px; height: 4px; overflow: hidden }\n"
    "img { width: 10px; height: 10px }\n"
)
# WeasyPrint maps a glyph to the first character that it was drawn for. Drawn here first from left to right,
# every bracket keeps its own name, so that a bracket that faces the wrong way is seen.
BRACKETS = ("()", "[]", "{}", "«»", "‹›", "“”", "≤≥", "<>")
OPENING = {pair[1]: pair[0] for pair in BRACKETS}
CALIBRATION = '<section dir="ltr">{}</section>'.format(
    "".join(
        f'<span style="{style}">\u202d{escape(between.join("".join(BRACKETS)))}\u202c</span> '
        for style in ("", "font-weight: 700", "font-style: italic", "font-weight: 700; font-style: italic")
        for between in ("", "a", "ع")  # the font has shapes for either script
    )
)
POSITIONS = """() => [...document.querySelectorAll('section')].slice(1).map(section => {
  const found = [];
  const walk = node => {
    if (node.nodeType === 1) {
      if (node.classList.contains('footnote')) {
        const r = node.getBoundingClientRect();
        found.push(['NOTE', r.left, r.bottom, r.width]);
      } else node.childNodes.forEach(walk);
    } else if (node.nodeType === 3) {
      let at = 0;
      for (const c of node.data) {
        const range = document.createRange();
        range.setStart(node, at); range.setEnd(node, at += c.length);
        const r = [...range.getClientRects()].filter(r => r.width > 0).pop();
        if (r) found.push([c, r.left, r.bottom, r.width]);
      }
    }
  };
  walk(section);
  return found;
})""".replace("NOTE", NOTE)


@dataclass(frozen=True)
class Case:
    name: str
    base: Base
    html: str
    visual: tuple[str, ...]
    """The lines as they should look, from left to right; empty when only the browser is asked."""
    width: int
    """Of the text in CSS pixels."""
    browser: bool
    """Whether the browser is expected to break lines at the same places."""


@dataclass(frozen=True)
class Glyph:
    text: str
    x: float
    """Of its left side."""
    y: float
    width: float


def all_cases() -> list[Case]:
    found = []
    for path in sorted(CASES.glob("*.yaml")):
        if path.name != "known-gaps.yaml":
            for entry in yaml.safe_load(path.read_text(encoding="utf-8")):
                shown = entry.get("visual", ())
                lines = (shown,) if isinstance(shown, str) else tuple(shown)
                base, width, browser = (
                    entry.get("base", "rtl"),
                    entry.get("width", 700),
                    entry.get("browser", True),
                )
                found.append(Case(entry["name"], base, entry["html"], lines, width, browser))
    return found


CASE_LIST = all_cases()
GAPS: dict[str, str] = yaml.safe_load((CASES / "known-gaps.yaml").read_text(encoding="utf-8")) or {}


def document(style: str, cases: Iterable[Case]) -> str:
    """One section a case, with its tokens isolated."""
    sections = "".join(
        f'<section dir="{case.base}" style="width: {case.width}px">{isolate(case.html, case.base)}</section>'
        for case in cases
    )
    return (
        f'<!doctype html><html lang="ar" dir="rtl"><head><meta charset="utf-8"><title>ترتيب</title>'
        f"<style>{STYLE}{style}</style></head><body>{CALIBRATION}{sections}</body></html>"
    )


@dataclass(frozen=True)
class Font:
    names: dict[int, str]
    widths: dict[int, float]
    """Of a glyph, in thousandths of the size."""


def fonts_of(page: pikepdf.Page) -> dict[str, Font]:
    found = {}
    for name, font in page.Resources.Font.items():
        mapped = font.ToUnicode.read_bytes().split(b"beginbfchar", 1)[1]
        pairs = re.findall(rb"<([0-9a-f]{4})> <([0-9a-f]+)>", mapped)
        names = {int(glyph, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for glyph, text in pairs}
        listed: Any = list(font.DescendantFonts[0].W)
        widths = {
            int(first) + offset: float(width)
            for first, group in zip(listed[::2], listed[1::2], strict=True)
            for offset, width in enumerate(group)
        }
        found[name] = Font(names, widths)
    return found


def glyphs_of(page: pikepdf.Page) -> list[Glyph]:
    """What WeasyPrint drew: each text box is a matrix, and its glyphs from left to right."""
    fonts = fonts_of(page)
    found: list[Glyph] = []
    x = y = size = 0.0
    font = Font({}, {})
    for instruction in pikepdf.parse_content_stream(page):
        operator, operands = str(instruction.operator), instruction.operands
        if operator == "Tm":
            x, y = float(operands[4]), float(operands[5])
        elif operator == "Tf":
            font, size = fonts[str(operands[0])], float(operands[1])
        elif operator in {"TJ", "Tj"}:
            parts: Any = operands[0] if operator == "TJ" else operands
            for part in parts:
                if not isinstance(part, pikepdf.String):
                    x -= float(part) * size / 1000
                    continue
                codes = bytes(part)
                for start in range(0, len(codes), 2):
                    code = int.from_bytes(codes[start : start + 2], "big")
                    width = font.widths.get(code, 0) * size / 1000
                    found.append(Glyph(font.names.get(code, ""), x, y, width))
                    x += width
    return found


def as_lines(glyphs: list[Glyph]) -> tuple[str, ...]:
    """The lines from top to bottom, each from left to right; the letters of an Arabic word in a fixed order.

    No engine reorders the letters of a word; how many glyphs and boxes they have is the font's affair.
    """
    return tuple(filter(None, (line_of(text) for text in texts_of(glyphs))))


def texts_of(glyphs: list[Glyph]) -> list[str]:
    rows: list[list[Glyph]] = []
    for glyph in sorted(glyphs, key=lambda glyph: glyph.y):
        if not rows or glyph.y - rows[-1][0].y > LINE_HEIGHT / 2:
            rows.append([])
        rows[-1].append(glyph)
    return [text_of(row) for row in rows]


def text_of(row: list[Glyph]) -> str:
    """A row from left to right, with a space wherever white shows: WeasyPrint draws no box of spaces."""
    row = sorted((glyph for glyph in row if not MARKS.fullmatch(glyph.text)), key=lambda glyph: glyph.x)
    text, end = "", row[0].x if row else 0.0
    for glyph in row:
        text += " " * (glyph.x - end > GAP) + glyph.text
        end = max(end, glyph.x + glyph.width)
    return text


def line_of(text: str) -> str:
    text = "".join(c for c in text if unicodedata.category(c) not in {"Cf", "Mn"} or c == "\u00ad")
    text = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip()
    return re.sub(r"[ء-يپ-ۓ]+", lambda match: "".join(sorted(match.group())), text)


def folded(lines: tuple[str, ...]) -> tuple[str, ...]:
    """The lines without regard to which way a bracket faces: a browser does not tell."""
    return tuple("".join(OPENING.get(character, character) for character in line) for line in lines)


def paper(cases: list[Case]) -> list[list[Glyph]]:
    """The glyphs of each case but for the notes at the foot of its page."""
    html = settle(document(PAPER, cases), "rtl")
    with pikepdf.open(BytesIO(HTML(string=html, base_url="https://workspace.invalid/").write_pdf())) as pdf:
        pages = [[glyph for glyph in glyphs_of(page) if glyph.y < 600] for page in pdf.pages][1:]
    assert len(pages) == len(cases), "a case takes more than a page"
    return pages


@pytest.fixture(scope="module")
def printed() -> dict[str, tuple[str, ...]]:
    return {case.name: as_lines(glyphs) for case, glyphs in zip(CASE_LIST, paper(CASE_LIST), strict=True)}


@pytest.fixture(scope="module")
def browsed(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> dict[str, tuple[str, ...]]:
    path = tmp_path_factory.mktemp("bidi") / "cases.html"
    path.write_text(document(SCREEN, CASE_LIST), encoding="utf-8")
    page = browser.new_page()
    page.goto(path.as_uri())
    page.evaluate("() => document.fonts.ready.then(() => true)")
    found = page.evaluate(POSITIONS)
    page.close()
    return {
        case.name: as_lines([Glyph(text, left, bottom, width) for text, left, bottom, width in characters])
        for case, characters in zip(CASE_LIST, found, strict=True)
    }


@pytest.mark.parametrize("case", CASE_LIST, ids=lambda case: case.name)
def test_paper_and_browser_show_the_same_order(
    case: Case, printed: dict[str, tuple[str, ...]], browsed: dict[str, tuple[str, ...]]
) -> None:
    wanted = tuple(line_of(line) for line in case.visual)
    good = not case.browser or folded(printed[case.name]) == folded(browsed[case.name])
    good = good and (not wanted or printed[case.name] == wanted)
    if case.name in GAPS:
        assert not good, f"{case.name} is listed in known-gaps.yaml, and works: take it off the list"
    else:
        assert good, f"paper   {printed[case.name]}\nbrowser {browsed[case.name]}\nwanted  {wanted}"


def test_every_known_gap_is_a_case_and_names_are_unique() -> None:
    names = [case.name for case in CASE_LIST]
    assert len(set(names)) == len(names)
    assert GAPS.keys() <= set(names)


ARABIC = "[ء-\u0652پ-ۓە]+"
PLAIN = [
    case
    for case in CASE_LIST
    if re.fullmatch(r"<p>(?!.*(<br|<img|<ruby|<bdo|<bdi|footnote|auto|&shy;)).*</p>", case.html)
]


@pytest.mark.parametrize("width", [60, 90, 120, 150])
def test_a_line_break_anywhere_leaves_every_line_in_the_order_of_its_paragraph(width: int) -> None:
    """Engines break lines at different places, so each line is held against the levels of its paragraph."""
    cases = [replace(case, width=width) for case in PLAIN]
    wrong = []
    for case, glyphs in zip(cases, paper(cases), strict=True):
        text = re.sub(ARABIC, "ع", isolated(parse(isolate(case.html, case.base)).root))
        resolved = levels(text, case.base)
        places = [place for place, character in enumerate(text) if seen(character)]
        for line in texts_of(glyphs):
            shown = "".join(filter(seen, re.sub(ARABIC, "ع", line)))
            if not shown:
                continue
            start, stop = places[0], places[len(shown) - 1] + 1
            places = places[len(shown) :]
            wanted = "".join(
                mirrored(text[start + at]) if resolved[start + at] % 2 else text[start + at]
                for at in order(resolved[start:stop])
                if seen(text[start + at])
            )
            if shown != wanted:
                wrong.append((case.name, shown, wanted))
        assert not places
    assert not wrong


def isolated(element: Element) -> str:
    """The text of an element, with isolates where a part of it states its direction."""
    text = element.text or ""
    for child in element:
        opening = {"ltr": "\u2066", "rtl": "\u2067"}.get(child.get("dir"), "")
        text += opening + isolated(child) + ("\u2069" if opening else "") + (child.tail or "")
    return text


def seen(character: str) -> bool:
    return not character.isspace() and unicodedata.category(character) != "Cf"
