"""WeasyPrint → the same WeasyPrint that works nothing out of a style twice; changes no byte of what it makes.

Most boxes of a brief are set in a few styles, but WeasyPrint 70 makes a style of its own for each element below one
that has an `id` or a `lang`, and for each pseudo-element, and works out margins, struts and faces for each box anew.
Here styles that say the same are one style, and what follows from a style alone, or from a style and the size of the
block around it, is kept while one document is printed. Lives and ends with `remembered`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mujaz.export.remembered import VERSION, kept, replace

_SIDES = ("top", "right", "bottom", "left")
_USED = (
    *(f"{kind}_{side}" for kind in ("margin", "padding") for side in _SIDES),
    *(f"border_{side}_width" for side in _SIDES),
    *(f"{least}{axis}" for axis in ("width", "height") for least in ("", "min_", "max_")),
)
"""What `resolve_percentages` sets on a box."""
_OUT_OF_FLOW = frozenset({"left", "right", "inline-start", "inline-end", "footnote"})


def spare(weasyprint: Any) -> None:
    """Teach WeasyPrint, if it is the version that this was written for."""
    if weasyprint.__version__ != VERSION:
        return
    text, layout = weasyprint.text, weasyprint.layout
    kind = weasyprint.css.StyleFor
    kind.set_computed_styles = _styles(kind.set_computed_styles)
    boxes = weasyprint.formatting_structure.boxes
    boxes.Box.is_in_normal_flow = _is_in_normal_flow
    replace(layout.percent.resolve_percentages, lambda measure: _sizes(measure, boxes))
    replace(text.line_break.strut, _struts)
    context = layout.LayoutContext
    context.layout_footnote = _notes(context.layout_footnote)


def _styles(compute: Callable[..., None]) -> Callable[..., None]:
    """One style for all that inherit the same and are told the same.

    An element with an `id` has a style of its own, for its anchor; what is inside it inherits no anchor, and may share
    with what is inside its like.
    """

    def set_computed_styles(  # noqa: PLR0913, PLR0917 # WeasyPrint's signature
        self: Any,
        element: Any,
        parent: Any,
        root: Any = None,
        pseudo_type: str | None = None,
        base_url: str | None = None,
        target_collector: Any = None,
    ) -> None:
        memory, styles, here = kept(), self.get_computed_styles(), (element, pseudo_type)
        if memory is None or parent is None or element is root:
            compute(self, element, parent, root, pseudo_type, base_url, target_collector)
            return
        told = self.get_cascaded_styles().get(here, {})
        above = styles[parent, None]
        above, _ = memory.get(("kin", id(above)), (above, None))
        key = ("style", id(above), pseudo_type, *_told(told))
        if key in memory and "anchor" not in told:
            styles[here] = memory[key]
            return
        compute(self, element, parent, root, pseudo_type, base_url, target_collector)
        style = styles[here]
        if "anchor" not in told:
            memory[key] = style
        like = memory.setdefault(("like", *key), style)
        memory["kin", id(style)] = (like, style)

    return set_computed_styles


def _told(told: dict[str, Any]) -> list[tuple[Any, ...]]:
    """What a cascade says, but for its anchor, as a part of a key. Its values live as long as its style."""
    return [
        (name, value if type(value) is str else id(value), importance, layer, *specificity)
        for name, (value, (importance, layer, specificity)) in told.items()
        if name != "anchor"
    ]


def _notes(measure: Callable[..., Any]) -> Callable[..., Any]:
    """One style for all notes whose elements have one: WeasyPrint copies it for each, to take it off its line."""

    def layout_footnote(self: Any, footnote: Any) -> Any:
        memory, style = kept(), footnote.style
        if memory is not None and "anchor" not in style.cascaded:
            footnote.style = memory.setdefault(("note style", id(style.parent_style), id(style.cascaded)), style)
        return measure(self, footnote)

    return layout_footnote


def _is_in_normal_flow(self: Any) -> bool:
    """Whether a box is in normal flow: what six functions say, in one."""
    style = self.style
    position = style["position"]
    out = position == "absolute" or position == "fixed" or position[0] == "running()" or position[0] == "note()"  # noqa: PLR1714 # asked a hundred thousand times
    return not out and style["float"] not in _OUT_OF_FLOW


def _sizes(measure: Callable[..., None], boxes: Any) -> Callable[..., None]:
    """Margins, padding, borders and sizes of a box, from its style and the size of the block around it."""

    def resolve_percentages(box: Any, containing_block: Any) -> None:
        memory, style = kept(), box.style
        # Where borders collapse, a table has set them on the box before.
        if memory is None or style["border_collapse"] == "collapse":
            measure(box, containing_block)
            return
        around = containing_block
        size = (around.width, around.height) if isinstance(around, boxes.Box) else tuple(around)
        key = ("sizes", id(style), size, isinstance(box, boxes.PageBox))
        known = memory.get(key)
        if known is None:
            measure(box, containing_block)
            memory[key] = (style, {name: getattr(box, name) for name in _USED})
        else:
            box.__dict__.update(known[1])

    return resolve_percentages


def _struts(measure: Callable[..., Any]) -> Callable[..., Any]:
    """The height of a line and where its baseline is."""

    def strut(style: Any) -> Any:
        memory = kept()
        if memory is None:
            return measure(style)
        key = ("strut", id(style))
        known = memory.get(key)
        if known is None:
            known = memory[key] = (style, measure(style))
        return known[1]

    return strut
