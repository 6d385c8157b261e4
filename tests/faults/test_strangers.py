"""What strangers write in fields and names: it stays words, runs nowhere, and leads nowhere."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from lxml.html import HtmlElement, document_fromstring

from faults.invariant import briefs, held, told
from faults.listener import UNSAID, opened, tells
from faults.runs import Call, Forge
from mujaz.model.blocks import AnyBlock
from mujaz.publish import STATE
from workspace import lay, topic_data, write

READER: Mapping[str, dict[str, Any]] = {
    "public": {"label": "الناس", "formats": ["html"], "references": True, "contents": True, "digits": "western"}
}

ATTACKS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><animate onbegin=alert(1) attributeName=x>",
    '"><script>alert(1)</script>',
    "' onmouseover='alert(1)",
    '" style="background:url(//x)" x="',
    "</title><link rel=attachment href=/etc/passwd>",
    "</style><script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "--><script>alert(1)</script><!--",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<base href=//x><form action=//x><input>",
    "<meta http-equiv=refresh content='0;url=//x'>",
    "<math><mtext><style><img src=x onerror=alert(1)>",
    "<a href=java&#115;cript:alert(1)>x</a>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "{{ 7 * 7 }}{% include 'x' %}",
    "${7*7}#{7*7}<%= 7*7 %>",
    ")>>/JS(app.alert(1))/S/JavaScript>>",
    "\\u003cscript\\u003e",
    "<p id=x>\x3c/p>",
    "]]><x>",
)


def full() -> dict[str, Any]:
    """A topic with every kind of block and every field of text; each text is a number, so that one is told apart."""
    point = {"headline": "*", "gist": "*", "detail": "*"}
    argument = {"headline": "*", "gist": "*", "detail": "*", "title": "*"}

    def points(kind: str, **more: Any) -> dict[str, Any]:
        return {"kind": kind, "title": "*", "intro": "*", "points": [{"id": f"{kind}-a", **point, **more}]}

    return {
        "title": "*",
        "subtitle": "*",
        "date": "2025-01-15",
        "keywords": ["*", "*"],
        "blocks": [
            {"kind": "summary", **argument},
            {"kind": "importance", **argument},
            {"kind": "method", **argument},
            {"kind": "problem", "title": "*", "statement": "*", "questions": ["*"], "detail": "*"},
            {"kind": "hypothesis", "title": "*", "statement": "*", "verdict": "supported", "because": "*"},
            points("background"),
            points("concepts", term="*"),
            points("timeline", when="*"),
            points("legal-basis", instrument="*"),
            points("actors", actor="*", role="*", stance="supports"),
            points("mechanisms"),
            {**points("evaluation"), "side": "negative"},
            points("implications", area="security"),
            points("scenarios", assumption="*", drivers=["*"], consequence="*"),
            points("findings"),
            {
                "kind": "figure",
                "title": "*",
                "chart": "bar",
                "caption": "*",
                "alt": "*",
                "unit": "*",
                "source": "*",
                "data": {"columns": ["*", "*"], "rows": [["*", "1"], ["*", "2"]]},
            },
            {"kind": "quote", "title": "*", "text": "*", "speaker": "*", "occasion": "*"},
            {"kind": "note", "title": "*", "text": "*"},
            {"kind": "table", "title": "*", "caption": "*", "columns": ["*", "*"], "rows": [["*", "*"]], "source": "*"},
            points("recommendations", owner="*", horizon="short", priority=1),
        ],
    }


def filled(data: Any, texts: Iterator[str]) -> Any:
    """The same data with the next text in each place."""
    if isinstance(data, dict):
        return {key: filled(value, texts) for key, value in data.items()}
    if isinstance(data, list):
        return [filled(value, texts) for value in data]
    return next(texts) if data == "*" else data


def numbered() -> Iterator[str]:
    number = 0
    while True:
        number += 1
        yield f"نص{number:03}"


def attacking(turn: int) -> Iterator[str]:
    """Words of an author with an attack in the middle; the next field has the next attack."""
    number = turn
    while True:
        number += 1
        yield f"نص {ATTACKS[number % len(ATTACKS)]} وبعده"


def references(texts: Iterator[str]) -> list[dict[str, Any]]:
    return [
        {
            "id": "attack",
            "type": "book",
            "language": "ar",
            "title": next(texts),
            "author": [{"family": next(texts), "given": next(texts)}],
            "publisher": next(texts),
            "publisher-place": next(texts),
            "issued": {"date-parts": [["2020"]]},
        }
    ]


def attacked(root: Path, turns: range) -> Path:
    """A workspace whose every text is an attack, in as many topics as there are turns."""
    lay(root, (), READER)
    texts = attacking(5)
    house = {"organisation": next(texts), "licence": next(texts)}
    write(root / "mujaz.yaml", house)
    write(root / "content" / "audiences" / "public.yaml", {**READER["public"], "label": next(texts)})
    for turn in turns:
        folder = root / "content" / "topics" / f"topic-{turn}"
        data = filled(full(), attacking(turn))
        data["blocks"][0]["gist"] += " [@attack]"
        write(folder / "ar.yaml", data)
        write(folder / "references.yaml", references(attacking(turn)))
    return root


def test_the_topic_of_these_tests_has_every_kind_and_shows_every_text(forge: Forge, tmp_path: Path) -> None:
    kinds = {each.model_fields["kind"].annotation.__args__[0] for each in AnyBlock.__args__[0].__args__}
    data = full()
    assert {block["kind"] for block in data["blocks"]} == kinds
    root = lay(tmp_path / "desk", (), READER)
    write(root / "content" / "topics" / "water" / "ar.yaml", filled(data, numbered()))
    assert forge.build(root).status == 0
    count = json.dumps(data).count('"*"')
    shown = set(re.findall(r"نص\d{3}", held(root)["water/public.ar.html"].decode()))
    lost = {f"نص{number:03}" for number in range(1, count + 1)} - shown
    assert len(lost) <= DRAWN, lost


DRAWN = 5
"""Of a chart, labels and units are drawn as outlines."""


@pytest.mark.parametrize("turn", range(0, len(ATTACKS), 6))
def test_no_text_of_any_field_becomes_markup(forge: Forge, tmp_path: Path, turn: int) -> None:
    root = attacked(tmp_path / "desk", range(turn, min(turn + 6, len(ATTACKS))))
    done = forge.build(root)
    told(done, language="en", failed=False)
    assert done.data["stopped"] == [], done.data["problems"]
    assert done.data["failed"] == []
    files = held(root)
    pages = {name: data for name, data in files.items() if name.endswith(".html")}
    assert len(pages) == len(done.data["built"]) + 1
    scripts = set()
    for name, data in pages.items():
        page = document_fromstring(data.decode())
        inert(page, name)
        scripts |= {each.text for each in page.iter("script")}
        assert "49" not in {each.text_content() for each in page.iter("h1")}
    assert len(scripts) <= 2, "the one of briefs and the one of the index"
    assert all("alert(1)" not in each for each in scripts if each)


def inert(page: HtmlElement, name: str) -> None:
    """Nothing runs, loads, sends or leads elsewhere than the web."""
    for each in page.iter():
        if not isinstance(each.tag, str):
            continue
        assert each.tag not in {"iframe", "object", "embed", "base", "math", "animate", "audio"}, name
        assert each.tag != "link" or (name, each.get("href")) == ("index.html", "feed.atom"), name
        assert each.tag != "form" or (name == "index.html" and each.get("action") is None), "but for the search"
        assert not (each.tag == "meta" and each.get("http-equiv", "").lower() == "refresh"), name
        for key, value in each.attrib.items():
            assert not key.lower().startswith("on"), (name, key, value)
            assert key.lower() != "srcdoc"
            if key.lower() in {"href", "xlink:href", "src", "action", "formaction"}:
                assert re.match(r"(?:https?://|mailto:|#|data:image/|data:font/|[a-z0-9-]+[/.])", value), (name, value)
            if key.lower() == "style":
                assert "url(" not in value


def test_no_text_of_any_field_becomes_an_action_or_an_attachment_of_a_pdf(forge: Forge, tmp_path: Path) -> None:
    root = attacked(tmp_path / "desk", range(6, 8))
    write(root / "content" / "audiences" / "public.yaml", {**READER["public"], "formats": ["pdf"]})
    done = forge.build(root)
    assert (done.data["failed"], done.data["stopped"]) == ([], [])
    for name, data in briefs(held(root)).items():
        path = tmp_path / "made.pdf"
        path.write_bytes(data)
        found = subprocess.run(["qpdf", "--check", str(path)], capture_output=True, text=True, check=False)
        assert (found.returncode, "WARNING" in found.stdout + found.stderr) == (0, False), found.stdout
        line = ["qpdf", "--json", "--json-key=qpdf", str(path)]
        objects = json.loads(subprocess.run(line, capture_output=True, check=True).stdout)
        seen = list(entries(objects))
        assert len(seen) > 1000
        assert {value for key, value in seen if key == "/S" and isinstance(value, str)} & ACTIONS == set(), name
        assert {key for key, _ in seen} & {"/OpenAction", "/AA", "/JS", "/JavaScript", "/XFA"} == set(), name
        assert [
            value for key, value in seen if key == "/URI" and not re.match("u:(?:https?|mailto):", str(value))
        ] == []
        files = [value for key, value in seen if key == "/UF"]
        assert set(files) == {"u:brief.json", "u:references.json"}


ACTIONS = {f"/{each}" for each in ("JavaScript", "Launch", "SubmitForm", "ImportData", "GoToR", "Movie", "Rendition")}


def entries(data: Any) -> Iterator[tuple[str, Any]]:
    """Every entry of every dictionary."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield key, value
            yield from entries(value)
    elif isinstance(data, list):
        for each in data:
            yield from entries(each)


