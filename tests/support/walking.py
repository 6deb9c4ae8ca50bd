"""Walking through an example as its README says, block by block, in a copy of `examples/` and against the emulator.

One shell does it all, as a person's would, so `cd` and `export` last. Only what differs from machine to machine is put in
its place: the port of the emulator, and the host of Python programs, which this engine does not have. Must not know
what an example is about.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import re
import signal
import sys
import sysconfig
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from support.engine import ROOT, SCRIPTS, TOOLS, Outcome, Pulumi, finish, read_until
from support.following import same
from support.pages import page, section
from support.ports import own_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from support.pages import Block

EXAMPLES: Final = ROOT / "examples"
PORT: Final = "7373"
SERVICE_PORT: Final = "8080"
"""The ports that the pages print."""

_END: Final = "--- end of block"
_NOTHING_IS_LEFT: Final = "trap 'kill $(jobs -p) 2> /dev/null || true' EXIT\n"
_PULUMI: Final = """#!/usr/bin/env bash
case "$1" in up | preview)
    if grep -qs '^runtime: python' Pulumi.yaml; then
        PYTHONPATH={tests}:${{PYTHONPATH:-}} ENGINE_ROOT={tools} exec {python} -m support.inline "$1" "$PWD/__main__.py"
    fi ;;
esac
exec {tools}/bin/pulumi "$@"
"""
_POLICY_HOST: Final = """#!/bin/sh
exec .venv/bin/python -u -m pulumi.policy "$1" "$2"
"""
_PYTHON: Final = """#!/bin/sh
if [ "$1 $2" = "-m venv" ]; then
    {python} -m venv --without-pip "$3"
    echo {packages} > "$(echo "$3"/lib/python*/site-packages)/borrowed.pth"
    printf '#!/bin/sh\nexec {python} -m pip --python "%s" "$@" --no-deps --disable-pip-version-check\n' \
        "$PWD/$3/bin/python" > "$3/bin/pip"
    exec chmod +x "$3/bin/pip"
fi
exec {python} "$@"
"""
"""Makes environments that borrow the packages of the tests: one that fetches its own takes half a minute."""


def blocks_of(example: str) -> list[Block]:
    """Return the blocks of an example's README."""
    return [block for each in page(f"../examples/{example}/README") for block in each.blocks]


@dataclass
class Walk:
    """A copy of the checkout, and the shell of whoever walks through an example in it.

    Attributes:
        checkout: The copy.
        environment: Of the shell.
        port: Of the emulator.
        before: What is typed before an example's own commands.
    """

    checkout: Path
    environment: dict[str, str]
    port: str = PORT
    before: str = ""

    async def through(self, blocks: Sequence[Block]) -> str:
        """Do what the blocks say, see that they show what is said to be shown, and return all that was printed."""
        typed = [block for block in blocks if block.language == "console"]
        shown = {id(block): after for block, after in itertools.pairwise(blocks) if after.language == "text"}
        faults = {key for key, after in shown.items() if after.text.startswith("error:")}
        steps = (_step(block.text, fails=id(block) in faults) for block in typed)

        outcome = await self.shell("".join([_NOTHING_IS_LEFT, self.before, *steps]))

        printed = outcome.text.split(f"{_END}\n")
        assert outcome.code == 0, f"{typed[len(printed) - 1]} ended with {outcome.code}:\n{printed[-1]}"
        for block, text in zip(typed, printed, strict=False):
            if id(block) in shown:
                _compare(shown[id(block)], text)
        return outcome.text

    async def shell(self, script: str) -> Outcome:
        """Run commands from the top of the checkout, up to the first that fails."""
        return await finish(await self.start(script))

    async def start(self, script: str) -> asyncio.subprocess.Process:
        """Start commands, in a session of their own."""
        return await asyncio.create_subprocess_exec(
            *("bash", "-euo", "pipefail", "-c", self._placed(script)),
            cwd=self.checkout,
            env=self.environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )

    def _placed(self, script: str) -> str:
        """Return a script with the ports that it has in this walk."""
        ports = {PORT: self.port, SERVICE_PORT: str(own_port())}
        return re.sub(rf"\b({'|'.join(ports)})\b", lambda found: ports[found[0]], script)


@asynccontextmanager
async def walk(folder: Path, example: str) -> AsyncIterator[Walk]:
    """Copy the examples, and start the emulator as the README says, else as the page above all examples does."""
    checkout = folder / "pulumi-ice"
    for path, target in ((checkout / ".venv" / "bin", SCRIPTS), (checkout / ".tools" / "bin", folder / "bin")):
        path.parent.mkdir(parents=True)
        path.symlink_to(target)
    _copy_examples(checkout)
    (folder / "bin").mkdir()
    scripts = {
        "pulumi": _PULUMI.format(tests=ROOT / "tests", tools=TOOLS.parent, python=sys.executable),
        "pulumi-analyzer-policy-python": _POLICY_HOST,
        "python": _PYTHON.format(python=sys.executable, packages=sysconfig.get_path("purelib")),
    }
    for name, script in scripts.items():
        (folder / "bin" / name).write_text(script)
        (folder / "bin" / name).chmod(0o755)
    more = {"TMPDIR": str(folder), "PULUMI_SKIP_CONFIRMATIONS": "true", "PULUMI_OPTION_SKIP_PREVIEW": "true"}
    reader = Walk(checkout, Pulumi(checkout, folder, more).environment)
    terminal, second = section("../examples/README", "Run one").blocks
    own = [block for block in blocks_of(example) if _starts_emulator(block)]
    async with _emulator(reader, (own or [terminal])[0]) as port:
        yield Walk(checkout, reader.environment, port, f"{second.text}cd {example}\n")


async def walk_through(folder: Path, example: str) -> str:
    """Walk through an example from its first block to the last; return all that was printed."""
    async with walk(folder, example) as reader:
        return await reader.through([block for block in blocks_of(example) if not _starts_emulator(block)])


def _copy_examples(checkout: Path) -> None:
    for path in EXAMPLES.rglob("*"):
        is_left_by_a_run = path.match("Pulumi.*.yaml") or {"__pycache__", ".venv"} & {*path.relative_to(EXAMPLES).parts}
        if path.is_file() and not is_left_by_a_run:
            copy = checkout / path.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
            copy.chmod(path.stat().st_mode)


def _starts_emulator(block: Block) -> bool:
    return "ice-emulator --port" in block.text


@asynccontextmanager
async def _emulator(reader: Walk, block: Block) -> AsyncIterator[str]:
    """Run the emulator on a free port; yield that."""
    process = await reader.start(block.text.replace(f"--port {PORT}", "--port 0"))
    try:
        yield re.findall(r"listening on http://[\d.]+:(\d+)", await read_until(process, "listening on"))[0]
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        await finish(process)


def _step(commands: str, *, fails: bool) -> str:
    """Return the commands of a block, with a mark at the end; when one fails that must, what comes after is still done."""
    if fails:
        commands = f"set +e\n{commands}(( $? )) || {{ echo 'this had to fail'; exit 1; }}\nset -e\n"
    return f"{commands}echo '{_END}'\n"


def _compare(expected: Block, printed: str) -> None:
    told, lines = same(printed), [line for line in same(expected.text).splitlines() if line.strip()]
    for line in lines:
        assert line in told, f"{expected} shows a line that was not shown, {line!r}:\n{printed}"
