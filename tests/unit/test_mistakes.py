"""What authors and callers get wrong: the cases of tests/cases/mistakes, the sentences, and the command line."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mujaz.check import RULES
from mujaz.cli import main
from mujaz.console import WELL, WRONG_CONTENT, WRONG_USE
from mujaz.lint import WEIGHTS
from mujaz.marks import parse
from mujaz.problems import Problem
from mujaz.report import Speaker, _rules, rules
from mujaz.survey import survey
from workspace import formal

TOPIC = "content/topics/t/ar.yaml"
UNSEEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
LATIN = set(
    re.findall(
        r"\S+",
        "YAML UTF Windows Tab PNG JPEG SVG Zotero CSL-YAML mujaz init true false"
        " bar grouped-bar CSV chart line source caption unit water-security gives-way blocks"
        " content/audiences/ .yaml a-f IQ ICC CMYK .icc"
        " content/topics/ languages copy webhook mail output content templates"
        " https:// http:// ASCII secret host port security"
        " IANA cron sun Asia/Baghdad Baghdad deliveries",
    )
)
"""Names in Arabic sentences that have no Arabic form, and words that authors write as they are."""
ELSEWHERE = frozenset(
    re.findall(
        r"\S+",
        """
    mujaz-failed workspace-missing epoch-wrong folder-not-empty topic-exists
    date-outside template-wrong template-endless template-large labels-missing labels-bent label-unknown
    address-denied renderer-said
    export-failed export-died export-slow export-memory export-cpu export-large export-garbled
    workers-none scratch-missing
    cluster-uninstalled cluster-silent cluster-empty cluster-worker cluster-lost cluster-open
    glyph-missing font-foreign language-lost page-not-alone pages-over pages-rigid page-sparse proof-stale
    edition-half edition-none edition-which edition-unknown edition-untold edition-withdrawn
    leak leak-withdrawn rule-fixed order-disputed words-hidden text-unseen text-spilt
    file-unwritable file-no-pdf proof-one proof-folder proof-out
    language-untold title-untold standard-untold tags-untold direction-untold
    order-wrong words-lost words-strange words-other letters-unjoined letters-shaped glyph-other glyph-blank
    font-absent text-outside text-over side-wrong contents-wrong note-lost note-elsewhere note-number
    head-wrong head-aside direction-lost title-lost standard-lost file-broken text-turned
    target-unknown booklet-expected profile-missing profile-lent colour-unprintable pages-uneven creep-wide
    delivery-nameless delivery-ledger delivery-busy delivery-variable-unset
    delivery-waiting delivery-failed delivery-partly delivery-unsure delivery-renumbered
    period-backwards schedule-unknown schedule-kept schedule-damaged path-unwritten crontab-failed
    state-damaged output-is-link output-is-folder output-unwritable output-busy
    """,
    )
)
"""Rules of the command line, of building and of exporting; all others are about content, and have a case here."""
IMPORTED = frozenset(rule for rule in rules() if rule.startswith(("bibtex-", "import-")))
"""Rules of files of references that are brought in: their cases stand in tests/cases/bibtex."""
SILENCES = frozenset(("rule-unknown", "rule-firm", "allow-unused", "allow-reasonless"))
"""Rules about rules, which are tried where those are."""
CASES = Path(__file__).parents[1] / "cases" / "mistakes"


def load(path: Path) -> Any:
    return yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)


BASE: Mapping[str, str] = load(CASES / "base.yaml")
ALL = [
    {**case, "file": path.name}
    for path in sorted(CASES.glob("*.yaml"))
    if path.name != "base.yaml"
    for case in load(path)
]


def written(content: str | Mapping[str, Any]) -> bytes:
    """A file's bytes: text, or how to make them.

    `base64` stands for itself; `text` may be repeated (`times`), end its lines with `line-end`, open with `start`,
    and be saved in another `encoding`.
    """
    if isinstance(content, str):
        return content.encode()
    if "base64" in content:
        return base64.b64decode(content["base64"])
    text = content.get("start", "") + content["text"] * content.get("times", 1)
    return str(text.replace("\n", content.get("line-end", "\n"))).encode(content.get("encoding", "utf-8"))


def lay(root: Path, case: Mapping[str, Any]) -> None:
    """The base with the changes of a case."""
    for name, content in {**BASE, **case.get("files", {})}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(written(content))
    for name in case.get("remove", ()):
        (root / name).unlink()
    for name in case.get("remove-folders", ()):
        shutil.rmtree(root / name)
    for name, content in case.get("last-files", {}).items():
        (root / name).write_bytes(written(content))
    for name in case.get("folders", ()):
        (root / name).mkdir(parents=True)
    for name, target in case.get("links", {}).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).symlink_to(target)


def edited(case: Mapping[str, Any]) -> Mapping[str, Any]:
    """The `edits` of a case carried out: file → from → to, each `from` found once in the base."""
    files = dict(case.get("files", {}))
    for name, changes in case.get("edits", {}).items():
        text = BASE[name]
        for old, new in changes.items():
            assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
            text = text.replace(old, new)
        files[name] = text
    return {**case, "files": files}


def facts_asked(expected: list[Any], problem: Problem) -> str | dict[str, str]:
    """A problem as a case tells it: with the facts that the case asks about at this place."""
    line = f"{problem.rule} at {problem.where}"
    for each in expected:
        if isinstance(each, dict) and each["problem"] == line:
            return {"problem": line, **{key: problem.facts.get(key, "") for key in each if key != "problem"}}
    return line


def in_lines(told: list[Any]) -> list[Any]:
    return sorted(told, key=lambda each: each if isinstance(each, str) else each["problem"])


@pytest.mark.parametrize("case", ALL, ids=lambda case: f"{case['file']}: {case['name']}")
def test_each_mistake_is_told_with_its_place(case: dict[str, Any], tmp_path: Path) -> None:
    """Nothing more than the case says, nothing less, all in one run; and in sentences of both languages."""
    lay(tmp_path, edited(case))
    problems = formal(survey(tmp_path).problems)
    expected = case.get("problems", [])
    assert in_lines([facts_asked(expected, each) for each in problems]) == in_lines(expected)
    for problem in problems:
        for language in ("en", "ar"):
            check_sentences(problem, Speaker(language))


def check_sentences(problem: Problem, speaker: Speaker) -> None:
    sentence, hint = speaker.sentence(problem), speaker.hint(problem)
    shown = speaker.problem(problem)
    assert shown.splitlines()[0].endswith(f"[{problem.rule}]")
    assert Speaker(speaker.language, visual=True).problem(problem)
    for text in (sentence, hint, shown):
        assert text.strip()
        assert not UNSEEN.search(text), "what is unseen is told by its number"
    assert sentence != hint
    if speaker.language == "ar":
        for text in (sentence, hint):
            assert re.search("[\u0621-\u064a]", text)
            assert set(re.findall("[.]?[A-Za-z][A-Za-z/-]*[A-Za-z/]", unquoted(text, problem))) <= LATIN
    data = speaker.data(problem)
    json.dumps(data).encode()
    assert shown.startswith(data["path"])
    assert (data["line"], data["column"]) == (problem.where.line or None, problem.where.column or None)
    assert {data["message"], data["hint"]} == {sentence, hint}


def unquoted(text: str, problem: Problem) -> str:
    """A sentence without what it repeats of the author's, and without its examples."""
    for fact in sorted(problem.facts.values(), key=len, reverse=True):
        for told in (fact, fact.replace(", ", "، "), fact[:79]):
            text = text.replace(told, " ") if len(told) > 1 else text
    return re.sub(r"«[^»]*»|\"[^\"]*\"|[\w/-]+\.\w+|[\w-]+:", " ", text)


