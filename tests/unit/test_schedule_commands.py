"""The commands below `schedule`, what a build says that came of it, the zones, the units, the alarms."""

from __future__ import annotations

import datetime
import io
import json
import os
import shlex
import shutil
import subprocess
import sys
import threading
import time
import zoneinfo
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from mujaz import alarms, runs, zones
from mujaz.agenda import Owed
from mujaz.cli import main
from mujaz.commands import running
from mujaz.console import BROKEN, WELL, WRONG_CONTENT, WRONG_USE
from mujaz.latch import held
from mujaz.logbook import LOGBOOK, encode
from mujaz.model.cron import Cron, parsed
from mujaz.model.schedule import Logbook, Outcome, Page, Run, Schedule
from mujaz.publish import BUSY
from mujaz.runs import Came
from mujaz.scheduling import RUNNER, RUNNING, Clerk, Clock, Records
from mujaz.schema import schema
from mujaz.units import can_stand, crontab_line, name_of, service, with_line
from workspace import lay

UTC = datetime.UTC
START = datetime.datetime(2026, 11, 26, 10, 0, tzinfo=UTC)
WEEKLY = {"name": "weekly", "cron": "0 6 * * sun", "timezone": "Asia/Baghdad"}
NIGHTLY = {"name": "nightly", "cron": "30 0 * * *", "timezone": "Africa/Cairo", "audiences": ["public"]}


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit status, standard output, standard error."""
    try:
        status = main(arguments)
    except SystemExit as stop:
        status = int(str(stop.code))
    out, err = capsys.readouterr()
    return status, out, err


def house(root: Path, *schedules: dict[str, Any]) -> Path:
    lay(root)
    data = {"organisation": "المؤسسة", "schedule": list(schedules)}
    (root / "mujaz.yaml").write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
    return root


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    return house(tmp_path / "desk", WEEKLY, NIGHTLY)


def page(root: Path, name: str, *outcomes: Outcome | None) -> None:
    made = [Run(START, START, START if each else None, each, why=("x [y]",)) for each in outcomes]
    path = root / "output" / LOGBOOK
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encode(Logbook({name: Page("0 6 * * sun", "Asia/Baghdad", START, tuple(made))})))


# ------------------------------------------------------------------------------------------------ due


def test_due_prints_the_times_of_a_period_both_days_included(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call = ("-C", str(desk), "schedule", "due", "--from", "2026-04-23", "--to", "2026-04-26")
    status, out, _ = run(capsys, *call)
    assert status == WELL
    assert out.splitlines() == [
        "2026-04-23 00:30 +0200  nightly  Africa/Cairo",
        "2026-04-24 01:00 +0300  nightly  Africa/Cairo",
        "2026-04-25 00:30 +0300  nightly  Africa/Cairo",
        "2026-04-26 00:30 +0300  nightly  Africa/Cairo",
        "2026-04-26 06:00 +0300  weekly   Asia/Baghdad",
    ]
    _, out, _ = run(capsys, *call, "--json")
    told = json.loads(out)
    assert told["problems"] == []
    assert told["due"][1] == {
        "schedule": "nightly",
        "at": "2026-04-23T22:00:00Z",
        "local": "2026-04-24T01:00:00+03:00",
        "day": "2026-04-24",
        "timezone": "Africa/Cairo",
    }
    assert [each["at"] for each in told["due"]] == sorted(each["at"] for each in told["due"])


@pytest.mark.parametrize(
    ("since", "until", "count"),
    [
        ("2026-04-26T06:00", "2026-04-26T06:01", 1),
        ("2026-04-26T06:00", "2026-04-26T06:00", 0),
        ("2026-04-26T03:00+00:00", "2026-04-26T03:01+00:00", 1),
        ("2026-04-26T03:01+00:00", "2026-04-26T04:00+00:00", 0),
    ],
)
def test_moments_of_a_period_are_read_by_the_clock_of_the_schedule_or_by_their_own(
    tmp_path: Path, since: str, until: str, count: int, *, capsys: pytest.CaptureFixture[str]
) -> None:
    root = house(tmp_path / "desk", WEEKLY)
    _, out, _ = run(capsys, "-C", str(root), "schedule", "due", "--from", since, "--to", until, "--json")
    assert len(json.loads(out)["due"]) == count


@pytest.mark.parametrize(
    ("period", "told"),
    [
        (("--from", "2026-04-26", "--to", "2026-04-23"), "2026-04-23) before it begins (2026-04-26"),
        (("--from", "2026-04-26", "--to", "2026-04-25"), "2026-04-25) before it begins (2026-04-26"),
        (("--from", "2026-04-26T06:00", "--to", "2026-04-26T05:59"), "05:59:00) before it begins (2026-04-26T06:00:00"),
        (("--from", "2026-04-26T06:00", "--to", "2026-04-25"), "2026-04-25) before it begins (2026-04-26T06:00:00"),
        (("--to", "2020-01-01"), "2020-01-01) before it begins (20"),
    ],
)
def test_a_period_that_runs_backwards_is_wrong_use(
    desk: Path, period: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    call = ("-C", str(desk), "schedule", "due", *period)
    status, out, _ = run(capsys, *call, "--messages", "en")
    assert status == WRONG_USE
    assert out.startswith("--to: error [period-backwards]\n")
    assert told in " ".join(out.split())
    status, out, _ = run(capsys, *call, "--json", "--messages", "ar")
    assert status == WRONG_USE
    (problem,) = json.loads(out)["problems"]
    assert problem["message"].startswith("تنتهي المدة (")


@pytest.mark.parametrize(
    "period",
    [
        ("--from", "2026-04-26", "--to", "2026-04-26"),
        ("--from", "2026-04-26T06:00", "--to", "2026-04-26"),
        ("--from", "2026-04-26", "--to", "2026-04-26T00:00"),
        ("--from", "2026-04-26T00:30", "--to", "2026-04-25T22:00+00:00"),
    ],
)
def test_a_period_that_is_one_by_the_clock_of_any_schedule_is_told(
    desk: Path, period: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, _ = run(capsys, "-C", str(desk), "schedule", "due", *period, "--json")
    assert (status, json.loads(out)["problems"]) == (WELL, [])


def test_a_week_from_now_is_told_where_nothing_is_asked_for(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "-C", str(desk), "schedule", "due", "--json")
    assert len(json.loads(out)["due"]) == 8


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_house_without_schedules_is_told_so(
    tmp_path: Path, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    root = house(tmp_path / "desk")
    for verb in ("due", "status"):
        status, out, _ = run(capsys, "-C", str(root), "schedule", verb, "--messages", language)
        assert status == WELL
        assert "mujaz.yaml" in out
    assert not (root / "output").exists()


@pytest.mark.parametrize("verb", ["due", "status", "run", "now weekly", "install --cron"])
def test_a_mistake_in_mujaz_yaml_is_told_with_its_place(
    desk: Path, verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = desk / "mujaz.yaml"
    path.write_text(path.read_text("utf-8").replace("* * sun", "* * 0"), "utf-8")
    status, out, _ = run(capsys, "-C", str(desk), "schedule", *verb.split(), "--messages", "en")
    assert status == WRONG_CONTENT
    assert "mujaz.yaml:3:17: error [cron-weekday]" in out
    assert "Did you mean “sun”?" in out
    assert "has no schedules" not in out


def test_a_name_that_nothing_has_is_told_and_the_times_too(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = desk / "mujaz.yaml"
    path.write_text(path.read_text("utf-8").replace("- public", "- pubic"), "utf-8")
    status, out, _ = run(capsys, "-C", str(desk), "schedule", "due", "--json")
    told = json.loads(out)
    assert status == WRONG_CONTENT
    assert [each["rule"] for each in told["problems"]] == ["audience-unknown"]
    assert told["problems"][0]["line"] == 7
    assert len(told["due"]) == 8


# ------------------------------------------------------------------------------------------------ status


def test_status_shows_the_last_run_and_the_next_time(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page(desk, "weekly", Outcome.FAILED, Outcome.BUILT)
    status, out, _ = run(capsys, "-C", str(desk), "schedule", "status", "--messages", "en")
    assert status == WELL
    first, second, last = out.splitlines()
    assert first.startswith("weekly   2026-11-26 13:00 Asia/Baghdad built  next: 20")
    assert second.startswith("nightly  never run  next: 20")
    assert last == "No “schedule run” waits for the times just now."
    with held(desk / "output", RUNNER):
        _, out, _ = run(capsys, "-C", str(desk), "schedule", "status", "--json")
    told = json.loads(out)
    assert told["waiting"] is True
    assert told["schedules"][0]["last"]["outcome"] == "built"
    assert told["schedules"][1]["last"] is None
    assert not told["schedules"][0]["failing"]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_three_failures_in_a_row_are_seen_and_exit_1(
    desk: Path, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    page(desk, "weekly", Outcome.FAILED, Outcome.PROBLEMS, Outcome.FAILED)
    status, out, _ = run(capsys, "-C", str(desk), "schedule", "status", "--messages", language)
    assert status == WRONG_CONTENT
    assert "x [y]" in out
    assert "3" in out.splitlines()[0]


def test_a_run_at_work_and_one_that_was_killed_are_told_apart(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page(desk, "weekly", Outcome.BUILT, None)
    with held(desk / "output", RUNNING):
        _, out, _ = run(capsys, "-C", str(desk), "schedule", "status", "--json")
    row = json.loads(out)["schedules"][0]
    assert (row["running"], row["last"]["outcome"]) == (True, None)
    _, out, _ = run(capsys, "-C", str(desk), "schedule", "status", "--json")
    row = json.loads(out)["schedules"][0]
    assert (row["running"], row["last"]["outcome"]) == (False, "interrupted")


def test_a_damaged_record_is_one_warning(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = desk / "output" / LOGBOOK
    path.parent.mkdir(parents=True)
    path.write_bytes(b"{ torn")
    status, out, _ = run(capsys, "-C", str(desk), "schedule", "status", "--json")
    told = json.loads(out)
    assert status == WELL
    assert [(each["rule"], each["severity"]) for each in told["problems"]] == [("schedule-damaged", "warning")]
    assert path.read_bytes() == b"{ torn"


# ------------------------------------------------------------------------------------------------ now


def test_now_builds_what_a_schedule_asks_for_and_writes_it_down(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "-C", str(desk), "schedule", "now", "nightly", "--messages", "en", "--json")
    assert status == WELL, out + err
    lines = out.splitlines()
    assert "nightly: begins; due now, by hand" in lines[0]
    told = json.loads("\n".join(lines[2:]))
    assert (told["schedule"], told["outcome"], told["counts"]["built"]) == ("nightly", "built", 1)
    assert sorted(path.name for path in (desk / "output" / "water").iterdir()) == ["public.ar.html"]
    record = json.loads((desk / "output" / LOGBOOK).read_bytes())["schedules"]
    assert [run["outcome"] for run in record["nightly"]["runs"]] == ["built"]


def test_a_scheduled_build_goes_to_the_workers_that_are_named(
    desk: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[list[str]] = []

    def finished(command: list[str], _stop: object) -> tuple[int, bytes, bytes]:
        called.append(command)
        return WELL, b"{}", b""

    monkeypatch.setattr(runs, "finished", finished)
    for options in (["--jobs", "3"], ["--cluster", "tcp://127.0.0.1:8786", "--jobs", "1"]):
        status, out, err = run(capsys, "-C", str(desk), "schedule", "now", "nightly", *options)
        assert status == WELL, out + err
    told = [[each for each in command if each.startswith(("--jobs", "--cluster"))] for command in called]
    assert told == [["--jobs=3"], ["--jobs=1", "--cluster=tcp://127.0.0.1:8786"]]


def test_now_with_a_name_that_nothing_has_is_refused(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "-C", str(desk), "schedule", "now", "nightli", "--json")
    assert status == WRONG_USE
    assert json.loads(out)["problems"][0]["message"].endswith("Did you mean “nightly”? Allowed: weekly, nightly.")


def test_a_mistake_in_a_topic_is_a_run_with_problems(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    topic = desk / "content" / "topics" / "water" / "ar.yaml"
    topic.write_text(topic.read_text("utf-8").replace("title:", "titel:"), "utf-8")
    status, out, _ = run(capsys, "-C", str(desk), "schedule", "now", "weekly", "--log", "json")
    assert status == WRONG_CONTENT
    last = json.loads(out.splitlines()[-1])
    assert last["event"] == "problems"
    assert last["counts"]["stopped"] == 1
    assert any("content/topics/water/ar.yaml:" in each and "[key-unknown]" in each for each in last["why"])


def test_a_run_that_waits_for_another_build_says_so_and_ends_when_it_is_told(
    desk: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "_WAIT", 0.05)
    monkeypatch.setattr(running, "_BUSY_WAITS", 2)
    with held(desk / "output", Path(BUSY).name):
        status, out, _ = run(capsys, "-C", str(desk), "schedule", "now", "weekly", "--log", "json")
    assert status == BROKEN
    assert [json.loads(line)["event"] for line in out.splitlines()] == ["started", "busy"] * 3
    record = json.loads((desk / "output" / LOGBOOK).read_bytes())["schedules"]
    assert [run["outcome"] for run in record["weekly"]["runs"]] == ["busy"], "one run, whatever it waited"


@pytest.mark.parametrize(
    ("status", "out", "err", "came"),
    [
        (0, '{"problems": [], "built": [1, 2], "fresh": [3]}', "", (Outcome.BUILT, ())),
        (0, '{"problems": [], "built": []}', "", (Outcome.NOTHING, ())),
        (1, '{"problems": [{"rule": "r", "severity": "error", "path": "p", "line": 3, "column": null}]}', "",
         (Outcome.PROBLEMS, ("p:3 [r]",))),
        (3, '{"problems": [{"rule": "output-busy", "severity": "error", "path": "o", "message": "m"}]}', "",
         (Outcome.BUSY, ("o [output-busy]: m",))),
        (3, '{"problems": [{"rule": "r", "severity": "error", "path": "o", "message": "The disk is full."}]}', "",
         (Outcome.FAILED, ("o [r]: The disk is full.",))),
        (2, '{"problems": [{"rule": "topic-unknown", "severity": "error", "path": "t", "message": "m"}]}', "",
         (Outcome.PROBLEMS, ("t [topic-unknown]: m",))),
        (-9, "", "", (Outcome.FAILED, ("SIGKILL",))),
        (130, "", "interrupted", (Outcome.INTERRUPTED, ("status 130", "interrupted"))),
        (1, "no JSON", "a\nTraceback\nMemoryError: x\n", (Outcome.FAILED, ("status 1", "MemoryError: x"))),
        (0, "[]", "", (Outcome.FAILED, ("status 0",))),
    ],
)  # fmt: skip
def test_what_a_build_says_is_understood(
    status: int, out: str, err: str, came: tuple[Outcome, tuple[str, ...]]
) -> None:
    found = runs.came(status, out.encode(), err.encode())
    assert (found.outcome, found.why) == came


@pytest.mark.parametrize(
    ("status", "out", "came"),
    [
        (0, '{"deliveries": [{"state": "done"}, {"state": "due"}], "problems": []}', (Outcome.BUILT, (), 0, 1)),
        (1, '{"deliveries": [], "problems": [{"rule": "r", "severity": "error", "path": "p"}]}',
         (Outcome.PROBLEMS, ("p [r]",), 1, 0)),
        (3, '{"deliveries": [], "problems": [{"rule": "r", "severity": "error", "path": "p", "message": "m"}]}',
         (Outcome.FAILED, ("p [r]: m",), 3, 0)),
        (-9, "", (Outcome.FAILED, ("SIGKILL",), 3, None)),
    ],
)  # fmt: skip
def test_what_deliveries_say_belongs_to_the_run(
    status: int, out: str, came: tuple[Outcome, tuple[str, ...], int, int | None]
) -> None:
    built = Came(Outcome.BUILT, {"built": 2})
    found = runs.sent(built, status, out.encode(), b"")
    assert (found.outcome, found.why, found.status, found.counts.get("sent")) == came
    assert found.counts["built"] == 2


def test_deliveries_follow_a_run_where_a_schedule_names_some(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root, shelf = house(tmp_path / "desk", {**NIGHTLY, "after": ["archive"]}, WEEKLY), tmp_path / "shelf"
    shelf.mkdir()
    with (root / "mujaz.yaml").open("a", encoding="utf-8") as file:
        file.write(f"deliveries:\n  archive: {{copy: {{to: {shelf}}}, audiences: [public]}}\n")
    for name, follows in (("nightly", True), ("weekly", False)):
        status, out, err = run(capsys, "-C", str(root), "schedule", "now", name, "--log", "json")
        assert status == WELL, out + err
        counts = json.loads(out.splitlines()[-1])["counts"]
        assert counts.get("sent") == (1 if follows else None), out
    copied = {path.relative_to(shelf).as_posix() for path in shelf.rglob("*") if path.is_file()}
    assert copied
    assert all((root / "output" / name).read_bytes() == (shelf / name).read_bytes() for name in copied)


# ------------------------------------------------------------------------------------------------ alarms


def test_alarms_run_what_is_owed_one_after_another_and_end_when_they_are_told(tmp_path: Path) -> None:
    """APScheduler itself, with a real clock: two schedules that slept, and one that is not due."""
    schedules = [
        Schedule.model_validate({"name": name, "cron": "0 0 1 * *", "timezone": "UTC"}) for name in ("a", "b", "c")
    ]
    ran: list[str] = []
    at_work, most = 0, 0
    stop = threading.Event()

    def work(schedule: Schedule) -> Came:
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        time.sleep(0.2)
        at_work -= 1
        ran.append(schedule.name)
        if len(ran) == 2:
            stop.set()
        return Came(Outcome.BUILT)

    clock = Clock(lambda: datetime.datetime.now(UTC), time.monotonic)
    clerk = Clerk(Records(tmp_path / "output"), clock, lambda *_, **__: None, work, stop=stop)
    clerk.keep(schedules)
    for name in ("a", "b"):
        clerk.owed[name] = Owed(START)
    given = iter([tuple(schedules)])
    thread = threading.Thread(target=alarms.wait_for_times, args=(clerk, stop, lambda: next(given, None)))
    thread.start()
    thread.join(10)
    assert not thread.is_alive()
    assert sorted(ran) == ["a", "b"]
    assert most == 1


# ------------------------------------------------------------------------------------------------ zones


@pytest.fixture
def databases(tmp_path: Path) -> Iterator[Path]:
    """A system's database in a folder of its own."""
    folder = tmp_path / "zoneinfo"
    (folder / "Asia").mkdir(parents=True)
    source = Path(str(resources.files("tzdata"))) / "zoneinfo" / "Asia" / "Riyadh"
    shutil.copy(source, folder / "Asia" / "Baghdad")  # a zone that can be told from the package's own
    caches = (zones.zone, zones.names, zones._packaged)
    for each in caches:
        each.cache_clear()
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath(to=[str(folder)])
    zoneinfo.ZoneInfo.clear_cache()
    yield folder
    zoneinfo.reset_tzpath(to=before)
    zoneinfo.ZoneInfo.clear_cache()
    for each in caches:
        each.cache_clear()


