"""The Pulumi engine in `.tools`: the pinned one, built from the Go module in this folder, or the user's own.

Knows nothing of Python environments. The versions stand in `go.mod` and nowhere else.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from steps import ROOT, Problem, Step, answer, run, say

MODULE = ROOT / "tools"
GO_MOD = MODULE / "go.mod"
TOOLS = ROOT / ".tools"
BIN = TOOLS / "bin"
CHOICE = TOOLS / "engine"  # holds the path of the Pulumi CLI that was chosen, for the demo

CLI_MODULE = "github.com/pulumi/pulumi/pkg/v3"
SDK_MODULE = "github.com/pulumi/pulumi/sdk/v3"
YAML_HOST = "pulumi-language-yaml"

PACKAGES = (f"{CLI_MODULE}/cmd/pulumi", f"github.com/pulumi/pulumi-yaml/cmd/{YAML_HOST}", "./gensdk")
GENERATOR = "pulumi-ice-gensdk"  # the name of ./gensdk among the tools
DYNAMIC_PROVIDER = "pulumi-resource-pulumi-python"  # runs pulumi.dynamic; a shell script in the SDK's module
PROGRAMS = ("pulumi", YAML_HOST, GENERATOR, DYNAMIC_PROVIDER)

OLDEST_ON_PATH = (3, 208)  # as for `pulumi` in pyproject.toml; a newer major is not what we have tried
PULUMI_PAGE = "https://www.pulumi.com/docs/install/"
GO_PAGE = "https://go.dev/doc/install"


@dataclass(frozen=True)
class Engine:
    """A Pulumi CLI, and the steps that provide it."""

    cli: Path
    steps: list[Step]

    def record(self) -> None:
        """Leave the path where the demo finds it."""
        CHOICE.write_text(f"{self.cli}\n")


def choose(*, accept_any: bool) -> Engine:
    """Return the pinned engine or, where any will do and that one is not built yet, a suitable one on PATH.

    Raises:
        Problem: There is neither such an engine nor what it takes to build the pinned one.
    """
    build = _build_step()
    pinned = Engine(BIN / "pulumi", [build])
    if build.is_done():
        return pinned
    if accept_any:
        cli = _cli_on_path()
        if cli is not None:
            return Engine(cli, [])
    _require_go(accept_any=accept_any)
    return pinned


def _cli_on_path() -> Path | None:
    """Return the user's Pulumi CLI if it can run the demo; say why when there is one that cannot."""
    found = shutil.which("pulumi")
    if found is None:
        return None
    cli = Path(found).absolute()
    told = answer([cli, "version"], {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "1"}) or "broken"
    version = _numbers(told)
    beside = [str(cli.parent), str(cli.resolve().parent), os.environ.get("PATH", "")]
    if version < OLDEST_ON_PATH or version[0] != OLDEST_ON_PATH[0]:
        say(f"engine: not {cli}, which is {told}: at least {_dotted(OLDEST_ON_PATH)} and below 4 is needed")
    elif shutil.which(YAML_HOST, path=os.pathsep.join(beside)) is None:
        say(f"engine: not {cli}, {told}: there is no {YAML_HOST} beside it or on PATH")
    else:
        say(f"engine: {cli}, {told}")
        return cli
    return None


def _require_go(*, accept_any: bool) -> None:
    """Check that Go is here and new enough; if not, name the shortest way to an engine."""
    oldest = _pinned("go")
    told = answer(["go", "version"], go_environment())
    if told is not None and _numbers(told) >= _numbers(oldest):
        return
    if accept_any:
        raise Problem(
            f"Neither a Pulumi CLI of {_dotted(OLDEST_ON_PATH)} or newer with its YAML host nor Go {oldest} "
            f"or newer to build one is on PATH: install Pulumi, see {PULUMI_PAGE}",
            exit_code=2,
        )
    found = "none" if told is None else f"only {told}"
    raise Problem(
        f"Go {oldest} or newer is needed to build the pinned engine for the tests, and {found} is on PATH: "
        f"install it, see {GO_PAGE}",
        exit_code=2,
    )


def _build_step() -> Step:
    return Step(
        stamp=TOOLS / "engine.stamp",
        inputs=[GO_MOD, MODULE / "go.sum", *sorted(MODULE.glob("*/*.go")), Path(__file__)],
        outputs=[BIN / program for program in PROGRAMS],
        make=_build,
    )


def _build() -> None:
    """Build everything aside and move it into place when it is complete."""
    version = _pinned(CLI_MODULE)
    say(
        f"engine: building pulumi {version}, its YAML host and the SDK generator: "
        "about 4 minutes the first time on 2 cores, seconds when Go's build cache is warm"
    )
    for abandoned in TOOLS.glob("build-*"):
        shutil.rmtree(abandoned)
    BIN.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="build-", dir=TOOLS) as folder:
        aside = Path(folder)
        linker_flags = f"-s -w -X {SDK_MODULE}/go/common/version.Version={version}"
        run(
            ["go", "build", "-C", MODULE, "-ldflags", linker_flags, "-o", aside, *PACKAGES],
            doing="building the engine",
            remedy="Mend what is named above, most often the connection, and run the setup again.",
            environment=go_environment(),
        )
        (aside / "gensdk").rename(aside / GENERATOR)
        _copy_dynamic_provider(aside / DYNAMIC_PROVIDER)
        for program in PROGRAMS:
            (aside / program).replace(BIN / program)


def _copy_dynamic_provider(script: Path) -> None:
    """Copy the script out of the module cache, where it is read-only and not executable."""
    module = answer(["go", "list", "-C", MODULE, "-m", "-f", "{{.Dir}}", SDK_MODULE], go_environment())
    if not module:
        raise Problem(f"Go does not tell where {SDK_MODULE} lies: run `go mod download` in {MODULE}.")
    shutil.copyfile(Path(module, "python", "dist", script.name), script)
    script.chmod(0o755)


def go_environment() -> dict[str, str]:
    """Return the user's environment less what would make of it another build than the pinned one."""
    return {
        **{name: value for name, value in os.environ.items() if name not in {"GOARCH", "GOOS"}},
        "CGO_ENABLED": "0",  # no C compiler needed
        "GO111MODULE": "on",
        "GOFLAGS": "-buildvcs=false -mod=readonly -trimpath",
        "GOTOOLCHAIN": "local",  # Go must not fetch another Go without a word
        "GOWORK": "off",
    }


def _pinned(name: str) -> str:
    """Return the version that go.mod names for a module, or for "go"."""
    line = re.search(rf"^\s*{re.escape(name)} (\S+)", GO_MOD.read_text(), re.MULTILINE)
    if line is None:
        raise Problem(f"{GO_MOD} names no version of {name}: restore it from version control.")
    return line[1]


def _numbers(text: str) -> tuple[int, ...]:
    """Return the first dotted version in a text, or nothing, which is older than any."""
    version = re.search(r"\d+(?:\.\d+)+", text)
    return tuple(int(part) for part in version[0].split(".")) if version else ()


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
