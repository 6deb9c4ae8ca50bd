"""Every way to sign in: what a user sets, and what is asked of whom before the API is called."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.key_services import GRANTS, OAUTH_REFRESH_TOKEN, OAUTH_TOKEN, OIDC_TOKEN, PROVIDER, ROLE, SSO_TOKEN

HERE = "<folder>"
"""Stands for the folder that `write_files` wrote to."""

_METADATA = "100.100.100.200"
_ROLES = "/latest/meta-data/ram/security-credentials/"
_TOKEN_FIRST = f"{_METADATA} /latest/api/token"
_INSTANCE = (_TOKEN_FIRST, f"{_METADATA} {_ROLES}reader")
_ROLE = "sts.aliyuncs.com / AssumeRole"
_OIDC = "sts.aliyuncs.com / AssumeRoleWithOIDC"
_URI = "/keys"

_PAIR = {"access_key_id": "emulator", "access_key_secret": "emulator-secret"}
_STS = dict(zip(("access_key_id", "access_key_secret", "sts_token"), GRANTS[0], strict=True))
_PRINTS = f"import json; print(json.dumps({ {**_PAIR, 'mode': 'AK'}!r}))"
_PROFILES: list[dict[str, Any]] = [
    {"name": "default", "mode": "AK", **_PAIR},
    {"name": "sts", "mode": "StsToken", **_STS},
    {"name": "role", "mode": "RamRoleArn", **_PAIR, "ram_role_arn": ROLE, "ram_session_name": "a-session"},
    {"name": "chain", "mode": "ChainableRamRoleArn", "source_profile": "role", "ram_role_arn": ROLE},
    {"name": "instance", "mode": "EcsRamRole", "ram_role_name": "reader"},
    {"name": "any instance", "mode": "EcsRamRole"},
    {
        "name": "oidc",
        "mode": "OIDC",
        "oidc_provider_arn": PROVIDER,
        "oidc_token_file": f"{HERE}/oidc-token",
        "ram_role_arn": ROLE,
    },
    {
        "name": "sso",
        "mode": "CloudSSO",
        "cloud_sso_sign_in_url": "https://signin.example.com/start",
        "cloud_sso_account_id": "123456789012",
        "cloud_sso_access_config": "ac-1",
        "access_token": SSO_TOKEN,
        "cloud_sso_access_token_expire": 4_000_000_000,
    },
    {
        "name": "browser",
        "mode": "OAuth",
        "oauth_site_type": "CN",
        "oauth_access_token": OAUTH_TOKEN,
        "oauth_access_token_expire": 4_000_000_000,
        "oauth_refresh_token": OAUTH_REFRESH_TOKEN,
    },
    {"name": "command", "mode": "External", "process_command": shlex.join([sys.executable, "-c", _PRINTS])},
]
_INI = f"""
[default]
type = access_key
access_key_id = emulator     # a comment
access_key_secret = emulator-secret

[sts]
type = sts
access_key_id = {GRANTS[0][0]}
access_key_secret = {GRANTS[0][1]}
security_token = {GRANTS[0][2]}

[role]
type = ram_role_arn
access_key_id = emulator
access_key_secret = emulator-secret
role_arn = {ROLE}
role_session_name = a-session

[oidc]
type = oidc_role_arn
oidc_provider_arn = {PROVIDER}
oidc_token_file_path = {HERE}/oidc-token
role_arn = {ROLE}

