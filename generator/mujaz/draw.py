"""A `Plot` and a `Look` → SVG with its text as paths, the same bytes each time; the only importer of matplotlib."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mujaz import arabic
from mujaz.colours import PAPER, contrast, darker
from mujaz.model.brief import Plot

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LONG = 11
"""Characters of a category's name that still stands under an upright bar."""
_MANY = 7
"""Categories that stand side by side."""
_FEW = 16
"""Values that are told beside their marks; of more, the axis tells."""
_SOFT = "#6b655b"
_LINE = "#d9d2c3"
SERIES = ("#c48a31", "#a9bfc8", "#6e2733", "#5b7a44", "#c9b48a", "#3d3a55", "#a7a29a")
"""After the accent; neighbours differ in lightness, so that a grey print tells them apart."""
_INKS = ("#1c1a17", "#ffffff")
_MARKERS = "osD^vPX*"


@dataclass(frozen=True, slots=True)
class Look:
    """How a chart is drawn."""

    font: Path
    """A TTF file that has every letter of the chart."""
    accent: str
    """#rrggbb, of the first series."""
    ink: str
    """#rrggbb, of the words."""
    width: float
    """Inches."""
    size: float
    """Points of the words."""


def draw(plot: Plot, look: Look) -> str:
    """The chart as one SVG element, without a background."""
    import matplotlib as mpl  # noqa: PLC0415 # takes half a second to load, and most briefs have no chart
    from matplotlib.backends.backend_svg import FigureCanvasSVG  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    with mpl.rc_context():
        mpl.rcdefaults()  # whatever this machine's user likes
        mpl.rcParams.update({"svg.fonttype": "path", "svg.hashsalt": "mujaz", "axes.unicode_minus": False})
        figure = Figure(figsize=(look.width, 1), layout="constrained")
        FigureCanvasSVG(figure)
        _Pen(plot, look, figure).draw()
        file = io.StringIO()
        told: dict[str, Any] = {"Date": None, "Creator": None, "Format": None, "Type": None}
        figure.savefig(file, format="svg", transparent=True, metadata=told)
    svg = file.getvalue()
    return svg[svg.index("<svg") :]


