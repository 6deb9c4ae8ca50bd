"""The virtual environment `.venv`: the packages of `requirements.lock` and this project, editable.

Knows neither Go nor Pulumi's engine.
"""

from __future__ import annotations

import sys
from pathlib import Path

from steps import ROOT, Problem, Step, answer, run, say

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK = ROOT / "requirements.lock"
PROJECT = ROOT / "pyproject.toml"

OLDEST = (3, 11)  # as in `requires-python`
ON_PATH = ("python3.13", "python3.12", "python3.11")
PYTHON_PAGE = "https://www.python.org/downloads/"

# Fails where the system has put the modules that make an environment into a package of their own.
TELL_VERSION = "import ensurepip, sys, venv; print(*sys.version_info[:3])"

# -I: packages on the user's PYTHONPATH are not part of the environment and must not pass for it.
PIP = (PYTHON, "-I", "-m", "pip", "--disable-pip-version-check", "--no-input")


def steps() -> list[Step]:
    """Return the steps in order; the first empties the environment, which makes the second due as well."""
    packages = Step(
        stamp=VENV / "packages.stamp",
        # Scripts in an environment hold its path, so it does not survive a move of the repository.
        inputs=[LOCK, str(ROOT), Path(__file__)],
        outputs=[PYTHON],
        make=_install_packages,
    )
    project = Step(
        stamp=VENV / "project.stamp",
        inputs=[PROJECT, Path(__file__)],
        outputs=[PYTHON.with_name("pulumi-resource-ice")],
        make=_install_project,
    )
    return [packages, project]


def _install_packages() -> None:
    interpreter, version = _interpreter()
    say(f"python: {VENV.name} with Python {version} and the packages of {LOCK.name}")
    run(
        [interpreter, "-m", "venv", "--clear", VENV],
        doing="making the virtual environment",
        remedy=f"Check that {ROOT} can be written to and run the setup again.",
    )
    run(
        [*PIP, "install", "--require-hashes", "--requirement", LOCK],
        doing="installing the packages",
        remedy="Mend what is named above, most often the connection, and run the setup again.",
    )


def _install_project() -> None:
    say(f"python: pulumi-ice in {VENV.name}, editable")
    run(
        [*PIP, "install", "--no-deps", "--no-build-isolation", "--editable", ROOT],
        doing="installing the project",
        remedy=f"Mend {PROJECT.name} and run the setup again.",
    )


def _interpreter() -> tuple[Path | str, str]:
    """Return the first interpreter that is new enough and can make an environment, and its version."""
    for candidate in (_base_interpreter(), *ON_PATH):
        told = answer([candidate, "-c", TELL_VERSION])
        if told is None:
            continue
        version = tuple(int(part) for part in told.split())
        if version >= OLDEST:
            return candidate, ".".join(told.split())
    running, oldest = ".".join(map(str, sys.version_info[:3])), ".".join(map(str, OLDEST))
    raise Problem(
        f"Python {oldest} or newer with its venv module is needed, and neither python3 (it is {running}) nor "
        f"{', '.join(ON_PATH)} is that: install one, see {PYTHON_PAGE}",
        exit_code=2,
    )


def _base_interpreter() -> Path:
    """Return the interpreter below us; an active environment may be the very one that is to be emptied."""
    if sys.prefix == sys.base_prefix:
        return Path(sys.executable)
    major, minor = sys.version_info[:2]
    return Path(sys.base_prefix, "bin", f"python{major}.{minor}")
