"""Files for printing houses: boxes, marks, bleed, folded booklets, inks, and what PDF/X-4 asks of a file."""

from __future__ import annotations

import base64
import io
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from folding import leafed
from mujaz.export import press as room
from mujaz.export.imposition import Sheet, Side
from mujaz.fitting import bare
from mujaz.jobs import plan, site_of
from mujaz.model.document import Document, Medium, State
from mujaz.model.press import MILLIMETRE, Booklet, Pressed, Pressing, Profile
from mujaz.plan import Request
from mujaz.profiles import of_this_machine
from mujaz.publish import Shelf
from mujaz.survey import survey
from mujaz.templates import open_templates

press = cache(room.press)
"""Each file is made once, however many tests look at it."""

ROOT = Path(__file__).resolve().parents[2]
MM = MILLIMETRE
ACCENT = (0x1D, 0x4F, 0x5C)


@cache
def profile() -> Profile:
    found = of_this_machine()
    assert found is not None, "the test tools bring one: see prepare_test_tools in ./run"
    return found


def document(body: str, *, css: str = "", rtl: bool = True) -> Document:
    language, direction = ("ar", "rtl") if rtl else ("en", "ltr")
    html = f"""<html lang="{language}" dir="{direction}"><head><title>عنوان &amp; Title</title>
<meta name="author" content="The House"><meta name="keywords" content="water">
<style>@page {{ size: A4; margin: 20mm; bleed: 3mm }} body {{ font-family: Amiri; color: #1c1a17 }} {css}</style>
</head><body>{body}</body></html>"""
    return Document("topic/reader.ar.press.pdf", html, Medium.PRESS, language, direction, "عنوان", "2025-01-15")


def paged(pages: int, *, css: str = "", rtl: bool = True) -> Document:
    """Pages that each say their number."""
    turned = "".join(f'<p style="break-before: page">page{number}</p>' for number in range(1, pages + 1))
    return document(turned, css=css, rtl=rtl)


def open_pdf(made: Pressed) -> pikepdf.Pdf:
    assert made.problems == ()
    return pikepdf.open(io.BytesIO(made.data))


@cache
def own(topic: str, audience: str, language: str = "ar") -> Document:
    """A brief of this repository, composed for the press."""
    library = survey(ROOT).library
    assert library is not None
    site = site_of(library, open_templates(ROOT), shelf=Shelf(ROOT / "nowhere"), state=State())
    asked = Request(frozenset({topic}), frozenset({audience}), frozenset({language}), frozenset({Medium.PRINT}))
    jobs, _ = plan(site, asked)
    job = replace(jobs[0], target=replace(jobs[0].target, medium=Medium.PRESS))
    return bare(job, site).composed()


RESEARCHER = ("counterterrorism-diplomacy", "researcher")
CHARTS = ("coalition-exit", "researcher", "en")


# ------------------------------------------------------------------------------------------------ boxes


def box(page: pikepdf.Page, name: str) -> list[float]:
    return [round(float(each) / MM, 2) for each in page.obj[name]]


@pytest.mark.parametrize("inks", [False, True], ids=["rgb", "cmyk"])
def test_every_page_says_where_it_is_cut_and_that_3_mm_around_it_are_printed(inks: bool) -> None:
    with open_pdf(press(Pressing(profile() if inks else None), paged(3))) as pdf:
        assert len(pdf.pages) == 3
        for page in pdf.pages:
            assert box(page, "/MediaBox") == [0, 0, 230, 317]
            assert box(page, "/BleedBox") == [7, 7, 223, 310]
            assert box(page, "/TrimBox") == [10, 10, 220, 307]


def pixels(data: bytes, page: int = 0) -> Image.Image:
    with pypdfium2.PdfDocument(data) as pdf:
        picture = pdf[page].render(scale=150 / 72).to_pil()
        assert isinstance(picture, Image.Image)
        return picture.convert("RGB")


def at(picture: Image.Image, x: float, y: float) -> tuple[int, ...]:
    """The colour at a place, in millimetres from the upper left corner of the paper."""
    found = picture.getpixel((round(x / 25.4 * 150), round(y / 25.4 * 150)))
    assert isinstance(found, tuple)
    return found


def near(one: tuple[int, ...], other: tuple[int, ...], room: int = 40) -> bool:
    return all(abs(a - b) <= room for a, b in zip(one, other, strict=True))


WHITE = (255, 255, 255)


