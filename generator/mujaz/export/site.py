"""`Listing` + templates → the `Document` of the site's index; opens nothing, lets no script run but its own."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from mujaz.compose import SITE, House, TemplateMistakeError, Templates, look_of, rendered
from mujaz.model.brief import plain
from mujaz.model.document import Document, Medium
from mujaz.model.listing import Listing
from mujaz.problems import Problem, Where

INDEX = "index.html"
"""Its name below the output folder."""
_SCRIPT = SITE + "index.js"


def index(listing: Listing, labels: Mapping[str, Any], templates: Templates, *, house: House) -> Document:
    """The page that lists everything. Raises TemplateMistakeError where a template of the house does not work."""
    script = _script(templates)
    given = {
        "index": plain(listing),
        "labels": labels,
        "house": look_of(house, direction=listing.direction, digits="western"),
        "script": Markup(script),  # noqa: S704 # a template like the others, printed as it is
        "policy": _policy(script),
    }
    return Document(
        name=INDEX,
        html=rendered(templates, SITE + "index.html.j2", given),
        medium=Medium.SCREEN,
        language=listing.language,
        direction=listing.direction,
        title=listing.title,
        day=max((entry.day for topic in listing.topics for entry in topic), default=""),
    )


def _script(templates: Templates) -> str:
    try:
        return templates.files[_SCRIPT].decode()
    except UnicodeDecodeError:
        found = {"found": "?", "guess": "Windows-1256"}
        raise TemplateMistakeError(Problem("file-not-utf8", Where(templates.origins[_SCRIPT]), found)) from None


def _policy(script: str) -> str:
    """What a browser may do with the page: run this script, and load nothing from anywhere."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
