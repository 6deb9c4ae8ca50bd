"""The archive of the plugin that `pulumi plugin install` takes: a program that needs no Python on the user's machine.

Programs in TypeScript, Go or YAML bring none. PyInstaller puts the interpreter, the packages and the libraries of this
machine into a folder; `plugin` is what it starts. The engine unpacks files and folders only, so links are followed.
Source: sdk/go/common/util/archive/tgz.go of pulumi/pulumi.
"""

from __future__ import annotations

import gzip
import platform
import tarfile
from pathlib import Path

from steps import Problem, run

PROGRAM = "pulumi-resource-ice"
LAUNCHER = Path(__file__).with_name("plugin.py")
STUBS = "pulumi.runtime.proto"  # reached by their path, see `ice_provider.rpc._proto`, so no analysis finds them
OF_PIP = {"RECORD", "direct_url.json"}  # what it has installed, with the path where it did, and from where

_SYSTEMS = {"Linux": "linux", "Darwin": "darwin"}
_MACHINES = {"x86_64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


def name(version: str) -> str:
    """Return what the engine looks for among the files of a release, for a machine like this one.

    Raises:
        Problem: It would not look for any on such a machine.
    """
    try:
        system, machine = _SYSTEMS[platform.system()], _MACHINES[platform.machine()]
    except KeyError as unknown:
        raise Problem(f"No archive is made for {unknown}: use Linux or macOS on x86-64 or ARM64.") from None
    return f"{PROGRAM}-v{version}-{system}-{machine}.tar.gz"


def make(python: Path, aside: Path, into: Path, *, time: int) -> None:
    """Freeze the packages of an environment and pack them.

    Args:
        python: Of an environment with the plugin and PyInstaller.
        aside: A folder for what is left over.
        into: The archive.
        time: Of every file in it, in seconds since 1970.
    """
    places = ["--distpath", aside, "--workpath", aside / "work", "--specpath", aside]
    words = ["--noconfirm", "--log-level", "ERROR", "--name", PROGRAM, "--collect-submodules", STUBS]
    run(
        [python, "-m", "PyInstaller", *places, *words, LAUNCHER],
        doing="freezing the plugin",
        remedy="Mend what is named above and run it again; PyInstaller needs a Python with a shared library.",
    )
    pack(aside / PROGRAM, into, time=time)


def pack(folder: Path, into: Path, *, time: int) -> None:
    """Pack the files below a folder, sorted, and with nothing in it of who packed them and when."""

    def plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = ""
        entry.mtime = time
        entry.mode = 0o755 if entry.isdir() or entry.mode & 0o100 else 0o644
        return entry

    with (
        into.open("wb") as file,
        gzip.GzipFile("", "wb", fileobj=file, mtime=time) as packed,
        tarfile.open(fileobj=packed, mode="w", dereference=True) as tar,
    ):
        for path in sorted(folder.rglob("*")):
            if path.name in OF_PIP:
                continue
            tar.add(path, arcname=str(path.relative_to(folder)), recursive=False, filter=plain)