@pytest.mark.parametrize("inks", [False, True], ids=["rgb", "cmyk"])
def test_a_background_of_the_page_runs_through_the_bleed_and_ends_there(inks: bool) -> None:
    made = press(Pressing(profile() if inks else None), paged(1, css="@page { background: #1d4f5c }"))
    picture = pixels(made.data)
    assert near(at(picture, 9, 60), ACCENT)  # a millimetre outside the cut
    assert near(at(picture, 115, 8), ACCENT)
    assert at(picture, 5, 60) == at(picture, 60, 5) == WHITE


def test_marks_stand_outside_the_bleed_on_the_lines_of_the_cut() -> None:
    picture = pixels(press(Pressing(), paged(1)).data)

    def dark(left: float, top: float, right: float, bottom: float) -> bool:
        dots = 150 / 25.4
        area = picture.crop((round(left * dots), round(top * dots), round(right * dots), round(bottom * dots)))
        return min(area.convert("L").tobytes()) < 140

    for x in (10, 220):
        assert dark(x - 0.5, 1, x + 0.5, 6)
        assert dark(x - 0.5, 311, x + 0.5, 316)
    for y in (10, 307):
        assert dark(1, y - 0.5, 6, y + 0.5)
        assert dark(224, y - 0.5, 229, y + 0.5)
    assert not dark(7, 7, 223, 25), "nothing of a mark within the bleed"


def test_the_pages_are_those_of_the_ordinary_pdf(built: tuple[Path, Any]) -> None:
    made = press(Pressing(), own(*RESEARCHER))
    path = built[0] / "output" / RESEARCHER[0] / f"{RESEARCHER[1]}.ar.pdf"
    assert halves_of_file(made.data) == halves_of_file(path.read_bytes())


def halves_of_file(data: bytes) -> list[set[str]]:
    """The digits and Latin words of each page."""
    with pypdfium2.PdfDocument(data) as pdf:
        return [latin(page.get_textpage().get_text_bounded()) for page in pdf]


def latin(text: str) -> set[str]:
    return set(re.findall("[A-Za-z]{3,}|[٠-٩0-9]+", text))


# ------------------------------------------------------------------------------------------------ booklets


def sides(data: bytes) -> list[tuple[str, str]]:
    """The text of the left and of the right half of each page of a file."""
    found = []
    with pypdfium2.PdfDocument(data) as pdf:
        for page in pdf:
            width, height = page.get_size()
            text = page.get_textpage()
            found.append(
                (
                    text.get_text_bounded(0, 0, width / 2, height),
                    text.get_text_bounded(width / 2, 0, width, height),
                )
            )
    return found


def number(text: str) -> int | None:
    found = re.search(r"\d+", text)
    return int(found[0]) if found else None


def as_sheets(halves: list[tuple[int | None, int | None]]) -> list[Sheet]:
    assert len(halves) % 2 == 0
    return [Sheet(Side(*front), Side(*back)) for front, back in zip(halves[::2], halves[1::2], strict=True)]


