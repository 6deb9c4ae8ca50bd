"""Keys from a URI. The library's own part loses the URI's user, and all but one of parameters with the same name."""

from __future__ import annotations

import base64
import json

from alibabacloud_credentials.provider.refreshable import Credentials
from Tea.request import TeaRequest
from yarl import URL

from ice_provider import times
from ice_provider.alibaba.credentials.courier import Courier


class UriKeys:
    """Asks a URI for a key; speaks as the library's parts do, so that a role can be assumed with it."""

    def __init__(self, uri: str, courier: Courier) -> None:
        """Ask nothing yet."""
        self._uri = URL(uri)
        self._courier = courier

    async def get_credentials_async(self) -> Credentials:
        """Return the key.

        Raises:
            ValueError, LookupError: The answer holds none.
            ProviderError: See `Courier.carry`.
        """
        answer = await self._courier.carry(self._request(), {})
        told = json.loads(answer.body)
        ends = times.seconds(told["Expiration"])
        if answer.status_code != 200 or told["Code"] != "Success" or ends is None:  # noqa: PLR2004
            raise ValueError
        return Credentials(
            access_key_id=told["AccessKeyId"],
            access_key_secret=told["AccessKeySecret"],
            security_token=told["SecurityToken"],
            expiration=int(ends),
            provider_name="credential_uri",
        )

    def _request(self) -> TeaRequest:
        request = TeaRequest()
        request.protocol, request.port = self._uri.scheme, self._uri.explicit_port
        request.pathname, request.query = self._uri.raw_path, self._uri.query
        request.headers["host"] = self._uri.host
        user, password = self._uri.user or "", self._uri.password or ""
        if user or password:
            self._courier.learn(password)
            request.headers["authorization"] = f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"
        return request
