"""A colour of the screen → the inks of a press, by the press's own profile; knows no page and no file."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cached_property

from PIL import Image, ImageCms

from mujaz.model.press import Profile

_DARK = 50.0
"""Lightness (CIE L*) below which a colour that is nearly grey is printed with black ink alone."""
_NEARLY_GREY = 8.0
"""Chroma (CIE C*ab) up to which a dark colour counts as grey: warm and cool blacks, but no colour of a house."""

Inks = tuple[float, float, float, float]
"""Cyan, magenta, yellow and black, from 0 to 1."""


class Mixer:
    """The inks of one press.

    Exact greys, and dark colours that are nearly grey, become black ink alone, as light as the colour or as dark as the
    ink can be: text in four inks is blurred as soon as one plate is off by a tenth of a millimetre. Every other colour
    is the profile's, relatively colorimetric with compensation of the black point.
    """

    def __init__(self, profile: Profile) -> None:
        self._profile = ImageCms.ImageCmsProfile(io.BytesIO(profile.data))
        self._srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
        self._lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
        intent, flags = ImageCms.Intent.RELATIVE_COLORIMETRIC, ImageCms.Flags.BLACKPOINTCOMPENSATION
        self._inks = ImageCms.buildTransform(self._srgb, self._profile, "RGB", "CMYK", intent, flags)
        self._known: dict[tuple[int, ...], Inks] = {}

    def inks(self, red: float, green: float, blue: float) -> Inks:
        """The inks of a colour given from 0 to 1."""
        key = tuple(round(255 * min(max(each, 0.0), 1.0)) for each in (red, green, blue))
        if key not in self._known:
            self._known[key] = self._black(key) if _only_black(key) else self._mixed(key)
        return self._known[key]

    def picture(self, image: Image.Image) -> bytes:
        """The pixels of a picture, four bytes each: greys in black ink alone, colours as the profile has them."""
        if image.mode in ("1", "L", "I;16", "I", "F"):
            grey = image.convert("L")
            table = [round(255 * self._black((each, each, each))[3]) for each in range(256)]
            none = Image.new("L", image.size, 0)
            return Image.merge("CMYK", (none, none, none, grey.point(table))).tobytes()
        if image.mode == "CMYK":
            return image.tobytes()
        made = ImageCms.applyTransform(image.convert("RGB"), self._inks)
        if made is None:
            raise ValueError("the profile gave no picture")
        return made.tobytes()

    def _mixed(self, key: tuple[int, ...]) -> Inks:
        pixel = ImageCms.applyTransform(Image.new("RGB", (1, 1), key), self._inks)
        if pixel is None:
            raise ValueError("the profile gave no colour")
        return _shares(pixel.tobytes())

    def _black(self, key: tuple[int, ...]) -> Inks:
        """The least black ink that is as dark as the colour."""
        light = lab(key)[0]
        return (0.0, 0.0, 0.0, next((ink for ink, shown in self._ramp if shown <= light), 1.0))

    @cached_property
    def _ramp(self) -> tuple[tuple[float, float], ...]:
        """How light each amount of black ink is on the paper, from none to all."""
        none = Image.new("L", (256, 1), 0)
        strip = Image.merge("CMYK", (none, none, none, Image.frombytes("L", (256, 1), bytes(range(256)))))
        intent = ImageCms.Intent.RELATIVE_COLORIMETRIC
        seen = ImageCms.applyTransform(strip, ImageCms.buildTransform(self._profile, self._lab, "CMYK", "LAB", intent))
        if seen is None:
            raise ValueError("the profile shows no colour")
        return tuple((ink / 255, 100 * light / 255) for ink, light in enumerate(seen.tobytes()[::3]))


def _shares(data: bytes) -> Inks:
    cyan, magenta, yellow, black = (round(each / 255, 4) for each in data[:4])
    return cyan, magenta, yellow, black


def _only_black(key: Sequence[int]) -> bool:
    if len(set(key)) == 1:
        return True
    light, a, b = lab(key)
    return light < _DARK and (a * a + b * b) ** 0.5 <= _NEARLY_GREY


def lab(key: Sequence[int]) -> tuple[float, float, float]:
    """CIE L*a*b* of a colour of sRGB, under its own white (IEC 61966-2-1, CIE 15)."""
    red, green, blue = (
        each / 255 / 12.92 if each / 255 <= 0.04045 else ((each / 255 + 0.055) / 1.055) ** 2.4 for each in key
    )
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
    fx, fy, fz = (each ** (1 / 3) if each > 0.008856 else 7.787 * each + 16 / 116 for each in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)
