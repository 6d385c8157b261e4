"""Press `Document` + what is asked for → `Pressed`, one file for a printing house; opens and writes nothing."""

from __future__ import annotations

import io
import math
from dataclasses import replace

import pikepdf

from mujaz.export.booklet import ThickError, paper_for, sheets
from mujaz.export.exchange import finished
from mujaz.export.inks import Mixer
from mujaz.export.pdf import plates as set_pages
from mujaz.export.separation import UnprintableColourError, separate
from mujaz.export.trim import Paper, UnevenPagesError, plates
from mujaz.model.document import Document
from mujaz.model.press import Pressed, Pressing
from mujaz.problems import Problem, Where


def press(how: Pressing, document: Document) -> Pressed:
    """The file, or the problems why there is none."""
    laid = set_pages(document)
    where = Where(f"output/{document.name}")
    try:
        with pikepdf.open(io.BytesIO(laid.data)) as pdf:
            made = _printed(pdf, document, how)
    except UnprintableColourError as error:
        problem = Problem("colour-unprintable", where, {"found": str(error)})
    except UnevenPagesError as error:
        problem = Problem("pages-uneven", where, {"found": str(error)})
    except ThickError as error:
        problem = Problem("creep-wide", where, {"limit": f"{math.floor(1000 * error.args[0]) / 1000:g}"})
    else:
        return replace(made, problems=laid.problems)
    return Pressed(b"", problems=(*laid.problems, problem))


def _printed(pdf: pikepdf.Pdf, document: Document, how: Pressing) -> Pressed:
    """Pages in their inks, on their paper, and all that the file says of itself."""
    if how.profile:
        separate(pdf, Mixer(how.profile))
    held = plates(pdf)
    if how.booklet:
        made = list(sheets(pdf, held, how.booklet, rtl=document.direction == "rtl"))
        paper, _ = paper_for(held, how.booklet)
    else:
        paper = Paper(held.width, held.height, held.bleed)
        drawn = f"q 1 0 0 1 {paper.edge:.3f} {paper.edge:.3f} cm /P Do Q".encode()
        made = [paper.sheet(pdf, drawn, {"P": form}, fold=False) for form in held.forms]
    del pdf.pages[:]
    for each in made:
        pdf.pages.append(pikepdf.Page(pdf.make_indirect(each)))
    return Pressed(
        finished(pdf, document, how),
        len(held.forms),
        paper=paper.whole,
        page=(paper.width / (2 if how.booklet else 1), paper.height),
        bleed=held.bleed if paper.marks else 0.0,
        sheets=len(made) // 2 if how.booklet else 0,
        fonts=tuple(sorted(_embedded(pdf))),
    )


def _embedded(pdf: pikepdf.Pdf) -> set[str]:
    """The names of the fonts that the file carries whole or in part."""
    described = [each for each in pdf.objects if isinstance(each, pikepdf.Dictionary) and "/FontName" in each]
    carried = [each for each in described if "/FontFile2" in each or "/FontFile3" in each]
    return {str(each.FontName).lstrip("/").rpartition("+")[2] for each in carried}
