"""Problems, steps and states → sentences in Arabic or English, or plain data for JSON; prints nothing itself."""

from __future__ import annotations

import errno
import os
import re
import textwrap
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from mujaz.bidi import terminal
from mujaz.marks import parse
from mujaz.model.edition import Change, Edition
from mujaz.model.yielded import Yielded
from mujaz.problems import Problem, Severity, errors

_REASONS = {
    errno.EACCES: "no-permission",
    errno.EPERM: "no-permission",
    errno.ENOSPC: "no-space",
    errno.EDQUOT: "no-space",
    errno.EFBIG: "too-large",
    errno.ENOENT: "not-there",
    errno.EISDIR: "a-folder",
    errno.ENOTDIR: "no-folder",
    errno.ENAMETOOLONG: "long-name",
    errno.EROFS: "read-only",
    errno.EIO: "machine-failed",
}
"""The system's reasons that have words of ours; others are told as the system tells them."""
_OF_THE_SYSTEM = ("file-unreadable", "file-unwritable", "output-unwritable", "scratch-missing", "workers-none")
"""Rules whose finding is a reason of the system."""
_RULES = ("rules.yaml", "judgements.yaml", "language.yaml", "bibtex.yaml")
"""The catalogues of sentences."""
_TOLD = 80
"""Characters of what was found that a sentence repeats."""
_FILES = 8
"""Files that a sentence names."""
_SEEN = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u200c\u200d"
"""Format characters that have a form of their own, or that words of Persian and Kurdish are spelled with."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks to people: in which language, and to what kind of terminal."""

    language: str = "en"
    """ar or en."""
    visual: bool = False
    """Whether the terminal prints characters in the order in which it gets them."""
    width: int = 100
    """Columns of the terminal."""

    def say(self, word: str, **facts: object) -> str:
        """A sentence of the command line."""
        return _people()[word][self.language].format(**facts)

    def sentence(self, problem: Problem) -> str:
        """What is wrong, what is allowed, and what may have been meant."""
        facts = self._facts(problem)
        said = [_rules()[problem.rule][self.language].format_map(facts)]
        said += [
            self.say(more, **{more: facts[more]})
            for more in ("closest", "allowed", "holder", "others")
            if facts.get(more)
        ]
        return " ".join(said)

    def hint(self, problem: Problem) -> str:
        """What to do next."""
        return _rules()[problem.rule][f"{self.language}-next"].format_map(self._facts(problem))

    def _facts(self, problem: Problem) -> dict[str, str]:
        facts = {name: _visible(_short(fact)) for name, fact in problem.facts.items()}
        if "allowed" in facts:
            listed = _visible(problem.facts["allowed"])
            facts["allowed"] = listed.replace(", ", "، ") if self.language == "ar" else listed
        for name in ("expected", "form", "bound", "part"):
            if name in facts:
                facts[name] = self.say(facts[name])
        if "reason" in facts:
            facts["reason"] = self.say(f"reason-{problem.facts['reason']}", **facts)
        if problem.rule in ("type-wrong", "keys-expected"):
            known = facts["found"] in ("list", "mapping", "nothing")
            facts["found"] = self.say(f"found-{facts['found']}") if known else self.say("quoted", found=facts["found"])
        if problem.rule in _OF_THE_SYSTEM:
            reasons = {os.strerror(number): self.say(word) for number, word in _REASONS.items()}
            facts["found"] = reasons.get(problem.facts["found"], facts["found"])
        if problem.rule == "audience-unknown":
            facts["more"] = self._more(problem)
        if "field" in facts:
            named = self.say("quoted", found=facts["field"])
            facts["what"] = self.say("item", **facts) if "item" in facts else named
        if "channels" in facts:
            told = (each.partition(":") for each in problem.facts["channels"].split("|"))
            places = [self.say(f"leak-{kind}", at=_visible(_short(at))) for kind, _, at in told]
            facts["channels"] = ("، " if self.language == "ar" else ", ").join(places)
        facts["in"] = self.say("in", name=facts["in"]) if facts.get("in") else ""
        if problem.rule == "id-duplicate":
            said = "in-file" if facts.get("file") else "on-line"
            facts["line"] = self.say(said, **facts) if facts.get("line") else ""
        return facts

    def _more(self, problem: Problem) -> str:
        """How many other places a gathered problem has, and in which files."""
        places = problem.facts.get("places", "").splitlines()
        if not places:
            return ""
        count = self.say("more-places", count=len(places)) if len(places) > 1 else self.say("more-place")
        files = [_visible(each) for each in dict.fromkeys(re.sub(r"(:\d+){1,2}$", "", place) for place in places)]
        listed = (*files[:_FILES], "…") if len(files) > _FILES else files
        return self.say("more", count=count, files=("، " if self.language == "ar" else ", ").join(listed))

    def problem(self, problem: Problem) -> str:
        """A problem for the terminal: its place first, as editors link it, then the sentence and the next step."""
        head = f"{_visible(str(problem.where))}: {self.shown(self.say(problem.severity))} [{problem.rule}]"
        return "\n".join((head, *self._indented(self.sentence(problem)), *self._indented(self.hint(problem))))

    def gave_way(self, name: str, yielded: Iterable[Yielded]) -> str:
        """What of a file gave way for it to be within its pages."""
        parts = "؛ " if self.language == "ar" else "; "
        return self.say("gave-way", name=name, parts=parts.join(map(self._gave, yielded)))

    def _gave(self, each: Yielded) -> str:
        kind = f"{each.kind} ({each.side})" if each.side else each.kind
        fewer = each.points < each.of
        word = "all" if each.gone else "both" if fewer and each.depth else "points" if fewer else "depth"
        return self.say(f"gave-{word}", kind=kind, points=each.points, of=each.of, depth=each.depth)

    def edition(self, each: Edition) -> str:
        """A published edition on a line: its files, its pages, how much it changed."""
        files = sorted(name.rpartition(".")[2] for name in each.files)
        told = [self.say("withdrawn")] if each.withdrawn else files
        told += [self.say("of-pages", count=each.pages)] if each.pages else []
        counts = Counter(change.kind for change in each.changes)
        told += [self.say(f"count-{kind}", count=count) for kind, count in counts.items()]
        return ("، " if self.language == "ar" else ", ").join(told)

    def change(self, each: Change) -> list[str]:
        """A difference between two editions, with old and new words."""
        facts = {"section": each.section, "about": each.about, "before": each.before, "after": each.after}
        shown = {name: _visible(_short(" · ".join((fact or "").splitlines()))) for name, fact in facts.items()}
        lines = [self.say(f"change-{each.kind}", **shown)]
        if each.kind == "reworded":
            lines += ["    " + self.say("change-was", **shown), "    " + self.say("change-now", **shown)]
        return lines

    def _indented(self, text: str) -> Iterable[str]:
        for line in textwrap.wrap(text, max(40, self.width - 4), break_long_words=False, break_on_hyphens=False):
            yield "    " + self.shown(line)

    def shown(self, text: str) -> str:
        """A line as the terminal needs it."""
        if not self.visual:
            return text
        return terminal(text, "rtl" if self.language == "ar" else "ltr")

    def laid(self, text: str) -> str:
        """A line of help or of a table, which runs from left to right in any language, as the terminal needs it."""
        return terminal(text, "ltr") if self.visual else text

    def count(self, problems: Iterable[Problem]) -> str:
        """How many of each weight."""
        found = tuple(problems)
        if not found:
            return self.shown(self.say("no-problems"))
        wrong = len(errors(found))
        return self.shown(self.say("summary-problems", errors=wrong, warnings=len(found) - wrong))

    def annotation(self, problem: Problem, folder: str) -> str:
        """A problem as a workflow command of GitHub, its file named from where the workflow runs."""
        where = problem.where
        file = where.path if folder in ("", ".") else f"{folder}/{where.path}"
        named = {"file": file, "line": where.line, "col": where.column, "title": f"mujaz: {problem.rule}"}
        told = ",".join(f"{name}={_escaped(str(value), ':,')}" for name, value in named.items() if value)
        return f"::{problem.severity.value} {told}::{_escaped(f'{self.sentence(problem)} {self.hint(problem)}')}"

    def data(self, problem: Problem) -> dict[str, Any]:
        """A problem for JSON."""
        return {
            "rule": problem.rule,
            "severity": problem.severity.value,
            "path": _visible(problem.where.path),
            "line": problem.where.line or None,
            "column": problem.where.column or None,
            "message": self.sentence(problem),
            "hint": self.hint(problem),
            **({"also": _visible_lines(problem.facts["places"])} if "places" in problem.facts else {}),
        }


