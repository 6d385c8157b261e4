"""Text → slips of its marks and the spaces around them; judges no letter and no word."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mujaz.language.slip import Slip

RULES = ("latin-mark", "arabic-mark", "space-before-mark", "space-after-mark", "pair-unbalanced")
_A = "\u0621-\u064a\u066e-\u06d3\u06d5\u064b-\u0652\u0654"
_ARABIC_OF = {",": "،", ";": "؛", "?": "؟"}
_LATIN_OF = {arabic: latin for latin, arabic in _ARABIC_OF.items()}
_LATIN_MARK = re.compile(
    rf"(?<=[{_A}»٠-٩٪])[,;?](?![0-9٠-٩])|[,;?](?=\s*[«(]?[{_A}])|"
    rf"(?<=[{_A}»])[,;?](?=\s|$)|(?<=[{_A}»] )[,;?](?=\s|$)|(?<=\))[,;?](?=\s*$)"
)
_ARABIC_MARK = re.compile(r"(?<=[A-Za-z0-9)])[،؛؟](?=\s+[A-Za-z]|\s*$)")
_BEFORE = re.compile(
    rf"(?<=[^\s|])[ \t\u00a0]+(?=[،؛؟!»]|\.(?:\s|$)|:(?:\s|$)|[)\]](?!\())"
    rf"|(?<=[«])[ \t\u00a0]+(?=\S)|(?<=\()[ \t\u00a0]+(?=[{_A}\w])"
)
_BEFORE_LATIN = re.compile(r"(?<=[^\s|])[ \t\u00a0]+(?=[,;?!”]|\.(?:\s|$)|:(?:\s|$)|\))")
_AFTER_JOINING = re.compile(rf"[،؛؟](?=[\w«(])|(?<=[{_A}]{{3}})[.!:](?=[{_A}]{{2}})")
"""Kurdish and Persian write endings to what stands in quotation marks: «ڕووداو»ەکان."""
_AFTER = re.compile(rf"{_AFTER_JOINING.pattern}|[»)](?=[{_A}]{{2}})")
_AFTER_LATIN = re.compile(r"(?<=[A-Za-z])[,;](?=[A-Za-z])|(?<=[a-z]{2})[.?!](?=[A-Z][a-z])")
_AFTER_OF = {"ar": _AFTER, "en": _AFTER_LATIN}
_TIGHT = re.compile(r"[،؛؟.!:»),;?«(](?:(?<![«(])(?=[\w«(])|(?<=[«(])(?<=\w.))")
"""What every slip after a mark begins with."""
_OPEN_TIGHT = re.compile(rf"(?<=[{_A}]{{4}})(?<!ـ)[«(](?=[{_A}])")
_LOOSE = (" ،", " ؛", " ؟", " !", " »", "« ", "( ", " )", " ]", " .", " :", " ,", " ;", " ?", " ”", "\t", "\u00a0")
"""Of these, every slip before a mark holds one."""
_DOUBTFUL = re.compile(
    r"[،؛؟.!:»)\],;?”«(\t\u00a0]"
    r"(?:(?<=[,;?\t\u00a0])|(?<=[ \t\u00a0].)(?<![«(])|(?<![«(\]”])(?=[\w«(])|(?<=[«(])(?:(?=[ \t\u00a0])|(?<=\w.)))"
)
"""A mark, and beside it what no clean Arabic text has there; one class of letters first, for speed."""
_HALVES = re.compile(r"[«»()\[\]“”]+")
_PAIRS = {"»": "«", ")": "(", "]": "[", "”": "“"}
_PAIR = re.compile(r"[«»()\[\]“”]")
_LISTED = re.compile(r"(?:^|(?<=\s))(?:\w{1,3}|[0-9٠-٩]+)\)", re.MULTILINE)
_BLANK = re.compile(r"\n\s*\n")


def marks(text: str, language: str) -> Iterator[Slip]:
    """Marks of the other script, and spaces that are missing or too many."""
    arabic = language != "en"
    if arabic:
        if any(mark in text for mark in ",;?"):
            for found in _LATIN_MARK.finditer(text):
                yield Slip("latin-mark", found.start(), found.end(), found[0], _ARABIC_OF[found[0]])
    elif any(mark in text for mark in "،؛؟"):
        for found in _ARABIC_MARK.finditer(text):
            yield Slip("arabic-mark", found.start(), found.end(), found[0], _LATIN_OF[found[0]])
    loose = any(pair in text for pair in _LOOSE)
    for found in (_BEFORE if arabic else _BEFORE_LATIN).finditer(text) if loose else ():
        yield Slip("space-before-mark", found.start(), found.end(), found[0], "")
    tight = _TIGHT.search(text)
    for found in _AFTER_OF.get(language, _AFTER_JOINING).finditer(text) if tight else ():
        yield Slip("space-after-mark", found.start(), found.end(), found[0], found[0] + " ")
    if arabic and tight:
        for found in _OPEN_TIGHT.finditer(text):
            yield Slip("space-after-mark", found.start(), found.end(), found[0], " " + found[0])


def pairs(text: str) -> Iterator[Slip]:
    """Brackets and quotation marks that open and never close, or close and never opened, within a paragraph."""
    if not _PAIR.search(text):
        return
    listed: set[int] | None = None
    start = 0
    for end in [*(gap.start() for gap in _BLANK.finditer(text)), len(text)]:
        opened: list[tuple[str, int]] = []
        for found in _PAIR.finditer(text, start, end):
            mark, at = found[0], found.start()
            if mark not in _PAIRS:
                opened.append((mark, at))
            elif opened and opened[-1][0] == _PAIRS[mark]:
                opened.pop()
            else:
                if listed is None:
                    listed = {each.end() - 1 for each in _LISTED.finditer(text)}
                if at not in listed:
                    yield Slip("pair-unbalanced", at, at + 1, mark)
        yield from (Slip("pair-unbalanced", at, at + 1, mark) for mark, at in opened)
        start = end


def doubts(text: str) -> Iterator[int]:
    """Where Arabic text may hold a slip of its marks."""
    yield from (found.start() for found in _DOUBTFUL.finditer(text))
    if not _even("".join(_HALVES.findall(text))):
        yield from (slip.start for slip in pairs(text))


def _even(halves: str) -> bool:
    """Whether marks that come in pairs are nothing but pairs."""
    before = -1
    while len(halves) != before:
        before = len(halves)
        for right, left in _PAIRS.items():
            halves = halves.replace(left + right, "")
    return not halves
