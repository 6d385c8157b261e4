"""What `mujaz doctor` examines: nothing that could crash is imported, and each lack has its line."""

from __future__ import annotations

import ctypes
import hashlib
import re
import shlex
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

from mujaz import __version__, doctor, profiles
from mujaz.doctor import Finding, Library, examine

ROOT = Path(__file__).resolve().parents[2]


def found(name: str) -> Finding:
    (finding,) = [finding for finding in examine() if finding.name == name]
    return finding


def test_every_name_is_told_once_and_in_the_same_order() -> None:
    names = [finding.name for finding in examine()]
    assert len(names) == len(set(names))
    assert names == [finding.name for finding in examine()]
    assert names[:2] == ["python", "mujaz"]


def test_a_remedy_stands_exactly_where_something_is_wrong() -> None:
    for finding in examine():
        assert bool(finding.remedy) == (finding.state != "ok"), finding


def test_this_machine_has_all_that_a_pdf_needs() -> None:
    lacking = [finding for finding in examine() if finding.state != "ok" and finding.needed_for != "test"]
    assert lacking == []


def test_versions_come_from_the_libraries_themselves() -> None:
    assert found("mujaz").version == __version__
    assert found("weasyprint").version == metadata.version("weasyprint")
    for name in (
        "python",
        "pango",
        "pangoft2",
        "harfbuzz",
        "harfbuzz-subset",
        "fribidi",
        "fontconfig",
        "libyaml",
    ):
        assert re.fullmatch(r"\d+(\.\d+)+", found(name).version), name
    assert int(found("system-fonts").version) > 0


def test_the_oldest_accepted_versions_are_those_of_pyproject() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    bounds = dict(re.split(r">=|==", line.split(",")[0]) for line in project["dependencies"])
    assert dict(doctor.PACKAGES) == bounds


def test_weasyprint_and_the_packages_are_not_imported() -> None:
    code = "import sys; from mujaz.doctor import examine; examine(); print(*sorted(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ROOT / 'generator')!r}); {code}"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert not {"weasyprint", "pikepdf", "lxml", "pydantic", "jinja2", "babel", "cffi"} & set(loaded)


@pytest.mark.parametrize("name", ["pango", "harfbuzz-subset", "fribidi", "fontconfig"])
def test_a_library_that_does_not_load_is_missing_and_its_package_named(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = ctypes.CDLL

    def refuse(file: str) -> ctypes.CDLL:
        if file.startswith((f"lib{name}.", f"lib{name}-")):
            raise OSError(file)
        return load(file)

    (library,) = [library for library in doctor.LIBRARIES if library.name == name]
    monkeypatch.setattr(ctypes, "CDLL", refuse)
    finding = found(name)
    assert (finding.state, finding.version) == ("missing", "")
    assert shlex.split(finding.remedy)[-1] in library.packages


def test_a_library_older_than_accepted_is_old(monkeypatch: pytest.MonkeyPatch) -> None:
    pango = doctor.LIBRARIES[0]
    ancient = Library(pango.name, pango.files, pango.packages, lambda _: "1.42.4", pango.oldest)
    monkeypatch.setattr(doctor, "LIBRARIES", (ancient,))
    finding = found("pango")
    assert (finding.state, finding.version) == ("old", "1.42.4")
    assert "pango" in finding.remedy


@pytest.mark.parametrize(
    ("version", "oldest", "older"),
    [
        ("2.9", "2.10", True),
        ("2.10", "2.9", False),
        ("15.0.0", "15", False),
        ("15", "15.0.0", False),
        ("70.0rc1", "70.0", False),
        ("", "1", True),
    ],
)
def test_versions_are_compared_by_number(
    version: str, oldest: str, older: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "PACKAGES", {"rich": oldest})
    monkeypatch.setattr(doctor, "FONTS", {})
    monkeypatch.setattr(metadata, "version", lambda _: version)
    finding = found("rich")
    assert finding.state == ("old" if older else "ok")
    assert finding.version == version


def test_an_absent_package_is_missing_and_pip_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "PACKAGES", {"no-such-package-here": "1.2"})
    monkeypatch.setattr(doctor, "FONTS", {})
    finding = found("no-such-package-here")
    assert finding.state == "missing"
    assert shlex.split(finding.remedy) == [
        sys.executable,
        "-m",
        "pip",
        "install",
        "no-such-package-here>=1.2",
    ]