def _escaped(text: str, also: str = "") -> str:
    """Text inside a workflow command: what would end it, or a value of it, is written as its number."""
    for character in "%\r\n" + also:
        text = text.replace(character, f"%{ord(character):02X}")
    return _visible(text)


def _short(text: str) -> str:
    return text if len(text) <= _TOLD else text[: _TOLD - 1] + "…"


def _visible(text: str) -> str:
    """Text of others as it can be printed: what is unseen, or would move the cursor, shows its number."""
    return "".join(
        f"[U+{ord(c):04X}]" if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") and c not in _SEEN else c
        for c in text
    )


def _visible_lines(text: str) -> list[str]:
    return [_visible(line) for line in text.splitlines()]


def yields(yielded: Iterable[Yielded]) -> list[dict[str, Any]]:
    """What gave way in a file, for JSON."""
    return [
        {
            "kind": each.kind,
            "side": each.side or None,
            "points": each.points,
            "of": each.of,
            "depth": each.depth or None,
            "left-out": each.gone,
        }
        for each in yielded
    ]


def language_of(environment: Mapping[str, str]) -> str:
    """The language of messages by the locale: Arabic where it is set to Arabic, else English."""
    locale = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    return "ar" if locale.lower().startswith("ar") else "en"


def reorders(environment: Mapping[str, str]) -> bool:
    """Whether a terminal is known to set right-to-left text itself (VTE, Konsole, macOS, mlterm)."""
    if "TMUX" in environment or environment.get("TERM", "").startswith(("screen", "tmux")):
        return False
    vte = environment.get("VTE_VERSION", "0")
    return (
        (vte.isdecimal() and int(vte) >= 5800)
        or "KONSOLE_VERSION" in environment
        or environment.get("TERM_PROGRAM") == "Apple_Terminal"
        or environment.get("TERM", "").startswith("mlterm")
    )


def rules() -> frozenset[str]:
    """The names of all rules."""
    return frozenset(_rules())


def severity_counts(problems: Iterable[Problem], *, strict: bool) -> bool:
    """Whether problems make a run end badly: errors always, warnings when strict."""
    return any(problem.severity is Severity.ERROR or strict for problem in problems)


@cache
def _rules() -> dict[str, dict[str, str]]:
    return {rule: said for name in _RULES for rule, said in _catalogue(name).items()}


@cache
def _people() -> dict[str, dict[str, str]]:
    return _catalogue("people.yaml")


def _catalogue(name: str) -> dict[str, dict[str, str]]:
    raw = resources.files("mujaz").joinpath("words", name).read_bytes()
    data: dict[str, dict[str, str]] = parse(raw, name).data
    return data
