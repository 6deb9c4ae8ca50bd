"""Whose key signs: what beats what, what is refused, and that a key never shows itself."""

from __future__ import annotations

import dataclasses
import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from ice_provider.alibaba import connect
from ice_provider.alibaba.credentials import order
from ice_provider.alibaba.credentials.key_variables import FAMILIES
from ice_provider.alibaba.credentials.keys import Key
from ice_provider.alibaba.credentials.order import Found
from ice_provider.alibaba.credentials.origins import (
    Address,
    AssumedRole,
    Given,
    InstanceRole,
    Origin,
    RoleSession,
    TrustedRole,
)
from ice_provider.config import ProviderConfig
from ice_provider.errors import InvalidInput, NotSignedIn
from ice_provider.redaction import Redactor
from ice_provider.roles import AssumeRole, AssumeRoleWithOidc
from support.authority import Authority
from support.key_services import PROVIDER, ROLE

FAMILY = FAMILIES[1]
PAIR = ("emulator", "emulator-secret", None)
OIDC_VARIABLES = {"ALIBABA_CLOUD_OIDC_PROVIDER_ARN": PROVIDER, "ALIBABA_CLOUD_OIDC_TOKEN_FILE": "token"}
SECONDS = "ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION"
ENVIRONMENT = {name: f"{name}-value" for family in FAMILIES for name in family}


def find(environment: dict[str, str] | None = None, **config: Any) -> Key:
    origin = order.find(ProviderConfig(**config), environment or {}).origin
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

    found = order.find(ProviderConfig(), environment)

    (note,) = found.notes
    assert note.startswith(
        "ALICLOUD_ACCESS_KEY and ALIBABA_CLOUD_ACCESS_KEY_ID belong to different keys (cana…irst and cana…cond)"
    )


def test_families_that_agree_are_nothing_to_tell() -> None:
    pair = ("the-key-id", "the-secret", "")
    environment = {name: value for names in FAMILIES for name, value in zip(names, pair, strict=True)}

    assert order.find(ProviderConfig(), environment).notes == ()


# --- which way is taken -----------------------------------------------------------------------------------------------

OIDC = AssumeRoleWithOidc(oidc_provider_arn=PROVIDER, role_arn=ROLE, oidc_token_file="token")
Row = tuple[str, dict[str, Any], Origin]
CONFIGURED: list[Row] = [
    ("ice:accessKey", {"access_key": "emulator", "secret_key": "emulator-secret"}, Given(Key(*PAIR, "ice:accessKey"))),
    ("ice:profile", {"profile": "p", "shared_credentials_file": "FILE"}, Given(Key(*PAIR, "profile p of FILE"))),
    ("ice:ecsRoleName", {"ecs_role_name": "reader"}, InstanceRole("reader")),
    ("ice:credentialsUri", {"credentials_uri": "http://127.0.0.1/keys"}, Address("http://127.0.0.1/keys")),
    (
        "ice:assumeRoleWithOidc",
        {"assume_role_with_oidc": OIDC},
        TrustedRole(RoleSession(ROLE, "pulumi-ice", 3600, "sts.aliyuncs.com"), PROVIDER, "token"),
    ),
    ("ice:sharedCredentialsFile", {"shared_credentials_file": "FILE"}, Given(Key(*PAIR, "profile p of FILE"))),
]
"""A word of the configuration, with what belongs to it, and what it means; in the order in which they are tried."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with one profile, `p`."""
    pair = dict(zip(("access_key_id", "access_key_secret"), PAIR[:2], strict=True))
    path = tmp_path / "profiles"
    path.write_text(json.dumps({"current": "p", "profiles": [{"name": "p", "mode": "AK", **pair}]}))
    return path


def at(file: Path, config: dict[str, Any]) -> ProviderConfig:
    return ProviderConfig(**{word: str(file) if value == "FILE" else value for word, value in config.items()})


def placed(origin: Origin, file: Path) -> Origin:
    """Return an expected origin for the file of a test."""
    if not isinstance(origin, Given):
        return origin
    return Given(dataclasses.replace(origin.key, source=origin.key.source.replace("FILE", str(file))))


@pytest.mark.parametrize(("word", "config", "origin"), CONFIGURED, ids=[word for word, _, _ in CONFIGURED])
def test_each_word_of_the_configuration_beats_the_whole_environment(
    file: Path, word: str, config: dict[str, Any], origin: Origin
) -> None:
    environment = {**ENVIRONMENT, **OIDC_VARIABLES, "ALICLOUD_ECS_ROLE_NAME": "other", "ALICLOUD_PROFILE": "p"}

    assert order.find(at(file, config), environment) == Found(placed(origin, file))


