"""The gate on paper: a secret that is planted in any part of a PDF is found there, and a sound file is let through."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, String

from mujaz.assemble import assemble
from mujaz.build import Result
from mujaz.cli import main
from mujaz.compose import compose
from mujaz.console import WRONG_CONTENT
from mujaz.export import export
from mujaz.export.press import press as pressed
from mujaz.gate import Gate
from mujaz.issuing import examined
from mujaz.leaks import Common, haystack, kept, search
from mujaz.model.content import Entry, Library
from mujaz.model.document import Document, Medium
from mujaz.model.press import Booklet, Pressing
from mujaz.plan import Request, targets
from mujaz.survey import survey
from mujaz.tailor import tailor
from mujaz.templates import House, open_templates
from mujaz.ticket import Sent, ticket
from workspace import ROOT, advice, crewed, entry, house, lay, outputs, reader, templates, topic_data, write

SECRET = "تخفيض دعم الوقود تدريجياً بعد انتهاء الانتخابات القادمة"  # noqa: S105 # a sentence of a brief
ENGLISH = "cut the fuel subsidy right after the next elections"
PUBLIC = "تُراجع الحكومة أسعار الطاقة كل عام وتنشر نتائج المراجعة"


@cache
def topic() -> Entry:
    hidden = {**advice("fuel-subsidy", never=["public"]), "headline": SECRET, "gist": ENGLISH}
    shown = {**advice("prices"), "headline": PUBLIC, "gist": "قولٌ **بارز** في نسبة 12% [@smith، 5]"}
    return entry([{"kind": "recommendations", "points": [shown, hidden]}])


@cache
def document() -> Document:
    """The brief of the public, as it should be, with contents and notes."""
    public = reader(contents=True, references=True)
    brief = assemble(tailor(topic(), "public", public), house(), styles=templates().styles)
    return compose(brief, templates(), medium=Medium.PRINT, house=House(house(), None))


@cache
def sound() -> bytes:
    return export(document()).data


def found(data: bytes) -> list[tuple[str, str]]:
    """The channels in which something of the topic leaks."""
    leaks = search(kept(topic(), "public"), haystack(data), Common)
    return [channel for each in leaks for channel in each.channels]


def test_a_sound_file_is_let_through() -> None:
    assert found(sound()) == []


# ------------------------------------------------------------------------------------------------ what is drawn


def printed(planted: str) -> bytes:
    """The brief with something more on its page."""
    html = document().html
    assert "</main>" in html
    return export(replace(document(), html=html.replace("</main>", f"{planted}</main>", 1))).data


WORDS = SECRET.split()
FATHA = "\u064e"
DRAWN = {
    "a paragraph": f"<p>{SECRET}</p>",
    "half a sentence": f"<p>{' '.join(WORDS[2:])}</p>",
    "marked words": f"<p>{WORDS[0]} <b>{WORDS[1]}</b> {' '.join(WORDS[2:4])} <em>{' '.join(WORDS[4:])}</em></p>",
    "a narrow column": f"<p style='width: 60pt'>{SECRET}</p>",
    "letters that nobody sees": f"<p style='color: white; font-size: 2pt'>{SECRET}</p>",
    "letters with vowel signs": f"<p>{''.join(f'{each}{FATHA}' if each.isalpha() else each for each in SECRET)}</p>",
    "English": f"<p lang='en' dir='ltr'>{ENGLISH}</p>",
    "English in a line of Arabic": f"<p>كتب: {ENGLISH} في رسالته</p>",
    "a style": f"<style>.leak::after {{ content: '{SECRET}' }}</style><p class='leak'>x</p>",
    "a head of the page": f"<style>@page {{ @top-center {{ content: '{SECRET}' }} }}</style>",
}


@pytest.mark.parametrize("name", DRAWN)
def test_what_is_printed_is_read_from_the_page(name: str) -> None:
    assert "page" in {kind for kind, _ in found(printed(DRAWN[name]))}


def test_the_number_of_the_page_is_told() -> None:
    leaks = found(printed(f"<p style='break-before: page'>{SECRET}</p>"))
    assert ("page", "2") in leaks


NUMBERS = {
    "1,450": ("1450", "١٬٤٥٠", "۱٬۴۵۰", "1.450", "١ ٤٥٠"),
    "1,450,000": ("١٬٤٥٠٬٠٠٠", "1 450 000"),
    "12.5%": ("١٢٫٥٪", "12,5 %", "%12.5"),
    "45-67": ("٤٥-٦٧", "٤٥–٦٧", "45 – 67"),
    "15/1/2025": ("١٥/١/٢٠٢٥", "2025-01-15"),
    "10:30": ("١٠:٣٠",),
}


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_number_in_a_secret_is_no_hiding_place_on_paper(number: str, language: str) -> None:
    """However its digits and separators are written, and in whatever order the page draws its parts."""
    said = {"ar": "ثمن الصفقة {} مليون دولار", "en": "the price of the deal is {} million dollars"}[language]
    way = "rtl" if language == "ar" else "ltr"
    hidden = {**advice("fuel-subsidy", never=["public"]), "headline": said.format(number)}
    secrets = kept(entry([{"kind": "recommendations", "points": [advice("prices"), hidden]}]), "public")
    for other in (number, *NUMBERS[number]):
        for form in ("{}", "<bdi>{}</bdi>", "{}<sup>7</sup>"):
            shown = said.format(form.format(other))
            data = printed(f"<p lang='{language}' dir='{way}'>{shown}</p>")
            channels = {kind for each in search(secrets, haystack(data), Common) for kind, _ in each.channels}
            assert "page" in channels, shown
            if form == "{}" and other == number:
                assert search(secrets, haystack(sound()), Common) == ()


@pytest.mark.parametrize(
    ("planted", "kind"),
    [
        (
            f'<svg width="9" height="9" role="img"><title>{SECRET}</title><rect width="9" height="9"/></svg>',
            "alternative",
        ),
        (f'<a href="https://example.org/?q={SECRET}">x</a>', "link"),
        ('<p id="fuel-subsidy">x</p><a href="#fuel-subsidy">y</a>', "destination"),
        (f"<h2>{SECRET}</h2>", "outline"),
    ],
    ids=["alternative", "link", "destination", "outline"],
)
def test_what_the_page_brings_along_is_read_too(planted: str, kind: str) -> None:
    assert kind in {each for each, _ in found(printed(planted))}


# ------------------------------------------------------------------------------------------------ what is planted


def _info(pdf: Pdf) -> None:
    pdf.docinfo["/Subject"] = String(SECRET)


def _xmp(pdf: Pdf) -> None:
    with pdf.open_metadata() as about:
        about["dc:description"] = SECRET


def _outline(pdf: Pdf) -> None:
    with pdf.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem(SECRET, 0))


def _structure(key: str) -> Callable[[Pdf], None]:
    def plant(pdf: Pdf) -> None:
        pdf.Root.StructTreeRoot.K[0][f"/{key}"] = String(SECRET)

    return plant


def _file(pdf: Pdf, data: bytes, name: str) -> pikepdf.AttachedFileSpec:
    about = {"description": "x", "mime_type": "text/plain", "creation_date": "", "mod_date": ""}
    return pikepdf.AttachedFileSpec(pdf, data, filename=name, **about)


def _attached(name: str, data: bytes) -> Callable[[Pdf], None]:
    def plant(pdf: Pdf) -> None:
        pdf.attachments[name] = _file(pdf, data, name)

    return plant


def _attachment_name(pdf: Pdf) -> None:
    pdf.attachments["x"] = _file(pdf, b"x", f"{SECRET}.json")


def _annotation(pdf: Pdf) -> None:
    note = Dictionary(Type=Name.Annot, Subtype=Name.Text, Rect=Array([0, 0, 9, 9]), Contents=String(SECRET))
    pdf.pages[0].obj["/Annots"] = Array([*pdf.pages[0].obj.get("/Annots", []), pdf.make_indirect(note)])


def _link(pdf: Pdf) -> None:
    action = Dictionary(
        S=Name.URI, URI=String("https://example.org/%D8%AA%D8%AE" + "".join(f"%{b:02x}" for b in SECRET[2:].encode()))
    )
    note = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=action)
    pdf.pages[0].obj["/Annots"] = Array([*pdf.pages[0].obj.get("/Annots", []), pdf.make_indirect(note)])


def _named(pdf: Pdf) -> None:
    names = pdf.make_indirect(Dictionary(Names=Array([String("fuel-subsidy"), Array([pdf.pages[0].obj, Name.Fit])])))
    pdf.Root["/Names"] = Dictionary(Dests=names)


def _old_names(pdf: Pdf) -> None:
    pdf.Root["/Dests"] = pdf.make_indirect(
        Dictionary({f"/{ENGLISH.replace(' ', '-')}": Array([pdf.pages[0].obj, Name.Fit])})
    )


def _label(pdf: Pdf) -> None:
    pdf.Root["/PageLabels"] = Dictionary(Nums=Array([0, Dictionary(P=String(SECRET))]))


def _marked(pdf: Pdf) -> None:
    said = SECRET.encode("utf-16-be").hex()
    pdf.pages[0].contents_add(f"/Span <</ActualText <FEFF{said}>>> BDC EMC".encode())


def _property(pdf: Pdf) -> None:
    pdf.pages[0].resources["/Properties"] = Dictionary({"/x": Dictionary(ActualText=String(SECRET))})


def _form(pdf: Pdf) -> None:
    """A page inside a page, as sheets of a booklet hold them."""
    other = Pdf.open(io.BytesIO(printed(f"<p>{SECRET}</p>")))
    pdf.pages[0].add_overlay(other.pages[-1], pikepdf.Rectangle(0, 0, 595, 842))


def _backwards(pdf: Pdf) -> None:
    pdf.docinfo["/Subject"] = String(SECRET[::-1])


def _utf8(pdf: Pdf) -> None:
    pdf.docinfo["/Subject"] = String(SECRET.encode())


def _field(pdf: Pdf) -> None:
    pdf.Root["/AcroForm"] = Dictionary(
        Fields=Array([pdf.make_indirect(Dictionary(FT=Name.Tx, T=String("x"), TU=String(SECRET), V=String("x")))])
    )


def _stream(pdf: Pdf) -> None:
    pdf.Root["/PieceInfo"] = Dictionary({"/Mujaz": pdf.make_stream(SECRET.encode())})


def _json(told: Any) -> bytes:
    return json.dumps(told, ensure_ascii=True).encode()


PLANTS: dict[str, tuple[str, Callable[[Pdf], None]]] = {
    "the properties": ("info", _info),
    "the properties, backwards": ("info", _backwards),
    "the properties, in UTF-8": ("info", _utf8),
    "XMP": ("metadata", _xmp),
    "the outline": ("outline", _outline),
    "an alternative text": ("alternative", _structure("Alt")),
    "an actual text": ("structure", _structure("ActualText")),
    "an expansion": ("structure", _structure("E")),
    "a title of a tag": ("structure", _structure("T")),
    "a language": ("structure", _structure("Lang")),
    "an attachment": ("attachment", _attached("brief2.json", _json({"a": [f"<p>{SECRET}</p>"]}))),
    "an attachment with tags inside": (
        "attachment",
        _attached("brief2.json", _json([f"تخفيض <b>دعم</b> {' '.join(WORDS[2:])}"])),
    ),
    "an attachment of text": ("attachment", _attached("notes.txt", SECRET.encode())),
    "an attachment with a name of it": ("attachment", _attached("brief2.json", _json({"anchor": "fuel-subsidy"}))),
    "the name of an attachment": ("attachment", _attachment_name),
    "an annotation": ("annotation", _annotation),
    "the address of a link": ("link", _link),
    "a named place": ("destination", _named),
    "a named place of old": ("names", _old_names),
    "a page label": ("page-label", _label),
    "marked content": ("structure", _marked),
    "properties of marked content": ("structure", _property),
    "a page inside a page": ("form", _form),
    "a field of a form": ("strings", _field),
    "any other stream": ("stream", _stream),
}


@pytest.mark.parametrize("name", PLANTS)
def test_a_leak_is_found_in_every_part_of_a_file(name: str) -> None:
    kind, plant = PLANTS[name]
    with Pdf.open(io.BytesIO(sound())) as pdf:
        plant(pdf)
        packed = io.BytesIO()
        pdf.save(packed)
    assert kind in {each for each, _ in found(packed.getvalue())}


def test_an_attachment_is_called_by_its_name() -> None:
    with Pdf.open(io.BytesIO(sound())) as pdf:
        _attached("annex.json", _json([SECRET]))(pdf)
        packed = io.BytesIO()
        pdf.save(packed)
    assert ("attachment", "annex.json") in found(packed.getvalue())


# ------------------------------------------------------------------------------------------------ the press


def test_files_for_the_press_and_their_ticket_pass_the_same_gate() -> None:
    brief = assemble(tailor(topic(), "public", reader()), house(), styles=templates().styles)
    plain = compose(brief, templates(), medium=Medium.PRESS, house=House(house(), None))
    leaking = replace(plain, html=plain.html.replace("</main>", f"<p>{SECRET}</p></main>", 1))
    gate = Gate(Library(house(), {"public": reader()}, (topic(),)), templates())
    for how in (Pressing(), Pressing(booklet=Booklet("A3"))):
        made = pressed(how, replace(plain, name="topic/public.ar.press.pdf"))
        assert [each for each in examined(plain.name, made, gate) if each.rule == "leak"] == []
        assert {kind for kind, _ in found(pressed(how, leaking).data)} & {"page", "form"}
        note = ticket(brief, Sent("topic/public.ar.press.pdf", how, made, "", ""), templates(), House(house(), None))
        paper = export(note)
        assert [each for each in examined(note.name, paper, gate) if each.rule == "leak"] == []
        spoiled = export(replace(note, html=note.html.replace("</body>", f"<p>{SECRET}</p></body>", 1)))
        assert "leak" in {each.rule for each in examined(note.name, spoiled, gate)}


# ------------------------------------------------------------------------------------------------ whole workspaces


def test_a_confidential_recommendation_that_a_template_prints_is_not_published(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    audiences = {name: {"label": name, "notes": "none", "formats": ["pdf"]} for name in ("minister", "public")}
    root = lay(tmp_path, audiences=audiences)
    told = topic_data()
    told["blocks"].append(
        {
            "kind": "recommendations",
            "points": [advice("prices"), {**advice("fuel-subsidy"), "headline": SECRET, "never": ["public"]}],
        }
    )
    write(root / "content" / "topics" / "water" / "ar.yaml", told)
    place = root / "templates" / "parts" / "colophon.html.j2"
    place.parent.mkdir(parents=True)
    place.write_text(f"<p>{SECRET}</p>\n", "utf-8")
    monkeypatch.setattr(
        "mujaz.produce.crew",
        crewed(lambda documents, work, jobs: ((each, work(each)) for each in documents if jobs)),
    )
    monkeypatch.chdir(root)
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    assert main(["build", "--messages", "en"]) == WRONG_CONTENT
    told_to_people = capsys.readouterr()
    said = " ".join(f"{told_to_people.out} {told_to_people.err}".split())
    assert set(outputs(root)) == {"water/minister.ar.pdf"}
    lines = (root / "content" / "topics" / "water" / "ar.yaml").read_text("utf-8").splitlines()
    line = next(number for number, each in enumerate(lines, start=1) if SECRET in each)
    assert f"content/topics/water/ar.yaml:{line}:" in said
    assert "output/water/public.ar.pdf" in said
    assert "text of page 1" in said
    assert SECRET in said


def test_the_briefs_of_this_repository_leak_nothing(built: tuple[Path, Result]) -> None:
    root, result = built
    assert [each for each in result.problems if each.rule.startswith("leak")] == []
    library = survey(ROOT).library
    assert library is not None
    gate = Gate(library, open_templates(ROOT))
    for target in targets((each.key for each in library.topics), library, Request()):
        secrets = gate.secrets(target.topic, target.language, target.audience)
        assert any(each.texts for each in secrets)
        assert gate.leaks(target.name, (root / "output" / target.name).read_bytes(), secrets) == ()
    hay = haystack((root / "output" / "index.html").read_bytes())
    assert gate.listed("index.html", hay, lambda: gate.public([gate])) == ()
