"""The actions that are played, by name and version.

Must not know: anything.
"""

VERSION = "2020-11-09"

GET = "GetWorkflowTask"
LIST = "ListWorkflowTasks"
"""The one that is not about a single task."""

ACTIONS = (GET, LIST)
"""All of them; the first is the one a fault is about that names none."""
