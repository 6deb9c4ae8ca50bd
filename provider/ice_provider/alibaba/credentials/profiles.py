"""Profiles: what each kind of the aliyun CLI's means, in JSON and in INI.

Judged here and not by the official library, which starts a thread for one kind of profile, runs the command of another
unasked, and never ends on profiles that name each other. Must not know in what order sources are tried.

Source: config/profile.go of aliyun/aliyun-cli; `enable_vpc` and `policy` are aliyun/credentials-python's own.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from ice_provider.alibaba.credentials import sessions
from ice_provider.alibaba.credentials.keys import trimmed, whole
from ice_provider.alibaba.credentials.origins import (
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
from ice_provider.alibaba.credentials.profile_files import Settings, load, needed, number, unusable
from ice_provider.alibaba.credentials.variables import Named, Variables
from ice_provider.config import uri_problem
from ice_provider.decoding import suggest
from ice_provider.wording import wording

_PAIR: Final = ("access_key_id", "access_key_secret")
_RECOGNISED: Final = (
    ("StsToken", (*_PAIR, "sts_token")),
    ("RamRoleArn", (*_PAIR, "ram_role_arn")),
    ("AK", _PAIR),
    ("EcsRamRole", ("ram_role_name",)),
    ("External", ("process_command",)),
    ("OIDC", ("oidc_provider_arn", "oidc_token_file", "ram_role_arn")),
    ("CloudSSO", ("cloud_sso_sign_in_url",)),
)


class Profiles:
    """The profiles of one file."""

    def __init__(self, path: Path, variables: Variables, *, runs_commands: bool) -> None:
        """Read the file.

        Args:
            path: A JSON or an INI file.
            variables: Fill in what a profile leaves out.
            runs_commands: Whether a profile may run a command.

        Raises:
            NotSignedIn: It cannot be read.
        """
        self._path = path
        self._variables = variables
        self._runs_commands = runs_commands
        self._profiles, self._current = load(path)

    @property
    def is_blank(self) -> bool:
        """Whether the current profile is as the CLI first makes it: no pair, and no other source of one."""
        settings = self._profiles.get(self._current)
        return settings is not None and _kind(settings) in {"", "AK"} and not any(name in settings for name in _PAIR)

    def origin(self, name: str | None) -> Origin:
        """Return what a profile describes; without a name, the current one.

        Raises:
            NotSignedIn: There is no such profile, it lacks something, or its kind cannot be used.
            InvalidInput: The role that it names cannot be assumed like this.
        """
        return self._origin(name or self._current, seen=())

    def _origin(self, name: str, seen: tuple[str, ...]) -> Origin:
        if name in seen:
            raise unusable(f"the profiles {', '.join(seen)} of {self._path} name each other", "let one hold a key")
        if name not in self._profiles:
            hint = suggest(name, self._profiles)
            known = ", ".join(sorted(self._profiles)) or "none"
            raise unusable(f"there is no profile {name} in {self._path}{hint}", f"name one of: {known}")
        settings = self._profiles[name]
        kind, where = _kind(settings), f"profile {name} of {self._path}"
        if not kind:
            raise unusable(f"{where} is not configured yet", f"run aliyun configure --profile {name}")
        if kind not in _KINDS:
            raise unusable(f"{where} is of the kind {kind!r}, which is not supported", "use another profile")
        return _KINDS[kind](self, settings, where, (*seen, name))

    # --- one method a kind --------------------------------------------------------------------------------------------

    def _key(self, settings: Settings, where: str, _seen: tuple[str, ...]) -> Given:
        token = settings.get("sts_token") if _kind(settings) == "StsToken" else None
        return _given(settings, where, token)

    def _assumed(self, settings: Settings, where: str, _seen: tuple[str, ...]) -> AssumedRole:
        base = _given(settings, where, settings.get("sts_token"))
        return AssumedRole(self._session(settings, where), base, settings.get("external_id"))

    def _chained(self, settings: Settings, where: str, seen: tuple[str, ...]) -> AssumedRole:
        base = self._origin(needed(settings, "source_profile", where), seen)
        return AssumedRole(self._session(settings, where), base, settings.get("external_id"))

    def _trusted(self, settings: Settings, where: str, _seen: tuple[str, ...]) -> TrustedRole:
        provider, file = (needed(settings, name, where) for name in ("oidc_provider_arn", "oidc_token_file"))
        return TrustedRole(self._session(settings, where), provider, self._variables.at_home(file))

    def _instance(self, settings: Settings, _where: str, _seen: tuple[str, ...]) -> InstanceRole:
        return sessions.instance_role(settings.get("ram_role_name"), self._variables)

    def _sso(self, settings: Settings, where: str, _seen: tuple[str, ...]) -> CloudSso:
        need = functools.partial(needed, settings, where=where)
        url = need("cloud_sso_sign_in_url")
        if uri_problem(url) or not url.lower().startswith("https:"):  # the library would send the token anywhere
            raise unusable(
                f"cloud_sso_sign_in_url in {where} is no https address", "run aliyun configure for this profile"
            )
        return CloudSso(
            where,
            url,
            need("cloud_sso_account_id"),
            need("cloud_sso_access_config"),
            need("access_token"),
            number(settings, "cloud_sso_access_token_expire", where),
        )

    def _browser(self, _settings: Settings, where: str, seen: tuple[str, ...]) -> BrowserSignIn:
        return BrowserSignIn(where, seen[-1], str(self._path))

    def _command(self, settings: Settings, where: str, seen: tuple[str, ...]) -> Command:
        if not self._runs_commands:
            advice = f"to allow it: {wording().chosen('profile', seen[0])}"
            raise unusable(f"{where} runs a command, which must be asked for by name", advice)
        return Command(where, needed(settings, "process_command", where))

    def _session(self, settings: Settings, where: str) -> RoleSession:
        told = {name: Named(text, f"{name} in {where}") for name, text in settings.items()}
        needed(settings, "ram_role_arn", where)
        terms = sessions.Terms(
            told["ram_role_arn"],
            told.get("ram_session_name") or told.get("role_session_name"),
            told["expired_seconds"] if number(settings, "expired_seconds", where) else None,
            settings.get("policy"),
            told.get("sts_region"),
            settings["enable_vpc"].lower() == "true" if "enable_vpc" in settings else None,
        )
        return sessions.session(terms, self._variables)


_KINDS: Final[Mapping[str, Callable[[Profiles, Settings, str, tuple[str, ...]], Origin]]] = {
    "AK": Profiles._key,  # noqa: SLF001  # the table is a part of the class
    "StsToken": Profiles._key,  # noqa: SLF001
    "RamRoleArn": Profiles._assumed,  # noqa: SLF001
    "ChainableRamRoleArn": Profiles._chained,  # noqa: SLF001
    "OIDC": Profiles._trusted,  # noqa: SLF001
    "EcsRamRole": Profiles._instance,  # noqa: SLF001
    "CloudSSO": Profiles._sso,  # noqa: SLF001
    "OAuth": Profiles._browser,  # noqa: SLF001
    "External": Profiles._command,  # noqa: SLF001
}


def _kind(settings: Settings) -> str:
    """Return the mode of a profile; of one that has none, what the CLI takes it for; empty when it holds nothing."""
    recognised = (kind for kind, names in _RECOGNISED if all(name in settings for name in names))
    return settings.get("mode") or next(recognised, "")


def _given(settings: Settings, where: str, token: str | None) -> Given:
    names = tuple(f"{name} in {where}" for name in (*_PAIR, "sts_token"))
    found = trimmed(settings.get("access_key_id"), settings.get("access_key_secret"), token)
    if not any(found):
        raise unusable(f"{where} holds no key", "run aliyun configure, or use another profile")
    return Given(whole(names, found, where))
