"""An edition, its files and the house → a letter as mail programs read it; sends nothing, opens no file.

The words of a letter are those of two templates of the site, `mail.html.j2` and `mail.txt.j2`, and of the labels.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote

from mujaz import arabic
from mujaz.labels import labels_of
from mujaz.model.content import Audience, Workspace
from mujaz.model.document import Medium
from mujaz.model.edition import Edition
from mujaz.notes import voice_for
from mujaz.problems import Problem, Where
from mujaz.templates import SITE, House, TemplateMistakeError, Templates, look_of, rendered

_SUBTYPES = {"pdf": ("application", "pdf"), "html": ("text", "html")}
_SPACES = str.maketrans(dict.fromkeys(map(chr, (*range(32), 127, 0x85, 0x2028, 0x2029)), " "))


class _Policy(EmailPolicy):
    """Python's own for mail, but for subjects and names in other letters.

    It loses a space where it breaks a line between two words (Python 3.11: «آب در» arrives as «آبدر»).
    """

    def fold(self, name: str, value: Any) -> str:
        """A header as it is sent."""
        if name == "Subject" and not value.isascii():
            return f"{name}: {_encoded(value, name)}\r\n"
        if name == "From" and not value.isascii():
            (address,) = value.addresses
            return f"{name}: {_encoded(address.display_name, name)}\r\n <{address.addr_spec}>\r\n"
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: Any) -> bytes:
        """The same, in bytes."""
        return self.fold(name, value).encode("ascii")


_ROOM = 45
"""Bytes that an encoded word of 72 characters has room for."""
_POLICY = _Policy(linesep="\r\n", cte_type="7bit")


def _encoded(text: str, name: str) -> str:
    """Words of a head in base64 (RFC 2047), broken between words: some programs put a space at each break."""
    room, pieces = _ROOM - len(name) - 2, [""]
    for word in re.findall(r"^\S+| \S+", text):
        rest = word
        while rest:
            fitting = next(n for n in range(len(rest), -1, -1) if len((pieces[-1] + rest[:n]).encode()) <= room)
            whole = fitting == len(rest) or not pieces[-1]
            pieces[-1] += rest[:fitting] if whole else ""
            rest = rest[fitting:] if whole else rest
            if rest:
                room = _ROOM
                pieces.append("")
    return "\r\n ".join(f"=?utf-8?b?{base64.b64encode(each.encode()).decode()}?=" for each in pieces)


@dataclass(frozen=True, slots=True)
class Writer:
    """What letters are written from."""

    workspace: Workspace
    audiences: Mapping[str, Audience]
    templates: Templates

    def letter(
        self, edition: Edition, files: Mapping[str, bytes], *, sender: str, to: Sequence[str]
    ) -> tuple[EmailMessage, str]:
        """A letter without a date and an id, and its page of HTML. Raises TemplateMistakeError."""
        given = self._given(edition, files)
        page = rendered(self.templates, SITE + "mail.html.j2", given)
        message = EmailMessage(policy=_POLICY)
        message["Subject"] = _line(rendered(self.templates, SITE + "mail-subject.txt.j2", given))
        message["From"] = Address(_line(str(given["organisation"])), addr_spec=sender)
        message["To"] = tuple(Address(addr_spec=each) for each in to)
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(rendered(self.templates, SITE + "mail.txt.j2", given), cte="base64")
        message.add_alternative(page, subtype="html", cte="base64")
        for name, data in files.items():
            kind, subtype = _SUBTYPES[name.rpartition(".")[2]]
            message.add_attachment(data, maintype=kind, subtype=subtype, filename=attached(edition, name))
        message["Content-Language"] = edition.language  # last, or it goes to one of the parts
        return message, page

    def _given(self, edition: Edition, files: Mapping[str, bytes]) -> dict[str, Any]:
        """All that the templates print, ready."""
        language = edition.language
        labels = labels_of(self.templates, language)
        audience = self.audiences.get(edition.audience)
        voice = voice_for(language, (audience.digits if audience else None) or self.workspace.digits)
        try:
            return {
                "language": language,
                "direction": voice.direction,
                "labels": labels,
                "house": look_of(
                    House(self.workspace, None), direction=voice.direction, digits=voice.digits, medium=Medium.SCREEN
                ),
                "organisation": self.workspace.organisation.spoken(language),
                "title": edition.title,
                "reader": audience.label.spoken(language) if audience else "",
                "edition": labels["index"]["edition"].replace(
                    "{n}", arabic.number(edition.number, voice.digits, language)
                ),
                "date": self._date(edition, audience, voice.digits),
                "changed": _line(edition.words[0]) if edition.words else "",
                "changes": [_line(each) for each in edition.words[1:]],
                "address": self._address(edition),
                "files": [attached(edition, name) for name in files],
            }
        except (KeyError, TypeError) as error:
            where = Where(f"templates/labels/{language}.yaml")
            raise TemplateMistakeError(Problem("template-wrong", where, {"found": f"labels: {error}"})) from error

    def _date(self, edition: Edition, audience: Audience | None, digits: arabic.Policy) -> str:
        calendar = (audience.calendar if audience else None) or self.workspace.calendar
        spoken: dict[str, Any] = {"lang": edition.language, "country": self.workspace.country, "policy": digits}
        try:
            return arabic.date(edition.day, calendar=calendar, **spoken)
        except arabic.HijriRangeError:
            return arabic.date(edition.day, calendar="gregorian", **spoken)

    def _address(self, edition: Edition) -> str:
        """Where the edition's own page is read; empty where nothing is published, or no page was made."""
        page = next((name for name in sorted(edition.files) if name.endswith(".html")), None)
        if self.workspace.address is None or page is None:
            return ""
        return f"{self.workspace.address.rstrip('/')}/{quote(edition.folder)}/{quote(page)}"


def dated(message: EmailMessage, delivery: str, edition: Edition, *, now: datetime.datetime) -> EmailMessage:
    """The letter with its moment and its id: the same id whenever it is sent, so that receivers can drop doubles."""
    name = hashlib.sha256(f"{delivery}\0{edition.folder}\0{edition.brief}".encode()).hexdigest()[:40]
    domain = message["From"].addresses[0].domain
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<mujaz.{name}@{domain}>"
    return message


def attached(edition: Edition, name: str) -> str:
    """The name of an attachment, in ASCII, with its topic: those of many topics come to lie in one folder."""
    ending = name.rpartition(".")[2]
    return f"{edition.topic}-{edition.audience}.{edition.language}.{edition.number}.{ending}"


def _line(text: str) -> str:
    """Text on one line, whatever its author put into it: a line more in the head of a letter is another head."""
    return " ".join(text.translate(_SPACES).split())
