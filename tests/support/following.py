"""Following a section of a page: its programs are run, its commands typed, and what it shows is looked for.

A section is followed from its first block to its last. Programs that stand one after another are the same program in
several languages: whatever comes after them is done with each. A program that no command runs is previewed.
"""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import yaml

from support.examples import name_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from support.desk import Desk, Project
    from support.engine import Outcome
    from support.pages import Block

PREVIEW: Final = "pulumi preview"
ACTIONS: Final = frozenset({"ice:GetWorkflowTask", "ice:ListWorkflowTasks", "sts:AssumeRole"})
_RUNS: Final = re.compile(r"^pulumi (up|preview|package)\b", re.MULTILINE)
_CHANGING: Final = (
    (re.compile(r"\b[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\b"), "REQUEST"),
    (re.compile(r"\b\d\d:\d\d:\d\dZ"), "TIME"),
    (re.compile(r"\b\d+ days ago"), "DAYS ago"),
    (re.compile(r"\b\d+m(\d+s)? behind"), "MINUTES behind"),
)
"""What differs between two runs, and what stands for it in comparisons."""


def kind(block: Block) -> str:
    """Return what a block is, and so what is done with it.

    Raises:
        ValueError: Nobody knows: a block that cannot be run must not be printed.
    """
    match block.language:
        case "python" | "typescript" | "go":
            return "program"
        case "yaml":
            document = yaml.safe_load(block.text)
            found = {"runtime": "program", "jobs": "workflow"}
        case "json":
            document = json.loads(block.text)
            found = {"Statement": "policy", "profiles": "profiles"}
        case "console":
            return "commands"
        case "text":
            return "shown"
        case "ini":
            return "ini"
        case _:
            raise ValueError(f"{block}: no block has this tag")
    known = [meaning for word, meaning in found.items() if word in document]
    if not known and block.language == "yaml":
        raise ValueError(f"{block}: neither a program nor a workflow")
    return known[0] if known else "output"


def same(text: str, home: object = "/home/you") -> str:
    """Return a text without what differs between two runs."""
    for pattern, standing in _CHANGING:
        text = pattern.sub(standing, text)
    return "\n".join(line.rstrip() for line in text.replace(str(home), "/home/you").splitlines())


@dataclass
class Follower:
    """Someone who follows a section.

    Attributes:
        desk: Where.
        first: The program of whoever follows a section that prints none.
        words: What stands in the place of words in angle brackets, and the like.
        tokens: The variables by which a job of GitHub gets its tokens.
    """

    desk: Desk
    first: str
    words: Mapping[str, str]
    tokens: Mapping[str, str] = field(default_factory=dict)
    projects: list[Project] = field(default_factory=list)
    _ended: list[Outcome] = field(default_factory=list)
    _exported: str = ""
    _is_due: bool = False
    _after: str = ""

    async def follow(self, blocks: Sequence[Block], *, to_the_end: bool = True) -> None:
        """Do what they say.

        Args:
            blocks: In their order.
            to_the_end: Whether a program that no command has run is previewed.
        """
        if not any(kind(block) == "program" for block in blocks):
            self.projects = [await self.desk.project("films", "yaml", self.first)]
            self._is_due = any(kind(block) != "policy" for block in blocks)
        for block, following in zip(blocks, [*blocks[1:], None], strict=True):
            is_fault = following is not None and kind(following) == "shown" and "error:" in following.text
            what = kind(block)
            if what == "program" and self._after != "program":
                await self._finish()
                self.projects = []
            await getattr(self, f"_{what}")(block, **({"fails": is_fault} if what == "commands" else {}))
            self._after = what
        if to_the_end:
            await self._finish()

    async def run(self, commands: str, *, fails: bool = False) -> list[Outcome]:
        """Run commands in every project."""
        everything = self._exported + self._filled(commands)
        ended = await asyncio.gather(*(self.desk.shell(project, everything) for project in self.projects))
        for outcome in ended:
            assert bool(outcome.code) == fails, outcome.text
        return ended

    # --- one method a kind --------------------------------------------------------------------------------------------

    async def _program(self, block: Block) -> None:
        language = block.language
        if language == "yaml":
            name, program = yaml.safe_load(block.text)["name"], block.text
        else:
            name, program = f"in-{language}", block.text if language == "python" else name_of(block)
        self.projects.append(await self.desk.project(name, language, program))
        self._is_due = True

    async def _commands(self, block: Block, *, fails: bool) -> None:
        self._ended = await self.run(block.text, fails=fails)
        self._is_due = self._is_due and not _RUNS.search(block.text)
        exports = (line for line in block.text.splitlines() if line.startswith("export "))
        self._exported += self._filled("".join(f"{line}\n" for line in exports))

    async def _shown(self, block: Block) -> None:
        if self._is_due:
            self._ended = await self.run(PREVIEW, fails="error:" in block.text)
            self._is_due = False
        assert self._ended, f"{block} shows what nothing has printed"
        assert block.text.strip(), f"{block} shows nothing; this was shown:\n{self._ended[0].text}"
        for outcome in self._ended:
            told = same(outcome.text, self.desk.home)
            assert same(block.text) in told, f"{block} is not what was shown:\n{outcome.text}"

    async def _output(self, block: Block) -> None:
        assert self._ended, f"{block} shows what nothing has printed"
        for outcome in self._ended:
            printed = re.split(r"^(?=[{\[])", outcome.text, flags=re.MULTILINE)[-1]
            assert json.loads(printed) == json.loads(block.text), f"{block} is not what was shown:\n{outcome.text}"

    async def _profiles(self, block: Block) -> None:
        self.desk.write(".aliyun/config.json", self._filled(block.text))

    async def _ini(self, block: Block) -> None:
        self.desk.write(".alibabacloud/credentials.ini", self._filled(block.text))

    async def _policy(self, block: Block) -> None:
        policy = json.loads(block.text)
        assert policy["Version"] == "1", block
        for statement in policy["Statement"]:
            assert statement["Effect"] == "Allow", block
            allowed = statement["Action"]
            assert {*([allowed] if isinstance(allowed, str) else allowed)} <= ACTIONS, block
            assert "Resource" in statement or "Principal" in statement, block

    async def _workflow(self, block: Block) -> None:
        """Do the steps of a job as GitHub does: each in a shell of its own, with what the steps before it have left."""
        (job,) = yaml.safe_load(block.text)["jobs"].values()
        left = self.desk.folder / "github-env"
        left.touch()
        given = {**self.tokens, **job["env"], "GITHUB_ENV": str(left), "RUNNER_TEMP": str(self.desk.home)}
        for step in job["steps"]:
            assert "run" in step or step["uses"].startswith("actions/checkout@"), block
            variables = [f"export {name}='{value}'" for name, value in given.items()]
            variables += [f"export {line}" for line in left.read_text().splitlines()]
            await self.run("\n".join([*variables, step.get("run", "")]))
        self._is_due = not _RUNS.search(job["steps"][-1].get("run", ""))

    # --- what they share ----------------------------------------------------------------------------------------------

    def _filled(self, text: str) -> str:
        for words, filling in self.words.items():
            text = text.replace(words, filling)
        left = re.search(r"<[a-z][^>|&\n]*>", text)
        assert left is None, f"nobody knows what to write for {left}"
        return text

    async def _finish(self) -> None:
        if self._is_due:
            await self.run(PREVIEW)
            self._is_due = False
