"""Where a key can come from: the ways to sign in, as nouns, each with what helps when it brings no key.

Must not know how one is looked for, or carried out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote_plus, urlsplit

from ice_provider.alibaba.credentials.keys import Key
from ice_provider.wording import wording

_ASSUME: Final = '{"Version":"1","Statement":[{"Effect":"Allow","Action":["sts:AssumeRole"],"Resource":["%s"]}]}'
_SIGN_IN_ANEW: Final = "sign in anew with the aliyun CLI: aliyun configure"
_WORD: Final = re.compile(r"[a-z_.-]*")


@dataclass(frozen=True, slots=True)
class Given:
    """A key that was written down; nothing can renew it."""

    key: Key

    def __str__(self) -> str:
        return self.key.source

    @property
    def remedy(self) -> str:
        """What helps when it brings no key."""
        return "check the key"


@dataclass(frozen=True, slots=True)
class RoleSession:
    """What is asked of the token service for one session of a role.

    Attributes:
        role: The ARN of the role.
        name: The name of the session, which shows in the audit log.
        seconds: How long the session lasts.
        host: The token service.
        policy: A RAM policy that narrows the role down; None for all that the role may.
    """

    role: str
    name: str
    seconds: int
    host: str
    policy: str | None = None


@dataclass(frozen=True, slots=True)
class AssumedRole:
    """A role that another origin's key assumes."""

    session: RoleSession
    base: Origin
    external_id: str | None = None

    def __str__(self) -> str:
        return f"the role {self.session.role}, assumed from {self.base}"

    @property
    def remedy(self) -> str:
        """What helps when it brings no key."""
        return f"let the key assume the role, and the role trust it:  {_ASSUME % self.session.role}"


@dataclass(frozen=True, slots=True)
class TrustedRole:
    """A role for a token of an OpenID Connect provider: Kubernetes, GitHub Actions.

    Attributes:
        session: The session of the role.
        provider: The ARN of the OpenID Connect provider.
        token_file: The file that holds the token, read at each renewal; None when `token` is given.
        token: The token itself; None when `token_file` is given.
    """

    session: RoleSession
    provider: str
    token_file: str | None = None
    token: str | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return f"the role {self.session.role}, by OIDC"

    @property
    def remedy(self) -> str:
        """What helps when it brings no key."""
        given = wording().setting("assumeRoleWithOidc.oidcToken")
        where = f"the token in {self.token_file}" if self.token_file else given
        return f"check {where}, the provider's ARN, and what the role trusts (issuer, audience, subject)"


@dataclass(frozen=True, slots=True)
class InstanceRole:
    """The role of the ECS instance that we run on; `name` is None to ask the instance for it.

    Attributes:
        name: The role.
        token_only: Whether the metadata service is never asked without a token (IMDSv2 only).
    """

    name: str | None
    token_only: bool = False

    def __str__(self) -> str:
        return f"the ECS instance role {self.name}" if self.name else "the ECS instance role"

    @property
    def remedy(self) -> str:
        """What helps when it brings no key."""
        return "run on an ECS instance that has this role, or sign in another way"


@dataclass(frozen=True, slots=True)
class Address:
    """A URI that hands out keys; it may hold a secret itself."""

    uri: str = field(repr=False)

    def __str__(self) -> str:
        return "the credentials URI"

    @property
    def remedy(self) -> str:
        """What helps when it brings no key."""
        return "it must answer with Code, AccessKeyId, AccessKeySecret, SecurityToken and Expiration"


@dataclass(frozen=True, slots=True)
class CloudSso:
    """A sign-in of the aliyun CLI to CloudSSO.

    Attributes:
        profile: The profile that holds it, and its file, for messages.
        sign_in_url: Where a key is asked for.
        account: The ID of the account to work in.
        access: The ID of the access configuration.
        token: What the sign-in has brought.
        token_expires: When that ends, in seconds since 1970; 0 when the profile does not say.
    """

    profile: str
    sign_in_url: str
    account: str
    access: str
    token: str = field(repr=False)
    token_expires: int

    def __str__(self) -> str:
        return self.profile

    @property
    def remedy(self) -> str:
        """What helps when it brings no key."""
        return _SIGN_IN_ANEW


@dataclass(frozen=True, slots=True)
class BrowserSignIn:
    """A sign-in of the aliyun CLI in a browser, whose tokens are read from the CLI's file, and renewed there.

    Attributes:
        profile: The profile that holds it, and its file, for messages.
        name: The name of the profile alone.
        file: The path of the CLI's file.
    """

    profile: str
    name: str
    file: str

    def __str__(self) -> str:
        return self.profile

    @property
    def remedy(self) -> str:
        """What helps when it brings no key."""
        return _SIGN_IN_ANEW


@dataclass(frozen=True, slots=True)
class Command:
    """A program that prints a key: run without a shell.

    Attributes:
        profile: The profile that names it, and its file, for messages.
        line: The program and its arguments, quoted as for a shell.
    """

    profile: str
    line: str = field(repr=False)

    def __str__(self) -> str:
        return self.profile

    @property
    def remedy(self) -> str:
        """What helps when it brings no key."""
        return "run its process_command by hand: it must print access_key_id and access_key_secret as JSON"


Origin = Given | AssumedRole | TrustedRole | InstanceRole | Address | CloudSso | BrowserSignIn | Command


def secrets(origin: Origin) -> Iterator[str | None]:
    """Return what an origin holds that must never be shown."""
    match origin:
        case Given(key):
            yield from (key.secret, key.token)
        case AssumedRole(_, base):
            yield from secrets(base)
        case TrustedRole(token=token) | CloudSso(token=token):
            yield token
        case Address(uri):
            yield from (uri, *_parts(uri))
        case Command(_, line) if len(line.split()) > 1:  # a program alone is none
            yield line


def remedy_for_silence(origin: Origin) -> str:
    """Return what helps when whoever is to hand out a key does not answer: only of some the place itself is in doubt."""
    match origin:
        case AssumedRole(_, base):
            return remedy_for_silence(base)
        case InstanceRole() | Address() | Command():
            return origin.remedy
    return "check the network, HTTPS_PROXY and NO_PROXY; then run it again"


def looks_real(origin: Origin) -> bool:
    """Whether a key that was written down has the form of Alibaba Cloud's; one that is fetched always counts as real."""
    return not isinstance(origin, Given) or origin.key.key_id.startswith(("LTAI", "STS."))


def _parts(uri: str) -> Iterator[str]:
    """Return what a token can be in a URI: its user, the values of its query, and whatever is no plain word in its path."""
    parts = urlsplit(uri)
    told = (
        *parts.netloc.rpartition("@")[0].split(":"),
        *(pair.partition("=")[2] for pair in parts.query.split("&")),
        *(segment for segment in parts.path.split("/") if not _WORD.fullmatch(segment)),
    )
    for text in told:
        yield from (text, unquote_plus(text))
