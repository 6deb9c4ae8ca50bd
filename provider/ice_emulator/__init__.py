"""A stand-in for the API of Intelligent Media Services (ICE, version 2020-11-09), for tests and demonstrations.

It is written from the published pages and shares nothing with the provider, so that a wrong belief of the one does
not hide in the other. Rooms, from the bottom up:

| module | job |
|---|---|
| actions | what can be asked |
| real_keys | what keys of the real service look like |
| document | YAML text as values that remember their lines |
| words | what may stand under a key |
| schema | a JSON Schema of that |
| entry | one mapping of a scenario, read key by key |
| variants | what nobody has verified about the service |
| tasks | the nouns: tasks, steps, views, pages |
| state | tasks, reads and time |
| hosts | names and addresses of this machine |
| clock | the time that timelines run on |
| request | a request, taken apart |
| listing, starting | what a list, a start is asked for |
| signature | who sent it |
| answers | the shapes of answers |
| kinds | a table from a word to what goes wrong |
| faults | which request meets which kind |
| limits | how many requests are too many |
| vocabulary | the words of a scenario |
| reading | from words to nouns |
| scenario | what a person writes down |
| service | from a request to an answer |
| steering | tasks, time and faults by hand |
| admin | the same over HTTP |
| server | the socket |
| background | the same in a thread of its own, for code that is not asynchronous |
| pytest_plugin | the same as a fixture |
| secret_file | the file that holds the admin token |
| arguments | the command line |

Importing this package imports none of them: pytest does it in every run, for the fixture.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ice_emulator.background import BackgroundEmulator
    from ice_emulator.document import ScenarioError
    from ice_emulator.faults import Fault
    from ice_emulator.kinds import KINDS
    from ice_emulator.scenario import Scenario
    from ice_emulator.server import Emulator
    from ice_emulator.service import Call
    from ice_emulator.signature import Key
    from ice_emulator.tasks import Step, Task, Verbatim, Workflow
    from ice_emulator.variants import VARIANTS

__all__ = [
    "KINDS",
    "VARIANTS",
    "BackgroundEmulator",
    "Call",
    "Emulator",
    "Fault",
    "Key",
    "Scenario",
    "ScenarioError",
    "Step",
    "Task",
    "Verbatim",
    "Workflow",
]

_HOMES = {
    "KINDS": "kinds",
    "VARIANTS": "variants",
    "BackgroundEmulator": "background",
    "Call": "service",
    "Emulator": "server",
    "Fault": "faults",
    "Key": "signature",
    "Scenario": "scenario",
    "ScenarioError": "document",
    "Step": "tasks",
    "Task": "tasks",
    "Verbatim": "tasks",
    "Workflow": "tasks",
}


def __getattr__(name: str) -> object:
    """Import what is named when it is asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
