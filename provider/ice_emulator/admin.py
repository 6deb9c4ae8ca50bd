"""The admin API: what `Steering` does, over HTTP, for pipelines whose steps are commands.

It is not there unless whoever starts the emulator gives it a token, which every request must carry. A browser sends
such a header to a foreign address only after asking, and it is not answered.

Must not know: aiohttp, how a task moves.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from ice_emulator.answers import Answer, encode
from ice_emulator.document import ScenarioError
from ice_emulator.request import Refused
from ice_emulator.signature import same
from ice_emulator.steering import Steering
from ice_emulator.tasks import Standing

PREFIX = "/admin/"
SHORTEST_TOKEN = 16  # characters
LISTED = 10_000  # calls


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """What is asked for.

    Attributes:
        task_id: Of the path; empty where it has none.
        words: Of the query.
        body: A mapping or a list; empty when there is none.
    """

    task_id: str
    words: Mapping[str, str]
    body: Any


class Admin:
    """Answers requests whose path begins with PREFIX."""

    def __init__(self, steering: Steering, token: str) -> None:
        """Steer on behalf of whoever has the token.

        Raises:
            ValueError: The token is too short to be kept secret.
        """
        if len(token) < SHORTEST_TOKEN or not token.isascii() or not token.isprintable() or " " in token:
            message = f"an admin token has {SHORTEST_TOKEN} or more printable ASCII characters and no space"
            raise ValueError(f"{message}: make one with `openssl rand -hex 16`")
        self._steering = steering
        self._token = token

    def answer(self, method: str, target: str, authorization: str, body: bytes | None) -> Answer:
        """Answer a request; `body` is None when it was too long."""
        try:
            self._admit(authorization)
            act, wish = _understand(method, target, body)
            return _json(200, act(self._steering, wish))
        except Refused as refusal:
            return _json(refusal.status, {"error": str(refusal)}, refusal.code)
        except KeyError as error:
            return _json(404, {"error": _no_task(error.args[0])}, "NoTask")
        except (ScenarioError, ValueError) as error:
            return _json(400, {"error": str(error)}, "BadRequest")

    def _admit(self, authorization: str) -> None:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not same(self._token, token.strip()):
            raise Refused(401, "Unauthorized", "send the header `Authorization: Bearer TOKEN` with the admin token")


def _calls(steering: Steering, wish: _Wish) -> object:
    wanted = [call for call in steering.calls if wish.words.get("taskId") in {None, call.task_id}][-LISTED:]
    return {"calls": [{_camel(name): value for name, value in asdict(call).items()} for call in wanted]}


def _tasks(steering: Steering, _: _Wish) -> object:
    return {"tasks": [_as_json(standing) for standing in steering.standings]}


def _task(steering: Steering, wish: _Wish) -> object:
    return _as_json(steering.standing(wish.task_id))


def _add_task(steering: Steering, wish: _Wish) -> object:
    steering.add_task(wish.body)
    return _as_json(steering.standing(wish.body["taskId"]))


def _remove_task(steering: Steering, wish: _Wish) -> object:
    steering.remove_task(wish.task_id)
    return {}


def _advance_task(steering: Steering, wish: _Wish) -> object:
    return _as_json(steering.advance_task(wish.task_id))


def _set_timeline(steering: Steering, wish: _Wish) -> object:
    if not isinstance(wish.body, list):
        raise Refused(
            400, "BadRequest", 'the body is no timeline: send a list such as [{"after": 0, "status": "Processing"}]'
        )
    steering.set_timeline(wish.task_id, wish.body)
    return _as_json(steering.standing(wish.task_id))


def _advance_clock(steering: Steering, wish: _Wish) -> object:
    seconds = wish.body.get("seconds") if isinstance(wish.body, dict) else None
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise Refused(400, "BadRequest", 'the body tells no number of seconds: send such as {"seconds": 60}')
    steering.advance_clock(seconds)
    return {}


def _add_fault(steering: Steering, wish: _Wish) -> object:
    steering.add_fault(wish.body)
    task_id = wish.body.get("taskId")
    is_there = task_id is None or any(standing.task_id == task_id for standing in steering.standings)
    return {} if is_there else {"warning": _no_task(task_id)}  # and no error: the task may come later


def _clear_faults(steering: Steering, _: _Wish) -> object:
    steering.clear_faults()
    return {}


Act = Callable[[Steering, _Wish], object]

ROUTES: Mapping[tuple[str, str], tuple[str, Act]] = {
    ("GET", "calls"): (
        "the calls received so far, at most the last 10,000; `?taskId=` for those about one task",
        _calls,
    ),
    ("GET", "tasks"): ("every task, its status and how often it was read", _tasks),
    ("POST", "tasks"): ("add a task in the words of a scenario, or start it anew", _add_task),
    ("GET", "tasks/ID"): ("one task", _task),
    ("DELETE", "tasks/ID"): ("forget a task, as the service does after a year", _remove_task),
    ("POST", "tasks/ID/advance"): ("let the next step of its timeline begin now", _advance_task),
    ("PUT", "tasks/ID/timeline"): ("give it another timeline, which begins now", _set_timeline),
    ("POST", "clock/advance"): ("move all timelines on by `seconds`", _advance_clock),
    ("POST", "faults"): (
        "add a fault in the words of a scenario; its calls count from now on; warns when its task is not there",
        _add_fault,
    ),
    ("DELETE", "faults"): ("let everything go well from now on", _clear_faults),
}
"""What can be asked for, by method and path, with what it does."""

_PATHS = {path: re.compile(path.replace("ID", "([^/]+)")) for _, path in ROUTES}


def _understand(method: str, target: str, body: bytes | None) -> tuple[Act, _Wish]:
    parts = urlsplit(target)
    path = parts.path.removeprefix(PREFIX)
    found = next(((name, match) for name, pattern in _PATHS.items() if (match := pattern.fullmatch(path))), None)
    if found is None:
        known = ", ".join(f"{PREFIX}{each}" for each in _PATHS)
        raise Refused(404, "NotFound", f"nothing is here: there are {known}")
    name, match = found
    if (method, name) not in ROUTES:
        allowed = ", ".join(verb for verb, each in ROUTES if each == name)
        raise Refused(405, "MethodNotAllowed", f"{PREFIX}{name} knows {allowed}, not {method}")
    task_id = unquote(match[1]) if match.groups() else ""
    words = {word: values[-1] for word, values in parse_qs(parts.query).items()}
    return ROUTES[method, name][1], _Wish(task_id=task_id, words=words, body=_read(body))


def _read(body: bytes | None) -> object:
    if body is None:
        raise Refused(413, "EntityTooLarge", "the body is too long: send what changes, not the whole scenario")
    try:
        value = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise Refused(
            400, "BadRequest", 'the body is no JSON: send such as {"taskId": "movie-1", "timeline": []}'
        ) from None
    if not isinstance(value, dict | list):
        raise Refused(400, "BadRequest", "the body is neither a JSON object nor a list: put braces around it")
    return value


def _no_task(task_id: object) -> str:
    return f"there is no task {task_id!r}: GET {PREFIX}tasks lists them"


def _as_json(standing: Standing) -> dict[str, object]:
    return {_camel(name): value for name, value in asdict(standing).items()}


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(each.title() for each in others)


def _json(status: int, body: object, code: str = "") -> Answer:
    return Answer(status=status, body=encode(body), code=code)
