"""The provider's configuration: its form, and the region in effect."""

from __future__ import annotations

from typing import Any

import pytest

from ice_provider import addresses
from ice_provider.config import ProviderConfig
from ice_provider.declaration import properties
from ice_provider.decoding import UNKNOWN, check, decode

FORM = "must be host or host:port, without scheme, user or path, such as ice.cn-shanghai.aliyuncs.com"
METADATA = "must not be a link-local or metadata address: credentials would go there"
PORT = "must have a port from 1 to 65535"


@pytest.mark.parametrize(
    ("endpoint", "reason"),
    [
        ("ice.cn-shanghai.aliyuncs.com", None),
        ("ice.cn-shanghai.aliyuncs.com:443", None),
        ("ice-vpc.cn-shanghai.aliyuncs.com", None),
        ("127.0.0.1:8080", None),
        ("localhost:8080", None),
        ("[::1]:8080", None),
        ("[::1]", None),
        ("10.0.0.8", None),
        ("192.168.1.1:65535", None),
        ("h", None),
        ("", FORM),
        ("https://ice.cn-shanghai.aliyuncs.com", FORM),
        ("user@host", FORM),
        ("user:pass@host", FORM),
        ("host/path", FORM),
        ("host?query", FORM),
        ("host#part", FORM),
        ("host:", FORM),
        ("host:http", FORM),
        ("host:123456", FORM),
        ("ho st", FORM),
        ("host\n", FORM),
        ("-host", FORM),
        ("host.", FORM),
        ("a..b", FORM),
        (f"{'l' * 64}.example.com", FORM),
        (f"{'l' * 63}.example.com", None),
        ("::1", FORM),
        ("[127.0.0.1]:8080", FORM),
        ("[:::]:8080", FORM),
        ("höst", FORM),
        ("host:0", PORT),
        ("host:65536", PORT),
        ("169.254.169.254", METADATA),
        ("169.254.0.1:80", METADATA),
        ("100.100.100.200", METADATA),
        ("100.100.100.200:443", METADATA),
        ("[fe80::1]", METADATA),
        ("[::ffff:169.254.169.254]:80", METADATA),
        ("[::ffff:100.100.100.200]", METADATA),
        ("0.0.0.0:80", METADATA),
        ("[::]", METADATA),
        ("224.0.0.1", METADATA),
    ],
)
def test_an_endpoint_is_a_host_that_hands_out_no_credentials(endpoint: str, reason: str | None) -> None:
    found = check(ProviderConfig, {"endpoint": endpoint})

    assert [(problem.path, problem.reason) for problem in found] == ([("endpoint", reason)] if reason else [])


@pytest.mark.parametrize(
    ("endpoint", "parts"),
    [
        ("host", ("host", None)),
        ("host:80", ("host", 80)),
        ("127.0.0.1:8080", ("127.0.0.1", 8080)),
        ("[::1]:8080", ("::1", 8080)),
        ("[::1]", ("::1", None)),
    ],
)
def test_an_endpoint_is_split_into_host_and_port(endpoint: str, parts: tuple[str, int | None]) -> None:
    assert addresses.split(endpoint) == parts


@pytest.mark.parametrize(
    ("host", "loopback", "forbidden"),
    [
        ("127.0.0.1", True, False),
        ("127.9.9.9", True, False),
        ("::1", True, False),
        ("localhost", False, False),
        ("127.0.0.1.nip.io", False, False),
        ("", False, False),
        ("10.0.0.1", False, False),
        ("169.254.169.254", False, True),
        ("metadata.tencentyun.com", False, False),
    ],
)
def test_loopback_is_only_what_is_written_as_an_address(host: str, loopback: bool, forbidden: bool) -> None:
    assert (addresses.is_loopback(host), addresses.is_forbidden(host)) == (loopback, forbidden)


ONLY_LOOPBACK = (
    "protocol: may be HTTP only when endpoint is a loopback address such as 127.0.0.1:8080, and no name; use HTTPS"
)


