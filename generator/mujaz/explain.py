"""A mapping that does not fit its noun → problems with place, finding and choice; never raises for data."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from mujaz.allowed import keys, tags, words
from mujaz.arabic import closest
from mujaz.model.content import Path, Source
from mujaz.model.cron import Cron, parsed
from mujaz.model.text import SLUG
from mujaz.problems import Problem, Where
from mujaz.spans import spots
from mujaz.zones import names

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
    "int_parsing_size": "number",
    "int_from_float": "number",
    "bool_type": "yes-or-no",
    "bool_parsing": "yes-or-no",
    "date_type": "date",
    "date_parsing": "date",
    "date_from_datetime_parsing": "date",
    "date_from_datetime_inexact": "date",
}
"""pydantic's kind of error → what would have been right."""
_FORMS = {"accent": "colour", "ink": "colour", "country": "country", "id": "reference-key", "address": "address"}
"""A field that is written in a form of its own → the name of that form."""
_FILLERS: Mapping[str, object] = {
    "kind": "summary",
    "date": "2000-01-01",
    "priority": "1",
    "side": "positive",
    "verdict": "open",
    "horizon": "short",
    "chart": "bar",
    "stance": "mixed",
    "area": "political",
    "data": {"columns": ["…", "…"], "rows": [["…", "1"], ["…", "1"]]},
    "points": [{}],
    "blocks": [{}],
    "columns": ["…"],
    "rows": [["…"]],
}
"""What `mended` writes where a field is missing; "…" in all others."""
_ROUNDS = 8
"""Of mending: a mistake in a point shows only when its block is one."""


def typed(noun: type[N], data: object, source: Source) -> tuple[N | None, tuple[Problem, ...]]:
    """The noun that the data of a file makes, or all that is wrong with it."""
    try:
        return noun.model_validate(data), ()
    except ValidationError as error:
        misfits = [_Misfit(detail, noun, data, source) for detail in _details(error)]
        return None, tuple(problem for misfit in misfits for problem in _problems(misfit))


def mended(noun: type[N], data: object) -> N | None:
    """What is left of a noun when its mistakes are taken out, so that its links can be judged in the same run.

    No reader is ever told of it, for what was missing is filled in.
    """
    data = copy.deepcopy(data)
    for _ in range(_ROUNDS):
        try:
            return noun.model_validate(data)
        except ValidationError as error:
            for detail in _details(error):
                _mend(detail, data)
    return None


def slug_like(text: str) -> dict[str, str]:
    """The name that was probably meant, as a fact; no fact where nothing of it can be kept."""
    near = "".join(c if c.isascii() and c.isalnum() else "-" for c in text.strip().lower()).strip("-")
    return {"closest": near} if SLUG.fullmatch(near) else {}


@dataclass(frozen=True, slots=True)
class _Misfit:
    """One of pydantic's findings, with the data and the text that it is about."""

    detail: ErrorDetails
    noun: type[BaseModel]
    data: object
    source: Source

    @property
    def path(self) -> Path:
        found = _walk(self.detail["loc"], self.data)
        return (*found, "kind") if self.detail["type"] == "union_tag_invalid" else found

    @property
    def value(self) -> Any:
        return _at(self.data, self.path)

    @property
    def facts(self) -> dict[str, str]:
        return {key: str(fact) for key, fact in self.detail.get("ctx", {}).items()}


def _details(error: ValidationError) -> list[ErrorDetails]:
    """What pydantic found, without lists that it calls too short only since items with mistakes do not count."""
    return [
        detail
        for detail in error.errors(include_url=False)
        if detail["type"] != "too_short" or len(detail["input"]) < detail["ctx"]["min_length"]
    ]


