"""A desk at which someone follows a page: a home, a shell, projects in every language, and Alibaba Cloud outside.

Commands are run by a shell as they are printed. Only what a person brings is added: keys that are typed when Pulumi asks
for them, and what stands for the hosts of languages, which this engine does not have.
"""

from __future__ import annotations

import asyncio
import shlex
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from support.engine import BESIDE, SCRIPTS, TOOLS, Outcome, Pulumi, finish
from support.examples import VARIABLE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_PULUMI: Final = """#!/usr/bin/env bash
if [ $# = 4 ] && [ "$1 $2 $3" = "config set --secret" ] && [ -f "{desk}/typed/$4" ]; then
    exec {pulumi} "$@" < "{desk}/typed/$4"
fi
case "${{1:-}} ${{INLINE:-}}" in
    "up "?* | "preview "?*) exec $INLINE "$1" "${variable}" ;;
esac
exec {pulumi} "$@"
"""
_PIP: Final = """#!/usr/bin/env bash
[ "$*" = "install pulumi-ice" ] && exec {python} -c 'import importlib.metadata as m; print(m.version("pulumi-ice"))'
echo "not a command of this desk: pip $*" >&2
exit 1
"""


@dataclass
class Project:
    """A project in a folder of its own.

    Attributes:
        pulumi: Runs commands in it.
        language: Of its program.
    """

    pulumi: Pulumi
    language: str


@dataclass
class Desk:
    """Someone's machine.

    Attributes:
        folder: Where everything of it lies.
        installed: Where Pulumi keeps its plugins, which desks share.
        environment: Variables of the shell.
        runners: The words that run a program, by language; a command and the name of the program are added.
        typed: What is typed when Pulumi asks for a value, by its name.
    """

    folder: Path
    installed: Path
    environment: dict[str, str]
    runners: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("bin", "typed", "home", "state"):
            (self.folder / name).mkdir(parents=True)
        for name, value in self.typed.items():
            (self.folder / "typed" / name).write_text(value)
        words = {"desk": self.folder, "pulumi": TOOLS / "pulumi", "python": sys.executable, "variable": VARIABLE}
        self.tool("pulumi", _PULUMI.format(**words))
        self.tool("pip", _PIP.format(**words))

    @property
    def home(self) -> Path:
        """Where `~` is."""
        return self.folder / "home"

    def tool(self, name: str, script: str) -> None:
        """Put a program on PATH."""
        path = self.folder / "bin" / name
        path.write_text(script)
        path.chmod(0o755)

    def write(self, name: str, text: str) -> None:
        """Write a file in the home."""
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    async def project(self, name: str, language: str, program: str) -> Project:
        """Make a project with a stack `dev`; the program is a text in YAML or Python, else the name of one."""
        folder = self.folder / name
        folder.mkdir()
        yaml = language == "yaml"
        header = f"name: {name}\nruntime: {'nodejs' if language == 'typescript' else language}\n"
        (folder / "Pulumi.yaml").write_text(program if yaml else header)
        if language == "python":
            (folder / "__main__.py").write_text(program)
            program = str(folder / "__main__.py")
        inline = {} if yaml else {"INLINE": shlex.join(self.runners[language]), VARIABLE: program}
        pulumi = Pulumi(folder, self.folder, {"PULUMI_HOME": str(self.installed), **self.environment, **inline})
        await pulumi.done("stack", "init", "dev")
        return Project(pulumi, language)

    async def shell(self, project: Project, commands: str) -> Outcome:
        """Run commands in the folder of a project, up to the first that fails."""
        environment = project.pulumi.environment
        kept = {name: value for name, value in environment.items() if not name.islower()}  # https_proxy and the like
        path = f"{self.folder / 'bin'}:{SCRIPTS}:{environment['PATH']}"
        process = await asyncio.create_subprocess_exec(
            "bash",
            "-euo",
            "pipefail",
            "-c",
            commands,
            cwd=project.pulumi.project,
            env=kept
            | {
                "HOME": str(self.home),
                "PATH": path,
                "ENGINE_ROOT": str(TOOLS.parent),
                "PYTHONPATH": BESIDE,
                "PULUMI_IGNORE_AMBIENT_PLUGINS": "true",
                "PULUMI_SKIP_CONFIRMATIONS": "true",
                "PULUMI_OPTION_SKIP_PREVIEW": "true",
            },
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        return await finish(process)
