"""Pictures as strangers send them: whole PNG, JPEG and plain SVG are printed, all else is told with a reason."""

from __future__ import annotations

import base64
import io
import random
import struct
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from faults.invariant import briefs, held, told
from faults.listener import UNSAID, tells
from faults.runs import Forge
from mujaz.pictures import PictureError, kind
from workspace import lay, write

SPACE = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9"'


def saved(form: str, size: tuple[int, int] = (40, 30), mode: str = "RGB", **options: Any) -> bytes:
    packed = io.BytesIO()
    Image.new(mode, size, 128).save(packed, form, **options)
    return packed.getvalue()


def svg(inside: str, before: str = "") -> bytes:
    return f"{before}<svg {SPACE}>{inside}</svg>".encode()


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def bomb() -> bytes:
    """A PNG of 13,000 by 13,000 pixels in a few kilobytes."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 13_000, 13_000, 8, 6, 0, 0, 0))
    packed = zlib.compress(bytes(1 << 20), 9)
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def swollen() -> bytes:
    """A PNG whose head says one pixel and whose data unpack to a hundred megabytes."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    packed = zlib.compress(bytes(100 << 20), 9)
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def talkative() -> bytes:
    """A PNG with a text that unpacks to a hundred megabytes."""
    whole = saved("PNG")
    text = b"Comment\0\1\0\0\0" + zlib.compress(bytes(100 << 20), 9)
    return whole[:33] + chunk(b"iTXt", text) + whole[33:]


def laughs(levels: int) -> str:
    """Groups that each repeat the one before ten times."""
    groups = (f'<g id="g{level}">' + f'<use xlink:href="#g{level - 1}"/>' * 10 + "</g>" for level in range(1, levels))
    return (
        '<defs><g id="g0"><rect width="1" height="1"/></g>' + "".join(groups) + f'</defs><use href="#g{levels - 1}"/>'
    )


ENTITIES = '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
FOREIGN = f'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg {SPACE}><text>&x;</text></svg>'

