"""Prints, after a run, what was promised: a sentence a test, under the sentence of its file."""

from __future__ import annotations

import os
from collections import defaultdict
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

pytest.register_assert_rewrite("support", "rpc.lifecycles", "contract.clients.promises")  # they tell what differs

from support import fuzzing  # noqa: E402  # only then

if TYPE_CHECKING:
    from collections.abc import Iterator

PROMISES = pytest.StashKey[dict[str, dict[str, list[str]]]]()
OUTCOME = {"passed": "kept", "failed": "BROKEN", "skipped": "not tried"}

settings.register_profile("untimed", deadline=None)  # how long an example takes is the machine's affair
settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    fuzzing.add_option(parser)


def pytest_configure(config: pytest.Config) -> None:
    config.stash[PROMISES] = defaultdict(lambda: defaultdict(list))
    os.environ.pop("PYTHONUNBUFFERED", None)  # it hides what is left unwritten, and few users set it


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
