"""An edition → its description as JSON, and the call that tells a webhook; follows no redirect, repeats no secret."""

from __future__ import annotations

import datetime
import email.utils
import hashlib
import hmac
import http.client
import json
import ssl
from collections.abc import Mapping, Sequence
from email.message import Message
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from mujaz import __version__
from mujaz.check.deliveries import loopback
from mujaz.deliver.clocked import Cut, cut_after
from mujaz.model.delivery import Outcome
from mujaz.model.edition import Edition

FORMAT = 1
"""Of the description; it grows when a key changes its meaning or goes."""
_LATER = (408, 425, 429)
"""Answers of the 400s that do not speak of the call itself."""


def described(edition: Edition, *, organisation: str, address: str | None) -> bytes:
    """What a webhook is told of an edition: the same bytes whenever it is told of it."""
    files = [
        {
            "name": name,
            "sha256": digest,
            **({"address": f"{address.rstrip('/')}/{quote(edition.folder)}/{quote(name)}"} if address else {}),
        }
        for name, digest in sorted(edition.files.items())
    ]
    told: dict[str, Any] = {
        "format": FORMAT,
        "id": identity(edition),
        "organisation": organisation,
        "topic": edition.topic,
        "audience": edition.audience,
        "language": edition.language,
        "edition": edition.number,
        "day": edition.day.isoformat(),
        "title": edition.title,
        "brief": edition.brief,
        "since": {"edition": edition.since[0], "day": edition.since[1].isoformat()} if edition.since else None,
        "changes": list(edition.words[1:]),  # the first one is what stands above them
        "files": files,
    }
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()


def identity(edition: Edition) -> str:
    """A name for an edition that no other one has, also where numbers begin anew: what it tells is part of it."""
    return f"{edition.topic}/{edition.audience}.{edition.language}/{edition.number}/{edition.brief[:16]}"


def once(delivery: str, edition: Edition) -> str:
    """A name for a delivery of an edition, the same each time that it is tried, by which a receiver drops doubles."""
    return hashlib.sha256(f"{delivery}\0{identity(edition)}".encode()).hexdigest()[:32]


def signature(secret: str, body: bytes) -> str:
    """Who holds the secret can say whether the body is ours."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def call(url: str, body: bytes, headers: Mapping[str, str], *, limit: float, now: datetime.datetime) -> Outcome:
    """Tell a webhook, within `limit` seconds; `headers` come to those that every call has."""
    given = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": f"Mujaz/{__version__}",
        "Accept": "*/*",
        **headers,
    }
    request = Request(url, data=body, headers=given, method="POST")  # noqa: S310 # judged: https, or this machine
    lines: list[http.client.HTTPConnection] = []
    with cut_after(limit, lambda: lines[-1].sock if lines else None) as cut:
        try:
            with _opener(url, lines).open(request, timeout=limit) as answer:
                return _answered(answer.status, answer.headers, now)
        except HTTPError as error:
            with error:
                return _answered(error.code, error.headers, now)
        except (OSError, http.client.HTTPException, ValueError) as error:
            return _broken(error, cut)


def _answered(status: int, headers: Message, now: datetime.datetime) -> Outcome:
    if 200 <= status < 300:
        return Outcome("done")
    if 300 <= status < 400:
        return Outcome("failed", "moved", str(status))
    if 400 <= status < 500 and status not in _LATER:
        return Outcome("failed", "answered", str(status))
    return Outcome("waiting", "answered", str(status), soon=True, pause=_pause(headers.get("Retry-After"), now))


def _pause(text: str | None, now: datetime.datetime) -> float | None:
    """What `Retry-After` asks for, as seconds or as a date; None where it is neither."""
    if text is None:
        return None
    if text.strip().isascii() and text.strip().isdigit():
        return float(text.strip()[:9])
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.UTC)
    return max(0.0, (moment - now).total_seconds())


def _broken(error: Exception, cut: Cut) -> Outcome:
    """Why no answer came; in our words alone, since those of others may repeat an address with what is secret in it."""
    reason = error.reason if isinstance(error, URLError) else error
    if cut.happened or isinstance(reason, TimeoutError):
        return Outcome("waiting", "timeout", soon=True)
    if isinstance(reason, ssl.SSLCertVerificationError):
        return Outcome("waiting", "untrusted")
    if isinstance(reason, http.client.HTTPException | ConnectionResetError | BrokenPipeError):
        return Outcome("waiting", "dropped", soon=True)
    return Outcome("waiting", "unreachable", soon=True)


class _Straight(HTTPRedirectHandler):
    """A redirect is an answer like others: what it leads to was not judged."""

    def redirect_request(self, *_: object, **__: object) -> None:
        """None, which means: not followed."""


def _opener(url: str, lines: list[http.client.HTTPConnection]) -> OpenerDirector:
    """What opens one address and nothing else: no files, no cookies, and no proxy between this machine and itself."""

    class Plain(HTTPHandler):
        def http_open(self, request: Request) -> http.client.HTTPResponse:
            return self.do_open(_held(http.client.HTTPConnection, lines), request)

    class Sealed(HTTPSHandler):
        def https_open(self, request: Request) -> http.client.HTTPResponse:
            context = ssl.create_default_context()
            return self.do_open(_held(http.client.HTTPSConnection, lines), request, context=context)

    opener = OpenerDirector()
    proxies = [ProxyHandler({})] if loopback(urlsplit(url).hostname or "") else [ProxyHandler()]
    handlers: Sequence[Any] = (
        *proxies,
        Plain(),
        Sealed(),
        _Straight(),
        HTTPDefaultErrorHandler(),
        HTTPErrorProcessor(),
    )
    for each in handlers:
        opener.add_handler(each)
    return opener


def _held(kind: type[http.client.HTTPConnection], lines: list[http.client.HTTPConnection]) -> Any:
    """A connection as urllib makes it, remembered, so that it can be cut."""

    def made(*given: Any, **named: Any) -> http.client.HTTPConnection:
        lines.append(kind(*given, **named))
        return lines[-1]

    return made
