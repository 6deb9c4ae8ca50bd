"""What of other packages must be as we know it, beyond what they promise; and what to say where it is not.

Five rooms lean on insides: `rpc._proto` on Pulumi's stubs, `alibaba.sdk` on where the SDK keeps its models,
`alibaba.signing` on the SDK's signer, `alibaba.credentials` on how the credentials library speaks (`courier`) and renews
tokens (`oauth`), `ice_dynamic.insides` on what Pulumi does for a program. An installer holds the versions within bounds only if it
is asked to, and insides may change within them.
Knows the standard library, about and errors.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
from typing import TYPE_CHECKING

from ice_provider.about import REPOSITORY, VERSION
from ice_provider.errors import BadInstallation

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def leaning_on(package: str) -> Iterator[None]:
    """Import and try insides of a package in the body.

    Raises:
        BadInstallation: They are not as we know them, whatever was raised: generated stubs, for one, have exceptions of
            their own for a library that is too old.
    """
    try:
        yield
    except BadInstallation:
        raise
    except Exception as error:
        raise _unfit(package, error) from error


def _unfit(package: str, error: Exception) -> BadInstallation:
    return BadInstallation(
        f"{package} {_version(package)} does not fit pulumi-ice {VERSION}: {error or type(error).__name__}",
        [
            ("next", f"install both anew:  pip install --upgrade pulumi-ice {_bounds(package)}"),
            ("", f"or take the plugin with all its parts:  pulumi plugin install resource ice {VERSION}"),
            ("report", f"if that does not help: {REPOSITORY}/issues"),
        ],
    )


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "(which is not installed)"


def _bounds(package: str) -> str:
    """Return the requirement that our own distribution has of a package; its bare name where there is none."""
    try:
        ours = importlib.metadata.requires("pulumi-ice") or []
    except importlib.metadata.PackageNotFoundError:
        ours = []
    known = (each for each in ours if each.removeprefix(package)[:1] in "<>=~!")
    return f"'{next(known, package)}'"
