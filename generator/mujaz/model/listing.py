"""What the site's index is made of: a `Card` for each file that was made, the `Listing` of all; no HTML, no bytes."""

from __future__ import annotations

from dataclasses import dataclass

from mujaz.model.document import Target


@dataclass(frozen=True, slots=True)
class Card:
    """What the index knows of one file: all of it stands in that file, and nothing more of it does."""

    sha256: str
    """Of the file."""
    direction: str
    """rtl or ltr."""
    title: str | None
    """As plain text, without its notes; None where it is worded otherwise for single audiences."""
    subtitle: str | None
    """Likewise; None also where there is none."""
    day: str
    """Of the text: YYYY-MM-DD."""
    label: str
    """The audience's name, in the topic's language."""
    keywords: tuple[str, ...]
    lines: tuple[str, ...]
    """Its headings and first lines, as far as they are kept from no audience, in the spelling of search; sorted."""
    partial: bool = False
    """Whether it knew more before its topic had errors, or kept something: that may be told again."""


@dataclass(frozen=True, slots=True)
class Held:
    """A file in the output folder."""

    target: Target
    card: Card
    pages: int | None
    edition: int
    size: int
    """In bytes."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A file that a reader can open."""

    medium: str
    """pdf or html."""
    address: str
    """Relative to the index, ready for a link."""
    facts: tuple[str, ...]
    """Its pages and its size, in words."""


@dataclass(frozen=True, slots=True)
class Offer:
    """The files for one audience."""

    audience: str
    label: str
    """In the language of the index."""
    edition: str
    """Its number in words, from the second one on; else empty."""
    copies: tuple[Copy, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """A topic in one language."""

    language: str
    direction: str
    """rtl or ltr."""
    title: str
    """The topic's slug where no title is meant for all."""
    subtitle: str | None
    day: str
    """YYYY-MM-DD."""
    date: str
    """The same in words, in the language of the index."""
    keywords: tuple[str, ...]
    offers: tuple[Offer, ...]
    heads: str
    """Of `words` those of title, subtitle and keywords: what is found there stands before what is found elsewhere."""
    words: str
    """What search looks through: every spelling of every word that all of its readers may know."""


@dataclass(frozen=True, slots=True)
class Listing:
    """All that was made, for people."""

    title: str
    """What the page is called."""
    organisation: str
    language: str
    """Of the index itself."""
    direction: str
    """rtl or ltr."""
    digits: str
    """From 0 to 9, as the index prints them."""
    found: str
    """How many topics there are, in words."""
    audiences: tuple[tuple[str, str], ...]
    """Slug and label of each audience that something is listed for."""
    languages: tuple[str, ...]
    """Those that something is listed in."""
    topics: tuple[tuple[Listed, ...], ...]
    """The languages of each topic together; the newest topic first."""
    feed: str = ""
    """The address of the feed of new editions, relative to the index; empty where nothing is in the archive."""
