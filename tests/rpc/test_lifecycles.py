"""Every resource lives as the engine lets it live."""

from __future__ import annotations

import pytest

from ice_provider.resources import RESOURCES
from rpc.lifecycles import LIFECYCLES, Lifecycle, play


@pytest.mark.parametrize("lifecycle", LIFECYCLES, ids=lambda case: case.reason)
async def test_lifecycle(lifecycle: Lifecycle) -> None:
    await play(lifecycle)


def test_every_resource_has_a_lifecycle() -> None:
    assert {lifecycle.token for lifecycle in LIFECYCLES} == set(RESOURCES)
