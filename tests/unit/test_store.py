"""What is kept of fonts that were cut: the same bytes as cut anew, and never what somebody or something damaged."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from mujaz.export import html, store
from mujaz.model.document import Document, Medium

NAME = "a.woff2"


def page(text: str) -> Document:
    """A web page."""
    body = f"<!DOCTYPE html><html lang='ar' dir='rtl'><head><title>ع</title></head><body>{text}</body></html>"
    return Document("a/b.ar.html", body, Medium.SCREEN, "ar", "rtl", "ع", "2026-01-01", "classic")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "faces"
    store.keep_in(path)
    yield path
    store.keep_in(None)


def never() -> bytes:
    raise AssertionError("made once more")


def test_what_was_made_once_is_not_made_again(folder: Path) -> None:
    assert store.kept(NAME, lambda: b"data") == b"data"
    assert store.kept(NAME, never) == b"data"
    assert [each.name for each in folder.iterdir()] == [NAME]


@pytest.mark.parametrize("damage", [b"", b"x", b"\0" * 400])
def test_what_is_damaged_is_made_anew(folder: Path, damage: bytes) -> None:
    store.kept(NAME, lambda: b"data")
    (folder / NAME).write_bytes(damage)
    assert store.kept(NAME, lambda: b"other") == b"other"
    assert store.kept(NAME, never) == b"other"


def test_a_folder_in_which_nothing_can_be_written_is_no_hindrance(folder: Path) -> None:
    folder.write_bytes(b"a file")
    assert store.kept(NAME, lambda: b"data") == b"data"
    assert folder.read_bytes() == b"a file"


def test_a_disk_without_room_leaves_no_half_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, data: bytes) -> int:
        with path.open("wb") as file:
            file.write(data[:3])
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(Path, "write_bytes", full)
    assert store.kept(NAME, lambda: b"data") == b"data"
    assert list(folder.iterdir()) == []


def test_no_link_leads_elsewhere(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    folder.symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    assert store.kept(NAME, lambda: b"data") == b"data"
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_the_oldest_go_where_there_are_many(folder: Path) -> None:
    folder.mkdir()
    for number in range(300):
        path = folder / f"{number:03}.woff2"
        path.write_bytes(b"")
        os.utime(path, (number, number))
    store.kept(NAME, lambda: b"data")
    names = sorted(each.name for each in folder.iterdir())
    assert len(names) == 256
    assert names[0] == "045.woff2"
    assert names[-1] == NAME


def test_nothing_is_kept_where_nobody_says_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert store.kept(NAME, lambda: b"data") == b"data"
    assert store.kept(NAME, lambda: b"other") == b"other"
    assert list(tmp_path.iterdir()) == []


def cut(document: Document) -> bytes:
    html._inside.cache_clear()
    return html.export(document).data


def test_a_page_is_the_same_with_fonts_cut_now_and_with_fonts_cut_before(folder: Path) -> None:
    document = page("<p>نص</p>")
    store.keep_in(None)
    plain = cut(document)
    store.keep_in(folder)
    assert cut(document) == plain
    before = {each.name: each.stat().st_mtime_ns for each in folder.iterdir()}
    assert cut(document) == plain
    assert before == {each.name: each.stat().st_mtime_ns for each in folder.iterdir()} != {}


def test_other_letters_and_another_way_of_cutting_are_other_fonts(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut(page("<p>نص</p>"))
    count = len(list(folder.iterdir()))
    cut(page("<p>نص ڤ</p>"))
    assert len(list(folder.iterdir())) == 2 * count
    monkeypatch.setattr(html, "_knife", lambda: b"another")
    cut(page("<p>نص</p>"))
    assert len(list(folder.iterdir())) == 3 * count
