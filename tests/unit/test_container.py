"""`Containerfile`: what it installs is what `./run` installs, from nowhere else, for a user who is not root."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def instructions() -> list[tuple[str, str]]:
    """Each instruction of the Containerfile with its arguments, continued lines joined."""
    text = re.sub(r"(?m)^\s*#.*\n", "", (ROOT / "Containerfile").read_text("utf-8"))
    lines = (line.strip() for line in re.sub(r"\s*\\\n\s*", " ", text).splitlines())
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1]) for line in lines if line]


def of(word: str) -> list[str]:
    return [arguments for name, arguments in instructions() if name == word]


def test_the_packages_are_those_that_run_installs() -> None:
    script = (ROOT / "run").read_text("utf-8")
    bare = re.findall(r"missing='(python3 .*)'", script)[0].split()
    loaded = re.findall(r'^    \("lib[^"]+", "[^"]+", "([^"]+)", "[^"]+"\),$', script, re.MULTILINE)
    assert len(loaded) == 5
    (line,) = (each for each in of("RUN") if "apt-get install" in each)
    named = line.partition("--no-install-recommends")[2].partition("&&")[0].split()
    assert len(named) == len(set(named))
    assert set(named) == {*bare, *loaded}


def test_it_begins_at_the_debian_that_is_tested_and_names_no_host() -> None:
    assert of("FROM") == ["debian:12-slim"]
    assert not re.search(r"://|\.(?:com|dev|io|net|org)\b", (ROOT / "Containerfile").read_text("utf-8"))
    assert {name for name, _ in instructions()} <= {
        "FROM",
        "RUN",
        "COPY",
        "USER",
        "ENV",
        "WORKDIR",
        "ENTRYPOINT",
        "CMD",
    }


def test_python_packages_come_from_the_lock_by_their_digests() -> None:
    (line,) = (each for each in of("RUN") if "pip install" in each)
    assert "--require-hashes -r /opt/mujaz/requirements.lock" in line
    assert "--only-binary=:all:" in line


def test_it_runs_mujaz_as_a_user_by_number_who_is_not_root() -> None:
    names = [name for name, _ in instructions()]
    (user,) = of("USER")
    assert re.fullmatch(r"[1-9][0-9]*:[1-9][0-9]*", user)
    assert "RUN" not in names[names.index("USER") :]
    assert of("WORKDIR") == ["/work"]
    assert json.loads(of("ENTRYPOINT")[0])[1:] == ["-P", "-m", "mujaz"]


def test_what_is_copied_is_there_and_nothing_else_is_sent_to_the_build() -> None:
    copied = {each.split()[0] for each in of("COPY")}
    assert copied == {"requirements.lock", "generator", "templates", "content/audiences"}
    assert all((ROOT / each).exists() for each in copied)
    lines = (ROOT / ".containerignore").read_text("utf-8").splitlines()
    kept = [line for line in lines if line and not line.startswith("#")]
    assert kept[0] == "*"
    assert {line[1:] for line in kept if line.startswith("!")} == copied


def test_the_program_finds_its_templates_and_audiences_where_they_are_copied() -> None:
    """Beside `generator`, as in the repository: the line that pip's folder gets leads from there to it."""
    (line,) = (each for each in of("RUN") if "mujaz-source.pth" in each)
    folder = Path(re.findall(r">(\S+/site-packages)/", line)[0])
    there = re.findall(r"printf '([^']+)\\n'", line)[0]
    assert os.path.normpath(folder / there) == "/opt/mujaz/generator"
    targets = {each.split()[0]: each.split()[1] for each in of("COPY")}
    assert targets["generator"] == "/opt/mujaz/generator"
    assert targets["templates"] == "/opt/mujaz/templates"
    assert targets["content/audiences"] == "/opt/mujaz/content/audiences"
