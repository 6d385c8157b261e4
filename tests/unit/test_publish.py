"""Files below `output/`: whole or not at all, never through a link, and nothing removed that is not ours."""

from __future__ import annotations

import errno
import hashlib
import multiprocessing
import os
import pathlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mujaz.publish import STATE, OutputError, Shelf, opened

NAME = "water/minister.ar.pdf"


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    held = Shelf(tmp_path / "output")
    held.write(NAME, b"old")
    return held


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def test_what_was_written_is_read_and_digested(shelf: Shelf) -> None:
    assert shelf.read(NAME) == b"old"
    assert shelf.digest(NAME) == hashlib.sha256(b"old").hexdigest()
    shelf.write(NAME, b"new")
    shelf.write(STATE, b"{}")
    assert files(shelf.folder) == {NAME: b"new", STATE: b"{}"}


def test_what_is_not_a_plain_file_has_no_bytes_and_no_digest(shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "outside").write_bytes(b"x")
    (shelf.folder / "water" / "link.ar.pdf").symlink_to(tmp_path / "outside")
    os.mkfifo(shelf.folder / "water" / "pipe.ar.pdf")
    for name in ("water/none.ar.pdf", "water/link.ar.pdf", "water/pipe.ar.pdf", "water"):
        assert shelf.read(name) is None
        assert shelf.digest(name) is None


# ------------------------------------------------------------------------------------------------ a failing disk


class _Failing:
    """A call that fails from its nth time on."""

    def __init__(self, real: Callable[..., Any], after: int) -> None:
        self.real, self.left = real, after

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        if self.left == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.left -= 1
        return self.real(*arguments, **named)


class _FullFile:
    """A file whose disk fills up in the middle of a write."""

    def __init__(self, file: Any) -> None:
        self.file = file

    def __enter__(self) -> _FullFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def write(self, data: bytes) -> int:
        self.file.write(data[: len(data) // 2])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _full(monkeypatch: pytest.MonkeyPatch) -> None:
    real: Callable[..., Any] = pathlib.Path.open

    def full(path: Path, mode: str = "r", **named: Any) -> Any:
        file = real(path, mode, **named)
        return _FullFile(file) if "x" in mode else file

    monkeypatch.setattr(pathlib.Path, "open", full)


def _nothing_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pathlib.Path, "open", _Failing(pathlib.Path.open, 0))


def _nothing_syncs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", _Failing(os.fsync, 0))


def _nothing_is_renamed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pathlib.Path, "replace", _Failing(pathlib.Path.replace, 0))
    monkeypatch.setattr(os, "replace", _Failing(os.replace, 0))
    monkeypatch.setattr(os, "rename", _Failing(os.rename, 0))


BREAKS = [_full, _nothing_opens, _nothing_syncs, _nothing_is_renamed]


@pytest.mark.parametrize("break_", BREAKS, ids=lambda each: each.__name__)
@pytest.mark.parametrize("name", [NAME, "water/public.ar.pdf", "energy/public.ar.html"])
def test_a_failing_disk_leaves_the_old_file_whole_and_nothing_else(
    shelf: Shelf, name: str, break_: Callable[[pytest.MonkeyPatch], None]
) -> None:
    with pytest.MonkeyPatch.context() as broken:
        break_(broken)
        with pytest.raises(OSError, match="No space left"):
            shelf.write(name, b"new" * 1000)
    assert files(shelf.folder) == {NAME: b"old"}
    shelf.write(name, b"new")
    assert files(shelf.folder) == {NAME: b"old"} | {name: b"new"}


