"""Make the repository ready to work in: `.venv` with everything in Python, `.tools` with a Pulumi engine.

`make setup` calls it. Knows the order of the steps and how they end, nothing of what is in them. With nothing
left to do it says so and ends at once.
"""

from __future__ import annotations

import argparse
import signal
import sys
from typing import TYPE_CHECKING

import engine
import environment
from steps import Problem, one_at_a_time, say

if TYPE_CHECKING:
    from types import FrameType

STOPS = (signal.SIGINT, signal.SIGTERM)


def main() -> None:
    """Exit with 0 when all is there, 1 when a step failed, 2 when something must be installed first."""
    parser = argparse.ArgumentParser(description="Make .venv and .tools, as far as they are not there yet.")
    parser.add_argument(
        "--engine",
        choices=("pinned", "any"),
        default="pinned",
        help="pinned: the Pulumi CLI the tests use, built with Go (default); any: one on PATH will do",
    )
    arguments = parser.parse_args()
    for signal_number in STOPS:
        signal.signal(signal_number, _stop)
    try:
        _set_up(accept_any=arguments.engine == "any")
    except Problem as problem:
        print(problem, file=sys.stderr)
        sys.exit(problem.exit_code)
    except SystemExit:
        say("\nstopped: nothing half-made counts as done, the next setup takes this step again")
        raise


def _set_up(*, accept_any: bool) -> None:
    """Take the steps that are not done; choosing comes first, to say what is missing before a long wait."""
    with one_at_a_time(engine.TOOLS / "setup.lock"):
        chosen = engine.choose(accept_any=accept_any)
        for step in (*environment.steps(), *chosen.steps):
            if not step.is_done():
                step.take()
        chosen.record()
    say(f"ready: {environment.VENV.name} and {chosen.cli}")


def _stop(number: int, _frame: FrameType | None) -> None:
    """Unwind, so that what was started is ended; a second signal must not interrupt that."""
    for signal_number in STOPS:
        signal.signal(signal_number, signal.SIG_IGN)
    sys.exit(128 + number)  # what a shell expects of a program that a signal has ended


if __name__ == "__main__":
    main()
