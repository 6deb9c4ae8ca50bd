"""Requests as the official SDK signs them: its signer, its headers, byte for byte. A contract test holds this.

Source: ACS3-HMAC-SHA256, https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple
from urllib.parse import urlencode

from ice_provider import times
from ice_provider.alibaba.credentials.keys import Key
from ice_provider.installation import leaning_on

with leaning_on("alibabacloud-tea-openapi"):
    from alibabacloud_tea_openapi.utils import Utils

    _authorize, _say_who = Utils.get_authorization, Utils.get_user_agent

_VERSION: Final = "2020-11-09"
_ALGORITHM: Final = "ACS3-HMAC-SHA256"
_EMPTY_HASH: Final = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """One POST with an empty body.

    Attributes:
        query: Encoded; the path is `/`.
        headers: All headers to send, the signed ones among them.
    """

    query: str
    headers: Mapping[str, str]


class _Unsigned(NamedTuple):
    """What the SDK's signer looks at in a request."""

    query: Mapping[str, str]
    headers: Mapping[str, str]
    method: str = "POST"
    pathname: str = "/"


def sign(
    action: str,
    query: Mapping[str, str],
    *,
    host: str,
    key: Key,
    agent: str,
    moment: float,
    nonce: str,
) -> SignedRequest:
    """Return a signed call of the API.

    Args:
        action: The name of the API operation.
        query: Its parameters.
        host: Value of the Host header.
        key: Signs the call.
        agent: Who calls, added to the SDK's own words.
        moment: Seconds since 1970, by the service's clock.
        nonce: Must differ from call to call.
    """
    headers = {
        "host": host,
        "x-acs-version": _VERSION,
        "x-acs-action": action,
        "user-agent": _user_agent(agent),
        "x-acs-date": times.told(moment),
        "x-acs-signature-nonce": nonce,
        "accept": "application/json",
        "x-acs-content-sha256": _EMPTY_HASH,
        "x-acs-credentials-provider": key.kind,
    }
    if key.token:
        headers |= {"x-acs-accesskey-id": key.key_id, "x-acs-security-token": key.token}
    request = _Unsigned(query, headers)
    headers["Authorization"] = _authorize(request, _ALGORITHM, _EMPTY_HASH, key.key_id, key.secret)
    return SignedRequest(urlencode(query), headers)


@functools.cache
def _user_agent(agent: str) -> str:
    """Return the SDK's own words with ours; it asks the platform anew for each."""
    words: str = _say_who(agent)
    return words
