"""Make what is released, in `dist`: the wheel, the source, the archive of the plugin, and the list of their parts.

`make dist` calls it. The parts are those of `requirements.lock`, each with the hash that stands there, and the same
commit gives the same bytes again on the same machine. Knows the order of the steps; `archive` knows what an archive is.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import venv
from pathlib import Path

from hatchling.builders.utils import get_reproducible_timestamp

import archive
from environment import LOCK, PIP, PROJECT
from ice_provider.about import VERSION
from steps import ROOT, Problem, run, say

CONNECTION = "Mend what is named above, most often the connection, and run it again."
SOURCE = "Mend what is named above and run it again."


def main() -> None:
    """Exit with 0 when all is made, else with 1 and the reason."""
    parser = argparse.ArgumentParser(description="Make the distributions, the archive of the plugin and the SBOM.")
    parser.add_argument("--into", type=Path, default=ROOT / "dist", help="where to put them (default: dist)")
    into = parser.parse_args().into.resolve()
    os.environ.update(SOURCE_DATE_EPOCH=str(get_reproducible_timestamp()), PYTHONHASHSEED="0")
    try:
        with tempfile.TemporaryDirectory(prefix="ice-dist-") as folder:
            make(into, Path(folder))
    except Problem as problem:
        print(problem, file=sys.stderr)
        sys.exit(problem.exit_code)
    except KeyboardInterrupt:
        sys.exit("\nstopped: run it again for a whole set")


def make(into: Path, aside: Path) -> None:
    """Make everything; what an earlier run has left there goes first, so that no two versions lie side by side."""
    into.mkdir(parents=True, exist_ok=True)
    for earlier in into.glob("pulumi[-_]*ice-*"):
        earlier.unlink()
    say("packages: wheel and source")
    build = [sys.executable, "-m", "hatchling", "build", "--directory", into]
    run(build, doing="building the packages", remedy=SOURCE)
    (wheel,) = into.glob("*.whl")

    held, environment = aside / "held", aside / "environment"
    say(f"parts: the wheel and what {LOCK.name} names for it, each with the hash that stands there")
    hold(held)
    venv.create(environment, symlinks=True)
    install(environment, held, wheel)
    list_parts(environment, aside, into / f"pulumi-ice-{VERSION}.cdx.json")

    packed = into / archive.name(VERSION)
    say(f"archive: {packed.name}")
    install(environment, held, "pyinstaller")
    archive.make(environment / "bin" / "python", aside / "archive", packed, time=get_reproducible_timestamp())
    for path in sorted(into.glob("pulumi[-_]*ice-*")):
        say(f"  {path.stat().st_size / 1e6:5.1f} MB  {path.name}")


def hold(held: Path) -> None:
    """Fill a folder with wheels of all that the lock names: what lies there has passed its hash."""
    words = ["wheel", "--require-hashes", "--no-deps", "--requirement", LOCK, "--wheel-dir", held]
    run([*PIP, *words], doing="getting the packages", remedy=CONNECTION)


def install(environment: Path, held: Path, what: Path | str) -> None:
    """Install a package with what it needs, all of it from that folder."""
    words = ["--python", environment, "install", "--no-index", "--find-links", held, what]
    run(
        [*PIP, *words],
        doing=f"installing {Path(what).name}",
        remedy=f"Write {LOCK.name} anew, as CONTRIBUTING.md says.",
    )


def list_parts(environment: Path, aside: Path, into: Path) -> None:
    """Write the software bill of materials, in CycloneDX, of an environment that holds the wheel and its parts alone."""
    project = aside / "pyproject.toml"
    project.write_text(PROJECT.read_text().replace('dynamic = ["version"]', f'version = "{VERSION}"'))
    program = Path(sys.executable).with_name("cyclonedx-py")
    words = ["environment", "--output-reproducible", "--pyproject", project, "--output-file", into]
    run([program, *words, environment / "bin" / "python"], doing="listing the parts", remedy=SOURCE)


if __name__ == "__main__":
    main()
