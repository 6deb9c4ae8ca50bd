"""A plugin with one function that does nothing, on Pulumi's own `pulumi.provider.main`: what any plugin in Python costs."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

import pulumi.provider
from pulumi.provider.provider import InvokeResult

_FUNCTION = {"outputs": {"properties": {"status": {"type": "string"}}, "required": ["status"]}}
_SCHEMA = {"name": "empty", "version": "0.1.0", "functions": {"empty:index:getNothing": _FUNCTION}}


class Empty(pulumi.provider.Provider):
    """Answers every invoke with the same word."""

    def __init__(self) -> None:
        super().__init__("0.1.0", schema=json.dumps(_SCHEMA))

    def invoke(self, token: str, args: Mapping[str, Any]) -> InvokeResult:
        return InvokeResult(outputs={"status": "Succeed"})


if __name__ == "__main__":
    pulumi.provider.main(Empty(), sys.argv[1:])
