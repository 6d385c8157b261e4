"""A PDF in the colours of the screen + a press → the same pages in its inks alone; moves nothing, knows no standard."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Operator, PdfImage, Stream

from mujaz.export.inks import Mixer

_GREY, _RGB, _FOUR = "/DeviceGray", "/DeviceRGB", "/DeviceCMYK"
_SPACES = {"g": _GREY, "rg": _RGB, "k": _FOUR, "G": _GREY, "RG": _RGB, "K": _FOUR}
"""Operator that sets a colour at once → its space; capitals set that of lines."""


class UnprintableColourError(Exception):
    """A colour or picture that cannot become ink; `args` hold what it is."""


@dataclass(frozen=True, slots=True)
class _Paint:
    """What colours become."""

    space: str
    operator: str
    of: Callable[[float, float, float], Sequence[float]]
    """A colour from 0 to 1 → the operands of the operator."""


_LIGHT = _Paint(_GREY, "g", lambda red, green, blue: (0.3 * red + 0.59 * green + 0.11 * blue,))
"""In a soft mask, which puts no ink on paper, a colour says how much of others is seen (ISO 32000-1, 11.5.3)."""


def separate(pdf: pikepdf.Pdf, mixer: Mixer) -> None:
    """Every colour as ink. Raises UnprintableColourError."""
    paint = _Paint(_FOUR, "k", mixer.inks)
    masks = frozenset(_masks(pdf))
    for page in pdf.pages:
        page.Contents = pdf.make_stream(_converted(page, paint))
        _forget(page.get("/Resources"))
    for each in list(pdf.objects):
        if isinstance(each, Stream) and each.get("/Subtype") == Name.Image:
            if each.objgen not in masks and not each.get("/ImageMask", False):
                _picture(each, mixer)
        elif isinstance(each, Stream | Dictionary):
            _drawing(each, _LIGHT if each.objgen in masks else paint)


def _drawing(each: Any, paint: _Paint) -> None:
    """A form, a tile of a pattern or a gradient; anything else is left as it is."""
    if isinstance(each, Stream) and (each.get("/Subtype") == Name.Form or each.get("/PatternType") == 1):
        each.write(_converted(each, paint))
        _forget(each.get("/Resources"))
        if "/Group" in each:
            each.Group.CS = Name(paint.space)
    elif "/ShadingType" in each:
        space = str(each.ColorSpace) if isinstance(each.ColorSpace, Name) else "gradient"
        if space not in (_GREY, _RGB, _FOUR):
            raise UnprintableColourError(space)
        if space != paint.space:
            _stops(each.Function, lambda colour: _ink(colour, space, paint))
            each.ColorSpace = Name(paint.space)


def _forget(resources: Any) -> None:
    """Colour spaces that WeasyPrint offers to every page, and that none uses."""
    if isinstance(resources, Dictionary) and "/ColorSpace" in resources:
        del resources["/ColorSpace"]


def _masks(pdf: pikepdf.Pdf) -> Iterator[tuple[int, int]]:
    """The forms and pictures that soft masks are made of, and all that is inside them."""
    for each in pdf.objects:
        if isinstance(each, Stream) and isinstance(each.get("/SMask"), Stream):
            yield each.SMask.objgen
        for holder in (each, each.get("/Resources")) if isinstance(each, Stream | Dictionary) else ():
            states = holder.get("/ExtGState") if isinstance(holder, Dictionary) else None
            for state in dict(states or {}).values():
                if isinstance(mask := state.get("/SMask"), Dictionary):
                    yield from _inside(mask.G)


def _inside(form: Any) -> Iterator[tuple[int, int]]:
    yield form.objgen
    resources = form.get("/Resources", {})
    for kind in ("/XObject", "/Shading", "/Pattern"):
        for each in dict(resources.get(kind, {})).values():
            yield from _inside(each)


# -------------------------------------------------------------------------------------------------- content


def _converted(holder: Any, paint: _Paint) -> bytes:
    """The content of a page, form or tile with its colours changed."""
    spaces = {False: _GREY, True: _GREY}  # of areas and of lines, as a page starts
    stack: list[dict[bool, str]] = []
    out: list[tuple[Sequence[Any], Operator]] = []
    for instruction in pikepdf.parse_content_stream(holder):
        operands, name = list(instruction.operands), str(instruction.operator)
        low, line = name.lower(), name[:1].isupper()
        if name == "q":
            stack.append(dict(spaces))
        elif name == "Q" and stack:
            spaces = stack.pop()
        elif name == "INLINE IMAGE":
            raise UnprintableColourError(name.lower())
        elif name in _SPACES:
            spaces[line] = _SPACES[name]
            operands = _ink(operands, spaces[line], paint)
            name = paint.operator.upper() if line else paint.operator
        elif low == "cs":
            spaces[line] = str(operands[0])
            operands = [_known(spaces[line], paint)]
        elif low in ("sc", "scn") and spaces[line] in (_GREY, _RGB, _FOUR):
            operands = _ink(operands, spaces[line], paint)
        out.append((operands, Operator(name)))
    return pikepdf.unparse_content_stream(out)


def _known(space: str, paint: _Paint) -> Name:
    """What stands for a colour space from now on."""
    if space in (_GREY, _RGB, _FOUR):
        return Name(paint.space)
    if space == "/Pattern":
        return Name.Pattern
    raise UnprintableColourError(space.lstrip("/"))


def _ink(operands: Iterable[Any], space: str, paint: _Paint) -> list[Any]:
    values = [float(each) for each in operands]
    if space == paint.space:
        return values
    if space == _FOUR:  # as ISO 32000-1, 10.3.5 has it
        values = [1 - min(1.0, each + values[3]) for each in values[:3]]
    return list(paint.of(*(values * 3 if space == _GREY else values)))


def _picture(image: Stream, mixer: Mixer) -> None:
    """Its pixels as inks, without loss; how much of it is seen through stays in its mask."""
    space = image.get("/ColorSpace")
    if space == Name.DeviceCMYK:
        return
    try:
        pixels = mixer.picture(PdfImage(image).as_pil_image())
    except (pikepdf.UnsupportedImageTypeError, NotImplementedError, ValueError, OSError) as error:
        raise UnprintableColourError(f"{space}: {error}") from error
    for key in ("/Decode", "/DecodeParms"):
        if key in image:
            del image[key]
    image.write(pixels)
    image.ColorSpace, image.BitsPerComponent = Name.DeviceCMYK, 8


def _stops(function: Any, ink: Callable[[Iterable[Any]], list[Any]]) -> None:
    """The stops of a gradient as inks; between them the inks change evenly."""
    for each in function.get("/Functions", ()):
        _stops(each, ink)
    for key in ("/C0", "/C1"):
        if key in function:
            function[key] = Array(ink(function[key]))
