"""Those who hand out keys, on the loopback: the token service, an instance's metadata, CloudSSO, OAuth, a URI.

Each gives the next of a list of keys that the emulator knows; the token service checks who asks. Written after the
public pages of AssumeRole, AssumeRoleWithOIDC and the instance metadata; shares no code with the provider.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl

from aiohttp import web

from ice_emulator.signature import version_1_signature
from support.authority import Authority

ROLE = "acs:ram::123456789012:role/reader"
PROVIDER = "acs:ram::123456789012:oidc-provider/pipelines"


def _canary(name: str) -> str:
    """Return a secret of which any five letters in a row can be told from ordinary text."""
    return hashlib.sha256(name.encode()).hexdigest()[:40]


OIDC_TOKEN = f"{_canary('head')}.{_canary('claims')}.{_canary('signature')}"
SSO_TOKEN = _canary("single sign-on")
OAUTH_TOKEN = _canary("browser")
OAUTH_REFRESH_TOKEN = _canary("browser, again")
RENEWED = {"access_token": _canary("browser 2"), "refresh_token": _canary("browser 2, again"), "expires_in": 3600}
"""What the refresh token above is exchanged for."""

BASE = {"emulator": "emulator-secret"}
"""Key pairs that may assume a role."""

GRANTS = tuple((f"STS.granted-key-{i}", _canary(f"secret {i}"), _canary(f"token {i}")) for i in range(1, 9))
KEYS = [{"accessKey": id_, "secretKey": secret, "securityToken": token} for id_, secret, token in GRANTS]
"""What a scenario of the emulator must know for them to be of use."""

_OAUTH = {f"Bearer {token}" for token in (OAUTH_TOKEN, RENEWED["access_token"])}
_HOSTS = (
    "sts.aliyuncs.com",
    "sts.cn-shanghai.aliyuncs.com",
    "oauth.aliyun.com",
    "oauth.alibabacloud.com",
    "signin.example.com",
)
_METADATA = "/latest/meta-data/ram/security-credentials/"


class KeyServices:
    """Listens while its context is open.

    Attributes:
        heard: Every query, header and body that came, as text.
        requests: Each request, in order.
        asked: `host path` of each request, in order, with the action when it has one.
        ca_file: The authority that their TLS needs.
        routes: Where the hosts are.
        granted: How many keys were handed out.
        lifetime: Seconds that the next key lasts.
        ahead: Seconds that their clocks are ahead of this machine's.
        faults: Status and body to answer with instead, each once, in order, None for none; they redirect to ourselves.
        redirected: How many came by such a redirect.
        is_silent: While true, whoever asks is kept waiting.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.asked: list[str] = []
        self.requests: list[web.BaseRequest] = []
        self.heard = ""
        self.granted = 0
        self.lifetime = 3600.0
        self.ahead = 0.0
        self.faults: list[tuple[int, str] | None] = []
        self.redirected = 0
        self.is_silent = False
        self.ca_file = str(folder / "ca.pem")
        self.routes: Mapping[str, str] = {}
        self.plain = ""

    async def __aenter__(self) -> Self:
        authority = Authority()
        Path(self.ca_file).write_bytes(authority.pem)
        self._stack = contextlib.AsyncExitStack()
        runner = web.ServerRunner(web.Server(self._answer))
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        secure = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=authority.server(self._folder, *_HOSTS))
        plain = web.TCPSite(runner, "127.0.0.1", 0)
        await secure.start()
        await plain.start()
        tls_port, port = (address[1] for address in runner.addresses)
        self.plain = f"127.0.0.1:{port}"
        self.routes = {"100.100.100.200": self.plain, **dict.fromkeys(_HOSTS, f"127.0.0.1:{tls_port}")}
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        action = request.query.get("Action", "")
        self.redirected += request.path == "/redirected"
        self.requests.append(request)
        self.heard += f"{dict(request.query)} {dict(request.headers)} {await request.text()}\n"
        self.asked.append(" ".join(part for part in (request.host, request.path, action) if part))
        while self.is_silent:  # noqa: ASYNC110  # a test says so at any time
            await asyncio.sleep(0.1)
        if fault := self.faults.pop(0) if self.faults else None:
            status, body = fault
            return web.Response(status=status, text=body, headers={"Location": f"http://{self.plain}/redirected"})
        answer = await self._act(request, action) if self._is_timely(request) else _refusal("InvalidTimeStamp.Expired")
        answer.headers["Date"] = format_datetime(self._now(), usegmt=True)
        return answer

    async def _act(self, request: web.BaseRequest, action: str) -> web.Response:
        match request.method, request.path:
            case "PUT", "/latest/api/token":
                return web.Response(text="metadata-token")
            case "GET", path if path == _METADATA:
                return web.Response(text="reader")
            case "GET", path if path == f"{_METADATA}reader":
                known = request.headers.get("X-aliyun-ecs-metadata-token") == "metadata-token"
                return web.json_response({"Code": "Success", **self._grant()}) if known else _refusal("NoToken")
            case "GET", "/keys":
                return web.json_response({"Code": "Success", **self._grant()})
            case "POST", "/cloud-credentials":
                known = request.headers.get("Authorization") == f"Bearer {SSO_TOKEN}"
                return web.json_response({"CloudCredential": self._grant()}) if known else _refusal("NoSession")
            case "POST", "/v1/exchange":
                known = request.headers.get("Authorization") in _OAUTH
                return web.json_response(self._grant()) if known else _refusal("expired_token")
            case "POST", "/v1/token":
                known = dict(parse_qsl(await request.text())).get("refresh_token") == OAUTH_REFRESH_TOKEN
                return web.json_response(RENEWED) if known else _refusal("invalid_grant")
        if action == "AssumeRole" and self._may_assume(request):
            return web.json_response({"Credentials": self._grant()})
        if action == "AssumeRoleWithOIDC" and request.query.get("OIDCToken") == OIDC_TOKEN:
            return web.json_response({"Credentials": self._grant()})
        return _refusal("NoPermission")

    def _may_assume(self, request: web.BaseRequest) -> bool:
        pairs = [(k.encode(), v.encode()) for k, v in parse_qsl(request.query_string) if k != "Signature"]
        key_id = request.query.get("AccessKeyId", "")
        secrets = {
            **BASE,
            **{id_: secret for id_, secret, token in GRANTS if request.query.get("SecurityToken") == token},
        }
        if key_id not in secrets or request.query.get("RoleArn") != ROLE:
            return False
        return version_1_signature(secrets[key_id], "GET", pairs) == request.query["Signature"]

    def _now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC) + dt.timedelta(seconds=self.ahead)

    def _is_timely(self, request: web.BaseRequest) -> bool:
        told = request.query.get("Timestamp")
        return told is None or abs(dt.datetime.fromisoformat(told) - self._now()) < dt.timedelta(minutes=15)

    def _grant(self) -> dict[str, Any]:
        key_id, secret, token = GRANTS[self.granted]
        self.granted += 1
        ends = self._now() + dt.timedelta(seconds=self.lifetime)
        return {
            "AccessKeyId": key_id,
            "AccessKeySecret": secret,
            "SecurityToken": token,
            "Expiration": ends.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }


def _refusal(code: str) -> web.Response:
    body = {"Code": code, "Message": "You are not authorized to do this action.", "RequestId": "R-STS"}
    return web.Response(status=403, text=json.dumps(body), content_type="application/json")
