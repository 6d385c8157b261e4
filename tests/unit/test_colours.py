"""Contrast: of the house's colours, of the packaged style sheets by day and by night, and of neighbours in charts."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mujaz.check.contrast import GROUNDS
from mujaz.colours import AA, APART, PAPER, contrast, darker, grey, luminance, seen
from mujaz.draw import SERIES
from mujaz.model.content import Colours
from mujaz.report import Speaker
from mujaz.survey import survey
from workspace import ROOT, lay

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
TEXTS = ("ink", "soft", "accent", "positive", "negative")
TINTS = ("page", "mark", "tint", "positive-tint", "negative-tint")


def variables(name: str, house: Colours) -> dict[str, str]:
    """The colours that a packaged style sheet gives names to."""
    text = (ROOT / "templates/css" / name).read_text("utf-8")
    for field in ("accent", "ink"):
        text = re.sub(rf"{{{{ house\.{field} }}}}", getattr(house, field), text)
    found = dict(re.findall(r"--([a-z-]+): ([^;]+);", text))
    return {key: mixed(value) for key, value in found.items() if value.startswith(("#", "color-mix"))}


def mixed(value: str) -> str:
    """A colour as it stands, or mixed with white in OKLab as browsers do it."""
    found = re.fullmatch(r"color-mix\(in oklab, (#\w{6}) (\d+)%, #ffffff\)", value)
    return blend(found[1], int(found[2]) / 100) if found else value


def blend(colour: str, share: float) -> str:
    """A colour with white, in OKLab (Ottosson's matrices, as CSS Color 4 has them)."""
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in _shares(colour)]
    rows = (
        (0.4122214708, 0.5363325363, 0.0514459929),
        (0.2119034982, 0.6806995451, 0.1073969566),
        (0.0883024619, 0.2817188376, 0.6299787005),
    )
    roots = [sum(m * c for m, c in zip(row, linear, strict=True)) ** (1 / 3) for row in rows]
    # OKLab is linear in the roots, and white has the roots 1, 1, 1.
    one, two, three = ((share * root + 1 - share) ** 3 for root in roots)
    back = (
        4.0767416621 * one - 3.3077115913 * two + 0.2309699292 * three,
        -1.2684380046 * one + 2.6097574011 * two - 0.3413193965 * three,
        -0.0041960863 * one - 0.7034186147 * two + 1.7076147010 * three,
    )
    coded = [
        12.92 * c if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055 for c in (max(0.0, min(1.0, b)) for b in back)
    ]
    return "#" + "".join(f"{round(255 * each):02x}" for each in coded)


def _shares(colour: str) -> list[float]:
    return [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]


def test_contrast_is_what_wcag_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert contrast("#ff0000", "#ffffff") == pytest.approx(4.0, abs=0.005)
    assert luminance("#ffffff") == pytest.approx(1)
    assert (grey("#ff0000"), grey("#777777")) == ("#4c4c4c", "#777777")


@given(COLOURS, COLOURS)
def test_contrast_has_no_side_and_lies_between_one_and_twenty_one(one: str, other: str) -> None:
    assert 1 <= contrast(one, other) == contrast(other, one) <= 21.0001
    assert contrast(one, one) == 1


@given(COLOURS)
def test_the_darker_colour_can_be_read_and_is_the_nearest(colour: str) -> None:
    found = darker(colour, GROUNDS)
    assert all(seen(found, ground) >= AA for ground in GROUNDS)
    assert darker(found, GROUNDS) == found
    assert luminance(found) <= luminance(colour)
    if all(seen(colour, ground) >= AA for ground in GROUNDS):
        assert found == colour


# ------------------------------------------------------------------------------------------------ the house


def told(root: Path, colours: str) -> list[tuple[str, str, dict[str, str]]]:
    lay(root)
    (root / "mujaz.yaml").write_text(f"organisation: المؤسسة\ncolours:\n{colours}", "utf-8")
    problems = survey(root).problems
    return [(str(e.where), e.severity.value, dict(e.facts)) for e in problems if e.rule == "contrast-low"]


