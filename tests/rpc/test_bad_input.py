"""Bad input gets one sentence that names the property and the remedy: the tables of docs/bad-input.md, row by row."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ice_provider.alibaba import connect
from ice_provider.redaction import Redactor
from ice_provider.rpc._proto import provider_pb2 as pb
from support.cloud import ScriptedCloud
from support.rpc import URN, provider, refusal, struct

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ice_provider.cloud import Cloud
    from ice_provider.config import ProviderConfig

PAGE = Path(__file__).parents[2] / "docs" / "bad-input.md"
GROUP_URN = URN.replace("WorkflowTaskGate", "WorkflowTaskGroupGate")
ROW = re.compile(r"^\| `(?P<given>\{.*?\})` \| (?P<answer>.*?) \|$", re.MULTILINE)


def rows(section: str) -> list[tuple[dict[str, Any], str]]:
    """Return what is given and what is answered, row by row of a section of the page."""
    text = PAGE.read_text().split(f"\n## {section}\n")[1].split("\n## ")[0]
    found = [(json.loads(row["given"]), row["answer"].strip("`").replace("\\|", "|")) for row in ROW.finditer(text)]
    assert found
    return found


@pytest.mark.parametrize(("given", "answer"), rows("In a gate"), ids=str)
async def test_in_a_gate(given: Mapping[str, Any], answer: str) -> None:
    async with provider(ScriptedCloud()) as running:
        checked = await running.stub.Check(pb.CheckRequest(urn=URN, news=struct(given)))

    assert _said(checked.failures) == answer


@pytest.mark.parametrize(("given", "answer"), rows("In a group gate"), ids=str)
async def test_in_a_group_gate(given: Mapping[str, Any], answer: str) -> None:
    async with provider(ScriptedCloud()) as running:
        checked = await running.stub.Check(pb.CheckRequest(urn=GROUP_URN, news=struct(given)))

    assert _said(checked.failures) == answer


FUNCTIONS = ("getWorkflowTask", "getWorkflowTasks")


@pytest.mark.parametrize(
    ("function", "given", "answer"), [(name, *row) for name in FUNCTIONS for row in rows(f"In {name}")], ids=str
)
async def test_in_a_function(function: str, given: Mapping[str, Any], answer: str) -> None:
    async with provider(ScriptedCloud()) as running:
        await running.configure()
        invoked = await running.stub.Invoke(pb.InvokeRequest(tok=f"ice:index:{function}", args=struct(given)))

    assert _said(invoked.failures) == answer


@pytest.mark.parametrize(("given", "answer"), rows("In the configuration"), ids=str)
async def test_in_the_configuration(given: Mapping[str, Any], answer: str) -> None:
    async with provider(ScriptedCloud()) as running:
        checked = await running.stub.CheckConfig(pb.CheckRequest(news=struct(given)))

    assert _said(checked.failures) == answer


@pytest.mark.parametrize(("given", "answer"), rows("When the API is first called"), ids=str)
async def test_when_the_api_is_first_called(given: Mapping[str, Any], answer: str) -> None:
    async with provider(sign_in, given.get("environment")) as running:
        await running.stub.Configure(pb.ConfigureRequest(args=struct(given["config"])))
        arguments = struct({"taskId": "movie-1"})
        _, text = await refusal(running.stub.Invoke(pb.InvokeRequest(tok="ice:index:getWorkflowTask", args=arguments)))

    headline, _, advice = text.partition("\n    next ")
    assert ": ".join(" ".join(part.split()) for part in (headline, advice) if part) == answer


@pytest.mark.parametrize(("given", "answer"), rows("A warning, once"), ids=str)
async def test_a_warning_once(given: Mapping[str, Any], answer: str) -> None:
    nobody = {"endpoint": "127.0.0.1:9", "protocol": "HTTP"}

    async with provider(sign_in, given.get("environment")) as running:
        await running.configure({**nobody, **given.get("config", {})})
        request = pb.CreateRequest(urn=URN, properties=struct({"taskId": "movie-1"}), preview=True)
        for _ in range(2):
            await running.stub.Create(request)
        warnings = [line for severity, _, _, line in running.engine.heard if severity == "WARNING"]

    assert [line for line in warnings if "cannot tell" not in line] == [answer]


async def sign_in(config: ProviderConfig, environment: Mapping[str, str]) -> Cloud:
    return await connect(config, environment, Redactor())


def _said(failures: Iterable[pb.CheckFailure]) -> str:
    return "; ".join(
        f"{failure.property}: {failure.reason}" if failure.property else failure.reason for failure in failures
    )
