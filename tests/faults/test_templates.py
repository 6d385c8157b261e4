"""A house's templates as a stranger might write them: nothing gets out, nothing hangs, and only their briefs fail."""

from __future__ import annotations

import gc
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from unittest.mock import patch

import pytest

from faults.invariant import briefs, held, mended, told, whole
from faults.runs import Forge
from faults.scene import scene
from mujaz import produce as producing
from mujaz import templates as room
from mujaz.build import build
from mujaz.labels import mistakes
from mujaz.plan import Request
from mujaz.problems import Problem
from mujaz.templates import TemplateMistakeError, open_templates, rendered
from workspace import ROOT, at_once, crewed, lay, outputs, write

CANARY = "كناريا-لا-تُقرأ"

ESCAPES = {
    "a dunder": "{{ ''.__class__ }}",
    "a dunder by filter": r"{{ ''|attr('\x5f\x5fclass\x5f\x5f') }}",
    "a dunder by map": "{{ ['']|map(attribute='__class__')|join }}",
    "a dunder by format": "{{ '{0.__class__}'.format('') }}",
    "a dunder by format_map": "{{ '{a.__class__.__mro__}'.format_map({'a': ''}) }}",
    "the globals of a function": "{% macro f() %}{% endmacro %}{{ f.__globals__ }}{{ self.__init__ }}",
    "change what is given": "{{ {}.update({'a': 1}) }}{{ [].append(1) }}",
    "include from above": "{% include '../../canary' %}",
    "include from anywhere": "{% include '/etc/hostname' %}",
    "include what is no template": "{% include 'labels/ar.yaml' %}",
    "import content": "{% import '../content/topics/water/ar.yaml' as x %}",
    "include through a link": "{% include 'blocks/linked.html.j2' %}",
    "call what is Python's": "{{ range(9) }}{{ lipsum() }}",
    "debug": "{% debug %}",
}
WRONG = {
    "missing variable": "{{ nothing.at.all }}",
    "missing key": "{% set a = {} %}{{ a.b.c }}",
    "syntax error": "{% if %}",
    "unknown tag": "{% frobnicate %}",
    "unknown filter": "{{ 1|frobnicate }}",
    "block without end": "{% for a in [] %}",
    "missing template": "{% include 'nothing.css' %}",
    "division by nought": "{{ 1 / 0 }}",
    "macro that calls itself": "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    "file that includes itself": "{% include 'css/house.css' %}",
    "five thousand parentheses": "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
    "three thousand blocks in blocks": "{% if 1 %}" * 3000 + "{% endif %}" * 3000,
    "a power": "{{ 9 ** 9 ** 9 }}",
    "numbers without end": "{% set a = 9999999999 %}{% set a = a * a %}{% set a = a * a %}",
    "a rounding to a billion places": "{{ 1|round(1000000000, 'ceil') }}",
}
LARGE = {
    "a text repeated": "{{ 'x' * 10000000000 }}",
    "a text repeated in a folded constant": "{{ ('x' * 1000000000)|upper }}",
    "a wide text": "{{ 'x'|center(9999999999) }}",
    "a wide number": "{{ '%9999999999d'|format(1) }}",
    "a width in braces": "{{ '{:9999999999}'.format(1) }}",
    "a text doubled": "{% set a = 'xxxxxxxx' %}" + "{% set a = a ~ a %}" * 40,
    "a list of every letter": "{{ ('x' * 300000000)|list|length }}",
}
ENDLESS = {
    "loops in loops": "{% set a = 'x' * 99999 %}{% for i in a %}{% for j in a %}{% for k in a %}"
    "{% endfor %}{% endfor %}{% endfor %}",
    "macros that call themselves twice": "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}"
    "{% endmacro %}{{ f(90) }}",
    "comparisons in loops": "".join(f"{{% for {each} in 'abcdefghij' * 9 %}}" for each in "abcef")
    + "{% if f == 'q' %}x{% endif %}"
    + "{% endfor %}" * 5,
    "a test that takes every exception for an answer": "{% set a = 'x' * 99999 %}{% for i in a %}{% for j in a %}"
    "{% if i is sequence and j is iterable %}{% endif %}{% for k in a %}{% endfor %}{% endfor %}{% endfor %}",
}


