"""The client against the emulator, which verifies every signature from the specification."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from jupyter_dsw.emulator import Emulator
from jupyter_dsw.upstream import errors
from jupyter_dsw.upstream.credentials import CredentialChain
from jupyter_dsw.upstream.settings import Settings, Source
from tests.clock import Clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_dsw.upstream.client import Client

pytestmark = pytest.mark.usefixtures("environment")


def test_the_instance_is_read_from_an_endpoint_that_verifies_the_signature(
    emulator: Emulator, client: Callable[..., Client]
) -> None:
    response = client().get_instance()
    assert response.instance.instance_id == emulator.instance_id
    assert response.instance.status == "Running"
    assert response.simulated
    assert response.request_id
    assert response.date is not None
    assert abs(response.date.timestamp() - time.time()) < 60


def test_a_long_lived_access_key_wins_over_the_credential_service(
    emulator: Emulator, client: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in emulator.static_environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("ALIBABA_CLOUD_CREDENTIALS_URI", "http://localhost:1/nobody")
    assert client().get_instance().instance.status == "Running"


@pytest.mark.parametrize("token", ["abc", "a b+c/d=e&f?g#h%20~*'()!", "x" * 500])
def test_the_sharing_token_is_sent_and_signed(client: Callable[..., Client], token: str) -> None:
    made = client(sharing_token=token, fields="Status,Datasets *~")
    assert made.get_instance().instance.status == "Running"


@pytest.mark.parametrize(
    ("scenario", "error", "advice"),
    [
        ("denied", errors.Denied, "workspace"),
        ("missing", errors.NotFound, "DSW_INSTANCE_ID"),
        ("throttled", errors.Throttled, "pause"),
        ("reset", errors.Unreachable, "firewalls"),
        ("garbage", errors.BadResponse, "proxy"),
        ("truncated", errors.BadResponse, "proxies"),
        ("html", errors.BadResponse, "login page"),
        ("empty", errors.BadResponse, "proxy"),
        ("refused", errors.UpstreamFailed, "console"),
        ("skewed", errors.ClockSkew, "NTP"),
        ("expired", errors.CredentialsExpired, "RAM role"),
    ],
)
def test_each_fault_is_its_own_error_with_advice(
    emulator: Emulator,
    client: Callable[..., Client],
    scenario: str,
    error: type[errors.DSWError],
    advice: str,
) -> None:
    emulator.scenario = scenario
    with pytest.raises(error) as caught:
        client().get_instance()
    assert type(caught.value) is error
    assert caught.value.code == error.__name__
    assert caught.value.message
    assert advice in caught.value.advice


def test_a_wrong_clock_is_reported_with_direction_and_seconds(
    emulator: Emulator, client: Callable[..., Client]
) -> None:
    emulator.scenario = "skewed"  # three hours ahead
    with pytest.raises(errors.ClockSkew, match=r"10(79\d|80\d) s behind"):
        client().get_instance()
    emulator.scenario = "healthy"
    with pytest.raises(errors.ClockSkew, match=r"72\d\d s ahead of"):
        client(clock=lambda: time.time() + 7200).get_instance()


def test_a_wrong_secret_is_a_bad_signature(
    emulator: Emulator, client: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in emulator.static_environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "not-this-one")
    with pytest.raises(errors.BadSignature) as caught:
        client().get_instance()
    assert "StringToSign" not in str(caught.value)


def test_an_unknown_access_key_is_denied_without_quoting_it(
    client: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI-canary-of-the-key-id")
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "canary-of-the-key-secret")
    with pytest.raises(errors.Denied, match="does not exist") as caught:
        client().get_instance()
    assert "canary" not in str(caught.value)


def test_silence_is_cut_at_the_read_timeout(
    emulator: Emulator, client: Callable[..., Client]
) -> None:
    emulator.scenario = "hang"
    with pytest.raises(errors.TimedOut):
        client(read_timeout_s=0.2, deadline_s=600).get_instance()
    assert emulator.calls == 1


def test_an_expired_token_is_renewed_and_the_call_repeated_once(
    client: Callable[..., Client], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Emulator(clock=clock) as emulator:
        for name, value in emulator.environment().items():
            monkeypatch.setenv(name, value)
        # This side's clock for credentials stands still: it does not see that an hour is over.
        chain = CredentialChain(clock=Clock(clock.now))
        made = client(clock=clock, credentials=chain)
        made.get_instance()
        clock.now += 3601
        assert made.get_instance().instance.status == "Running"
        assert emulator.calls == 3
        assert emulator.accepted == 2


def test_a_token_that_stays_expired_is_not_tried_over_and_over(
    emulator: Emulator, client: Callable[..., Client]
) -> None:
    emulator.scenario = "expired"
    with pytest.raises(errors.CredentialsExpired):
        client().get_instance()
    # The service had no other token to give.
    assert emulator.calls == 1


def test_it_works_again_after_an_endpoint_went_away_and_came_back(
    emulator: Emulator, client: Callable[..., Client]
) -> None:
    made = client()
    made.get_instance()
    emulator.scenario = "reset"
    with pytest.raises(errors.Unreachable):
        made.get_instance()
    emulator.scenario = "healthy"
    assert made.get_instance().instance.status == "Running"


def test_a_dead_proxy_does_not_matter_for_this_machine(
    client: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert client().get_instance().instance.status == "Running"


def test_a_password_in_netrc_does_not_replace_the_signature(
    client: Callable[..., Client],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    netrc = tmp_path_factory.mktemp("home") / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password mine\ndefault login me password mine\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    assert client().get_instance().instance.status == "Running"


def test_settings_are_read_at_the_first_use_and_again_until_they_are_right(
    client: Callable[..., Client], monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
) -> None:
    monkeypatch.delenv("DSW_INSTANCE_ID")
    made = client()
    for _ in range(2):
        with pytest.raises(errors.NotConfigured, match="DSW_INSTANCE_ID"):
            made.get_instance()
    assert made.source == Source()
    monkeypatch.setenv("DSW_INSTANCE_ID", environment["DSW_INSTANCE_ID"])
    assert made.get_instance().instance.status == "Running"


def test_the_source_names_host_region_and_instance(
    emulator: Emulator, client: Callable[..., Client]
) -> None:
    made = client()
    made.get_instance()
    assert made.source == Source(
        endpoint=emulator.url.removeprefix("http://"),
        region="cn-hangzhou",
        instance_id=emulator.instance_id,
        simulated=True,
    )


def test_the_source_never_raises() -> None:
    def broken() -> Settings:
        raise ZeroDivisionError

    from jupyter_dsw.upstream.client import Client

    made = Client(broken)
    assert made.source == Source()
    made.close()


def test_even_a_fault_of_our_own_is_an_error_of_ours_with_its_place_in_the_log(
    caplog: pytest.LogCaptureFixture, client: Callable[..., Client]
) -> None:
    class Broken(CredentialChain):
        def get(self, timeout_s: float = 5.0) -> object:  # type: ignore[override]
            raise RuntimeError("a canary of a secret")

    with pytest.raises(errors.DSWError, match="RuntimeError") as caught:
        client(credentials=Broken()).get_instance()
    assert "canary" not in str(caught.value)
    assert "in get" in caplog.text
