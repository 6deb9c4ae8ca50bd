"""What is asked of those who hand out keys: every word that a session is to have, and nothing without a token."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any, Final

import pytest

from contract.raw_server import RawServer, answer, say
from ice_provider.errors import Denied, NotSignedIn
from support.key_services import PROVIDER, ROLE
from support.stage import Stage
from support.ways import HERE, WAYS, Way

POLICY: Final = '{"Version":"1","Statement":[{"Effect":"Allow","Action":["ice:GetWorkflowTask"],"Resource":"*"}]}'
PAIR: Final = {"access_key_id": "emulator", "access_key_secret": "emulator-secret"}
FAMILY: Final = {"ALICLOUD_ACCESS_KEY": "emulator", "ALICLOUD_SECRET_KEY": "emulator-secret"}
OIDC: Final = {"ALIBABA_CLOUD_OIDC_PROVIDER_ARN": PROVIDER, "ALIBABA_CLOUD_OIDC_TOKEN_FILE": f"{HERE}/oidc-token"}
NAMED: Final = {"ALICLOUD_ASSUME_ROLE_SESSION_NAME": "nightly", "ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION": "1800"}
SAID: Final = {"ram_role_arn": ROLE, "ram_session_name": "release", "expired_seconds": 900, "policy": POLICY}
NARROW: Final = {"roleArn": ROLE, "policy": POLICY, "sessionExpiration": 900}
PROFILES: Final = (
    {"name": "role", "mode": "RamRoleArn", **PAIR, **SAID, "external_id": "e-1", "sts_region": "cn-shanghai"},
    {"name": "chain", "mode": "ChainableRamRoleArn", "source_profile": "role", **SAID, "external_id": "e-2"},
    {
        "name": "oidc",
        "mode": "OIDC",
        "oidc_provider_arn": PROVIDER,
        "oidc_token_file": f"{HERE}/oidc-token",
        **SAID,
        "sts_region": "cn-shanghai",
    },
)


def profile(name: str) -> Way:
    return Way({"profile": name, "sharedCredentialsFile": f"{HERE}/roles.json"})


Session = tuple[str | None, ...]
"""Name, seconds, policy and external ID."""

SESSIONS: Mapping[str, tuple[Way, list[tuple[str, Session]]]] = {
    "a role of the configuration": (
        Way({"assumeRole": {**NARROW, "sessionName": "release", "externalId": "e-1"}}, FAMILY),
        [("sts.aliyuncs.com / AssumeRole", ("release", "900", POLICY, "e-1"))],
    ),
    "a role of the configuration, and no more": (
        Way({"assumeRole": {"roleArn": ROLE}}, FAMILY),
        [("sts.aliyuncs.com / AssumeRole", ("pulumi-ice", "3600", None, None))],
    ),
    "a role of the environment": (
        Way(environment={**FAMILY, **NAMED, "ALICLOUD_ASSUME_ROLE_ARN": ROLE}),
        [("sts.aliyuncs.com / AssumeRole", ("nightly", "1800", None, None))],
    ),
    "a role of a profile": (
        profile("role"),
        [("sts.cn-shanghai.aliyuncs.com / AssumeRole", ("release", "900", POLICY, "e-1"))],
    ),
    "a role of a profile with a role": (
        profile("chain"),
        [
            ("sts.cn-shanghai.aliyuncs.com / AssumeRole", ("release", "900", POLICY, "e-1")),
            ("sts.aliyuncs.com / AssumeRole", ("release", "900", POLICY, "e-2")),
        ],
    ),
    "OIDC of the configuration": (
        Way(
            {
                "assumeRoleWithOidc": {
                    **NARROW,
                    "roleSessionName": "release",
                    "oidcProviderArn": PROVIDER,
                    "oidcTokenFile": f"{HERE}/oidc-token",
                }
            }
        ),
        [("sts.aliyuncs.com / AssumeRoleWithOIDC", ("release", "900", POLICY, None))],
    ),
    "OIDC of the environment": (
        Way(environment={**OIDC, **NAMED, "ALIBABA_CLOUD_ROLE_ARN": ROLE}),
        [("sts.aliyuncs.com / AssumeRoleWithOIDC", ("nightly", "1800", None, None))],
    ),
    "OIDC of a profile": (
        profile("oidc"),
        [("sts.cn-shanghai.aliyuncs.com / AssumeRoleWithOIDC", ("release", "900", POLICY, None))],
    ),
}


@pytest.mark.parametrize("name", SESSIONS)
async def test_a_session_is_asked_for_with_every_word_that_was_said_of_it(stage: Stage, name: str) -> None:
    """A policy that got lost would leave the session with all that the role may."""
    way, sessions = SESSIONS[name]
    profiles = json.dumps({"profiles": PROFILES}).replace(HERE, str(stage.folder))
    (stage.folder / "roles.json").write_text(profiles)
    cloud = await stage.sign_in(way)

    await cloud.get_workflow_task("movie-1")

    words = ("RoleSessionName", "DurationSeconds", "Policy", "ExternalId")
    asked = [tuple(request.query.get(word) for word in words) for request in stage.services.requests]
    assert list(zip(stage.asked, asked, strict=True)) == sessions
    assert {request.query["RoleArn"] for request in stage.services.requests} == {ROLE}


@pytest.mark.parametrize("name", WAYS)
async def test_every_call_says_by_which_kind_of_sign_in_its_key_was_found(stage: Stage, name: str) -> None:
    way = WAYS[name]
    async with RawServer(say(answer(403, b'{"Code": "Forbidden"}'))) as server:
        cloud = await stage.sign_in(dataclasses.replace(way, config={**way.config, "endpoint": server.host}))
        with pytest.raises(Denied):
            await cloud.get_workflow_task("movie-1")

    (request,) = server.requests
    assert f"x-acs-credentials-provider: {way.kind}\r\n" in request.decode()


# --- the metadata of an instance --------------------------------------------------------------------------------------

INSTANCE = [name for name, way in WAYS.items() if "100.100.100.200 /latest/api/token" in way.asks]
TOKEN_ONLY: Final = {"ALIBABA_CLOUD_IMDSV1_DISABLED": "true"}


@pytest.mark.parametrize("name", INSTANCE)
async def test_an_instance_that_gives_no_token_is_asked_nothing_without_one(stage: Stage, name: str) -> None:
    stage.services.faults = [(403, "")] * 4
    cloud = await stage.sign_in(WAYS[name], **TOKEN_ONLY)

    with pytest.raises(NotSignedIn, match="the ECS instance role"):
        await cloud.get_workflow_task("movie-1")

    assert set(stage.asked) == {"100.100.100.200 /latest/api/token"}


@pytest.mark.parametrize("name", INSTANCE)
async def test_an_instance_that_refuses_a_token_is_not_asked_again_without_one(stage: Stage, name: str) -> None:
    stage.services.faults = [None, (403, ""), (403, "")]
    cloud = await stage.sign_in(WAYS[name], **TOKEN_ONLY)

    with pytest.raises(NotSignedIn, match="the ECS instance role"):
        await cloud.get_workflow_task("movie-1")

    gets: list[Any] = [request for request in stage.services.requests if request.method == "GET"]
    assert [request.headers.get("X-aliyun-ecs-metadata-token") for request in gets] == ["metadata-token"]
