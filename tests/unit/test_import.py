"""Files of references → items, and items → references.yaml: the cases of tests/cases/bibtex, and the laws of adding."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mujaz.bibtex import MAX_BYTES, read
from mujaz.bibtex.latex import printed
from mujaz.bibtex.names import names
from mujaz.cli import main
from mujaz.console import WELL, WRONG_CONTENT, WRONG_USE
from mujaz.importing import bring
from mujaz.marks import parse
from mujaz.problems import Severity
from mujaz.survey import survey
from workspace import lay

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "tests" / "cases" / "bibtex"
SHARED = "content/references.yaml"


def cases(name: str) -> Any:
    return yaml.safe_load((CASES / name).read_text("utf-8"))


def named(case: dict[str, Any]) -> str:
    return str(case.get("name") or case.get("written"))


# ------------------------------------------------------------------------------------------------ what is read


@pytest.mark.parametrize("case", cases("entries.yaml"), ids=named)
def test_an_entry_becomes_the_item_that_it_means(case: dict[str, Any]) -> None:
    found = read(case["bib"].encode(), "refs.bib")
    assert found.problems == ()
    assert [item for item, _ in found.items] == case["items"]


@pytest.mark.parametrize("case", cases("mistakes.yaml"), ids=named)
def test_a_mistake_is_told_with_its_line_and_costs_no_other_entry(case: dict[str, Any]) -> None:
    found = read(case["bib"].encode(), "refs.bib")
    assert [item["id"] for item, _ in found.items] == case["keys"]
    assert sorted(f"{each.rule} {each.where.line}" for each in found.problems) == sorted(case["problems"])


@pytest.mark.parametrize("case", cases("names.yaml"), ids=named)
def test_names_are_parted_as_their_language_does(case: dict[str, Any]) -> None:
    assert names(case["written"])[0] == case["names"]


def test_a_key_that_cannot_be_cited_is_told_with_one_that_can() -> None:
    problem = read("@book{حميد، ٢٠٢١ (أ), title = {x}}".encode(), "refs.bib").problems[0]
    assert problem.facts["closest"] == "حميد-٢٠٢١-أ"


def test_a_file_in_another_encoding_is_told_and_not_guessed() -> None:
    found = read("@book{a,\n title = {كتاب}}".encode("windows-1256"), "refs.bib")
    assert found.items == ()
    assert [(each.rule, each.where.line, each.facts["guess"]) for each in found.problems] == [
        ("file-not-utf8", 2, "Windows-1256")
    ]


def test_a_file_may_be_large_but_not_without_end() -> None:
    assert [each.rule for each in read(b"%" * (MAX_BYTES + 1), "refs.bib").problems] == ["bibtex-too-large"]


@settings(deadline=None, max_examples=200)
@given(
    st.text(st.sampled_from("@{}\"#=,\\\n'`$%&~^_-()!? abاوك،؛و0٣"), max_size=200).map(lambda t: f"@book{{k, title={t}")
)
def test_whatever_stands_in_a_file_ends_in_items_and_problems(text: str) -> None:
    found = read(text.encode(), "refs.bib")
    assert found.items or found.problems
    lines = text.count("\n") + 1
    assert all(each.where.line <= lines for each in found.problems)


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=80))
def test_latex_of_any_kind_prints_as_one_line_without_braces_of_its_own(latex: str) -> None:
    text = printed(latex).text
    assert text == " ".join(text.split())


@pytest.mark.parametrize(
    "bib",
    [
        "{" * 100_000,
        "@book{a, title = " + "{" * 3000 + "}" * 3000 + "}",
        "@book{a, title = {" + "x" * 500_000 + "}}",
        "@book{a, title={x}, author = {" + "علي و " * 20_000 + "كريم}}",
        '@string{s = "x"}\n' * 20_000,
        "@book{a, title = {x}, crossref = {a}}\n" * 5_000,
        "@book{a, title = " + '"x" # ' * 20_000 + '"y"}',
        "\n" * 1_000_000,
        "@book{" * 50_000,
    ],
    ids=lambda text: text[:20],
)
def test_a_hostile_file_is_read_in_seconds(bib: str) -> None:
    read(bib.encode(), "refs.bib")


def test_nothing_reads_a_file_or_the_clock(tmp_path: Path) -> None:
    (tmp_path / "secret.tex").write_text("SECRET")
    bib = rf"@book{{a, title = {{x \input{{{tmp_path}/secret.tex}} \today}}}}"
    found = read(bib.encode(), "refs.bib")
    assert [item["title"] for item, _ in found.items] == ["x"]
    assert [each.facts["found"] for each in found.problems] == ["\\input", "\\today"]


# ------------------------------------------------------------------------------------------------ sentences


def test_every_rule_has_its_four_sentences_and_they_can_be_filled() -> None:
    words = parse((ROOT / "generator/mujaz/words/bibtex.yaml").read_bytes(), "bibtex.yaml").data
    code = "".join(path.read_text("utf-8") for path in (ROOT / "generator/mujaz/bibtex").glob("*.py"))
    code += (ROOT / "generator/mujaz/importing.py").read_text("utf-8")
    used = set(re.findall(r'"((?:bibtex|import)-[a-z-]+)"', code))
    assert used == set(words)
    facts = dict.fromkeys(("found", "field", "key", "at", "limit", "written", "held"), "x")
    for sentences in words.values():
        assert set(sentences) == {"en", "en-next", "ar", "ar-next"}
        for sentence in sentences.values():
            assert sentence.format(**facts)


# ------------------------------------------------------------------------------------------------ what is added

BIB = (
    "@book{new-one, author = {علي، رعد}, title = {كتاب جديد}, year = 2020}\n"
    "@book{new-two, title = {آخر}, year = 2021}\n"
)
HELD = {
    "a list below references": "# رأس\nreferences:\n  - id: old   # تعليق\n    type: book\n    title: قديم\n",
    "a bare list": "- id: old\n  type: book\n  title: قديم\n",
    "a list that does not stand in": "references:\n- id: old\n  type: book\n  title: قديم\n",
    "no newline at the end": "references:\n  - {id: old, type: book, title: قديم}",
    "another key behind it": (
        "references:\n  - id: old\n    type: book\n    title: قديم\n\n# عن المراجع\nsource: Zotero\n"
    ),
    "a block text at the end": "references:\n  - id: old\n    type: book\n    title: |\n      قديم\n",
    "a comment at the end": "references:\n  - id: old\n    type: book\n    title: قديم\n  # آخر تعليق\n",
    "lines of Windows": "references:\r\n  - id: old\r\n    type: book\r\n    title: قديم\r\n",
    "a mark of UTF-8": "\ufeffreferences:\n  - id: old\n    type: book\n    title: قديم\n",
    "an empty list": "references:\n",
    "comments alone": "# لا شيء بعد\n",
    "an empty file": "",
}


def importing(folder: Path, held: str | None, bib: str = BIB, ending: str = "bib") -> Any:
    if held is not None:
        (folder / "content").mkdir(exist_ok=True)
        (folder / SHARED).write_bytes(held.encode())
    (folder / f"refs.{ending}").write_text(bib, "utf-8")
    return bring(folder / f"refs.{ending}", folder, SHARED)


def keys(path: Path) -> list[str]:
    data = yaml.safe_load(path.read_text("utf-8-sig"))
    return [item["id"] for item in (data["references"] if isinstance(data, dict) else data)]


@pytest.mark.parametrize("held", HELD.values(), ids=list(HELD))
def test_items_are_added_and_no_line_that_stands_is_touched(held: str, tmp_path: Path) -> None:
    done = importing(tmp_path, held)
    assert (done.added, done.problems) == (("new-one", "new-two"), ())
    text = (tmp_path / SHARED).read_bytes().decode()
    assert keys(tmp_path / SHARED) == ([] if "old" not in held else ["old"]) + ["new-one", "new-two"]
    left = text.splitlines()
    for line in held.splitlines():
        assert line in left
        left = left[left.index(line) + 1 :]
    assert ("\r\n" in held) == (text.count("\r\n") == text.count("\n") > 0)


def test_a_file_that_is_not_there_is_begun(tmp_path: Path) -> None:
    assert importing(tmp_path, None).added == ("new-one", "new-two")
    assert (
        (tmp_path / SHARED)
        .read_text("utf-8")
        .endswith(
            "references:\n"
            "  - id: new-one\n"
            "    type: book\n"
            "    title: كتاب جديد\n"
            "    author:\n"
            "      - family: علي\n"
            "        given: رعد\n"
            "    issued: {date-parts: [[2020]]}\n"
            "\n"
            "  - id: new-two\n"
            "    type: book\n"
            "    title: آخر\n"
            "    issued: {date-parts: [[2021]]}\n"
        )
    )


def test_importing_twice_adds_nothing_the_second_time(tmp_path: Path) -> None:
    importing(tmp_path, HELD["a bare list"])
    before = (tmp_path / SHARED).read_bytes()
    done = importing(tmp_path, None)
    assert (done.added, done.same, done.problems) == ((), ("new-one", "new-two"), ())
    assert (tmp_path / SHARED).read_bytes() == before


def test_a_key_that_means_another_work_is_refused_with_both_places(tmp_path: Path) -> None:
    held = "references:\n  - id: new-two\n    type: book\n    title: غيره\n"
    done = importing(tmp_path, held)
    assert done.added == ("new-one",)
    assert [(each.rule, each.where.line, each.facts["held"]) for each in done.problems] == [
        ("import-exists", 2, f"{SHARED}:2:5")
    ]
    assert (tmp_path / SHARED).read_text("utf-8").startswith(held)


def test_a_key_that_the_json_beside_holds_is_refused_too(tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    (tmp_path / "content/references.json").write_text('[\n\t{"id": "new-one", "type": "book", "title": "x"}\n]')
    done = importing(tmp_path, None)
    assert done.added == ("new-two",)
    assert [each.facts["held"] for each in done.problems] == ["content/references.json:2:3"]


@pytest.mark.parametrize(
    ("held", "rule"),
    [
        ("references: [{id: old, type: book, title: x}]\n", "import-form"),
        ("references:\n  - {id: old, type: book, title: x}\n...\n", "import-form"),
        ("references:\n  - id: old\n    title: 'x\n", "import-broken"),
        ("references: 5\n", "import-broken"),
    ],
)
def test_a_file_that_cannot_be_added_to_stays_as_it_is(held: str, rule: str, tmp_path: Path) -> None:
    done = importing(tmp_path, held)
    assert done.added == ()
    assert rule in [each.rule for each in done.problems]
    assert (tmp_path / SHARED).read_bytes() == held.encode()


def test_a_file_is_not_made_longer_than_is_read(tmp_path: Path) -> None:
    held = "references:\n  - id: old\n    type: book\n    title: قديم\n" + "# كلام\n" * 100_000
    done = importing(tmp_path, held[: (1 << 20) - 800_000] + "\n#" + "x" * 500_000)
    assert done.added == ("new-one", "new-two")
    bib = "".join(f"@book{{k{n}, title = {{{'عنوان ' * 50}}}}}\n" for n in range(2000))
    before = (tmp_path / SHARED).read_bytes()
    done = importing(tmp_path, None, bib)
    assert (done.added, [each.rule for each in done.problems]) == ((), ["import-too-large"])
    assert (tmp_path / SHARED).read_bytes() == before


def test_every_rule_is_told_in_some_test() -> None:
    told = {line.partition(" ")[0] for case in cases("mistakes.yaml") for line in case["problems"]}
    code = Path(__file__).read_text("utf-8")
    words = parse((ROOT / "generator/mujaz/words/bibtex.yaml").read_bytes(), "bibtex.yaml").data
    assert [rule for rule in words if rule not in told and f'"{rule}"' not in code] == []


def test_a_link_in_the_place_of_the_file_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    (tmp_path / "elsewhere.yaml").write_text("mine")
    (tmp_path / SHARED).symlink_to(tmp_path / "elsewhere.yaml")
    done = importing(tmp_path, None)
    assert [each.rule for each in done.problems] == ["file-is-link", "import-broken"]
    assert (tmp_path / "elsewhere.yaml").read_text() == "mine"


def test_what_zotero_exports_as_json_is_taken_item_by_item(tmp_path: Path) -> None:
    items = [
        {
            "id": "a",
            "type": "book",
            "title": "كتاب",
            "issued": {"date-parts": [["2021", 5]]},
            "volume": 2,
            "issue": None,
        },
        {"id": "b c", "type": "book", "title": "x"},
        {"id": "d", "type": "book", "title": "x", "issued": {"date-parts": [[2021, 13]]}},
    ]
    done = importing(tmp_path, None, json.dumps(items, ensure_ascii=False, indent="\t"), "json")
    assert done.added == ("a",)
    assert [(each.rule, each.where.line) for each in done.problems] == [("form-wrong", 18), ("reference-date", 26)]
    assert yaml.safe_load((tmp_path / SHARED).read_text("utf-8"))["references"] == [
        {"id": "a", "type": "book", "title": "كتاب", "issued": {"date-parts": [[2021, 5]]}, "volume": "2"}
    ]


def test_csl_yaml_is_taken_too_and_other_files_are_not(tmp_path: Path) -> None:
    assert importing(tmp_path, None, "references:\n- {id: a, type: book, title: x}\n", "yaml").added == ("a",)
    assert [each.rule for each in importing(tmp_path, None, "x", "ris").problems] == ["import-ending"]


def test_a_file_that_is_missing_is_told(tmp_path: Path) -> None:
    done = bring(tmp_path / "none.bib", tmp_path, SHARED)
    assert [each.rule for each in done.problems] == ["file-missing"]
    assert not (tmp_path / "content").exists()


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Co"]), min_size=1, max_size=20).filter(
    str.strip
)


@settings(deadline=None, max_examples=100)
@given(st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), TEXTS, min_size=1, max_size=4))
def test_whatever_a_title_says_is_read_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, titles: dict[str, str]
) -> None:
    folder = tmp_path_factory.mktemp("titles")
    items = [{"id": key, "type": "book", "title": title} for key, title in titles.items()]
    (folder / "refs.json").write_text(json.dumps(items, ensure_ascii=False), "utf-8")
    expected = {item["id"]: item["title"] for item in parse((folder / "refs.json").read_bytes(), "").data}
    bring(folder / "refs.json", folder, SHARED)
    written = parse((folder / SHARED).read_bytes(), "").data["references"]
    assert {item["id"]: item["title"] for item in written} == {k: v for k, v in expected.items() if v.strip()}


# ------------------------------------------------------------------------------------------------ the command


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(arguments)
    out, err = capsys.readouterr()
    return status, out, err


def test_an_imported_reference_can_be_cited_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lay(tmp_path)
    (tmp_path / "refs.bib").write_text(BIB, "utf-8")
    status, out, err = run(
        capsys, "-C", str(tmp_path), "import", str(tmp_path / "refs.bib"), "--topic", "water", "--json"
    )
    assert (status, json.loads(out)["added"]) == (WELL, ["new-one", "new-two"])
    assert "new-one" in err
    seen = survey(tmp_path)
    assert [each for each in seen.problems if each.severity is Severity.ERROR] == []
    assert seen.library is not None
    assert set(seen.library.topics[0].references) == {"new-one", "new-two"}


def test_problems_end_in_status_1_and_wrong_targets_in_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lay(tmp_path)
    (tmp_path / "refs.bib").write_text("@book{a, title = {x}}\n@book{a b, title = {y}}\n")
    status, _, _ = run(capsys, "-C", str(tmp_path), "import", str(tmp_path / "refs.bib"), "--messages", "ar")
    assert status == WRONG_CONTENT
    assert keys(tmp_path / SHARED) == ["a"]
    for more in (("--topic", "nowhere"), ("--to", "x.txt")):
        status, out, _ = run(capsys, "-C", str(tmp_path), "import", str(tmp_path / "refs.bib"), *more)
        assert status == WRONG_USE
        assert out


def test_another_file_may_be_named_and_needs_no_workspace(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "refs.bib").write_text(BIB, "utf-8")
    assert run(capsys, "import", "refs.bib", "--to", "sub/mine.yaml")[0] == WELL
    assert keys(tmp_path / "sub/mine.yaml") == ["new-one", "new-two"]
