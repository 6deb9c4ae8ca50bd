"""Whose key signs the calls: which of all the ways to sign in is taken.

Any word of the configuration beats every variable of the environment; a key pair always comes whole from one place.
Opens nothing but files of profiles; must not know how a way of signing in is carried out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ice_provider.alibaba.credentials import key_variables, sessions
from ice_provider.alibaba.credentials.keys import trimmed, whole
from ice_provider.alibaba.credentials.origins import Address, AssumedRole, Given, Origin, RoleSession, TrustedRole
from ice_provider.alibaba.credentials.profiles import Profiles
from ice_provider.alibaba.credentials.sessions import Terms
from ice_provider.alibaba.credentials.variables import Named, Variables, named
from ice_provider.config import ProviderConfig, role_name_problem, uri_problem
from ice_provider.errors import InvalidInput, NotSignedIn, Problem
from ice_provider.wording import wording

_CONFIGURED: Final = ("accessKey", "secretKey", "securityToken")
_PROFILE: Final = ("ALICLOUD_PROFILE", "ALIBABA_CLOUD_PROFILE")
_FILE: Final = ("ALICLOUD_SHARED_CREDENTIALS_FILE", "ALIBABA_CLOUD_CREDENTIALS_FILE")
_INSTANCE_ROLE: Final = ("ALICLOUD_ECS_ROLE_NAME", "ALIBABA_CLOUD_ECS_METADATA")
_ADDRESS: Final = ("ALICLOUD_CREDENTIALS_URI", "ALIBABA_CLOUD_CREDENTIALS_URI")
_ROLE: Final = ("ALICLOUD_ASSUME_ROLE_ARN", "ALIBABA_CLOUD_ROLE_ARN")
_OIDC: Final = ("ALIBABA_CLOUD_ROLE_ARN", "ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "ALIBABA_CLOUD_OIDC_TOKEN_FILE")
_CLI_FILE: Final = "~/.aliyun/config.json"


@dataclass(frozen=True, slots=True)
class Found:
    """The way of signing in that is taken.

    Attributes:
        origin: Where the key comes from.
        notes: What the person should know of the choice.
    """

    origin: Origin
    notes: tuple[str, ...] = ()


def find(config: ProviderConfig, environment: Mapping[str, str]) -> Found:
    """Return the first way to sign in that is named.

    Raises:
        NotSignedIn: There is none, only half of one, or it cannot be used.
        InvalidInput: A variable of the environment is malformed.
    """
    surroundings = _Surroundings(config, environment)
    configured = surroundings.configured()
    if configured:
        (word, take), *unused = configured
        notes = tuple(f"{other} is not used, because {word} is set" for other, _ in unused)
        return Found(surroundings.by_configured_role(take()), notes)
    found, half = next(surroundings.surrounding(), None), surroundings.half_of_oidc()
    if found is None:
        raise NotSignedIn(half, [("next", "set what is missing, or sign in another way")]) if half else _nothing()
    by_role = surroundings.by_configured_role if config.assume_role else surroundings.by_surrounding_role
    notes = (*found.notes, f"{half}: {found.origin} is used instead") if half else found.notes
    return Found(by_role(found.origin), notes)


class _Surroundings:
    """Configuration and environment, asked for each way to sign in."""

    def __init__(self, config: ProviderConfig, environment: Mapping[str, str]) -> None:
        self._config = config
        self._variables = Variables(environment)

    def configured(self) -> list[tuple[str, Callable[[], Origin]]]:
        """Return the words of the configuration that are set, and what each means; the first is taken."""
        config, setting = self._config, wording().setting
        file = setting("sharedCredentialsFile")
        pair = trimmed(config.access_key, config.secret_key, config.security_token)
        ways: list[tuple[str, object, Callable[[], Origin]]] = [
            (setting("accessKey"), any(pair), lambda: Given(whole(tuple(map(setting, _CONFIGURED)), pair))),
            (setting("profile"), config.profile, lambda: self._profile(config.profile, runs_commands=True)),
            (setting("ecsRoleName"), config.ecs_role_name, lambda: self._instance_role(config.ecs_role_name)),
            (setting("credentialsUri"), config.credentials_uri, lambda: Address(config.credentials_uri or "")),
            (setting("assumeRoleWithOidc"), config.assume_role_with_oidc, self._configured_trusted_role),
            (file, config.shared_credentials_file and not config.profile, self._named_file),
        ]
        return [(word, take) for word, is_set, take in ways if is_set]

    def surrounding(self) -> Iterator[Found]:
        """Return what the environment names: keys, a profile, roles, a URI; last, the CLI's current profile."""
        if given := key_variables.find(self._variables):
            key, notes = given
            yield Found(Given(key), notes)
        if profile := self._variables.get(*_PROFILE):
            yield Found(self._profile(profile))
        role, provider, file = (self._variables.first(name) for name in _OIDC)
        if role and provider and file:
            token_file = self._variables.at_home(file.value)
            yield Found(TrustedRole(self._session(Terms(role)), provider.value, token_file))
        if instance := self._checked(_INSTANCE_ROLE, role_name_problem):
            yield Found(self._instance_role(instance))
        if uri := self._checked(_ADDRESS, uri_problem):
            yield Found(Address(uri))
        if current := self._current_profile():
            yield Found(current)

    def _checked(self, names: tuple[str, ...], problem: Callable[[str], str | None]) -> str | None:
        """Return a variable that must have a form of its own."""
        told = self._variables.first(*names)
        if told and (reason := problem(told.value)):
            raise InvalidInput([Problem(told.place, reason)])
        return told.value if told else None

    def by_configured_role(self, origin: Origin) -> Origin:
        """Return the role that the configuration wants assumed; without one, the origin itself."""
        wanted = self._config.assume_role
        if wanted is None:
            return origin
        terms = Terms(
            Named(wanted.role_arn, wording().setting("assumeRole.roleArn")),
            named(wanted.session_name, wording().setting("assumeRole.sessionName")),
            named(wanted.session_expiration, wording().setting("assumeRole.sessionExpiration")),
            wanted.policy,
        )
        return AssumedRole(self._session(terms), origin, wanted.external_id)

    def half_of_oidc(self) -> str | None:
        """Say what is missing when some, and not all, of the variables for OIDC are set."""
        missing = [name for name in _OIDC if not self._variables.get(name)]
        if not missing or not self._is_for_oidc():
            return None
        given = (name for name in _OIDC if name not in missing)
        return f"OIDC needs {' and '.join(missing)} beside {' and '.join(given)}"

    def _is_for_oidc(self) -> bool:
        """Whether the role that shares its variable with OIDC is meant for that: a key must not assume it then."""
        return self._variables.get(*_OIDC[1:]) is not None

    def by_surrounding_role(self, origin: Origin) -> Origin:
        """Return the role that the environment wants assumed, unless OIDC opens a session of that very role."""
        role = self._variables.first(*(_ROLE[:1] if self._is_for_oidc() else _ROLE))
        if role is None or (isinstance(origin, TrustedRole) and origin.session.role == role.value):
            return origin
        return AssumedRole(self._session(Terms(role)), origin)

    def _configured_trusted_role(self) -> Origin:
        wanted = self._config.assume_role_with_oidc
        assert wanted is not None  # noqa: S101  # asked only when it is set
        terms = Terms(
            Named(wanted.role_arn, wording().setting("assumeRoleWithOidc.roleArn")),
            named(wanted.role_session_name, wording().setting("assumeRoleWithOidc.roleSessionName")),
            named(wanted.session_expiration, wording().setting("assumeRoleWithOidc.sessionExpiration")),
            wanted.policy,
        )
        file = self._variables.at_home(wanted.oidc_token_file) if wanted.oidc_token_file else None
        return TrustedRole(self._session(terms), wanted.oidc_provider_arn, file, None if file else wanted.oidc_token)

    def _named_file(self) -> Origin:
        return self._profile(self._variables.get(*_PROFILE))

    def _profile(self, name: str | None, *, runs_commands: bool = False) -> Origin:
        file = self._file()
        if file is None:
            advice = f"set {wording().setting('sharedCredentialsFile')} to the file that holds it"
            raise NotSignedIn(f"profile {name} cannot be looked up: there is no HOME", [("next", advice)])
        return self._profiles(file, runs_commands=runs_commands).origin(name)

    def _current_profile(self) -> Origin | None:
        """Return the current profile, which nobody has named; None when the CLI is not there, or was never set up."""
        file, is_named = self._file(), self._variables.get(*_FILE) is not None
        if file is None or self._variables.is_on("ALIBABA_CLOUD_CLI_PROFILE_DISABLED"):
            return None
        if not is_named and not file.is_file():
            return None
        profiles = self._profiles(file)
        return None if profiles.is_blank and not is_named else profiles.origin(None)

    def _profiles(self, file: Path, *, runs_commands: bool = False) -> Profiles:
        return Profiles(file, self._variables, runs_commands=runs_commands)

    def _file(self) -> Path | None:
        """Return the file of profiles: the one that is named, else the aliyun CLI's; None without a home."""
        file = self._config.shared_credentials_file or self._variables.get(*_FILE)
        if file is None and self._variables.get("HOME") is None:
            return None
        return Path(self._variables.at_home(file or _CLI_FILE))

    def _instance_role(self, name: str | None) -> Origin:
        return sessions.instance_role(name, self._variables)

    def _session(self, terms: Terms) -> RoleSession:
        return sessions.session(terms, self._variables)


def _nothing() -> NotSignedIn:
    pair = wording().key_pair
    return NotSignedIn(
        "no credentials for Alibaba Cloud",
        [
            ("next", "set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET,"),
            *([("", f"or {pair},")] if pair else []),
            ("", f"or name a profile of the aliyun CLI: {wording().chosen('profile', '…')}"),
        ],
    )