def house(root: Path, text: str, name: str = "css/house.css") -> Path:
    path = root / "templates" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def refused(root: Path, text: str) -> Problem:
    house(root, text)
    templates = open_templates(root)
    assert templates.house
    try:
        made = rendered(templates, "css/house.css", {})
    except TemplateMistakeError as mistake:
        return mistake.problem
    raise AssertionError(f"it was let through and made {made[:100]!r}")


@pytest.mark.parametrize("text", [*ESCAPES.values(), *WRONG.values()], ids=[*ESCAPES, *WRONG])
def test_what_a_template_may_not_do_is_told_with_its_place(tmp_path: Path, text: str) -> None:
    (tmp_path / "canary").write_text(CANARY, "utf-8")
    house(tmp_path, "", "blocks/note.html.j2")
    (tmp_path / "templates" / "blocks" / "linked.html.j2").symlink_to(tmp_path / "canary")
    start = time.monotonic()
    problem = refused(tmp_path, text)
    assert time.monotonic() - start < 5
    assert problem.rule == "template-wrong"
    assert problem.where.path == "templates/css/house.css"
    assert CANARY not in str(problem)
    if "thousand" not in text and len(text) < 1000:
        assert problem.where.line == 1


@pytest.mark.parametrize("text", LARGE.values(), ids=LARGE)
def test_a_template_that_makes_too_much_is_stopped_and_leaves_the_memory(tmp_path: Path, text: str) -> None:
    before = _resident()
    problem = refused(tmp_path, text)
    assert (problem.rule, problem.where.path) == ("template-large", "templates/css/house.css")
    gc.collect()
    assert _resident() - before < 200 << 20
    assert len(bytearray(600 << 20)) > 0, "the limit is gone again"


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGESIZE")


@pytest.mark.parametrize("text", ENDLESS.values(), ids=ENDLESS)
def test_a_template_without_an_end_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """The seconds are a constant of the module; only it is made smaller here."""
    monkeypatch.setattr(room, "SECONDS", 1)
    start = time.monotonic()
    problem = refused(tmp_path, text)
    assert 0.9 < time.monotonic() - start < 5
    assert (problem.rule, problem.where.path, problem.where.line) == ("template-endless", "templates/css/house.css", 1)
    for _ in range(100):  # nothing is raised once it is over
        time.sleep(0.002)


def test_a_check_which_only_compiles_works_nothing_large_out(tmp_path: Path) -> None:
    """Jinja works out what never changes when it compiles."""
    house(tmp_path, "{{ 'x'|center(3000000000) }}")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert list(mistakes(open_templates(tmp_path))) == []
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 700 << 10


@pytest.mark.long
def test_a_build_with_an_endless_template_ends(forge: Forge, tmp_path: Path) -> None:
    desk = scene(forge, tmp_path, [f"topic-{number}" for number in range(4)])
    house(desk.root, ENDLESS["loops in loops"])
    start = time.monotonic()
    done = forge.build(desk.root, language="ar")
    lasted = time.monotonic() - start
    print(f"\nfour briefs of a template without an end: {lasted:.0f} s")
    told(done, language="ar", failed=True)
    assert set(done.rules) == {"template-endless"}
    assert set(done.data["failed"]) == briefs(desk.new).keys()
    assert sum(whole(desk.root, desk.old, desk.new).values()) == 0
    assert lasted < room.SECONDS + 4 * 3 + 10


def test_a_template_that_hangs_within_c_costs_its_brief_alone(tmp_path: Path) -> None:
    """Two lists in which each level holds the one below twice are compared for hours, by one call of C."""
    root = lay(tmp_path / "desk")
    doubled = "{% set a = [a, a] %}{% set b = [b, b] %}" * 60
    busy = "{% set a = [1] %}{% set b = [1] %}" + doubled + "{{ a == b }}"
    house(root, "{% if brief.audience == 'minister' %}" + busy + "{% endif %}")
    write(root / "mujaz.yaml", {"organisation": "المؤسسة", "limits": {"seconds": 20, "cpu-seconds": 3}})
    start = time.monotonic()
    line = [sys.executable, "-P", "-m", "mujaz", "-C", str(root), "build", "--json"]
    known = {**os.environ, "PYTHONPATH": str(ROOT / "generator")}
    done = subprocess.run(line, env=known, capture_output=True, text=True, check=False)
    assert time.monotonic() - start < 20
    said = json.loads(done.stdout)
    assert said["failed"] == ["water/minister.ar.html"]
    assert [(each["rule"], each["path"]) for each in said["problems"]] == [
        ("export-cpu", "output/water/minister.ar.html")
    ]
    assert set(outputs(root)) == {"water/public.ar.html"}


