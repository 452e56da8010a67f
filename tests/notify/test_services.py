"""One message to one service, over real HTTP: what arrives, and what is reported if it does not."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, get_args

import pytest

from jupyter_dsw.i18n import translated
from jupyter_dsw.notify import delivery
from jupyter_dsw.notify.delivery import attempt, describe
from jupyter_dsw.notify.sender import Outcome, Reason
from jupyter_dsw.notify.services import services_of
from tests.canaries import NOTIFY_TOKEN
from tests.notify.receiver import Receiver
from tests.upstream.certificates import Authority
from tests.upstream.odd_server import OddServer, tunnel

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TITLE, BODY = "实例 vision：29 分钟后空闲停机", "The instance is idle & will be stopped at 21:00."


def sent(url: str, *, deadline_s: int = 60) -> Outcome:
    (service,) = services_of([url])
    return attempt(service, TITLE, BODY, "warning", deadline_s=deadline_s)


# With a host of their own in the URL, which is this machine.
ANYWHERE = {
    "json": "json://{host}/{token}",
    "xml": "xml://{host}/{token}",
    "form": "form://{host}/{token}",
    "ntfy": "ntfy://{host}/{token}",
    "gotify": "gotify://{host}/{token}",
    "mattermost": "mmost://{host}/{token}",
    "bark": "bark://{host}/{token}",
    "apprise": "apprise://{host}/{token}",
    "matrix": "matrix://me:{token}@{host}?mode=matrix",
    "synology": "synology://{host}/{token}",
}


@pytest.mark.parametrize("name", ANYWHERE)
def test_a_message_arrives_at_a_service_that_people_run_themselves(
    receiver: Receiver, name: str
) -> None:
    outcome = sent(ANYWHERE[name].format(host=receiver.host, token=NOTIFY_TOKEN))
    assert outcome == Outcome("sent")
    assert len(receiver.received) == 1
    (request,) = receiver.received
    assert NOTIFY_TOKEN in f"{request.path} {request.headers} {request.body!r}"
    arrived = f"{request.headers} {receiver.texts()}"
    assert "21:00" in arrived
    assert "29" in arrived


# Apprise knows their hosts, so they are reached through a proxy, over TLS.
HOSTED = {
    "dingtalk": ("dingtalk://{token}", "oapi.dingtalk.com"),
    "wecom": ("wecombot://{token}", "qyapi.weixin.qq.com"),
    "feishu": ("feishu://{token}", "open.feishu.cn"),
    "slack": ("slack://T1JJ3T3L2/A1BRTD4JD/{token}/#general", "hooks.slack.com"),
    "telegram": ("tgram://123456789:{token}/12315544/", "api.telegram.org"),
}


@pytest.fixture
def hosted(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[str, Receiver, OddServer]]:
    """A service of the world outside: its URL, what stands for it, and the proxy on the way."""
    url, host = HOSTED[request.param]
    authority = Authority(tmp_path)
    with Receiver(authority.server(host)) as receiver, OddServer(tunnel(receiver.port)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.bundle))
        yield url.format(token=NOTIFY_TOKEN), receiver, proxy


@pytest.mark.parametrize("hosted", HOSTED, indirect=True)
def test_a_message_arrives_at_a_service_of_the_world_outside_through_a_proxy(
    hosted: tuple[str, Receiver, OddServer],
) -> None:
    url, receiver, proxy = hosted
    receiver.body = b'{"errcode": 0, "code": 0, "ok": true, "result": []}'
    if url.startswith("slack"):
        receiver.body = b"ok"
    assert sent(url) == Outcome("sent")
    assert proxy.heads[0].startswith(b"CONNECT ")
    assert "空闲停机" in receiver.texts()


@pytest.mark.parametrize(
    ("hosted", "body"),
    [
        ("dingtalk", b'{"errcode": 310000, "errmsg": "keywords not in content"}'),
        ("wecom", b'{"errcode": 93000, "errmsg": "invalid webhook url"}'),
    ],
    indirect=["hosted"],
)
def test_a_message_that_is_rejected_in_a_response_of_status_200_is_not_sent(
    hosted: tuple[str, Receiver, OddServer], body: bytes
) -> None:
    url, receiver, _ = hosted
    receiver.body = body
    outcome = sent(url)
    assert outcome.reason == "refused"
    assert str(outcome.code) in describe(outcome)
    assert "keywords" in describe(outcome)


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500])
def test_the_status_of_an_error_response_is_reported(receiver: Receiver, status: int) -> None:
    receiver.statuses = [status]
    outcome = sent(f"json://{receiver.host}/{NOTIFY_TOKEN}")
    assert outcome == Outcome("status", status)
    assert f"HTTP {status}" in describe(outcome)


def test_of_several_recipients_in_a_url_the_last_may_have_got_the_message(
    receiver: Receiver,
) -> None:
    receiver.statuses = [500, 200]
    assert sent(f"ntfy://{receiver.host}/one/{NOTIFY_TOKEN}") == Outcome("other", 200)
    assert len(receiver.received) == 2


def test_a_host_that_does_not_listen_cannot_be_reached(receiver: Receiver) -> None:
    with receiver:
        url = f"json://{receiver.host}/{NOTIFY_TOKEN}"
        mail = f"mailto://me:{NOTIFY_TOKEN}@localhost:{receiver.port}?to=me@example.com"
    assert sent(url) == Outcome("no_connection")
    assert sent(mail) == Outcome("no_connection")


def test_a_certificate_that_is_not_trusted_is_named(tmp_path: Path) -> None:
    with Receiver(Authority(tmp_path).server("localhost")) as receiver:
        outcome = sent(f"jsons://localhost:{receiver.port}/{NOTIFY_TOKEN}")
    assert outcome == Outcome("tls")


@pytest.mark.parametrize("url", [f"nosuchservice://{NOTIFY_TOKEN}", NOTIFY_TOKEN, "json://"])
def test_a_url_that_is_no_services_is_not_understood(url: str) -> None:
    assert sent(url) == Outcome("not_understood")


def test_a_service_that_hangs_is_left_in_time(receiver: Receiver) -> None:
    receiver.hangs = True
    # Apprise's own timeout for this one is 4 s, and 30 s for `apprise://`.
    assert sent(f"json://{receiver.host}/{NOTIFY_TOKEN}").reason == "timeout"
    assert sent(f"apprise://{receiver.host}/{NOTIFY_TOKEN}", deadline_s=5) == Outcome("timeout")


def test_without_apprise_the_package_to_install_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "apprise.py").write_text("raise ImportError")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    outcome = sent(f"json://127.0.0.1:1/{NOTIFY_TOKEN}")
    assert outcome == Outcome("not_installed")
    assert "pip install 'jupyter-dsw[notify]'" in describe(outcome)


def test_a_file_of_the_current_folder_is_not_taken_for_apprise(
    receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "apprise.py").write_text("raise ImportError")
    (tmp_path / "logging.py").write_text("raise ImportError")
    monkeypatch.chdir(tmp_path)
    assert sent(f"json://{receiver.host}/{NOTIFY_TOKEN}") == Outcome("sent")


def test_where_no_process_can_be_started_that_is_the_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert sent(f"json://127.0.0.1:1/{NOTIFY_TOKEN}") == Outcome("no_process")


def test_every_outcome_has_a_sentence_in_each_language() -> None:
    outcomes = [Outcome(reason) for reason in get_args(Reason) if reason in delivery._REASONS]
    outcomes += [Outcome("status", status) for status in (*delivery._STATUSES, 500)]
    for outcome in (*outcomes, Outcome("refused", 310000)):
        sentence = describe(outcome)
        assert translated(sentence, "zh_CN") != sentence
