"""Programs of the pages for users, in TypeScript and Go, compiled together and run one at a time.

They take the place of `everything` in the programs beside which that stands, and are run by the same `inline.ts` and
`main.go`. Nothing in them is changed, except that Go calls each by the name of its package and not `main`.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from support.engine import ROOT
from support.languages import BUILT, PROGRAMS, built

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from support.pages import Block

sys.path.append(str(ROOT / "tools"))
from engine import go_environment  # the flags with which the build cache has been filled
from steps import Step, one_at_a_time

VARIABLE = "EXAMPLE"
"""The variable of the environment that names the program to run."""

_TYPESCRIPT = f"""
export async function everything(): Promise<Record<string, unknown>> {{
    return require(`./examples/${{process.env["{VARIABLE}"]}}`);
}}
"""
_GO = """
package main

import (
	"os"
{imports}
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func everything(ctx *pulumi.Context) error {{
	return map[string]pulumi.RunFunc{{
{programs}
	}}[os.Getenv("{variable}")](ctx)
}}
"""
_GO_MAIN = re.compile(
    r"func main\(\) \{\n\tpulumi\.Run\((?P<program>func\(ctx \*pulumi\.Context\) error \{.*\})\)\n\}\n", re.DOTALL
)


def name_of(block: Block) -> str:
    """Return how the environment calls the program in a block."""
    return f"{block.page.strip('_')}_{block.line}".replace("-", "_")


def compiled(language: str, blocks: Iterable[Block]) -> tuple[str, ...]:
    """Return the words to which a command is added to run one of the programs; built as far as they are not.

    Args:
        language: `typescript` or `go`; blocks in others are passed over.
        blocks: All that will be run.
    """
    built(language)  # the packages, the SDK and the build cache
    programs = {name_of(block): block.text for block in blocks if block.language == language}
    folder = BUILT / f"docs-{language}"
    make, beside, *words = {
        "typescript": (_compile, BUILT / "typescript" / "program.stamp", "node", folder / "bin" / "inline.js"),
        "go": (_build, BUILT / "go-program" / "program.stamp", folder / "examples"),
    }[language]
    step = Step(
        stamp=folder.with_suffix(".stamp"),
        inputs=[repr(programs), beside, Path(__file__)],
        outputs=[],
        make=lambda: make(programs, folder),
    )
    with one_at_a_time(BUILT / "docs.lock"):
        if not (step.is_done() and folder.exists()):
            shutil.rmtree(folder, ignore_errors=True)
            step.take()
    return tuple(str(word) for word in words)


def _compile(programs: Mapping[str, str], folder: Path) -> None:
    source = PROGRAMS / "typescript"
    (folder / "examples").mkdir(parents=True)
    for name in ("inline.ts", "package.json"):
        shutil.copy(source / name, folder)
    for name, text in programs.items():
        (folder / "examples" / f"{name}.ts").write_text(text)
    (folder / "everything.ts").write_text(_TYPESCRIPT)
    files = ["inline.ts", *(f"examples/{name}.ts" for name in programs)]
    config = {"extends": str(source / "tsconfig.json"), "compilerOptions": {"outDir": "bin"}, "files": files}
    (folder / "tsconfig.json").write_text(json.dumps(config))
    (folder / "node_modules").symlink_to(BUILT / "typescript" / "node_modules")
    _run(folder / "node_modules" / ".bin" / "tsc", "--project", folder)


def _build(programs: Mapping[str, str], folder: Path) -> None:
    source = PROGRAMS / "go"
    folder.mkdir(parents=True)
    for name in ("main.go", "go.mod", "go.sum"):
        shutil.copy(source / name, folder)
    module = (folder / "go.mod").read_text().replace("=> ../../../../sdk/go", f"=> {ROOT / 'sdk' / 'go'}")
    (folder / "go.mod").write_text(module)
    for name, text in programs.items():
        package, changes = _GO_MAIN.subn(r"var Program pulumi.RunFunc = \g<program>\n", text)
        assert changes, f"a program in Go has func main() with pulumi.Run(…) and nothing else:\n{text}"
        (folder / name).mkdir()
        (folder / name / "program.go").write_text(package.replace("package main", f"package {name}", 1))
    imports = "\n".join(f'\t"everything/{name}"' for name in programs)
    table = "\n".join(f'\t\t"{name}": {name}.Program,' for name in programs)
    text = _GO.format(imports=imports, programs=table, variable=VARIABLE)
    (folder / "everything.go").write_text(text)
    _run("go", "build", "-C", folder, "-ldflags=-s -w", "-o", folder / "examples", ".", environment=go_environment())


def _run(*words: str | Path, environment: Mapping[str, str] | None = None) -> None:
    ended = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