@pytest.mark.parametrize(("first", "other"), list(itertools.combinations(CONFIGURED, 2)), ids=lambda row: row[0])
def test_of_two_words_the_first_is_taken_and_the_other_one_told_of(file: Path, first: Row, other: Row) -> None:
    (used, config, origin), (unused, more, _) = first, other

    found = order.find(at(file, {**more, **config}), {})

    says_where_the_profile_is = (used, unused) == ("ice:profile", "ice:sharedCredentialsFile")
    told = () if says_where_the_profile_is else (f"{unused} is not used, because {used} is set",)
    assert found == Found(placed(origin, file), told)


def test_the_environment_is_tried_in_the_order_that_is_documented(file: Path) -> None:
    steps: list[tuple[dict[str, str], str]] = [
        ({FAMILIES[0][0]: "emulator", FAMILIES[0][1]: "emulator-secret"}, "ALICLOUD_ACCESS_KEY"),
        ({"ALICLOUD_PROFILE": "p", "ALICLOUD_SHARED_CREDENTIALS_FILE": str(file)}, f"profile p of {file}"),
        ({"ALIBABA_CLOUD_ROLE_ARN": ROLE, **OIDC_VARIABLES}, f"the role {ROLE}, by OIDC"),
        ({"ALICLOUD_ECS_ROLE_NAME": "reader"}, "the ECS instance role reader"),
        ({"ALICLOUD_CREDENTIALS_URI": "http://127.0.0.1/keys"}, "the credentials URI"),
        ({"ALICLOUD_SHARED_CREDENTIALS_FILE": str(file)}, f"profile p of {file}"),
    ]

    for place, (_, told) in enumerate(steps):
        environment = {name: value for step, _ in steps[place:] for name, value in step.items()}
        assert told in str(order.find(ProviderConfig(), environment).origin)


@pytest.mark.parametrize("variables", [("ALICLOUD_ASSUME_ROLE_ARN",), ("ALIBABA_CLOUD_ROLE_ARN",)])
def test_a_role_of_the_environment_is_assumed_with_the_key_of_the_environment_only(variables: tuple[str]) -> None:
    """A key of the configuration is meant as it is: the environment must not turn it into another identity."""
    environment = {**dict.fromkeys(variables, ROLE), "ALIBABA_CLOUD_ROLE_SESSION_NAME": "nightly"}
    pair = {"access_key": "emulator", "secret_key": "emulator-secret"}

    assumed = order.find(ProviderConfig(), {**environment, **ENVIRONMENT}).origin
    configured = order.find(ProviderConfig(**pair), environment).origin

    assert isinstance(assumed, AssumedRole)
    assert (assumed.session.role, assumed.session.name) == (ROLE, "nightly")
    assert isinstance(configured, Given)


def test_a_configured_role_wraps_whatever_key_was_found() -> None:
    role = AssumeRole(role_arn=ROLE, session_name="nightly", policy="{}", session_expiration=900, external_id="e")

    for config, environment in (({"ecs_role_name": "reader"}, {}), ({}, {"ALICLOUD_ECS_ROLE_NAME": "reader"})):
        origin = order.find(ProviderConfig(**config, assume_role=role), environment).origin
        session = RoleSession(ROLE, "nightly", 900, "sts.aliyuncs.com", "{}")
        assert origin == AssumedRole(session, InstanceRole("reader"), "e")


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        (
            {"ALICLOUD_ECS_ROLE_NAME": "r", "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true"},
            "ECS_METADATA_DISABLED is true",
        ),
        ({"ALICLOUD_PROFILE": "p"}, "there is no HOME"),
        ({"ALIBABA_CLOUD_ECS_METADATA": "a role"}, "ALIBABA_CLOUD_ECS_METADATA: must be the name of a RAM role"),
        ({"ALIBABA_CLOUD_CREDENTIALS_URI": "keys"}, "ALIBABA_CLOUD_CREDENTIALS_URI: must be a URI"),
        ({"ALIBABA_CLOUD_CREDENTIALS_FILE": "/no-such", "HOME": "/"}, "/no-such cannot be read: no such file"),
        ({**ENVIRONMENT, "ALIBABA_CLOUD_ROLE_ARN": "reader"}, "ALIBABA_CLOUD_ROLE_ARN: must be the ARN of a role"),
        ({**ENVIRONMENT, "ALICLOUD_ASSUME_ROLE_ARN": "reader"}, "ALICLOUD_ASSUME_ROLE_ARN: must be the ARN of a role"),
        *(
            ({**ENVIRONMENT, "ALIBABA_CLOUD_ROLE_ARN": ROLE, SECONDS: seconds}, f"{SECONDS}: must be")
            for seconds in ("899", "43201", "an hour", "0", "-900", "9" * 5000)
        ),
        (
            {**ENVIRONMENT, "ALIBABA_CLOUD_ROLE_ARN": ROLE, "ALIBABA_CLOUD_ROLE_SESSION_NAME": "a b"},
            "ALIBABA_CLOUD_ROLE_SESSION_NAME: must be 2 to 64",
        ),
        (
            {**ENVIRONMENT, "ALIBABA_CLOUD_ROLE_ARN": ROLE, "ALIBABA_CLOUD_STS_REGION": "evil.com/"},
            "ALIBABA_CLOUD_STS_REGION",
        ),
    ],
)
def test_a_variable_that_cannot_be_used_is_named(environment: dict[str, str], told: str) -> None:
    with pytest.raises((NotSignedIn, InvalidInput), match=told):
        order.find(ProviderConfig(), environment)


