"""A workspace's folder → a digest for each topic and audience, and for what they share; understands no file."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from mujaz.export.engines import release, versions
from mujaz.faces import faces_of
from mujaz.files import MAX_PICTURE
from mujaz.model.content import Library
from mujaz.model.document import Medium
from mujaz.read import AUDIENCES, TOPICS, WORKSPACE
from mujaz.stamps import Stamps
from mujaz.templates import Templates

_SHARED = ("content/references.yaml", "content/references.json")
_ASIDE = {"schedule", "deliveries", "editions", "limits", "press"}
"""What `mujaz.yaml` says that no brief shows, and that no judgement of a topic asks for."""
_READERS = ("jinja2", "lxml", "markdown-it-py", "nh3", "pydantic", "python-bidi", "pyyaml", "hijridate")
"""What takes part in making a brief of content."""
_OURS: list[str] = []
"""What `_mujaz` found when it was first asked: a program that is at work does not become another one on the disk."""
_DEEP = 8
"""Folders in folders: nothing that is read lies deeper."""


@dataclass(frozen=True, slots=True)
class Sources:
    """What is made of what, told by digests."""

    topics: Mapping[str, str]
    """Slug → SHA-256 over all of its folder."""
    audiences: Mapping[str, str]
    """Slug → SHA-256 of its file."""
    house: str
    """SHA-256 of `mujaz.yaml`."""
    shared: str
    """SHA-256 over the shared references."""


def sources(root: Path, slugs: Iterable[str], stamps: Stamps) -> Sources:
    """The digests of a workspace as it lies there now."""
    audiences = {
        name.removesuffix(".yaml"): stamps.digest(root / AUDIENCES / name, f"{AUDIENCES}/{name}", MAX_PICTURE) or "?"
        for name in _names(root / AUDIENCES)
        if name.endswith(".yaml")
    }
    shared = (f"{name}\0{stamps.digest(root / name, name, MAX_PICTURE)}" for name in _SHARED)
    house = stamps.digest(root / WORKSPACE, WORKSPACE, MAX_PICTURE) or "?"
    return Sources({slug: topic(root, slug, stamps) for slug in slugs}, audiences, house, _joined(shared))


def topic(root: Path, slug: str, stamps: Stamps) -> str:
    """SHA-256 over the names and the bytes of all that lies in a topic's folder."""
    return _joined(_below(str(root), f"{TOPICS}/{slug}", stamps, _DEEP))


def meant(noun: BaseModel, aside: Collection[str] = ()) -> str:
    """SHA-256 over what a file says, whatever its comments and the order of its words."""
    told = {name: each for name, each in noun if name not in aside}
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=_plain).encode()).hexdigest()


def _plain(value: object) -> object:
    """What JSON has no word for, in words that it has."""
    if isinstance(value, (BaseModel, Mapping)):
        return dict(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return str(value)


def common(library: Library, templates: Templates, of: Sources, stamps: Stamps) -> str:
    """SHA-256 over all that every brief is made of besides its topic and its audience: the house, and Mujaz itself."""
    theme = library.workspace.theme
    faces = (face for medium in (Medium.PRINT, Medium.SCREEN) for face in faces_of(theme, medium))
    pictures = (each.data for each in (library.logo, library.profile) if each)
    return _joined(
        (
            of.shared,
            meant(library.workspace, _ASIDE),
            *(hashlib.sha256(data).hexdigest() for data in pictures),
            *templates.digests().values(),
            templates.site,
            *(f"{face.file}\0{stamps.digest(face.path, f'fonts/{face.file}')}" for face in faces),
            *(versions(medium) for medium in (Medium.PRINT, Medium.SCREEN)),
            _mujaz(stamps),
        )
    )


def _mujaz(stamps: Stamps) -> str:
    """SHA-256 over the program's own files, and the versions of what reads content with it."""
    if _OURS:
        return _OURS[0]
    here = str(Path(__file__).parent)
    names = (
        f"{folder}/{name}".removeprefix(f"{here}/")
        for folder, _, files in os.walk(here)
        for name in files
        if name.endswith((".py", ".yaml", ".json", ".txt"))
    )
    told = (f"{name}\0{stamps.digest(f'{here}/{name}', f'mujaz/{name}')}" for name in sorted(names))
    python = ".".join(map(str, sys.version_info[:3]))
    _OURS.append(_joined((python, *(f"{name} {release(name)}" for name in _READERS), *told)))
    return _OURS[0]


def _below(root: str, folder: str, stamps: Stamps, deep: int) -> Iterator[str]:
    """A line for each thing in a folder; what is no plain file is told by what it is.

    Paths are text: there are thousands of these folders.
    """
    for name in _names(f"{root}/{folder}", hidden=True):  # a chart may name any file
        at = f"{folder}/{name}"
        path = f"{root}/{at}"
        if os.path.islink(path):
            yield f"{at}\0link {os.readlink(path)}"
        elif (digest_ := stamps.digest(path, at, MAX_PICTURE)) is not None:
            yield f"{at}\0{digest_}"
        elif os.path.isdir(path) and deep:
            yield f"{at}\0folder"
            yield from _below(root, at, stamps, deep - 1)
        else:
            yield f"{at}\0no file"


def _names(folder: Path | str, *, hidden: bool = False) -> list[str]:
    try:
        return sorted(name for name in os.listdir(folder) if hidden or not name.startswith((".", "~")))
    except OSError:
        return []


def _joined(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogateescape")).hexdigest()
