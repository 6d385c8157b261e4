"""What belongs to topics or audiences that are gone + what other topics keep → what tells it, taken away.

Whoever renames a folder leaves files that tell the old words under the old name, and no topic that could say what of
them is kept. Opens no topic but those that it is given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from mujaz import guarding
from mujaz.archive import Archive
from mujaz.editor import Editor
from mujaz.jobs import Site
from mujaz.leaks import Secrets
from mujaz.model.edition import Key
from mujaz.problems import Problem
from mujaz.watch import looked

_AT_ONCE = 32
"""Topics of which it is looked for together: each file is read once for all of them."""


@dataclass(frozen=True, slots=True)
class Strays:
    """Files of the output folder and briefs of the archive that no topic answers for."""

    files: Sequence[tuple[str, Key]]
    """Name → whose it was."""
    briefs: Sequence[Key]
    known: Callable[[str], bool]
    """Whether an audience is still there; where one is not, nobody is to read what is kept from anyone."""


def search(strays: Strays, archive: Archive, slugs: Sequence[str], opened: Callable[[str], Site]) -> Iterator[Problem]:
    """Look for what these topics keep; what was changed behind our back is then no stranger any more."""
    found: dict[Key, list[Problem]] = {key: [] for key in strays.briefs}
    for at in range(0, len(slugs), _AT_ONCE):
        sites = [opened(slug) for slug in slugs[at : at + _AT_ONCE]]
        for name, key in strays.files:
            yield from looked(archive.stacks.shelf, name, sites[-1].gate, _kept(sites, key, strays))
        for key in strays.briefs:
            editor = Editor(sites[-1].gate, sites[-1].clerk, _kept(sites, key, strays))
            found[key] += guarding.search(archive, key, editor, archive.known(key).days)
    for key, problems in found.items():
        yield from problems
        if slugs or guarding.torn(archive, key):
            guarding.searched(archive, key, problems)


def _kept(sites: Iterable[Site], key: Key, strays: Strays) -> tuple[Secrets, ...]:
    audience = key[1] if strays.known(key[1]) else None
    return tuple(site.gate.own(*entry.key, audience) for site in sites for entry in site.library.topics)
