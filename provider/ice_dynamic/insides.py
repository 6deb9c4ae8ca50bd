"""What the dynamic flavour needs of Pulumi and Pulumi does not promise, in our words, tried when it is imported.

No public function waits for what others depend on, makes the results of a function of plain values, or pickles a
provider as `pulumi.dynamic` does. Knows Pulumi, and no gate and no function.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import pulumi

from ice_provider.installation import leaning_on

if TYPE_CHECKING:
    from google.protobuf.struct_pb2 import Struct


def _try(inside: Callable[..., Any], *given: str) -> None:
    """See that a function can be called as we call it."""
    try:
        inspect.signature(inside).bind(*given)
    except TypeError as error:
        raise TypeError(f"{inside.__name__}: {error}") from error


with leaning_on("pulumi"):
    from pulumi.dynamic.dynamic import serialize_provider
    from pulumi.output import Unknown
    from pulumi.runtime._depends_on import _resolve_depends_on
    from pulumi.runtime.rpc import _expand_dependencies, deserialize_properties, translate_output_properties

    _depends_on_list = pulumi.InvokeOutputOptions._depends_on_list  # noqa: SLF001
    _try(serialize_provider, "provider")
    _try(_resolve_depends_on, "resources")
    _try(_expand_dependencies, "resources", "seen from")
    _try(deserialize_properties, "struct")
    _try(translate_output_properties, "properties", "names", "class")
    _try(_depends_on_list, "options")

__all__ = ["Unknown", "depended_on", "pickled", "plain", "typed"]

T = TypeVar("T")


async def depended_on(opts: pulumi.InvokeOutputOptions) -> Sequence[pulumi.Resource]:
    """Return what a call depends on by its options, with the children of components."""
    named = await _resolve_depends_on(_depends_on_list(opts))
    return list((await _expand_dependencies(named, None)).values())


def plain(struct: Struct) -> Any:
    """Return the values of a Struct as Pulumi gives them to a program."""
    return deserialize_properties(struct)


def typed(properties: Any, cls: Callable[..., T]) -> Any:
    """Return properties in which every object is what the annotations of a generated class say."""
    return translate_output_properties(properties, lambda name: name, cls)  # type: ignore[arg-type]  # a class


def pickled(provider: pulumi.dynamic.ResourceProvider) -> str:
    """Return a provider as the state keeps it."""
    text: str = serialize_provider(provider)
    return text
