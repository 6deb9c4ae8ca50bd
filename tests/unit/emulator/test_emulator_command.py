"""The command `ice-emulator`: what it prints, how it ends."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import stat
import sys
from pathlib import Path

import aiohttp
import pytest
from alibabacloud_ice20201109.client import Client
from alibabacloud_ice20201109.models import GetWorkflowTaskRequest
from alibabacloud_tea_openapi.exceptions import ClientException
from alibabacloud_tea_openapi.utils_models import Config

from ice_emulator.__main__ import main


async def start(*arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "ice_emulator",
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


async def fails(*arguments: str) -> tuple[int | None, str]:
    process = await start(*arguments)
    out, err = await process.communicate()
    assert out == b""
    return process.returncode, err.decode()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_says_where_it_listens_and_ends_quietly(number: signal.Signals) -> None:
    await listens_and_ends("--port", "0", number=number, host=r"127\.0\.0\.1")


@pytest.mark.usefixtures("_ipv6")
async def test_it_listens_where_it_is_told_to() -> None:
    await listens_and_ends("--host", "::1", number=signal.SIGTERM, host=r"\[::1\]")


async def listens_and_ends(*arguments: str, number: signal.Signals, host: str) -> None:
    process = await start(*arguments)
    assert process.stdout is not None
    listening = (await process.stdout.readline()).decode()
    words = (await process.stdout.readline()).decode()
    match = re.fullmatch(rf"listening on (http://({host}:\d+))\n", listening)
    assert match
    assert words == f"ice:endpoint={match[2]} ice:protocol=HTTP\n"
    async with aiohttp.ClientSession() as session, session.get(match[1]) as response:
        assert (await response.json())["Code"] == "IncompleteSignature"
        process.send_signal(number)  # with a connection that is still open
        out, err = await process.communicate()
    assert (process.returncode, out, err) == (0, b"", b"")


async def test_it_ends_while_a_request_hangs(tmp_path: Path) -> None:
    """Nothing is printed about the connection that is cut."""
    scenario = tmp_path / "s.yaml"
    scenario.write_text("tasks: [{taskId: t, timeline: [{after: 0, status: Init}]}]")
    process = await start("--scenario", str(scenario))
    assert process.stdout is not None
    address = (await process.stdout.readline()).decode().rpartition("/")[2].strip()
    _, writer = await asyncio.open_connection(*address.split(":"))
    writer.write(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf")
    await writer.drain()
    await process.stdout.readline()
    process.terminate()
    out, err = await process.communicate()
    writer.close()
    assert (process.returncode, out, err) == (0, b"", b"")


async def test_a_bad_scenario_is_one_sentence_and_exit_2(tmp_path: Path) -> None:
    scenario = tmp_path / "s.yaml"
    scenario.write_text("tasks:\n  - taskId: t\n    timline: []\n")
    code, text = await fails("--scenario", str(scenario))
    sentence = f"{scenario}:3: tasks[0].timline: this key is not known; did you mean 'timeline'?"
    assert (code, text) == (2, f"ice-emulator: {sentence}\n")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--scenario", "/nowhere.yaml"], "/nowhere.yaml: this file cannot be read: No such file or directory; give"),
        (["--host", "0.0.0.0"], "'0.0.0.0' is not a loopback address: give 127.0.0.1 or ::1"),  # noqa: S104
        (["--host", "localhost"], "'localhost' is not a loopback address: give 127.0.0.1 or ::1"),
        (["--port", "65536"], "'65536' is not a port: give a number from 0 to 65535"),
        (["--speed", "0"], "'0' is not a speed: give a number above 0 and up to 1,000,000, such as 10x"),
        (["--speed", "1e300"], "'1e300' is not a speed"),
        (["--speed", "fast"], "'fast' is not a speed: give a number above 0 and up to 1,000,000, such as 10x"),
        (["--requests-per-second", "0"], "'0' is not a rate: give a whole number of 1 or more"),
        (["--quota", "200/60"], "'200/60' is not a quota: write requests and seconds, such as 200/60s"),
        (["--variant", "nullTask"], "'nullTask' chooses nothing: give such as taskNotKnown=nullTask"),
        (["--variant", "taskNotKnown=nul"], "taskNotKnown: 'nul' is not known here; did you mean 'nullTask'?"),
        (["--variant", "taskNotknown=x"], "taskNotknown: this key is not known; did you mean 'taskNotKnown'?"),
        (
            ["--admin-token-file", "/nowhere/token"],
            "/nowhere/token cannot hold the admin token: No such file or directory;",
        ),
        (["--port", "-1"], "'-1' is not a port: give a number from 0 to 65535"),
    ],
)
def test_a_bad_argument_is_explained(arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        sys.exit(main(arguments))
    out, text = capsys.readouterr()
    assert (ended.value.code, out) == (2, "")
    assert sentence in text


async def test_a_port_that_is_taken_is_one_sentence_and_exit_1() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, text = await fails("--port", str(port))
    assert code == 1
    assert text.startswith(f"ice-emulator: port {port} cannot be listened on: ")
    assert text.endswith("; --port 0 takes a free one\n")
    assert text.count("\n") == 1


# --- what options bring about -----------------------------------------------------------------------------------------


async def started(*arguments: str, lines: int = 2) -> tuple[asyncio.subprocess.Process, str, list[str]]:
    """Start the command; return it, its URL, and the lines it has printed."""
    process = await start("--port", "0", *arguments)
    assert process.stdout is not None
    printed = [(await process.stdout.readline()).decode().strip() for _ in range(lines)]
    return process, printed[0].removeprefix("listening on "), printed


async def ended(process: asyncio.subprocess.Process) -> None:
    process.terminate()
    out, err = await process.communicate()
    assert (process.returncode, out, err) == (0, b"", b"")


async def test_the_admin_api_opens_to_the_token_in_a_file_that_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "token"
    process, url, printed = await started("--admin-token-file", str(file), lines=3)
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {file.read_text().strip()}"}) as session:
        async with session.get(f"{url}/admin/tasks") as response:
            assert response.status == 200
        await ended(process)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert printed[2] == f"admin API at {url}/admin/ with the token in {file}"
    assert file.read_text().strip() not in "".join(printed)


async def test_a_token_that_is_there_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("a-token-of-my-own\n")
    file.chmod(0o600)
    process, url, _ = await started("--admin-token-file", str(file), lines=3)
    async with aiohttp.ClientSession(headers={"Authorization": "Bearer a-token-of-my-own"}) as session:
        async with session.get(f"{url}/admin/tasks") as response:
            assert response.status == 200
        await ended(process)


@pytest.mark.parametrize(
    ("content", "mode", "sentence"),
    [
        (b"a-token-of-my-own", 0o644, "others may read {}: chmod 600 it, with a new token in it"),
        (b"short", 0o600, "make one with `openssl rand -hex 16`"),
        (b"\xff" * 20, 0o600, "{} holds no token in plain ASCII: remove it, and a new one is made"),
    ],
)
async def test_a_token_that_is_no_secret_is_refused(tmp_path: Path, content: bytes, mode: int, sentence: str) -> None:
    file = tmp_path / "token"
    file.write_bytes(content)
    file.chmod(mode)
    code, text = await fails("--admin-token-file", str(file))
    assert (code, sentence.format(file) in text, text.count("\n")) == (2, True, 1), text


async def test_time_limits_variants_and_chance_are_what_the_options_say(tmp_path: Path) -> None:
    """Asked by the official SDK: fast time, the second of two quotas, an answer that is no error, a seed."""
    scenario = tmp_path / "s.yaml"
    scenario.write_text("tasks: [{taskId: t, timeline: [{after: 0, status: Init}, {after: 60, status: Succeed}]}]")
    options = "--speed 1000000x --requests-per-second 9 --quota 2/60s --variant taskNotKnown=withoutTask --seed 7"
    process, url, _ = await started("--scenario", str(scenario), *options.split())
    seen = [await asked(url, task_id) for task_id in ("t", "u", "t")]
    await ended(process)
    assert [status for status, _ in seen] == ["Succeed", None, "Throttling.User"]
    again, url, _ = await started("--seed", "7")
    _, request_id = await asked(url, "movie-1")
    await ended(again)
    assert request_id == seen[0][1]


async def asked(url: str, task_id: str) -> tuple[str | None, str]:
    """Return the status of a task, or the code of a refusal, and the request ID."""
    keys = {"access_key_id": "emulator", "access_key_secret": "emulator-secret"}
    client = Client(Config(endpoint=url.removeprefix("http://"), protocol="HTTP", **keys))
    try:
        body = (await client.get_workflow_task_async(GetWorkflowTaskRequest(task_id=task_id))).body
    except ClientException as refusal:
        return refusal.code, refusal.request_id
    return body.workflow_task and body.workflow_task.status, body.request_id


@pytest.mark.parametrize("arguments", [["--schema"], ["--port", "0"]])
@pytest.mark.parametrize("gone", [True, False], ids=["reader gone", "disk full"])
async def test_an_output_that_cannot_be_written_is_no_traceback(arguments: list[str], *, gone: bool) -> None:
    """Whoever closes the pipe hears nothing; a full disk is one sentence; each has its exit code."""
    reader, writer = os.pipe() if gone else (os.open("/dev/null", os.O_RDONLY), os.open("/dev/full", os.O_WRONLY))
    os.close(reader)
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "ice_emulator",
            *arguments,
            stdout=writer,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
    finally:
        os.close(writer)
    _, err = await asyncio.wait_for(process.communicate(), 20)
    told = "" if gone else "ice-emulator: standard output cannot be written: No space left on device\n"
    assert (process.returncode, err.decode()) == (141 if gone else 74, told)