def _problems(misfit: _Misfit) -> Iterator[Problem]:
    kind, path, value = misfit.detail["type"], misfit.path, misfit.value
    where = misfit.source.where(path)
    if kind == "row-length":
        yield from _rows(value, path, misfit.source)
    elif kind in ("type-wrong", "text-empty") and isinstance(value, Mapping) and value:
        # A text with variants, or a name in several languages: say which of them.
        for key, each in value.items():
            if not isinstance(each, str) or not each.strip():
                yield _unfit((*path, key), each, "text", misfit.source)
    elif kind == "model_type" and "rows" in path[-2:-1]:
        yield _unfit(path, value, "list", misfit.source)
    elif kind == "model_type" and not path:
        yield Problem("keys-expected", where, {"found": _sort(value)})
    elif kind.startswith("cron-"):
        yield from _of_cron(value, path, misfit.source)
    elif kind == "type-wrong":
        yield _unfit(path, value, "text", misfit.source)
    elif kind in _TYPES:
        yield _unfit(path, value, _TYPES[kind], misfit.source)
    elif kind in ("missing", "union_tag_not_found"):
        field = "kind" if kind == "union_tag_not_found" else str(misfit.detail["loc"][-1])
        choice = (
            {"allowed": ", ".join(tags(misfit.noun, misfit.detail["loc"]))} if kind == "union_tag_not_found" else {}
        )
        yield Problem("field-missing", where, {"field": field, "in": _name(path), **choice})
    elif kind == "extra_forbidden":
        last = str(misfit.detail["loc"][-1])
        yield Problem("key-unknown", where, _choice(last, keys(misfit.noun, misfit.detail["loc"][:-1])))
    else:
        yield _worded(misfit)


def _worded(misfit: _Misfit) -> Problem:
    """A value of the right type that is not one of those that may stand there."""
    rule, path, value, ctx = misfit.detail["type"], misfit.path, misfit.value, misfit.facts
    where, facts = misfit.source.where(path), {"field": _name(path)}
    if rule in ("too_short", "too_long"):
        rule, facts = "count-wrong", {**facts, **_range(ctx, str(len(value)))}
    elif rule in ("greater_than_equal", "less_than_equal"):
        rule, facts = "out-of-range", {**facts, **_range(ctx, _short(value))}
    elif rule == "field-missing":
        facts = {**ctx, "in": _name(path)}
    elif rule == "options-wrong":
        facts = ctx
    elif not isinstance(value, str):
        return _unfit(path, value, "word", misfit.source)
    elif not value.strip():
        rule, facts = "text-empty", _place(path)
    elif rule == "union_tag_invalid":
        rule, facts = "kind-unknown", _choice(value, tags(misfit.noun, misfit.detail["loc"]))
    elif rule in ("value-unknown", "literal_error", "enum"):
        fitting = ctx["allowed"].split(", ") if "allowed" in ctx else words(misfit.noun, misfit.detail["loc"])
        rule, facts = "value-unknown", {**facts, **_choice(value, fitting)}
    elif rule == "zone-unknown":
        facts = {"found": _short(value), **_zone_like(value.strip())}
    elif rule == "slug-wrong":
        facts = {"found": _short(value), **slug_like(value)}
    else:
        rule, facts = "form-wrong", {**facts, "found": _short(value), "form": _FORMS.get(_name(path), "other")}
    return Problem(rule, where, facts)


def _unfit(path: Path, value: object, expected: str, source: Source) -> Problem:
    where, facts = source.where(path), _place(path)
    if expected == "text" and isinstance(value, str):
        return Problem("text-empty", where, facts)
    return Problem("type-wrong", where, {**facts, "expected": expected, "found": _sort(value)})


def _zone_like(text: str) -> dict[str, str]:
    """The zone that was probably meant: its place alone was written, or its name in another spelling."""
    known = sorted(names())
    near = next((name for name in known if name.rpartition("/")[2].lower() == text.lower()), None)
    if near is None and not any(name.startswith(f"{text}/") for name in known):
        near = closest(text, known)
    return {"closest": near} if near else {}


def _of_cron(text: str, path: Path, source: Source) -> Iterator[Problem]:
    """Every fault of a cron line, at the field that it is in."""
    found = parsed(text)
    for fault in () if isinstance(found, Cron) else found:
        where, span = source.where(path), source.spans.get(path)
        before = spots(source.lines, span, text[: fault.at + 1]) if span else None
        if before:
            where = Where(source.path, before[-1].line + 1, before[-1].column + 1)
        yield Problem(fault.rule, where, {name: _short(fact) for name, fact in fault.facts.items()})


