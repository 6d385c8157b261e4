"""Deliveries: to whom an edition goes and when, never twice, and what the ledger knows of it."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from dispatch import NOON, Clock, Desk, edition, house, rules, states
from mujaz import deliver as delivering
from mujaz import produce as producing
from mujaz.build import build
from mujaz.cli import main
from mujaz.console import BROKEN, WELL, WRONG_CONTENT, WRONG_USE
from mujaz.deliver import Office, acquaint, standing
from mujaz.deliver.ledger import decode, encode
from mujaz.delivering import archived
from mujaz.model.delivery import Account, Attempt, Outcome
from mujaz.model.edition import Edition
from mujaz.plan import Request
from mujaz.problems import Problem, Where
from mujaz.publish import BUSY, DELIVERING, LEDGER, OutputError, Shelf, alone
from mujaz.report import Speaker
from mujaz.survey import survey
from workspace import AUDIENCES, HIDDEN, ROOT, at_once, crewed, lay

MAIL = {
    "letter": {
        "mail": {"host": "127.0.0.1", "security": "none", "from": "a@example.org", "to": ["b@example.org"]},
        "audiences": ["minister"],
    }
}
SHELF = {"shelf": {"copy": {"to": "../shelf"}, "audiences": ["minister"]}}


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    folder = tmp_path / "shelf"
    folder.mkdir()
    return folder


def laid(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def started(tmp_path: Path, deliveries: dict[str, Any], **fields: Any) -> Desk:
    """A house whose deliveries have been seen, before there was any edition."""
    desk = Desk(house(tmp_path / "desk", deliveries, **fields))
    acquaint((), desk.office)
    return desk


# ------------------------------------------------------------------------------------------------ once


def test_an_edition_goes_out_once(tmp_path: Path, shelf: Path) -> None:
    desk = started(tmp_path, SHELF)
    one = edition(desk.root)
    report = desk.deliver([one])
    assert (states(report), report.problems) == (["water/minister.ar/1 done"], ())
    assert laid(shelf) == ["water/minister.ar.pdf"]
    assert desk.ledger["shelf"] == {
        "water/minister.ar/1": {
            "state": "done",
            "brief": one.brief,
            "day": "2026-11-26T12:00:00+00:00",
            "tries": 1,
            "files": ["minister.ar.pdf"],
        }
    }
    (shelf / "water" / "minister.ar.pdf").unlink()
    assert desk.deliver([one]).sent == ()
    assert desk.deliver([one], again=True).sent == ()
    assert desk.deliver([one], since=datetime.date.min).sent == ()
    assert laid(shelf) == []


def test_a_delivery_that_is_new_does_not_send_the_archive(tmp_path: Path, shelf: Path) -> None:
    desk = Desk(house(tmp_path / "desk", SHELF))
    old = [edition(desk.root, number, day=datetime.date(2026, 1, number)) for number in (1, 2, 3)]
    report = desk.deliver(old)
    assert (report.sent, report.new, laid(shelf)) == ((), {"shelf": 3}, [])
    new = edition(desk.root, 4)
    report = desk.deliver([*old, new])
    assert (states(report), report.new) == (["water/minister.ar/4 done"], {})
    assert states(desk.deliver([*old, new], since=datetime.date(2026, 1, 2))) == [
        "water/minister.ar/2 done",
        "water/minister.ar/3 done",
    ]
    assert states(desk.deliver([*old, new], since=datetime.date.min)) == ["water/minister.ar/1 done"]


def test_what_a_run_makes_after_a_delivery_was_noted_is_sent(tmp_path: Path, shelf: Path) -> None:
    desk = Desk(house(tmp_path / "desk", SHELF))
    old = edition(desk.root)
    assert acquaint([old], desk.office).new == {"shelf": 1}
    assert acquaint([old], desk.office).new == {}
    assert states(desk.deliver([old, edition(desk.root, 2)])) == ["water/minister.ar/2 done"]
    assert laid(shelf) == ["water/minister.ar.pdf"]


@pytest.mark.usefixtures("shelf")
def test_a_delivery_that_is_opened_to_more_readers_does_not_send_them_the_archive(tmp_path: Path) -> None:
    desk = started(tmp_path, SHELF)
    held = [edition(desk.root), *(edition(desk.root, number, audience="public") for number in (1, 2))]
    assert states(desk.deliver(held)) == ["water/minister.ar/1 done"]
    house(desk.root, {"shelf": {"copy": {"to": "../shelf"}, "audiences": ["minister", "public"]}})
    assert desk.deliver(held).sent == ()
    held.append(edition(desk.root, 3, audience="public"))
    assert states(desk.deliver(held)) == ["water/public.ar/3 done"]


@pytest.mark.usefixtures("shelf")
def test_a_delivery_takes_only_what_it_names(tmp_path: Path) -> None:
    only = {"copy": {"to": "../shelf"}, "audiences": ["minister"], "topics": ["water"], "languages": ["ar"]}
    desk = started(tmp_path, {"shelf": only}, languages=["ar", "en"])
    held = [
        edition(desk.root),
        edition(desk.root, audience="public"),
        edition(desk.root, language="en"),
        edition(desk.root, topic="energy"),
    ]
    assert states(desk.deliver(held)) == ["water/minister.ar/1 done"]


def test_an_edition_that_was_withdrawn_goes_nowhere(tmp_path: Path, shelf: Path) -> None:
    desk = started(tmp_path, SHELF)
    assert desk.deliver([edition(desk.root, withdrawn=True)]).sent == ()
    assert laid(shelf) == []


def test_words_that_are_kept_from_its_readers_by_now_do_not_leave(tmp_path: Path, shelf: Path) -> None:
    """The archive may hold a page of before they were; so may the words of a change."""
    told = f"<!DOCTYPE html><html lang=ar><body><p>{HIDDEN}</p></body></html>".encode()
    deliveries = {
        "shelf": {"copy": {"to": "../shelf"}, "audiences": ["public", "minister"]},
        "hook": {"webhook": {"url": "http://127.0.0.1:9/"}, "audiences": ["public"]},
    }
    desk = started(tmp_path, deliveries)
    held = [edition(desk.root, audience=each, files={f"{each}.ar.html": told}) for each in ("minister", "public")]
    report = desk.deliver(held, "shelf")
    assert states(report) == ["water/minister.ar/1 done", "water/public.ar/1 failed kept"]
    assert rules(report) == ["delivery-failed"]
    assert laid(shelf) == ["water/minister.ar.html"]
    changed = edition(desk.root, 2, audience="public", words=("ما تغيّر", f"محذوف: {HIDDEN}"))
    assert states(desk.deliver([changed], "hook")) == ["water/public.ar/2 failed kept"]
    house(desk.root, {"letter": {**MAIL["letter"], "audiences": ["public", "minister"]}})
    acquaint((), desk.office)
    assert states(desk.deliver([changed])) == ["water/public.ar/2 failed kept"]


def test_a_topic_that_has_errors_now_waits(tmp_path: Path, shelf: Path) -> None:
    desk = started(tmp_path, SHELF)
    path = desk.root / "content" / "topics" / "water" / "ar.yaml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("headline:", "headlin:", 1), "utf-8")
    one = edition(desk.root)
    assert states(desk.deliver([one])) == ["water/minister.ar/1 waiting topic-broken"]
    path.write_text(text, "utf-8")
    assert states(desk.deliver([one])) == ["water/minister.ar/1 done"]
    assert laid(shelf) == ["water/minister.ar.pdf"]


def test_files_that_are_not_as_they_were_published_do_not_leave(tmp_path: Path, shelf: Path) -> None:
    desk = started(tmp_path, SHELF)
    one, two = edition(desk.root), edition(desk.root, audience="public")
    path = desk.root / "output" / one.folder / "minister.ar.pdf"
    good = path.read_bytes()
    path.write_bytes(b"%PDF-other")
    assert states(desk.deliver([one, two])) == ["water/minister.ar/1 waiting file-changed"]
    path.unlink()
    assert states(desk.deliver([one, two])) == ["water/minister.ar/1 waiting file-missing"]
    path.write_bytes(good)
    assert states(desk.deliver([one, two])) == ["water/minister.ar/1 done"]
    assert laid(shelf) == ["water/minister.ar.pdf"]


def test_a_number_that_is_given_twice_is_told_and_left_to_people(tmp_path: Path, shelf: Path) -> None:
    desk = started(tmp_path, SHELF)
    one = edition(desk.root)
    desk.deliver([one])
    other = edition(desk.root / "elsewhere", files={"minister.ar.pdf": b"%PDF-another"}, topic="water")
    other = type(one)(**{**{name: getattr(other, name) for name in other.__slots__}, "brief": "f" * 64})
    folder = desk.root / "output" / other.folder
    (folder / "minister.ar.pdf").write_bytes(b"%PDF-another")
    report = desk.deliver([other])
    assert (report.sent, rules(report)) == ((), ["delivery-renumbered"])
    assert states(desk.deliver([other], again=True)) == ["water/minister.ar/1 done"]
    assert (shelf / "water" / "minister.ar.pdf").read_bytes() == b"%PDF-another"


def test_a_name_that_no_delivery_has_is_told_and_the_others_are_not_stopped(tmp_path: Path, shelf: Path) -> None:
    desk = started(tmp_path, SHELF)
    report = desk.deliver([edition(desk.root)], "gone", "shelf")
    assert (states(report), rules(report)) == (["water/minister.ar/1 done"], ["delivery-unknown"])
    assert laid(shelf) == ["water/minister.ar.pdf"]


def test_a_record_that_names_a_file_elsewhere_leads_nowhere(tmp_path: Path, shelf: Path) -> None:
    desk = started(tmp_path, SHELF)
    one = edition(desk.root)
    names = {**one.files, "../../../../../shelf/x.pdf": "0" * 64, "/etc/x.pdf": "0" * 64}
    assert states(desk.deliver([replace(one, files=names)])) == ["water/minister.ar/1 done"]
    assert laid(shelf) == ["water/minister.ar.pdf"]


def test_the_sample_of_the_guides_is_one_that_works(tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "authors.en.md").read_text("utf-8")
    (sample,) = re.findall(r"^```yaml\n(deliveries:\n.*?)^```", guide, re.MULTILINE | re.DOTALL)
    readers = dict.fromkeys(("minister", "parliament", "public"), AUDIENCES["minister"])
    lay(tmp_path, topics=("irrigation",), audiences=readers)
    path = tmp_path / "mujaz.yaml"
    path.write_text(path.read_text("utf-8") + sample, "utf-8")
    seen = survey(tmp_path)
    assert seen.library
    assert [each for each in seen.problems if each.where.path == "mujaz.yaml"] == []
    assert [each.kinds for each in seen.library.workspace.deliveries.values()] == [("copy",), ("webhook",), ("mail",)]


# ------------------------------------------------------------------------------------------------ copies


def test_the_newest_edition_lies_under_its_name_and_each_under_its_number(tmp_path: Path, shelf: Path) -> None:
    desk = started(tmp_path, {"shelf": {"copy": {"to": str(shelf), "editions": "true"}, "audiences": ["minister"]}})
    pages = {"minister.ar.pdf": b"%PDF-1", "minister.ar.html": b"<p>1</p>", "told.json": b"{}"}
    held = [edition(desk.root, 1, files=pages), edition(desk.root, 2)]
    desk.deliver(held[1:])
    assert laid(shelf) == ["water/minister.ar.pdf", "water/minister.ar/2/minister.ar.pdf"]
    newest = (shelf / "water" / "minister.ar.pdf").read_bytes()
    assert states(desk.deliver(held)) == ["water/minister.ar/1 done"]
    assert laid(shelf) == [
        "water/minister.ar.pdf",
        "water/minister.ar/1/minister.ar.html",
        "water/minister.ar/1/minister.ar.pdf",
        "water/minister.ar/2/minister.ar.pdf",
    ]
    assert (shelf / "water" / "minister.ar.pdf").read_bytes() == newest, "an older edition is not laid over a newer one"


def test_only_the_formats_that_are_named_are_copied(tmp_path: Path, shelf: Path) -> None:
    desk = started(tmp_path, {"shelf": {"copy": {"to": str(shelf), "formats": ["html"]}, "audiences": ["minister"]}})
    desk.deliver([edition(desk.root, files={"minister.ar.pdf": b"%PDF-1", "minister.ar.html": b"<p>1</p>"})])
    assert laid(shelf) == ["water/minister.ar.html"]


@pytest.mark.parametrize("way", ["output", "content/topics", ".", "templates"])
def test_no_link_leads_a_copy_into_the_workspace(tmp_path: Path, shelf: Path, way: str) -> None:
    desk = started(tmp_path, SHELF)
    (desk.root / "templates").mkdir()
    one = edition(desk.root)
    before = laid(desk.root)
    shelf.rmdir()
    shelf.symlink_to(desk.root / way)
    assert states(desk.deliver([one])) == ["water/minister.ar/1 waiting folder-ours"]
    shelf.unlink()
    shelf.mkdir()
    (shelf / "water").symlink_to(desk.root / way)
    assert states(desk.deliver([one])) == ["water/minister.ar/1 waiting folder-ours"]
    assert laid(desk.root) == before


def test_an_absolute_path_into_the_workspace_is_refused_too(tmp_path: Path) -> None:
    desk = started(tmp_path, {"shelf": {"copy": {"to": str(tmp_path / "desk" / "output")}, "audiences": ["minister"]}})
    assert states(desk.deliver([edition(desk.root)])) == ["water/minister.ar/1 waiting folder-ours"]


def test_a_link_in_the_place_of_a_file_is_replaced_and_what_it_leads_to_stays(tmp_path: Path, shelf: Path) -> None:
    desk = started(tmp_path, SHELF)
    other = tmp_path / "other"
    other.write_text("theirs")
    (shelf / "water").mkdir()
    (shelf / "water" / "minister.ar.pdf").symlink_to(other)
    assert states(desk.deliver([edition(desk.root)])) == ["water/minister.ar/1 done"]
    assert other.read_text() == "theirs"
    assert not (shelf / "water" / "minister.ar.pdf").is_symlink()


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    """It may be a share that is not mounted."""
    desk = started(tmp_path, SHELF)
    one = edition(desk.root)
    assert states(desk.deliver([one])) == ["water/minister.ar/1 waiting folder-missing"]
    assert not (tmp_path / "shelf").exists()
    (tmp_path / "shelf").mkdir()
    assert states(desk.deliver([one])) == ["water/minister.ar/1 done"]


def test_a_file_that_is_the_same_is_not_written_again(tmp_path: Path, shelf: Path) -> None:
    desk = started(tmp_path, SHELF)
    one = edition(desk.root)
    desk.deliver([one])
    os.utime(shelf / "water" / "minister.ar.pdf", (1, 1))
    (desk.root / "output" / LEDGER).unlink()
    desk.deliver([one])
    desk.deliver([one], since=one.day)
    assert (shelf / "water" / "minister.ar.pdf").stat().st_mtime == 1


# ------------------------------------------------------------------------------------------------ trying


Way = list[Outcome]


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Way:
    """What the other side says, one try after the other; the last one for ever."""
    held: Way = []

    class Ways:
        def __init__(self, office: Office, *_: object) -> None:
            self.office = office

        def way(self, *_: object) -> Any:
            return lambda: held.pop(0) if len(held) > 1 else held[0]

    monkeypatch.setattr(delivering, "Ways", Ways)
    return held


LATER = Outcome("waiting", "answered", "503", soon=True)


def test_what_fails_for_now_is_tried_three_times_in_a_run_and_again_in_the_next(tmp_path: Path, answers: Way) -> None:
    desk = started(tmp_path, SHELF)
    one = edition(desk.root)
    answers[:] = [LATER]
    report = desk.deliver([one])
    assert (states(report), rules(report)) == (["water/minister.ar/1 waiting answered 503"], ["delivery-waiting"])
    assert desk.clock.slept == [5, 30]
    assert desk.ledger["shelf"]["water/minister.ar/1"]["tries"] == 3
    answers[:] = [LATER, Outcome("done")]
    assert states(desk.deliver([one])) == ["water/minister.ar/1 done"]
    assert desk.ledger["shelf"]["water/minister.ar/1"] == {
        "state": "done",
        "brief": one.brief,
        "day": "2026-11-26T12:00:40+00:00",
        "tries": 5,
        "files": ["minister.ar.pdf"],
    }


def test_what_fails_for_good_is_not_tried_again_by_itself(tmp_path: Path, answers: Way) -> None:
    desk = started(tmp_path, SHELF)
    one = edition(desk.root)
    answers[:] = [Outcome("failed", "answered", "404")]
    assert rules(desk.deliver([one])) == ["delivery-failed"]
    answers[:] = [Outcome("done")]
    assert (desk.deliver([one]).sent, desk.clock.slept) == ((), [])
    assert states(desk.deliver([one], again=True)) == ["water/minister.ar/1 done"]


def test_what_the_other_side_asks_for_is_heeded_within_a_bound(tmp_path: Path, answers: Way) -> None:
    desk = started(tmp_path, SHELF)
    one = edition(desk.root)
    answers[:] = [Outcome("waiting", "answered", "429", soon=True, pause=20), Outcome("done")]
    desk.deliver([one])
    assert desk.clock.slept == [20]
    two = edition(desk.root, 2)
    answers[:] = [Outcome("waiting", "answered", "429", soon=True, pause=1e12)]
    assert states(desk.deliver([two])) == ["water/minister.ar/2 waiting answered 429"]
    assert desk.clock.slept == [20], "a run does not wait for a day"
    answers[:] = [Outcome("done")]
    desk.clock.at += datetime.timedelta(hours=23)
    assert desk.deliver([two]).sent == ()
    assert states(desk.deliver([two], dry=True, again=True)) == ["water/minister.ar/2 due"]
    desk.clock.at += datetime.timedelta(hours=1)
    assert states(desk.deliver([two])) == ["water/minister.ar/2 done"]


def test_where_the_other_side_takes_nothing_the_rest_is_not_tried_and_not_forgotten(
    tmp_path: Path, answers: Way
) -> None:
    desk = Desk(house(tmp_path / "desk", SHELF))
    held = [edition(desk.root, number) for number in (1, 2, 3)]
    desk.deliver(held)
    answers[:] = [Outcome("done"), LATER]
    report = desk.deliver(held, since=datetime.date.min)
    assert states(report) == [
        "water/minister.ar/1 done",
        "water/minister.ar/2 waiting answered 503",
        "water/minister.ar/3 waiting answered 503",
    ]
    assert [each.tries for each in report.sent] == [1, 3, 0]
    answers[:] = [Outcome("done")]
    assert states(desk.deliver(held)) == ["water/minister.ar/2 done", "water/minister.ar/3 done"]


def test_one_delivery_that_fails_does_not_stop_another(tmp_path: Path, answers: Way) -> None:
    desk = started(tmp_path, {**SHELF, "other": SHELF["shelf"]})
    answers[:] = [Outcome("waiting", "no-space"), Outcome("done")]
    assert [(each.delivery, each.state) for each in desk.deliver([edition(desk.root)]).sent] == [
        ("shelf", "waiting"),
        ("other", "done"),
    ]


@pytest.mark.parametrize(("deliveries", "sure"), [(SHELF, True), (MAIL, False)], ids=["copy", "mail"])
def test_what_a_run_died_over(tmp_path: Path, answers: Way, deliveries: dict[str, Any], *, sure: bool) -> None:
    """A copy is made again; a mail may have gone out, is told of, and is sent again only where people say so."""
    desk = started(tmp_path, deliveries)
    (name,) = deliveries
    one = edition(desk.root)

    class Killed(BaseException):
        pass

    class Ways:
        def __init__(self, office: Office, *_: object) -> None:
            self.office = office

        def way(self, *_: object) -> Any:
            def die() -> Outcome:
                raise Killed

            return die

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delivering, "Ways", Ways)
        with pytest.raises(Killed):
            desk.deliver([one])
    assert desk.ledger[name]["water/minister.ar/1"]["state"] == "trying"
    answers[:] = [Outcome("done")]
    rows = states(standing([one], desk.office))
    assert rows == ["water/minister.ar/1 " + ("trying" if sure else "unsure")]
    report = desk.deliver([one])
    if sure:
        assert states(report) == ["water/minister.ar/1 done"]
        return
    assert (report.sent, rules(report)) == ((), ["delivery-unsure"])
    report = desk.deliver([one])
    assert (report.sent, report.problems) == ((), ()), "told of once; from then on it stands in the list"
    assert states(standing([one], desk.office)) == ["water/minister.ar/1 unsure interrupted"]
    assert states(desk.deliver([one], again=True)) == ["water/minister.ar/1 done"]


def test_nothing_is_sent_where_the_ledger_cannot_be_written(
    tmp_path: Path, answers: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = started(tmp_path, {**SHELF, "other": SHELF["shelf"]})
    answers[:] = [Outcome("done"), Outcome("failed", "answered", "0")]

    def full(_shelf: Shelf, _name: str, _data: bytes) -> None:
        raise OSError(28, os.strerror(28), "x")

    with monkeypatch.context() as patch:
        patch.setattr(Shelf, "write", full)
        report = desk.deliver([edition(desk.root)])
    assert (report.sent, rules(report)) == ((), ["output-unwritable"])
    assert len(answers) == 2, "nobody was asked"


def test_a_ledger_that_a_build_swept_away_is_written_again(
    tmp_path: Path, answers: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = started(tmp_path, SHELF)
    answers[:] = [Outcome("done")]
    real, calls = Shelf.write, []

    def swept(shelf: Shelf, name: str, data: bytes) -> None:
        calls.append(name)
        if len(calls) % 2:
            raise FileNotFoundError(2, "gone")
        real(shelf, name, data)

    monkeypatch.setattr(Shelf, "write", swept)
    assert states(desk.deliver([edition(desk.root)])) == ["water/minister.ar/1 done"]
    assert desk.ledger["shelf"]["water/minister.ar/1"]["state"] == "done"


# ------------------------------------------------------------------------------------------------ the ledger


SAMPLE = {
    "shelf": Account(
        ("minister",),
        None,
        ("ar",),
        {"water/minister.ar": 3},
        {
            "water/minister.ar/4": Attempt("done", "f" * 64, "2026-11-26T12:00:00+00:00"),
            "water/minister.ar/5": Attempt(
                "waiting", "e" * 64, "2026-11-26T12:00:00+00:00", 3, "answered", "429", "2026-11-27T12:00:00+00:00"
            ),
            "water/minister.ar/6": Attempt("partly", "d" * 64, "2026-11-26T12:00:00+00:00", given=("ab12",)),
        },
    )
}


def test_a_ledger_is_read_as_it_was_written() -> None:
    assert decode(encode(SAMPLE)) == SAMPLE
    assert encode(SAMPLE).decode().splitlines()[0] == "{"
    assert decode(None) == {}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"format": 1', '"format": 2'),
        ('"state": "done"', '"state": "sent"'),
        ('"water/minister.ar/4"', '"../minister.ar/4"'),
        ('"tries": 3', '"tries": "3"'),
        ('"tries": 3', '"tries": true'),
        ('"water/minister.ar": 3', '"water/minister.ar": -1'),
        ("2026-11-27T12:00:00+00:00", "tomorrow"),
        ('"audiences": [', '"audience": ['),
    ],
)
def test_a_ledger_that_says_what_none_of_ours_says_is_not_trusted(old: str, new: str) -> None:
    text = encode(SAMPLE).decode()
    assert old in text
    assert decode(text.replace(old, new).encode()) is None


@given(st.binary(max_size=60), st.integers(0, 900))
def test_whatever_lies_in_its_place_is_a_ledger_or_none(raw: bytes, at: int) -> None:
    assert decode(raw) in (None, {})
    text = encode(SAMPLE)
    decode(text[:at] + raw + text[at:])
    if text[at:].strip():
        assert decode(text[:at]) is None


@pytest.mark.parametrize("spoilt", [b"", b"{", b'{"format": 9, "deliveries": {}}'])
def test_with_a_damaged_ledger_nothing_is_sent_and_one_problem_says_what_to_do(
    tmp_path: Path, shelf: Path, spoilt: bytes
) -> None:
    desk = started(tmp_path, {**SHELF, "other": SHELF["shelf"]})
    one = edition(desk.root)
    path = desk.root / "output" / LEDGER
    path.write_bytes(spoilt)
    for wish in ({}, {"again": True}, {"since": datetime.date.min}, {"dry": True}):
        report = desk.deliver([one], **wish)
        assert (report.sent, rules(report)) == ((), ["delivery-ledger"])
    assert rules(acquaint([one], desk.office)) == ["delivery-ledger"]
    assert rules(standing([one], desk.office)) == ["delivery-ledger"]
    assert laid(shelf) == []
    assert path.read_bytes() == spoilt, "people may still find out what was sent"


def test_a_ledger_behind_a_link_is_not_trusted(tmp_path: Path, shelf: Path) -> None:
    desk = started(tmp_path, SHELF)
    path = desk.root / "output" / LEDGER
    path.rename(tmp_path / "elsewhere.json")
    path.symlink_to(tmp_path / "elsewhere.json")
    assert rules(desk.deliver([edition(desk.root)])) == ["delivery-ledger"]
    assert laid(shelf) == []


def test_two_runs_at_once_are_refused_and_a_build_is_no_run_of_deliveries(tmp_path: Path, shelf: Path) -> None:
    desk = started(tmp_path, SHELF)
    one = edition(desk.root)
    with alone(desk.root / "output", DELIVERING), pytest.raises(OutputError) as busy:
        desk.deliver([one])
    assert busy.value.args[0] == "delivery-busy"
    with alone(desk.root / "output", BUSY):
        assert states(desk.deliver([one])) == ["water/minister.ar/1 done"]
    assert laid(shelf) == ["water/minister.ar.pdf"]


def test_a_dry_run_writes_nothing(tmp_path: Path, shelf: Path) -> None:
    desk = Desk(house(tmp_path / "desk", SHELF))
    one = edition(desk.root)
    before = laid(tmp_path)
    assert desk.deliver([one], dry=True).new == {"shelf": 1}
    assert states(desk.deliver([one], dry=True, since=one.day)) == ["water/minister.ar/1 due"]
    assert (laid(tmp_path), laid(shelf)) == (before, [])


def with_page(desk: Desk, one: Edition) -> Edition:
    """The same edition, once its web page has joined its pages."""
    page = b"<!DOCTYPE html><p>x</p>"
    (desk.root / "output" / one.folder / "minister.ar.html").write_bytes(page)
    return replace(one, files={**one.files, "minister.ar.html": hashlib.sha256(page).hexdigest()})


def test_a_format_that_joins_its_edition_later_is_copied_too(tmp_path: Path, shelf: Path) -> None:
    desk = started(tmp_path, SHELF)
    one = edition(desk.root)
    desk.deliver([one])
    both = with_page(desk, one)
    assert states(standing([both], desk.office)) == ["water/minister.ar/1 due"]
    assert states(desk.deliver([both])) == ["water/minister.ar/1 done"]
    assert laid(shelf) == ["water/minister.ar.html", "water/minister.ar.pdf"]
    assert (desk.deliver([both]).sent, standing([both], desk.office).sent) == ((), ())


@pytest.mark.usefixtures("shelf")
def test_a_format_that_is_wanted_later_does_not_send_the_archive(tmp_path: Path) -> None:
    delivery = {"copy": {"to": "../shelf", "formats": ["pdf"]}, "audiences": ["minister"]}
    desk = started(tmp_path, {"shelf": delivery})
    both = with_page(desk, edition(desk.root))
    assert states(desk.deliver([both])) == ["water/minister.ar/1 done"]
    house(desk.root, SHELF)
    assert desk.deliver([both]).sent == ()


def test_a_ledger_that_knows_no_files_sends_nothing_twice(tmp_path: Path, shelf: Path) -> None:
    desk = started(tmp_path, SHELF)
    one = edition(desk.root)
    desk.deliver([one])
    ledger = desk.root / "output" / LEDGER
    ledger.write_text(ledger.read_text("utf-8").replace(', "files": ["minister.ar.pdf"]', ""), "utf-8")
    assert "files" not in desk.ledger["shelf"]["water/minister.ar/1"]
    assert desk.deliver([with_page(desk, one)]).sent == ()
    assert laid(shelf) == ["water/minister.ar.pdf"]


def test_who_was_called_is_not_called_again_for_a_second_format(tmp_path: Path, answers: Way) -> None:
    desk = started(tmp_path, MAIL)
    answers[:] = [Outcome("done")]
    one = edition(desk.root)
    assert states(desk.deliver([one])) == ["water/minister.ar/1 done"]
    assert desk.deliver([with_page(desk, one)]).sent == ()


def test_an_edition_of_a_topic_that_is_gone_waits(tmp_path: Path, shelf: Path) -> None:
    """Nobody knows any more what is kept from its readers."""
    desk = started(tmp_path, SHELF)
    one = edition(desk.root, topic="sea")
    assert states(desk.deliver([one])) == ["sea/minister.ar/1 waiting topic-gone"]
    assert laid(shelf) == []


def test_a_delivery_that_is_shown_is_noted(
    tmp_path: Path, shelf: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(house(tmp_path / "desk", SHELF))
    monkeypatch.chdir(desk.root)
    _, out, err = told(capsys, "shelf", "--dry-run")
    assert (out["new"], "not noted this time" in err) == ({"shelf": 0}, True)
    assert not (desk.root / "output" / LEDGER).exists()
    _, out, err = told(capsys)
    assert (out["new"], "what is published from now on is sent" in err) == ({"shelf": 0}, True)
    edition(desk.root)
    assert [each["state"] for each in told(capsys, "shelf")[1]["deliveries"]] == ["done"]
    assert laid(shelf) == ["water/minister.ar.pdf"]


def test_a_delivery_that_cannot_be_noted_while_others_deliver_is_said_not_to_be(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(house(tmp_path / "desk", SHELF))
    monkeypatch.chdir(desk.root)
    with alone(desk.root / "output", DELIVERING):
        status, _, err = told(capsys)
    assert (status, "not noted this time" in err) == (WELL, True)
    assert main(["deliver", "shelf", "--dry-run", "--messages", "ar"]) == WELL
    assert "لم يُسجَّل هذه المرة" in " ".join(capsys.readouterr().out.split())


def test_a_build_notes_deliveries_before_it_makes_anything(
    tmp_path: Path, shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(producing, "crew", crewed(at_once))
    desk = Desk(house(tmp_path / "desk", SHELF))
    build(desk.root, Request(today=NOON.date()), jobs=1, tell=lambda _: None)
    made = archived(Shelf(desk.root / "output"))
    assert states(desk.deliver(made)) == ["water/minister.ar/1 done"]
    assert laid(shelf) == ["water/minister.ar.html"]
    house(desk.root, {"shelf": {**SHELF["shelf"], "audiences": ["minister", "public"]}})
    build(desk.root, Request(today=NOON.date()), jobs=1, tell=lambda _: None)
    assert desk.deliver(made).sent == (), "what was there when it was opened to more readers"


def test_a_delivery_that_is_wrong_sends_nothing_and_the_others_do(tmp_path: Path, shelf: Path) -> None:
    wrong = {"copy": {"to": str(shelf)}, "audiences": ["minster"]}
    desk = started(tmp_path, {"wrong": wrong, **SHELF})
    report = desk.deliver([edition(desk.root)])
    assert ([each.delivery for each in report.sent], rules(report)) == (["shelf"], ["audience-unknown"])
    assert "wrong" not in desk.ledger


# ------------------------------------------------------------------------------------------------ the command


@pytest.mark.parametrize("language", ["ar", "en"])
def test_every_reason_has_its_words_and_every_words_their_reason(language: str) -> None:
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "generator/mujaz/deliver").glob("*.py"))
    catalogue = yaml.safe_load((ROOT / "generator/mujaz/words/people.yaml").read_text("utf-8"))
    words = {key.removeprefix("reason-") for key in catalogue if key.startswith("reason-")}
    assert {each for each in words if f'"{each}"' not in sources} == set()
    given = re.findall(r'Outcome\("\w+", (?:known or )?"([a-z-]+)"|return "([a-z-]+)", (?:True|False)', sources)
    assert {first or second for first, second in given} <= words
    for each in words:
        assert Speaker(language).say(f"reason-{each}", code="451").strip()
    for rule in ("waiting", "failed", "partly", "unsure"):
        facts = {"delivery": "office", "found": "water/minister.ar/1", "reason": "answered", "code": "451"}
        assert "451" in Speaker(language).sentence(Problem(f"delivery-{rule}", Where("mujaz.yaml"), facts))


@pytest.fixture
def desk(tmp_path: Path, shelf: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A workspace that is the current folder, with one edition that is due."""
    assert shelf.is_dir()
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    made = started(tmp_path, SHELF)
    edition(made.root)
    monkeypatch.chdir(made.root)
    return made


