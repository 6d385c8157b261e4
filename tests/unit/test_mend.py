"""`check --fix`: what a machine can mend is mended in its place, and nothing else changes."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mujaz.check import RULES
from mujaz.cli import main
from mujaz.language import mended, slips
from mujaz.mend import mend
from mujaz.survey import survey
from workspace import lay

TOPIC = "content/topics/water/ar.yaml"
FULL = """\
# تعليق , يبقى كما هو ?
title:   ترشيد مياه الري, وكلفته   # وهذا أيضاً ,
date: 2025-01-15
blocks:
  - {kind: summary, headline: "هل يوفّر التنقيط الماء?", gist: 'نعم ، ويوفّر الوقود ايضا.'}

  - kind: findings
    points:
      - id: one   # معرّف
        headline: >-
          يحتاج الفلاح الى قرض
          ميسّر , وإلى صيانـــة
        detail: |
          فقرة أولى ,ثم

            - بند ، أول
            - `رمز , لا يُمس` و[رابط](https://example.org/a,b)
"""
MENDED = """\
# تعليق , يبقى كما هو ?
title:   ترشيد مياه الري، وكلفته   # وهذا أيضاً ,
date: 2025-01-15
blocks:
  - {kind: summary, headline: "هل يوفّر التنقيط الماء؟", gist: 'نعم، ويوفّر الوقود أيضاً.'}

  - kind: findings
    points:
      - id: one   # معرّف
        headline: >-
          يحتاج الفلاح إلى قرض
          ميسّر، وإلى صيانة
        detail: |
          فقرة أولى، ثم

            - بند، أول
            - `رمز , لا يُمس` و[رابط](https://example.org/a,b)
"""


def written(root: Path, text: str) -> Path:
    lay(root)
    path = root / TOPIC
    path.write_text(text, "utf-8")
    return path


def test_slips_are_mended_and_comments_order_and_line_breaks_stay(tmp_path: Path) -> None:
    path = written(tmp_path, FULL)
    assert len(mend(tmp_path, ())) > 8
    assert path.read_text("utf-8") == MENDED


def test_mending_twice_is_mending_once(tmp_path: Path) -> None:
    path = written(tmp_path, FULL)
    mend(tmp_path, ())
    before = path.read_bytes()
    assert not mend(tmp_path, ())
    assert path.read_bytes() == before


def test_line_ends_and_the_mark_of_utf8_stay(tmp_path: Path) -> None:
    path = written(tmp_path, "")
    path.write_bytes(b"\xef\xbb\xbf" + FULL.replace("\n", "\r\n").encode())
    mend(tmp_path, ())
    assert path.read_bytes() == b"\xef\xbb\xbf" + MENDED.replace("\n", "\r\n").encode()


def test_only_the_topics_that_are_named_are_mended(tmp_path: Path) -> None:
    path = written(tmp_path, FULL)
    assert not mend(tmp_path, ("another",))
    assert path.read_text("utf-8") == FULL


def test_a_silenced_rule_and_a_rule_that_is_off_are_not_mended(tmp_path: Path) -> None:
    text = FULL.replace("title:", "allow: {latin-mark: نقل حرفي}\ntitle:")
    path = written(tmp_path, text)
    (tmp_path / "mujaz.yaml").write_text("organisation: x\nrules: {tatweel: off, hamza-slip: 'off'}\n", "utf-8")
    mend(tmp_path, ())
    after = path.read_text("utf-8")
    assert "مياه الري, وكلفته" in after
    assert "صيانـــة" in after
    assert "الى قرض" in after
    assert "بند، أول" in after


def test_what_would_break_the_file_is_left_alone(tmp_path: Path) -> None:
    """A space behind the colon would make a key of the text before it."""
    path = written(
        tmp_path,
        "title: عنوان\ndate: 2025-01-15\nblocks:\n  - {kind: summary, headline: الخلاصة:الماء, gist: نص ، هنا}\n",
    )
    mend(tmp_path, ())
    assert yaml.safe_load(path.read_text("utf-8"))["blocks"][0]["headline"] == "الخلاصة:الماء"
    assert "نص، هنا" in path.read_text("utf-8")


def test_a_file_keeps_its_permissions(tmp_path: Path) -> None:
    path = written(tmp_path, FULL)
    path.chmod(0o640)
    mend(tmp_path, ())
    assert path.stat().st_mode & 0o777 == 0o640
    assert sorted(os.listdir(path.parent)) == ["ar.yaml"]


ARABIC = st.text(st.sampled_from("ابهيةالىدإ ،,;؛?؟.:!«»()ـ-#'\"0٣1\n"), min_size=1, max_size=60)


@settings(max_examples=60, deadline=None)
@given(ARABIC, st.sampled_from(["", "'", '"', "|", ">"]))
def test_whatever_is_written_is_mended_once_and_nowhere_else(text: str, style: str) -> None:
    """Every other value stays, the comment stays, and the second time finds nothing to do."""
    import tempfile  # noqa: PLC0415 # hypothesis and tmp_path do not go together

    if not text.strip():
        return
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        lay(root)
        path = root / TOPIC
        value = yaml.dump([f"ب{text}"], allow_unicode=True, default_style=style or None, width=40).replace(
            "\n", "\n      "
        )
        path.write_text(
            "title: عنوان , هنا\ndate: 2025-01-15\nblocks:\n  - kind: problem # تعليق ,\n    statement: سؤال\n"
            f"    questions:\n      {value.rstrip()}\n",
            "utf-8",
        )
        try:
            before = yaml.load(path.read_text("utf-8"), yaml.CBaseLoader)  # noqa: S506 # a base loader makes text only
        except yaml.YAMLError:
            return  # indented anew, some blocks are no YAML any more
        mend(root, ())
        once = path.read_text("utf-8")
        after = yaml.load(once, yaml.CBaseLoader)  # noqa: S506 # a base loader makes text only
        assert "# تعليق ," in once
        assert after["title"] == "عنوان، هنا"
        said, meant = before["blocks"][0]["questions"][0], after["blocks"][0]["questions"][0]
        assert re.sub(r"\W|[ـ\d]|[ةهأإاى]", "", said) == re.sub(r"\W|[ـ\d]|[ةهأإاى]", "", meant)
        mend(root, ())
        assert path.read_text("utf-8") == once


@given(ARABIC)
def test_a_mended_text_has_nothing_left_to_mend(text: str) -> None:
    once = mended(text, "ar")
    assert mended(once, "ar") == once
    assert [slip for slip in slips(once, "ar") if slip.better is not None] == []


# ------------------------------------------------------------------------------------------- the command line


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    capsys.readouterr()
    status = main([*arguments])
    out, err = capsys.readouterr()
    return status, out, err


def test_fix_says_how_much_it_mended_and_what_is_left(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(tmp_path, FULL)
    status, out, _ = run(capsys, "-C", str(tmp_path), "check", "--fix", "--messages", "en")
    assert status == 0
    assert re.search(r"mended: \d+", out)
    assert not any(each.rule in ("latin-mark", "tatweel") for each in survey(tmp_path).problems)


def test_text_names_slips_of_any_file_with_their_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "paste.txt"
    path.write_text("سطر سليم.\nتعاونت الدول علدى الأمر , ثم\n", "utf-8")
    status, out, _ = run(capsys, "check", "--text", str(path), "--messages", "en", "--strict")
    assert status == 1
    assert f"{path}:2:14: warning [extraction-leftover]" in out
    assert f"{path}:2:25: warning [latin-mark]" in out


def test_text_that_cannot_be_read_is_told_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "bad.txt"
    bad.write_bytes("نص".encode("windows-1256"))
    status, out, _ = run(capsys, "check", "--text", str(bad), str(tmp_path / "none.txt"), "--messages", "en")
    assert status == 1
    assert "file-not-utf8" in out
    assert "file-missing" in out


def test_github_annotations_name_file_line_and_rule(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(tmp_path, FULL)
    status, out, _ = run(capsys, "-C", str(tmp_path), "check", "--github", "--messages", "en")
    assert status == 0
    lines = [line for line in out.splitlines() if "latin-mark" in line]
    assert re.match(r"::warning file=\S*ar\.yaml,line=2,col=\d+,title=mujaz%3A latin-mark::\S", lines[0])
    assert all(line.startswith("::") for line in out.splitlines())


# ------------------------------------------------------------------------------------------------- the papers

PAPERS = Path(__file__).resolve().parents[3] / "shared" / "papers"


@pytest.mark.skipif(not PAPERS.is_dir(), reason="the papers do not come with the repository")
@pytest.mark.parametrize(
    ("paper", "rule", "found"),
    [
        ("000", "extraction-leftover", "علدى"),
        ("000", "extraction-leftover", "الإرهداب"),
        ("000", "digits-mixed", None),
        ("002", "extraction-leftover", "تتطالق"),
        ("002", "extraction-leftover", "اشتياح"),
        ("003", "tatweel", None),
        ("003", "extraction-leftover", "ز"),
        ("003", "space-before-mark", None),
    ],
)
def test_the_defects_of_the_papers_are_named(paper: str, rule: str, found: str | None) -> None:
    (path,) = PAPERS.glob(f"{paper}_*.txt")
    from mujaz.proofread import proofread  # noqa: PLC0415 # where there are no papers, nothing is read

    told = [problem for problem in proofread([str(path)], "ar") if problem.rule == rule]
    assert told
    assert found is None or any(problem.facts["found"] == found for problem in told)
    assert {problem.rule for problem in told} <= RULES


def test_a_word_whose_other_letters_may_have_changed_places_too_is_left_to_a_person(tmp_path: Path) -> None:
    """«اإلعالنات» is «الإعلانات»: the first pair alone would make «الإعالنات» of it, which nothing tells of."""
    text = "title: الإصلاح\ndate: 2025-01-15\nblocks:\n  - {kind: summary, headline: تنظيم اإلعالنات واإلعلام}\n"
    path = written(tmp_path, text)
    mend(tmp_path, ())
    assert "تنظيم اإلعالنات والإعلام" in path.read_text("utf-8")


def test_what_was_mended_is_told_with_its_place(tmp_path: Path) -> None:
    text = "title: الإصلاح\ndate: 2025-01-15\nblocks:\n  - {kind: summary, headline: قرض ، وماء}\n"
    written(tmp_path, text)
    told = [(str(each.where), each.found, each.better) for each in mend(tmp_path, ())]
    assert told == [(f"{TOPIC}:4:34", " ", "")]


def test_the_spelling_of_a_quotation_is_told_of_and_left_as_it_is(tmp_path: Path) -> None:
    text = (
        "title: الإصلاح\ndate: 2025-01-15\nblocks:\n  - {kind: summary, headline: كُتب «الى المدير» ثم أُرسل الى بغداد}\n"
    )
    path = written(tmp_path, text)
    mend(tmp_path, ())
    assert "«الى المدير» ثم أُرسل إلى بغداد" in path.read_text("utf-8")
