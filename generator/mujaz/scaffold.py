"""A folder → a workspace, or a topic's skeleton in it; writes only where nothing stands, reads no content."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path

from mujaz import schema

_TOPIC = "content/topics"
_YEAR = datetime.timedelta(days=365)


class OccupiedError(Exception):
    """Something stands where a skeleton would go; `args` are a rule's name and what was found."""


def found(folder: Path, today: datetime.date) -> list[str]:
    """Lay out a workspace with four audiences and a first topic. Raises OccupiedError and OSError."""
    if folder.exists() and (not folder.is_dir() or any(_seen(folder))):
        raise OccupiedError("folder-not-empty", folder.name or str(folder))
    files = {
        "mujaz.yaml": _skeleton("mujaz.yaml"),
        "output/.gitignore": "*\n!.gitignore\n",
        "content/references.yaml": _skeleton("shared-references.yaml"),
        **{f"content/audiences/{path.name}": path.read_text("utf-8") for path in _audiences()},
        **_topic("first-topic", ("ar",), today),
    }
    return _written(folder, {**_lined(files), **_schemas(f"{schema.FOLDER}/")})


def begin(root: Path, slug: str, *, languages: tuple[str, ...], today: datetime.date) -> list[str]:
    """The skeleton of a topic, in the workspace's languages. Raises OccupiedError and OSError."""
    for folder in ("content", _TOPIC):
        if (root / folder).is_symlink():
            raise OccupiedError("file-is-link", folder)
    if (root / _TOPIC / slug).exists():
        raise OccupiedError("topic-exists", slug)
    files = _topic(slug, languages, today)
    known = (root / schema.FOLDER / "topic.json").is_file()
    return _written(root, _lined(files) if known else files)


def describe(folder: Path) -> list[str]:
    """Put the schemas for editors into a folder, in place of older ones. Raises OccupiedError and OSError."""
    if folder.is_symlink():
        raise OccupiedError("file-is-link", folder.name)
    folder.mkdir(parents=True, exist_ok=True)
    files = _schemas("")
    for name, text in files.items():
        fresh = folder / f".{name}.new"
        fresh.write_text(text, "utf-8")
        fresh.replace(folder / name)
    return sorted(files)


def _topic(slug: str, languages: tuple[str, ...], today: datetime.date) -> dict[str, str]:
    """A topic's files, a skeleton in each language."""
    dates = {"DATE": today.isoformat(), "REVIEW": (today + _YEAR).isoformat()}
    texts = {f"{_TOPIC}/{slug}/{name}.yaml": _dated(_skeleton(f"topic.{name}.yaml"), dates) for name in languages}
    return {**texts, f"{_TOPIC}/{slug}/references.yaml": _skeleton("references.yaml")}


def _schemas(prefix: str) -> dict[str, str]:
    """The schemas' files."""
    made = {name: json.dumps(schema.schema(name), ensure_ascii=False, indent=1) for name in schema.NOUNS}
    return {f"{prefix}{name}.json": f"{text}\n" for name, text in made.items()}


def _lined(files: Mapping[str, str]) -> dict[str, str]:
    """Files of content, each with the line that tells an editor its schema."""
    return {name: schema.modeline(name, kind) + text if (kind := _kind(name)) else text for name, text in files.items()}


def _kind(name: str) -> str | None:
    """The schema that a file of the workspace follows."""
    if not name.endswith(".yaml"):
        return None
    if name == "mujaz.yaml":
        return "workspace"
    if name.endswith("/references.yaml"):
        return "references"
    return "audience" if name.startswith("content/audiences/") else "topic"


def _dated(text: str, dates: Mapping[str, str]) -> str:
    for word, date in dates.items():
        text = text.replace(f"{{{word}}}", date)
    return text


def _seen(folder: Path) -> Iterator[Path]:
    """What stands in a folder already; a repository's own hidden files do not count."""
    return (path for path in folder.iterdir() if not path.name.startswith("."))


def _written(folder: Path, files: Mapping[str, str]) -> list[str]:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    return sorted(files)


def _skeleton(name: str) -> str:
    return resources.files("mujaz").joinpath("skeleton", name).read_text("utf-8")


def _audiences() -> list[Path]:
    """The audiences that every workspace begins with: in the wheel, or those of the repository itself."""
    packaged = Path(str(resources.files("mujaz"))) / "skeleton" / "audiences"
    folder = packaged if packaged.is_dir() else Path(__file__).resolve().parents[2] / "content" / "audiences"
    return sorted(folder.glob("*.yaml"))