@pytest.mark.parametrize(
    ("given", "plain", "told"),
    [
        ({}, False, []),
        ({"protocol": "HTTPS"}, False, []),
        ({"protocol": "https", "endpoint": "host"}, False, []),
        ({"protocol": "HTTP", "endpoint": "127.0.0.1:8080"}, True, []),
        ({"protocol": "http", "endpoint": "[::1]:8080"}, True, []),
        ({"protocol": "HTTP"}, True, [ONLY_LOOPBACK]),
        ({"protocol": "HTTP", "endpoint": "localhost:8080"}, True, [ONLY_LOOPBACK]),
        ({"protocol": "HTTP", "endpoint": "10.0.0.1"}, True, [ONLY_LOOPBACK]),
        ({"protocol": "HTTP", "endpoint": UNKNOWN}, True, []),
        ({"protocol": "FTP"}, False, ["protocol: must be HTTPS, or HTTP for a loopback address"]),
    ],
)
def test_plain_http_is_for_loopback_literals_only(given: dict[str, Any], plain: bool, told: list[str]) -> None:
    assert [str(problem) for problem in check(ProviderConfig, given)] == told
    if not told and UNKNOWN not in given.values():
        assert decode(ProviderConfig, given).is_plain_http is plain


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"region": "cn-shanghai"}, []),
        ({"region": "ap-southeast-1"}, []),
        ({"region": "Shanghai"}, ['region: must be a region ID such as "cn-shanghai"']),
        ({"region": "cn-shanghai.evil.example"}, ['region: must be a region ID such as "cn-shanghai"']),
        ({"region": ""}, ['region: must be a region ID such as "cn-shanghai"']),
        ({"requestsPerSecond": "5", "clientReadTimeout": "100"}, []),
        ({"requestsPerSecond": "0"}, ["requestsPerSecond: must be above zero"]),
        ({"assumeRole": '{"roleArn": "acs:ram::1:role/reader", "externalId": 4711}'}, []),
        ({"requestsPerSecond": "1" + 400 * "0"}, ["requestsPerSecond: must be a number, not one that large"]),
        ({"clientReadTimeout": "1" + 400 * "0"}, ["clientReadTimeout: must be a whole number, not one that large"]),
        ({"requestsPerSecond": "Infinity"}, ["requestsPerSecond: must be a number, not infinity or NaN"]),
        ({"clientConnectTimeout": "-1"}, ["clientConnectTimeout: must be above zero"]),
        ({"clientReadTimeout": "1.5"}, ["clientReadTimeout: must be a whole number"]),
        ({"skipRegionValidation": "yes"}, ["skipRegionValidation: must be true or false, not a string"]),
        ({"waitTimeout": "soon"}, ['waitTimeout: must be a duration above zero such as "45m", "1h30m" or "90s"']),
        ({"acessKey": "x"}, ['acessKey: there is no such property; did you mean "accessKey"?']),
    ],
)
def test_the_form_of_every_setting_is_checked(given: dict[str, Any], told: list[str]) -> None:
    assert [str(problem) for problem in check(ProviderConfig, given, textual=True)] == told


def test_what_nobody_set_has_its_documented_default() -> None:
    config = decode(ProviderConfig, {})

    assert (config.requests_per_second, config.wait_timeout, config.skip_region_validation) == (20.0, "30m", False)


def test_the_doc_of_the_region_names_every_variable_that_is_read() -> None:
    (region,) = (property_ for property_ in properties(ProviderConfig) if property_.name == "region")

    assert region.doc.endswith(
        "Else from `ALICLOUD_REGION`, `ALIBABA_CLOUD_REGION`, `ALIBABA_CLOUD_REGION_ID` or `ALIBABACLOUD_REGION_ID`."
    )


@pytest.mark.parametrize(
    ("configured", "environment", "region"),
    [
        (None, {}, None),
        (None, {"ALICLOUD_REGION": ""}, None),
        ("cn-beijing", {"ALICLOUD_REGION": "cn-shanghai"}, "cn-beijing"),
        (None, {"ALIBABA_CLOUD_REGION_ID": "c", "ALIBABA_CLOUD_REGION": "b", "ALICLOUD_REGION": "a"}, "a"),
        (None, {"ALIBABA_CLOUD_REGION_ID": "c", "ALIBABA_CLOUD_REGION": "b"}, "b"),
        (None, {"ALIBABA_CLOUD_REGION_ID": "c", "ALICLOUD_REGION": ""}, "c"),
    ],
)
def test_the_region_is_the_configured_one_else_the_first_of_the_environment(
    configured: str | None, environment: dict[str, str], region: str | None
) -> None:
    assert ProviderConfig(region=configured).region_from(environment) == region
