"""A sign-in of the aliyun CLI in a browser (OAuth). Its tokens and its key stand in the CLI's file, and are renewed there.

The library's part for one profile is used, not its reader of whole files, which obeys variables that it reads when it
is imported, and knows of no key when that ends.

Source: exchangeFromOAuth in config/configure.go of aliyun/aliyun-cli, and its atomicWriteFile.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final

from alibabacloud_credentials.provider import OAuthCredentialsProvider
from alibabacloud_credentials.provider.refreshable import Credentials

from ice_provider.alibaba.credentials.courier import Courier
from ice_provider.alibaba.credentials.keys import Key
from ice_provider.alibaba.credentials.origins import BrowserSignIn
from ice_provider.alibaba.credentials.profile_files import Settings, load, needed, number, unusable

_SITES: Final = {
    "CN": ("https://oauth.aliyun.com", "4038181954557748008"),
    "INTL": ("https://oauth.alibabacloud.com", "4103531455503354461"),
}
"""Where each site renews tokens, and the CLI's own ID there."""

_FRESH: Final = 300  # seconds that the key in the file must still last
_WRITING: Final = 0.5  # seconds that another process may need to write what it was given
_STORED: Final = (
    "oauth_refresh_token",
    "oauth_access_token",
    "access_key_id",
    "access_key_secret",
    "sts_token",
    "oauth_access_token_expire",
    "sts_expiration",
)
"""What the library gives back, in its order, by the names that the CLI gives it."""


class OAuthKeys:
    """Takes the key of a profile, or renews it; speaks as the library's parts do, so that a role can be assumed with it.

    Two processes that renew one sign-in at the same moment spend one token, and only one of them is given a key: the
    other takes what that one has written.
    """

    def __init__(self, origin: BrowserSignIn, courier: Courier, last: Key | None) -> None:
        """Read nothing yet.

        Args:
            origin: The profile.
            courier: Learns what the file holds.
            last: The key that was brought before: it is refused, or at its end, also when the file still has it.
        """
        self._origin = origin
        self._courier = courier
        self._last = last

    async def get_credentials_async(self) -> Credentials:
        """Return the key.

        Raises:
            NotSignedIn: The profile cannot be used.
            Exception: Whatever the library stumbles over.
        """
        before = await asyncio.to_thread(self._read)
        try:
            return await self._part(before).get_credentials_async()
        except Exception:
            await asyncio.sleep(_WRITING)
            after = await asyncio.to_thread(self._read)
            if after == before:
                raise
            return await self._part(after).get_credentials_async()

    def _read(self) -> Settings:
        settings = load(Path(self._origin.file))[0].get(self._origin.name, {})
        self._courier.learn(*(settings.get(name) for name in _STORED if name.endswith(("token", "secret"))))
        return settings

    def _part(self, settings: Settings) -> _Part:
        return _part(self._origin, settings, self._last)


class _Part(OAuthCredentialsProvider):  # type: ignore[misc]  # it has no types
    """The library's part for one profile; it keeps new tokens as soon as they are there, and not first with a key.

    A refresh token is taken once: when no key comes after it was spent, the file must not still hold it.
    """

    _renew = OAuthCredentialsProvider._try_refresh_oauth_token_async  # noqa: SLF001  # missing, it is missed at import

    def __init__(self, keep: Callable[[Mapping[str, object]], Awaitable[None]], **given: Any) -> None:
        """Keep by `keep` what is brought, by the names in the file."""

        async def keep_all(*values: object) -> None:
            await keep(dict(zip(_STORED, values, strict=True)))

        super().__init__(token_update_callback_async=keep_all, **given)
        self._keep = keep

    async def _try_refresh_oauth_token_async(self) -> None:
        await self._renew()
        with contextlib.suppress(Exception):  # they still bring a key, with which it is tried again
            await self._keep(
                {
                    "oauth_refresh_token": self._refresh_token,
                    "oauth_access_token": self._access_token,
                    "oauth_access_token_expire": self._access_token_expire,
                }
            )


def _part(origin: BrowserSignIn, settings: Settings, last: Key | None) -> _Part:
    """Return the library's part for a profile as its file has it.

    Raises:
        NotSignedIn: The profile cannot be used.
    """
    path = Path(origin.file)
    site = settings.get("oauth_site_type", "CN").upper()
    if site not in _SITES:
        raise unusable(f"oauth_site_type in {origin} is neither CN nor INTL", "run aliyun configure for this profile")
    url, client = _SITES[site]
    # A token that was renewed and cannot be kept would be the end of the CLI's sign-in.
    renews = os.access(path.resolve().parent, os.W_OK)

    async def keep(values: Mapping[str, object]) -> None:
        await asyncio.to_thread(_keep, path, origin.name, values)

    return _Part(
        keep,
        client_id=client,
        sign_in_url=url,
        access_token=needed(settings, "oauth_access_token", str(origin)),
        access_token_expire=number(settings, "oauth_access_token_expire", str(origin)),
        refresh_token=settings.get("oauth_refresh_token") if renews else None,
        **_key(settings, str(origin), last),
    )


def _key(settings: Settings, where: str, last: Key | None) -> Mapping[str, Any]:
    """Return the key that the file has, while it is of use."""
    ends = number(settings, "sts_expiration", where)
    if ends < time.time() + _FRESH or (last and last.key_id == settings.get("access_key_id")):
        return {}
    return {
        "access_key_id": settings.get("access_key_id"),
        "access_key_secret": settings.get("access_key_secret"),
        "security_token": settings.get("sts_token"),
        "sts_expiration": ends,
    }


def _keep(path: Path, name: str, values: Mapping[str, object]) -> None:
    """Write values into one profile of a file and leave the rest as it is; whoever reads finds the old or the new."""
    path = path.resolve()  # a link stays one
    document = json.loads(path.read_text(encoding="utf-8-sig"))
    for profile in document["profiles"]:
        if profile["name"] == name:
            profile.update(values)
            break
    handle, new = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(document, file, indent="\t", ensure_ascii=False)
            file.flush()
            os.fsync(handle)
        shutil.copymode(path, new)
        Path(new).replace(path)
    except BaseException:
        Path(new).unlink(missing_ok=True)
        raise
