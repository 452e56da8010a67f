"""`jupyter_dsw.Panel()` in a real kernel: one widget, fed by a thread of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.notebook.panels import Page
from tests.waiting import until

if TYPE_CHECKING:
    from jupyter_dsw.emulator import Emulator
    from tests.kernels import Kernel

PANEL = "import jupyter_dsw\njupyter_dsw.Panel()"
WIDGETS = """
import gc
from ipywidgets import Widget
sum(issubclass(type(each), Widget) for each in gc.get_objects())
"""
# The clock of the kernel's own monitor and of its panels goes 60 times as fast.
HASTE = """
import jupyter_dsw.clock as clock
import jupyter_dsw.monitor, jupyter_dsw.upstream.client, jupyter_dsw.notebook.widget as widget
real = clock.elapsed_seconds
fast = lambda: real() * 60
jupyter_dsw.monitor.Monitor.__init__.__kwdefaults__["clock"] = fast
jupyter_dsw.upstream.client.Client.__init__.__kwdefaults__["elapsed"] = fast
widget.elapsed_seconds = fast
widget.LONGEST_WAIT_S = 0.05
"""


def test_the_same_call_gives_the_same_widget_and_running_it_again_makes_none(
    kernel: Kernel,
) -> None:
    model = kernel.widget(PANEL)
    before = kernel.data(WIDGETS)["text/plain"]
    assert {kernel.widget(PANEL) for _ in range(3)} == {model}
    assert kernel.data(WIDGETS)["text/plain"] == before
    status = kernel.widget("jupyter_dsw.Panel('status', 'disks')")
    assert status != model
    assert kernel.widget("jupyter_dsw.Panel('disks', 'status')") == status


def test_one_that_was_closed_is_made_anew(kernel: Kernel) -> None:
    model = kernel.widget(PANEL)
    kernel.run("jupyter_dsw.Panel().close()")
    assert kernel.widget(PANEL) != model


def test_its_trait_has_the_reading_and_html_and_text_are_with_it(
    kernel: Kernel, emulator: Emulator
) -> None:
    data = kernel.data(PANEL)
    assert emulator.instance_id in data["text/html"]
    assert "Running" in data["text/plain"]
    assert kernel.data("jupyter_dsw.Panel().reading['instance']['Status']")["text/plain"] == (
        "'Running'"
    )
    assert kernel.data("jupyter_dsw.Panel('all').sections")["text/plain"] == "['all']"


def test_an_unknown_section_raises_with_the_nearest_one(kernel: Kernel) -> None:
    printed = kernel.text(
        "import jupyter_dsw\n"
        "try:\n    jupyter_dsw.Panel('datasetz')\n"
        "except ValueError as error:\n    print(error)"
    )
    assert printed.strip() == "'datasetz' is not a section. Did you mean 'datasets'?"


def test_a_page_that_requests_a_reading_gets_it(kernel: Kernel, emulator: Emulator) -> None:
    page = Page(kernel, kernel.widget(PANEL))
    emulator.change(InstanceName="renamed")
    kernel.run("import jupyter_dsw.notebook.readings as source; source._monitor = None")
    assert page.read(fresh=True)["instance"]["InstanceName"] == "renamed"


def test_the_kernel_goes_on_while_the_endpoint_hangs(kernel: Kernel, emulator: Emulator) -> None:
    page = Page(kernel, kernel.widget(PANEL))
    kernel.run("import jupyter_dsw.notebook.readings as source; source._monitor = None")
    emulator.scenario = "hang"
    calls = emulator.calls
    page.send("read", fresh=True)
    until(lambda: emulator.calls > calls)
    # The request is under way, and the kernel's main thread is free: this returns.
    assert kernel.data("1 + 1")["text/plain"] == "2"
    assert page.readings == []


def test_a_panel_in_view_gets_a_message_when_something_changed_and_no_other(
    kernel: Kernel, emulator: Emulator
) -> None:
    emulator.change(InstanceSnapshotList=[], LatestSnapshot=None)
    kernel.run(HASTE)
    page = Page(kernel, kernel.widget(PANEL))
    page.read()
    page.receive()
    page.readings.clear()
    page.others.clear()
    # Idle for longer and longer, as time passes: each reading is fresh for a minute.
    for minutes in range(6, 12):
        emulator.change(IdleInstanceCuller={"IdleTimeInMinutes": minutes})
        until(lambda calls=emulator.calls: emulator.calls > calls)  # type: ignore[misc]
    assert page.receive() == []
    # Not even that it was busy: nothing that counts as activity.
    assert page.others == []
    emulator.change(InstanceName="renamed")
    (reading,) = until(page.receive)
    assert reading["instance"]["InstanceName"] == "renamed"


@pytest.mark.parametrize("how", ["it leaves", "it is heard of no more"])
def test_a_panel_that_nobody_views_costs_no_call(
    kernel: Kernel, emulator: Emulator, how: str
) -> None:
    kernel.run(HASTE)
    page, other = (Page(kernel, kernel.widget(PANEL), viewer) for viewer in ("one", "other"))
    page.read()
    other.read()
    page.send("leave")
    calls = emulator.calls
    # The other one still has it in view.
    until(lambda: emulator.calls >= calls + 2)
    if how == "it leaves":
        other.send("leave")
    else:
        kernel.run("widget.elapsed_seconds = lambda: fast() + widget.VIEWED_FOR_S")
    reads = "any(one.name == 'jupyter-dsw-panel' for one in __import__('threading').enumerate())"
    until(lambda: kernel.data(reads)["text/plain"] == "False")
