from __future__ import annotations

import copy
import json
import os
import pickle
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from jupyter_dsw.upstream.credentials import CredentialChain
from jupyter_dsw.upstream.errors import NoCredentials
from jupyter_dsw.upstream.signing import Credentials
from tests.upstream.odd_server import always, hang_up, http_response, trickle

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from jupyter_dsw.emulator import Emulator
    from tests.clock import Clock
    from tests.upstream.odd_server import OddServer

URI = "ALIBABA_CLOUD_CREDENTIALS_URI"
KEY = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "an-id", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "a-secret"}
CANARY = "canary-of-a-secret"


def handed_out(clock: Clock, name: str = "first", life_s: float = 3600) -> dict[str, Any]:
    """What a credential service sends."""
    expiration = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(clock.now + life_s))
    return {
        "Code": "Success",
        "AccessKeyId": f"STS.{name}",
        "AccessKeySecret": f"{name}-{CANARY}",
        "SecurityToken": f"{name}-token",
        "Expiration": expiration,
    }


class Service:
    """Sends the next of `responses` to each request, the last one over and over."""

    def __init__(self, *responses: Any) -> None:
        self.responses = list(responses)
        self.requests = 0

    def __call__(self, connection: Any, head: bytes) -> None:
        self.requests += 1
        response = self.responses.pop(0) if len(self.responses) > 1 else self.responses[0]
        if isinstance(response, dict):
            response = always(http_response(response))
        response(connection, head)


@pytest.fixture
def chain(
    odd: Callable[..., OddServer], clock: Clock, stack: Any
) -> Callable[[Service], CredentialChain]:
    """Make a chain whose only source is this credential service."""

    def make(service: Service) -> CredentialChain:
        environ = {URI: f"{odd(service).url}/api/v1/credentials/0"}
        made = CredentialChain(environ, clock=clock, sleep=lambda _: None)
        stack.callback(made.close)
        return made

    return make


@pytest.fixture
def credentials() -> Credentials:
    return Credentials(f"id-{CANARY}", f"secret-{CANARY}", f"token-{CANARY}")


def test_credentials_show_nothing_of_themselves(credentials: Credentials) -> None:
    shown = f"{credentials} {credentials!r} {credentials!s} {[credentials]}"
    assert CANARY not in shown
    assert not hasattr(credentials, "__dict__")
    for take in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            take(credentials)


def test_credentials_are_equal_where_all_parts_are(credentials: Credentials) -> None:
    key_id, secret, token = credentials.secrets
    assert credentials == Credentials(key_id, secret, token)
    assert credentials != Credentials(key_id, secret)


def test_the_environment_is_read_at_the_time_of_use() -> None:
    environ = dict(KEY)
    chain = CredentialChain(environ)
    assert chain.get().security_token is None
    environ["ALIBABA_CLOUD_SECURITY_TOKEN"] = "a-token"
    assert chain.get().security_token == "a-token"


@pytest.mark.parametrize("missing", list(KEY))
def test_half_an_access_key_names_the_half_that_is_missing(missing: str) -> None:
    environ = {name: CANARY for name in KEY if name != missing}
    with pytest.raises(NoCredentials, match=f"{missing} is not") as caught:
        CredentialChain(environ).get()
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize("value", [f"{CANARY}\n", f"{CANARY} ", f"{CANARY}\r\nX: y", f"{CANARY}é"])
def test_an_access_key_that_no_header_can_carry_is_reported_without_quoting_it(value: str) -> None:
    with pytest.raises(NoCredentials, match="not allowed") as caught:
        CredentialChain({**KEY, "ALIBABA_CLOUD_SECURITY_TOKEN": value}).get()
    assert CANARY not in str(caught.value)


