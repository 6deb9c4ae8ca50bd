from __future__ import annotations

from pathlib import Path

import pytest

from support.fuzzing import Budget, budget_for

ROOM = Path(__file__).parent


@pytest.fixture(scope="session")
def budget(request: pytest.FixtureRequest) -> Budget:
    """An equal share of the time for every promise that this run tries."""
    return budget_for(request.config, sum(item.path.is_relative_to(ROOM) for item in request.session.items))
