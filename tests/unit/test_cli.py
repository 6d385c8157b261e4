"""The command line: one JSON object for each command, four exit statuses, two languages, and never a traceback."""

from __future__ import annotations

import argparse
import importlib
import inspect
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import mujaz
from mujaz import produce as producing
from mujaz.arguments import parser_for
from mujaz.cli import COMMANDS as TABLE
from mujaz.cli import main
from mujaz.commands import checking
from mujaz.console import BROKEN, WELL, WRONG_CONTENT, WRONG_USE, Console
from mujaz.publish import opened
from mujaz.report import Speaker
from workspace import ROOT, at_once, crewed, lay, outputs

COMMANDS = ("build", "check", "list", "why", "init", "new", "press", "proof", "deliver", "editions", "doctor", "clean")


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """An English terminal, and pages made without workers."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr(producing, "crew", crewed(at_once))


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace that is the current folder."""
    monkeypatch.chdir(lay(tmp_path))
    return tmp_path


def topic(root: Path) -> Path:
    return root / "content" / "topics" / "water" / "ar.yaml"


def spoil(root: Path) -> None:
    """An error in a topic: a point without a headline."""
    topic(root).write_text(topic(root).read_text("utf-8").replace("headline:", "headlin:", 1), "utf-8")


def warn(root: Path) -> None:
    """A warning: a state that cannot be read."""
    (root / "output" / ".mujaz").mkdir(parents=True, exist_ok=True)
    (root / "output" / ".mujaz" / "lock.json").write_text("{")


Read = Callable[[], tuple[str, str]]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Read:
    """What was printed since the last time, on standard output and on standard error."""

    def read() -> tuple[str, str]:
        out, err = capsys.readouterr()
        return out, err

    return read


def whole(text: str) -> Any:
    """The one JSON object that a text is."""
    data, end = json.JSONDecoder().raw_decode(text)
    assert text[end:].strip() == ""
    return data


# ------------------------------------------------------------------------------------------------ JSON


@pytest.mark.parametrize(
    ("call", "keys"),
    [
        (["build"], {"built", "fresh", "failed", "stopped", "leftover", "index", "problems"}),
        (["check"], {"problems"}),
        (["list"], {"targets", "problems"}),
        (["init", "new-desk"], {"created", "problems"}),
        (["new", "energy"], {"created", "problems"}),
        (["doctor"], {"findings", "problems"}),
        (["clean"], {"removed", "problems"}),
    ],
    ids=lambda each: each[0] if isinstance(each, list) else "",
)
@pytest.mark.usefixtures("root")
def test_json_is_one_object_on_standard_output(said: Read, call: list[str], keys: set[str]) -> None:
    assert main([*call, "--json"]) == WELL
    out, _ = said()
    assert set(whole(out)) == keys


def test_a_build_counts_the_topics_that_it_stopped(root: Path, said: Read) -> None:
    lay(root, topics=("water", "energy"))
    spoil(root)
    for call, stopped in ((["build"], ["water"]), (["build", "energy"], []), (["build", "water"], ["water"])):
        main([*call, "--json"])
        out, err = said()
        assert (whole(out)["stopped"], whole(out)["failed"]) == (stopped, [])
        last = err.strip().splitlines()[-1]
        assert (", failed 0, topics stopped by their errors 1; output in" in last) is bool(stopped)
        assert "Nothing to build" not in err


def test_a_build_says_how_many_files_are_left_over_and_what_removes_them(root: Path, said: Read) -> None:
    lay(root, topics=("water", "energy"))
    assert main(["build"]) == WELL
    assert "leftover" not in said()[0]
    shutil.rmtree(root / "content" / "topics" / "energy")
    for _ in range(2):
        assert main(["build"]) == WELL
        last = said()[0].strip().splitlines()[-1]
        assert last == "leftover files that nothing makes any more: 2; remove them with: mujaz clean"
    assert main(["build", "--json"]) == WELL
    left = whole(said()[0])["leftover"]
    assert left == ["energy/minister.ar.html", "energy/public.ar.html"]
    assert main(["-C", str(root), "build"]) == WELL
    assert said()[0].strip().endswith(f"mujaz -C {root} clean")
    assert main(["clean", "--json"]) == WELL
    assert whole(said()[0])["removed"] == left
    assert main(["build", "--json"]) == WELL
    assert whole(said()[0])["leftover"] == []


