"""A workspace → its `Templates`, and what one of them makes of finished data; the only opener of templates."""

from __future__ import annotations

import base64
import errno
import hashlib
import os
import re
import traceback
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import FunctionLoader, StrictUndefined, TemplateError, TemplateNotFound
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mujaz.bounded import Bound, bounded
from mujaz.faces import faces_of
from mujaz.files import MAX_PICTURE, LinkError, NotPlainError, held
from mujaz.model.content import Picture, Workspace
from mujaz.model.document import Medium
from mujaz.problems import Problem, Where

SITE = "site/"
"""Where the templates of the site's index lie: no brief is made of them, so that they are no input of any."""
SECONDS = 20
"""For one page to be made of a house's templates; the longest take one."""
_SECONDS_AFTER = 2
"""For those that follow, once one had no end: most likely theirs have none either."""
_LARGEST = 10**18
"""Of whole numbers in templates: Python would multiply larger ones for hours, and could not be stopped."""
_NOT_UTF8 = {"found": "?", "guess": "Windows-1256"}


_NONE = ("\0",)
"""What no name begins with."""
_GROUPS = {
    "labels": ("labels/", _NONE),
    "citation-styles": ("styles/", _NONE),
    "templates": ("", ("labels/", "styles/", SITE)),
}
"""An input of every target → what the names of its files begin with, and what they do not."""
_TAKEN = re.compile(rb"\{%[-+]?\s*(?:include|import|extends|from)\b(.*?)%\}", re.DOTALL)
_PLAIN = re.compile(rb"""\s*(["'])[^"'\\]*\1\s*(?:[-+]?$|(?:ignore|with|without|as|import)\b)""")
"""What a template takes in, and what it looks like where it is a name alone."""
_PAGE = "brief.html.j2"
_PRESSED = ("css/press.css", "css/ticket.css", "ticket.html.j2")
_ELSEWHERE = {
    Medium.PRINT: frozenset({"css/screen.css", "js/screen.js", *_PRESSED}),
    Medium.SCREEN: frozenset({"css/print.css", *_PRESSED}),
}
"""The packaged files that the packaged page does not take in for a medium."""


class TemplateMistakeError(Exception):
    """A template that cannot be used; carries the problem to report."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.rule)
        self.problem = problem


class _Sandbox(ImmutableSandboxedEnvironment):
    """Templates call nothing of Python's own, change nothing that they are given, and work with common numbers."""

    intercepted_binops = frozenset(("*", "**"))

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """A product or a power."""
        if operator == "**":
            raise SecurityError("there are no powers in templates")
        if all(isinstance(each, int) for each in (left, right)) and abs(left * right) > _LARGEST:
            raise SecurityError(f"a number over {_LARGEST}")
        return super().call_binop(context, operator, left, right)


