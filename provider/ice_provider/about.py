"""What this package is called, which version it is, and where it lives. Knows nothing."""

from __future__ import annotations

from typing import Final

VERSION: Final = "0.1.0"
"""The one place where it stands; the build of the distribution reads it here."""
REPOSITORY: Final = "https://github.com/pulumi-ice/pulumi-ice"
DOWNLOADS: Final = "github://api.github.com/pulumi-ice/pulumi-ice"
"""Where `pulumi plugin install` finds a release."""
