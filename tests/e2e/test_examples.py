"""The examples, as a person walks through them: their READMEs are followed, on a real engine against the emulator."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from support.walking import EXAMPLES, walk_through

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

AT_ONCE = 3
FOLDERS = sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir())
WALKED = ["two-stacks"]


@pytest.fixture(scope="session")
def walks(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Future[str]]]:
    """The walks that tests are about, several at once; each ends with what it has printed."""
    tests = [test for test in request.session.items if isinstance(test, pytest.Function)]
    wanted = [test.callspec.params["example"] for test in tests if "walks" in test.fixturenames]

    def run(example: str) -> str:
        return asyncio.run(walk_through(tmp_path_factory.mktemp(example), example))

    with ThreadPoolExecutor(AT_ONCE) as walkers:
        yield {example: walkers.submit(run, example) for example in wanted}
        walkers.shutdown(cancel_futures=True)


@pytest.mark.parametrize("example", WALKED)
def test_an_example_does_and_shows_what_its_readme_says(walks: Mapping[str, Future[str]], example: str) -> None:
    printed = walks[example].result()

    assert "emulator-secret" not in printed
