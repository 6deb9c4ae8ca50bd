"""What the command calls settings and inputs: its options, and for secrets the variables that hold them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from typing import Any, Final

from ice_provider.errors import InvalidInput
from ice_provider.wording import LimitSource, Wording

_OPTIONS: Final = {
    "successStatuses": "--success",
    "failureStatuses": "--failure",
    "pendingStatuses": "--pending",
    "waitTimeout": "--timeout",
    "taskIds": "the command",
}
_VARIABLES: Final = {  # a secret on a command line would stand in the list of processes
    "accessKey": "ALIBABA_CLOUD_ACCESS_KEY_ID",
    "secretKey": "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
    "securityToken": "ALIBABA_CLOUD_SECURITY_TOKEN",
    "credentialsUri": "ALIBABA_CLOUD_CREDENTIALS_URI",
}
_NAME: Final = re.compile(r"[a-z]+(?:[A-Z][a-z]+)*(?=\[|\.|\Z)")
_TASKS: Final = ("taskId", "taskIds")


class CommandLine(Wording):
    """The words of whoever runs `ice-gate`."""

    speaker = "ice-gate"
    again = "`ice-gate wait`"
    key_pair = ""

    def setting(self, name: str) -> str:
        """See `Wording`."""
        return _VARIABLES.get(name) or self.input(name)

    def chosen(self, name: str, value: Any = "") -> str:
        """See `Wording`; a switch has no value."""
        return self.setting(name) if value in {"", "true"} else f"{self.setting(name)} {value}"

    def elsewhere(self, name: str) -> tuple[str, ...]:  # noqa: ARG002  # the variables are named with it
        """See `Wording`."""
        return ()

    def input(self, name: str) -> str:
        """See `Wording`."""
        return _OPTIONS.get(name) or option(name)

    def given(self, name: str, value: Any) -> str:
        """See `Wording`."""
        return f"{self.input(name)} {value}"

    def listing(self, words: Iterable[str]) -> str:
        """See `Wording`."""
        return shlex.quote(",".join(words))

    def raise_limit(self, operation: str, source: LimitSource, more: str) -> list[str]:  # noqa: ARG002  # one way
        """See `Wording`."""
        return [f"or raise the limit:  --timeout {more}"]


def option(name: str) -> str:
    """Return `--ca-file` for `caFile`."""
    return "--" + re.sub(r"[A-Z]", lambda match: f"-{match[0].lower()}", name)


def mistakes(error: InvalidInput) -> str:
    """Return every mistake with the option it was made in."""
    return error.named(_place)


def _place(path: str) -> str:
    """Return where a mistake is; a variable of the environment stays what it is."""
    name = _NAME.match(path)
    if name is None:
        return path
    return "TASK" if name[0] in _TASKS else CommandLine().setting(name[0])
