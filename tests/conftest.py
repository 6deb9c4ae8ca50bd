"""Prints, after a run, what was promised: a sentence a test, under the sentence of its file."""

from __future__ import annotations

import os
from collections import defaultdict
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

pytest.register_assert_rewrite("support", "rpc.lifecycles", "contract.clients.promises")  # they tell what differs

from support import fuzzing  # noqa: E402  # only then

if TYPE_CHECKING:
    from collections.abc import Iterator

PROMISES = pytest.StashKey[dict[str, dict[str, list[str]]]]()
OUTCOME = {"passed": "kept", "failed": "BROKEN", "skipped": "not tried"}

# How long an example takes is the machine's affair, and a red test means a change; new data is what `--fuzz-seconds` is for.
settings.register_profile(
    "untimed", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("untimed")
# Variables of the machine that libraries read behind our back; what is downloaded comes by HTTPS.
_FOREIGN = ("ALICLOUD_", "ALIBABA", "PULUMI_", "HTTP_PROXY")


def pytest_addoption(parser: pytest.Parser) -> None:
    fuzzing.add_option(parser)


def pytest_configure(config: pytest.Config) -> None:
    config.stash[PROMISES] = defaultdict(lambda: defaultdict(list))
    os.environ.pop("PYTHONUNBUFFERED", None)  # it hides what is left unwritten, and few users set it
    for name in [name for name in os.environ if name.upper().startswith(_FOREIGN)]:
        del os.environ[name]
    for name in ("NO_PROXY", "no_proxy"):  # all servers of the tests are on this machine
        os.environ[name] = ",".join(filter(None, (os.environ.get(name), "127.0.0.1", "::1", "localhost")))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Remember how a promise fared; set-up counts only where it keeps the test from being tried."""
    report = yield
    if report.when == "call" or not report.passed:
        behaviour = ((getattr(item, "module", None) and item.module.__doc__) or item.path.stem).splitlines()[0]
        sentence = getattr(item, "originalname", item.name).removeprefix("test_").replace("_", " ")
        item.config.stash[PROMISES][behaviour][sentence].append(OUTCOME[report.outcome])
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """List the promises by behaviour; of several cases the worst one counts."""
    write = terminalreporter.write_line
    for behaviour, sentences in config.stash[PROMISES].items():
        write(f"\n{behaviour}")
        for sentence, outcomes in sentences.items():
            worst = next(outcome for outcome in ("BROKEN", "not tried", "kept") if outcome in outcomes)
            cases = f" ({len(outcomes)} cases)" if len(outcomes) > 1 else ""
            write(f"  {worst}: {sentence}{cases}", red=worst == "BROKEN")