def test_the_service_is_called_past_any_proxy(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    chain = CredentialChain({URI: emulator.credentials_uri})
    assert chain.get().security_token in emulator.secrets
    chain.close()


def test_the_service_gets_no_password_of_netrc(
    odd: Callable[..., OddServer], clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login me password mine\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    server = odd(Service(handed_out(clock)))
    chain = CredentialChain({URI: server.url}, clock=clock)
    chain.get()
    chain.close()
    assert b"authorization" not in server.heads[0].lower()


def test_the_service_is_called_once_while_its_credentials_last(
    chain: Callable[[Service], CredentialChain], clock: Clock
) -> None:
    service = Service(handed_out(clock, "first"), handed_out(clock, "second", 7200))
    made = chain(service)
    for _ in range(3):
        assert made.get().security_token == "first-token"
    assert service.requests == 1
    clock.now += 3600 - 299  # ahead of expiry
    assert made.get().security_token == "second-token"
    assert service.requests == 2


def test_short_lived_credentials_are_not_renewed_all_the_time(
    chain: Callable[[Service], CredentialChain], clock: Clock
) -> None:
    service = Service(handed_out(clock, "first", 60), handed_out(clock, "second", 120))
    made = chain(service)
    made.get()
    clock.now += 47
    assert made.get().security_token == "first-token"
    clock.now += 2
    assert made.get().security_token == "second-token"


def test_the_old_ones_are_used_until_they_really_expire_when_the_service_fails(
    chain: Callable[[Service], CredentialChain], clock: Clock
) -> None:
    service = Service(handed_out(clock), hang_up)
    made = chain(service)
    made.get()
    clock.now += 3590
    assert made.get().security_token == "first-token"
    before = service.requests
    # It is left alone for a while, so that not every call waits for it.
    assert made.get().security_token == "first-token"
    assert service.requests == before
    clock.now += 10
    with pytest.raises(NoCredentials):
        made.get()


def test_an_expiry_that_the_clock_here_thinks_is_past_is_no_reason_to_ask_on_and_on(
    chain: Callable[[Service], CredentialChain], clock: Clock
) -> None:
    service = Service(handed_out(clock, life_s=-7200))
    made = chain(service)
    for _ in range(5):
        assert made.get().security_token == "first-token"
    assert service.requests == 1
    clock.now += 61
    made.get()
    assert service.requests == 2


@pytest.mark.parametrize("expiration", ["soon", "", None, 7, "2006-01-02"])
def test_an_expiry_that_cannot_be_read_does_not_cost_the_credentials(
    chain: Callable[[Service], CredentialChain], clock: Clock, expiration: object
) -> None:
    response = {**handed_out(clock), "Expiration": expiration}
    if isinstance(expiration, int):
        with pytest.raises(NoCredentials):
            chain(Service(response)).get()
    else:
        assert chain(Service(response)).get().security_token == "first-token"


@pytest.mark.parametrize("failures", [1, 2])
def test_a_flaky_service_is_called_up_to_three_times(
    chain: Callable[[Service], CredentialChain], clock: Clock, failures: int
) -> None:
    service = Service(*[hang_up] * failures, handed_out(clock))
    assert chain(service).get().security_token == "first-token"
    assert service.requests == failures + 1


def handing_out(**odd: Any) -> Callable[..., object]:
    """Respond with credentials that have odd parts."""
    parts = ("AccessKeyId", "AccessKeySecret", "SecurityToken")
    return always(http_response({"Code": "Success", **dict.fromkeys(parts, CANARY), **odd}))


FAULTS = {
    "closed": hang_up,
    "500": always(http_response(CANARY.encode(), status="500 Internal Server Error")),
    "403": always(http_response({"Code": CANARY, "Message": CANARY}, status="403 Forbidden")),
    "redirect": always(http_response(b"", f"Location: http://{CANARY}/", status="302 Found")),
    "not json": always(http_response(CANARY.encode())),
    "not utf-8": always(http_response(b"\xff" + CANARY.encode())),
    "empty": always(http_response(b"")),
    "a list": always(http_response(json.dumps([CANARY]).encode())),
    "nested": always(http_response(b"[" * 60_000)),
    "failed": always(http_response({"Code": CANARY, "AccessKeyId": CANARY})),
    "no success": handing_out(Code="Failed"),
    "wrong types": handing_out(AccessKeySecret=[CANARY]),
    "empty parts": handing_out(AccessKeySecret=""),
    "odd parts": handing_out(AccessKeySecret=f"{CANARY}\r\nX: y"),
    "too large": always(http_response(CANARY.encode() * 10_000)),
    "not http": always(f"{CANARY}\r\n\r\n".encode()),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_broken_service_is_reported_and_not_quoted(
    chain: Callable[[Service], CredentialChain], fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    service = Service(FAULTS[fault])
    with pytest.raises(NoCredentials, match="credential service") as caught:
        chain(service).get()
    assert service.requests == 3
    assert URI in caught.value.advice
    assert CANARY not in str(caught.value)
    assert CANARY not in caplog.text


def test_a_service_that_trickles_is_left_in_time(
    chain: Callable[[Service], CredentialChain],
) -> None:
    service = Service(trickle(b"HTTP/1.1 200 OK\r\n\r\n", b" "))
    with pytest.raises(NoCredentials, match="did not respond in time"):
        chain(service).get(timeout_s=0.3)


@pytest.mark.parametrize(
    "uri",
    [
        f"http://user:{CANARY}@localhost:7002/",
        f"ftp://localhost/{CANARY}",
        f"localhost:7002/{CANARY}",
        f"http://localhost:7002/{CANARY}\n",
        f"http://localhost:99999/{CANARY}",
    ],
)
def test_a_wrong_uri_is_reported_without_quoting_it(uri: str) -> None:
    with pytest.raises(NoCredentials, match=URI) as caught:
        CredentialChain({URI: uri}).get()
    assert CANARY not in str(caught.value)


def test_another_uri_is_another_service(odd: Callable[..., OddServer], clock: Clock) -> None:
    first, second = (odd(Service(handed_out(clock, name))) for name in ("first", "second"))
    environ = {URI: first.url}
    chain = CredentialChain(environ, clock=clock)
    assert chain.get().security_token == "first-token"
    environ[URI] = second.url
    assert chain.get().security_token == "second-token"
    chain.close()


def _in_another_process(script: str, **variables: str) -> str:
    # The official library reads the environment at import: each of its cases needs a process.
    environ = {**os.environ, "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true", **variables}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environ, capture_output=True, text=True, check=True
    )
    return done.stdout


SCRIPT = """
from jupyter_dsw.upstream.credentials import CredentialChain
from jupyter_dsw.upstream.errors import NoCredentials
try:
    print(CredentialChain().get(30).secrets)
except NoCredentials as error:
    print(error)
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / ".alibabacloud"
    folder.mkdir()
    return folder


def test_the_official_librarys_sources_come_last(home: Path) -> None:
    (home / "credentials.ini").write_text(
        "[default]\ntype = access_key\naccess_key_id = an-id\naccess_key_secret = a-secret\n"
    )
    printed = _in_another_process(SCRIPT, HOME=str(home.parent))
    assert printed.strip() == "('an-id', 'a-secret')"


def test_what_the_official_library_logs_is_not_passed_on(home: Path) -> None:
    (home / "credentials.ini").write_text(
        f"[default]\ntype = {CANARY}\naccess_key_id = {CANARY}\naccess_key_secret = {CANARY}\n"
    )
    printed = _in_another_process(SCRIPT, HOME=str(home.parent))
    assert "found no credentials" in printed
    assert CANARY not in printed


def test_without_the_official_library_the_advice_names_it(home: Path) -> None:
    hidden = """
import importlib.util as u
f = u.find_spec
u.find_spec = lambda name, *rest: None if name.startswith("alibabacloud") else f(name, *rest)
"""
    printed = _in_another_process(hidden + SCRIPT, HOME=str(home.parent))
    assert "No Alibaba Cloud credentials are set." in printed
    assert "jupyter-dsw[aliyun]" in printed
    assert URI in printed


def test_the_official_library_is_not_loaded_where_it_is_not_needed() -> None:
    loaded = "\nimport sys; print([m for m in sys.modules if m.startswith('alibabacloud')])"
    printed = _in_another_process(SCRIPT + loaded, **KEY)
    assert printed.split("\n")[1] == "[]"
