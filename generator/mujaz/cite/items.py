"""CSL-YAML item → `Source`: its language, order and the data that citeproc-py takes; prints nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import citeproc

from mujaz.arabic import Script, digits, script, sort_key

Style = Literal["notes", "author-date"]
ITALIC, BOLD, END, URL, NOBODY, HYPHEN = "\ue000", "\ue001", "\ue002", "\ue003", "\ue004", "\ue005"
"""Stand for mark-up and for what citeproc-py must not touch, until the text is escaped."""
_PRIVATE: Final = re.compile(r"[\ue000-\uf8ff\x00-\x1f\x7f]")
_RICH: Final = re.compile(r"</?(?:i|b|sup|sub|sc)>|</?span(?: (?:class|style)=\"[^\"<>]*\")?>")
_ALIASES: Final = {"shortTitle": "title-short", "event-title": "event"}
_NAMES: Final = frozenset(name.replace("_", "-") for name in citeproc.NAMES)
_DATES: Final = frozenset(name.replace("_", "-") for name in citeproc.DATES)
_KNOWN: Final = frozenset(name.replace("_", "-") for name in citeproc.VARIABLES) - {"DOI", "language"}
_NAME_PARTS: Final = ("literal", "family", "given", "dropping-particle", "non-dropping-particle", "suffix")
_LAWS: Final = frozenset({"bill", "hearing", "legal_case", "legislation", "regulation", "standard", "treaty"})
_EXCHANGED: Final = frozenset({"DOI", "language", "title", "categories"})
_OWN: Final = frozenset({"annote", "note", "abstract", "keyword", "id", "type"})
"""What a source's exchanged form leaves out: remarks and summaries are not told to readers."""
SCRIPTS: Final[Mapping[str, Script]] = {"ar": "arabic", "ckb": "arabic", "fa": "arabic", "ur": "arabic"}
"""Languages that are written in Arabic letters; all others count as Latin."""


@dataclass(frozen=True, slots=True)
class Source:
    """One cited source, ready to be sorted and printed."""

    key: str
    tag: str
    """Its language; `en` or `ar` where the item names none."""
    script: Script
    url: str
    data: Mapping[str, Any]
    """CSL-JSON without an id, as citeproc-py takes it."""

    @property
    def who(self) -> str:
        """Whom the entry starts with, or the empty string if it starts with the title."""
        names = self.data.get("author") or self.data.get("editor") or []
        return "; ".join(f"{n.get('family', '')} {n.get('given', '')} {n.get('literal', '')}" for n in names)

    @property
    def short(self) -> str:
        """What an author-date text calls it by, the year aside: families as the styles print them."""
        names = self.data.get("author") or self.data.get("editor") or [{"literal": self.key}]
        families = [str(n.get("literal") or n.get("family") or n.get("given")) for n in names]
        return "; ".join(families if len(families) < 4 else [families[0], "…"])

    @property
    def year(self) -> int:
        """Year of publication; what has none comes last."""
        parts = self.data.get("issued", {}).get("date-parts")
        return int(parts[0][0]) if parts else 9999

    def order(self, language: str) -> tuple[object, ...]:
        """Key of the order of a list in a language: author or title, year, title."""
        article = self.tag == "ar"
        title = sort_key(self.data.get("title", ""), language, article=article)
        who = sort_key(self.who, language, article=article) if self.who.strip() else title
        return (who, self.year, title)


def source(key: str, item: Mapping[str, object], style: Style) -> Source:
    """A `Source` of an author's item; what CSL does not know is left out."""
    data: dict[str, Any] = {"type": str(item.get("type") or "document")}
    for given, value in item.items():
        name = _ALIASES.get(given, given)
        if name in _NAMES:
            data[name] = _names(value)
        elif name in _DATES:
            data[name] = _date(value)
        elif name in _KNOWN:
            data[name] = _text(value)
    if "page" in data:
        data["page"] = re.sub(r"\s*[-–—]+\s*", "-", data["page"])
    for name in citeproc.NUMBERS:
        if name in data:
            data[name] = digits(data[name], "western")
    if re.match(r"ال(?!طبع)", data.get("edition", "")):
        data["edition"] = f"الطبعة {data['edition']}"
    url = str(data.get("URL") or (f"https://doi.org/{_text(item['DOI'])}" if item.get("DOI") else ""))
    if url:
        data["URL"] = URL
    main, colon, _ = data.get("title", "").partition(":")
    if colon and " " in main.strip():
        data.setdefault("title-short", main.strip())
    if style == "notes" and data["type"] in _LAWS and _year_in_title(data):
        del data["issued"]  # «… رقم 13 لسنة 2005، 2005» says the year twice
    tag, kind = _language(item, data)
    return Source(key, tag, kind, url, {name: value for name, value in data.items() if value})


def exchanged(key: str, item: Mapping[str, object]) -> dict[str, Any]:
    """An author's item as CSL-JSON: its dates and names in the one form that programs read.

    What authors note for themselves stays behind.
    """
    told: dict[str, Any] = {"id": key, "type": str(item.get("type") or "document")}
    for name, value in item.items():
        if name in _NAMES:
            told[name] = _names(value)
        elif name in _DATES:
            told[name] = _date(value)
        elif (name in _KNOWN or name in _EXCHANGED or name in _ALIASES) and name not in _OWN:
            told[name] = str(value)
    return {name: value for name, value in told.items() if value}


def _language(item: Mapping[str, object], data: Mapping[str, Any]) -> tuple[str, Script]:
    """Language and script: as the item says, else by its title."""
    found = re.match(r"([a-z]{2,3})(?![a-z])", str(item.get("language") or "").lower())
    by_title = script(str(data.get("title") or data.get("container-title") or ""))
    if not found:
        return ("ar" if by_title == "arabic" else "en"), by_title
    return found[1], SCRIPTS.get(found[1], "latin")


def _year_in_title(data: Mapping[str, Any]) -> bool:
    parts = data.get("issued", {}).get("date-parts", [[]])[0]
    return len(parts) == 1 and str(parts[0]) in digits(data.get("title", ""), "western")


def _text(value: object) -> str:
    return " ".join(_RICH.sub("", _PRIVATE.sub(" ", str(value))).split()) if value is not None else ""


def _names(value: object) -> list[dict[str, str]]:
    people = value if isinstance(value, (list, tuple)) else [value]
    names = [person if isinstance(person, Mapping) else {"literal": person} for person in people]
    read = [{part: _text(name[part]) for part in _NAME_PARTS if name.get(part)} for name in names]
    return [{"literal": name["literal"]} if "literal" in name else name for name in read if name]


def _date(value: object) -> dict[str, Any]:
    """Any of `{date-parts: …}`, `[{year: …}]`, `{year: …}`, `2021-05`, `2021/2023`, words → CSL-JSON."""
    if isinstance(value, Mapping) and (parts := value.get("date-parts")):
        dates = [list(date) for date in parts]
    elif isinstance(value, Mapping) and not value.get("year"):
        return _date(value.get("raw") or value.get("literal") or "")
    elif isinstance(value, (Mapping, list, tuple)):
        each = [value] if isinstance(value, Mapping) else value
        dates = [[date[part] for part in ("year", "month", "day") if date.get(part)] for date in each]
    else:
        text = digits(_text(value), "western")
        if not re.fullmatch(r"\d{4}(-\d\d?){0,2}(/\d{4}(-\d\d?){0,2})?", text):
            return {"literal": text} if text else {}
        dates = [date.split("-") for date in text.split("/")]
    numbers = [[int(digits(str(part), "western")) for part in date] for date in dates if date]
    return {"date-parts": numbers} if numbers else {}
