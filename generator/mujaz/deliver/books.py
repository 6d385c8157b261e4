"""Editions and the ledger → what is due by each delivery, and what is written down of it; sends nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from mujaz.deliver.ledger import by_number, decode, encode
from mujaz.deliver.office import Office, moment
from mujaz.model.delivery import SETTLED, Account, Attempt, Delivery, Wish
from mujaz.model.edition import Edition
from mujaz.problems import Problem, Where
from mujaz.publish import LEDGER, OutputError

_REWRITES = 3
"""Times that a ledger is written: a build that starts sweeps temporary files, perhaps the ledger's."""
_PLACE = Where(f"output/{LEDGER}")


class ClosedError(Exception):
    """The ledger cannot be trusted or written, so that nothing may be sent; carries the problem to report."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.rule)
        self.problem = problem


class Books:
    """The ledger while a run lasts. Raises ClosedError where there is no going on without it."""

    def __init__(self, editions: Iterable[Edition], office: Office, wish: Wish) -> None:
        self.editions = sorted(editions, key=lambda each: (*each.key, each.number))
        self.newest = {each.key: each.number for each in self.editions}
        self.new: dict[str, int] = {}
        self._office = office
        self._wish = wish
        ledger = decode(office.shelf.read(LEDGER))
        if ledger is None or (office.shelf.folder / LEDGER).is_symlink():
            raise ClosedError(Problem("delivery-ledger", _PLACE, {"found": str(_PLACE)}))
        self._ledger = dict(ledger)

    def attempts(self, name: str) -> Mapping[str, Attempt]:
        """What was tried by a delivery, by editions in their order."""
        held = self._ledger[name].attempts
        return dict(sorted(held.items(), key=lambda each: by_number(each[0])))

    def note(self, name: str, edition: Edition, attempt: Attempt) -> None:
        """Write down what becomes of an edition."""
        account = self._ledger[name]
        self._keep(name, replace(account, attempts={**account.attempts, named(edition): attempt}))

    def meet(self, name: str) -> None:
        """Write down what was there before a delivery was, or before it was opened to more readers."""
        delivery, known = self._office.deliveries[name], self._ledger.get(name)
        takes = [each for each in self.editions if delivery.takes(*_reader(each))]
        before = takes if known is None else [each for each in takes if not _within(each, known)]
        earlier = dict(known.earlier) if known else {}
        for each in before:
            earlier[_key(each)] = max(earlier.get(_key(each), 0), each.number)
        account = replace(_seen(delivery), earlier=earlier, attempts=known.attempts if known else {})
        if known is None:
            self.new[name] = len(before)
        if account != known:
            self._keep(name, account)

    def due(self, name: str) -> Iterator[Edition]:
        """The editions that a delivery is to try now, the oldest first."""
        now = moment(self._office.now())
        for each in self.editions:
            if self._office.deliveries[name].takes(*_reader(each)) and not each.withdrawn:
                attempt = self._ledger[name].attempts.get(named(each))
                if self._fresh(name, each) if attempt is None else self._open(name, each, attempt, now=now):
                    yield each

    def _fresh(self, name: str, edition: Edition) -> bool:
        """Whether an edition that nobody tried is due."""
        asked = self._wish.since is not None and edition.day >= self._wish.since
        return asked or edition.number > self._ledger[name].earlier.get(_key(edition), 0)

    def _open(self, name: str, edition: Edition, attempt: Attempt, *, now: str) -> bool:
        """Whether an edition is to be tried once more."""
        if attempt.brief != edition.brief:
            return self._wish.again
        if attempt.state == "done":
            return self._grown(name, edition, attempt)
        stuck = attempt.state in SETTLED or (attempt.state == "trying" and self.mails(name))
        return self._wish.again or (not stuck and attempt.after <= now)

    def _grown(self, name: str, edition: Edition, attempt: Attempt) -> bool:
        """Whether an edition that was copied has a file now that it had not then: its second format was made later.

        Who is called or gets mail has been told of the edition.
        """
        copy = self._office.deliveries[name].copying
        if copy is None or attempt.files is None:
            return False
        return any(each.rpartition(".")[2] in copy.formats for each in edition.files.keys() - set(attempt.files))

    def mails(self, name: str) -> bool:
        """Whether doing it twice is worse than not at all."""
        return self._office.deliveries[name].mail is not None

    def _keep(self, name: str, account: Account) -> None:
        self._ledger[name] = account
        if self._wish.dry:
            return
        for left in reversed(range(_REWRITES)):
            try:
                self._office.shelf.write(LEDGER, encode(self._ledger))
            except OutputError as error:
                raise ClosedError(Problem(error.args[0], _PLACE, {"found": error.args[1]})) from error
            except OSError as error:
                if not left or not isinstance(error, FileNotFoundError):
                    found = {"found": error.strerror or str(error)}
                    raise ClosedError(Problem("output-unwritable", _PLACE, found)) from error
            else:
                return


def changed(delivery: Delivery, known: Account | None) -> bool:
    """Whether the ledger does not know a delivery, or knows it for other readers."""
    return known is None or replace(known, earlier={}, attempts={}) != _seen(delivery)


def _seen(delivery: Delivery) -> Account:
    """Whom a delivery is for; nothing was tried by it."""
    return Account(
        tuple(sorted(delivery.audiences)),
        None if delivery.topics is None else tuple(sorted(delivery.topics)),
        None if delivery.languages is None else tuple(sorted(delivery.languages)),
        {},
        {},
    )


def named(edition: Edition) -> str:
    """An edition as the ledger knows it."""
    return f"{_key(edition)}/{edition.number}"


def _key(edition: Edition) -> str:
    return f"{edition.topic}/{edition.audience}.{edition.language}"


def _reader(edition: Edition) -> tuple[str, str, str]:
    return edition.topic, edition.audience, edition.language


def _within(edition: Edition, account: Account) -> bool:
    """Whether a delivery was for this reader already when it was seen last."""
    return (
        edition.audience in account.audiences
        and (account.topics is None or edition.topic in account.topics)
        and (account.languages is None or edition.language in account.languages)
    )
