"""Deliveries against what is on the other side: servers that refuse, break off, lie or say nothing, and disks."""

# ruff: noqa: S105, S106, S311 # secrets that are none, and chance that is the same each time

from __future__ import annotations

import contextlib
import hmac
import json
import os
import random
import resource
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from dispatch import (
    PDF,
    Desk,
    Postman,
    certificate,
    drip,
    edition,
    free_port,
    hang_up,
    house,
    line,
    post,
    rules,
    silence,
    site,
    states,
)
from mujaz.cli import main
from mujaz.console import WRONG_CONTENT
from mujaz.deliver import acquaint, ways
from mujaz.deliver.clocked import cut_after
from mujaz.publish import LEDGER
from workspace import ROOT

SECRET = "Geheim-كلمة-7f3a"
PASSWORD = "pass-9c1e-Geheim"
DONE = "water/minister.ar/1 done"


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy of this machine, and servers that say nothing are given up soon."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setattr(ways, "CALL", 1.0)
    monkeypatch.setattr(ways, "POST", 5.0)


def desk_of(tmp_path: Path, deliveries: Mapping[str, Any], **environment: str) -> Desk:
    """A house whose deliveries have been seen, with secrets."""
    desk = Desk(house(tmp_path / "desk", deliveries), environment=environment)
    acquaint((), desk.office)
    return desk


def hook(url: str, **fields: Any) -> dict[str, Any]:
    return {"hook": {"webhook": {"url": url, **fields}, "audiences": ["minister"]}}


def mail(port: int, **fields: Any) -> dict[str, Any]:
    given = {"host": "127.0.0.1", "port": port, "security": "none", "from": "briefs@example.org"}
    return {"letter": {"mail": {**given, "to": ["office@example.org"], **fields}, "audiences": ["minister"]}}


# ------------------------------------------------------------------------------------------------ webhooks


def test_a_webhook_is_told_once_and_can_check_who_tells_it(tmp_path: Path) -> None:
    with site() as asked:
        desk = desk_of(tmp_path, hook(f"{asked.url}?key=x", secret="HOOK"), HOOK=SECRET)
        one = edition(desk.root)
        assert states(desk.deliver([one])) == [DONE]
        assert desk.deliver([one]).sent == ()
    (call,) = asked.calls
    assert call.path == "/hook?key=x"
    assert call.headers["Content-Type"] == "application/json; charset=utf-8"
    assert call.headers["Mujaz-Signature"] == "sha256=" + hmac.new(SECRET.encode(), call.body, "sha256").hexdigest()
    assert len(call.headers["Idempotency-Key"]) == 32
    assert json.loads(call.body)["title"] == "أمن المياه في العراق"


def test_a_webhook_that_fails_for_now_gets_the_same_call_again(tmp_path: Path) -> None:
    with site((500, {}), (429, {"Retry-After": "7"}), (204, {})) as asked:
        desk = desk_of(tmp_path, hook(asked.url))
        assert states(desk.deliver([edition(desk.root)])) == [DONE]
    assert desk.clock.slept == [5, 30]
    assert len({(call.headers["Idempotency-Key"], call.body) for call in asked.calls}) == 1
    assert len(asked.calls) == 3


@pytest.mark.parametrize(
    ("after", "slept"),
    [
        ("50", [50]),
        ("Thu, 26 Nov 2026 12:00:50 GMT", [50]),
        ("soon", [5]),
        ("-5", [5]),
        ("Thu, 26 Nov 2020 12:00:00 GMT", [5]),
    ],
)
def test_the_time_that_a_webhook_asks_for(tmp_path: Path, after: str, slept: list[float]) -> None:
    with site((503, {"Retry-After": after}), (200, {})) as asked:
        desk = desk_of(tmp_path, hook(asked.url))
        assert states(desk.deliver([edition(desk.root)])) == [DONE]
    assert desk.clock.slept == slept


def test_a_redirect_is_not_followed(tmp_path: Path) -> None:
    with site() as other, site((301, {"Location": other.url})) as asked:
        desk = desk_of(tmp_path, hook(asked.url))
        report = desk.deliver([edition(desk.root)])
    assert states(report) == ["water/minister.ar/1 failed moved 301"]
    assert (len(asked.calls), other.calls) == (1, [])


