"""Where Chinese is spoken, no English is left in between: pages, errors, checks and help."""

from __future__ import annotations

import contextlib
import json
import re
from html import unescape
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from jupyter_dsw.cli import COMMANDS, main
from jupyter_dsw.columns import columns
from jupyter_dsw.emulator import SCENARIOS, Emulator
from jupyter_dsw.i18n import Text, translated
from jupyter_dsw.notebook import magic, readings
from jupyter_dsw.upstream.credentials import CredentialChain, CredentialService
from jupyter_dsw.upstream.errors import _RULES, DSWError
from jupyter_dsw.upstream.failures import FailureKind
from jupyter_dsw.upstream.response import Received, read_response
from jupyter_dsw.upstream.settings import Settings
from jupyter_dsw.upstream.transport import HTTPResponse
from tests.cli.terminal import DSW, Terminal
from tests.english import english_in
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from jupyter_dsw.notebook.output import Reading
    from tests.canaries import Canaries

# Takes 10 s, and shows the same as `FailureKind.TIMED_OUT` below.
SILENT = "hang"


def leaves(sentence: str) -> set[str]:
    """What was filled into a text, and is none itself."""
    if not isinstance(sentence, Text):
        return {sentence}
    return {leaf for value in sentence.values for leaf in leaves(value)}


def values_in(wire: Any) -> set[str]:
    """Every text of a response, and every name in it."""
    if isinstance(wire, dict):
        return {*wire, *(text for value in wire.values() for text in values_in(value))}
    if isinstance(wire, list):
        return {text for value in wire for text in values_in(value)}
    return {wire} if isinstance(wire, str) and wire else set()


def test_english_is_found_where_it_is_left() -> None:
    assert english_in("读取于 now，来自 cn-hangzhou（dsw_region）") == ["now"]
    assert english_in("Restart the Jupyter server.") == ["Restart", "the", "server"]
    assert english_in("  Memory  60 GiB  /mnt/data", "Mem") == ["Memory"]
    assert english_in("原因  no space left", "no space left") == []


