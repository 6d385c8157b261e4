"""The repository's own briefs as files: pages, fonts, language, words, notes and what must not be there."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
import yaml

from mujaz.assemble import assemble
from mujaz.build import Result, build
from mujaz.compose import compose
from mujaz.export import export
from mujaz.model.document import Medium
from mujaz.plan import Request
from mujaz.proof.read import read
from mujaz.standing import look
from mujaz.templates import House, open_templates

ROOT = Path(__file__).resolve().parents[2]
TOPIC = "counterterrorism-diplomacy"
AUDIENCES = ("minister", "parliament", "public", "researcher")


def pdf(built: tuple[Path, Result], audience: str) -> Path:
    return built[0] / "output" / TOPIC / f"{audience}.ar.pdf"


def words(path: Path) -> str:
    said = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True, check=True).stdout
    return " ".join(re.sub("[\u200e\u200f\u202a-\u202e]", "", said).split())


def test_every_brief_is_built_without_a_problem(built: tuple[Path, Result]) -> None:
    _, result = built
    assert [problem.rule for problem in result.problems] == []
    assert {each.target.name for each in result.built} == {
        f"{topic.name}/{audience}.{text.stem}.{ending}"
        for topic in (ROOT / "content" / "topics").iterdir()
        for text in topic.glob("??.yaml")
        for audience in AUDIENCES
        for ending in ("pdf", "html")
    }


@pytest.mark.parametrize("audience", AUDIENCES)
def test_a_brief_keeps_to_the_pages_that_its_audience_is_promised(built: tuple[Path, Result], audience: str) -> None:
    promised = yaml.safe_load((ROOT / "content" / "audiences" / f"{audience}.yaml").read_text("utf-8")).get("pages")
    with pikepdf.open(pdf(built, audience)) as file:
        assert promised is None or len(file.pages) <= promised


@pytest.mark.parametrize("audience", AUDIENCES)
def test_a_pdf_carries_only_the_theme_s_fonts_and_says_what_it_is(built: tuple[Path, Result], audience: str) -> None:
    names = {font.name for font in read(pdf(built, audience).read_bytes()).fonts}
    with pikepdf.open(pdf(built, audience)) as file:
        assert names <= {"Amiri", "Amiri-Bold", "Amiri-Italic"}
        assert str(file.Root.Lang) == "ar"
        assert file.Root.ViewerPreferences.Direction == pikepdf.Name.R2L
        assert bool(file.Root.MarkInfo.Marked)
        assert "دبلوماسية مكافحة الإرهاب" in str(file.docinfo.Title)
        assert all(each.get("/FontDescriptor") is None or fontfile(each) for each in descriptors(file))


def descriptors(file: pikepdf.Pdf) -> list[pikepdf.Dictionary]:
    return [each for each in file.objects if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/Font"]


def fontfile(font: pikepdf.Dictionary) -> bool:
    return "/FontFile2" in font.FontDescriptor or "/FontFile3" in font.FontDescriptor


@pytest.mark.parametrize("audience", AUDIENCES)
def test_the_words_of_a_page_can_be_found_in_it(built: tuple[Path, Result], audience: str) -> None:
    text = words(pdf(built, audience))
    for expected in ("كانون الثاني", "٢٠٢٥", "التوصيات", "الخلاصة", "وزارة الخارجية"):
        assert expected in text
    assert not re.search("[\ufb50-\ufdff\ufe70-\ufefc]", text.replace("ﷲ", "")), "presentation forms in the text"


def test_the_digits_of_running_text_are_the_audience_s(built: tuple[Path, Result]) -> None:
    text = words(pdf(built, "minister"))
    assert not re.search("[0-9]", text)
    assert "٢٠١٤" in text


def test_the_researcher_s_notes_are_numbered_from_one_without_a_gap(built: tuple[Path, Result]) -> None:
    html = (built[0] / "output" / TOPIC / "researcher.ar.html").read_text("utf-8")
    calls = [int(number) for number in re.findall(r'popovertarget="note_(\d+)"', html)]
    notes = [int(number) for number in re.findall(r'id="note_(\d+)"', html)]
    assert calls == notes == list(range(1, len(notes) + 1))
    assert len(notes) > 50


@pytest.mark.parametrize("audience", ["minister", "public"])
def test_audiences_without_notes_get_none(built: tuple[Path, Result], audience: str) -> None:
    html = (built[0] / "output" / TOPIC / f"{audience}.ar.html").read_text("utf-8")
    assert "note-call" not in re.sub(r"<(style|script)>.*?</\1>", "", html, flags=re.DOTALL)


def test_the_contents_name_the_pages_on_which_sections_begin(built: tuple[Path, Result]) -> None:
    western = str.maketrans("٠١٢٣٤٥٦٧٨٩", "0123456789")
    with pypdfium2.PdfDocument(pdf(built, "researcher")) as document:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    listed = re.search(r"المراجع العربية\s+([٠-٩]+)", " ".join(pages[:2]))
    assert listed is not None
    number = int(listed[1].translate(western))
    assert "المراجع العربية" in pages[number - 1]


def test_what_is_kept_from_an_audience_is_in_no_byte_that_it_gets(built: tuple[Path, Result]) -> None:
    """The hypothesis, a mechanism's term and the method are kept from the public by the topic itself."""
    topic = yaml.safe_load((ROOT / "content" / "topics" / TOPIC / "ar.yaml").read_text("utf-8"))
    kept = [
        text
        for block in topic["blocks"]
        for holder in (block, *block.get("points", ()))
        if "public" in holder.get("never", ()) or "public" not in holder.get("only", ["public"])
        for key in ("headline", "statement")
        if isinstance(text := holder.get(key), str)
    ]
    assert kept, "the topic keeps something from the public"
    html = (built[0] / "output" / TOPIC / "public.ar.html").read_text("utf-8")
    printed = words(pdf(built, "public"))
    with pikepdf.open(pdf(built, "public")) as file:
        raw = io.BytesIO()
        file.save(raw, stream_decode_level=pikepdf.StreamDecodeLevel.all, compress_streams=False)
    for text in kept:
        plain = re.sub(r"\s*\[@[^\]]*\]|\*\*", "", text)
        assert plain not in html
        assert plain[:40] not in printed
        assert plain.encode("utf-16-be") not in raw.getvalue()


