"""The first and second `%dsw_info` of a kernel, and what 300 re-runs of a cell leave behind."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

from benchmarks.jupyter import kernel_of, kernel_without_server, lab, run_cell
from benchmarks.rows import Row, difference, ratio
from jupyter_dsw.emulator import Emulator

if TYPE_CHECKING:
    import contextlib
    from collections.abc import Callable

    from jupyter_client.blocking.client import BlockingKernelClient

    StartKernel = Callable[[], contextlib.AbstractContextManager[BlockingKernelClient]]

ROUNDS = 10
AGAIN = 5
RERUNS = 300

SDK = """
import os
from alibabacloud_credentials.client import Client as Credentials
from alibabacloud_credentials.models import Config as CredentialsConfig
from alibabacloud_pai_dsw20220101.client import Client
from alibabacloud_pai_dsw20220101.models import GetInstanceRequest
from alibabacloud_tea_openapi.models import Config

credentials = Credentials(CredentialsConfig(
    type="credentials_uri", credentials_uri=os.environ["ALIBABA_CLOUD_CREDENTIALS_URI"]))
endpoint = os.environ["JUPYTER_DSW_ENDPOINT"].removeprefix("http://")
client = Client(Config(credential=credentials, endpoint=endpoint, protocol="http"))
client.get_instance(os.environ["DSW_INSTANCE_ID"], GetInstanceRequest()).body.to_map()
"""
# Of the panel's own kind: anywidget sends its module with it.
EMPTY_WIDGET = """
import anywidget

class Nothing(anywidget.AnyWidget):
    _esm = "export default { render() {} }"
"""
GROWTH = """
import gc, pathlib
import ipywidgets.widgets.widget as module
gc.collect()
widgets = module._instances
rss = pathlib.Path("/proc/self/status").read_text().partition("VmRSS:")[2].split()[0]
print(len(widgets), rss)
"""


def measure() -> list[Row]:
    """Measure each round in fresh kernels; the instance is the emulator's."""
    with (
        Emulator() as emulator,
        mock.patch.dict(os.environ, emulator.environment()),
        tempfile.TemporaryDirectory() as home,
        lab(Path(home), emulator) as server,
    ):
        # As the page of JupyterLab does before a cell is run.
        server.request("GET", "jupyter-dsw/v1/instance")
        return [
            *_cells("with a Jupyter server", lambda: kernel_of(server)),
            *_cells("without a server", kernel_without_server),
            *_growth(lambda: kernel_of(server)),
        ]


def _cells(where: str, start: StartKernel) -> list[Row]:
    first: list[float] = []
    sdk: list[float] = []
    second: list[float] = []
    empty: list[float] = []
    for _ in range(ROUNDS):
        with start() as client:
            first.append(run_cell(client, "%dsw_info")[0]["ms"])
            run_cell(client, f"{EMPTY_WIDGET}\nNothing()")
            for _ in range(AGAIN):
                empty.append(run_cell(client, "Nothing()")[0]["ms"])
                second.append(run_cell(client, "%dsw_info")[0]["ms"])
        with kernel_without_server() as client:
            sdk.append(run_cell(client, SDK + "'done'")[0]["ms"])
    return [
        ratio(f"first `%dsw_info`, {where}", "a cell with the official SDK", first, sdk, 0.6, "ms"),
        difference(
            f"second `%dsw_info`, {where}: ms more", "an empty widget", second, empty, 30, "ms"
        ),
    ]


def _growth(start: StartKernel) -> list[Row]:
    with start() as client:
        run_cell(client, "%dsw_info")
        before = _widgets_and_kib(client)
        for _ in range(RERUNS):
            run_cell(client, "%dsw_info")
        after = _widgets_and_kib(client)
    widgets, kib = after[0] - before[0], after[1] - before[1]
    return [
        Row(f"{RERUNS} re-runs of `%dsw_info`: widgets more", "after the first", widgets, 0),
        Row(f"{RERUNS} re-runs of `%dsw_info`: MiB more", "after the first", kib / 1024, 7),
    ]


def _widgets_and_kib(client: BlockingKernelClient) -> tuple[int, int]:
    text = run_cell(client, GROWTH)[0]["text"]
    widgets, kib = text.split()
    return int(widgets), int(kib)
