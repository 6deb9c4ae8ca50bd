"""The import contracts of pyproject.toml, where they are kept by hand."""

from __future__ import annotations

import pkgutil
import tomllib
from pathlib import Path

import ice_provider

PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())


def test_every_module_but_rpc_alibaba_and_main_is_kept_from_grpc_and_the_vendors_libraries() -> None:
    contracts = PROJECT["tool"]["importlinter"]["contracts"]
    (contract,) = (contract for contract in contracts if contract["name"].startswith("Only rpc speaks gRPC"))
    modules = {f"ice_provider.{module.name}" for module in pkgutil.iter_modules(ice_provider.__path__)}

    assert set(contract["source_modules"]) == modules - {
        "ice_provider.rpc",
        "ice_provider.alibaba",
        "ice_provider.__main__",
    }
