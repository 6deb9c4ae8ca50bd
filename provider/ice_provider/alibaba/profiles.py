"""Profiles in files: the aliyun CLI's JSON, and the INI file of the official SDKs.

Read here and not by the official library, which starts a thread for one kind of profile, runs the command of another
unasked, and never ends on profiles that name each other. Must not know in what order sources are tried.

Source: config/profile.go of aliyun/aliyun-cli, and the README of aliyun/credentials-python for the INI file.
"""

from __future__ import annotations

import configparser
import functools
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from ice_provider.alibaba.keys import trimmed, whole
from ice_provider.alibaba.origins import (
    AssumedRole,
    BrowserSignIn,
    CloudSso,
    Command,
    Given,
    InstanceRole,
    Origin,
    RoleSession,
    TrustedRole,
)
from ice_provider.decoding import suggest
from ice_provider.errors import NotSignedIn

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
Settings = Mapping[str, str]
NewSession = Callable[[str, str | None, int | None, str | None], RoleSession]
"""Role, name, seconds and policy, as the profile has them, make a session."""
NewInstanceRole = Callable[[str | None], InstanceRole]
"""The name of a role, or None for whatever the instance has, makes an instance's role."""


class Profiles:
    """The profiles of one file."""

    def __init__(self, path: Path, session: NewSession, instance_role: NewInstanceRole, *, runs_commands: bool) -> None:
        """Read the file.

        Args:
            path: A JSON or an INI file.
            session: Fills in what a profile leaves out.
            instance_role: Likewise.
            runs_commands: Whether a profile may run a command.

        Raises:
            NotSignedIn: It cannot be read.
        """
        self._path = path
        self._session = session
        self._instance_role = instance_role
        self._runs_commands = runs_commands
        self._profiles, self._current = _load(path)

    def origin(self, name: str | None) -> Origin:
        """Return what a profile describes; without a name, the current one.

        Raises:
            NotSignedIn: There is no such profile, it lacks something, or its kind cannot be used.
        """
        return self._origin(name or self._current, seen=())

    def _origin(self, name: str, seen: tuple[str, ...]) -> Origin:
        if name in seen:
            raise _unusable(f"the profiles {', '.join(seen)} of {self._path} name each other", "let one hold a key")
        if name not in self._profiles:
            hint = suggest(name, self._profiles)
            known = ", ".join(sorted(self._profiles)) or "none"
            raise _unusable(f"there is no profile {name} in {self._path}{hint}", f"name one of: {known}")
        settings = self._profiles[name]
        mode, where = settings.get("mode", ""), f"profile {name} of {self._path}"
        if mode not in _MODES:
            raise _unusable(f"{where} is of the kind {mode!r}, which is not supported", "use another profile")
        return _MODES[mode](self, settings, where, (*seen, name))

    # --- one method a kind --------------------------------------------------------------------------------------------

    def _pair(self, settings: Settings, where: str, _seen: tuple[str, ...]) -> Given:
        token = settings.get("sts_token") if settings.get("mode") == "StsToken" else None
        names = tuple(f"{name} in {where}" for name in ("access_key_id", "access_key_secret", "sts_token"))
        found = trimmed(settings.get("access_key_id"), settings.get("access_key_secret"), token)
        if not any(found):
            raise _unusable(f"{where} holds no key", "run aliyun configure, or use another profile")
        return Given(whole(names, found, where))

    def _assumed(self, settings: Settings, where: str, seen: tuple[str, ...]) -> AssumedRole:
        if settings["mode"] == "ChainableRamRoleArn":
            base = self._origin(_needed(settings, "source_profile", where), seen)
        else:
            base = self._pair({**settings, "mode": "StsToken"}, where, seen)
        session = self._role(settings, where, "ram_session_name")
        return AssumedRole(session, base, settings.get("external_id") or None)

    def _trusted(self, settings: Settings, where: str, _seen: tuple[str, ...]) -> TrustedRole:
        provider, file = (_needed(settings, name, where) for name in ("oidc_provider_arn", "oidc_token_file"))
        return TrustedRole(self._role(settings, where, "role_session_name"), provider, file)

    def _instance(self, settings: Settings, _where: str, _seen: tuple[str, ...]) -> InstanceRole:
        return self._instance_role(settings.get("ram_role_name"))

    def _sso(self, settings: Settings, where: str, _seen: tuple[str, ...]) -> CloudSso:
        need = functools.partial(_needed, settings, where=where)
        return CloudSso(
            where,
            need("cloud_sso_sign_in_url"),
            need("cloud_sso_account_id"),
            need("cloud_sso_access_config"),
            need("access_token"),
            _number(settings, "cloud_sso_access_token_expire", where) or 0,
        )

    def _browser(self, _settings: Settings, where: str, seen: tuple[str, ...]) -> BrowserSignIn:
        return BrowserSignIn(where, seen[-1], str(self._path))

    def _command(self, settings: Settings, where: str, seen: tuple[str, ...]) -> Command:
        if not self._runs_commands:
            advice = f"to allow it: pulumi config set ice:profile {seen[0]}"
            raise _unusable(f"{where} runs a command, which must be asked for by name", advice)
        return Command(where, _needed(settings, "process_command", where))

    def _role(self, settings: Settings, where: str, name: str) -> RoleSession:
        role, seconds = _needed(settings, "ram_role_arn", where), _number(settings, "expired_seconds", where)
        return self._session(role, settings.get(name), seconds, settings.get("policy"))


