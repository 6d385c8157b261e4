"""A call as it was typed → the parsed call and the `Speaker` for its answers; runs and prints no command."""

from __future__ import annotations

import argparse
import datetime
import os
import re
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

from mujaz import __version__
from mujaz.arabic import closest
from mujaz.console import WRONG_USE, program
from mujaz.report import Speaker, language_of, reorders

_MISTAKES = {
    "choice": re.compile(r"invalid choice: '?(?P<found>[^']*?)'? \(choose from (?P<allowed>.*)\)"),
    "unknown": re.compile(r"unrecognized arguments: (?P<found>.*)"),
    "one-of": re.compile(r"one of the arguments (?P<found>.*) is required"),
    "required": re.compile(r"the following arguments are required: (?P<found>.*)"),
    "value": re.compile(r"argument (?P<found>\S+): expected one argument"),
    "thickness": re.compile(r"argument (?P<option>\S+): invalid _millimetres value: '(?P<found>.*)'"),
    "moment": re.compile(r"argument (?P<option>\S+): invalid _moment value: '(?P<found>.*)'"),
    "day": re.compile(r"argument (?P<option>\S+): invalid _day value: '(?P<found>.*)'"),
    "address": re.compile(r"argument (?P<option>\S+): invalid _address value: '(?P<found>.*)'"),
    "number": re.compile(r"argument (?P<option>\S+): invalid \S+ value: '(?P<found>.*)'"),
    "early": re.compile(r"early: (?P<found>\S+) (?P<call>.*)"),
    "both": re.compile(r"argument (?P<found>\S+): not allowed with argument (?P<allowed>\S+)"),
}
"""argparse's sentences, which are English only, and one of ours → the word of ours."""
_SCHEDULER = re.compile(r"(?:(?:tcp|tls)://)?(?:\[[0-9a-fA-F:.]+\]|[^\s/:\[\]]+):[0-9]{1,5}")


def speaker_for(arguments: Sequence[str], environment: Mapping[str, str]) -> Speaker:
    """Known before the arguments are parsed, since help and mistakes are told in its language too."""
    first = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    first.add_argument("--messages")
    first.add_argument("--visual", action="store_true", default=None)
    first.add_argument("--logical", dest="visual", action="store_false")
    try:
        early, _ = first.parse_known_args(list(arguments))
    except argparse.ArgumentError:
        early = argparse.Namespace(messages=None, visual=None)
    visual = sys.stdout.isatty() and not reorders(environment) if early.visual is None else early.visual
    language = early.messages if early.messages in ("ar", "en") else language_of(environment)
    return Speaker(language, visual, shutil.get_terminal_size((100, 24)).columns)


class _Formatter(argparse.HelpFormatter):
    """Help with its headings in the speaker's language."""

    speaker = Speaker()

    def add_usage(self, usage, actions, groups, prefix=None):  # type: ignore[no-untyped-def] # argparse's own signature
        """The line of usage."""
        super().add_usage(usage, actions, groups, self.speaker.say("help-usage") + " " if prefix is None else prefix)