@dataclass(frozen=True, slots=True)
class Templates:
    """The packaged templates, with those of the house laid over them."""

    files: Mapping[str, bytes]
    """Name below `templates/` → content."""
    origins: Mapping[str, str]
    """Name → `templates/…` of the workspace, or `mujaz:…` of the package."""

    house: Mapping[str, bytes]
    """Those of `files` that the workspace brought."""
    package: Mapping[str, bytes]
    """Those that came with Mujaz, also where the workspace replaced them."""
    unread: Mapping[str, Problem] = field(default_factory=dict)
    """Files of the house that cannot be read, and folders, with a stroke at their end: why. No other takes their
    place, since then briefs would go out in another dress without a word."""

    environments: dict[bool, _Sandbox] = field(default_factory=dict, repr=False, compare=False)
    """What has compiled them: for the site, and for briefs, which see nothing of the site."""

    endless: set[str] = field(default_factory=set, repr=False, compare=False)
    """Those that were stopped, by their origins, as far as this process knows."""
    summed: dict[Medium | None, dict[str, str]] = field(default_factory=dict, repr=False, compare=False)
    """What `digests` said."""
    loaded: list[str] = field(default_factory=list, repr=False, compare=False)
    """The origins of what was compiled, each once, in its order."""
    spoken: dict[str, Mapping[str, Any]] = field(default_factory=dict, repr=False, compare=False)
    """Language → the words of it that were read."""

    def __reduce__(self) -> tuple[Any, ...]:
        """As they are sent to another process, without what has compiled them."""
        return _arrived, (tuple(sorted(self.endless)), self.files, self.origins, self.house, self.package, self.unread)

    def environment(self, *, site: bool) -> _Sandbox:
        """Jinja over these files, made once: it compiles each of them when it is first asked for."""
        if site not in self.environments:
            self.environments[site] = made = _Sandbox(
                loader=FunctionLoader(lambda each: self.load(each) if site or not each.startswith(SITE) else None),
                cache_size=-1,
                auto_reload=False,
                autoescape=True,
                undefined=StrictUndefined,
                trim_blocks=True,
                lstrip_blocks=True,
            )
            made.globals.clear()  # templates are given finished data and call nothing
            made.filters.pop("round")  # it takes powers of ten
        return self.environments[site]

    def layers(self, name: str) -> list[tuple[bytes, str]]:
        """The package's file and the house's of one name, with their origins."""
        self.held(name)
        held = ((self.package, "mujaz:"), (self.house, "templates/"))
        return [(files[name], origin + name) for files, origin in held if name in files]

    def load(self, name: str) -> tuple[str, str, None] | None:
        """A template as Jinja takes it, with its origin as its file's name, so that mistakes can be placed."""
        data = self.held(name)
        if data is None or not name.endswith((".j2", ".css", ".js")):
            return None
        self.loaded.append(self.origins[name])
        try:
            return data.decode(), self.origins[name], None
        except UnicodeDecodeError:
            raise TemplateMistakeError(Problem("file-not-utf8", Where(self.origins[name]), _NOT_UTF8)) from None

    def held(self, name: str) -> bytes | None:
        """A file, or None where there is none of this name. Raises TemplateMistakeError for one that is unread."""
        for each, problem in self.unread.items():
            if name == each or (each.endswith("/") and name.startswith(each.removeprefix("./"))):
                raise TemplateMistakeError(problem)
        return self.files.get(name)

    @property
    def styles(self) -> dict[str, str]:
        """Name of each CSL style → its XML. Raises TemplateMistakeError."""
        names = (name for name in (*self.files, *self.unread) if name.startswith("styles/"))
        found: dict[str, str] = {}
        for name in names:
            data = self.held(name) or b""
            if name.endswith(".csl"):
                try:
                    found[Path(name).stem] = data.decode()
                except UnicodeDecodeError:
                    raise TemplateMistakeError(Problem("file-not-utf8", Where(self.origins[name]), _NOT_UTF8)) from None
        return found

    def digests(self, medium: Medium | None = None) -> dict[str, str]:
        """Templates, labels and styles of citation, each as one digest: inputs of every target.

        Without those that no page of a medium is made of, where one is named.
        """
        if medium not in self.summed:
            aside = tuple(self.aside(medium))
            self.summed[medium] = {
                group: self._digest(prefix, (*but, *aside)) for group, (prefix, but) in _GROUPS.items()
            }
        return self.summed[medium]

    def aside(self, medium: Medium | None) -> frozenset[str]:
        """The files that no page of a medium is made of; none, where a house's templates may take them in."""
        found = _ELSEWHERE.get(medium, frozenset()) if medium else frozenset()
        if _PAGE in self.house or _PAGE in self.unread:
            return frozenset()
        for name, data in self.house.items():
            if name.endswith((".j2", ".css", ".js")):
                if not all(map(_PLAIN.match, _TAKEN.findall(data))):
                    return frozenset()  # a name that is put together may be any
                found = frozenset(each for each in found if each.encode() not in data)
        return found

    def own(self) -> dict[str, dict[str, str]]:
        """The files of the house in each group, by their origins, and the digest of each."""
        return {
            group: {
                self.origins[name]: hashlib.sha256(data).hexdigest()
                for name, data in self.house.items()
                if name.startswith(prefix) and not name.startswith(but)
            }
            for group, (prefix, but) in _GROUPS.items()
        }

    @property
    def site(self) -> str:
        """The templates of the site's index, as one digest."""
        return self._digest(SITE)

    def _digest(self, prefix: str, but: tuple[str, ...] = _NONE) -> str:
        digest = hashlib.sha256()
        for name in sorted({*self.files, *self.unread}):
            if name.startswith(prefix) and not name.startswith(but):
                data = b"" if name in self.unread else self.files[name]
                digest.update(f"{name}\0{hashlib.sha256(data).hexdigest()}\n".encode())
        return digest.hexdigest()


