"""Orders: what a worker is sent to make a file of, and what it sends back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mujaz.fitting import ordered
from mujaz.jobs import Job, Site, plan, site_of
from mujaz.making import Heard, Order, made
from mujaz.model.document import Failure, Medium, Output, State
from mujaz.plan import Request
from mujaz.publish import Shelf
from mujaz.survey import survey
from mujaz.templates import Templates, open_templates
from mujaz.workers.outcome import packed, unpacked
from workspace import HIDDEN, lay


def orders(root: Path) -> dict[str, Order]:
    library = survey(root).library
    assert library is not None
    site: Site = site_of(library, open_templates(root), shelf=Shelf(root / "nowhere"), state=State())
    jobs: list[Job] = plan(site, Request())[0]
    return {job.target.audience: ordered(job, site) for job in jobs}


def test_an_order_is_the_same_in_the_process_that_it_is_sent_to(tmp_path: Path) -> None:
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


def test_the_gate_judges_by_what_the_worker_has_read(tmp_path: Path) -> None:
    """The bytes that are sent say it, and so does what was read in them: neither is taken from elsewhere."""
    root = lay(tmp_path)
    (root / "templates" / "css").mkdir(parents=True)
    (root / "templates" / "css" / "house.css").write_text(f"/* {HIDDEN} */", "utf-8")
    heard = made(orders(root)["public"])
    assert isinstance(heard, Heard)
    assert heard.hay is not None
    assert HIDDEN in heard.data.decode()
    assert any(HIDDEN in each.text for each in heard.hay.passages)


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
