"""A command that prints a key: each of its failures has a sentence, and nothing of it outlives the call."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ice_provider.alibaba.client import Client
from ice_provider.alibaba.credentials import origins, sign_in
from ice_provider.alibaba.credentials.courier import Courier
from ice_provider.alibaba.credentials.keyring import Keyring
from ice_provider.alibaba.credentials.keys import Key
from ice_provider.alibaba.credentials.order import Found
from ice_provider.alibaba.credentials.origins import AssumedRole, Command, RoleSession
from ice_provider.alibaba.endpoint import Place
from ice_provider.alibaba.transport import trust
from ice_provider.errors import NotSignedIn, Unreachable
from ice_provider.redaction import Redactor
from support.key_services import ROLE
from support.stage import Stage

PAIR = {"access_key_id": "emulator", "access_key_secret": "emulator-secret"}


def shell(script: str) -> Command:
    return Command("profile p", shlex.join(["/bin/sh", "-c", script]))


def printing(told: Any) -> Command:
    return shell(f"echo {shlex.quote(told if isinstance(told, str) else json.dumps(told))}")


async def fetch(origin: Command, **limit: float) -> Key:
    return await sign_in.fetch(origin, Courier({}, trust(None), Redactor()), **limit)


# --- what it prints ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [{}, {"mode": "StsToken"}], ids=["no mode", "StsToken"])
async def test_a_key_with_a_token_is_renewed_before_the_end_that_is_printed(mode: dict[str, str]) -> None:
    key = await fetch(printing({**PAIR, **mode, "sts_token": "token", "expiration": "2096-01-02T03:04:05Z"}))

    assert (key.key_id, key.secret, key.token) == ("emulator", "emulator-secret", "token")
    assert key.lasts == pytest.approx(3_976_311_845 - time.time(), abs=30)


async def test_a_pair_has_no_token_and_no_end(tmp_path: Path) -> None:
    key = await fetch(printing({**PAIR, "mode": "AK", "sts_token": "of yesterday"}))

    assert (key.token, key.lasts) == (None, None)


UNUSABLE: dict[str, tuple[Command, str]] = {
    "no such program": (
        Command("profile p", "no-such-program --x"),
        "its program no-such-program cannot be run: no such",
    ),
    "no program": (Command("profile p", "/etc/passwd"), "its program /etc/passwd cannot be run: permission denied"),
    "an open quotation": (Command("profile p", "print 'a key"), "a quotation in its process_command does not end"),
    "a NUL": (Command("profile p", "print \0"), "its process_command holds a NUL character"),
    "a status": (shell("exit 3"), "its command ended with status 3"),
    "a status and a complaint": (
        shell("echo first >&2; echo no such vault >&2; exit 1"),
        "with status 1: no such vault",
    ),
    "a signal": (shell("kill -9 $$"), "its command was ended by signal 9"),
    "nothing": (shell("true"), "its command printed no JSON object"),
    "no JSON": (printing("canary-secret"), "its command printed no JSON object"),
    "no object": (printing(["canary-secret"]), "its command printed no JSON object"),
    "deep": (shell("yes [ | head -50000"), "its command printed no JSON object"),
    "more than a key": (
        shell(f"head -c 70000 /dev/zero | tr '\\0' ' '; echo {shlex.quote(json.dumps(PAIR))}"),
        "its command printed no JSON object",
    ),
    "no pair": (printing({"mode": "AK"}), "its command printed no access_key_id and no access_key_secret"),
    "half a pair": (printing({"access_key_id": "canary"}), "its command printed no access_key_secret"),
    "a secret that is no text": (printing({**PAIR, "access_key_secret": 5}), "printed no access_key_secret"),
    "no token": (printing({**PAIR, "mode": "StsToken"}), "its command printed no sts_token"),
    "another mode": (printing({**PAIR, "mode": "canary"}), "another mode than AK and StsToken"),
    "a mode that is no text": (printing({**PAIR, "mode": ["AK"]}), "another mode than AK and StsToken"),
    "an end that is none": (printing({**PAIR, "expiration": "canary"}), "an expiration that is no time"),
    "an end in seconds": (printing({**PAIR, "expiration": 1_767_323_045}), "an expiration that is no time"),
}


@pytest.mark.parametrize("case", UNUSABLE)
async def test_a_command_that_gives_no_key_is_told_of_by_what_it_did(case: str) -> None:
    command, told = UNUSABLE[case]

    with pytest.raises(NotSignedIn) as caught:
        await fetch(command)

    assert caught.value.headline.startswith("signing in by profile p failed: ")
    assert told in caught.value.headline
    assert "run its process_command by hand" in str(caught.value)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    "script",
    [
        's=canary; s=$s-secret; echo "access_key_secret=$s"; echo "wrote $s" >&2; exit 1',
        'echo "cannot open vault with --key=$0" >&2; exit 1',
        'echo "LTAI5tCanaryKeyIdOfATest is not active" >&2; exit 1',
    ],
    ids=["printed", "given", "looks like one"],
)
async def test_no_word_that_a_command_was_given_or_has_printed_is_shown_of_its_complaint(script: str) -> None:
    given = "canary-argument"

    with pytest.raises(NotSignedIn, match="ended with status 1: ") as caught:
        await fetch(Command("profile p", shlex.join(["/bin/sh", "-c", script, given])))

    assert not [secret for secret in ("canary-secret", given, "CanaryKeyId") if secret in str(caught.value)]


@pytest.mark.parametrize(("line", "hidden"), [("fetch-keys", []), ("fetch-keys --pin 1", ["fetch-keys --pin 1"])])
def test_what_a_command_is_given_is_a_secret_and_its_program_alone_is_none(line: str, hidden: list[str]) -> None:
    assert list(origins.secrets(Command("profile p", line))) == hidden


async def test_a_long_complaint_is_cut() -> None:
    with pytest.raises(NotSignedIn) as caught:
        await fetch(shell("head -c 5000 /dev/zero | tr '\\\\0' x >&2; exit 1"))

    assert len(caught.value.headline) < 300


# --- how long it may take ---------------------------------------------------------------------------------------------


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    """A named pipe: who reads it hears its end when the last one is dead who has opened it for writing."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


