"""Runs one command of a Python program by Pulumi's Automation API: `python -m support.inline up program.py`.

In a process of its own, as users have it: a failed `up` leaves an event loop and sockets of the SDK behind.
"""

from __future__ import annotations

import os
import runpy
import sys
from pathlib import Path

from pulumi import automation


def main(command: str, path: str) -> None:
    """Run `preview`, `up`, `refresh` or `destroy` on the stack `dev` of the working directory."""

    def program() -> None:
        runpy.run_path(path, run_name="__main__")

    sys.unraisablehook = lambda _: None  # the SDK's coroutine, dropped after a failure, complains when collected
    stack = automation.select_stack(
        "dev",
        project_name=Path.cwd().name,
        program=program,
        opts=automation.LocalWorkspaceOptions(
            work_dir=os.getcwd(),  # noqa: PTH109  # the API takes a text
            pulumi_command=automation.PulumiCommand(os.environ["ENGINE_ROOT"], skip_version_check=True),
        ),
    )
    try:
        getattr(stack, command)(on_output=print)
    except automation.CommandError:
        sys.exit(1)  # what failed has been printed


if __name__ == "__main__":
    main(*sys.argv[1:])
