"""The package as others install it: templates, words and skeletons inside, and a first build from it alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the unpacked wheel and nothing else of ours."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def mujaz(installed: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(installed), "LANG": "C.UTF-8"}
    command = [sys.executable, "-P", "-m", "mujaz", *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def test_the_wheel_carries_templates_words_skeletons_and_licences(installed: Path) -> None:
    for name in (
        "templates/brief.html.j2",
        "templates/site/index.js",
        "templates/styles/ar-notes.csl",
        "words/rules.yaml",
        "py.typed",
    ):
        assert (installed / "mujaz" / name).is_file(), name
    assert {path.name for path in (installed / "mujaz" / "skeleton" / "audiences").iterdir()} == {
        path.name for path in (ROOT / "content" / "audiences").iterdir()
    }
    assert list(installed.glob("mujaz-*.dist-info/licenses/LICENSE*"))


def test_a_workspace_is_founded_and_built_from_the_wheel_alone(installed: Path, tmp_path: Path) -> None:
    assert mujaz(installed, "init", "briefs", cwd=tmp_path).returncode == 0
    checked = mujaz(installed, "-C", "briefs", "check", "--json", cwd=tmp_path)
    assert json.loads(checked.stdout) == {"problems": []}
    built = mujaz(installed, "-C", "briefs", "build", "--json", cwd=tmp_path)
    assert built.returncode == 0, built.stderr
    made = json.loads(built.stdout)
    assert len(made["built"]) == 8
    assert made["problems"] == []
    for each in made["built"]:
        assert (tmp_path / "briefs" / each["path"]).stat().st_size > 10_000
