"""The authors' guides: the same samples in both languages, and samples that hold what the guides promise."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from mujaz.language import RULES as LANGUAGE
from mujaz.model.blocks import kinds
from mujaz.survey import survey
from workspace import formal

DOCS = Path(__file__).resolve().parents[2] / "docs"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
SAID = re.compile(r"^(content/\S+?): (?:error|warning|خطأ|تنبيه) \[([a-z0-9-]+)\]$", re.MULTILINE)


def samples(guide: str) -> list[tuple[str, str]]:
    return FENCE.findall((DOCS / guide).read_text("utf-8"))


def test_both_guides_have_the_same_samples_in_the_same_order() -> None:
    assert samples("authors.ar.md") == samples("authors.en.md")


def test_both_guides_show_the_same_messages() -> None:
    english, arabic = ((DOCS / guide).read_text("utf-8") for guide in ("authors.en.md", "authors.ar.md"))
    assert SAID.findall(english) == SAID.findall(arabic) != []


def lay(root: Path, blocks: str) -> None:
    """A workspace whose one topic holds the sample, with the guide's own references and the usual audiences."""
    references = next(text for kind, text in samples("authors.en.md") if text.startswith("references:"))
    shared = "- {id: iraq-constitution, type: legislation, title: دستور جمهورية العراق}\n"
    topic = f"title: عنوان\ndate: 2025-01-15\nblocks:\n{re.sub(r'^(?=.)', '  ', blocks, flags=re.MULTILINE)}"
    files = {
        "mujaz.yaml": "organisation: المؤسسة\n",
        "content/references.yaml": shared,
        "content/topics/sample/references.yaml": references,
        "content/topics/sample/ar.yaml": topic,
        **{f"content/audiences/{name}.yaml": "label: قارئ\n" for name in ("minister", "parliament", "public")},
        "content/audiences/researcher.yaml": "label: باحث\n",
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")


def block_samples() -> list[str]:
    """Samples of blocks that are meant to be right: the wrong ones stand right before a message."""
    text = (DOCS / "authors.en.md").read_text("utf-8")
    wrong = {
        match[1] for match in re.finditer(r"^```yaml\n((?:(?!^```).*\n)*?)^```\n\n```\ncontent/", text, re.MULTILINE)
    }
    return [
        body
        for kind, body in samples("authors.en.md")
        if kind == "yaml" and body.startswith("- kind:") and body not in wrong
    ]


@pytest.mark.parametrize("body", block_samples(), ids=lambda body: body.partition("\n")[0][2:])
def test_a_sample_of_a_block_is_checked_clean(body: str, tmp_path: Path) -> None:
    lay(tmp_path, body)
    told = survey(tmp_path).problems
    found = (*formal(told), *(each for each in told if each.rule in LANGUAGE))
    # Some samples point to points of other samples: that alone may be missing here.
    assert [each.rule for each in found if each.rule not in ("answer-unknown", "audience-unknown")] == []


def test_every_kind_has_a_sample() -> None:
    shown = {block["kind"] for body in block_samples() for block in yaml.safe_load(body)}
    assert shown == set(kinds())
