"""What Pulumi says about our plugin, and what brings it about. A page tells of these, and the engine is heard saying them."""

from __future__ import annotations

from typing import Final

MESSAGES: Final = {
    "not installed": "no resource plugin 'pulumi-resource-ice' found in the workspace or on your $PATH",
    "not published": "could not find latest version for provider ice",
    "of a checkout": "parsing plugin options for 'ice': no folder at path …",
    "on PATH": "using pulumi-resource-ice from $PATH at …",
}
