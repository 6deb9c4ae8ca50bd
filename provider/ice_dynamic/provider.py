"""What Pulumi calls for every dynamic gate: one provider over the core's table of resources.

An instance is pickled into the state and holds a token, the customTimeouts, which the engine keeps from dynamic
providers, and nothing else. States name this class, so its name and place must stay. All decisions are the core's. Must
not know any gate by name.
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from pulumi import dynamic

from ice_dynamic.insides import Unknown
from ice_dynamic.process import Process, process
from ice_dynamic.running import configuration
from ice_dynamic.wording import snake, spoken
from ice_provider import decoding, durations, messages
from ice_provider.declaration import changed, encode, properties
from ice_provider.resources import RESOURCES, Resource
from ice_provider.rpc import values
from ice_provider.session import Operation

CODE: Final = "__provider"  # where Pulumi keeps the pickled provider
URN: Final = "__urn"  # Pulumi hides names that begin so; some versions even from us, then lines go to the stack's row
SECRETS: Final = "__secrets"  # the arguments that are secret: no message may repeat them


class GateProvider(dynamic.ResourceProvider):
    """Serves the gates of one token, in a process of Pulumi's own."""

    _process: Process
    _limits: Mapping[str, str] = MappingProxyType({})

    def __init__(self, token: str, limits: Mapping[str, str] | None = None) -> None:
        """Take the token of the core's resource, and its customTimeouts by the names of operations."""
        super().__init__()
        self._token = token
        if limits:
            self._limits = dict(limits)

    def configure(self, req: dynamic.ConfigureRequest) -> None:
        """Join what serves this process; the pickled provider never has it."""
        found = configuration(lambda name: req.config.get(f"ice:{name}"))
        self._process = process(tuple(sorted(found.items())))

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> dynamic.CheckResult:
        """Name every mistake with its remedy; bring sets into order."""
        problems = spoken(lambda: decoding.check(self._resource.inputs, _among(news, self._resource.inputs)))
        failures = [dynamic.CheckFailure(snake(problem.path), problem.reason) for problem in problems]
        sets = {p.name for p in properties(self._resource.inputs) if p.unordered}
        inputs = {name: _as_set(value) if name in sets else value for name, value in news.items()}
        return dynamic.CheckResult(inputs, failures)

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> dynamic.DiffResult:
        """Compare inputs, and outputs with what they would be today; every change is made in place."""

        async def compare(operation: Operation) -> bool:
            return bool(self._changed(olds, news, operation))

        return dynamic.DiffResult(changes=self._process.settle(compare, "read"), replaces=[])

    def create(self, props: dict[str, Any]) -> dynamic.CreateResult:
        """Wait."""

        async def wait(operation: Operation) -> Any:
            return await self._resource.create(self._inputs(props), operation)

        return dynamic.CreateResult(uuid.uuid4().hex, self._settle(wait, "create", props))

    def update(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> dynamic.UpdateResult:
        """Wait again, judge again, or change nothing, as the core says."""

        async def again(operation: Operation) -> Any:
            cls: type = self._resource.outputs
            recorded: Any = decoding.decode(cls, _among(olds, cls))
            names = self._changed(olds, news, operation)
            return await self._resource.update(self._inputs(news), recorded, names, operation)

        return dynamic.UpdateResult(self._settle(again, "update", news))

    def read(self, id_: str, props: dict[str, Any]) -> dynamic.ReadResult:
        """Return what was recorded, without a call: an ended task does not change. Else adopt the task."""
        recorded = _among(props, self._resource.outputs)
        if {p.name for p in properties(self._resource.outputs) if p.required} <= recorded.keys():
            return dynamic.ReadResult(id_, props)
        adopted: dict[str, Any] = {}

        async def adopt(operation: Operation) -> Any:
            inputs, outputs = await self._resource.adopt(props, id_, operation)
            adopted.update(encode(inputs))
            return outputs

        found = self._settle(adopt, "read", props)
        return dynamic.ReadResult(id_, adopted | found)

    @property
    def _resource(self) -> Resource:
        return RESOURCES[self._token]

    def _inputs(self, props: Mapping[str, Any]) -> Any:
        cls: type = self._resource.inputs
        return decoding.decode(cls, _among(props, cls))

    def _changed(self, olds: Mapping[str, Any], news: Mapping[str, Any], operation: Operation) -> frozenset[str]:
        """Return the names of what is to be updated; a dynamic resource has its old inputs only among its outputs."""
        cls: type = self._resource.inputs
        drifted = operation.session.drift(olds)
        return changed(cls, _among(olds, cls), _among(news, cls)) | drifted

    def _settle(
        self, act: Callable[[Operation], Awaitable[Any]], name: str, props: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return what the state keeps after an operation: the properties given to it, and the outputs it brings."""

        async def send(operation: Operation) -> dict[str, Any]:
            struct, left_out = values.encode_outputs(encode(await act(operation)))
            if left_out:
                await operation.reporter.warn(messages.left_out(left_out))
            return values.read(struct)

        hidden = [props.get(p.name) for p in properties(self._resource.inputs) if p.attribute in props.get(SECRETS, ())]
        self._process.keep_secret(*(value for value in hidden if isinstance(value, str)))
        limit = self._limits.get(name)
        timeout = durations.parse(limit) if limit else 0.0
        outputs = self._process.settle(send, name, urn=props.get(URN, ""), timeout=timeout)
        return {**{key: value for key, value in props.items() if key != CODE}, **outputs}


def _among(props: Mapping[str, Any], cls: type) -> dict[str, Any]:
    """Return those of a resource's properties that are declared, in the core's form."""
    return {p.name: _known(decoding.among(props[p.name], p.type)) for p in properties(cls) if p.name in props}


def _known(value: Any) -> Any:
    match value:
        case Unknown():
            return decoding.UNKNOWN
        case dict():
            return {key: _known(part) for key, part in value.items()}
        case list():
            return [_known(part) for part in value]
    return value


def _as_set(value: Any) -> Any:
    is_texts = isinstance(value, list) and all(isinstance(part, str) for part in value)
    return sorted(set(value)) if is_texts else value
