"""`Library` × what is asked → targets, their named inputs, and why each is stale; pure, opens and writes nothing."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath

from mujaz.arabic import closest
from mujaz.model.content import EntryKey, Library
from mujaz.model.document import Made, Medium, Target
from mujaz.model.text import SLUG
from mujaz.problems import Problem, Where

MISSING = "output-missing"
WITHDRAWN = "withdrawn"
"""Two of the reasons why a file is made: there is none, and the one that was there told what is kept now."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for; an empty set asks for all."""

    topics: frozenset[str] = frozenset()
    audiences: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    media: frozenset[Medium] = frozenset()
    force: bool = False
    prove: bool = True
    """Whether each file is proved before it is published."""
    today: datetime.date | None = None
    """The day of new editions; without one, none is archived."""


class RefusedError(Exception):
    """What is asked for has a name that nothing has; carries the problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.rule)
        self.problem = problem


def targets(keys: Iterable[EntryKey], library: Library, request: Request) -> Iterator[Target]:
    """All files that are asked for, by topic, audience, language and format; `keys` are slugs with a language each."""
    some = narrowed(request)
    for slug, language in sorted(keys):
        for name, audience in sorted(library.audiences.items()):
            for medium in Medium:
                target = Target(slug, name, language, medium)
                spoken = language in library.workspace.languages
                if spoken and medium.value in audience.formats and (not some or asked(target, request)):
                    yield target


def unnamed(library: Library, slugs: Collection[str], request: Request) -> Problem | None:
    """The first name that is asked for and that nothing has; `slugs` are those of all topics."""
    known: dict[str, tuple[frozenset[str], set[str]]] = {
        "topic-unknown": (request.topics, set(slugs) | library.broken),
        "audience-unknown": (request.audiences, set(library.audiences) | library.broken_audiences),
        "language-off": (request.languages, set(library.workspace.languages)),
    }
    for rule, (named, names) in known.items():
        for name in sorted(named - names):
            if not SLUG.fullmatch(name):
                return Problem("slug-wrong", Where(name), {"found": name})
            near = closest(name, names)
            facts = {"found": name, "allowed": ", ".join(sorted(names)), **({"closest": near} if near else {})}
            return Problem(rule, Where(name), facts)
    return None


def called(name: str, known: Collection[str]) -> list[str]:
    """The files that a name means, with or without its ending, seen from the output folder or from above it.

    Raises RefusedError where none of them is called so.
    """
    told = "/".join(PurePath(name).parts[-2:])
    found = [each for each in known if told in (each, each.rpartition(".")[0])]
    if not found:
        near = closest(told, known)
        facts = {"found": name, **({"closest": near} if near else {})}
        raise RefusedError(Problem("target-unknown", Where(name), facts))
    return found


def narrowed(request: Request) -> bool:
    """Whether not everything is asked for."""
    return bool(request.topics or request.audiences or request.languages or request.media)


def asked(target: Target, request: Request) -> bool:
    """Whether a file is among what is asked for."""

    def among(value: object, wanted: Collection[object]) -> bool:
        return not wanted or value in wanted

    return (
        among(target.topic, request.topics)
        and among(target.audience, request.audiences)
        and among(target.language, request.languages)
        and among(target.medium, request.media)
    )


def why(inputs: Mapping[str, str], made: Made | None, present: str | None) -> tuple[str, ...]:
    """The names of what makes a target stale; nothing when it is fresh.

    `present` is the digest of the file as it lies in the output folder, None when there is none.
    """
    if made is None:
        return ("new",)
    if present is None:
        return (MISSING,)
    if present != made.sha256:
        return ("output-changed",)
    names = sorted({*inputs, *made.inputs})
    return tuple(name for name in names if inputs.get(name) != made.inputs.get(name))
