"""Whose key signs: what beats what, what is refused, and that a key never shows itself."""

from __future__ import annotations

from typing import Any

import pytest

from ice_provider.alibaba import connect, credentials
from ice_provider.alibaba.credentials import FAMILIES
from ice_provider.alibaba.keys import Key
from ice_provider.alibaba.origins import Given
from ice_provider.config import ProviderConfig
from ice_provider.errors import NotSignedIn
from ice_provider.redaction import Redactor

FAMILY = FAMILIES[1]
ENVIRONMENT = {name: f"{name}-value" for family in FAMILIES for name in family}


def find(environment: dict[str, str] | None = None, **config: Any) -> Key:
    origin = credentials.find(ProviderConfig(**config), environment or {}).origin
    assert isinstance(origin, Given)
    return origin.key


def test_configuration_beats_every_environment_variable() -> None:
    key = find(ENVIRONMENT, access_key="mine", secret_key="hush")

    assert (key.key_id, key.secret, key.token, key.source) == ("mine", "hush", None, "ice:accessKey")


def test_a_configured_token_belongs_to_the_configured_pair() -> None:
    assert find(ENVIRONMENT, access_key="mine", secret_key="hush", security_token="an-hour").token == "an-hour"


@pytest.mark.parametrize("first", range(3), ids=[names[0] for names in FAMILIES])
def test_of_several_families_the_first_that_is_set_is_taken_whole(first: int) -> None:
    environment = {name: f"{name}-value" for family in FAMILIES[first:] for name in family}

    key = find(environment)

    names = FAMILIES[first]
    assert (key.key_id, key.secret, key.token) == tuple(f"{name}-value" for name in names)
    assert key.source == names[0]


@pytest.mark.parametrize("names", FAMILIES, ids=[names[0] for names in FAMILIES])
def test_a_token_of_another_family_is_never_mixed_in(names: tuple[str, str, str]) -> None:
    others = {other[2]: "stray" for other in FAMILIES if other is not names}

    assert find({names[0]: "id", names[1]: "secret", **others}).token is None


@pytest.mark.parametrize(
    ("config", "environment", "headline"),
    [
        ({"access_key": "x"}, {}, "ice:accessKey is set, ice:secretKey is not"),
        ({"secret_key": "x"}, {}, "ice:secretKey is set, ice:accessKey is not"),
        ({"security_token": "x"}, {}, "ice:securityToken is set, ice:accessKey is not"),
        ({"access_key": "x", "security_token": "x"}, {}, "ice:accessKey is set, ice:secretKey is not"),
        ({}, {FAMILY[0]: "x"}, f"{FAMILY[0]} is set, {FAMILY[1]} is not"),
        ({}, {FAMILY[1]: "x"}, f"{FAMILY[1]} is set, {FAMILY[0]} is not"),
        ({"access_key": "x"}, ENVIRONMENT, "ice:accessKey is set, ice:secretKey is not"),
        ({}, {FAMILY[0]: "x", FAMILIES[2][0]: "y", FAMILIES[2][1]: "z"}, f"{FAMILY[0]} is set, {FAMILY[1]} is not"),
        ({}, {FAMILY[0]: "x", FAMILIES[2][1]: "z"}, f"{FAMILY[0]} is set, {FAMILY[1]} is not"),
        ({"access_key": "x", "secret_key": "  "}, {}, "ice:accessKey is set, ice:secretKey is not"),
    ],
)
def test_half_a_pair_is_an_error_that_names_the_other_half(
    config: dict[str, str], environment: dict[str, str], headline: str
) -> None:
    """It is never made whole from another place: that would sign with somebody else's key."""
    with pytest.raises(NotSignedIn) as caught:
        find(environment, **config)

    assert caught.value.headline == f"half a key pair: {headline}"


@pytest.mark.parametrize("blank", ["", "  ", "\n"], ids=["empty", "spaces", "line break"])
def test_blank_is_not_set(blank: str) -> None:
    environment = {**dict.fromkeys(FAMILIES[0], blank), FAMILY[0]: "id", FAMILY[1]: "secret", FAMILY[2]: blank}

    key = find(environment, access_key=blank, secret_key=blank, security_token=blank)

    assert (key.key_id, key.token, key.source) == ("id", None, FAMILY[0])


