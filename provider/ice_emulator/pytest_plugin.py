"""The fixture `ice_emulator` of pytest, which knows it as soon as the package is installed.

```python
def test_a_task_ends_well(ice_emulator):
    ice_emulator.add_task({"taskId": "movie-1", "timeline": [{"after": 0, "status": "Succeed"}]})
    ...  # a stack with `ice_emulator.settings`
```

Knows pytest alone until a test asks for the fixture: it is imported in every run of pytest.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ice_emulator import BackgroundEmulator, Scenario

MARKER = "ice_emulator"


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known to pytest."""
    line = (
        f"{MARKER}(scenario, **options): what the fixture ice_emulator plays, as a file beside the test or a mapping; "
        "and options of ice_emulator.Emulator such as speed=10"
    )
    config.addinivalue_line("markers", line)


@pytest.fixture
def ice_emulator(request: pytest.FixtureRequest) -> "Iterator[BackgroundEmulator]":
    """Return an emulator of the ICE API that listens on a port of its own until the test has ended.

    Without a marker there is no task, and each test adds its own.
    """
    from ice_emulator import BackgroundEmulator  # noqa: PLC0415  # most runs never get here

    marker = request.node.get_closest_marker(MARKER)
    given, options = (marker.args, marker.kwargs) if marker else ((), {})
    scenario = _scenario(given[0] if given else {}, request.path.parent)
    with BackgroundEmulator(scenario, **options) as emulator:
        yield emulator


def _scenario(given: "str | Path | Mapping[str, object] | Scenario", folder: Path) -> "Scenario":
    from ice_emulator import Scenario  # noqa: PLC0415

    if isinstance(given, Scenario):
        return given
    return Scenario.from_mapping(given) if isinstance(given, Mapping) else Scenario.load(folder / given)
