"""A sign-in of the aliyun CLI in a browser: what its file holds is used while it is good, and renewed in that file."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from alibabacloud_credentials.utils import auth_util

from ice_provider.alibaba.credentials import oauth, sign_in
from ice_provider.alibaba.credentials.courier import Courier
from ice_provider.alibaba.credentials.keys import Key
from ice_provider.alibaba.credentials.origins import BrowserSignIn
from ice_provider.alibaba.transport import trust
from ice_provider.errors import NotSignedIn, Unreachable
from support.key_services import GRANTS, OAUTH_REFRESH_TOKEN, OAUTH_TOKEN, RENEWED
from support.stage import Stage
from support.ways import WAYS

WAY = WAYS["a profile with OAuth"]
TOKEN, EXCHANGE = "oauth.aliyun.com /v1/token", "oauth.aliyun.com /v1/exchange"
STORED = dict(zip(("access_key_id", "access_key_secret", "sts_token"), GRANTS[-1], strict=True))
HOUR = 3600


def file(stage: Stage) -> Path:
    return stage.folder / "config.json"


def document(stage: Stage) -> Any:
    return json.loads(file(stage).read_text())


def split(told: Any) -> tuple[list[Any], dict[str, Any]]:
    """Return the other profiles, and that of the browser."""
    others = [each for each in told["profiles"] if each["name"] != "browser"]
    (browser,) = (each for each in told["profiles"] if each["name"] == "browser")
    return others, browser


def profile(stage: Stage) -> dict[str, Any]:
    """Return the profile as it stands in the file."""
    return split(document(stage))[1]


def write(stage: Stage, **settings: Any) -> None:
    """Write settings into the profile; None takes one out."""
    told = document(stage)
    _, browser = split(told)
    browser.update(settings)
    for name in [name for name, value in browser.items() if value is None]:
        del browser[name]
    file(stage).write_text(json.dumps(told))


def in_an_hour() -> int:
    return int(time.time()) + HOUR


async def fetch(stage: Stage, last: Key | None = None) -> Key:
    """Return the key of the profile, as whoever signs gets it."""
    courier = Courier({}, trust(stage.services.ca_file), stage.redactor, stage.services.routes)
    return await sign_in.fetch(BrowserSignIn("profile browser", "browser", str(file(stage))), courier, last)


# --- the key in the file ----------------------------------------------------------------------------------------------


async def test_the_key_in_the_file_is_used_to_its_end_and_nobody_is_asked(stage: Stage) -> None:
    write(stage, **STORED, sts_expiration=in_an_hour())

    key = await fetch(stage)

    assert (key.key_id, key.secret, key.token, key.kind) == (*GRANTS[-1], "oauth")
    assert key.lasts == pytest.approx(HOUR, abs=30)
    assert stage.asked == []


@pytest.mark.parametrize(
    "stored",
    [
        {"sts_expiration": 1},
        {"sts_expiration": int(time.time()) + 200},
        {"sts_expiration": 4_000_000_000, "sts_token": None},
        {"sts_expiration": None},
    ],
    ids=["ended", "about to end", "incomplete", "without end"],
)
async def test_a_key_that_is_of_no_use_any_more_is_replaced(stage: Stage, stored: dict[str, Any]) -> None:
    write(stage, **{**STORED, **stored})

    key = await fetch(stage)

    assert (key.key_id, stage.asked) == (GRANTS[0][0], [EXCHANGE])
    assert key.lasts == pytest.approx(HOUR, abs=30)


async def test_a_key_that_the_service_refused_is_not_taken_from_the_file_again(stage: Stage) -> None:
    write(stage, **STORED, sts_expiration=in_an_hour())
    stage.emulator.add_fault({"kind": "expiredToken", "calls": 1})
    cloud = await stage.sign_in(WAY)

    assert (await cloud.get_workflow_task("movie-1")).succeeded

    assert stage.asked == [EXCHANGE]
    assert profile(stage)["access_key_id"] == GRANTS[0][0]


async def test_a_key_that_the_cli_has_put_into_the_file_meanwhile_is_taken(stage: Stage) -> None:
    last = Key("STS.of-before", "secret", "token", "profile browser", lasts=60.0)
    write(stage, **STORED, sts_expiration=in_an_hour())

    assert ((await fetch(stage, last)).key_id, stage.asked) == (GRANTS[-1][0], [])


@pytest.mark.parametrize("has_written", [True, False])
async def test_a_sign_in_that_another_process_has_renewed_meanwhile_takes_what_that_one_wrote(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, has_written: bool
) -> None:
    monkeypatch.setattr(oauth, "_WRITING", 0.0)
    part = oauth._part

    def write_meanwhile(*given: Any) -> Any:
        if has_written and not stage.asked:
            stage.services.faults = [(400, '{"error": "invalid_grant"}')]
            write(stage, **STORED, sts_expiration=in_an_hour())
        return part(*given)

    monkeypatch.setattr(oauth, "_part", write_meanwhile)
    if has_written:
        assert (await fetch(stage)).key_id == GRANTS[-1][0]
        return
    stage.services.faults = [(400, '{"error": "invalid_grant"}')]
    with pytest.raises(NotSignedIn, match="invalid_grant"):
        await fetch(stage)


async def test_what_the_library_reads_of_the_environment_when_it_is_imported_changes_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth_util, "environment_cli_profile_disabled", "true")
    monkeypatch.setattr(auth_util, "environment_profile_name", "default")

    assert (await fetch(stage)).key_id == GRANTS[0][0]


# --- what is written --------------------------------------------------------------------------------------------------


async def test_what_was_renewed_is_written_into_the_file_and_all_else_stays(stage: Stage) -> None:
    told = {**document(stage), "meta_path": "/meta", "of a later version": {"a": [1]}}
    file(stage).write_text(json.dumps(told))
    write(stage, oauth_access_token_expire=1, region_id="cn-beijing", of_a_later_version="kept")
    before, (others, was) = document(stage), split(document(stage))

    key = await fetch(stage)

    after, is_now = split(document(stage))
    assert stage.asked == [TOKEN, EXCHANGE]
    assert {**document(stage), "profiles": 0} == {**before, "profiles": 0}
    assert after == others
    assert is_now == {
        **was,
        "oauth_access_token": RENEWED["access_token"],
        "oauth_refresh_token": RENEWED["refresh_token"],
        "oauth_access_token_expire": pytest.approx(in_an_hour(), abs=30),
        "access_key_id": key.key_id,
        "access_key_secret": key.secret,
        "sts_token": key.token,
        "sts_expiration": pytest.approx(in_an_hour(), abs=30),
    }


async def test_of_two_profiles_with_one_name_only_the_first_is_written_to(stage: Stage) -> None:
    told = document(stage)
    told["profiles"].append({"name": "browser", "mode": "AK", "access_key_id": "mine", "access_key_secret": "my-own"})
    file(stage).write_text(json.dumps(told))

    await fetch(stage)

    assert document(stage)["profiles"][-1] == told["profiles"][-1]


@pytest.mark.parametrize("mode", [0o600, 0o640])
async def test_the_file_keeps_its_mode_and_a_link_stays_one(stage: Stage, mode: int) -> None:
    real = stage.folder / "elsewhere" / "real.json"
    real.parent.mkdir()
    file(stage).rename(real)
    file(stage).symlink_to(real)
    real.chmod(mode)

    key = await fetch(stage)

    assert file(stage).is_symlink()
    assert profile(stage)["access_key_id"] == key.key_id
    assert real.stat().st_mode & 0o777 == mode
    assert list(real.parent.iterdir()) == [real]


async def test_tokens_are_not_renewed_that_could_not_be_kept(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The service takes a refresh token once: to spend it and lose its successor would end the CLI's sign-in."""
    write(stage, oauth_access_token_expire=1)
    monkeypatch.setattr(os, "access", lambda *_: False)

    await fetch(stage)

    assert stage.asked == [EXCHANGE]


