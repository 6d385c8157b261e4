"""`Brief` + templates → `Document`: notes, contents, pictures as a medium has them; decides nothing about content."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from markupsafe import Markup, escape

from mujaz.arabic import digits
from mujaz.bidi import Base, settle
from mujaz.draw import Look, draw
from mujaz.faces import faces_of
from mujaz.labels import labels_of
from mujaz.model.brief import Brief, Note, plain
from mujaz.model.document import Attachment, Document, Medium, Target
from mujaz.model.edition import Issue, Shown
from mujaz.model.text import Depth
from mujaz.notes import voice_for
from mujaz.policy import closed
from mujaz.problems import Problem, Where
from mujaz.prose import localise
from mujaz.templates import House, TemplateMistakeError, Templates, look_of, rendered
from mujaz.ties import tied

_CALL = re.compile(r'<a class="note-call" id="call_(\d+)"[^>]*>([^<]*)</a>')
_CITED = re.compile(r'((?:<a class="note-call"[^>]*>[^<]*</a>| <span class="cite">.*?</span>)+)([.،؛!?؟…]*)$')
"""The calls, or the author and year, that end a text, and the mark that may stand after them."""
_BUTTON = '<button class="note-call" id="call_{0}" popovertarget="note_{0}">{1}</button>'
_HELD = re.compile(
    r'(?:(?<=[\s>])|^)([^\s<>&]{1,24})?(<button class="note-call"[^>]*>[^<]*</button>)([.،؛:؟!?,;»”")\]…]*)'
)
"""A word of usual length, the call of its note, and the marks after it."""
_FIRST = Issue()
_SCROLL = '<div class="scroll" tabindex="0" role="region" aria-label="{0}">'


def compose(
    brief: Brief,
    templates: Templates,
    *,
    medium: Medium,
    house: House,
    issue: Issue = _FIRST,
) -> Document:
    """The page of a brief in an edition. Raises TemplateMistakeError where a template of the house does not work."""
    labels = labels_of(templates, brief.language)
    try:
        told = _headed(_drawn(plain(brief), brief, medium=medium, house=house), labels)
        told["contents"] = brief.contents or (not medium.paged and _long(told))
    except (KeyError, TypeError) as error:
        where = Where(f"templates/labels/{brief.language}.yaml")
        raise TemplateMistakeError(Problem("template-wrong", where, {"found": f"labels: {error}"})) from error
    told = _set_out(told, {str(note.index): note for note in brief.notes}, None if medium.paged else labels)
    given = {
        "brief": told,
        "labels": labels,
        "house": look_of(house, direction=brief.direction, digits=brief.digits, medium=medium),
        "edition": digits(str(issue.number), brief.digits),
        "changes": _changed(issue.shown, brief) if issue.shown else {},
        "code": _code(brief.web) if medium.paged else "",
        "print": medium.paged,
        "press": medium is Medium.PRESS,
    }
    limits = house.workspace.limits
    half = max(1, min(limits.seconds, limits.cpu_seconds) // 2)
    html = rendered(templates, "brief.html.j2", given, seconds=half)
    base: Base = "rtl" if brief.direction == "rtl" else "ltr"
    html = settle(tied(html, base), base) if medium.paged else closed(html)
    return Document(
        name=Target(brief.slug, brief.audience, brief.language, medium).name,
        html=html,
        medium=medium,
        language=brief.language,
        direction=brief.direction,
        title=brief.name,
        day=brief.day,
        theme=house.workspace.theme,
        attachments=tuple(_attachments(brief, labels)) if medium is Medium.PRINT else (),
    )


def _attachments(brief: Brief, labels: Mapping[str, Any]) -> Iterator[Attachment]:
    """The brief itself for programs, and what it cites for those who cite it in their turn."""
    told = plain(brief)
    sources = told.pop("sources")
    words = labels["attachments"]
    yield Attachment("brief.json", words["brief"], _json(told))
    if sources:
        yield Attachment("references.json", words["references"], _json(sources))


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _code(address: str) -> str:
    """A QR code (ISO/IEC 18004, level M) that leads to an address, as a picture; nothing where there is none."""
    if not address:
        return ""
    import segno  # noqa: PLC0415 # only where a house publishes

    drawn = segno.make(address, error="m", micro=False).svg_inline(border=0, dark="#000000", omitsize=True)
    return f"data:image/svg+xml;base64,{base64.b64encode(drawn.encode()).decode()}"


def _changed(shown: Shown, brief: Brief) -> dict[str, Any]:
    """What changed, set like any text of the brief; a point that the page has is linked."""
    voice = voice_for(brief.language, brief.digits)

    def text(words: str) -> Markup:
        # Quotation marks need no escape in a text, and a number in one would be taken for one of the brief's.
        safe = str(escape(words)).replace("&#39;", "'").replace("&#34;", '"')
        return Markup(localise(safe, voice))  # noqa: S704 # escaped before

    places = {item.anchor for section in brief.sections for item in section.points}
    lines = [
        {
            "kind": line.kind,
            "word": line.word,
            "section": text(line.section),
            "names": [
                {
                    "text": text(each.text),
                    "anchor": each.point if each.point in places else "",
                    "figures": text(each.figures),
                }
                for each in line.names
            ],
            "rest": line.rest,
        }
        for line in shown.lines
    ]
    return {"title": text(shown.title), "lines": lines, "more": shown.more}


_NAMING = ("term", "actor", "headline")
"""What names a point in the contents, the first that it has."""
_ENTRY = {"rtl": 38, "ltr": 32}
"""Characters on a line of a column of contents, for a column to be as long as the other."""
_LONG = 4
"""So many sections are more than a screen shows at once: its page has contents, whatever its paper has."""
_PAPER = (6.6, 10.5)
_PHONE = (4.0, 10.0)
"""Width of a chart in inches, and the size of its words in points: a page's measure, and twice a phone's."""


def _drawn(told: dict[str, Any], brief: Brief, *, medium: Medium, house: House) -> dict[str, Any]:
    """The brief with a picture in the place of each chart's figures."""
    width, size = _PAPER if medium.paged else _PHONE
    colours = house.workspace.colours
    for section, written in zip(told["sections"], brief.sections, strict=True):
        if written.plot:
            look = Look(faces_of(house.workspace.theme, medium)[0].path, colours.accent, colours.ink, width, size)
            svg = base64.b64encode(draw(written.plot, look).encode()).decode()
            section["picture"] = f"data:image/svg+xml;base64,{svg}"
    return told