@pytest.fixture
def chinese(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This process is a person's who reads Chinese, at a very wide terminal."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    monkeypatch.setenv("JUPYTERLAB_SETTINGS_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "2000")
    monkeypatch.setattr(readings, "_monitor", None)
    monkeypatch.setattr(readings, "_last_good", None)


@pytest.fixture
def emulator(canaries: Canaries) -> Iterator[Emulator]:
    with Emulator(slow_s=0.2) as running:
        canaries.emulators.append(running)
        yield running


@pytest.fixture
def printed(
    chinese: None, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    """What `jupyter dsw …` prints."""
    del chinese, environment

    def run(*words: str) -> str:
        with contextlib.suppress(SystemExit):
            main(words)
        captured = capsys.readouterr()
        return captured.out + captured.err

    return run


@pytest.mark.parametrize("scenario", [name for name in SCENARIOS if name != SILENT])
def test_the_page_of_every_scenario(
    emulator: Emulator,
    printed: Callable[..., str],
    scenario: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # So wide that what the endpoint sent stays in one piece.
    monkeypatch.setenv("COLUMNS", "400")
    emulator.scenario = scenario
    page = printed("info", "all")
    assert re.search("[\u4e00-\u9fff]", page)
    reading = readings.current()
    own = own_of(emulator, reading)
    assert english_in(page, *own) == []
    assert english_in(unescape(re.sub("<[^>]*>", " ", reading.to_html())), *own) == []
    if reading.error is not None:
        assert json.loads(reading.to_json())["error"]["advice"] in page


def own_of(emulator: Emulator, reading: Reading) -> set[str]:
    """What the endpoint itself sent."""
    sent = leaves(reading.error.message) if reading.error else set()
    # `…: …` is how a reason is shown with its code.
    runs = values_in([msgspec.to_builtins(run) for run in reading.sessions or ()])
    rules = {stop.rule.expression for stop in reading.stops if stop.rule.expression}
    own = {"Internal Error", "intranet, internet", "Ready"}
    return values_in(emulator.response()) | sent | runs | rules | own


@pytest.mark.parametrize("scenario", ["healthy", "denied", "failed", "skewed"])
def test_the_doctor(emulator: Emulator, printed: Callable[..., str], scenario: str) -> None:
    emulator.scenario = scenario
    shown = printed("doctor")
    assert english_in(shown, *own_of(emulator, readings.current())) == []
    assert "✓ TLS" in shown


def test_the_doctor_elsewhere(
    printed: Callable[..., str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DSW_INSTANCE_ID", "")
    monkeypatch.setenv("REGION", "")
    monkeypatch.setenv("JUPYTER_DSW_ENDPOINT", "https://localhost:9")
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "one")
    monkeypatch.setenv("JUPYTER_SERVER_URL", "http://localhost:9/")
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    assert english_in(printed("doctor", "--offline")) == []


def test_the_doctors_names_are_the_same_for_scripts(printed: Callable[..., str]) -> None:
    checks = {check["name"]: check for check in json.loads(printed("doctor", "--json"))["checks"]}
    assert checks["instance id"]["state"] == "ok"
    assert checks["signature"]["found"] == "已通过"


@pytest.mark.parametrize("width", [70, 100])
def test_the_doctors_lines_fit_and_stand_below_each_other(
    emulator: Emulator, printed: Callable[..., str], width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator.scenario = "denied"
    monkeypatch.setenv("COLUMNS", str(width))
    lines = printed("doctor").partition("\n\n")[0].splitlines()
    assert max(map(columns, lines)) <= width
    starts = {columns(re.match(r"[✓✗–·] \S+(?: \S+)*  +| +", line)[0]) for line in lines}  # type: ignore[index]
    assert starts == {20}


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_the_help(printed: Callable[..., str], command: str) -> None:
    shown = printed(*filter(None, (command, "--help")))
    own = {*COMMANDS, *SCENARIOS, *magic.arguments(), "Committing", "Pushing", "Saved", "false"}
    assert english_in(shown, *own) == []
    assert shown.startswith("用法：jupyter dsw")
    assert ":\n" not in shown


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_fits_a_terminal(
    printed: Callable[..., str], command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    assert max(map(columns, printed(command, "--help").splitlines())) <= 100


@pytest.mark.parametrize(
    "words",
    [
        ("info", "datsets"),
        ("info", "--warn-minutes=soon"),
        ("info", "--watch"),
        ("run",),
        ("run", "--before-stop=10", "--", "true"),
        ("run", "--before-stop=0s", "--", "true"),
        ("run", "--signal=LOUD", "--", "true"),
        ("run", "--", "no-such-command-here"),
        # What argparse itself reports.
        (),
        ("info", "--warn-minutes"),
        ("info", "--json=1"),
        ("info", "--json", "--watch"),
        ("info", "--w"),
        ("info", "--nonsense"),
        ("nonsense",),
    ],
)
def test_what_a_command_line_is_refused_with(
    printed: Callable[..., str], words: tuple[str, ...]
) -> None:
    message = printed(*words).splitlines()[-1]
    message = re.sub(r"^jupyter dsw( \w+)?[:：]", "", message)
    assert english_in(message, *magic.arguments()) == []
    assert re.search("[\u4e00-\u9fff]", message)


@pytest.mark.parametrize("line", ["--help", "datasetz --jsn", "--json --text"])
@pytest.mark.usefixtures("chinese")
def test_the_magic(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert magic.run(line) is None
    assert english_in(capsys.readouterr().out, *magic.arguments()) == []


def errors_of(*calls: Callable[[], Any]) -> list[DSWError]:
    raised = []
    for call in calls:
        with pytest.raises(DSWError) as caught:
            call()
        raised.append(caught.value)
    return raised


DATE = {"Date": "Mon, 23 Nov 2026 21:00:00 GMT"}


def refused(code: str, status: int, message: str = "", now: float = 0.0) -> DSWError:
    body = json.dumps({"Code": code, "Message": message, "RequestId": "R-1"}).encode()
    response = HTTPResponse(status, DATE if message else {}, body)
    return errors_of(lambda: read_response(Received(response, now, 0.0), "dsw-1"))[0]


def error_responses() -> list[DSWError]:
    codes = [prefix + end for prefix in _RULES for end in ("", ".NotFound", ".Inactive")]
    by_code = [refused(code, 403, message) for code in codes for message in ("", "workspace")]
    return [
        *by_code,
        refused("InvalidSecurityToken.Expired", 400),
        refused("Forbidden.RAM", 403),
        refused("", 500),
        refused("", 429),
        refused("NoSuchThing", 404),
        refused("Other", 401),
        refused("InvalidTimeStamp", 400, "late", 2e9),
        refused("", 418),
    ]


def bad_responses() -> list[DSWError]:
    bodies = [b"", b"<html>", b"[]", b"{}", b'{"InstanceId": "dsw-2"}']
    responses = [HTTPResponse(200, {}, body) for body in bodies] + [HTTPResponse(302, {}, b"")]
    return errors_of(
        *(lambda one=one: read_response(Received(one, 0.0, 0.0), "dsw-1") for one in responses)
    )


def misconfigurations() -> list[DSWError]:
    well = {"instance_id": "dsw-0", "region": "cn-hangzhou"}
    wrong: list[dict[str, Any]] = [
        {"instance_id": ""},
        {"instance_id": "dsw-1-2"},
        {"region": None},
        {"region": "?"},
        {"network": "no"},
        {"sharing_token": "\n"},
        {"fields": "\n"},
        {"deadline_s": 0},
    ]
    urls = ("a b", "ftp://a", "http://a@b", "http://", "http://a#b", "http://a?b", "http://a/b")
    wrong += [{"endpoint": url} for url in (*urls, "http://a", "http://a:0", "http://a..b")]
    return errors_of(*(lambda one=one: Settings(**{**well, **one}) for one in wrong))


def without_credentials() -> list[DSWError]:
    key, secret = "ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"
    environments = [{key: "one"}, {key: "a b", secret: "c"}, {}]
    services = [
        CredentialService(uri, sleep=lambda _: None) for uri in ("http://localhost:9/", "nowhere")
    ]
    chains = [CredentialChain(environ) for environ in environments]
    return errors_of(
        *(lambda one=one: one.get(5.0) for one in services),
        *(lambda one=one: one.get(5.0) for one in chains),
    )


def test_errors_of_every_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jupyter_dsw.upstream.credentials.find_spec", lambda _: None)
    failures = [kind.error("localhost:9") for kind in FailureKind]
    errors = [
        *failures,
        *error_responses(),
        *bad_responses(),
        *misconfigurations(),
        *without_credentials(),
    ]
    assert {type(error) for error in errors} == set(DSWError.__subclasses__())
    for error in errors:
        error.language = "zh_CN"
        assert english_in(str(error), "localhost", "workspace", *codes_in(error)) == []
        assert error.advice
        assert translated(error.message, "en") == error.message


def codes_in(error: DSWError) -> set[str]:
    """The gateway's code, which stands in brackets."""
    return set(re.findall(r"\(([A-Z][\w.]*)\)", error.message))


@pytest.mark.usefixtures("chinese", "environment")
def test_the_live_page(emulator: Emulator) -> None:
    assert emulator.calls == 0
    with Terminal(*DSW, "info", "--watch", "status", columns=100) as terminal:
        terminal.until("按 Ctrl-C 退出")
        until(lambda: "后空闲停机" in terminal.text)
        terminal.type("\x03")
        assert terminal.wait() == 0
