"""The schemas for editors take what is right, refuse what is wrong, and tell of everything in two languages."""

from __future__ import annotations

import datetime
import inspect
import json
import re
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from pydantic import BaseModel

from mujaz import schema as making
from mujaz.cli import main
from mujaz.console import WELL
from mujaz.csl import DATES, NAMES, TEXTS
from mujaz.model import blocks, content, points, text
from mujaz.scaffold import begin, describe, found
from mujaz.schema import NOUNS, modeline, schema, sentence, words

ROOT = Path(__file__).resolve().parents[2]
TODAY = datetime.date(2026, 11, 22)


class _Core(yaml.SafeLoader):
    """Scalars as editors take them (YAML 1.2): numbers and truth values are themselves, dates are text."""


_Core.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in each if not tag.endswith((":timestamp", ":merge", ":bool"))]
    for first, each in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Core.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)


def typed(written: str) -> Any:
    """Data as an editor has it."""
    return yaml.load(written, _Core)  # noqa: S506 # a safe loader with fewer types


def mistakes(name: str, data: object) -> list[str]:
    return [error.message for error in jsonschema.Draft7Validator(schema(name)).iter_errors(data)]


def files() -> Iterator[tuple[str, Path]]:
    """Every file of content that the repository has, with its schema."""
    yield "workspace", ROOT / "mujaz.yaml"
    for path in sorted((ROOT / "content").rglob("*.yaml")):
        place = path.relative_to(ROOT).as_posix()
        topic = "references" if path.name == "references.yaml" else "topic"
        yield ("audience" if place.startswith("content/audiences/") else topic), path


# ------------------------------------------------------------------------------------------------ what is right


@pytest.mark.parametrize("name", NOUNS)
def test_a_schema_is_a_schema(name: str) -> None:
    jsonschema.Draft7Validator.check_schema(schema(name))


@pytest.mark.parametrize(
    ("name", "path"), list(files()), ids=lambda each: each.name if isinstance(each, Path) else each
)
def test_the_content_is_as_its_schema_says(name: str, path: Path) -> None:
    assert mistakes(name, typed(path.read_text("utf-8"))) == []


def test_a_new_workspace_is_as_its_schemas_say_and_names_them(tmp_path: Path) -> None:
    found(tmp_path, TODAY)
    begin(tmp_path, "water-security", languages=("ar", "en"), today=TODAY)
    seen = 0
    for path in sorted(tmp_path.rglob("*.yaml")):
        first, _, rest = path.read_text("utf-8").partition("\n")
        match = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
        assert match, path
        held = json.loads((path.parent / match[1]).read_text("utf-8"))
        assert list(jsonschema.Draft7Validator(held).iter_errors(typed(rest))) == [], path
        seen += 1
    assert seen >= 10


def test_a_workspace_without_schemas_gets_no_lines_that_lead_nowhere(tmp_path: Path) -> None:
    begin(tmp_path, "water-security", languages=("ar",), today=TODAY)
    assert "yaml-language-server" not in (tmp_path / "content/topics/water-security/ar.yaml").read_text("utf-8")


def samples() -> Iterator[Any]:
    guide = (ROOT / "docs" / "authors.en.md").read_text("utf-8")
    wrong = set(re.findall(r"^```yaml\n((?:(?!^```).*\n)*?)^```\n\n```\ncontent/", guide, re.MULTILINE))
    for body in re.findall(r"^```yaml\n(.*?)^```", guide, re.MULTILINE | re.DOTALL):
        if body.startswith("- kind:") and body not in wrong:
            yield typed(body)


@pytest.mark.parametrize("sample", list(samples()), ids=lambda sample: sample[0]["kind"])
def test_the_samples_of_the_guides_are_as_the_schema_says(sample: Any) -> None:
    assert mistakes("topic", {"title": "عنوان", "date": "2025-01-15", "blocks": sample}) == []


def topic(**fields: Any) -> dict[str, Any]:
    return {"title": "عنوان", "date": "2025-01-15", "blocks": [{"kind": "summary", "headline": "خلاصة"}], **fields}


