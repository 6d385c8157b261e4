"""The bytes of any PDF → what each piece of its text says, as it is drawn; knows no place on the page."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pikepdf

_CHARS = re.compile(rb"beginbfchar(.*?)endbfchar", re.DOTALL)
_RANGES = re.compile(rb"beginbfrange(.*?)endbfrange", re.DOTALL)
_PAIR = re.compile(rb"<([0-9a-fA-F\s]+)>\s*<([0-9a-fA-F\s]*)>")
_TRIPLE = re.compile(rb"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>\s*(?:<([0-9a-fA-F]+)>|\[([^\]]*)\])")
_ONE = re.compile(rb"<([0-9a-fA-F]*)>")


def spoken(data: bytes) -> Iterator[list[str]]:
    """The pieces of each page, as far as their fonts say what their codes stand for."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for page in pdf.pages:
            fonts = {str(name): _font(font) for name, font in page.resources.get("/Font", {}).items()}
            yield list(_pieces(page, fonts))


def _pieces(page: pikepdf.Page, fonts: Mapping[str, tuple[int, Mapping[int, str]]]) -> Iterator[str]:
    width, texts = 1, dict[int, str]()
    for step in pikepdf.parse_content_stream(page):
        operands, kind = step.operands, str(step.operator)
        if kind == "Tf":
            width, held = fonts.get(str(operands[0]), (1, {}))
            texts = dict(held)
        elif kind in ("Tj", "TJ", "'", '"'):
            last: Any = operands[-1]
            parts = list(last) if kind == "TJ" else [last]
            codes = b"".join(bytes(part) for part in parts if isinstance(part, pikepdf.String))
            numbers = (int.from_bytes(codes[at : at + width], "big") for at in range(0, len(codes), width))
            yield "".join(texts.get(number, "") for number in numbers)


def _font(font: Any) -> tuple[int, Mapping[int, str]]:
    """How many bytes make a code, and what each code says."""
    width = 2 if "/DescendantFonts" in font else 1
    table = font.ToUnicode.read_bytes() if "/ToUnicode" in font else b""
    texts: dict[int, str] = {}
    for block in _CHARS.findall(table):
        texts |= {int(code, 16): _text(text) for code, text in _PAIR.findall(block)}
    for block in _RANGES.findall(table):
        for first, last, start, row in _TRIPLE.findall(block):
            codes = range(int(first, 16), min(int(last, 16), int(first, 16) + 0xFFFF) + 1)
            if start:
                texts |= {code: _text(b"%x" % (int(start, 16) + at), len(start)) for at, code in enumerate(codes)}
            else:
                texts |= dict(zip(codes, map(_text, _ONE.findall(row)), strict=False))
    return width, texts


def _text(code: bytes, digits: int = 0) -> str:
    plain = b"".join(code.split()).decode().zfill(max(digits, 4))
    return bytes.fromhex(plain if len(plain) % 2 == 0 else "0" + plain).decode("utf-16-be", "replace")