# ------------------------------------------------------------------------------------------------ what files tell


@pytest.mark.parametrize(
    "title",
    [
        "</title><link rel=attachment href=/etc/passwd>",
        '"><meta name=author content=x',
        "(x)>>/JS(app.alert(1)) نص",
        "</dc:title><x> نص",
        r"(x) \n %s {0} ]]> نص",
    ],
)
def test_a_title_is_in_a_pdf_as_it_was_written(forge: Forge, tmp_path: Path, title: str) -> None:
    root = lay(tmp_path / "desk", audiences={"public": {**READER["public"], "formats": ["pdf", "html"]}})
    write(root / "content" / "topics" / "water" / "ar.yaml", {**topic_data(f"عنوان {title}"), "keywords": [title]})
    done = forge.build(root)
    assert (done.data["failed"], done.data["stopped"]) == ([], [])
    path = root / "output" / "water" / "public.ar.pdf"
    said = subprocess.run(["pdfinfo", str(path)], capture_output=True, text=True, check=True).stdout
    assert f"عنوان {title}" in re.sub(r"\s+", " ", said)
    assert f"Keywords:        {title}" in said
    xmp = re.search(rb"<\?xpacket begin.*?\?>(.*?)<\?xpacket end", opened(path.read_bytes()), re.DOTALL)
    assert xmp is not None
    assert f"عنوان {title}" in "".join(etree.fromstring(xmp[1].strip()).itertext())