def test_a_brief_is_within_its_pages_and_would_not_be_a_step_richer(tmp_path: Path) -> None:
    root = tmp_path / "workspace"
    shutil.copytree(ROOT / "content", root / "content")
    shutil.copy(ROOT / "mujaz.yaml", root)
    file = root / "content" / "audiences" / "parliament.yaml"
    file.write_text(re.sub("pages: [0-9]+", "pages: 5", file.read_text("utf-8")), "utf-8")
    topic, audience, language = (frozenset({each}) for each in ("coalition-exit", "parliament", "ar"))
    request = Request(topics=topic, audiences=audience, languages=language)
    result = build(root, request, jobs=2, tell=lambda _step: None)
    pages = {each.target.name: each.pages for each in result.built if each.pages}
    assert set(pages.values()) == {5}
    assert all(each.yielded for each in result.built)
    seen, jobs = look(root, request)
    assert seen.library is not None
    house, templates = House(seen.library.workspace, seen.library.logo), open_templates(root)
    for job in jobs:
        assert job.because == ()
        if job.target.medium is Medium.PRINT:
            richer = job.choice.rungs[job.choice.rung - 1]
            brief = assemble(richer, seen.library.workspace, styles=templates.styles)
            document = compose(brief, templates, medium=Medium.PRINT, house=house)
            assert (export(document).pages or 0) > 5


def test_a_page_for_the_screen_is_light(built: tuple[Path, Result]) -> None:
    """Fonts, charts and all: what a slow telephone line carries in a few seconds."""
    sizes = {path.name: path.stat().st_size for path in (built[0] / "output").glob("*/*.html")}
    assert len(sizes) > 4
    assert {name: size for name, size in sizes.items() if size > 250_000} == {}
