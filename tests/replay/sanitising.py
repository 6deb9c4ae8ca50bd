"""From the engine's log to a recording that anyone may read: nothing of the machine, of the moment or of a secret.

Knows the form of a recording, see `support.replay`, and nothing of engines.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from support.replay import ANYTHING, ENGINE, SERVICE

SECRET: Final = "[secret]"
"""Stands for every secret. The service of a replay knows it as a key, and the provider shows it as it is."""
REQUEST: Final = "00000000-0000-0000-0000-000000000000"
"""Stands for the ID of a request."""

_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_UNKNOWN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_SERVICE: Final = "/pulumirpc.ResourceProvider/"
_OWN: Final = {"Create": ("id",), "GetPluginInfo": ("version",), "GetSchema": ("schema",)}
"""What each answer makes up anew, by method."""
_OUTPUTS: Final = {"Create": "properties", "Update": "properties", "Read": "properties", "Invoke": "return"}
"""Where outputs stand, by method: a later version may have more of them."""
_STANDING: Final = {"engineAddress": ENGINE, "rootDirectory": "/plugin", "programDirectory": "/plugin"}
_LEFT_OUT: Final = frozenset(
    {"mapperTarget", "loaderTarget", "resolverTarget", "resourceStatusAddress", "resourceStatusToken", "randomSeed"}
)
"""What the engine tells of itself alone: where it can be asked, and with which token."""
_REQUEST_ID: Final = re.compile(r"\b[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}\b")
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")


def sanitised(log: str, *, service: str, secrets: Iterable[str], times: str) -> Iterator[str]:
    """Return the lines of a recording.

    Args:
        log: What the engine has written.
        service: The address of the service.
        secrets: Every secret that was in play; what the engine marks as secret is found without.
        times: The scenario; a time that does not stand in it is one of the moment.
    """
    calls = [json.loads(line) for line in log.splitlines()]
    ours = [call for call in calls if call["method"].startswith(_SERVICE)]
    ended = [call for call in ours if call.get("progress") == "response_completed"]
    names = {gate: f"gate-{number}" for number, gate in enumerate(_gates(ended), 1)}
    names |= dict.fromkeys(_providers(ended), "provider")
    replaced = {**dict.fromkeys(secrets, SECRET), service: SERVICE, **names}
    for call in ended:
        yield json.dumps(_line(call, replaced, times), ensure_ascii=False)


def _line(call: Mapping[str, Any], replaced: Mapping[str, str], times: str) -> dict[str, Any]:
    method = call["method"].removeprefix(_SERVICE)
    request = {name: each for name, each in call["request"].items() if name not in _LEFT_OUT}
    request |= {name: standing for name, standing in _STANDING.items() if name in request}
    line = {"method": call["method"], "request": _clean(request, replaced)}
    if "errors" in call:
        return line | {"errors": _clean(call["errors"], replaced)}
    told = _pattern(_clean(call["response"], replaced), times)
    told |= {name: ANYTHING for name in _OWN.get(method, ()) if name in told}
    outputs = _OUTPUTS.get(method, "")
    if outputs in told and call["response"][outputs] != request.get(outputs):  # not recorded ones, handed back
        told[outputs][ANYTHING] = ANYTHING
    return line | {"response": told}


def _gates(calls: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Return the ID that each gate was given when it was made."""
    for call in calls:
        if call["method"] == f"{_SERVICE}Create" and (call.get("response") or {}).get("id"):
            yield call["response"]["id"]


def _providers(calls: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Return the IDs that the engine has given to the provider, which a first preview does not know."""
    for call in calls:
        if call["method"] == f"{_SERVICE}Configure" and call["request"].get("id", _UNKNOWN) != _UNKNOWN:
            yield call["request"]["id"]


def _clean(value: Any, replaced: Mapping[str, str]) -> Any:
    """Return a document without what `replaced` names, IDs of requests, and what is marked as secret."""
    match value:
        case dict() if _SIGNATURE in value:
            return value | {"value": SECRET}
        case dict():
            return {name: _clean(each, replaced) for name, each in value.items()}
        case list():
            return [_clean(each, replaced) for each in value]
        case str():
            for text, standing in replaced.items():
                value = value.replace(text, standing)
            return _REQUEST_ID.sub(REQUEST, value)
    return value


def _pattern(value: Any, times: str) -> Any:
    """Return the pattern that an answer must match: word for word, except where it tells of the moment or a secret."""
    match value:
        case dict() if _SIGNATURE in value:
            return value | {"value": ANYTHING}
        case {"reason": str()}:  # of a check that fails: for a person, as the text of an error is
            return value | {"reason": ANYTHING}
        case dict():
            return {_escaped(name): _pattern(each, times) for name, each in value.items()}
        case list():
            return [_pattern(each, times) for each in value]
        case "*":
            return {"\\": value}
        case str() if value == REQUEST or (_TIME.fullmatch(value) and value not in times):
            return ANYTHING
    return value


def _escaped(name: str) -> str:
    return f"\\{name}" if name.startswith(("*", "\\")) else name
