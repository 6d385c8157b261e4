"""An `Order` → its file, composed, proved and read, in the process of a worker; knows no other file, publishes none."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256

from mujaz.compose import compose
from mujaz.export import export
from mujaz.leaks import Haystack, haystack
from mujaz.model.brief import Brief
from mujaz.model.document import Document, Failure, Medium, Output, Target
from mujaz.model.edition import Issue
from mujaz.problems import errors
from mujaz.proof import proof
from mujaz.templates import House, TemplateMistakeError, Templates

_LARGE = 8 << 20
"""Bytes of a file that is read where it is judged: what it says may be six times as long, and would have to be sent."""


@dataclass(frozen=True, slots=True)
class Order:
    """All that a file is made of, and what is to be found out of it."""

    brief: Brief
    medium: Medium
    issue: Issue
    templates: Templates
    house: House
    budget: int | None = None
    """The pages that it may have; none where nothing is promised."""
    proved: bool = False
    """Whether it is to be proved."""
    read: bool = False
    """Whether all that it says is asked for, because its reader is kept from something."""

    @property
    def name(self) -> str:
        """Of the file: `topic/audience.lang.pdf`, as targets are named."""
        return Target(self.brief.slug, self.brief.audience, self.brief.language, self.medium).name

    def composed(self) -> Document:
        """Its page. Raises TemplateMistakeError where a template of the house does not work."""
        return compose(self.brief, self.templates, medium=self.medium, house=self.house, issue=self.issue)


@dataclass(frozen=True, slots=True)
class Heard(Output):
    """A file, and all that it says to whoever looks into it."""

    hay: Haystack | None = None
    of: str = ""
    """SHA-256 of the bytes that say it."""


def made(order: Order) -> Output | Failure:
    """The file of an order with what is wrong with it; one that is too long for its reader is not looked at further."""
    try:
        document = order.composed()
    except TemplateMistakeError as mistake:
        return Failure(mistake.problem.rule, mistake.problem.facts.get("found", ""), mistake.problem)
    output = export(document)
    if (order.budget is not None and (output.pages or 0) > order.budget) or errors(output.problems):
        return output
    if order.proved:
        output = replace(output, problems=(*output.problems, *proof(document, output)))
    if not order.read or errors(output.problems) or len(output.data) > _LARGE:
        return output
    of = sha256(output.data).hexdigest()
    return Heard(output.data, output.pages, output.filled, output.problems, haystack(output.data), of)
