"""Pulumi's own stubs, loaded without running `pulumi/__init__`, which costs half of the cold start.

This package's path is the installed `pulumi/runtime/proto`, whose modules import each other relatively and so need
nothing above them. The real `pulumi` can be imported afterwards and shares the same message classes.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import Final

from ice_provider.installation import leaning_on

STUBS: Final = ("engine_pb2", "engine_pb2_grpc", "plugin_pb2", "provider_pb2", "provider_pb2_grpc")

_pulumi = find_spec("pulumi")
__path__ = [f"{place}/runtime/proto" for place in (_pulumi and _pulumi.submodule_search_locations) or ()]

with leaning_on("pulumi"):
    for _stub in STUBS:
        import_module(f"{__name__}.{_stub}")
