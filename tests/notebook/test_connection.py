"""A kernel's request: over TLS its token goes to the server that wrote its connection file only.

What comes from whatever listens there is bounded.
"""

from __future__ import annotations

import ssl
import subprocess
from typing import TYPE_CHECKING

import pytest

from jupyter_dsw.kernel_endpoint import KernelEndpoint, fingerprint
from jupyter_dsw.notebook.connection import get
from tests.upstream.certificates import Authority, server_context
from tests.upstream.odd_server import OddServer, always, flood, http_response

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = "the-token-of-kernels"


def request(server: OddServer, pinned: str | None) -> int:
    """Ask as a kernel does whose connection file has this fingerprint; return the status."""
    endpoint = KernelEndpoint(f"{server.url}/jupyter-dsw/v1/kernel/instance", TOKEN, pinned)
    status, _, _ = get(endpoint, timeout_s=10)
    return status


def serving(certfile: Path) -> OddServer:
    return OddServer(always(http_response(b"{}")), tls=server_context(certfile))


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def test_the_server_itself_is_known_by_a_full_chain_with_its_key(authority: Authority) -> None:
    certfile = authority.full_chain("notebook.example")
    with serving(certfile) as server:
        assert request(server, fingerprint(certfile)) == 200
        assert TOKEN.encode() in server.heads[0]


def test_another_host_of_the_same_authority_gets_nothing(authority: Authority) -> None:
    pinned = fingerprint(authority.full_chain("notebook.example"))
    with serving(authority.full_chain("other.example", name="other.pem")) as other:
        with pytest.raises(ssl.SSLCertVerificationError):
            request(other, pinned)
        assert other.heads == []


def test_a_second_certificate_for_the_same_name_gets_nothing(authority: Authority) -> None:
    pinned = fingerprint(authority.full_chain("notebook.example"))
    with serving(authority.full_chain("notebook.example", name="second.pem")) as other:
        with pytest.raises(ssl.SSLCertVerificationError):
            request(other, pinned)
        assert other.heads == []


def test_a_certificate_renewed_on_disk_changes_nothing_while_the_server_runs(
    authority: Authority,
) -> None:
    certfile = authority.full_chain("notebook.example")
    pinned = fingerprint(certfile)
    with serving(certfile) as server:
        # A running server goes on with the certificate that it has read.
        assert authority.full_chain("notebook.example") == certfile
        assert fingerprint(certfile) != pinned
        assert request(server, pinned) == 200


def test_an_expired_certificate_still_identifies_the_server(authority: Authority) -> None:
    certfile = authority.full_chain("notebook.example", days=-1)
    with serving(certfile) as server:
        assert request(server, fingerprint(certfile)) == 200


def test_without_a_fingerprint_only_a_trusted_certificate_for_the_address_is_taken(
    authority: Authority,
) -> None:
    with serving(authority.full_chain("127.0.0.1")) as server:
        with pytest.raises(ssl.SSLCertVerificationError):
            request(server, None)
        assert server.heads == []


def test_the_fingerprint_is_the_one_that_openssl_shows(tmp_path: Path) -> None:
    certfile = Authority(tmp_path).full_chain("notebook.example")
    shown = subprocess.run(
        ["openssl", "x509", "-in", str(certfile), "-noout", "-fingerprint", "-sha256"],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    assert fingerprint(certfile) == shown.strip().rpartition("=")[2].replace(":", "").lower()


@pytest.mark.parametrize("content", [b"", b"no certificate", b"-----BEGIN CERTIFICATE-----\n%"])
def test_a_file_without_a_certificate_has_no_fingerprint(tmp_path: Path, content: bytes) -> None:
    certfile = tmp_path / "certificate.pem"
    assert fingerprint(certfile) is None
    certfile.write_bytes(content)
    assert fingerprint(certfile) is None


@pytest.mark.parametrize(
    "start",
    [
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n",
    ],
    ids=["without a length", "with a length", "in chunks"],
)
def test_a_body_without_an_end_is_left_within_bounds(start: bytes) -> None:
    with (
        OddServer(flood(start, b" " * 65536)) as server,
        pytest.raises(ValueError, match="too large"),
    ):
        request(server, None)
