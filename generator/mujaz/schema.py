"""The nouns → JSON Schema for editors, told in Arabic and English; judges no data, writes no file.

Editors read YAML with types, where Mujaz reads text: a year is a number to them, and «نعم» none. So wherever a text may
stand, a number or a truth value may stand too.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Mapping
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Any, Final

from pydantic import BaseModel

from mujaz.csl import DATES, NAMES, TEXTS
from mujaz.marks import parse
from mujaz.model.blocks import kinds
from mujaz.model.content import CSL_TYPES, Audience, Reference, Topic, Workspace
from mujaz.model.text import SLUG, Depth

Node = dict[str, Any]

FOLDER: Final = "schema"
"""Where a workspace keeps its schemas."""
NOUNS: Final[Mapping[str, type[BaseModel]]] = {
    "topic": Topic,
    "audience": Audience,
    "workspace": Workspace,
    "references": Reference,
}
"""Name of a schema → the noun of the files that it is for."""

_DRAFT: Final = "http://json-schema.org/draft-07/schema#"
_TEXT: Final[Node] = {"type": ["string", "number", "boolean"], "minLength": 1}
_NUMBER: Final[Node] = {"type": ["integer", "string"], "pattern": "^[0-9٠-٩]+$"}
_DAY: Final[Node] = {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
_TRUTH: Final[Node] = {"type": ["boolean", "string"], "pattern": "^(true|false|yes|no|on|off)$"}
_SLUG: Final[Node] = {"type": ["string", "number"], "pattern": f"^(?:{SLUG.pattern})$"}
_KEY: Final[Node] = {"type": ["string", "number"], "pattern": "^[^\\s,;،؛@\\[\\](){}«»\"']+$"}
_SLUGS: Final = (
    "Point.id",
    "Block.id",
    "Kept.only",
    "Kept.never",
    "Recommendation.answers",
    "Schedule.name",
    "Schedule.topics",
    "Schedule.audiences",
)
"""Fields whose values name a thing: they end up in paths and links."""


def schema(name: str) -> Node:
    """The schema of a kind of file: topic, audience, workspace or references."""
    noun = NOUNS[name]
    made = noun.model_json_schema(by_alias=True, ref_template="#/definitions/{model}")
    whole = {name: _loose(node) for name, node in made.pop("$defs", {}).items()}
    whole[noun.__name__] = _loose(made)
    for each, node in whole.items():
        _tell(each, node)
    _bend(whole)
    root = _listed() if name == "references" else whole.pop(noun.__name__)
    return {"$schema": _DRAFT, **root, "definitions": whole}


def modeline(path: str, name: str) -> str:
    """The line that tells an editor which schema a file of the workspace follows."""
    up = "../" * path.count("/")
    return f"# yaml-language-server: $schema={up}{FOLDER}/{name}.json\n"


# ------------------------------------------------------------------------------------------------ words


@cache
def words() -> Mapping[str, Mapping[str, Any]]:
    """`Class` or `Class.key` → its titles, its Arabic sentence, examples and words."""
    raw = resources.files("mujaz").joinpath("words", "fields.yaml").read_bytes()
    data: Mapping[str, Mapping[str, Any]] = parse(raw, "fields.yaml").data
    return data


def named(noun: type[BaseModel], key: str) -> str:
    """The name under which the words of a field stand: that of the class which first has it."""
    holder, _ = _held(noun, key)
    return f"{holder.__name__}.{key}"


def sentence(noun: type[BaseModel], key: str) -> str:
    """What the source says of a field, in English; empty where it says nothing."""
    holder, field = _held(noun, key)
    return _sentences(holder.__module__).get(f"{holder.__name__}.{field}", "")


def _held(noun: type[BaseModel], key: str) -> tuple[type, str]:
    """The class that first has a field, and the name of the field there."""
    field = next(name for name, each in noun.model_fields.items() if (each.alias or name) == key)
    return next(each for each in noun.__mro__ if field in inspect.get_annotations(each)), field


@cache
def _sentences(module: str) -> Mapping[str, str]:
    """`Class.field` → the text below the field, in the source of a module.

    Pydantic would read it too, for each class when it is made: a fiftieth of a second of every command.
    """
    found: dict[str, str] = {}
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    for noun in (each for each in tree.body if isinstance(each, ast.ClassDef)):
        for field, below in pairwise(noun.body):
            match field, below:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                    found[f"{noun.name}.{name}"] = inspect.cleandoc(text)
    return found


def _nouns(base: type[BaseModel] = BaseModel) -> dict[str, type[BaseModel]]:
    own = {each.__name__: each for each in base.__subclasses__() if each.__module__.startswith("mujaz.model.")}
    return {**own, **{name: noun for each in base.__subclasses__() for name, noun in _nouns(each).items()}}


def _tell(name: str, node: Node) -> None:
    """Put titles, sentences, examples and the meaning of words into a definition and its properties."""
    english = str(node.get("description", ""))
    said = _said(words()[name], english)
    node.update(said)
    _mean(node, words()[name])
    noun = _nouns().get(name)
    for key, inner in node.get("properties", {}).items():
        if noun is None:
            continue
        if key == "kind" and "const" in inner:
            inner.update(title=said["title"], description=said["description"])
            continue
        if "$ref" in inner:  # beside it, draft 7 lets nothing else be read
            inner["allOf"] = [{"$ref": inner.pop("$ref")}]
        entry = words()[named(noun, key)]
        inner.update(_said(entry, sentence(noun, key)))
        _mean(inner, entry)
        if named(noun, key) in _SLUGS:
            _name(inner)


def _said(entry: Mapping[str, Any], english: str) -> Node:
    """What an editor shows of a thing."""
    said: Node = {
        "title": f"{entry['ar-title']} · {entry['title']}",
        "description": f"{entry['ar']}\n\n{entry.get('en', english)}",
    }
    return {**said, "examples": [_typed(entry["example"])]} if "example" in entry else said


def _typed(value: Any) -> Any:
    """An example as an editor reads it: whole numbers are numbers."""
    if isinstance(value, Mapping):
        return {key: _typed(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_typed(each) for each in value]
    return int(value) if str(value).isdecimal() else value


def _mean(node: Any, entry: Mapping[str, Any]) -> None:
    """Beside each word that may stand here, what it means."""
    if not isinstance(node, dict) or "words" not in entry:
        return
    if "enum" in node:
        node["enumDescriptions"] = [f"{entry['words'][word]} · {word}" for word in node["enum"]]
    for key in ("items", "additionalProperties"):
        _mean(node.get(key), entry)


# ------------------------------------------------------------------------------------------------ forms


def _loose(node: Any) -> Any:
    """A schema as pydantic makes it, for data as editors have it: no nulls, and scalars of any type."""
    if isinstance(node, list):
        return [_loose(each) for each in node]
    if not isinstance(node, dict):
        return node
    choices = [each for each in node.get("anyOf", []) if each != {"type": "null"}]
    if len(choices) == 1:
        node = {**{key: each for key, each in node.items() if key != "anyOf"}, **choices[0]}
    node = {key: each for key, each in node.items() if key != "discriminator" and (key, each) != ("default", None)}
    if isinstance(node.get("default"), int) and node["default"] in list(Depth) and "enum" in node:
        node["default"] = Depth(node["default"]).word
    made = {key: _loose(each) for key, each in node.items()}
    if "$ref" in made and len(made) > 1:  # draft 7 passes over what stands beside a reference
        made["allOf"] = [{"$ref": made.pop("$ref")}]
    if "enum" in made or "const" in made or "pattern" in made:
        return made
    kind = made.pop("type", None) if isinstance(made.get("type"), str) else None
    scalar = (
        _DAY
        if made.get("format") == "date"
        else {"string": _TEXT, "integer": _NUMBER, "boolean": _TRUTH}.get(str(kind))
    )
    return {**({"type": kind} if kind else {}), **made, **(scalar or {})}


def _name(node: Node) -> None:
    """The form of a name, or of each name in a list."""
    inner = node.get("items", node)
    inner.pop("minLength", None)
    inner.update(_SLUG)


def _bend(whole: dict[str, Node]) -> None:
    """The short forms that authors write, which the nouns' validators take before pydantic sees them."""
    every: Node = {"enum": list(kinds())}
    if "Row" in whole:
        row = whole["Row"]
        cells = row["properties"]["cells"]["items"]
        told = {key: row.pop(key) for key in ("title", "description")}
        whole["Row"] = {**told, "anyOf": [{"type": "array", "items": cells}, row]}
    if "Figure" in whole:
        data = whole["Figure"]["properties"]["data"]
        data.pop("allOf")
        data["anyOf"] = [{"type": "string", "pattern": "\\.csv$"}, {"$ref": "#/definitions/Grid"}]
    if "Pick" in whole:
        pick = whole["Pick"]
        pick["properties"]["kind"].pop("type", None)
        pick["properties"]["kind"].update(every)
        told = {key: pick.pop(key) for key in ("title", "description")}
        options: Node = {key: each for key, each in pick["properties"].items() if key != "kind"}
        inner: Node = {"type": ["object", "null"], "additionalProperties": False, "properties": options}
        short: Node = {
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": False,
            "properties": dict.fromkeys(kinds(), inner),
        }
        whole["Pick"] = {**told, "anyOf": [every, short, pick]}
        whole["Audience"]["properties"]["gives-way"]["items"] = every
    if "Reference" in whole:
        _cite(whole["Reference"])


