"""`./run` sets up what is missing, once, says so on standard error, and passes everything else through."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-test.lock")
SYSTEM = ("cat", "cmp", "cp", "env", "mkdir", "mv", "readlink", "rm", "sed", "sh", "sleep", "true", "uname")

PYTHON = f"""#!/bin/sh
case "$*" in
    *ensurepip*) echo "${{STUB_ANSWER:-venv 3.11 $0}}" ;;
    *libpango*) cat "$STUB/missing" ;;
    *"-m venv"*)
        for folder; do :; done
        mkdir -p "$folder/bin" "$folder/lib/python3.11/site-packages"
        cp "$0" "$folder/bin/python"
        ;;
    *"-m pip"*)
        echo "$*" >>"$STUB/pip"
        sleep "${{STUB_PIP_SECONDS:-0}}"
        cat >"$STUB/pip-was-fed"
        exit "${{STUB_PIP_STATUS:-0}}"
        ;;
    "-P "*)
        printf '<%s>' "$PWD" "$@"
        echo
        case "$*" in *"${{STUB_FAILS:-nothing fails}}"*) exit 7 ;; esac
        case "$*" in *import*) cat ;; esac
        ;;
    *) exec '{sys.executable}' "$@" ;;
esac
"""

APT = """#!/bin/sh
echo "$*" >>"$STUB/apt"
case "$*" in
    *update*) : >"$STUB/lists" ;;
    *) [ -e "$STUB/lists" ] || exit 100; : >"$STUB/missing" ;;