def advice(**fields: Any) -> dict[str, Any]:
    point = {"id": "first", "headline": "توصية", "owner": "الوزارة", "horizon": "short", "priority": 1, **fields}
    return topic(blocks=[{"kind": "recommendations", "points": [point]}])


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("topic", advice(priority="1")),
        ("topic", topic(title=2014)),
        ("topic", topic(keywords=[2014, "العراق", True])),
        ("topic", topic(subtitle={"default": "عنوان", "public": "آخر"})),
        ("topic", topic(blocks=[{"kind": "table", "caption": "ج", "columns": ["أ", 2020], "rows": [["ب", 1.5]]}])),
        (
            "topic",
            topic(blocks=[{"kind": "figure", "chart": "bar", "caption": "ش", "alt": "وصف", "data": "trade.csv"}]),
        ),
        ("audience", {"label": "قارئ", "pages": "4", "contents": "yes", "blocks": ["summary", {"problem": None}]}),
        ("audience", {"label": {"ar": "قارئ"}, "blocks": [{"kind": "evaluation", "side": "negative", "limit": 3}]}),
        ("workspace", {"organisation": "مؤسسة", "rules": {"headline-long": "off"}}),
        ("references", [{"id": "حميد-2021", "type": "book", "title": "ك", "issued": "2021", "volume": 3}]),
        ("references", {"references": [{"id": 7, "type": "book", "title": "ك", "issued": [{"year": 2021}]}]}),
    ],
)
def test_what_mujaz_reads_as_text_may_be_typed_to_an_editor(name: str, data: object) -> None:
    assert mistakes(name, data) == []


# ------------------------------------------------------------------------------------------------ what is wrong


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("topic", topic(titel="x")),
        ("topic", {"title": "x"}),
        ("topic", topic(date="15/1/2025")),
        ("topic", topic(blocks=[])),
        ("topic", topic(blocks=[{"kind": "sumary", "headline": "x"}])),
        ("topic", topic(blocks=[{"kind": "summary", "headlin": "x"}])),
        ("topic", topic(blocks=[{"kind": "figure", "chart": "bar", "caption": "x", "data": "a.csv"}])),
        ("topic", topic(blocks=[{"kind": "figure", "chart": "pie", "caption": "x", "alt": "x", "data": "a.csv"}])),
        ("topic", topic(blocks=[{"kind": "figure", "chart": "bar", "caption": "x", "alt": "x", "data": "a.xlsx"}])),
        ("topic", topic(blocks=[{"kind": "evaluation", "side": "good", "points": [{"id": "a", "headline": "x"}]}])),
        ("topic", advice(priority=100)),
        ("topic", advice(priority="high")),
        ("topic", advice(horizon="soon")),
        ("topic", advice(id="Water Security")),
        ("topic", advice(answers="first")),
        ("topic", topic(subtitle={"public": "x"})),
        ("topic", topic(subtitle=None)),
        ("audience", {"pages": 1}),
        ("audience", {"label": "x", "depth": "deep"}),
        ("audience", {"label": "x", "blocks": ["sumary"]}),
        ("audience", {"label": "x", "blocks": [{"problem": {"dept": "gist"}}]}),
        ("audience", {"label": "x", "gives-way": ["sumary"]}),
        ("audience", {"label": "x", "pages": 0}),
        ("workspace", {"organisation": "x", "colours": {"accent": "teal"}}),
        ("workspace", {"organisation": "x", "languages": ["arabic"]}),
        ("references", [{"id": "a b", "type": "book", "title": "x"}]),
        ("references", [{"id": "a", "type": "livre", "title": "x"}]),
        ("references", [{"id": "a", "type": "book"}]),
        ("references", [{"id": "a", "type": "book", "title": "x", "issued": {"date-parts": [2021]}}]),
        ("references", {"items": []}),
    ],
)
def test_a_mistake_is_refused(name: str, data: object) -> None:
    assert mistakes(name, data)


# ------------------------------------------------------------------------------------------------ words


def nouns(base: type[BaseModel] = text.Noun) -> Iterator[type[BaseModel]]:
    yield base
    for each in base.__subclasses__():
        yield from nouns(each)


