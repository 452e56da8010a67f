"""At the deadline a reading ends, and with it all that it started, wherever it was."""

from __future__ import annotations

import ast
import json
import socket
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from jupyter_dsw.clock import BOUNDED
from jupyter_dsw.upstream import errors, transport
from tests.upstream.conftest import INSTANCE
from tests.upstream.odd_server import (
    OddServer,
    always,
    http_response,
    one_after_another,
    trickle,
    tunnel,
)
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_dsw.upstream.client import Client
    from tests.upstream.certificates import Authority

HOST = "pai-dsw.cn-hangzhou.aliyuncs.com"
HEADERS = trickle(b"HTTP/1.1 200 OK\r\nX-Odd: ", b"a")
TLS_RECORD = trickle(b"\x16\x03\x03\x3f\xff", b"\x02")


def requests_under_way() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == BOUNDED]


def timed_out_at_its_deadline(made: Client) -> None:
    begun = time.monotonic()
    with pytest.raises(errors.TimedOut):
        made.get_instance()
    until(lambda: not requests_under_way())
    # A handshake may take as long as was left at its beginning.
    assert time.monotonic() - begun < 2.5


@pytest.mark.parametrize("proxy_tls", [False, True], ids=["plain proxy", "TLS proxy"])
@pytest.mark.parametrize("what", ["the response to CONNECT", "a handshake", "headers"])
def test_what_trickles_through_a_proxy(
    odd: Callable[..., OddServer],
    client_of: Callable[..., Client],
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
    what: str,
    proxy_tls: bool,
) -> None:
    behind = odd(HEADERS, tls=authority.server(HOST))
    if what == "a handshake":
        behind = odd(TLS_RECORD, hasty=True)
    behave = HEADERS if what == "the response to CONNECT" else tunnel(behind.port)
    proxy = odd(behave, tls=authority.server("localhost") if proxy_tls else None)
    monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("127.0.0.1", "localhost"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.bundle))
    timed_out_at_its_deadline(client_of("", network="public", deadline_s=0.6, read_timeout_s=5))
    assert proxy.heads[0].startswith(b"CONNECT")
    assert behind.accepted == (what != "the response to CONNECT")
    assert bool(behind.heads) == (what != "the response to CONNECT")


@pytest.mark.parametrize(
    ("start", "drop"),
    [
        (b"HTTP/1.1 2", b"0"),
        (b"HTTP/1.1 200 OK\r\nX-Odd: ", b"a"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n{", b" "),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", b"x"),
        # Without a length the cut would look like a good end.
        (b"HTTP/1.1 200 OK\r\n\r\n" + json.dumps(INSTANCE).encode(), b" "),
    ],
    ids=["status line", "headers", "body", "chunks", "chunk extension", "body without a length"],
)
def test_a_response_that_trickles_is_cut_at_the_deadline(
    odd: Callable[..., OddServer], client_of: Callable[..., Client], start: bytes, drop: bytes
) -> None:
    timed_out_at_its_deadline(client_of(odd(trickle(start, drop)), deadline_s=0.4))


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "TLS"])
def test_a_response_that_trickles_over_a_kept_connection_is_cut_at_the_deadline(
    odd: Callable[..., OddServer],
    client_of: Callable[..., Client],
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
    tls: bool,
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.bundle))
    body = trickle(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n{", b" ")
    responses = one_after_another(always(http_response(INSTANCE)), body)
    server = odd(responses, tls=authority.server("localhost") if tls else None, keep=True)
    made = client_of(server.url.replace("127.0.0.1", "localhost"), deadline_s=2)
    made.get_instance()
    with pytest.raises(errors.TimedOut):
        made.get_instance()
    assert server.accepted == 1


@pytest.mark.parametrize("length", [True, False], ids=["with a length", "without a length"])
def test_a_response_may_take_longer_than_a_connection(
    odd: Callable[..., OddServer], client_of: Callable[..., Client], length: bool
) -> None:
    def slowly(connection: socket.socket, _head: bytes) -> None:
        for byte in http_response(INSTANCE, length=length):
            connection.sendall(bytes([byte]))
            threading.Event().wait(0.02)

    made = client_of(odd(slowly), connect_timeout_s=0.5)
    assert made.get_instance().instance.status == "Running"


def test_a_client_works_again_after_a_deadline(
    odd: Callable[..., OddServer], client_of: Callable[..., Client]
) -> None:
    responses = [trickle(b"HTTP/1.1 200 OK\r\nX-Odd: ", b"a"), always(http_response(INSTANCE))]
    server = odd(one_after_another(*responses))
    made = client_of(server, deadline_s=1.5)
    with pytest.raises(errors.TimedOut):
        made.get_instance()
    assert made.get_instance().instance.status == "Running"


def test_name_resolution_that_hangs_is_left_at_the_deadline(
    client_of: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: over.wait())
    with pytest.raises(errors.TimedOut):
        client_of("https://host.example", deadline_s=0.2).get_instance()
    with pytest.raises(errors.Unreachable):
        client_of("https://host.example", connect_timeout_s=0.1).get_instance()
    over.set()


def test_a_request_that_was_given_up_is_not_sent_later(
    client_of: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    resolved = threading.Event()
    resolve = socket.getaddrinfo

    def slow(*args: Any, **kwargs: Any) -> Any:
        resolved.wait()
        return resolve(*args, **kwargs)

    with OddServer(always(http_response(INSTANCE))) as server:
        monkeypatch.setattr(socket, "getaddrinfo", slow)
        with pytest.raises(errors.TimedOut):
            client_of(server, deadline_s=0.2).get_instance()
        resolved.set()
        until(lambda: server.accepted and not requests_under_way())
    assert server.heads == []


def test_private_members_of_other_libraries_are_not_used() -> None:
    tree = ast.parse(Path(transport.__file__).read_text(encoding="utf-8"))
    used = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    of_others = [
        f"{ast.unparse(node.value)}.{node.attr}"
        for node in used
        if node.attr.startswith("_") and not ast.unparse(node.value).startswith(("self", "super"))
    ]
    assert of_others == []
    overridden = [
        f"{each.name}.{function.name}"
        for each in ast.walk(tree)
        if isinstance(each, ast.ClassDef) and each.name in {"_Connection", "_Response", "_Adapter"}
        for function in ast.walk(each)
        if isinstance(function, ast.FunctionDef) and function.name.startswith("_")
    ]
    assert overridden == ["_Response.__init__"]
