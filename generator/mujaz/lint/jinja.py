"""A template → the same text with its Jinja blanked out, and where each part of it is used; runs nothing."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import Final

UNKNOWN: Final = "\ue000"
"""Stands for each character of an expression: a letter of CSS and of HTML that nobody writes."""
_PART = re.compile(r"\{#.*?#\}|\{%[-+]?\s*(?P<word>\w+)(?P<rest>.*?)[-+]?%\}|\{\{.*?\}\}", re.DOTALL)
_DIRECTION = re.compile(r"brief\.direction\s*==\s*[\"'](ltr|rtl)[\"']")
_LATIN = re.compile(r"brief\.language\s*==\s*[\"']en[\"']")


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a part of a template is used."""

    paper: bool = True
    screen: bool = True
    rtl: bool = True
    """Whether it may dress text that runs from right to left."""

    def under(self, condition: str, *, holds: bool) -> Scope:
        """The part of it where a condition of Jinja holds, or does not; all of it where nobody can tell."""
        words = condition.strip()
        if holds and " and " in words and " or " not in words:
            scope = self
            for each in words.split(" and "):
                scope = scope.under(each, holds=True)
            return scope
        if words.startswith("not "):
            words, holds = words[4:].strip(), not holds
        if words == "print":
            return replace(self, paper=self.paper and holds, screen=self.screen and not holds)
        direction = _DIRECTION.fullmatch(words)
        if (direction and (direction[1] == "ltr") == holds) or (_LATIN.fullmatch(words) and holds):
            return replace(self, rtl=False)
        return self


@dataclass(frozen=True, slots=True)
class Masked:
    """A template as CSS or HTML: each character stands where it stood."""

    text: str
    starts: tuple[int, ...]
    """Where a part begins that is used elsewhere than the one before it."""
    scopes: tuple[Scope, ...]
    lines: tuple[int, ...]
    """Where each line begins."""

    def scope(self, line: int, column: int) -> Scope:
        """Where the character at a place is used."""
        return self.scopes[bisect_right(self.starts, self.lines[line - 1] + column - 1) - 1]

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of a character, from 1."""
        line = bisect_right(self.lines, offset)
        return line, offset - self.lines[line - 1] + 1


@dataclass(slots=True)
class _Frame:
    """An `if` or `for` that is still open."""

    word: str
    around: Scope
    conditions: list[str]


def masked(text: str, scope: Scope) -> Masked:
    """A template that is used in `scope`, with its Jinja blanked out."""
    pieces: list[str] = []
    starts, scopes = [0], [scope]
    frames: list[_Frame] = []
    end = 0
    for found in _PART.finditer(text):
        pieces += [text[end : found.start()], _blank(found[0])]
        end = found.end()
        if found["word"]:
            now = _stepped(found["word"], found["rest"], frames, scopes[-1])
            if now != scopes[-1]:
                starts.append(end)
                scopes.append(now)
    pieces.append(text[end:])
    lines = (0, *(each.end() for each in re.finditer("\n", text)))
    return Masked("".join(pieces), tuple(starts), tuple(scopes), lines)


def _blank(part: str) -> str:
    """As many characters, on as many lines: an expression is some word, a statement and a comment are nothing."""
    fill = UNKNOWN if part.startswith("{{") else " "
    return "".join("\n" if character == "\n" else fill for character in part)


def _stepped(word: str, rest: str, frames: list[_Frame], now: Scope) -> Scope:
    """The scope behind a statement."""
    if word in ("if", "for"):
        frames.append(_Frame(word, now, [rest] if word == "if" else []))
        return now.under(rest, holds=True) if word == "if" else now
    if not frames:
        return now
    if word in ("elif", "else") and frames[-1].word == "if":
        scope = frames[-1].around
        for condition in frames[-1].conditions:
            scope = scope.under(condition, holds=False)
        if word == "elif":
            frames[-1].conditions.append(rest)
            scope = scope.under(rest, holds=True)
        return scope
    if word == f"end{frames[-1].word}":
        return frames.pop().around
    return now
