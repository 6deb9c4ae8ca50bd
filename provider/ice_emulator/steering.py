"""The ways to steer an emulator: tasks, time and faults by hand, and what has been asked.

Must not know: sockets, how an answer is made.
"""

import asyncio
from collections.abc import Mapping, Sequence

from ice_emulator.clock import PlayClock
from ice_emulator.reading import fault_from, task_from, timeline_from
from ice_emulator.service import Call, Service
from ice_emulator.tasks import Standing, Task


class Steering:
    """What an emulator plays, for whoever holds it."""

    _service: Service

    def __init__(self, clock: PlayClock) -> None:
        """Steer what `_service` plays, once there is one."""
        self._clock = clock
        self._waiting: list[asyncio.Future[None]] = []

    @property
    def calls(self) -> list[Call]:
        """Every request so far; of very many only the last ones."""
        return self._service.calls

    async def until_called(self, count: int) -> None:
        """Wait until at least `count` calls are recorded: a call that hangs is recorded when it comes in."""
        while len(self.calls) < count:
            future = asyncio.get_running_loop().create_future()
            self._waiting.append(future)
            await future

    def add_task(self, task: Task | Mapping[str, object]) -> None:
        """Add a task in the words of a scenario, or start it anew under its ID; its timeline begins now.

        Raises:
            ScenarioError: It is no task.
        """
        self._service.world.put(task if isinstance(task, Task) else task_from(task), self._clock())

    def set_timeline(self, task_id: str, timeline: Sequence[Mapping[str, object]]) -> None:
        """Give a task another timeline in the words of a scenario, which begins now; its CreateTime stays.

        Raises:
            KeyError: There is no such task.
            ScenarioError: It is no timeline.
        """
        self._service.world.set_timeline(task_id, timeline_from(timeline), self._clock())

    def set_status(self, task_id: str, status: str, activity_results: object = None) -> None:
        """Move a task to a status now, by hand.

        Raises:
            KeyError: There is no such task.
        """
        self.set_timeline(task_id, [{"after": 0, "status": status, "activityResults": activity_results}])

    def advance_task(self, task_id: str) -> Standing:
        """Let the next step of a task's timeline begin now; later steps keep their distance to it.

        Raises:
            KeyError: There is no such task.
            ValueError: No step is left.
        """
        self._service.world.advance(task_id, self._clock())
        return self.standing(task_id)

    def advance_clock(self, seconds: float) -> None:
        """Move all timelines on, as if so many seconds had passed.

        Raises:
            ValueError: `seconds` is negative, or leads beyond any date.
        """
        self._clock.skip(seconds)

    def standing(self, task_id: str) -> Standing:
        """Return where a task stands; this is no read of it.

        Raises:
            KeyError: There is no such task.
        """
        return self._service.world.standing(task_id, self._clock())

    @property
    def standings(self) -> list[Standing]:
        """Where every task stands."""
        return self._service.world.standings(self._clock())

    def remove_task(self, task_id: str) -> None:
        """Forget a task, as the service does after a year.

        Raises:
            KeyError: There is no such task.
        """
        self._service.world.remove(task_id)

    def add_fault(self, fault: Mapping[str, object]) -> None:
        """Add a fault in the words of a scenario; its calls are counted from now on.

        Raises:
            ScenarioError: It is no fault.
        """
        self._service.plan.add(fault_from(fault))

    def clear_faults(self) -> None:
        """Let everything go well from now on."""
        self._service.plan.clear()

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():  # whoever waited may have given up
                future.set_result(None)
