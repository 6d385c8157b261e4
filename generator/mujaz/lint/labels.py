"""The labels of a house × those of the package and the house's templates → labels that nothing prints; mends none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from mujaz.arabic import closest
from mujaz.marks import parse
from mujaz.problems import Problem, Severity, Where

_FOLDER = "labels/"
_WORD = re.compile(r"[\w-]+")


def of_labels(house: Mapping[str, bytes], package: Mapping[str, bytes], folder: str) -> Iterator[Problem]:
    """A warning for each label that the package does not have and no template of the house names.

    A language of the house's own is held to the labels of all languages of the package.
    """
    own = [name for name in house if name.startswith(_FOLDER) and name.endswith(".yaml")]
    if not own:
        return
    known: dict[str, Any] = {}
    for name, content in package.items():
        if name.startswith(_FOLDER):
            _gather(known, parse(content, name).data)
    templates = (content for name, content in house.items() if name.endswith((".j2", ".css", ".js")))
    said = {word for content in templates for word in _WORD.findall(content.decode("utf-8", "replace"))}
    for name in own:
        marked = parse(house[name], folder + name)
        if marked.problems or not isinstance(marked.data, dict):
            continue  # told of by those who need it
        for path, near in _strange(marked.data, known):
            if path[-1] not in said:
                line, column = marked.places[path]
                facts = {"found": path[-1], "path": ".".join(path), **({"closest": near} if near else {})}
                yield Problem("label-unknown", Where(folder + name, line, column), facts, Severity.WARNING)


def _gather(known: dict[str, Any], labels: Any) -> None:
    """Add the labels of a language to those of the others."""
    for key, each in labels.items() if isinstance(labels, dict) else ():
        held = known.setdefault(key, {})
        _gather(held, each)


def _strange(labels: dict[str, Any], known: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], str | None]]:
    """The path of each label that is not known, and the name that was probably meant; not of what stands below it."""
    for key, each in labels.items():
        if key not in known:
            yield (key,), closest(key, known)
        elif isinstance(each, dict):
            yield from (((key, *path), near) for path, near in _strange(each, known[key]))
