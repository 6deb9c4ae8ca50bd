"""Signatures: who sent a request, and whether it is what was sent.

Two ways of signing are in use: ACS3-HMAC-SHA256 (headers) and version 1, HMAC-SHA1 (parameters). Both are computed
here from the published description and share no code with any SDK. Which codes the real service gives for a
signature that lacks a part, or has the wrong token, has not been validated.

Nothing of a signature, a secret or a token ever goes into a message.

Must not know: tasks, scenarios, aiohttp, clocks.

Source: https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature
"""

import base64
import hashlib
import hmac
import math
import re
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import quote

from ice_emulator.real_keys import looks_real
from ice_emulator.request import Pairs, Refused, Request

ACS3 = "ACS3-HMAC-SHA256"
VERSION_1 = "HMAC-SHA1"

REMEMBERED_NONCES = 200_000  # about 25 MB; at 2,000 requests a second the last 100 seconds
_TIMESTAMP_LIMIT = timedelta(minutes=15)
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
# Clients look behind the colon for what was signed, to compare; that holds the key's ID, so it is not told here.
_MISMATCH = "Specified signature is not matched with our calculation. server string to sign is:(not told)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key pair that the emulator knows.

    Attributes:
        security_token: The token that must come with it; None for a key that is not of STS.
        expires_after: Seconds after the emulator's start at which the token expires.
        denied: Whether its owner may do nothing.
        denied_actions: What its owner may not do.
    """

    access_key: str
    secret_key: str = field(repr=False)
    security_token: str | None = field(default=None, repr=False)
    expires_after: float = math.inf
    denied: bool = False
    denied_actions: frozenset[str] = frozenset()

    def may(self, action: str) -> bool:
        """Return whether its owner is allowed an action."""
        return not self.denied and action not in self.denied_actions


DEFAULT_KEY = Key(access_key="emulator", secret_key="emulator-secret")  # noqa: S106  # public, and known to all


@dataclass(frozen=True, slots=True)
class Proof:
    """A signature that is right.

    Attributes:
        version: ACS3 or VERSION_1.
        sent_at: The timestamp that was signed.
    """

    key: Key
    version: str
    sent_at: datetime


def canonical_query(pairs: Pairs) -> str:
    """Write parameters as both ways of signing want them: sorted, and encoded in one way only."""
    return "&".join([f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in sorted(pairs)])


def canonical_request(request: Request, signed_headers: str, payload_hash: str) -> str:
    """Write a request as ACS3 signs it; `signed_headers` are names in lower case, joined by `;`."""
    lines = [f"{name}:{','.join(sorted(request.headers[name]))}\n" for name in signed_headers.split(";")]
    return (
        f"{request.method}\n{request.path}\n{canonical_query(request.query)}\n"
        f"{''.join(lines)}\n{signed_headers}\n{payload_hash}"
    )


def acs3_signature(secret: str, canonical: str) -> str:
    """Sign a canonical request."""
    digest = hashlib.sha256(canonical.encode("utf-8", "surrogateescape")).hexdigest()
    return hmac.digest(secret.encode(), f"{ACS3}\n{digest}".encode(), "sha256").hex()


def version_1_signature(secret: str, method: str, pairs: Pairs) -> str:
    """Sign parameters; `pairs` are all of query and form except the signature itself."""
    text = f"{method}&%2F&{quote(canonical_query(pairs), safe='~')}"
    return base64.b64encode(hmac.digest(f"{secret}&".encode(), text.encode(), "sha1")).decode()


class Verifier:
    """Checks signatures, and remembers nonces so that no request counts twice."""

    def __init__(self, keys: Iterable[Key], remembered_nonces: int = REMEMBERED_NONCES) -> None:
        """Know `keys`; of the nonces only the last ones are kept."""
        self._keys = {key.access_key: key for key in keys}
        self._nonces: set[bytes] = set()
        self._oldest_first: deque[bytes] = deque()
        self._remembered_nonces = remembered_nonces

    def verify(self, request: Request, clocks: Sequence[datetime]) -> Proof:
        """Return who sent the request.

        Args:
            request: The request.
            clocks: The times it may be; the timestamp must be within 15 minutes of one of them.

        Raises:
            Refused: Anything about the signature is not right.
        """
        if "authorization" in request.headers:
            return self._acs3(request, clocks)
        if "Signature" in request.parameters or "AccessKeyId" in request.parameters:
            return self._version_1(request, clocks)
        raise Refused(
            400,
            "IncompleteSignature",
            "The request carries no signature: neither an Authorization header nor the parameters AccessKeyId and Signature.",
        )

    def _acs3(self, request: Request, clocks: Sequence[datetime]) -> Proof:
        algorithm, _, rest = request.header("authorization").partition(" ")
        if algorithm != ACS3:
            raise Refused(400, "InvalidSignatureMethod", f"The signature method must be {ACS3} or {VERSION_1}.")
        parts = dict(part.strip().split("=", 1) for part in rest.split(",") if "=" in part)
        for name in ("Credential", "SignedHeaders", "Signature"):
            if not parts.get(name):
                raise Refused(400, "IncompleteSignature", f"The Authorization header has no {name}.")
        for name in ("x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256"):
            if not request.header(name):
                words = name.removeprefix("x-acs-").title().replace("-", "")
                raise Refused(400, f"Missing{words}", f"The header {name} is mandatory for this action.")
        signed = parts["SignedHeaders"]
        _check_signed_headers(request.headers, signed.split(";"))
        sent_at = _timestamp(request.header("x-acs-date"), clocks)
        key = self._key(parts["Credential"])
        payload_hash = request.header("x-acs-content-sha256")
        if not same(hashlib.sha256(request.body).hexdigest(), payload_hash):
            raise Refused(400, "SignatureDoesNotMatch", "The header x-acs-content-sha256 is not the hash of the body.")
        canonical = canonical_request(request, signed, payload_hash)
        if not same(acs3_signature(key.secret_key, canonical), parts["Signature"]):
            raise Refused(400, "SignatureDoesNotMatch", _MISMATCH)
        self._use_nonce(key, request.header("x-acs-signature-nonce"))
        _check_token(key, request.header("x-acs-security-token"))
        return Proof(key, ACS3, sent_at)

    def _version_1(self, request: Request, clocks: Sequence[datetime]) -> Proof:
        given = request.parameters
        for name in ("AccessKeyId", "Signature", "SignatureNonce", "Timestamp"):
            if not given.get(name):
                raise Refused(400, f"Missing{name}", f"The parameter {name} is mandatory for this action.")
        if given.get("SignatureMethod") != VERSION_1 or given.get("SignatureVersion") != "1.0":
            message = f"SignatureMethod must be {VERSION_1} and SignatureVersion 1.0."
            raise Refused(400, "InvalidSignatureMethod", message)
        sent_at = _timestamp(given["Timestamp"], clocks)
        key = self._key(given["AccessKeyId"])
        pairs = [pair for pair in request.query + request.form if pair[0] != b"Signature"]
        if not same(version_1_signature(key.secret_key, request.method, pairs), given["Signature"]):
            raise Refused(400, "SignatureDoesNotMatch", _MISMATCH)
        self._use_nonce(key, given["SignatureNonce"])
        _check_token(key, given.get("SecurityToken", ""))
        return Proof(key, VERSION_1, sent_at)

    def _key(self, access_key: str) -> Key:
        key = self._keys.get(access_key)
        if key is not None:
            return key
        message = "Specified access key is not found."
        if looks_real(access_key):
            message = (
                "The access key looks like one of the real service, and this is an emulator: take it out of your "
                f"configuration and use {DEFAULT_KEY.access_key} / {DEFAULT_KEY.secret_key}."
            )
        raise Refused(404, "InvalidAccessKeyId.NotFound", message)

    def _use_nonce(self, key: Key, nonce: str) -> None:
        text = f"{key.access_key}\n{nonce}".encode("utf-8", "surrogateescape")
        digest = hashlib.sha256(text).digest()  # of one size, however long the nonce is
        if digest in self._nonces:
            raise Refused(400, "SignatureNonceUsed", "Specified signature nonce was used already.")
        self._nonces.add(digest)
        self._oldest_first.append(digest)
        if len(self._nonces) > self._remembered_nonces:
            self._nonces.remove(self._oldest_first.popleft())


def _check_signed_headers(headers: Mapping[str, Sequence[str]], signed: Sequence[str]) -> None:
    """Refuse a request that leaves out of its signature what decides about it."""
    for name in signed:
        if name not in headers:
            raise Refused(400, "IncompleteSignature", "SignedHeaders names a header that the request does not have.")
    for name in headers:
        if (name == "host" or name.startswith("x-acs-")) and name not in signed:
            raise Refused(400, "IncompleteSignature", f"The header {name} must be signed.")


def _timestamp(text: str, clocks: Sequence[datetime]) -> datetime:
    if not _TIMESTAMP.fullmatch(text):
        message = "Specified time stamp or date value is not well formatted: yyyy-MM-ddTHH:mm:ssZ."
        raise Refused(400, "InvalidTimeStamp.Format", message)
    try:
        sent_at = datetime.fromisoformat(text)
    except ValueError as error:
        message = "Specified time stamp or date value is no date."
        raise Refused(400, "InvalidTimeStamp.Format", message) from error
    if all(abs(clock - sent_at) > _TIMESTAMP_LIMIT for clock in clocks):
        raise Refused(400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.")
    return sent_at


def _check_token(key: Key, token: str) -> None:
    if key.security_token is not None and not token:
        message = "SecurityToken is mandatory for this action: the access key is a temporary one."
        raise Refused(400, "MissingSecurityToken", message)
    if not same(key.security_token or "", token):
        message = "Specified SecurityToken mismatch with the AccessKey."
        raise Refused(400, "InvalidSecurityToken.MismatchWithAccessKey", message)


def same(expected: str, given: str) -> bool:
    """Compare in a time that does not depend on where the two differ."""
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogateescape"))
