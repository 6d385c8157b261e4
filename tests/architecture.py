"""First lines of modules and the import contract → the table of ARCHITECTURE.md; run as a script, it writes it."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "generator" / "mujaz"
PAGE = ROOT / "ARCHITECTURE.md"
_TABLE = re.compile(r"(<!-- modules -->\n).*?(<!-- /modules -->)", re.DOTALL)


def floors() -> list[list[str]]:
    """The names of each floor's modules and packages, the lowest floor first."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    layers = config["tool"]["importlinter"]["contracts"][0]["layers"]
    return [[name.strip() for name in layer.split("|")] for layer in reversed(layers)]


def modules(name: str) -> list[Path]:
    """The files of a module, or of a package with its border line first."""
    if (SOURCE / f"{name}.py").is_file():
        return [SOURCE / f"{name}.py"]
    return [SOURCE / name / "__init__.py", *sorted(set((SOURCE / name).glob("*.py")) - {SOURCE / name / "__init__.py"})]


def border(path: Path) -> str:
    """The first line of a module's docstring."""
    text = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    return text.partition("\n")[0]


def table() -> str:
    """The table in Markdown."""
    rows = ["| floor | module | what goes in and comes out, and what it must not do |", "|---|---|---|"]
    for number, names in enumerate(floors()):
        for name in names:
            for path in modules(name):
                shown = path.relative_to(SOURCE).as_posix().replace("/__init__.py", "/")
                rows.append(f"| {number} | `{shown}` | {border(path).replace('|', chr(92) + '|')} |")
    return "\n".join(rows) + "\n"


def page_with_table(page: str) -> str:
    """A page with the table between its marks made anew."""
    return _TABLE.sub(lambda found: found[1] + table() + found[2], page)


if __name__ == "__main__":
    PAGE.write_text(page_with_table(PAGE.read_text("utf-8")), "utf-8")
