"""What the lint finds, and how much it weighs; knows no CSS and no HTML."""

from __future__ import annotations

from dataclasses import dataclass

from mujaz.problems import Severity

WEIGHTS = {
    "print-flex": Severity.ERROR,
    "print-grid": Severity.ERROR,
    "print-float": Severity.ERROR,
    "print-marker": Severity.ERROR,
    "print-ellipsis": Severity.ERROR,
    "print-footnote-area": Severity.ERROR,
    "print-indent": Severity.WARNING,
    "print-column-rule": Severity.WARNING,
    "print-leader": Severity.WARNING,
    "letter-spacing": Severity.ERROR,
    "svg-text": Severity.ERROR,
    "address-denied": Severity.ERROR,
}
"""Rule → weight: what breaks a page is an error, what only spoils its look is a warning."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """Something that WeasyPrint, Arabic or the rule that nothing is loaded does not bear."""

    line: int
    column: int
    rule: str
    found: str