async def test_tokens_that_were_renewed_are_kept_also_when_no_key_comes_after_them(stage: Stage) -> None:
    """Or the file would hold a refresh token that is spent, and the CLI would have to sign in anew."""
    write(stage, oauth_access_token_expire=1)
    stage.services.faults = [None, (503, ""), (503, "")]

    with pytest.raises(Unreachable):
        await fetch(stage)

    assert {name: profile(stage)[f"oauth_{name}"] for name in ("access_token", "refresh_token")} == {
        name: RENEWED[name] for name in ("access_token", "refresh_token")
    }
    assert (await fetch(stage)).key_id == GRANTS[0][0]
    assert stage.asked == [TOKEN, EXCHANGE, EXCHANGE, EXCHANGE]


async def test_nothing_of_the_file_is_ever_shown(stage: Stage) -> None:
    write(stage, **STORED, oauth_access_token_expire=1)
    stage.services.faults = [(400, json.dumps({"Code": "invalid_grant", "Message": f"no {OAUTH_REFRESH_TOKEN}"}))]

    with pytest.raises(NotSignedIn, match="signing in by profile browser failed") as caught:
        await fetch(stage)

    assert OAUTH_REFRESH_TOKEN not in stage.redactor.redact(str(caught.value))
    for hidden in (OAUTH_TOKEN, OAUTH_REFRESH_TOKEN, *GRANTS[-1][1:]):
        assert stage.redactor.redact(hidden) == "[secret]"


# --- which sign-in it is ----------------------------------------------------------------------------------------------


async def test_the_international_site_is_asked_for_its_profiles(stage: Stage) -> None:
    write(stage, oauth_site_type="INTL", oauth_access_token_expire=1)

    await fetch(stage)

    assert stage.asked == ["oauth.alibabacloud.com /v1/token", "oauth.alibabacloud.com /v1/exchange"]
    assert "4103531455503354461" in stage.services.heard


UNUSABLE: dict[str, tuple[dict[str, Any], str]] = {
    "no token": ({"oauth_access_token": None}, "profile browser lacks oauth_access_token"),
    "another site": ({"oauth_site_type": "EU"}, "oauth_site_type in profile browser is neither CN nor INTL"),
    "no time": ({"sts_expiration": "soon"}, "sts_expiration in profile browser is no whole number"),
}


@pytest.mark.parametrize("case", UNUSABLE)
async def test_a_profile_that_cannot_be_used_is_an_error_that_names_the_setting(stage: Stage, case: str) -> None:
    settings, told = UNUSABLE[case]
    write(stage, **settings)

    with pytest.raises(NotSignedIn, match=told) as caught:
        await fetch(stage)

    assert "run aliyun configure" in str(caught.value)
    assert stage.asked == []
