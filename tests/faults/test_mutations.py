"""The tests are tried too: with one guard taken out of a copy of the sources, the test that promises it must fail.

A mutation is one piece of text that stands once in one file, and what takes its place. When the code has moved on and
the text is gone, the mutation says so: it has to be written anew, not dropped.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from support.engine import ROOT, Outcome, finish

pytestmark = pytest.mark.timeout(300)

PROVIDER = ROOT / "provider"
AT_ONCE = asyncio.Semaphore(os.cpu_count() or 1)
FAILED = re.compile(r"^\d+ failed\b", re.MULTILINE)  # in the last line of pytest, unless it was ended or set up badly
HUNG = "+ Timeout +"  # what pytest-timeout prints in the place of that line


@dataclass(frozen=True)
class Mutation:
    """A guard, how it is taken out, and which tests promise it.

    Attributes:
        guard: What is gone.
        file: Where it stood, below the folder of the sources.
        was: Its text, which stands there once.
        becomes: What takes its place.
        file_of_tests: Below `tests`.
        test: The one in it that promises this.
        may_hang: Whether what is left may go on for ever, so that the test is ended from outside.
    """

    guard: str
    file: str
    was: str
    becomes: str
    file_of_tests: str
    test: str
    may_hang: bool = False

    @property
    def promised_by(self) -> str:
        """The test, as pytest names it, below `tests`."""
        return f"{self.file_of_tests}::{self.test}"

    def is_killed(self, ended: Outcome) -> bool:
        """Whether the test has failed, and not merely not passed."""
        return bool(FAILED.search(ended.text)) or (self.may_hang and HUNG in ended.text)

    def apply(self, sources: Path) -> None:
        """Take the guard out of a copy of the sources."""
        path = sources / self.file
        text = path.read_text(encoding="utf-8")
        assert text.count(self.was) == 1, f"{self.file} has moved on: write the mutation of {self.guard!r} anew"
        path.write_text(text.replace(self.was, self.becomes), encoding="utf-8")


MUTATIONS = [
    Mutation(
        "a status that nobody named shuts the gate",
        "ice_provider/acceptance.py",
        "if task.status not in rule.success:",
        "if False:",
        "unit/test_acceptance.py",
        "test_the_lists_decide_what_each_status_means",
    ),
    Mutation(
        "a condition opens a gate only when it is exactly true",
        "ice_provider/condition.py",
        "if not isinstance(answer, bool):",
        "if False:",
        "unit/test_condition.py",
        "test_only_true_opens_and_any_other_kind_is_named",
    ),
    Mutation(
        "a limit is a deadline",
        "ice_provider/waiting.py",
        "clock.deadline(course.ends)",
        'clock.deadline(float("inf"))',
        "unit/test_waiting.py",
        "test_a_limit_is_a_deadline_whatever_the_api_does",
        may_hang=True,
    ),
    Mutation(
        "a limit ends a group too",
        "ice_provider/group_waiting.py",
        "async with clock.deadline(course.ends):\n            await course.run(limit)",
        "if True:\n            await course.run(limit)",
        "unit/test_group_waiting.py",
        "test_the_limit_is_a_deadline_and_its_error_says_how_all_stand_and_how_to_raise_it",
        may_hang=True,
    ),
    Mutation(
        "a group opens only when enough have succeeded",
        "ice_provider/tally.py",
        "len(self._succeeded) >= self.needed",
        "len(self._succeeded) + 1 >= self.needed",
        "unit/test_tally.py",
        "test_a_group_opens_with_enough_successes_and_is_hopeless_without_a_way_to_them",
    ),
    Mutation(
        "secrets are taken out of what is told",
        "ice_provider/redaction.py",
        "text = known.taken_out_of(text)",
        "pass",
        "unit/test_redaction.py",
        "test_a_secret_never_survives_in_any_form_in_which_a_service_may_echo_it",
    ),
    Mutation(
        "what looks like a key is taken out too",
        "ice_provider/redaction.py",
        "for pattern, shown in _PATTERNS:",
        "for pattern, shown in ():",
        "unit/test_redaction.py",
        "test_what_looks_like_a_secret_is_taken_out_though_nobody_told",
    ),
    Mutation(
        "an error leaves the plugin through the redactor",
        "ice_provider/rpc/errors.py",
        "CODES[type(error)], self._redactor.redact(str(error))",
        "CODES[type(error)], str(error)",
        "rpc/test_provider.py",
        "test_a_secret_that_the_service_echoes_reaches_neither_status_nor_log",
    ),
    Mutation(
        "an answer about another task is no answer",
        "ice_provider/alibaba/answers.py",
        'if found["WorkflowTask"]["TaskId"] != asked_for:',
        "if False:",
        "contract/test_answers.py",
        "test_a_task_that_is_not_as_promised_is_a_broken_answer",
    ),
    Mutation(
        "an answer without a request ID is none",
        "ice_provider/alibaba/answers.py",
        "if not isinstance(request_id, str) or not request_id:",
        "if False:",
        "contract/test_answers.py",
        "test_a_fault_becomes_the_error_that_tells_what_to_do",
    ),
    Mutation(
        "Ctrl-C ends every wait",
        "ice_provider/poller.py",
        "            watch.end(Stopped())\n            if watch.loop:",
        "            if watch.loop:",
        "unit/test_poller.py",
        "test_a_stop_ends_reads_under_way_and_those_that_come_later",
        may_hang=True,
    ),
    Mutation(
        "an ACS3 signature is checked by the emulator",
        "ice_emulator/signature.py",
        'if not same(acs3_signature(key.secret_key, canonical), parts["Signature"]):',
        "if False:",
        "unit/emulator/test_emulator_signature.py",
        "test_a_request_that_is_not_what_was_signed_is_refused",
    ),
    Mutation(
        "an HMAC-SHA1 signature is checked by the emulator",
        "ice_emulator/signature.py",
        'if not same(version_1_signature(key.secret_key, request.method, pairs), given["Signature"]):',
        "if False:",
        "unit/emulator/test_emulator_signature.py",
        "test_a_wrong_signature_of_version_1_is_refused",
    ),
    Mutation(
        "a nonce counts once",
        "ice_emulator/signature.py",
        "if digest in self._nonces:",
        "if False:",
        "unit/emulator/test_emulator_signature.py",
        "test_a_request_that_is_sent_again_is_refused",
    ),
    Mutation(
        "plain HTTP goes to loopback only",
        "ice_provider/config.py",
        "if not addresses.is_loopback(host):",
        "if False:",
        "unit/test_config.py",
        "test_plain_http_is_for_loopback_literals_only",
    ),
    Mutation(
        "a token belongs to its key",
        "ice_emulator/signature.py",
        'if not same(key.security_token or "", token):',
        "if False:",
        "unit/emulator/test_emulator_signature.py",
        "test_a_token_with_a_key_that_has_none_is_refused",
    ),
    Mutation(
        "a key at its end signs no more",
        "ice_provider/alibaba/credentials/keyring.py",
        "if self._now() < self._ends - _AT_ONCE:",
        "if True:",
        "contract/test_keyring.py",
        "test_a_key_at_its_end_signs_no_more",
    ),
    Mutation(
        "keys are renewed by one renewal at a time",
        "ice_provider/alibaba/credentials/keyring.py",
        "if self._renewal is None and self._now() >= self._quiet_until:",
        "if self._now() >= self._quiet_until:",
        "contract/test_keyring.py",
        "test_a_thousand_who_wait_for_the_first_key_are_one_request",
    ),
    Mutation(
        "what is to be secret is marked as secret",
        "ice_provider/rpc/values.py",
        "Secret(value) if name in secrets and value is not None else value",
        "value",
        "rpc/test_values.py",
        "test_outputs_are_marked_as_secret_but_an_absent_one_is_just_null",
    ),
    Mutation(
        "data of the service is never a mark of the engine",
        "ice_provider/rpc/values.py",
        "if SIGNATURE in values:",
        "if False:",
        "rpc/test_values.py",
        "test_data_that_looks_like_a_mark_is_never_sent_and_left_out_of_outputs",
    ),
    Mutation(
        "no redirect is followed",
        "ice_provider/alibaba/transport.py",
        "allow_redirects=False,",
        "allow_redirects=True,",
        "contract/test_signing.py",
        "test_no_redirect_is_followed_and_no_other_host_hears_of_the_key",
    ),
]


async def tried(sources: Path, *tests: str, limit: int = 5) -> Outcome:
    """Return how tests end over these sources, of which each may take `limit` seconds."""
    at_most = [
        "--timeout",
        f"{limit}",
        "--timeout-method",
        "thread",
    ]  # ends the process: virtual time can go on for ever
    words = ["-x", "-q", "-p", "no:cacheprovider", *at_most, *(str(ROOT / "tests" / test) for test in tests)]
    async with AT_ONCE:
        process = await asyncio.create_subprocess_exec(
            *[sys.executable, "-m", "pytest", *words],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(sources), "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        return await finish(process)


def copied(into: Path) -> Path:
    """Return a copy of the sources."""
    return Path(shutil.copytree(PROVIDER, into / "provider", ignore=shutil.ignore_patterns("__pycache__")))


async def test_tests_fail_when_what_they_promise_is_taken_out(tmp_path: Path) -> None:
    async def survives(number: int, mutation: Mutation) -> str | None:
        sources = copied(tmp_path / str(number))
        mutation.apply(sources)
        ended = await tried(sources, mutation.promised_by)
        if mutation.is_killed(ended):
            return None
        return f"{mutation.guard}: {mutation.test} ended with {ended.code}: {ended.text[-300:]}"

    survivors = await asyncio.gather(*(survives(number, each) for number, each in enumerate(MUTATIONS)))

    assert [each for each in survivors if each] == []


async def test_the_same_tests_pass_over_a_copy_in_which_nothing_is_changed(tmp_path: Path) -> None:
    ended = await tried(copied(tmp_path), *{mutation.promised_by: None for mutation in MUTATIONS})

    assert ended.code == 0, ended.text


@pytest.mark.parametrize(
    ("line", "is_killed", "is_killed_if_it_may_hang"),
    [("assert False", True, True), ("while True: pass", False, True), ("import os; os._exit(1)", False, False)],
)
async def test_a_mutation_is_killed_by_a_test_that_fails_and_by_one_that_hangs_only_where_it_may(
    tmp_path: Path, line: str, is_killed: bool, is_killed_if_it_may_hang: bool
) -> None:
    file = tmp_path / "test_it.py"
    file.write_text(f"def test_it():\n    {line}\n")
    mutation = Mutation("a guard", "", "", "", str(file), "test_it")

    ended = await tried(PROVIDER, mutation.promised_by, limit=1)

    assert mutation.is_killed(ended) is is_killed
    assert replace(mutation, may_hang=True).is_killed(ended) is is_killed_if_it_may_hang
