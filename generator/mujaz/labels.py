"""`Templates` → the words of a language that they print, and what of both cannot be used; opens and renders nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import TemplateError

from mujaz.bounded import Bound, TooLongError, bounded
from mujaz.marks import parse
from mujaz.problems import Problem, Where
from mujaz.templates import SECONDS, TemplateMistakeError, Templates, mistake


def labels_of(templates: Templates, language: str) -> Mapping[str, Any]:
    """The words of a language that templates print: the package's, word by word replaced by the house's."""
    if language not in templates.spoken:
        templates.spoken[language] = _labels(templates, language)
    return templates.spoken[language]


def _labels(templates: Templates, language: str) -> Mapping[str, Any]:
    name = f"labels/{language}.yaml"
    merged: dict[str, Any] = {}
    for content, origin in templates.layers(name):
        marked = parse(content, origin)
        if marked.problems or not isinstance(marked.data, dict):
            raise TemplateMistakeError(next(iter(marked.problems), Problem("file-empty", Where(origin))))
        bent = next(_bent(merged, marked.data), None)
        if bent is not None:
            line, column = marked.places[bent]
            raise TemplateMistakeError(Problem("labels-bent", Where(origin, line, column), {"found": bent[-1]}))
        merged = _laid_over(merged, marked.data)
    if not merged:
        raise TemplateMistakeError(Problem("labels-missing", Where(f"templates/{name}"), {"found": language}))
    return merged


def digest_of(templates: Templates, language: str) -> str:
    """A name for the words of a language, whatever comments stand among them: an input of its files.

    Where they cannot be read, for the files that hold them.
    """
    try:
        words = labels_of(templates, language)
    except TemplateMistakeError:
        return templates.digests()["labels"]
    return sha256(json.dumps(words, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def mistakes(templates: Templates) -> Iterator[Problem]:
    """What of a house's templates and labels a build could not use, found without data: nothing is rendered."""
    yield from templates.unread.values()
    bound = Bound(SECONDS)
    for name in templates.house:
        try:
            if name.endswith((".j2", ".css", ".js")):
                with bounded(SECONDS) as bound:  # what never changes is worked out at once
                    templates.environment(site=True).get_template(name)
            elif name.startswith("labels/") and name.endswith(".yaml"):
                labels_of(templates, Path(name).stem)
        except TemplateMistakeError as told:
            yield told.problem
        except (TemplateError, RecursionError, MemoryError, TooLongError) as error:
            yield mistake(error, templates, bound)


def _bent(under: dict[str, Any], over: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """The paths of words where a group of words stands below, and of groups where a word does."""
    for key, each in over.items():
        held = under.get(key, each)
        if isinstance(held, dict) != isinstance(each, dict):
            yield (key,)
        elif isinstance(each, dict):
            yield from ((key, *path) for path in _bent(held, each))


def _laid_over(under: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    both = {key: _laid_over(under[key], each) for key, each in over.items() if isinstance(under.get(key), dict)}
    return {**under, **over, **both}
