"""A brief and the file that was pressed of it → the `Document` of the printer's ticket; measures nothing."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

from mujaz import arabic
from mujaz.bidi import settle
from mujaz.labels import labels_of
from mujaz.model.brief import Brief
from mujaz.model.content import Language
from mujaz.model.document import Document, Medium, ticket_of
from mujaz.model.press import MILLIMETRE, Pressed, Pressing
from mujaz.problems import Problem, Where
from mujaz.templates import House, TemplateMistakeError, Templates, look_of, rendered


@dataclass(frozen=True, slots=True)
class Sent:
    """What goes to the printer."""

    name: str
    """Of the file, below the output folder."""
    how: Pressing
    made: Pressed
    title: str
    """Of the topic in the second language of the ticket; empty where it has none."""
    reader: str
    """The audience's name in that language; empty where it has none."""


@dataclass(frozen=True, slots=True)
class _Tongue:
    """One of the two languages of a ticket: its words, and how it writes numbers."""

    language: str
    words: Mapping[str, str]
    digits: arabic.Policy
    house: House
    """Its country decides the names of the months."""

    @property
    def direction(self) -> str:
        """Of its writing: rtl or ltr."""
        return "ltr" if self.language == "en" else "rtl"

    def number(self, value: float) -> str:
        """As people write it."""
        return arabic.number(value, self.digits, self.language)

    def date(self, day: str) -> str:
        """A day given as YYYY-MM-DD."""
        return arabic.date(
            datetime.date.fromisoformat(day),
            lang=self.language,
            country=self.house.workspace.country,
            calendar="gregorian",
            policy=self.digits,
        )

    def millimetres(self, *points: float, places: int = 1) -> str:
        """One length, or a width and a height."""
        return (
            f"{' × '.join(self.number(round(each / MILLIMETRE, places)) for each in points)} {self.words['millimetre']}"
        )


def second(language: str) -> Language:
    """The language that a ticket has beside that of its brief."""
    return "ar" if language == "en" else "en"


def ticket(brief: Brief, sent: Sent, templates: Templates, house: House) -> Document:
    """One page for whoever prints. Raises TemplateMistakeError.

    The language of the brief stands first, and beside it English; beside an English one stands Arabic.
    """
    other = second(brief.language)
    beside = (other, "western" if other == "en" else house.workspace.digits)
    spoken = ((brief.language, brief.digits), beside)
    try:
        tongues = [
            _Tongue(language, labels_of(templates, language)["press"], digits, house) for language, digits in spoken
        ]
        told = [dict(_told(tongue, brief, sent)) for tongue in tongues]
    except KeyError as error:
        where = Where(f"templates/labels/{brief.language}.yaml")
        raise TemplateMistakeError(Problem("template-wrong", where, {"found": f"labels: press: {error}"})) from error
    facts = {
        "brief": brief,
        "house": look_of(house, direction=brief.direction, digits=brief.digits, medium=Medium.PRINT),
        "tongues": tongues,
        "title": sent.title,
        "rows": [{"name": name, "said": [each[name] for each in told]} for name in told[0]],
        "digest": sha256(sent.made.data).hexdigest(),
        "file": sent.name.rpartition("/")[2],
        "booklet": sent.how.booklet is not None,
    }
    html = rendered(templates, "ticket.html.j2", facts)
    return Document(
        name=ticket_of(sent.name),
        html=settle(html, "rtl" if brief.direction == "rtl" else "ltr"),
        medium=Medium.PRINT,
        language=brief.language,
        direction=brief.direction,
        title=brief.name,
        day=brief.day,
        theme=house.workspace.theme,
    )


def _told(tongue: _Tongue, brief: Brief, sent: Sent) -> Iterator[tuple[str, str]]:
    """What the printer has to know, in one language: word of the labels → value."""
    words, made, booklet = tongue.words, sent.made, sent.how.booklet
    yield "reader", brief.label if tongue.language == brief.language else sent.reader
    yield "date", brief.date if tongue.language == brief.language else tongue.date(brief.day)
    yield "pages", tongue.number(made.pages or 0)
    if booklet:
        blank = 4 * made.sheets - (made.pages or 0)
        yield "blank", tongue.number(blank) if blank else words["nothing"]
    yield "size", tongue.millimetres(*made.page)
    yield "bleed", tongue.millimetres(made.bleed) if made.bleed else words["nothing"]
    if booklet:
        yield "sheets", tongue.number(made.sheets)
    yield "paper", tongue.millimetres(*made.paper)
    yield "binding", words["right" if brief.direction == "rtl" else "left"]
    yield "sides", words["flip" if booklet else "single"]
    if booklet:
        yield "folding", words["middle"]
        if booklet.creep:
            yield "creep", f"{tongue.millimetres(booklet.creep * MILLIMETRE, places=3)} {words['each']}"
    yield "colours", words["cmyk" if sent.how.profile else "rgb"]
    if sent.how.profile:
        yield "profile", sent.how.profile.name
    yield "fonts", f"{' · '.join(made.fonts)} ({words['embedded']})"
