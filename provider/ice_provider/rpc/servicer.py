"""The provider protocol, RPC by RPC: decode, call, encode.

Knows no resource or function by name: both come from tables. What is the same for all of them is decided here, once:
unknown inputs, secrets, what a preview may show.

Source: proto/pulumi/provider.proto of pulumi/pulumi.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any, Final

import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct

from ice_provider import decoding, messages
from ice_provider.about import VERSION
from ice_provider.config import ProviderConfig
from ice_provider.declaration import changed, encode, properties, secret_names
from ice_provider.errors import InvalidInput, Problem
from ice_provider.functions import FUNCTIONS
from ice_provider.redaction import Redactor, without_words_of
from ice_provider.resources import RESOURCES, Resource
from ice_provider.rpc import values
from ice_provider.rpc._proto import plugin_pb2, provider_pb2_grpc
from ice_provider.rpc._proto import provider_pb2 as pb
from ice_provider.rpc.engine import Engine, Row
from ice_provider.rpc.errors import Guarded
from ice_provider.schema import package_schema
from ice_provider.session import Operation, Session

Context = grpc.aio.ServicerContext[Any, Any]
_ENGINES_OWN: Final = frozenset({"version", "pluginDownloadURL"})  # the engine adds these to a provider's inputs


class Servicer(provider_pb2_grpc.ResourceProviderServicer):
    """One provider process, as the engine sees it."""

    def __init__(self, engine: Engine, begin: Callable[[ProviderConfig], Session]) -> None:
        """Serve; `begin` makes the session of a configuration."""
        self._engine = engine
        self._begin = begin
        self._session: Session | None = None
        self._redactor = Redactor()

    # --- the provider itself ------------------------------------------------------------------------------------------

    async def Handshake(self, request: pb.ProviderHandshakeRequest, _context: Context) -> pb.ProviderHandshakeResponse:
        await self._engine.connect(request.engine_address)
        return pb.ProviderHandshakeResponse(accept_secrets=True)

    async def Attach(self, request: plugin_pb2.PluginAttach, _context: Context) -> Empty:
        await self._engine.connect(request.address)
        return Empty()

    async def GetPluginInfo(self, _request: Empty, _context: Context) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=VERSION)

    async def GetSchema(self, _request: pb.GetSchemaRequest, _context: Context) -> pb.GetSchemaResponse:
        return pb.GetSchemaResponse(schema=json.dumps(package_schema()))

    async def CheckConfig(self, request: pb.CheckRequest, _context: Context) -> pb.CheckResponse:
        """Check the form of the configuration, and mark its keys as secret even where the user forgot to."""
        news = values.decode(request.news)
        given = {name: value for name, value in values.read(request.news).items() if name not in _ENGINES_OWN}
        problems = decoding.check(ProviderConfig, given, textual=True)
        secrets = secret_names(ProviderConfig)
        marked = {
            name: values.Secret(value) if name in secrets and not values.holds_secret(value) else value
            for name, value in news.items()
        }
        # The engine prints the value beside a property's name, and what was meant as a key may stand under a wrong one.
        failures = [pb.CheckFailure(reason=str(problem)) for problem in problems]
        return pb.CheckResponse(inputs=values.encode(marked), failures=failures)

    async def DiffConfig(self, request: pb.DiffRequest, _context: Context) -> pb.DiffResponse:
        """Report every change, or the engine goes on with the old settings; never replace, because that replaces gates."""
        news, old_inputs = values.read(request.news), values.read(request.old_inputs)
        names = sorted(name for name in news.keys() | old_inputs.keys() if news.get(name) != old_inputs.get(name))
        changes = pb.DiffResponse.DIFF_SOME if names else pb.DiffResponse.DIFF_NONE
        return pb.DiffResponse(changes=changes, diffs=names)

    async def Configure(self, request: pb.ConfigureRequest, _context: Context) -> pb.ConfigureResponse:
        given = values.read(request.args)
        config = decoding.decode(
            ProviderConfig, {name: given[name] for name in given.keys() - _ENGINES_OWN}, textual=True
        )
        await self.close()
        self._session = self._begin(config)
        return pb.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    async def Cancel(self, _request: Empty, _context: Context) -> Empty:
        """End every wait now. The engine sends this on Ctrl-C, and again at the end of every normal run."""
        if self._session:
            self._session.stop()
        return Empty()

    def join(self, server: grpc.aio.Server, redactor: Redactor) -> None:
        """Answer the calls that this server gets; `redactor` takes secrets out of every status."""
        self._redactor = redactor
        guarded = Guarded(self, redactor, self._engine.debug)
        provider_pb2_grpc.add_ResourceProviderServicer_to_server(guarded, server)  # type: ignore[arg-type]  # by name

    async def close(self) -> None:
        """Let go of the session, if there is one."""
        if self._session:
            await self._session.close()

    # --- functions ----------------------------------------------------------------------------------------------------

    async def Invoke(self, request: pb.InvokeRequest, _context: Context) -> pb.InvokeResponse:
        function = _find(FUNCTIONS, request.tok, "function")
        given = values.read(request.args)
        try:
            arguments: Any = decoding.decode(function.inputs, given)
        except InvalidInput as mistakes:  # one entry, because Python programs see only the first of several
            return pb.InvokeResponse(failures=[pb.CheckFailure(reason=str(mistakes))])
        async with self._operation("", "read", preview=request.preview) as operation:
            outputs = await function.call(arguments, operation)
            result = await self._send(outputs, operation, request.args, nulls=False)
        response = pb.InvokeResponse()
        getattr(response, "return").CopyFrom(result)  # a keyword in Python
        return response

    # --- resources ----------------------------------------------------------------------------------------------------

    async def Check(self, request: pb.CheckRequest, _context: Context) -> pb.CheckResponse:
        """Check what the user wrote and give it back, sets in order: defaults are applied when they are used."""
        resource = _resource(request.urn)
        problems = decoding.check(resource.inputs, values.read(request.news))
        given = values.decode(request.news)
        inputs = dict(request.news.fields)
        for property_ in properties(resource.inputs):
            if property_.unordered and property_.name in inputs:
                inputs[property_.name] = values.as_set(inputs[property_.name])
        failures = [
            pb.CheckFailure(property=problem.path, reason=_shown(problem.reason, given.get(problem.path)))
            for problem in problems
        ]
        return pb.CheckResponse(inputs=Struct(fields=inputs), failures=failures)

    async def Diff(self, request: pb.DiffRequest, _context: Context) -> pb.DiffResponse:
        """Compare inputs, and outputs with what they would be today; every change is made in place."""
        resource = _resource(request.urn)
        news, old_inputs = values.read(request.news), values.read(request.old_inputs)
        names = changed(resource.inputs, old_inputs, news)
        drifted = self._configured().drift(values.read(request.olds))
        return pb.DiffResponse(
            changes=pb.DiffResponse.DIFF_SOME if names | drifted else pb.DiffResponse.DIFF_NONE,
            diffs=sorted(names | drifted),
            detailedDiff={name: pb.PropertyDiff(kind=_kind(name, old_inputs, news), inputDiff=True) for name in names},
            hasDetailedDiff=bool(names) and not drifted,  # the engine would show a drifted output as deleted
        )

    async def Create(self, request: pb.CreateRequest, _context: Context) -> pb.CreateResponse:
        resource = _resource(request.urn)
        given = values.read(request.properties)
        if decoding.holds_unknown(given):
            return pb.CreateResponse(properties=_what_is_sure(resource, request.properties))
        self._keep_secret(request.properties)
        inputs: Any = decoding.decode(resource.inputs, given)
        async with self._operation(
            request.urn, "create", timeout=request.timeout, preview=request.preview
        ) as operation:
            if not request.preview:
                outputs = await resource.create(inputs, operation)
                made = await self._send(outputs, operation, request.properties)
                return pb.CreateResponse(id=uuid.uuid4().hex, properties=made)
            foreseen = await resource.preview(inputs, operation)
            return pb.CreateResponse(properties=await self._foresee(resource, foreseen, operation, request.properties))

    async def Update(self, request: pb.UpdateRequest, _context: Context) -> pb.UpdateResponse:
        resource = _resource(request.urn)
        given, old_inputs, olds = values.read(request.news), values.read(request.old_inputs), values.read(request.olds)
        if decoding.holds_unknown(given):
            return pb.UpdateResponse(properties=_what_is_sure(resource, request.news))
        self._keep_secret(request.news)
        names = changed(resource.inputs, old_inputs, given) | self._configured().drift(olds)
        recorded = _recorded(resource, olds)
        async with self._operation(
            request.urn, "update", timeout=request.timeout, preview=request.preview
        ) as operation:
            outputs = await resource.update(decoding.decode(resource.inputs, given), recorded, names, operation)
            if outputs is recorded:  # word for word, so that nothing shows as changed
                return pb.UpdateResponse(properties=request.olds)
            return pb.UpdateResponse(properties=await self._foresee(resource, outputs, operation, request.news))

    async def Read(self, request: pb.ReadRequest, _context: Context) -> pb.ReadResponse:
        """Give back what was recorded, without a call: an ended task does not change. Else adopt the task."""
        resource = _resource(request.urn)
        given = values.read(request.properties)
        needed = {property_.name for property_ in properties(resource.outputs) if property_.required}
        if needed <= given.keys():
            return pb.ReadResponse(id=request.id, properties=request.properties, inputs=request.inputs)
        timeout = getattr(request, "timeout", 0.0)  # stubs of Pulumi before 3.246 have none
        async with self._operation(request.urn, "read", timeout=timeout) as operation:
            inputs, outputs = await resource.adopt(given, request.id, operation)
            return pb.ReadResponse(
                id=request.id,
                properties=await self._send(outputs, operation, request.properties),
                inputs=values.encode(encode(inputs)),
            )

    async def Delete(self, _request: pb.DeleteRequest, _context: Context) -> Empty:
        """Forget a gate; it never made anything in the cloud."""
        return Empty()

    # --- what they share ----------------------------------------------------------------------------------------------

    def _keep_secret(self, inputs: Struct) -> None:
        """Let no message repeat what was given as a secret: an error shows the condition that it is about."""
        for value in values.decode(inputs).values():
            if isinstance(value, values.Secret) and isinstance(value.value, str):
                self._redactor.learn_input(value.value)

    def _configured(self) -> Session:
        if self._session is None:
            raise InvalidInput([Problem("", "the provider is not configured: Configure has to come first")])
        return self._session

    def _operation(self, urn: str, name: str, *, timeout: float = 0.0, preview: bool = False) -> Operation:
        return Operation(self._configured(), Row(self._engine, urn), name, timeout=timeout, preview=preview)

    async def _send(self, outputs: Any, operation: Operation, inputs: Struct, *, nulls: bool = True) -> Struct:
        """Return outputs as a Struct; what was secret as an input stays secret, what cannot be sent is left out.

        Absent outputs of a resource are sent as null: the engine takes a missing one for unknown, now and in every
        later preview.
        """
        given = values.decode(inputs)
        cls: type = type(outputs)
        secrets = secret_names(cls) | {name for name, value in given.items() if values.holds_secret(value)}
        struct, left_out = values.encode_outputs(encode(outputs, nulls=nulls), secrets)
        if left_out:
            await operation.reporter.warn(messages.left_out(left_out))
        return struct

    async def _foresee(self, resource: Resource, outputs: Any | None, operation: Operation, inputs: Struct) -> Struct:
        """Return outputs as a Struct; of those that only `pulumi up` can know, what is sure."""
        if outputs is None:
            return _what_is_sure(resource, inputs)
        return await self._send(outputs, operation, inputs)


def _find(table: Mapping[str, Any], token: str, kind: str) -> Any:
    if token not in table:
        raise InvalidInput([Problem("", f"the package ice has no {kind} {token}{decoding.suggest(token, table)}")])
    return table[token]


def _resource(urn: str) -> Resource:
    """Return the resource that a URN names: `urn:pulumi:stack::project::parent$type::name`."""
    qualified = urn.split("::")[2] if urn.count("::") >= 3 else ""  # noqa: PLR2004
    found: Resource = _find(RESOURCES, qualified.rpartition("$")[2], "resource")
    return found


def _shown(reason: str, given: Any) -> str:
    """Return what is wrong with an input; of one that is secret, without its words, which a reason may quote."""
    is_hidden = isinstance(given, values.Secret) and isinstance(given.value, str)
    return without_words_of(given.value, reason) if is_hidden else reason


def _what_is_sure(resource: Resource, inputs: Struct) -> Struct:
    """Return the outputs that the inputs alone tell; the engine takes the others for unknown."""
    names = {property_.name for property_ in properties(resource.outputs)}
    return Struct(fields={name: value for name, value in inputs.fields.items() if name in names})


def _recorded(resource: Resource, olds: Mapping[str, Any]) -> Any:
    """Return the recorded outputs; names that only another version of the provider knows are passed over."""
    return decoding.decode(resource.outputs, decoding.among(olds, resource.outputs))


def _kind(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> pb.PropertyDiff.Kind.ValueType:
    if old.get(name) is None and new.get(name) is not None:
        return pb.PropertyDiff.ADD
    if old.get(name) is not None and new.get(name) is None:
        return pb.PropertyDiff.DELETE
    return pb.PropertyDiff.UPDATE
