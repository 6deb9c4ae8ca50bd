"""Set up the clients of the contract tests, which we did not write: `python tools/clients.py go`.

Each lies in a folder of its own below `.tools/clients`: their packages contradict each other and the project's own.
Everything is pinned with its hash. Exits as the setup does: 2 when something must be installed first, 1 when a step
failed.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from functools import partial
from pathlib import Path

from engine import GO_PAGE, TOOLS, go_environment
from environment import PIP
from programs import CONNECTION, NODE_PAGE, require
from steps import ROOT, Problem, Step, answer, one_at_a_time, run, say

PROGRAMS = ROOT / "tests" / "contract" / "clients" / "programs"
CLIENTS = TOOLS.resolve() / "clients"  # npm does not install through a link
LOCKS = ("classic", "official-5", "official-6")
"""Python clients: one list of packages each."""


def main() -> None:
    """Set up one client."""
    parser = argparse.ArgumentParser(description="Set up a client of the contract tests.")
    parser.add_argument("client", choices=(*LOCKS, "node", "go"))
    client = parser.parse_args().client
    try:
        step = {"node": _node, "go": _go}.get(client, partial(_python, client))()
        with one_at_a_time(TOOLS / "clients.lock"):
            if not step.is_done():
                step.take()
    except Problem as problem:
        print(problem, file=sys.stderr)
        sys.exit(problem.exit_code)


def _python(client: str) -> Step:
    lock, packages = PROGRAMS / "python" / f"{client}.txt", CLIENTS / client
    return Step(
        stamp=CLIENTS / f"{client}.stamp",
        inputs=[lock, sys.version, Path(__file__)],
        outputs=[packages],
        make=lambda: _install_python(lock, packages),
    )


def _install_python(lock: Path, packages: Path) -> None:
    say(f"clients: the packages of {lock.name}")
    shutil.rmtree(packages, ignore_errors=True)
    run(
        [*PIP, "install", "--require-hashes", "--requirement", lock, "--target", packages],
        doing=f"installing the packages of {lock.name}",
        remedy=CONNECTION,
    )


def _node() -> Step:
    require("node", "npm", page=NODE_PAGE)
    source, target = PROGRAMS / "node", CLIENTS / "node"
    listed = [source / name for name in ("package.json", "package-lock.json", ".npmrc")]
    return Step(
        stamp=CLIENTS / "node.stamp",
        inputs=[*listed, answer(["node", "--version"]) or "", Path(__file__)],
        outputs=[target / "node_modules"],
        make=lambda: _install_node(listed, target),
    )


def _install_node(listed: list[Path], target: Path) -> None:
    say("clients: the packages of package-lock.json")
    target.mkdir(parents=True, exist_ok=True)
    for file in listed:
        shutil.copy(file, target)
    run(
        ["npm", "ci", "--prefix", target, "--ignore-scripts", "--no-audit", "--no-fund"],
        doing="installing the npm packages",
        remedy=CONNECTION,
    )


def _go() -> Step:
    require("go", page=GO_PAGE)
    source = PROGRAMS / "go"
    return Step(
        stamp=CLIENTS / "go.stamp",
        inputs=[
            *(source / name for name in ("go.mod", "go.sum", "main.go")),
            answer(["go", "version"], go_environment()) or "",
            Path(__file__),
        ],
        outputs=[CLIENTS / "go"],
        make=lambda: _build_go(source),
    )


def _build_go(source: Path) -> None:
    say("clients: the program in Go")
    run(
        ["go", "build", "-C", source, "-o", CLIENTS / "go", "."],
        doing="building the Go program",
        remedy=CONNECTION,
        environment=go_environment(),
    )


if __name__ == "__main__":
    main()
