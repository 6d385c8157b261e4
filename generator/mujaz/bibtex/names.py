"""A field of names → CSL names: persons with their parts, bodies whole; Arabic by its own rules, decides no style.

bibtexparser takes Arabic letters for small ones, and so «علي» for a particle like «van»: it parses Latin names only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from bibtexparser.middlewares.names import parse_single_name_into_parts

from mujaz.arabic import script
from mujaz.bibtex.latex import printed

Name = dict[str, str]

_BODIES: Final = (
    "وزارة|جامعة|كلية|مركز|مؤسسة|معهد|هيئة|الهيئة|لجنة|اللجنة|مجلس|المجلس|منظمة|المنظمة|دائرة|مديرية|المديرية|جمعية|رئاسة"
    "|الأمانة|أمانة|جمهورية|مملكة|المملكة|حكومة|الحكومة|شركة|بنك|البنك|صندوق|اتحاد|الاتحاد|مكتب|المكتب|وكالة|محكمة|المحكمة"
    "|برنامج|شبكة|بعثة|الأمم|جهاز|دار|المركز|المعهد|الجامعة|مجموعة|حزب|التحالف"
)
"""Words that a body's name begins with and no person's."""
_BODY: Final = re.compile(rf"(?:{_BODIES})\s+\S")
_LEADING: Final = frozenset(["عبد", "أبو", "أبي", "أبا", "ابن", "بن", "بنت", "آل", "أم", "ذو", "بو", "بني", "ولد"])
"""Words that belong to the one after them."""
_TRAILING: Final = frozenset(["الدين", "الله", "الإسلام", "الرحمن"])
"""Words that belong to the one before them: «نور الدين»."""
_AND: Final = re.compile(r"\s+(?:[aA][nN][dD]|و)\s+|\s*؛\s*")
_COMMA: Final = re.compile(r"\s*[,،]\s*")
_BRACE: Final = re.compile(r"(?<!\\)[{}]")
_KEYED: Final = re.compile(r"(family|given|prefix|suffix)\s*=\s*")
_PARTS: Final = {"family": "family", "given": "given", "prefix": "non-dropping-particle", "suffix": "suffix"}


def names(latex: str) -> tuple[list[Name], list[str]]:
    """The names of a field in their order, and those of them that can be read in more than one way."""
    found: list[Name] = []
    doubtful: list[str] = []
    for written in _persons(latex):
        name = _name(written)
        if name:
            found.append(name)
            if "literal" not in name and len(_split(written, _COMMA)) > 2 and script(written) == "arabic":
                doubtful.append(printed(written).text)
    return found, doubtful


def _persons(latex: str) -> Iterator[str]:
    """The names as they are written; «و» inside a body's name («وزارة الزراعة و الري») parts nothing."""
    held = ""
    for index, (joint, piece) in enumerate(_joined(latex.strip(), _AND)):
        body = _BODY.match(held) and not _COMMA.search(piece)
        if index and joint.strip() == "و" and body and not _BODY.match(piece):
            held += f" و{piece}"
            continue
        yield from [held] if held else []
        held = piece
    yield from [held] if held else []


def _name(written: str) -> Name:
    whole = written.startswith("{") and _closes(written) == len(written) - 1
    if printed(written).text.lower() in ("others", "آخرون"):
        return {"literal": printed(written).text}
    if whole or _BODY.match(written):
        return {"literal": printed(written).text} if printed(written).text else {}
    if _KEYED.match(written):
        pairs = (piece.partition("=") for piece in _split(written, _COMMA))
        parts = {_PARTS[key.strip()]: printed(text).text for key, _, text in pairs if key.strip() in _PARTS}
    elif script(printed(written).text or "a") == "arabic":
        parts = _arabic(_split(written, _COMMA))
    else:
        parts = _latin(written)
    return {part: text for part, text in parts.items() if text}


def _arabic(pieces: list[str]) -> Name:
    """«العائلة، الاسم», or the parts in the order in which they are said."""
    if len(pieces) > 1:
        return {"family": printed(pieces[0]).text, "given": " ".join(printed(each).text for each in pieces[1:])}
    words = _split(pieces[0], re.compile(r"\s+"))
    start = len(words) - 1
    if start > 0 and words[start] in _TRAILING:
        start -= 1
    while start > 0 and words[start - 1] in _LEADING:
        start -= 1
    family, given = (" ".join(printed(word).text for word in part) for part in (words[start:], words[:start]))
    return {"family": family, "given": given}


def _latin(written: str) -> Name:
    """The parts by the case of their first letters, as BibTeX finds them."""
    parts = parse_single_name_into_parts(written.replace("،", ","), strict=False)
    every = {
        "family": parts.last,
        "given": parts.first,
        "non-dropping-particle": parts.von,
        "suffix": parts.jr,
    }
    return {part: " ".join(printed(word).text for word in words) for part, words in every.items()}


def _split(text: str, pattern: re.Pattern[str]) -> list[str]:
    """The pieces between matches that stand in no braces; empty ones are no pieces."""
    return [piece for _, piece in _joined(text, pattern) if piece]


def _joined(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """Each piece with what parts it from the one before."""
    start, seen, level, joint = 0, 0, 0, ""
    for found in pattern.finditer(text):
        braces = _BRACE.findall(text, seen, found.start())
        seen, level = found.start(), level + braces.count("{") - braces.count("}")
        if level > 0:
            continue
        yield joint, text[start : found.start()].strip()
        start, joint = found.end(), found[0]
    yield joint, text[start:].strip()


def _closes(text: str) -> int:
    """Where the brace is closed that a text begins with; -1 where it is not."""
    level = 0
    for found in _BRACE.finditer(text):
        level += 1 if found[0] == "{" else -1
        if not level:
            return found.start()
    return -1
