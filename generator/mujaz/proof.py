"""Exported bytes + what was meant → problems; reads nothing but the bytes, mends nothing."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pikepdf
from lxml import etree
from lxml.html import document_fromstring

from mujaz.faces import faces_of
from mujaz.model.document import Document, Medium, Output
from mujaz.policy import digest
from mujaz.problems import Problem, Where

_MAPPED = re.compile(r"<[0-9a-fA-F]+>\s*<([0-9a-fA-F]+)>")
_LOADED = ("src", "srcset", "poster", "data", "background")
_STYLE = re.compile(r"""@import[^;]{1,80}|url\((?!["']?data:)[^)]{1,80}""")


def proof(document: Document, output: Output) -> tuple[Problem, ...]:
    """What is wrong with an output."""
    where = Where(f"output/{document.name}")
    if document.medium is Medium.SCREEN:
        return tuple(_screen(output.data, where))
    return tuple(_print(document, output, where))


def _screen(data: bytes, where: Where) -> Iterator[Problem]:
    """A web page stands alone: no element, no style of it loads anything, and its policy lets nothing else run."""
    root = document_fromstring(data.decode())
    policy = " ".join(root.xpath('//meta[@http-equiv="Content-Security-Policy"]/@content'))
    for element in root.iter(etree.Element):
        addresses = [element.get(name) for name in _LOADED]
        addresses += [element.get("href")] if element.tag in ("link", "base", "image", "use") else []
        styles = [element.get("style"), element.text if element.tag == "style" else None]
        loaded = [each for each in addresses if each and not each.startswith("data:")]
        loaded += [found for each in styles if each for found in _STYLE.findall(each)]
        if element.tag == "script" and f"'{digest(element.text or '')}'" not in policy:
            loaded.append("<script>")
        for each in loaded:
            yield Problem("page-not-alone", where, {"found": each[:80]})


def _print(document: Document, output: Output, where: Where) -> Iterator[Problem]:
    with pikepdf.open(io.BytesIO(output.data)) as pdf:
        language = str(pdf.Root.get("/Lang", ""))
        if language != document.language:
            yield Problem("language-lost", where, {"found": language, "allowed": document.language})
        families = {face.family.replace(" ", "-") for face in faces_of(document.theme, Medium.PRINT)}
        for name, characters in sorted(fonts(pdf).items()):
            family = name.partition("+")[2] or name
            if not any(family.startswith(each) for each in families):
                named = " ".join(f"{each} (U+{ord(each):04X})" for each in sorted(characters)[:8])
                yield Problem("font-foreign", where, {"found": family, "characters": named or "?"})


def fonts(pdf: pikepdf.Pdf) -> dict[str, set[str]]:
    """The fonts that a file carries, each with the characters that are drawn with it."""
    found: dict[str, set[str]] = {}
    for each in pdf.objects:
        if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/Font" and "/BaseFont" in each:
            characters = found.setdefault(str(each["/BaseFont"])[1:], set())
            if "/ToUnicode" in each:
                table = _MAPPED.findall(each.ToUnicode.read_bytes().decode("latin-1"))
                characters.update(*(bytes.fromhex(code).decode("utf-16-be", "ignore") for code in table))
    return found
