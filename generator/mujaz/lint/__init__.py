"""Templates and style sheets → what breaks a page, without setting one; opens no file, mends nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from mujaz.lint.css import of_sheet
from mujaz.lint.jinja import Scope, masked
from mujaz.lint.labels import of_labels
from mujaz.lint.markup import of_markup
from mujaz.lint.slip import WEIGHTS, Fault
from mujaz.problems import Problem, Where, in_order

__all__ = ["WEIGHTS", "lint", "unplaced"]

_FOLDER = "templates/"
_CUT = 60
"""So much of an address is told everywhere."""
_LOADING = ("address-denied", "page-not-alone", "renderer-said")
"""Rules by which a file tells of an address that a template has."""

_ONE_MEDIUM = {"css/print.css": Scope(screen=False), "css/screen.css": Scope(paper=False)}
"""Style sheets that `brief.html.j2` gives to one medium alone."""
_SITE = "site/"
"""The index of all briefs is read on a screen."""


def lint(files: Mapping[str, bytes], package: Mapping[str, bytes] | None = None) -> tuple[Problem, ...]:
    """The faults of templates, each with its place; `files` are named as they stand in their folder.

    Where those of the package are given, labels are judged too.
    """
    found = (problem for name, content in files.items() for problem in _problems(name, content))
    return in_order((*found, *(of_labels(files, package, _FOLDER) if package else ())))


def unplaced(problems: Iterable[Problem], placed: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems of files, without the addresses that the lint has told of where they are written."""
    addresses = sorted({each.facts["found"] for each in placed if each.rule == "address-denied"})
    if not addresses:
        return tuple(problems)
    # A relative address ends a whole one; what the renderer says holds it in quotation marks; a long one is cut short.
    ends = (re.escape(each[:_CUT]) + ("" if len(each) > _CUT else r"(?:$|['\")]|\s)") for each in addresses)
    written = re.compile(rf"(?:^|[/'\"(]|\s)(?:{'|'.join(ends)})")
    return tuple(each for each in problems if each.rule not in _LOADING or not written.search(each.facts["found"]))


def _problems(name: str, content: bytes) -> Iterator[Problem]:
    try:
        for fault in _faults(name, content):
            where = Where(_FOLDER + name, fault.line, fault.column)
            yield Problem(fault.rule, where, {"found": fault.found}, WEIGHTS[fault.rule])
    except RecursionError as error:  # brackets in brackets, thousands deep, which nobody writes
        yield Problem("template-wrong", Where(_FOLDER + name), {"found": type(error).__name__})


def _faults(name: str, content: bytes) -> Iterator[Fault]:
    if not name.endswith((".j2", ".css")):
        return
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return  # told of where it is used
    scope = Scope(paper=False) if name.startswith(_SITE) else _ONE_MEDIUM.get(name, Scope())
    # What CSS takes for the end of a line, and HTML and people do not, would move every place behind it.
    template = masked(text.replace("\r", " ").replace("\f", " "), scope)
    if name.endswith((".css", ".css.j2")):
        yield from of_sheet(template.text, template.scope)
    else:
        yield from of_markup(template)
