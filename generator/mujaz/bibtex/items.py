"""The fields of one BibTeX entry → an item of CSL-YAML and what is left of the fields; knows no other entry."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from mujaz.arabic import closest, digits, script
from mujaz.bibtex.latex import address, printed
from mujaz.bibtex.names import names
from mujaz.bibtex.tables import (
    ALIASES,
    DATES,
    EPRINTS,
    GENRES,
    KEPT,
    LANGUAGES,
    MONTHS,
    NAMES,
    ORDINALS,
    PASSED_OVER,
    SUBTYPES,
    TYPES,
)

Item = dict[str, Any]

_PARTS: Final = ("chapter", "paper-conference", "entry-encyclopedia")
_DAY: Final = re.compile(r"(-?\d{4})(?:-(\d\d?))?(?:-(\d\d?))?")
_YEARS: Final = re.compile(r"(\d{4})\s*(?:-+|–|/)\s*(\d{4})")
_LABEL: Final = re.compile(r"^(?:ص\s?ص|ص\.ص|ص|صفحات|pp?)\.?\s*(?=\d)")


@dataclass(frozen=True, slots=True)
class Remark:
    """Something of an entry that its author should know."""

    rule: str
    field: str
    """Where it stands; empty for the entry itself."""
    facts: Mapping[str, str]


@dataclass
class _Drawer:
    """The fields of an entry, each of which is taken out once; what remains was not understood."""

    fields: dict[str, str]
    remarks: list[Remark] = field(default_factory=list)

    def raw(self, *wanted: str) -> str:
        """The first of the fields that is there, as it is written."""
        return next((self.fields.pop(name) for name in wanted if name in self.fields), "")

    def text(self, *wanted: str) -> str:
        """The first of the fields that is there, as it prints."""
        name = next((each for each in wanted if each in self.fields), "")
        return self.print(name, self.fields.pop(name)) if name else ""

    def print(self, name: str, latex: str) -> str:
        """The text of a field's LaTeX; a command that was lost is told of."""
        found = printed(latex)
        for command in found.lost:
            self.remark("bibtex-latex", name, found=f"\\{command}")
        return found.text

    def remark(self, rule: str, name: str, **facts: str) -> None:
        """Note something down."""
        self.remarks.append(Remark(rule, name, {**facts, **({"field": name} if name else {})}))


def item(key: str, kind: str, fields: Mapping[str, str]) -> tuple[Item, tuple[Remark, ...]]:
    """The item of an entry, its keys in the order in which people read them. Raises latex.TooDeepError."""
    drawer = _Drawer({})
    for name, latex in fields.items():
        other = ALIASES.get(name, name)
        drawer.fields[name if other in fields or other in drawer.fields else other] = latex
    where = _addresses(drawer)
    csl = _type(kind, drawer, url="URL" in where)
    head = {"id": key, "type": csl, "language": _language(drawer)}
    titles = _titles(drawer, csl)
    arabic = (head["language"] or ("ar" if script(titles["title"] or "a") == "arabic" else "en")).startswith("ar")
    made: Item = {
        **head,
        **titles,
        **_people(drawer),
        **_dates(drawer),
        "genre": _genre(drawer, kind, arabic=arabic),
        **_numbers(drawer, csl),
        **{variable: drawer.text(name) for name, variable in KEPT.items()},
        **_house(drawer, arabic=arabic),
        **where,
    }
    left = [name for name in drawer.fields if not PASSED_OVER.fullmatch(name)]
    if left:
        drawer.remark("bibtex-fields-left", "", found=", ".join(left))
    return {name: value for name, value in made.items() if value}, tuple(drawer.remarks)


def _type(kind: str, drawer: _Drawer, *, url: bool) -> str:
    subtype = drawer.fields.get("entrysubtype", "").lower()
    found = TYPES.get(kind)
    if found is None:
        near = closest(kind, TYPES)
        drawer.remark("bibtex-type", "", found=kind, **({"closest": near} if near else {}))
        found = "document"
    if found == "article-journal":
        return SUBTYPES.get(subtype, found)
    if found == "document" and url and not drawer.fields.get("publisher"):
        return "webpage"
    return "speech" if found == "manuscript" and "eventtitle" in drawer.fields else found


def _language(drawer: _Drawer) -> str:
    """A tag of BCP 47 where the word is known; else the word."""
    said = [drawer.text("langid"), drawer.text("language")]
    word = next((each for each in said if each), "")
    return LANGUAGES.get(word.lower(), word)


def _titles(drawer: _Drawer, csl: str) -> Item:
    title = _with(drawer.text("title"), drawer.text("subtitle"))
    main = _with(drawer.text("maintitle"), drawer.text("mainsubtitle"))
    holder = _with(drawer.text("journaltitle"), drawer.text("journalsubtitle"))
    holder = holder or _with(drawer.text("booktitle"), drawer.text("booksubtitle"))
    if csl in _PARTS:
        holder = _with(main, holder)
    else:
        title = _with(main, title)
    return {"title": title, "title-short": drawer.text("shorttitle"), "container-title": holder}