class _Parser(argparse.ArgumentParser):
    """argparse with our words for help and for a call that is off."""

    speaker = Speaker()

    def __init__(self, prog: str | None = None, *, description: str | None = None) -> None:
        super().__init__(prog, description=description, formatter_class=_Formatter, add_help=False, allow_abbrev=False)
        self._positionals.title = self.speaker.say("help-positionals")
        self._optionals.title = self.speaker.say("help-options")
        self.add_argument("-h", "--help", action="help", help=self.speaker.say("help-help"))

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse does it, but for an option of a command before the command: its value would be taken for one."""
        said = list(args or ())
        found = next(((place, each) for place, each in enumerate(said) if each in _below(self)), None)
        for each in said[: found[0]] if found else ():
            option = each.partition("=")[0]
            if each.startswith("--") and option not in self._option_string_actions:
                call = found and _down(_below(self)[found[1]], said[found[0] + 1 :], option)
                if call:
                    self.error(f"early: {option} {call} {option}")
        return super().parse_known_args(args, namespace)

    def format_help(self) -> str:
        """The whole help, line by line as the terminal needs it."""
        return "\n".join(self.speaker.laid(line) for line in super().format_help().split("\n"))

    def error(self, message: str) -> NoReturn:
        """Say what is off and where help is; exit 2."""
        say, shown = self.speaker.say, self.speaker.shown
        print(f"{self.prog}: {shown(_mistake(message, self.speaker))}", file=sys.stderr)
        print(shown(say("see-help", prog=self.prog)), file=sys.stderr)
        raise SystemExit(WRONG_USE)


def _below(parser: argparse.ArgumentParser) -> Mapping[str, argparse.ArgumentParser]:
    """The commands of a parser."""
    return {
        name: each
        for action in parser._actions
        if isinstance(action, argparse._SubParsersAction)
        for name, each in action.choices.items()
    }


def _down(command: argparse.ArgumentParser, rest: Sequence[str], option: str) -> str | None:
    """How the command is called, of a command and those below it, that takes an option; `rest` follows the first."""
    if option in command._option_string_actions:
        return command.prog
    below = next((each for each in rest if each in _below(command)), None)
    return _down(_below(command)[below], (), option) if below else None


def _mistake(message: str, speaker: Speaker) -> str:
    """A sentence of argparse in our words; its own where we have none."""
    for word, pattern in _MISTAKES.items():
        found = pattern.search(message)
        if found is None:
            continue
        facts = found.groupdict()
        allowed = [each.strip(" '") for each in facts.get("allowed", "").split(",")]
        said = [speaker.say(f"usage-{word}", **{**facts, "allowed": ", ".join(allowed)})]
        near = closest(facts["found"], allowed) if word == "choice" else None
        if near:
            said.append(speaker.say("closest", closest=near))
        return " ".join(said)
    return message


def parser_for(speaker: Speaker) -> argparse.ArgumentParser:
    """The commands and their options."""
    say = speaker.say
    _Parser.speaker = _Formatter.speaker = speaker
    parser = _Parser(program(os.environ), description=say("help-mujaz"))
    parser.add_argument("--version", action="version", version=f"mujaz {__version__}", help=say("help-version"))
    _shared(parser, speaker)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)

    def command(name: str) -> argparse.ArgumentParser:
        said = say(f"help-{name}")
        added: argparse.ArgumentParser = commands.add_parser(name, help=said, description=said)
        return added

    _reading(command, say)
    command("init").add_argument("dir", metavar="DIR", help=say("help-dir"))
    command("new").add_argument("topic", metavar="TOPIC", help=say("help-topic"))
    bringing = command("import")
    bringing.add_argument("file", metavar="FILE", help=say("help-import-file"))
    where = bringing.add_mutually_exclusive_group()
    where.add_argument("--topic", metavar="TOPIC", help=say("help-import-topic"))
    where.add_argument("--to", metavar="FILE", help=say("help-import-to"))
    command("schema").add_argument("dir", nargs="?", metavar="DIR", help=say("help-schema-dir"))
    _showing(command, say)
    _delivering(command("deliver"), speaker)
    command("doctor")
    command("clean")
    scheduling = command("schedule")
    for each in (*_schedule(scheduling, say), *commands.choices.values()):
        _shared(each, speaker, again=True)
    return parser


Commands = Callable[[str], argparse.ArgumentParser]
"""A command's name → the command."""


def _reading(command: Commands, say: Callable[..., str]) -> None:
    """The commands that are about topics."""
    building, checking, listing, published = map(command, ("build", "check", "list", "editions"))
    for each in (building, checking, listing, published):
        each.add_argument("topics", nargs="*", metavar="TOPIC", help=say("help-topics"))
    for each in (building, listing, published):
        each.add_argument("--audience", action="append", default=[], metavar="A", help=say("help-audience"))
    published.add_argument("--lang", action="append", default=[], metavar="L", help=say("help-lang"))
    published.add_argument("--between", nargs=2, type=_positive, metavar=("N", "M"), help=say("help-between"))
    for each in (building, listing):
        each.add_argument("--lang", action="append", default=[], metavar="L", help=say("help-lang"))
        each.add_argument("--only", action="append", default=[], choices=("pdf", "html"), help=say("help-only"))
    _builders(building, say)
    building.add_argument("--force", action="store_true", help=say("help-force"))
    building.add_argument("--log", choices=("words", "json"), default="words", help=say("help-log"))
    building.add_argument("--no-proof", action="store_false", dest="prove", help=say("help-no-proof"))
    for each in (building, checking):
        each.add_argument("--strict", action="store_true", help=say("help-strict"))
    what = checking.add_mutually_exclusive_group()
    what.add_argument("--fix", action="store_true", help=say("help-fix"))
    what.add_argument("--text", nargs="+", metavar="FILE", help=say("help-text"))
    checking.add_argument("--lang", choices=("ar", "ckb", "fa", "en"), default="ar", help=say("help-text-lang"))
    checking.add_argument("--github", action="store_true", help=say("help-github"))


def _builders(command: argparse.ArgumentParser, say: Callable[..., str]) -> None:
    """Who makes the files."""
    command.add_argument("--jobs", type=_positive, default=os.cpu_count() or 1, metavar="N", help=say("help-jobs"))
    command.add_argument("--cluster", type=_address, metavar="ADDRESS", help=say("help-cluster"))


