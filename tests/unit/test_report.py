"""Sentences for people: every rule has them in both languages, with the same facts, for both kinds of terminal."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest
import yaml

import mujaz
from mujaz.problems import Problem, Severity, Where, gathered
from mujaz.report import Speaker, language_of, reorders, rules, severity_counts

PACKAGE = Path(mujaz.__file__).parent
RULES = yaml.safe_load((PACKAGE / "words" / "rules.yaml").read_text("utf-8"))
PEOPLE = yaml.safe_load((PACKAGE / "words" / "people.yaml").read_text("utf-8"))
LINK = Problem("file-is-link", Where("content/topics/x/ar.yaml", 3, 7), {"found": "x"})
MILD = Problem("state-damaged", Where("output/.mujaz/lock.json"), {}, Severity.WARNING)


def blanks(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def literals() -> set[str]:
    """The names of rules that stand in the source."""
    pattern = re.compile(r'(?:Problem|Failure|OutputError|OccupiedError)\(\s*"([a-z0-9-]+)"')
    return {name for path in PACKAGE.rglob("*.py") for name in pattern.findall(path.read_text("utf-8"))}


def test_every_rule_of_the_source_has_its_sentences() -> None:
    assert len(literals()) > 25
    assert literals() - rules() == set()


@pytest.mark.parametrize("rule", sorted(RULES))
def test_every_rule_speaks_two_languages_and_says_what_to_do(rule: str) -> None:
    words = RULES[rule]
    assert {"ar", "ar-next", "en", "en-next"} <= set(words)
    for text in (words["ar"], words["ar-next"]):
        assert re.search("[ء-ي]{2}", text)
    for text in (words["en"], words["en-next"]):
        assert re.search("[a-z]{2}", text)
    assert all(text.strip().endswith((".", "؟", "?", "}")) or ":" in text for text in words.values())


@pytest.mark.parametrize("rule", sorted(RULES))
def test_both_languages_are_filled_with_the_same_facts(rule: str) -> None:
    words = RULES[rule]
    arabic, english = blanks(words["ar"] + words["ar-next"]), blanks(words["en"] + words["en-next"])
    assert arabic == english


@pytest.mark.parametrize("word", sorted(PEOPLE))
def test_the_words_of_the_command_line_are_filled_alike_in_both_languages(word: str) -> None:
    assert set(PEOPLE[word]) == {"ar", "en"}
    assert blanks(PEOPLE[word]["ar"]) == blanks(PEOPLE[word]["en"])


def test_a_problem_begins_with_its_place_so_that_editors_can_link_it() -> None:
    for language, word in (("en", "error"), ("ar", "خطأ")):
        head, *rest = Speaker(language).problem(LINK).split("\n")
        assert head == f"content/topics/x/ar.yaml:3:7: {word} [file-is-link]"
        assert rest
        assert all(line.startswith("    ") for line in rest)


def test_a_problem_of_a_whole_file_has_no_line() -> None:
    assert Speaker().problem(MILD).startswith("output/.mujaz/lock.json: warning [state-damaged]\n")


def test_a_problem_as_data_has_every_part() -> None:
    data = Speaker("ar").data(LINK)
    assert list(data) == ["rule", "severity", "path", "line", "column", "message", "hint"]
    assert (data["rule"], data["severity"], data["line"], data["column"]) == ("file-is-link", "error", 3, 7)
    assert re.search("[ء-ي]", data["message"])
    assert re.search("[ء-ي]", data["hint"])
    mild = Speaker().data(MILD)
    assert (mild["severity"], mild["line"], mild["column"]) == ("warning", None, None)


def gone(name: str, file: str, line: int) -> Problem:
    return Problem("audience-unknown", Where(f"content/topics/{file}/ar.yaml", line, 9), {"found": name})


def test_problems_of_one_cause_are_told_once_with_the_number_of_their_places() -> None:
    found = [gone("public", "a", 4), *(gone("public", "b", line) for line in range(3, 15)), LINK, gone("pres", "b", 2)]
    told = gathered(found)
    assert [(each.rule, each.where) for each in told] == [
        (each.rule, each.where) for each in (found[0], LINK, found[-1])
    ]
    english, arabic = (Speaker(language).sentence(told[0]) for language in ("en", "ar"))
    assert english.startswith("There is no audience “public”; it is named here and in 12 more places (")
    assert english.count("content/topics/b/ar.yaml") == 1
    assert "مواضع أخرى عددها 12 (content/topics/b/ar.yaml)" in arabic
    assert Speaker("ar").sentence(told[2]) == "لا يوجد جمهور باسم «pres»."
    assert gathered(told) == told
    many = gathered(gone("public", f"topic-{number}", 4) for number in range(40))
    assert Speaker().sentence(many[0]).endswith("topic-8/ar.yaml, …).")
    assert len(Speaker().data(many[0])["also"]) == 39


def test_what_was_meant_and_what_is_allowed_is_told() -> None:
    facts = {"found": "wter", "allowed": "energy, water", "closest": "water"}
    problem = Problem("topic-unknown", Where("wter"), facts)
    assert "Did you mean “water”?" in Speaker("en").sentence(problem)
    assert "Allowed: energy, water." in Speaker("en").sentence(problem)
    assert "أتقصد «water»؟" in Speaker("ar").sentence(problem)


def test_facts_with_braces_are_taken_as_they_are() -> None:
    problem = Problem("topic-unknown", Where("x"), {"found": "{0} {x} %s", "allowed": "{y}"})
    assert "{0} {x} %s" in Speaker("en").sentence(problem)


@pytest.mark.parametrize("width", [1, 40, 80, 200])
def test_lines_keep_to_the_width_of_the_terminal(width: int) -> None:
    problem = Problem("topic-unknown", Where("x"), {"found": "x", "allowed": ", ".join(["word"] * 60)})
    for language in ("ar", "en"):
        lines = Speaker(language, width=width).problem(problem).split("\n")[1:]
        assert max(map(len, lines)) <= max(44, width)


def test_a_terminal_that_does_not_reorder_gets_characters_in_the_order_of_the_eye() -> None:
    logical, visual = Speaker("ar").problem(LINK), Speaker("ar", visual=True).problem(LINK)
    assert "خطأ" in logical
    assert "خطأ" not in visual
    assert visual.startswith("content/topics/x/ar.yaml:3:7: ")
    assert "[file-is-link]" in visual
    assert Speaker("ar", visual=True).data(LINK) == Speaker("ar").data(LINK)


def test_english_is_the_same_for_every_terminal() -> None:
    assert Speaker("en", visual=True).problem(LINK) == Speaker("en").problem(LINK)


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "ar_IQ.UTF-8"}, "ar"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "C"}, "en"),
        ({"LANG": "en_US", "LC_MESSAGES": "ar_EG"}, "ar"),
        ({"LANG": "ar_IQ", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "ar_IQ", "LC_ALL": ""}, "ar"),
    ],
)
def test_messages_follow_the_locale(environment: dict[str, str], language: str) -> None:
    assert language_of(environment) == language


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, False),
        ({"VTE_VERSION": "7200"}, True),
        ({"VTE_VERSION": "5202"}, False),
        ({"VTE_VERSION": "x"}, False),
        ({"KONSOLE_VERSION": "220401"}, True),
        ({"TERM": "mlterm-256color"}, True),
        ({"TERM_PROGRAM": "Apple_Terminal"}, True),
        ({"VTE_VERSION": "7200", "TMUX": "socket,1,0"}, False),
        ({"VTE_VERSION": "7200", "TERM": "screen-256color"}, False),
    ],
)
def test_terminals_that_set_arabic_themselves_are_known(environment: dict[str, str], expected: bool) -> None:
    assert reorders(environment) is expected


def test_errors_end_a_run_badly_and_warnings_only_where_asked() -> None:
    assert severity_counts([LINK], strict=False)
    assert not severity_counts([MILD], strict=False)
    assert severity_counts([MILD], strict=True)
    assert not severity_counts([], strict=True)
