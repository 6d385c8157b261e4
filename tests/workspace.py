"""Small topics and readers in memory, and a small workspace on disk, for the tests that need one."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

import yaml

from mujaz.assemble import assemble
from mujaz.check import RULES
from mujaz.model.brief import Brief
from mujaz.model.content import Audience, Entry, Reference, Source, Topic, Workspace
from mujaz.model.document import Document, Output
from mujaz.problems import Problem
from mujaz.proof import proof
from mujaz.tailor import tailor
from mujaz.templates import TemplateMistakeError, Templates, open_templates
from mujaz.workers import Crew, Failure, Outcome, Work

ROOT = Path(__file__).resolve().parents[1]

REFERENCES: tuple[dict[str, Any], ...] = (
    {
        "id": "hamid",
        "type": "book",
        "language": "ar",
        "title": "الدبلوماسية",
        "author": [{"family": "حميد", "given": "علي"}],
        "issued": {"date-parts": [["2021"]]},
        "publisher": "دار النشر",
    },
    {
        "id": "saeedi",
        "type": "book",
        "language": "ar",
        "title": "السياسة الخارجية",
        "author": [{"family": "السعيدي", "given": "سعد"}],
        "issued": {"date-parts": [["2010"]]},
        "publisher": "دار الكتب",
    },
    {
        "id": "smith",
        "type": "book",
        "language": "en",
        "title": "Global Peace",
        "author": [{"family": "Smith", "given": "Jane"}],
        "issued": {"date-parts": [["2019"]]},
        "publisher": "Press",
    },
)
"""As the reader of content gives them: every scalar is text."""


@cache
def templates() -> Templates:
    """Those of the package, without a house."""
    return open_templates(Path("/nowhere"))


def house(**fields: Any) -> Workspace:
    return Workspace.model_validate({"organisation": {"ar": "المؤسسة", "en": "The House"}, **fields})


def entry(
    blocks: Sequence[Mapping[str, Any]],
    *,
    language: str = "ar",
    references: Sequence[Mapping[str, Any]] = REFERENCES,
    **fields: Any,
) -> Entry:
    """A topic in memory."""
    topic = Topic.model_validate({"title": "عنوان الموضوع", "date": "2025-01-15", "blocks": blocks, **fields})
    held = {each["id"]: Reference.model_validate(each) for each in references}
    return Entry("topic", language, topic, MappingProxyType(held), Source("content/topics/topic/ar.yaml", (), {}))


def reader(**fields: Any) -> Audience:
    return Audience.model_validate({"label": {"ar": "قارئ", "en": "Reader"}, **fields})


def told(topic: Entry, audience: Audience | None = None, *, name: str = "reader", **workspace: Any) -> Brief:
    """What a reader is told of a topic."""
    return assemble(tailor(topic, name, audience or reader()), house(**workspace), styles=templates().styles)


def point(name: str, **fields: Any) -> dict[str, Any]:
    return {"id": name, "headline": f"عنوان {name}", **fields}


def advice(name: str, priority: int = 1, **fields: Any) -> dict[str, Any]:
    return {**point(name), "owner": "الوزارة", "horizon": "short", "priority": priority, **fields}


def formal(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems of form: what a test says of them holds whatever the rules of judgement make of its texts."""
    return tuple(problem for problem in problems if problem.rule not in RULES)


# ------------------------------------------------------------------------------------------------ on disk


HIDDEN = "كلمة-سر-لا-تقال"
"""Stands in what the public must never see."""

AUDIENCES: Mapping[str, dict[str, Any]] = {
    "minister": {"label": "الوزير", "depth": "gist", "notes": "none", "formats": ["html"]},
    "public": {
        "label": "الناس",
        "depth": "headline",
        "notes": "none",
        "formats": ["html"],
        "blocks": [{"findings": {"limit": 2}}],
    },
}


def topic_data(title: str = "موضوع") -> dict[str, Any]:
    """A topic as it stands in its file."""
    return {
        "title": title,
        "date": "2025-01-15",
        "blocks": [
            {"kind": "summary", "headline": "خلاصة القول", "gist": "خلاصة للوزير وحده"},
            {
                "kind": "findings",
                "points": [
                    {"id": "first", "headline": "أول ما وُجد", "gist": "شرح أول ما وُجد"},
                    {"id": "secret", "headline": HIDDEN, "gist": HIDDEN, "never": ["public"]},
                    {"id": "third", "headline": "ثالث ما وُجد"},
                ],
            },
        ],
    }


def write(path: Path, data: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), "utf-8")


def lay(root: Path, topics: Sequence[str] = ("water",), audiences: Mapping[str, dict[str, Any]] = AUDIENCES) -> Path:
    """A workspace of web pages for two audiences, which builds in a moment."""
    write(root / "mujaz.yaml", {"organisation": "المؤسسة"})
    for name, data in audiences.items():
        write(root / "content" / "audiences" / f"{name}.yaml", data)
    for slug in topics:
        write(root / "content" / "topics" / slug / "ar.yaml", topic_data(f"موضوع {slug}"))
    return root


def outputs(root: Path) -> dict[str, bytes]:
    """Every brief below `output/`, and whatever lies beside it, by name; not the archive and the feeds."""
    folder = root / "output"
    aside = (folder / "editions", folder / "feeds")
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.parent not in (folder, folder / ".mujaz") and not {*aside} & {*path.parents}
    }


def at_once(
    documents: Iterable[Document], _work: Callable[[Document], Output], *, jobs: int
) -> Iterator[tuple[Document, Output]]:
    """In place of the workers: web pages as they were composed, without their fonts."""
    assert jobs > 0
    for document in documents:
        output = Output(document.html.encode())
        yield document, replace(output, problems=proof(document, output))


@dataclass(frozen=True)
class Feigned:
    """In place of a crew: whoever does the work is given pages as they were composed."""

    run: Callable[..., Iterator[tuple[Document, Any]]]
    jobs: int
    problems: tuple[Problem, ...] = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def prepare(self, work: Work[Any]) -> None:
        pass

    def __call__(self, pieces: Iterable[Any], work: Work[Any]) -> Iterator[Outcome]:
        asked: dict[str, Any] = {}
        refused: deque[Outcome] = deque()

        def documents() -> Iterator[Document]:
            for piece in pieces:
                try:
                    document = piece if isinstance(piece, Document) else piece.composed()
                except TemplateMistakeError as mistake:
                    refused.append((piece, Failure(mistake.problem.rule, "", mistake.problem)))
                    continue
                asked[piece.name] = piece
                yield document

        for document, outcome in self.run(documents(), lambda each: work(asked[each.name]), jobs=self.jobs):
            yield from _emptied(refused)
            yield asked.pop(document.name), outcome
        yield from _emptied(refused)


def _emptied(queue: deque[Outcome]) -> Iterator[Outcome]:
    while queue:
        yield queue.popleft()


def crewed(run: Callable[..., Iterator[tuple[Document, Any]]]) -> Callable[..., Crew]:
    """A crew whose work is done by a function of documents, what is to be done with each, and how many at once."""
    return lambda *, jobs, **_: Feigned(run, jobs)
