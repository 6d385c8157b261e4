"""The house itself: borders, the table of modules, and the four places of a kind of block."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from babel import Locale

import architecture
from mujaz.faces import lacking
from mujaz.language import slips
from mujaz.model.blocks import kinds
from mujaz.model.content import Language
from mujaz.model.document import Medium, Theme
from mujaz.report import rules

ROOT = Path(__file__).resolve().parents[2]
GUIDES = ("docs/authors.ar.md", "docs/authors.en.md")


def every_module() -> list[Path]:
    return sorted(architecture.SOURCE.rglob("*.py"))


@pytest.mark.parametrize("path", every_module(), ids=lambda path: path.relative_to(architecture.SOURCE).as_posix())
def test_every_module_opens_with_its_border(path: Path) -> None:
    line = architecture.border(path)
    assert line.endswith((".", "it.")) or path.name == "__init__.py", f"{path}: the first line is a sentence"
    assert len(line) > 20, f"{path}: the first line says what goes in, what comes out and what it must not do"


def test_the_table_of_modules_is_the_one_that_the_modules_make() -> None:
    page = architecture.PAGE.read_text("utf-8")
    assert page == architecture.page_with_table(page), "run: python tests/architecture.py"


def test_every_module_has_a_floor() -> None:
    named = {name for names in architecture.floors() for name in names}
    there = {path.relative_to(architecture.SOURCE).parts[0].removesuffix(".py") for path in every_module()}
    assert there - {"__init__"} == named


def test_a_kind_of_block_is_one_word_in_four_places() -> None:
    classes = set(kinds())
    templates = {path.name.removesuffix(".html.j2") for path in (ROOT / "templates" / "blocks").iterdir()}
    cases = {path.stem for path in (ROOT / "tests" / "cases" / "blocks").glob("*.yaml")}
    assert templates == classes
    assert cases == classes
    for guide in GUIDES:
        headings = re.findall(r"^### `([a-z-]+)`", (ROOT / guide).read_text("utf-8"), re.MULTILINE)
        assert sorted(headings) == sorted(classes), guide


LABELS = {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in (ROOT / "templates" / "labels").iterdir()}


PLURAL = re.compile(r"\.(?:zero|one|two|few|many|other)$")
"""The last word of a label that has a form for each kind of number (CLDR), which languages have not alike."""


def words_of(labels: dict[str, Any], above: str = "") -> dict[str, str]:
    """Every label by its whole name."""
    found: dict[str, str] = {}
    for key, each in labels.items():
        found |= words_of(each, f"{above}{key}.") if isinstance(each, dict) else {f"{above}{key}": each}
    return found


def test_labels_name_every_kind_of_block() -> None:
    assert set(LABELS["ar"]["kinds"]) == set(kinds())


def test_every_language_has_labels_and_citation_styles() -> None:
    languages = set(get_args(Language))
    assert set(LABELS) == languages
    styles = {path.stem for path in (ROOT / "templates" / "styles").iterdir()}
    assert styles == {f"{language}-{style}" for language in languages for style in ("notes", "author-date")}


@pytest.mark.parametrize("language", LABELS)
def test_labels_of_all_languages_have_the_same_names_and_the_same_gaps_to_fill(language: str) -> None:
    mine, arabic = (
        {name: word for name, word in words_of(each).items() if not PLURAL.search(name)}
        for each in (LABELS[language], LABELS["ar"])
    )
    assert mine.keys() == arabic.keys()
    for name, word in mine.items():
        assert isinstance(word, str), name
        assert word.strip(), name
        assert sorted(re.findall(r"{.*?}", word)) == sorted(re.findall(r"{.*?}", arabic[name])), name


@pytest.mark.parametrize("language", LABELS)
def test_what_is_counted_has_a_form_for_every_number_of_its_language(language: str) -> None:
    wanted = set(Locale.parse(language).plural_form.tags) | {"other"}
    named = [name.rpartition(".") for name in words_of(LABELS[language]) if PLURAL.search(name)]
    forms = {above: {form for other, _, form in named if other == above} for above, _, _ in named}
    counts = {"changes.pieces", "changes.others", "changes.more"}
    assert set(forms) == {"index.found", "index.pages", *counts}
    assert [above for above, held in forms.items() if wanted - held - {"zero"}] == []


@pytest.mark.parametrize("language", LABELS)
def test_labels_are_spelled_as_their_language_is_and_every_font_has_their_letters(language: str) -> None:
    for name, word in words_of(LABELS[language]).items():
        own = not name.startswith("index.languages.")  # those bear their own names
        if own and name not in ("quote.open", "quote.close"):  # halves of a pair
            assert [slip.rule for slip in slips(word, language)] == [], name
        for theme in get_args(Theme):
            assert [each for medium in Medium for each in lacking(word, theme, medium)] == [], name


def test_every_rule_that_the_code_names_has_its_sentences() -> None:
    named: set[str] = set()
    for path in every_module():
        named |= set(
            re.findall(
                r"(?:Problem|OutputError|OccupiedError|Failure|PydanticCustomError)\(\s*\"([a-z0-9-]+)\"",
                path.read_text(),
            )
        )
    assert named - rules() == set()


def test_no_registry_host_is_named() -> None:
    hosts = re.compile("|".join(("py" + "pi.org", "python" + "hosted.org", "npm" + "js.org", "deb.debian" + ".org")))
    for path in (*ROOT.glob("*.*"), *(ROOT / "docs").glob("*"), ROOT / "run", ROOT / ".ci" / "run"):
        if path.is_file():
            assert not hosts.search(path.read_text("utf-8")), path