def test_the_place_of_a_workspace_is_in_nothing_that_is_made(forge: Forge, tmp_path: Path) -> None:
    """By real workers, with a mistake, which the report does name by its place in the workspace."""
    secret = tmp_path / UNSAID / "desk"
    audiences = {"public": {**READER["public"], "formats": ["pdf", "html"]}}
    root = lay(secret, ("water", "energy"), audiences=audiences)
    (root / "logo.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', "utf-8")
    write(root / "mujaz.yaml", {"organisation": "المؤسسة", "logo": "logo.svg"})
    write(root / "content" / "topics" / "energy" / "ar.yaml", {**topic_data(), "titel": "x"})
    done = forge.build(root, as_=Call(workers=True))
    told(done, language="en", failed=True)
    files = held(root)
    assert {"water/public.ar.pdf", "water/public.ar.html", "index.html", ".mujaz/lock.json"} <= files.keys()
    assert [name for name, data in files.items() if tells(data)] == []
    assert UNSAID not in done.out
    assert [each["path"] for each in done.data["problems"] if each["severity"] == "error"] == [
        "content/topics/energy/ar.yaml"
    ]


# ------------------------------------------------------------------------------------------------ names


@pytest.mark.parametrize(
    "name",
    [
        *(
            "Water",
            "WATER",
            "ماء",
            "wa ter",
            "water.",
            "water ",
            "-rf",
            "٣",
            "۳",
            "water\u200f",
            "wa\u0301ter",
            "CON~1",
        ),
        *("wa%2fter", "wa\\ter", "wa\nter", "a" * 65, "م" * 127),
    ],
    ids=ascii,
)
def test_names_of_topics_that_could_collide_or_lead_out_are_refused(forge: Forge, tmp_path: Path, name: str) -> None:
    """So no two of them can ever be one file, on any system: what may stand is a-z, 0-9 and hyphens."""
    root = lay(tmp_path / "desk", ("water",))
    write(root / "content" / "topics" / name / "ar.yaml", topic_data())
    done = forge.build(root)
    told(done, language="en", failed=True)
    assert "slug-wrong" in done.rules
    assert {each["target"].partition("/")[0] for each in done.data["built"]} == {"water"}
    ours = {"water", ".mujaz", "index.html", ".gitignore", "editions", "feeds", "feed.atom"}
    assert {path.name for path in (root / "output").iterdir()} <= ours


def test_ends_of_lines_and_marks_of_encoding_change_no_byte(forge: Forge, tmp_path: Path) -> None:
    made: list[dict[str, bytes]] = []
    for ends in ("\n", "\r\n", "\r"):
        for start in ("", "\ufeff"):
            root = lay(
                tmp_path / f"desk-{len(made)}", audiences={"public": {**READER["public"], "formats": ["pdf", "html"]}}
            )
            path = root / "content" / "topics" / "water" / "ar.yaml"
            path.write_bytes((start + path.read_text("utf-8").replace("\n", ends).rstrip()).encode())
            assert forge.build(root).status == 0
            made.append({name: data for name, data in held(root).items() if name != STATE})
    assert len(made[0]) >= 4
    assert all(each == made[0] for each in made[1:])
