"""The words of BibTeX and BibLaTeX → those of CSL, as tables; holds no rule and decides nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

TYPES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("book", "mvbook", "collection", "mvcollection", "proceedings", "mvproceedings"), "book"),
    **dict.fromkeys(("reference", "mvreference"), "book"),
    **dict.fromkeys(("inbook", "incollection", "bookinbook", "suppbook", "suppcollection"), "chapter"),
    **dict.fromkeys(("inproceedings", "conference"), "paper-conference"),
    **dict.fromkeys(("thesis", "phdthesis", "mastersthesis"), "thesis"),
    **dict.fromkeys(("report", "techreport", "manual"), "report"),
    **dict.fromkeys(("online", "electronic", "www"), "webpage"),
    **dict.fromkeys(("movie", "video"), "motion_picture"),
    **dict.fromkeys(("music", "audio"), "song"),
    **dict.fromkeys(("artwork", "image"), "graphic"),
    "article": "article-journal",
    "suppperiodical": "article-journal",
    "periodical": "periodical",
    "booklet": "pamphlet",
    "inreference": "entry-encyclopedia",
    "unpublished": "manuscript",
    "misc": "document",
    "letter": "personal_communication",
    "jurisdiction": "legal_case",
    "legal": "treaty",
    **{name: name for name in ("dataset", "legislation", "map", "patent", "performance", "review", "software")},
    "standard": "standard",
}
"""Entry types of BibTeX and BibLaTeX → types of CSL."""
SUBTYPES: Final[Mapping[str, str]] = {"magazine": "article-magazine", "newspaper": "article-newspaper"}
ALIASES: Final[Mapping[str, str]] = {
    "location": "address",
    "journal": "journaltitle",
    "school": "institution",
    "annotation": "annote",
    "archiveprefix": "eprinttype",
    "hyphenation": "langid",
    "shortjournal": "shortjournaltitle",
}
NAMES: Final[Mapping[str, str]] = {
    "author": "author",
    "editor": "editor",
    "translator": "translator",
    "bookauthor": "container-author",
}
DATES: Final[Mapping[str, str]] = {"urldate": "accessed", "eventdate": "event-date", "origdate": "original-date"}
KEPT: Final[Mapping[str, str]] = {
    "series": "collection-title",
    "volume": "volume",
    "volumes": "number-of-volumes",
    "pagetotal": "number-of-pages",
    "chapter": "chapter-number",
    "eventtitle": "event-title",
    "venue": "event-place",
    "shortjournaltitle": "container-title-short",
    "shorttitle": "title-short",
    "isbn": "ISBN",
    "issn": "ISSN",
    "version": "version",
    "origtitle": "original-title",
    "origpublisher": "original-publisher",
    "origlocation": "original-publisher-place",
    "note": "note",
    "annote": "annote",
    "keywords": "keyword",
}
"""Fields that mean the same in CSL, whatever the type."""
PASSED_OVER: Final = re.compile(
    r"abstract|file|pdf|owner|timestamp|groups|date-?(?:added|modified)|(?:bdsk|mendeley|opt|citeulike|ee|bibsource).*"
    r"|sort(?:key|name|title|year)|presort|key|label|shorthand|ids|options|related.*|entrysubtype|crossref|xref|xdata"
    r"|pagination|bookpagination|langidopts|eprintclass|primaryclass|__markedentry|urlyear"
)
"""Fields of programs and of the setting; a reference list prints none of them."""
LANGUAGES: Final[Mapping[str, str]] = {
    "arabic": "ar",
    "kurdish": "ckb",
    "sorani": "ckb",
    "persian": "fa",
    "farsi": "fa",
    "turkish": "tr",
    "french": "fr",
    "francais": "fr",
    "german": "de",
    "ngerman": "de",
    "spanish": "es",
    "italian": "it",
    "russian": "ru",
    "american": "en-US",
    "usenglish": "en-US",
    "british": "en-GB",
    "ukenglish": "en-GB",
    "english": "en",
    "العربية": "ar",
    "عربي": "ar",
    "الإنجليزية": "en",
}
_MONTHS: Final = (
    "jan|january|كانون الثاني|يناير|جانفي",
    "feb|february|شباط|فبراير|فيفري",
    "mar|march|آذار|مارس",
    "apr|april|نيسان|أبريل|إبريل|أفريل",
    "may|أيار|مايو|ماي",
    "jun|june|حزيران|يونيو|يونية|جوان",
    "jul|july|تموز|يوليو|يولية|جويلية",
    "aug|august|آب|أغسطس|أوت",
    "sep|sept|september|أيلول|سبتمبر",
    "oct|october|تشرين الأول|أكتوبر",
    "nov|november|تشرين الثاني|نوفمبر",
    "dec|december|كانون الأول|ديسمبر",
)
MONTHS: Final[Mapping[str, int]] = {
    name: number for number, names in enumerate(_MONTHS, start=1) for name in names.split("|")
}
"""Names of months, in small letters; BibTeX defines the three-letter ones."""
GENRES: Final[Mapping[str, tuple[str, str]]] = {
    "phdthesis": ("أطروحة دكتوراه", "PhD thesis"),
    "mathesis": ("رسالة ماجستير", "Master’s thesis"),
    "mastersthesis": ("رسالة ماجستير", "Master’s thesis"),
    "bathesis": ("بحث تخرج", "Bachelor’s thesis"),
    "candthesis": ("أطروحة مرشح", "Candidate thesis"),
    "techreport": ("تقرير فني", "Technical report"),
    "resreport": ("تقرير بحثي", "Research report"),
}
"""BibLaTeX's words for a genre, in Arabic and English."""
EPRINTS: Final[Mapping[str, str]] = {
    "arxiv": "https://arxiv.org/abs/",
    "jstor": "https://www.jstor.org/stable/",
    "hdl": "https://hdl.handle.net/",
    "handle": "https://hdl.handle.net/",
    "googlebooks": "https://books.google.com/books?id=",
}
"""Where a number of an archive leads."""
_ORDINALS: Final = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
ORDINALS: Final[Mapping[str, str]] = {word: str(number) for number, word in enumerate(_ORDINALS, start=1)}
INHERITED_AS: Final[Mapping[str, str]] = {
    "title": "booktitle",
    "subtitle": "booksubtitle",
    "titleaddon": "booktitleaddon",
}
"""What a part takes from the whole that it refers to, under another name."""
NOT_INHERITED: Final = frozenset(
    ("crossref", "xref", "xdata", "ids", "label", "shorthand", "presort", "sortkey", "options", "doi", "url")
)
