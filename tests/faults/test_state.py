"""A damaged memory, and outputs that others touched: one warning, everything anew, nothing stale is called fresh."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from faults.invariant import briefs, held, mended, told
from faults.runs import Call, Forge
from faults.scene import Scene, scene
from mujaz.publish import STATE

CUTS = 12


@pytest.fixture
def desk(forge: Forge, tmp_path: Path) -> Scene:
    """Files of what was written before; the archive knows their edition, whatever becomes of the state."""
    made = scene(forge, tmp_path)
    made.again()
    return made


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "a list": lambda _: b"[]",
    "another format": lambda whole: whole.replace(b'"format": 1', b'"format": 999'),
    "invalid UTF-8": lambda whole: whole[:200] + b"\xff\xfe" + whole[200:],
    "zeros, as after a power cut": lambda whole: bytes(len(whole)),
    "of another name": lambda whole: whole.replace(b"water/", b"../water/"),
    "a hundred megabytes": lambda _: b'{"format": 1, "made": {"' + b"x" * 100_000_000,
    "a million brackets": lambda _: b"[" * 1_000_000,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_state_is_one_warning_and_everything_anew(
    forge: Forge, desk: Scene, damage: Callable[[bytes], bytes]
) -> None:
    state = desk.root / "output" / STATE
    state.write_bytes(damage(state.read_bytes()))
    done = forge.build(desk.root, language="ar")
    told(done, language="ar", failed=False)
    assert (done.status, done.rules) == (0, ["state-damaged"])
    assert [each["path"] for each in done.data["problems"]] == [f"output/{STATE}"]
    assert {each["target"] for each in done.data["built"]} == briefs(desk.new).keys()
    assert held(desk.root) == desk.new
    mended(forge, desk.root, desk.new)


def cut(forge: Forge, desk: Scene, cuts: int, seed: int) -> None:
    """States that end too early: none of them makes anything fresh that is not."""
    state = desk.root / "output" / STATE
    whole = state.read_bytes()
    for end in random.Random(seed).sample(range(len(whole) - 1), cuts):  # noqa: S311 # places, not secrets
        desk.again()
        state.write_bytes(whole[:end])
        done = forge.build(desk.root)
        told(done, language="en", failed=False)
        assert (done.status, done.rules) == (0, ["state-damaged"]), end
        assert held(desk.root) == desk.new, end


def test_a_state_that_ends_too_early_is_none(forge: Forge, desk: Scene) -> None:
    cut(forge, desk, CUTS, seed=1)


@pytest.mark.long
def test_a_state_that_ends_at_any_of_two_hundred_places_is_none(forge: Forge, desk: Scene) -> None:
    cut(forge, desk, 200, seed=2)


def test_a_state_that_may_not_be_read_is_one_warning_and_everything_anew(forge: Forge, desk: Scene) -> None:
    (desk.root / "output" / STATE).chmod(0)
    done = forge.build(desk.root, as_=Call(powerless=True))
    told(done, language="en", failed=False)
    assert (done.status, done.rules) == (0, ["state-damaged"])
    assert held(desk.root) == desk.new
    mended(forge, desk.root, desk.new)


def test_a_state_that_is_a_link_is_one_warning_and_what_it_leads_to_stays(forge: Forge, desk: Scene) -> None:
    victim = desk.root.parent / "victim"
    shutil.move(desk.root / "output" / STATE, victim)
    before = victim.read_bytes()
    (desk.root / "output" / STATE).symlink_to(victim)
    done = forge.build(desk.root)
    assert (done.status, done.rules) == (0, ["state-damaged"])
    assert victim.read_bytes() == before
    assert held(desk.root) == desk.new


def test_a_folder_in_the_place_of_the_state_is_told_once_and_briefs_are_made(forge: Forge, desk: Scene) -> None:
    """Nobody knows what the folder is: it is left, and all is made anew at each build until it is gone."""
    state = desk.root / "output" / STATE
    state.unlink()
    state.mkdir()
    (state / "mine").write_bytes(b"mine")
    done = forge.build(desk.root)
    told(done, language="en", failed=False)
    assert done.status == 1
    assert set(done.rules) == {"state-damaged", "output-is-folder"}
    assert {each["path"] for each in done.data["problems"]} == {f"output/{STATE}"}
    assert briefs(held(desk.root)) == briefs(desk.new)
    assert (state / "mine").read_bytes() == b"mine"
    shutil.rmtree(state)
    mended(forge, desk.root, desk.new)


def test_a_state_that_is_gone_is_as_if_nothing_had_ever_been_built(forge: Forge, desk: Scene) -> None:
    (desk.root / "output" / STATE).unlink()
    mended(forge, desk.root, desk.new)


def test_a_state_that_tells_a_stale_file_to_be_fresh_would_have_to_know_the_content(forge: Forge, desk: Scene) -> None:
    """The digest of what lies there is not enough: the state of an older content calls nothing fresh."""
    state = json.loads((desk.root / "output" / STATE).read_text("utf-8"))
    for each in state["made"].values():
        each["edition"] += 5
    (desk.root / "output" / STATE).write_text(json.dumps(state), "utf-8")
    done = forge.build(desk.root)
    assert done.data["fresh"] == []
    assert {each["edition"] for each in done.data["built"]} == {7}


# ------------------------------------------------------------------------------------------------ touched by others


def test_an_output_that_was_edited_deleted_or_replaced_is_made_again(forge: Forge, desk: Scene) -> None:
    assert forge.build(desk.root).status == 0
    built = held(desk.root)
    victim = desk.root.parent / "victim"
    victim.write_bytes(b"precious")

    def edited(path: Path) -> None:
        path.write_bytes(path.read_bytes().replace(b"</p>", b" x</p>", 1))

    def emptied(path: Path) -> None:
        path.write_bytes(b"")

    def led_away(path: Path) -> None:
        path.unlink()
        path.symlink_to(victim)

    def led_nowhere(path: Path) -> None:
        path.unlink()
        path.symlink_to("nowhere")

    def piped(path: Path) -> None:
        path.unlink()
        os.mkfifo(path)

    for touch in (edited, emptied, Path.unlink, led_away, led_nowhere, piped):
        for name in ("water/public.ar.html", "index.html"):
            touch(desk.root / "output" / name)
            done = forge.build(desk.root)
            told(done, language="en", failed=False)
            assert (done.status, done.rules) == (0, [])
            assert [each["target"] for each in done.data["built"]] == [name] * ("/" in name)
            assert held(desk.root) == built
            assert victim.read_bytes() == b"precious"


@pytest.mark.parametrize("name", ["water/public.ar.html", "index.html", ".mujaz/index.json"])
def test_a_folder_in_the_place_of_an_output_costs_this_file_alone_and_stays(
    forge: Forge, desk: Scene, name: str
) -> None:
    path = desk.root / "output" / name
    path.unlink()
    path.mkdir()
    (path / "mine").write_bytes(b"mine")
    for language in ("ar", "en"):
        done = forge.build(desk.root, language=language)
        told(done, language=language, failed=True)
        assert (done.status, done.rules) == (1, ["output-is-folder"])
        assert [each["path"] for each in done.data["problems"]] == [f"output/{name}"]
        assert (path / "mine").read_bytes() == b"mine"
    lying = briefs(held(desk.root))
    assert set(lying) == briefs(desk.new).keys() - {name}
    shutil.rmtree(path)
    assert forge.build(desk.root).status == 0
    assert briefs(held(desk.root)).keys() == briefs(desk.new).keys()
