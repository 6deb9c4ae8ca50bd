"""Files of profiles: what cannot be used is named with its remedy, and nothing of a file is repeated."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from ice_provider.alibaba.credentials import order
from ice_provider.alibaba.credentials.order import Found
from ice_provider.alibaba.credentials.origins import AssumedRole, Command, Given, InstanceRole, RoleSession, TrustedRole
from ice_provider.config import ProviderConfig
from ice_provider.errors import InvalidInput, NotSignedIn
from support.key_services import PROVIDER, ROLE

PAIR = {"access_key_id": "canary-key-id", "access_key_secret": "canary-secret"}


def find(folder: Path, content: Any, name: str | None = "p", **environment: str) -> Found:
    file = folder / "profiles"
    if isinstance(content, dict) and "profiles" not in content:
        content = json.dumps({"current": "p", "profiles": [{"name": "p", **content}]})
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return order.find(ProviderConfig(profile=name, shared_credentials_file=str(file)), environment)


UNUSABLE: dict[str, tuple[Any, str]] = {
    "empty": ("", "there is no profile p"),
    "no JSON": ('{"profiles": [', "is no configuration of the aliyun CLI"),
    "a list": ("[1]", "there is no profile p"),
    "profiles are no list": ('{"profiles": {"a": 1}}', "is no configuration of the aliyun CLI"),
    "a profile is no object": ('{"profiles": ["canary-secret"]}', "is no configuration of the aliyun CLI"),
    "no such profile": ({"profiles": [{"name": "other", "mode": "AK", **PAIR}]}, "there is no profile p"),
    "deep": ('{"profiles":' * 100_000, "is no configuration of the aliyun CLI"),
    "nothing": ({}, "is not configured yet"),
    "no mode": ({"mode": "", "access_key_id": "canary-key-id"}, "is not configured yet"),
    "another mode": ({"mode": "RsaKeyPair", **PAIR}, "is of the kind 'RsaKeyPair', which is not supported"),
    "a mode that is no text": ({"mode": ["AK"]}, "is not configured yet"),
    "half a pair": ({"mode": "AK", "access_key_id": "canary-key-id"}, "half a key pair: access_key_id in profile p"),
    "no key": ({"mode": "AK"}, "holds no key"),
    "a key that is no text": ({"mode": "AK", "access_key_id": 5, "access_key_secret": ["canary"]}, "half a key pair"),
    "no role": ({"mode": "RamRoleArn", **PAIR}, "lacks ram_role_arn"),
    "no source": ({"mode": "ChainableRamRoleArn", "ram_role_arn": ROLE}, "lacks source_profile"),
    "itself": ({"mode": "ChainableRamRoleArn", "ram_role_arn": ROLE, "source_profile": "p"}, "name each other"),
    "no provider": ({"mode": "OIDC", "ram_role_arn": ROLE, "oidc_token_file": "f"}, "lacks oidc_provider_arn"),
    "no command": ({"mode": "External"}, "lacks process_command"),
    "no sign-in": ({"mode": "CloudSSO"}, "lacks cloud_sso_sign_in_url"),
    **{
        f"a sign-in at {url}": (
            {"mode": "CloudSSO", "cloud_sso_sign_in_url": url},
            "cloud_sso_sign_in_url in profile p of",
        )
        for url in ("http://signin.example.com", "signin.example.com", "//signin.example.com", "https://", "https:x")
    },
    "seconds that are none": (
        {"mode": "RamRoleArn", **PAIR, "ram_role_arn": ROLE, "expired_seconds": "soon"},
        "expired_seconds in profile p",
    ),
    "seconds that are too few": (
        {"mode": "RamRoleArn", **PAIR, "ram_role_arn": ROLE, "expired_seconds": 60},
        "/profiles: must be 900 to 43200 seconds",
    ),
    "seconds without end": (
        {"mode": "RamRoleArn", **PAIR, "ram_role_arn": ROLE, "expired_seconds": "9" * 5000},
        "expired_seconds in profile p",
    ),
    "a role that is none": ({"mode": "RamRoleArn", **PAIR, "ram_role_arn": "reader"}, "ram_role_arn in profile p of"),
    "a session's name that is none": (
        {"mode": "RamRoleArn", **PAIR, "ram_role_arn": ROLE, "ram_session_name": "a b"},
        "ram_session_name in profile p of",
    ),
    "a region that is none": (
        {"mode": "RamRoleArn", **PAIR, "ram_role_arn": ROLE, "sts_region": "evil.com/"},
        "sts_region in profile p of",
    ),
    "a sign-in that an INI file cannot keep": (
        "[p]\ntype = OAuth\noauth_access_token = canary",
        "is of the kind 'OAuth in an INI file', which is not supported",
    ),
    "an INI file without sections": ("access_key_id = canary-key-id", "is neither JSON nor INI"),
}


@pytest.mark.parametrize("case", UNUSABLE)
def test_a_profile_that_cannot_be_used_is_an_error_that_names_it_and_a_remedy(tmp_path: Path, case: str) -> None:
    content, told = UNUSABLE[case]

    with pytest.raises((NotSignedIn, InvalidInput)) as caught:
        find(tmp_path, content)

    assert told in caught.value.headline
    assert "canary" not in str(caught.value)
    assert dict(caught.value.hints).get("next") or isinstance(caught.value, InvalidInput)


@pytest.mark.parametrize(
    ("name", "why"), [("missing", "no such file"), ("pipe", "it is no file"), ("binary", "it is no text")]
)
def test_a_file_that_cannot_be_read_is_named_and_a_pipe_is_not_waited_for(tmp_path: Path, name: str, why: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "binary").write_bytes(b"\xff\x00")
    config = ProviderConfig(profile="p", shared_credentials_file=str(tmp_path / name))

    with pytest.raises(NotSignedIn, match=f"{name} cannot be read: {why}"):
        order.find(config, {})


def test_a_name_that_is_nearly_right_is_suggested(tmp_path: Path) -> None:
    with pytest.raises(NotSignedIn, match='did you mean "p-one"'):
        find(tmp_path, {"profiles": [{"name": "p-one", "mode": "AK", **PAIR}]}, "p-onr")


def test_of_two_profiles_with_one_name_the_first_counts_as_for_the_cli(tmp_path: Path) -> None:
    other = {"name": "p", "mode": "AK", "access_key_id": "another-key-id", "access_key_secret": "another-secret"}

    origin = find(tmp_path, {"profiles": [{"name": "p", "mode": "AK", **PAIR}, other]}).origin

    assert isinstance(origin, Given)
    assert origin.key.key_id == "canary-key-id"


def test_a_command_is_run_only_when_the_configuration_names_its_profile(tmp_path: Path) -> None:
    command = {"mode": "External", "process_command": "print-a-key --canary"}
    file = tmp_path / "profiles"

    named = find(tmp_path, command)

    assert isinstance(named.origin, Command)
    for environment in (
        {"ALICLOUD_PROFILE": "p", "ALICLOUD_SHARED_CREDENTIALS_FILE": str(file)},
        {"ALICLOUD_SHARED_CREDENTIALS_FILE": str(file)},
    ):
        with pytest.raises(NotSignedIn, match="runs a command, which must be asked for by name") as caught:
            order.find(ProviderConfig(), environment)
        assert "pulumi config set ice:profile p" in str(caught.value)


def test_a_role_may_take_its_key_from_a_chain_of_profiles(tmp_path: Path) -> None:
    chain = {
        "profiles": [
            {
                "name": "p",
                "mode": "ChainableRamRoleArn",
                "ram_role_arn": ROLE,
                "source_profile": "q",
                "external_id": "e",
            },
            {"name": "q", "mode": "ChainableRamRoleArn", "ram_role_arn": ROLE, "source_profile": "r"},
            {"name": "r", "mode": "AK", **PAIR},
        ]
    }

    outer = find(tmp_path, chain).origin

    assert isinstance(outer, AssumedRole)
    assert isinstance(outer.base, AssumedRole)
    assert (outer.external_id, type(outer.base.base)) == ("e", Given)


FILLED_IN = {
    "ALIBABA_CLOUD_ROLE_SESSION_NAME": "nightly",
    "ALIBABA_CLOUD_STS_REGION": "cn-beijing",
    "ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED": "true",
}
SAID = {
    "ram_session_name": "release",
    "expired_seconds": 900,
    "policy": "{}",
    "sts_region": "cn-shanghai",
    "enable_vpc": False,
}


@pytest.mark.parametrize("environment", [{}, FILLED_IN], ids=["empty", "full"])
def test_what_a_profile_says_of_a_role_beats_the_environment(tmp_path: Path, environment: dict[str, str]) -> None:
    session = session_of(tmp_path, SAID, environment)

    assert session == RoleSession(ROLE, "release", 900, "sts.cn-shanghai.aliyuncs.com", "{}")


def test_what_a_profile_leaves_out_is_filled_in(tmp_path: Path) -> None:
    alone, filled_in = session_of(tmp_path, {}, {}), session_of(tmp_path, {"expired_seconds": 0}, FILLED_IN)

    assert alone == RoleSession(ROLE, "pulumi-ice", 3600, "sts.aliyuncs.com")
    assert filled_in == RoleSession(ROLE, "nightly", 3600, "sts-vpc.cn-beijing.aliyuncs.com")


def test_a_profile_may_ask_for_the_token_service_inside_a_vpc(tmp_path: Path) -> None:
    session = session_of(tmp_path, {"sts_region": "cn-shanghai", "enable_vpc": True}, {})

    assert session.host == "sts-vpc.cn-shanghai.aliyuncs.com"


def session_of(folder: Path, settings: dict[str, Any], environment: dict[str, str]) -> RoleSession:
    """Return the session of a role that a profile with these settings is assumed for."""
    origin = find(folder, {"mode": "RamRoleArn", **PAIR, "ram_role_arn": ROLE, **settings}, **environment).origin
    assert isinstance(origin, AssumedRole)
    return origin.session


@pytest.mark.parametrize("name", ["ram_session_name", "role_session_name"])
def test_the_session_of_oidc_goes_by_the_name_of_the_cli_or_that_of_the_sdk(tmp_path: Path, name: str) -> None:
    profile = {"mode": "OIDC", "ram_role_arn": ROLE, "oidc_provider_arn": PROVIDER, "oidc_token_file": "the-file"}

    origin = find(tmp_path, {**profile, name: "release"}).origin

    assert isinstance(origin, TrustedRole)
    assert origin.session.name == "release"


WITHOUT_MODE: dict[str, tuple[dict[str, str], type]] = {
    "a pair": (PAIR, Given),
    "a pair and a role": ({**PAIR, "ram_role_arn": ROLE}, AssumedRole),
    "an instance's role": ({"ram_role_name": "reader"}, InstanceRole),
    "a command": ({"process_command": "print-a-key"}, Command),
}


@pytest.mark.parametrize("holds", WITHOUT_MODE)
@pytest.mark.parametrize("mode", [{}, {"mode": ""}], ids=["absent", "empty"])
def test_a_profile_without_a_mode_is_what_the_cli_takes_it_for(
    tmp_path: Path, mode: dict[str, str], holds: str
) -> None:
    settings, kind = WITHOUT_MODE[holds]

    assert isinstance(find(tmp_path, {**mode, **settings}).origin, kind)


def test_a_pair_with_a_token_but_no_mode_keeps_its_token(tmp_path: Path) -> None:
    origin = find(tmp_path, {**PAIR, "sts_token": "canary-token"}).origin

    assert isinstance(origin, Given)
    assert origin.key.token == "canary-token"


def test_a_file_may_begin_with_a_mark_of_its_encoding(tmp_path: Path) -> None:
    profile = json.dumps({"profiles": [{"name": "p", "mode": "AK", **PAIR}]})

    assert isinstance(find(tmp_path, f"\ufeff{profile}").origin, Given)


def test_a_profile_with_the_instances_role_obeys_what_the_environment_says_of_metadata(tmp_path: Path) -> None:
    profile = {"mode": "EcsRamRole", "ram_role_name": "reader"}

    assert find(tmp_path, profile, ALIBABA_CLOUD_IMDSV1_DISABLED="true").origin == InstanceRole(
        "reader", token_only=True
    )
    with pytest.raises(NotSignedIn, match="ECS_METADATA_DISABLED"):
        find(tmp_path, profile, ALIBABA_CLOUD_ECS_METADATA_DISABLED="true")


def test_a_role_of_any_instance_is_the_one_that_the_instance_tells(tmp_path: Path) -> None:
    assert find(tmp_path, {"mode": "EcsRamRole"}).origin == InstanceRole(None)


def test_oidc_of_a_profile_reads_its_token_from_the_file(tmp_path: Path) -> None:
    profile = {"mode": "OIDC", "ram_role_arn": ROLE, "oidc_provider_arn": PROVIDER, "oidc_token_file": "~/the-file"}

    origin = find(tmp_path, profile, HOME="/home/me").origin

    assert isinstance(origin, TrustedRole)
    assert (origin.provider, origin.token_file, origin.token) == (PROVIDER, "/home/me/the-file", None)
