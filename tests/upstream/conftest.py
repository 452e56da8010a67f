"""Clients, clocks and odd servers for the tests of the upstream package."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pytest

from jupyter_dsw.upstream.client import Client
from jupyter_dsw.upstream.credentials import CredentialChain
from jupyter_dsw.upstream.settings import Settings
from tests.clock import Clock
from tests.upstream.certificates import Authority
from tests.upstream.odd_server import OddServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

INSTANCE = {"InstanceId": "dsw-0123abcd", "Status": "Running", "Success": True, "Code": "null"}


@pytest.fixture
def clock() -> Clock:
    return Clock(1_800_000_000.0)


@pytest.fixture(autouse=True)
def no_certificates_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def stack() -> Iterator[contextlib.ExitStack]:
    with contextlib.ExitStack() as stack:
        yield stack


@pytest.fixture
def odd(stack: contextlib.ExitStack) -> Callable[..., OddServer]:
    """Start an `OddServer`; it ends with the test."""
    return lambda *args, **kwargs: stack.enter_context(OddServer(*args, **kwargs))


@pytest.fixture
def client(stack: contextlib.ExitStack) -> Callable[..., Client]:
    """Make a client of the environment; keyword arguments are settings, or the client's own."""

    def make(**settings: Any) -> Client:
        names = {"clock": "clock", "endpoint_choice": "endpoint"}
        own = {own: settings.pop(name) for name, own in names.items() if name in settings}
        chain = settings.pop("credentials", None) or CredentialChain(sleep=lambda _: None)
        made = Client(lambda: Settings.from_environment(**settings), chain, **own)
        stack.callback(made.close)
        return made

    return make


@pytest.fixture
def client_of(
    client: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Client]:
    """Make a client of an odd server, with an access key, an instance id and a region."""
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI-canary-of-the-key-id")
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "canary-of-the-key-secret")

    def make(server: OddServer | str, **settings: Any) -> Client:
        endpoint = server if isinstance(server, str) else server.url
        fixed = {"instance_id": "dsw-0123abcd", "region": "cn-hangzhou", "endpoint": endpoint}
        return client(**{**fixed, **settings})

    return make


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"))
