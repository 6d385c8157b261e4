"""`mujaz.yaml` and `content/` → `Library` + problems; the only opener of content, follows no link out of it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter

from mujaz.explain import typed
from mujaz.marks import parse
from mujaz.model.content import (
    Audience,
    Entry,
    Language,
    Library,
    Picture,
    Reference,
    Source,
    Topic,
    Workspace,
)
from mujaz.model.text import SLUG
from mujaz.problems import Problem, Severity, Where, errors, in_order

N = TypeVar("N", bound=BaseModel)

WORKSPACE = "mujaz.yaml"
MAX_PICTURE = 10 * 1024 * 1024
_PICTURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"<svg": "image/svg+xml"}
_LANGUAGES: tuple[str, ...] = TypeAdapter(Language).json_schema()["enum"]


@dataclass
class _Desk:
    """What a reading of one workspace has gathered so far; lives only while `read` runs."""

    root: Path
    problems: list[Problem] = field(default_factory=list)

    def source(self, path: str) -> tuple[Any, Source] | None:
        """The data of a file, or None with its problems noted."""
        raw = self.bytes(path)
        if raw is None:
            return None
        marked = parse(raw, path)
        self.problems.extend(marked.problems)
        if marked.data is None:
            return None
        return marked.data, Source(path, marked.lines, MappingProxyType(marked.places))

    def bytes(self, path: str) -> bytes | None:
        """A file of the workspace; neither it nor a folder above it may be a link."""
        here = self.root
        for part in Path(path).parts:
            here /= part
            if here.is_symlink():
                self.problems.append(Problem("file-is-link", Where(path), {"found": part}))
                return None
        try:
            if not stat.S_ISREG(os.stat(here).st_mode):
                self.problems.append(Problem("file-not-regular", Where(path)))
                return None
            return here.read_bytes()
        except OSError as error:
            self.problems.append(Problem("file-unreadable", Where(path), {"found": error.strerror or str(error)}))
            return None

    def noun(self, kind: type[N], path: str) -> tuple[N | None, Source | None]:
        """The noun that a file makes."""
        read = self.source(path)
        if read is None:
            return None, None
        data, source = read
        made, problems = typed(kind, data, source)
        self.problems.extend(problems)
        return made, source


def read(root: Path) -> tuple[Library | None, tuple[Problem, ...]]:
    """Everything below `content/`; None where `mujaz.yaml` itself cannot be understood."""
    desk = _Desk(root)
    workspace, _ = desk.noun(Workspace, WORKSPACE)
    audiences, audience_sources = _audiences(desk)
    shared = _references(desk, "content/references.yaml")
    topics, broken = _topics(desk, shared)
    if workspace is None:
        return None, in_order(desk.problems)
    library = Library(
        workspace=workspace,
        audiences=MappingProxyType(audiences),
        topics=tuple(topics),
        logo=_logo(desk, workspace),
        broken=frozenset(broken),
        audience_sources=MappingProxyType(audience_sources),
    )
    return library, in_order(desk.problems)


def find_workspace(start: Path) -> Path | None:
    """The nearest folder above (or at) `start` that holds `mujaz.yaml`."""
    return next((each for each in (start, *start.parents) if (each / WORKSPACE).is_file()), None)


def _audiences(desk: _Desk) -> tuple[dict[str, Audience], dict[str, Source]]:
    audiences: dict[str, Audience] = {}
    sources: dict[str, Source] = {}
    for path in _yaml_files(desk, "content/audiences"):
        slug = Path(path).stem
        if not _good_slug(desk, slug, path):
            continue
        made, source = desk.noun(Audience, path)
        if made and source:
            audiences[slug], sources[slug] = made, source
    return audiences, sources


def _topics(desk: _Desk, shared: Mapping[str, Reference]) -> tuple[list[Entry], set[str]]:
    topics: list[Entry] = []
    broken: set[str] = set()
    for folder in _folders(desk, "content/topics"):
        slug = Path(folder).name
        before = len(desk.problems)
        if _good_slug(desk, slug, folder):
            topics.extend(_entries(desk, folder, shared))
        if errors(desk.problems[before:]):
            broken.add(slug)
    return topics, broken


def _entries(desk: _Desk, folder: str, shared: Mapping[str, Reference]) -> Iterator[Entry]:
    slug = Path(folder).name
    own = _references(desk, f"{folder}/references.yaml")
    written = [path for path in _yaml_files(desk, folder) if Path(path).name != "references.yaml"]
    if not written:
        desk.problems.append(Problem("topic-empty", Where(folder), {"allowed": ", ".join(_LANGUAGES)}))
    for path in written:
        language = Path(path).stem
        if language not in _LANGUAGES:
            facts = {"found": Path(path).name, "allowed": ", ".join(f"{each}.yaml" for each in _LANGUAGES)}
            desk.problems.append(Problem("language-unknown", Where(path), facts))
            continue
        topic, source = desk.noun(Topic, path)
        if topic and source:
            yield Entry(slug, language, topic, MappingProxyType({**shared, **own}), source)


def _references(desk: _Desk, path: str) -> dict[str, Reference]:
    """CSL-YAML: a list of items, or a mapping that holds it under `references`."""
    if not os.path.lexists(desk.root / path):
        return {}
    read = desk.source(path)
    if read is None:
        return {}
    data, source = read
    held = isinstance(data, Mapping) and isinstance(data.get("references"), list)
    items = data["references"] if held else data
    if not isinstance(items, list):
        desk.problems.append(Problem("references-not-list", source.where(())))
        return {}
    found: dict[str, Reference] = {}
    for number, item in enumerate(items):
        at = ("references", number) if held else (number,)
        inner = Source(
            path,
            source.lines,
            {key[len(at) :]: place for key, place in source.places.items() if key[: len(at)] == at},
        )
        reference, problems = typed(Reference, item, inner)
        desk.problems.extend(problems)
        if reference is None:
            continue
        if reference.id in found:
            desk.problems.append(Problem("id-duplicate", inner.where(("id",)), {"found": reference.id}))
        found[reference.id] = reference
    return found


def _logo(desk: _Desk, workspace: Workspace) -> Picture | None:
    if workspace.logo is None:
        return None
    parts = Path(workspace.logo).parts
    if Path(workspace.logo).is_absolute() or ".." in parts or "\\" in workspace.logo:
        desk.problems.append(Problem("path-outside", Where(WORKSPACE), {"found": workspace.logo}))
        return None
    data = desk.bytes(workspace.logo)
    if data is None:
        return None
    kind = next((kind for magic, kind in _PICTURES.items() if data.lstrip()[:400].startswith(magic)), None)
    if kind is None and b"<svg" in data[:1000] and data.lstrip().startswith(b"<?xml"):
        kind = "image/svg+xml"
    if kind is None or len(data) > MAX_PICTURE:
        facts = {"found": workspace.logo, "allowed": "PNG, JPEG, SVG"}
        desk.problems.append(Problem("picture-wrong", Where(WORKSPACE), facts))
        return None
    return Picture(kind, data)


def _good_slug(desk: _Desk, slug: str, path: str) -> bool:
    if SLUG.fullmatch(slug):
        return True
    near = "".join(c if c.isascii() and (c.isalnum() or c == "-") else "-" for c in slug.lower()).strip("-")
    facts = {"found": slug, **({"closest": near} if SLUG.fullmatch(near) else {})}
    desk.problems.append(Problem("slug-wrong", Where(path), facts))
    return False


def _yaml_files(desk: _Desk, folder: str) -> list[str]:
    """The YAML files of a folder by name; other spellings of the ending are named, not passed over."""
    found: list[str] = []
    for name in _names(desk, folder):
        if name.endswith(".yaml"):
            found.append(f"{folder}/{name}")
        elif name.endswith((".yml", ".YAML", ".YML")):
            facts = {"found": name, "closest": Path(name).stem + ".yaml"}
            desk.problems.append(Problem("file-ending", Where(f"{folder}/{name}"), facts))
    return found


def _folders(desk: _Desk, folder: str) -> list[str]:
    found: list[str] = []
    for name in _names(desk, folder):
        path = f"{folder}/{name}"
        if (desk.root / path).is_symlink():
            desk.problems.append(Problem("file-is-link", Where(path), {"found": name}))
        elif (desk.root / path).is_dir():
            found.append(path)
        elif name.endswith((".yaml", ".yml")):
            facts = {"found": name, "closest": f"{Path(name).stem}/ar.yaml"}
            desk.problems.append(Problem("topic-not-folder", Where(path), facts, Severity.WARNING))
    return found


def _names(desk: _Desk, folder: str) -> list[str]:
    """What a folder holds, sorted; a missing folder holds nothing."""
    here = desk.root / folder
    if here.is_symlink():
        desk.problems.append(Problem("file-is-link", Where(folder), {"found": here.name}))
        return []
    try:
        return sorted(name for name in os.listdir(here) if not name.startswith((".", "~")))
    except FileNotFoundError:
        return []
    except OSError as error:
        desk.problems.append(Problem("file-unreadable", Where(folder), {"found": error.strerror or str(error)}))
        return []
