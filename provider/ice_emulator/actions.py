"""The actions that are played, by name and version.

Knows the standard library only.
"""

VERSION = "2020-11-09"

GET = "GetWorkflowTask"
LIST = "ListWorkflowTasks"
START = "StartWorkflow"

ACTIONS = (GET, LIST, START)
"""All of them; the first is the one a fault is about that names none."""