class _Pen:
    """One drawing in the making."""

    def __init__(self, plot: Plot, look: Look, figure: Figure) -> None:
        from matplotlib.font_manager import FontProperties  # noqa: PLC0415

        self.plot, self.look, self.figure = plot, look, figure
        self.rtl = plot.direction == "rtl"
        self.words = FontProperties(fname=str(look.font), size=look.size)
        self.small = FontProperties(fname=str(look.font), size=look.size * 0.9)
        self.colours = (look.accent, *SERIES)

    def draw(self) -> None:
        """Choose the form, draw it, and dress its axes."""
        plot = self.plot
        axes = self.figure.add_subplot()
        lying = plot.kind == "stacked-share" or (plot.kind != "line" and self._crowded())
        self.figure.set_figheight(self._height(lying=lying))
        if plot.kind == "line":
            self._lines(axes)
        elif plot.kind == "stacked-share":
            self._shares(axes)
        else:
            self._bars(axes, lying=lying)
        self._dress(axes, lying=lying)
        if len(plot.series) > 1:
            self._legend()

    def _crowded(self) -> bool:
        names = self.plot.names
        return len(names) > _MANY or max(map(len, names)) > _LONG

    def _height(self, *, lying: bool) -> float:
        if not lying:
            return max(2.1, self.look.width * 0.42)
        bars = len(self.plot.names) * (1 if self.plot.kind == "stacked-share" else len(self.plot.series))
        return 0.55 + bars * 0.2 + len(self.plot.names) * 0.16

    def _said(self, text: str) -> str:
        """A label that keeps its direction whatever it starts with."""
        mark = "\u2067" if self.rtl else "\u2066"
        return f"{mark}{text}\u2069"

    def _bars(self, axes: Axes, *, lying: bool) -> None:
        plot, count = self.plot, len(self.plot.series)
        thick = 0.78 / count if count > 1 else 0.62
        few = len(plot.names) * count <= _FEW
        for number in range(count):
            shift = (number - (count - 1) / 2) * thick
            values = [row[number] for row in plot.values]
            places = [place + shift for place in range(len(values))]
            held = [(at, value) for at, value in zip(places, values, strict=True) if value is not None]
            at, sizes = [each[0] for each in held], [each[1] for each in held]
            bars = axes.barh if lying else axes.bar
            bars(at, sizes, thick * 0.92, color=self.colours[number % len(self.colours)], zorder=2)
            if few or lying:
                self._values(axes, places, number, lying=lying)

    def _values(self, axes: Axes, places: Sequence[float], series: int, *, lying: bool) -> None:
        """The figure at the end of each bar, as the author wrote it."""
        for row, at in enumerate(places):
            value = self.plot.values[row][series]
            if value is None:
                continue
            outward = 1 if value >= 0 else -1
            if lying:
                end = outward * (-1 if self.rtl else 1)
                where, offset = (value, at), (4 * end, 0)
                sides = {"ha": "left" if end > 0 else "right", "va": "center_baseline"}
            else:
                where, offset = (at, value), (0, 2 * outward)
                sides = {"ha": "center", "va": "bottom" if outward > 0 else "top"}
            self._note(axes, self.plot.said[row][series], where, (offset, sides))

    def _note(
        self,
        axes: Axes,
        text: str,
        where: tuple[float, float],
        placed: tuple[tuple[float, float], dict[str, Any]],
        colour: str | None = None,
    ) -> None:
        offset, sides = placed
        axes.annotate(
            self._said(text),
            where,
            offset,
            textcoords="offset points",
            fontproperties=self.small,
            color=colour or self.look.ink,
            **sides,
        )

    def _lines(self, axes: Axes) -> None:
        plot = self.plot
        few = len(plot.names) * len(plot.series) <= _FEW
        sides = [_beside(row, self._spread()) for row in plot.values]
        for number in range(len(plot.series)):
            values = [float("nan") if row[number] is None else row[number] for row in plot.values]
            colour = self.colours[number % len(self.colours)]
            axes.plot(
                range(len(values)),
                values,  # type: ignore[arg-type] # None became not-a-number
                color=colour,
                linewidth=1.8,
                marker=_MARKERS[number % len(_MARKERS)],
                markersize=4.5,
                zorder=3,
                clip_on=False,
            )
            for row, value in enumerate(plot.values):
                side = sides[row][number]
                if few and side:
                    placed = {"ha": "center", "va": "bottom" if side > 0 else "top"}
                    offset = (0, 4 if side > 0 else -5)
                    ink = darker(colour, (PAPER,))
                    self._note(axes, plot.said[row][number], (row, value[number] or 0.0), (offset, placed), ink)

    def _spread(self) -> float:
        """From the lowest figure of all to the highest."""
        held = [value for row in self.plot.values for value in row if value is not None]
        return max(held) - min(held)

    def _shares(self, axes: Axes) -> None:
        """Each row as one whole; a part that is wide enough says how much of it it is."""
        plot = self.plot
        for row, values in enumerate(plot.values):
            whole = sum(value or 0 for value in values)
            start = 0.0
            for number, value in enumerate(values):
                share = 100 * (value or 0) / whole
                colour = self.colours[number % len(self.colours)]
                axes.barh([row], [share], 0.62, left=start, color=colour, edgecolor="white", linewidth=0.6, zorder=2)
                if share >= 6:
                    said = self._percent(share)
                    sides = {"ha": "center", "va": "center_baseline"}
                    self._note(axes, said, (start + share / 2, row), ((0, 0), sides), _on(colour))
                start += share
        axes.set_xlim(0, 100)

    def _percent(self, share: float) -> str:
        figure = arabic.number(round(share, 1), self.plot.digits, self.plot.language)
        return f"{figure}{'٪' if self.plot.digits != 'western' and self.plot.language != 'en' else '%'}"

    def _dress(self, axes: Axes, *, lying: bool) -> None:
        """Names along one axis, figures along the other; both run from the side where reading starts."""
        from matplotlib.ticker import FuncFormatter, MaxNLocator  # noqa: PLC0415

        plot = self.plot
        named, counted = (axes.yaxis, axes.xaxis) if lying else (axes.xaxis, axes.yaxis)
        named.set_ticks(range(len(plot.names)), [self._said(name) for name in plot.names])
        counted.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
        shares = plot.kind == "stacked-share"
        counted.set_major_formatter(
            FuncFormatter(
                lambda value, _: (
                    self._percent(value) if shares else arabic.number(round(value, 9), plot.digits, plot.language)
                )
            )
        )
        counted.grid(True, color=_LINE, linewidth=0.6, zorder=0)
        for name, spine in axes.spines.items():
            spine.set_visible(name == ("left" if lying and not self.rtl else "right" if lying else "bottom"))
            spine.set_color(_SOFT)
        room = 0.25 if plot.kind == "line" else 0.55
        (axes.set_ylim if lying else axes.set_xlim)(-room, len(plot.names) - 1 + room)
        if lying:
            axes.invert_yaxis()
        if plot.kind == "line":
            axes.margins(y=0.2)
        self._zeroed(axes, lying=lying)
        if self.rtl:
            axes.invert_xaxis()
            axes.yaxis.tick_right()
        axes.tick_params(length=0, pad=5)
        for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
            label.set_fontproperties(self.small)
            label.set_color(self.look.ink)

    def _zeroed(self, axes: Axes, *, lying: bool) -> None:
        """Bars start at nothing; and the line of nothing is drawn where some lie below it."""
        if self.plot.kind in ("line", "stacked-share"):
            return
        sizes = [value for row in self.plot.values for value in row if value is not None]
        low, high = min(sizes), max(sizes)
        limit = axes.set_xlim if lying else axes.set_ylim
        room = 0.14 * ((max(high, 0) - min(low, 0)) or 1)
        limit(min(low, 0) - (room if low < 0 else 0), max(high, 0) + (room if high > 0 else 0))
        if low < 0:
            (axes.axvline if lying else axes.axhline)(0, color=_SOFT, linewidth=0.8, zorder=3)

    def _legend(self) -> None:
        """The series by colour, the first one where reading starts."""
        from matplotlib.lines import Line2D  # noqa: PLC0415
        from matplotlib.patches import Patch  # noqa: PLC0415

        marks: list[Any] = []
        for number, name in enumerate(self.plot.series):
            colour = self.colours[number % len(self.colours)]
            if self.plot.kind == "line":
                marker = _MARKERS[number % len(_MARKERS)]
                marks.append(Line2D([], [], color=colour, marker=marker, markersize=4.5, label=self._said(name)))
            else:
                marks.append(Patch(facecolor=colour, label=self._said(name)))
        wide = sum(len(name) + 5 for name in self.plot.series) * self.look.size * 0.5 > self.look.width * 72
        columns = 1 if wide else len(marks)
        self.figure.legend(
            handles=marks[::-1] if self.rtl and columns > 1 else marks,
            loc="outside upper right" if self.rtl else "outside upper left",
            ncols=columns,
            frameon=False,
            markerfirst=not self.rtl,
            prop=self.small,
            labelcolor=self.look.ink,
            borderaxespad=0.2,
            handlelength=1.1,
            handleheight=0.8,
            columnspacing=1.4,
        )


def _beside(values: Sequence[float | None], spread: float) -> list[int]:
    """On which side of its point each figure of one place stands: 1 above, -1 below, 0 where lines leave no room.

    `spread` is what the axis shows; a figure and its distance from the point are about a tenth of it high.
    """
    taken: list[tuple[float, float]] = []
    sides = [0] * len(values)
    order = sorted(
        (number for number, value in enumerate(values) if value is not None), key=lambda n: -(values[n] or 0)
    )
    for rank, number in enumerate((*order[:1], *order[:0:-1])):  # what lies between the others comes last
        value = values[number] or 0.0
        others = [values[each] or 0.0 for each in order if each != number]
        for side in (1, -1) if rank == 0 else (-1, 1):
            low, high = sorted((value + side * 0.02 * spread, value + side * 0.12 * spread))
            if any(low <= each <= high for each in others) or any(low < top and bottom < high for bottom, top in taken):
                continue
            taken.append((low, high))
            sides[number] = side
            break
    return sides


def _on(colour: str) -> str:
    """The ink that can be read better on a colour."""
    return max(_INKS, key=lambda ink: contrast(ink, colour))
