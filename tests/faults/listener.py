"""A server on the loopback that ought to hear nothing, and a file that nothing ought to tell of; judges nothing."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

UNSAID = "KANARI7f3a"
"""In letters that no font, no digest and no other text holds."""


@dataclass
class Canary:
    """Addresses that nobody may follow."""

    port: int
    file: Path
    heard: list[str] = field(default_factory=list)
    """The first words of each that called."""

    @property
    def addresses(self) -> dict[str, str]:
        """What a stranger might write, by its kind."""
        file, host = self.file, f"127.0.0.1:{self.port}"
        return {
            "http": f"http://{host}/x.png",
            "upper case": f"HTTP://{host}/x.css",
            "no scheme": f"//{host}/x.svg",
            "ftp": f"ftp://{host}/x",
            "user": f"http://example.org@{host}/",
            "file": f"file://{file}",
            "file in capitals": f"FILE://{file}",
            "file with a host": f"file://localhost{file}",
            "absolute path": str(file),
            "relative path": f"../../../../../../../../../..{file}",
            "percent": "file://" + "".join(f"%{ord(each):02x}" if each != "/" else each for each in str(file)),
            "beside": "../canary.svg",
            "data of HTML": "data:text/html,<script>alert(1)</script>",
            "data in disguise": "data:image/png;base64,JSFQUy1BZG9iZS0zLjAgRVBTRi0zLjAK",
            "javascript": "javascript:alert(1)",
        }


@contextmanager
def canary(folder: Path) -> Iterator[Canary]:
    """A listener at work, and a file beside the workspace."""
    file = folder / "canary.svg"
    file.write_text(f'<svg xmlns="http://www.w3.org/2000/svg"><title>{UNSAID}</title></svg>', "utf-8")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        made, over = Canary(server.getsockname()[1], file), threading.Event()

        def listen() -> None:
            while not over.is_set():
                try:
                    caller, _ = server.accept()
                except TimeoutError:
                    continue
                with caller:
                    caller.settimeout(1)
                    try:
                        made.heard.append(caller.recv(200).decode("latin-1"))
                    except OSError:
                        made.heard.append("")

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield made
        finally:
            over.set()
            thread.join()


def opened(data: bytes) -> bytes:
    """A file, and behind it all that is packed in it."""
    whole = data
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", data, re.DOTALL) if data.startswith(b"%PDF-") else ():
        with contextlib.suppress(zlib.error):  # of another kind: a picture, a profile
            whole += zlib.decompressobj().decompress(stream)
    return whole


def tells(data: bytes, words: str = UNSAID) -> bool:
    """Whether words stand in a file, in any of the spellings of bytes."""
    whole = opened(data)
    return any(words.encode(code) in whole for code in ("utf-8", "utf-16-be", "utf-16-le")) or (
        words.encode().hex().encode() in whole.lower()
    )