def test_files_of_a_topic_that_is_broken_are_not_left_over(root: Path, said: Read) -> None:
    assert main(["build"]) == WELL
    spoil(root)
    said()
    assert main(["build", "--json"]) == WRONG_CONTENT
    assert whole(said()[0])["leftover"] == []


def test_an_audience_that_is_gone_is_one_problem_and_stops_every_topic_that_names_it(root: Path, said: Read) -> None:
    lay(root, topics=("water", "energy", "roads"))
    (root / "content" / "audiences" / "public.yaml").unlink()
    path = root / "content" / "topics" / "roads" / "ar.yaml"
    path.write_text(path.read_text("utf-8").replace("- public", "- minister"), "utf-8")
    assert main(["build", "--json"]) == WRONG_CONTENT
    told = whole(said()[0])
    (gone,) = [each for each in told["problems"] if each["rule"] == "audience-unknown"]
    assert (gone["path"], gone["line"], gone["column"]) == ("content/topics/energy/ar.yaml", 16, 7)
    assert gone["also"] == ["content/topics/water/ar.yaml:16:7"]
    assert "one more place (content/topics/water/ar.yaml)" in gone["message"]
    assert [each["target"] for each in told["built"]] == ["roads/minister.ar.html"]
    for call in (["check"], ["check", "--github"]):
        assert main(call) == WRONG_CONTENT
        assert said()[0].count("audience-unknown") == 1
    assert main(["check", "water", "--json"]) == WRONG_CONTENT
    (alone,) = [each for each in whole(said()[0])["problems"] if each["rule"] == "audience-unknown"]
    assert alone["path"] == "content/topics/water/ar.yaml"
    assert "also" not in alone


@pytest.mark.parametrize("call", [["build"], ["check"], ["list"], ["clean"]], ids=lambda call: call[0])
def test_json_holds_the_problems_and_words_go_to_standard_error(root: Path, said: Read, call: list[str]) -> None:
    spoil(root)
    assert main([*call, "--json"]) == WRONG_CONTENT
    out, err = said()
    found = whole(out)["problems"]
    assert {each["path"] for each in found} == {"content/topics/water/ar.yaml"}
    assert all(each["line"] and each["message"] and each["hint"] for each in found)
    assert "content/topics/water/ar.yaml:" in err


