"""`utilization()` and `%dsw_info usage`, next to a real server and in a kernel without one."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.kernels import Kernel
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_dsw.emulator import Emulator

COUNT = "import jupyter_dsw; print(len(jupyter_dsw.utilization()))"


@pytest.fixture
def next_to_a_server(start_lab: Any) -> Any:
    """A kernel of a server that has taken its first sample."""
    lab = start_lab()
    model = lab.request("POST", "api/kernels", json={"name": "python3"})
    kernel = Kernel.of(lab.home / "runtime" / f"kernel-{model['id']}.json")
    until(lambda: lab.request("GET", "jupyter-dsw/v1/utilization")["samples"])
    yield kernel
    kernel.client.stop_channels()


def test_next_to_a_server_code_gets_its_samples_without_a_call(
    next_to_a_server: Kernel, emulator: Emulator
) -> None:
    code = """
    import jupyter_dsw
    for sample in jupyter_dsw.utilization():
        print(type(sample).__name__, sample.at.tzinfo, 0 <= sample.cpu_percent <= 100)
    """
    printed = next_to_a_server.text(code)
    assert printed.splitlines()[0] == "UtilizationSample UTC True"
    assert emulator.calls == 0


def test_next_to_a_server_usage_is_shown_as_chart_table_and_words(
    next_to_a_server: Kernel,
) -> None:
    data = next_to_a_server.data("%dsw_info usage")
    assert set(data) == {"text/plain", "text/html"}
    text = " ".join(data["text/plain"].split())
    assert "CPU and GPU in the last 15 min" in text
    assert re.search(r"CPU \d+ % \(stops below 20 %\)", text)
    assert "Measured in this container; what the platform measures is not documented." in text
    assert "┄" in data["text/plain"]
    assert '<img alt="CPU and GPU in the last 15 min"' in data["text/html"]
    assert "<table " in data["text/html"]
    assert "No Jupyter server" not in text
    assert "<script" not in data["text/html"]


def test_without_a_server_the_kernel_measures_at_the_first_call_and_between_readings(
    kernel: Kernel, emulator: Emulator
) -> None:
    assert kernel.text(COUNT) == "1\n"
    assert emulator.calls == 0
    # The next reading is a sample of the time since.
    kernel.text("import time; time.sleep(1); r = %dsw_info")
    assert kernel.text(
        "print(r.utilization.cpu_cores > 0, len(jupyter_dsw.utilization()) >= 2)"
    ) == ("True True\n")


def test_without_a_server_usage_reports_that_there_is_no_history(kernel: Kernel) -> None:
    text = " ".join(kernel.data("%dsw_info usage")["text/plain"].split())
    assert "No Jupyter server with jupyter-dsw was found, so only this process measures" in text
    assert "mean of 15 min" in text


def test_usage_has_the_options_of_the_magic_and_stands_by_itself(kernel: Kernel) -> None:
    data = kernel.data("%dsw_info usage --json")
    assert set(data) == {"text/plain"}
    assert json.loads(data["text/plain"])["between_ms"] == 60_000
    assert set(kernel.data("%dsw_info usage --text")) == {"text/plain"}
    assert kernel.text("%dsw_info usage disks") == ("usage is shown by itself, without sections.\n")


def test_in_chinese(start_kernel: Callable[..., Kernel], environment: dict[str, str]) -> None:
    del environment
    kernel = start_kernel(LANGUAGE="zh_CN")
    data = kernel.data("%dsw_info usage")
    assert "最近 15 分钟的 CPU 与 GPU" in data["text/plain"]
    assert '<div lang="zh-CN"' in data["text/html"]
    assert "Measured" not in data["text/html"]


def test_after_a_fork_the_child_measures_anew(kernel: Kernel) -> None:
    code = """
    import multiprocessing, jupyter_dsw
    from jupyter_dsw.notebook import readings
    jupyter_dsw.utilization()
    with readings._recorder._measuring:
        with multiprocessing.get_context("fork").Pool(1) as pool:
            print(len(pool.apply(jupyter_dsw.utilization)))
    """
    assert kernel.text(code).strip() == "1"


def test_a_driver_that_hangs_keeps_no_stop_from_being_seen(kernel: Kernel) -> None:
    code = """
    import threading, jupyter_dsw
    from jupyter_dsw.meter import Meter
    from jupyter_dsw.notebook import readings
    readings.MEASURING_TIMEOUT_S = 0.1
    hanging = threading.Event()
    readings._recorder._meter = Meter(gpus=hanging.wait)
    print(jupyter_dsw.read().instance.status, jupyter_dsw.time_left() is not None)
    print(jupyter_dsw.utilization())
    hanging.set()
    """
    assert kernel.text(code) == "Running True\n()\n"