@pytest.mark.parametrize("status", [400, 401, 404, 410, 422])
def test_a_refusal_is_for_good(tmp_path: Path, status: int) -> None:
    with site((status, {"Retry-After": "1"})) as asked:
        desk = desk_of(tmp_path, hook(asked.url))
        held = [edition(desk.root), edition(desk.root, 2)]
        assert states(desk.deliver(held)) == [f"water/minister.ar/{n} failed answered {status}" for n in (1, 2)]
        assert desk.deliver(held).sent == ()
    assert len(asked.calls) == 2


@pytest.mark.parametrize(
    ("answer", "reason"),
    [(silence, "timeout"), (drip, "timeout"), (hang_up, "dropped")],
    ids=["silence", "drip", "hang-up"],
)
def test_a_webhook_that_does_not_answer_is_given_up_in_time(tmp_path: Path, answer: Any, reason: str) -> None:
    with site(answer) as asked:
        desk = desk_of(tmp_path, hook(asked.url))
        start = time.monotonic()
        assert states(desk.deliver([edition(desk.root)])) == [f"water/minister.ar/1 waiting {reason}"]
        assert time.monotonic() - start < 8
    assert len(asked.calls) == 3


def test_a_webhook_that_nobody_serves_waits_and_is_told_later(tmp_path: Path) -> None:
    desk = desk_of(tmp_path, hook(f"http://127.0.0.1:{free_port()}/"))
    one = edition(desk.root)
    assert states(desk.deliver([one])) == ["water/minister.ar/1 waiting unreachable"]
    with site() as asked:
        house(desk.root, hook(asked.url))
        assert states(desk.deliver([one])) == [DONE]


def test_an_answer_that_is_no_http_is_a_broken_line(tmp_path: Path) -> None:
    def nonsense(caller: socket.socket) -> None:
        caller.recv(1000)
        caller.sendall(b"220 mail.example.org ESMTP\r\n")

    with line(nonsense) as port:
        desk = desk_of(tmp_path, hook(f"http://127.0.0.1:{port}/"))
        assert states(desk.deliver([edition(desk.root)])) == ["water/minister.ar/1 waiting dropped"]


def test_a_webhook_whose_certificate_nobody_vouches_for_is_told_nothing(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate(tmp_path))
    heard: list[bytes] = []

    def sealed(caller: socket.socket) -> None:
        with contextlib.suppress(OSError), context.wrap_socket(caller, server_side=True) as held:
            heard.append(held.recv(1000))

    with line(sealed) as port:
        desk = desk_of(tmp_path, hook(f"https://localhost:{port}/"))
        assert states(desk.deliver([edition(desk.root)])) == ["water/minister.ar/1 waiting untrusted"]
    assert not any(heard)


def test_a_house_vouches_for_a_certificate_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own, key = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(own))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own, key)

    def sealed(caller: socket.socket) -> None:
        with context.wrap_socket(caller, server_side=True) as held:
            heard = b""
            while not heard.endswith(b"}\n"):
                heard += held.recv(5000)
            held.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    with line(sealed) as port:
        desk = desk_of(tmp_path, hook(f"https://localhost:{port}/"))
        assert states(desk.deliver([edition(desk.root)])) == [DONE]


def test_no_proxy_stands_between_this_machine_and_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with site() as proxy, site() as asked:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}/")
        desk = desk_of(tmp_path, hook(asked.url))
        assert states(desk.deliver([edition(desk.root)])) == [DONE]
    assert (len(asked.calls), proxy.calls) == (1, [])


def test_a_secret_that_is_not_set_stops_its_delivery_alone(tmp_path: Path) -> None:
    with site() as asked:
        both = {**hook(asked.url, secret="HOOK"), "other": hook(asked.url)["hook"]}
        desk = desk_of(tmp_path, both)
        one = edition(desk.root)
        report = desk.deliver([one])
        assert ([each.delivery for each in report.sent], rules(report)) == (["other"], ["delivery-variable-unset"])
        assert desk.ledger["hook"] == {}
        desk.environment["HOOK"] = SECRET
        assert [each.delivery for each in desk.deliver([one]).sent] == ["hook"]
    assert [("Mujaz-Signature" in call.headers) for call in asked.calls] == [False, True]


