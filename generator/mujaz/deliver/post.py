"""A letter and a server of mail → whether it was given away, and to whom; writes no word of it, tells no secret."""

from __future__ import annotations

import contextlib
import hashlib
import smtplib
import ssl
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from mujaz.deliver.clocked import Cut, cut_after
from mujaz.model.delivery import Mail, Outcome

PORTS = {"starttls": 587, "tls": 465, "none": 25}
"""What the ways of securing a line use by custom."""
_TAKEN = 250
_TOO_LARGE = 552
_END = b"\r\n.\r\n"
"""What ends a letter: from here on the server may have it, whatever is heard of it."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent."""

    data: bytes
    """Head and body as they go over the wire, without a secret."""
    recipients: tuple[str, ...]


def posted(letter: Letter, mail: Mail, password: str | None, *, limit: float) -> Outcome:
    """Give a letter to a server, within `limit` seconds, of which no single step may take more than a fifth.

    A line that breaks once the whole letter has gone out leaves it unknown whether the server has it: `unsure`.
    """
    post: list[_Post] = []
    with cut_after(limit, lambda: post[-1].sock if post else None) as cut:
        try:
            with _signed_in(mail, password, limit / 5, post) as line:
                return _given(line, letter, mail.sender)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            if post and post[-1].given:
                return Outcome("unsure", "unheard")
            return _broken(error, cut)


class _Post(smtplib.SMTP):
    """A line that knows whether a whole letter has gone over it."""

    given = False

    def send(self, s: bytes | str) -> None:  # type: ignore[override] # wider in the stubs than what is ever given
        """As smtplib sends, and remember the end of a letter."""
        super().send(s)
        self.given = self.given or (isinstance(s, bytes) and s.endswith(_END))


class _SealedPost(_Post, smtplib.SMTP_SSL):
    """The same within TLS from the first byte."""


@contextlib.contextmanager
def _signed_in(mail: Mail, password: str | None, step: float, post: list[_Post]) -> Iterator[_Post]:
    """A line to the server, sealed as it should be, signed in where a user is named; closed in any case."""
    context = ssl.create_default_context()
    # The sender's domain, since smtplib would ask the net for the name of this machine, which may take long.
    name = mail.sender.rpartition("@")[2]
    line = (
        _SealedPost("", 0, name, timeout=step, context=context) if mail.security == "tls" else _Post("", 0, name, step)
    )
    post.append(line)
    try:
        line._host = mail.host  # type: ignore[attr-defined] # what certificates are held against, if it did not connect at once
        code, said = line.connect(mail.host, mail.port or PORTS[mail.security])
        if code != 220:
            raise smtplib.SMTPConnectError(code, said)
        line.ehlo_or_helo_if_needed()
        if mail.security == "starttls":
            line.starttls(context=context)
            line.ehlo_or_helo_if_needed()
        if mail.user is not None and password is not None:
            line.login(mail.user, password)
        yield line
        with contextlib.suppress(OSError, smtplib.SMTPException):
            line.quit()
    finally:
        line.close()


def _given(line: _Post, letter: Letter, sender: str) -> Outcome:
    size = [f"size={len(letter.data)}"] if line.has_extn("size") else []
    code, said = line.mail(sender, size)
    if code != _TAKEN:
        # Of the sender or the house, not of this letter: it is in order once that is.
        raise smtplib.SMTPSenderRefused(code, said, sender)
    answers = {each: line.rcpt(each)[0] for each in letter.recipients}
    refused = {each: code for each, code in answers.items() if code not in (_TAKEN, 251)}
    if len(refused) == len(answers):
        return _answered(min(refused.values()), "recipients")
    code, _ = line.data(letter.data)
    if code == _TAKEN:
        return _shared(refused, names(each for each in answers if each not in refused))
    return _answered(code, "answered") if code >= 400 else Outcome("unsure", "unheard")


def _shared(refused: Mapping[str, int], given: tuple[str, ...]) -> Outcome:
    """What came of a letter that some, or none, of its recipients were refused for."""
    if not refused:
        return Outcome("done")
    later = any(code < 500 for code in refused.values())
    return Outcome("waiting" if later else "partly", "recipients", str(len(refused)), given=given)


def names(recipients: Iterable[str]) -> tuple[str, ...]:
    """Recipients as the ledger knows them: it may lie where it is read by others."""
    return tuple(sorted(hashlib.sha256(each.lower().encode()).hexdigest()[:16] for each in recipients))


def _answered(code: int, reason: str) -> Outcome:
    if code >= 500:
        return Outcome("failed", reason, str(code))
    return Outcome("waiting", reason, str(code), soon=True)


def _broken(error: Exception, cut: Cut) -> Outcome:
    """Why nothing was given away; in our words alone, since a server may repeat what it was told."""
    code = getattr(error, "smtp_code", 0)
    if isinstance(error, smtplib.SMTPAuthenticationError | UnicodeEncodeError):
        # Not at once: a wrong password that is tried three times locks accounts.
        return Outcome("waiting", "login", str(code))
    if isinstance(error, smtplib.SMTPDataError) or code == _TOO_LARGE:
        return _answered(code, "answered")
    if code > 0:
        return Outcome("waiting", "answered", str(code), soon=code < 500)
    reason, soon = _silence(error, cut)
    return Outcome("waiting", reason, soon=soon)


def _silence(error: Exception, cut: Cut) -> tuple[str, bool]:
    """Why a server said nothing that could be understood, and whether to ask again at once."""
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "not-offered", False
    if isinstance(error, ssl.SSLCertVerificationError):
        return "untrusted", False
    if cut.happened or isinstance(error.__context__ or error, TimeoutError):
        return "timeout", True
    dropped = isinstance(error, smtplib.SMTPException | ConnectionResetError | BrokenPipeError | ssl.SSLError)
    return "dropped" if dropped else "unreachable", True
