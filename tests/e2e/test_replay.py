"""What passes between a real engine and today's provider, taken down as a release does before its tag."""

from __future__ import annotations

from replay.record import CANARIES, recorded
from support.replay import RECORDED, Flow, Recording, differences_in
from support.secrets import seen_in


async def test_a_flow_that_is_recorded_now_can_be_replayed_and_shown() -> None:
    flow = Flow("import", (RECORDED / "import.yaml").read_text())

    lines = await recorded(flow)

    assert await differences_in(Recording(flow, tuple(lines))) == []
    assert seen_in("\n".join(lines), *CANARIES) == set()
    assert sum('"errors"' in line for line in lines) == 4
