"""Type checkers over programs, as their users run them: mypy and pyright, both strict. Must not know the programs."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from support.engine import ROOT
from support.languages import BUILT, build

PROGRAMS: Final = ROOT / "tests" / "typing"
Findings = set[tuple[str, int, str]]
"""What a checker complains of: the name of the file, the line, and what the checker calls the mistake."""

_COMMENTS: Final = {
    name: re.compile(rf"  # {word}: ignore\[([\w, -]+)\]") for name, word in (("mypy", "type"), ("pyright", "pyright"))
}


def mypy(folder: Path) -> Findings:
    """Check the files in a folder."""
    told = _run(sys.executable, "-m", "mypy", "--config-file", ROOT / "pyproject.toml", "--output", "json", folder)
    found = map(json.loads, told.splitlines())
    return {(Path(each["file"]).name, each["line"], each["code"]) for each in found if each["severity"] == "error"}


def pyright(folder: Path) -> Findings:
    """Check the files in a folder; without node the test is skipped."""
    build("pyright")
    settings = {"extends": str(PROGRAMS / "pyrightconfig.json"), "include": ["."]}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))
    script = BUILT / "pyright" / "node_modules" / "pyright" / "index.js"
    told = json.loads(_run("node", script, "--outputjson", "--project", folder, "--pythonpath", sys.executable))
    return {
        (Path(each["file"]).name, each["range"]["start"]["line"] + 1, each["rule"])
        for each in told["generalDiagnostics"]
    }


CHECKERS: Final[Mapping[str, Callable[[Path], Findings]]] = {"mypy": mypy, "pyright": pyright}


def announced(checker: str, name: str, text: str) -> Findings:
    """Return the mistakes in a file that its comments announce to a checker."""
    lines = enumerate(text.splitlines(), 1)
    found = ((number, _COMMENTS[checker].search(line)) for number, line in lines)
    return {(name, number, rule) for number, match in found if match for rule in match[1].split(", ")}


def without_comments(text: str) -> str:
    """Return a program that announces none of its mistakes, each on the line on which it was."""
    for comment in _COMMENTS.values():
        text = comment.sub("", text)
    return text


def _run(*words: str | Path) -> str:
    """Return what a checker prints; both end with 1 where they have found something."""
    ended = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode in {0, 1}, ended.stdout + ended.stderr
    return ended.stdout
