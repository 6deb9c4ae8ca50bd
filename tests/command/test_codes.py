"""How `ice-gate` ends: a code for a pipeline, and a sentence for whoever reads its log."""

from __future__ import annotations

import asyncio
import os
import shlex
import signal
import time
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from ice_gate.exits import Exit
from support.command import Command, finish

NOWHERE = ("--endpoint", "127.0.0.1:1", "--protocol", "HTTP")
PROMPT = 1.0  # seconds; 0.5 are promised, and a test shares its machine
LIMITS = ("1s", "10s", "1m")  # to be tried one after another: on a busy machine the first may end before a call is made
ENDINGS: dict[str, tuple[tuple[str, ...], dict[str, str | None], Exit, str]] = {
    "a task that ends well": (("wait", "movie-1"), {}, Exit.OPEN, ""),
    "a condition that holds": (
        ("wait", "movie-2", "--condition", "length(activities) == `1`"),
        {},
        Exit.OPEN,
        "",
    ),
    "enough of a group": (("wait", "movie-1", "movie-broken", "--min-succeeded", "1"), {}, Exit.OPEN, ""),
    "a status that is accepted": (("wait", "movie-broken", "--success", "Succeed,Failed"), {}, Exit.OPEN, ""),
    "a list": (("list", "--ids"), {}, Exit.OPEN, ""),
    "a failed task that is only shown": (("show", "movie-broken"), {}, Exit.OPEN, ""),
    "a failed task": (
        ("wait", "movie-broken"),
        {},
        Exit.SHUT,
        "workflow task movie-broken failed in activity Transcode: InvalidParameter.NoVideoStream: the input has no",
    ),
    "an unknown status": (
        ("wait", "movie-odd"),
        {},
        Exit.SHUT,
        'has the unknown status "Dreaming": add it to --pending',
    ),
    "a condition that does not hold": (
        ("wait", "movie-2", "--condition", "length(activities) == `7`"),
        {},
        Exit.SHUT,
        "does not meet the condition",
    ),
    "a hopeless group": (
        ("wait", "movie-1", "movie-broken", "movie-endless"),
        {},
        Exit.SHUT,
        "or let fewer suffice:  --min-succeeded 2",
    ),
    "no task": (("wait",), {}, Exit.USAGE, "the following arguments are required: TASK"),
    "no such option": (("wait", "movie-1", "--secret-key", "x"), {}, Exit.USAGE, "unrecognized arguments"),
    "a limit that is none": (("wait", "movie-1", "--timeout", "soon"), {}, Exit.USAGE, "--timeout: must be a duration"),
    "more than there are": (
        ("wait", "movie-1", "--min-succeeded", "2"),
        {},
        Exit.USAGE,
        "--min-succeeded: must be from 0 to 1",
    ),
    "a condition that is none": (("wait", "movie-1", "--condition", "("), {}, Exit.USAGE, "--condition: "),
    "a task that can be none": (("wait", "movie 1"), {}, Exit.USAGE, "TASK: must not hold spaces"),
    "a name that is no UTF-8": (
        ("list", "--workflow-name", "Nightly \udcff"),
        {},
        Exit.USAGE,
        "--workflow-name: holds what is no UTF-8",
    ),
    "a picture without a place": (("show", "movie-1", "--svg", ""), {}, Exit.USAGE, "--svg: must name a file"),
    "two documents in one place": (
        ("show", "movie-1", "--svg", "-", "--json"),
        {},
        Exit.USAGE,
        "--svg: - and --json would both be written to standard output",
    ),
    "two forms of one list": (("list", "--ids", "--json"), {}, Exit.USAGE, "--json: not allowed with argument --ids"),
    "half a number": (
        ("list", "--requests-per-second", "many"),
        {},
        Exit.USAGE,
        "--requests-per-second: must be a number",
    ),
    "no key": (
        ("wait", "movie-1"),
        {"ALIBABA_CLOUD_ACCESS_KEY_ID": None, "ALIBABA_CLOUD_ACCESS_KEY_SECRET": None},
        Exit.DENIED,
        "or name a profile of the aliyun CLI: --profile …",
    ),
    "a key that is not allowed to": (
        ("show", "movie-1"),
        {"ALIBABA_CLOUD_ACCESS_KEY_ID": "denied", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "denied-secret"},
        Exit.DENIED,
        "attach this RAM policy",
    ),
    "another secret": (
        ("wait", "movie-1"),
        {"ALIBABA_CLOUD_ACCESS_KEY_SECRET": "another"},
        Exit.DENIED,
        "the signature was refused",
    ),
    "a limit that ends first": (
        ("wait", "movie-endless", "--timeout", "1s"),
        {},
        Exit.TIMED_OUT,
        "run `ice-gate wait` again: the wait goes on where it is",
    ),
    "a task that is not known": (("show", "movie-x"), {}, Exit.NOT_KNOWN, "workflow task movie-x is not known"),
}


