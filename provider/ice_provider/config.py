"""The provider's configuration, in the words of pulumi-alicloud and a few of our own. One declaration.

Must not sign in or call anything: what is missing is an error of the first operation that needs it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from ice_provider import addresses, durations
from ice_provider.declaration import declared
from ice_provider.errors import Problem
from ice_provider.roles import AssumeRole, AssumeRoleWithOidc
from ice_provider.wording import wording

_REGION_VARIABLES: Final = (
    "ALICLOUD_REGION",
    "ALIBABA_CLOUD_REGION",
    "ALIBABA_CLOUD_REGION_ID",
    "ALIBABACLOUD_REGION_ID",
)
_ROLE_NAME: Final = re.compile(r"[A-Za-z0-9.-]{1,64}")
_REGION: Final = re.compile(r"[a-z]{2,}(?:-[a-z0-9]+)+")


def _any_of(variables: tuple[str, ...]) -> str:
    *most, last = (f"`{variable}`" for variable in variables)
    return f"{', '.join(most)} or {last}"


def region_problem(region: str) -> str | None:
    """Say what is wrong with a region, or None."""
    return None if _REGION.fullmatch(region) else 'must be a region ID such as "cn-shanghai"'


def _protocol_problem(protocol: str) -> str | None:
    return None if protocol.upper() in {"HTTP", "HTTPS"} else "must be HTTPS, or HTTP for a loopback address"


def role_name_problem(name: str) -> str | None:
    """Say what is wrong with the name of an instance's role, or None."""
    return None if _ROLE_NAME.fullmatch(name) else "must be the name of a RAM role, not its ARN"


def uri_problem(uri: str) -> str | None:
    """Say what is wrong with a URI that hands out keys, or None; never repeats it."""
    try:
        parts = urlsplit(uri)
        whole = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        whole = False
    return None if whole else "must be a URI such as http://127.0.0.1:8080/credentials"


def _bulk_reads_problem(word: str) -> str | None:
    return None if word in {"auto", "off"} else "must be auto or off"


def _positive_problem(number: float) -> str | None:
    return None if number > 0 else "must be above zero"


@dataclass(frozen=True, slots=True)
class ProviderConfig:
    """What can be set with `pulumi config set ice:…` or on an explicit provider."""

    region: str | None = declared(
        f"The region, such as `cn-shanghai`. Else from {_any_of(_REGION_VARIABLES)}.",
        default=None,
        problem=region_problem,
    )
    access_key: str | None = declared(
        "The access key ID. Else from `ALICLOUD_ACCESS_KEY`, `ALIBABA_CLOUD_ACCESS_KEY_ID` or "
        "`ALIBABACLOUD_ACCESS_KEY_ID`, together with its secret.",
        default=None,
        secret=True,
    )
    secret_key: str | None = declared("The access key secret.", default=None, secret=True)
    security_token: str | None = declared("The STS token that belongs to the key pair.", default=None, secret=True)
    profile: str | None = declared(
        "A profile of the aliyun CLI. Else from `ALICLOUD_PROFILE` or `ALIBABA_CLOUD_PROFILE`, else the CLI's current "
        "one. A profile that runs a command (`External`) is used only when it is named here.",
        default=None,
    )
    shared_credentials_file: str | None = declared(
        "Where the profiles are: the CLI's JSON, `~/.aliyun/config.json` by default, or an INI file of the SDKs. Else "
        "from `ALICLOUD_SHARED_CREDENTIALS_FILE` or `ALIBABA_CLOUD_CREDENTIALS_FILE`.",
        default=None,
    )
    ecs_role_name: str | None = declared(
        "The RAM role of the ECS instance that Pulumi runs on. Else from `ALICLOUD_ECS_ROLE_NAME` or "
        "`ALIBABA_CLOUD_ECS_METADATA`.",
        default=None,
        problem=role_name_problem,
    )
    credentials_uri: str | None = declared(
        "A URI that hands out keys. Else from `ALICLOUD_CREDENTIALS_URI` or `ALIBABA_CLOUD_CREDENTIALS_URI`.",
        default=None,
        secret=True,
        problem=uri_problem,
    )
    assume_role: AssumeRole | None = declared(
        "A role to assume with the key that was found. Else its ARN from `ALICLOUD_ASSUME_ROLE_ARN` or "
        "`ALIBABA_CLOUD_ROLE_ARN`.",
        default=None,
    )
    assume_role_with_oidc: AssumeRoleWithOidc | None = declared(
        "A role to assume with the token of an OpenID Connect provider. Else from `ALIBABA_CLOUD_ROLE_ARN`, "
        "`ALIBABA_CLOUD_OIDC_PROVIDER_ARN` and `ALIBABA_CLOUD_OIDC_TOKEN_FILE`.",
        default=None,
    )
    endpoint: str | None = declared(
        "`host[:port]` to call instead of `ice.<region>.aliyuncs.com`.", default=None, problem=addresses.problem
    )
    protocol: str | None = declared(
        "`HTTPS` (the default), or `HTTP` for an endpoint on this machine.", default=None, problem=_protocol_problem
    )
    ca_file: str | None = declared("A PEM file with the certificate authorities to trust.", default=None)
    client_connect_timeout: int | None = declared(
        "Milliseconds for a connection, 5000 by default.", default=None, problem=_positive_problem
    )
    client_read_timeout: int | None = declared(
        "Milliseconds for an answer, 10000 by default; one attempt never lasts longer than 15 s in all.",
        default=None,
        problem=_positive_problem,
    )
    requests_per_second: float = declared(
        "The most calls per second that this provider makes, 20 by default.", default=20.0, problem=_positive_problem
    )
    bulk_reads: str = declared(
        "`auto` to watch many tasks of one workflow by `ListWorkflowTasks` where that takes fewer calls, which needs the "
        "permission `ice:ListWorkflowTasks`; `off` by default.",
        default="off",
        problem=_bulk_reads_problem,
    )
    skip_region_validation: bool = declared("Accept a region that is not known to offer workflows.", default=False)
    wait_timeout: str = declared(
        'How long a gate waits when neither it nor its customTimeouts say so: "30m" by default.',
        default="30m",
        problem=durations.problem,
    )

    @staticmethod
    def problems(known: Mapping[str, object], given: Mapping[str, object]) -> list[Problem]:
        """Return the mistakes that only several properties together show."""
        protocol, endpoint = known.get("protocol"), known.get("endpoint")
        if isinstance(protocol, str) and protocol.upper() == "HTTP" and "endpoint" not in (set(given) - set(known)):
            host = addresses.split(endpoint)[0] if isinstance(endpoint, str) else ""
            if not addresses.is_loopback(host):
                where = f"{wording().input('endpoint')} is a loopback address such as 127.0.0.1:8080, and no name"
                return [Problem("protocol", f"may be HTTP only when {where}; use HTTPS")]
        return []

    @property
    def is_plain_http(self) -> bool:
        """Whether calls go without TLS."""
        return (self.protocol or "HTTPS").upper() == "HTTP"

    def region_from(self, environment: Mapping[str, str]) -> str | None:
        """Return the region in effect: configured, else from the environment."""
        found = (environment.get(variable, "").strip() for variable in _REGION_VARIABLES)
        return self.region or next(filter(None, found), None)
