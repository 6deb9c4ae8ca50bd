"""Standard output and standard error: without secrets, and with nothing that steers a terminal but our own colours.

Names and reasons come from the service, which has them from whoever made the workflow.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TextIO

from ice_provider.redaction import Redactor

_SECRET_NAME: Final = re.compile(r"(?i)(security|sts)[-_]?token|signature")
_MASK: Final = "[secret]"


class Closed(Exception):
    """Whoever read standard output has closed it."""


class NotWritten(Exception):
    """Something cannot be written; the message says what and why."""


def printable(text: str) -> str:
    """Return a text in one line, with a space for whatever is not printed: an escape could steer the terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _escaped(letter: str) -> str:
    """Return a letter of a JSON text as it may be shown: some controls and ends of lines are plain letters to JSON."""
    return letter if letter.isprintable() else json.dumps(letter)[1:-1]


class Output:
    """Where a command speaks.

    Attributes:
        out: Standard output, for text: a stream that lets no secret through and raises `Closed` and `NotWritten`.
        is_watched: Whether a person sees it change: it is a terminal that can move its cursor.
    """

    def __init__(self, redactor: Redactor, *, is_watched: bool) -> None:
        """Speak through this redactor."""
        self.out = _Guarded(sys.stdout, redactor.redact)
        self._raw = _Guarded(sys.stdout, lambda text: text)
        self.is_watched = is_watched
        self._redactor = redactor
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):  # what the encoding of a machine lacks becomes a question mark
                stream.reconfigure(errors="replace")

    def clean(self, text: str) -> str:
        """Return a text as one line that may be shown."""
        return printable(self._redactor.redact(text))

    def line(self, text: str) -> None:
        """Print a line. See `out` for what it raises."""
        self.block(f"{printable(text)}\n")

    def block(self, text: str) -> None:
        """Print a text as it is, but for secrets. See `out` for what it raises."""
        self.out.write(text)
        self.out.flush()

    def document(self, text: str) -> None:
        """Print a document all of whose texts are clean: to take a secret out of the whole could break its syntax."""
        self._raw.write(text)
        self._raw.flush()

    def value(self, value: Any) -> None:
        """Print a value as JSON in one line, without secrets; what is not printed is escaped, as JSON can."""
        text = json.dumps(self._cleaned(value), ensure_ascii=False, separators=(",", ":"))
        escaped = text if text.isprintable() else "".join(map(_escaped, text))
        self.document(escaped + "\n")

    def warn(self, text: str) -> None:
        """Print what the person should know, on standard error."""
        self._beside(f"warning: {text}")

    def fail(self, text: str) -> None:
        """Print why the command fails, on standard error."""
        self._beside(f"error: {text}")

    def _cleaned(self, value: Any) -> Any:
        match value:
            case str():
                return self._redactor.redact(value)
            case Mapping():
                return {
                    self._redactor.redact(name): _MASK if _SECRET_NAME.fullmatch(name) else self._cleaned(part)
                    for name, part in value.items()
                }
            case list() | tuple():
                return [self._cleaned(part) for part in value]
        return value

    def _beside(self, text: str) -> None:
        told = "\n".join(map(self.clean, text.splitlines()))
        with contextlib.suppress(OSError):  # nobody need read it
            sys.stderr.write(f"{told}\n")
            sys.stderr.flush()


class _Guarded(io.TextIOBase):
    """A stream whose faults are told, and which changes what passes."""

    def __init__(self, stream: TextIO, change: Callable[[str], str]) -> None:
        self._stream = stream
        self._change = change

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """See `TextIOBase`."""
        return self._stream.encoding

    def isatty(self) -> bool:
        """See `TextIOBase`."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """See `TextIOBase`."""
        return self._stream.fileno()

    def write(self, text: str) -> int:
        """See `TextIOBase`."""
        with _faults_as_ours():
            self._stream.write(self._change(text))
        return len(text)

    def flush(self) -> None:
        """See `TextIOBase`."""
        with _faults_as_ours():
            self._stream.flush()


@contextlib.contextmanager
def _faults_as_ours() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise Closed from None
    except OSError as error:
        raise NotWritten(f"standard output cannot be written: {error.strerror or error}") from None
