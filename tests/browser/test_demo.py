"""`jupyter dsw demo`, as `make demo` starts it: one URL, and the panel is there."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    # Its folder is made where the test can see that nothing stays behind.
    process = subprocess.Popen(
        [sys.executable, "-m", "jupyter_dsw.cli", "demo", "--scenario=scheduled", "--speed=2"],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    yield process
    # Its JupyterLab and kernels too, where it did not end by itself.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def test_the_tour_opens_with_the_panel_of_the_simulated_instance_and_nothing_stays(
    demo: subprocess.Popen[str], page: Page, tmp_path: Path
) -> None:
    assert demo.stdout is not None
    said: list[str] = []
    for line in demo.stdout:
        said.append(line)
        if "Ctrl-C" in line:
            break
    assert "simulated DSW instance (scheduled, speed 2)" in "".join(said)
    (url,) = re.findall(r"http://\S+", "".join(said))
    page.goto(url)
    panel = page.locator(".jp-Notebook dsw-panel")
    expect(panel).to_contain_text("Running")
    expect(panel).to_contain_text("imulated")
    timer = panel.get_by_role("timer").first
    first = timer.inner_text()
    expect(timer).not_to_have_text(first)
    expect(page.locator(".jp-Notebook")).to_contain_text("A tour of jupyter-dsw")
    page.locator(".jp-dsw-Status-button").click()
    expect(page.locator("#jp-left-stack dsw-panel")).to_contain_text("simulated instance")
    demo.send_signal(signal.SIGINT)
    assert demo.wait(timeout=60) == 0
    assert list(tmp_path.glob("jupyter-dsw*")) == []