@pytest.mark.parametrize("rtl", [True, False], ids=["rtl", "ltr"])
@pytest.mark.parametrize("pages", [1, 3, 4, 5, 9])
def test_a_printed_booklet_reads_in_order_when_it_is_folded(pages: int, rtl: bool) -> None:
    made = press(Pressing(booklet=Booklet()), paged(pages, rtl=rtl))
    found = as_sheets([(number(left), number(right)) for left, right in sides(made.data)])
    assert len(found) == made.sheets == -(-pages // 4)
    assert leafed(found, rtl=rtl) == [*range(1, pages + 1), *[None] * (4 * made.sheets - pages)]


def test_the_researchers_brief_reads_in_order_as_a_folded_booklet_in_inks() -> None:
    flat = press(Pressing(profile()), own(*RESEARCHER))
    made = press(Pressing(profile(), Booklet(creep=0.1)), own(*RESEARCHER))
    with pypdfium2.PdfDocument(flat.data) as pdf:
        told = [latin(page.get_textpage().get_text_bounded()) for page in pdf]
    assert len({frozenset(each) for each in told}) == len(told) == made.pages, "pages can be told apart"
    numbers = {frozenset(words): place for place, words in enumerate(told, start=1)}
    found = as_sheets(
        [(numbers.get(frozenset(latin(a))), numbers.get(frozenset(latin(b)))) for a, b in sides(made.data)]
    )
    assert leafed(found, rtl=True) == [*range(1, len(told) + 1), *[None] * (4 * made.sheets - len(told))]


def test_a_sheet_is_two_pages_wide_with_marks_around_it_and_a_dashed_line_to_fold_by() -> None:
    with open_pdf(press(Pressing(booklet=Booklet()), paged(4))) as pdf:
        assert [box(page, "/TrimBox") for page in pdf.pages] == [[10, 10, 430, 307]] * 2
        assert [box(page, "/MediaBox") for page in pdf.pages] == [[0, 0, 440, 317]] * 2
        assert b"[2 1.5] 0 d" in pdf.pages[0].Contents.read_bytes()


@pytest.mark.parametrize(("paper", "size"), [("A3", [420, 297]), ("A4", [297, 210])])
def test_an_office_printer_gets_its_own_paper_whole_and_without_marks(paper: str, size: list[float]) -> None:
    made = press(Pressing(booklet=Booklet(paper)), paged(4))
    with open_pdf(made) as pdf:
        for page in pdf.pages:
            assert box(page, "/MediaBox") == box(page, "/TrimBox") == [0, 0, *size]
    assert [round(each / MM, 1) for each in made.page] == [size[0] / 2, size[1]]
    assert near(at(pixels(made.data), 1, 1), WHITE)


def test_no_page_bleeds_over_the_spine_into_the_page_beside_it() -> None:
    css = "@page { background: #ff0000 } @page :first { background: #0000ff }"
    picture = pixels(press(Pressing(booklet=Booklet(creep=0.1)), paged(4, css=css)).data)
    assert near(at(picture, 219.5, 150), (0, 0, 255), 5)
    assert near(at(picture, 220.5, 150), (255, 0, 0), 5)
    assert near(at(picture, 8, 150), (0, 0, 255), 5)
    assert near(at(picture, 432, 150), (255, 0, 0), 5)


def first_letters(data: bytes) -> dict[int, float]:
    """Page → from where its text begins to the spine, in millimetres; positive on the left half."""
    found = {}
    with pypdfium2.PdfDocument(data) as pdf:
        for page in pdf:
            width, _ = page.get_size()
            text = page.get_textpage()
            whole = text.get_text_range()
            for match in re.finditer(r"\d+", whole):
                found[int(match[0])] = (width / 2 - text.get_charbox(match.start())[0]) / MM
    return found


def test_creep_draws_each_sheet_nearer_to_the_spine_than_the_one_around_it() -> None:
    """Page 1 lies on the outermost of three sheets, page 6 on the innermost."""
    straight = first_letters(press(Pressing(booklet=Booklet()), paged(12)).data)
    drawn = first_letters(press(Pressing(booklet=Booklet(creep=0.5)), paged(12)).data)
    assert set(straight) == set(drawn) == set(range(1, 13))
    for page, place in straight.items():
        sheet = (min(page, 13 - page) - 1) // 2
        nearer = abs(place) - abs(drawn[page])
        assert nearer == pytest.approx(0.5 * sheet, abs=0.02), page


def test_paper_so_thick_that_pages_would_leave_their_bleed_is_a_problem_that_names_the_bound() -> None:
    made = press(Pressing(booklet=Booklet(creep=0.8)), paged(17))
    assert [(each.rule, each.facts["limit"]) for each in made.problems] == [("creep-wide", "0.75")]


def test_pages_of_two_sizes_are_a_problem_that_names_the_page() -> None:
    odd = document('<p>one</p><p style="page: wide">two</p>', css="@page wide { size: A3 }")
    assert [(each.rule, each.facts["found"]) for each in press(Pressing(), odd).problems] == [("pages-uneven", "2")]


# ------------------------------------------------------------------------------------------------ inks


def png(mode: str, colour: Any) -> str:
    file = io.BytesIO()
    Image.new(mode, (8, 8), colour).save(file, "PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


def jpeg(mode: str, colour: Any) -> str:
    file = io.BytesIO()
    Image.new(mode, (8, 8), colour).save(file, "JPEG")
    return f"data:image/jpeg;base64,{base64.b64encode(file.getvalue()).decode()}"


SVG = """<svg width="200" height="60" viewBox="0 0 200 60" xmlns="http://www.w3.org/2000/svg"><defs>
<linearGradient id="g"><stop offset="0" stop-color="#ff0000"/>
<stop offset="1" stop-color="#0000ff" stop-opacity="0.2"/>
</linearGradient><mask id="m"><rect width="90" height="50" fill="#c08040"/></mask>
<pattern id="p" width="9" height="9" patternUnits="userSpaceOnUse">
<circle cx="4" cy="4" r="3" fill="#2f6a4a"/></pattern>
</defs><rect width="90" height="50" fill="url(#g)"/>
<rect x="100" width="90" height="50" fill="url(#p)" stroke="#96402b"/>
<rect width="90" height="50" fill="#1d4f5c" mask="url(#m)"/></svg>"""

COLOURFUL = f"""<h1 style="color: #1d4f5c">Heading</h1><p>text</p>
<p style="background: linear-gradient(to right, #b9b1a1, rgba(255, 255, 255, 0.2))">gradient</p>
<p style="background: radial-gradient(#96402b, white)">round</p>
<p style="opacity: 0.5; color: hsl(200 50% 40%); border: 2pt solid #d9d2c3">see-through</p>
<p style="box-shadow: 2pt 2pt 4pt #8aa3ad">shadow</p>
<p style="color: device-cmyk(0.1 0.2 0.3 0.4)">inks of the house</p>
<p>{SVG}<img src="{png("RGB", (200, 30, 30))}"><img src="{png("RGBA", (30, 200, 30, 90))}"><img src="{png("L", 128)}">
<img src="{png("P", 7)}"><img src="{jpeg("RGB", (10, 20, 200))}"><img src="{jpeg("L", 60)}"></p>"""


def masks(pdf: pikepdf.Pdf) -> set[tuple[int, int]]:
    """What only says how much of others is seen."""
    found = set()
    for each in pdf.objects:
        if isinstance(each, pikepdf.Stream) and isinstance(each.get("/SMask"), pikepdf.Stream):
            found.add(each.SMask.objgen)
        if isinstance(each, pikepdf.Dictionary | pikepdf.Stream):
            for holder in (each, each.get("/Resources")):
                states = holder.get("/ExtGState") if isinstance(holder, pikepdf.Dictionary) else None
                for state in dict(states or {}).values():
                    if isinstance(state.get("/SMask"), pikepdf.Dictionary):
                        found |= set(nested(state.SMask.G))
    return found


def nested(form: Any) -> Iterator[tuple[int, int]]:
    yield form.objgen
    for kind in ("/XObject", "/Shading", "/Pattern"):
        for each in dict(form.get("/Resources", {}).get(kind, {})).values():
            yield from nested(each)


def spaces(pdf: pikepdf.Pdf) -> tuple[set[str], set[str]]:
    """Every colour space that puts ink on paper, and every one that masks."""
    inked: set[str] = set()
    masked: set[str] = set()
    masking = masks(pdf)
    for page in pdf.pages:
        inked |= set(used(page))
    for each in pdf.objects:
        if not isinstance(each, pikepdf.Dictionary | pikepdf.Stream):
            continue
        into = masked if each.objgen in masking else inked
        if isinstance(each, pikepdf.Stream) and ("/BBox" in each):
            into |= set(used(each))
        if isinstance(each, pikepdf.Stream) and each.get("/Subtype") == "/Image":
            into.add(str(each.ColorSpace))
        if "/ShadingType" in each:
            into.add(str(each.ColorSpace))
        if isinstance(group := each.get("/Group"), pikepdf.Dictionary) and "/CS" in group:
            into.add(str(group.CS))
    return inked, masked


def used(holder: Any) -> Iterator[str]:
    direct = {"g": "/DeviceGray", "rg": "/DeviceRGB", "k": "/DeviceCMYK"}
    for each in pikepdf.parse_content_stream(holder):
        name, operands = str(each.operator), list(each.operands)
        assert name != "INLINE IMAGE"
        if name.lower() in direct:
            yield direct[name.lower()]
        elif name.lower() == "cs":
            yield str(operands[0])


def all_documents() -> dict[str, Document]:
    return {"colourful": document(COLOURFUL), "researcher": own(*RESEARCHER), "charts": own(*CHARTS)}


@pytest.mark.parametrize("booklet", [None, Booklet()], ids=["pages", "booklet"])
@pytest.mark.parametrize("name", ["colourful", "researcher", "charts"])
def test_every_colour_of_a_file_in_inks_is_an_ink(name: str, booklet: Booklet | None) -> None:
    made = press(Pressing(profile(), booklet), all_documents()[name])
    with open_pdf(made) as pdf:
        inked, masked = spaces(pdf)
        assert inked <= {"/DeviceCMYK", "/Pattern", "/All"}
        assert masked <= {"/DeviceGray"}
        every_plate = pdf.pages[0].Resources.ColorSpace["/All"]
        assert [str(each) for each in list(every_plate)[:3]] == ["/Separation", "/All", "/DeviceCMYK"]


def test_the_colourful_page_has_all_that_could_have_stayed_in_other_colours() -> None:
    """So that the test above can fail: the same page in RGB has masks, patterns, gradients, pictures and groups."""
    with open_pdf(press(Pressing(), document(COLOURFUL))) as pdf:
        inked, masked = spaces(pdf)
        assert inked >= {"/DeviceRGB", "/DeviceGray", "/DeviceCMYK", "/Pattern"}
        assert masked >= {"/DeviceGray", "/DeviceRGB"}
        kinds = {str(each.get("/Subtype")) for each in pdf.objects if isinstance(each, pikepdf.Stream)}
        assert kinds >= {"/Image", "/Form"}
        assert any("/ShadingType" in each for each in pdf.objects if isinstance(each, pikepdf.Dictionary))


def test_a_page_in_inks_looks_like_the_page_on_the_screen() -> None:
    """Within what the inks of a press can show, and pdfium knows of them without their profile."""
    plain, inked = (
        pixels(press(Pressing(each), document(COLOURFUL)).data).resize((60, 80)).tobytes() for each in (None, profile())
    )
    far = [
        place
        for place in range(0, len(plain), 3)
        if sum(abs(a - b) for a, b in zip(plain[place : place + 3], inked[place : place + 3], strict=True)) > 120
    ]
    assert len(far) < 15


def operands_of(pdf: pikepdf.Pdf) -> set[tuple[float, ...]]:
    forms = [each for each in pdf.objects if isinstance(each, pikepdf.Stream) and each.get("/Subtype") == "/Form"]
    return {
        tuple(round(float(value), 2) for value in each.operands)
        for form in forms
        for each in pikepdf.parse_content_stream(form)
        if str(each.operator) in ("k", "K")
    }


def test_text_is_black_ink_alone_and_no_place_gets_more_ink_than_paper_takes() -> None:
    with open_pdf(press(Pressing(profile()), own(*RESEARCHER))) as pdf:
        inks = operands_of(pdf)
    assert (0, 0, 0, 1) in inks
    assert (0, 0, 0, 0.78) in inks, "the soft grey of captions"
    assert all(sum(each) <= 3.0 for each in inks)
    assert not any(each[3] == 1 and any(each[:3]) for each in inks), "no black of four inks"


def test_inks_that_a_house_names_itself_stay_as_they_are() -> None:
    with open_pdf(press(Pressing(profile()), document(COLOURFUL))) as pdf:
        raw = b"".join(
            each.read_bytes() for each in pdf.objects if isinstance(each, pikepdf.Stream) and "/BBox" in each
        )
    assert re.search(rb"0?\.1 0?\.2 0?\.3 0?\.4 scn?", raw)


@pytest.mark.parametrize("colour", ["lab(50 20 20)", "oklch(60% 0.2 30)"])
def test_a_colour_that_no_ink_is_known_for_is_a_problem(colour: str) -> None:
    made = press(Pressing(profile()), document(f'<p style="color: {colour}">text</p>'))
    assert [each.rule for each in made.problems] == ["colour-unprintable"]
    assert made.data == b""


# ------------------------------------------------------------------------------------------------ PDF/X-4


@pytest.mark.parametrize("booklet", [None, Booklet(), Booklet("A4")], ids=["pages", "booklet", "office"])
@pytest.mark.parametrize("name", ["colourful", "researcher", "charts"])
def test_a_file_in_inks_is_what_pdf_x_4_asks_for(name: str, booklet: Booklet | None, tmp_path: Path) -> None:
    """What ISO 15930-7 asks of every file and a program can see; no validator of it is free."""
    made = press(Pressing(profile(), booklet), all_documents()[name])
    with open_pdf(made) as pdf:
        assert pdf.pdf_version == "1.6"
        assert not pdf.is_encrypted
        assert len(pdf.trailer.ID) == 2
        intent_is_whole(pdf)
        metadata_agree(pdf)
        nothing_acts(pdf)
        for page in pdf.pages:
            boxes_are_nested(page)
        for each in pdf.objects:
            if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/Font" and "/FontDescriptor" in each:
                assert "/FontFile2" in each.FontDescriptor or "/FontFile3" in each.FontDescriptor
            if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/ExtGState":
                assert not {"/TR", "/TR2", "/HTP"} & set(each.keys())
            if isinstance(each, pikepdf.Stream):
                assert "/LZWDecode" not in str(each.get("/Filter", ""))
                assert not {"/OPI", "/F", "/PS"} & set(each.keys())
    file = tmp_path / "press.pdf"
    file.write_bytes(made.data)
    checked = subprocess.run(["qpdf", "--check", str(file)], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def intent_is_whole(pdf: pikepdf.Pdf) -> None:
    (intent,) = list(pdf.Root.OutputIntents)
    assert intent.S == "/GTS_PDFX"
    assert str(intent.OutputConditionIdentifier)
    carried = intent.DestOutputProfile
    assert int(carried.N) == 4
    header = carried.read_bytes()[:40]
    assert (header[12:16], header[16:20], header[36:40]) == (b"prtr", b"CMYK", b"acsp")


def metadata_agree(pdf: pikepdf.Pdf) -> None:
    info = pdf.docinfo
    assert info.Trapped == "/False"
    assert str(info.CreationDate) == str(info.ModDate)
    assert re.fullmatch(r"D:\d{8}000000Z", str(info.CreationDate))
    day = f"{str(info.CreationDate)[2:6]}-{str(info.CreationDate)[6:8]}-{str(info.CreationDate)[8:10]}"
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as told:
        assert told["{http://www.npes.org/pdfx/ns/id/}GTS_PDFXVersion"] == "PDF/X-4"
        assert told["dc:title"] == str(info.Title) != ""
        assert told["pdf:Trapped"] == "False"
        assert {told[f"xmp:{name}"] for name in ("CreateDate", "ModifyDate", "MetadataDate")} == {f"{day}T00:00:00Z"}
        assert told["xmpMM:DocumentID"].startswith("uuid:")
        assert told["xmpMM:RenditionClass"] == "default"
        assert told["xmpMM:VersionID"] == "1"
        assert told["pdf:Producer"] == str(info.Producer)
        assert told["pdf:Keywords"] == str(info.get("/Keywords", ""))
    assert "/Filter" not in pdf.Root.Metadata


def nothing_acts(pdf: pikepdf.Pdf) -> None:
    assert set(pdf.Root.keys()) <= {"/Type", "/Pages", "/Lang", "/Metadata", "/OutputIntents", "/ViewerPreferences"}
    for page in pdf.pages:
        assert not {"/Annots", "/AA", "/StructParents", "/PresSteps"} & set(page.obj.keys())
    for each in pdf.objects:
        if isinstance(each, pikepdf.Dictionary | pikepdf.Stream):
            assert each.get("/Type") not in ("/Action", "/Annot", "/Filespec", "/EmbeddedFile")


def boxes_are_nested(page: pikepdf.Page) -> None:
    media, bleed, trim = (box(page, f"/{name}Box") for name in ("Media", "Bleed", "Trim"))
    assert media[0] <= bleed[0] <= trim[0] < trim[2] <= bleed[2] <= media[2]
    assert media[1] <= bleed[1] <= trim[1] < trim[3] <= bleed[3] <= media[3]
    assert "/ArtBox" not in page.obj


@pytest.mark.parametrize("how", [Pressing(), Pressing(booklet=Booklet())], ids=["pages", "booklet"])
@pytest.mark.parametrize("rtl", [True, False], ids=["rtl", "ltr"])
def test_a_file_says_on_which_side_it_is_bound(how: Pressing, rtl: bool) -> None:
    with open_pdf(press(how, paged(2, rtl=rtl))) as pdf:
        assert pdf.Root.ViewerPreferences.get("/Direction") == ("/R2L" if rtl else None)
        assert pdf.Root.ViewerPreferences.PrintScaling == "/None"
        assert pdf.Root.ViewerPreferences.get("/Duplex") == ("/DuplexFlipShortEdge" if how.booklet else None)
        assert "/OutputIntents" not in pdf.Root


def test_the_same_pages_give_the_same_bytes() -> None:
    how = Pressing(profile(), Booklet(creep=0.1))
    assert room.press(how, document(COLOURFUL)).data == room.press(how, document(COLOURFUL)).data
