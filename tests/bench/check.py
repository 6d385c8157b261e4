"""How long checking a library takes, as a ratio to reading it with libyaml and pydantic alone.

Run: .venv/bin/python tests/bench/check.py [TOPICS]
Prints the seconds of both, three times in turn, and the ratio of the best ones.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "generator"))

from mujaz.model.content import Reference, Topic  # noqa: E402 # run as a script, it must find the package first
from mujaz.survey import survey  # noqa: E402


def library(root: Path, count: int) -> list[Path]:
    """A workspace of `count` topics: those of this repository, in turn, under new names."""
    shutil.copy(ROOT / "mujaz.yaml", root)
    shutil.copytree(ROOT / "content/audiences", root / "content/audiences")
    models = sorted(path.parent for path in (ROOT / "content/topics").glob("*/ar.yaml"))
    made = []
    for number in range(count):
        folder = root / f"content/topics/topic-{number:04d}"
        shutil.copytree(models[number % len(models)], folder)
        made += sorted(folder.glob("*.yaml"))
    return made


def composed(paths: list[Path]) -> None:
    """The same files by `yaml.compose`, and the same nouns by pydantic."""
    for path in paths:
        node = yaml.compose(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
        data = plain(node)
        if path.name == "references.yaml":
            for item in data["references"]:
                Reference.model_validate(item)
            continue
        for block in data["blocks"]:
            if block["kind"] == "figure" and isinstance(block["data"], str):
                block["data"] = {"columns": ["…", "…"], "rows": [["…", "1"]]}
        Topic.model_validate(data)


def plain(node: Any) -> Any:
    if isinstance(node, yaml.MappingNode):
        return {key.value: plain(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [plain(child) for child in node.value]
    return node.value


def timed(run: Any, argument: Any) -> float:
    start = time.perf_counter()
    run(argument)
    return time.perf_counter() - start


def main() -> None:
    """Print the figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        paths = library(root, count)
        pairs = [(timed(survey, root), timed(composed, paths)) for _ in range(3)]
    for ours, peer in pairs:
        print(f"check {ours:.2f} s   yaml.compose and pydantic {peer:.2f} s")
    best = min(ours for ours, _ in pairs) / min(peer for _, peer in pairs)
    print(f"{count} topics: ratio {best:.2f}")


if __name__ == "__main__":
    main()