def told(capsys: pytest.CaptureFixture[str], *call: str) -> tuple[int, Any, str]:
    status = main(["deliver", *call, "--json"])
    out, err = capsys.readouterr()
    return status, json.loads(out), err


@pytest.mark.usefixtures("desk")
def test_the_command_shows_delivers_and_shows_again(capsys: pytest.CaptureFixture[str], shelf: Path) -> None:
    row = {"delivery": "shelf", "edition": "water/minister.ar/1", "reason": None, "code": None}
    due = {"deliveries": [{**row, "state": "due", "tries": 0}], "new": {}, "problems": []}
    status, out, err = told(capsys)
    assert (status, out) == (WELL, due)
    assert err.strip() == "shelf: water/minister.ar/1: due"
    assert told(capsys, "shelf", "--dry-run")[1] == due
    assert laid(shelf) == []
    status, out, err = told(capsys, "shelf")
    assert (status, out["deliveries"]) == (WELL, [{**row, "state": "done", "tries": 1}])
    assert err.strip().splitlines()[-1] == "delivered 1, waiting 0, failed 0"
    assert laid(shelf) == ["water/minister.ar.pdf"]
    assert told(capsys)[1]["deliveries"] == []
    assert told(capsys, "shelf")[2].strip() == "Nothing to deliver."


