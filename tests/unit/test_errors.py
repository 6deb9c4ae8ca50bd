"""The exception tree, its drawing, and its one translation to gRPC."""

from __future__ import annotations

import re

import grpc
import pytest

from ice_provider import errors
from ice_provider.errors import InvalidInput, Problem, ProviderError, Transient
from ice_provider.rpc.errors import CODES


def family(root: type[ProviderError]) -> set[type[ProviderError]]:
    return {root}.union(*(family(child) for child in root.__subclasses__() if child.__module__ == errors.__name__))


LEAVES = {error for error in family(ProviderError) if error not in {ProviderError, Transient}}


def test_every_error_that_can_be_raised_has_a_grpc_code() -> None:
    assert set(CODES) == LEAVES


def test_no_understood_failure_makes_the_engine_doubt_the_state() -> None:
    doubtful = {grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN, grpc.StatusCode.DATA_LOSS, grpc.StatusCode.OK}

    assert not doubtful & set(CODES.values())


def test_the_drawing_shows_every_error() -> None:
    drawn = set(re.findall(r"(?:├──|└──) (\w+)", errors.__doc__ or ""))

    assert drawn == {error.__name__ for error in LEAVES | {Transient}}


def test_no_line_of_an_error_floods_the_terminal_whatever_name_a_service_gave() -> None:
    error = ProviderError("what happened to " + "x" * 100_000, [("request", "R " * 100_000)])

    assert error.headline == "what happened to…"
    assert max(map(len, str(error).splitlines())) < 2_100


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ProviderError("what happened"), "what happened"),
        (
            ProviderError("what happened", [("request", "R-1"), ("next", "do this"), ("", "then that")]),
            "what happened\n    request    R-1\n    next       do this\n               then that",
        ),
        (InvalidInput([Problem("a[1]", "is bad"), Problem("", "all is bad")]), "a[1]: is bad; all is bad"),
    ],
)
def test_an_error_is_a_line_complete_in_itself_and_hints_below_it(error: ProviderError, text: str) -> None:
    assert (str(error), error.headline) == (text, text.split("\n", maxsplit=1)[0])
