"""`Listing` + templates → the `Document` of the site's index; opens nothing, lets no script run but its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from mujaz.model.brief import plain
from mujaz.model.document import Document, Medium
from mujaz.model.listing import Listing
from mujaz.policy import closed
from mujaz.problems import Problem, Where
from mujaz.templates import SITE, House, TemplateMistakeError, Templates, look_of, rendered

INDEX = "index.html"
"""Its name below the output folder."""
_SCRIPT = SITE + "index.js"


def index(listing: Listing, labels: Mapping[str, Any], templates: Templates, *, house: House) -> Document:
    """The page that lists everything. Raises TemplateMistakeError where a template of the house does not work."""
    script = _script(templates)
    given = {
        "index": plain(listing),
        "labels": labels,
        "house": look_of(house, direction=listing.direction, digits="western", medium=Medium.SCREEN),
        "script": Markup(script),  # noqa: S704 # a template like the others, printed as it is
    }
    return Document(
        name=INDEX,
        html=closed(rendered(templates, SITE + "index.html.j2", given)),
        medium=Medium.SCREEN,
        language=listing.language,
        direction=listing.direction,
        theme=house.workspace.theme,
        title=listing.title,
        day=max((entry.day for topic in listing.topics for entry in topic), default=""),
    )


def _script(templates: Templates) -> str:
    try:
        return (templates.held(_SCRIPT) or b"").decode()
    except UnicodeDecodeError:
        found = {"found": "?", "guess": "Windows-1256"}
        raise TemplateMistakeError(Problem("file-not-utf8", Where(templates.origins[_SCRIPT]), found)) from None
