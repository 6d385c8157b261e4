"""Random edits of a workspace: what a build makes of what the last one left is what a build from nothing makes."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from mujaz import produce as producing
from mujaz.build import Result, build, clean
from mujaz.lock import decode
from mujaz.model.document import Document, Made, Medium, Output
from mujaz.plan import Request
from mujaz.publish import LOG, MEMORY, STATE
from workspace import REFERENCES, advice, crewed, outputs, point

WORDS = ("ماء", "نهر", "سد", "حقل", "مدينة", "طريق", "ميزانية", "خطة", "رقابة", "شراكة", "منحة", "قرار")
SLUGS = ("water", "energy", "roads", "health")
READERS = ("minister", "public", "experts")
HOUSE_TEMPLATES: Mapping[str, tuple[str, ...]] = {
    "parts/colophon.html.j2": ("<p>حقوق النشر محفوظة</p>\n", "<p>طبعة تجريبية</p>\n"),
    "labels/ar.yaml": ("contents: الفهرس\n", "contents: فهرس المحتويات\n"),
    "own.css": ("p { color: #111111 }\n", "p { color: #222222 }\n"),
}


def counted(documents: Sequence[Document], _: object, *, jobs: int) -> Iterator[tuple[Document, Output]]:
    """In place of the workers: pages as they were composed; one holds four headlines."""
    assert jobs > 0
    for each in documents:
        pages = max(1, -(-each.html.count("عنوان") // 4))
        yield each, Output(each.html.encode(), pages if each.medium is Medium.PRINT else None)


@dataclass
class Desk:
    """A workspace as data, and an author who changes it by chance."""

    root: Path
    chance: random.Random
    topics: dict[str, dict[str, Any]] = field(default_factory=dict)
    readers: dict[str, dict[str, Any]] = field(default_factory=dict)
    house: dict[str, Any] = field(default_factory=lambda: {"organisation": "المؤسسة"})
    references: list[dict[str, Any]] = field(default_factory=lambda: [dict(each) for each in REFERENCES])
    touched: set[str] = field(default_factory=set)
    """Outputs that the author spoilt by hand."""

    def text(self) -> str:
        return " ".join(self.chance.choices(WORDS, k=self.chance.randint(3, 7)))

    def begin(self) -> None:
        for slug in SLUGS[:3]:
            self.topics[slug] = self.topic()
        for name in READERS[:2]:
            self.readers[name] = self.reader()
        self.write()

    def topic(self) -> dict[str, Any]:
        points = [point(f"p{number}", gist=self.text()) for number in range(self.chance.randint(2, 7))]
        return {
            "title": self.text(),
            "date": "2025-01-15",
            "blocks": [
                {"kind": "summary", "headline": self.text(), "gist": f"{self.text()} [@hamid]"},
                {"kind": "findings", "points": points},
                {"kind": "recommendations", "points": [advice("r1"), advice("r2", 2)]},
            ],
        }

    def reader(self) -> dict[str, Any]:
        kinds = ["summary", "findings", "recommendations"]
        return {
            "label": self.text(),
            "depth": self.chance.choice(("headline", "gist", "detail")),
            "notes": self.chance.choice(("none", "notes")),
            "formats": self.chance.choice((["html"], ["pdf", "html"], ["pdf"])),
            "blocks": self.chance.sample(kinds, self.chance.randint(1, 3)),
            **({"pages": self.chance.randint(1, 2), "gives-way": kinds} if self.chance.random() < 0.6 else {}),
        }

    # ---------------------------------------------------------------------------------------------- the files

    def write(self, *, noise: bool = False) -> None:
        """Lay out all files; one whose text is the same is left alone."""
        files: dict[str, Any] = {"mujaz.yaml": self.house, "content/references.yaml": self.references}
        files |= {f"content/topics/{slug}/ar.yaml": data for slug, data in self.topics.items()}
        files |= {f"content/audiences/{name}.yaml": data for name, data in self.readers.items()}
        for folder in ("content/topics", "content/audiences"):
            for path in sorted((self.root / folder).rglob("*.yaml")):
                if path.relative_to(self.root).as_posix() not in files:
                    path.unlink() if folder == "content/audiences" else shutil.rmtree(path.parent)
        for name, data in files.items():
            text = self.dumped(data, noise=noise)
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists() or path.read_text("utf-8") != text:
                path.write_text(text, "utf-8")

    def dumped(self, data: Any, *, noise: bool) -> str:
        if noise and isinstance(data, dict):
            keys = self.chance.sample(list(data), len(data))
            data = {key: data[key] for key in keys}
        text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
        return f"# {self.text()}\n{text}" if noise else text

    # ---------------------------------------------------------------------------------------------- the edits

    def edit(self) -> str:
        """Change one thing; what was done."""
        choice: Callable[[], str] = self.chance.choice(
            (
                self.reword, self.reword, self.reword, self.cut, self.add, self.move, self.hide, self.retitle,
                self.new_topic, self.drop_topic, self.other_reader, self.new_reader, self.drop_reader, self.house_habit,
                self.template, self.template, self.source, self.noisy, self.touch, self.same_stamp, self.spoil,
                self.unlink, self.forget, self.damage, self.break_topic, self.asides,
            )
        )  # fmt: skip
        return choice()

    def any_topic(self) -> dict[str, Any]:
        return self.topics[self.chance.choice(sorted(self.topics))]

    def points(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.any_topic()["blocks"][1]["points"]
        return found

    def reword(self) -> str:
        self.chance.choice(self.points())["gist"] = self.text()
        return "reword"

    def cut(self) -> str:
        points = self.points()
        if len(points) > 1:
            points.pop(self.chance.randrange(len(points)))
        return "cut"

    def add(self) -> str:
        points = self.points()
        free = [f"p{number}" for number in range(12) if f"p{number}" not in {each["id"] for each in points}]
        points.insert(self.chance.randint(0, len(points)), point(self.chance.choice(free), gist=self.text()))
        return "add"

    def move(self) -> str:
        self.chance.shuffle(self.points())
        return "move"

    def hide(self) -> str:
        one = self.chance.choice(self.points())
        name = self.chance.choice(sorted(self.readers))
        one.pop("never", None)
        one.pop("only", None)
        if self.chance.random() < 0.7:
            one[self.chance.choice(("never", "only"))] = [name]
        return "hide"

    def retitle(self) -> str:
        self.any_topic()["title"] = self.text()
        return "retitle"

    def new_topic(self) -> str:
        self.topics[self.chance.choice(SLUGS)] = self.topic()
        return "new topic"

    def drop_topic(self) -> str:
        if len(self.topics) > 2:
            del self.topics[self.chance.choice(sorted(self.topics))]
        return "drop topic"

    def other_reader(self) -> str:
        self.readers[self.chance.choice(sorted(self.readers))] = self.reader()
        return "other reader"

    def new_reader(self) -> str:
        self.readers[self.chance.choice(READERS)] = self.reader()
        return "new reader"

    def drop_reader(self) -> str:
        named = {name for data in self.topics.values() for each in data["blocks"][1]["points"]
                 for name in (*each.get("never", ()), *each.get("only", ()))}  # fmt: skip
        free = sorted(set(self.readers) - named)
        if len(self.readers) > 1 and free:
            del self.readers[self.chance.choice(free)]
        return "drop reader"

    def house_habit(self) -> str:
        self.house[self.chance.choice(("organisation", "licence"))] = self.text()
        self.house["digits"] = self.chance.choice(("western", "arabic-indic"))
        self.house["theme"] = self.chance.choice(("classic", "modern"))
        return "house"

    def template(self) -> str:
        name = self.chance.choice(sorted(HOUSE_TEMPLATES))
        path = self.root / "templates" / name
        if path.exists() and self.chance.random() < 0.5:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.chance.choice(HOUSE_TEMPLATES[name]), "utf-8")
        return f"template {name}"

    def source(self) -> str:
        self.references[0]["title"] = self.text()
        return "reference"

    def noisy(self) -> str:
        self.write(noise=True)
        return "comments and order"

    def touch(self) -> str:
        for path in self.chance.sample(sorted((self.root / "content").rglob("*.yaml")), 2):
            moment = self.chance.choice((0, 86_400, 4_000_000_000))
            os.utime(path, (moment, moment))
        return "touch"

    def same_stamp(self) -> str:
        """Other words of the same length, and the old time put back."""
        path = self.root / "content" / "topics" / self.chance.choice(sorted(self.topics)) / "ar.yaml"
        held = path.stat()
        self.points()[0]["gist"] = "ماء نهر سد"
        self.write()
        os.utime(path, ns=(held.st_atime_ns, held.st_mtime_ns))
        return "same time"

    def made(self) -> list[Path]:
        return sorted(path for path in (self.root / "output").glob("*/*") if path.parent.name != ".mujaz")

    def spoil(self) -> str:
        for path in self.made()[:1]:
            held, data = path.stat(), bytearray(path.read_bytes())
            data[self.chance.randrange(len(data))] ^= 1
            path.write_bytes(data)
            os.utime(path, ns=(held.st_atime_ns, held.st_mtime_ns))
            self.touched.add(path.relative_to(self.root / "output").as_posix())
        return "spoil an output"

    def unlink(self) -> str:
        if made := self.made():
            path = self.chance.choice(made)
            path.unlink()
            self.touched.add(path.relative_to(self.root / "output").as_posix())
        return "remove an output"

    def forget(self) -> str:
        (self.root / MEMORY).unlink(missing_ok=True)
        return "forget"

    def damage(self) -> str:
        path = self.root / MEMORY
        if path.exists():
            path.write_bytes(path.read_bytes()[: self.chance.randrange(path.stat().st_size)])
        return "damage the memory"

    def break_topic(self) -> str:
        """A topic with a mistake is left alone; it comes back when the mistake is mended."""
        slug = self.chance.choice(sorted(self.topics))
        path = self.root / "content" / "topics" / slug / "ar.yaml"
        path.write_text(path.read_text("utf-8") + "nonsense: yes\n", "utf-8")
        return "break"

    def asides(self) -> str:
        """Files that Mujaz does not read."""
        folder = self.root / "content" / "topics" / min(self.topics)
        folder.mkdir(exist_ok=True)
        (folder / ".notes~").write_text(self.text(), "utf-8")
        return "aside"


def make(root: Path, **asked: Any) -> Result:
    return build(root, Request(**asked), jobs=1, tell=lambda _: None)


def lock(root: Path) -> Mapping[str, Made]:
    state = decode((root / "output" / STATE).read_bytes())
    assert state is not None
    return state.made


def of_oracle(root: Path, elsewhere: Path) -> tuple[dict[str, bytes], Mapping[str, Made], Result]:
    """The same workspace built from nothing; the numbers of editions are a matter of the lock, which it keeps."""
    shutil.rmtree(elsewhere, ignore_errors=True)
    shutil.copytree(root, elsewhere)
    for path in elsewhere.glob("output/*/*"):
        if path.parent.name != ".mujaz":
            path.unlink()
    for name in (MEMORY, "output/.mujaz/index.json", "output/index.html"):
        (elsewhere / name).unlink(missing_ok=True)
    result = make(elsewhere, force=True)
    return outputs(elsewhere), lock(elsewhere), result


def rounds(tmp_path: Path, count: int, seed: int) -> int:
    """So many edits, each with a build of what changed beside a build from nothing; how many files were made."""
    desk = Desk(tmp_path / "desk", random.Random(seed))  # noqa: S311 # edits, not secrets
    desk.begin()
    make(desk.root)
    before = lock(desk.root)
    total = 0
    for number in range(count):
        done = [desk.edit() for _ in range(desk.chance.choice((1, 1, 1, 2, 3)))]
        if not {"comments and order", "break"} & set(done):
            desk.write()
        if desk.chance.random() < 0.15:
            make(desk.root, audiences=frozenset(desk.chance.sample(sorted(desk.readers), 1)))
            before = lock(desk.root)
        told = f"seed {seed}, round {number}: {', '.join(done)}"
        result = make(desk.root)
        clean(desk.root)
        files, made, whole = of_oracle(desk.root, tmp_path / "clean")
        failed = {each.name for each in whole.failed}
        stays = {name for name in outputs(desk.root) if name.partition("/")[0] in whole.stopped or name in failed}
        assert {name: data for name, data in outputs(desk.root).items() if name not in stays} == files, told
        if not stays:
            pages = [folder / "output" / "index.html" for folder in (desk.root, tmp_path / "clean")]
            assert pages[0].read_bytes() == pages[1].read_bytes(), told
        assert [each for each in result.problems if each.rule != "leak-withdrawn"] == list(whole.problems), told
        built = {each.target.name for each in result.built}
        stale = {name for name in made if name not in before or dict(made[name].inputs) != dict(before[name].inputs)}
        assert built - desk.touched <= stale, told
        assert stale & set(files) <= built | {each.name for each in result.fresh}, told
        assert not (desk.root / "output" / LOG).exists()
        assert make(desk.root).built == (), told
        before, desk.touched = lock(desk.root), set()
        total += len(built)
    return total


@pytest.fixture
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(producing, "crew", crewed(counted))


@pytest.mark.usefixtures("_fast")
def test_a_build_after_random_edits_is_what_a_build_from_nothing_is(tmp_path: Path) -> None:
    assert rounds(tmp_path, 12, seed=1) > 0


@pytest.mark.long
@pytest.mark.usefixtures("_fast")
@pytest.mark.parametrize("seed", range(10))
def test_five_hundred_random_edits(tmp_path: Path, seed: int) -> None:
    assert rounds(tmp_path, 50, seed=seed + 100) > 20
