"""Letters and calls as their receivers read them: Arabic heads, a page from right to left, no line too many."""

from __future__ import annotations

import hmac
import json
import re
from dataclasses import replace
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import html

from dispatch import NOON, PDF, WORDS, Desk, edition, house
from mujaz.deliver.call import described, once, signature
from mujaz.deliver.letter import Writer, dated
from mujaz.model.edition import Edition
from mujaz.templates import open_templates
from workspace import house as workspace
from workspace import reader, templates

HEADERS = {
    "Subject",
    "From",
    "To",
    "Auto-Submitted",
    "MIME-Version",
    "Content-Type",
    "Content-Language",
    "Date",
    "Message-ID",
}
SENDER = "briefs@example.org"


def sent(made: Edition, delivery: str = "letter", *, to: tuple[str, ...] = ("a@example.org",), **fields: Any) -> bytes:
    """A letter of an edition, as it goes over the wire."""
    house_of = workspace(**{"organisation": {"ar": "مركز دراسات المياه", "en": "Water"}, **fields})
    readers = {"minister": reader(label={"ar": "صانع القرار", "en": "Decision maker"})}
    writer = Writer(house_of, readers, templates())
    files = {name: PDF for name in made.files if name.endswith(".pdf")}
    message, _ = writer.letter(made, files, sender=SENDER, to=to)
    return dated(message, delivery, made, now=NOON).as_bytes()


def read(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=default)


def body(letter: EmailMessage, kind: str) -> str:
    part = letter.get_body((kind,))
    assert part is not None
    return str(part.get_content())


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    return edition(tmp_path_factory.mktemp("made"), 2, files={"minister.ar.pdf": PDF, "minister.ar.html": b"<p>x</p>"})


def test_a_letter_has_arabic_heads_both_bodies_and_the_file(second: Edition) -> None:
    letter = read(sent(second, address="https://briefs.example.org"))
    assert letter["Subject"] == "موجز سياسات: أمن المياه في العراق (الإصدار ٢)"
    assert letter["From"].addresses[0].display_name == "مركز دراسات المياه"
    assert letter["From"].addresses[0].addr_spec == SENDER
    assert (letter["Auto-Submitted"], letter["Content-Language"]) == ("auto-generated", "ar")
    assert letter["Date"].datetime == NOON
    assert letter.get_content_type() == "multipart/mixed"
    page = html.fromstring(body(letter, "html"))
    assert (page.get("lang"), page.get("dir")) == ("ar", "rtl")
    assert [each.get("dir") for each in page.xpath("//body | //body/div")] == ["rtl", "rtl"]
    assert page.findtext(".//h1") == "أمن المياه في العراق"
    assert page.findtext(".//h2") == WORDS[0]
    assert tuple(each.text for each in page.iter("li")) == WORDS[1:]
    assert page.xpath("//a/@href") == ["https://briefs.example.org/editions/water/minister.ar/2/minister.ar.html"]
    plain = body(letter, "plain")
    assert "الإصدار ٢، تاريخ النشر: ٢٦ تشرين الثاني ٢٠٢٦" in plain
    assert all(word in plain for word in (*WORDS, "صانع القرار", "water-minister.ar.2.pdf"))
    (attached,) = letter.iter_attachments()
    assert attached.get_filename() == "water-minister.ar.2.pdf"
    assert (attached.get_content_type(), attached.get_content()) == ("application/pdf", PDF)


def test_programs_that_know_only_the_old_rules_read_the_heads_too(second: Edition) -> None:
    letter = message_from_bytes(sent(second))
    assert str(make_header(decode_header(letter["Subject"]))) == "موجز سياسات: أمن المياه في العراق (الإصدار ٢)"
    name, address = parseaddr(letter["From"])
    assert (str(make_header(decode_header(name))), address) == ("مركز دراسات المياه", SENDER)


def test_a_first_edition_tells_of_no_changes_and_a_house_without_an_address_of_no_page(second: Edition) -> None:
    letter = read(sent(replace(second, number=1, words=())))
    for kind in ("plain", "html"):
        assert "ما تغيّر" not in body(letter, kind)
        assert "اقرأ" not in body(letter, kind)


def test_an_english_letter_runs_from_left_to_right(second: Edition) -> None:
    letter = read(sent(replace(second, language="en", title="Water <security> & law")))
    assert letter["Subject"] == "Policy brief: Water <security> & law (Edition 2)"
    page = html.fromstring(body(letter, "html"))
    assert (page.get("dir"), page.findtext(".//h1")) == ("ltr", "Water <security> & law")
    assert "Water <security> & law" in body(letter, "plain")
    assert "\u200f" not in body(letter, "plain")


