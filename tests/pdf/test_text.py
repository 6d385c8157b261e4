"""A PDF gives its text back: what readers, search engines and screen readers find in it, letter by letter."""

from __future__ import annotations

import io
import re
import subprocess
import unicodedata
from collections import Counter
from functools import cache, partial
from pathlib import Path

import numpy
import numpy.typing
import pikepdf
import pypdfium2
import pytest
import weasyprint
from PIL import Image
from weasyprint.text.fonts import FontConfiguration

from mujaz.bidi.paragraphs import OBJECT, Paragraph, paragraphs, parse
from mujaz.build import Result
from mujaz.compose import compose
from mujaz.export.archive import sealed
from mujaz.export.letters import letters
from mujaz.export.pdf import _BASE, Fetcher, _letters
from mujaz.faces import faces_of, with_faces
from mujaz.model.document import Document, Medium
from mujaz.plan import Request
from mujaz.standing import look
from mujaz.templates import House, Templates, open_templates

ROOT = Path(__file__).resolve().parents[2]
GAP = 700
"""Words that may stand between two words of a paragraph: notes and heads where it goes on over a page."""
DROPPED = re.compile("[\u0610-\u061a\u0640\u064b-\u0652\u0670\u200b-\u200f\u061c\u00ad]")
CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069]")
HYPHEN = re.compile("[-\u2010\u00ad\u0002\ufffe][\u202a-\u202e]*[\r\n]+")
OWN = {"rtl": re.compile("[\u0620-\u064a]{2,}"), "ltr": re.compile("[A-Za-z]{2,}")}
"""The words whose order is compared. Within a line of the other direction pdfium turns Latin words round, and what
holds a sign («com.mofa//:https»); no file can prevent it."""


def excused(paragraph: Paragraph, reader: str, direction: str) -> bool:
    """Where a reader makes an order of its own, whatever the file says; all the words must be there all the same.

    poppler guesses the direction of each line of a list of references, and of what shares a page with one, and pdfium
    turns round what stands in a line of the other direction.
    """
    listed = any(each.get("class") in ("references", "imprint") for each in paragraph.container.iterancestors())
    mixed = OBJECT in paragraph.text or OWN["rtl"].search(paragraph.text) is not None
    return listed if reader == "poppler" else mixed and direction == "ltr"


def words(text: str) -> list[str]:
    plain = DROPPED.sub("", CONTROLS.sub(" ", HYPHEN.sub("", unicodedata.normalize("NFC", text))))
    return re.findall(r"[^\W\d_]+|\d+", plain)


def pdfium(data: bytes) -> str:
    with pypdfium2.PdfDocument(data) as file:
        return "\n".join(page.get_textpage().get_text_range() for page in file)


def poppler(data: bytes) -> str:
    return subprocess.run(["pdftotext", "-", "-"], input=data, capture_output=True, check=True).stdout.decode()


READERS = {"pdfium": pdfium, "poppler": poppler}


@cache
def documents() -> dict[str, Document]:
    """What was meant: each print document of the repository, by name."""
    seen, jobs = look(ROOT, Request())
    assert seen.library is not None
    house, templates = House(seen.library.workspace, seen.library.logo), open_templates(ROOT)
    return {
        job.target.name: _composed(job.brief, templates, house) for job in jobs if job.target.medium is Medium.PRINT
    }


def _composed(brief: object, templates: Templates, house: House) -> Document:
    return compose(brief, templates, medium=Medium.PRINT, house=house)  # type: ignore[arg-type] # a Brief


def targets() -> list[str]:
    return [
        f"{topic.name}/{audience}.{text.stem}.pdf"
        for topic in sorted((ROOT / "content" / "topics").iterdir())
        for text in sorted(topic.glob("??.yaml"))
        for audience in ("minister", "parliament", "public", "researcher")
    ]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", targets())
def test_every_word_of_every_paragraph_is_found_in_order(built: tuple[Path, Result], name: str, reader: str) -> None:
    document = documents()[name]
    found = words(READERS[reader]((built[0] / "output" / name).read_bytes()))
    places: dict[str, list[int]] = {}
    for place, word in enumerate(found):
        places.setdefault(word, []).append(place)
    lost: set[str] = set()
    broken = []
    for paragraph in paragraphs(parse(document.html), "rtl" if document.direction == "rtl" else "ltr"):
        if paragraph.container.get("class") == "masthead":
            continue  # two boxes of a line
        meant = words(paragraph.text.replace(OBJECT, " "))
        lost |= {word for word in meant if word not in places}
        own = [word for word in meant if OWN[document.direction].fullmatch(word)]
        told = lost.isdisjoint(own) and not excused(paragraph, reader, document.direction)
        if told and not _in_order(own, places):
            broken.append(" ".join(own))
    # A hyphenated word is put together above; where a page ends within one, readers part it.
    assert {word for word in lost if word not in "".join(found)} == set()
    assert [each for each in broken if "http" not in each] == []


