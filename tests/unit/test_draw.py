"""Charts: every mark is as long as its figure, reading starts on the reader's side, and words are paths."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest
from lxml import etree

from mujaz.draw import Look, draw
from mujaz.faces import faces_of
from mujaz.model.brief import Plot
from mujaz.model.document import Medium

ACCENT = "#1d4f5c"
LOOK = Look(faces_of("classic", Medium.PRINT)[0].path, ACCENT, "#1c1a17", 6.6, 10.5)
BAR = Plot(
    kind="bar",
    names=("2019", "2020", "2021"),
    series=("الصادرات",),
    values=((5.0,), (12.5,), (None,)),
    said=(("٥",), ("١٢٫٥",), ("—",)),
    language="ar",
    direction="rtl",
    digits="arabic-indic",
)
TWO = replace(
    BAR,
    kind="grouped-bar",
    series=("الصادرات", "الواردات"),
    values=((5.0, 4.0), (12.5, 2.0), (1.0, 8.0)),
    said=(("٥", "٤"), ("١٢٫٥", "٢"), ("١", "٨")),
)


def boxes(svg: str, colour: str = ACCENT) -> list[tuple[float, float, float, float]]:
    """Left, top, right and bottom of every patch of a colour, in the order of drawing; marks of a legend left out."""
    found = []
    for path in etree.fromstring(svg.encode()).iter("{http://www.w3.org/2000/svg}path"):
        style = path.get("style", "")
        legend = any("legend" in (up.get("id") or "") for up in path.iterancestors())
        if f"fill: {colour}" in style and not legend:
            numbers = [float(each) for each in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", path.get("d", ""))]
            across, down = numbers[::2], numbers[1::2]
            found.append((min(across), min(down), max(across), max(down)))
    return found


def words(svg: str) -> list[str]:
    """The labels, of which matplotlib leaves a remark beside their paths."""
    return [each.strip().strip("\u2066\u2067\u2069") for each in re.findall(r"<!--(.*?)-->", svg)]


@pytest.mark.parametrize("kind", ["bar", "grouped-bar", "line", "stacked-share"])
def test_no_word_is_left_as_text_for_a_renderer_to_break(kind: str) -> None:
    svg = draw(replace(TWO if kind != "bar" else BAR, kind=kind), LOOK)
    assert "<text" not in svg
    assert "<path" in svg


def test_a_bar_is_as_long_as_its_figure() -> None:
    one, other = boxes(draw(BAR, LOOK))
    assert (other[3] - other[1]) / (one[3] - one[1]) == pytest.approx(12.5 / 5, rel=1e-3)
    assert one[3] == pytest.approx(other[3])


def test_every_bar_of_every_series_is_as_long_as_its_figure() -> None:
    svg = draw(TWO, LOOK)
    for number, colour in enumerate((ACCENT, "#c48a31")):
        scale = {
            round((box[3] - box[1]) / (row[number] or 0), 3)
            for box, row in zip(boxes(svg, colour), TWO.values, strict=True)
        }
        assert len(scale) == 1


def test_long_names_lie_beside_bars_that_grow_from_the_side_where_reading_starts() -> None:
    plot = replace(
        BAR, names=("الآلات ومعدات النقل", "المنتجات الكيميائية", "الأغذية"), values=((5.0,), (12.5,), (1.0,))
    )
    bars = boxes(draw(plot, LOOK))
    assert {round(bar[2], 3) for bar in bars} == {round(bars[0][2], 3)}
    lengths = [bar[2] - bar[0] for bar in bars]
    assert lengths[1] / lengths[0] == pytest.approx(2.5, rel=1e-3)
    assert bars[0][1] < bars[1][1] < bars[2][1]
    left = boxes(draw(replace(plot, direction="ltr"), LOOK))
    assert left[0][0] == pytest.approx(left[1][0])


def test_the_first_category_stands_where_reading_starts() -> None:
    first, second = boxes(draw(BAR, LOOK))
    assert first[0] > second[2]
    first, second = boxes(draw(replace(BAR, direction="ltr"), LOOK))
    assert first[2] < second[0]


def test_a_category_without_a_figure_keeps_its_place() -> None:
    assert "2021" in words(draw(BAR, LOOK))
    assert len(boxes(draw(BAR, LOOK))) == 2


def test_a_figure_below_nothing_hangs_from_the_line() -> None:
    up, down = boxes(draw(replace(BAR, values=((5.0,), (-2.5,), (None,))), LOOK))
    assert up[3] == pytest.approx(down[1])
    assert (down[3] - down[1]) / (up[3] - up[1]) == pytest.approx(0.5, rel=1e-3)


def test_shares_fill_the_whole_and_are_told_in_percent() -> None:
    plot = replace(TWO, kind="stacked-share", values=((1.0, 3.0), (2.0, 2.0), (0.0, 5.0)))
    svg = draw(plot, LOOK)
    one, other = boxes(svg), boxes(svg, "#c48a31")
    for number, (first, second) in enumerate(plot.values):
        if first:
            whole = (one[number][2] - one[number][0]) + (other[number][2] - other[number][0])
            assert (one[number][2] - one[number][0]) / whole == pytest.approx(first / (first + (second or 0)), rel=1e-3)
    assert {"٢٥٪", "٧٥٪", "٥٠٪", "١٠٠٪"} <= set(words(svg))


def test_the_words_are_the_readers() -> None:
    said = words(draw(TWO, LOOK))
    assert {"٥", "١٢٫٥", "٨", "الصادرات", "الواردات", "2019"} <= set(said)
    western = replace(TWO, digits="western", said=(("5", "4"), ("12.5", "2"), ("1", "8")))
    assert {"12.5", "10"} <= set(words(draw(western, LOOK)))


def test_a_line_goes_through_its_figures() -> None:
    svg = draw(replace(TWO, kind="line"), LOOK)
    lines = [
        path.get("d", "")
        for path in etree.fromstring(svg.encode()).iter("{http://www.w3.org/2000/svg}path")
        if f"stroke: {ACCENT}" in path.get("style", "") and "stroke-width: 1.8" in path.get("style", "")
    ]
    points = [tuple(map(float, each)) for each in re.findall(r"[ML] (\S+) (\S+)", lines[0])]
    assert len(points) == 3
    assert points[0][0] > points[1][0] > points[2][0]
    rise = (points[0][1] - points[1][1]) / (points[1][1] - points[2][1])
    assert rise == pytest.approx((12.5 - 5) / (1 - 12.5), rel=1e-2)


def test_many_values_leave_the_telling_to_the_axis() -> None:
    rows = tuple((float(number),) for number in range(30))
    plot = replace(
        BAR,
        kind="line",
        names=tuple(str(1990 + number) for number in range(30)),
        values=rows,
        said=tuple((f"v{number}",) for number in range(30)),
    )
    assert not [word for word in words(draw(plot, LOOK)) if word.startswith("v")]


def test_the_same_chart_is_the_same_bytes_in_another_process() -> None:
    code = (
        "import sys; sys.path[:0] = ['generator', 'tests', 'tests/unit']\n"
        "from test_draw import TWO, LOOK\nfrom mujaz.draw import draw\nsys.stdout.write(draw(TWO, LOOK))"
    )
    env: dict[str, Any] = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Baghdad", "LC_ALL": "C.UTF-8"}
    run = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, check=True, env=env, encoding="utf-8")
    assert run.stdout == draw(TWO, LOOK)


@pytest.mark.parametrize("kind", ["bar", "grouped-bar", "line", "stacked-share"])
@pytest.mark.parametrize("width", [4.0, 6.6])
def test_a_chart_is_as_wide_as_its_place(kind: str, width: float) -> None:
    plot = replace(TWO, kind=kind, names=("اسم طويل جداً لا يتسع له المكان تحت العمود", "2", "3"))
    root = etree.fromstring(draw(plot, replace(LOOK, width=width)).encode())
    assert float(root.get("width", "").removesuffix("pt")) == pytest.approx(width * 72)


def test_figures_of_lines_that_run_close_stand_apart_or_are_left_out() -> None:
    close = replace(
        TWO,
        kind="line",
        series=("الأول", "الثاني", "الثالث"),
        values=((50.0, 49.0, 48.5), (10.0, 30.0, 50.0), (20.0, None, 20.0)),
        said=(("أ١", "ب١", "ج١"), ("أ٢", "ب٢", "ج٢"), ("أ٣", "ب٣", "ج٣")),
    )
    told = set(words(draw(close, LOOK)))
    assert {"أ١", "ج١", "أ٢", "ب٢", "ج٢", "أ٣", "ج٣"} <= told  # those of the third place stand above and below
    assert "ب١" not in told  # between two others there is no room
