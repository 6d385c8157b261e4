"""Reference lists and notes of the content → the same as Debian's pandoc makes with our styles; pandoc is the oracle.

What is compared is what a reader sees: words, digits and marks of punctuation. Direction marks, markup and the spaces
between are not, nor is « و », which CSL cannot join to its word and our last pass does.

What we do and CSL has no word for is told to pandoc, item by item, and nothing else is (`as_told`):
a title is shortened to what stands before its colon, and the notes do not repeat a year that a law has in its title.
Letters after a year are Arabic in Arabic lists («2005أ»), and pandoc's are a and b whatever the language.
"""

from __future__ import annotations

import copy
import json
import re
import shutil
import subprocess
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import yaml

from mujaz.cite import Citations, References, Style, cite, parse
from mujaz.cite.items import source

ROOT = Path(__file__).resolve().parents[2]
STYLES = {path.stem: path.read_text("utf-8") for path in (ROOT / "templates" / "styles").glob("*.csl")}
KINDS: tuple[Style, ...] = ("notes", "author-date")
Items = Mapping[str, Mapping[str, Any]]


def read(path: Path) -> Items:
    data = yaml.load(path.read_text("utf-8"), yaml.BaseLoader)  # noqa: S506 # makes text of every scalar, as Mujaz does
    return {item["id"]: item for item in (data["references"] if isinstance(data, dict) else data)}


TOPICS = {path.parent.name: read(path) for path in sorted((ROOT / "content" / "topics").glob("*/references.yaml"))}
EVERY_KIND = {key: item for key, item in read(ROOT / "tests/cases/cite/items.yaml").items() if key != "hostile"}
"""«hostile» is about escaping: its name ends in an entity, after which pandoc sets no stop."""


def test_there_are_topics_to_compare() -> None:
    assert "counterterrorism-diplomacy" in TOPICS
    assert sum(map(len, TOPICS.values())) >= 30


# ------------------------------------------------------------------------------------------------ the oracle


def pandoc(style: str, language: str, items: Sequence[Mapping[str, Any]], *, body: str, folder: Path) -> str:
    """A page with its citations set by pandoc."""
    assert shutil.which("pandoc"), "pandoc is missing: apt-get install pandoc (the project's test set-up does)"
    (folder / "style.csl").write_text(style, "utf-8")
    (folder / "items.json").write_text(json.dumps(list(items)), "utf-8")
    locale = "ar" if language == "ar" else "en-GB"
    command = ["pandoc", "--citeproc", "-f", "markdown-smart", "-t", "html", "--wrap=none", "-M", f"lang={locale}"]
    files = ["--csl", str(folder / "style.csl"), "--bibliography", str(folder / "items.json")]
    done = subprocess.run([*command, *files], input=body, text=True, capture_output=True, check=True)
    assert done.stderr == ""
    return done.stdout


def seen(html: str) -> str:
    """What a reader sees of a piece of HTML."""
    text = unicodedata.normalize("NFC", unescape(re.sub(r"<[^>]+>", "", html)))
    text = re.sub("[\u200e\u200f\u061c\u2066-\u2069]|↩︎", "", text)
    text = re.sub(r"([؟?!]”?)\.", r"\1", text)  # our last pass sets no stop behind another mark
    return " ".join(re.sub(r" و (?=[\u0621-\u06ff])", " و", text).split())


def theirs(html: str, language: str) -> str:
    """What a reader sees, the letters after years as Arabic has them."""
    text = seen(html)
    if language == "ar":
        text = re.sub(r"(?<=\d{4})([a-z])(?!\w)", lambda found: "أبجدهوزحطي"["abcdefghij".index(found[1])], text)
    return text


def as_told(key: str, item: Mapping[str, Any], style: Style) -> dict[str, Any]:
    """An author's item with what we add to it before any style sees it."""
    ours = source(key, item, style).data
    told: dict[str, Any] = {**item, "id": key}
    if "title-short" in ours:
        told["title-short"] = ours["title-short"]
    if "issued" not in ours:
        told.pop("issued", None)
    return told


