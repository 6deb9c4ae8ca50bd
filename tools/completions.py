"""The scripts that complete `ice-gate` in a shell: static, so that no Python starts at every Tab.

Knows the command line of `ice-gate` and shtab. `sdk.py` says where the scripts lie.
"""

from __future__ import annotations

import argparse

import shtab

from ice_gate.arguments import SHELLS
from ice_gate.arguments import parser as command_line


def scripts() -> dict[str, str]:
    """Return the script for each shell, by the name of its file."""
    return {f"ice-gate.{shell}": shtab.complete(_with_files(command_line()), shell).rstrip() + "\n" for shell in SHELLS}


def _with_files(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Return a parser in which whatever takes a file says so to the shell, in its commands too."""
    for action in parser._actions:  # noqa: SLF001  # argparse has no other way to walk through them
        if action.metavar == "FILE":
            action.complete = shtab.FILE
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for command in action.choices.values():
                _with_files(command)
    return parser