@pytest.mark.parametrize(
    ("version", "asked"),
    [("# version 2020a", "package"), ("# version 2099z", "system"), ("# no version", "package"), (None, "package")],
)
def test_the_newer_database_of_time_zones_is_asked(databases: Path, version: str | None, asked: str) -> None:
    if version:
        (databases / "tzdata.zi").write_text(f"{version}\nR x\n", "utf-8")
    found = zones.zone("Asia/Baghdad")
    assert found is not None
    summer = datetime.datetime(1990, 7, 1, tzinfo=found).utcoffset()
    hours = {"package": 4, "system": 3}  # Riyadh never had summer time
    assert summer == datetime.timedelta(hours=hours[asked])
    assert (zones.version() == "2099z") == (asked == "system")
    assert "Asia/Baghdad" in zones.names()


@pytest.mark.parametrize(
    "name", ["", "Asia", "asia/baghdad/", "../../etc/passwd", "/etc/localtime", "posix/UTC", "UTC\n"]
)
def test_what_is_no_name_of_a_zone_is_none(name: str) -> None:
    assert zones.zone(name) is None


# ------------------------------------------------------------------------------------------------ install

ODD = '/srv/موجز 100% "of" $HOME; it\'s \\%\\\\ here'


@pytest.mark.parametrize("folder", ["bin", "a program 5% more", 'a "program" it\'s $HOME \\', "برنامج"])
def test_a_unit_is_one_that_systemd_takes_whatever_the_paths_are(tmp_path: Path, folder: str) -> None:
    program = tmp_path / folder / "python"
    program.parent.mkdir()
    program.symlink_to(sys.executable)
    call = (str(program), "-P", "-m", "mujaz", "-C", ODD, "schedule", "run")
    unit = tmp_path / f"{name_of(Path(ODD))}.service"
    unit.write_text(service(call, Path(ODD), system=True), "utf-8")
    started = next(line for line in unit.read_text("utf-8").splitlines() if line.startswith("ExecStart="))
    words = unescaped(started.removeprefix("ExecStart="))
    assert words[-len(call) :] == list(call)
    assert words[: -len(call)] in ([], ["/bin/sh", "-c", 'exec "$0" "$@"'])
    if words[0] == "/bin/sh":
        told = subprocess.run(
            [*words[:4], "-c", "print(*__import__('sys').argv)", "a b"], capture_output=True, check=True
        )
        assert told.stdout == b"-c a b\n"
    if shutil.which("systemd-analyze"):
        verified = subprocess.run(
            ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False, timeout=60
        )
        assert (verified.returncode, verified.stdout + verified.stderr) == (0, "")


