"""Which proxy a call goes through, and what is said when it does not help."""

from __future__ import annotations

import base64
import re
from urllib.parse import quote

import pytest

from contract.raw_server import RawServer, say
from ice_provider.alibaba import connect, proxies
from ice_provider.config import ProviderConfig
from ice_provider.errors import InvalidInput, Rejected, Unreachable
from ice_provider.redaction import Redactor

PROXY = "http://proxy.example.com:3128"
ICE = "ice.cn-shanghai.aliyuncs.com"


@pytest.mark.parametrize(
    ("scheme", "host", "environment", "proxy"),
    [
        ("https", ICE, {}, None),
        ("https", ICE, {"HTTPS_PROXY": PROXY}, PROXY),
        ("https", ICE, {"https_proxy": "proxy.example.com:3128"}, PROXY),
        ("https", ICE, {"ALL_PROXY": PROXY}, PROXY),
        ("https", ICE, {"HTTP_PROXY": PROXY}, None),
        ("https", ICE, {"HTTPS_PROXY": "http://upper:1", "https_proxy": PROXY}, PROXY),
        ("https", ICE, {"HTTPS_PROXY": PROXY, "no_proxy": ICE}, None),
        ("https", ICE, {"HTTPS_PROXY": PROXY, "NO_PROXY": ICE, "no_proxy": "example.com"}, PROXY),
        ("http", "127.0.0.1:8080", {"HTTP_PROXY": PROXY, "ALL_PROXY": PROXY}, None),
        ("https", "[::1]:8443", {"HTTPS_PROXY": PROXY}, None),
    ],
)
def test_the_proxy_of_a_host(scheme: str, host: str, environment: dict[str, str], proxy: str | None) -> None:
    assert proxies.find(scheme, host, environment) == proxy


@pytest.mark.parametrize(
    ("exempt", "host", "is_exempt"),
    [
        ("*", ICE, True),
        ("example.com, *", "10.1.2.3", True),
        ("*.*", ICE, False),
        ("aliyuncs.com", ICE, True),
        (".aliyuncs.com", ICE, True),
        ("*.aliyuncs.com", ICE, True),
        ("*.AliyunCS.com", ICE.upper(), True),
        (ICE, ICE, True),
        (f"*.{ICE}", ICE, True),
        ("example.com,aliyuncs.com", ICE, True),
        ("example.com aliyuncs.com", ICE, True),
        ("", ICE, False),
        (".", ICE, False),
        ("yuncs.com", ICE, False),
        ("*yuncs.com", ICE, False),
        ("com.example", ICE, False),
        ("ice", ICE, False),
        ("aliyuncs.com", f"{ICE}:8443", True),
        (f"{ICE}:443", ICE, True),
        (f"{ICE}:443", f"{ICE}:443", True),
        (f"{ICE}:443", f"{ICE}:8443", False),
        (f"{ICE}:8443", f"{ICE}:8443", True),
        (f"{ICE}:8443", ICE, False),
        ("*.aliyuncs.com:443", ICE, True),
        ("*.aliyuncs.com:80", ICE, False),
        ("10.1.2.3", "10.1.2.3", True),
        ("10.1.2.3", "10.1.2.30", False),
        ("10.1.2.3:443", "10.1.2.3", True),
        ("10.1.2.3:443", "10.1.2.3:8443", False),
        ("10.0.0.0/8", "10.1.2.3", True),
        ("10.0.0.0/8", "10.1.2.3:8443", True),
        ("10.9.9.9/8", "10.1.2.3", True),
        ("10.0.0.0/8", "11.1.2.3", False),
        ("10.0.0.0/8", "10.example.com", False),
        ("10.0.0.0/99", "10.1.2.3", False),
        ("2.3", "10.1.2.3", False),
        ("2001:db8::1", "[2001:db8::1]", True),
        ("[2001:db8::1]", "[2001:DB8:0::1]:8443", True),
        ("[2001:db8::1]:443", "[2001:db8::1]", True),
        ("[2001:db8::1]:443", "[2001:db8::1]:8443", False),
        ("2001:db8::/32", "[2001:db8:1::9]:8443", True),
        ("2001:db8::/32", "[2001:db9::9]", False),
        ("2001:db8::/32", "10.1.2.3", False),
        ("0.0.0.0/0", "[2001:db8::1]", False),
    ],
)
def test_what_no_proxy_names_is_called_without_the_proxy_and_nothing_else_is(
    exempt: str, host: str, is_exempt: bool
) -> None:
    proxy = proxies.find("https", host, {"HTTPS_PROXY": PROXY, "NO_PROXY": exempt})

    assert proxy == (None if is_exempt else PROXY)


def test_without_a_port_a_host_has_the_port_of_its_scheme() -> None:
    environment = {"HTTP_PROXY": PROXY, "HTTPS_PROXY": PROXY, "NO_PROXY": f"{ICE}:80"}

    assert [proxies.find(scheme, ICE, environment) for scheme in ("http", "https")] == [None, PROXY]


