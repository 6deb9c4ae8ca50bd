"""What can be written behind `ice-gate`: commands, and options that say what the provider's configuration says.

Options of settings and of searches are made from their declarations. A secret has no option, because every user of a
machine can read the command lines of all processes. Must import nothing that is slow: it serves `--help` and the shell.
"""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any, Final, NoReturn

from ice_gate.exits import meanings
from ice_gate.wording import option
from ice_provider.about import VERSION
from ice_provider.config import ProviderConfig
from ice_provider.declaration import Property, is_declared, properties
from ice_provider.decoding import suggest
from ice_provider.functions.get_workflow_tasks import Arguments

SHELLS: Final = ("bash", "zsh", "fish")
_OWN: Final = frozenset({"waitTimeout"})  # --timeout
_IDLE: Final[Mapping[str, frozenset[str]]] = {  # settings that change nothing of a single read, or of a list
    "show": frozenset({"requestsPerSecond", "bulkReads"}),
    "list": frozenset({"bulkReads"}),
}
_SAID_OTHERWISE: Final = {
    "ecsRoleName": "The RAM role of the ECS instance that this runs on. Else from ALICLOUD_ECS_ROLE_NAME or "
    "ALIBABA_CLOUD_ECS_METADATA.",
    "requestsPerSecond": "The most calls per second, 20 by default.",
}
_CHOICES: Final = {"protocol": ("HTTPS", "HTTP"), "bulkReads": ("auto", "off")}
_METAVARS: Final[Mapping[type, str]] = {int: "N", float: "N"}

_ABOUT: Final = "Wait for workflow tasks of Alibaba Cloud Intelligent Media Services (ICE), look at them, list them."
_SECRETS: Final = """\
Keys are read from the environment (ALIBABA_CLOUD_ACCESS_KEY_ID and
ALIBABA_CLOUD_ACCESS_KEY_SECRET, and whatever else the Pulumi provider reads) or
from a profile of the aliyun CLI (--profile). There is no option for them: every
user of a machine can read the command lines of all processes."""
_UNTOUCHED: Final = "The tasks themselves are never touched."
_WIDTH: Final = 80  # columns
_EXAMPLES: Final = {
    "": """\
  ice-gate wait 4215e042b3966ca5441e && ./publish.sh
  ice-gate show 4215e042b3966ca5441e --svg timeline.svg
  ice-gate list --statuses Failed --max-items 20
  source <(ice-gate completion bash)""",
    "wait": """\
  ice-gate wait 4215e042b3966ca5441e --timeout 45m
  ice-gate wait $(cat tasks.txt) --min-succeeded 9 --timeout 2h
  ice-gate wait 4215e042b3966ca5441e --condition 'length(activities) >= `3`'
  ice-gate wait 4215e042b3966ca5441e --json | jq 'select(.event == "end")'""",
    "show": """\
  ice-gate show 4215e042b3966ca5441e
  ice-gate show 4215e042b3966ca5441e --svg timeline.svg
  ice-gate show 4215e042b3966ca5441e --json | jq .results""",
    "list": """\
  ice-gate list --workflow-name nightly --statuses Init,Processing
  ice-gate wait $(ice-gate list --workflow-id 4f1c2a --statuses Init,Processing \\
      --max-items 5000 --ids)""",
}


def parser() -> argparse.ArgumentParser:
    """Return what reads the command line."""
    whole = _Parser(prog="ice-gate", description=_ABOUT, epilog=_epilog(""), **_LOOKS)
    whole.add_argument("--version", action="version", version=f"%(prog)s {VERSION}")
    commands = whole.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=_Parser)
    settings = _settings()
    for name, told, fill in (
        ("wait", "wait until a task has ended well, or several have", _wait),
        ("show", "show a task and its activities as a timeline", _show),
        ("list", "list the tasks of the last 90 days", _list),
    ):
        command = commands.add_parser(name, help=told, description=_sentence(told), epilog=_epilog(name), **_LOOKS)
        fill(command)
        _join(command, [each for each in settings if each.name not in _IDLE.get(name, ())])
    completion = commands.add_parser(
        "completion",
        help="print the script that completes commands and options in a shell",
        description="Print the script that completes commands and options: source <(ice-gate completion bash)",
        allow_abbrev=False,
    )
    completion.add_argument("shell", choices=SHELLS)
    return whole