# ------------------------------------------------------------------------------------------------ mail


def test_a_letter_is_given_away_once_to_all_that_it_is_for(tmp_path: Path) -> None:
    with post(Postman()) as postman:
        desk = desk_of(tmp_path, mail(postman.port, to=["a@example.org", "b@example.org"]))
        one = edition(desk.root)
        assert states(desk.deliver([one])) == [DONE]
        assert desk.deliver([one]).sent == ()
    ((envelope, _),) = postman.came
    assert (envelope.mail_from, envelope.rcpt_tos) == ("briefs@example.org", ["a@example.org", "b@example.org"])
    (letter,) = postman.letters()
    assert letter["Subject"] == "موجز سياسات: أمن المياه في العراق (الإصدار ١)"
    (attached,) = letter.iter_attachments()
    assert attached.get_content() == PDF + b"1"


def test_a_web_page_is_attached_where_it_is_asked_for(tmp_path: Path) -> None:
    page = "<!DOCTYPE html><html lang=ar><body><p>أمن المياه</p></body></html>\n".encode()
    with post(Postman()) as postman:
        desk = desk_of(tmp_path, mail(postman.port, formats=["pdf", "html"]))
        one = edition(desk.root, files={"minister.ar.pdf": PDF, "minister.ar.html": page, "told.json": b"{}"})
        assert states(desk.deliver([one])) == [DONE]
    (letter,) = postman.letters()
    held = {each.get_filename(): each.get_payload(decode=True) for each in letter.iter_attachments()}
    assert held == {"water-minister.ar.1.pdf": PDF, "water-minister.ar.1.html": page}


def test_a_user_signs_in_over_an_encrypted_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own, key = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(own))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own, key)
    fields = {"host": "localhost", "security": "starttls", "user": "briefs", "password": "MAIL_PASSWORD"}
    with post(Postman(), tls_context=context, require_starttls=True, password=PASSWORD) as postman:
        desk = desk_of(tmp_path, mail(postman.port, **fields), MAIL_PASSWORD="wrong")
        one = edition(desk.root)
        assert states(desk.deliver([one])) == ["water/minister.ar/1 waiting login 535"]
        assert (desk.clock.slept, set(postman.signed_in)) == ([], {"briefs"})
        desk.environment["MAIL_PASSWORD"] = PASSWORD
        assert states(desk.deliver([one])) == [DONE]
    assert len(postman.came) == 1


def test_a_server_that_speaks_tls_from_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own, key = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(own))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own, key)
    with post(Postman(), ssl_context=context) as postman:
        desk = desk_of(tmp_path, mail(postman.port, host="localhost", security="tls"))
        assert states(desk.deliver([edition(desk.root)])) == [DONE]
    assert len(postman.came) == 1


def test_a_server_that_offers_no_encryption_gets_neither_password_nor_letter(tmp_path: Path) -> None:
    fields = {"security": "starttls", "user": "briefs", "password": "MAIL_PASSWORD"}
    with post(Postman(), password=PASSWORD) as postman:
        desk = desk_of(tmp_path, mail(postman.port, **fields), MAIL_PASSWORD=PASSWORD)
        assert states(desk.deliver([edition(desk.root)])) == ["water/minister.ar/1 waiting not-offered"]
    assert (postman.signed_in, postman.came) == ([], [])