@pytest.mark.parametrize(
    "url",
    [
        "socks5://proxy.example.com:1080",
        "https://proxy.example.com",
        "http://",
        "http://[::1",
        "http://a..b:3128",
        "http://proxy.example.com:abc",
        "http://proxy.example.com:99999",
        "http://user:%E2%82%AC@proxy.example.com",  # a euro sign, which the header has no letter for
    ],
)
def test_a_proxy_that_cannot_be_used_is_an_error_that_names_the_variable(url: str) -> None:
    with pytest.raises(InvalidInput, match="HTTPS_PROXY: must be the URL of an HTTP proxy"):
        proxies.find("https", ICE, {"HTTPS_PROXY": url})


async def test_a_call_asks_the_proxy_for_a_tunnel_and_sends_it_no_credentials() -> None:
    """The password is the proxy's own; what is signed for the API goes through the tunnel only."""
    redactor = Redactor()
    config = ProviderConfig(region="cn-shanghai", access_key="canary-key-id", secret_key="canary-secret")
    async with RawServer(say(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")) as server:
        cloud = await connect(config, {"HTTPS_PROXY": f"http://user:canary-password@{server.host}"}, redactor)
        with pytest.raises(Rejected, match=f"the proxy refuses to connect to {ICE}: HTTP 403"):
            await cloud.get_workflow_task("t-1")
        await cloud.close()

    (request,) = server.requests
    assert request.startswith(f"CONNECT {ICE}:443 HTTP/1.1\r\n".encode())
    assert b"canary" not in request
    assert "canary-password" not in redactor.redact("canary-password")


@pytest.mark.parametrize("password", ["canary-p@ss/wörd", "canary", "p@ss"])
async def test_the_password_of_a_proxy_is_not_shown_as_it_is_sent_however_short_it_is(password: str) -> None:
    redactor = Redactor()
    config = ProviderConfig(region="cn-shanghai", access_key="a-key", secret_key="a-secret")
    async with RawServer(say(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")) as server:
        cloud = await connect(
            config, {"HTTPS_PROXY": f"http://us%65r:{quote(password, safe='')}@{server.host}"}, redactor
        )
        with pytest.raises(Rejected):
            await cloud.get_workflow_task("t-1")
        await cloud.close()

    (request,) = server.requests
    (sent,) = re.findall(r"Proxy-Authorization: Basic (\S+)", request.decode())
    assert base64.b64decode(sent).decode("latin-1") == f"user:{password}"
    assert sent not in redactor.redact(f"Basic {sent}")


async def test_the_user_of_a_proxy_may_belong_to_a_windows_domain() -> None:
    redactor = Redactor()
    config = ProviderConfig(region="cn-shanghai", access_key="a-key", secret_key="a-secret")
    async with RawServer(say(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")) as server:
        cloud = await connect(config, {"HTTPS_PROXY": f"http://DOMAIN\\user:canary\\pass@{server.host}"}, redactor)
        with pytest.raises(Rejected, match="the proxy refuses to connect"):
            await cloud.get_workflow_task("t-1")
        await cloud.close()

    (request,) = server.requests
    (sent,) = re.findall(r"Proxy-Authorization: Basic (\S+)", request.decode())
    assert base64.b64decode(sent) == b"DOMAIN\\user:canary\\pass"
    assert [redactor.redact(text) for text in (sent.rstrip("="), "canary\\pass")] == ["[secret]"] * 2


@pytest.mark.parametrize(
    "shown", ["canary-p@ss/word", "canary-p%40ss%2Fword", "canary-p%40ss%2fword", "canary-p@ss%2Fword"]
)
def test_the_password_of_a_proxy_is_not_shown_as_it_is_meant_or_stands_in_the_url(shown: str) -> None:
    redactor = Redactor()
    redactor.learn(*proxies.secrets("http://user:canary-p%40ss%2Fword@proxy.example.com:3128"))

    assert redactor.redact(f"<{shown}>") == "<[secret]>"


@pytest.mark.parametrize("url", [None, PROXY, "http://user@proxy.example.com", "http://user:@proxy.example.com"])
def test_a_proxy_without_a_password_has_no_secret(url: str | None) -> None:
    assert list(proxies.secrets(url)) == []


@pytest.mark.parametrize("proxy", ["http://127.0.0.1:9", "http://no-such-proxy.invalid:3128"])
async def test_a_proxy_that_is_not_there_is_named(proxy: str) -> None:
    """It is not the service whose name does not resolve."""
    config = ProviderConfig(region="cn-shanghai", access_key="a-key", secret_key="a-secret")
    cloud = await connect(config, {"HTTPS_PROXY": proxy}, Redactor())
    with pytest.raises(Unreachable, match="the proxy of the environment cannot be reached"):
        await cloud.get_workflow_task("t-1")
    await cloud.close()
