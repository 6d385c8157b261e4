"""Topics and audiences made at random, for the laws that hold for all of them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from mujaz.model.content import Audience, Entry
from workspace import advice, entry, point, reader

READERS = ("minister", "public", "researcher")
KINDS = ("summary", "importance", "background", "findings", "mechanisms", "evaluation", "recommendations")
POINTED = {"background", "findings", "mechanisms", "evaluation", "recommendations"}


@st.composite
def keeping(draw: st.DrawFn) -> dict[str, Any]:
    """`only` and `never`, mostly absent."""
    kept: dict[str, Any] = {}
    if draw(st.integers(0, 3)) == 0:
        kept["only"] = draw(st.lists(st.sampled_from(READERS), unique=True))
    if draw(st.integers(0, 3)) == 0:
        kept["never"] = draw(st.lists(st.sampled_from(READERS), unique=True))
    return kept


@st.composite
def topics(draw: st.DrawFn) -> Entry:
    blocks: list[dict[str, Any]] = []
    for number in range(draw(st.integers(1, 6))):
        kind = draw(st.sampled_from(KINDS))
        block: dict[str, Any] = {"kind": kind, "id": f"b{number}", **draw(keeping())}
        if kind == "evaluation":
            block["side"] = draw(st.sampled_from(["positive", "negative"]))
        if kind not in POINTED:
            block["headline"] = "عنوان"
        else:
            block["points"] = [
                {
                    **(
                        advice(f"b{number}-p{n}", draw(st.integers(1, 4)))
                        if kind == "recommendations"
                        else point(f"b{number}-p{n}")
                    ),
                    **draw(keeping()),
                }
                for n in range(draw(st.integers(1, 5)))
            ]
        blocks.append(block)
    return entry(blocks)


@st.composite
def readers(draw: st.DrawFn) -> Audience:
    fields: dict[str, Any] = {"depth": draw(st.sampled_from(["headline", "gist", "detail"]))}
    if draw(st.integers(0, 4)):
        picks = []
        for _ in range(draw(st.integers(0, 6))):
            pick: dict[str, Any] = {"kind": draw(st.sampled_from(KINDS))}
            if draw(st.booleans()):
                pick["limit"] = draw(st.integers(1, 4))
            if draw(st.booleans()):
                pick["order"] = draw(st.sampled_from(["written", "priority"]))
            if draw(st.booleans()):
                pick["depth"] = draw(st.sampled_from(["headline", "gist", "detail"]))
            if pick["kind"] == "evaluation" and draw(st.booleans()):
                pick["side"] = draw(st.sampled_from(["positive", "negative"]))
            picks.append(pick)
        fields["blocks"] = picks
    return reader(**fields)
