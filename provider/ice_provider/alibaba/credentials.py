"""Whose key signs the calls: which of all the ways to sign in is taken.

Any word of the configuration beats every variable of the environment; a key pair always comes whole from one place.
Opens nothing but files of profiles; must not know how a way of signing in is carried out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ice_provider.alibaba.keys import trimmed, whole
from ice_provider.alibaba.origins import Address, AssumedRole, Given, InstanceRole, Origin, RoleSession, TrustedRole
from ice_provider.alibaba.profiles import Profiles
from ice_provider.config import ProviderConfig, region_problem
from ice_provider.errors import InvalidInput, NotSignedIn, Problem
from ice_provider.redaction import mask
from ice_provider.roles import name_problem, role_problem, seconds_problem

FAMILIES: Final = (
    ("ALICLOUD_ACCESS_KEY", "ALICLOUD_SECRET_KEY", "ALICLOUD_SECURITY_TOKEN"),
    ("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN"),
    ("ALIBABACLOUD_ACCESS_KEY_ID", "ALIBABACLOUD_ACCESS_KEY_SECRET", "ALIBABACLOUD_SECURITY_TOKEN"),
)
"""The environment variables of key ID, secret and token, in pulumi-alicloud's order."""

_CONFIGURED: Final = ("ice:accessKey", "ice:secretKey", "ice:securityToken")
_PROFILE: Final = ("ALICLOUD_PROFILE", "ALIBABA_CLOUD_PROFILE")
_FILE: Final = ("ALICLOUD_SHARED_CREDENTIALS_FILE", "ALIBABA_CLOUD_CREDENTIALS_FILE")
_INSTANCE_ROLE: Final = ("ALICLOUD_ECS_ROLE_NAME", "ALIBABA_CLOUD_ECS_METADATA")
_ADDRESS: Final = ("ALICLOUD_CREDENTIALS_URI", "ALIBABA_CLOUD_CREDENTIALS_URI")
_ROLE: Final = ("ALICLOUD_ASSUME_ROLE_ARN", "ALIBABA_CLOUD_ROLE_ARN")
_SESSION: Final = ("ALICLOUD_ASSUME_ROLE_SESSION_NAME", "ALIBABA_CLOUD_ROLE_SESSION_NAME")
_OIDC: Final = ("ALIBABA_CLOUD_ROLE_ARN", "ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "ALIBABA_CLOUD_OIDC_TOKEN_FILE")
_SESSION_NAME: Final = "pulumi-ice"
_SESSION_SECONDS: Final = 3600


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
    found = next(surroundings.surrounding(), None)
    if found is None:
        raise _nothing()
    by_role = surroundings.by_configured_role if config.assume_role else surroundings.by_surrounding_role
    return Found(by_role(found.origin), found.notes)


class _Surroundings:
    """Configuration and environment, asked for each way to sign in."""

    def __init__(self, config: ProviderConfig, environment: Mapping[str, str]) -> None:
        self._config = config
        self._environment = environment

    def configured(self) -> list[tuple[str, Callable[[], Origin]]]:
        """Return the words of the configuration that are set, and what each means; the first is taken."""
        config = self._config
        pair = trimmed(config.access_key, config.secret_key, config.security_token)
        ways: list[tuple[str, object, Callable[[], Origin]]] = [
            ("ice:accessKey", any(pair), lambda: Given(whole(_CONFIGURED, pair))),
            ("ice:profile", config.profile, lambda: self._profile(config.profile, runs_commands=True)),
            ("ice:ecsRoleName", config.ecs_role_name, lambda: self._instance_role(config.ecs_role_name or "")),
            ("ice:credentialsUri", config.credentials_uri, lambda: Address(config.credentials_uri or "")),
            ("ice:assumeRoleWithOidc", config.assume_role_with_oidc, self._configured_trusted_role),
            ("ice:sharedCredentialsFile", config.shared_credentials_file and not config.profile, self._named_file),
        ]
        return [(word, take) for word, is_set, take in ways if is_set]

    def surrounding(self) -> Iterator[Found]:
        """Return what the environment names: keys, a profile, roles, a URI; last, the CLI's current profile."""
        families = [(names, trimmed(*(self._environment.get(name) for name in names))) for names in FAMILIES]
        given = [(names, found) for names, found in families if found[0] or found[1]]
        if given:
            yield Found(Given(whole(*given[0])), _differences(given))
        if name := self._first(_PROFILE):
            yield Found(self._profile(name))
        role, provider, file = (self._first((variable,)) for variable in _OIDC)
        if role and provider and file:
            yield Found(TrustedRole(self._session(role), provider, file))
        if name := self._first(_INSTANCE_ROLE):
            yield Found(self._instance_role(name))
        if uri := self._first(_ADDRESS):
            yield Found(Address(uri))
        profiles = self._file()
        if profiles and profiles.is_file() and not self._is_on("ALIBABA_CLOUD_CLI_PROFILE_DISABLED"):
            yield Found(self._profile(None))

    def by_configured_role(self, origin: Origin) -> Origin:
        """Return the role that the configuration wants assumed; without one, the origin itself."""
        wanted = self._config.assume_role
        if wanted is None:
            return origin
        session = self._session(wanted.role_arn, wanted.session_name, wanted.session_expiration, wanted.policy)
        return AssumedRole(session, origin, wanted.external_id)

    def by_surrounding_role(self, origin: Origin) -> Origin:
        """Return the role that the environment wants assumed; one for OIDC has been by then."""
        role = self._first(_ROLE)
        return origin if role is None or isinstance(origin, TrustedRole) else AssumedRole(self._session(role), origin)

    def _configured_trusted_role(self) -> Origin:
        oidc = self._config.assume_role_with_oidc
        assert oidc is not None  # noqa: S101  # asked only when it is set
        session = self._session(oidc.role_arn, oidc.role_session_name, oidc.session_expiration, oidc.policy)
        file = oidc.oidc_token_file or None
        return TrustedRole(session, oidc.oidc_provider_arn, file, None if file else oidc.oidc_token)

    def _named_file(self) -> Origin:
        return self._profile(self._first(_PROFILE))

    def _profile(self, name: str | None, *, runs_commands: bool = False) -> Origin:
        file = self._file()
        if file is None:
            advice = "set ice:sharedCredentialsFile to the file that holds it"
            raise NotSignedIn(f"profile {name} cannot be looked up: there is no HOME", [("next", advice)])
        return Profiles(file, self._session, self._instance_role, runs_commands=runs_commands).origin(name)

    def _file(self) -> Path | None:
        """Return the file of profiles: the one that is named, else the aliyun CLI's; None without a home."""
        named, home = self._config.shared_credentials_file or self._first(_FILE), self._environment.get("HOME")
        if named and not (home and named.startswith("~/")):
            return Path(named)
        return Path(home, named[2:] if named else ".aliyun/config.json") if home else None

    def _instance_role(self, name: str | None) -> InstanceRole:
        if self._is_on("ALIBABA_CLOUD_ECS_METADATA_DISABLED"):
            raise NotSignedIn(
                "the ECS instance role cannot be used while ALIBABA_CLOUD_ECS_METADATA_DISABLED is true",
                [("next", "unset it, or sign in another way")],
            )
        return InstanceRole(name, token_only=self._is_on("ALIBABA_CLOUD_IMDSV1_DISABLED"))

    def _session(
        self, role: str, name: str | None = None, seconds: int | None = None, policy: str | None = None
    ) -> RoleSession:
        name = name or self._first(_SESSION) or _SESSION_NAME
        region = self._first(("ALIBABA_CLOUD_STS_REGION",))
        checks = (
            ("the role to assume", role_problem(role)),
            ("the session's name", name_problem(name)),
            ("the session's length", seconds_problem(seconds) if seconds else None),
            ("ALIBABA_CLOUD_STS_REGION", region_problem(region) if region else None),
        )
        problems = [Problem(what, reason) for what, reason in checks if reason]
        if problems:
            raise InvalidInput(problems)
        prefix = "sts-vpc" if self._is_on("ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED") else "sts"
        host = f"{prefix}.{region}.aliyuncs.com" if region else "sts.aliyuncs.com"
        return RoleSession(role, name, seconds or _SESSION_SECONDS, host, policy or None)

    def _first(self, variables: Sequence[str]) -> str | None:
        """Return the value of the first variable that is set."""
        return next(filter(None, trimmed(*(self._environment.get(variable) for variable in variables))), None)

    def _is_on(self, variable: str) -> bool:
        return self._environment.get(variable, "").strip().lower() == "true"


def _differences(given: Sequence[tuple[tuple[str, ...], tuple[str | None, ...]]]) -> tuple[str, ...]:
    """Say that families of variables differ, which is seldom meant."""
    (used, first), *others = given
    return tuple(
        f"{used[0]} and {names[0]} belong to different keys ({mask(first[0] or '')} and {mask(found[0] or '')}): "
        f"{used[0]} is used; unset the one that is not meant"
        for names, found in others
        if found != first
    )


def _nothing() -> NotSignedIn:
    return NotSignedIn(
        "no credentials for Alibaba Cloud",
        [
            ("next", "set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET,"),
            ("", "or pulumi config set --secret ice:accessKey … and pulumi config set --secret ice:secretKey …,"),
            ("", "or name a profile of the aliyun CLI: pulumi config set ice:profile …"),
        ],
    )
