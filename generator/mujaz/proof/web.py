"""The bytes of a web page → what it would load or run; reads nothing but the bytes, mends nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree
from lxml.html import document_fromstring

from mujaz.policy import digest
from mujaz.problems import Problem, Where

_LOADED = ("src", "srcset", "poster", "data", "background")
_STYLE = re.compile(r"""@import[^;]{1,80}|url\((?!["']?data:)[^)]{1,80}""")


def loaded(data: bytes, where: Where) -> Iterator[Problem]:
    """A web page stands alone: no element, no style of it loads anything, and its policy lets nothing else run."""
    root = document_fromstring(data.decode())
    policy = " ".join(root.xpath('//meta[@http-equiv="Content-Security-Policy"]/@content'))
    for element in root.iter(etree.Element):
        addresses = [element.get(name) for name in _LOADED]
        linked = element.tag in ("base", "image", "use") or (
            element.tag == "link" and element.get("rel") != "alternate"  # another form of the page: told of, not loaded
        )
        addresses += [element.get("href")] if linked else []
        styles = [element.get("style"), element.text if element.tag == "style" else None]
        found = [each for each in addresses if each and not each.startswith("data:")]
        found += [address for each in styles if each for address in _STYLE.findall(each)]
        if element.tag == "script" and f"'{digest(element.text or '')}'" not in policy:
            found.append("<script>")
        for each in found:
            yield Problem("page-not-alone", where, {"found": each[:80]})
