"""The page and the help of `ice-gate`: what is printed is run, and what is said to be shown is what is shown."""

from __future__ import annotations

import asyncio
import re
import shlex
import shutil
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from ice_gate.exits import MEANINGS, Exit
from support.command import Command, command, finish
from support.pages import Block, page, section

PAGE = "ice-gate"
BASH, JQ = shutil.which("bash"), shutil.which("jq")
(PIPELINE,) = (block for block in section(PAGE, "A pipeline").blocks if block.language == "bash")
COMMANDS = [
    block for each in page(PAGE) for block in each.blocks if block.language in {"console", "bash"} and block != PIPELINE
]
SHOWN = {
    f"{each.title}, line {block.line}": (block, shown)
    for each in page(PAGE)
    for block, shown in zip(each.blocks, each.blocks[1:], strict=False)
    if block.language == "console" and shown.language == "text"
}


def alike(text: str) -> list[str]:
    """Return lines in which numbers, times and the length of bars no longer matter."""
    lines = (re.sub(r"█+", "█", re.sub(r"[0-9A-F-]{36}|(\d+[hms])+|\d+", "0", line)) for line in text.splitlines())
    return [" ".join(line.split()) for line in lines]


async def follow(script: str, gate: Command) -> tuple[int, str, str]:
    """Run a script as it stands, with `ice-gate` on the PATH and the emulator in the place of the service."""
    folder = gate.home / "bin"
    folder.mkdir()
    plain, aimed = shlex.join(gate.words("--")[:-1]), shlex.join(gate.words("list")[4:])
    (folder / "ice-gate").write_text(
        f'#!/bin/sh\nif [ "$1" = completion ]; then exec {plain} "$@"; else exec {plain} "$@" {aimed}; fi\n'
    )
    (folder / "ice-gate").chmod(0o755)
    environment = {**gate.environment, "PATH": f"{folder}:{gate.environment['PATH']}"}
    process = await asyncio.create_subprocess_exec(
        str(BASH), "-euo", "pipefail", "-c", script, cwd=gate.home, env=environment, stdout=PIPE, stderr=PIPE
    )
    ended = await finish(process)
    return ended.code, ended.out, ended.err


pytestmark = pytest.mark.skipif(not (BASH and JQ), reason="no bash, or no jq")


@pytest.mark.parametrize("block", COMMANDS, ids=str)
async def test_each_block_of_the_page_runs(gate: Command, block: Block) -> None:
    code, _, err = await follow(block.text, gate)

    assert code == 0, err
    assert "Traceback" not in err


def night(*endings: str) -> dict[str, object]:
    """Return tasks that run when they are listed, and have ended so when they are read; the first ended yesterday."""
    workflow = {"workflowId": "wf-1", "name": "Nightly"}
    yesterday = {"taskId": "of-yesterday", "workflow": workflow, "timeline": [{"after": 0, "status": "Failed"}]}
    tonight = [
        {
            "taskId": f"movie-{number}",
            "workflow": workflow,
            "timeline": [{"after": 0, "status": "Processing"}, {"calls": 1, "status": ending}],
        }
        for number, ending in enumerate(endings)
    ]
    return {"tasks": [yesterday, *tonight]}


@pytest.mark.parametrize(
    ("endings", "code", "publishes"),
    [
        (["Succeed"], 0, True),
        (["Failed"], 1, False),
        (["Succeed"] * 9 + ["Failed"], 0, True),
        (["Succeed"] * 8 + ["Failed"] * 2, 1, False),
        ([], 2, False),
    ],
    ids=["one that succeeds", "one that fails", "nine of ten", "eight of ten", "none"],
)
async def test_the_pipeline_publishes_only_when_enough_have_succeeded(
    tmp_path: Path, endings: list[str], code: int, publishes: bool
) -> None:
    async with command(tmp_path, night(*endings)) as gate:
        ended, out, err = await follow(PIPELINE.text, gate)

    assert ended == code, err
    assert out.endswith("publish\n") == publishes
    assert (tmp_path / "of-yesterday.svg").exists()


@pytest.mark.parametrize("place", SHOWN)
async def test_what_the_page_shows_is_what_is_shown(gate: Command, place: str) -> None:
    block, shown = SHOWN[place]

    _, out, _ = await follow(block.text, gate)

    assert alike(out) == alike(shown.text)


TASK, WORKFLOW = "4215e042b3966ca5441e", {"workflowId": "4f1c2a", "name": "nightly"}
GRAPH = {name: {"ActivityId": name, "Status": "Succeed"} for name in ("Start", "Transcode", "Publish")}
EXAMPLES = {
    "tasks": [
        {"taskId": TASK, "timeline": [{"after": 0, "status": "Succeed", "activityResults": GRAPH}]},
        {
            "taskId": "still-running",
            "workflow": WORKFLOW,
            "timeline": [{"after": 0, "status": "Processing"}, {"calls": 1, "status": "Succeed"}],
        },
        *({"taskId": f"movie-{n}", "timeline": [{"after": 0, "status": "Succeed"}]} for n in range(9)),
        {"taskId": "movie-9", "timeline": [{"after": 0, "status": "Failed"}]},
    ]
}


@pytest.mark.parametrize("words", [(), ("wait",), ("show",), ("list",)], ids=["of all", "wait", "show", "list"])
async def test_the_examples_of_the_help_run(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "tasks.txt").write_text("".join(f"movie-{n}\n" for n in range(10)))
    (tmp_path / "publish.sh").write_text("#!/bin/sh\n")
    (tmp_path / "publish.sh").chmod(0o755)
    async with command(tmp_path, EXAMPLES) as gate:
        told = (await Command(tmp_path, "").run(*words, "--help")).out
        examples = told.partition("examples:\n")[2].partition("\n\n")[0]
        code, _, err = await follow(examples, gate)

    assert "ice-gate" in examples
    assert (code, "error: " in err) == (0, False), err


def test_the_page_has_every_exit_code_with_its_meaning() -> None:
    rows = section(PAGE, "Exit codes").table("code", "")

    assert rows == [(str(int(code)), MEANINGS[code]) for code in sorted(Exit)]


def test_the_page_names_every_outcome_that_json_can_tell() -> None:
    prose = "\n".join(section(PAGE, "JSON").prose)

    told = {code.word for code in Exit} - {"notWritten", "closed"}  # then there is nobody to tell
    assert not [word for word in told if f"`{word}`" not in prose]
