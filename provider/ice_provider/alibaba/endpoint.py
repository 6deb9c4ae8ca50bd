"""Where calls go. The host is always built here: the official SDK's own map of endpoints is wrong for most regions.

Source: https://www.alibabacloud.com/help/en/ims/developer-reference/api-ice-2020-11-09-endpoint, and for the regions
that offer workflows https://www.alibabacloud.com/help/zh/ims/service-region
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ice_provider import addresses
from ice_provider.alibaba import proxies
from ice_provider.config import ProviderConfig
from ice_provider.errors import InvalidInput, Problem
from ice_provider.wording import wording

REGIONS: Final = ("ap-southeast-1", "cn-beijing", "cn-hangzhou", "cn-shanghai", "cn-shenzhen", "us-west-1")
_CONNECT: Final = 5.0  # seconds
_READ: Final = 10.0
_ATTEMPT: Final = 15.0
_LABEL: Final = re.compile(r"[a-z0-9-]{1,63}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where calls go, and how long they may take.

    Attributes:
        region: None when only an endpoint is known.
        host: `host` or `host:port`, as the Host header has it.
        scheme: `https`, or `http` on loopback.
        connect: Seconds for a connection.
        read: Seconds for the next piece of an answer.
        attempt: Seconds for asking once in all; asking again with a corrected clock is a part of it.
        proxy: The URL of the proxy on the way; None for none.
    """

    region: str | None
    host: str
    scheme: str
    connect: float
    read: float
    attempt: float = _ATTEMPT
    proxy: str | None = None

    @property
    def is_strange(self) -> bool:
        """Whether calls leave this machine for a host that is not Alibaba Cloud's."""
        name = addresses.split(self.host)[0].lower().rstrip(".")
        return not (addresses.is_loopback(name) or f".{name}".endswith(".aliyuncs.com"))


def find(config: ProviderConfig, environment: Mapping[str, str]) -> Place:
    """Return the place that configuration and environment name.

    Raises:
        InvalidInput: There is neither region nor endpoint, the region is not known to offer workflows, or the proxy of
            the environment cannot be used.
    """
    region = config.region_from(environment)
    if region is None and config.endpoint is None:
        ways = [wording().chosen("region", "cn-shanghai"), *wording().elsewhere("region"), "ALIBABA_CLOUD_REGION"]
        raise InvalidInput([Problem("region", f"is missing: {', or '.join(ways)}")])
    if region and not config.endpoint and not _is_offered(region, anything=config.skip_region_validation):
        otherwise = "" if config.skip_region_validation else f", or {wording().chosen('skipRegionValidation', 'true')}"
        fault = "can be no region" if config.skip_region_validation else "is not known to offer workflows"
        reason = f'"{region}" {fault}: use one of {", ".join(REGIONS)}{otherwise}'
        raise InvalidInput([Problem("region", reason)])
    host, scheme = config.endpoint or f"ice.{region}.aliyuncs.com", "http" if config.is_plain_http else "https"
    return Place(
        region=region,
        host=host,
        scheme=scheme,
        connect=(config.client_connect_timeout or 0) / 1000 or _CONNECT,
        read=(config.client_read_timeout or 0) / 1000 or _READ,
        proxy=proxies.find(scheme, host, environment),
    )


def _is_offered(region: str, *, anything: bool) -> bool:
    """Whether a region may become a part of the host; from the environment it can be any text."""
    return region in REGIONS or (anything and bool(_LABEL.fullmatch(region)))