def as_set(key: str, item: Mapping[str, Any], style: Style) -> dict[str, Any]:
    """An item as our processor is given it: for items in forms that pandoc does not take."""
    ours = source(key, item, style)
    return {**ours.data, "id": key, **({"URL": ours.url} if ours.url else {})}


def cited(clusters: Iterable[str], items: Items, style: Style) -> Citations:
    found = [cluster for text in clusters if (cluster := parse(text))]
    return cite(found, items, style=style, styles=STYLES)


def printed(one: References) -> dict[str, str]:
    """Key → entry, as we print it."""
    return {entry.key: seen(entry.html) for entry in one.entries}


def listed(one: References, told: Sequence[Mapping[str, Any]], style: Style, folder: Path) -> dict[str, str]:
    """Key → entry, as pandoc lists it."""
    html = pandoc(STYLES[f"{one.lang}-{style}"], one.lang, told, body='---\nnocite: "@*"\n---\n', folder=folder)
    found = re.findall(r'<div id="ref-([^"]+)"[^>]*>(.*?)</div>', html, re.DOTALL)
    return {key: theirs(entry, one.lang) for key, entry in found}


# ------------------------------------------------------------------------------------------------ lists


@pytest.mark.parametrize("style", KINDS)
@pytest.mark.parametrize("topic", TOPICS)
def test_the_lists_of_a_topic_are_pandocs_entry_for_entry(topic: str, style: Style, tmp_path: Path) -> None:
    items = TOPICS[topic]
    lists = cited((f"@{key}، ص 5" for key in items), items, style).lists
    assert sum(len(one.entries) for one in lists) == len(items)
    for one in lists:
        told = [as_told(entry.key, items[entry.key], style) for entry in one.entries]
        assert printed(one) == listed(one, told, style, tmp_path)


@pytest.mark.parametrize("style", KINDS)
def test_every_kind_of_source_is_listed_as_pandoc_does(style: Style, tmp_path: Path) -> None:
    lists = cited((f"@{key}، ص 5" for key in EVERY_KIND), EVERY_KIND, style).lists
    assert sum(len(one.entries) for one in lists) >= 15
    for one in lists:
        told = [as_set(entry.key, EVERY_KIND[entry.key], style) for entry in one.entries]
        assert printed(one) == listed(one, told, style, tmp_path)


# ------------------------------------------------------------------------------------------------ order

_BOOKS: tuple[dict[str, Any], ...] = (
    {"id": "t1", "title": "باء", "author": [{"family": "الجبوري", "given": "أحمد"}], "issued": "2020"},
    {"id": "t2", "title": "ألف", "author": [{"family": "الجبوري", "given": "أحمد"}], "issued": "2020"},
    {"id": "t3", "title": "جيم", "author": [{"family": "الجبوري", "given": "أحمد"}], "issued": "2019"},
    {"id": "t4", "title": "دال", "author": [{"family": "جبر", "given": "علي"}], "issued": "2021"},
    {"id": "t5", "title": "هاء", "author": [{"literal": "الجامعة العربية"}], "issued": "1998"},
    {"id": "t6", "title": "التقرير السنوي", "issued": "2001"},
    {"id": "t7", "title": "واو", "author": [{"family": "إبراهيم", "given": "نور"}], "issued": "2001"},
    {"id": "t8", "title": "زاي", "author": [{"family": "أحمد", "given": "نور"}], "issued": "2001"},
    {"id": "t9", "title": "حاء", "author": [{"family": "الياسري", "given": "عبد الله"}], "issued": "2018"},
    {"id": "l1", "title": "Beta", "author": [{"family": "Byman", "given": "Daniel"}], "issued": "2019"},
    {"id": "l2", "title": "Alpha", "author": [{"family": "Byman", "given": "Daniel"}], "issued": "2019"},
    {"id": "l3", "title": "Gamma", "author": [{"family": "Émile", "given": "Zoë"}], "issued": "2001"},
    {"id": "l4", "title": "Delta", "author": [{"family": "Eliot", "given": "Ann"}], "issued": "2001"},
    {"id": "l5", "title": "Essay", "issued": "2001"},
)
TIES: Items = {book["id"]: {"type": "book", **book} for book in _BOOKS}
SORTED = '<sort><key macro="who-listed"/><key variable="issued"/><key variable="title"/></sort>'