@pytest.mark.parametrize("case", ENDINGS)
async def test_each_ending_has_its_code_and_its_sentence(gate: Command, case: str) -> None:
    words, environment, code, sentence = ENDINGS[case]

    ended = await gate.run(*words, **environment)

    assert ended.code == code, ended.err
    assert sentence in ended.err
    assert (ended.err == "") == (code is Exit.OPEN)
    assert "Traceback" not in ended.err
    assert "ulumi" not in ended.err.replace("github.com/pulumi", "")


@pytest.mark.parametrize("tasks", [("movie-broken",), ("movie-1", "movie-broken")], ids=["one task", "a group"])
async def test_a_gate_that_needs_none_of_its_tasks_says_so(gate: Command, tasks: tuple[str, ...]) -> None:
    ended = await gate.run("wait", *tasks, "--min-succeeded", "0")

    assert ended.code == Exit.OPEN
    assert ended.err == "warning: --min-succeeded 0 opens the gate without reading a task: give 1 or more to wait\n"


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("wait", "a", "--timout", "3"), 'unrecognized arguments: --timout 3; did you mean "--timeout"?'),
        (("wait", "a", "--timout=3"), 'unrecognized arguments: --timout=3; did you mean "--timeout"?'),
        (("list", "--statused", "Failed"), 'unrecognized arguments: --statused Failed; did you mean "--statuses"?'),
        (("show", "a", "b"), "unrecognized arguments: b"),
    ],
    ids=["a typo", "with its value", "of another command", "one task too many"],
)
async def test_an_unknown_option_is_told_by_its_command_with_the_one_that_was_meant(
    tmp_path: Path, words: tuple[str, ...], line: str
) -> None:
    ended = await Command(tmp_path, "").run(*words)

    assert ended.code == Exit.USAGE
    assert ended.err == f"error: {line}\n    next       ice-gate {words[0]} --help\n"


async def test_http_to_a_name_is_refused_in_the_words_of_the_command_line(tmp_path: Path) -> None:
    ended = await Command(tmp_path, "").run("show", "a", "--endpoint", "ice.example.com", "--protocol", "HTTP")

    assert ended.code == Exit.USAGE
    assert "error: --protocol: may be HTTP only when --endpoint is a loopback address" in ended.err


async def test_a_service_that_never_answered_is_not_told_as_a_slow_task(tmp_path: Path) -> None:
    gate = Command(tmp_path, "")

    for limit in LIMITS:
        ended = await gate.run("wait", "movie-1", "--timeout", limit, *NOWHERE)
        if "no answer came" not in ended.err:
            break

    assert ended.code == Exit.UNREACHABLE
    assert "127.0.0.1:1 cannot be reached" in ended.err
    assert "check the network, --endpoint, and proxies on the way" in ended.err


@pytest.mark.parametrize("tasks", [("movie-1",), ("movie-1", "movie-2")], ids=["one task", "a group"])
async def test_a_call_that_hangs_until_the_limit_is_no_answer_either(gate: Command, tasks: tuple[str, ...]) -> None:
    assert gate.emulator
    gate.emulator.add_fault({"kind": "hang"})

    for limit in LIMITS:
        ended = await gate.run("wait", *tasks, "--timeout", limit)
        if gate.emulator.calls:
            break

    assert ended.code == Exit.UNREACHABLE
    assert "    last       no answer came in all that time\n" in ended.err
    assert "    next       check the network, --endpoint, and proxies on the way\n" in ended.err


async def test_without_region_and_endpoint_it_says_which_option_is_missing(tmp_path: Path) -> None:
    ended = await Command(tmp_path, "").run("wait", "movie-1", ALIBABA_CLOUD_REGION=None)

    assert ended.code == Exit.USAGE
    assert "error: --region: is missing: --region cn-shanghai, or ALIBABA_CLOUD_REGION\n" in ended.err


