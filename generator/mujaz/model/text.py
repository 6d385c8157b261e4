"""One written value → `Wording`, `Names` or a checked word; the types that the other nouns are made of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Annotated, Any, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
"""What may name a folder, a file, an id: it ends up in paths and links."""


class Shape(StrEnum):
    """How a text may be written: one paragraph, or Markdown of any length."""

    LINE = "line"
    FLOW = "flow"


class Depth(IntEnum):
    """How much of a block or point is told: each depth tells what the shallower ones leave out."""

    HEADLINE = 1
    GIST = 2
    DETAIL = 3

    @property
    def word(self) -> str:
        """The depth as authors write it."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Since:
    """A mark on a field: it is told from this depth on."""

    depth: Depth


_NOBODY: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Wording:
    """A text, and where it differs, its text for single audiences."""

    default: str
    variants: Mapping[str, str] = field(default_factory=lambda: _NOBODY)
    """Audience → its own text."""

    def told_to(self, audience: str) -> str:
        """The text that this audience reads."""
        return self.variants.get(audience, self.default)


@dataclass(frozen=True, slots=True)
class Names:
    """A name in one or more languages; the first one stands in for the languages that have none."""

    by_language: Mapping[str, str]

    def spoken(self, language: str) -> str:
        """The name in `language`, or the first that was written."""
        return self.by_language.get(language) or next(iter(self.by_language.values()))


def _filled(value: object, expected: str) -> str:
    if not isinstance(value, str):
        raise PydanticCustomError("type-wrong", "expected {expected}", {"expected": expected})
    if not value.strip():
        raise PydanticCustomError("text-empty", "empty")
    return value.strip()


def _wording(value: object) -> Wording:
    if isinstance(value, Wording):
        return value
    if not isinstance(value, Mapping):
        return Wording(_filled(value, "text"))
    if "default" not in value:
        raise PydanticCustomError("field-missing", "default is missing", {"field": "default"})
    texts = {str(audience): _filled(text, "text") for audience, text in value.items()}
    return Wording(texts.pop("default"), MappingProxyType(texts))


def _names(value: object) -> Names:
    if isinstance(value, Names):
        return value
    if isinstance(value, Mapping) and value:
        return Names(MappingProxyType({str(lang): _filled(name, "text") for lang, name in value.items()}))
    return Names(MappingProxyType({"": _filled(value, "text")}))


def _slug(value: str) -> str:
    if not SLUG.fullmatch(value):
        raise PydanticCustomError("slug-wrong", "not a slug", {"found": value})
    return value


def _depth(value: object) -> Depth:
    if isinstance(value, Depth):
        return value
    allowed = ", ".join(depth.word for depth in Depth)
    if not isinstance(value, str) or value.upper() not in Depth.__members__:
        raise PydanticCustomError("value-unknown", "not a depth", {"found": str(value), "allowed": allowed})
    return Depth[value.upper()]


_WORDING_SCHEMA: dict[str, Any] = {
    "oneOf": [
        {"type": "string", "minLength": 1},
        {
            "type": "object",
            "required": ["default"],
            "additionalProperties": {"type": "string", "minLength": 1},
        },
    ]
}
_NAMES_SCHEMA: dict[str, Any] = {
    "oneOf": [{"type": "string"}, {"type": "object", "additionalProperties": {"type": "string"}}]
}

Line = Annotated[Wording, PlainValidator(_wording), WithJsonSchema(_WORDING_SCHEMA), Shape.LINE]
"""One paragraph with inline Markdown and citations."""
Flow = Annotated[Wording, PlainValidator(_wording), WithJsonSchema(_WORDING_SCHEMA), Shape.FLOW]
"""Markdown of any length, with citations."""
Label = Annotated[Names, PlainValidator(_names), WithJsonSchema(_NAMES_SCHEMA)]
"""A name, by language where it differs."""
Slug = Annotated[str, AfterValidator(_slug)]
"""Small Latin letters, digits and hyphens, at most 64."""
Level = Annotated[Depth, PlainValidator(_depth), WithJsonSchema({"enum": [depth.word for depth in Depth]})]
"""A depth, as authors write it."""


def shape_of(annotation: Any) -> Shape | None:
    """The shape of the texts in a field: its mark stands somewhere inside the annotation."""
    marks = [mark for mark in getattr(annotation, "__metadata__", ()) if isinstance(mark, Shape)]
    inner = (shape_of(each) for each in get_args(annotation))
    return marks[0] if marks else next((shape for shape in inner if shape), None)


class Noun(BaseModel):
    """What every written thing shares: frozen, no unknown keys, hyphens in the names of keys."""

    model_config = ConfigDict(
        defer_build=True,  # a tenth of a second of every command: only what is read is built
        frozen=True,
        extra="forbid",
        alias_generator=lambda name: name.replace("_", "-"),
        hide_input_in_errors=True,
    )


class Judged(Noun):
    """A thing that a rule of the checker may be silenced for."""

    allow: Mapping[str, str] = Field(default_factory=dict)
    """Rule → the reason why it does not apply here."""


class Kept(Judged):
    """A thing that may be kept from an audience."""

    only: tuple[Slug, ...] | None = None
    """The audiences that see it; no other one does."""
    never: tuple[Slug, ...] = ()
    """The audiences that it is kept from."""

    def shown_to(self, audience: str) -> bool:
        """Whether this audience may see it."""
        return audience not in self.never and (self.only is None or audience in self.only)
