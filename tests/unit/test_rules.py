"""The rules of judgement: each told of by its bad example, silent at its good one, and documented with both."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from judged import FAMILIES, ROOT, TODAY, cases, guide, judged
from mujaz.check import RULES
from mujaz.problems import Severity
from mujaz.survey import survey
from workspace import lay, topic_data, write


def every() -> list[Any]:
    return [
        pytest.param(case, id=f"{case['rule']} {number}")
        for family in FAMILIES
        for number, case in enumerate(cases(family))
    ]


@pytest.mark.parametrize("case", every())
def test_the_bad_example_is_told_of_and_the_good_one_is_not(case: dict[str, Any]) -> None:
    language = case.get("language", "ar")
    assert case["rule"] in {problem.rule for problem in judged(case["bad"], language)}
    assert case["rule"] not in {problem.rule for problem in judged(case["good"], language)}


def test_every_rule_has_an_example_and_every_example_a_rule() -> None:
    assert {case["rule"] for family in FAMILIES for case in cases(family)} == RULES


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_guide_of_rules_is_the_one_that_the_examples_make(language: str) -> None:
    written = (ROOT / "docs" / f"rules.{language}.md").read_text("utf-8")
    assert written == guide(language), "run: .venv/bin/python tests/judged.py"


def test_ids_that_differ_are_told_with_both_ids_and_both_places(tmp_path: Path) -> None:
    lay(tmp_path)
    write(tmp_path / "mujaz.yaml", {"organisation": "Mujaz", "languages": ["ar", "en"]})
    for language, names in (("ar", ("one", "two", "three", "four")), ("en", ("zero", "one", "deux", "four"))):
        points = [{"id": name, "headline": name} for name in names]
        topic = {"title": "T", "date": "2025-01-15", "blocks": [{"kind": "findings", "points": points}]}
        write(tmp_path / "content" / "topics" / "water" / f"{language}.yaml", topic)
    told = [each for each in survey(tmp_path, TODAY).problems if each.rule == "id-differs"]
    assert [(str(each.where), dict(each.facts)) for each in told] == [
        ("content/topics/water/en.yaml:10:5", {"found": "deux", "other": "two", "place": "ar.yaml:8:5"})
    ]


def keeping(root: Path, kept: dict[str, dict[str, Any]], *, rules: dict[str, str] | None = None) -> list[Any]:
    """What is told of a topic whose languages keep one point each in their way."""
    audiences = {name: {"label": name} for name in ("minister", "public", "press")}
    lay(root, audiences=audiences)
    house = {"organisation": "Mujaz", "languages": ["ar", "en"], **({"rules": rules} if rules else {})}
    write(root / "mujaz.yaml", house)
    for language, keys in kept.items():
        points = [{"id": "one", "headline": "H", **keys.get("point", {})}]
        block = {"kind": "findings", **keys.get("block", {}), "points": points}
        topic = {"title": "T", "date": "2025-01-15", "blocks": [block]}
        write(root / "content" / "topics" / "water" / f"{language}.yaml", topic)
    seen = survey(root, TODAY)
    assert seen.library is not None
    assert ("water" in seen.library.broken) == any(each.severity is Severity.ERROR for each in seen.problems)
    return [
        (str(each.where).rpartition("/")[2], each.facts["found"], each.facts["audiences"], each.facts["place"])
        for each in seen.problems
        if each.rule == "kept-differs"
    ]


def test_what_one_language_keeps_and_another_tells_is_told_where_it_is_told(tmp_path: Path) -> None:
    never: dict[str, Any] = {"point": {"never": ["public", "press"]}}
    assert keeping(tmp_path / "a", {"ar": never, "en": {}}) == [
        ("en.yaml:6:5", "one", "press, public", "ar.yaml:8:5"),
    ]
    assert keeping(tmp_path / "b", {"ar": {}, "en": never}) == [("ar.yaml:6:5", "one", "press, public", "en.yaml:8:5")]
    assert keeping(tmp_path / "c", {"ar": never, "en": {"point": {"only": ["minister"]}}}) == []


def test_each_language_may_tell_what_the_other_keeps(tmp_path: Path) -> None:
    kept = {"ar": {"point": {"never": ["public"]}}, "en": {"point": {"never": ["press"]}}}
    assert [(found[0], found[2]) for found in keeping(tmp_path, kept)] == [
        ("ar.yaml:6:5", "press"),
        ("en.yaml:6:5", "public"),
    ]


def test_a_block_that_tells_too_much_is_told_of_once_for_its_points_and_all_languages(tmp_path: Path) -> None:
    block: dict[str, Any] = {"block": {"never": ["public"]}}
    told = keeping(tmp_path / "a", {"ar": block, "en": {}, "fa": block})
    assert told == [("en.yaml:4:3", "findings", "public", "ar.yaml:5:3")]
    assert keeping(tmp_path / "b", {"ar": block, "en": {"point": {"never": ["public"]}}}) == [], "no point, no block"
    assert [each[1] for each in keeping(tmp_path / "c", {"ar": {"point": {"never": ["press"]}}, "en": block})] == [
        "findings",
        "one",
    ]


def test_no_house_weighs_what_is_kept(tmp_path: Path) -> None:
    kept: dict[str, dict[str, Any]] = {"ar": {"point": {"never": ["public"]}}, "en": {}}
    assert keeping(tmp_path, kept, rules={"kept-differs": "off"})
    assert ("rule-firm", Severity.ERROR) in found(tmp_path)
    assert ("kept-differs", Severity.ERROR) in found(tmp_path)


# ------------------------------------------------------------------------------------- weights and silences

LONG = "كلمة " * 13


def found(root: Path) -> list[tuple[str, Severity]]:
    return [(problem.rule, problem.severity) for problem in survey(root, TODAY).problems]


def workspace(root: Path, *, rules: dict[str, str] | None = None, allow: dict[str, Any] | None = None) -> Path:
    lay(root)
    data = topic_data()
    data["blocks"] = [{"kind": "summary", "headline": LONG.strip(), **({"allow": allow} if allow else {})}]
    write(root / "content/topics/water/ar.yaml", data)
    write(root / "mujaz.yaml", {"organisation": "المؤسسة", **({"rules": rules} if rules else {})})
    return root


def test_a_house_weighs_a_rule_as_it_likes(tmp_path: Path) -> None:
    assert ("headline-long", Severity.WARNING) in found(workspace(tmp_path / "a"))
    assert ("headline-long", Severity.ERROR) in found(workspace(tmp_path / "b", rules={"headline-long": "error"}))
    assert "headline-long" not in dict(found(workspace(tmp_path / "c", rules={"headline-long": "off"})))


def test_a_rule_made_an_error_stops_its_topic(tmp_path: Path) -> None:
    seen = survey(workspace(tmp_path, rules={"headline-long": "error"}), TODAY)
    assert seen.library is not None
    assert seen.library.broken == {"water"}


def test_an_author_silences_a_rule_where_it_is_broken_and_nowhere_else(tmp_path: Path) -> None:
    root = workspace(tmp_path, allow={"headline-long": "عنوان رسمي لا يُختصر"})
    assert "headline-long" not in dict(found(root))
    path = root / "content/topics/water/ar.yaml"
    data = yaml.safe_load(path.read_text("utf-8"))
    data["blocks"].append({"kind": "importance", "headline": LONG.strip()})
    write(path, data)
    assert "headline-long" in dict(found(root))


def test_a_silence_that_silences_nothing_is_told_of(tmp_path: Path) -> None:
    root = workspace(tmp_path, allow={"headline-long": "سبب", "gist-long": "سبب"})
    assert ("allow-unused", Severity.WARNING) in found(root)


def test_a_silence_needs_a_reason(tmp_path: Path) -> None:
    assert ("allow-reasonless", Severity.ERROR) in found(workspace(tmp_path, allow={"headline-long": " "}))


@pytest.mark.parametrize("holder", ["rules", "allow"])
def test_a_rule_that_nobody_has_is_told_of(tmp_path: Path, holder: str) -> None:
    named: dict[str, Any] = {holder: {"headline-lonk": "off"}}
    assert ("rule-unknown", Severity.ERROR) in found(workspace(tmp_path, **named))
