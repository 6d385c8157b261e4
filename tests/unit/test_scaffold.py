"""New workspaces and topics: laid out whole, sound from the first day, and never over what stands there."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
import yaml

from mujaz.model.blocks import kinds
from mujaz.scaffold import OccupiedError, begin, found
from mujaz.survey import survey
from mujaz.tailor import tailor

TODAY = datetime.date(2026, 11, 22)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    found(tmp_path / "desk", TODAY)
    return tmp_path / "desk"


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_new_workspace_checks_clean(root: Path) -> None:
    seen = survey(root)
    assert seen.problems == ()
    assert seen.library is not None
    assert sorted(seen.library.audiences) == ["minister", "parliament", "public", "researcher"]
    assert [topic.key for topic in seen.library.topics] == [("first-topic", "ar")]


def test_all_that_was_made_is_named_and_nothing_else_is_there(tmp_path: Path) -> None:
    named = found(tmp_path / "deep" / "desk", TODAY)
    assert named == files(tmp_path / "deep" / "desk")
    assert {"mujaz.yaml", "output/.gitignore", "content/topics/first-topic/ar.yaml"} <= set(named)


def test_every_audience_is_told_something_of_the_first_topic(root: Path) -> None:
    library = survey(root).library
    assert library is not None
    for name, reader in library.audiences.items():
        parts = tailor(library.topics[0], name, reader).parts
        assert len(parts) >= 3, name
        assert {part.block.name.split("-")[0] for part in parts} & {each.split("-")[0] for each in kinds()}


def test_dates_are_todays_and_review_is_due_in_a_year(root: Path) -> None:
    topic = yaml.safe_load((root / "content/topics/first-topic/ar.yaml").read_text("utf-8"))
    assert (topic["date"], topic["review-by"]) == (TODAY, datetime.date(2027, 11, 22))


def test_outputs_are_kept_out_of_a_repository(root: Path) -> None:
    assert (root / "output/.gitignore").read_text("utf-8") == "*\n!.gitignore\n"


def test_a_folder_with_hidden_files_only_is_as_good_as_empty(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    assert "mujaz.yaml" in found(tmp_path, TODAY)


@pytest.mark.parametrize("occupied", ["mujaz.yaml", "notes.txt", "content/x"])
def test_a_folder_in_use_is_refused_and_untouched(tmp_path: Path, occupied: str) -> None:
    path = tmp_path / "desk" / occupied
    path.parent.mkdir(parents=True)
    path.write_text("mine")
    with pytest.raises(OccupiedError) as caught:
        found(tmp_path / "desk", TODAY)
    assert caught.value.args == ("folder-not-empty", "desk")
    assert files(tmp_path / "desk") == [occupied]
    assert path.read_text() == "mine"


def test_a_file_in_the_place_of_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "desk").write_text("mine")
    with pytest.raises(OccupiedError):
        found(tmp_path / "desk", TODAY)
    assert (tmp_path / "desk").read_text() == "mine"


@pytest.mark.parametrize("languages", [("ar",), ("ar", "en"), ("en",), ("fa", "ckb")])
def test_a_new_topic_checks_clean_in_every_language(root: Path, languages: tuple[str, ...]) -> None:
    house = root / "mujaz.yaml"
    text = house.read_text("utf-8").replace("[ar]", f"[{', '.join(languages)}]")
    names = "".join(f"  {language}: Mujaz\n" for language in languages if f"  {language}: " not in text)
    house.write_text(text.replace("  ar: ", f"{names}  ar: "), "utf-8")
    named = begin(root, "water-security", languages=languages, today=TODAY)
    assert named == sorted(f"content/topics/water-security/{name}.yaml" for name in (*languages, "references"))
    seen = survey(root)
    assert seen.problems == ()
    assert seen.library is not None
    assert {topic.language for topic in seen.library.topics if topic.slug == "water-security"} == set(languages)


def test_a_topic_that_is_there_is_refused_and_untouched(root: Path) -> None:
    path = root / "content/topics/first-topic/ar.yaml"
    path.write_text("mine")
    with pytest.raises(OccupiedError) as caught:
        begin(root, "first-topic", languages=("ar", "en"), today=TODAY)
    assert caught.value.args == ("topic-exists", "first-topic")
    assert path.read_text() == "mine"
    assert not path.with_name("en.yaml").exists()
