"""What goes to a printing house: the `Pressing` that is asked for, the `Pressed` file that came of it; sets no page."""

from __future__ import annotations

from dataclasses import dataclass

from mujaz.model.document import Output

MILLIMETRE = 72 / 25.4
"""In points, which PDF counts in."""


@dataclass(frozen=True, slots=True)
class Profile:
    """An ICC profile of a press: what its inks look like on its paper."""

    name: str
    """As the profile names itself."""
    data: bytes


@dataclass(frozen=True, slots=True)
class Booklet:
    """Pages two by two on sheets that are folded in the middle and stapled there."""

    paper: str | None = None
    """A3 or A4: the uncut paper of an office printer. None: sheets of two pages in full size, to be cut."""
    creep: float = 0.0
    """Thickness of the paper in millimetres: by so much each sheet draws nearer to the spine than the one around it."""


@dataclass(frozen=True, slots=True)
class Pressing:
    """What is asked for."""

    profile: Profile | None = None
    """Of the press: all colours become its inks, and the file PDF/X-4. None: colours stay as they are, RGB."""
    booklet: Booklet | None = None
    """None: page after page."""

    @property
    def kind(self) -> str:
        """`press` or `booklet`: so the file is named."""
        return "booklet" if self.booklet else "press"


@dataclass(frozen=True, slots=True)
class Pressed(Output):
    """A file for the press. `pages` counts the brief's pages, not those of the file."""

    page: tuple[float, float] = (0.0, 0.0)
    """Width and height of a finished page, in points."""
    bleed: float = 0.0
    """Points around it that are cut away."""
    sheets: int = 0
    """Sheets of paper, printed on both sides; 0 where pages follow each other."""
    paper: tuple[float, float] = (0.0, 0.0)
    """Width and height of a page of the file, with its marks."""
    fonts: tuple[str, ...] = ()
    """Names of those that the file carries."""
