"""The manifests for the Pulumi Kubernetes Operator, taken apart, and what the kinds in them may hold."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Final

import yaml

from support.engine import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLE: Final = ROOT / "examples" / "kubernetes-operator"
KNOWN: Final[dict[str, Any]] = yaml.safe_load((ROOT / "tests" / "data" / "kubernetes-fields.yaml").read_text())
_ANY: Final = "*"


@functools.cache
def manifest(kind: str) -> dict[str, Any]:
    """Return the one manifest of a kind."""
    (found,) = (each for each in manifests() if each["kind"] == kind)
    return found


def manifests() -> list[dict[str, Any]]:
    """Return all that `kubectl apply` would be given."""
    return [document for path in sorted(EXAMPLE.glob("*.yaml")) for document in yaml.safe_load_all(path.read_text())]


def faults(given: Any, known: Any, path: str = "") -> Iterator[str]:
    """Yield what is wrong with a part of a manifest.

    Args:
        given: What stands there.
        known: What may: fields by name, `*` for a name that is free; a list of one for lists; else words that are a type
            or a value.
        path: Where.
    """
    if known == _ANY:
        return
    if isinstance(known, dict) and isinstance(given, dict):
        for name, value in given.items():
            if name in known or _ANY in known:
                yield from faults(value, known.get(name, known.get(_ANY)), f"{path}.{name}")
            else:
                yield f"{path}.{name} is no field"
    elif isinstance(known, list) and isinstance(given, list):
        for index, value in enumerate(given):
            yield from faults(value, known[0], f"{path}[{index}]")
    elif not isinstance(known, str) or not {type(given).__name__, str(given)} & set(known.split(" | ")):
        yield f"{path} is {given!r}, not {known}"


def project_file() -> str:
    """Return the project file that the operator makes of the Program.

    Source: pulumi/pulumi-kubernetes-operator v2.9.0, operator/internal/controller/pulumi/program_controller.go.
    """
    program = manifest("Program")
    return yaml.safe_dump({"name": program["metadata"]["name"], "runtime": "yaml", **program["program"]})
