"""`Library` × what is asked → targets, their named inputs, and why each is stale; pure, opens and writes nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from mujaz.model.content import Library
from mujaz.model.document import Made, Medium, Target


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for; an empty set asks for all."""

    topics: frozenset[str] = frozenset()
    audiences: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    media: frozenset[Medium] = frozenset()
    force: bool = False


def targets(library: Library, request: Request) -> Iterator[Target]:
    """All files that are asked for, by topic, audience, language and format."""
    for entry in sorted(library.topics, key=lambda entry: entry.key):
        for slug, audience in sorted(library.audiences.items()):
            for medium in Medium:
                target = Target(entry.slug, slug, entry.language, medium)
                spoken = entry.language in library.workspace.languages
                if spoken and medium.value in audience.formats and _asked(target, request):
                    yield target


def _asked(target: Target, request: Request) -> bool:
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
        return ("output-missing",)
    if present != made.sha256:
        return ("output-changed",)
    names = sorted({*inputs, *made.inputs})
    return tuple(name for name in names if inputs.get(name) != made.inputs.get(name))


def edition(brief: str, made: Made | None) -> int:
    """The number of the edition that a brief's digest belongs to."""
    if made is None:
        return 1
    return made.edition + (made.inputs.get("brief") != brief)
