"""`jupyter dsw doctor`: it names the true cause, and only it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from jupyter_dsw.cli import main
from jupyter_dsw.cli.doctor import context
from jupyter_dsw.emulator import SCENARIOS
from tests.canaries import SHARING_TOKEN
from tests.cli.terminal import DSW, Terminal, dsw
from tests.upstream.certificates import Authority
from tests.upstream.odd_server import OddServer, always, http_response

if TYPE_CHECKING:
    from pathlib import Path

    from jupyter_dsw.emulator import Emulator

NOTHING_WRONG = (
    "healthy", "lifecycle", "idle", "scheduled", "saving", "save-failed", "slow", "policy",
    "policy-skippable", "policy-delayed", "policy-unclear", "extra-denied", "extra-unknown",
    "extra-hang",
)  # fmt: skip
# What is wrong in each scenario: the check that fails, and a part of its message.
CAUSES = {
    **dict.fromkeys(NOTHING_WRONG, ("", "")),
    "failed": ("instance", "Failed"),
    "denied": ("permission", "paidsw:GetInstance"),
    "missing": ("instance", "no such instance"),
    "throttled": ("response", "Too many calls"),
    "hang": ("response", "did not finish its response in time"),
    "reset": ("response", "closed the connection"),
    "garbage": ("response", "PAI-DSW's endpoint sent something other than a JSON object."),
    "truncated": ("response", "cut off"),
    "html": ("response", "HTML page"),
    "empty": ("response", "PAI-DSW's endpoint sent an empty response."),
    "refused": ("response", "The instance service is busy"),
    "skewed": ("clock", "behind Alibaba Cloud's"),
    "expired": ("access key", "has expired"),
}


def test_the_causes_below_are_those_of_all_scenarios() -> None:
    assert CAUSES.keys() == SCENARIOS.keys()


def examine(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    """The exit status, and the checks by their names."""
    status = main(["doctor", "--json", *words])
    report = json.loads(capsys.readouterr().out)
    assert report["ok"] == (status == 0)
    return status, {check["name"]: check for check in report["checks"]}


def failed(checks: dict[str, Any]) -> list[str]:
    return [name for name, check in checks.items() if check["state"] == "failed"]


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize("scenario", CAUSES)
def test_of_each_scenario_it_names_the_true_cause_and_only_it(
    emulator: Emulator, scenario: str, capsys: pytest.CaptureFixture[str]
) -> None:
    emulator.scenario = scenario
    cause, words = CAUSES[scenario]
    status, checks = examine(capsys)
    assert failed(checks) == ([cause] if cause else [])
    assert status == (1 if cause else 0)
    if cause:
        assert words in f"{checks[cause]['found']} {checks[cause]['advice']}"
        assert checks[cause]["advice"]


EXTRA = {
    "healthy": ("ok", "%s is allowed"),
    "extra-denied": ("noted", "%s is not allowed."),
    "extra-unknown": ("noted", "Not available in this region."),
    "extra-hang": ("noted", "did not finish its response in time"),
}


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize("scenario", EXTRA)
def test_each_call_that_completes_a_reading_has_a_line_that_never_fails(
    emulator: Emulator,
    scenario: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if scenario == "extra-hang":
        monkeypatch.setattr(context, "_EXTRA_TIMEOUT_S", 1.0)
    emulator.scenario = scenario
    status, checks = examine(capsys)
    assert status == 0
    state, words = EXTRA[scenario]
    for name, action in [
        ("stop policies", "QueryAutoShutdownPolicies"),
        ("last runs", "GetLifecycle"),
    ]:
        found = checks[name]
        assert found["state"] == state
        assert words.replace("%s", action) in found["found"]
        if scenario == "extra-denied":
            assert f"RAM policy with paidsw:{action}" in found["advice"]


@pytest.mark.usefixtures("environment")
def test_policies_that_are_switched_off_are_noted(
    emulator: Emulator, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_DSW_STOP_POLICIES", "off")
    _, checks = examine(capsys)
    assert checks["stop policies"]["state"] == "noted"
    assert "JUPYTER_DSW_STOP_POLICIES" in checks["stop policies"]["found"]
    assert emulator.requests["QueryAutoShutdownPolicies"] == 0


NOBODY = "127.0.0.1:9"
FAULTS = {
    "no instance id": ({"DSW_INSTANCE_ID": ""}, "instance id", "DSW_INSTANCE_ID"),
    "the pod's name": ({"DSW_INSTANCE_ID": "dsw-1-2-3"}, "instance id", "is not the instance ID"),
    "no region": ({"REGION": "", "JUPYTER_DSW_ENDPOINT": ""}, "region", "cn-hangzhou"),
    "half a key": ({"ALIBABA_CLOUD_ACCESS_KEY_ID": "one"}, "credentials", "_SECRET is not"),
    "an unknown key": (
        {"ALIBABA_CLOUD_ACCESS_KEY_ID": "one", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "two"},
        "access key",
        "does not exist",
    ),
    "no credential service": (
        {"ALIBABA_CLOUD_CREDENTIALS_URI": f"http://{NOBODY}/token-in-the-path"},
        "credentials",
        "is not responding",
    ),
    "nobody there": ({"JUPYTER_DSW_ENDPOINT": f"http://{NOBODY}"}, "TCP", "No connection"),
    "no such name": (
        {"JUPYTER_DSW_ENDPOINT": "https://dsw.invalid"},
        "endpoint",
        "could not be resolved",
    ),
    "a wrong endpoint": (
        {"JUPYTER_DSW_ENDPOINT": "http://dsw.example"},
        "endpoint",
        "uses plain http",
    ),
    "a dead proxy": (
        {
            "JUPYTER_DSW_ENDPOINT": "https://pai-dsw.cn-hangzhou.aliyuncs.com",
            "HTTPS_PROXY": f"http://me:{SHARING_TOKEN}@{NOBODY}",
        },
        "proxy",
        f"Cannot connect to the proxy {NOBODY} (HTTPS_PROXY)",
    ),
    "no proxy's URL": (
        {
            "JUPYTER_DSW_ENDPOINT": "https://pai-dsw.cn-hangzhou.aliyuncs.com",
            "https_proxy": f"http://me:{SHARING_TOKEN}@[::",
        },
        "proxy",
        "https_proxy is not the URL of a proxy",
    ),
}


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize("fault", FAULTS)
def test_of_each_fault_of_the_environment_it_names_the_cause_and_no_secret(
    fault: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    variables, cause, words = FAULTS[fault]
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    status, checks = examine(capsys)
    assert status == 1
    assert failed(checks) == [cause]
    assert words in f"{checks[cause]['found']} {checks[cause]['advice']}"
    assert SHARING_TOKEN not in json.dumps(checks)
    assert "token-in-the-path" not in json.dumps(checks)


def test_a_wrong_secret_is_a_matter_of_the_signature(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = {"ALIBABA_CLOUD_ACCESS_KEY_SECRET": "not-this-one"}
    for name, value in {**emulator.static_environment(), **wrong}.items():
        monkeypatch.setenv(name, value)
    _, checks = examine(capsys)
    assert failed(checks) == ["signature"]
    assert checks["access key"]["state"] == "ok"
    assert checks["permission"]["state"] == "skipped"


@pytest.mark.usefixtures("environment")
def test_a_certificate_that_nobody_signed_is_a_matter_of_tls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    authority = Authority(tmp_path)
    response = always(http_response({}, "Date: Mon, 23 Nov 2026 21:00:00 GMT", status="400 Bad"))
    with OddServer(response, tls=authority.server("localhost")) as server:
        url = f"https://localhost:{server.port}"
        monkeypatch.setenv("JUPYTER_DSW_ENDPOINT", url)
        _, checks = examine(capsys)
        assert failed(checks) == ["TLS"]
        assert "not signed by a trusted authority" in checks["TLS"]["found"]
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.bundle))
        _, checks = examine(capsys)
        assert checks["TLS"] == {**checks["TLS"], "state": "ok", "found": "certificate accepted"}


@pytest.mark.usefixtures("environment")
def test_it_shows_which_authorities_are_trusted_and_who_names_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    authority = Authority(tmp_path)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    response = always(http_response({}, "Date: Mon, 23 Nov 2026 21:00:00 GMT", status="400 Bad"))
    with OddServer(response, tls=authority.server("localhost")) as server:
        monkeypatch.setenv("JUPYTER_DSW_ENDPOINT", f"https://localhost:{server.port}")
        _, checks = examine(capsys)
        assert "certifi" in checks["authorities"]["found"]
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.bundle))
        _, checks = examine(capsys)
        assert f"SSL_CERT_FILE={authority.bundle}" in checks["authorities"]["found"]
        assert checks["TLS"]["state"] == "ok"
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing.pem"))
        _, checks = examine(capsys)
        assert failed(checks) == ["authorities"]
        assert "SSL_CERT_FILE" in checks["authorities"]["advice"]


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize("dead", [True, False], ids=["a dead proxy", "a proxy"])
def test_it_names_the_entries_of_no_proxy_that_are_not_understood(
    emulator: Emulator,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    dead: bool,
) -> None:
    monkeypatch.setenv("JUPYTER_DSW_ENDPOINT", "https://pai-dsw.cn-hangzhou.aliyuncs.com")
    monkeypatch.setenv("HTTPS_PROXY", f"http://{NOBODY}" if dead else emulator.url)
    odd = f"pai-*.aliyuncs.com,http://me:{SHARING_TOKEN}@host/"
    monkeypatch.setenv("NO_PROXY", f"localhost,{odd}")
    _, checks = examine(capsys)
    assert checks["proxy"]["state"] == ("failed" if dead else "ok")
    shown = checks["proxy"]["advice" if dead else "found"]
    assert (
        "Some entries of NO_PROXY are not valid and are ignored: pai-*.aliyuncs.com, host/."
        in shown
    )
    assert SHARING_TOKEN not in json.dumps(checks)


@pytest.mark.usefixtures("environment")
def test_it_shows_where_things_came_from_and_how_long_they_last(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _, checks = examine(capsys)
    assert checks["instance id"]["found"] == f"{emulator.instance_id} (DSW_INSTANCE_ID)"
    assert checks["region"]["found"] == "cn-hangzhou (REGION)"
    assert "ALIBABA_CLOUD_CREDENTIALS_URI" in checks["credentials"]["found"]
    until = checks["credentials"]["found"].partition("until")[2]
    assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d \(UTC[^)]*\)", until)
    monkeypatch.delenv("REGION")
    monkeypatch.setenv("dsw_region", "cn-beijing")
    for name, value in emulator.static_environment().items():
        if name.startswith("ALIBABA"):
            monkeypatch.setenv(name, value)
    _, checks = examine(capsys)
    assert checks["region"]["found"] == "cn-beijing (dsw_region)"
    assert "ALIBABA_CLOUD_ACCESS_KEY_ID" in checks["credentials"]["found"]
    assert "without an expiry" in checks["credentials"]["found"]


@pytest.mark.usefixtures("environment")
def test_a_proxy_that_works_is_named(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    proxy = emulator.url.removeprefix("http://")
    monkeypatch.setenv("JUPYTER_DSW_ENDPOINT", "https://pai-dsw.cn-hangzhou.aliyuncs.com")
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:{SHARING_TOKEN}@{proxy}")
    _, checks = examine(capsys)
    assert checks["proxy"]["state"] == "ok"
    assert f"through {proxy} (HTTPS_PROXY)" in checks["proxy"]["found"]
    # The emulator is no proxy: the way ends there.
    assert failed(checks) == ["TLS"]
    assert "HTTPS_PROXY" in checks["TLS"]["advice"]


@pytest.mark.usefixtures("environment", "emulator")
def test_a_proxy_that_no_proxy_excludes_is_reported_as_not_used(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JUPYTER_DSW_ENDPOINT", "https://192.0.2.1")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "*.aliyuncs.com, 192.0.2.0/24")
    _, checks = examine(capsys)
    assert checks["proxy"]["found"] == "not used: NO_PROXY covers 192.0.2.1"


@pytest.mark.usefixtures("environment")
def test_offline_it_sends_no_request(
    emulator: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    # Nobody would respond.
    emulator.close()
    status, checks = examine(capsys, "--offline")
    assert status == 0
    assert failed(checks) == []
    left_out = [name for name, check in checks.items() if "--offline" in check["found"]]
    assert left_out == [
        "credentials", "endpoint", "proxy", "TCP", "authorities", "TLS", "clock", "response",
        "access key", "signature", "permission", "instance", "stop policies", "last runs",
    ]  # fmt: skip


@pytest.mark.usefixtures("environment")
def test_in_a_terminal_each_check_has_a_line_and_a_mark() -> None:
    with Terminal(*DSW, "doctor", columns=70) as terminal:
        assert terminal.wait() == 0
        assert "\x1b[32m✓\x1b[0m instance id" in terminal.raw
        assert "All checks passed." in terminal.text
        assert max(map(len, terminal.text.splitlines())) <= 70


@pytest.mark.usefixtures("environment")
def test_in_a_pipe_it_shows_what_to_do_without_colours(emulator: Emulator) -> None:
    emulator.scenario = "denied"
    done = dsw("doctor")
    assert done.returncode == 1
    assert "✗ permission" in done.stdout
    assert "→ Ask an administrator" in done.stdout
    assert "– instance" in done.stdout
    assert "1 check failed." in done.stdout
    assert "\x1b" not in done.stdout
    assert done.stderr == ""


@pytest.mark.usefixtures("environment")
def test_a_locale_without_the_marks_gets_no_traceback() -> None:
    done = dsw("doctor", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert "? instance id" in done.stdout
