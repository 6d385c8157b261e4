"""The feeds: valid by RFC 4287, the same bytes for the same editions, and silent about what is kept from anyone."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html

from mujaz import produce as producing
from mujaz.atom import ATOM, Feed, Post, atom
from mujaz.build import Result, build
from mujaz.plan import Request
from workspace import AUDIENCES, HIDDEN, at_once, crewed, lay, topic_data, write

SCHEMA = etree.RelaxNG(etree.parse(Path(__file__).parents[1] / "checkers" / "atom.rng"))
DAY = datetime.date(2026, 1, 1)
POST = Post(
    "water/minister.ar/2/abc",
    "عنوان · الوزير",
    "ar",
    "rtl",
    DAY,
    ("minister", "الوزير"),
    ("ما تغيّر", "سطر"),
    (("editions/water/minister.ar/2/minister.ar.html", "text/html"),),
)
FEED = Feed("https://briefs.example.org feed.atom", "موجزات", "ar", "rtl", "المؤسسة", "index.html", "", (POST,))


def every(root: etree._Element, name: str) -> list[etree._Element]:
    return list(root.iter(f"{{{ATOM}}}{name}"))


def valid(data: bytes) -> etree._Element:
    """The root of a feed that keeps the rules of RFC 4287, those that its schema leaves to prose among them."""
    root = etree.fromstring(data)
    assert SCHEMA.validate(root), SCHEMA.error_log
    entries = every(root, "entry")
    assert root.find(f"{{{ATOM}}}author") is not None or all(e.find(f"{{{ATOM}}}author") is not None for e in entries)
    ids = [each.text for each in every(root, "id")]
    assert len(ids) == len(set(ids))
    assert all(each and each.startswith("urn:uuid:") for each in ids)
    for entry in (root, *entries):
        links = [(e.get("type"), e.get("hreflang")) for e in entry.findall(f"{{{ATOM}}}link[@rel='alternate']")]
        assert len(links) == len(set(links))
    assert root.findtext(f"{{{ATOM}}}updated") == max(each.findtext(f"{{{ATOM}}}updated") or "" for each in entries)
    read = feedparser.parse(data)
    assert (read.bozo, read.version, len(read.entries)) == (False, "atom10", len(entries))
    return root


# ------------------------------------------------------------------------------------------------ the file


texts = st.text(st.characters(blacklist_categories=["Cs"]), max_size=12)


@given(texts, texts, texts, st.dates(datetime.date(1970, 1, 1)))
def test_whatever_is_told_makes_a_valid_feed(title: str, label: str, word: str, day: datetime.date) -> None:
    post = replace(POST, title=title, audience=("minister", label), words=(word, word), day=day)
    data = atom(replace(FEED, title=title, author=label, posts=(post, replace(POST, name="other"))))
    root = valid(data)
    assert data == atom(replace(FEED, title=title, author=label, posts=(post, replace(POST, name="other"))))
    assert f"{day.isoformat()}T00:00:00Z" in [each.text for each in every(root, "updated")]


def _emptied(root: etree._Element, name: str) -> None:
    for each in every(root, name):
        parent = each.getparent()
        assert parent is not None
        parent.remove(each)


@pytest.mark.parametrize("name", ["id", "title", "updated"])
def test_the_schema_sees_what_is_missing(name: str) -> None:
    root = etree.fromstring(atom(FEED))
    _emptied(root, name)
    assert not SCHEMA.validate(root)


def test_the_schema_sees_what_is_wrong() -> None:
    changes: dict[str, Callable[[Any], object]] = {
        "updated": lambda e: setattr(e, "text", "yesterday"),
        "link": lambda e: e.attrib.pop("href"),
        "category": lambda e: e.attrib.pop("term"),
        "content": lambda e: e.set("dir", "rtl"),
        "entry": lambda e: e.append(etree.Element(f"{{{ATOM}}}nothing")),
    }
    for name, change in changes.items():
        root = etree.fromstring(atom(FEED))
        change(every(root, name)[-1])
        assert not SCHEMA.validate(root), name


def test_text_is_text_and_runs_in_its_direction() -> None:
    post = replace(POST, title="WTO: انضمام <العراق> & غيره", words=("<b>ما تغيّر</b>", "سطر & آخر"))
    read = feedparser.parse(atom(replace(FEED, posts=(post,))))
    (entry,) = read.entries
    assert entry.title_detail.type == "text/plain"
    assert entry.title == "\u200fWTO: انضمام <العراق> & غيره"  # it begins with Latin letters, and is Arabic
    (content,) = entry.content
    assert content.type == "application/xhtml+xml"
    assert 'dir="rtl"' in content.value
    assert "&lt;b&gt;ما تغيّر&lt;/b&gt;" in content.value
    assert "<li>سطر &amp; آخر</li>" in content.value
    english = replace(POST, language="en", direction="ltr", title="العراق in brief")
    assert feedparser.parse(atom(replace(FEED, posts=(english,)))).entries[0].title == "\u200eالعراق in brief"


def test_names_stay_and_no_two_things_have_one() -> None:
    def ids(feed: Feed) -> list[str | None]:
        return [each.text for each in every(etree.fromstring(atom(feed)), "id")]

    other = replace(POST, title="عنوان آخر", words=("غيره",), links=())
    assert ids(FEED) == ids(replace(FEED, title="اسم آخر", posts=(other,)))
    assert ids(FEED)[0] != ids(replace(FEED, name="x"))[0]
    assert ids(FEED)[1] != ids(replace(FEED, posts=(replace(POST, name="x"),)))[1]


# ------------------------------------------------------------------------------------------------ the workspace


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(producing, "crew", crewed(at_once))
    return lay(tmp_path / "desk", topics=("water", "energy"))


def publish(root: Path, day: int = 0) -> Result:
    today = DAY + datetime.timedelta(days=day)
    return build(root, Request(today=today), jobs=1, tell=lambda _: None)


def tell(root: Path, gist: str, topic: str = "water") -> None:
    data = topic_data(f"موضوع {topic}")
    data["blocks"][1]["points"][0]["gist"] = gist
    write(root / "content" / "topics" / topic / "ar.yaml", data)


def feed(root: Path, audience: str = "") -> bytes:
    return (root / "output" / (f"feeds/{audience}.atom" if audience else "feed.atom")).read_bytes()


def posts(data: bytes) -> Iterator[Any]:
    yield from feedparser.parse(data).entries


def test_each_edition_is_told_once_the_newest_first(root: Path) -> None:
    publish(root)
    tell(root, "قول آخر")
    publish(root, 1)
    valid(feed(root))
    told = [(each.title, each.updated, each.tags[0].term) for each in posts(feed(root))]
    assert told == [
        ("موضوع water · الوزير · الإصدار ٢", "2026-01-02T00:00:00Z", "minister"),
        ("موضوع energy · الوزير · الإصدار ١", "2026-01-01T00:00:00Z", "minister"),
        ("موضوع energy · الناس · الإصدار ١", "2026-01-01T00:00:00Z", "public"),
        ("موضوع water · الوزير · الإصدار ١", "2026-01-01T00:00:00Z", "minister"),
        ("موضوع water · الناس · الإصدار ١", "2026-01-01T00:00:00Z", "public"),
    ]


def test_the_index_leads_to_the_feed_where_there_is_one(root: Path) -> None:
    """Readers of feeds find it by the head of the page, people by its foot; nothing of it is loaded."""
    build(root, Request(), jobs=1, tell=lambda _: None)
    page = (root / "output" / "index.html").read_text("utf-8")
    assert "feed.atom" not in page
    publish(root, 1)
    page = html.document_fromstring((root / "output" / "index.html").read_bytes().decode())
    (link,) = page.xpath("//head/link")
    assert (link.get("rel"), link.get("type"), link.get("href")) == ("alternate", "application/atom+xml", "feed.atom")
    (shown,) = page.xpath("//footer//a")
    assert (root / "output" / shown.get("href")).is_file()
    assert feedparser.parse((root / "output" / "feed.atom").read_bytes()).feed.title.startswith(link.get("title"))


def test_links_lead_to_the_files_of_the_edition(root: Path) -> None:
    """Beside the feed, or where the house says that its output is published."""
    publish(root)
    for audience in ("", "public"):
        folder = root / "output" / ("feeds" if audience else "")
        for each in posts(feed(root, audience)):
            for link in each.links:
                assert (folder / link.href).resolve().is_file(), link
    write(root / "mujaz.yaml", {"organisation": "المؤسسة", "address": "https://briefs.example.org/out/"})
    shutil.rmtree(root / "output")
    publish(root)
    address = "https://briefs.example.org/out/"
    data = feed(root, "public")
    assert {link.href for each in posts(data) for link in each.links} == {
        f"{address}editions/{topic}/public.ar/1/public.ar.html" for topic in ("water", "energy")
    }
    links = {each.get("rel"): each.get("href") for each in valid(data).findall(f"{{{ATOM}}}link")}
    assert links == {"self": f"{address}feeds/public.atom", "alternate": f"{address}index.html"}


def test_a_feed_is_written_only_when_it_is_another(root: Path) -> None:
    publish(root)
    names = ("feed.atom", "feeds/minister.atom", "feeds/public.atom")
    before = {name: (root / "output" / name).stat().st_mtime_ns for name in names}
    publish(root, 9)
    assert {name: (root / "output" / name).stat().st_mtime_ns for name in names} == before
    data = feed(root)
    (root / "output" / "feed.atom").write_bytes(b"<feed/>")
    (root / "output" / "feeds" / "public.atom").unlink()
    publish(root, 10)
    assert feed(root) == data
    assert valid(feed(root, "public")) is not None


def test_a_feed_tells_the_last_fifty(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mujaz.feeds._ENTRIES", 3)
    publish(root)
    tell(root, "قول آخر")
    publish(root, 1)
    assert next(posts(feed(root))).title == "موضوع water · الوزير · الإصدار ٢"
    assert len(list(posts(feed(root)))) == 3
    assert len(list(posts(feed(root, "public")))) == 2


def test_an_audience_that_is_gone_has_no_feed(root: Path) -> None:
    publish(root)
    other = root / "output" / "feeds" / "nobody.atom"
    other.write_bytes(b"<feed/>")
    publish(root, 1)
    assert not other.exists()


def test_words_that_anyone_is_kept_from_are_in_no_feed_for_all(root: Path) -> None:
    """Those of a topic that keeps nothing are; a reader's own feed tells what that reader is told."""
    data = topic_data("موضوع energy")
    del data["blocks"][1]["points"][1]
    write(root / "content" / "topics" / "energy" / "ar.yaml", data)
    publish(root)
    data["blocks"][1]["points"][0]["headline"] = "ما يعرفه الجميع الآن"
    write(root / "content" / "topics" / "energy" / "ar.yaml", data)
    tell(root, "ما يعرفه الوزير وحده الآن")
    path = root / "content" / "topics" / "water" / "ar.yaml"
    path.write_text(path.read_text("utf-8").replace("أول ما وُجد", "ما يعرفه الوزير والناس"), "utf-8")
    publish(root, 1)
    assert "ما يعرفه الجميع الآن" in feed(root).decode()
    assert "ما يعرفه الوزير" not in feed(root).decode()
    assert "صياغة جديدة: بند واحد" in feed(root).decode()
    assert "ما يعرفه الوزير والناس" in feed(root, "minister").decode()
    for audience in ("", "public"):
        assert HIDDEN not in feed(root, audience).decode()