esac
"""


@dataclass(frozen=True)
class Clone:
    """A copy of the script between stubs: no network, no system package and no real .venv is touched."""

    home: Path
    bin: Path
    stub: Path

    def run(
        self, *arguments: str, at: Path | None = None, feed: str = "", **more: str
    ) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": str(self.bin), "STUB": str(self.stub), "LANG": "en_GB.UTF-8", **more}
        return subprocess.run(
            [self.home / "run", *arguments],
            cwd=at or self.stub,
            env=environment,
            input=feed,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def script(self, name: str, text: str) -> None:
        path = self.bin / name
        path.unlink(missing_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)

    def log(self, name: str) -> list[str]:
        path = self.stub / name
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []

    def lacks(self, packages: str) -> None:
        (self.stub / "missing").write_text(packages, encoding="utf-8")

    def is_root(self, yes: bool) -> None:
        self.script("id", f"#!/bin/sh\necho {0 if yes else 1000}\n")


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    made = Clone(tmp_path / "نسخة in 'quotes'", tmp_path / "bin", tmp_path / "stub")
    for folder in (made.home, made.bin, made.stub):
        folder.mkdir()
    shutil.copy(ROOT / "run", made.home / "run")
    for lock in LOCKS:
        (made.home / lock).write_text(f"# {lock}\n", encoding="utf-8")
    for tool in SYSTEM:
        place = shutil.which(tool)
        assert place
        (made.bin / tool).symlink_to(place)
    made.script("python3.12", PYTHON)
    made.lacks("")
    made.is_root(False)
    return made


def test_arguments_and_folder_reach_mujaz_untouched(clone: Clone, tmp_path: Path) -> None:
    elsewhere = tmp_path / "بعيد هناك"
    elsewhere.mkdir()
    arguments = ("build", "سياسة المياه", "", "*", "--to=a\nb", "-C", 'it\'s "so" $HOME \\n')
    done = clone.run(*arguments, at=elsewhere)
    assert done.stdout == "".join(f"<{word}>" for word in (elsewhere, "-P", "-m", "mujaz", *arguments)) + "\n"


def test_the_first_run_sets_up_and_says_so_on_standard_error_only(clone: Clone) -> None:
    done = clone.run("build", "--json")
    assert done.returncode == 0
    assert done.stdout.count("\n") == 1
    assert done.stderr.splitlines() == [
        f"mujaz: making .venv with {clone.bin / 'python3.12'}",
        "mujaz: installing Python packages from requirements.lock",
    ]
    (pip,) = clone.log("pip")
    assert "--require-hashes" in pip
    assert "--only-binary=:all:" in pip
    assert pip.endswith(f"-r {clone.home}/requirements.lock")


def test_what_is_said_is_arabic_where_the_locale_is(clone: Clone) -> None:
    assert "أثبّت حِزَم بايثون" in clone.run("build", LANG="ar_SY.UTF-8").stderr


def test_the_second_run_is_silent_and_installs_nothing(clone: Clone) -> None:
    clone.run("build")
    done = clone.run("build")
    assert (done.stderr, len(clone.log("pip"))) == ("", 1)


def test_a_set_up_folder_needs_nothing_but_itself(clone: Clone) -> None:
    clone.run("build")
    (clone.bin / "python3.12").unlink()
    clone.lacks("libpango-1.0-0")
    assert clone.run("build").returncode == 0


@pytest.mark.parametrize("changed", ["requirements.lock", "run"])
def test_a_changed_lock_or_script_sets_up_again_in_the_same_venv(clone: Clone, changed: str) -> None:
    clone.run("build")
    kept = clone.home / ".venv" / "kept"
    kept.touch()
    with (clone.home / changed).open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    clone.run("build")
    assert len(clone.log("pip")) == 2
    assert kept.exists()


def test_the_source_is_found_from_the_venv_by_a_relative_path(clone: Clone) -> None:
    clone.run("build")
    (packages,) = clone.home.glob(".venv/lib/python3*/site-packages")
    line = (packages / "mujaz-source.pth").read_text(encoding="utf-8").strip()
    assert (packages / line).resolve() == clone.home / "generator"


def test_the_status_of_mujaz_is_the_status(clone: Clone) -> None:
    assert clone.run("check", STUB_FAILS="mujaz check").returncode == 7


def test_standard_input_is_left_for_mujaz(clone: Clone) -> None:
    done = clone.run("import", "-", feed="نص من الأنبوب")
    assert done.stdout.endswith("نص من الأنبوب")
    assert clone.log("pip-was-fed") == []


def test_a_link_to_the_script_runs_it(clone: Clone, tmp_path: Path) -> None:
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "mujaz").symlink_to("../bin/again")
    (clone.bin / "again").symlink_to(clone.home / "run")
    linked = Clone(tmp_path / "links", clone.bin, clone.stub)
    (linked.home / "run").symlink_to("mujaz")
    assert linked.run("build").returncode == 0
    assert (clone.home / ".venv" / "bin" / "python").exists()


def test_who_may_not_install_is_given_the_line_in_both_languages(clone: Clone) -> None:
    clone.script("apt-get", APT)
    clone.lacks("libpango-1.0-0 libpangoft2-1.0-0")
    done = clone.run("build", "--json")
    assert (done.returncode, done.stdout) == (3, "")
    arabic, english, blank, line, *_ = done.stderr.splitlines()
    assert re.search("[ء-ي]", arabic)
    assert english.isascii()
    assert blank == ""
    wanted = "apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0"
    assert line == f"    su -c 'apt-get update && {wanted}'"
    assert clone.log("apt") == []
    assert not (clone.home / ".venv").exists()


def test_the_line_uses_sudo_where_there_is_one_that_asks_for_a_password(clone: Clone) -> None:
    clone.script("apt-get", APT)
    clone.script("sudo", "#!/bin/sh\nexit 1\n")
    clone.lacks("libfribidi0")
    line = "    sudo apt-get update && sudo apt-get install -y --no-install-recommends libfribidi0\n"
    assert line in clone.run("build").stderr


@pytest.mark.parametrize("root", [True, False])
def test_root_or_a_silent_sudo_installs_by_itself_and_goes_on(clone: Clone, root: bool) -> None:
    clone.script("apt-get", APT)
    clone.is_root(root)
    if not root:
        clone.script("sudo", '#!/bin/sh\n[ "$1" = -n ] && shift && exec "$@"\n')
    (clone.stub / "lists").touch()
    clone.lacks("libpango-1.0-0")
    done = clone.run("build")
    assert done.returncode == 0
    (install,) = clone.log("apt")
    assert install.endswith("install -y --no-install-recommends libpango-1.0-0")
    assert "mujaz: installing system packages: libpango-1.0-0" in done.stderr


def test_package_lists_are_fetched_only_when_installing_fails_without(clone: Clone) -> None:
    clone.script("apt-get", APT)
    clone.is_root(True)
    clone.lacks("libpango-1.0-0")
    assert clone.run("build").returncode == 0
    assert [line.split()[3] for line in clone.log("apt")] == ["install", "update", "install"]


def test_what_apt_said_is_shown_when_it_fails(clone: Clone) -> None:
    clone.script("apt-get", "#!/bin/sh\necho 'E: no space left'\nexit 100\n")
    clone.is_root(True)
    clone.lacks("libpango-1.0-0")
    done = clone.run("build")
    assert (done.returncode, done.stdout) == (3, "")
    assert "E: no space left" in done.stderr


def test_homebrew_installs_where_there_is_no_apt(clone: Clone) -> None:
    clone.script("brew", '#!/bin/sh\necho "$*" >>"$STUB/brew"\n: >"$STUB/missing"\n')
    clone.lacks("pango fribidi")
    assert clone.run("build").returncode == 0
    assert clone.log("brew") == ["install -q pango fribidi"]


def test_a_system_with_another_package_manager_is_told_the_debian_names(clone: Clone) -> None:
    clone.script("uname", "#!/bin/sh\necho Linux\n")
    clone.lacks("libpango-1.0-0")
    done = clone.run("build")
    assert (done.returncode, done.stdout) == (3, "")
    assert "counterparts of these Debian packages" in done.stderr
    assert "libpango-1.0-0" in done.stderr


def test_a_machine_without_python_is_told_which_packages(clone: Clone) -> None:
    (clone.bin / "python3.12").unlink()
    clone.script("python3", "#!/bin/sh\nexit 1\n")  # too old, says the probe
    clone.script("apt-get", APT)
    done = clone.run("build")
    assert done.returncode == 3
    assert "python3 python3-venv libpango-1.0-0" in done.stderr


def test_debians_python_without_ensurepip_gets_the_package_of_its_version(clone: Clone) -> None:
    clone.script("apt-get", APT)
    done = clone.run("build", STUB_ANSWER="bare 3.12 /usr/bin/python3.12-absent-here")
    assert done.returncode == 3
    assert "python3.12-venv" in done.stderr


def test_a_wrong_mujaz_python_is_refused(clone: Clone) -> None:
    done = clone.run("build", MUJAZ_PYTHON=str(clone.bin / "absent"))
    assert (done.returncode, done.stdout) == (3, "")
    assert "MUJAZ_PYTHON" in done.stderr


def test_mujaz_python_may_hold_spaces(clone: Clone, tmp_path: Path) -> None:
    chosen = tmp_path / "my python"
    shutil.copy(clone.bin / "python3.12", chosen)
    (clone.bin / "python3.12").unlink()
    assert f"making .venv with {chosen}" in clone.run("build", MUJAZ_PYTHON=str(chosen)).stderr


def test_a_failed_installation_gives_the_line_and_is_tried_again(clone: Clone) -> None:
    done = clone.run("build", STUB_PIP_STATUS="1")
    assert (done.returncode, done.stdout) == (3, "")
    line = next(line for line in done.stderr.splitlines() if line.startswith("    "))
    split = subprocess.run(["sh", "-c", f"printf '%s\\n' {line}"], capture_output=True, text=True, check=True)
    assert split.stdout.splitlines()[0] == f"{clone.home}/.venv/bin/python"
    assert split.stdout.splitlines()[-1] == f"{clone.home}/requirements.lock"
    assert clone.run("build").returncode == 0


def test_a_half_made_venv_is_made_anew(clone: Clone) -> None:
    clone.run("build", STUB_PIP_STATUS="1")
    half = clone.home / ".venv" / "half"
    half.touch()
    clone.run("build")
    assert not half.exists()


def test_a_venv_whose_python_is_gone_is_made_anew(clone: Clone) -> None:
    clone.run("build")
    python = clone.home / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/usr/bin/python3.0-removed-by-an-update")
    assert "making .venv" in clone.run("build").stderr
    assert len(clone.log("pip")) == 2


def test_packages_of_an_interrupted_change_are_not_believed(clone: Clone) -> None:
    clone.run("build")
    with (clone.home / "requirements.lock").open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    clone.run("build", STUB_PIP_STATUS="1")
    clone.run("build")
    assert ["--ignore-installed" in line for line in clone.log("pip")] == [False, False, True]


def test_two_at_once_install_once(clone: Clone) -> None:
    with ThreadPoolExecutor() as pool:
        both = [pool.submit(clone.run, "build", STUB_PIP_SECONDS="0.4") for _ in range(2)]
    assert [done.result().returncode for done in both] == [0, 0]
    assert len(clone.log("pip")) == 1
    assert sum("waiting for another set-up" in done.result().stderr for done in both) <= 1


@pytest.fixture
def testing(clone: Clone) -> Clone:
    """A clone on a machine that has every program that the tests need."""
    for tool in ("chromium", "git", "gs", "javac", "pandoc", "pdftotext", "qpdf"):
        clone.script(tool, "#!/bin/sh\n")
    clone.script("npm", '#!/bin/sh\necho "$*" >>"$STUB/npm"\n[ -z "$STUB_NPM_FAILS" ] && mkdir -p node_modules\n')
    (clone.home / "tests" / "checkers").mkdir(parents=True)
    (clone.home / "tests" / "checkers" / "package-lock.json").write_text("{}", encoding="utf-8")
    return clone


def test_the_checkers_of_pages_are_installed_once_and_by_their_lock(testing: Clone) -> None:
    for _ in range(2):
        testing.run("test")
    (npm,) = testing.log("npm")
    assert npm.startswith("ci --ignore-scripts")
    (testing.home / "tests" / "checkers" / "package-lock.json").write_text('{"x": 1}', encoding="utf-8")
    testing.run("test")
    assert len(testing.log("npm")) == 2


def test_checkers_that_cannot_be_installed_end_in_the_line_that_would(testing: Clone) -> None:
    done = testing.run("test", STUB_NPM_FAILS="yes")
    assert done.returncode == 3
    assert "npm ci --ignore-scripts" in done.stderr


def test_the_test_lock_serves_mujaz_too(testing: Clone) -> None:
    testing.run("test")
    assert testing.run("build").stderr == ""
    (pip,) = testing.log("pip")
    assert pip.endswith("requirements-test.lock")


@pytest.mark.parametrize(
    ("arguments", "passed"),
    [
        (["-k", "name with space"], ["-m", "not long", "-k", "name with space"]),
        (["--long"], ["-n", "auto", "--dist", "worksteal", "-m", "long"]),
        (["--long", "-x"], ["-n", "auto", "--dist", "worksteal", "-m", "long", "-x"]),
    ],
)
def test_arguments_of_test_go_to_pytest_alone(testing: Clone, arguments: list[str], passed: list[str]) -> None:
    done = testing.run("test", *arguments)
    assert done.stdout == "".join(f"<{word}>" for word in (testing.home, "-P", "-m", "pytest", *passed)) + "\n"


def test_every_step_runs_though_one_fails_and_the_failed_are_named(testing: Clone) -> None:
    done = testing.run("test", STUB_FAILS="ruff")
    assert done.returncode == 1
    steps = [line.removeprefix("== ") for line in done.stdout.splitlines() if line.startswith("== ")]
    assert steps == [
        "ruff check",
        "ruff format",
        "mypy",
        "lint-imports",
        "pytest",
        "failed: ruff check, ruff format",
    ]


def test_all_steps_passing_is_status_0(testing: Clone) -> None:
    assert testing.run("test").returncode == 0


@pytest.mark.parametrize(
    ("short", "long", "status"), [(0, 0, 0), (1, 0, 1), (0, 1, 1), (3, 1, 3), (0, 5, 0), (1, 5, 1), (5, 0, 5)]
)
def test_ci_fails_when_either_part_does_and_not_for_want_of_long_tests(
    tmp_path: Path, short: int, long: int, status: int
) -> None:
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci" / "run")
    stub = tmp_path / "run"
    stub.write_text(f'#!/bin/sh\n[ "$2" = --long ] && exit {long}\nexit {short}\n', encoding="utf-8")
    stub.chmod(0o755)
    done = subprocess.run(["bash", tmp_path / ".ci" / "run"], cwd="/", check=False, capture_output=True)
    assert done.returncode == status


def pins(lock: str) -> dict[str, str]:
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    found = (re.match(r"([a-z0-9-]+)==([^ ;\\]+)", line) for line in lines)
    return {match[1]: match[2] for match in found if match}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_place_and_has_a_digest_for_every_package(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert not re.search(r"://|--find-links|--index|--extra-index|file:|@ ", text)
    packages = re.split(r"^(?=[a-z])", text, flags=re.MULTILINE)[1:]
    assert len(packages) == len(re.findall(r"^[a-z0-9-]+==[0-9]", text, flags=re.MULTILINE))  # two where Pythons differ
    assert all("--hash=sha256:" in package for package in packages)


def test_the_test_lock_holds_every_pin_of_the_other() -> None:
    assert pins("requirements.lock").items() <= pins("requirements-test.lock").items()


def names(requirements: list[str]) -> set[str]:
    return {re.split("[><=]", line)[0] for line in requirements}


def test_the_locks_hold_what_pyproject_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    run_time = names(project["dependencies"])
    assert run_time <= pins("requirements.lock").keys()
    assert run_time | names(project["optional-dependencies"]["test"]) <= pins("requirements-test.lock").keys()


def test_the_scripts_may_be_executed() -> None:
    assert os.access(ROOT / "run", os.X_OK)
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
