"""Pulumi's own stubs, loaded without running `pulumi/__init__`, which costs half of the cold start.

This package's path is the installed `pulumi/runtime/proto`, whose modules import each other relatively and so need
nothing above them. The real `pulumi` can be imported afterwards and shares the same message classes.
"""

from importlib.util import find_spec

_pulumi = find_spec("pulumi")
if _pulumi is None or not _pulumi.submodule_search_locations:
    raise ModuleNotFoundError("the package `pulumi` is not installed: pip install pulumi")
__path__ = [f"{place}/runtime/proto" for place in _pulumi.submodule_search_locations]
