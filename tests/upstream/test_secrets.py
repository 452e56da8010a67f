"""No secret of a response, a credential or a setting leaves the package."""

from __future__ import annotations

import http.client
import pickle
import traceback
from typing import TYPE_CHECKING

import pytest

from jupyter_dsw.emulator.scenarios import SCENARIOS
from jupyter_dsw.upstream.errors import DSWError
from tests.upstream.odd_server import always, hang_up, http_response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jupyter_dsw.emulator import Emulator
    from jupyter_dsw.upstream.client import Client
    from tests.upstream.certificates import Authority
    from tests.upstream.odd_server import OddServer

SHARING_TOKEN = "canary-of-the-sharing-token"
KEY_CANARY = "canary-of-the-key"


def everything_about(error: BaseException) -> Iterator[str]:
    """What a log, a verbose traceback or a debugger may show of an exception."""
    yield from traceback.format_exception(error)
    yield from (str(error), repr(error), repr(vars(error)), repr(error.args))
    yield pickle.dumps(error).decode("latin-1")
    assert error.__cause__ is None
    assert error.__context__ is None
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    # The first frame is the test's own.
    for frame in frames[1:]:
        yield repr(frame.f_locals)
        yield from (repr(vars(value)) for value in frame.f_locals.values() if _plain(value))


def _plain(value: object) -> bool:
    return isinstance(value, BaseException)


def failure_of(client: Client) -> DSWError | None:
    try:
        client.get_instance()
    except DSWError as error:
        return error
    return None


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_no_scenario_brings_a_secret_into_logs_or_exceptions(
    emulator: Emulator,
    client: Callable[..., Client],
    scenario: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level("DEBUG")
    monkeypatch.setattr(http.client.HTTPConnection, "debuglevel", 1)
    emulator.scenario = scenario
    made = client(sharing_token=SHARING_TOKEN, read_timeout_s=0.3, deadline_s=1)
    error = failure_of(made)
    shown = [caplog.text, *capfd.readouterr(), repr(made), repr(made.source)]
    shown += [repr(record.__dict__) for record in caplog.records]
    if error is not None:
        shown += everything_about(error)
    assert f"/api/v2/instances/{emulator.instance_id}" in caplog.text or scenario in (
        "hang",
        "reset",
    )
    for secret in (*emulator.secrets, SHARING_TOKEN):
        assert not any(secret in text for text in shown)


ERROR_RESPONSES = {
    "signature": http_response(
        {
            "Code": "SignatureDoesNotMatch",
            "Message": f"server StringToSign is [{SHARING_TOKEN} {KEY_CANARY}]",
        },
        status="400 Bad Request",
    ),
    "unknown code": http_response(
        {
            "Code": "Odd",
            "RequestId": KEY_CANARY,
            "Message": f"{KEY_CANARY}-id and {KEY_CANARY}-secret, {SHARING_TOKEN}",
        },
        status="400 Bad Request",
    ),
    "code": http_response({"Code": f"{KEY_CANARY}-id"}, status="403 Forbidden"),
    "header": b"HTTP/1.1 302 Found\r\nLocation: /" + SHARING_TOKEN.encode() + b"\r\n\r\n",
    "status line": f"HTTP/1.1 400 {SHARING_TOKEN}\r\n\r\n".encode(),
    "not http": f"{SHARING_TOKEN}\r\n\r\n".encode(),
    "not json": http_response(f'{{"{SHARING_TOKEN}": '.encode()),
    "broken headers": f"HTTP/1.1 200 OK\r\n{SHARING_TOKEN}\r\n: x\r\n\r\n{{}}".encode(),
}


@pytest.mark.parametrize("error_response", ERROR_RESPONSES)
def test_an_endpoint_that_quotes_the_request_is_not_quoted(
    odd: Callable[..., OddServer],
    client_of: Callable[..., Client],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error_response: str,
) -> None:
    caplog.set_level("DEBUG")
    made = client_of(odd(always(ERROR_RESPONSES[error_response])), sharing_token=SHARING_TOKEN)
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", f"{KEY_CANARY}-id")
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", f"{KEY_CANARY}-secret")
    error = failure_of(made)
    assert error is not None
    shown = [caplog.text, *everything_about(error)]
    for secret in (SHARING_TOKEN, f"{KEY_CANARY}-id", f"{KEY_CANARY}-secret"):
        assert not any(secret in text for text in shown)


def test_connection_faults_do_not_show_the_sharing_token(
    odd: Callable[..., OddServer],
    authority: Authority,
    client_of: Callable[..., Client],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level("DEBUG")
    tls = odd(always(b""), tls=authority.server("localhost"))
    endpoints = ("http://127.0.0.1:1", odd(hang_up).url, f"https://localhost:{tls.port}")
    shown: list[str] = []
    for endpoint in endpoints:
        error = failure_of(client_of(endpoint, sharing_token=SHARING_TOKEN))
        assert error is not None
        shown += everything_about(error)
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    error = failure_of(client_of("", network="public", sharing_token=SHARING_TOKEN))
    assert error is not None
    shown += [caplog.text, *everything_about(error)]
    assert not any(SHARING_TOKEN in text for text in shown)
