"""`doctor`: this machine → what it has and lacks, told, and the line that brings it; installs nothing."""

from __future__ import annotations

from mujaz import doctor
from mujaz.console import BROKEN, WELL, Console


def examined(console: Console) -> int:
    """What is there, and what is not."""
    findings = doctor.examine()
    say = console.speaker.say
    width = max(len(each.name) for each in findings)
    for each in findings:
        line = f"{each.name:<{width}}  {say(each.state)}  {each.version}".rstrip()
        console.tell(console.speaker.laid(line if each.state == "ok" else f"{line}  {say('install')}: {each.remedy}"))
    lacking = [each for each in findings if each.state != "ok" and each.needed_for not in ("press", "test")]
    if not lacking:
        console.say("all-there")
    fields = ("name", "state", "version", "remedy", "needed_for")
    console.give({"findings": [{name: getattr(each, name) for name in fields} for each in findings]}, ())
    return BROKEN if lacking else WELL
