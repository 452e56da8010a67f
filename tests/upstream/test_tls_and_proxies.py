"""Over real TLS and through real proxies; which certificate authorities connections trust."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import certifi
import pytest

from jupyter_dsw.upstream import errors
from jupyter_dsw.upstream.network import Authorities, authorities
from tests.upstream.certificates import Authority
from tests.upstream.conftest import INSTANCE
from tests.upstream.odd_server import OddServer, always, http_response, relay, tunnel

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from jupyter_dsw.emulator import Emulator
    from jupyter_dsw.upstream.client import Client

PUBLIC = "pai-dsw.cn-hangzhou.aliyuncs.com"


@pytest.fixture
def dsw(
    odd: Callable[..., OddServer],
    emulator: Emulator,
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., OddServer]:
    """Put a proxy into the environment, behind which every host is the emulator over TLS."""

    def behind_a_proxy(
        certificate_for: str = PUBLIC, *, days: int = 1, proxy_tls: bool = False
    ) -> OddServer:
        emulator_port = int(emulator.url.rpartition(":")[2])
        server = odd(relay(emulator_port), tls=authority.server(certificate_for, days=days))
        proxy = odd(tunnel(server.port), tls=authority.server("localhost") if proxy_tls else None)
        monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("127.0.0.1", "localhost"))
        return proxy

    for name, value in emulator.environment().items():
        if name != "JUPYTER_DSW_ENDPOINT":
            monkeypatch.setenv(name, value)
    return behind_a_proxy


@pytest.fixture
def trusted(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.bundle))


@pytest.mark.usefixtures("trusted")
def test_the_regions_endpoint_is_called_through_the_proxy_of_the_environment(
    dsw: Callable[..., OddServer], client: Callable[..., Client]
) -> None:
    proxy = dsw()
    made = client(network="public")
    response = made.get_instance()
    assert response.instance.status == "Running"
    assert made.source.endpoint == PUBLIC
    assert proxy.heads[0].startswith(f"CONNECT {PUBLIC}:443 ".encode())
    # The credential service of this machine was not called through it.
    assert proxy.accepted == 1


@pytest.mark.usefixtures("trusted")
def test_a_proxy_that_speaks_tls_is_verified_by_the_same_authorities(
    dsw: Callable[..., OddServer], client: Callable[..., Client]
) -> None:
    proxy = dsw(proxy_tls=True)
    for _ in range(2):
        assert client(network="public").get_instance().instance.status == "Running"
    assert proxy.heads[0].startswith(f"CONNECT {PUBLIC}:443 ".encode())


@pytest.mark.usefixtures("trusted")
def test_no_proxy_leads_past_the_proxy(
    dsw: Callable[..., OddServer], client: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = dsw()
    monkeypatch.setenv("NO_PROXY", ".aliyuncs.invalid")
    with pytest.raises(errors.Unreachable):
        client(endpoint="https://pai-dsw.cn-hangzhou.aliyuncs.invalid").get_instance()
    assert proxy.accepted == 0


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize(
    ("certificate_for", "days", "reason"),
    [("other.example", 1, "is for another host"), (PUBLIC, -1, "has expired")],
)
def test_a_wrong_certificate_is_unreachable_with_the_reason(
    dsw: Callable[..., OddServer],
    emulator: Emulator,
    client: Callable[..., Client],
    certificate_for: str,
    days: int,
    reason: str,
) -> None:
    dsw(certificate_for, days=days)
    with pytest.raises(errors.Unreachable, match=reason) as caught:
        client(network="public").get_instance()
    assert "REQUESTS_CA_BUNDLE" in caught.value.advice
    assert emulator.calls == 0


def test_plain_http_where_tls_was_meant_is_unreachable(
    odd: Callable[..., OddServer], client_of: Callable[..., Client]
) -> None:
    server = odd(always(b"HTTP/1.1 400 Bad Request\r\n\r\n"), hasty=True)
    with pytest.raises(errors.Unreachable, match="TLS"):
        client_of(f"https://127.0.0.1:{server.port}").get_instance()


@pytest.mark.parametrize(
    "proxy",
    [
        "http://127.0.0.1:1",
        "http://user:canary-password@127.0.0.1:1",
        "socks5://127.0.0.1:1",
        "http://",
        "http://[",
        "not a url",
    ],
)
def test_a_proxy_that_does_not_work_is_reported_without_quoting_it(
    client_of: Callable[..., Client], monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(errors.Unreachable, match="proxy") as caught:
        client_of("", network="public").get_instance()
    assert "HTTPS_PROXY" in caught.value.advice
    assert "canary" not in str(caught.value)


def test_a_proxy_that_rejects_connect_is_reported(
    odd: Callable[..., OddServer], client_of: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = odd(always(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"))
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    with pytest.raises(errors.Unreachable, match="proxy"):
        client_of("", network="public").get_instance()


def test_a_changed_bundle_counts_from_the_next_connection(
    odd: Callable[..., OddServer],
    authority: Authority,
    client_of: Callable[..., Client],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    others = tmp_path / "others"
    others.mkdir()
    other = Authority(others)
    bundle = tmp_path / "bundle.pem"
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    # Not kept: each reading connects.
    server = odd(always(http_response(INSTANCE)), tls=authority.server("localhost"))
    made = client_of(f"https://localhost:{server.port}")
    shutil.copy(other.bundle, bundle)
    with pytest.raises(errors.Unreachable, match="not signed by a trusted authority"):
        made.get_instance()
    shutil.copy(authority.bundle, bundle)
    assert made.get_instance().instance.status == "Running"
    shutil.copy(other.bundle, bundle)
    with pytest.raises(errors.Unreachable, match="not signed by a trusted authority"):
        made.get_instance()
    assert len(server.heads) == 1


@pytest.fixture
def folder(authority: Authority, tmp_path: Path) -> Path:
    """A folder of certificates, as OpenSSL has them: by a hash of their subject."""
    folder = tmp_path / "certs"
    folder.mkdir()
    named = subprocess.run(
        ["openssl", "x509", "-in", str(authority.bundle), "-noout", "-subject_hash"],
        check=True, capture_output=True, text=True,
    ).stdout.strip()  # fmt: skip
    shutil.copy(authority.bundle, folder / f"{named}.0")
    return folder


@pytest.mark.parametrize(
    "variables",
    [
        {"REQUESTS_CA_BUNDLE": "bundle"},
        {"REQUESTS_CA_BUNDLE": "folder"},
        {"CURL_CA_BUNDLE": "bundle"},
        {"SSL_CERT_FILE": "bundle"},
        {"SSL_CERT_DIR": "folder"},
        {"SSL_CERT_DIR": "nowhere:folder"},
        {"SSL_CERT_FILE": "other", "SSL_CERT_DIR": "folder"},
        {"SSL_CERT_FILE": "bundle", "SSL_CERT_DIR": "nowhere"},
        {"SSL_CERT_FILE": "other", "CURL_CA_BUNDLE": "bundle"},
        {"CURL_CA_BUNDLE": "other", "REQUESTS_CA_BUNDLE": "bundle"},
        {"REQUESTS_CA_BUNDLE": "", "SSL_CERT_FILE": "bundle"},
    ],
    ids=str,
)
def test_the_authorities_that_the_environment_names_are_trusted(
    odd: Callable[..., OddServer],
    authority: Authority,
    client_of: Callable[..., Client],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    folder: Path,
    variables: dict[str, str],
) -> None:
    (tmp_path / "others").mkdir()
    places = {
        "bundle": authority.bundle,
        "folder": folder,
        "other": Authority(tmp_path / "others", "Another authority").bundle,
        "nowhere": tmp_path / "nowhere",
    }
    for name, value in variables.items():
        paths = [str(places[each]) for each in value.split(":") if each]
        monkeypatch.setenv(name, os.pathsep.join(paths))
    server = odd(always(http_response(INSTANCE)), tls=authority.server("localhost"))
    made = client_of(f"https://localhost:{server.port}")
    assert made.get_instance().instance.status == "Running"


@pytest.mark.parametrize(
    "variable", [None, "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"]
)
def test_no_other_authorities_are_trusted(
    odd: Callable[..., OddServer],
    authority: Authority,
    client_of: Callable[..., Client],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    variable: str | None,
) -> None:
    (tmp_path / "others").mkdir()
    if variable is not None:
        monkeypatch.setenv(variable, str(Authority(tmp_path / "others").bundle))
    server = odd(always(http_response(INSTANCE)), tls=authority.server("localhost"))
    with pytest.raises(errors.Unreachable, match="not signed by a trusted authority") as caught:
        client_of(f"https://localhost:{server.port}").get_instance()
    assert "REQUESTS_CA_BUNDLE" in caught.value.advice
    assert server.heads == []


def test_without_a_variable_they_are_those_of_certifi() -> None:
    assert authorities() == Authorities(certifi.where())


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"])
@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_a_file_without_authorities_is_reported(
    odd: Callable[..., OddServer],
    authority: Authority,
    client_of: Callable[..., Client],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    variable: str,
    content: bytes | None,
) -> None:
    bundle = tmp_path / "bundle.pem"
    if content is not None:
        bundle.write_bytes(content)
    monkeypatch.setenv(variable, str(bundle))
    server = odd(always(http_response(INSTANCE)), tls=authority.server("localhost"))
    with pytest.raises(errors.Unreachable, match="certificate authorities") as caught:
        client_of(f"https://localhost:{server.port}").get_instance()
    assert variable in caught.value.advice
    assert server.heads == []