def test_a_template_has_half_the_time_of_its_file_where_the_house_gives_little(tmp_path: Path) -> None:
    root = lay(tmp_path / "desk")
    house(root, ENDLESS["loops in loops"])
    write(root / "mujaz.yaml", {"organisation": "المؤسسة", "limits": {"seconds": 4}})
    start = time.monotonic()
    with patch.object(producing, "crew", crewed(at_once)):
        result = build(root, Request(), jobs=1, tell=lambda _: None)
    assert time.monotonic() - start < 10
    assert {(each.rule, each.facts["limit"]) for each in result.problems} == {("template-endless", "2")}


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize(
    ("name", "text"),
    [("blocks/findings.html.j2", "{{ nothing }}"), ("blocks/findings.html.j2", "{% if %}")],
    ids=["missing variable", "syntax error"],
)
def test_a_broken_template_costs_the_briefs_that_need_it(
    forge: Forge, tmp_path: Path, name: str, text: str, *, language: str
) -> None:
    desk = scene(forge, tmp_path)
    topic = desk.root / "content" / "topics" / "energy" / "ar.yaml"
    words = topic.read_text("utf-8")
    topic.write_text(words[: words.index("- kind: findings")], "utf-8")
    path = house(desk.root, text, name)
    done = forge.build(desk.root, language=language)
    told(done, language=language, failed=True)
    assert done.data["failed"] == ["water/public.ar.html"]
    assert [each["target"] for each in done.data["built"]] == ["energy/public.ar.html"]
    assert [(each["path"], each["line"]) for each in done.data["problems"]] == [(f"templates/{name}", 1)]
    assert held(desk.root)["water/public.ar.html"] == desk.old["water/public.ar.html"]
    path.unlink()
    assert forge.build(desk.root).status == 0
    assert held(desk.root)["water/public.ar.html"] == desk.new["water/public.ar.html"]


@pytest.mark.parametrize("name", ["css/house.css", "blocks/summary.html.j2", "styles/chicago-ar.csl", "labels/ar.yaml"])
def test_links_pipes_and_devices_among_templates_are_not_opened(forge: Forge, tmp_path: Path, name: str) -> None:
    desk = scene(forge, tmp_path)
    (tmp_path / "canary").write_text(CANARY, "utf-8")
    path = desk.root / "templates" / name
    path.parent.mkdir(parents=True)
    path.parent.with_name("linked").symlink_to(tmp_path)
    for lead in (tmp_path / "canary", Path("/dev/zero"), Path("nowhere"), path):
        path.symlink_to(lead)
        assert forge.build(desk.root).status == 0
        path.unlink()
    os.mkfifo(path)
    assert forge.build(desk.root).status == 0
    assert held(desk.root) == desk.new
    path.unlink()
    mended(forge, desk.root, desk.new)


@pytest.mark.parametrize(
    "name", ["css/house.css", "styles/chicago-author-date.csl", "labels/ar.yaml", "site/index.css"]
)
def test_a_file_of_a_gigabyte_is_told_and_not_read(forge: Forge, tmp_path: Path, name: str) -> None:
    desk = scene(forge, tmp_path)
    path = house(desk.root, "", name)
    with path.open("wb") as file:
        file.truncate(1 << 30)
    start = time.monotonic()
    done = forge.build(desk.root)
    assert time.monotonic() - start < 10
    told(done, language="en", failed=True)
    assert [each["path"] for each in done.data["problems"]] == [f"templates/{name}"]
    path.unlink()
    assert forge.build(desk.root).status == 0
    assert held(desk.root) == desk.new
