"""At the deadline a reading ends, and with it all that it started, wherever it was."""

from __future__ import annotations

import ast
import socket
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from jupyter_dsw.clock import BOUNDED
from jupyter_dsw.upstream import errors, transport
from tests.upstream.conftest import INSTANCE
from tests.upstream.odd_server import OddServer, always, http_response, trickle, tunnel
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


def proxied(
    monkeypatch: pytest.MonkeyPatch, authority: Authority, proxy: OddServer
) -> dict[str, Any]:
    monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("127.0.0.1", "localhost"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.bundle))
    return {"network": "public", "deadline_s": 0.6, "read_timeout_s": 5}


def timed_out_at_its_deadline(made: Client) -> None:
    begun = time.monotonic()
    with pytest.raises(errors.TimedOut):
        made.get_instance()
    until(lambda: not requests_under_way())
    # A handshake may take as long as was left at its beginning.
    assert time.monotonic() - begun < 2.5


@pytest.mark.parametrize("proxy_tls", [False, True], ids=["plain proxy", "TLS proxy"])
def test_a_proxy_whose_response_to_connect_trickles(
    odd: Callable[..., OddServer],
    client_of: Callable[..., Client],
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
    proxy_tls: bool,
) -> None:
    proxy = odd(HEADERS, tls=authority.server("localhost") if proxy_tls else None)
    timed_out_at_its_deadline(client_of("", **proxied(monkeypatch, authority, proxy)))
    assert proxy.heads[0].startswith(b"CONNECT")


@pytest.mark.parametrize("proxy_tls", [False, True], ids=["plain proxy", "TLS proxy"])
def test_a_handshake_that_trickles_through_a_proxy(
    odd: Callable[..., OddServer],
    client_of: Callable[..., Client],
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
    proxy_tls: bool,
) -> None:
    behind = odd(TLS_RECORD, hasty=True)
    proxy = odd(tunnel(behind.port), tls=authority.server("localhost") if proxy_tls else None)
    timed_out_at_its_deadline(client_of("", **proxied(monkeypatch, authority, proxy)))
    assert behind.accepted == 1


@pytest.mark.parametrize("proxy_tls", [False, True], ids=["plain proxy", "TLS proxy"])
def test_headers_that_trickle_through_a_proxy(
    odd: Callable[..., OddServer],
    client_of: Callable[..., Client],
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
    proxy_tls: bool,
) -> None:
    behind = odd(HEADERS, tls=authority.server(HOST))
    proxy = odd(tunnel(behind.port), tls=authority.server("localhost") if proxy_tls else None)
    timed_out_at_its_deadline(client_of("", **proxied(monkeypatch, authority, proxy)))
    assert behind.heads[0].startswith(b"GET")


def test_headers_that_trickle(
    odd: Callable[..., OddServer], client_of: Callable[..., Client]
) -> None:
    timed_out_at_its_deadline(client_of(odd(HEADERS), deadline_s=0.4))


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
