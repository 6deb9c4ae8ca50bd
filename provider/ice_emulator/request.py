"""A request as it came over the wire, taken apart once.

Clients encode differently (a space as `+` or `%20`, a slash raw or `%2F`), so everything is decoded to bytes here
and encoded again where a signature is computed.

Must not know: aiohttp, signatures, what an action does.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

Pairs = list[tuple[bytes, bytes]]

_FORM = "application/x-www-form-urlencoded"


class Refused(Exception):
    """The request is not answered; the text is for the person at the client.

    Attributes:
        status: Status of the answer.
        code: Code of the error body.
    """

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class Request:
    """A request, decoded.

    Attributes:
        query: The decoded parameters of the query, in their order.
        headers: All values by the name in lower case; bytes that are no UTF-8 survive as surrogates.
        form: The decoded parameters of a form body, in their order.
        parameters: Query and form as text.
    """

    method: str
    path: str
    query: Pairs
    headers: Mapping[str, list[str]]
    body: bytes
    form: Pairs
    parameters: Mapping[str, str]

    def header(self, name: str) -> str:
        """Return a header by its name in lower case, empty when it is absent."""
        return ",".join(self.headers.get(name, ()))


def parse(method: str, target: str, raw_headers: Iterable[tuple[bytes, bytes]], body: bytes) -> Request:
    """Take a request apart.

    Raises:
        Refused: A parameter is given twice: clients and services differ on which one counts.
    """
    path, _, query_text = target.partition("?")
    headers: dict[str, list[str]] = {}
    for name, value in raw_headers:
        text = value.decode("utf-8", "surrogateescape").strip()
        headers.setdefault(name.decode("latin-1").lower(), []).append(text)
    query = _pairs(query_text.encode("utf-8", "surrogateescape"))
    is_form = body and _FORM in headers.get("content-type", [""])[0].lower()
    form = _pairs(body) if is_form else []
    parameters: dict[str, str] = {}
    for name, value in query + form:
        key = name.decode("utf-8", "replace")
        if key in parameters:
            raise Refused(400, "InvalidParameter", "A parameter is given twice.")
        parameters[key] = value.decode("utf-8", "replace")
    return Request(method, path or "/", query, headers, body, form, parameters)


def _pairs(text: bytes) -> Pairs:
    pairs = []
    for part in text.split(b"&"):
        if part:
            name, _, value = part.partition(b"=")
            pairs.append((_decode(name), _decode(value)))
    return pairs


def _decode(text: bytes) -> bytes:
    return unquote_to_bytes(text.replace(b"+", b" ")) if b"%" in text or b"+" in text else text