def _rows(table: Mapping[str, Any], path: Path, source: Source) -> Iterator[Problem]:
    """Every row of a table that has another number of cells than the table has columns."""
    columns = len(table["columns"])
    for number, row in enumerate(table["rows"]):
        cells = len(row["cells"] if isinstance(row, Mapping) else row)
        if cells != columns:
            facts = {"row": str(number + 1), "found": str(cells), "columns": str(columns)}
            yield Problem("row-length", source.where((*path, "rows", number)), facts)


def _mend(detail: ErrorDetails, data: Any) -> None:
    """Take one mistake out of the data, or fill one gap in it."""
    path, kind, loc = _walk(detail["loc"], data), detail["type"], detail["loc"]
    here = _at(data, path)
    if kind == "missing" and isinstance(here, dict):
        field = str(loc[-1])
        name = "-".join(("mended", *map(str, path)))
        here[field] = name if field == "id" else copy.deepcopy(_FILLERS.get(field, "…"))
    elif kind in ("union_tag_not_found", "union_tag_invalid") and isinstance(here, dict):
        here["kind"] = "background" if "points" in here else "summary"
    elif kind == "row-length":
        width = len(here["columns"])
        here["rows"] = [[*_cells(row), *["…"] * width][:width] for row in here["rows"]]
    elif path:
        _cut(path, data, model=kind in ("model_type", "model_attributes_type"))


def _cut(path: Path, data: Any, *, model: bool) -> None:
    """Take a value away; where it is one of a list, the places of the others must not change."""
    if isinstance(path[-1], int) and not model:
        path = path[:-1]
    holder: Any = _at(data, path[:-1])
    if model:
        holder[path[-1]] = {}
    elif isinstance(holder, dict):
        holder.pop(path[-1], None)


def _cells(row: Any) -> list[Any]:
    return list(row["cells"] if isinstance(row, Mapping) else row)


def _walk(loc: tuple[int | str, ...], data: object) -> Path:
    """The part of pydantic's location that exists in the data.

    Locations also hold the tags of unions and the names that a validator gave to unnamed things
    (`- problem: {depth: x}` is validated as `{kind: problem, depth: x}`); these are stepped over.
    """
    path: list[str | int] = []
    here: Any = data
    untagged = True
    for step in loc:
        in_list = bool(path) and isinstance(path[-1], int)
        if untagged and in_list and isinstance(here, Mapping) and here.get("kind") == step:
            untagged = False
            continue
        if (isinstance(here, Mapping) and step in here) or (
            isinstance(here, list) and isinstance(step, int) and step < len(here)
        ):
            here = _at(here, (step,))
        elif (
            in_list
            and isinstance(here, Mapping)
            and len(here) == 1
            and isinstance(inner := next(iter(here.values())), Mapping)
            and step in inner
        ):
            path.append(next(iter(here)))
            here = inner[step]
        else:
            continue
        path.append(step)
    return tuple(path)


def _at(data: Any, path: Path) -> Any:
    for step in path:
        data = data[step]
    return data


def _name(path: Path) -> str:
    """The last key that an author wrote on the way, for «in …»."""
    return next((str(step) for step in reversed(path) if isinstance(step, str)), "")


def _place(path: Path) -> dict[str, str]:
    """The key that a value belongs to; inside a list, also which item it is."""
    numbers: list[str] = []
    for step in reversed(path):
        if isinstance(step, str):
            break
        numbers.insert(0, str(step + 1))
    return {"field": _name(path), **({"item": ".".join(numbers)} if numbers else {})}


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
    facts = {"found": _short(found), "allowed": ", ".join(allowed)}
    near = closest(found, allowed)
    return {**facts, "closest": near} if near else facts


def _range(ctx: Mapping[str, str], found: str) -> dict[str, str]:
    least = ctx.get("min_length") or ctx.get("ge")
    most = ctx.get("max_length") or ctx.get("le")
    return {"found": found, "bound": "least" if least else "most", "limit": str(least or most)}
