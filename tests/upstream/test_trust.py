"""Which certificate authorities connections trust."""

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
from tests.upstream.odd_server import OddServer, always, http_response

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from jupyter_dsw.upstream.client import Client


def test_a_context_demands_a_certificate_for_the_host(authority: Authority) -> None:
    context = Authorities(str(authority.bundle)).context()
    assert context.verify_mode.name == "CERT_REQUIRED"
    assert [each["subject"] for each in context.get_ca_certs()] == [
        ((("commonName", "A test's own authority"),),)
    ]


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
    with pytest.raises(errors.Unreachable, match="not signed by a trusted authority"):
        client_of(f"https://localhost:{server.port}").get_instance()
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
