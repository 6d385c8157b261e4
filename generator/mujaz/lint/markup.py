"""An HTML template, its Jinja blanked out → faults of its elements and of the styles in it; renders nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from mujaz.lint.css import address, of_attribute, of_sheet, shown
from mujaz.lint.jinja import Masked
from mujaz.lint.slip import Fault

_LOADED = {
    "img": ("src", "srcset"),
    "link": ("href",),
    "script": ("src",),
    "iframe": ("src",),
    "object": ("data",),
    "embed": ("src",),
    "source": ("src", "srcset"),
    "track": ("src",),
    "audio": ("src",),
    "video": ("src", "poster"),
    "input": ("src",),
    "body": ("background",),
    "image": ("href", "xlink:href"),
    "use": ("href", "xlink:href"),
}
"""Element → the attributes whose addresses a page loads; a link to elsewhere is no request."""
_SET = re.compile(r"(?:^|,\s)\s*([^\s,]\S*)")
"""The addresses of a `srcset`: a comma may stand within one."""
_TEXT = ("text", "tspan", "textpath")
_ATTRIBUTE = r"""(?<![\w:-]){name}\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s>"']+))"""


def of_markup(masked: Masked) -> Iterator[Fault]:
    """The faults of an HTML template."""
    reader = _Reader(masked)
    reader.feed(masked.text)
    reader.close()
    yield from reader.faults


class _Reader(HTMLParser):
    """What is loaded, dressed and written into pictures by the elements of a template."""

    def __init__(self, masked: Masked) -> None:
        super().__init__(convert_charrefs=True)
        self.masked = masked
        self.faults: list[Fault] = []
        self.sheet: tuple[int, int] | None = None
        """Where an open `style` element begins and how far it has been read."""

    def _offset(self) -> int:
        line, column = self.getpos()
        return self.masked.lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element opens."""
        start, text = self._offset(), self.get_starttag_text() or ""
        place = self.masked.place(start)
        if tag == "style":
            self.sheet = (start + len(text), start + len(text))
        if tag in _TEXT and self.masked.scope(*place).paper:
            self.faults.append(Fault(*place, "svg-text", f"<{tag}>"))
        for name, value in attrs:
            if name == "style":
                self._style(text, start)
            elif name in _LOADED.get(tag, ()) and value:
                urls = _SET.findall(value) if name == "srcset" else [value]
                for rule, url in ((address(url), url) for url in urls):
                    if rule:
                        self.faults.append(Fault(*place, rule, shown(url)))

    handle_startendtag = handle_starttag

    def _style(self, text: str, start: int) -> None:
        found = re.search(_ATTRIBUTE.format(name="style"), text, re.IGNORECASE)
        if found:
            kind = found.lastgroup or "double"
            self.faults += of_attribute(self._alone(start + found.start(kind), found[kind]), self.masked.scope)

    def handle_data(self, data: str) -> None:
        """Text, that of a style sheet among it."""
        if self.sheet:
            self.sheet = (self.sheet[0], self.sheet[1] + len(data))

    def handle_endtag(self, tag: str) -> None:
        """An element closes."""
        if tag == "style" and self.sheet:
            start, end = self.sheet
            self.sheet = None
            self.faults += of_sheet(self._alone(start, self.masked.text[start:end]), self.masked.scope)

    def _alone(self, start: int, text: str) -> str:
        """A piece of the template with nothing around it, in its place."""
        before = self.masked.text[:start]
        line = before.rfind("\n") + 1
        return "\n" * before.count("\n") + " " * (start - line) + text