def _with(title: str, more: str) -> str:
    """A title with the one below it."""
    if not title or not more:
        return title or more
    return f"{title} {more}" if title[-1] in ":؟?!." else f"{title}: {more}"


def _people(drawer: _Drawer) -> Item:
    made: Item = {}
    for name, variable in NAMES.items():
        latex = drawer.raw(name)
        if not latex:
            continue
        drawer.print(name, latex)  # for its remarks
        made[variable], doubtful = names(latex)
        for each in doubtful:
            drawer.remark("bibtex-name", name, found=each)
    return made


def _dates(drawer: _Drawer) -> Item:
    """When it came out, and other days; `date` tells more than `year`."""
    date, year, month, day = (digits(drawer.text(name), "western") for name in ("date", "year", "month", "day"))
    issued = _edtf(date) if date else _issued(year, month, day, drawer)
    others = {variable: _edtf(digits(drawer.text(name), "western")) for name, variable in DATES.items()}
    return {"issued": issued, **others}


def _issued(year: str, month: str, day: str, drawer: _Drawer) -> Item:
    if years := _YEARS.fullmatch(year):
        return {"date-parts": [[int(years[1])], [int(years[2])]]}
    if not re.fullmatch(r"\d{1,4}", year):
        literal = " ".join(part for part in (day, month, year) if part)
        return {"literal": literal} if literal else {}
    named = next((number for name, number in MONTHS.items() if re.search(rf"(?<!\w){name}(?!\w)", month.lower())), 0)
    figures = [int(figure) for figure in re.findall(r"\d{1,2}", f"{day} {month}")]
    if not named and month:
        named = int(month) if re.fullmatch(r"0?[1-9]|1[0-2]", month) else 0
        figures = [int(day)] if re.fullmatch(r"\d{1,2}", day) else []
        if not named:
            drawer.remark("bibtex-fields-left", "", found=f"month = {month}")
    days = [figure for figure in figures[:1] if named and 0 < figure < 32]
    return {"date-parts": [[int(year), *([named] if named else []), *days]]}


def _edtf(text: str) -> Item:
    """A date of BibLaTeX: 2021, 2021-05-03, 2019/2021, 1990~; other words as they are."""
    ends = [re.sub(r"[~?%]+$", "", end.strip().partition("T")[0]) for end in text.split("/")]
    days = [_DAY.fullmatch(end) for end in ends if end not in ("", "..")]
    if not text or not days or not all(days) or len(days) > 2:
        return {"literal": text} if text else {}
    parts = [[int(part) for part in day.groups() if part and int(part)] for day in days if day]
    if any(len(each) > 1 and each[1] > 12 for each in parts):  # 21 to 24 are the seasons
        return {"literal": text}
    return {"date-parts": parts}


def _genre(drawer: _Drawer, kind: str, *, arabic: bool) -> str:
    word = drawer.text("type") or (kind if kind in GENRES and kind != "techreport" else "")
    return GENRES[word][0 if arabic else 1] if word in GENRES else word


def _numbers(drawer: _Drawer, csl: str) -> Item:
    pages = re.sub(r"\s*[-–—]+\s*", "-", drawer.text("pages", "eid"))
    made: Item = {"page": _LABEL.sub("", pages), "edition": _edition(drawer.text("edition"))}
    number, issue = drawer.text("number"), drawer.text("issue")
    if csl.startswith("article") or csl == "periodical":
        made["issue"] = " ".join(each for each in (number, issue) if each)
    else:
        made |= {"collection-number" if drawer.fields.get("series") else "number": number, "issue": issue}
    return made


def _edition(text: str) -> str:
    """The number of an edition where it is one («ط 2», 2nd, Second); else its words."""
    found = re.fullmatch(r"(?:ط\.?\s*)?(\d+)(?:st|nd|rd|th)?\.?(?:\s*ed\.?)?", digits(text, "western"))
    return found[1] if found else ORDINALS.get(text.lower(), text)


def _house(drawer: _Drawer, *, arabic: bool) -> Item:
    """Who published it, and where; all bodies that are named."""
    bodies = [drawer.text(name) for name in ("publisher", "institution", "organization", "howpublished")]
    named = dict.fromkeys(each for each in bodies if each)
    return {"publisher": ("؛ " if arabic else "; ").join(named), "publisher-place": drawer.text("address")}


def _addresses(drawer: _Drawer) -> Item:
    url = address(drawer.raw("url"))
    published = drawer.fields.get("howpublished", "")
    if re.search(r"\\url|https?://", published):
        url = url or address(re.sub(r".*?(\\url|https?:)", r"\1", published, count=1))
        drawer.fields.pop("howpublished")
    doi = re.sub(r"^(?:https?://(?:dx\.)?doi\.org/|doi:)", "", address(drawer.raw("doi")), flags=re.IGNORECASE)
    archive = drawer.fields.get("eprinttype", "").lower()
    if "eprint" in drawer.fields and (archive in EPRINTS or archive in ("pubmed", "pmid")):
        number = address(drawer.raw("eprint"))
        drawer.raw("eprinttype")
        if archive not in EPRINTS:
            return {"DOI": doi, "PMID": number, "URL": url}
        url = url or EPRINTS[archive] + number
    return {"DOI": doi, "URL": url}
