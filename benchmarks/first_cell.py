"""`%dsw_info` in a fresh kernel until its first output, against what a person would write."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from benchmarks.harness import Row, ratio_at_most, ratio_stated, spread
from benchmarks.kernels import first_output_ms, kernel, kernel_of
from benchmarks.servers import server
from benchmarks.surroundings import on_an_instance_elsewhere

if TYPE_CHECKING:
    import contextlib
    from collections.abc import Callable

    from jupyter_client.blocking.client import BlockingKernelClient

    Kernel = Callable[[], contextlib.AbstractContextManager[BlockingKernelClient]]

ROUNDS = 14
AGAIN = 5
"""How often a kernel is asked for the second time, and for the other widget, in turns."""

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
WIDGETS = "import ipywidgets; 'done'"
# Of the panel's own kind: anywidget sends its module with it.
A_WIDGET = """
import anywidget

class Nothing(anywidget.AnyWidget):
    _esm = "export default { render() {} }"
"""


def measure() -> list[Row]:
    """Each cell in a kernel of its own, in turns; the instance is the emulator's, in a process of
    its own. A server has been asked before, as by the JupyterLab page that its notebook is in."""
    with (
        on_an_instance_elsewhere() as environment,
        server(environment, "jupyter_dsw") as jupyter,
    ):
        jupyter.get("jupyter-dsw/v1/instance").raise_for_status()
        return _rows(_Panels(lambda: kernel_of(jupyter)), _Panels(kernel))


class _Panels:
    """The times of `%dsw_info` in kernels of one kind."""

    def __init__(self, start: Kernel) -> None:
        self._start = start
        self.first: list[float] = []
        self.again: list[float] = []
        self.nothing: list[float] = []
        """Those of a widget that does nothing, each just before one of `again`."""

    def measure(self) -> None:
        """Ask a fresh kernel, and then again and again."""
        with self._start() as client:
            self.first.append(first_output_ms(client, "%dsw_info"))
            first_output_ms(client, f"{A_WIDGET}\nNothing()")
            for _ in range(AGAIN):
                self.nothing.append(first_output_ms(client, "Nothing()"))
                self.again.append(first_output_ms(client, "%dsw_info"))


def _rows(beside: _Panels, directly: _Panels) -> list[Row]:
    sdk: list[float] = []
    widgets: list[float] = []
    turns: list[Callable[[], None]] = [
        beside.measure,
        directly.measure,
        lambda: sdk.append(_alone(SDK)),
        lambda: widgets.append(_alone(WIDGETS)),
    ]
    for number in range(ROUNDS):
        for turn in turns[number % 4 :] + turns[: number % 4]:
            turn()
    return [
        row
        for panels, where in ((beside, "beside a Jupyter server"), (directly, "asking directly"))
        for row in _of(panels, where, sdk, widgets)
    ]


def _alone(code: str) -> float:
    with kernel() as client:
        return first_output_ms(client, code)


def _of(panels: _Panels, where: str, sdk: list[float], widgets: list[float]) -> list[Row]:
    first = f"first `%dsw_info` of a kernel, {where}"
    cell = "a cell that imports the official SDK and asks"
    return [
        ratio_at_most(first, cell, panels.first, sdk, 0.6, "ms"),
        ratio_stated(first, "`import ipywidgets` alone", panels.first, widgets, "ms"),
        _second(panels, where),
    ]


def _second(panels: _Panels, where: str) -> Row:
    more = [one - other for one, other in zip(panels.again, panels.nothing, strict=True)]
    median = statistics.median(more)
    detail = "{:.3g} ms against {:.3g} ms".format(
        *(statistics.median(times) for times in (panels.again, panels.nothing))
    )
    what = f"second `%dsw_info` of a kernel, {where}: ms more"
    return Row(
        what, "an anywidget that does nothing", median, "≤ 30", median <= 30, spread(more), detail
    )
