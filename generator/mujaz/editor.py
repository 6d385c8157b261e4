"""What an edition told × what its readers are kept from now → what of it may be said; opens and writes no file."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from mujaz import editions, records
from mujaz.changes import Clerk
from mujaz.gate import Gate
from mujaz.leaks import Secrets
from mujaz.model.brief import Brief
from mujaz.model.edition import Change, Key, Told
from mujaz.problems import Problem
from mujaz.stacks import RECORD, TOLD, folder_of


@dataclass(frozen=True, slots=True)
class Editor:
    """Who knows what may be said of a topic's editions, and in which words."""

    gate: Gate
    """Over the topic."""
    clerk: Clerk
    held: tuple[Secrets, ...] | None = None
    """What is looked for in editions of which the topic itself cannot say it any more."""

    def leaks(self, key: Key, name: str, data: bytes) -> tuple[Problem, ...]:
        """What a file of an edition tells that its readers are kept from."""
        topic, audience, language = key
        held = self.gate.secrets(topic, language, audience) if self.held is None else self.held
        return self.gate.leaks(f"{folder_of(key)}/{name}", data, held)

    def changes(self, brief: Brief, before: Told | None) -> tuple[Change, ...]:
        """What a brief tells otherwise than an edition did; nothing where its readers are kept from any of it.

        Raises TemplateMistakeError where the labels of the house lack a word.
        """
        found = editions.printable(editions.differences(before, self.clerk.told(brief))) if before else ()
        shown = json.dumps([_words(each) for each in found], ensure_ascii=False).encode()
        return () if self.leaks(brief.key, RECORD, shown) else found

    def told(self, brief: Brief) -> bytes:
        """The file of what a brief tells; raises as `changes` does."""
        return self.retold(brief.key, self.clerk.told(brief))

    def retold(self, key: Key, said: Told) -> bytes:
        """The file of what was told, without what leaks; with nothing of it where that is not enough."""
        data = records.of_told(said)
        if not self.leaks(key, TOLD, data):
            return data

        def leaks(name: str, text: str) -> bool:
            return bool(self.leaks(key, TOLD, json.dumps({name: text}, ensure_ascii=False).encode()))

        data = records.of_told(editions.withheld(said, leaks))
        return records.of_told(replace(said, chapters=())) if self.leaks(key, TOLD, data) else data


def _words(change: Change) -> dict[str, Any]:
    return {"id": change.point, "said": [change.section, change.about, change.before, change.after]}
