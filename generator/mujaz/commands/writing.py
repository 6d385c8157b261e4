"""`init`, `new`, `import` and `schema`: what an author begins with, put into a folder and told; writes over nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from mujaz import scaffold
from mujaz.console import WELL, WRONG_USE, Console, EarlyEndError, status
from mujaz.model.text import SLUG
from mujaz.problems import Problem, Where
from mujaz.schema import FOLDER, modeline
from mujaz.survey import survey


def init(console: Console) -> int:
    """A workspace."""
    folder = Path(console.asked.workspace or ".") / console.asked.dir
    made = _free(lambda: scaffold.found(folder, console.today))
    for path in made:
        console.say("created", path=path)
    console.say("next-init", prog=console.program, folder=os.path.normpath(folder))
    console.give({"created": made}, ())
    return WELL


def new(console: Console) -> int:
    """A topic."""
    root, slug = console.root, console.asked.topic
    if not SLUG.fullmatch(slug):
        raise EarlyEndError(Problem("slug-wrong", Where(slug), {"found": slug}), WRONG_USE)
    seen = survey(root)
    languages = seen.library.workspace.languages if seen.library else ("ar",)
    made = _free(lambda: scaffold.begin(root, slug, languages=languages, today=console.today))
    for path in made:
        console.say("created", path=path)
    facts = {"path": made[0], "slug": slug, "folder": console.asked.workspace or "."}
    console.say("next-new", prog=console.program, **facts)
    console.give({"created": made}, ())
    return WELL


def _free(write: Callable[[], list[str]]) -> list[str]:
    """What is written where nothing stands."""
    try:
        return write()
    except scaffold.OccupiedError as error:
        rule, found = error.args
        raise EarlyEndError(Problem(rule, Where(found), {"found": found}), WRONG_USE) from None


def bring(console: Console) -> int:
    """References from a file of another program."""
    from mujaz import importing  # noqa: PLC0415 # the parser of BibTeX takes long to load, and most do without

    root, name = _beside(console)
    done = importing.bring(Path(console.asked.file), root, name)
    console.problems(done.problems)
    console.say("imported", path=name, count=len(done.added))
    if done.same:
        console.say("imported-same", count=len(done.same))
    if done.added:
        console.say("next-import", key=done.added[0])
    console.give({"path": name, "added": list(done.added), "same": list(done.same)}, done.problems)
    return status(done.problems)


def _beside(console: Console) -> tuple[Path, str]:
    """The folder and the file below it that references are added to."""
    if console.asked.to is not None:
        path = Path(console.asked.to)
        if path.suffix != ".yaml":
            raise EarlyEndError(Problem("file-ending", Where(str(path)), {"found": path.name}), WRONG_USE)
        outside = path.is_absolute() or ".." in path.parts
        return (path.absolute().parent, path.name) if outside else (Path.cwd(), path.as_posix())
    root, slug = console.root, console.asked.topic
    if slug is None:
        return root, "content/references.yaml"
    if not SLUG.fullmatch(slug) or not (root / "content" / "topics" / slug).is_dir():
        raise EarlyEndError(Problem("topic-unknown", Where("content/topics"), {"found": slug}), WRONG_USE)
    return root, f"content/topics/{slug}/references.yaml"


def describe(console: Console) -> int:
    """Schemas for editors."""
    folder = Path(console.asked.dir) if console.asked.dir else console.root / FOLDER
    made = _free(lambda: scaffold.describe(folder))
    for name in made:
        console.say("created", path=os.path.relpath(folder / name))
    if not console.asked.dir:
        console.say("next-schema", line=modeline("content/topics/topic/ar.yaml", "topic").strip())
    console.give({"created": made}, ())
    return WELL
