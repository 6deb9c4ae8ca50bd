"""One signed request and the answer word for word, for what a client of the vendor does not show.

Signed with the official signer; sent without a proxy, a retry or a redirect.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import aiohttp
from alibabacloud_tea_openapi.utils import Utils
from yarl import URL

from support.clients import Access

_LIMIT = aiohttp.ClientTimeout(total=15)
_NOTHING = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True)
class Told:
    """An answer.

    Attributes:
        text: Its body, which may hold anything of the account.
    """

    status: int
    text: str

    @property
    def body(self) -> Mapping[str, Any]:
        """The body as an object, empty when it is none."""
        try:
            value = json.loads(self.text)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}

    @property
    def task(self) -> Mapping[str, Any]:
        """The task it tells of, empty when it tells of none."""
        task = self.body.get("WorkflowTask")
        return task if isinstance(task, dict) else {}

    @property
    def code(self) -> str:
        """The code of a refusal, else empty."""
        return str(self.body.get("Code", ""))


class _Signable:
    def __init__(self, query: Mapping[str, str], headers: dict[str, str]) -> None:
        self.method, self.pathname, self.query, self.headers = "POST", "/", query, headers


async def ask(session: aiohttp.ClientSession, access: Access, action: str, parameters: Mapping[str, str]) -> Told:
    """Return what the service answers."""
    headers = {
        "host": access.endpoint,
        "x-acs-action": action,
        "x-acs-version": "2020-11-09",
        "x-acs-date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": secrets.token_hex(16),
        "x-acs-content-sha256": _NOTHING,
        "accept": "application/json",
    }
    if access.securityToken:
        headers |= {"x-acs-accesskey-id": access.accessKey, "x-acs-security-token": access.securityToken}
    signable = _Signable(parameters, headers)
    authorization = Utils.get_authorization(signable, "ACS3-HMAC-SHA256", _NOTHING, access.accessKey, access.secretKey)
    url = URL(f"{access.protocol.lower()}://{access.endpoint}/?{urlencode(parameters)}", encoded=True)
    signed = {**headers, "Authorization": authorization}
    async with session.post(url, headers=signed, timeout=_LIMIT, allow_redirects=False) as response:
        return Told(response.status, await response.text(errors="replace"))
