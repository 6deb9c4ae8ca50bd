"""Write what is generated: the package schema from its declarations, from that one SDK per language, and completions.

Knows where these files lie, not what they hold. `make sdk` writes them; `--check` tells whether the committed
ones are up to date.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import shtab

from ice_gate.arguments import SHELLS
from ice_gate.arguments import parser as command_line
from ice_provider.schema import package_schema

ROOT = Path(__file__).resolve().parent.parent
GENERATOR = ROOT / ".tools" / "bin" / "pulumi-ice-gensdk"

SCHEMA = Path("provider", "schema.json")  # this and what follows: relative to the root
SDK = Path("sdk")
LANGUAGES = ("python", "nodejs", "go")
COMPLETIONS = Path("provider", "ice_gate", "completions")

# What tools leave between the files of an SDK when it is used in place.
LEFT_BY_TOOLS = {"__pycache__", "node_modules"}


def main() -> None:
    """Exit with 0 when all is as it should be, else with 1 and the reason."""
    parser = argparse.ArgumentParser(description="Write the schema and the SDKs.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if something would change")
    arguments = parser.parse_args()
    try:
        if arguments.check:
            check()
        else:
            generate(ROOT)
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)  # the generator has said why


def generate(root: Path) -> None:
    """Write the schema and the SDKs below this root."""
    schema = root / SCHEMA
    schema.parent.mkdir(exist_ok=True)
    schema.write_text(json.dumps(package_schema(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    for language in LANGUAGES:
        command: list[str | Path] = [GENERATOR, "-language", language, "-out", root / SDK / language, schema]
        subprocess.run(command, check=True)
    complete(root)


def complete(root: Path) -> None:
    """Write the scripts that complete `ice-gate` in a shell: static, so that no Python starts at every Tab."""
    (root / COMPLETIONS).mkdir(parents=True, exist_ok=True)
    for shell in SHELLS:
        script = shtab.complete(_with_files(command_line()), shell).rstrip()
        (root / COMPLETIONS / f"ice-gate.{shell}").write_text(script + "\n", encoding="utf-8")


def _with_files(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Return a parser in which whatever takes a file says so to the shell, in its commands too."""
    for action in parser._actions:  # noqa: SLF001  # argparse has no other way to walk through them
        if action.metavar == "FILE":
            action.complete = shtab.FILE
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for command in action.choices.values():
                _with_files(command)
    return parser


def check() -> None:
    """Generate into a temporary folder and exit with the list of committed files that are not the same."""
    with tempfile.TemporaryDirectory() as folder:
        generate(Path(folder))
        expected, committed = generated(Path(folder)), generated(ROOT)
    paths = sorted(expected.keys() | committed.keys())
    stale = [str(path) for path in paths if expected.get(path) != committed.get(path)]
    if stale:
        remedy = "Run `make sdk`, delete what is listed even then, and commit."
        sys.exit("\n".join(["not what the declarations generate:", *stale, remedy]))


def generated(root: Path) -> dict[Path, bytes]:
    """Return the content of every generated file below this root, by its relative path."""
    paths = [root / SCHEMA, *(root / COMPLETIONS).iterdir()]
    for language in LANGUAGES:
        paths += (root / SDK / language).rglob("*")
    return {
        path.relative_to(root): path.read_bytes()
        for path in paths
        if path.is_file() and not LEFT_BY_TOOLS.intersection(path.relative_to(root).parts)
    }


if __name__ == "__main__":
    main()
