"""What `ice-gate` tells: lines in a log, JSON for a program, a table that changes on a terminal; never a secret."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
import sys
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Any

import pytest

from ice_gate.arguments import SHELLS, parser
from ice_gate.exits import Exit
from support.command import KEYS, Command, command, finish
from support.secrets import SECRET, seen_in

SLOW = (
    "aiohttp",
    "rich",
    "Tea",
    "darabonba",
    "alibabacloud_tea_openapi",
    "alibabacloud_ice20201109",
    "grpc",
    "pulumi",
)


def objects(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


async def test_in_a_log_it_says_what_it_waits_for_and_a_line_on_each_change(gate: Command) -> None:
    ended = await gate.run("wait", "movie-1")

    first, change, last = ended.out.splitlines()
    assert first == "waiting for workflow task movie-1 in cn-shanghai, at most 30m"
    assert re.fullmatch(r"Processing, 1 activity done · Transcode running · \ds of 30m", change)
    assert re.fullmatch(r"Succeed after \d+s · 2 activities", last)


async def test_json_tells_each_event_and_at_last_what_the_gate_returns(gate: Command) -> None:
    ended = await gate.run("wait", "movie-1", "--json")

    events = objects(ended.out)
    assert [event["event"] for event in events] == ["begin", "progress", "progress", "end"]
    assert events[0]["taskIds"] == ["movie-1"]
    assert events[1]["statusCounts"] == {"Processing": 1}
    end = events[-1]
    assert (end["outcome"], end["exitCode"], ended.code) == ("open", 0, 0)
    assert (end["task"]["taskId"], end["task"]["status"], end["task"]["region"]) == (
        "movie-1",
        "Succeed",
        "cn-shanghai",
    )
    assert all({"time", "event", "message"} <= event.keys() for event in events)


async def test_json_tells_a_failure_with_its_reason_and_what_was_read(gate: Command) -> None:
    ended = await gate.run("wait", "movie-broken", "--json")

    end = objects(ended.out)[-1]
    assert (end["event"], end["outcome"], end["exitCode"]) == ("end", "shut", ended.code)
    assert ended.err.startswith(f"error: {end['message']}\n")
    assert (end["task"]["status"], end["task"]["region"]) == ("Failed", "cn-shanghai")
    assert any(hint.startswith("next mend the cause") for hint in end["hints"])


async def test_json_tells_of_a_group_what_its_gate_returns_also_when_it_stays_shut(gate: Command) -> None:
    ended = await gate.run("wait", "movie-2", "movie-broken", "--json")

    group = objects(ended.out)[-1]["group"]
    assert group["failedTaskIds"] == ["movie-broken"]
    assert [task["taskId"] for task in group["failedTasks"]] == ["movie-broken"]
    assert group["region"] == "cn-shanghai"


async def test_the_same_task_twice_is_one_task(gate: Command) -> None:
    ended = await gate.run("wait", "movie-2", "movie-2")

    assert ended.out.splitlines()[0] == "waiting for workflow task movie-2 in cn-shanghai, at most 30m"


async def test_a_list_has_tabs_for_scripts_and_objects_for_programs(gate: Command) -> None:
    tabbed = await gate.run("list", "--statuses", "Failed,Dreaming")
    ids = await gate.run("list", "--statuses", "Failed", "--ids")
    whole = await gate.run("list", "--statuses", "Failed", "--json")

    assert sorted(line.split("\t")[:2] for line in tabbed.out.splitlines()) == [
        ["movie-broken", "Failed"],
        ["movie-odd", "Dreaming"],
    ]
    assert ids.out == "movie-broken\n"
    assert [task["taskId"] for task in objects(whole.out)] == ["movie-broken"]


async def test_a_timeline_is_shown_as_bars_and_written_as_a_picture(gate: Command, tmp_path: Path) -> None:
    ended = await gate.run("show", "movie-broken", "--svg", "timeline.svg")
    alone = await gate.run("show", "movie-broken", "--svg", "-")

    assert re.search(r"    Transcode  Failed  +█+  2m40s\n", ended.out)
    assert "Transcode: InvalidParameter.NoVideoStream: the input has no video stream" in ended.out
    assert (tmp_path / "timeline.svg").read_text() == alone.out
    assert alone.out.startswith("<svg ")


async def test_what_the_submitter_attached_is_never_printed(gate: Command) -> None:
    told = [await gate.run(*words) for words in (("show", "movie-1", "--json"), ("wait", "movie-1", "--json"))]

    assert [ended.code for ended in told] == [0, 0]
    assert not [ended for ended in told if "of-the-user" in ended.out + ended.err]


async def test_on_a_terminal_a_wait_shows_its_activities_and_leaves_its_last_line(gate: Command) -> None:
    async with gate.on_a_terminal("wait", "movie-1") as terminal:
        code = await terminal.ended()

    assert code == Exit.OPEN
    assert "waiting for workflow task movie-1 in cn-shanghai" in terminal.text
    assert re.search(r"Transcode +Processing", terminal.text)
    assert re.search(r"Processing · \ds of 30m", terminal.text)
    assert re.search(r"Succeed after \d+s · 2 activities\s*\Z", terminal.text)
    assert "\x1b[?25l" in terminal.raw
    assert terminal.raw.rindex("\x1b[?25h") > terminal.raw.rindex("\x1b[?25l")  # the cursor is back


async def test_on_a_terminal_a_group_is_a_table_and_ctrl_c_gives_the_prompt_back(gate: Command) -> None:
    async with gate.on_a_terminal(
        "wait", "movie-2", "movie-broken", "movie-endless", "--min-succeeded", "2"
    ) as terminal:
        await terminal.shows("1 of 3 succeeded · 1 running · 1 failed")
        terminal.press("\x03")
        code = await terminal.ended()

    assert code == Exit.INTERRUPTED
    assert re.search(r"movie-broken +Failed +2m50s  failed in activity Transcode", terminal.text)
    assert "error: stopped waiting for 3 workflow tasks" in terminal.text
    assert terminal.raw.rindex("\x1b[?25h") > terminal.raw.rindex("\x1b[?25l")


@pytest.mark.parametrize("words", [("wait", "movie-2"), ("show", "movie-broken"), ("list",)])
async def test_no_color_means_no_colours(gate: Command, words: tuple[str, ...]) -> None:
    async with gate.on_a_terminal(*words, NO_COLOR="1") as terminal:
        await terminal.ended()

    assert "movie-" in terminal.text
    assert not re.search(r"\x1b\[[0-9;]*3\dm", terminal.raw)


@pytest.mark.parametrize("words", [("wait", "movie-2"), ("show", "movie-broken"), ("list",)])
async def test_a_dumb_terminal_gets_lines_without_escapes(gate: Command, words: tuple[str, ...]) -> None:
    async with gate.on_a_terminal(*words, TERM="dumb") as terminal:
        await terminal.ended()

    assert "movie-" in terminal.text
    assert "\x1b" not in terminal.raw


@pytest.mark.parametrize("kind", ["dumb", "unknown"])
async def test_a_terminal_on_which_nothing_moves_is_told_each_change_as_it_comes(gate: Command, kind: str) -> None:
    async with gate.on_a_terminal("wait", "movie-endless", "--timeout", "10s", TERM=kind) as terminal:
        await terminal.shows("Processing · ")


async def test_an_encoding_that_lacks_a_letter_is_no_reason_to_fail(gate: Command) -> None:
    ended = await gate.run("show", "movie-broken", PYTHONIOENCODING="ascii")

    assert ended.code == Exit.OPEN
    assert re.search(r"Transcode  Failed  +#+  2m40s\n", ended.out)


HOSTILE = "\x1b]0;owned\x07 <script>&\"'"


@pytest.mark.parametrize(
    "words", [("wait", "m-1"), ("wait", "m-1", "m-2"), ("show", "m-1"), ("list",), ("show", "m-1", "--svg", "-")]
)
async def test_a_name_of_the_service_can_neither_steer_the_terminal_nor_bring_a_secret_to_light(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    name = f"{SECRET} {HOSTILE}"
    activity = {"ActivityId": name, "Status": f"Broken{HOSTILE}", "Message": name}
    failed = {"ActivityId": "Second", "Status": "Failed", "Message": name}
    workflow = {"workflowId": "wf-1", "name": name}
    ended = {"after": 0, "status": "Failed", "activityResults": [activity, failed]}
    scenario = {
        "tasks": [{"taskId": task_id, "workflow": workflow, "timeline": [ended]} for task_id in ("m-1", "m-2")],
        "keys": [{"accessKey": "canary", "secretKey": SECRET}],
    }
    keys = dict(zip(KEYS, ("canary", SECRET), strict=True))
    async with command(tmp_path, scenario) as gate:
        plain = await gate.run(*words, **keys)
        async with gate.on_a_terminal(*words, **keys) as terminal:
            await terminal.ended()

    told = plain.out + plain.err + terminal.text
    assert "[secret]" in told
    assert not seen_in(told)
    assert "\x1b]" not in terminal.raw
    assert "\x1b" not in plain.out + plain.err
    assert "\x07" not in terminal.raw


def test_help_and_completion_import_nothing_slow() -> None:
    program = (
        "import sys; sys.argv[1:] = ['wait', '--help']\n"
        "from ice_gate.arguments import parser\n"
        "try: parser().parse_args()\n"
        f"except SystemExit: print([name for name in {SLOW!r} if name in sys.modules], file=sys.stderr)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )

    assert ended.stderr == "[]\n"


async def test_each_command_explains_itself_with_examples_and_says_where_secrets_come_from(gate: Command) -> None:
    for words in ((), ("wait",), ("show",), ("list",)):
        ended = await Command(gate.home, "").run(*words, "--help")

        assert (ended.code, ended.err) == (0, "")
        assert "examples:\n  ice-gate" in ended.out
        assert "ALIBABA_CLOUD_ACCESS_KEY_SECRET" in ended.out
        assert "exit codes:\n    0  " in ended.out


BASH = shutil.which("bash")
COMPLETED = {
    "wait --time": ["--timeout"],
    "wait --protocol ": ["HTTPS", "HTTP"],
    "": ["wait", "show", "list", "completion"],
    "list --stat": ["--statuses"],
    "completion ": list(SHELLS),
}


@pytest.mark.skipif(BASH is None, reason="no bash")
@pytest.mark.parametrize("typed", COMPLETED)
async def test_bash_completes_commands_options_and_words(gate: Command, typed: str) -> None:
    script = (await Command(gate.home, "").run("completion", "bash")).out
    words = f"ice-gate {typed}".split(" ")
    quoted = " ".join(f"'{word}'" for word in words)
    program = (
        f"{script}\nfunction_=$(complete -p ice-gate | sed 's/.*-F \\([^ ]*\\).*/\\1/')\n"
        f"COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}\n$function_\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"\n"
    )

    bash = await asyncio.create_subprocess_exec(str(BASH), "-c", program, stdout=PIPE, stderr=PIPE)
    ended = await finish(bash)

    assert set(COMPLETED[typed]) <= set(ended.out.split())
    assert ended.err == ""


def test_the_completions_know_every_option() -> None:
    (commands,) = (action for action in parser()._actions if action.choices)
    options = {name for each in commands.choices.values() for action in each._actions for name in action.option_strings}

    for shell in SHELLS:
        script = (Path(__file__).parents[2] / "provider" / "ice_gate" / "completions" / f"ice-gate.{shell}").read_text()
        assert not [name for name in options if name.lstrip("-") not in script], f"run `make sdk` for {shell}"
