"""The plugin as the archive starts it: with the environment of the user's machine, not that of the build.

Runs only once frozen, where it is the main program.
"""

from __future__ import annotations

import os
from collections.abc import MutableMapping, Sequence
from pathlib import Path

LIBRARIES = "LD_LIBRARY_PATH"
CERTIFICATES = "SSL_CERT_FILE"
PLACES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu, Arch
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora, RHEL
    "/etc/ssl/ca-bundle.pem",  # openSUSE
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  # CentOS
    "/etc/ssl/cert.pem",  # macOS
)
"""Where systems keep the certificates that they trust. Source: crypto/x509/root_linux.go and root_bsd.go of Go."""


def main() -> None:
    """Serve the provider protocol."""
    give_back_the_libraries(os.environ)
    trust_what_the_system_trusts(os.environ)

    from ice_provider.__main__ import main as serve  # noqa: PLC0415  # reads the environment

    serve()


def give_back_the_libraries(environment: MutableMapping[str, str]) -> None:
    """Let commands that hand out keys be run with the libraries of the system, and not with those of the archive.

    Source: https://pyinstaller.org/en/stable/common-issues-and-pitfalls.html, on external programs.
    """
    environment.pop(LIBRARIES, None)
    theirs = environment.pop(f"{LIBRARIES}_ORIG", None)
    if theirs is not None:
        environment[LIBRARIES] = theirs


def trust_what_the_system_trusts(environment: MutableMapping[str, str], places: Sequence[str] = PLACES) -> None:
    """Name the system's certificates: the library in the archive looks where those of the build machine were."""
    if CERTIFICATES not in environment and "SSL_CERT_DIR" not in environment:
        found = next((place for place in places if Path(place).is_file()), None)
        if found is not None:
            environment[CERTIFICATES] = found


if __name__ == "__main__":
    main()
