"""A file that holds a token nobody else may read: made when it is not there.

Must not know: what the token opens.
"""

import os
import secrets
import stat
from pathlib import Path

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def token_in(path: Path) -> str:
    """Return the token that a file holds; a new one if there is no file.

    Raises:
        ValueError: Others may read the file, or it is no text.
        OSError: It can be neither read nor made.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return _made(path)
    with os.fdopen(descriptor, encoding="ascii") as file:
        if os.fstat(descriptor).st_mode & _OTHERS:
            raise ValueError(f"others may read {path}: chmod 600 it, with a new token in it")
        try:
            return file.read(4096).strip()
        except UnicodeDecodeError:
            raise ValueError(f"{path} holds no token in plain ASCII: remove it, and a new one is made") from None


def _made(path: Path) -> str:
    token = secrets.token_urlsafe(24)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"{token}\n")
    return token