def _in_order(meant: list[str], places: dict[str, list[int]]) -> bool:
    """Whether the words follow each other somewhere, at most a page's notes between two of them."""
    for start in places.get(meant[0], []) if meant else [0]:
        at: int | None = start
        for word in meant[1:]:
            at = next((place for place in places[word] if at is not None and at < place <= at + GAP), None)
        if at is not None:
            return True
    return False


VOCALISED = (
    "إنهاءً لإعفاء الطاقة، بُنِيَتْ مُؤَسَّسَةٌ وَطَنِيَّةٌ لِلْكِتَابِ، أُعِدَّ هٰذا",
    "بِسْمِ اللَّهِ الرَّحْمَٰنِ الرَّحِيمِ قُلْ لَكُمْ كِتَابٌ",
    "يُستنتج أنه لكن للكتاب لكل كلٌّ، الإصلاح والأمن والآن لا بل لأنّ",
    "«ڕۆژنامە» و«پژوهشگاه» و«کوردستان» و«ێ»",
)


@cache
def vocalised(*, finished: bool) -> bytes:
    """A page of vowel signs as WeasyPrint writes it, or as it leaves the house."""
    body = "".join(f"<p>{line}</p><p><b>{line}</b></p>" for line in VOCALISED)
    html = f'<!DOCTYPE html><html lang="ar" dir="rtl"><head><title>x</title></head><body style="font:18pt Amiri">{body}'
    faces = faces_of("classic", Medium.PRINT)
    page = with_faces(html, {face: f"{_BASE}fonts/{face.file}" for face in faces})
    laid = weasyprint.HTML(string=page, base_url=_BASE, url_fetcher=Fetcher(faces)).render(
        font_config=FontConfiguration()
    )
    raw: bytes = laid.write_pdf(pdf_variant="pdf/a-3a", pdf_identifier=b"x")
    return sealed(raw, direction="rtl", font_of=partial(_letters, faces)) if finished else raw


@pytest.mark.parametrize("reader", READERS)
def test_words_with_vowel_signs_and_letters_drawn_in_parts_come_back_whole(reader: str) -> None:
    found = unicodedata.normalize("NFC", CONTROLS.sub("", READERS[reader](vocalised(finished=True))))
    for line in VOCALISED:
        for word in re.findall(r"[\w\u064b-\u0652\u0670]+", line):
            plain = DROPPED.sub("", word)
            assert plain in words(found), f"{plain} in {found}"
    # Readers differ in the order of two signs on one letter, and pdfium sets a comma before the last sign.
    signs = re.compile("[\u064b-\u0652\u0670]")
    assert Counter(signs.findall(found)) == Counter(signs.findall("".join(VOCALISED) * 2))


def test_without_the_pass_the_same_words_are_broken() -> None:
    """So the test above can fail, and WeasyPrint still needs the pass."""
    assert "لكن" not in words(pdfium(vocalised(finished=False)))
    assert "يستنتج" not in words(pdfium(vocalised(finished=False)))


@pytest.mark.parametrize("word", ["الإصلاح", "لكن", "يُستنتج", "والأمن", "لأنّ"])
def test_a_search_finds_a_word_with_its_ligatures_and_signs(word: str) -> None:
    with pypdfium2.PdfDocument(vocalised(finished=True)) as file:
        assert file[0].get_textpage().search(word).get_next() is not None


def test_the_picture_of_a_page_stays_the_same() -> None:
    """The pass moves no glyph by more than a thousandth of its size: less than a tenth of a pixel here."""
    before, after = (_picture(vocalised(finished=finished)) for finished in (False, True))
    ink = (before < 128).sum()
    assert ink > 50000
    assert (abs(before - after) > 128).sum() < ink / 100


def _picture(data: bytes) -> numpy.typing.NDArray[numpy.int16]:
    command = ["pdftoppm", "-r", "300", "-gray", "-singlefile", "-"]
    drawn = subprocess.run(command, input=data, capture_output=True, check=True).stdout
    return numpy.asarray(Image.open(io.BytesIO(drawn)), dtype=numpy.int16)


def test_a_cluster_has_a_glyph_of_its_own_in_the_font_with_its_width_and_text() -> None:
    with pikepdf.open(io.BytesIO(vocalised(finished=True))) as file:
        fonts = [each for each in file.objects if isinstance(each, pikepdf.Dictionary) and "/ToUnicode" in each]
        tables = [each.ToUnicode.read_bytes() for each in fonts]
        widths = [len(list(each.DescendantFonts[0].W)) for each in fonts]
    assert all(b"<064f064a>" in table for table in tables)  # the sign before its letter: readers turn them round
    assert all(width % 2 == 0 for width in widths)


def test_a_font_s_own_tables_say_what_its_glyphs_stand_for() -> None:
    amiri = letters(faces_of("classic", Medium.PRINT)[0].path)
    every = frozenset().union(*amiri.texts.values())
    assert {"ل", "لا", "ُ", "ك", "ڕ", "A", "٣"} <= every | {"لا"}
    assert not any("\ufe70" <= text <= "\ufefc" for text in every)
    assert amiri.parts, "Amiri lengthens a lam before a kaf with a stroke of its own"