GOOD: dict[str, Callable[[], bytes]] = {
    "PNG": lambda: saved("PNG"),
    "PNG with alpha": lambda: saved("PNG", mode="RGBA"),
    "PNG of greys": lambda: saved("PNG", mode="L"),
    "PNG of two colours": lambda: saved("PNG", mode="1"),
    "PNG with a palette": lambda: saved("PNG", mode="P"),
    "PNG with a long text": talkative,
    "JPEG": lambda: saved("JPEG"),
    "JPEG in steps": lambda: saved("JPEG", progressive=True),
    "JPEG in CMYK": lambda: saved("JPEG", mode="CMYK"),
    "SVG": lambda: svg('<rect width="9" height="9"/>'),
    "SVG of an editor": lambda: svg(
        '<metadata><x:y xmlns:x="urn:x" x:file="C:\\a"/></metadata>'
        "<style>@media print { rect { fill: red } }</style>"
        '<defs><linearGradient id="a"/></defs><rect fill="url(#a)" width="9" height="9"/><use xlink:href="#a"/>',
        '<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" '
        '"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">',
    ),
    "SVG with a picture inside": lambda: svg(
        f'<image width="9" height="9" href="data:image/png;base64,{base64.b64encode(saved("PNG")).decode()}"/>'
    ),
}
BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "EPS": (lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n", "picture-wrong"),
    "TIFF": (lambda: saved("TIFF"), "picture-wrong"),
    "GIF": (lambda: saved("GIF"), "picture-wrong"),
    "BMP": (lambda: saved("BMP"), "picture-wrong"),
    "ICO": (lambda: saved("ICO"), "picture-wrong"),
    "WebP": (lambda: saved("WEBP"), "picture-wrong"),
    "PSD": (lambda: b"8BPS\0\1" + bytes(100), "picture-wrong"),
    "FITS": (lambda: b"SIMPLE  =                    T" + bytes(100), "picture-wrong"),
    "PDF": (lambda: b"%PDF-1.7\n", "picture-wrong"),
    "HTML": (lambda: b"<html><svg></svg></html>", "picture-wrong"),
    "nothing": (lambda: b"", "picture-wrong"),
    "ten megabytes and one": (lambda: saved("PNG") + bytes(10 << 20), "picture-wrong"),
    "PNG cut off": (lambda: saved("PNG")[:-20], "picture-torn"),
    "PNG cut in its pixels": (lambda: saved("PNG", (400, 300))[:200], "picture-torn"),
    "PNG with a wrong byte": (lambda: saved("PNG")[:50] + b"\xff" + saved("PNG")[51:], "picture-torn"),
    "PNG of no width": (lambda: b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", bytes(13)) + chunk(b"IEND", b""), "picture-torn"),
    "PNG that swells": (swollen, "picture-torn"),
    "PNG of 169 million pixels": (bomb, "picture-vast"),
    "JPEG cut off": (lambda: saved("JPEG")[:-20], "picture-torn"),
    "JPEG cut in its head": (lambda: saved("JPEG")[:60], "picture-torn"),
    "JPEG of 100 million pixels": (
        lambda: saved("JPEG").replace(struct.pack(">HH", 30, 40), struct.pack(">HH", 10_000, 10_000)),
        "picture-vast",
    ),
    "SVG with a script": (lambda: svg("<script>alert(1)</script>"), "picture-active"),
    "SVG with a handler": (lambda: svg('<rect onload="alert(1)"/>'), "picture-active"),
    "SVG with HTML": (lambda: svg("<foreignObject><p>x</p></foreignObject>"), "picture-active"),
    "SVG with entities": (lambda: svg("<text>&b;</text>", ENTITIES), "picture-active"),
    "SVG with a foreign entity": (FOREIGN.encode, "picture-active"),
    "SVG with a sheet": (lambda: svg("", '<?xml-stylesheet href="http://x"?>'), "picture-active"),
    "SVG with an import": (lambda: svg("<style>@import 'http://x';</style>"), "picture-active"),
    "SVG with an address": (lambda: svg('<rect fill="url(http://x)"/>'), "picture-active"),
    "SVG with a hidden address": (lambda: svg('<rect style="fill:u\\72l(http://x)"/>'), "picture-active"),
    "SVG with an address in pieces": (
        lambda: svg("<style>rect { fill: u&#114;l(http://x) }</style>"),
        "picture-active",
    ),
    "SVG with a file": (lambda: svg('<image href="file:///etc/passwd"/>'), "picture-active"),
    "SVG with another drawing": (lambda: svg('<use xlink:href="http://x#a"/>'), "picture-active"),
    "SVG with EPS inside": (lambda: svg('<image href="data:image/png;base64,JSFQUy1BZG9iZQ=="/>'), "picture-active"),
    "SVG with a bomb inside": (
        lambda: svg(f'<image href="data:image/png;base64,{base64.b64encode(bomb()).decode()}"/>'),
        "picture-vast",
    ),
    "SVG that repeats a hundred million times": (lambda: svg(laughs(9)), "picture-active"),
    "SVG that repeats itself": (lambda: svg('<g id="a"><use href="#a"/></g>'), "picture-active"),
    "SVG of a million elements": (lambda: svg("<g/>" * 1_000_000), "picture-active"),
    "SVG two thousand deep": (lambda: svg("<g>" * 2000 + "</g>" * 2000), "picture-active"),
    "SVG cut off": (lambda: svg("<rect/>")[:-8], "picture-torn"),
}


@pytest.mark.parametrize("picture", GOOD.values(), ids=GOOD)
def test_a_sound_picture_has_a_kind(picture: Callable[[], bytes]) -> None:
    assert kind(picture()) in {"image/png", "image/jpeg", "image/svg+xml"}


@pytest.mark.parametrize(("picture", "rule"), BAD.values(), ids=BAD)
def test_any_other_is_told_with_its_reason_at_once(
    forge: Forge, tmp_path: Path, picture: Callable[[], bytes], rule: str
) -> None:
    root = lay(tmp_path / "desk")
    write(root / "mujaz.yaml", {"organisation": "المؤسسة", "logo": "logo.png"})
    (root / "logo.png").write_bytes(picture())
    start = time.monotonic()
    done = forge.run(root, "check", "--json", "--messages", "ar")
    assert time.monotonic() - start < 10
    told(done, language="ar", failed=True)
    assert (done.status, [each["rule"] for each in done.data["problems"]]) == (1, [rule])
    assert [(each["path"], each["line"]) for each in done.data["problems"]] == [("mujaz.yaml", 2)]


def test_sound_pictures_are_printed(forge: Forge, tmp_path: Path) -> None:
    root = lay(tmp_path / "desk", audiences={"public": {"label": "الناس", "formats": ["pdf", "html"]}})
    write(root / "mujaz.yaml", {"organisation": "المؤسسة", "logo": "logo"})
    for name in (
        "PNG with alpha",
        "PNG with a long text",
        "JPEG in CMYK",
        "SVG of an editor",
        "SVG with a picture inside",
    ):
        (root / "logo").write_bytes(GOOD[name]())
        done = forge.build(root)
        told(done, language="en", failed=False)
        assert (done.status, done.data["failed"]) == (0, []), name
        assert len(briefs(held(root))) == 2


def test_a_picture_of_the_wrong_kind_tells_nothing_of_what_it_names(forge: Forge, tmp_path: Path) -> None:
    root = lay(tmp_path / "desk")
    (tmp_path / "canary").write_text(UNSAID, "utf-8")
    write(root / "mujaz.yaml", {"organisation": "المؤسسة", "logo": "logo.svg"})
    for inside in (
        f'<!DOCTYPE svg [<!ENTITY x SYSTEM "{tmp_path / "canary"}">]>',
        f"<!DOCTYPE svg SYSTEM '{tmp_path / 'canary'}'>",
    ):
        (root / "logo.svg").write_bytes(f"{inside}<svg {SPACE}><title>&x;</title></svg>".encode())
        forge.build(root)
        assert [name for name, data in held(root).items() if tells(data)] == []


def test_whatever_bytes_a_picture_has_it_is_judged() -> None:
    """Whole pictures with a few wrong bytes: a kind, none, or a reason, and at once."""
    chance = random.Random(7)  # noqa: S311 # places, not secrets
    pictures = [make() for name, make in GOOD.items() if name != "PNG with a long text"]
    start = time.monotonic()
    rules: set[str] = set()
    judged = dict.fromkeys(("sound", "none", "told"), 0)
    for _ in range(3000):
        data = bytearray(chance.choice(pictures))
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            judged["sound" if kind(bytes(data[: chance.randint(1, len(data) * 3)])) else "none"] += 1
        except PictureError as error:
            judged["told"] += 1
            rules.add(error.args[0])
    assert time.monotonic() - start < 30
    assert rules <= {"picture-torn", "picture-vast", "picture-active"}
    assert judged["told"] > 1000, judged
