"""A mapping that does not fit its noun → problems with place, what was found, what is allowed; never raises for data."""

from __future__ import annotations

import types
from collections.abc import Mapping
from enum import Enum
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from mujaz.arabic import closest
from mujaz.model.content import Path, Source
from mujaz.problems import Problem

N = TypeVar("N", bound=BaseModel)

_TYPES = {
    "string_type": "text",
    "tuple_type": "list",
    "list_type": "list",
    "dict_type": "mapping",
    "mapping_type": "mapping",
    "model_type": "mapping",
    "model_attributes_type": "mapping",
    "int_type": "number",
    "int_parsing": "number",
    "int_from_float": "number",
    "bool_type": "yes-or-no",
    "bool_parsing": "yes-or-no",
    "date_type": "date",
    "date_parsing": "date",
    "date_from_datetime_parsing": "date",
    "date_from_datetime_inexact": "date",
}
"""pydantic's kind of error → what would have been right."""


def typed(noun: type[N], data: object, source: Source) -> tuple[N | None, tuple[Problem, ...]]:
    """The noun that the data of a file makes, or all that is wrong with it."""
    try:
        return noun.model_validate(data), ()
    except ValidationError as error:
        details = error.errors(include_url=False)
        return None, tuple(_problem(detail, noun, data, source) for detail in details)


def _problem(detail: ErrorDetails, noun: type[BaseModel], data: object, source: Source) -> Problem:
    kind, ctx = detail["type"], {k: str(v) for k, v in detail.get("ctx", {}).items()}
    path, rest = _walk(detail["loc"], data)
    value = _at(data, path)
    last = str(detail["loc"][-1]) if detail["loc"] else ""
    if kind == "missing":
        return Problem("field-missing", source.where(path), {"field": last, "in": _name(path)})
    if kind == "extra_forbidden":
        allowed = _keys(noun, detail["loc"][:-1])
        return Problem("key-unknown", source.where(path), _choice(last, allowed))
    if kind == "union_tag_not_found":
        return Problem("field-missing", source.where(path), {"field": "kind", "in": _name(path)})
    if kind == "union_tag_invalid":
        allowed = [tag.strip(" '\"") for tag in ctx["expected_tags"].split(",")]
        return Problem("kind-unknown", source.where((*path, "kind")), _choice(ctx["tag"], allowed))
    if kind in ("literal_error", "enum"):
        return Problem("value-unknown", source.where(path), _choice(_short(value), _values(noun, detail["loc"])))
    if kind == "value-unknown":
        return Problem(kind, source.where(path), _choice(ctx["found"], ctx["allowed"].split(", ")))
    if kind in ("too_short", "too_long", "greater_than_equal", "less_than_equal", "string_too_short"):
        return Problem("out-of-range", source.where(path), _range(kind, ctx, value))
    if kind == "string_pattern_mismatch":
        return Problem("form-wrong", source.where(path), {"field": _name(path), "found": _short(value)})
    if kind in _TYPES:
        facts = {"field": _name(path), "expected": _TYPES[kind], "found": _sort(value)}
        return Problem("type-wrong", source.where(path), facts)
    # What is left are the rules of our own nouns, which bring their facts along.
    facts = {"field": ctx.pop("field", "") or _name(path), "found": _sort(value), **ctx}
    return Problem(kind, source.where(path), facts)


def _walk(loc: tuple[int | str, ...], data: object) -> tuple[Path, tuple[int | str, ...]]:
    """The part of pydantic's location that exists in the data.

    Locations also hold the tags of unions and the names that a validator gave to unnamed things
    (`- problem: {depth: x}` is validated as `{kind: problem, depth: x}`); these are stepped over.
    """
    path: list[str | int] = []
    here: object = data
    for step in loc:
        if (isinstance(here, Mapping) and step in here) or (
            isinstance(here, list) and isinstance(step, int) and step < len(here)
        ):
            here = here[step]
        elif (
            isinstance(here, Mapping)
            and len(here) == 1
            and isinstance(inner := next(iter(here.values())), Mapping)
            and step in inner
        ):
            path.append(next(iter(here)))
            here = inner[step]
        else:
            continue
        path.append(step)
    return tuple(path), ()


def _at(data: Any, path: Path) -> object:
    for step in path:
        data = data[step]
    return data


def _name(path: Path) -> str:
    """The last key that an author wrote on the way, for «in …»."""
    return next((str(step) for step in reversed(path) if isinstance(step, str)), "")


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:59] + "…"


def _sort(value: object) -> str:
    """What kind of thing was found: a code word that the sentences know, or the text itself."""
    if isinstance(value, Mapping):
        return "mapping"
    if isinstance(value, list):
        return "list"
    return _short(value) if str(value).strip() else "nothing"


def _choice(found: str, allowed: list[str]) -> dict[str, str]:
    facts = {"found": found, "allowed": ", ".join(allowed)}
    near = closest(found, allowed)
    return {**facts, "closest": near} if near else facts


def _range(kind: str, ctx: Mapping[str, str], value: object) -> dict[str, str]:
    least = ctx.get("min_length") or ctx.get("ge")
    most = ctx.get("max_length") or ctx.get("le")
    found = str(len(value)) if isinstance(value, list | Mapping) else _short(value)
    return {"found": found, "bound": "least" if least else "most", "limit": str(least or most)}


def _keys(noun: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """The keys that may stand at a location."""
    here = _type_at(noun, loc)
    return _aliases(here) if isinstance(here, type) and issubclass(here, BaseModel) else []


def _aliases(model: type[BaseModel]) -> list[str]:
    return [each.alias or name for name, each in model.model_fields.items()]


def _values(noun: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """The words that may stand at a location."""
    here = _type_at(noun, loc)
    if get_origin(here) is Literal:
        return [str(word) for word in get_args(here)]
    if isinstance(here, type) and issubclass(here, Enum):
        return [str(each.value) for each in here]
    return []


def _type_at(noun: type[BaseModel], loc: tuple[int | str, ...]) -> object:
    """Follow a location through the annotations of the nouns."""
    here: object = noun
    for step in loc:
        here = _step(_bare(here), step)
    return _bare(here)


def _step(here: object, step: int | str) -> object:
    if isinstance(here, type) and issubclass(here, BaseModel):
        fields = {each.alias or name: each for name, each in here.model_fields.items()}
        info: FieldInfo | None = fields.get(str(step))
        return info.annotation if info else here
    if get_origin(here) in (tuple, list) and isinstance(step, int):
        return get_args(here)[0]
    if get_origin(here) in (Union, types.UnionType):
        tagged = {tag: each for each in get_args(here) for tag in _tags(each)}
        return tagged.get(str(step), here)
    return here


def _tags(model: object) -> tuple[str, ...]:
    model = _bare(model)
    if not (isinstance(model, type) and issubclass(model, BaseModel)) or "kind" not in model.model_fields:
        return ()
    return get_args(model.model_fields["kind"].annotation)


def _bare(annotation: object) -> object:
    """An annotation without its metadata, and without the None of an optional field."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in (Union, types.UnionType):
        kept = [each for each in get_args(annotation) if each is not types.NoneType]
        if len(kept) == 1:
            return _bare(kept[0])
    return annotation