def test_a_title_that_is_worded_for_some_is_no_title_for_all(root: Path) -> None:
    data = {**topic_data(), "title": {"default": "عنوان للوزير في أمر المياه", "public": "عنوان للناس"}}
    write(root / "content" / "topics" / "water" / "ar.yaml", data)
    publish(root)
    titles = {each.title for each in posts(feed(root))}
    assert {"\u200fwater · الوزير · الإصدار ١", "\u200fwater · الناس · الإصدار ١"} <= titles
    assert "عنوان للوزير" in feed(root, "minister").decode()
    assert "عنوان للوزير" not in feed(root, "public").decode()


def test_what_is_kept_later_leaves_the_feeds_at_once(root: Path) -> None:
    tell(root, "قول أول")
    publish(root)
    path = root / "content" / "topics" / "water" / "ar.yaml"
    data = topic_data("موضوع water")
    words = "تفاصيل الصفقة التي جرت بين الشركتين"
    data["blocks"][1]["points"][0] |= {"headline": words}
    write(path, data)
    publish(root, 1)
    assert words in feed(root, "public").decode()
    data["blocks"][1]["points"][0]["only"] = ["minister"]
    write(path, data)
    publish(root, 2)
    assert words not in feed(root, "public").decode()
    assert words not in feed(root).decode()
    assert [each.title[-1] for each in posts(feed(root, "public"))][:2] == ["٣", "١"]  # the second was withdrawn
    assert words in feed(root, "minister").decode()


def test_no_archive_has_no_feed(root: Path) -> None:
    build(root, Request(), jobs=1, tell=lambda _: None)
    assert not (root / "output" / "feed.atom").exists()
    assert not (root / "output" / ".mujaz" / "editions.json").exists()


def test_editions_in_several_languages_each_speak_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(producing, "crew", crewed(at_once))
    root = lay(tmp_path / "desk", audiences=AUDIENCES)
    write(root / "mujaz.yaml", {"organisation": {"ar": "المؤسسة", "en": "The House"}, "languages": ["ar", "en"]})
    english = topic_data("Water")
    english["blocks"][0] = {"kind": "summary", "headline": "In short", "gist": "More of it"}
    english["blocks"][1]["points"] = [{"id": "first", "headline": "The first thing"}]
    write(root / "content" / "topics" / "water" / "en.yaml", english)
    publish(root)
    root_ = valid(feed(root))
    languages = {each.get("{http://www.w3.org/XML/1998/namespace}lang") for each in every(root_, "entry")}
    assert languages == {"ar", "en"}
    assert {"Water · الوزير · Edition 1"} <= {each.title for each in posts(feed(root))}