@pytest.mark.parametrize("rule", sorted(rules()))
@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_sentence_shows_no_braces_and_no_blank(rule: str, language: str) -> None:
    """Whatever the facts are; those of each rule are given by the cases."""

    class Told(dict[str, str]):
        def __missing__(self, key: str) -> str:
            return f"<{key}>"

    for text in (_rules()[rule][language], _rules()[rule][f"{language}-next"]):
        told = text.format_map(Told())
        assert told.strip()
        assert not re.search("[{}]|  ", told)


def test_every_rule_about_content_has_a_case() -> None:
    lines = [each if isinstance(each, str) else each["problem"] for case in ALL for each in case.get("problems", [])]
    told = {line.partition(" at ")[0] for line in lines}
    assert rules() - told - ELSEWHERE - IMPORTED - RULES - SILENCES - WEIGHTS.keys() == set()
    assert ELSEWHERE & told == set()


def test_cases_have_names_of_their_own() -> None:
    names = [case["name"] for case in ALL]
    assert len(names) == len(set(names)) >= 50


# ------------------------------------------------------------------------------------------------ command line


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit status, standard output, standard error."""
    try:
        status = main(arguments)
    except SystemExit as stop:
        status = int(str(stop.code))
    out, err = capsys.readouterr()
    return status, out, err


def test_a_build_makes_the_healthy_and_keeps_what_is_broken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lay(tmp_path, {"remove": [f"content/audiences/{name}.yaml" for name in ("parliament", "researcher")]})
    topic = tmp_path / "content" / "topics"
    for name in ("healthy", "t"):
        path = topic / name / "ar.yaml"
        path.write_text(path.read_text("utf-8").replace("[minister, researcher]", "[minister]"), "utf-8")
    build = ("-C", str(tmp_path), "build", "--json", "--messages", "en")
    status, out, _ = run(capsys, *build)
    made = ["minister.ar.pdf", "minister.ar.html", "public.ar.html"]
    assert status == WELL, out
    assert [each["target"] for each in json.loads(out)["built"]] == [f"{t}/{n}" for t in ("healthy", "t") for n in made]
    old = {name: (tmp_path / "output" / "t" / name).read_bytes() for name in made}

    for name, word, other in (("healthy", "التعاون", "العمل المشترك"), ("t", "title: ", "title: أولاً: ")):
        path = topic / name / "ar.yaml"
        path.write_text(path.read_text("utf-8").replace(word, other), "utf-8")
    status, out, err = run(capsys, *build)
    told = json.loads(out)
    assert status == WRONG_CONTENT
    assert {each["target"].split("/")[0] for each in told["built"]} == {"healthy"}
    assert "العمل المشترك" in (tmp_path / "output" / "healthy" / "public.ar.html").read_text("utf-8")
    assert {name: (tmp_path / "output" / "t" / name).read_bytes() for name in made} == old
    formal = [each for each in told["problems"] if each["rule"] not in RULES]
    assert [(each["rule"], each["path"], each["line"], each["column"]) for each in formal] == [
        ("yaml-colon", "content/topics/t/ar.yaml", 1, 13)
    ]
    assert "content/topics/t/ar.yaml:1:13: error [yaml-colon]" in err
    assert "Traceback" not in err


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        (["build", "../x"], "slug-wrong"),
        (["check", "../../etc"], "slug-wrong"),
        (["list", "nothing"], "topic-unknown"),
        (["build", "helthy"], "topic-unknown"),
        (["build", "--audience", "ministr"], "audience-unknown"),
        (["build", "--audience", "../minister"], "slug-wrong"),
        (["build", "--lang", "xx"], "language-off"),
        (["build", "--lang", "en"], "language-off"),
        (["new", "../x"], "slug-wrong"),
        (["new", "الأمن"], "slug-wrong"),
        (["new", "healthy"], "topic-exists"),
        (["init", "."], "folder-not-empty"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_a_call_that_is_off_ends_in_a_sentence(
    arguments: list[str],
    rule: str,
    language: str,
    *,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    lay(tmp_path, {})
    arguments = [str(tmp_path) if each == "." else each for each in arguments]
    call = [*([] if "init" in arguments else ["-C", str(tmp_path)]), *arguments, "--messages", language]
    before = sorted(tmp_path.rglob("*"))
    status, out, err = run(capsys, *call)
    assert status == WRONG_USE
    assert f"[{rule}]" in out
    assert len(out.splitlines()) >= 3
    assert "Traceback" not in out + err
    assert sorted(tmp_path.rglob("*")) == before
    status, out, err = run(capsys, *call, "--json")
    assert status == WRONG_USE
    assert [each["rule"] for each in json.loads(out)["problems"]] == [rule]


@pytest.mark.parametrize("arguments", [["build"], ["check"], ["list"], ["new", "x"], ["clean"]], ids=" ".join)
def test_a_call_outside_of_a_workspace_ends_in_a_sentence(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    status, out, err = run(capsys, *arguments)
    assert status == WRONG_USE
    assert "[workspace-missing]" in out
    assert "Traceback" not in out + err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [[], ["biuld"], ["build", "--frobnicate"], ["build", "--jobs", "0"], ["build", "--only", "docx"]],
)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_arguments_that_are_none_end_in_a_sentence(
    arguments: list[str], language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = run(
        capsys, *(["--messages", language] if not arguments else [*arguments, "--messages", language])
    )
    assert status == WRONG_USE
    assert not out
    assert err.strip()
    assert "Traceback" not in err


def test_names_of_files_that_no_terminal_can_print_are_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither bytes that are no text, nor what would move the cursor."""
    lay(tmp_path, {})
    for name in (b"a\xff", b"b\x1b[2J\n"):
        os.mkdir(os.fsencode(tmp_path / "content" / "topics") + b"/" + name)
    status, out, err = run(capsys, "-C", str(tmp_path), "check", "--messages", "en")
    assert status == WRONG_CONTENT
    assert "content/topics/a[U+DCFF]: error [slug-wrong]" in out
    assert "content/topics/b[U+001B][2J[U+000A]: error [slug-wrong]" in out
    assert "Traceback" not in (out + err).encode().decode()
    status, out, _ = run(capsys, "-C", str(tmp_path), "check", "--json")
    assert status == WRONG_CONTENT
    assert len([each for each in json.loads(out.encode())["problems"] if each["rule"] not in RULES]) == 2


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [*a]\n",
        "? " * 200_000,
        "- " * 200_000,
        "[" * 400_000,
        "{a: " * 100_000,
        "#" * 1_000_000,
        "\n" * 1_000_000,
        "a: " * 300_000,
        '"' + "\\u202e" * 150_000 + '"',
        "\u202e" * 300_000,
        "a: b\n" * 100_000,
        "'" * 900_000,
    ],
    ids=lambda text: f"{text[:6]!r} and on",
)
def test_a_hostile_file_is_told_in_seconds(text: str) -> None:
    start = time.monotonic()
    assert parse(text.encode(), "x.yaml").problems
    assert time.monotonic() - start < 10