class _Parser(argparse.ArgumentParser):
    """Names the help where a mistake is told, instead of all options; tells an unknown option where it was meant."""

    def parse_known_args(self, args: Sequence[str] | None = None, namespace: Any = None) -> tuple[Any, list[str]]:  # type: ignore[override]  # the base has overloads
        known, unknown = super().parse_known_args(args, namespace)
        if unknown:
            mistyped = next((word.partition("=")[0] for word in unknown if word.startswith("-")), "")
            self.error(f"unrecognized arguments: {' '.join(unknown)}{suggest(mistyped, self._option_string_actions)}")
        return known, unknown

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"error: {message}\n    next       {self.prog} --help\n")


_LOOKS: Final[dict[str, Any]] = {"formatter_class": argparse.RawDescriptionHelpFormatter, "allow_abbrev": False}


def _wait(command: argparse.ArgumentParser) -> None:
    command.usage = "ice-gate wait TASK... [options]"
    command.add_argument("tasks", nargs="+", metavar="TASK", help="the ID of a workflow task")
    gate = command.add_argument_group("what opens the gate")
    gate.add_argument("--timeout", metavar="TIME", help="how long to wait: 45m, 1h30m; 30m by default")
    gate.add_argument("--min-succeeded", metavar="N", help="so many of the tasks suffice; all by default")
    gate.add_argument("--condition", metavar="EXPR", help=_plain(_CONDITION))
    for name, does in (("success", "open it"), ("failure", "shut it at once"), ("pending", "are waited on")):
        default = {"success": "Succeed", "failure": "Failed,Canceled", "pending": "Init,Processing"}[name]
        told = f"status words that {does}, with commas; {default} by default"
        gate.add_argument(f"--{name}", metavar="STATUS", action="extend", type=_comma_separated, help=told)
    command.add_argument("--json", action="store_true", help="tell it as JSON, an object a line")


_CONDITION: Final = (
    "a JMESPath expression over what `show --json` prints, which must be true of a task that has ended well"
)


def _show(command: argparse.ArgumentParser) -> None:
    command.usage = "ice-gate show TASK [options]"
    command.add_argument("task", metavar="TASK", help="the ID of a workflow task")
    command.add_argument("--svg", metavar="FILE", help="write the timeline as a picture too; - for standard output")
    command.add_argument("--json", action="store_true", help="print the task as JSON")


def _list(command: argparse.ArgumentParser) -> None:
    command.usage = "ice-gate list [options]"
    search = command.add_argument_group("which tasks")
    for property_ in properties(Arguments):
        _add(search, property_)
    form = command.add_mutually_exclusive_group()
    form.add_argument("--ids", action="store_true", help="print nothing but the IDs")
    form.add_argument("--json", action="store_true", help="print each task as JSON, a line each")


def _settings() -> list[Property]:
    """Return the settings that have an option."""
    return [
        property_
        for property_ in properties(ProviderConfig)
        if not (property_.secret or is_declared(property_.type) or property_.name in _OWN)
    ]


def _join(command: argparse.ArgumentParser, settings: list[Property]) -> None:
    group = command.add_argument_group("where, and as whom")
    for property_ in settings:
        _add(group, property_)
    command.add_argument("--debug", action="store_true", help="show the traceback of a bug")


def _add(group: argparse._ArgumentGroup, property_: Property) -> None:  # argparse offers no other name
    """Add the option of a declared property; its value is decoded, and its mistakes are told, by the declaration."""
    told = _plain(_SAID_OTHERWISE.get(property_.name, property_.doc))
    name = option(property_.name)
    if property_.type is bool:
        group.add_argument(name, action="store_true", default=None, help=told)
    elif property_.type in {str, int, float}:
        metavar = _METAVARS.get(property_.type, property_.attribute.split("_")[-1].upper())
        choices = _CHOICES.get(property_.name)
        group.add_argument(name, metavar=None if choices else metavar, choices=choices, help=told)
    else:
        group.add_argument(name, metavar="WORD", action="extend", type=_comma_separated, help=told)


def _comma_separated(text: str) -> list[str]:
    return text.split(",")


def _plain(doc: str) -> str:
    """Return a doc as the help has it: without Markdown, and with nothing that argparse would fill in."""
    return doc.replace("`", "").replace("%", "%%")


def _sentence(told: str) -> str:
    return f"{told[0].upper()}{told[1:]}."


def _epilog(name: str) -> str:
    return f"examples:\n{_EXAMPLES[name]}\n\n{_SECRETS}\n\nexit codes:\n{_codes(name)}\n\n{_UNTOUCHED}"


def _codes(name: str) -> str:
    return "\n".join(
        textwrap.fill(meaning, _WIDTH, initial_indent=f"  {code:>3}  ", subsequent_indent=" " * 7)
        for code, meaning in meanings(name).items()
    )