@pytest.mark.parametrize(
    ("call", "rule"),
    [
        (["build", "nowhere"], "topic-unknown"),
        (["check", "nowhere"], "topic-unknown"),
        (["list", "nowhere"], "topic-unknown"),
        (["build", "../x"], "slug-wrong"),
        (["build", "--audience", "nobody"], "audience-unknown"),
        (["build", "--lang", "en"], "language-off"),
        (["build", "--lang", "xx"], "language-off"),
        (["new", "Water"], "slug-wrong"),
        (["new", "../x"], "slug-wrong"),
        (["new", "water"], "topic-exists"),
        (["init", "."], "folder-not-empty"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, list) else each,
)
def test_a_call_that_names_what_is_not_there_is_wrong_usage(root: Path, said: Read, call: list[str], rule: str) -> None:
    before = sorted(root.rglob("*"))
    assert main([*call, "--json"]) == WRONG_USE
    out, err = said()
    (problem,) = whole(out)["problems"]
    assert problem["rule"] == rule
    assert f"[{rule}]" in err
    assert sorted(root.rglob("*")) == before


def test_what_was_built_is_told_with_its_path_edition_and_reason(root: Path, said: Read) -> None:
    main(["build", "--json"])
    built = whole(said()[0])["built"]
    assert [each["target"] for each in built] == ["water/minister.ar.html", "water/public.ar.html"]
    assert built[0] == {
        "target": "water/minister.ar.html",
        "path": "output/water/minister.ar.html",
        "pages": None,
        "edition": 1,
        "because": ["new"],
        "yielded": [],
    }
    assert set(outputs(root)) == {each["target"] for each in built}
    main(["build", "--json", "--force", "--audience", "public"])
    assert [each["because"] for each in whole(said()[0])["built"]] == [["forced"]]
    main(["build", "--json"])
    assert whole(said()[0])["fresh"] == ["water/minister.ar.html", "water/public.ar.html"]


def logged(said: Read) -> tuple[str, list[dict[str, Any]]]:
    """Standard output, and the lines of the log, of which each is an object with a time."""
    out, err = said()
    lines = [json.loads(line) for line in err.splitlines()]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", line.pop("time")) for line in lines)
    return out, lines


def test_a_log_has_an_object_for_each_target_and_one_for_the_end(root: Path, said: Read) -> None:
    assert main(["build", "--json", "--log", "json"]) == WELL
    out, lines = logged(said)
    assert lines[0] == {"event": "started"}
    assert sorted(line["target"] for line in lines[1:-1]) == sorted(each["target"] for each in json.loads(out)["built"])
    assert [line["done"] for line in lines[1:-1]] == list(range(1, len(lines) - 1))
    counts = {"built": len(lines) - 2, "fresh": 0, "failed": 0, "stopped": 0, "errors": 0, "warnings": 0}
    assert lines[-1] == {"event": "built", "counts": counts}
    assert main(["build", "--log", "json"]) == WELL
    out, lines = logged(said)
    assert "unchanged" in out, "people are told on standard output"
    assert [line["event"] for line in lines] == ["started", "nothing"]
    spoil(root)
    assert main(["build", "--json", "--log", "json"]) == WRONG_CONTENT
    assert logged(said)[1][-1]["event"] == "problems"


def test_a_log_says_why_a_build_ended_before_its_time(root: Path, said: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(root / "output"):
        assert main(["build", "--json", "--log", "json"]) == BROKEN
    _, lines = logged(said)
    assert lines[-1]["event"] == "busy"
    assert lines[-1]["why"][0].startswith("output [output-busy]: ")
    assert main(["build", "nothing-of-the-kind", "--log", "json", "--json"]) == WRONG_USE
    assert logged(said)[1][-1]["event"] == "problems"

    def broken(error: BaseException) -> int:
        def fail(*_: object, **__: object) -> None:
            raise error

        monkeypatch.setattr("mujaz.build.build", fail)
        return main(["build", "--json", "--log", "json"])

    assert broken(KeyboardInterrupt()) == 130
    assert logged(said)[1] == [{"event": "started"}, {"event": "interrupted"}]
    assert broken(ValueError("an accident")) == BROKEN
    (line,) = logged(said)[1][1:]
    assert (line["event"], "ValueError: an accident" in line["why"][0]) == ("failed", True)


def test_list_says_what_is_stale_fresh_failing_and_due(root: Path, said: Read) -> None:
    main(["build"])
    path = topic(root)
    path.write_text("review-by: 2020-01-01\n" + path.read_text("utf-8").replace("للوزير", "له"), "utf-8")
    said()
    main(["list", "--json"])
    minister, public = whole(said()[0])["targets"]
    assert (minister["state"], minister["because"], minister["due"]) == ("stale", ["brief"], "2020-01-01")
    assert (public["state"], public["because"]) == ("fresh", [])
    spoil(root)
    main(["list", "--json"])
    assert [row["state"] for row in whole(said()[0])["targets"]] == ["failing"]


# ------------------------------------------------------------------------------------------------ exit statuses


@pytest.mark.usefixtures("root")
def test_all_well_is_zero() -> None:
    for call in (["check"], ["build"], ["build"], ["list"], ["clean"], ["build", "--strict"]):
        assert main(call) == WELL


def test_content_with_errors_is_one(root: Path) -> None:
    spoil(root)
    assert [main(call) for call in (["check"], ["build"], ["list"], ["clean"])] == [WRONG_CONTENT] * 4


def test_warnings_are_one_only_where_strict(root: Path) -> None:
    warn(root)
    assert main(["build"]) == WELL
    warn(root)
    assert main(["build", "--strict"]) == WRONG_CONTENT


@pytest.mark.parametrize(
    "call",
    [
        [],
        ["frob"],
        ["build", "--bad"],
        ["build", "--jobs", "0"],
        ["build", "--jobs", "x"],
        ["build", "--only", "doc"],
        ["init"],
    ],
    ids=" ".join,
)
def test_a_call_that_cannot_be_understood_is_two(call: list[str], said: Read) -> None:
    for language in ("en", "ar"):
        with pytest.raises(SystemExit) as caught:
            main(["--messages", language, *call])
        assert caught.value.code == WRONG_USE
        out, err = said()
        assert out == ""
        assert "_positive" not in err
        assert "Traceback" not in err
        assert len(err.splitlines()) == 2


@pytest.mark.parametrize(
    ("call", "option"),
    [
        (["--log", "json", "build"], "--log"),
        (["--only=pdf", "list"], "--only"),
        (["--json", "--jobs", "2", "build"], "--jobs"),
        (["--cluster", "127.0.0.1:1", "schedule", "now"], "--cluster"),
        (["schedule", "--log", "json", "run"], "--log"),
    ],
    ids=str,
)
def test_an_option_before_its_command_is_told_where_it_stands(call: list[str], option: str, said: Read) -> None:
    for language in ("en", "ar"):
        with pytest.raises(SystemExit) as caught:
            main(["--messages", language, *call])
        assert caught.value.code == WRONG_USE
        first = said()[1].splitlines()[0]
        commands = " ".join(each for each in call if each in ("build", "list", "schedule", "now", "run"))
        assert first.rstrip().endswith(f"mujaz {commands} {option}")


def test_what_is_wrong_with_the_workspace_stops_all_and_that_is_told(root: Path, said: Read) -> None:
    main(["build"])
    before = outputs(root)
    (root / "mujaz.yaml").write_text("organisation: [", "utf-8")
    said()
    assert main(["build", "--messages", "en"]) == WRONG_CONTENT
    out, _ = said()
    assert out.rstrip().endswith("Nothing is built until this is mended; what was built before stays as it is.")
    assert "made 0" not in out
    assert outputs(root) == before


@pytest.mark.parametrize("command", ["build", "check", "list", "new", "clean"])
def test_a_folder_outside_any_workspace_is_wrong_usage(tmp_path: Path, said: Read, command: str) -> None:
    call = ["-C", str(tmp_path), command, *(["x"] if command == "new" else [])]
    assert main([*call, "--json"]) == WRONG_USE
    assert whole(said()[0])["problems"][0]["rule"] == "workspace-missing"


def test_another_build_at_work_is_three(root: Path, said: Read) -> None:
    with opened(root / "output"):
        assert main(["build", "--json"]) == BROKEN
        assert whole(said()[0])["problems"][0]["rule"] == "output-busy"
        assert main(["clean"]) == BROKEN
        assert main(["check"]) == main(["list"]) == WELL


def test_an_output_folder_that_cannot_be_used_is_three(root: Path, said: Read) -> None:
    (root / "output").write_text("mine")
    assert main(["build", "--json"]) == BROKEN
    assert whole(said()[0])["problems"][0]["rule"] == "output-unwritable"
    (root / "output").unlink()
    (root / "elsewhere").mkdir()
    (root / "output").symlink_to(root / "elsewhere")
    assert main(["build", "--json"]) == BROKEN
    assert whole(said()[0])["problems"][0]["rule"] == "output-is-link"
    assert list((root / "elsewhere").iterdir()) == []


@pytest.mark.usefixtures("root")
def test_a_full_disk_is_told_in_a_sentence_and_is_not_well(said: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert main(["build"]) in (WRONG_CONTENT, BROKEN)
    out, err = said()
    assert "disk" in out + err or "No space" in out + err
    assert "Traceback" not in out + err


def boom(*_: object, **__: object) -> None:
    raise RuntimeError("boom")


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.usefixtures("root")
def test_a_mistake_of_ours_is_three_a_sentence_and_no_traceback(
    said: Read, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setattr(checking, "survey", boom)
    assert main(["check", "--messages", language]) == BROKEN
    out, err = said()
    assert out == ""
    assert "Traceback" not in err
    assert "RuntimeError: boom" in err
    assert "--debug" in err


@pytest.mark.usefixtures("root")
def test_debug_shows_the_traceback(said: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "survey", boom)
    assert main(["check", "--debug"]) == BROKEN
    assert "Traceback (most recent call last)" in said()[1]


@pytest.mark.usefixtures("root")
def test_an_interrupt_is_told_and_has_the_shells_status(said: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(checking, "survey", stop)
    assert main(["check"]) == 130
    assert said()[1].startswith("Stopped.")


# ------------------------------------------------------------------------------------------------ languages


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_is_there_in_both_languages(command: str, said: Read) -> None:
    texts = {}
    for language in ("en", "ar"):
        with pytest.raises(SystemExit) as caught:
            main(["--messages", language, *([command] if command else []), "--help"])
        assert caught.value.code == WELL
        texts[language] = said()[0]
    assert not any("؀" <= letter <= "ۿ" for letter in texts["en"])
    for word in ("usage:", "options:", "positional arguments", "show this help", "show program"):
        assert word not in texts["ar"]
    if not command:
        assert all(f" {each} " in text for each in COMMANDS for text in texts.values())


@pytest.mark.usefixtures("root")
def test_messages_follow_the_option_before_the_locale(said: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    def words(*call: str) -> str:
        main(list(call))
        return said()[0].strip()

    assert words("check") == "no problems"
    assert words("check", "--messages", "ar") == words("--messages", "ar", "check") == "لا مشكلات"
    monkeypatch.setenv("LANG", "ar_IQ.UTF-8")
    assert words("check") == "لا مشكلات"
    assert words("check", "--messages", "en") == "no problems"


@pytest.mark.parametrize("call", [["check"], ["list"], ["schedule", "due"]], ids=" ".join)
@pytest.mark.parametrize("option", [["--json"], ["--messages", "ar"], ["--visual"], ["--logical"], ["--debug"], ["-C"]])
def test_what_all_commands_take_stands_before_or_after_the_command(
    root: Path, said: Read, option: list[str], call: list[str]
) -> None:
    options = [
        *option,
        *([str(root / "content")] if option == ["-C"] else []),
        *(["--messages", "ar"] * (len(option) == 1)),
    ]
    answers = []
    for place in range(len(call) + 1):
        status = main([*call[:place], *options, *call[place:]])
        answers.append((status, said()))
    assert answers[0][0] == WELL
    assert answers == answers[:1] * len(answers)


@pytest.mark.usefixtures("root")
def test_what_is_said_before_a_command_holds_unless_it_is_said_again_after_it(said: Read, tmp_path: Path) -> None:
    assert main(["--json", "-C", str(tmp_path / "content"), "check", "--messages", "en"]) == WELL
    assert whole(said()[0]) == {"problems": []}
    assert main(["-C", "/", "--messages", "ar", "check", "-C", str(tmp_path), "--messages", "en"]) == WELL
    assert said()[0] == "no problems\n"


def test_arabic_is_in_the_order_of_the_eye_only_where_asked(root: Path, said: Read) -> None:
    """Standard output is no terminal here: then the order is the logical one."""

    def words(*call: str) -> str:
        main(["check", "--messages", "ar", *call])
        return said()[0].strip()

    assert words() == words("--logical") == "لا مشكلات"
    assert words("--visual") not in ("", "لا مشكلات")
    spoil(root)
    assert "خطأ" in words()
    assert "خطأ" not in words("--visual")


def test_json_is_always_in_logical_order(root: Path, said: Read) -> None:
    spoil(root)
    main(["check", "--json", "--messages", "ar", "--visual"])
    visual = whole(said()[0])
    main(["check", "--json", "--messages", "ar", "--logical"])
    assert visual == whole(said()[0])


# ------------------------------------------------------------------------------------------------ commands


def test_a_new_workspace_checks_clean_and_builds_from_anywhere_in_it(tmp_path: Path, said: Read) -> None:
    desk = tmp_path / "desk"
    assert main(["init", str(desk)]) == WELL
    assert main(["-C", str(desk), "new", "water-security"]) == WELL
    assert main(["-C", str(desk / "content" / "topics"), "check", "--strict"]) == WELL
    assert main(["-C", str(desk / "content"), "build", "--only", "html", "--strict"]) == WELL
    assert len([name for name in outputs(desk) if name.endswith(".html")]) == 8
    said()


def test_check_of_one_topic_tells_its_problems_and_those_of_all(root: Path, said: Read) -> None:
    lay(root, topics=("water", "energy"))
    spoil(root)
    assert main(["check", "energy"]) == WELL
    assert main(["check", "water"]) == WRONG_CONTENT
    (root / "content" / "audiences" / "public.yaml").write_text("label: [", "utf-8")
    assert main(["check", "energy"]) == WRONG_CONTENT
    said()


def test_checking_writes_nothing(root: Path) -> None:
    before = sorted(root.rglob("*"))
    main(["check"])
    main(["list"])
    main(["doctor"])
    assert sorted(root.rglob("*")) == before


def python(*call: str) -> subprocess.CompletedProcess[str]:
    """A process of its own."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(mujaz.__file__).parents[1])}
    return subprocess.run([sys.executable, *call], capture_output=True, text=True, check=False, env=environment)


def test_checking_and_help_load_no_renderer() -> None:
    code = f"""
import sys
from mujaz.cli import main
main(["-C", {str(ROOT)!r}, "check"])
try:
    main(["--help"])
except SystemExit:
    pass
heavy = {{"weasyprint", "matplotlib", "numpy", "pikepdf", "fontTools", "citeproc", "bibtexparser"}} & set(sys.modules)
sys.exit(f"loaded: {{heavy}}" if heavy else 0)
"""
    done = python("-c", code)
    assert done.returncode == 0, done.stderr


def commands_of(parser: argparse.ArgumentParser, above: str = "") -> list[str]:
    """The commands as they are typed."""
    below = [each for each in parser._actions if isinstance(each, argparse._SubParsersAction)]
    named = [(f"{above} {name}".strip(), each) for action in below for name, each in action.choices.items()]
    return [name for at, each in named for name in commands_of(each, at)] if below else [above]


def test_the_table_names_a_function_for_every_command_that_can_be_typed() -> None:
    assert sorted(TABLE) == sorted(commands_of(parser_for(Speaker())))
    for module, name in TABLE.values():
        function = getattr(importlib.import_module(f"mujaz.commands.{module}"), name)
        (asked,) = inspect.signature(function).parameters.values()
        assert (asked.annotation, inspect.getdoc(function) is None) == (Console.__name__, False)


@pytest.mark.parametrize(
    ("call", "modules"),
    [
        (["check"], {"checking"}),
        (["doctor"], {"machine"}),
        (["list"], {"showing"}),
        (["editions"], {"publishing"}),
        (["schema", "schemas"], {"writing"}),
        (["schedule", "due"], {"timetable"}),
    ],
    ids=lambda each: each[0] if isinstance(each, list) else "",
)
def test_a_command_loads_no_other(root: Path, call: list[str], modules: set[str]) -> None:
    code = f"import sys; from mujaz.cli import main; main(['-C', {str(root)!r}, *{call!r}]); print(*sys.modules)"
    loaded = python("-c", code).stdout.splitlines()[-1].split()
    assert {each.rpartition(".")[2] for each in loaded if each.startswith("mujaz.commands.")} == modules
    if call[0] in ("doctor", "schema"):
        assert not {"mujaz.mend", "mujaz.build", "mujaz.desk"} & set(loaded)


def test_the_module_is_the_command() -> None:
    done = python("-m", "mujaz", "--version")
    assert (done.returncode, done.stdout) == (0, f"mujaz {mujaz.__version__}\n")


# ------------------------------------------------------------------------------------------------ proof


def refused(said: Read, *asked: str) -> tuple[int, list[tuple[str, str]]]:
    said()
    status = main(["proof", *asked, "--json"])
    return status, [(each["rule"], each["path"]) for each in whole(said()[0])["problems"]]


def test_outside_a_workspace_it_is_said_what_is_wrong_with_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: Read
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    for name in ("a.pdf", "b.pdf"):
        (tmp_path / name).write_bytes(b"%PDF-1.7\n")
    assert refused(said, "none.pdf") == (WRONG_USE, [("file-missing", "none.pdf")])
    assert refused(said, "none.pdf", "--out", "r.html") == (WRONG_USE, [("file-missing", "none.pdf")])
    assert refused(said, "folder") == (WRONG_USE, [("proof-folder", "folder")])
    assert refused(said, "a.pdf", "b.pdf") == (WRONG_USE, [("proof-one", "a.pdf")])
    assert refused(said) == (WRONG_USE, [("workspace-missing", ".")])


def test_a_report_elsewhere_is_refused_for_a_brief(root: Path, said: Read) -> None:
    (root / "a.pdf").write_bytes(b"%PDF-1.7\n")
    assert refused(said, "water/minister.ar", "--out", "r.html") == (WRONG_USE, [("proof-out", "r.html")])
    assert refused(said, "--out", "r.html") == (WRONG_USE, [("proof-out", "r.html")])
    assert refused(said, "output", "--out", "r.html")[0] == WRONG_USE
    assert refused(said, "water/minister.ar", "a.pdf") == (WRONG_USE, [("proof-one", "water/minister.ar")])
    assert not (root / "r.html").exists()


def test_a_report_that_cannot_be_written_is_told_of_as_such(root: Path, said: Read) -> None:
    (root / "a.pdf").write_bytes(b"")
    assert main(["proof", "a.pdf", "--out", "nowhere/r.html"]) == BROKEN
    out, _ = said()
    assert "[file-unwritable]" in out
    assert "cannot be written" in out


@pytest.mark.parametrize(
    ("data", "rule"), [(b"", "file-no-pdf"), (b"words", "file-no-pdf"), (b"%PDF-1.7\nx", "file-broken")]
)
def test_what_is_no_pdf_is_told_plainly(root: Path, said: Read, data: bytes, rule: str) -> None:
    (root / "a.pdf").write_bytes(data)
    assert main(["proof", "a.pdf", "--out", "r.html"]) == WRONG_CONTENT
    out, _ = said()
    assert f"[{rule}]" in out
    for told in (out, (root / "r.html").read_text("utf-8")):
        assert "BytesIO" not in told
        assert "stream <" not in told