def _set_out(told: Any, notes: Mapping[str, Note], words: Mapping[str, Any] | None) -> Any:
    """The brief with what its medium asks of a text; `words` are the labels of a screen, and None on paper."""
    if isinstance(told, Markup):
        return _on_screen(told, words) if words else _on_paper(told, notes)
    if isinstance(told, dict):
        return {key: _set_out(each, notes, words) for key, each in told.items()}
    if isinstance(told, list):
        return [_set_out(each, notes, words) for each in told]
    return told


def _on_paper(text: Markup, notes: Mapping[str, Note]) -> Markup:
    """Every call of a note replaced by the note itself: the page moves it to its foot and numbers it."""
    return Markup(  # noqa: S704 # both parts are Markup already; `sub` forgets it
        _CALL.sub(lambda call: f'<span class="footnote">{notes[call[1]].text}</span>', text)
    )


def _on_screen(text: Markup, words: Mapping[str, Any]) -> Markup:
    """A call is a button that opens its note over the text, with no script; a wide table scrolls inside itself."""
    called = _CALL.sub(lambda call: _BUTTON.format(call[1], call[2]), text)
    # Browsers break lines on both sides of a button, also before a full stop.
    called = _HELD.sub(r'<span class="w">\1\2\3</span>', called)
    opened = Markup(_SCROLL).format(words["scroll"])  # noqa: S704 # as above
    return Markup(called.replace("<table>", f"{opened}<table>").replace("</table>", "</table></div>"))  # noqa: S704 # as above


