"""Responses that no good endpoint gives."""

from __future__ import annotations

import gzip
import json
import socket
import zlib
from typing import TYPE_CHECKING

import pytest

import jupyter_dsw
from jupyter_dsw.upstream import errors
from tests.upstream.conftest import INSTANCE
from tests.upstream.odd_server import always, hang_up, http_response, one_after_another

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_dsw.upstream.client import Client
    from tests.upstream.odd_server import OddServer

MAX = 4 * 1024 * 1024


def padded(length: int) -> bytes:
    """A good response, padded to `length` bytes."""
    response = json.dumps(INSTANCE).encode()
    return response + b" " * (length - len(response))


def test_a_name_that_does_not_exist_is_unreachable(
    client_of: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    with pytest.raises(errors.Unreachable, match="could not be resolved"):
        client_of("https://host.example").get_instance()


def test_nobody_listening_is_unreachable(client_of: Callable[..., Client]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(errors.Unreachable, match="No connection"):
        client_of(f"http://127.0.0.1:{port}").get_instance()


def test_closing_without_a_response_is_tried_once_more_signed_anew(
    odd: Callable[..., OddServer], client_of: Callable[..., Client]
) -> None:
    responses = [hang_up, always(http_response(INSTANCE))]
    server = odd(one_after_another(*responses))
    assert client_of(server).get_instance().instance.status == "Running"
    first, second = (dict(_headers(head)) for head in server.heads)
    assert first["x-acs-signature-nonce"] != second["x-acs-signature-nonce"]
    assert first["Authorization"] != second["Authorization"]


def test_closing_twice_is_unreachable(
    odd: Callable[..., OddServer], client_of: Callable[..., Client]
) -> None:
    server = odd(hang_up)
    with pytest.raises(errors.Unreachable, match="closed the connection"):
        client_of(server).get_instance()
    assert server.accepted == 2


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary Redirect"])
def test_no_redirect_is_followed(
    odd: Callable[..., OddServer], client_of: Callable[..., Client], status: str
) -> None:
    other = odd(always(http_response(INSTANCE)))
    server = odd(always(http_response(b"", f"Location: {other.url}/api", status=status)))
    with pytest.raises(errors.BadResponse, match="redirect"):
        client_of(server).get_instance()
    assert other.accepted == 0


def test_the_body_of_a_redirect_is_read_within_bounds(
    odd: Callable[..., OddServer], client_of: Callable[..., Client]
) -> None:
    response = http_response(padded(MAX + 1), "Location: /elsewhere", status="302 Found")
    with pytest.raises(errors.BadResponse, match="larger"):
        client_of(odd(always(response))).get_instance()


@pytest.mark.parametrize("length", [True, False], ids=["with a length", "without a length"])
def test_a_response_may_have_four_mebibytes_and_no_more(
    odd: Callable[..., OddServer], client_of: Callable[..., Client], *, length: bool
) -> None:
    server = odd(always(*(http_response(padded(size), length=length) for size in (MAX, MAX + 1))))
    made = client_of(server)
    assert made.get_instance().instance.status == "Running"
    with pytest.raises(errors.BadResponse, match="larger"):
        made.get_instance()


def test_the_size_counts_after_decompression(
    odd: Callable[..., OddServer], client_of: Callable[..., Client]
) -> None:
    good, bomb = (gzip.compress(padded(size)) for size in (MAX, 8 * MAX))
    assert len(bomb) < MAX
    server = odd(always(*(http_response(body, "Content-Encoding: gzip") for body in (good, bomb))))
    made = client_of(server)
    assert made.get_instance().instance.status == "Running"
    with pytest.raises(errors.BadResponse, match="larger"):
        made.get_instance()


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("br", b"anything"),
        ("deflate", zlib.compress(padded(200))),
        ("gzip, gzip", gzip.compress(gzip.compress(padded(200)))),
        ("gzip", padded(200)),
        ("gzip", gzip.compress(padded(200))[:-20]),
        ("gzip", gzip.compress(padded(200)) + b"more"),
    ],
    ids=["br", "deflate", "twice", "not gzip", "cut off", "more after the end"],
)
def test_a_compression_that_was_not_requested_or_is_broken_is_a_bad_response(
    odd: Callable[..., OddServer], client_of: Callable[..., Client], encoding: str, body: bytes
) -> None:
    server = odd(always(http_response(body, f"Content-Encoding: {encoding}")))
    with pytest.raises(errors.BadResponse):
        client_of(server).get_instance()


@pytest.mark.parametrize(
    "response",
    [
        http_response(b"[]"),
        http_response(b'"text"'),
        http_response(b"null"),
        http_response(b"{}"),
        http_response(b" \n"),
        http_response(b"{'InstanceId': 'dsw-1'}"),
        http_response(b'{"a":' * 100_000),
        http_response(b"\xff\xfe{}"),
        http_response(b"<!DOCTYPE html><html></html>"),
        http_response(b"<html>", status="403 Forbidden"),
        http_response(b"<html>", status="404 Not Found"),
        http_response(b"", status="204 No Content", length=False),
        http_response(b"{}", status="400 Bad Request"),
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"\x00\x01\x02\x03\r\n\r\n",
        http_response(b"{}", "Content-Length: 3"),
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n{}",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}",
    ],
)
def test_what_is_no_response_of_dsw_is_a_bad_response_and_requested_once(
    odd: Callable[..., OddServer], client_of: Callable[..., Client], response: bytes
) -> None:
    server = odd(always(response))
    with pytest.raises(errors.BadResponse):
        client_of(server).get_instance()
    assert server.accepted == 1


def test_fields_of_odd_types_do_not_cost_the_reading(
    odd: Callable[..., OddServer], client_of: Callable[..., Client]
) -> None:
    odd_fields = {"Datasets": "none", "Priority": [1], "RequestId": 7, "Message": {}}
    server = odd(always(http_response({**INSTANCE, **odd_fields}, "Date: yesterday")))
    response = client_of(server, clock=lambda: 1_800_000_000.5).get_instance()
    assert response.instance.status == "Running"
    assert response.date_by == "local"
    assert response.date.timestamp() == 1_800_000_000.5
    assert response.request_id is None
    assert not response.simulated


def test_a_request_names_its_client_and_keeps_no_cookies(
    odd: Callable[..., OddServer], client_of: Callable[..., Client]
) -> None:
    server = odd(always(http_response(INSTANCE, "Set-Cookie: a=b; Path=/")), keep=True)
    made = client_of(server, sharing_token="a b", fields="Status")
    made.get_instance()
    made.get_instance()
    assert server.accepted == 1
    for head in server.heads:
        assert head.startswith(
            b"GET /api/v2/instances/dsw-0123abcd?Fields=Status&Token=a%20b HTTP/1.1\r\n"
        )
        headers = dict(_headers(head))
        assert headers["User-Agent"].startswith(f"jupyter-dsw/{jupyter_dsw.__version__} ")
        assert headers["Accept"] == "application/json"
        assert headers["Host"] == f"127.0.0.1:{server.port}"
        assert headers["x-acs-action"] == "GetInstance"
        assert headers["x-acs-version"] == "2022-01-01"
        assert "Cookie" not in headers


def _headers(head: bytes) -> list[tuple[str, str]]:
    lines = head.decode().split("\r\n")[1:-2]
    return [(line.partition(": ")[0], line.partition(": ")[2]) for line in lines]
