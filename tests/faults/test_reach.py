"""No address leads anywhere: neither from content nor from a house's templates is anything fetched, opened or kept."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from lxml.html import document_fromstring

from faults.invariant import briefs, held, told
from faults.listener import UNSAID, Canary, canary, tells
from faults.runs import SOURCES, TRACES, Forge
from workspace import lay, topic_data, write

BOTH: Mapping[str, dict[str, Any]] = {"public": {"label": "الناس", "formats": ["pdf", "html"], "references": True}}

SHEETS = {
    "import": '@import "{}";',
    "import by url": "@import url({});",
    "face": '@font-face {{ font-family: x; src: url("{}") }} body {{ font-family: x }}',
    "profile": '@color-profile --x {{ src: url("{}") }} body {{ color: color(--x 0.1 0.2 0.3 0.4) }}',
    "list": 'li, p {{ display: list-item; list-style-image: url("{}") }}',
    "content": 'p::before {{ content: url("{}") }}',
    "content of an element": 'p {{ content: url("{}") }}',
    "background": 'body {{ background: url("{}") }}',
    "images": 'body {{ background-image: image-set(url("{0}") 1x), url("{0}") }}',
    "border": 'p {{ border: 1px solid; border-image: url("{}") 1 }}',
    "mask": 'p {{ mask: url("{}"); mask-image: url("{}") }}',
    "cursor": 'p {{ cursor: url("{}"), auto }}',
    "shape": 'p {{ float: left; shape-outside: url("{}") }}',
    "filter": 'p {{ filter: url("{}#a"); clip-path: url("{}#a") }}',
    "margin": '@page {{ @top-center {{ content: url("{}") }} background: url("{}") }}',
    "escaped": 'p {{ background: \\75rl("{}") }}',
    "variable": ':root {{ --u: url("{}") }} p {{ background: var(--u) }}',
}
PIECES = {
    "sheet": '<link rel="stylesheet" href="{}">',
    "attachment": '<link rel="attachment" href="{}">',
    "attachment of a link": '<a rel="attachment" href="{}">نص</a>',
    "icon": '<link rel="icon preload prefetch" as="image" href="{}">',
    "metadata": '<link rel="xmp" href="{}">',
    "img": '<img alt="x" src="{0}" srcset="{0} 2x">',
    "picture": '<picture><source srcset="{0}"><img alt="x" src="{0}"></picture>',
    "object": '<object data="{}"></object>',
    "embed": '<embed src="{}">',
    "frame": '<iframe src="{}"></iframe>',
    "video": '<video src="{0}" poster="{0}"></video><audio src="{0}"></audio>',
    "input": '<input type="image" src="{}">',
    "svg image": '<svg width="9" height="9"><image href="{0}" xlink:href="{0}" width="9" height="9"/></svg>',
    "svg use": '<svg width="9" height="9"><use href="{}#a"/></svg>',
    "svg fill": '<svg width="9" height="9"><rect width="9" height="9" fill="url({0}#a)"/></svg>',
    "svg sheet": '<svg width="9" height="9"><style>@import "{0}";</style><rect width="9" height="9"/></svg>',
    "style": "<p style=\"background: url('{}')\">نص</p>",
    "styles": "<style>p {{ background: url('{}') }}</style>",
    "background": '<table background="{}"><tr><td>x</td></tr></table>',
    "script": '<script src="{}"></script>',
    "base": '<base href="{0}"><img alt="x" src="x.png">',
    "refresh": '<meta http-equiv="refresh" content="0; url={}">',
}


@pytest.fixture
def trap(tmp_path: Path) -> Iterator[Canary]:
    with canary(tmp_path) as made:
        yield made
    assert made.heard == []


def house(root: Path, name: str, text: str) -> None:
    path = root / "templates" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{% raw %}" + text + "{% endraw %}", "utf-8")


def untouched(root: Path) -> None:
    """Nothing that was made tells of the canary."""
    assert [name for name, data in held(root).items() if tells(data)] == []


def fails(forge: Forge, root: Path, *, at: str) -> None:
    """The addresses are told of, and nothing with one is published."""
    done = forge.build(root)
    told(done, language="en", failed=True)
    assert set(done.data["failed"]) == {"water/public.ar.html", "water/public.ar.pdf"}
    paths = {each["path"].removeprefix("output/") for each in done.data["problems"]}
    assert at in paths
    assert paths <= {at, *done.data["failed"]}
    assert briefs(held(root)) == {}
    untouched(root)


def test_no_style_sheet_of_a_house_leads_anywhere(forge: Forge, tmp_path: Path, trap: Canary) -> None:
    """All channels with all addresses in one sheet; each alone is the long variant."""
    root = lay(tmp_path / "desk", audiences=BOTH)
    pairs = [(sheet, address) for sheet in SHEETS.values() for address in trap.addresses.values()]
    house(root, "css/house.css", "\n".join(sheet.format(*[address] * 2) for sheet, address in pairs))
    fails(forge, root, at="templates/css/house.css")


def test_no_template_of_a_house_leads_anywhere(forge: Forge, tmp_path: Path, trap: Canary) -> None:
    root = lay(tmp_path / "desk", audiences=BOTH)
    pairs = [(piece, address) for piece in PIECES.values() for address in trap.addresses.values()]
    house(root, "blocks/summary.html.j2", "\n".join(piece.format(address) for piece, address in pairs))
    fails(forge, root, at="templates/blocks/summary.html.j2")


@pytest.mark.long
@pytest.mark.parametrize("channel", [*SHEETS, *PIECES])
def test_no_channel_of_a_house_leads_anywhere(forge: Forge, tmp_path: Path, trap: Canary, channel: str) -> None:
    """Alone, with every address: refused, or left where it does nothing, since the renderers do not know it."""
    root = lay(tmp_path / "desk", audiences=BOTH)
    if channel in SHEETS:
        house(root, "css/house.css", "\n".join(SHEETS[channel].format(*[e] * 2) for e in trap.addresses.values()))
    else:
        pieces = (PIECES[channel].format(address) for address in trap.addresses.values())
        house(root, "blocks/summary.html.j2", "\n".join(pieces))
    told(forge.build(root), language="en", failed=False)
    untouched(root)


LINKS = ("![صورة]({0})", "[نص]({0})", "<{0}>")
WORDS = ("{0}", '<img src="{0}">', '<link rel=attachment href="{0}">', '<a href="{0}">نص</a>', "`{0}`")


def content(texts: Iterable[str], address: str) -> dict[str, Any]:
    """A topic with an address in some of the ways in which a text can have one."""
    data = topic_data()
    every = [text.format(address) for text in texts]
    data["title"] = f"موضوع {every[0]}"
    data["keywords"] = every
    data["blocks"][0]["detail"] = "\n\n".join(every)
    data["blocks"][0]["gist"] = " ".join(every)
    data["blocks"][1]["points"][0]["headline"] = f"عنوان {' '.join(every)}"
    return data


def test_a_link_of_an_author_that_is_not_the_webs_stops_its_topic(forge: Forge, tmp_path: Path, trap: Canary) -> None:
    root = lay(tmp_path / "desk", (), audiences=BOTH)
    for number, address in enumerate(trap.addresses.values()):
        write(root / "content" / "topics" / f"topic-{number}" / "ar.yaml", content(LINKS, address))
    done = forge.build(root)
    told(done, language="en", failed=True)
    assert len(done.data["stopped"]) == len(trap.addresses)
    assert {each["line"] is not None for each in done.data["problems"]} == {True}
    assert briefs(held(root)) == {}
    untouched(root)


@pytest.mark.parametrize("kind", ["http", "file", "relative path", "data of HTML"])
def test_an_address_that_an_author_writes_is_words(forge: Forge, tmp_path: Path, trap: Canary, kind: str) -> None:
    root = lay(tmp_path / "desk", (), audiences=BOTH)
    write(root / "content" / "topics" / "water" / "ar.yaml", content(WORDS, trap.addresses[kind]))
    done = forge.build(root)
    told(done, language="en", failed=False)
    assert len(done.data["built"]) == 2
    untouched(root)
    page = document_fromstring(briefs(held(root))["water/public.ar.html"].decode())
    assert page.xpath("//img | //link") == []
    assert trap.addresses[kind] in page.text_content()


@pytest.mark.parametrize("kind", ["http", "file", "absolute path", "relative path", "beside", "no scheme"])
@pytest.mark.parametrize("field", ["logo", "press", "address", "data", "url"])
def test_no_field_that_names_a_file_or_an_address_leads_out(
    forge: Forge, tmp_path: Path, trap: Canary, field: str, *, kind: str
) -> None:
    root = lay(tmp_path / "desk", audiences=BOTH)
    address = trap.addresses[kind]
    if field in ("logo", "press", "address"):
        value = {"profile": address} if field == "press" else address
        write(root / "mujaz.yaml", {"organisation": "المؤسسة", field: value})
    elif field == "data":
        data = topic_data()
        figure = {"kind": "figure", "chart": "bar", "caption": "عنوان", "alt": "وصف", "data": address}
        data["blocks"].append(figure)
        write(root / "content" / "topics" / "water" / "ar.yaml", data)
    else:
        item = {"id": "a", "type": "webpage", "title": "عنوان", "language": "ar", "URL": address}
        write(root / "content" / "topics" / "water" / "references.yaml", [item])
        data = topic_data()
        data["blocks"][0]["headline"] += " [@a]"
        write(root / "content" / "topics" / "water" / "ar.yaml", data)
    done = forge.build(root)
    told(done, language="en", failed=False)
    untouched(root)
    if field not in ("url", "address"):
        assert done.status == 1
        assert done.rules


# ------------------------------------------------------------------------------------------------ by the system's calls


@pytest.mark.skipif(not TRACES, reason="that nothing of the canary is kept is proved above")
def test_nothing_even_tries_to_open_or_to_connect(tmp_path: Path, trap: Canary) -> None:
    """Of all processes of a real build with a bad sheet, a bad template and bad content."""
    root = lay(tmp_path / "desk", audiences=BOTH)
    addresses = trap.addresses.values()
    house(root, "css/house.css", "\n".join(sheet.format(*[e] * 2) for sheet in SHEETS.values() for e in addresses))
    house(root, "blocks/summary.html.j2", "\n".join(piece.format(e) for piece in PIECES.values() for e in addresses))
    write(root / "content" / "topics" / "energy" / "ar.yaml", content(WORDS, trap.addresses["file"]))
    log = tmp_path / "calls"
    watch = ["strace", "-f", "-qq", "-s", "4096", "-e", "trace=open,openat,openat2,connect,execve", "-o", str(log)]
    line = [sys.executable, "-m", "mujaz", "-C", str(root), "build", "--json"]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": SOURCES}
    done = subprocess.run([*watch, *line], capture_output=True, check=False, env=environment)
    assert done.returncode == 1
    calls = log.read_text("utf-8", "replace").splitlines()
    assert len(calls) > 500
    assert [call for call in calls if "canary" in call] == []
    assert [call for call in calls if "AF_INET" in call] == []
    started = {Path(call.partition("execve(")[2].split('"')[1]).name for call in calls if "execve(" in call}
    assert started & {"gs", "sh", "bash", "inkscape", "convert", "rsvg-convert"} == set()


# ------------------------------------------------------------------------------------------------ links, pipes, devices

PLACES = (
    "content/topics/water/ar.yaml",
    "content/topics/water/references.yaml",
    "content/audiences/public.yaml",
    "content/references.yaml",
    "content/topics/water/data/figures.csv",
    "logo.svg",
)


@pytest.mark.parametrize("place", PLACES)
def test_links_pipes_and_devices_are_told_and_not_opened(forge: Forge, tmp_path: Path, place: str) -> None:
    root = lay(tmp_path / "desk", ("water", "energy"))
    write(root / "mujaz.yaml", {"organisation": "المؤسسة", "logo": "logo.svg"})
    (root / "logo.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', "utf-8")
    data = topic_data()
    figure = {"kind": "figure", "chart": "bar", "caption": "عنوان", "alt": "وصف", "data": "figures.csv"}
    write(root / "content" / "topics" / "water" / "ar.yaml", {**data, "blocks": [*data["blocks"], figure]})
    (root / "content" / "topics" / "water" / "data").mkdir()
    (root / "content" / "topics" / "water" / "data" / "figures.csv").write_text("سنة,عدد\nأ,1\nب,2\n", "utf-8")
    assert forge.build(root).status == 0
    path = root / place
    was = path.read_bytes() if path.exists() else b""
    (tmp_path / "canary").write_bytes(was or yaml.safe_dump({"title": UNSAID}).encode())
    for lead in (
        tmp_path / "canary",
        Path("/etc/passwd"),
        Path("/dev/zero"),
        Path("/dev/stdin"),
        Path("nowhere"),
        path,
    ):
        path.unlink(missing_ok=True)
        path.symlink_to(lead)
        done = forge.build(root)
        told(done, language="en", failed=True)
        assert "file-is-link" in done.rules
        untouched(root)
    path.unlink()
    os.mkfifo(path)
    done = forge.build(root)
    told(done, language="en", failed=True)
    assert "file-not-regular" in done.rules
    path.unlink()
    if was:
        path.write_bytes(was)
    assert forge.build(root).status == 0


def test_a_folder_that_is_a_link_is_told_and_not_entered(forge: Forge, tmp_path: Path) -> None:
    root = lay(tmp_path / "desk", ("water", "energy"))
    for name in ("content/topics/water", "content/audiences", "content/topics", "content"):
        (root / name).rename(tmp_path / "away")
        (root / name).symlink_to(tmp_path / "away")
        done = forge.build(root)
        told(done, language="en", failed=True)
        assert set(done.rules) & {"file-is-link", "audiences-missing"}
        assert [each for each in done.data["built"] if name in ("content", "content/topics")] == []
        (root / name).unlink()
        (tmp_path / "away").rename(root / name)


SWAP = """
import ctypes, sys
exchange = ctypes.CDLL(None).renameat2
names = [name.encode() for name in sys.argv[1:]]
while True:
    for one, other in zip(names[::2], names[1::2]):
        assert exchange(-100, one, -100, other, 2) == 0