_MODES: Final[Mapping[str, Callable[[Profiles, Settings, str, tuple[str, ...]], Origin]]] = {
    "AK": Profiles._pair,  # noqa: SLF001  # the table is a part of the class
    "StsToken": Profiles._pair,  # noqa: SLF001
    "RamRoleArn": Profiles._assumed,  # noqa: SLF001
    "ChainableRamRoleArn": Profiles._assumed,  # noqa: SLF001
    "OIDC": Profiles._trusted,  # noqa: SLF001
    "EcsRamRole": Profiles._instance,  # noqa: SLF001
    "CloudSSO": Profiles._sso,  # noqa: SLF001
    "OAuth": Profiles._browser,  # noqa: SLF001
    "External": Profiles._command,  # noqa: SLF001
}


def _load(path: Path) -> tuple[dict[str, Settings], str]:
    """Return the profiles of a file by name, and the name of the current one."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _unusable(f"{path} cannot be read", "check ice:sharedCredentialsFile, or run aliyun configure") from error
    return _from_json(text, path) if text.lstrip().startswith("{") else _from_ini(text, path)


def _from_json(text: str, path: Path) -> tuple[dict[str, Settings], str]:
    try:
        document = json.loads(text)
        profiles: dict[str, Settings] = {
            str(profile["name"]): _texts(profile) for profile in document.get("profiles") or []
        }
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):  # the text may hold keys: not told
        raise _unusable(f"{path} is no configuration of the aliyun CLI", "run aliyun configure") from None
    return profiles, str(document.get("current") or "default")


def _from_ini(text: str, path: Path) -> tuple[dict[str, Settings], str]:
    reader = configparser.ConfigParser(interpolation=None, inline_comment_prefixes=("#",))
    try:
        reader.read_string(text)
    except configparser.Error:
        raise _unusable(f"{path} is neither JSON nor INI", "run aliyun configure") from None
    profiles: dict[str, Settings] = {}
    for name in reader.sections():
        settings = _texts({_INI_NAMES.get(option, option): value for option, value in reader.items(name)})
        settings["mode"] = _INI_MODES.get(settings.get("mode", ""), settings.get("mode", ""))
        settings.setdefault("ram_session_name", settings.get("role_session_name", ""))
        profiles[name] = settings
    return profiles, "default"


def _texts(profile: Mapping[str, Any]) -> dict[str, str]:
    """Return the settings of a profile that hold something; what is no text or number is none that we read."""
    texts = {name: str(value).strip() for name, value in profile.items() if isinstance(value, str | int)}
    return {name: text for name, text in texts.items() if text}


def _needed(settings: Settings, name: str, where: str) -> str:
    if name in settings:
        return settings[name]
    raise _unusable(f"{where} lacks {name}", "run aliyun configure for this profile")


def _number(settings: Settings, name: str, where: str) -> int | None:
    text = settings.get(name)
    if text is not None and not text.isdecimal():
        raise _unusable(f"{name} in {where} is no whole number", "run aliyun configure for this profile")
    return int(text) if text else None


def _unusable(headline: str, advice: str) -> NotSignedIn:
    return NotSignedIn(headline, [("next", advice)])