def plainly(text: str) -> str:
    """CSL cannot pass over «ال», and Unicode's collation parts أ, إ and ا, which Arabic lists hold for one letter."""
    return re.sub(r"^ال(?=\w\w)", "", text).translate(str.maketrans("أإآ", "ااا"))


def without_article(item: Mapping[str, Any]) -> dict[str, Any]:
    """An item for pandoc to sort: what its list does not sort by is taken away beforehand."""
    bare = copy.deepcopy(dict(item))
    for field in ("author", "editor"):
        for name in bare.get(field, ()):
            for part in ("family", "literal"):
                if part in name:
                    name[part] = plainly(name[part])
    return {**bare, "title": plainly(bare["title"])}


@pytest.mark.parametrize("topic", [*TOPICS, "ties"])
def test_the_order_of_a_list_is_that_of_unicodes_collation_without_the_article(topic: str, tmp_path: Path) -> None:
    items = TOPICS.get(topic, TIES)
    lists = cited((f"@{key}" for key in items), items, "author-date").lists
    assert [one.lang for one in lists] == sorted({one.lang for one in lists})  # the Arabic list, then the Latin one
    for one in lists:
        ours = [entry.key for entry in one.entries]
        style = re.sub(r"(<bibliography[^>]*>)", rf"\1{SORTED}", STYLES[f"{one.lang}-author-date"])
        style = style.replace('prefix="«"', "")  # pandoc would sort by the quotation mark of what has no author
        told = [without_article({**items[key], "id": key}) for key in sorted(ours, reverse=True)]
        html = pandoc(style, one.lang, told, body='---\nnocite: "@*"\n---\n', folder=tmp_path)
        assert ours == re.findall(r'<div id="ref-([^"]+)"', html)


# ------------------------------------------------------------------------------------------------ sequences


def walk(keys: Sequence[str]) -> list[list[tuple[str, str]]]:
    """Notes as they follow one another: the same source again, at the same place, at another, after a second one."""
    notes: list[list[tuple[str, str]]] = []
    for one, two in zip(keys, [*keys[1:], keys[0]], strict=True):
        notes += [[(one, "5")], [(one, "5")], [(one, "7-9")], [(one, "")], [(one, "")]]
        notes += [[(two, "3")], [(one, "9")], [(one, "1"), (two, "2")], [(two, "2")], [(two, "4")]]
    return notes


@pytest.mark.parametrize("style", KINDS)
@pytest.mark.parametrize("topic", TOPICS)
def test_notes_that_follow_one_another_are_pandocs_word_for_word(topic: str, style: Style, tmp_path: Path) -> None:
    items = TOPICS[topic]
    for one in cited((f"@{key}" for key in items), items, style).lists:
        page = "ص" if one.lang == "ar" else "p."
        keys = [entry.key for entry in one.entries]
        brackets = [
            "; ".join(f"@{key}, {page} {place}" if place else f"@{key}" for key, place in note) for note in walk(keys)
        ]
        body = "\n\n".join(f"Note [{bracket}]" for bracket in brackets)
        told = [as_told(key, items[key], style) for key in keys]
        html = pandoc(STYLES[f"{one.lang}-{style}"], one.lang, told, body=body, folder=tmp_path)
        pattern = r'<li id="fn\d+"[^>]*>(.*?)</li>' if style == "notes" else r"<p>Note (.*?)</p>"
        found = [theirs(each, one.lang) for each in re.findall(pattern, html, re.DOTALL)]
        assert [seen(text) for text in cited(brackets, items, style).texts] == found