def fields() -> Iterator[tuple[str, str]]:
    """Each field under the class that first has it, and its English sentence."""
    for noun in nouns():
        for name in inspect.get_annotations(noun):
            if name in noun.model_fields and name != "kind":
                info = noun.model_fields[name]
                key = info.alias or name
                yield f"{noun.__name__}.{key}", sentence(noun, key)
    yield "Pick.kind", sentence(content.Pick, "kind")


def told() -> set[str]:
    """The classes and enumerations that schemas tell of."""
    return {name for each in NOUNS for name in (*schema(each)["definitions"], NOUNS[each].__name__)}


def test_every_field_is_told_in_both_languages_and_no_words_are_left_over() -> None:
    known = {name for name in words() if not name.startswith("CSL.")}
    assert known == {name for name, _ in fields()} | told()
    for name, english in fields():
        assert english, f"{name} has no docstring"
    for name, entry in words().items():
        assert re.search("[\u0621-\u064a]", entry["ar"] + entry["ar-title"]), name
        assert re.search("[A-Za-z]", entry["title"]), name
        assert entry["ar"].endswith((".", "…")), name


def test_every_variable_of_csl_that_is_told_of_is_one() -> None:
    named = {name.partition(".")[2]: entry for name, entry in words().items() if name.startswith("CSL.")}
    assert named.keys() <= {*DATES, *NAMES, *TEXTS}
    assert all(entry["en"] for entry in named.values())


def test_every_word_of_a_list_of_words_has_its_meaning() -> None:
    for module in (blocks, points, content):
        for name, each in vars(module).items():
            if inspect.isclass(each) and issubclass(each, Enum) and each.__module__ == module.__name__:
                assert set(words()[name]["words"]) == {str(word.value) for word in each}, name


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for each in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from nodes(each)


@pytest.mark.parametrize("name", NOUNS)
def test_an_example_is_right_by_its_own_schema(name: str) -> None:
    whole = schema(name)
    shown = [node for node in nodes(whole) if isinstance(node.get("examples"), list)]
    assert shown
    for node in shown:
        check = jsonschema.Draft7Validator({**node, "definitions": whole["definitions"]})
        for example in node["examples"]:
            assert list(check.iter_errors(example)) == [], node["title"]


@pytest.mark.parametrize("name", NOUNS)
def test_whatever_an_editor_shows_of_a_key_is_in_both_languages(name: str) -> None:
    whole = schema(name)
    for node in (whole, *whole["definitions"].values()):
        for key, inner in node.get("properties", {}).items():
            if name == "references" and "title" not in inner:
                continue  # variables of CSL that few need
            assert " · " in inner["title"], key
            assert "\n\n" in inner["description"], key
    assert "$defs" not in json.dumps(whole)


# ------------------------------------------------------------------------------------------------ files


def test_the_command_writes_the_schemas_anew(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found(tmp_path, TODAY)
    (tmp_path / "schema" / "topic.json").write_text("old")
    assert main(["-C", str(tmp_path), "schema", "--json"]) == WELL
    assert json.loads(capsys.readouterr().out)["created"] == [f"{name}.json" for name in sorted(NOUNS)]
    assert json.loads((tmp_path / "schema" / "topic.json").read_text("utf-8")) == schema("topic")
    assert main(["schema", str(tmp_path / "elsewhere")]) == WELL
    assert sorted(path.name for path in (tmp_path / "elsewhere").iterdir()) == [
        f"{name}.json" for name in sorted(NOUNS)
    ]


def test_making_a_schema_twice_makes_the_same(tmp_path: Path) -> None:
    describe(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    making.words.cache_clear()
    describe(tmp_path)
    assert before == {path.name: path.read_bytes() for path in tmp_path.iterdir()}


def test_a_line_for_editors_leads_from_the_file_to_the_schema() -> None:
    assert modeline("content/topics/x/ar.yaml", "topic").endswith("$schema=../../../schema/topic.json\n")
    assert modeline("mujaz.yaml", "workspace").endswith("$schema=schema/workspace.json\n")
