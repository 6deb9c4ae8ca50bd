"""The archive of the plugin: the same files give the same bytes, and it runs with what the user's machine has."""

from __future__ import annotations

import os
import sys
import tarfile
from typing import TYPE_CHECKING

import pytest

from support.engine import ROOT

if TYPE_CHECKING:
    from pathlib import Path

sys.path.append(str(ROOT / "tools"))
import archive
import plugin

TIME = 1_580_601_600


def frozen(folder: Path, *names: str, made: int, mode: int) -> Path:
    """Return a folder of files as PyInstaller leaves it, made in this order and at this time."""
    for name in names:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
        file.chmod(mode)
        os.utime(file, (made, made))
    (folder / "_internal" / "libz.so").symlink_to(folder / "_internal" / "libz.so.1")
    return folder


def test_the_same_files_give_the_same_bytes_whenever_and_in_whatever_order_they_were_made(tmp_path: Path) -> None:
    names = ("pulumi-resource-ice", "_internal/libz.so.1", "_internal/yaml/_yaml.so")
    first = frozen(tmp_path / "first", *names, made=1, mode=0o755)
    second = frozen(tmp_path / "second", *reversed(names), made=2, mode=0o700)

    for folder in (first, second):
        archive.pack(folder, folder.with_suffix(".tar.gz"), time=TIME)

    assert first.with_suffix(".tar.gz").read_bytes() == second.with_suffix(".tar.gz").read_bytes()


def test_the_archive_holds_files_and_folders_only_for_the_engine_unpacks_nothing_else(tmp_path: Path) -> None:
    folder = frozen(tmp_path / "frozen", "_internal/libz.so.1", made=1, mode=0o644)
    os.link(folder / "_internal" / "libz.so.1", folder / "_internal" / "again")

    archive.pack(folder, tmp_path / "packed.tar.gz", time=TIME)

    with tarfile.open(tmp_path / "packed.tar.gz") as packed:
        assert all(entry.isfile() or entry.isdir() for entry in packed)
        linked = packed.extractfile("_internal/libz.so")
        assert linked is not None
        assert linked.read() == b"_internal/libz.so.1"


@pytest.mark.parametrize("name", ["RECORD", "direct_url.json"])
def test_an_archive_leaves_out_where_pip_put_what_it_installed(name: str, tmp_path: Path) -> None:
    folder = frozen(tmp_path / "frozen", f"_internal/a.dist-info/{name}", "_internal/libz.so.1", made=1, mode=0o644)

    archive.pack(folder, tmp_path / "packed.tar.gz", time=TIME)

    with tarfile.open(tmp_path / "packed.tar.gz") as packed:
        assert not [name for name in packed.getnames() if "dist-info/" in name]


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ({"LD_LIBRARY_PATH": "/plugin/_internal", "LD_LIBRARY_PATH_ORIG": "/opt/lib"}, {"LD_LIBRARY_PATH": "/opt/lib"}),
        ({"LD_LIBRARY_PATH": "/plugin/_internal"}, {}),
        ({}, {}),
    ],
)
def test_a_command_that_hands_out_keys_gets_the_libraries_of_the_system(
    given: dict[str, str], left: dict[str, str]
) -> None:
    plugin.give_back_the_libraries(given)

    assert given == left


def test_the_systems_certificates_are_trusted_wherever_the_system_keeps_them(tmp_path: Path) -> None:
    kept = tmp_path / "tls-ca-bundle.pem"
    kept.touch()
    environment: dict[str, str] = {}

    plugin.trust_what_the_system_trusts(environment, (str(tmp_path / "nowhere"), str(kept)))

    assert environment == {"SSL_CERT_FILE": str(kept)}


@pytest.mark.parametrize("chosen", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_certificates_that_the_user_has_chosen_are_left_alone(chosen: str) -> None:
    environment = {chosen: "/mine"}

    plugin.trust_what_the_system_trusts(environment)

    assert environment == {chosen: "/mine"}
