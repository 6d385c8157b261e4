"""What holds after every fault, whatever it was: each file is old or new, nothing stale is called fresh, and so on.

The invariant, in the order of its checks:

1. every brief in the output folder is absent, or byte for byte one of the versions that were ever whole;
2. what is neither old nor new for the state is found by the next build: no line of the state calls a stale file fresh;
3. the state can be read, or is not there;
4. a run in which something failed does not end with 0; its messages name a file, and a cause, in the language that was
   asked for; there is no traceback;
5. the next run without the fault makes all that is missing, leaves no temporary file, and the folder is the same as if
   nothing had happened.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from faults.runs import Done, Forge
from mujaz.lock import decode
from mujaz.publish import STATE

_ARCHIVE = re.compile(r"(?:editions|feeds)/|feed\.atom$|\.mujaz/editions\.json$")
"""What tells of editions: a fault may come before one, or after it."""
CATALOGUE = ".mujaz/index.json"
LETTERS = {"ar": re.compile("[\u0621-\u064a]{3}"), "en": re.compile("[A-Za-z]{3}.* ")}


def held(root: Path) -> dict[str, bytes]:
    """Every plain file of the output folder, but for the archive and for what a build holds while it is at work."""
    folder = root / "output"
    names = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*"))}
    return {
        name: path.read_bytes()
        for name, path in names.items()
        if path.is_file() and not path.is_symlink() and path.name != "busy" and not _ARCHIVE.match(name)
    }


def archived(root: Path) -> None:
    """The archive: each edition that has a record is whole."""
    for path in (root / "output" / "editions").glob("*/*/*/edition.json"):
        for name, digest in json.loads(path.read_bytes())["files"].items():
            assert _digest(path.with_name(name).read_bytes()) == digest, path


def briefs(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Those of them that readers are given."""
    return {name: data for name, data in files.items() if re.fullmatch(r"[a-z0-9-]+/[a-z0-9.-]+\.(?:pdf|html)", name)}


def temporary(root: Path) -> list[str]:
    """Files of ours that are not yet what they should be."""
    return [path.name for path in (root / "output").rglob(".mujaz-*.tmp")]


def whole(root: Path, *versions: Mapping[str, bytes]) -> dict[str, int]:
    """1 to 3: which version each brief has; those that are absent are left out."""
    found = {}
    for name, data in briefs(held(root)).items():
        which = [number for number, version in enumerate(versions) if version.get(name) == data]
        assert which, f"{name} is neither old nor new: {len(data)} bytes"
        found[name] = which[-1]
    nothing_stale_is_fresh(root, versions[-1])
    archived(root)
    return found


def nothing_stale_is_fresh(root: Path, new: Mapping[str, bytes]) -> None:
    """2 and 3: where the state has the inputs of now and the digest of what lies there, what lies there is of now."""
    files = held(root)
    state, right = decode(files.get(STATE)), decode(new[STATE])
    assert state is not None, "the state cannot be read"
    assert right is not None
    for name, made in state.made.items():
        now = right.made.get(name)
        lies = files.get(name)
        if now and lies is not None and made.inputs == now.inputs and made.sha256 == _digest(lies):
            assert lies == new[name], f"{name} is stale and would be called fresh"


def told(done: Done, *, language: str, failed: bool) -> None:
    """4: of a run that was asked for `--json`."""
    assert "Traceback" not in done.out + done.err, done.err
    assert done.status >= 0, f"ended by signal {-done.status}"
    data = done.data
    if failed or data.get("failed") or data.get("stopped"):
        assert done.status != 0
        assert data["problems"]
    errors = [each for each in data["problems"] if each["severity"] == "error"]
    assert not (errors and done.status == 0)
    for each in data["problems"]:
        assert each["path"]
        assert each["message"].strip()
        assert each["hint"].strip()
        assert LETTERS[language].search(each["message"]), each["message"]
        assert each["rule"] != "mujaz-failed", each["message"]


def mended(forge: Forge, root: Path, new: Mapping[str, bytes], *, but: Iterable[str] = ()) -> None:
    """5: the next run; `but` names what may differ."""
    done = forge.build(root)
    told(done, language="en", failed=False)
    assert (done.status, done.data["failed"]) == (0, []), done.err
    assert temporary(root) == []
    files, left = held(root), set(but)
    assert files.keys() == new.keys()
    assert [name for name in files if files[name] != new[name] and name not in left] == []
    state = decode(files[STATE])
    assert state is not None
    assert {name: made.sha256 for name, made in state.made.items()} == {
        name: _digest(data) for name, data in briefs(files).items()
    }


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
