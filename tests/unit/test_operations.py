"""docs/operations.md: its contents, its links, the messages that it explains, and the workflow that it shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from mujaz import produce as producing
from mujaz.archive import MEMORY as EDITIONS
from mujaz.cli import main
from mujaz.index import CATALOGUE as INDEX
from mujaz.logbook import LOGBOOK
from mujaz.publish import LEDGER, LOG, MEMORY, STATE
from mujaz.report import rules
from workspace import at_once, crewed, lay

DOCS = Path(__file__).resolve().parents[2] / "docs"
GUIDE = (DOCS / "operations.md").read_text("utf-8")
CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.MULTILINE | re.DOTALL)


def anchors(text: str) -> list[str]:
    """The headings of a page, as its links name them."""
    plain = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    heads = re.findall(r"^#+ (.*)$", plain, re.MULTILINE)
    return [re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads]


def test_the_contents_name_every_part_in_its_order() -> None:
    listed = re.findall(r"^- \[([^\]]+)\]\(#([^)]+)\)$", GUIDE.partition("\n## ")[0], re.MULTILINE)
    heads = re.findall(r"^## (.*)$", GUIDE, re.MULTILINE)
    assert [head for head, _ in listed] == heads
    assert {anchor for _, anchor in listed} <= set(anchors(GUIDE))


@pytest.mark.parametrize("page", ["operations.md", "authors.en.md", "authors.ar.md", "templates.md"])
def test_links_between_guides_lead_somewhere(page: str) -> None:
    text = CODE.sub("", (DOCS / page).read_text("utf-8"))
    for file, anchor in re.findall(r"\]\(([\w./-]*)(?:#([^)]+))?\)", text):
        target = (DOCS / file) if file else DOCS / page
        assert target.exists(), file
        if anchor:
            assert anchor in anchors(target.read_text("utf-8")), f"{file}#{anchor}"


def test_every_message_about_a_run_is_explained() -> None:
    source = (Path(__file__).parent / "test_mistakes.py").read_text("utf-8")
    (names,) = re.findall(r'^ELSEWHERE = .*?"""(.*?)"""', source, re.MULTILINE | re.DOTALL)
    assert len(names.split()) > 80
    guides = "".join(path.read_text("utf-8") for path in DOCS.glob("*.md"))
    assert [rule for rule in names.split() if f"`{rule}`" not in guides] == []


def test_the_messages_that_are_explained_are_there() -> None:
    part = GUIDE.partition("\n## Messages of a run\n")[2].partition("\n## ")[0]
    named = set(re.findall(r"`([a-z]+(?:-[a-z0-9]+)+)`", part))
    assert len(named) > 90
    assert named - set(rules()) == set()


def test_the_workflow_is_yaml_and_calls_mujaz_as_it_is() -> None:
    (text,) = (each for each in re.findall(r"^```yaml\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL) if "jobs:" in each)
    steps = yaml.safe_load(text)["jobs"]["briefs"]["steps"]
    calls = [step["run"] for step in steps if "mujaz --messages" in step.get("run", "")]
    assert [re.findall(r"--messages en (?:-C \S+ )?(\w+)", call) for call in calls] == [
        ["check"],
        ["build"],
        ["deliver"],
    ]
    assert "--strict --github" in calls[0]
    assert "--json --log json" in calls[1]


def told_of() -> list[str]:
    """The files of a workspace that the guide says may be lost, as the table names them."""
    part = GUIDE.partition("\n### What each file is\n")[2].partition("\n### ")[0]
    cells = re.findall(r"^\| (`[^|]*) \|", part, re.MULTILINE)
    return [name for cell in cells for name in re.findall(r"`([^`]+\.(?:json|log))`", cell)]


def test_the_files_that_may_be_lost_are_those_that_a_workspace_has() -> None:
    ours = (STATE, LOG, LEDGER, EDITIONS, INDEX, LOGBOOK)
    assert set(told_of()) == {*(f"output/{name}" for name in ours), MEMORY}


@pytest.mark.parametrize("damage", [None, "{", '{"format": 9}'])
@pytest.mark.parametrize("name", told_of())
def test_whichever_of_them_is_lost_or_damaged_the_files_and_editions_stay_as_they_were(
    name: str, damage: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(producing, "crew", crewed(at_once))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795651200")
    root = lay(tmp_path)
    call = ["-C", str(root), "build"]
    assert main(call) == 0
    topic = root / "content" / "topics" / "water" / "ar.yaml"
    topic.write_text(topic.read_text("utf-8").replace("أول ما وُجد", "أول ما رُصد"), "utf-8")
    assert main(call) == 0
    before = held(root)
    assert any("/2/edition.json" in each for each in before)
    path = root / name
    path.unlink(missing_ok=True)
    if damage is not None:
        path.write_text(damage, "utf-8")
    assert main(call) == 0
    assert held(root) == before


def held(root: Path) -> dict[str, bytes]:
    """All that is published, editions, index and feeds included."""
    files = (path for path in (root / "output").rglob("*") if path.is_file() and ".mujaz" not in path.parts)
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}