async def begun(gate: Command, *tasks: str) -> tuple[asyncio.subprocess.Process, float]:
    """Begin a wait; return it, and the seconds in which a signal must end it: more where all is slow just now."""
    began = time.monotonic()
    process = await gate.start("wait", *tasks)
    assert process.stdout is not None
    await process.stdout.readuntil(b"30m\n")
    return process, max(PROMPT, time.monotonic() - began)  # it takes ten times as long to begin as to end


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, Exit.INTERRUPTED), (signal.SIGTERM, Exit.TERMINATED)], ids=["INT", "TERM"]
)
@pytest.mark.parametrize("tasks", [("movie-endless",), ("movie-endless", "movie-2")], ids=["one task", "a group"])
async def test_a_signal_ends_a_wait_at_once_and_says_that_the_task_goes_on(
    gate: Command, tasks: tuple[str, ...], number: signal.Signals, code: Exit
) -> None:
    process, prompt = await begun(gate, *tasks)
    assert gate.emulator
    await gate.emulator.until_called(len(tasks))  # so that it waits, and does not sign in

    began = time.monotonic()
    process.send_signal(number)
    ended = await finish(process)

    assert time.monotonic() - began < prompt
    assert ended.code == code
    assert "error: stopped waiting for " in ended.err
    assert "go on in the cloud" in ended.err.replace("goes", "go")
    assert "`ice-gate wait` takes the wait up again" in ended.err


async def test_a_signal_while_signing_in_ends_it_as_fast(gate: Command) -> None:
    process, prompt = await begun(gate, "movie-endless")

    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    ended = await finish(process)

    assert time.monotonic() - began < prompt
    assert (ended.code, "Traceback" in ended.err) == (Exit.INTERRUPTED, False)


@pytest.mark.parametrize("words", [("wait", "movie-1"), ("wait", "movie-1", "--json"), ("list",), ("show", "movie-1")])
async def test_a_reader_that_has_gone_ends_it_without_a_word(gate: Command, words: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)

    process = await asyncio.create_subprocess_exec(
        *gate.words(*words), env=gate.environment, stdout=writing, stderr=PIPE
    )
    os.close(writing)
    _, err = await process.communicate()

    assert (process.returncode, err) == (Exit.CLOSED, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("words", [("list",), ("--help",), ("completion", "bash")])
async def test_a_full_disk_is_never_told_as_success(gate: Command, words: tuple[str, ...]) -> None:
    full = os.open("/dev/full", os.O_WRONLY)

    process = await asyncio.create_subprocess_exec(*gate.words(*words), env=gate.environment, stdout=full, stderr=PIPE)
    os.close(full)
    _, err = await process.communicate()

    assert process.returncode == Exit.NOT_WRITTEN
    assert err.decode().startswith("error: standard output cannot be written: No space left")


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
async def test_the_code_is_right_where_nobody_listens_from_the_start(gate: Command, closed: str) -> None:
    words = shlex.join(gate.words("wait", "movie-broken"))

    process = await asyncio.create_subprocess_shell(f"{words} {closed}", env=gate.environment, stdout=PIPE, stderr=PIPE)
    ended = await finish(process)

    assert (ended.code, "Traceback" in ended.err) == (Exit.SHUT, False)


@pytest.mark.parametrize("place", ["no/such/folder/t.svg", "."])
async def test_a_picture_that_cannot_be_written_is_told_with_its_file(gate: Command, place: str) -> None:
    ended = await gate.run("show", "movie-1", "--svg", place)

    assert ended.code == Exit.NOT_WRITTEN
    assert f"error: {place} cannot be written: " in ended.err


BUG = """
from ice_provider.poller import Poller

async def insist(self, *_, **__):
    raise RuntimeError("emulator-secret")

Poller.insist = insist
"""


async def test_a_bug_is_told_as_one_and_shows_nothing_of_what_was_handled(gate: Command, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(BUG)
    broken = f"{tmp_path}{os.pathsep}{gate.environment['PYTHONPATH']}"

    ended = await gate.run("list", PYTHONPATH=broken)
    in_full = await gate.run("list", "--debug", PYTHONPATH=broken)

    assert (ended.code, in_full.code) == (Exit.BUG, Exit.BUG)
    assert "error: this is a bug in ice-gate, please report it: RuntimeError at " in ended.err
    assert "run again with --debug" in ended.err
    assert "Traceback" not in ended.err
    assert "Traceback" in in_full.err
    assert "emulator-secret" not in ended.err + in_full.err