def _cite(reference: Node) -> None:
    """An item with the variables of CSL."""
    part: Node = {"type": ["integer", "string"]}
    day: Node = {"type": "array", "minItems": 1, "maxItems": 3, "items": part}
    ymd: Node = {"type": "object", "required": ["year"], "properties": dict.fromkeys(("year", "month", "day"), part)}
    span: Node = {
        "type": "object",
        "properties": {"date-parts": {"type": "array", "minItems": 1, "maxItems": 2, "items": day}},
    }
    person: Node = {
        "anyOf": [
            _TEXT,
            {
                "type": "object",
                "properties": dict.fromkeys(
                    ("family", "given", "literal", "suffix", "dropping-particle", "non-dropping-particle"), _TEXT
                ),
            },
        ]
    }
    forms: dict[str, Node] = {
        **dict.fromkeys(TEXTS, _TEXT),
        **{name: {"anyOf": [_TEXT, span, {"type": "array", "minItems": 1, "items": ymd}]} for name in DATES},
        **{name: {"anyOf": [person, {"type": "array", "items": person}]} for name in NAMES},
    }
    own = reference["properties"]
    own["id"] = {**own["id"], **_KEY}
    own["type"] = {**{key: each for key, each in own["type"].items() if key != "type"}, "enum": list(CSL_TYPES)}
    for name in sorted(forms.keys() - own.keys()):
        entry = words().get(f"CSL.{name}")
        own[name] = {**forms[name], **(_said(entry, "") if entry else {})}


def _listed() -> Node:
    """A file of references: a list of items, or a mapping that holds it."""
    items: Node = {"type": "array", "items": {"$ref": "#/definitions/Reference"}}
    held: Node = {"type": "object", "required": ["references"], "properties": {"references": items}}
    said = _said(words()["Reference"], "One item of CSL-YAML.")
    return {"title": said["title"], "anyOf": [held, items]}
