"""The only room that speaks to Alibaba Cloud: signs in, signs requests, reads answers, maps errors.

Everything of the vendor's, its exceptions included, stays inside. Imported only when a provider is to call the API,
because the official SDK's modules take a third of a second and 30 MiB.
"""

from __future__ import annotations

import asyncio
import functools
import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ice_provider.alibaba.credentials import Key
    from ice_provider.alibaba.endpoint import Place
    from ice_provider.cloud import Cloud
    from ice_provider.config import ProviderConfig
    from ice_provider.redaction import Redactor

_TALKATIVE = ("darabonba-core", "credentials")
"""The vendor's loggers, which attach themselves to standard error when they are imported; a user could see a token."""


async def connect(config: ProviderConfig, environment: Mapping[str, str], redactor: Redactor) -> Cloud:
    """Return the account and region that configuration and environment name.

    Raises:
        NotSignedIn: There are no credentials, or half a key pair.
        InvalidInput: There is no region, or settings contradict each other.
    """
    from ice_provider.alibaba import credentials, endpoint, proxies  # noqa: PLC0415

    place = endpoint.find(config, environment)
    key = credentials.find(config, environment)
    redactor.learn(key.secret, key.token, proxies.password(place.proxy))
    make = await asyncio.to_thread(_client_of, config.ca_file)
    return make(place, key)


def _client_of(ca_file: str | None) -> Callable[[Place, Key], Cloud]:
    """Import the vendor's modules and read the trusted authorities: both are slow, so a thread does it."""
    from ice_provider.alibaba import client, transport  # noqa: PLC0415

    for name in _TALKATIVE:
        vendor = logging.getLogger(name)
        vendor.handlers, vendor.propagate = [logging.NullHandler()], False
    return functools.partial(client.Client, trusted=transport.trust(ca_file))
