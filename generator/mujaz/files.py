"""A workspace's folder → names and bytes of its files, or problems; follows no link, understands no file."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from mujaz.arabic import closest
from mujaz.problems import Problem, Severity, Where

MAX_PICTURE = 10 * 1024 * 1024
"""Bytes of the largest file that is read."""


class LinkError(OSError):
    """A name on the way to a file is a link; the argument is that name."""


class NotPlainError(OSError):
    """What has the name of a file is a folder, a pipe, a device or the like."""


def held(root: Path, path: str, most: int) -> bytes:
    """The first `most` bytes of a plain file below `root`, to which no link leads.

    Each folder is opened from the one above it, and what was opened is what is looked at: a name that is made a link
    in between leads nowhere, and a pipe keeps nobody waiting. Raises LinkError, NotPlainError and OSError.
    """
    parts = Path(path).parts
    here = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for number, part in enumerate(parts, 1):
            there = _entered(here, part, last=number == len(parts))
            os.close(here)
            here = there
        if not stat.S_ISREG(os.fstat(here).st_mode):
            raise NotPlainError(path)
        with open(here, "rb", closefd=False) as file:
            return file.read(most)
    finally:
        os.close(here)


def _entered(folder: int, name: str, *, last: bool) -> int:
    """A descriptor of what has this name in an opened folder."""
    way = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | (os.O_NONBLOCK if last else os.O_DIRECTORY)
    try:
        return os.open(name, way, dir_fd=folder)
    except OSError as error:
        kind = _kind(folder, name)
        if kind == stat.S_IFLNK:
            raise LinkError(name) from error
        if last and kind not in (0, stat.S_IFREG):
            raise NotPlainError(name) from error  # a socket cannot even be opened
        raise


def _kind(folder: int, name: str) -> int:
    """What a name stands for, by its S_IF… number; 0 where nobody knows."""
    try:
        return stat.S_IFMT(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    except OSError:
        return 0


@dataclass
class Tree:
    """The files of one workspace, and what was wrong with those that were asked for."""

    root: Path
    problems: list[Problem] = field(default_factory=list)

    def bytes(self, path: str, at: Where | None = None) -> bytes | None:
        """A file of the workspace; neither it nor a folder above it may be a link. `at` is where it is named."""
        where = at or Where(path)
        try:
            return held(self.root, path, MAX_PICTURE + 1)
        except LinkError as error:
            self.problems.append(Problem("file-is-link", where, {"found": str(error)}))
        except NotPlainError:
            self.problems.append(Problem("file-not-regular", where, {"found": path}))
        except FileNotFoundError:
            here = self.root / path
            near = closest(here.name, _listed(here.parent))
            facts = {"found": path, **({"closest": str(Path(path).with_name(near))} if near else {})}
            self.problems.append(Problem("file-missing", where, facts))
        except OSError as error:
            self.problems.append(Problem("file-unreadable", where, {"found": error.strerror or str(error)}))
        return None

    def yaml_files(self, folder: str, names: list[str]) -> list[str]:
        """The YAML files of a folder by name; other spellings of the ending are named, not passed over."""
        found: list[str] = []
        for name in names:
            if name.endswith(".yaml"):
                found.append(f"{folder}/{name}")
            elif name.lower().endswith((".yml", ".yaml", ".yml.txt", ".yaml.txt")):
                facts = {"found": name, "closest": name.partition(".")[0] + ".yaml"}
                self.problems.append(Problem("file-ending", Where(f"{folder}/{name}"), facts))
        return found

    def folders(self, folder: str) -> list[str]:
        """The folders in a folder; a link, or a file that should be in a folder of its own, is named."""
        found: list[str] = []
        for name in self.names(folder):
            path = f"{folder}/{name}"
            here = f"{self.root}/{path}"  # as text: there are thousands of topics
            if os.path.islink(here):
                self.problems.append(Problem("file-is-link", Where(path), {"found": name}))
            elif os.path.isdir(here):
                found.append(path)
            elif name.endswith((".yaml", ".yml")):
                facts = {"found": name, "closest": f"{Path(name).stem}/ar.yaml"}
                self.problems.append(Problem("topic-not-folder", Where(path), facts, Severity.WARNING))
        return found

    def names(self, folder: str) -> list[str]:
        """What a folder holds, sorted; a missing folder holds nothing."""
        here = self.root / folder
        if here.is_symlink():
            self.problems.append(Problem("file-is-link", Where(folder), {"found": here.name}))
            return []
        try:
            return sorted(name for name in os.listdir(here) if not name.startswith((".", "~")))
        except FileNotFoundError:
            return []
        except OSError as error:
            self.problems.append(Problem("file-unreadable", Where(folder), {"found": error.strerror or str(error)}))
            return []


def _listed(folder: Path) -> list[str]:
    """The names in a folder, as far as it can be read."""
    try:
        return os.listdir(folder)
    except OSError:
        return []