def unescaped(line: str) -> list[str]:
    """As systemd.service(5) reads ExecStart: words in quotation marks, specifiers, and variables but in the first."""
    words, word, quoted, characters = [], "", False, iter(line)
    for character in characters:
        if character == '"':
            quoted = not quoted
        elif character == "\\":
            word += next(characters)
        elif character == " " and not quoted:
            words.append(word)
            word = ""
        else:
            word += character
    words.append(word)
    plain = [each.replace("%%", "%") for each in words]
    return [plain[0], *(each.replace("$$", "$") for each in plain[1:])]


def test_a_line_of_a_crontab_is_the_same_call_after_cron_and_the_shell() -> None:
    call = ("/opt/a b/python", "-C", ODD, "schedule", "run", "--once")
    line = crontab_line(call, [])
    minutes, command = line[:12], line[12:]
    assert minutes == "*/15 * * * *"
    seen, characters = "", iter(command.removeprefix(" "))
    for character in characters:  # as cron's do_command.c does: a backslash goes before % and before another one
        if character == "\\":
            after = next(characters)
            seen += after if after in "%\\" else f"\\{after}"
        else:
            assert character != "%"
            seen += character
    assert shlex.split(seen) == list(call)


@pytest.mark.parametrize(
    ("crons", "step"),
    [(["0 6 * * *"], "*/15"), (["0 6 * * *", "20 7 * * *"], "*/5"), (["7 * * * *"], "*"), (["*/30 * * * *"], "*/15")],
)
def test_cron_looks_as_often_as_something_may_be_due(crons: list[str], step: str) -> None:
    schedules = [Schedule.model_validate({"name": "s", "cron": cron, "timezone": "Asia/Kathmandu"}) for cron in crons]
    assert crontab_line(("x",), schedules) == f"{step} * * * * x"


