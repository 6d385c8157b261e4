"""Editions and deliveries → what was sent where and what waits, each edition once; builds and publishes nothing.

The ledger is written before each try and after it. What a run died over is `trying` in it: a copy or a call is made
again, since doing so twice is as good as once; a mail may have gone out, and is left to people.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from mujaz.check.deliveries import faulty
from mujaz.deliver.books import Books, ClosedError, changed, named
from mujaz.deliver.ledger import decode
from mujaz.deliver.office import Office, Report, moment
from mujaz.deliver.ways import OWN, Ways
from mujaz.model.delivery import Attempt, AttemptState, Outcome, Sent, Wish
from mujaz.model.edition import Edition
from mujaz.problems import Problem, Where, in_order
from mujaz.publish import DELIVERING, LEDGER, alone

__all__ = ["Office", "Report", "Wish", "acquaint", "deliver", "standing", "unmet"]

PAUSES = (5.0, 30.0)
"""Seconds between the tries of a run."""
PATIENCE = 60.0
"""Seconds that a run waits because the other side asks for it; for more than that, it goes on without."""
HORIZON = 86_400.0
"""Seconds that the other side can ask for at most."""
_PLAIN = Wish()


def deliver(editions: Iterable[Edition], names: Sequence[str], office: Office, wish: Wish = _PLAIN) -> Report:
    """Send what is due by the deliveries of these names.

    Raises OutputError where another delivery is at work, or the output folder cannot be used.
    """
    if wish.dry:
        return _delivered(editions, names, office, wish)
    with alone(office.shelf.folder, DELIVERING):
        return _delivered(editions, names, office, wish)


def acquaint(editions: Iterable[Edition], office: Office) -> Report:
    """Note deliveries that are new: what is there now is not sent by them. To be called before a run makes more.

    Raises OutputError as `deliver` does.
    """
    with alone(office.shelf.folder, DELIVERING):
        try:
            books = Books(editions, office, _PLAIN)
            for name in _sound(office):
                books.meet(name)
        except ClosedError as closed:
            return Report(problems=(closed.problem,))
    return Report(new=books.new)


def unmet(office: Office) -> bool:
    """Whether there are deliveries to be noted; of a ledger that cannot be understood, whoever delivers tells."""
    ledger = decode(office.shelf.read(LEDGER))
    return ledger is not None and any(changed(office.deliveries[name], ledger.get(name)) for name in _sound(office))


def standing(editions: Iterable[Edition], office: Office) -> Report:
    """What is due, waits, failed or may have been sent, without doing anything about it; nothing is noted."""
    try:
        books = Books(editions, office, Wish(dry=True))
    except ClosedError as closed:
        return Report(problems=(closed.problem,))
    rows: list[Sent] = []
    for name in _sound(office):
        books.meet(name)
        attempts = books.attempts(name)
        done = {key for key, each in attempts.items() if each.state == "done"}
        due = (named(each) for each in books.due(name))
        rows += [Sent(name, each, "due") for each in due if each in done or each not in attempts]
        for key, each in attempts.items():
            state: AttemptState = "unsure" if each.state == "trying" and books.mails(name) else each.state
            if state != "done":
                rows.append(Sent(name, key, state, each.tries, each.reason, each.code))
    return Report(tuple(rows), books.new, noted=False)


def _sound(office: Office) -> list[str]:
    """The deliveries that nothing is wrong with."""
    wrong = faulty(office.library, office.slugs)
    return [name for name in office.deliveries if name not in wrong]


def _delivered(editions: Iterable[Edition], names: Sequence[str], office: Office, wish: Wish) -> Report:
    sent: list[Sent] = []
    problems: list[Problem] = []
    wrong = faulty(office.library, office.slugs)
    new = {}
    try:
        books = Books(editions, office, wish)
        ways = Ways(office, books.newest)
        new = books.new
        for name in dict.fromkeys(names):
            if name not in office.deliveries:
                problems.append(Problem("delivery-unknown", Where("mujaz.yaml"), {"found": name}))
                continue
            if name in wrong:
                problems += wrong[name]
                continue
            for found in _Round(name, books, ways, wish).found():
                (sent if isinstance(found, Sent) else problems).append(found)  # type: ignore[arg-type] # each to its own
    except ClosedError as closed:
        problems.append(closed.problem)
    return Report(tuple(sent), new, in_order(problems), noted=not wish.dry)


class _Round:
    """One delivery in one run."""

    def __init__(self, name: str, books: Books, ways: Ways, wish: Wish) -> None:
        self._name = name
        self._books = books
        self._office = ways.office
        self._wish = wish
        self._ways = ways

    def found(self) -> Iterator[Sent | Problem]:
        """All that becomes of it; what the other side does not take for now stops what comes after."""
        self._books.meet(self._name)
        yield from self._doubts()
        due = list(self._books.due(self._name))
        if self._wish.dry:
            yield from (Sent(self._name, named(each), "due") for each in due)
            return
        lacking = self._lacking() if due else None
        if lacking:
            yield lacking
            return
        for place, edition in enumerate(due):
            attempt = self._sent(edition)
            facts = {"reason": attempt.reason, "code": attempt.code}
            yield Sent(self._name, named(edition), attempt.state, attempt.tries, **facts)
            if attempt.state != "done":
                yield self._problem(f"delivery-{attempt.state}", named(edition), **facts)
            if attempt.state == "waiting" and attempt.reason not in OWN:
                yield from self._put_off(due[place + 1 :], attempt)
                return

    def _put_off(self, editions: Sequence[Edition], because: Attempt) -> Iterator[Sent]:
        """What is not even tried, since the other side would not take it now; the next run finds it in the ledger."""
        known = self._books.attempts(self._name)
        for each in editions:
            if named(each) not in known:
                attempt = replace(because, brief=each.brief, tries=0, given=(), files=tuple(sorted(each.files)))
                self._books.note(self._name, each, attempt)
                yield Sent(self._name, named(each), "waiting", 0, because.reason, because.code)

    def _doubts(self) -> Iterator[Problem]:
        """What people have to decide: mails that a run died over, and numbers that were given twice."""
        known = {named(each): each for each in self._books.editions}
        for key, each in self._books.attempts(self._name).items():
            edition = known.get(key)
            if edition is None or self._wish.again:
                continue
            if edition.brief != each.brief:
                yield self._problem("delivery-renumbered", key)
            elif each.state == "trying" and self._books.mails(self._name):
                self._books.note(self._name, edition, replace(each, state="unsure", reason="interrupted"))
                yield self._problem("delivery-unsure", key, reason="interrupted")

    def _lacking(self) -> Problem | None:
        """A secret that is named and not there: nothing is tried without it."""
        delivery = self._office.deliveries[self._name]
        held = (
            ("webhook", "secret", delivery.webhook.secret if delivery.webhook else None),
            ("mail", "password", delivery.mail.password if delivery.mail else None),
        )
        for kind, field, variable in held:
            if variable is not None and not self._office.environment.get(variable):
                facts = {"delivery": self._name, "found": variable}
                return Problem("delivery-variable-unset", self._office.where(self._name, kind, field), facts)
        return None

    def _problem(self, rule: str, found: str, **more: str) -> Problem:
        return Problem(rule, self._office.where(self._name), {"delivery": self._name, "found": found, **more})

    def _sent(self, edition: Edition) -> Attempt:
        """An edition tried once, or a few times; the ledger knows of each try before and after."""
        before = self._books.attempts(self._name).get(named(edition))
        given = before.given if before else ()
        tries = before.tries if before else 0
        way = self._ways.way(self._name, edition, given)
        for pause in (*PAUSES, None):
            tries += 1
            day = moment(self._office.now())
            files = tuple(sorted(edition.files))
            trying = Attempt("trying", edition.brief, day, tries, given=given, files=files)
            self._books.note(self._name, edition, trying)
            outcome = way()
            attempt = self._attempt(edition, outcome, tries=tries, given=given)
            self._books.note(self._name, edition, attempt)
            if pause is None or not outcome.soon or (outcome.pause or 0.0) > PATIENCE:
                break
            self._office.sleep(max(pause, outcome.pause or 0.0))
        return attempt

    def _attempt(self, edition: Edition, outcome: Outcome, *, tries: int, given: tuple[str, ...]) -> Attempt:
        """What the ledger is told of a try."""
        now = self._office.now()
        far = outcome.pause is not None and outcome.pause > PATIENCE
        after = now + datetime.timedelta(seconds=min(outcome.pause or 0.0, HORIZON))
        return Attempt(
            state="partly" if outcome.state == "failed" and given else outcome.state,
            brief=edition.brief,
            day=moment(now),
            tries=tries,
            reason=outcome.reason,
            code=outcome.code,
            after=moment(after) if far else "",
            given=() if outcome.state == "done" else tuple(sorted({*given, *outcome.given})),
            files=tuple(sorted(edition.files)),
        )
