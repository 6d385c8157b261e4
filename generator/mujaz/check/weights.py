"""Problems of judgement + what house and author say of the rules → the problems that stand; finds none itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from mujaz.arabic import closest
from mujaz.model.blocks import Pointed
from mujaz.model.content import Entry, Path, Reference, Source
from mujaz.model.text import Judged
from mujaz.problems import Problem, Severity, Where

FIXED = frozenset({"leak", "leak-withdrawn"})
"""Rules that hold whatever anyone says: what readers are kept from is not a matter of taste."""
FIRM = frozenset({"kept-differs"})
"""Rules that a house cannot weigh, for the same reason; an author may say of a place why it is meant so."""
_LAST = 1 << 30
"""Behind every line of a file."""


@dataclass(frozen=True, slots=True)
class Leave:
    """A rule that an author silenced, where, and why."""

    rule: str
    reason: str
    at: Where
    """Where it is written."""
    start: Where
    end: Where
    """From where to where it holds; the end itself lies outside."""

    def covers(self, problem: Problem) -> bool:
        """Whether a problem is silenced by it."""
        return problem.rule == self.rule and self.start <= problem.where < self.end


def weighed(problems: Iterable[Problem], weights: Mapping[str, str]) -> Iterator[Problem]:
    """The problems with the weight that the house gives them, without those that it turned off."""
    for problem in problems:
        weight = weights.get(problem.rule)
        if weight is None:
            yield problem
        elif weight != "off":
            yield replace(problem, severity=Severity(weight))


def standing(problems: Iterable[Problem], leaves: Iterable[Leave], weights: Mapping[str, str]) -> Iterator[Problem]:
    """The problems that no leave covers, and the leaves that cover none."""
    by_rule: dict[tuple[str, str], list[Leave]] = {}
    for leave in leaves:
        by_rule.setdefault((leave.rule, leave.at.path), []).append(leave)
    used: set[Leave] = set()
    for problem in problems:
        covering = [leave for leave in by_rule.get((problem.rule, problem.where.path), ()) if leave.covers(problem)]
        used.update(covering)
        if not covering:
            yield problem
    for leave in (leave for held in by_rule.values() for leave in held):
        if leave not in used and weights.get(leave.rule) != "off":
            yield Problem("allow-unused", leave.at, {"found": leave.rule}, Severity.WARNING)


def unknown_rules(named: Iterable[str], source: Source, path: Path, rules: frozenset[str]) -> Iterator[Problem]:
    """Rules that nobody has, in the mapping of rules at `path`."""
    for rule in named:
        if rule in FIXED:
            yield Problem("rule-fixed", source.where((*path, rule)), {"found": rule})
        elif rule not in rules:
            near = closest(rule, sorted(rules))
            facts = {"found": rule, **({"closest": near} if near else {})}
            yield Problem("rule-unknown", source.where((*path, rule)), facts)


def firm_rules(weighed_: Iterable[str], source: Source) -> Iterator[Problem]:
    """Rules that the house weighs and that have one weight for all houses."""
    for rule in weighed_:
        if rule in FIRM:
            yield Problem("rule-firm", source.where(("rules", rule)), {"found": rule})


def leaves_of(entry: Entry, rules: frozenset[str]) -> Iterator[Leave | Problem]:
    """What the author of a topic silenced in its file, and what is wrong with that."""
    for path, holder in _holders(entry):
        if holder.allow:
            start = entry.source.where(path) if path else Where(entry.source.path)
            for found in _leaves(holder.allow, path, entry.source, rules):
                end = _end(entry.source, path)
                yield replace(found, start=start, end=end) if isinstance(found, Leave) else found


def leaves_of_references(
    references: Iterable[tuple[Reference, Source]], rules: frozenset[str]
) -> Iterator[Leave | Problem]:
    """What stands beside single references of whole files: the leaves, and what is wrong with them."""
    items = {(source.path, *source.places.get((), (0, 0))): (reference, source) for reference, source in references}
    starts = sorted(items)
    for number, start in enumerate(starts):
        reference, source = items[start]
        if reference.allow:
            behind = starts[number + 1] if number + 1 < len(starts) else None
            end = Where(*behind) if behind and behind[0] == source.path else Where(source.path, _LAST)
            for found in _leaves(reference.allow, (), source, rules):
                yield replace(found, start=Where(*start), end=end) if isinstance(found, Leave) else found


def _leaves(allow: Mapping[str, str], path: Path, source: Source, rules: frozenset[str]) -> Iterator[Leave | Problem]:
    yield from unknown_rules(allow, source, (*path, "allow"), rules)
    for rule, reason in allow.items():
        at = source.where((*path, "allow", rule))
        if not reason.strip():
            yield Problem("allow-reasonless", at, {"found": rule})
        elif rule in rules:
            yield Leave(rule, reason, at, at, at)


def _holders(entry: Entry) -> Iterator[tuple[Path, Judged]]:
    """The topic, its blocks and its points, with their paths."""
    yield (), entry.topic
    for number, block in enumerate(entry.topic.blocks):
        yield ("blocks", number), block
        if isinstance(block, Pointed):
            for place, point in enumerate(block.points):
                yield ("blocks", number, "points", place), point


def _end(source: Source, path: Path) -> Where:
    """Where the next thing begins that is not inside a block or point."""
    start = source.places.get(path, (0, 0))
    behind = (place for other, place in source.places.items() if place > start and other[: len(path)] != path)
    return Where(source.path, *min(behind, default=(_LAST, 0)))