def test_a_folder_that_cannot_be_synced_has_old_or_new(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", _Failing(os.fsync, 1))
    with pytest.raises(OSError, match="No space left"):
        shelf.write(NAME, b"new")
    assert files(shelf.folder) == {NAME: b"new"}


def test_an_interrupt_in_the_middle_leaves_the_old_file_whole(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_handle: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        shelf.write(NAME, b"new")
    assert files(shelf.folder) == {NAME: b"old"}


def test_the_new_bytes_are_on_the_disk_before_they_take_the_name(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    sync, rename = os.fsync, pathlib.Path.replace

    def synced(handle: int) -> None:
        steps.append("sync")
        sync(handle)

    def renamed(path: Path, to: Path) -> Path:
        steps.append("rename")
        return rename(path, to)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(pathlib.Path, "replace", renamed)
    shelf.write(NAME, b"new")
    assert steps == ["sync", "rename", "sync"]


# ------------------------------------------------------------------------------------------------ links and names


def test_an_output_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "output").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OutputError) as caught, opened(tmp_path / "output"):
        pass
    assert caught.value.args == ("output-is-link", "output")
    shelf = Shelf(tmp_path / "output")
    for act in (shelf.remove, lambda name: shelf.write(name, b"x")):
        with pytest.raises(OutputError, match="output-is-link"):
            act(NAME)
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_topics_folder_that_is_a_link_is_refused(shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "minister.ar.pdf").write_bytes(b"precious")
    (shelf.folder / "energy").symlink_to(tmp_path / "elsewhere")
    for act in (shelf.remove, lambda name: shelf.write(name, b"x")):
        with pytest.raises(OutputError) as caught:
            act("energy/minister.ar.pdf")
        assert caught.value.args == ("output-is-link", "energy")
    assert files(tmp_path / "elsewhere") == {"minister.ar.pdf": b"precious"}


def test_a_target_that_is_a_link_is_replaced_and_what_it_led_to_stays(shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "victim").write_bytes(b"precious")
    path = shelf.folder / NAME
    path.unlink()
    path.symlink_to(tmp_path / "victim")
    assert shelf.remove(NAME) is False
    shelf.write(NAME, b"new")
    assert not path.is_symlink()
    assert (path.read_bytes(), (tmp_path / "victim").read_bytes()) == (b"new", b"precious")


def test_a_folder_in_the_place_of_a_target_is_refused_and_kept(shelf: Shelf) -> None:
    (shelf.folder / "water" / "public.ar.pdf").mkdir()
    with pytest.raises(OutputError, match="output-is-folder"):
        shelf.write("water/public.ar.pdf", b"x")
    assert files(shelf.folder) == {NAME: b"old"}


@pytest.mark.parametrize(
    "name",
    [
        *("../x", "water/../../x", "/etc/x", "water//x", "./x", "x", "", ".", "..", "water/", "water/..", "water/a..b"),
        *("water/.hidden", ".mujaz/../x", ".git/config", "water/a\0b", "water/a\nb", "Water/a", "water/A", "ماء/a"),
        *("a/b/c", "water/a\\b", "-rf/a", "water/-rf", "water/%2e%2e", "water/a b", " water/a", "water/a "),
    ],
)
def test_a_name_that_leads_out_or_is_not_ours_is_refused(shelf: Shelf, name: str) -> None:
    before = files(shelf.folder.parent)
    for act in (shelf.remove, lambda each: shelf.write(each, b"x")):
        with pytest.raises(OutputError, match="path-outside"):
            act(name)
    assert files(shelf.folder.parent) == before


@given(st.text(st.sampled_from("./\\a~-0A\0\n %٠"), max_size=12))
def test_no_name_leads_out_of_the_folder(name: str) -> None:
    shelf = Shelf(Path("/nowhere/output"))
    try:
        path = shelf._path(name)
    except OutputError:
        return
    assert Path(os.path.normpath(path)).is_relative_to(shelf.folder)
    assert len(path.relative_to(shelf.folder).parts) == 2


EDITION = "editions/water/minister.ar/12"


@pytest.mark.parametrize(
    "name",
    [
        *(
            f"{EDITION}/../x",
            f"{EDITION}/",
            f"{EDITION}/a/b",
            "editions/water/minister.ar/x.pdf",
            "editions/x.ar/a/1/y",
        ),
        *("editions/water/minister.ar/0/x", "editions/water/minister.ar/01/x", "editions/water/minister.ar/-1/x"),
        *("editions/water/../1/x", "editions//minister.ar/1/x", "editions/.mujaz/minister.ar/1/x", "feed.atom/x"),
        *("archive/water/minister.ar/1/x", "editions/water/minister.ar/1/.hidden", "editions/Water/a.ar/1/x"),
    ],
)
def test_a_name_that_is_not_of_the_archive_is_refused(shelf: Shelf, name: str) -> None:
    before = files(shelf.folder.parent)
    for act in (shelf.remove, lambda each: shelf.write(each, b"x")):
        with pytest.raises(OutputError, match="path-outside"):
            act(name)
    assert files(shelf.folder.parent) == before


@pytest.mark.parametrize("depth", range(1, 5))
def test_no_folder_of_the_archive_may_be_a_link(shelf: Shelf, tmp_path: Path, depth: int) -> None:
    shelf.write(f"{EDITION}/minister.ar.pdf", b"old")
    linked = Path(shelf.folder, *EDITION.split("/")[:depth])
    linked.rename(tmp_path / "elsewhere")
    linked.symlink_to(tmp_path / "elsewhere")
    before = files(tmp_path / "elsewhere")
    for act in (shelf.remove, lambda name: shelf.write(name, b"new")):
        with pytest.raises(OutputError, match="output-is-link"):
            act(f"{EDITION}/minister.ar.pdf")
    assert files(tmp_path / "elsewhere") == before
    assert shelf.files(EDITION) == shelf.folders(EDITION) == ()


def test_folders_and_files_are_listed_without_links(shelf: Shelf, tmp_path: Path) -> None:
    for name in ("minister.ar.pdf", "edition.json"):
        shelf.write(f"{EDITION}/{name}", b"x")
    (shelf.folder / "editions" / "energy").symlink_to(tmp_path)
    (shelf.folder / EDITION / "linked.json").symlink_to(shelf.folder / EDITION / "edition.json")
    assert shelf.folders("editions") == ("water",)
    assert shelf.folders("editions/water/minister.ar") == ("12",)
    assert shelf.files(EDITION) == ("edition.json", "minister.ar.pdf")
    assert shelf.folders("nowhere") == shelf.files("nowhere") == ()


def test_what_a_killed_build_left_in_a_folder_of_the_archive_is_swept_there(shelf: Shelf) -> None:
    shelf.write(f"{EDITION}/told.json", b"x")
    for name in (".mujaz-0123456789abcdef.tmp", "notes.tmp"):
        (shelf.folder / EDITION / name).write_bytes(b"half")
    shelf.sweep_folder(EDITION)
    assert shelf.files(EDITION) == ("notes.tmp", "told.json")


def test_removing_an_edition_takes_the_folders_that_are_empty_then(shelf: Shelf) -> None:
    for name in (f"{EDITION}/told.json", "editions/water/public.ar/1/told.json"):
        shelf.write(name, b"x")
    assert shelf.remove(f"{EDITION}/told.json") is True
    assert shelf.folders("editions/water") == ("public.ar",)
    shelf.remove("editions/water/public.ar/1/told.json")
    assert not (shelf.folder / "editions").exists()
    assert files(shelf.folder) == {NAME: b"old"}


# ------------------------------------------------------------------------------------------------ removing


def test_removing_takes_one_file_and_its_folder_only_when_that_is_empty(shelf: Shelf) -> None:
    shelf.write("water/public.ar.pdf", b"x")
    (shelf.folder / "water" / "notes.txt").write_bytes(b"mine")
    assert shelf.remove(NAME) is True
    assert shelf.remove(NAME) is False
    assert files(shelf.folder) == {"water/notes.txt": b"mine", "water/public.ar.pdf": b"x"}
    shelf.write("energy/public.ar.pdf", b"x")
    shelf.remove("energy/public.ar.pdf")
    assert not (shelf.folder / "energy").exists()


def test_sweeping_takes_only_our_temporary_files(shelf: Shelf, tmp_path: Path) -> None:
    ours = [".mujaz-0123456789abcdef.tmp", "water/.mujaz-ffffffffffffffff.tmp", ".mujaz/.mujaz-0000000000000000.tmp"]
    others = dict.fromkeys(
        (
            "notes.tmp",
            ".mujaz-0123.tmp",
            "water/.mujaz-0123456789abcdef.tmp.bak",
            "water/.mujaz-0123456789ABCDEF.tmp",
            "water/x.mujaz-0123456789abcdef.tmp",
            "water/deeper/.mujaz-0123456789abcdef.tmp",
        ),
        b"mine",
    )
    for name in (*ours, *others):
        (shelf.folder / name).parent.mkdir(exist_ok=True)
        (shelf.folder / name).write_bytes(b"mine")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / ours[0]).write_bytes(b"mine")
    (shelf.folder / "linked").symlink_to(tmp_path / "elsewhere")
    shelf.sweep()
    found = files(shelf.folder)
    assert {name: data for name, data in found.items() if not name.startswith("linked/")} == {NAME: b"old"} | others
    assert files(tmp_path / "elsewhere") == {ours[0]: b"mine"}


