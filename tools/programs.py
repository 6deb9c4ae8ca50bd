"""Build what the end-to-end tests need beside Python: `python tools/programs.py typescript`.

What is built lies in `.tools`, nothing is written beside the sources, and with nothing changed nothing is done.
Exits as the setup does: 2 when something must be installed first, 1 when a step failed.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from engine import GO_PAGE, TOOLS, go_environment
from steps import ROOT, Problem, Step, answer, one_at_a_time, run, say

PROGRAMS = ROOT / "tests" / "e2e" / "programs"
SDK = ROOT / "sdk"
NODE_PAGE = "https://nodejs.org/en/download"
CONNECTION = "Mend what is named above, most often the connection, and run it again."

TYPESCRIPT = TOOLS / "typescript"  # packages, SDK and program, laid out as they are for a user
PACKAGES = TYPESCRIPT / "node_modules"
COMPILER = PACKAGES / ".bin" / "tsc"
INSTALLED_SDK = PACKAGES / "@pulumi-ice" / "ice"

GO = TOOLS / "go-program"
PYRIGHT = TOOLS / "pyright"  # from npm as well: the package for Python would fetch it when it is run, past every lock


def main() -> None:
    """Build the program in one language, or set up a checker of types."""
    parser = argparse.ArgumentParser(description="Build a program of the end-to-end tests.")
    parser.add_argument("what", choices=STEPS)
    arguments = parser.parse_args()
    try:
        with one_at_a_time(TOOLS / "programs.lock"):
            for step in STEPS[arguments.what]():
                if not step.is_done():
                    step.take()
    except Problem as problem:
        print(problem, file=sys.stderr)
        sys.exit(problem.exit_code)


def typescript_steps() -> list[Step]:
    """Return the steps in order; the first empties the folder of packages, which makes the second due as well."""
    require("node", "npm", page=NODE_PAGE)
    source = PROGRAMS / "typescript"
    listed = [source / name for name in ("package.json", "package-lock.json", ".npmrc")]
    sdk = _files(SDK / "nodejs", "*.ts", "*.json")
    program = [source / "tsconfig.json", *_files(source, "*.ts")]
    return [
        Step(
            stamp=TYPESCRIPT / "packages.stamp",
            inputs=[*listed, answer(["node", "--version"]) or "", Path(__file__)],
            outputs=[COMPILER],
            make=lambda: _install_packages(listed, TYPESCRIPT),
        ),
        Step(
            stamp=TYPESCRIPT / "program.stamp",
            inputs=[*listed, *sdk, *program, Path(__file__)],
            outputs=[INSTALLED_SDK, TYPESCRIPT / "bin"],
            make=lambda: _compile(sdk, program),
        ),
    ]


def pyright_steps() -> list[Step]:
    """Return the one step that installs it, with the version and the hash of its lock."""
    require("node", "npm", page=NODE_PAGE)
    source = ROOT / "tests" / "typing" / "pyright"
    listed = [source / name for name in ("package.json", "package-lock.json", ".npmrc")]
    return [
        Step(
            stamp=PYRIGHT / "packages.stamp",
            inputs=[*listed, Path(__file__)],
            outputs=[PYRIGHT / "node_modules" / ".bin" / "pyright"],
            make=lambda: _install_packages(listed, PYRIGHT),
        )
    ]


def _install_packages(listed: list[Path], folder: Path) -> None:
    say(f"{folder.name}: the packages of package-lock.json")
    folder.mkdir(exist_ok=True)
    _copy(listed, listed[0].parent, folder)
    run(
        ["npm", "ci", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund"],
        doing="installing the npm packages",
        remedy=CONNECTION,
    )


def _compile(sdk: list[Path], program: list[Path]) -> None:
    """Compile the SDK as it is published, compiled files with package.json beside them; then its user."""
    for folder in (TYPESCRIPT / "sdk", TYPESCRIPT / "src", TYPESCRIPT / "bin", INSTALLED_SDK):
        shutil.rmtree(folder, ignore_errors=True)
    say("typescript: the SDK")
    _copy(sdk, SDK / "nodejs", TYPESCRIPT / "sdk")
    _run_compiler(TYPESCRIPT / "sdk", INSTALLED_SDK)
    shutil.copy(SDK / "nodejs" / "package.json", INSTALLED_SDK)
    say("typescript: the program")
    _copy(program, PROGRAMS / "typescript", TYPESCRIPT / "src")
    _run_compiler(TYPESCRIPT / "src", TYPESCRIPT / "bin")


def _run_compiler(project: Path, out: Path) -> None:
    run(
        [COMPILER, "--project", project, "--outDir", out],
        doing=f"compiling {project.relative_to(ROOT)}",
        remedy="Mend what is named above: the program, or the declarations that the SDK is generated from.",
    )


def go_steps() -> list[Step]:
    """Return the one step that builds the program with the SDK."""
    require("go", page=GO_PAGE)
    source = PROGRAMS / "go"
    return [
        Step(
            stamp=GO / "program.stamp",
            inputs=[
                source / "go.mod",
                source / "go.sum",
                *_files(source, "*.go"),
                *_files(SDK / "go", "*.go", "go.mod", "*.json"),
                answer(["go", "version"], go_environment()) or "",
                Path(__file__),
            ],
            outputs=[GO / "everything"],
            make=lambda: _build(source),
        )
    ]


def _build(source: Path) -> None:
    say("go: the program, a minute or two the first time, seconds when Go's build cache is warm")
    GO.mkdir(exist_ok=True)
    run(
        ["go", "build", "-C", source, "-o", GO / "everything", "."],
        doing="building the Go program",
        remedy=CONNECTION,
        environment=go_environment(),
    )


def require(*programs: str, page: str) -> None:
    """Check that programs are on PATH.

    Raises:
        Problem: One is not; the page tells how to install it.
    """
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        raise Problem(f"{' and '.join(missing)} must be on PATH: see {page}", exit_code=2)


def _files(folder: Path, *patterns: str) -> list[Path]:
    """Return the files below a folder, less what a package manager or a compiler has left there."""
    found = sorted(path for pattern in patterns for path in folder.rglob(pattern))
    return [path for path in found if not {"node_modules", "bin"}.intersection(path.relative_to(folder).parts)]


def _copy(files: list[Path], source: Path, target: Path) -> None:
    for file in files:
        copy = target / file.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)


STEPS = {"typescript": typescript_steps, "go": go_steps, "pyright": pyright_steps}

if __name__ == "__main__":
    main()
