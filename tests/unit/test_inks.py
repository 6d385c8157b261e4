"""What the colours of a house become on a press."""

from __future__ import annotations

import pytest
from PIL import Image

from mujaz.export.inks import Mixer, lab
from mujaz.profiles import of_this_machine


@pytest.fixture(scope="module")
def mixer() -> Mixer:
    profile = of_this_machine()
    assert profile is not None
    return Mixer(profile)


def colour(code: str) -> tuple[float, float, float]:
    red, green, blue = (int(code[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


@pytest.mark.parametrize("code", ["#000000", "#1c1a17", "#101010", "#1a1c22"])
def test_what_is_as_dark_as_black_is_all_of_the_black_ink_and_nothing_else(mixer: Mixer, code: str) -> None:
    assert mixer.inks(*colour(code)) == (0, 0, 0, 1)


def test_white_is_bare_paper(mixer: Mixer) -> None:
    assert mixer.inks(1, 1, 1) == (0, 0, 0, 0)


def test_greys_are_black_ink_alone_and_more_of_it_the_darker_they_are(mixer: Mixer) -> None:
    inks = [mixer.inks(grey / 255, grey / 255, grey / 255) for grey in range(256)]
    assert all(each[:3] == (0, 0, 0) for each in inks)
    blacks = [each[3] for each in inks]
    assert blacks == sorted(blacks, reverse=True)


@pytest.mark.parametrize("code", ["#6b655b", "#3f3a33"])
def test_dark_colours_that_are_nearly_grey_are_black_ink_alone(mixer: Mixer, code: str) -> None:
    inks = mixer.inks(*colour(code))
    assert inks[:3] == (0, 0, 0)
    assert 0.5 < inks[3] < 1


@pytest.mark.parametrize("code", ["#1d4f5c", "#7a2e3a", "#2f6a4a", "#96402b", "#f7f4ed", "#d9d2c3"])
def test_colours_of_a_house_and_light_tints_keep_their_hue(mixer: Mixer, code: str) -> None:
    assert any(mixer.inks(*colour(code))[:3])


@pytest.mark.parametrize("code", ["#1d4f5c", "#7a2e3a", "#000000", "#00007f", "#7f0000", "#004000"])
def test_no_colour_takes_more_ink_than_paper_dries(mixer: Mixer, code: str) -> None:
    assert sum(mixer.inks(*colour(code))) <= 3.0


def test_a_grey_picture_is_black_ink_alone_and_one_of_inks_stays_as_it_is(mixer: Mixer) -> None:
    assert mixer.picture(Image.new("L", (1, 1), 0)) == b"\x00\x00\x00\xff"
    assert mixer.picture(Image.new("L", (1, 1), 255)) == bytes(4)
    assert mixer.picture(Image.new("CMYK", (1, 1), (1, 2, 3, 4))) == b"\x01\x02\x03\x04"


def test_lightness_and_chroma_are_those_of_cie() -> None:
    """Of sRGB's red, from the standard's own primaries."""
    assert lab((255, 0, 0)) == pytest.approx((53.24, 80.09, 67.20), abs=0.1)
    assert lab((255, 255, 255)) == pytest.approx((100, 0, 0), abs=0.05)
