"""Files of profiles: the aliyun CLI's JSON, and the INI file of the official SDKs. Must not know what a profile means.

Source: config/configuration.go of aliyun/aliyun-cli, and the README of aliyun/credentials-python for the INI file.
"""

from __future__ import annotations

import configparser
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ice_provider.errors import NotSignedIn
from ice_provider.wording import wording

_INI_NAMES: Final = {
    "type": "mode",
    "security_token": "sts_token",
    "role_arn": "ram_role_arn",
    "role_name": "ram_role_name",
    "oidc_token_file_path": "oidc_token_file",
}
_INI_MODES: Final = {
    "access_key": "AK",
    "sts": "StsToken",
    "ram_role_arn": "RamRoleArn",
    "oidc_role_arn": "OIDC",
    "ecs_ram_role": "EcsRamRole",
}
"""The types that an INI file may have; of all others the official SDKs know how to keep nothing in such a file."""

_DIGITS: Final = re.compile(r"[0-9]{1,18}")
Settings = Mapping[str, str]
"""The settings of one profile that hold something, by the names that the CLI gives them."""


def load(path: Path) -> tuple[dict[str, Settings], str]:
    """Return the profiles of a file by name, and the name of the current one.

    Raises:
        NotSignedIn: It cannot be read.
    """
    try:
        if path.exists() and not path.is_file():  # a pipe would be waited for without end
            raise _unreadable(path, "it is no file")
        text = path.read_text(encoding="utf-8-sig")  # some editors begin a file with a mark of its encoding
    except OSError as error:
        raise _unreadable(path, os.strerror(error.errno or 0).lower()) from error
    except UnicodeDecodeError as error:
        raise _unreadable(path, "it is no text") from error
    return _from_json(text, path) if text.lstrip().startswith("{") else _from_ini(text, path)


def needed(settings: Settings, name: str, where: str) -> str:
    """Return a setting that a profile must have.

    Raises:
        NotSignedIn: It does not.
    """
    if name in settings:
        return settings[name]
    raise unusable(f"{where} lacks {name}", "run aliyun configure for this profile")


def number(settings: Settings, name: str, where: str) -> int:
    """Return a setting that is a number; 0 for one that is left out.

    Raises:
        NotSignedIn: It is none.
    """
    text = settings.get(name, "0")
    if not _DIGITS.fullmatch(text):
        raise unusable(f"{name} in {where} is no whole number", "run aliyun configure for this profile")
    return int(text)


def unusable(headline: str, advice: str) -> NotSignedIn:
    """Return the error of a profile that cannot be used."""
    return NotSignedIn(headline, [("next", advice)])


def _unreadable(path: Path, why: str) -> NotSignedIn:
    places = f"{wording().setting('sharedCredentialsFile')} and ALIBABA_CLOUD_CREDENTIALS_FILE"
    advice = f"check {places}, or run aliyun configure to make the CLI's file"
    return unusable(f"the profiles in {path} cannot be read: {why}", advice)


def _from_json(text: str, path: Path) -> tuple[dict[str, Settings], str]:
    try:
        document = json.loads(text)
        profiles: dict[str, Settings] = {  # of several with one name the first counts, as for the CLI
            str(profile["name"]): _texts(profile) for profile in reversed(document.get("profiles") or [])
        }
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):  # the text may hold keys: not told
        raise unusable(f"{path} is no configuration of the aliyun CLI", "run aliyun configure") from None
    return profiles, str(document.get("current") or "default")


def _from_ini(text: str, path: Path) -> tuple[dict[str, Settings], str]:
    reader = configparser.ConfigParser(interpolation=None, inline_comment_prefixes=("#",))
    try:
        reader.read_string(text)
    except configparser.Error:
        raise unusable(f"{path} is neither JSON nor INI", "run aliyun configure") from None
    profiles: dict[str, Settings] = {}
    for name in reader.sections():
        settings = _texts({_INI_NAMES.get(option, option): value for option, value in reader.items(name)})
        mode = settings.get("mode", "")
        profiles[name] = {**settings, "mode": _INI_MODES.get(mode, f"{mode} in an INI file" if mode else "")}
    return profiles, "default"


def _texts(profile: Mapping[str, Any]) -> dict[str, str]:
    """Return the settings of a profile that hold something; what is no text or number is none that we read."""
    texts = {name: str(value).strip() for name, value in profile.items() if isinstance(value, str | int)}
    return {name: text for name, text in texts.items() if text}
