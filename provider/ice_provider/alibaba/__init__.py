"""The only room that speaks to Alibaba Cloud: signs in, signs requests, reads answers, maps errors.

Everything of the vendor's, its exceptions included, stays inside. Imported only when a provider is to call the API,
because the official SDK's modules take a third of a second and 30 MiB.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

from ice_provider.errors import Unreachable
from ice_provider.installation import leaning_on
from ice_provider.wording import wording

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping
    from types import ModuleType

    from ice_provider.alibaba.credentials.courier import Routes
    from ice_provider.alibaba.credentials.keyring import Keyring
    from ice_provider.alibaba.credentials.keys import Key
    from ice_provider.alibaba.credentials.origins import Origin
    from ice_provider.cloud import Cloud
    from ice_provider.config import ProviderConfig
    from ice_provider.redaction import Redactor

P = ParamSpec("P")
T = TypeVar("T")
_READING: Final = 5.0  # seconds for files; nothing is called before they are read
_TALKATIVE: Final = ("darabonba-core", "alibabacloud-tea", "credentials")
"""The vendor's loggers, which attach themselves to standard error when they are imported; a user could see a token."""


async def connect(
    config: ProviderConfig, environment: Mapping[str, str], redactor: Redactor, *, routes: Routes | None = None
) -> Cloud:
    """Return the account and region that configuration and environment name; nothing is called yet.

    Args:
        config: What the user set.
        environment: Variables, those of proxies included.
        redactor: Learns what must not be shown.
        routes: Other addresses for the hosts that hand out keys.

    Raises:
        NotSignedIn: There are no credentials, or half a key pair.
        InvalidInput: There is no region, or settings contradict each other.
        Unreachable: A file does not answer.
    """
    from ice_provider.alibaba import endpoint, proxies  # noqa: PLC0415
    from ice_provider.alibaba.credentials import order, origins  # noqa: PLC0415
    from ice_provider.alibaba.credentials.variables import Variables  # noqa: PLC0415

    place = endpoint.find(config, environment)
    redactor.learn(*proxies.secrets(place.proxy))
    found = await _in_time(order.find, config, environment)
    redactor.learn(*origins.secrets(found.origin))
    ca_file = Variables(environment).at_home(config.ca_file) if config.ca_file else None
    await asyncio.to_thread(_prepare)
    from ice_provider.alibaba import transport  # noqa: PLC0415
    from ice_provider.alibaba.client import Client  # noqa: PLC0415

    trusted = await _in_time(transport.trust, ca_file)
    if place.is_strange and origins.looks_real(found.origin):
        note = f"{wording().setting('endpoint')} sends signed requests to {place.host}, which is no host of Alibaba Cloud's"
        found = dataclasses.replace(found, notes=(*found.notes, note))
    return Client(place, _keyring(found.origin, environment, trusted, redactor, routes), trusted, found)


async def _in_time(read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what a function brings that reads files, which may lie on a disk that does not answer."""
    try:
        async with asyncio.timeout(_READING):
            return await asyncio.to_thread(read, *args, **kwargs)
    except TimeoutError:
        headline = f"the files that say how to sign in could not be read within {_READING:.0f}s"
        advice = f"check that HOME, the file of profiles and {wording().setting('caFile')} can be read at all"
        raise Unreachable(headline, [("next", advice)]) from None


def _prepare() -> None:
    """Import the vendor's modules, which is slow, so a thread does it."""
    from ice_provider.alibaba import client  # noqa: F401, PLC0415

    _quieten()


def _keyring(
    origin: Origin, environment: Mapping[str, str], trusted: ssl.SSLContext, redactor: Redactor, routes: Routes | None
) -> Keyring:
    """Return the keyring of an origin; what has to be fetched is fetched when a call is to be signed."""
    from ice_provider.alibaba.credentials.keyring import Keyring  # noqa: PLC0415
    from ice_provider.alibaba.credentials.origins import Given  # noqa: PLC0415

    if isinstance(origin, Given):
        return Keyring(origin.key)

    async def fetch() -> Key:
        sign_in = await asyncio.to_thread(_library)
        courier = sign_in.Courier(environment, trusted, redactor, routes)
        key: Key = await sign_in.fetch(origin, courier, last=keyring.newest)
        return key

    keyring = Keyring(fetch=fetch)
    return keyring


def _library() -> ModuleType:
    """Import the official credentials library, which only a key that has to be fetched needs."""
    with leaning_on("alibabacloud-credentials"):  # `courier` and `oauth` replace functions of its insides
        from ice_provider.alibaba.credentials import sign_in  # noqa: PLC0415

    _quieten()
    return sign_in


def _quieten() -> None:
    for name in _TALKATIVE:
        vendor = logging.getLogger(name)
        vendor.handlers, vendor.propagate = [logging.NullHandler()], False
