"""The command `ice-emulator`: what it prints, how it ends."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import sys
from pathlib import Path

import aiohttp
import pytest


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
        (["--port", "-1"], "'-1' is not a port: give a number from 0 to 65535"),
    ],
)
async def test_a_bad_argument_is_explained(arguments: list[str], sentence: str) -> None:
    code, text = await fails(*arguments)
    assert code == 2
    assert sentence in text
    assert "Traceback" not in text


async def test_a_port_that_is_taken_is_one_sentence_and_exit_1() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, text = await fails("--port", str(port))
    assert code == 1
    assert text.startswith(f"ice-emulator: port {port} cannot be listened on: ")
    assert text.endswith("; --port 0 takes a free one\n")
    assert text.count("\n") == 1
