"""The page on the architecture tells of the code as it is."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any

import pytest

from ice_emulator import Emulator, Scenario
from ice_provider.alibaba import connect
from ice_provider.redaction import Redactor
from ice_provider.rpc._proto import provider_pb2 as pb
from support.engine import ROOT
from support.pages import section
from support.rpc import URN, PatientCloud, provider, struct

if TYPE_CHECKING:
    from ice_provider.cloud import Cloud

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
CONTRACTS = {each["name"]: each for each in PROJECT["tool"]["importlinter"]["contracts"]}
FUNCTION = re.compile(r"\(\.\./provider/(?P<file>ice_provider/\S+)\.py\):\s+`(?P<name>[\w.]+)`")
WALK = "\n".join(section("architecture", "One request").prose)
PICTURE = (ROOT / "docs" / "figures" / "house.svg").read_text()


def walk() -> list[tuple[str, str]]:
    """Return file and name of the functions of the page's walk, in its order; a class stands for any of its methods."""
    return [(str(ROOT / "provider" / f"{found['file']}.py"), found["name"]) for found in FUNCTION.finditer(WALK)]


@contextmanager
def heard() -> Iterator[list[tuple[str, str]]]:
    """Collect file and name of the functions that begin to run on this thread, in order."""
    called: list[tuple[str, str]] = []

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            called.append((frame.f_code.co_filename, frame.f_code.co_qualname))

    sys.setprofile(note)
    try:
        yield called
    finally:
        sys.setprofile(None)


async def test_a_request_takes_the_way_that_the_page_walks() -> None:
    scenario = Scenario.from_mapping({"tasks": [{"taskId": "t-1", "timeline": [{"after": 0, "status": "Succeed"}]}]})

    async def sign_in(*given: Any) -> Cloud:
        with running.clock.standing():
            return PatientCloud(await connect(*given, Redactor()), running.clock)

    async with Emulator(scenario) as emulator, provider(sign_in) as running:
        key = {"accessKey": "emulator", "secretKey": "emulator-secret"}
        await running.configure({"endpoint": emulator.endpoint, "protocol": "HTTP", **key})
        with heard() as called:
            await running.stub.Create(pb.CreateRequest(urn=URN, properties=struct({"taskId": "t-1"})))

    steps, rest = walk(), iter(called)
    assert len(steps) == WALK.count("../provider/") - 1  # `cloud` is a form without code
    for file, name in steps:
        is_met = any(where == file and f"{what}.".startswith(f"{name}.") for where, what in rest)
        assert is_met, f"{name} of {file} was not called after the step before it"


def test_the_picture_has_every_module_once_and_in_the_order_of_the_import_contract() -> None:
    layers = [[each.strip() for each in layer.split("|")] for layer in CONTRACTS["Imports point one way"]["layers"]]
    drawn = [(int(y), name) for y, name in re.findall(r'y="(\d+)">([^<]+)</text>', PICTURE)]
    rows: dict[int, set[str]] = {}
    for y, name in drawn:
        rows.setdefault(y, set()).add(name)

    told = [names - {"Pulumi engine", "Alibaba Cloud", "ice_dynamic", "ice_gate"} for _, names in sorted(rows.items())]
    assert told == [set(layer) for layer in layers]


def test_the_page_says_of_each_package_what_the_contracts_let_it_import() -> None:
    table = section("architecture", "The house").table("package", "what it is", "may import of the others")
    told = {re.findall(r"`(\w+)`", name)[0]: re.findall(r"`(\w+)`", may) for name, _, may in table}

    assert set(told) == {*PROJECT["tool"]["importlinter"]["root_packages"]}
    assert told["ice_emulator"] == []
    assert set(CONTRACTS["The emulator and the provider share no beliefs about the API"]["modules"]) == {
        "ice_emulator",
        "ice_provider",
    }
    assert told["ice_gate"] == ["ice_provider", "rpc"]
    forbidden = CONTRACTS["The command knows neither gRPC nor Pulumi, nor the plugin's rpc"]["forbidden_modules"]
    assert {"ice_provider.rpc", "ice_dynamic", "ice_emulator"} <= set(forbidden)


@pytest.mark.parametrize("package", sorted({"ice_dynamic", "ice_gate", "ice_emulator"}))
def test_the_plugin_imports_none_of_the_other_packages(package: str) -> None:
    sources = (ROOT / "provider" / "ice_provider").rglob("*.py")

    assert not [
        file for file in sources if re.search(rf"^\s*(from|import) {package}\b", file.read_text(), re.MULTILINE)
    ]


def test_every_module_that_leans_on_what_no_package_promises_is_told_with_that_package() -> None:
    sources = ROOT / "provider"
    leans = re.compile(r'^ *with leaning_on\("(.+)"\)', re.MULTILINE)
    leaning = {
        file.relative_to(sources).with_suffix("").as_posix().removesuffix("/__init__"): found[1]
        for file in sources.rglob("*.py")
        if (found := leans.search(file.read_text(encoding="utf-8")))
    }

    table = section("architecture", "What no package promises").table("module", "leans on")

    told = {re.findall(r"`(.+?)`", module)[0]: re.findall(r"`(.+?)`", package)[0] for module, package in table}
    assert told == leaning