def _headed(told: dict[str, Any], labels: Mapping[str, Any]) -> dict[str, Any]:
    """The brief with the words that labels add to it, and with its sections in groups.

    Two sections that are set against each other are a group.
    """
    groups: list[dict[str, Any]] = []
    for section in told["sections"]:
        side = section["fields"].get("side")
        section["heading"] = labels["sides"][side] if side else labels["kinds"][section["kind"]]
        if section["kind"] == "quote":
            section["quoted"] = _quoted(section["fields"]["text"], labels["quote"])
        if section["opposes"]:
            groups[-1] = _pair(groups[-1]["sections"][0], section)
        else:
            groups.append({"sections": [section]})
    count = digits(str(len(told["sources"])), told["digits"])
    told = {**told, "groups": groups, "count": count, "heading": f"{told['name']} | {told['label']}"}
    return {**told, "entries": _entries(told, labels)}


def _long(told: Mapping[str, Any]) -> bool:
    """Whether the text has sections enough for a reader to need a way through them."""
    anchors = {section["anchor"] for section in told["sections"]}
    return sum(each["anchor"] in anchors for each in told["entries"]["all"]) >= _LONG


def _quoted(text: Markup, marks: Mapping[str, str]) -> Markup:
    """Someone's words between the marks of a language; the calls of notes at their end are not theirs."""
    spoken = _CITED.search(text)
    words, calls, stop = (text[: spoken.start()], spoken[1], spoken[2]) if spoken else (text, "", "")
    return Markup("{}{}{}{}{}").format(marks["open"], Markup(words), stop, marks["close"], Markup(calls))  # noqa: S704 # parts of a Markup


def _entries(told: dict[str, Any], labels: Mapping[str, Any]) -> dict[str, Any]:
    """The table of contents: all of it, and the same in two columns that are as long as each other, nearly."""
    entries = [
        {
            "anchor": section["anchor"],
            "text": section["mention"] or section["heading"],
            "below": [
                {"anchor": item["anchor"], "text": next(filter(None, map(item["mentions"].get, _NAMING)))}
                for item in section["points"]
                if section["depth"] == Depth.DETAIL.word
            ],
        }
        for section in told["sections"]
        if section["mention"] or section["kind"] not in ("quote", "note")
    ]
    at = len(entries)
    for each in told["lists"]:
        anchor = f"references_{each['script']}"
        entries.append({"anchor": anchor, "text": labels["lists"][each["script"]], "below": []})
    notes = [{"anchor": "_notes", "text": labels["notes"], "below": []}] if told["notes"] else []
    return {
        "all": [*entries[:at], *notes, *entries[at:]],
        "columns": _halved(entries, _ENTRY[told["direction"]]),
    }


def _halved(entries: list[dict[str, Any]], measure: int) -> list[list[dict[str, Any]]]:
    """Entries in two columns of as many lines, nearly; an entry goes on in the second with what stands below it."""
    rows = [(at, below) for at, entry in enumerate(entries) for below in range(len(entry["below"]) + 1)]
    named = [entries[at]["below"][below - 1] if below else entries[at] for at, below in rows]
    lines = [1 + len(each["text"]) // measure for each in named]
    middle = min(range(len(rows)), key=lambda row: abs(sum(lines[:row]) - sum(lines[row:])), default=0)
    if not middle:
        return [entries] if entries else []
    at, below = rows[middle]
    entry, first = entries[at], max(below - 1, 0)
    if not below:
        return [entries[:at], entries[at:]]
    if not first:  # its name does not stand alone at the foot
        return [entries[:at], entries[at:]] if at else [entries]
    begun, rest = {**entry, "below": entry["below"][:first]}, {**entry, "text": "", "below": entry["below"][first:]}
    return [[*entries[:at], begun], [rest, *entries[at + 1 :]]]


def _pair(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """Two sides point by point, as far as the shorter one goes; then what is left of the longer one."""
    common = min(len(first["points"]), len(second["points"]))
    longer = first if len(first["points"]) > common else second
    return {
        "sections": [first, second],
        "rows": [list(row) for row in zip(first["points"], second["points"], strict=False)],
        "longer": longer,
        "rest": longer["points"][common:],
    }