def test_a_colour_that_cannot_be_read_is_told_of_with_its_place_and_the_nearest_that_can(tmp_path: Path) -> None:
    (where, severity, facts), (second, _, _) = told(tmp_path, '  accent: "#c8a24a"\n  ink: "#888888"\n')
    assert (where, severity, second) == ("mujaz.yaml:3:3", "error", "mujaz.yaml:4:3")
    assert facts["found"] == "#c8a24a"
    assert float(facts["ratio"]) == pytest.approx(seen("#c8a24a", facts["ground"]), abs=0.01)
    assert all(seen(facts["better"], ground) >= AA for ground in GROUNDS)


def test_a_colour_that_only_a_tint_makes_unreadable_is_told_of_too(tmp_path: Path) -> None:
    assert seen("#767676", PAPER) >= AA
    ((_, _, facts),) = told(tmp_path, '  accent: "#767676"\n')
    assert facts["ground"] != PAPER


def test_a_colour_that_only_grey_makes_unreadable_is_told_of_too(tmp_path: Path) -> None:
    reddish = next(
        colour
        for red in range(100, 160)
        for rest in range(80, 130)
        if all(contrast(colour := f"#{red:02x}{rest:02x}{rest:02x}", ground) >= AA for ground in GROUNDS)
        and any(seen(colour, ground) < AA for ground in GROUNDS)
    )
    assert len(told(tmp_path, f'  accent: "{reddish}"\n')) == 1


def test_colours_that_can_be_read_and_those_of_mujaz_are_not_told_of(tmp_path: Path) -> None:
    assert told(tmp_path / "a", '  accent: "#000000"\n  ink: "#333333"\n') == []
    assert told(tmp_path / "b", '  accent: "#1d4f5c"\n') == []


def test_a_house_may_weigh_the_rule_otherwise(tmp_path: Path) -> None:
    assert told(tmp_path / "a", '  accent: "#c8a24a"\nrules: {contrast-low: "off"}\n') == []
    ((_, severity, _),) = told(tmp_path / "b", '  accent: "#c8a24a"\nrules: {contrast-low: warning}\n')
    assert severity == "warning"


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_sentence_names_the_colour_its_contrast_and_what_to_take(tmp_path: Path, language: str) -> None:
    lay(tmp_path)
    (tmp_path / "mujaz.yaml").write_text('organisation: x\ncolours: {accent: "#c8a24a"}\n', "utf-8")
    problem = next(each for each in survey(tmp_path).problems if each.rule == "contrast-low")
    said = Speaker(language).sentence(problem) + Speaker(language).hint(problem)
    assert {"#c8a24a", "accent", problem.facts["ratio"], problem.facts["better"]} <= set(
        re.findall(r"#?[\w.]*\w", said)
    )


# ------------------------------------------------------------------------------------------------ the style sheets


def test_the_grounds_that_are_checked_are_those_of_the_style_sheet() -> None:
    day = variables("shared.css", Colours())
    assert [day[name] for name in ("page", "tint", "mark", "positive-tint", "negative-tint")] == list(GROUNDS)


@pytest.mark.parametrize("sheet", ["shared.css", "screen.css"])
def test_every_text_colour_can_be_read_on_every_ground_by_day_and_by_night_and_in_grey(sheet: str) -> None:
    found = variables("shared.css", Colours()) | variables(sheet, Colours())
    assert {name for name in found if name not in TEXTS} == {*TINTS, "line"}
    for text in TEXTS:
        own = [
            tint for tint in TINTS if not tint.endswith("-tint") or not text.endswith("tive") or tint == f"{text}-tint"
        ]
        for ground in own:
            assert seen(found[text], found[ground]) >= AA, (sheet, text, ground)


@settings(max_examples=300)
@given(COLOURS)
def test_whatever_accent_can_be_read_by_day_can_be_read_by_night(colour: str) -> None:
    accent = darker(colour, GROUNDS)
    night = variables("screen.css", Colours(accent=accent))
    assert all(contrast(night["accent"], night[ground]) >= AA for ground in TINTS)


# ------------------------------------------------------------------------------------------------ charts


@given(COLOURS)
def test_neighbours_in_a_chart_differ_in_grey_whatever_the_accent(colour: str) -> None:
    accent = darker(colour, GROUNDS)
    for one, other in pairwise((accent, *SERIES)):
        assert seen(one, other) >= APART, (one, other)
