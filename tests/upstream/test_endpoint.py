"""Which of the region's endpoints is called, on networks that are not what they seem."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING, Any

import pytest

from jupyter_dsw.upstream import errors
from jupyter_dsw.upstream.network import EndpointChoice, completes_handshake
from jupyter_dsw.upstream.settings import Settings
from tests.upstream.conftest import INSTANCE
from tests.upstream.odd_server import OddServer, always, hang_up, http_response, trickle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jupyter_dsw.upstream.client import Client
    from jupyter_dsw.upstream.settings import Network
    from tests.upstream.certificates import Authority

PUBLIC = "pai-dsw.cn-hangzhou.aliyuncs.com"
VPC = "pai-dsw-vpc.cn-hangzhou.aliyuncs.com"
GOOD = always(http_response(INSTANCE))


def regional(network: Network) -> Settings:
    return Settings(instance_id="dsw-1", region="cn-hangzhou", network=network)


def no_handshake_expected(*_: object) -> bool:
    raise AssertionError


@pytest.fixture
def leads_to(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, int], None]:
    """Have a host name lead to a port of this machine."""
    ports: dict[str, int] = {}
    resolve = socket.getaddrinfo

    def resolved(host: str, port: int, *options: Any, **named: Any) -> Any:
        if host not in ports:
            return resolve(host, port, *options, **named)
        return resolve("127.0.0.1", ports[host], *options, **named)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    return ports.__setitem__


@pytest.fixture
def endpoint_of(
    odd: Callable[..., OddServer],
    authority: Authority,
    leads_to: Callable[[str, int], None],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., OddServer]:
    """Put an endpoint behind a host name."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.bundle))

    def endpoint(
        host: str,
        behave: Callable[[socket.socket, bytes], object] = GOOD,
        *,
        certificate_for: str = "",
        days: int = 1,
    ) -> OddServer:
        context = authority.server(certificate_for or host, days=days)
        server = odd(behave, tls=context)
        leads_to(host, server.port)
        return server

    return endpoint


@pytest.fixture
def silent(leads_to: Callable[[str, int], None]) -> Iterator[Callable[[str], None]]:
    """Have a host's connections accepted, and nothing more: so does the TUN device of a proxy."""

    def accept_only(host: str) -> None:
        # The backlog of a listener is enough for a connection.
        listener = socket.create_server(("127.0.0.1", 0))
        leads_to(host, listener.getsockname()[1])
        kept.append(listener)

    kept: list[socket.socket] = []
    yield accept_only
    for listener in kept:
        listener.close()


def test_a_handshake_is_complete_with_a_trusted_certificate_for_the_host(
    endpoint_of: Callable[..., OddServer],
) -> None:
    endpoint_of(VPC)
    assert completes_handshake(VPC, 443, 5)


@pytest.mark.parametrize(
    "other", [{"certificate_for": "other.example"}, {"days": -1}], ids=["other host", "expired"]
)
def test_a_handshake_with_another_certificate_is_none(
    endpoint_of: Callable[..., OddServer], other: dict[str, Any]
) -> None:
    endpoint_of(VPC, **other)
    assert not completes_handshake(VPC, 443, 5)


