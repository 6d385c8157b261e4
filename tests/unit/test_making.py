"""Orders: what a worker is sent to make a file of, and what it sends back."""

from __future__ import annotations

import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from mujaz import gate as gate_room
from mujaz import making
from mujaz.fitting import ordered
from mujaz.gate import Gate
from mujaz.issuing import examined
from mujaz.jobs import Job, Site, plan, site_of
from mujaz.leaks import Haystack, haystack
from mujaz.making import Heard, Order, made
from mujaz.model.document import Failure, Medium, Output, State
from mujaz.plan import Request
from mujaz.publish import Shelf
from mujaz.survey import survey
from mujaz.templates import Templates, open_templates
from mujaz.workers.outcome import packed, unpacked
from workspace import HIDDEN, lay, write


def orders(root: Path) -> dict[str, Order]:
    library = survey(root).library
    assert library is not None
    site: Site = site_of(library, open_templates(root), shelf=Shelf(root / "nowhere"), state=State())
    jobs: list[Job] = plan(site, Request())[0]
    return {job.target.audience: ordered(job, site, proved=True) for job in jobs}


def test_an_order_is_the_same_when_it_was_sent(tmp_path: Path) -> None:
    for order in orders(lay(tmp_path)).values():
        there = unpacked(packed(order))
        assert there == order
        assert isinstance(there, Order)
        assert there.composed() == order.composed()


def test_templates_that_are_sent_again_are_those_that_are_there_and_compiled_already(tmp_path: Path) -> None:
    root = lay(tmp_path)
    templates = open_templates(root)
    templates.environment(site=False).get_template("brief.html.j2")
    one, other = (unpacked(packed(templates)) for _ in range(2))
    assert one is other
    assert one == templates
    assert one is not templates
    (root / "templates" / "css").mkdir(parents=True)
    (root / "templates" / "css" / "house.css").write_text("p { color: red }", "utf-8")
    changed = unpacked(packed(open_templates(root)))
    assert changed is not one
    assert isinstance(changed, Templates)
    assert changed.house == {"css/house.css": b"p { color: red }"}


def test_what_a_file_says_is_sent_back_only_where_its_reader_is_kept_from_something(tmp_path: Path) -> None:
    found = {audience: made(order) for audience, order in orders(lay(tmp_path)).items()}
    assert isinstance(found["public"], Heard)
    assert found["public"].hay is not None
    assert type(found["minister"]) is Output


def test_the_gate_judges_by_what_was_read_in_the_very_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = lay(tmp_path)
    (root / "templates" / "css").mkdir(parents=True)
    (root / "templates" / "css" / "house.css").write_text(f"/* {HIDDEN} */", "utf-8")
    heard = made(orders(root)["public"])
    assert isinstance(heard, Heard)
    library = survey(root).library
    assert library is not None
    read: list[bytes] = []

    def noted(data: bytes) -> Haystack:
        read.append(data)
        return haystack(data)

    monkeypatch.setattr(gate_room, "haystack", noted)

    def rules(output: Output) -> set[str]:
        return {each.rule for each in examined("water/public.ar.html", output, Gate(library, open_templates(root)))}

    assert rules(heard) == {"leak"}
    assert read == [], "the worker has read it"
    nothing = replace(heard, hay=haystack(b"<p>"))
    assert rules(nothing) == set(), "what was read is what counts"
    assert rules(replace(nothing, data=heard.data + b" ")) == {"leak"}, "but not of other bytes"
    assert rules(Output(heard.data)) == {"leak"}
    assert len(read) == 2


def test_a_large_file_is_read_where_it_is_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "_LARGE", 100)
    assert type(made(orders(lay(tmp_path))["public"])) is Output


def test_an_order_carries_nothing_of_the_house_that_no_page_shows(tmp_path: Path) -> None:
    root = lay(tmp_path)
    address = "secret.minister@gov.example"
    mail = {"mail": {"host": "mail.example", "from": "desk@gov.example", "to": [address]}, "audiences": ["public"]}
    write(
        root / "mujaz.yaml", {"organisation": "المؤسسة", "colours": {"accent": "#123456"}, "deliveries": {"post": mail}}
    )
    library = survey(root).library
    assert library is not None
    assert library.workspace.deliveries
    for order in orders(root).values():
        assert order.house.workspace.colours.accent == "#123456"
        assert address.encode() not in packed(order)


def test_templates_that_come_to_several_threads_at_once_are_each_its_own(tmp_path: Path) -> None:
    """As on a worker of Dask that has several."""
    sent = []
    for number in range(3):
        root = lay(tmp_path / str(number))
        (root / "templates" / "css").mkdir(parents=True)
        (root / "templates" / "css" / "house.css").write_text(f"p {{ margin: {number}pt }}", "utf-8")
        sent.append((open_templates(root), packed(open_templates(root))))
    wrong: list[int] = []
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)

    def unpack(number: int) -> None:
        held, raw = sent[number]
        wrong.extend(number for _ in range(1500) if unpacked(raw) != held)

    try:
        threads = [threading.Thread(target=unpack, args=(number,)) for number in (0, 1, 2, 0)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    finally:
        sys.setswitchinterval(interval)
    assert wrong == []


def test_whoever_is_asked_next_knows_which_template_was_stopped(tmp_path: Path) -> None:
    root = lay(tmp_path)
    (root / "templates" / "css").mkdir(parents=True)
    (root / "templates" / "css" / "house.css").write_text("p { margin: 77pt }", "utf-8")
    templates = open_templates(root)
    first = unpacked(packed(templates))
    assert isinstance(first, Templates)
    assert first.endless == set()
    templates.endless.add("templates/css/house.css")
    assert unpacked(packed(templates)) is first
    assert first.endless == {"templates/css/house.css"}


def test_a_template_that_fails_comes_back_as_its_problem(tmp_path: Path) -> None:
    root = lay(tmp_path)
    (root / "templates" / "css").mkdir(parents=True)
    (root / "templates" / "css" / "house.css").write_text("\n{{ nothing.at.all }}", "utf-8")
    failed = made(orders(root)["minister"])
    assert isinstance(failed, Failure)
    assert failed.problem is not None
    assert (failed.rule, failed.problem.where.path, failed.problem.where.line) == (
        "template-wrong",
        "templates/css/house.css",
        2,
    )
    assert unpacked(packed(failed)) == failed


def test_pages_over_their_budget_are_neither_proved_nor_read(tmp_path: Path) -> None:
    order = replace(orders(lay(tmp_path))["public"], medium=Medium.PRINT)
    assert isinstance(made(order), Heard)
    long = made(replace(order, budget=0))
    assert type(long) is Output
    assert long.pages == 1
