"""Arabic letters as Latin ones, for people who compare a picture with a text that they cannot read."""

from __future__ import annotations

import pytest

from mujaz.latin import latin


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("وزارة الخارجية", "wzārh al-khārjyh"),
        ("والاستقرار بالعراق", "wal-āstqrār bal-ʿrāq"),
        ("للكن", "l-l-kn"),
        ("عُدّت خرقاً", "ʿuddt khrqāan"),
        ("القرار ١٤٨٣، ص ٢٥", "al-qrār 1483, ṣ 25"),
        ("«الدستور» (F-16)؟", "“al-dstwr” (F-16)?"),
        ("مذکرۀ پیشنهادی", "mdhkrh pyshnhādy"),
        ("ڕێککەوتن", "řêkkewtn"),
        ("ﻻ", "lā"),
        ("\u2067سؤال\u2069", "sʾwāl"),
        ("", ""),
    ],
)
def test_each_letter_has_its_own_in_latin(text: str, letters: str) -> None:
    assert latin(text) == letters
