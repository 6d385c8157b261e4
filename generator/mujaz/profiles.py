"""Bytes or this machine → an ICC `Profile` of a press; the only place that knows where profiles lie."""

from __future__ import annotations

import io
from pathlib import Path

from mujaz.model.press import Profile

PLACES = (
    "/usr/share/color/icc/colord/FOGRA39L_coated.icc",
    "/usr/share/color/icc/ghostscript/default_cmyk.icc",
    "/usr/share/ghostscript/iccprofiles/default_cmyk.icc",
    "/opt/homebrew/share/ghostscript/iccprofiles/default_cmyk.icc",
    "/usr/local/share/ghostscript/iccprofiles/default_cmyk.icc",
    "/System/Library/ColorSync/Profiles/Generic CMYK Profile.icc",
)
"""Profiles of four inks that systems bring along, the better ones first."""
PACKAGES = ("libgs-common", "ghostscript")
"""Debian's and Homebrew's that brings one of them."""

_HEADER = 128
"""Bytes; ICC.1:2022, 7.2: device class at 12, colour space at 16, signature at 36."""


def profile(data: bytes) -> Profile | None:
    """The profile that these bytes are, if it is one of an output device with four inks."""
    if len(data) <= _HEADER or (data[12:16], data[16:20], data[36:40]) != (b"prtr", b"CMYK", b"acsp"):
        return None
    from PIL import ImageCms  # noqa: PLC0415 # only where something is printed in four inks

    try:
        opened = ImageCms.ImageCmsProfile(io.BytesIO(data))
        return Profile(" ".join(ImageCms.getProfileDescription(opened).split()), data)
    except (ImageCms.PyCMSError, OSError):
        return None


def of_this_machine() -> Profile | None:
    """The first profile of `PLACES` that is there and sound."""
    for place in PLACES:
        path = Path(place)
        found = profile(path.read_bytes()) if path.is_file() else None
        if found:
            return found
    return None