def test_nothing_at_all_is_an_error_that_names_both_ways_to_sign_in() -> None:
    with pytest.raises(NotSignedIn) as caught:
        find({FAMILY[2]: "a token alone", "ALICLOUD_ACCESS_KEY": " "})

    text = str(caught.value)
    for part in ("no credentials", "ALIBABA_CLOUD_ACCESS_KEY_ID", "ice:accessKey", "--secret"):
        assert part in text


def test_white_space_around_a_value_is_taken_off() -> None:
    key = find({FAMILY[0]: " id\n", FAMILY[1]: "\tsecret ", FAMILY[2]: "token\r\n"})

    assert (key.key_id, key.secret, key.token) == ("id", "secret", "token")


@pytest.mark.parametrize("place", range(3), ids=FAMILY)
@pytest.mark.parametrize("odd", ["two\nlines", "two words", "c\r\nX-Evil: 1", "naïve", "\x00x", "“quoted”"])
def test_a_value_that_no_header_can_carry_is_refused_by_name_and_not_repeated(place: int, odd: str) -> None:
    with pytest.raises(NotSignedIn, match=FAMILY[place]) as caught:
        find({**dict(zip(FAMILY, ("id", "secret", "token"), strict=True)), FAMILY[place]: odd})

    assert odd not in str(caught.value)


@pytest.mark.parametrize(
    ("key_id", "shown"),
    [
        ("LTAI5tAbCdEfGhIjKlMnx3Qz", "LTAI…x3Qz"),
        ("STS.NUgYrLnoC37mZZCNnAbez3Qz", "STS.…z3Qz"),
        ("ninechars", "nine…hars"),
        ("emulator", "em…"),
        ("a", "a…"),
    ],
)
def test_a_key_shows_its_ends_and_where_it_was_found(key_id: str, shown: str) -> None:
    assert str(find({}, access_key=key_id, secret_key="hush")) == f"the key {shown} (from ice:accessKey)"


def test_a_key_never_shows_itself() -> None:
    key = find({}, access_key="LTAI5tAbCdEfGhIjKlMnx3Qz", secret_key="hush-hush", security_token="CAIS-canary")

    for text in (repr(key), str(key), f"{key}", f"{[key]}", f"{key!r:>5}"):
        assert not {part for part in ("hush", "CAIS", "5tAbCd") if part in text}


async def test_signing_in_teaches_the_redactor_secret_and_token() -> None:
    redactor = Redactor()
    config = ProviderConfig(
        region="cn-shanghai", access_key="mine", secret_key="hush-hush", security_token="CAIS-canary"
    )

    client = await connect(config, {}, redactor)

    await client.close()
    assert redactor.redact("hush-hush and CAIS-canary") == "[secret] and [secret]"
    assert (client.region, client.caller) == ("cn-shanghai", "the key mi… (from ice:accessKey)")


async def test_signing_in_without_credentials_fails_before_anything_is_opened() -> None:
    with pytest.raises(NotSignedIn) as caught:
        await connect(ProviderConfig(region="cn-shanghai", access_key="LTAI5tAbCdEfGhIjKlMnx3Qz"), {}, Redactor())

    assert "5tAbCd" not in str(caught.value)


def test_families_that_differ_are_told_of_with_masked_keys() -> None:
    environment = {
        "ALICLOUD_ACCESS_KEY": "canary-of-the-first",
        "ALICLOUD_SECRET_KEY": "one",
        "ALIBABA_CLOUD_ACCESS_KEY_ID": "canary-of-the-second",
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "two",
    }

    found = credentials.find(ProviderConfig(), environment)

    (note,) = found.notes
    assert note.startswith(
        "ALICLOUD_ACCESS_KEY and ALIBABA_CLOUD_ACCESS_KEY_ID belong to different keys (cana…irst and cana…cond)"
    )


def test_families_that_agree_are_nothing_to_tell() -> None:
    pair = ("the-key-id", "the-secret", "")
    environment = {name: value for names in credentials.FAMILIES for name, value in zip(names, pair, strict=True)}

    assert credentials.find(ProviderConfig(), environment).notes == ()