@pytest.mark.parametrize("configured", [None, 7200])
def test_how_long_a_session_lasts_stands_in_the_configuration_else_in_the_environment(configured: int | None) -> None:
    role = AssumeRole(role_arn=ROLE, session_expiration=configured)

    origin = order.find(ProviderConfig(ecs_role_name="reader", assume_role=role), {SECONDS: "900"}).origin

    assert isinstance(origin, AssumedRole)
    assert origin.session.seconds == (configured or 900)


# --- files at home ----------------------------------------------------------------------------------------------------

AT_HOME = {"HOME": "/home/me", "ALIBABA_CLOUD_ROLE_ARN": ROLE, "ALIBABA_CLOUD_OIDC_PROVIDER_ARN": PROVIDER}


@pytest.mark.parametrize(
    ("config", "environment"),
    [
        (
            AssumeRoleWithOidc(oidc_provider_arn=PROVIDER, role_arn=ROLE, oidc_token_file="~/token"),
            {"HOME": "/home/me"},
        ),
        (None, {**AT_HOME, "ALIBABA_CLOUD_OIDC_TOKEN_FILE": "~/token"}),
    ],
    ids=["configuration", "environment"],
)
def test_a_token_file_may_be_at_home(config: AssumeRoleWithOidc | None, environment: dict[str, str]) -> None:
    origin = order.find(ProviderConfig(assume_role_with_oidc=config), environment).origin

    assert isinstance(origin, TrustedRole)
    assert origin.token_file == "/home/me/token"


def test_without_a_home_a_path_is_taken_as_it_is() -> None:
    oidc = AssumeRoleWithOidc(oidc_provider_arn=PROVIDER, role_arn=ROLE, oidc_token_file="~/token")

    origin = order.find(ProviderConfig(assume_role_with_oidc=oidc), {}).origin

    assert isinstance(origin, TrustedRole)
    assert origin.token_file == "~/token"