[instance]
type = ecs_ram_role
role_name = reader
"""


@dataclass(frozen=True)
class Way:
    """One way to sign in.

    Attributes:
        config: What the user sets, in the user's words.
        environment: The variables of the environment.
        asks: `host path action` of each request before the first call of the API.
        kind: How the official SDK names the way, in each call of the API.
    """

    config: Mapping[str, Any] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    asks: tuple[str, ...] = ()
    kind: str = "static_ak"

    def at(self, folder: Path, uri: str) -> tuple[dict[str, Any], dict[str, str]]:
        """Return configuration and environment for the files in a folder and the URI that hands out keys."""
        text = json.dumps([self.config, self.environment]).replace(HERE, str(folder)).replace("<uri>", uri)
        config, environment = json.loads(text)
        return config, environment


def write_files(folder: Path) -> None:
    """Write the files that ways name."""
    (folder / "oidc-token").write_text(OIDC_TOKEN)
    (folder / "home" / ".aliyun").mkdir(parents=True)
    profiles = json.dumps({"current": "sts", "profiles": _PROFILES}).replace(HERE, str(folder))
    (folder / "config.json").write_text(profiles)
    (folder / "home" / ".aliyun" / "config.json").write_text(profiles)
    (folder / "credentials.ini").write_text(_INI.replace(HERE, str(folder)))


def _profile(name: str, *asks: str, kind: str = "static_ak", file: str = "config.json") -> Way:
    return Way({"profile": name, "sharedCredentialsFile": f"{HERE}/{file}"}, asks=asks, kind=kind)


def _ini(name: str, *asks: str, kind: str = "static_ak") -> Way:
    return _profile(name, *asks, kind=kind, file="credentials.ini")


_CONFIGURED = {"accessKey": "emulator", "secretKey": "emulator-secret"}
_FAMILY = {"ALICLOUD_ACCESS_KEY": "emulator", "ALICLOUD_SECRET_KEY": "emulator-secret"}
_TRUSTED = {"oidcProviderArn": PROVIDER, "roleArn": ROLE}
WAYS: Mapping[str, Way] = {
    "a configured pair": Way(_CONFIGURED),
    "a configured STS token": Way(
        dict(zip(("accessKey", "secretKey", "securityToken"), GRANTS[0], strict=True)), kind="static_sts"
    ),
    "the environment's pair": Way(environment=_FAMILY),
    "a profile with a pair": _profile("default"),
    "a profile with an STS token": _profile("sts", kind="static_sts"),
    "a profile with a role": _profile("role", _ROLE, kind="ram_role_arn/static_ak"),
    "a profile with a role of another profile": _profile(
        "chain", _ROLE, _ROLE, kind="ram_role_arn/ram_role_arn/static_ak"
    ),
    "a profile with the instance's role": _profile("instance", *_INSTANCE, kind="ecs_ram_role"),
    "a profile with whatever role the instance has": _profile(
        "any instance", _TOKEN_FIRST, f"{_METADATA} {_ROLES}", *_INSTANCE, kind="ecs_ram_role"
    ),
    "a profile with OIDC": _profile("oidc", _OIDC, kind="oidc_role_arn"),
    "a profile with CloudSSO": _profile("sso", "signin.example.com /cloud-credentials", kind="cloud_sso"),
    "a profile with OAuth": _profile("browser", "oauth.aliyun.com /v1/exchange", kind="oauth"),
    "a profile with a command": _profile("command", kind="external"),
    "an INI profile with a pair": _ini("default"),
    "an INI profile with an STS token": _ini("sts", kind="static_sts"),
    "an INI profile with a role": _ini("role", _ROLE, kind="ram_role_arn/static_ak"),
    "an INI profile with OIDC": _ini("oidc", _OIDC, kind="oidc_role_arn"),
    "an INI profile with the instance's role": _ini("instance", *_INSTANCE, kind="ecs_ram_role"),
    "a file of profiles": Way({"sharedCredentialsFile": f"{HERE}/config.json"}, kind="static_sts"),
    "a profile that the environment names": Way(
        environment={"ALICLOUD_PROFILE": "sts", "ALICLOUD_SHARED_CREDENTIALS_FILE": f"{HERE}/config.json"},
        kind="static_sts",
    ),
    "the CLI's own file": Way(environment={"HOME": f"{HERE}/home"}, kind="static_sts"),
    "the instance's role": Way({"ecsRoleName": "reader"}, asks=_INSTANCE, kind="ecs_ram_role"),
    "the instance's role that the environment names": Way(
        environment={"ALIBABA_CLOUD_ECS_METADATA": "reader"}, asks=_INSTANCE, kind="ecs_ram_role"
    ),
    "OIDC with a file": Way(
        {"assumeRoleWithOidc": {**_TRUSTED, "oidcTokenFile": f"{HERE}/oidc-token"}}, asks=(_OIDC,), kind="oidc_role_arn"
    ),
    "OIDC with a token": Way(
        {"assumeRoleWithOidc": {**_TRUSTED, "oidcToken": OIDC_TOKEN}}, asks=(_OIDC,), kind="oidc_role_arn"
    ),
    "OIDC of the environment": Way(
        environment={
            "ALIBABA_CLOUD_ROLE_ARN": ROLE,
            "ALIBABA_CLOUD_OIDC_PROVIDER_ARN": PROVIDER,
            "ALIBABA_CLOUD_OIDC_TOKEN_FILE": f"{HERE}/oidc-token",
        },
        asks=(_OIDC,),
        kind="oidc_role_arn",
    ),
    "a role assumed with a configured pair": Way(
        {**_CONFIGURED, "assumeRole": {"roleArn": ROLE}}, asks=(_ROLE,), kind="ram_role_arn/static_ak"
    ),
    "a role assumed with the environment's pair": Way(
        {"assumeRole": {"roleArn": ROLE, "sessionName": "release", "sessionExpiration": 900}},
        _FAMILY,
        (_ROLE,),
        "ram_role_arn/static_ak",
    ),
    "a role assumed with another role": Way(
        {"profile": "role", "sharedCredentialsFile": f"{HERE}/config.json", "assumeRole": {"roleArn": ROLE}},
        asks=(_ROLE, _ROLE),
        kind="ram_role_arn/ram_role_arn/static_ak",
    ),
    "a role assumed with the instance's role": Way(
        {"ecsRoleName": "reader", "assumeRole": {"roleArn": ROLE}},
        asks=(*_INSTANCE, _ROLE),
        kind="ram_role_arn/ecs_ram_role",
    ),
    "a role that the environment names": Way(
        environment={**_FAMILY, "ALIBABA_CLOUD_ROLE_ARN": ROLE}, asks=(_ROLE,), kind="ram_role_arn/static_ak"
    ),
    "a URI that hands out keys": Way({"credentialsUri": "<uri>"}, asks=(_URI,), kind="credential_uri"),
    "a URI that the environment names": Way(
        environment={"ALIBABA_CLOUD_CREDENTIALS_URI": "<uri>"}, asks=(_URI,), kind="credential_uri"
    ),
}