# ------------------------------------------------------------------------------------------------ all other mistakes

NASTY = [
    *"\t\0\x1b\x85\u2028\ufeff\u202e\ud7ff\U0001f600:#-?[]{}\"'|>&*!%@`,\\~\r\n  اب٣aA0_=<./",
    "- ",
    ": ",
    "---\n",
    "<<: ",
]
PLACES = st.integers(0, 10_000)
CHANGES = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["cut line", "double line", "indent", "dedent", "cut"]), PLACES, st.just("")),
        st.tuples(st.just("swap lines"), PLACES, PLACES.map(str)),
        st.tuples(st.sampled_from(["put", "replace"]), PLACES, st.sampled_from(NASTY)),
        st.tuples(st.just("value"), PLACES, st.sampled_from(["", "[]", "{}", "[a, [b]]", "{a: b}", "٣", "x" * 500])),
    ),
    min_size=1,
    max_size=6,
)


def changed(text: str, changes: list[tuple[str, int, str]]) -> str:
    for what, place, more in changes:
        lines = text.split("\n")
        line, at = place % len(lines), place % (len(text) + 1)
        if what == "cut line":
            del lines[line]
        elif what == "double line":
            lines.insert(line, lines[line])
        elif what == "swap lines":
            other = int(more) % len(lines)
            lines[line], lines[other] = lines[other], lines[line]
        elif what == "indent":
            lines[line] = "  " + lines[line]
        elif what == "dedent":
            lines[line] = lines[line].removeprefix("  ")
        elif what == "value":
            lines[line] = lines[line].partition(":")[0] + ": " + more
        else:
            text = text[:at] + more + text[at + (what != "put") :]
            continue
        text = "\n".join(lines)
    return text


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("mutated")
    lay(root, {})
    return root