async def test_the_authorities_may_be_at_home(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_bytes(Authority().pem)
    config = ProviderConfig(region="cn-shanghai", access_key="mine", secret_key="hush", ca_file="~/ca.pem")

    client = await connect(config, {"HOME": str(tmp_path)}, Redactor())

    await client.close()


# --- the file of the aliyun CLI, which nobody has named ---------------------------------------------------------------


def home(folder: Path, **profile: str) -> dict[str, str]:
    """Return an environment whose home has the CLI's file, with one profile."""
    (folder / ".aliyun").mkdir()
    (folder / ".aliyun" / "config.json").write_text(
        json.dumps({"current": "default", "profiles": [{"name": "default", "output_format": "json", **profile}]})
    )
    return {"HOME": str(folder)}


@pytest.mark.parametrize("mode", ["", "AK"])
def test_a_cli_that_nobody_has_set_up_is_the_same_as_no_credentials(tmp_path: Path, mode: str) -> None:
    with pytest.raises(NotSignedIn, match="no credentials for Alibaba Cloud"):
        find(home(tmp_path, mode=mode))


@pytest.mark.parametrize(
    ("config", "environment"),
    [
        ({"profile": "default"}, {}),
        ({"shared_credentials_file": "FILE"}, {}),
        ({}, {"ALIBABA_CLOUD_PROFILE": "default"}),
        ({}, {"ALIBABA_CLOUD_CREDENTIALS_FILE": "FILE"}),
    ],
    ids=str,
)
def test_whoever_names_a_profile_or_a_file_is_told_that_it_is_not_set_up(
    tmp_path: Path, config: dict[str, str], environment: dict[str, str]
) -> None:
    surroundings = home(tmp_path, mode="")
    file = tmp_path / ".aliyun" / "config.json"
    named = {name: value.replace("FILE", str(file)) for name, value in environment.items()}

    with pytest.raises(NotSignedIn, match=f"profile default of {file} is not configured yet") as caught:
        order.find(at(file, config), {**surroundings, **named})

    assert "aliyun configure --profile default" in str(caught.value)


def test_the_clis_own_file_is_passed_over_when_it_is_switched_off(tmp_path: Path) -> None:
    environment = home(tmp_path, mode="AK", access_key_id="emulator", access_key_secret="emulator-secret")

    assert find(environment).key_id == "emulator"
    with pytest.raises(NotSignedIn, match="no credentials"):
        find({**environment, "ALIBABA_CLOUD_CLI_PROFILE_DISABLED": "TRUE"})


# --- OIDC in the environment ------------------------------------------------------------------------------------------

WHOLE = {"ALIBABA_CLOUD_ROLE_ARN": ROLE, **OIDC_VARIABLES}
HALVES = [dict(each) for size in (1, 2) for each in itertools.combinations(WHOLE.items(), size)]
HALVES.remove({"ALIBABA_CLOUD_ROLE_ARN": ROLE})  # which is for a key to assume


@pytest.mark.parametrize("oidc", [WHOLE, *HALVES], ids=lambda oidc: [*oidc])
def test_a_key_does_not_assume_a_role_that_is_meant_for_oidc(oidc: dict[str, str]) -> None:
    """In Kubernetes every pod with RRSA has these variables, also one that is given a key of its own."""
    assert find({**ENVIRONMENT, **oidc}).key_id == "ALICLOUD_ACCESS_KEY-value"


@pytest.mark.parametrize(("key", "base"), [(ENVIRONMENT, Given), ({}, TrustedRole)], ids=["a key's", "OIDC's"])
def test_a_role_that_is_never_meant_for_oidc_is_assumed_beside_it(key: dict[str, str], base: type) -> None:
    other = "acs:ram::123456789012:role/other"

    origin = order.find(ProviderConfig(), {**key, **WHOLE, "ALICLOUD_ASSUME_ROLE_ARN": other}).origin

    assert isinstance(origin, AssumedRole)
    assert origin.session.role == other
    assert isinstance(origin.base, base)


def test_a_role_that_oidc_has_opened_does_not_assume_itself() -> None:
    origin = order.find(ProviderConfig(), {**WHOLE, "ALICLOUD_ASSUME_ROLE_ARN": ROLE}).origin

    assert isinstance(origin, TrustedRole)


@pytest.mark.parametrize("half", HALVES, ids=lambda half: [*half])
def test_half_of_oidc_is_an_error_that_names_what_is_missing_when_nothing_else_signs_in(half: dict[str, str]) -> None:
    with pytest.raises(NotSignedIn) as caught:
        find(half)

    missing = " and ".join(name for name in WHOLE if name not in half)
    assert caught.value.headline == f"OIDC needs {missing} beside {' and '.join(half)}"


def test_half_of_oidc_is_told_of_when_something_else_signs_in() -> None:
    half = {"ALIBABA_CLOUD_OIDC_TOKEN_FILE": "token"}

    found = order.find(ProviderConfig(), {"ALICLOUD_ECS_ROLE_NAME": "reader", **half})

    told = "OIDC needs ALIBABA_CLOUD_ROLE_ARN and ALIBABA_CLOUD_OIDC_PROVIDER_ARN beside ALIBABA_CLOUD_OIDC_TOKEN_FILE"
    assert found == Found(InstanceRole("reader"), (f"{told}: the ECS instance role reader is used instead",))


@pytest.mark.parametrize("oidc", [WHOLE, {"ALIBABA_CLOUD_ROLE_ARN": ROLE}], ids=["whole", "a role alone"])
def test_nothing_is_told_of_oidc_that_is_whole_or_not_meant(oidc: dict[str, str]) -> None:
    pair = {FAMILY[0]: "emulator", FAMILY[1]: "emulator-secret"}

    assert order.find(ProviderConfig(), {**pair, **oidc}).notes == ()
