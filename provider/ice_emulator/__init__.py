"""A stand-in for the API of Intelligent Media Services (ICE, version 2020-11-09), for tests and demonstrations.

It is written from the published pages and shares nothing with the provider, so that a wrong belief of the one does
not hide in the other. Rooms, from the bottom up:

| module | job |
|---|---|
| actions | what can be asked |
| document | YAML text as values that remember their lines |
| entry | one mapping of a scenario, read key by key |
| variants | what nobody has verified about the service |
| state | tasks, reads and time |
| request | a request, taken apart |
| listing | what a list is asked for |
| signature | who sent it |
| answers | the shapes of answers |
| kinds | a table from a word to what goes wrong |
| faults | which request meets which kind |
| scenario | what a person writes down |
| service | from a request to an answer |
| server | the socket, and the ways to steer it |
"""

from ice_emulator.document import ScenarioError
from ice_emulator.faults import Fault
from ice_emulator.kinds import KINDS
from ice_emulator.scenario import Scenario
from ice_emulator.server import Emulator
from ice_emulator.service import Call
from ice_emulator.signature import Key
from ice_emulator.state import Step, Task, Verbatim, Workflow
from ice_emulator.variants import VARIANTS

__all__ = [
    "KINDS",
    "VARIANTS",
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
