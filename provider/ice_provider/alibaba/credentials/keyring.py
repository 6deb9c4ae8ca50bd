"""The key that signs now. It is renewed before it expires, by one renewal at a time however many wait for it.

Must not know how a key is fetched.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

from ice_provider.alibaba.credentials.keys import Key
from ice_provider.errors import ProviderError

_AHEAD: Final = 300.0  # seconds before its end that a key is renewed, while it still signs
_SHARE: Final = 0.25  # of what is left of a short-lived key when it arrives
_AT_ONCE: Final = 20.0  # seconds before its end that a key signs no more: an attempt lasts 15 s
_PATIENCE: Final = 5.0  # seconds after a renewal, whatever it brought, until the next one


class Keyring:
    """The current key of one account, fetched when it is first needed."""

    def __init__(
        self,
        first: Key | None = None,
        fetch: Callable[[], Awaitable[Key]] | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin; nothing is fetched yet.

        Args:
            first: A key that was given.
            fetch: Brings a key; None when nothing can renew the one that was given.
            now: Seconds of a clock that nobody sets.
        """
        self._fetch = fetch
        self._now = now
        self._renewal: asyncio.Task[Key] | None = None
        self._failure: ProviderError | None = None
        self._quiet_until = float("-inf")
        self._key: Key | None = None
        self._renew_at = self._ends = float("inf")
        if first:
            self._take(first)

    @property
    def newest(self) -> Key | None:
        """The key that signed last; None before the first."""
        return self._key

    @property
    def is_renewable(self) -> bool:
        """Whether another key can follow this one."""
        return self._fetch is not None

    def at_hand(self) -> Key | None:
        """Return the key when it is to be used as it is: not due for renewal, let alone at its end."""
        return self._key if self._now() < self._renew_at else None

    async def key(self) -> Key:
        """Return the key to sign with.

        Raises:
            ProviderError: There is none, or the last one is at its end, and no other could be fetched.
        """
        key = self._key
        if key is None:
            return await self._renewed()
        if self.at_hand():
            return key
        if self._now() < self._ends - _AT_ONCE:
            self._renew()
            return key
        return await self._renewed()

    async def replace(self, refused: Key) -> Key:
        """Return another key than the one that the service refused.

        Raises:
            ProviderError: None could be fetched.
        """
        return self._key if self._key and self._key is not refused else await self._renewed()

    async def close(self) -> None:
        """Give up a renewal that is under way."""
        if self._renewal:
            self._renewal.cancel()
            await asyncio.gather(self._renewal, return_exceptions=True)

    async def _renewed(self) -> Key:
        renewal = self._renew()
        if renewal is None:
            assert self._failure is not None  # noqa: S101  # there is a quiet time only after a failure
            raise self._failure.with_traceback(None)  # or it grows with everyone whom it is told
        return await asyncio.shield(renewal)

    def _renew(self) -> asyncio.Task[Key] | None:
        """Return the one renewal; None shortly after one that failed."""
        if self._renewal is None and self._now() >= self._quiet_until:
            self._renewal = asyncio.create_task(self._bring())
            self._renewal.add_done_callback(_look_at)
        return self._renewal

    async def _bring(self) -> Key:
        assert self._fetch is not None  # noqa: S101  # asked only when there is one
        try:
            key = await self._fetch()
        except ProviderError as error:
            self._failure, self._quiet_until = error, self._now() + _PATIENCE
            raise
        else:
            self._take(key)
            return key
        finally:
            self._renewal = None

    def _take(self, key: Key) -> None:
        self._key = key
        self._renew_at = self._ends = float("inf")
        if self._fetch and key.lasts is not None:
            ahead = max(_AT_ONCE, min(_AHEAD, key.lasts * _SHARE))
            self._ends = self._now() + key.lasts
            self._renew_at = max(self._ends - ahead, self._now() + _PATIENCE)


def _look_at(renewal: asyncio.Task[Key]) -> None:
    """See what a renewal in the background brought, or asyncio complains that nobody did; the next one tells of it."""
    if not renewal.cancelled():
        renewal.exception()
