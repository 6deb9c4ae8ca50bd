"""Roles: what is asked of the token service for a session of one, and how an instance is asked for its own.

What a place leaves out, the environment fills in.

Source of the hosts: https://www.alibabacloud.com/help/en/ram/developer-reference/api-sts-2015-04-01-endpoint
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ice_provider.alibaba.credentials.origins import InstanceRole, RoleSession
from ice_provider.alibaba.credentials.variables import Named, Variables
from ice_provider.config import region_problem
from ice_provider.errors import InvalidInput, NotSignedIn, Problem
from ice_provider.roles import name_problem, role_problem, seconds_problem

_NAMES: Final = ("ALICLOUD_ASSUME_ROLE_SESSION_NAME", "ALIBABA_CLOUD_ROLE_SESSION_NAME")
_SECONDS: Final = "ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION"
_REGION: Final = "ALIBABA_CLOUD_STS_REGION"
_VPC: Final = "ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED"
_USUAL_NAME: Final = Named("pulumi-ice", "our own name")
_USUAL_SECONDS: Final = Named("3600", "our own limit")
_DIGITS: Final = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Terms:
    """What one place says of a session; None for what it leaves out.

    Attributes:
        role: The ARN of the role.
        name: The name of the session.
        seconds: How long it lasts, in digits.
        policy: A RAM policy that narrows the role down; left out, it is all that the role may.
        region: Where the token service is.
        vpc: Whether it is that inside a VPC.
    """

    role: Named
    name: Named | None = None
    seconds: Named | None = None
    policy: str | None = None
    region: Named | None = None
    vpc: bool | None = None


def session(terms: Terms, variables: Variables) -> RoleSession:
    """Return the session that a place asks for.

    Raises:
        InvalidInput: A value cannot be used; named by its place.
    """
    name = terms.name or variables.first(*_NAMES) or _USUAL_NAME
    seconds = terms.seconds or variables.first(_SECONDS) or _USUAL_SECONDS
    region = terms.region or variables.first(_REGION)
    checks: list[tuple[Named | None, Callable[[str], str | None]]] = [
        (terms.role, role_problem),
        (name, name_problem),
        (seconds, _seconds_problem),
        (region, region_problem),
    ]
    problems = [Problem(told.place, reason) for told, problem in checks if told and (reason := problem(told.value))]
    if problems:
        raise InvalidInput(problems)
    in_vpc = variables.is_on(_VPC) if terms.vpc is None else terms.vpc
    host = f"{'sts-vpc' if in_vpc else 'sts'}.{region.value}.aliyuncs.com" if region else "sts.aliyuncs.com"
    return RoleSession(terms.role.value, name.value, int(seconds.value), host, terms.policy or None)


def instance_role(name: str | None, variables: Variables) -> InstanceRole:
    """Return the role of the instance; without a name, whatever it has.

    Raises:
        NotSignedIn: The environment forbids to ask for it.
    """
    if variables.is_on("ALIBABA_CLOUD_ECS_METADATA_DISABLED"):
        raise NotSignedIn(
            "the ECS instance role cannot be used while ALIBABA_CLOUD_ECS_METADATA_DISABLED is true",
            [("next", "unset it, or sign in another way")],
        )
    return InstanceRole(name, token_only=variables.is_on("ALIBABA_CLOUD_IMDSV1_DISABLED"))


def _seconds_problem(text: str) -> str | None:
    return seconds_problem(int(text)) if _DIGITS.fullmatch(text) else "must be a whole number of seconds"
