"""The URLs of notifications are shown nowhere, whatever is looked at and however loud it is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import psutil
import pytest

from jupyter_dsw.cli import main, servers
from jupyter_dsw.notify.delivery import attempt
from jupyter_dsw.notify.sender import Outcome
from jupyter_dsw.notify.services import services_of
from tests.canaries import LOUD, NOTIFY_TOKEN
from tests.cli.terminal import dsw
from tests.notify.conftest import OPTIONS
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.notify.receiver import Receiver

URL = f"json://me:{NOTIFY_TOKEN}@127.0.0.1:1/{NOTIFY_TOKEN}"


@pytest.fixture
def configuration(tmp_path: Path) -> Iterator[Path]:
    """A configuration file with a URL: the one place where it may be."""
    path = tmp_path / "jupyter_config_dir" / "jupyter_server_config.json"
    path.parent.mkdir()
    path.write_text(json.dumps({"DSWExtension": {"notify": [URL]}}))
    yield path
    path.unlink()


@pytest.mark.usefixtures("configuration")
@pytest.mark.parametrize("option", ["--show-config", "--show-config-json"])
def test_a_command_that_shows_the_configuration_does_not_show_the_urls(option: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "jupyter_server", *OPTIONS, option],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "allow_root" in done.stdout
    assert NOTIFY_TOKEN not in done.stdout + done.stderr


def test_the_process_that_sends_has_the_url_neither_in_its_arguments_nor_in_its_environment(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver.hangs = True
    url = f"json://{receiver.host}/{NOTIFY_TOKEN}"
    monkeypatch.setenv("JUPYTER_DSW_NOTIFY", url)
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", NOTIFY_TOKEN)
    (service,) = services_of([url])
    sending = threading.Thread(target=attempt, args=(service, "title", "body", "info"))
    sending.start()
    until(lambda: receiver.received)
    children = psutil.Process().children()
    shown = [f"{child.cmdline()} {child.environ()}" for child in children]
    sending.join()
    assert any("jupyter_dsw.notify.sender" in each for each in shown)
    assert not [each for each in shown if NOTIFY_TOKEN in each]


TALKING = (
    LOUD.format(target="")
    + """
import os, sys, warnings
warnings.simplefilter("always")
from jupyter_dsw.notify.delivery import attempt, describe
from jupyter_dsw.notify.services import services_of
for service in services_of([os.environ.pop("URLS")]):
    outcome = attempt(service, "title", "body", "info")
    print(service, repr(service), outcome, describe(outcome))
"""
)


def test_a_process_in_which_everything_talks_shows_nothing(receiver: Receiver) -> None:
    receiver.statuses = [200, 403]
    url = f"json://me:{NOTIFY_TOKEN}@{receiver.host}/{NOTIFY_TOKEN}"
    urls = (
        f"{url} {url}?x=1 nosuch://{NOTIFY_TOKEN} jsons://127.0.0.1:{receiver.port}/{NOTIFY_TOKEN}"
    )
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-c", TALKING],
        env={**os.environ, "URLS": urls, "PYTHONFAULTHANDLER": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "1 (json)" in done.stdout
    assert "HTTP 403" in done.stdout
    assert len(receiver.received) >= 2
    assert NOTIFY_TOKEN not in done.stdout + done.stderr


@pytest.mark.usefixtures("configuration")
def test_doctor_shows_services_by_number_and_scheme() -> None:
    shown = dsw("doctor", "--offline").stdout
    assert "1 (json)" in shown
    report = dsw("doctor", "--offline", "--report").stdout
    assert "| messages: services | 1 (json) |" in report
    as_json = dsw("doctor", "--offline", "--json").stdout
    assert NOTIFY_TOKEN not in shown + report + as_json


@pytest.mark.usefixtures("configuration")
def test_doctor_names_what_is_missing_in_the_servers_environment(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = servers.describe

    def describe(python: str) -> servers.Environment:
        found = real(python)
        found.distributions.pop("apprise", None)
        return found

    monkeypatch.setattr(servers, "describe", describe)
    main(["doctor", "--offline", "--json"])
    checks = json.loads(capsys.readouterr().out)["checks"]
    (check,) = (check for check in checks if check["name"] == "messages")
    assert check["state"] == "failed"
    assert "1 (json)" in check["found"]
    assert "-m pip install apprise" in check["advice"]


def test_the_outcome_of_a_message_has_no_text_of_a_response(receiver: Receiver) -> None:
    receiver.body = f'{{"errcode": 5, "errmsg": "{NOTIFY_TOKEN}"}}'.encode()
    (service,) = services_of([f"json://{receiver.host}/{NOTIFY_TOKEN}"])
    assert attempt(service, "title", "body", "info") == Outcome("sent")