def test_the_same_edition_has_the_same_id_in_each_letter_and_no_other_has(second: Edition) -> None:
    ids = [
        read(sent(made, name))["Message-ID"]
        for made, name in (
            (second, "letter"),
            (second, "letter"),
            (second, "other"),
            (replace(second, number=3), "letter"),
            (replace(second, brief="0" * 64), "letter"),
        )
    ]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 4
    assert all(re.fullmatch(r"<mujaz\.[0-9a-f]{40}@example\.org>", each) for each in ids)


def line(text: str) -> str:
    return " ".join(text.split())


@settings(max_examples=40)
@given(
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=120),
    st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=60).filter(str.strip),
)
@example("عنوان\r\nBcc: thief@example.org\r\n\r\n<script>", 'دار "النشر" <x@example.org>, y')
@example("خلاصهٔ سیاستی: امنیت آب در عراق", "امنیت آب در عراق و کردستان و جنوب و شمال")
@example("\u2028Bcc: x\x85y\x0bz", "=?utf-8?q?x?=")
def test_whatever_a_title_holds_it_is_one_line_of_the_head(second: Edition, title: str, name: str) -> None:
    raw = sent(replace(second, title=title), organisation=name)
    letter = read(raw)
    assert set(letter.keys()) == HEADERS
    assert len(letter.keys()) == len(HEADERS)
    assert letter["To"] == "a@example.org"
    head, _, _ = raw.partition(b"\r\n\r\n")
    assert head.isascii()
    assert all(len(each) <= 78 for each in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    words = [each for each in re.split(r"[\x00-\x20\x7f\x85\u2028\u2029\s]+", title) if each]
    if "=?" not in title + name and all(word.isprintable() for word in (*words, *name.split())):
        assert line(letter["Subject"]) == line(f"موجز سياسات: {' '.join(words)} (الإصدار ٢)")
        assert line(letter["From"].addresses[0].display_name) == line(name)
    assert letter["From"].addresses[0].addr_spec == SENDER


def test_a_house_changes_the_words_of_its_letters(tmp_path: Path, second: Edition) -> None:
    root = house(tmp_path / "desk", {})
    own = root / "templates"
    (own / "site").mkdir(parents=True)
    (own / "labels").mkdir()
    (own / "site" / "mail-subject.txt.j2").write_text("{{ organisation }}\n{{ title }}", "utf-8")
    (own / "labels" / "ar.yaml").write_text("mail: {automatic: للاستفسار اتصلوا بنا.}", "utf-8")
    office = Desk(root).office
    writer = Writer(office.library.workspace, office.library.audiences, open_templates(root))
    message, page = writer.letter(second, {}, sender=SENDER, to=("a@example.org",))
    assert message["Subject"] == "مركز دراسات المياه أمن المياه في العراق"
    assert "للاستفسار اتصلوا بنا." in page


# ------------------------------------------------------------------------------------------------ calls


def test_a_call_describes_the_edition_in_the_same_bytes_each_time(second: Edition) -> None:
    first, again = (described(second, organisation="الدار", address="https://briefs.example.org/") for _ in range(2))
    assert first == again
    told = json.loads(first)
    assert told["id"] == f"water/minister.ar/2/{second.brief[:16]}"
    assert (told["edition"], told["day"], told["title"]) == (2, "2026-11-26", "أمن المياه في العراق")
    assert (told["since"], tuple(told["changes"])) == ({"edition": 1, "day": "2026-08-01"}, WORDS[1:])
    assert told["files"][1] == {
        "name": "minister.ar.pdf",
        "sha256": second.files["minister.ar.pdf"],
        "address": "https://briefs.example.org/editions/water/minister.ar/2/minister.ar.pdf",
    }
    bare = json.loads(described(second, organisation="الدار", address=None))
    assert all(set(each) == {"name", "sha256"} for each in bare["files"])


def test_the_key_of_a_call_is_that_of_the_edition_in_this_delivery(second: Edition) -> None:
    keys = [
        once("hook", second),
        once("hook", second),
        once("other", second),
        once("hook", replace(second, number=3)),
        once("hook", replace(second, brief="0" * 64)),
    ]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 4


def test_who_holds_the_secret_can_check_a_call() -> None:
    assert signature("مفتاح", b"body") == "sha256=" + hmac.new("مفتاح".encode(), b"body", "sha256").hexdigest()
