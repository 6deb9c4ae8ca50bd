"""Shows on this machine, offline, what a gate does: `make demo` calls it.

Starts the emulator, runs the programs beside this file on a real Pulumi engine with a state of their own, and leaves
nothing behind, also when it is interrupted.
"""

from __future__ import annotations

import contextlib
import os
import runpy
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from pulumi import automation

EXAMPLES = Path(__file__).resolve().parent
ROOT = EXAMPLES.parent
TOOLS = ROOT / ".tools"
SCRIPTS = ROOT / ".venv" / "bin"
STACK = "demo"
FOREIGN = ("PULUMI_", "ALICLOUD_", "ALIBABA")  # settings of this machine, which the demo must not depend on


def main() -> None:
    """Run the demo; exit with 0 when every part ended as it should."""
    began = time.monotonic()
    for stop in (signal.SIGINT, signal.SIGTERM):  # the first may be inherited as ignored, from a shell's background
        signal.signal(stop, signal.default_int_handler)
    try:
        with tempfile.TemporaryDirectory(prefix="ice-demo-") as folder:
            show(engine_environment(Path(folder)))
    except KeyboardInterrupt:
        say("interrupted: nothing is left behind")
        sys.exit(130)
    say(f"that was all, in {time.monotonic() - began:.0f}s; the programs are in {EXAMPLES.relative_to(ROOT)}/")


def show(environment: Mapping[str, str]) -> None:
    """Play the three parts, each with an emulator of its own, so that its tasks begin anew."""
    say("a gate waits for a running task, then lets what depends on it be made (YAML)")
    with project("gate-yaml") as yaml, emulator() as config:
        up(yaml, environment, {**config, "taskId": "movie-good"}, succeeds=True)

    say("a task fails: `pulumi up` stops at once with the reason, and nothing downstream is made (YAML)")
    with project("gate-yaml") as yaml, emulator() as config:
        up(yaml, environment, {**config, "taskId": "movie-bad"}, succeeds=False)

    say("the same from a Python program: first the task that fails, then another in its place")
    with project("gate-python") as python, emulator() as config:
        python_ups(python, environment, config)


@contextlib.contextmanager
def emulator() -> Iterator[dict[str, str]]:
    """Serve the scenario beside this file; yield the configuration that aims a stack at it."""
    command = [SCRIPTS / "ice-emulator", "--port", "0", "--scenario", EXAMPLES / "scenario.yaml"]
    # A session of its own, so that Ctrl-C ends Pulumi first and the emulator last.
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        try:
            assert process.stdout is not None  # noqa: S101
            yield {
                "ice:endpoint": process.stdout.readline().rpartition("/")[2].strip(),
                "ice:protocol": "HTTP",
                "ice:region": "cn-shanghai",
                "ice:accessKey": "emulator",
                "ice:secretKey": "emulator-secret",
            }
        finally:
            process.terminate()


@contextlib.contextmanager
def project(name: str) -> Iterator[Path]:
    """Copy a program to where its relative paths hold and its stack's files disturb nobody."""
    with tempfile.TemporaryDirectory(prefix=f"{name}-", dir=TOOLS) as folder:
        shutil.copytree(EXAMPLES / name, folder, dirs_exist_ok=True)
        yield Path(folder)


def engine_environment(folder: Path) -> dict[str, str]:
    """Return an environment in which Pulumi keeps everything in one folder and asks nothing of the network."""
    state = folder / "state"
    state.mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    cli = Path((TOOLS / "engine").read_text().strip())
    return kept | {
        "PATH": f"{cli.parent}:{kept['PATH']}",
        "PULUMI_BACKEND_URL": state.as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "demo",
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_SKIP_UPDATE_CHECK": "1",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "1",
    }


def up(folder: Path, environment: Mapping[str, str], config: Mapping[str, str], *, succeeds: bool) -> None:
    """Run `pulumi up` on a fresh stack, then take the stack away."""
    pulumi(folder, environment, "stack", "init", STACK)
    words = [word for name, value in config.items() for word in ("--plaintext", f"{name}={value}")]
    pulumi(folder, environment, "config", "set-all", *words)
    say("$ pulumi up --yes --skip-preview", mark="")
    code = interruptible(["pulumi", "up", "--yes", "--skip-preview"], folder, environment)
    if (code == 0) != succeeds:
        sys.exit(f"demo: `pulumi up` ended with {code}, which was not expected")
    pulumi(folder, environment, "destroy", "--yes", "--remove")


def interruptible(command: list[str], folder: Path, environment: Mapping[str, str]) -> int:
    """Run a command, hand Ctrl-C on to it once, and return its exit code."""
    # In a session of its own: the terminal's Ctrl-C would reach it a second time, and a second one makes Pulumi give up.
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, start_new_session=True
    ) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.send_signal(signal.SIGINT)
            process.wait()
            raise


def pulumi(folder: Path, environment: Mapping[str, str], *words: str) -> None:
    """Run a command whose output is only of interest when it fails."""
    command = ["pulumi", *words, "--non-interactive"]
    ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if ended.returncode:
        sys.exit(f"demo: {' '.join(command[:3])} failed:\n{ended.stdout}{ended.stderr}")


def python_ups(folder: Path, environment: Mapping[str, str], config: Mapping[str, str]) -> None:
    """Run the Python program inside this process, by Pulumi's Automation API, with two tasks in turn."""
    os.environ.update(environment)
    # After a failed `up` the SDK drops a coroutine of its own, which complains about that when it is collected.
    sys.unraisablehook = lambda _: None

    def program() -> None:
        runpy.run_path(str(folder / "__main__.py"), run_name="__main__")

    stack = automation.create_stack(
        STACK,
        project_name="gate-python",
        program=program,
        opts=automation.LocalWorkspaceOptions(work_dir=str(folder), env_vars=dict(environment)),
    )
    for task_id, succeeds in (("movie-bad", False), ("movie-good", True)):
        stack.set_all_config(
            {name: automation.ConfigValue(value) for name, value in {**config, "gate-python:taskId": task_id}.items()}
        )
        say(f"stack.up()  with {task_id}", mark="")
        try:
            outputs = stack.up(on_output=print).outputs
        except automation.CommandError as error:
            if succeeds:
                sys.exit(f"demo: the Python program failed: {error}")
            continue
        if not succeeds or outputs["status"].value != "Succeed":
            sys.exit("demo: the gate of the Python program opened for a task that failed")
    stack.destroy()
    stack.workspace.remove_stack(STACK)


def say(line: str, mark: str = "\n=== ") -> None:
    """Print a line of the demo's own, before whatever comes next."""
    print(f"{mark}{line}", flush=True)


if __name__ == "__main__":
    main()