def test_a_font_is_told_by_the_digest_of_its_file() -> None:
    (file,) = [path for path in metadata.files("fontpkg-amiri") or () if path.name == "Amiri-Regular.ttf"]
    digest = hashlib.sha256(Path(str(file.locate())).read_bytes()).hexdigest()
    assert found("amiri") == Finding("amiri", "ok", digest[:16], "", "print")
    assert found("ibm-plex-sans-arabic").needed_for == "screen"


@pytest.fixture
def own_font(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A font package of our own, installed where it may be damaged; its record is right."""
    font = tmp_path / "fontpkg_mine" / "Mine-Regular.ttf"
    font.parent.mkdir()
    font.write_bytes(b"glyphs" * 100)
    record = tmp_path / "fontpkg_mine-1.0.dist-info"
    record.mkdir()
    (record / "METADATA").write_text("Metadata-Version: 2.1\nName: fontpkg-mine\nVersion: 1.0\n", encoding="utf-8")
    written = doctor._recorded(hashlib.sha256(font.read_bytes()).digest())
    (record / "RECORD").write_text(f"fontpkg_mine/Mine-Regular.ttf,sha256={written},600\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(doctor, "FONTS", {"mine": ("fontpkg-mine", "Mine-Regular.ttf")})
    monkeypatch.setattr(doctor, "PACKAGES", {"fontpkg-mine": "1.0"})
    return font


def test_a_whole_font_is_ok(own_font: Path) -> None:
    assert found("mine").version == hashlib.sha256(own_font.read_bytes()).hexdigest()[:16]


def test_a_truncated_font_counts_as_missing(own_font: Path) -> None:
    own_font.write_bytes(own_font.read_bytes()[:-1])
    finding = found("mine")
    assert finding.state == "missing"
    assert "--force-reinstall" in shlex.split(finding.remedy)


def test_a_removed_font_is_missing(own_font: Path) -> None:
    own_font.unlink()
    assert found("mine").state == "missing"


def test_no_font_in_fontconfig_is_told_before_pango_crashes_on_it(tmp_path: Path) -> None:
    config = tmp_path / "fonts.conf"
    config.write_text(
        f"<fontconfig><dir>{tmp_path}</dir><cachedir>{tmp_path}/cache</cachedir></fontconfig>",
        encoding="utf-8",
    )
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT / 'generator')!r}); from mujaz.doctor import examine;"
        "print(*[(f.state, f.remedy) for f in examine() if f.name == 'system-fonts'])"
    )
    told = subprocess.run(
        [sys.executable, "-c", code],
        env={"FONTCONFIG_FILE": str(config), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "missing" in told
    assert "dejavu" in told


def test_a_profile_of_a_press_is_told_by_its_own_name_and_is_no_lack_of_what_building_needs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert found("cmyk-profile").state == "ok"
    assert "CMYK" in found("cmyk-profile").version.upper() or "FOGRA" in found("cmyk-profile").version.upper()
    monkeypatch.setattr(profiles, "PLACES", ())
    finding = found("cmyk-profile")
    assert (finding.state, finding.needed_for) == ("missing", "press")
    assert profiles.PACKAGES[0] in finding.remedy


def test_a_tool_that_is_not_on_the_path_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    finding = found("pdftotext")
    assert (finding.state, finding.needed_for) == ("missing", "test")
    assert "poppler" in finding.remedy


def test_a_tool_tells_its_version_wherever_it_prints_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = tmp_path / "qpdf"
    tool.write_text("#!/bin/sh\necho 'qpdf version 11.3.0' >&2\nexit 99\n", encoding="utf-8")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert found("qpdf").version == "11.3.0"