def test_opening_makes_the_folder_and_sweeps_it(tmp_path: Path) -> None:
    (tmp_path / "output" / "water").mkdir(parents=True)
    left = tmp_path / "output" / "water" / ".mujaz-0123456789abcdef.tmp"
    left.write_bytes(b"half")
    with opened(tmp_path / "output") as shelf:
        assert shelf.folder == tmp_path / "output"
        assert not left.exists()
    with opened(tmp_path / "new" / "output"):
        assert (tmp_path / "new" / "output").is_dir()


# ------------------------------------------------------------------------------------------------ one at a time


def test_a_second_build_is_told_that_the_first_one_is_at_work(tmp_path: Path) -> None:
    with opened(tmp_path / "output"), pytest.raises(OutputError) as caught, opened(tmp_path / "output"):
        pass
    assert caught.value.args == ("output-busy", "output")
    with opened(tmp_path / "output"):
        pass


def test_a_build_that_failed_leaves_the_door_open(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), opened(tmp_path / "output"):
        raise RuntimeError
    with opened(tmp_path / "output"):
        pass


def _holds(folder: Path, ready: Any) -> None:
    with opened(folder):
        ready.set()
        multiprocessing.Event().wait(60)


def test_a_killed_build_leaves_the_door_open(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    other = context.Process(target=_holds, args=(tmp_path / "output", ready))
    other.start()
    try:
        assert ready.wait(30)
        with pytest.raises(OutputError, match="output-busy"), opened(tmp_path / "output"):
            pass
    finally:
        other.kill()
        other.join()
    with opened(tmp_path / "output"):
        pass


@pytest.mark.parametrize("name", ["output", "output/.mujaz"])
def test_a_file_in_the_place_of_the_folder_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_bytes(b"mine")
    with pytest.raises(OutputError, match="output-unwritable"), opened(tmp_path / "output"):
        pass
    assert (tmp_path / name).read_bytes() == b"mine"
