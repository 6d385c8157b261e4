"""The fonts inside a page: the glyphs that it needs, shaped as before, and no more."""

from __future__ import annotations

import base64
import io
import re

from fontTools.ttLib import TTFont

from mujaz.export.html import export
from mujaz.model.document import Document, Medium


def fonts(text: str) -> list[TTFont]:
    html = f"<html><head></head><body>{text}</body></html>"
    page = export(Document("t/a.ar.html", html, Medium.SCREEN, "ar", "rtl", "ص", "2025-01-15")).data.decode()
    packed = re.findall(r"data:font/woff2;base64,([A-Za-z0-9+/=]+)", page)
    return [TTFont(io.BytesIO(base64.b64decode(each))) for each in packed]


def test_a_font_holds_the_characters_of_its_page_and_few_others() -> None:
    for font in fonts("ڕۆژنامە é"):
        held = font.getBestCmap().keys()
        assert {ord(each) for each in "ڕۆژنامەéبA٣،«"} <= held
        assert ord("Ж") not in held
        assert ord("ی") not in held


def test_letters_still_join_and_lam_and_alef_still_meet() -> None:
    for font in fonts("الإصلاح"):
        features = {record.FeatureTag for record in font["GSUB"].table.FeatureList.FeatureRecord}
        assert {"init", "medi", "fina", "rlig"} <= features
        assert "mark" in {record.FeatureTag for record in font["GPOS"].table.FeatureList.FeatureRecord}


def test_a_cut_font_does_not_bear_the_name_of_the_whole_one_and_keeps_its_licence() -> None:
    for font in fonts("نص"):
        names = {record.nameID: str(record) for record in font["name"].names}
        assert not any("Plex" in names[number] for number in (1, 4, 6) if number in names)
        assert "Open Font License" in names[13]


def test_pages_of_the_usual_characters_share_their_fonts() -> None:
    html = "<html><head></head><body>{}</body></html>"
    made = [
        export(Document("t/a.ar.html", html.format(text), Medium.SCREEN, "ar", "rtl", "ص", "2025-01-15")).data
        for text in ("نص", "كلام آخر 2024")
    ]
    cut = [re.findall(rb"base64,[A-Za-z0-9+/=]+", page) for page in made]
    assert cut[0] == cut[1]
