"""The emulator in a thread of its own, for tests and programs that are not asynchronous.

Must not know: pytest, how an answer is made.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import Future
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar

from ice_emulator.scenario import Scenario
from ice_emulator.server import Emulator
from ice_emulator.service import Call
from ice_emulator.signature import DEFAULT_KEY
from ice_emulator.tasks import Standing

P = ParamSpec("P")
T = TypeVar("T")

REGION = "cn-shanghai"  # any will do: the emulator does not look at it


class BackgroundEmulator:
    """Plays a scenario while its context is open.

    ```python
    with BackgroundEmulator(Scenario.load("scenario.yaml")) as emulator:
        ...  # a client with the endpoint `emulator.endpoint`, protocol HTTP
        assert [call.status for call in emulator.calls] == [200]
    ```

    May be used from any thread. What the methods take and raise stands at those of `Emulator`.
    """

    def __init__(self, scenario: Scenario, **options: Any) -> None:
        """Prepare; `options` are those of `Emulator`."""
        self._emulator = Emulator(scenario, **options)
        self._is_open = False

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="ice-emulator", daemon=True)
        self._thread.start()
        self._is_open = True
        try:
            self._run(self._emulator.__aenter__())
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._run(self._emulator.__aexit__(kind, error, trace))
        finally:
            self._end()

    @property
    def endpoint(self) -> str:
        """Where it listens, as `host:port`."""
        return self._emulator.endpoint

    @property
    def url(self) -> str:
        """Where it listens, as a URL."""
        return self._emulator.url

    @property
    def settings(self) -> dict[str, str]:
        """The configuration that aims a stack at it, by the words that stand behind `ice:`."""
        return {
            "endpoint": self.endpoint,
            "protocol": "HTTP",
            "region": REGION,
            "accessKey": DEFAULT_KEY.access_key,
            "secretKey": DEFAULT_KEY.secret_key,
        }

    @property
    def calls(self) -> list[Call]:
        """Every request so far, in the order in which they were answered; of very many only the last ones."""
        return self._do(lambda: list(self._emulator.calls))

    @property
    def standings(self) -> list[Standing]:
        """Where every task stands."""
        return self._do(lambda: self._emulator.standings)

    def standing(self, task_id: str) -> Standing:
        """Return where a task stands; this is no read of it."""
        return self._do(self._emulator.standing, task_id)

    def until_called(self, count: int, *, within: float = 30) -> None:
        """Wait until at least `count` calls are recorded.

        Raises:
            TimeoutError: There were not so many after `within` seconds.
        """
        self._check()
        self._run(self._until_called(count, within))

    def add_task(self, task: Mapping[str, object]) -> None:
        """Add a task in the words of a scenario, or start it anew under its ID; its timeline begins now."""
        self._do(self._emulator.add_task, task)

    def set_timeline(self, task_id: str, timeline: Sequence[Mapping[str, object]]) -> None:
        """Give a task another timeline in the words of a scenario, which begins now."""
        self._do(self._emulator.set_timeline, task_id, timeline)

    def set_status(self, task_id: str, status: str, activity_results: object = None) -> None:
        """Move a task to a status now, by hand."""
        self._do(self._emulator.set_status, task_id, status, activity_results)

    def advance_task(self, task_id: str) -> Standing:
        """Let the next step of a task's timeline begin now; later steps keep their distance to it."""
        return self._do(self._emulator.advance_task, task_id)

    def advance_clock(self, seconds: float) -> None:
        """Move all timelines on, as if so many seconds had passed."""
        self._do(self._emulator.advance_clock, seconds)

    def remove_task(self, task_id: str) -> None:
        """Forget a task, as the service does after a year."""
        self._do(self._emulator.remove_task, task_id)

    def add_fault(self, fault: Mapping[str, object]) -> None:
        """Add a fault in the words of a scenario; its calls are counted from now on."""
        self._do(self._emulator.add_fault, fault)

    def clear_faults(self) -> None:
        """Let everything go well from now on."""
        self._do(self._emulator.clear_faults)

    async def _until_called(self, count: int, within: float) -> None:
        try:
            await asyncio.wait_for(self._emulator.until_called(count), within)
        except TimeoutError:
            raise TimeoutError(
                f"{len(self._emulator.calls)} calls in {within:g} s, not {count}: look at `calls`, or wait longer"
            ) from None

    def _do(self, function: Callable[P, T], *arguments: P.args, **options: P.kwargs) -> T:
        """Run a function in the thread of the emulator, which is the only one that may touch it."""
        self._check()
        future: Future[T] = Future()

        def run() -> None:
            try:
                future.set_result(function(*arguments, **options))
            except Exception as error:  # noqa: BLE001  # it is raised where the call came from
                future.set_exception(error)

        self._loop.call_soon_threadsafe(run)
        return future.result()

    def _check(self) -> None:
        if not self._is_open:
            raise RuntimeError("the emulator is not open: use it inside `with BackgroundEmulator(…) as emulator`")

    def _run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def _end(self) -> None:
        self._is_open = False
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
