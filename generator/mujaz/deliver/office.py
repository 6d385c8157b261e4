"""What deliveries are made from, and what came of them; reads no clock, sends nothing."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from mujaz.model.content import Library
from mujaz.model.delivery import Delivery, Sent
from mujaz.problems import Problem, Where
from mujaz.publish import Shelf
from mujaz.templates import Templates


@dataclass(frozen=True, slots=True)
class Office:
    """A house as deliveries need it; whoever reads the clock, sleeps and knows the environment lends that."""

    root: Path
    library: Library
    """The house and its audiences."""
    slugs: Collection[str]
    """The names of all topics, also of those that have errors."""
    whole: Callable[[], Library]
    """The library with its sound topics: asked for only where something is due."""
    templates: Templates
    now: Callable[[], datetime.datetime]
    sleep: Callable[[float], None]
    environment: Mapping[str, str]
    """Where secrets stand, by the names that `mujaz.yaml` has for them."""

    @property
    def shelf(self) -> Shelf:
        """The output folder."""
        return Shelf(self.root / "output")

    @property
    def deliveries(self) -> Mapping[str, Delivery]:
        """Those of `mujaz.yaml`."""
        return self.library.workspace.deliveries

    def where(self, name: str, *below: str) -> Where:
        """The place of a delivery in `mujaz.yaml`."""
        source = self.library.source
        return source.where(("deliveries", name, *below)) if source else Where("mujaz.yaml")


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a run, or how things stand."""

    sent: tuple[Sent, ...] = ()
    """Each edition that was tried or would be; of how things stand, each that is not done."""
    new: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """Deliveries that were seen for the first time → how many editions were there before and are not sent."""
    problems: tuple[Problem, ...] = ()
    noted: bool = True
    """Whether the ledger knows the new ones from now on."""


def moment(when: datetime.datetime) -> str:
    """As the ledger has it: UTC, to the second."""
    return when.astimezone(datetime.UTC).isoformat(timespec="seconds")
