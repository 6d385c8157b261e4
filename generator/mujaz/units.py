"""A call of Mujaz and a workspace → the text of a systemd unit, or a line of a crontab; writes nothing, runs nothing.

A service waits for the times, and not a timer for each of them: systemd leaves out a time that a change of the clock
jumps over (`systemd-analyze calendar "00:30 Africa/Cairo"` has no 24 April 2026), two timers of one minute would be two
builds at once, and the times would stand in two places. For the same reasons cron only looks, every few minutes,
whether Mujaz owes something: Debian's knows no time zone but its own.
"""

from __future__ import annotations

import hashlib
import math
import re
import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from mujaz.model.schedule import Schedule

_UNPRINTED = re.compile(r"[\x00-\x1f\x7f]")
_PLAIN = re.compile(r"[\w./:=@+-]+")
MADE_BY: Final = "mujaz schedule install"


def can_stand(words: Iterable[str]) -> bool:
    """Whether words can stand in a unit and in a crontab: neither has a way to write the end of a line."""
    return not any(_UNPRINTED.search(each) for each in words)


def name_of(root: Path) -> str:
    """The name of a workspace's unit: of its folder as far as it is Latin, and unlike that of any other folder."""
    plain = re.sub(r"[^a-z0-9]+", "-", root.name.lower()).strip("-")[:40]
    digest = hashlib.sha256(str(root).encode(errors="surrogateescape")).hexdigest()[:6]
    return "-".join(filter(None, ("mujaz", plain, digest)))


def service(call: Sequence[str], root: Path, *, system: bool) -> str:
    """A unit whose service waits for the times of a workspace."""
    if set(call[0]) & set("\"'\\$"):  # systemd starts no program of such a name itself
        call = ("/bin/sh", "-c", 'exec "$0" "$@"', *call)
    program, *words = call
    started = " ".join((_quoted(program, variables=False), *map(_quoted, words)))
    return f"""# {MADE_BY}
[Unit]
Description=Mujaz: schedules of {str(root).replace("%", "%%")}
After=network-online.target time-sync.target
Wants=network-online.target

[Service]
Type=exec
ExecStart={started}
Restart=on-failure
RestartSec=60
RestartPreventExitStatus=2
SuccessExitStatus=130 143
KillMode=mixed
TimeoutStopSec=20
Nice=10

[Install]
WantedBy={"multi-user" if system else "default"}.target
"""


def _quoted(word: str, *, variables: bool = True) -> str:
    """A word of ExecStart; the first one, which is the program, is never searched for variables."""
    if _PLAIN.fullmatch(word):
        return word
    word = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{word.replace("$", "$$") if variables else word}"'


def crontab_line(call: Sequence[str], schedules: Iterable[Schedule], user: str = "") -> str:
    """A line that looks whether something is owed, as often as something may be; `user` for files of cron.d."""
    # Cron turns a percent sign into the end of a line, and takes away a backslash before it, or before another one.
    command = shlex.join(call).replace("\\", "\\\\").replace("%", "\\%")
    step = math.gcd(60, 15, *(minute for each in schedules for minute in each.cron.minutes))
    minutes = "*" if step == 1 else f"*/{step}"
    return " ".join(filter(None, (f"{minutes} * * * *", user, command)))


def with_line(crontab: str, name: str, line: str) -> str:
    """A crontab with the line of a workspace in it, once, below a line that says whose it is."""
    mark = f"# {MADE_BY}: {name}"
    lines = crontab.splitlines()
    if mark in lines:
        at = lines.index(mark)
        lines[at + 1 : at + 2] = [line]
    else:
        lines += [mark, line]
    return "\n".join(lines) + "\n"
