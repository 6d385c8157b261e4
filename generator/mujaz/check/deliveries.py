"""`Library` → mistakes in `deliveries:` that no value shows alone; repeats no secret, follows no link."""

from __future__ import annotations

import ipaddress
import posixpath
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from urllib.parse import urlsplit

from mujaz.arabic import closest
from mujaz.model.content import Library, Path
from mujaz.model.delivery import Copy, Delivery, Mail, Webhook
from mujaz.model.text import SLUG
from mujaz.problems import Problem

KEPT = ("output", "content", "templates")
"""Folders of a workspace that no copy may change."""
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]{0,127}")
"""In capitals: a password that somebody wrote in place of the name is seldom mistaken for one."""
_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*"
)
_HOST = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*")


def deliveries(library: Library, topics: Collection[str]) -> Iterator[Problem]:
    """Everything that is wrong with them; `topics` are the names of all, also of those that have errors."""
    for found in faulty(library, topics).values():
        yield from found


def faulty(library: Library, topics: Collection[str]) -> Mapping[str, tuple[Problem, ...]]:
    """Name of a delivery → what is wrong with it; nothing is sent by one that stands here."""
    found = {
        name: tuple(_Judge(library, topics, ("deliveries", name)).all(each))
        for name, each in library.workspace.deliveries.items()
    }
    return {name: problems for name, problems in found.items() if problems}


def loopback(host: str) -> bool:
    """Whether a host's name or number is this machine, so that what is sent there passes no wire."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def shown(url: str) -> str:
    """As much of an address as may be repeated: no user, no path and no query, which may hold secrets."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "…"
    return f"{parts.scheme}://{host}{port}" if parts.scheme and host else "…"


class _Judge:
    """Looks at one delivery; `at` is its place in `mujaz.yaml`."""

    def __init__(self, library: Library, topics: Collection[str], at: Path) -> None:
        self._library = library
        self._topics = topics
        self._at = at

    def _problem(self, rule: str, *below: str | int, **facts: str) -> Problem:
        source = self._library.source
        assert source is not None  # noqa: S101 # a library that was read has one
        return Problem(rule, source.where((*self._at, *below)), {"delivery": str(self._at[-1]), **facts})

    def all(self, delivery: Delivery) -> Iterator[Problem]:
        name = str(self._at[-1])
        if not SLUG.fullmatch(name):
            yield self._problem("slug-wrong", found=name)
        if len(delivery.kinds) != 1:
            yield self._problem("delivery-kind", found=", ".join(delivery.kinds) or "-")
        yield from self._readers(delivery)
        for each in (delivery.copying, delivery.webhook, delivery.mail):
            if isinstance(each, Copy):
                yield from self._copy(each)
            elif isinstance(each, Webhook):
                yield from self._webhook(each)
            elif isinstance(each, Mail):
                yield from self._mail(each)

    def _readers(self, delivery: Delivery) -> Iterator[Problem]:
        library = self._library
        yield from self._unknown("audience-unknown", "audiences", delivery.audiences, library.audience_sources)
        yield from self._unknown("topic-unknown", "topics", delivery.topics or (), self._topics)
        yield from self._unknown("language-off", "languages", delivery.languages or (), library.workspace.languages)

    def _unknown(self, rule: str, field: str, named: Iterable[str], known: Iterable[str]) -> Iterator[Problem]:
        allowed = sorted(known)
        for number, each in enumerate(named):
            if each not in allowed:
                near = closest(each, allowed)
                more = {"closest": near} if near else {}
                yield self._problem(rule, field, number, found=each, allowed=", ".join(allowed), **more)

    def _copy(self, copy: Copy) -> Iterator[Problem]:
        path = posixpath.normpath(copy.to)
        first = path.split("/")[0]
        if path == "." or first in KEPT or (first.startswith(".") and first != ".."):
            yield self._problem("delivery-folder", "copy", "to", found=copy.to)

    def _webhook(self, hook: Webhook) -> Iterator[Problem]:
        try:
            parts = urlsplit(hook.url)
            host, _ = parts.hostname or "", parts.port
        except ValueError:
            host, parts = "", urlsplit("")
        plain = not re.search(r"[^\x21-\x7e]", hook.url)
        if "@" in parts.netloc:
            yield self._problem("delivery-url-password", "webhook", "url", found=shown(hook.url))
        elif not (plain and host and (parts.scheme == "https" or (parts.scheme == "http" and loopback(host)))):
            yield self._problem("delivery-url", "webhook", "url", found=shown(hook.url))
        yield from self._variable(hook.secret, "webhook", "secret")

    def _mail(self, mail: Mail) -> Iterator[Problem]:
        if not _HOST.fullmatch(mail.host):
            yield self._problem("delivery-host", "mail", "host")
        if (mail.user is None) != (mail.password is None):
            lacking, given = ("password", "user") if mail.password is None else ("user", "password")
            yield self._problem("delivery-login", "mail", given, found=given, lacking=lacking)
        if mail.password is not None and mail.security == "none" and not loopback(mail.host):
            yield self._problem("delivery-open", "mail", "security")
        yield from self._variable(mail.password, "mail", "password")
        if not _ADDRESS.fullmatch(mail.sender):
            yield self._problem("delivery-address", "mail", "from", found=mail.sender)
        for number, each in enumerate(mail.to):
            if not _ADDRESS.fullmatch(each):
                yield self._problem("delivery-address", "mail", "to", number, found=each)

    def _variable(self, name: str | None, *below: str) -> Iterator[Problem]:
        if name is not None and not _VARIABLE.fullmatch(name):
            yield self._problem("delivery-variable", *below, field=below[-1])