@pytest.mark.parametrize("name", ["mail.example.org", "localhost"])
def test_a_server_that_cannot_prove_its_name_gets_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Neither with a certificate for another name, nor with one that nobody vouches for."""
    own, key = certificate(tmp_path, name)
    if name != "localhost":
        monkeypatch.setenv("SSL_CERT_FILE", str(own))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own, key)
    with post(Postman(), tls_context=context) as postman:
        desk = desk_of(tmp_path, mail(postman.port, host="localhost", security="starttls"))
        assert states(desk.deliver([edition(desk.root)])) == ["water/minister.ar/1 waiting untrusted"]
    assert postman.came == []


@pytest.mark.parametrize(
    ("answer", "state", "asked"),
    [
        ("451 later", "waiting answered 451", 3),
        ("554 no", "failed answered 554", 1),
        ("552 large", "failed answered 552", 1),
    ],
)
def test_a_server_that_refuses_the_letter(tmp_path: Path, answer: str, state: str, asked: int) -> None:
    with post(Postman(answer=answer)) as postman:
        desk = desk_of(tmp_path, mail(postman.port))
        assert states(desk.deliver([edition(desk.root)])) == [f"water/minister.ar/1 {state}"]
    assert (postman.asked, postman.came) == (asked, [])


def test_a_letter_that_is_larger_than_the_server_says_is_for_good(tmp_path: Path) -> None:
    with post(Postman(), data_size_limit=1000) as postman:
        desk = desk_of(tmp_path, mail(postman.port))
        assert states(desk.deliver([edition(desk.root)])) == ["water/minister.ar/1 failed answered 552"]
    assert postman.came == []


def test_files_that_no_server_takes_are_not_even_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ways, "WEIGHT", 10)
    with post(Postman()) as postman:
        desk = desk_of(tmp_path, mail(postman.port))
        assert states(desk.deliver([edition(desk.root)])) == ["water/minister.ar/1 failed too-large 0"]
    assert postman.asked == 0


TEAM = ["a@example.org", "b@example.org", "c@example.org"]


def test_recipients_that_are_refused_for_now_get_it_later_and_the_others_not_twice(tmp_path: Path) -> None:
    with post(Postman(refused={"b@example.org": "450 greylisted"})) as postman:
        desk = desk_of(tmp_path, mail(postman.port, to=TEAM))
        one = edition(desk.root)
        assert states(desk.deliver([one])) == ["water/minister.ar/1 waiting recipients 1"]
        assert desk.clock.slept == []
        postman.refused = {}
        assert states(desk.deliver([one])) == [DONE]
    assert [each.rcpt_tos for each, _ in postman.came] == [["a@example.org", "c@example.org"], ["b@example.org"]]
    first, second = postman.letters()
    assert first["Message-ID"] == second["Message-ID"]
    assert "example.org" not in (desk.root / "output" / LEDGER).read_text("utf-8")


def test_recipients_that_are_refused_for_good_are_told_of_and_the_others_get_it(tmp_path: Path) -> None:
    with post(Postman(refused={"b@example.org": "550 unknown"})) as postman:
        desk = desk_of(tmp_path, mail(postman.port, to=TEAM))
        one = edition(desk.root)
        report = desk.deliver([one])
        assert (states(report), rules(report)) == (["water/minister.ar/1 partly recipients 1"], ["delivery-partly"])
        assert desk.deliver([one]).sent == ()
        house(desk.root, mail(postman.port, to=["a@example.org", "corrected@example.org", "c@example.org"]))
        assert states(desk.deliver([one], again=True)) == [DONE]
    assert [each.rcpt_tos for each, _ in postman.came] == [
        ["a@example.org", "c@example.org"],
        ["corrected@example.org"],
    ]


@pytest.mark.parametrize(("answer", "state"), [("550 unknown", "failed"), ("450 later", "waiting")])
def test_where_all_recipients_are_refused(tmp_path: Path, answer: str, state: str) -> None:
    with post(Postman(refused=dict.fromkeys(TEAM, answer))) as postman:
        desk = desk_of(tmp_path, mail(postman.port, to=TEAM))
        assert states(desk.deliver([edition(desk.root)])) == [f"water/minister.ar/1 {state} recipients {answer[:3]}"]
    assert postman.came == []


def test_a_recipient_that_was_taken_out_is_waited_for_no_more(tmp_path: Path) -> None:
    with post(Postman(refused={"b@example.org": "450 later"})) as postman:
        desk = desk_of(tmp_path, mail(postman.port, to=TEAM))
        one = edition(desk.root)
        desk.deliver([one])
        house(desk.root, mail(postman.port, to=["a@example.org", "c@example.org"]))
        assert states(desk.deliver([one])) == [DONE]
    assert len(postman.came) == 1


def spoken(*answers: bytes, end: bool = True) -> Any:
    """A mail server that says these things one after the other, whatever it hears, and breaks off after the last."""

    def serve(caller: socket.socket) -> None:
        for answer in answers:
            caller.sendall(answer)
            heard = b""
            while not heard.endswith((b"\r\n.\r\n",) if answer.startswith(b"354") else (b"\r\n",)):
                piece = caller.recv(65536)
                if not piece:
                    return
                heard += piece
        if not end:
            silence(caller)

    return serve


BEFORE = (b"220 here\r\n", b"250 here\r\n", b"250 from\r\n", b"250 to\r\n")


@pytest.mark.parametrize("steps", [1, 2, 3, 4])
def test_a_line_that_breaks_before_the_letter_is_tried_again(tmp_path: Path, steps: int) -> None:
    with line(spoken(*BEFORE[:steps])) as port:
        desk = desk_of(tmp_path, mail(port))
        assert states(desk.deliver([edition(desk.root)])) == ["water/minister.ar/1 waiting dropped"]
    assert desk.ledger["letter"]["water/minister.ar/1"]["tries"] == 3


def test_a_line_that_breaks_within_a_letter_is_tried_again(tmp_path: Path) -> None:
    """The server has seen no end of it, so that it has no letter."""

    def serve(caller: socket.socket) -> None:
        for answer in (*BEFORE, b"354 go on\r\n"):
            caller.sendall(answer)
            caller.recv(100)
        # What is unread makes a reset of the end of the line.
        caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    with line(serve) as port:
        desk = desk_of(tmp_path, mail(port))
        heavy = {"minister.ar.pdf": PDF + random.Random(7).randbytes(12_000_000)}
        assert states(desk.deliver([edition(desk.root, files=heavy)])) == ["water/minister.ar/1 waiting dropped"]


@pytest.mark.parametrize("end", [True, False], ids=["broken", "silent"])
def test_a_line_that_ends_before_the_letter_is_confirmed_leaves_it_to_people(tmp_path: Path, *, end: bool) -> None:
    heard: list[int] = []
    serve = spoken(*BEFORE, b"354 go on\r\n", end=end)

    def counted(caller: socket.socket) -> None:
        heard.append(1)
        serve(caller)

    with line(counted) as port:
        desk = desk_of(tmp_path, mail(port))
        one = edition(desk.root)
        report = desk.deliver([one])
        assert (states(report), rules(report)) == (["water/minister.ar/1 unsure unheard"], ["delivery-unsure"])
        assert desk.deliver([one]).sent == ()
    assert len(heard) == 1
    with post(Postman()) as postman:
        house(desk.root, mail(postman.port))
        assert states(desk.deliver([one], again=True)) == [DONE]
    assert len(postman.came) == 1


@pytest.mark.parametrize(
    ("greeting", "state"),
    [(b"554 go away\r\n", "waiting answered 554"), (b"\xff\xfe\r\n", "waiting"), (b"HTTP/1.1 400 Bad\r\n", "waiting")],
)
def test_a_server_that_greets_otherwise(tmp_path: Path, greeting: bytes, state: str) -> None:
    with line(spoken(greeting)) as port:
        desk = desk_of(tmp_path, mail(port))
        assert states(desk.deliver([edition(desk.root)]))[0].startswith(f"water/minister.ar/1 {state}")


def test_a_mail_server_that_says_nothing_is_given_up_in_time(tmp_path: Path) -> None:
    with line(silence) as port:
        desk = desk_of(tmp_path, mail(port))
        start = time.monotonic()
        assert states(desk.deliver([edition(desk.root)])) == ["water/minister.ar/1 waiting timeout"]
        assert time.monotonic() - start < 10


def test_a_mail_server_that_says_one_byte_after_the_other_is_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ways, "POST", 1.0)

    def slow(caller: socket.socket) -> None:
        with contextlib.suppress(OSError):
            for _ in range(100):
                caller.sendall(b"220-a\r\n")
                time.sleep(0.05)

    with line(slow) as port:
        desk = desk_of(tmp_path, mail(port))
        start = time.monotonic()
        assert states(desk.deliver([edition(desk.root)])) == ["water/minister.ar/1 waiting timeout"]
        assert time.monotonic() - start < 10


def test_a_line_that_comes_late_is_cut_all_the_same() -> None:
    """The step that builds it may have taken all the time."""
    left, right = socket.socketpair()
    held: list[socket.socket] = []
    with left, right, cut_after(0.05, lambda: held[-1] if held else None) as cut:
        time.sleep(0.2)
        held.append(left)
        assert cut.happened
        left.settimeout(5)
        assert left.recv(1) == b""


# ------------------------------------------------------------------------------------------------ secrets


def test_no_secret_is_told_anywhere(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not in the ledger, not in what is printed, whatever fails, and not where the other side repeats it."""

    def parrot(caller: socket.socket) -> None:
        caller.sendall(b"220 here\r\n")
        with contextlib.suppress(OSError):
            caller.recv(1000)
            caller.sendall(b"250-here\r\n250 AUTH PLAIN LOGIN\r\n")
            while heard := caller.recv(1000):
                caller.sendall(b"535 you said " + heard.strip() + b" " + PASSWORD.encode() + b"\r\n")

    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    monkeypatch.setenv("HOOK", SECRET)
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    token = "query-token-Geheim"
    with line(parrot) as port, site((500, {"X-Echo": PASSWORD})) as asked, site((301, {"Location": token})) as moved:
        deliveries = {
            "a": hook(f"{asked.url}?token={token}", secret="HOOK")["hook"],
            "b": hook(f"{moved.url}?token={token}", secret="HOOK")["hook"],
            "c": hook(f"http://127.0.0.1:{free_port()}/?token={token}", secret="HOOK")["hook"],
            "d": hook(f"https://127.0.0.1:{free_port()}/{token}", secret="HOOK")["hook"],
            "e": mail(port, user="briefs", password="MAIL_PASSWORD")["letter"],
            "f": mail(free_port(), user="briefs", password="MAIL_PASSWORD")["letter"],
        }
        desk = desk_of(tmp_path, deliveries)
        edition(desk.root)
        call = ["-C", str(desk.root), "deliver", "--debug"]
        for words in ([*deliveries], [*deliveries, "--again"], []):
            for more in ([], ["--json"], ["--messages", "ar"]):
                main([*call, *words, *more])
    out, err = capfd.readouterr()
    assert "delivery-failed" in out
    files = [path.read_bytes() for path in (desk.root / "output").rglob("*") if path.is_file()]
    told = b"\0".join((out.encode(), err.encode(), *files))
    base64 = "AGJyaWVmcwBwYXNz"  # \0briefs\0pass
    for secret in (SECRET, PASSWORD, token, base64, "office@example.org"):
        assert secret.encode() not in told
    assert len(asked.calls) > 3


