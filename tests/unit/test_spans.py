"""Each character of a text is found again in the file, however YAML wrote it."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mujaz.marks import parse
from mujaz.spans import spots

WORDS = st.text(st.sampled_from("ابتثج ،؛.:#\"'-[]{}\\abc12\n"), min_size=1, max_size=80)


def follow(raw: str) -> int:
    """How many characters were followed: each visible one must stand where it is said to stand."""
    marked = parse(raw.encode(), "t")
    assert marked.data is not None, marked.problems
    followed = 0
    for path, span in marked.spans.items():
        text = marked.data
        for step in path:
            text = text[step]
        for character, spot in zip(text.strip(), spots(marked.lines, span, text.strip()) or (), strict=True):
            line = marked.lines[spot.line]
            if not character.isspace():
                said = line[spot.column : spot.column + spot.length]
                assert character == said or (spot.length > 1 and said[0] in "\\'")
            followed += 1
    return followed


@pytest.mark.parametrize(
    "raw",
    [
        "a: كلمة أولى  وثانية\n",
        "a: كلمة\n  تتبعها كلمة\n\n  وفقرة\n",
        "a: 'ل''كلمة: #5'\n",
        'a: "كلمة \\u0661 \\" و\\\n  بقية"\n',
        "a: >-\n  سطر أول\n  سطر ثانٍ\n\n  فقرة\n    أعمق\nb: x\n",
        "a: |2\n    سطر فيه مسافات\n  سطر: [x]\n",
        "- {a: نص, b: نص}\n- [نص, 'نص']\n",
        "a: نص\u202e معكوس\nb: نص\r\n",
    ],
)
def test_every_character_is_followed(raw: str) -> None:
    assert follow(raw) > 0


@given(WORDS, st.sampled_from(["", "'", '"', "|", ">"]), st.integers(10, 60))
def test_whatever_yaml_writes_is_followed(text: str, style: str, width: int) -> None:
    if not text.strip():
        return
    raw = yaml.dump({"a": {"b": [text]}}, allow_unicode=True, default_style=style or None, width=width)
    assert follow(raw) >= 1
