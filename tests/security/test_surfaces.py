"""Secrets at every surface on which a process shows itself."""

from __future__ import annotations

import copy
import gc
import io
import json
import logging
import os
import pickle
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from IPython.core.ultratb import VerboseTB
from rich.console import Console
from rich.pretty import Pretty
from rich.traceback import Traceback

from jupyter_dsw.demo.lab import clean_environment
from jupyter_dsw.emulator import Emulator
from jupyter_dsw.monitor import Monitor
from jupyter_dsw.notebook import output as notebook
from jupyter_dsw.upstream.client import Client
from jupyter_dsw.upstream.credentials import CredentialChain, CredentialService
from jupyter_dsw.upstream.errors import DSWError, NoCredentials
from jupyter_dsw.upstream.settings import Settings
from jupyter_dsw.upstream.signing import ACS3Auth, Credentials
from tests.canaries import LOUD, SHARING_TOKEN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.canaries import Canaries


@pytest.fixture(params=["of a role", "long-lived"])
def objects(
    request: pytest.FixtureRequest, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, Any]]:
    """The objects that people and tools get hold of, after a reading, by what they are."""
    role = request.param == "of a role"
    variables = emulator.environment() if role else emulator.static_environment()
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    chain = CredentialChain()
    client = Client(lambda: Settings.from_environment(sharing_token=SHARING_TOKEN), chain)
    monitor = Monitor(client)
    reading = monitor.read().result()
    assert reading.instance is not None
    credentials = chain.get()
    yield {
        "client": client,
        "source": client.source,
        "chain": chain,
        "credentials": credentials,
        "settings": Settings.from_environment(sharing_token=SHARING_TOKEN),
        "auth": ACS3Auth(credentials, "GetInstance", "2022-01-01"),
        "service": chain._service or chain,
        "cached": chain._service._cached if chain._service else None,
        "monitor": monitor,
        "reading": reading,
        "shown": notebook.Reading.of(reading, via="directly"),
        "instance": reading.instance,
        "stops": reading.stops,
        "response": client.get_instance(),
    }
    client.close()


def _vars(thing: Any) -> str:
    return repr(vars(thing))


def _rich(thing: Any) -> str:
    out = io.StringIO()
    Console(file=out, width=500).print(Pretty(thing, expand_all=True))
    return out.getvalue()


LOOKS: dict[str, Callable[[Any], object]] = {
    "repr": repr,
    "str": str,
    "format": lambda thing: f"{thing} {thing!a} {thing!s:>20}",
    "percent": lambda thing: "%r" % (thing,),  # noqa: UP031 - it is what logging does
    "vars": _vars,
    "rich": _rich,
    "pickle": pickle.dumps,
    "copy": lambda thing: (repr(copy.copy(thing)), pickle.dumps(copy.copy(thing))),
    "deepcopy": lambda thing: pickle.dumps(copy.deepcopy(thing)),
    "json": lambda thing: json.dumps(thing, default=repr),
    "in a list": lambda thing: repr([{"x": thing}]),
}


def looked_at(thing: Any, look: Callable[[Any], object]) -> str:
    try:
        return str(look(thing))
    except (TypeError, AttributeError, ValueError, pickle.PicklingError) as refused:
        return f"{refused} {vars(refused)}"


@pytest.mark.parametrize("look", LOOKS)
def test_no_object_shows_a_secret_however_it_is_looked_at(
    objects: dict[str, Any], canaries: Canaries, look: str
) -> None:
    for name, thing in objects.items():
        shown = looked_at(thing, LOOKS[look])
        assert shown, name
        assert not canaries.found_in(shown), name


def test_credentials_and_settings_leave_the_process_by_no_copy(objects: dict[str, Any]) -> None:
    for name in ("credentials", "settings"):
        for look in ("pickle", "copy", "deepcopy"):
            with pytest.raises(TypeError, match="neither pickled nor copied"):
                LOOKS[look](objects[name])


def renderings(error: BaseException) -> Iterator[tuple[str, str]]:
    """An exception as the tools that show all local variables show it."""
    kind: Any = type(error)
    out = io.StringIO()
    verbose: Any = VerboseTB(ostream=out)
    verbose(kind, error, error.__traceback__)
    yield "%xmode Verbose", out.getvalue()
    out = io.StringIO()
    trace = Traceback.from_exception(kind, error, error.__traceback__, show_locals=True)
    Console(file=out, width=400).print(trace)
    yield "rich", out.getvalue()
    record = logging.LogRecord("x", 40, "x", 1, "failed", (), (kind, error, error.__traceback__))
    yield "logging", logging.Formatter().format(record) + repr(record.__dict__)
    frame, lines = error.__traceback__, []
    while frame is not None:
        values = frame.tb_frame.f_locals.values()
        lines += [repr(value) for value in values]
        lines += [repr(vars(value)) for value in values if hasattr(value, "__dict__")]
        frame = frame.tb_next
    yield "a debugger", "\n".join(lines)


@pytest.mark.parametrize("failing", ["denied", "html", "refused", "expired", "a wrong secret"])
def test_no_traceback_with_all_locals_shows_a_secret(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, canaries: Canaries, failing: str
) -> None:
    variables = emulator.environment()
    if failing == "a wrong secret":
        variables = emulator.static_environment()
        variables["ALIBABA_CLOUD_ACCESS_KEY_SECRET"] = "wrong"
    else:
        emulator.scenario = failing
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    chain = CredentialChain()
    client = Client(lambda: Settings.from_environment(sharing_token=SHARING_TOKEN), chain)
    with pytest.raises(DSWError) as caught:
        client.get_instance()
    for where, shown in renderings(caught.value):
        assert type(caught.value).__name__ in shown or where == "a debugger"
        assert not canaries.found_in(_without_ours(shown, variables)), where
    client.close()