def test_a_handshake_with_an_unknown_authority_is_none(
    endpoint_of: Callable[..., OddServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint_of(VPC)
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    assert not completes_handshake(VPC, 443, 5)


def test_a_handshake_without_a_response_ends_in_time(silent: Callable[[str], None]) -> None:
    silent(VPC)
    begun = time.monotonic()
    assert not completes_handshake(VPC, 443, 0.2)
    assert time.monotonic() - begun < 5


def test_a_handshake_that_trickles_ends_in_time(
    odd: Callable[..., OddServer], leads_to: Callable[[str, int], None]
) -> None:
    # The head of a TLS record, of which a byte comes now and then.
    leads_to(VPC, odd(trickle(b"\x16\x03\x03\x3f\xff", b"\x02"), hasty=True).port)
    begun = time.monotonic()
    assert not completes_handshake(VPC, 443, 0.5)
    assert time.monotonic() - begun < 5


def test_nobody_there_is_no_handshake(leads_to: Callable[[str, int], None]) -> None:
    leads_to(VPC, 1)
    assert not completes_handshake(VPC, 443, 5)
    assert not completes_handshake("no-such-host.invalid", 443, 5)


def test_auto_calls_the_vpc_endpoint_first_where_it_can_be_reached() -> None:
    probed: list[tuple[str, int, float]] = []

    def reachable(host: str, port: int, timeout_s: float) -> bool:
        probed.append((host, port, timeout_s))
        return True

    choice = EndpointChoice(reachable)
    for _ in range(2):
        assert choice.origins(regional("auto")) == (f"https://{VPC}", f"https://{PUBLIC}")
    assert choice.host == VPC
    # Remembered.
    assert probed == [(VPC, 443, 1.0)]
    choice.forget()
    choice.origins(regional("auto"))
    assert len(probed) == 2


def test_auto_calls_the_public_endpoint_first_where_the_vpc_one_cannot_be_reached() -> None:
    choice = EndpointChoice(lambda *_: False)
    assert choice.origins(regional("auto")) == (f"https://{PUBLIC}", f"https://{VPC}")


@pytest.mark.parametrize(("network", "host"), [("vpc", VPC), ("public", PUBLIC)])
def test_a_named_network_has_one_endpoint(network: Network, host: str) -> None:
    choice = EndpointChoice(no_handshake_expected)
    assert choice.origins(regional(network)) == (f"https://{host}",)


def test_behind_a_proxy_the_public_endpoint_is_the_only_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    choice = EndpointChoice(no_handshake_expected)
    assert choice.origins(regional("auto")) == (f"https://{PUBLIC}",)


@pytest.mark.parametrize("no_proxy", ["aliyuncs.com", "*.aliyuncs.com", VPC])
def test_no_proxy_for_the_vpc_endpoint_has_it_called(
    monkeypatch: pytest.MonkeyPatch, no_proxy: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", no_proxy)
    assert EndpointChoice(lambda *_: True).origins(regional("auto"))[0] == f"https://{VPC}"


def test_a_vpc_endpoint_that_accepts_connections_only_is_not_chosen(
    client_of: Callable[..., Client],
    endpoint_of: Callable[..., OddServer],
    silent: Callable[[str], None],
) -> None:
    silent(VPC)
    endpoint_of(PUBLIC)
    made = client_of("")
    assert made.get_instance().instance.status == "Running"
    assert made.source.endpoint == PUBLIC


@pytest.mark.parametrize(
    ("behave", "other"),
    [
        (hang_up, {}),
        (GOOD, {"certificate_for": "other.example"}),
        (lambda connection, _: connection.recv(1), {}),
    ],
    ids=["closes", "another certificate", "does not respond"],
)
def test_the_other_endpoint_is_called_in_the_same_reading_after_a_failure(
    client_of: Callable[..., Client],
    endpoint_of: Callable[..., OddServer],
    behave: Callable[[socket.socket, bytes], object],
    other: dict[str, Any],
) -> None:
    vpc, public = endpoint_of(VPC, behave, **other), endpoint_of(PUBLIC)
    made = client_of("", endpoint_choice=EndpointChoice(lambda *_: True), read_timeout_s=0.3)
    assert made.get_instance().instance.status == "Running"
    assert made.source.endpoint == PUBLIC
    # And first the next time.
    connections = vpc.accepted
    made.get_instance()
    assert (vpc.accepted, len(public.heads)) == (connections, 2)


def test_the_vpc_endpoint_is_called_after_a_failure_of_the_public_one(
    client_of: Callable[..., Client], endpoint_of: Callable[..., OddServer]
) -> None:
    endpoint_of(PUBLIC, hang_up)
    endpoint_of(VPC)
    made = client_of("", endpoint_choice=EndpointChoice(lambda *_: False))
    assert made.get_instance().instance.status == "Running"
    assert made.source.endpoint == VPC


def test_an_endpoint_that_takes_the_whole_deadline_is_not_the_first_in_the_next_reading(
    client_of: Callable[..., Client], endpoint_of: Callable[..., OddServer]
) -> None:
    vpc = endpoint_of(VPC, trickle(b"HTTP/1.1 200 OK\r\nX-Odd: ", b"a"))
    endpoint_of(PUBLIC)
    made = client_of("", endpoint_choice=EndpointChoice(lambda *_: True), deadline_s=2)
    with pytest.raises(errors.TimedOut, match=VPC):
        made.get_instance()
    assert made.get_instance().instance.status == "Running"
    assert vpc.accepted == 1


def test_the_endpoint_is_chosen_anew_after_both_failed(
    client_of: Callable[..., Client], endpoint_of: Callable[..., OddServer]
) -> None:
    endpoint_of(VPC, hang_up)
    endpoint_of(PUBLIC, hang_up)
    choice = EndpointChoice(lambda *_: True)
    # The error is about the one that was chosen.
    with pytest.raises(errors.Unreachable, match=VPC):
        client_of("", endpoint_choice=choice).get_instance()
    assert choice.host is None


def test_an_error_response_is_not_a_reason_to_call_the_other_endpoint(
    client_of: Callable[..., Client], endpoint_of: Callable[..., OddServer]
) -> None:
    refused = http_response({"Code": "Forbidden.RAM"}, status="403 Forbidden")
    endpoint_of(VPC, always(refused))
    public = endpoint_of(PUBLIC)
    with pytest.raises(errors.Denied):
        client_of("", endpoint_choice=EndpointChoice(lambda *_: True)).get_instance()
    assert public.accepted == 0
