"""Write what is generated: the package schema from its declarations, from that one SDK per language, and pages.

A list of what is generated and where it lies; who makes it stands in the modules beside this one. `make sdk` writes
all of it; `--check` tells whether the committed files are up to date.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import completions
import house
import reference
from ice_provider.schema import package_schema

ROOT = Path(__file__).resolve().parent.parent
GENERATOR = ROOT / ".tools" / "bin" / "pulumi-ice-gensdk"

SCHEMA = Path("provider", "schema.json")  # this and what follows: relative to the root
SDK = Path("sdk")
LANGUAGES = ("python", "nodejs", "go")
COMPLETIONS = Path("provider", "ice_gate", "completions")
REFERENCE = Path("docs", "reference.md")
PROGRAMS = {  # where the reference leads for programs
    "getWorkflowTask": "data-sources.md#getworkflowtask",
    "getWorkflowTasks": "data-sources.md#getworkflowtasks",
    "WorkflowTaskGate": "gating.md#depend-on-a-gate",
    "WorkflowTaskGroupGate": "gating.md#gate-many",
}

# What tools leave between the files of an SDK when it is used in place.
LEFT_BY_TOOLS = {"__pycache__", "node_modules"}


def main() -> None:
    """Exit with 0 when all is as it should be, else with 1 and the reason."""
    parser = argparse.ArgumentParser(description="Write the schema, the SDKs and what else is generated.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if something would change")
    arguments = parser.parse_args()
    try:
        if arguments.check:
            check()
        else:
            generate(ROOT)
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)  # the generator has said why


def texts() -> dict[Path, str]:
    """Return what is generated in Python, by its place."""
    schema = package_schema()
    return {
        SCHEMA: json.dumps(schema, indent=2, ensure_ascii=False) + "\n",
        REFERENCE: reference.page(schema, PROGRAMS),
        Path(house.PAGE): house.page(ROOT),
        Path(house.PICTURE): house.picture(ROOT),
        **{COMPLETIONS / name: script for name, script in completions.scripts().items()},
    }


def generate(root: Path) -> None:
    """Write everything below this root."""
    for path, text in texts().items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    for language in LANGUAGES:
        command: list[str | Path] = [GENERATOR, "-language", language, "-out", root / SDK / language, root / SCHEMA]
        subprocess.run(command, check=True)


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
    paths = [*(root / path for path in texts()), *(root / COMPLETIONS).iterdir()]
    for language in LANGUAGES:
        paths += (root / SDK / language).rglob("*")
    return {
        path.relative_to(root): path.read_bytes()
        for path in paths
        if path.is_file() and not LEFT_BY_TOOLS.intersection(path.relative_to(root).parts)
    }


if __name__ == "__main__":
    main()
