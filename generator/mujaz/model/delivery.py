"""Nouns of what leaves the house: where editions go, what was tried, what came of it; sends and opens nothing."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field

from mujaz.model.text import Noun

Text = Annotated[str, Field(min_length=1)]
Security = Literal["starttls", "tls", "none"]
Format = Literal["pdf", "html"]
Language = Literal["ar", "ckb", "fa", "en"]
KINDS = ("copy", "webhook", "mail")
"""The ways out of the house."""


class Copy(Noun):
    """A folder that new editions are copied to."""

    to: Text
    """A folder, absolute or relative to the workspace; it has to be there already, and outside of `output`."""
    editions: bool = False
    """Whether each edition is kept in a numbered folder too, beside the newest one."""
    formats: Annotated[tuple[Format, ...], Field(min_length=1)] = ("pdf", "html")
    """Which files are copied."""


class Webhook(Noun):
    """An address that is told of new editions, as JSON by POST."""

    url: Text
    """Begins with https://; http:// only where it leads to this machine. Names no user and no password."""
    secret: Text | None = None
    """The NAME of an environment variable; what it holds signs each call (HMAC-SHA256)."""


class Mail(Noun):
    """A server of mail, and who gets new editions from it."""

    host: Text
    """The server that takes the mail."""
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    """587 for starttls, 465 for tls and 25 for none, where it is missing."""
    security: Security = "starttls"
    """starttls, tls or none."""
    user: Text | None = None
    """Who signs in at the server, where it asks for that."""
    password: Text | None = None
    """The NAME of an environment variable that holds the password."""
    sender: Text = Field(alias="from")
    """The address that the mail comes from; the name beside it is that of the organisation."""
    to: Annotated[tuple[Text, ...], Field(min_length=1)]
    """The addresses that get it; they see each other."""
    formats: Annotated[tuple[Format, ...], Field(min_length=1)] = ("pdf",)
    """Which files are attached."""


class Delivery(Noun):
    """What happens to new editions after a run: exactly one of copy, webhook and mail."""

    copying: Copy | None = Field(default=None, alias="copy")
    """A folder that they are copied to."""
    webhook: Webhook | None = None
    """An address that is told of them."""
    mail: Mail | None = None
    """Who gets them by mail."""
    audiences: Annotated[tuple[Text, ...], Field(min_length=1)]
    """Whose briefs are delivered; those of nobody else are. There is no word for all."""
    topics: Annotated[tuple[Text, ...], Field(min_length=1)] | None = None
    """Only these topics; all where it is missing."""
    languages: Annotated[tuple[Language, ...], Field(min_length=1)] | None = None
    """Only these languages; all where it is missing."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """Which of the ways are written; one, where nothing is wrong."""
        held = (self.copying, self.webhook, self.mail)
        return tuple(name for name, each in zip(KINDS, held, strict=True) if each is not None)

    def takes(self, topic: str, audience: str, language: str) -> bool:
        """Whether a brief is for those who are named here."""
        return (
            audience in self.audiences
            and (self.topics is None or topic in self.topics)
            and (self.languages is None or language in self.languages)
        )


AttemptState = Literal["trying", "done", "partly", "waiting", "failed", "unsure"]
"""What is known of a delivery of an edition.

trying: begun; done; partly: some recipients were refused for good; waiting: to be tried again at the next run;
failed: for good; unsure: a mail that may have been sent.
"""
SETTLED: frozenset[AttemptState] = frozenset(("done", "partly", "failed", "unsure"))
"""What no run tries again by itself."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one try."""

    state: AttemptState
    reason: str = ""
    """A code word that has its sentence; empty where all is well."""
    code: str = ""
    """What the other side answered, as a number, or how many."""
    soon: bool = False
    """Whether it is worth trying again at once."""
    pause: float | None = None
    """Seconds that the other side asks to be left alone."""
    given: tuple[str, ...] = ()
    """Digests of the recipients that have it, where not all have."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What the ledger knows of one edition in one delivery."""

    state: AttemptState
    brief: str
    """SHA-256 of what the edition tells: a number that was given twice is found out by it."""
    day: str
    """When it was tried last: UTC, to the second."""
    tries: int = 1
    reason: str = ""
    code: str = ""
    after: str = ""
    """Not to be tried again before this moment."""
    given: tuple[str, ...] = ()
    """Digests of the recipients that have it, where not all have; an address that is corrected is none of them."""
    files: tuple[str, ...] | None = None
    """The names of the files that the edition had then; None where that was not noted."""


@dataclass(frozen=True, slots=True)
class Account:
    """What the ledger knows of one delivery."""

    audiences: tuple[str, ...]
    topics: tuple[str, ...] | None
    languages: tuple[str, ...] | None
    """Whom it was for when it was seen last: what is added later begins with what is made later."""
    earlier: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """`topic/audience.language` → the number up to which editions were there before, and are not sent by themselves."""
    attempts: Mapping[str, Attempt] = field(default_factory=lambda: MappingProxyType({}))
    """`topic/audience.language/number` → what was tried."""


Ledger = Mapping[str, Account]
"""Name of a delivery → what is known of it."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for beyond what is due."""

    again: bool = False
    """Also what failed, and what may have been sent."""
    since: datetime.date | None = None
    """Also what was there before, if it was published on this day or later."""
    dry: bool = False
    """Say what would be sent, and send nothing."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What stands of one edition in one delivery."""

    delivery: str
    edition: str
    """`topic/audience.language/number`."""
    state: AttemptState | Literal["due"]
    tries: int = 0
    reason: str = ""
    code: str = ""