def _without_ours(shown: str, variables: dict[str, str]) -> str:
    """Leave out the test's own frame, which has the environment that it set."""
    return shown.replace(variables.get("ALIBABA_CLOUD_ACCESS_KEY_ID", "-"), "")


CRASH = """
import faulthandler, sys, threading, time
import rich.traceback
from jupyter_dsw.upstream.client import Client
from jupyter_dsw.upstream.settings import Settings
client = Client(Settings.from_environment)
hanging = threading.Thread(target=client.get_instance, daemon=True)
hanging.start()
while "getresponse" not in str([f.f_code.co_name for f in frames()]):
    time.sleep(0.01)
faulthandler.dump_traceback(all_threads=True)
def hook(*error):
    sys.__excepthook__(*error)
    rich.traceback.Console(stderr=True, width=300).print(
        rich.traceback.Traceback.from_exception(*error, show_locals=True))
sys.excepthook = hook
import jupyter_dsw
raise jupyter_dsw.DSWError("crashed", str(client.source)) from ValueError(repr(vars(client)))
"""
FRAMES = """
import sys
def frames():
    for frame in sys._current_frames().values():
        while frame:
            yield frame
            frame = frame.f_back
"""


def test_a_crash_dump_and_the_last_words_of_a_process_have_no_secret(
    emulator: Emulator, canaries: Canaries
) -> None:
    emulator.scenario = "hang"
    environment = {**clean_environment(), **emulator.environment(), "PYTHONASYNCIODEBUG": "1"}
    environment["JUPYTER_DSW_SHARING_TOKEN"] = SHARING_TOKEN
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", LOUD.format(target="") + FRAMES + CRASH],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    output = done.stdout + done.stderr
    assert done.returncode == 1, output
    assert "most recent call first" in output  # faulthandler's
    assert "crashed" in output
    assert not canaries.found_in(output)


COMMANDS = {
    "doctor": ["-m", "jupyter_dsw.cli", "doctor", "--json"],
    "config": ["-m", "jupyter_server", "--show-config"],
    "config as JSON": ["-m", "jupyter_server", "--show-config-json"],
    "generated config": ["-m", "jupyter_server", "--generate-config", "-y"],
    "magic": [
        "-m",
        "IPython",
        "--no-banner",
        "-c",
        "%load_ext jupyter_dsw\n%config\n%dsw_info --json",
    ],
}


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_that_shows_settings_shows_a_secret(
    emulator: Emulator, canaries: Canaries, tmp_path: Path, command: str
) -> None:
    environment = {
        **clean_environment(),
        **emulator.static_environment(),
        "JUPYTER_DSW_SHARING_TOKEN": SHARING_TOKEN,
        "HOME": str(tmp_path),
        "JUPYTER_CONFIG_DIR": str(tmp_path / "config"),
        "IPYTHONDIR": str(tmp_path / "ipython"),
    }
    done = subprocess.run(
        [sys.executable, *COMMANDS[command]],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    output = done.stdout + done.stderr
    assert "Traceback" not in output, output
    assert output.strip()
    assert not canaries.found_in(output)
    for file in tmp_path.rglob("*"):
        assert not (file.is_file() and canaries.found_in(file.read_bytes())), file


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def kept_credentials() -> list[Credentials]:
    """All credentials that this process still has."""
    gc.collect()
    return [thing for thing in gc.get_objects() if isinstance(thing, Credentials)]


def test_credentials_are_dropped_when_they_are_renewed_and_when_they_expire(
    canaries: Canaries,
) -> None:
    clock = Clock()
    before = len(kept_credentials())
    with Emulator(clock=clock, credential_lifetime_s=3600) as emulator:
        canaries.emulators.append(emulator)
        service = CredentialService(emulator.credentials_uri, clock=clock, sleep=lambda _: None)
        first = service.get(5).access_key_id
        assert len(kept_credentials()) == before + 1
        clock.now += 3400  # less than five minutes are left
        second = service.get(5).access_key_id
        assert second != first
        assert [kept.access_key_id for kept in kept_credentials()[-1:]] == [second]
        assert len(kept_credentials()) == before + 1
    clock.now += 3500  # the service is gone; these are still valid, and are used
    assert service.get(5).access_key_id == second
    clock.now += 200
    with pytest.raises(NoCredentials):
        service.get(5)
    assert len(kept_credentials()) == before
    service.close()


def test_a_closed_client_keeps_no_credentials(environment: dict[str, str]) -> None:
    assert environment
    before = len(kept_credentials())
    chain = CredentialChain()
    client = Client(Settings.from_environment, chain)
    client.get_instance()
    assert len(kept_credentials()) == before + 1
    client.close()
    assert len(kept_credentials()) == before


def test_nothing_of_the_environment_is_kept_that_was_taken_out_of_it(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in emulator.static_environment().items():
        monkeypatch.setenv(name, value)
    before = len(kept_credentials())
    chain = CredentialChain()
    client = Client(Settings.from_environment, chain)
    client.get_instance()
    assert len(kept_credentials()) == before
    monkeypatch.delenv("ALIBABA_CLOUD_ACCESS_KEY_ID")
    monkeypatch.delenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET")
    monkeypatch.setenv("ALIBABA_CLOUD_CREDENTIALS_URI", "http://127.0.0.1:1/")
    assert "ALIBABA_CLOUD_ACCESS_KEY_ID" not in os.environ
    with pytest.raises(NoCredentials):
        client.get_instance()
    client.close()
