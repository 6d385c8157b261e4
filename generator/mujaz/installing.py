"""A workspace with schedules → the files that start them with the machine; shows each before it writes it."""

from __future__ import annotations

import difflib
import os
import pwd
import secrets
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mujaz.model.schedule import Schedule
from mujaz.units import MADE_BY, crontab_line, name_of, service, with_line

CRONTAB: Final = "crontab"
"""What stands for the path of a user's crontab, which belongs to a program."""
_LIMIT = 30
"""Seconds that `crontab` has."""


class CrontabError(Exception):
    """The user's crontab cannot be read or written; carries what `crontab` said."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A file that is to be written."""

    path: str
    """Where; `crontab` for the crontab of this user."""
    text: str
    old: str | None
    """What stands there now; None where nothing does."""
    then: tuple[str, ...] = ()
    """What is to be called afterwards, by hand."""

    @property
    def state(self) -> str:
        """new, same or other."""
        return "new" if self.old is None else "same" if self.old == self.text else "other"

    @property
    def shown(self) -> str:
        """The whole text where it is new, else what would change in it."""
        if self.old is None:
            return self.text
        lines = difflib.unified_diff(self.old.splitlines(), self.text.splitlines(), self.path, self.path, lineterm="")
        return "\n".join(lines) + "\n"


def for_systemd(call: Sequence[str], root: Path, folder: str | None, environment: Mapping[str, str]) -> Plan:
    """The unit of a workspace: of the machine for root, else of the user."""
    system = os.geteuid() == 0
    home = environment.get("XDG_CONFIG_HOME") or str(Path(environment.get("HOME", "~")).expanduser() / ".config")
    usual = "/etc/systemd/system" if system else f"{home}/systemd/user"
    name = f"{name_of(root)}.service"
    control = ("systemctl",) if system else ("systemctl", "--user")
    then = (" ".join((*control, "daemon-reload")), " ".join((*control, "enable", "--now", name)))
    linger = () if system else ("loginctl enable-linger",)
    path = Path(folder or usual) / name
    return Plan(str(path), service(call, root, system=system), _text(path), (*then, *linger))


def for_cron(call: Sequence[str], root: Path, schedules: Sequence[Schedule], folder: str | None) -> Plan:
    """The line of a workspace: in the crontab of this user, or in a file of a folder such as /etc/cron.d."""
    name = name_of(root)
    if folder is None:
        old = _crontab()
        return Plan(CRONTAB, with_line(old, name, crontab_line(call, schedules)), old or None)
    user = pwd.getpwuid(os.geteuid()).pw_name
    path = Path(folder) / name
    return Plan(str(path), f"# {MADE_BY}\n{crontab_line(call, schedules, user)}\n", _text(path))


def write(plan: Plan) -> None:
    """Put a file into its place, whole or not at all. Raises OSError or CrontabError."""
    if plan.path == CRONTAB:
        _call((CRONTAB, "-"), plan.text)
        return
    path = Path(plan.path)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.parent / f".{path.name}.{secrets.token_hex(4)}"
    try:
        beside.write_text(plan.text, "utf-8", errors="surrogateescape")
        beside.chmod(0o644)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _text(path: Path) -> str | None:
    try:
        return path.read_text("utf-8", errors="surrogateescape")
    except FileNotFoundError:
        return None


def _crontab() -> str:
    """The crontab of this user; empty where there is none."""
    if shutil.which(CRONTAB) is None:
        raise CrontabError("no program crontab")
    return _call((CRONTAB, "-l"), None, well=lambda status, said: status == 0 or "no crontab" in said)


def _call(
    command: Sequence[str], text: str | None, well: Callable[[int, str], bool] = lambda status, _: status == 0
) -> str:
    done = subprocess.run(  # noqa: S603 # crontab, as PATH has it
        command,
        input=None if text is None else text.encode(errors="surrogateescape"),
        stdin=subprocess.DEVNULL if text is None else None,
        capture_output=True,
        check=False,
        timeout=_LIMIT,
        env={**os.environ, "LC_ALL": "C"},
    )
    said = done.stderr.decode(errors="replace").strip()
    if not well(done.returncode, said):
        raise CrontabError(said)
    return done.stdout.decode(errors="surrogateescape") if done.returncode == 0 else ""
