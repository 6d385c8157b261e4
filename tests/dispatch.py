"""A workspace with editions and deliveries on disk, a clock turned by hand, and servers on loopback for them."""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import http.server
import json
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from mujaz.deliver import Office, Report, Wish, deliver
from mujaz.model.edition import Edition
from mujaz.survey import survey
from mujaz.templates import open_templates
from workspace import lay, write

NOON = datetime.datetime(2026, 11, 26, 12, 0, tzinfo=datetime.UTC)
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\nnot much of one\n%%EOF\n"
WORDS = ("ما تغيّر منذ الإصدار ١ (١ آب ٢٠٢٦)", "أرقام محدَّثة: الحصة من ٣ إلى ٤", "جديد: بند واحد")


@dataclass
class Clock:
    """Time that passes only where somebody sleeps."""

    at: datetime.datetime = NOON
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime.datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += datetime.timedelta(seconds=seconds)


def house(root: Path, deliveries: Mapping[str, Any], **fields: Any) -> Path:
    """A workspace with these deliveries, which has been built in name only."""
    lay(root)
    names = {"ar": "مركز دراسات المياه", "en": "Centre for Water Studies"}
    write(root / "mujaz.yaml", {"organisation": names, **fields, "deliveries": json.loads(json.dumps(deliveries))})
    return root


def edition(
    root: Path, number: int = 1, *, audience: str = "minister", files: Mapping[str, bytes] | None = None, **fields: Any
) -> Edition:
    """An edition as the archive has it, with its record."""
    topic, language = fields.pop("topic", "water"), fields.pop("language", "ar")
    held = {f"{audience}.{language}.pdf": PDF + str(number).encode()} if files is None else files
    made = Edition(
        topic=topic,
        audience=audience,
        language=language,
        number=number,
        day=fields.pop("day", NOON.date()),
        title=fields.pop("title", "أمن المياه في العراق"),
        brief=hashlib.sha256(f"{topic}{audience}{number}".encode()).hexdigest(),
        files=MappingProxyType({name: hashlib.sha256(data).hexdigest() for name, data in held.items()}),
        words=fields.pop("words", WORDS if number > 1 else ()),
        since=(number - 1, datetime.date(2026, 8, 1)) if number > 1 else None,
        withdrawn=fields.pop("withdrawn", False),
    )
    assert not fields
    folder = root / "output" / made.folder
    folder.mkdir(parents=True)
    for name, data in held.items():
        (folder / name).write_bytes(data)
    told = ("topic", "audience", "language", "number", "title", "brief", "withdrawn")
    record = {
        **{name: getattr(made, name) for name in told},
        "format": 1,
        "day": made.day.isoformat(),
        "files": dict(made.files),
        "words": list(made.words),
        "changes": [],
        "since": {"number": made.since[0], "day": made.since[1].isoformat()} if made.since else None,
    }
    (folder / "edition.json").write_text(json.dumps(record, ensure_ascii=False), "utf-8")
    return made


@dataclass
class Desk:
    """Whoever delivers: the same house, run after run."""

    root: Path
    clock: Clock = field(default_factory=Clock)
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def office(self) -> Office:
        library = survey(self.root).library
        assert library is not None
        return Office(
            root=self.root,
            library=library,
            slugs={entry.slug for entry in library.topics} | library.broken,
            whole=lambda: library,
            templates=open_templates(self.root),
            now=self.clock.now,
            sleep=self.clock.sleep,
            environment=self.environment,
        )

    def deliver(self, editions: Sequence[Edition], *names: str, **wish: Any) -> Report:
        """By these deliveries, or by all."""
        office = self.office
        return deliver(editions, names or tuple(office.deliveries), office, Wish(**wish))

    @property
    def ledger(self) -> dict[str, Any]:
        """Delivery → edition → what is known of it."""
        data = json.loads((self.root / "output" / ".mujaz" / "deliveries.json").read_bytes())
        return {name: each["editions"] for name, each in data["deliveries"].items()}


def states(report: Report) -> list[str]:
    return [f"{each.edition} {each.state}" + f" {each.reason} {each.code}".rstrip() for each in report.sent]


def rules(report: Report) -> list[str]:
    return [each.rule for each in report.problems]


# ------------------------------------------------------------------------------------------------ a web server


