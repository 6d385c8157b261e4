"""References in YAML and as Zotero exports them in JSON: read alike, told alike, one beside the other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mujaz.cite import cite, parse
from mujaz.model.content import Reference
from mujaz.report import Speaker
from mujaz.survey import survey
from workspace import formal, lay, templates

ZOTERO: list[dict[str, Any]] = [
    {
        "id": "hamid-2021",
        "type": "article-journal",
        "container-title": "مجلة العلوم السياسية",
        "issue": "63",
        "volume": None,
        "page": "45-67",
        "title": "دبلوماسية مكافحة الإرهاب: الآليات",
        "author": [{"family": "حميد", "given": "هالة"}],
        "issued": {"date-parts": [["2021", 3]]},
        "URL": "https://example.org/a",
    },
    {"id": "byman", "type": "book", "title": "Road Warriors", "issued": {"date-parts": [[2019]]}},
]


def references(root: Path) -> dict[str, Reference]:
    library = survey(root).library
    assert library is not None
    return dict(library.topics[0].references)


@pytest.mark.parametrize("indent", [None, 1, "\t"], ids=["one line", "spaces", "tabs"])
@pytest.mark.parametrize("place", ["content/references.json", "content/topics/water/references.json"])
def test_zoteros_json_is_read_as_it_is(tmp_path: Path, place: str, indent: Any) -> None:
    lay(tmp_path)
    text = json.dumps(ZOTERO, ensure_ascii=False, indent=indent, separators=(",", ":") if indent is None else None)
    (tmp_path / place).write_text(text.replace("https://", "https:\\/\\/"), "utf-8")
    assert formal(survey(tmp_path).problems) == ()
    found = references(tmp_path)
    assert set(found) == {"hamid-2021", "byman"}
    cluster = parse("@hamid-2021")
    assert cluster is not None
    texts = cite([cluster], {"hamid-2021": found["hamid-2021"].item}, style="notes", styles=templates().styles).texts
    assert texts[0].endswith("<b>مجلة العلوم السياسية</b>، ع 63 (2021).")
    assert "null" not in texts[0]


def test_both_files_are_read_and_a_key_in_both_is_told(tmp_path: Path) -> None:
    lay(tmp_path)
    folder = tmp_path / "content" / "topics" / "water"
    (folder / "references.json").write_text(json.dumps(ZOTERO), "utf-8")
    (folder / "references.yaml").write_text("- {id: own, type: book, title: x}\n", "utf-8")
    assert set(references(tmp_path)) == {"own", "hamid-2021", "byman"}
    (folder / "references.yaml").write_text("- {id: byman, type: book, title: x}\n", "utf-8")
    problems = formal(survey(tmp_path).problems)
    assert [(each.rule, each.where.path) for each in problems] == [
        ("id-duplicate", "content/topics/water/references.json")
    ]
    assert "content/topics/water/references.yaml, line 1" in Speaker("en").sentence(problems[0])


@pytest.mark.parametrize(
    ("text", "rule", "line"),
    [
        ('[\n\t{"id": "a", "type": "livre", "title": "x"}\n]', "value-unknown", 2),
        ('[\n\t{"id": "a", "type": "book"}\n]', "field-missing", 2),
        ('{\n\t"id": "a"\n}', "references-not-list", 1),
        ('[\n\t{"id": "a", "type": "book", "title": "x"\n]', "yaml-bracket", 2),
    ],
)
def test_a_mistake_in_json_is_told_with_its_line_and_stops_all_topics(
    tmp_path: Path, text: str, rule: str, line: int
) -> None:
    lay(tmp_path)
    (tmp_path / "content/references.json").write_text(text, "utf-8")
    found = survey(tmp_path)
    assert [(each.rule, each.where.path, each.where.line) for each in formal(found.problems)] == [
        (rule, "content/references.json", line)
    ]
    assert found.library is not None
    assert found.library.topics == ()
