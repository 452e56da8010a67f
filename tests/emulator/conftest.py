"""Requests to the emulator: signed by the official SDK, sent as they are, tampered with at will."""

from __future__ import annotations

import hashlib
import http.client
import json
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlsplit

import pytest
from alibabacloud_tea_openapi.utils import Utils

from tests.clock import Clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future
    from email.message import Message

    from jupyter_dsw.emulator import Emulator


class Reply(NamedTuple):
    status: int
    headers: Message
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        decoded: dict[str, Any] = json.loads(self.body)
        return decoded

    @property
    def code(self) -> str:
        return str(self.json["Code"])


@pytest.fixture
def clock() -> Clock:
    return Clock(1_800_000_000.0)


@pytest.fixture
def get() -> Callable[[str], Reply]:
    """GET a URL, unsigned."""

    def get(url: str) -> Reply:
        parts = urlsplit(url)
        return _send(parts.netloc, SimpleNamespace(method="GET", target=parts.path, headers={}))

    return get


@pytest.fixture
def static_key() -> Callable[[Emulator], dict[str, str]]:
    """The long-lived key of an emulator, named as the credential service names its parts."""

    def static_key(emulator: Emulator) -> dict[str, str]:
        environment = emulator.static_environment()
        return {
            "AccessKeyId": environment["ALIBABA_CLOUD_ACCESS_KEY_ID"],
            "AccessKeySecret": environment["ALIBABA_CLOUD_ACCESS_KEY_SECRET"],
        }

    return static_key


@pytest.fixture
def call(get: Callable[[str], Reply]) -> Callable[..., Reply]:
    """Call GetInstance of an emulator; everything about the request can be set.

    `sign` False leaves the signature out; `without` names headers that are left out before
    signing; `tamper` is given the signed request, to change its `method`, `target`, `headers` or
    `body`.
    """

    def call(
        emulator: Emulator,
        *,
        method: str = "GET",
        path: str | None = None,
        query: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        without: tuple[str, ...] = (),
        body: bytes = b"",
        key: dict[str, str] | None = None,
        now: float | None = None,
        sign: bool = True,
        tamper: Callable[[SimpleNamespace], object] = lambda _: None,
    ) -> Reply:
        host = urlsplit(emulator.url).netloc
        path = path or f"/api/v2/instances/{emulator.instance_id}"
        key = get(emulator.credentials_uri).json if key is None else key
        date = time.gmtime(time.time() if now is None else now)
        all_headers = {
            "host": host,
            "x-acs-action": "GetInstance",
            "x-acs-version": "2022-01-01",
            "x-acs-date": time.strftime("%Y-%m-%dT%H:%M:%SZ", date),
            "x-acs-signature-nonce": uuid.uuid4().hex,
            "x-acs-content-sha256": hashlib.sha256(body).hexdigest(),
            **({"x-acs-security-token": key["SecurityToken"]} if "SecurityToken" in key else {}),
            **(headers or {}),
        }
        signed = {name: value for name, value in all_headers.items() if name not in without}
        if sign:
            signed["Authorization"] = Utils.get_authorization(
                SimpleNamespace(method=method, pathname=path, query=query, headers=signed),
                "ACS3-HMAC-SHA256",
                signed.get("x-acs-content-sha256", ""),
                key["AccessKeyId"],
                key["AccessKeySecret"],
            )
        encoded = "&".join(
            f"{name}={quote(value, safe='')}" for name, value in (query or {}).items()
        )
        target = f"{path}?{encoded}" if query else path
        request = SimpleNamespace(method=method, target=target, headers=signed, body=body)
        tamper(request)
        return _send(host, request)

    return call


def _send(host: str, request: SimpleNamespace) -> Reply:
    connection = http.client.HTTPConnection(host, timeout=20)
    try:
        connection.request(
            request.method, request.target, getattr(request, "body", None) or None, request.headers
        )
        with connection.getresponse() as response:
            return Reply(response.status, response.headers, response.read())
    finally:
        connection.close()


@pytest.fixture
def in_background() -> Iterator[Callable[..., Future[Any]]]:
    """Run a function in a thread that has ended when the test ends."""
    with ThreadPoolExecutor() as pool:
        yield pool.submit
