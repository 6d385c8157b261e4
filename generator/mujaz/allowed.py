"""A place in a noun → the keys and words that may stand there; knows no data and no mistake."""

from __future__ import annotations

import types
from collections.abc import Mapping
from enum import Enum
from typing import Annotated, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

Location = tuple[int | str, ...]
"""As pydantic gives it: keys, positions, and the tags of unions."""

_RARE = ("only", "never", "allow")
"""Keys that few things need, in the order in which they are told, after all others."""


def keys(noun: type[BaseModel], loc: Location) -> list[str]:
    """The keys that may stand at a location."""
    here = _type_at(noun, loc)
    return _aliases(here) if isinstance(here, type) and issubclass(here, BaseModel) else []


def _aliases(model: type[BaseModel]) -> list[str]:
    """What a thing is and says first; for whom it is, which few of them need, last."""
    names = [each.alias or name for name, each in model.model_fields.items()]
    return sorted(names, key=lambda name: (_RARE.index(name) + 1 if name in _RARE else 0, name != "kind"))


def words(noun: type[BaseModel], loc: Location) -> list[str]:
    """The words that may stand at a location."""
    here = _type_at(noun, loc)
    if get_origin(here) is Literal:
        return [str(word) for word in get_args(here)]
    if isinstance(here, type) and issubclass(here, Enum):
        return [str(each.value) for each in here]
    return []


def tags(noun: type[BaseModel], loc: Location) -> list[str]:
    """The tags of the union that a location ends in."""
    return [tag for each in get_args(_type_at(noun, loc)) for tag in _tags(each)]


def _type_at(noun: type[BaseModel], loc: Location) -> object:
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
    if get_origin(here) is Mapping:
        return get_args(here)[1]
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