def living(pipe: Path) -> Command:
    """Return a command that lives for half a minute, and so does what it starts."""
    return shell(f"exec 3>{shlex.quote(str(pipe))}; echo alive >&3; sleep 30 & sleep 30")


async def test_a_command_that_nobody_waits_for_any_more_is_killed_with_all_that_it_started(pipe: Path) -> None:
    waiting = asyncio.create_task(fetch(living(pipe)))
    with await asyncio.to_thread(pipe.open) as reader:
        waiting.cancel()  # as early as can be, perhaps before asyncio knows that the command has started
        async with asyncio.timeout(10):
            await asyncio.to_thread(reader.read)

    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_a_command_out_of_time_is_killed_with_all_that_it_started(pipe: Path) -> None:
    with os.fdopen(os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)) as reader:
        with pytest.raises(Unreachable, match="signing in by profile p took longer than"):
            await fetch(living(pipe), within=2.0)
        os.set_blocking(reader.fileno(), True)
        async with asyncio.timeout(10):
            heard = await asyncio.to_thread(reader.read)

    assert heard == "alive\n"


async def test_what_prints_without_end_is_ended() -> None:
    with pytest.raises(Unreachable, match="took longer than"):
        await fetch(shell("yes canary-secret"), within=0.5)


async def test_what_has_left_the_command_and_keeps_its_pipes_open_holds_nobody_up() -> None:
    leaves = "import subprocess as s; s.Popen(['sleep', '9'], start_new_session=True)"
    began = asyncio.get_running_loop().time()

    with pytest.raises(Unreachable, match="took longer than"):
        await fetch(Command("profile p", shlex.join([sys.executable, "-c", leaves])), within=1.0)

    assert asyncio.get_running_loop().time() - began < 5.0


@pytest.mark.parametrize("wrap", [lambda it: it, lambda it: AssumedRole(SESSION, AssumedRole(SESSION, it))])
def test_a_sign_in_has_a_minute_when_a_command_is_a_part_of_it(wrap: Callable[[Command], Any]) -> None:
    assert sign_in.limit(wrap(shell("true"))) == 60.0


SESSION = RoleSession(ROLE, "pulumi-ice", 3600, "sts.aliyuncs.com")


async def test_a_command_that_takes_longer_than_one_attempt_is_waited_for_by_the_next(stage: Stage, pipe: Path) -> None:
    """An attempt gives up at its own limit, as it does with a slow answer; what it waited for goes on."""
    runs = stage.folder / "runs"
    origin = shell(f"echo run >>{shlex.quote(str(runs))}; read go <{pipe}; echo {shlex.quote(json.dumps(PAIR))}")
    keyring = Keyring(fetch=lambda: fetch(origin))
    place = Place("cn-shanghai", stage.emulator.endpoint, "http", connect=5.0, read=5.0, attempt=0.3)
    client = Client(place, keyring, trust(None), Found(origin))
    with os.fdopen(os.open(pipe, os.O_RDWR), "w") as end:  # for both ways, so that opening it waits for nobody
        with pytest.raises(
            Unreachable, match="signing in by profile p takes longer than one attempt; it goes on"
        ) as caught:
            await client.get_workflow_task("movie-1")
        assert dict(caught.value.hints)["next"].startswith("run its process_command by hand")
        print("go", file=end, flush=True)
        await keyring.key()

    assert (await client.get_workflow_task("movie-1")).succeeded
    assert runs.read_text() == "run\n"
    await client.close()
