"""Which proxy a URL is reached through, in the forms of NO_PROXY that people write."""

from __future__ import annotations

import pytest

from jupyter_dsw.upstream.network import not_understood, proxies_for, proxy_for

PROXY = "http://127.0.0.1:9"
HOST = "pai-dsw.cn-hangzhou.aliyuncs.com"


@pytest.fixture(autouse=True)
def proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", PROXY)


@pytest.mark.parametrize(
    "no_proxy",
    [
        "*",
        "localhost,*",
        HOST,
        HOST.upper(),
        f"{HOST}.",
        f"{HOST}:443",
        "aliyuncs.com",
        ".aliyuncs.com",
        "*.aliyuncs.com",
        "*.aliyuncs.com:443",
        "localhost, *.aliyuncs.com",
        "localhost *.aliyuncs.com",
        "localhost\t.aliyuncs.com ",
        ",,aliyuncs.com,",
    ],
)
@pytest.mark.parametrize("variable", ["NO_PROXY", "no_proxy"])
def test_a_host_that_no_proxy_has_is_reached_directly(
    monkeypatch: pytest.MonkeyPatch, no_proxy: str, variable: str
) -> None:
    monkeypatch.setenv(variable, no_proxy)
    assert proxy_for(f"https://{HOST}") is None
    assert proxies_for(f"https://{HOST}/api/v2/instances/dsw-1?Token=x") == {}
    assert not_understood() == ()


@pytest.mark.parametrize(
    "no_proxy",
    [
        "",
        "localhost",
        f"{HOST}:8443",
        "*.example.com",
        "com.example",
        "hangzhou.aliyuncs.com.example",
        "100.64.0.0/10",
        "*.cn-hangzhou.aliyuncs",
    ],
)
def test_another_host_is_reached_through_the_proxy(
    monkeypatch: pytest.MonkeyPatch, no_proxy: str
) -> None:
    monkeypatch.setenv("NO_PROXY", no_proxy)
    assert proxy_for(f"https://{HOST}") == PROXY


@pytest.mark.parametrize(
    ("no_proxy", "host"),
    [
        ("100.100.0.0/16", "100.100.1.2"),
        ("100.100.1.2/16", "100.100.1.2"),
        ("100.100.1.2", "100.100.1.2"),
        ("100.100.1.2:443", "100.100.1.2"),
        ("10.0.0.0/8 100.100.0.0/16", "100.100.1.2"),
        ("fd00::/8", "[fd00::1]"),
        ("fd00::1", "[fd00::1]"),
        ("[fd00::1]", "[fd00::1]"),
        ("[fd00::1]:443", "[fd00::1]"),
    ],
)
def test_addresses_and_networks_of_both_families_count(
    monkeypatch: pytest.MonkeyPatch, no_proxy: str, host: str
) -> None:
    monkeypatch.setenv("NO_PROXY", no_proxy)
    assert proxy_for(f"https://{host}") is None
    assert not_understood() == ()


def test_an_address_outside_of_the_network_is_reached_through_the_proxy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_PROXY", "100.100.0.0/16, fd00::/8")
    assert proxy_for("https://100.101.1.2") == PROXY
    assert proxy_for("https://[fe00::1]") == PROXY


def test_entries_that_are_not_understood_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = ("100.100.*", "pai-*.aliyuncs.com", "https://aliyuncs.com", "10.", "10.0.0.0/99", "<all>")
    entries = ("localhost", *odd, "http://me:secret@host", "my_host")
    monkeypatch.setenv("NO_PROXY", ",".join(entries))
    assert not_understood() == (*odd, "host")