def test_a_password_that_is_no_ascii_is_not_told_either(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with post(Postman(), password="x") as postman:
        desk = desk_of(tmp_path, mail(postman.port, user="briefs", password="MAIL_PASSWORD"), MAIL_PASSWORD=SECRET)
        report = desk.deliver([edition(desk.root)])
    assert states(report)[0].startswith("water/minister.ar/1 waiting login")
    assert SECRET not in "".join(capfd.readouterr())


# ------------------------------------------------------------------------------------------------ disks


@contextlib.contextmanager
def disk(folder: Path, options: str) -> Iterator[Path]:
    """A small disk of its own."""
    if os.geteuid():
        pytest.skip("only root mounts disks")
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", folder], capture_output=True, check=False)
    if made.returncode:
        pytest.skip("this machine lets nobody mount")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


SHELF = {"shelf": {"copy": {"to": "../shelf", "editions": "true"}, "audiences": ["minister"]}}


def test_a_full_disk_keeps_the_old_file_whole(tmp_path: Path) -> None:
    heavy = {"minister.ar.pdf": random.Random(1).randbytes(100_000)}
    with disk(tmp_path / "shelf", "size=256k") as shelf:
        desk = desk_of(tmp_path, SHELF)
        one = edition(desk.root, files={"minister.ar.pdf": b"%PDF-1"})
        assert states(desk.deliver([one])) == [DONE]
        (shelf / "others").write_bytes(b"x" * 150_000)
        two = edition(desk.root, 2, files=heavy)
        assert states(desk.deliver([one, two])) == ["water/minister.ar/2 waiting no-space"]
        assert (shelf / "water" / "minister.ar.pdf").read_bytes() == b"%PDF-1"
        assert list(shelf.rglob("*.tmp")) == []
        (shelf / "others").unlink()
        assert states(desk.deliver([one, two])) == ["water/minister.ar/2 done"]


def test_a_disk_that_may_only_be_read(tmp_path: Path) -> None:
    with disk(tmp_path / "shelf", "size=256k,ro"):
        desk = desk_of(tmp_path, SHELF)
        assert states(desk.deliver([edition(desk.root)])) == ["water/minister.ar/1 waiting read-only"]


def test_a_file_that_may_not_grow_so_large(tmp_path: Path) -> None:
    (tmp_path / "shelf").mkdir()
    desk = desk_of(tmp_path, SHELF)
    one = edition(desk.root, files={"minister.ar.pdf": b"x" * 200_000})
    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        report = desk.deliver([one])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, old)
    assert states(report) == ["water/minister.ar/1 waiting no-space"]
    assert [path for path in (tmp_path / "shelf").rglob("*") if path.is_file()] == []