@dataclass(frozen=True)
class Call:
    """What a server was asked."""

    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Site:
    """A server on loopback that gives one prepared answer after the other, the last one for ever."""

    answers: Sequence[tuple[int, Mapping[str, str]] | Callable[[socket.socket], None]] = ((200, {}),)
    calls: list[Call] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"


@contextlib.contextmanager
def site(*answers: tuple[int, Mapping[str, str]] | Callable[[socket.socket], None]) -> Iterator[Site]:
    held = Site(answers or ((200, {}),))

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = held.answers[min(len(held.calls), len(held.answers) - 1)]
            held.calls.append(Call(self.path, dict(self.headers), body))
            if callable(answer):
                answer(self.connection)
                self.close_connection = True
                return
            status, headers = answer
            self.send_response(status)
            for name, value in {"Content-Length": "0", **headers}.items():
                self.send_header(name, value)
            self.end_headers()

        def do_GET(self) -> None:
            held.calls.append(Call(self.path, dict(self.headers), b""))
            self.send_error(418)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 # its name there
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    held.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield held
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def silence(line: socket.socket) -> None:
    """Take what is asked and say nothing until the other side goes."""
    line.settimeout(10)
    with contextlib.suppress(OSError):
        while line.recv(1000):
            pass


def drip(line: socket.socket) -> None:
    """One byte of an answer after the other, without ever saying which."""
    with contextlib.suppress(OSError):
        line.sendall(b"HTTP/1.1 ")
        for _ in range(200):
            line.sendall(b"a")
            time.sleep(0.05)


def hang_up(line: socket.socket) -> None:
    """No answer at all."""
    line.shutdown(socket.SHUT_RDWR)


# ------------------------------------------------------------------------------------------------ a mail server


@dataclass
class Postman:
    """A mail server's hands: what came, and what is answered to each step."""

    came: list[tuple[Envelope, bytes]] = field(default_factory=list)
    signed_in: list[str] = field(default_factory=list)
    refused: Mapping[str, str] = field(default_factory=dict)
    """Recipient → answer."""
    answer: str = "250 kept"
    asked: int = 0
    port: int = 0

    async def handle_RCPT(  # noqa: N802 # aiosmtpd's own
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 well"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 # as above
        self.asked += 1
        if self.answer.startswith("2"):
            self.came.append((envelope, cast("bytes", envelope.content)))
        return self.answer

    def letters(self) -> list[EmailMessage]:
        """As a receiver's program reads them."""
        return [message_from_bytes(raw, policy=default) for _, raw in self.came]


@contextlib.contextmanager
def post(postman: Postman, **options: Any) -> Iterator[Postman]:
    """A mail server on loopback; `password` asks for it, `tls_context` offers encryption."""
    password = options.pop("password", None)
    if password is not None:

        def known(_server: SMTP, _session: Session, _envelope: Envelope, _way: str, data: Any) -> AuthResult:
            assert isinstance(data, LoginPassword)
            postman.signed_in.append(data.login.decode())
            return AuthResult(success=data.password == password.encode(), handled=False)

        sealed = "tls_context" in options
        options |= {"authenticator": known, "auth_required": sealed, "auth_require_tls": sealed}
    controller = Controller(postman, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    postman.port = controller.port
    try:
        yield postman
    finally:
        controller.stop()


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


@contextlib.contextmanager
def line(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """A port on which each caller gets what `serve` does with it, whatever protocol that is."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        held.settimeout(0.05)
        done = threading.Event()

        def accept() -> None:
            while not done.is_set():
                with contextlib.suppress(TimeoutError):
                    caller, _ = held.accept()
                    with caller, contextlib.suppress(OSError):
                        caller.settimeout(10)
                        serve(caller)

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield int(held.getsockname()[1])
        finally:
            done.set()
            thread.join()


def certificate(folder: Path, name: str = "localhost") -> tuple[Path, Path]:
    """A certificate that has signed itself, and its key."""
    openssl = shutil.which("openssl")
    assert openssl, "openssl makes certificates for these tests"
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    names = f"subjectAltName=DNS:{name},IP:127.0.0.1" if name == "localhost" else f"subjectAltName=DNS:{name}"
    subprocess.run(
        [
            *(openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-keyout", str(key), "-out", str(certificate), "-days", "2", "-subj", f"/CN={name}", "-addext", names),
        ],
        check=True,
        capture_output=True,
    )
    return certificate, key
