"""The key that signs: renewed before it expires, once however many wait, and never asked for in a storm."""

from __future__ import annotations

import asyncio
import traceback

import pytest

from ice_provider.alibaba.credentials.keyring import Keyring
from ice_provider.alibaba.credentials.keys import Key
from ice_provider.errors import NotSignedIn, ProviderError, Unreachable

HOUR = 3600.0


class Source:
    """Hands out keys, one a second after it was asked, or says what is wrong.

    Attributes:
        now: Seconds, moved by hand.
        asked: How often it was asked.
        lifetime: Seconds that the next key lasts; None for a key that tells no end.
        trouble: What the next ones who ask are told instead.
    """

    def __init__(self) -> None:
        self.now = 1_000_000.0
        self.asked = 0
        self.lifetime: float | None = HOUR
        self.trouble: ProviderError | None = None
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    def time(self) -> float:
        return self.now

    async def fetch(self) -> Key:
        self.asked += 1
        await self.may_answer.wait()
        if self.trouble:
            raise self.trouble
        return Key(f"key-{self.asked}", "secret", "token", "a test", lasts=self.lifetime)


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def keyring(source: Source) -> Keyring:
    return Keyring(fetch=source.fetch, now=source.time)


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_nothing_is_fetched_before_a_key_is_needed(keyring: Keyring, source: Source) -> None:
    await settle()

    assert (source.asked, keyring.newest) == (0, None)


async def test_a_thousand_who_wait_for_the_first_key_are_one_request(keyring: Keyring, source: Source) -> None:
    found = await asyncio.gather(*(keyring.key() for _ in range(1000)))

    assert (source.asked, {key.key_id for key in found}) == (1, {"key-1"})


async def test_a_key_that_is_fresh_is_used_as_it_is(keyring: Keyring, source: Source) -> None:
    await keyring.key()
    source.now += HOUR - 301

    assert ((await keyring.key()).key_id, source.asked) == ("key-1", 1)


async def test_a_key_is_renewed_before_its_end_while_it_still_signs(keyring: Keyring, source: Source) -> None:
    await keyring.key()
    source.now += HOUR - 299
    source.may_answer.clear()

    meanwhile = await keyring.key()
    await settle()
    source.may_answer.set()
    await settle()

    assert (meanwhile.key_id, (await keyring.key()).key_id, source.asked) == ("key-1", "key-2", 2)


@pytest.mark.parametrize("left", [20.0, 0.0, -5.0])
async def test_a_key_at_its_end_signs_no_more(keyring: Keyring, source: Source, left: float) -> None:
    """One attempt lasts up to 15 s, so a key must outlive it."""
    await keyring.key()
    source.now += HOUR - left

    assert (await keyring.key()).key_id == "key-2"


async def test_a_short_lived_key_is_not_renewed_all_the_time(keyring: Keyring, source: Source) -> None:
    source.lifetime = 200.0
    for _ in range(100):
        await keyring.key()
        await settle()
        source.now += 1

    assert source.asked == 1


async def test_a_key_of_a_moment_is_not_fetched_for_every_call(keyring: Keyring, source: Source) -> None:
    source.lifetime = 1.0
    for _ in range(50):
        await keyring.key()
        await settle()
        source.now += 0.1

    assert source.asked == 1


async def test_a_key_that_tells_no_end_is_kept_until_it_is_refused(keyring: Keyring, source: Source) -> None:
    source.lifetime = None
    first = await keyring.key()
    source.now += 1000 * HOUR

    assert (await keyring.key()) is first
    assert (await keyring.replace(first)).key_id == "key-2"


async def test_a_thousand_refusals_of_one_key_are_one_renewal(keyring: Keyring, source: Source) -> None:
    refused = await keyring.key()

    found = await asyncio.gather(*(keyring.replace(refused) for _ in range(1000)))
    late = await keyring.replace(refused)

    assert (source.asked, {key.key_id for key in [*found, late]}) == (2, {"key-2"})


async def test_a_renewal_that_fails_is_not_tried_again_for_five_seconds(keyring: Keyring, source: Source) -> None:
    source.trouble = Unreachable("sts.aliyuncs.com cannot be reached")
    for seconds in (0.0, 4.0, 2.0):
        source.now += seconds
        with pytest.raises(Unreachable):
            await keyring.key()

    assert source.asked == 2  # at once, and after 6 s


async def test_a_failure_that_is_told_a_thousand_times_does_not_grow(keyring: Keyring, source: Source) -> None:
    source.trouble = NotSignedIn("the role is gone")
    for _ in range(1000):
        with pytest.raises(NotSignedIn) as caught:
            await keyring.key()

    assert len(traceback.extract_tb(caught.value.__traceback__)) < 10


async def test_a_failed_renewal_in_the_background_leaves_the_key_in_use(keyring: Keyring, source: Source) -> None:
    await keyring.key()
    source.now += HOUR - 100
    source.trouble = NotSignedIn("the role is gone")
    for _ in range(3):
        assert (await keyring.key()).key_id == "key-1"
        await settle()
    source.now += 90

    with pytest.raises(NotSignedIn):
        await keyring.key()


async def test_who_gives_up_waiting_does_not_end_the_renewal_of_the_others(keyring: Keyring, source: Source) -> None:
    source.may_answer.clear()
    impatient, patient = (asyncio.create_task(keyring.key()) for _ in range(2))
    await settle()

    impatient.cancel()
    await settle()
    source.may_answer.set()

    assert ((await patient).key_id, source.asked) == ("key-1", 1)


async def test_closing_gives_up_a_renewal_under_way(keyring: Keyring, source: Source) -> None:
    source.may_answer.clear()
    waiting = asyncio.create_task(keyring.key())
    await settle()

    await keyring.close()

    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_a_given_key_is_never_renewed() -> None:
    key = Key("given", "secret", "token", "ice:accessKey")
    keyring = Keyring(key)

    assert (await keyring.key(), keyring.is_renewable) == (key, False)


async def test_a_key_that_tells_no_end_is_not_held_to_the_end_of_the_one_before(
    keyring: Keyring, source: Source
) -> None:
    await keyring.key()
    source.now += HOUR
    source.lifetime = None
    await keyring.key()
    source.now += HOUR

    assert ((await keyring.key()).key_id, source.asked) == ("key-2", 2)