def test_a_crontab_has_the_line_of_a_workspace_once() -> None:
    first = with_line("MAILTO=me\n0 1 * * * backup\n", "mujaz-a", "x")
    both = with_line(first, "mujaz-b", "y")
    again = with_line(both, "mujaz-a", "z")
    marks = ["# mujaz schedule install: mujaz-a", "z", "# mujaz schedule install: mujaz-b", "y"]
    assert again.splitlines() == ["MAILTO=me", "0 1 * * * backup", *marks]
    assert with_line(again, "mujaz-b", "y") == again


def test_names_of_units_are_plain_and_differ_as_folders_do() -> None:
    names = [name_of(Path(path)) for path in ("/srv/briefs", "/home/x/briefs", "/srv/موجز", "/srv/A b.c")]
    assert len(set(names)) == 4
    assert all(name.startswith("mujaz-") and name.replace("-", "").isalnum() and name.isascii() for name in names)
    assert names[0].startswith("mujaz-briefs-")
    assert not can_stand(["/srv/a\nb"])
    assert can_stand([ODD])


def test_install_shows_writes_after_yes_and_shows_what_differs(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    units = desk.parent / "units"
    call = ("-C", str(desk), "schedule", "install", "--systemd", "--to", str(units), "--messages", "en")
    status, out, _ = run(capsys, *call)
    assert status == WELL
    assert "ExecStart=" in out
    assert "Nothing was written" in out
    assert not units.exists()
    status, out, _ = run(capsys, *call, "--yes")
    (unit,) = units.iterdir()
    assert "written: " in out
    assert f"enable --now {unit.name}" in out
    whole = unit.read_bytes()
    status, out, _ = run(capsys, *call, "--yes")
    assert "is as it should be" in out
    assert "ExecStart" not in out
    unit.write_text(unit.read_text("utf-8").replace("Nice=10", "Nice=3"), "utf-8")
    status, out, _ = run(capsys, *call)
    assert "-Nice=3" in out
    assert "+Nice=10" in out
    assert b"Nice=3" in unit.read_bytes(), "shown, and not written"
    status, out, _ = run(capsys, *call, "--yes", "--json")
    assert json.loads(out)["files"][0]["state"] == "other"
    assert json.loads(out)["files"][0]["written"] is True
    assert unit.read_bytes() == whole
    assert [path.name for path in units.iterdir()] == [unit.name]


@pytest.mark.parametrize(("answer", "written"), [("y\n", True), ("نعم\n", True), ("n\n", False), ("", False)])
def test_whoever_sits_at_a_terminal_is_asked(
    desk: Path, answer: str, written: bool, *, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    units = desk.parent / "units"
    monkeypatch.setattr("sys.stdin", Terminal(answer))
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    run(capsys, "-C", str(desk), "schedule", "install", "--systemd", "--to", str(units))
    assert units.exists() is written


def test_install_cron_changes_the_crontab_of_this_user(
    desk: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tools = desk.parent / "bin"
    tools.mkdir()
    kept = desk.parent / "kept"
    kept.write_text("0 1 * * * backup\n", "utf-8")
    tool = tools / "crontab"
    tool.write_text(f'#!/bin/sh\n[ "$1" = -l ] && exec cat {kept}\nexec cat >{kept}\n', "utf-8")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    call = ("-C", str(desk), "schedule", "install", "--cron", "--messages", "en")
    _, out, _ = run(capsys, *call)
    assert "+*/15 * * * * " in out
    assert kept.read_text("utf-8") == "0 1 * * * backup\n"
    status, out, _ = run(capsys, *call, "--yes")
    assert status == WELL
    backup, mark, line = kept.read_text("utf-8").splitlines()
    assert (backup, mark) == ("0 1 * * * backup", f"# mujaz schedule install: {name_of(desk)}")
    assert line.endswith(f"-C {desk} --messages en schedule run --once")
    _, out, _ = run(capsys, *call, "--yes")
    assert "is as it should be" in out


def test_install_cron_without_cron_ends_in_a_sentence(
    desk: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mujaz.installing.shutil.which", lambda _: None)
    status, out, _ = run(capsys, "-C", str(desk), "schedule", "install", "--cron", "--messages", "en")
    assert status == BROKEN
    assert "[crontab-failed]" in out
    status, out, _ = run(
        capsys, "-C", str(desk), "schedule", "install", "--cron", "--to", str(desk.parent / "cron.d"), "--yes"
    )
    (file,) = (desk.parent / "cron.d").iterdir()
    assert status == WELL
    assert "." not in file.name
    assert len(file.read_text("utf-8").splitlines()[1].split()) > 6


def test_install_where_nobody_may_write_ends_in_a_sentence(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = desk.parent / "file"
    file.write_text("", "utf-8")
    call = ("-C", str(desk), "schedule", "install", "--systemd", "--to", str(file), "--yes", "--messages", "en")
    status, out, _ = run(capsys, *call)
    assert status == BROKEN
    assert "[file-unwritable]" in out


@pytest.mark.parametrize(
    "arguments",
    [[], ["frobnicate"], ["install"], ["install", "--systemd", "--cron"], ["due", "--from", "tomorrow"], ["now"]],
    ids=" ".join,
)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_call_that_is_off_ends_in_a_sentence(
    arguments: list[str], language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = run(capsys, "schedule", *arguments, *(["--messages", language] if arguments else []))
    assert status == WRONG_USE
    assert not out
    assert err.strip()
    assert "Traceback" not in err


def test_nothing_that_builds_or_waits_is_loaded_to_look_at_times(desk: Path) -> None:
    code = (
        "import sys; from mujaz.cli import main; "
        f"main(['-C', {str(desk)!r}, 'schedule', 'due']); print(*sorted(sys.modules))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    loaded = set(told.stdout.splitlines()[-1].split())
    assert not loaded & {"weasyprint", "matplotlib", "apscheduler", "pebble", "mujaz.build", "jinja2"}


def test_the_samples_of_the_guides_are_schedules_without_a_mistake(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    docs = Path(__file__).resolve().parents[2] / "docs"
    text = (docs / "authors.en.md").read_text("utf-8")
    sample = text.partition("```yaml\nschedule:\n")[2].partition("```")[0]
    root = lay(tmp_path / "desk", topics=("irrigation",))
    (root / "mujaz.yaml").write_text(f"organisation: المؤسسة\nschedule:\n{sample}", "utf-8")
    status, out, _ = run(capsys, "-C", str(root), "schedule", "status", "--json")
    assert status == WELL
    assert [each["schedule"] for each in json.loads(out)["schedules"]] == ["weekly-minister", "evenings"]
    listed = text.partition("```\n0 6 * * sun   ")[2].partition("```")[0]
    lines = [line[:20].strip() for line in f"0 6 * * sun   {listed}".splitlines()]
    assert len(lines) == 4
    assert all(isinstance(parsed(line), Cron) for line in lines)
    house = yaml.safe_load((root / "mujaz.yaml").read_text("utf-8"))
    editor = jsonschema.Draft7Validator(schema("workspace"))
    assert list(editor.iter_errors(house)) == []
    for key, wrong in (("cron", "0 6 * * 0"), ("cron", "0 6 * *"), ("catch-up", "twice"), ("name", "A b")):
        bad = {**house, "schedule": [{**house["schedule"][0], key: wrong}]}
        assert [error.absolute_path[-1] for error in editor.iter_errors(bad)] == [key]
    for cron in ("0 6 * * SUN", "0 6 * * sun-thu/2,sat", "0 6 * * */2", " 0 6 * * * "):
        assert list(editor.iter_errors({**house, "schedule": [{**house["schedule"][0], "cron": cron}]})) == []
