"""`jupyter dsw run --notify` and `notify_before_stop()`: the same messages, without a server."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import jupyter_dsw
from tests.canaries import NOTIFY_TOKEN
from tests.cli.terminal import DSW, dsw
from tests.notify.test_server import NEAR, idle, read_anew, titles
from tests.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

    from jupyter_dsw.emulator import Emulator
    from tests.notify.receiver import Receiver

# Ends when the test lets it: at the end of its input.
WAITS = "import sys; sys.stdin.read()"
NOTIFIES = f"import jupyter_dsw; handle = jupyter_dsw.notify_before_stop(minutes=30); {WAITS}"


@pytest.fixture
def variables(quick: Emulator, receiver: Receiver, tmp_path: Path) -> dict[str, str]:
    return {
        **os.environ,
        **quick.environment(),
        "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime"),
        "JUPYTER_DSW_NOTIFY": f"json://{receiver.host}/{NOTIFY_TOKEN}",
    }


def started(*command: str, env: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


@pytest.mark.parametrize(
    "command",
    [
        [*DSW, "run", "--notify", "--", sys.executable, "-c", WAITS],
        [sys.executable, "-c", NOTIFIES],
    ],
    ids=["run --notify", "notify_before_stop"],
)
def test_each_message_is_sent_once_also_if_the_program_runs_again(
    variables: dict[str, str], quick: Emulator, receiver: Receiver, command: list[str]
) -> None:
    idle(quick, 31)
    program = started(*command, env=variables)
    until(lambda: titles(receiver) == [NEAR])
    out, err = program.communicate(timeout=60)
    assert (program.returncode, out) == (0, b""), err
    program = started(*command, env=variables)
    read_anew(quick)
    quick.change(Status="Failed")
    until(lambda: len(receiver.received) >= 2)
    program.communicate(timeout=60)
    assert titles(receiver) == [NEAR, "vision is no longer running: Failed"]


def test_run_with_notify_alone_sends_no_signal(
    variables: dict[str, str], quick: Emulator, receiver: Receiver
) -> None:
    idle(quick, 55)
    command = [*DSW, "run", "--notify", "--before-stop", "30m", "--", sys.executable, "-c", WAITS]
    program = started(*command, env=variables)
    until(lambda: titles(receiver) == [NEAR])
    read_anew(quick)
    program.communicate(timeout=60)
    assert program.returncode == 0


def test_run_without_a_service_does_not_begin() -> None:
    done = dsw("run", "--notify", "--", "touch", "never")
    assert done.returncode == 2
    assert "JUPYTER_DSW_NOTIFY" in done.stderr


def test_code_without_a_service_gets_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="JUPYTER_DSW_NOTIFY"):
        jupyter_dsw.notify_before_stop()
    monkeypatch.setenv("JUPYTER_DSW_NOTIFY", f"json://{NOTIFY_TOKEN}")
    with pytest.raises(ValueError, match="minutes"):
        jupyter_dsw.notify_before_stop(minutes=0)


def test_code_without_apprise_gets_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_DSW_NOTIFY", f"json://{NOTIFY_TOKEN}")
    monkeypatch.setattr("jupyter_dsw.notify.watcher.library_is_there", lambda: False)
    with pytest.raises(RuntimeError, match=r"pip install 'jupyter-dsw\[notify\]'"):
        jupyter_dsw.notify_before_stop()


def test_a_handle_ends_its_thread(
    monkeypatch: pytest.MonkeyPatch, quick: Emulator, receiver: Receiver
) -> None:
    for name, value in quick.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("jupyter_dsw.notebook.readings._monitor", None)
    monkeypatch.setenv("JUPYTER_DSW_NOTIFY", f"json://{receiver.host}/{NOTIFY_TOKEN}")
    idle(quick, 31)
    with jupyter_dsw.notify_before_stop(minutes=[30, 10]):
        until(lambda: titles(receiver) == [NEAR])
    # `no_thread_is_left_behind` waits for the end of the thread.


def test_nothing_of_apprise_is_imported_by_what_watches() -> None:
    code = (
        "import sys, jupyter_dsw.cli.notify, jupyter_dsw.notebook.before_stop\n"
        "import jupyter_dsw.server.extension, jupyter_dsw.notify.sender\n"
        "print([name for name in sys.modules if name.split('.')[0] == 'apprise'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_server_without_services_imports_nothing_of_notifications() -> None:
    code = (
        "import sys, jupyter_dsw.server.extension\n"
        "print(sorted(name for name in sys.modules if name.startswith('jupyter_dsw.notify')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['jupyter_dsw.notify', 'jupyter_dsw.notify.services']"
