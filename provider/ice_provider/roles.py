"""The roles that a provider's configuration can name, in the words of pulumi-alicloud.

Source: https://www.pulumi.com/registry/packages/alicloud/api-docs/provider/, and for the limits of a session
https://www.alibabacloud.com/help/en/ram/developer-reference/api-sts-2015-04-01-assumerole
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ice_provider.declaration import declared
from ice_provider.errors import Problem

_SHORTEST: Final = 900  # seconds
_LONGEST: Final = 43200
_ROLE: Final = re.compile(r"acs:ram::[0-9]+:role/\S+")
_NAME: Final = re.compile(r"[A-Za-z0-9._@-]{2,64}")
_ROLE_DOC: Final = "The ARN of the role: `acs:ram::<account>:role/<name>`."
_NAME_DOC: Final = "The name of the session in the audit log, `pulumi-ice` by default."
_POLICY_DOC: Final = "A RAM policy, as JSON text, that narrows down what the session may do."
_SECONDS_DOC: Final = "How many seconds a session lasts, 3600 by default; it is renewed before its end."


def role_problem(role: str) -> str | None:
    """Say what is wrong with the ARN of a role, or None."""
    return None if _ROLE.fullmatch(role) else "must be the ARN of a role: acs:ram::<account>:role/<name>"


def name_problem(name: str) -> str | None:
    """Say what is wrong with the name of a session, or None."""
    return None if _NAME.fullmatch(name) else "must be 2 to 64 letters, digits or . _ @ -"


def seconds_problem(seconds: int) -> str | None:
    """Say what is wrong with the length of a session, or None."""
    return None if _SHORTEST <= seconds <= _LONGEST else f"must be {_SHORTEST} to {_LONGEST} seconds"


@dataclass(frozen=True, slots=True)
class AssumeRole:
    """A role to assume with the key that was found."""

    role_arn: str = declared(_ROLE_DOC, problem=role_problem)
    session_name: str | None = declared(_NAME_DOC, default=None, problem=name_problem)
    policy: str | None = declared(_POLICY_DOC, default=None)
    session_expiration: int | None = declared(_SECONDS_DOC, default=None, problem=seconds_problem)
    external_id: str | None = declared(
        "The external ID that the role's trust policy asks for, when a third party assumes it.", default=None
    )


@dataclass(frozen=True, slots=True)
class AssumeRoleWithOidc:
    """A role to assume with the token of an OpenID Connect provider, as in Kubernetes and GitHub Actions."""

    oidc_provider_arn: str = declared("The ARN of the OpenID Connect provider in RAM.")
    role_arn: str = declared(_ROLE_DOC, problem=role_problem)
    oidc_token_file: str | None = declared("The file that holds the token; read again at each renewal.", default=None)
    oidc_token: str | None = declared(
        "The token itself. A file is better: it can be renewed.", default=None, secret=True
    )
    role_session_name: str | None = declared(_NAME_DOC, default=None, problem=name_problem)
    policy: str | None = declared(_POLICY_DOC, default=None)
    session_expiration: int | None = declared(_SECONDS_DOC, default=None, problem=seconds_problem)

    @staticmethod
    def problems(_known: Mapping[str, Any], given: Mapping[str, Any]) -> list[Problem]:
        """Return the mistake of a role that has no token."""
        if given.get("oidcToken") is None and given.get("oidcTokenFile") is None:
            return [Problem("oidcTokenFile", "is missing: name the file that holds the token, or give oidcToken")]
        return []
