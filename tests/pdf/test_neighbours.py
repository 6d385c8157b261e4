"""A topic in Kurdish and one in Persian, from YAML to paper and screen: nothing of another language is left over."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pikepdf
import pytest
import yaml
from lxml.html import document_fromstring

from mujaz.bidi.paragraphs import OBJECT, paragraphs, parse
from mujaz.build import Result, build
from mujaz.compose import compose
from mujaz.model.document import Medium
from mujaz.plan import Request
from mujaz.standing import look
from mujaz.templates import House, open_templates

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "tests/cases/languages"
LANGUAGES = ("ckb", "fa")
REQUEST = Request(audiences=frozenset({"researcher"}))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    root = tmp_path_factory.mktemp("languages")
    shutil.copytree(ROOT / "content/audiences", root / "content/audiences")
    references = yaml.safe_load((SAMPLES / "references.yaml").read_text("utf-8"))
    for language in LANGUAGES:
        topic = root / f"content/topics/water-{language}"
        topic.mkdir(parents=True)
        text = (SAMPLES / f"{language}.yaml").read_text("utf-8")
        (topic / f"{language}.yaml").write_text(text, "utf-8")
        cited = [each for each in references if f"@{each['id']}" in text]
        (topic / "references.yaml").write_text(yaml.safe_dump(cited, allow_unicode=True), "utf-8")
    names = "{ar: موجز, ckb: یەکەی سیاسەتی موجز, fa: واحد سیاست موجز}"
    (root / "mujaz.yaml").write_text(f"organisation: {names}\nlanguages: [ckb, fa]\ncalendar: both\n", "utf-8")
    return root, build(root, REQUEST, jobs=2, tell=lambda _step: None)


def output(made: tuple[Path, Result], language: str, kind: str) -> Path:
    return made[0] / f"output/water-{language}/researcher.{language}.{kind}"


def test_both_are_built_and_checked_without_a_word(made: tuple[Path, Result]) -> None:
    _, result = made
    assert result.problems == ()
    assert len(result.built) == 4


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf_says_its_language_and_direction_and_holds_the_theme_s_fonts_alone(
    made: tuple[Path, Result], language: str
) -> None:
    path = output(made, language, "pdf")
    with pikepdf.open(path) as file:
        assert str(file.Root.Lang) == language
        assert str(file.Root.ViewerPreferences.Direction) == "/R2L"
        with file.open_outline() as outline:
            titles = [str(each.title) for item in outline.root for each in (item, *item.children)]
    fonts = subprocess.run(["pdffonts", str(path)], capture_output=True, check=True, text=True).stdout
    assert set(re.findall(r"[A-Z]{6}\+(\S+)", fonts)) <= {"Amiri", "Amiri-Regular", "Amiri-Bold", "Amiri-Italic"}
    labels = yaml.safe_load((ROOT / f"templates/labels/{language}.yaml").read_text("utf-8"))
    assert labels["kinds"]["recommendations"] in titles


@pytest.mark.parametrize("kind", ["pdf", "html"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_is_in_the_digits_of_the_language(made: tuple[Path, Result], language: str, kind: str) -> None:
    text = written(made, language, kind)
    own, other = ("٠-٩", "۰-۹") if language == "ckb" else ("۰-۹", "٠-٩")
    assert re.search(f"[{own}]", text)
    assert not re.search(f"[{other}]", text)
    western = set(re.findall(r"[0-9]+", re.sub(r"\(\(\) => .*", "", text, flags=re.DOTALL)))  # without its script
    assert western <= {"2022", "7", "9"}, "of the English source alone"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_arabic_word_of_ours_is_left_and_every_label_that_is_needed_is_there(
    made: tuple[Path, Result], language: str
) -> None:
    text = written(made, language, "html")
    labels, arabic = (
        yaml.safe_load((ROOT / f"templates/labels/{name}.yaml").read_text("utf-8")) for name in (language, "ar")
    )
    groups = ("kinds", "sides", "verdicts", "horizons", "stances", "likelihoods", "areas", "lists")
    own = {word for group in groups for word in labels[group].values()}
    for group in groups:
        foreign = set(arabic[group].values()) - own
        assert not {word for word in foreign if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text)}, group
    for word in (labels["genre"], labels["notes"], labels["lists"]["arabic"], labels["colophon"], labels["verdict"]):
        assert word in text
    arabic_words = ("المرجع نفسه", "مرجع سابق", "تاريخ الاطلاع", "الموافق", "هـ")
    assert not [word for word in arabic_words if word in text]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_is_found_again_in_the_pdf(made: tuple[Path, Result], language: str) -> None:
    """The joiners of Persian have no glyph, so that a PDF gives its words back without them."""
    seen, jobs = look(made[0], REQUEST)
    assert seen.library is not None
    house, templates = House(seen.library.workspace, None), open_templates(made[0])
    job = next(each for each in jobs if each.target.language == language and each.target.medium is Medium.PRINT)
    document = compose(job.brief, templates, medium=Medium.PRINT, house=house)
    found = set(words(written(made, language, "pdf")))
    meant = [
        word
        for paragraph in paragraphs(parse(document.html), "rtl")
        for word in words(paragraph.text.replace(OBJECT, " "))
    ]
    assert len(meant) > 600
    assert [word for word in meant if word not in found] == []


def written(made: tuple[Path, Result], language: str, kind: str) -> str:
    """The text that readers get."""
    path = output(made, language, kind)
    if kind == "pdf":
        return subprocess.run(["pdftotext", str(path), "-"], capture_output=True, check=True, text=True).stdout
    return str(document_fromstring(path.read_text("utf-8")).body.text_content())


def words(text: str) -> list[str]:
    plain = re.sub("[\u200b-\u200f\u061c]", "", re.sub("[\u202a-\u202e\u2066-\u2069]", " ", text))
    return re.findall(r"[^\W\d_]+", plain)
