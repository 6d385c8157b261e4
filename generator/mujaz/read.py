"""`mujaz.yaml` and `content/` → `Library` + problems; the only opener of content, follows no link out of it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter

from mujaz.explain import mended, slug_like, typed
from mujaz.files import MAX_PICTURE, Tree
from mujaz.marks import parse
from mujaz.model.content import (
    Audience,
    Entry,
    Language,
    Library,
    Picture,
    Source,
    Topic,
    Workspace,
)
from mujaz.model.content import Path as ContentPath
from mujaz.model.press import Profile
from mujaz.model.text import SLUG
from mujaz.pictures import PictureError
from mujaz.pictures import kind as picture_kind
from mujaz.problems import Problem, Severity, Where, errors, in_order
from mujaz.profiles import profile
from mujaz.sheets import sheet
from mujaz.shelf import Shelf, Unread, levelled, shelve

N = TypeVar("N", bound=BaseModel)

WORKSPACE = "mujaz.yaml"
AUDIENCES = "content/audiences"
TOPICS = "content/topics"
DATA = "data"
"""The folder of a topic that holds the figures of its charts."""
_ARABIC_DRAWN = re.compile(r"<(?:\w+:)?text\b[^>]*>(?:(?!</(?:\w+:)?text).)*?[\u0621-\u06ff]", re.DOTALL)
"""Arabic letters that a picture has as text, and not as paths."""
_LANGUAGES: tuple[str, ...] = TypeAdapter(Language).json_schema()["enum"]
_TEXTS = ", ".join(f"{each}.yaml" for each in _LANGUAGES)


@dataclass
class _Desk(Tree):
    """What a reading of one workspace has gathered so far; lives only while `read` runs."""

    mended: set[str] = field(default_factory=set)
    """Files whose nouns are not as they were written."""

    def source(self, path: str) -> tuple[Any, Source] | None:
        """The data of a file, or None with its problems noted."""
        raw = self.bytes(path)
        if raw is None:
            return None
        marked = parse(levelled(raw, path), path)
        self.problems.extend(marked.problems)
        if marked.data is None:
            return None
        return marked.data, Source(path, marked.lines, MappingProxyType(marked.places), MappingProxyType(marked.spans))

    def noun(
        self, kind: type[N], path: str, first: Callable[[Any, Source], None] | None = None
    ) -> tuple[N | None, Source | None]:
        """The noun that a file makes; with its mistakes taken out, if it has some, so that its links can be judged.

        `first` may fill in the data before it is judged.
        """
        read = self.source(path)
        if read is None:
            return None, None
        data, source = read
        if first:
            first(data, source)
        made, problems = typed(kind, data, source)
        self.problems.extend(problems)
        if made is None:
            self.mended.add(path)
            made = mended(kind, data)
        return made, source


@dataclass(frozen=True, slots=True)
class Grounds:
    """What all topics of a workspace stand on: the house, its audiences, and the references that topics share."""

    library: Library
    """Without topics."""
    shared: Shelf
    slugs: tuple[str, ...]
    """Of all topics, also of those whose names cannot stay."""


def read(root: Path) -> tuple[Library | None, tuple[Problem, ...]]:
    """Everything below `content/`; None where `mujaz.yaml` itself cannot be understood.

    Topics and audiences that have problems are among it as far as they make sense, so that a check finds the rest of
    their problems in the same run; nothing of them may be built.
    """
    grounds, problems = read_grounds(root)
    told = list(problems)
    topics: list[Entry] = []
    broken: set[str] = set()
    for slug in grounds.slugs if grounds else _slugs(_Desk(root)):
        entries, wrong = read_topic(root, slug, grounds.shared if grounds else Shelf())
        told += wrong
        topics += entries
        if errors(wrong):
            broken.add(slug)
    if grounds is None:
        return None, in_order(told)
    return replace(grounds.library, topics=tuple(topics), broken=frozenset(broken)), in_order(told)


def read_grounds(root: Path) -> tuple[Grounds | None, tuple[Problem, ...]]:
    """All but the topics; None where `mujaz.yaml` itself cannot be understood."""
    desk = _Desk(root)
    workspace, source = desk.noun(Workspace, WORKSPACE)
    audiences, audience_sources = _audiences(desk)
    shared = _references(desk, "content")
    logo = _logo(desk, workspace, source) if workspace and source else None
    press = _profile(desk, workspace, source) if workspace and source else None
    slugs = _slugs(desk)
    if workspace is None or WORKSPACE in desk.mended:
        return None, in_order(desk.problems)
    library = Library(
        workspace=workspace,
        audiences=MappingProxyType(audiences),
        logo=logo,
        profile=press,
        source=source,
        audience_sources=MappingProxyType(audience_sources),
    )
    return Grounds(library, shared, slugs), in_order(desk.problems)


def read_topic(root: Path, slug: str, shared: Shelf) -> tuple[tuple[Entry, ...], tuple[Problem, ...]]:
    """One topic in each of its languages, as far as it makes sense; nothing of one with errors may be built."""
    desk = _Desk(root)
    folder = f"{TOPICS}/{slug}"
    if not _good_slug(desk, slug, folder):
        return (), tuple(desk.problems)
    return tuple(_entries(desk, folder, shared)), in_order(desk.problems)


@dataclass(frozen=True, slots=True)
class House:
    """`mujaz.yaml` alone, and the names that it may use."""

    workspace: Workspace | None
    """None where it cannot be understood."""
    source: Source | None
    topics: frozenset[str]
    audiences: frozenset[str]
    problems: tuple[Problem, ...]


def house(root: Path) -> House:
    """What `mujaz.yaml` says, without what lies below `content/`."""
    desk, names = _Desk(root), Tree(root)
    workspace, source = desk.noun(Workspace, WORKSPACE)
    topics = frozenset(Path(folder).name for folder in names.folders("content/topics"))
    audiences = frozenset(Path(name).stem for name in names.names(AUDIENCES))
    sound = workspace if WORKSPACE not in desk.mended else None
    return House(sound, source, topics, audiences, in_order(desk.problems))


def country(root: Path) -> str:
    """Where the house is (ISO 3166); empty where `mujaz.yaml` does not say so, or says nothing that makes sense."""
    workspace, _ = _Desk(root).noun(Workspace, WORKSPACE)
    return workspace.country if workspace else ""


def find_workspace(start: Path) -> Path | None:
    """The nearest folder above (or at) `start` that holds `mujaz.yaml`."""
    return next((each for each in (start, *start.parents) if (each / WORKSPACE).is_file()), None)


def _audiences(desk: _Desk) -> tuple[dict[str, Audience], dict[str, Source]]:
    """The audiences that can be read, and the sources of all: one that cannot be read is still no unknown one."""
    audiences: dict[str, Audience] = {}
    names = desk.names(AUDIENCES)
    sources = {name.partition(".")[0]: Source(f"{AUDIENCES}/{name}", (), MappingProxyType({})) for name in names}
    if not names and not any(each.where.path == AUDIENCES for each in desk.problems):
        desk.problems.append(Problem("audiences-missing", Where(AUDIENCES)))
    for path in desk.yaml_files(AUDIENCES, names):
        slug = Path(path).stem
        if not _good_slug(desk, slug, path):
            continue
        made, source = desk.noun(Audience, path)
        if made and source:
            audiences[slug], sources[slug] = made, source
    return audiences, sources


def _slugs(desk: _Desk) -> tuple[str, ...]:
    return tuple(folder.rpartition("/")[2] for folder in desk.folders(TOPICS))


def _entries(desk: _Desk, folder: str, shared: Shelf) -> Iterator[Entry]:
    slug = Path(folder).name
    own = _references(desk, folder)
    names = desk.names(folder)
    before = len(desk.problems)
    written = [path for path in desk.yaml_files(folder, names) if Path(path).name != "references.yaml"]
    if not written and len(desk.problems) == before:
        desk.problems.append(Problem("topic-empty", Where(folder), {"allowed": _TEXTS}))
    for path in written:
        language = Path(path).stem
        if language not in _LANGUAGES:
            desk.problems.append(Problem("language-unknown", Where(path), _language(Path(path))))
            continue
        sheets: dict[ContentPath, Source] = {}
        topic, source = desk.noun(Topic, path, partial(_figures, desk, folder, sheets))
        if topic and source:
            references = own if isinstance(own, Unread) else shared if isinstance(shared, Unread) else None
            every = MappingProxyType({**shared, **own}) if references is None else references
            sources = MappingProxyType({**shared.sources, **own.sources})
            keys = frozenset(own)
            yield Entry(slug, language, topic, every, source, sources, keys, MappingProxyType(sheets))


def _figures(desk: _Desk, folder: str, sheets: dict[ContentPath, Source], data: Any, source: Source) -> None:
    """Put the figures of the CSV files that charts name in the place of the names; `sheets` keeps where they stand."""
    blocks = data.get("blocks") if isinstance(data, Mapping) else None
    for number, block in enumerate(blocks if isinstance(blocks, list) else ()):
        if not isinstance(block, dict) or block.get("kind") != "figure" or not isinstance(block.get("data"), str):
            continue
        at: ContentPath = ("blocks", number, "data")
        name, where = block["data"].strip(), source.where(at)
        if not name:
            continue  # told of as an empty text
        if Path(name).name != name or "\\" in name:
            desk.problems.append(Problem("path-outside", where, {"found": name}))
        elif (raw := desk.bytes(f"{folder}/{DATA}/{name}", where)) is not None:
            made, problems = sheet(raw, f"{folder}/{DATA}/{name}")
            desk.problems.extend(problems)
            if made:
                block["data"] = {"columns": made.columns, "rows": made.rows}
                sheets[at] = made.source
                continue
        block["data"] = {"columns": ["…", "…"], "rows": [["…", "1"], ["…", "1"]]}  # what is wrong with it was said


def _language(path: Path) -> dict[str, str]:
    near = next((each for each in _LANGUAGES if path.stem.lower().startswith(each)), None)
    facts = {"found": path.name, "allowed": _TEXTS}
    return {**facts, "closest": f"{near}.yaml"} if near else facts


def _references(desk: _Desk, folder: str) -> Shelf:
    """The items of a folder's references.yaml and of its references.json, as Zotero exports it."""
    shelf = Shelf()
    for path in (f"{folder}/references.yaml", f"{folder}/references.json"):
        if not os.path.lexists(desk.root / path):
            continue
        read = desk.source(path)
        if read is None:
            return Unread()
        try:
            desk.problems.extend(shelve(*read, shelf))
        except ValueError:
            desk.problems.append(Problem("references-not-list", read[1].where(())))
            return Unread()
    return shelf