@settings(max_examples=300, deadline=None)
@given(name=st.sampled_from([*BASE, *[TOPIC] * 6]), changes=CHANGES)
def test_whatever_is_typed_ends_in_sentences(workspace: Path, name: str, changes: list[tuple[str, int, str]]) -> None:
    text = changed(BASE[name], changes)
    path = workspace / name
    path.write_bytes(text.encode(errors="replace"))
    try:
        problems = survey(workspace).problems
    finally:
        path.write_text(BASE[name], "utf-8")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff").split("\n")
    for problem in problems:
        for language in ("en", "ar"):
            assert Speaker(language).problem(problem)
            json.dumps(Speaker(language).data(problem)).encode()
        if problem.where.path == name and problem.where.line:
            assert problem.where.line <= len(lines)
            assert 1 <= problem.where.column <= len(lines[problem.where.line - 1]) + 1


@settings(max_examples=200, deadline=None)
@given(raw=st.binary(max_size=400))
def test_any_bytes_are_read_or_told(raw: bytes) -> None:
    marked = parse(raw, "x.yaml")
    assert marked.data is not None or marked.problems


def test_a_headline_that_is_missing_is_not_judged_as_if_it_stood_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = tmp_path / "desk"
    run(capsys, "init", str(workspace))
    topic = workspace / "content" / "topics" / "first-topic" / "ar.yaml"
    topic.write_text(topic.read_text("utf-8").replace("\n    headline: ", "\n    hedline: ", 1), "utf-8")
    status, out, _ = run(capsys, "-C", str(workspace), "check", "--json")
    told = [(each["rule"], each["severity"]) for each in json.loads(out)["problems"]]
    assert status == 1
    assert {("field-missing", "error"), ("key-unknown", "error")} <= set(told)
    assert "headline-empty" not in {rule for rule, _ in told}
