"""Colours as #rrggbb → what eyes and printers make of them: contrast, grey, a darker neighbour; knows no page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

AA: Final = 4.5
"""The least contrast of running text by WCAG 2.2, level AA (1.4.3)."""
APART: Final = 1.5
"""The least contrast of two neighbours in a chart, in colour and in grey, so that a copy in grey tells them apart."""
PAPER: Final = "#ffffff"
_STEPS: Final = 256


def _channels(colour: str) -> tuple[int, int, int]:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue


def luminance(colour: str) -> float:
    """Relative luminance as WCAG defines it, from 0 to 1."""
    shares = [each / 255 for each in _channels(colour)]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def grey(colour: str) -> str:
    """What a printer or copier without colours makes of a colour: the weights of Rec. 601, on the values as stored."""
    red, green, blue = _channels(colour)
    level = round(0.299 * red + 0.587 * green + 0.114 * blue)
    return f"#{level:02x}{level:02x}{level:02x}"


def seen(one: str, other: str) -> float:
    """The contrast that is left of two colours in the worse case: as they are, or in grey."""
    return min(contrast(one, other), contrast(grey(one), grey(other)))


def darker(colour: str, grounds: Iterable[str], least: float = AA) -> str:
    """The nearest darker colour of the same hue that can be read on light grounds; itself where it can be read."""
    grounds = tuple(grounds)
    for step in range(_STEPS, 0, -1):
        shaded = "#" + "".join(f"{each * step // _STEPS:02x}" for each in _channels(colour))
        if all(seen(shaded, ground) >= least for ground in grounds):
            return shaded
    return "#000000"
