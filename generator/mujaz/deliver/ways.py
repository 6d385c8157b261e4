"""A delivery and an edition → what sends it, or why nothing can; looks its words through again, writes no ledger."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping

from mujaz.deliver.call import call, described, once, signature
from mujaz.deliver.folder import copied
from mujaz.deliver.letter import Writer, dated
from mujaz.deliver.office import Office
from mujaz.deliver.post import Letter, names, posted
from mujaz.gate import Gate
from mujaz.model.content import Library
from mujaz.model.delivery import Copy, Mail, Outcome, Webhook
from mujaz.model.edition import Edition
from mujaz.templates import TemplateMistakeError

Way = Callable[[], Outcome]
"""Sends an edition, and says what came of it."""

CALL = 30.0
"""Seconds that a call may take."""
POST = 300.0
"""Seconds that a letter may take, which may weigh megabytes."""
WEIGHT = 20_000_000
"""Bytes of all files of a letter: most servers take no more, with the third that sending adds to them."""
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)+")
"""Of a file in an edition's folder: another one might lead out of it, and out of the folder that it is copied to."""
OWN = frozenset(("file-missing", "file-changed", "template", "topic-broken", "topic-gone"))
"""Reasons of an edition alone: they say nothing of what the other side would make of the next one."""


class Ways:
    """The ways out of a house, for the editions that are there."""

    def __init__(self, office: Office, newest: Mapping[tuple[str, str, str], int]) -> None:
        self.office = office
        self._newest = newest
        self._library: Library | None = None
        self._gate: Gate | None = None

    def way(self, name: str, edition: Edition, given: tuple[str, ...]) -> Way:
        """What sends an edition by a delivery; `given` names the recipients of a mail that have it."""
        delivery = self.office.deliveries[name]
        way = delivery.copying or delivery.webhook or delivery.mail
        if edition.topic in self._whole().broken:
            return _stuck(Outcome("waiting", "topic-broken"))  # nobody knows what is kept from whom in it
        if edition.topic not in self.office.slugs:
            return _stuck(Outcome("waiting", "topic-gone"))
        files = self._files(edition, way.formats if isinstance(way, Copy | Mail) else ())
        if isinstance(files, Outcome):
            return _stuck(files)
        if isinstance(way, Copy):
            placed = self._placed(edition, files, numbered=way.editions)
            return lambda: copied(placed, self.office.root, way.to)
        if isinstance(way, Webhook):
            return self._call(name, edition, way)
        assert isinstance(way, Mail)  # noqa: S101 # a delivery that is sound has one of the three
        return self._letter(name, edition, mail=way, files=files, given=given)

    def _files(self, edition: Edition, formats: Iterable[str]) -> Mapping[str, bytes] | Outcome:
        """The edition's files of these formats, as they were published."""
        files: dict[str, bytes] = {}
        for name, digest in sorted(edition.files.items()):
            if name.rpartition(".")[2] not in formats or not _NAME.fullmatch(name):
                continue
            data = self.office.shelf.read(f"{edition.folder}/{name}")
            if data is None or hashlib.sha256(data).hexdigest() != digest:
                return Outcome("waiting", "file-missing" if data is None else "file-changed")
            if self._tells(edition, name, data):
                return Outcome("failed", "kept")
            files[name] = data
        return files

    def _tells(self, edition: Edition, name: str, data: bytes) -> bool:
        """Whether something tells what its readers are kept from by now."""
        gate = self._gate = self._gate or Gate(self._whole(), self.office.templates)
        secrets = gate.secrets(edition.topic, edition.language, edition.audience)
        return bool(gate.leaks(f"{edition.folder}/{name}", data, secrets))

    def _whole(self) -> Library:
        self._library = self._library or self.office.whole()
        return self._library

    def _placed(self, edition: Edition, files: Mapping[str, bytes], *, numbered: bool) -> dict[str, bytes]:
        """Where the files come to lie; what is not the newest edition is never laid over what is."""
        reader = f"{edition.audience}.{edition.language}"
        placed: dict[str, bytes] = {}
        if numbered:
            placed |= {f"{edition.topic}/{reader}/{edition.number}/{name}": data for name, data in files.items()}
        if edition.number == self._newest[edition.key]:
            placed |= {f"{edition.topic}/{name}": data for name, data in files.items()}
        return placed

    def _call(self, name: str, edition: Edition, hook: Webhook) -> Way:
        house = self.office.library.workspace
        body = described(edition, organisation=house.organisation.spoken(edition.language), address=house.address)
        if self._tells(edition, "edition.json", body):
            return _stuck(Outcome("failed", "kept"))
        headers = {"Idempotency-Key": once(name, edition)}
        if hook.secret is not None:
            headers["Mujaz-Signature"] = signature(self.office.environment[hook.secret], body)
        return lambda: call(hook.url, body, headers, limit=CALL, now=self.office.now())

    def _letter(
        self, name: str, edition: Edition, *, mail: Mail, files: Mapping[str, bytes], given: tuple[str, ...]
    ) -> Way:
        weight = sum(map(len, files.values()))
        if weight > WEIGHT:
            return _stuck(Outcome("failed", "too-large", str(weight // 1_000_000)))
        library = self.office.library
        writer = Writer(library.workspace, library.audiences, self.office.templates)
        try:
            message, page = writer.letter(edition, files, sender=mail.sender, to=mail.to)
        except TemplateMistakeError:
            return _stuck(Outcome("waiting", "template"))
        if self._tells(edition, "mail.html", page.encode()):
            return _stuck(Outcome("failed", "kept"))
        recipients = tuple(each for each in dict.fromkeys(mail.to) if names((each,))[0] not in given)
        if not recipients:
            return _stuck(Outcome("done"))  # those who have not got it are named no more
        data = dated(message, name, edition, now=self.office.now()).as_bytes()
        password = self.office.environment.get(mail.password or "")
        return lambda: posted(Letter(data, recipients), mail, password, limit=POST)


def _stuck(outcome: Outcome) -> Way:
    """What came of it without a try."""
    return lambda: outcome
