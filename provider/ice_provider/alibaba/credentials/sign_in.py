"""Signing in: an origin becomes a key, by the official credentials library and our courier.

The library is asked once for each key and then thrown away: its own cache blocks the event loop and renews once for
every one who waits. Nothing of its exceptions is shown, because they hold whole answers. What `commands` and `uri` do is
our own, and speaks as the library's parts do.
"""

from __future__ import annotations

import asyncio
import os
from typing import Any, Final

from alibabacloud_credentials.provider import (
    CloudSSOCredentialsProvider,
    EcsRamRoleCredentialsProvider,
    OIDCRoleArnCredentialsProvider,
    RamRoleArnCredentialsProvider,
    StaticAKCredentialsProvider,
    StaticSTSCredentialsProvider,
)

from ice_provider.alibaba.credentials import oauth, oidc
from ice_provider.alibaba.credentials.commands import CommandKeys
from ice_provider.alibaba.credentials.courier import Courier
from ice_provider.alibaba.credentials.keys import Key, whole
from ice_provider.alibaba.credentials.origins import (
    Address,
    AssumedRole,
    BrowserSignIn,
    CloudSso,
    Command,
    Given,
    InstanceRole,
    Origin,
    TrustedRole,
    remedy_for_silence,
)
from ice_provider.alibaba.credentials.sign_in_refusals import clock_was_refused, failure, unanswered
from ice_provider.alibaba.credentials.uri import UriKeys
from ice_provider.errors import NotSignedIn, ProviderError, Unreachable

_LIMIT: Final = 10.0  # seconds for all requests of one sign-in
_COMMAND_LIMIT: Final = 60.0  # with a command, which may ask a person to touch a key, say
_EXPIRED: Final = "set this machine's clock, or mend who hands out the key"
_NAMES: Final = ("the access key ID", "the access key secret", "the security token")


def limit(origin: Origin) -> float:
    """Return the seconds that a sign-in may take: its own, whatever happens meanwhile to a call that waits for it."""
    match origin:
        case AssumedRole(_, base):
            return limit(base)
        case Command():
            return _COMMAND_LIMIT
    return _LIMIT


async def fetch(origin: Origin, courier: Courier, last: Key | None = None, within: float | None = None) -> Key:
    """Return a key that is fresh.

    Args:
        origin: Where it comes from.
        courier: Carries what is asked for it.
        last: The key that was brought before, which is not to be brought again.
        within: Seconds in all; 10 unless given, or 60 when a command is a part of it.

    Raises:
        NotSignedIn: It was refused; asking again is of no use.
        Throttled, Unreachable: Asking again may help.
    """
    most = within or limit(origin)
    try:
        async with asyncio.timeout(most):
            with courier.in_use():
                given = await _given(origin, courier, last)
        found = (given.get_access_key_id(), given.get_access_key_secret(), given.get_security_token() or None)
        expires, kind = getattr(given, "get_expiration", lambda: None)(), str(given.get_provider_name())
        key = _whole(found, origin)
    except TimeoutError:
        headline = f"signing in by {origin} took longer than {most:.0f}s"
        raise Unreachable(headline, [("next", remedy_for_silence(origin))]) from None
    except NotSignedIn:
        raise
    except ProviderError as error:
        raise unanswered(origin, error) from error
    except Exception as error:  # noqa: BLE001  # the library raises whatever it stumbles over, with the answer inside
        raise failure(origin, courier, error) from None
    courier.learn(key.secret, key.token)
    lasts = float(expires) - courier.time() if expires else None
    if lasts is not None and lasts <= 0:
        raise NotSignedIn(f"signing in by {origin} brought a key that has expired", [("next", _EXPIRED)])
    return Key(key.key_id, key.secret, key.token, key.source, kind, lasts)


def _whole(found: tuple[str | None, ...], origin: Origin) -> Key:
    """Return the key that was brought.

    Raises:
        ValueError: It is half of one, or none that a header can carry.
    """
    try:
        return whole(_NAMES, found, str(origin))
    except NotSignedIn as error:  # what it advises is for a key that a person has written down
        raise ValueError from error


async def _given(origin: Origin, courier: Courier, last: Key | None) -> Any:
    """Return what the library brings; when the time of this machine was refused, by the clock of who refused it."""
    provider = await asyncio.to_thread(_provider, origin, courier, last)
    try:
        return await provider.get_credentials_async()
    except Exception:
        if not clock_was_refused(courier):
            raise
        courier.set_clock()
        return await provider.get_credentials_async()


def _provider(origin: Origin, courier: Courier, last: Key | None) -> Any:
    """Return the library's part for an origin; may read a file.

    Every argument is given, or it would look into its own environment.
    """
    match origin:
        case Given(key):
            pair = {"access_key_id": key.key_id, "access_key_secret": key.secret}
            if key.token:
                return StaticSTSCredentialsProvider(**pair, security_token=key.token)
            return StaticAKCredentialsProvider(**pair)
        case AssumedRole(session, base, external_id):
            return RamRoleArnCredentialsProvider(
                credentials_provider=_provider(base, courier, last),
                external_id=external_id,
                role_arn=session.role,
                role_session_name=session.name,
                duration_seconds=session.seconds,
                policy=session.policy,
                sts_endpoint=session.host,
            )
        case TrustedRole(session, provider):
            courier.token = oidc.token(origin)
            return OIDCRoleArnCredentialsProvider(
                role_arn=session.role,
                role_session_name=session.name,
                duration_seconds=session.seconds,
                policy=session.policy,
                sts_endpoint=session.host,
                oidc_provider_arn=provider,
                oidc_token_file_path=os.devnull,
            )
        case InstanceRole(name, token_only):
            # Without `async_update_enabled=False` it starts a thread that asks by its own rules.
            return EcsRamRoleCredentialsProvider(role_name=name, disable_imds_v1=token_only, async_update_enabled=False)
        case Address(uri):
            return UriKeys(uri, courier)
        case CloudSso(_, url, account, access, token, token_expires):
            return CloudSSOCredentialsProvider(
                sign_in_url=url,
                account_id=account,
                access_config=access,
                access_token=token,
                access_token_expire=token_expires,
            )
        case BrowserSignIn():
            return oauth.OAuthKeys(origin, courier, last)
        case Command():
            return CommandKeys(origin)