def _logo(desk: _Desk, workspace: Workspace, source: Source) -> Picture | None:
    if workspace.logo is None:
        return None
    where, name = source.where(("logo",)), workspace.logo.strip()
    data = _named(desk, name, where, "logo")
    if data is None:
        return None
    try:
        kind = picture_kind(data) if len(data) <= MAX_PICTURE else None
    except PictureError as error:
        desk.problems.append(Problem(error.args[0], where, {"found": name, **error.args[1]}))
        return None
    if kind is None:
        desk.problems.append(Problem("picture-wrong", where, {"found": name, "allowed": "PNG, JPEG, SVG"}))
        return None
    if kind == "image/svg+xml" and _ARABIC_DRAWN.search(data.decode("utf-8", "replace")):
        desk.problems.append(Problem("svg-text", where, {"found": name}, Severity.WARNING))
    return Picture(kind, data)


def _named(desk: _Desk, name: str, where: Where, field: str) -> bytes | None:
    """A file that `mujaz.yaml` names; it lies in the workspace."""
    if not name:
        desk.problems.append(Problem("text-empty", where, {"field": field}))
        return None
    if Path(name).is_absolute() or ".." in Path(name).parts or "\\" in name:
        desk.problems.append(Problem("path-outside", where, {"found": name}))
        return None
    return desk.bytes(name, where)


def _profile(desk: _Desk, workspace: Workspace, source: Source) -> Profile | None:
    """The ICC profile of the house's press."""
    if workspace.press.profile is None:
        return None
    where, name = source.where(("press", "profile")), workspace.press.profile.strip()
    data = _named(desk, name, where, "profile")
    if data is None:
        return None
    found = profile(data)
    if found is None or len(data) > MAX_PICTURE:
        desk.problems.append(Problem("profile-wrong", where, {"found": name}))
        return None
    return found


def _good_slug(desk: _Desk, slug: str, path: str) -> bool:
    if SLUG.fullmatch(slug):
        return True
    desk.problems.append(Problem("slug-wrong", Where(path), {"found": slug, **slug_like(slug)}))
    return False