_held: list[Templates] = []
"""Those that came to this process last: what has compiled them is of use for the next page."""


def _arrived(endless: Iterable[str], *files: Any) -> Templates:
    """Templates that were sent here: the very ones that are here already, where they are the same."""
    new = Templates(*files)
    held = next((each for each in tuple(_held) if each == new), None)  # other threads may be at this, too
    if held is None:
        _held[:] = [held := new]
    held.endless.update(endless)
    return held


def open_templates(root: Path) -> Templates:
    """The templates for a workspace: its own `templates/` first, the package's where it has none."""
    package = _files(packaged_folder())
    own, unread, house = root / "templates", dict[str, Problem](), dict[str, bytes]()
    if own.is_symlink() and own.resolve() != packaged_folder():
        unread["./"] = Problem("file-is-link", Where("templates"), {"found": "templates"})
    elif own.resolve() != packaged_folder():
        house = _files(own, unread)
    origins = {**{name: f"mujaz:{name}" for name in package}, **{name: f"templates/{name}" for name in house}}
    return Templates({**package, **house}, origins, house, package, unread)


def _files(folder: Path, unread: dict[str, Problem] | None = None) -> dict[str, bytes]:
    """Name → content of every file below a folder; links are passed over, they may lead outside."""
    found: dict[str, bytes] = {}

    def told(name: str, error: OSError) -> None:
        if unread is None:
            raise error
        found_ = {"found": error.strerror or str(error)}
        unread[name] = Problem("file-unreadable", Where(f"templates/{name}".rstrip("./")), found_)

    def shut(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError | NotADirectoryError):
            told(f"{Path(error.filename).relative_to(folder).as_posix()}/", error)

    for here, folders, names in os.walk(folder, onerror=shut, followlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(here, name).relative_to(folder).as_posix()
            if name.startswith("."):
                continue
            try:
                data = held(folder, path, MAX_PICTURE + 1)
                if len(data) > MAX_PICTURE:
                    raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
                found[path] = data
            except (LinkError, NotPlainError, FileNotFoundError):
                continue
            except OSError as error:
                told(path, error)
    return found


def packaged_folder() -> Path:
    """The templates that came with Mujaz: inside the wheel, or beside the sources."""
    inside = Path(str(resources.files("mujaz"))) / "templates"
    return inside if inside.is_dir() else Path(__file__).resolve().parents[2] / "templates"


@dataclass(frozen=True, slots=True)
class House:
    """How the organisation looks: what templates know of the workspace."""

    workspace: Workspace
    logo: Picture | None

    def bare(self) -> House:
        """The same, without what `mujaz.yaml` says that no page shows: it does not go where pages are made."""
        known = self.workspace
        shown = Workspace(
            organisation=known.organisation, colours=known.colours, theme=known.theme, limits=known.limits
        )
        return House(shown, self.logo)

    @property
    def digest(self) -> str:
        """An input of every target."""
        logo = hashlib.sha256(self.logo.data).hexdigest() if self.logo else ""
        return hashlib.sha256(f"{self.workspace.colours!r}\0{logo}\0{self.workspace.theme}".encode()).hexdigest()


def rendered(templates: Templates, name: str, given: Mapping[str, Any], *, seconds: int | None = None) -> str:
    """What a template makes of finished data, in so many seconds at most. Raises TemplateMistakeError."""
    most = min(SECONDS, seconds or SECONDS)
    environment = templates.environment(site=name.startswith(SITE))
    bound = Bound(most)
    try:
        if not templates.house:
            return environment.get_template(name).render(given)
        with bounded(min(most, _SECONDS_AFTER) if templates.endless else most) as bound:
            return environment.get_template(name).render(given)
    except TemplateMistakeError:
        raise
    except Exception as error:  # a template is a program, perhaps a stranger's, and may raise anything
        if isinstance(error, MemoryError) and bound.memory is None:
            traceback.clear_frames(error.__traceback__)
            raise  # it is the process that has no more
        bound.seconds = most
        raise TemplateMistakeError(mistake(error, templates, bound)) from error


def look_of(house: House, *, direction: str, digits: str, medium: Medium) -> dict[str, str]:
    """What templates and style sheets know of the house, and which side of the paper a line starts on."""
    rtl = direction == "rtl"
    logo = ""
    if house.logo:
        logo = f"data:{house.logo.media_type};base64,{base64.b64encode(house.logo.data).decode()}"
    return {
        "accent": house.workspace.colours.accent,
        "ink": house.workspace.colours.ink,
        "theme": house.workspace.theme,
        "face": faces_of(house.workspace.theme, medium)[0].family,
        "logo": logo,
        "start": "right" if rtl else "left",
        "end": "left" if rtl else "right",
        "counter": "decimal" if digits == "western" else digits,
    }


def mistake(error: Exception, templates: Templates, bound: Bound) -> Problem:
    """Where a template broke, as far as Jinja tells; `bound` is what it was held to."""
    name, line = getattr(error, "filename", None) or "", getattr(error, "lineno", None) or 0
    for place in _places(error, templates):
        name, line = place
    if isinstance(error, RecursionError) and not name.startswith("templates/") and templates.loaded:
        name, line = templates.loaded[-1], 0  # what is nested too deep to be compiled has no frame of its own
    where = Where(name or "templates", line)
    if bound.stopped:  # what it made of that is no mistake of its own
        templates.endless.add(name)
        return Problem("template-endless", where, {"limit": str(bound.seconds)})
    if isinstance(error, MemoryError):
        traceback.clear_frames(error.__traceback__)  # they hold what took the memory
        return Problem("template-large", where, {"limit": str((bound.memory or 0) >> 20)})
    missing = f": {error.name}" if isinstance(error, TemplateNotFound) and error.name else ""
    said = str(getattr(error, "message", None) or error)
    told = isinstance(error, TemplateError) and not missing
    found = said if told else f"{type(error).__name__}{missing or ': ' + said}"
    return Problem("template-wrong", where, {"found": found})


def _places(error: BaseException, templates: Templates) -> Iterator[tuple[str, int]]:
    """The templates that an error came through, and the line in each; the innermost last.

    Compiled templates carry their names into the traceback. Their lines are put in by Jinja, which may itself have been
    stopped while it did so: then the error is the one behind that which came.
    """
    found = []
    trace = error.__traceback__
    while trace is not None:
        frame = trace.tb_frame
        if frame.f_code.co_filename in templates.origins.values():
            before = [line for start, _, line in frame.f_code.co_lines() if start <= trace.tb_lasti and line]
            line = trace.tb_lineno or (before or [0])[-1]  # what stands in no line of the code stands behind one
            compiled = frame.f_globals.get("__jinja_template__")
            found.append((frame.f_code.co_filename, compiled.get_corresponding_lineno(line) if compiled else line))
        trace = trace.tb_next
    if not found and error.__context__ is not None:
        yield from _places(error.__context__, templates)
    yield from found
