"""What this package is called, and where it lives. Knows the standard library only."""

from __future__ import annotations

from typing import Final

DISTRIBUTION: Final = "pulumi-ice"
REPOSITORY: Final = "https://github.com/pulumi-ice/pulumi-ice"
DOWNLOADS: Final = "github://api.github.com/pulumi-ice/pulumi-ice"
"""Where `pulumi plugin install` finds a release."""


def version() -> str:
    """Return the version of the installed distribution: the one place where it stands is pyproject.toml."""
    import importlib.metadata  # noqa: PLC0415  # ten milliseconds that the start of the plugin does not have

    return importlib.metadata.version(DISTRIBUTION)