def test_a_file_in_the_place_of_a_folder_and_the_other_way_round(tmp_path: Path) -> None:
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    desk = desk_of(tmp_path, {"shelf": {"copy": {"to": "../shelf"}, "audiences": ["minister"]}})
    one = edition(desk.root)
    (shelf / "water").write_text("a file")
    assert states(desk.deliver([one])) == ["water/minister.ar/1 waiting file-in-place"]
    (shelf / "water").unlink()
    (shelf / "water" / "minister.ar.pdf").mkdir(parents=True)
    assert states(desk.deliver([one])) == ["water/minister.ar/1 waiting folder-in-place"]
    (shelf / "water" / "minister.ar.pdf").rmdir()
    assert states(desk.deliver([one])) == [DONE]


RUN = """
import sys
sys.path[:0] = sys.argv[1:3]
from pathlib import Path
from mujaz.cli import main
for _ in range(1000):
    main(["-C", sys.argv[3], "deliver", "shelf", "--all"])
    Path(sys.argv[3], "output", ".mujaz", "deliveries.json").unlink()
"""


def test_a_run_that_is_killed_at_any_moment_leaves_whole_files(tmp_path: Path) -> None:
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    desk = Desk(house(tmp_path / "desk", SHELF))
    chance = random.Random(20261126)
    held = [edition(desk.root, n, files={"minister.ar.pdf": chance.randbytes(3_000_000)}) for n in (1, 2, 3)]
    wholes = {(desk.root / "output" / each.folder / "minister.ar.pdf").read_bytes() for each in held}
    torn = kept = 0
    for number in range(12):
        with subprocess.Popen(
            [sys.executable, "-P", "-c", RUN, str(ROOT / "generator"), str(ROOT / "tests"), str(desk.root)],
            stdout=subprocess.DEVNULL,
        ) as child:
            # Half of them while a file is being written, half of them whenever it comes.
            written = "*.tmp" if number % 2 else "*.pdf"
            deadline = time.monotonic() + 60
            while not list(shelf.rglob(written)) and time.monotonic() < deadline:
                time.sleep(0.0002)
            time.sleep(0 if number % 2 else chance.uniform(0, 0.4))
            child.kill()
        torn += len(list(shelf.rglob("*.tmp")))
        files = [path for path in shelf.rglob("*.pdf") if path.is_file()]
        kept += len(files)
        assert all(path.read_bytes() in wholes for path in files)
        for path in (*files, *(shelf.rglob("*.tmp") if number < 11 else ())):
            path.unlink()
        (desk.root / "output" / LEDGER).unlink(missing_ok=True)
    assert torn, "no moment was one of writing: the test has lost its aim"
    assert kept
    report = desk.deliver(held)
    assert (report.sent, report.problems) == ((), ())
    assert [each.state for each in desk.deliver(held, since=held[0].day).sent] == ["done"] * 3
    assert list(shelf.rglob("*.tmp")) == []


def test_a_run_that_fails_says_so_in_its_exit_status(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    desk = desk_of(tmp_path, hook(f"http://127.0.0.1:{free_port()}/"))
    edition(desk.root)
    assert main(["-C", str(desk.root), "deliver", "hook"]) == WRONG_CONTENT