"""
"""Two names at a time exchange what they stand for, in one step, for ever."""


@pytest.mark.long
def test_a_file_that_becomes_a_link_while_it_is_read_tells_nothing(forge: Forge, tmp_path: Path) -> None:
    """A topic's file, another one's folder and a template are links to a canary half of the time, during 200 builds."""
    root, away = lay(tmp_path / "desk", ("water", "energy")), tmp_path / "away"
    house(root, "css/house.css", "")
    write(away / "topic" / "ar.yaml", topic_data(UNSAID))
    (away / "house.css").write_text(f"/* {UNSAID} */", "utf-8")
    pairs = {
        root / "content" / "topics" / "water" / "ar.yaml": away / "topic" / "ar.yaml",
        root / "content" / "topics" / "energy": away / "topic",
        root / "templates" / "css" / "house.css": away / "house.css",
    }
    names = []
    for number, (place, lead) in enumerate(pairs.items()):
        link = tmp_path / f"link-{number}"
        link.symlink_to(lead)
        names += [str(place), str(link)]
    swapper = subprocess.Popen([sys.executable, "-c", SWAP, *names])
    try:
        kinds: dict[int, int] = {}
        for _ in range(200):
            done = forge.build(root)
            assert "Traceback" not in done.err
            untouched(root)
            kinds[done.status] = kinds.get(done.status, 0) + 1
        assert swapper.poll() is None
    finally:
        swapper.kill()
        swapper.wait()
    print(f"\n200 builds while names were exchanged, by status: {kinds}")
    assert len(kinds) > 1, "they were found in both states"
