"""`Library` → problems that no single file shows; reads no file and changes nothing."""

from __future__ import annotations

from mujaz.check.figures import figures
from mujaz.check.links import audience_links, topic_links
from mujaz.model.content import Library
from mujaz.problems import Problem, in_order


RULES: frozenset[str] = frozenset()


def check(library: Library, today: object = None) -> tuple[Problem, ...]:
    """All problems of what a library holds, by place."""
    problems: list[Problem] = []
    for slug, audience in library.audiences.items():
        problems += audience_links(audience, library.audience_sources[slug])
    for entry in library.topics:
        problems += topic_links(entry, frozenset(library.audience_sources))
        problems += figures(entry)
    return in_order(problems)
