"""Booklets on paper: whatever the number of pages, they come in order when the sheets are folded."""

from __future__ import annotations

import pytest

from folding import leafed
from mujaz.export.imposition import impose


@pytest.mark.parametrize("rtl", [True, False], ids=["rtl", "ltr"])
@pytest.mark.parametrize("pages", range(1, 34))
def test_a_folded_booklet_reads_from_the_first_page_to_the_last_and_is_blank_only_at_its_end(
    pages: int, rtl: bool
) -> None:
    sheets = impose(pages, rtl=rtl)
    seen = leafed(sheets, rtl=rtl)
    assert len(sheets) == -(-pages // 4)
    assert seen == [*range(1, pages + 1), *[None] * (4 * len(sheets) - pages)]


def test_the_cover_of_a_booklet_that_is_read_from_the_right_has_its_spine_on_the_right() -> None:
    first = impose(8, rtl=True)[0]
    assert (first.front.left, first.front.right) == (1, 8)
    assert (first.back.left, first.back.right) == (7, 2)


def test_the_cover_of_a_booklet_that_is_read_from_the_left_has_its_spine_on_the_left() -> None:
    first = impose(8, rtl=False)[0]
    assert (first.front.left, first.front.right) == (8, 1)
    assert (first.back.left, first.back.right) == (2, 7)


def test_facing_pages_stand_beside_each_other_in_the_middle() -> None:
    assert impose(12, rtl=True)[-1].back.right == 6
    assert impose(12, rtl=True)[-1].back.left == 7
