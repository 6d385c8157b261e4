"""Inputs that all files share → what they are made of, so that it can be told which part of them changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256

from mujaz.export.engines import versions
from mujaz.labels import digest_of
from mujaz.model.document import Medium
from mujaz.templates import Templates


def parts(templates: Templates, languages: Iterable[str]) -> dict[str, dict[str, str]]:
    """The digest of each input → the names of its parts and the digest or version of each."""
    groups = templates.own()
    found = {digest: groups[group] for group, digest in templates.digests().items() if group != "templates"}
    for medium in (Medium.PRINT, Medium.SCREEN):
        aside = {f"templates/{name}" for name in templates.aside(medium)}
        own = {name: each for name, each in groups["templates"].items() if name not in aside}
        found[templates.digests(medium)["templates"]] = own
    for language in languages:
        words = f"templates/labels/{language}.yaml"
        found[digest_of(templates, language)] = {name: each for name, each in groups["labels"].items() if name == words}
    for medium in (Medium.PRINT, Medium.SCREEN):
        said = versions(medium)
        found[sha256(said.encode()).hexdigest()] = dict(each.rsplit(" ", 1) for each in said.split(", "))
    return found


def changed(before: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    """The parts of an input that are not as they were: a file by its name, a program with both of its versions."""
    names = (name for name in sorted({*before, *now}) if before.get(name) != now.get(name))
    return tuple(name if "/" in name else f"{name} {before.get(name, '—')} → {now.get(name, '—')}" for name in names)
