"""Publishes one film, in a stack of its own: `python publish.py TASK [NAME=VALUE…]`.

A process for each film, so that stopping one is what Ctrl-C is in a terminal: Pulumi gets the signal too, ends the wait,
and leaves the state whole. The last line it prints is the stack's outputs, as JSON.
"""

import json
import signal
import sys
import threading
from pathlib import Path

import pulumi
import pulumi_ice as ice
from pulumi import ResourceOptions, automation

UNDER_WAY = threading.Event()


def publish(task_id: str, config: dict[str, str]) -> None:
    """Run `pulumi up` for a task.

    Raises:
        automation.CommandError: It failed; the reason has been printed.
    """

    def program() -> None:
        encoded = ice.WorkflowTaskGate("encoded", task_id=task_id, wait_timeout="2h")
        # Stands for whatever must not be there before: a CDN domain, a DNS record, a function.
        site = pulumi.Stash("site", input=f"{task_id} is published", opts=ResourceOptions(depends_on=[encoded]))
        pulumi.export("status", encoded.status)
        pulumi.export("site", site.output)

    stack = automation.create_or_select_stack(
        stack_name=task_id,
        project_name="films",
        program=program,
        opts=automation.LocalWorkspaceOptions(work_dir=str(Path(__file__).parent)),
    )
    if config:
        stack.set_all_config({name: automation.ConfigValue(value) for name, value in config.items()})
    outputs = stack.up(on_output=tell).outputs
    print(json.dumps({name: output.value for name, output in outputs.items() if not output.secret}), flush=True)


def tell(line: str) -> None:
    """Print a line of Pulumi's, in which secrets are masked."""
    UNDER_WAY.set()
    print(line, flush=True)


def interrupted(*_: object) -> None:
    """End at once while nothing has begun; from then on Pulumi, which gets the signal too, decides what it ends."""
    if not UNDER_WAY.is_set():
        raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGINT, interrupted)
    try:
        publish(sys.argv[1], dict(word.split("=", 1) for word in sys.argv[2:]))
    except (automation.CommandError, KeyboardInterrupt):
        sys.exit(1)