def test_a_delivery_that_failed_is_a_problem_and_status_1(
    desk: Desk, shelf: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    shelf.rmdir()
    for language, words in (("en", "the folder is not there"), ("ar", "المجلد غير موجود")):
        assert main(["deliver", "shelf", "--messages", language]) == WRONG_CONTENT
        out, _ = capsys.readouterr()
        assert "mujaz.yaml:5:3:" in out
        assert words in " ".join(out.split())
    status, out, _ = told(capsys)
    assert status == WELL, "to look is no failure"
    assert (out["deliveries"][0]["state"], out["deliveries"][0]["reason"]) == ("waiting", "folder-missing")
    (desk.root / "output" / LEDGER).write_bytes(b"")
    assert told(capsys, "shelf")[0] == WRONG_CONTENT


@pytest.mark.parametrize(
    ("call", "rule"),
    [
        (["shlf"], "delivery-unknown"),
        (["--all"], "delivery-nameless"),
        (["--again"], "delivery-nameless"),
        (["--since", "2026-01-01"], "delivery-nameless"),
        (["--dry-run"], "delivery-nameless"),
    ],
    ids=" ".join,
)
@pytest.mark.usefixtures("desk")
def test_a_call_that_is_off_is_told(capsys: pytest.CaptureFixture[str], call: list[str], rule: str) -> None:
    status, out, _ = told(capsys, *call)
    assert (status, [each["rule"] for each in out["problems"]]) == (WRONG_USE, [rule])


def test_the_archive_is_sent_when_it_is_asked_for(desk: Desk, capsys: pytest.CaptureFixture[str], shelf: Path) -> None:
    (desk.root / "output" / LEDGER).unlink()
    _, out, err = told(capsys, "shelf")
    assert (out["deliveries"], out["new"], laid(shelf)) == ([], {"shelf": 1}, [])
    assert "not sent: 1" in err
    _, out, _ = told(capsys, "shelf", "--since", (NOON.date() + datetime.timedelta(days=1)).isoformat())
    assert out["deliveries"] == []
    _, out, _ = told(capsys, "shelf", "--all")
    assert [each["state"] for each in out["deliveries"]] == ["done"]


def test_another_run_at_work_is_the_machines_fault(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    with alone(desk.root / "output", DELIVERING):
        status, out, _ = told(capsys, "shelf")
    assert (status, [each["rule"] for each in out["problems"]]) == (BROKEN, ["delivery-busy"])


def test_records_that_cannot_be_understood_are_no_editions(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    folder = desk.root / "output" / "editions" / "water" / "minister.ar"
    (folder / "2").mkdir()
    (folder / "2" / "edition.json").write_bytes((folder / "1" / "edition.json").read_bytes())
    (folder / "3").mkdir()
    (folder / "3" / "edition.json").write_bytes(b"{")
    assert [each["edition"] for each in told(capsys)[1]["deliveries"]] == ["water/minister.ar/1"]


def test_the_clock_of_the_tests_does_not_run() -> None:
    clock = Clock()
    clock.sleep(5)
    assert (clock.now() - NOON).total_seconds() == 5