def _showing(command: Commands, say: Callable[..., str]) -> None:
    """The commands that are about single files."""
    command("why").add_argument("target", metavar="TARGET", help=say("help-why-target"))
    pressing = command("press")
    pressing.add_argument("target", metavar="TARGET", help=say("help-press-target"))
    pressing.add_argument("--cmyk", action="store_true", help=say("help-cmyk"))
    pressing.add_argument("--booklet", action="store_true", help=say("help-booklet"))
    pressing.add_argument("--sheet", choices=("A3", "A4"), help=say("help-sheet"))
    pressing.add_argument("--creep", type=_millimetres, metavar="MM", help=say("help-creep"))
    proving = command("proof")
    proving.add_argument("targets", nargs="*", metavar="TARGET", help=say("help-proof-targets"))
    proving.add_argument("--out", metavar="FILE", help=say("help-proof-out"))


def _delivering(command: argparse.ArgumentParser, speaker: Speaker) -> None:
    """What `deliver` takes."""
    say = speaker.say
    command.add_argument("names", nargs="*", metavar="NAME", help=say("help-deliver-names"))
    command.add_argument("--dry-run", action="store_true", help=say("help-dry-run"))
    command.add_argument("--again", action="store_true", help=say("help-again"))
    earlier = command.add_mutually_exclusive_group()
    earlier.add_argument("--since", type=_day, metavar="DAY", help=say("help-since"))
    earlier.add_argument("--all", action="store_true", help=say("help-deliver-all"))


def _schedule(scheduling: argparse.ArgumentParser, say: Callable[..., str]) -> list[argparse.ArgumentParser]:
    """The commands below `schedule`."""
    verbs = scheduling.add_subparsers(dest="verb", required=True, metavar="COMMAND", parser_class=_Parser)

    def verb(name: str) -> argparse.ArgumentParser:
        said = say(f"help-schedule-{name}")
        added: argparse.ArgumentParser = verbs.add_parser(name, help=said, description=said)
        return added

    due, run, now, installing = verb("due"), verb("run"), verb("now"), verb("install")
    verb("status")
    due.add_argument("--from", type=_moment, dest="since", metavar="DAY", help=say("help-schedule-from"))
    due.add_argument("--to", type=_moment, dest="until", metavar="DAY", help=say("help-schedule-to"))
    run.add_argument("--once", action="store_true", help=say("help-schedule-once"))
    now.add_argument("name", metavar="NAME", help=say("help-schedule-name"))
    for each in (run, now):
        each.add_argument("--log", choices=("words", "json"), default="words", help=say("help-schedule-log"))
        _builders(each, say)
    where = installing.add_mutually_exclusive_group(required=True)
    where.add_argument("--systemd", action="store_true", help=say("help-schedule-systemd"))
    where.add_argument("--cron", action="store_true", help=say("help-schedule-cron"))
    installing.add_argument("--to", metavar="DIR", help=say("help-schedule-folder"))
    installing.add_argument("--yes", action="store_true", help=say("help-schedule-yes"))
    return list(verbs.choices.values())


def _shared(command: argparse.ArgumentParser, speaker: Speaker, *, again: bool = False) -> None:
    """What stands before any command, and again after it: there it leaves alone what was said before."""
    say = speaker.say
    unsaid, unset = (argparse.SUPPRESS, argparse.SUPPRESS) if again else (None, False)
    command.add_argument("-C", dest="workspace", metavar="DIR", default=unsaid, help=say("help-workspace"))
    command.add_argument("--json", action="store_true", default=unset, help=say("help-json"))
    command.add_argument("--messages", choices=("ar", "en"), default=unsaid, help=say("help-messages"))
    order = command.add_mutually_exclusive_group()
    order.add_argument("--visual", action="store_true", default=unset, help=say("help-visual"))
    order.add_argument("--logical", action="store_true", default=unset, help=say("help-logical"))
    command.add_argument("--debug", action="store_true", default=unset, help=say("help-debug"))


def _day(text: str) -> datetime.date:
    """A day of the calendar."""
    return datetime.date.fromisoformat(text)


def _millimetres(text: str) -> float:
    """The thickness of paper."""
    value = float(text)
    if not 0 < value <= 1:
        raise ValueError(text)
    return value


def _address(text: str) -> str:
    """Of a scheduler."""
    if not _SCHEDULER.fullmatch(text):
        raise ValueError(text)
    return text


def _moment(text: str) -> datetime.date:
    """A day, or a moment with its clock: 2026-04-24, 2026-04-24T06:00, 2026-04-24T06:00+03:00."""
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return datetime.datetime.fromisoformat(text)


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError(text)
    return value
