"""The authorities that connections trust are read once, and again when they have changed."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from jupyter_dsw.upstream import errors
from jupyter_dsw.upstream.trust import context_trusting
from tests.upstream.certificates import Authority
from tests.upstream.conftest import INSTANCE
from tests.upstream.odd_server import OddServer, always, http_answer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from jupyter_dsw.upstream.client import Client


def test_all_connections_share_what_was_read(authority: Authority) -> None:
    bundle = str(authority.bundle)
    assert context_trusting(bundle, None) is context_trusting(bundle, None)


def test_a_context_demands_a_certificate_for_the_host(authority: Authority) -> None:
    context = context_trusting(str(authority.bundle), None)
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
    server = odd(always(http_answer(INSTANCE)), tls=authority.server("localhost"))
    made = client_of(f"https://localhost:{server.port}")
    shutil.copy(other.bundle, bundle)
    with pytest.raises(errors.Unreachable, match="no authority trusted here"):
        made.get_instance()
    shutil.copy(authority.bundle, bundle)
    assert made.get_instance().instance.status == "Running"
    shutil.copy(other.bundle, bundle)
    with pytest.raises(errors.Unreachable, match="no authority trusted here"):
        made.get_instance()
    assert len(server.heads) == 1


@pytest.mark.parametrize("content", [b"", b"no certificate"])
def test_a_bundle_without_certificates_is_told(
    odd: Callable[..., OddServer],
    authority: Authority,
    client_of: Callable[..., Client],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    content: bytes,
) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_bytes(content)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    server = odd(always(http_answer(INSTANCE)), tls=authority.server("localhost"))
    with pytest.raises(errors.Unreachable, match="certificate authorities") as caught:
        client_of(f"https://localhost:{server.port}").get_instance()
    assert "REQUESTS_CA_BUNDLE" in caught.value.advice
    assert server.heads == []
