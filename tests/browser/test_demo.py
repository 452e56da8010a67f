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


OPTIONS = ("--scenario=scheduled", "--speed=2")
LIFECYCLE = ("--scenario=lifecycle", "--speed=60")
# Two hours of the instance take two minutes, on a machine that is not busy.
PATIENCE_MS = 300_000
# Notes what is shown, however shortly: notifications, the dialog, the status bar's text and colour.
NOTE_WHAT_IS_SHOWN = """
window.shown = [];
const note = text => { if (text && !shown.includes(text)) shown.push(text); };
new MutationObserver(() => {
    for (const toast of document.querySelectorAll('.Toastify__toast')) note(toast.innerText);
    if (document.querySelector('.jp-dsw-StopDialog')) note('dialog');
    const status = document.querySelector('.jp-dsw-Status-button');
    note(status?.className);
    if (/Stopp(ing|ed)/.test(status?.textContent)) note('stopped');
}).observe(document, { attributes: true, characterData: true, childList: true, subtree: true });
"""


@pytest.fixture
def demo(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[str]]:
    # Its folder is made where the test can see that nothing stays behind.
    process = subprocess.Popen(
        [sys.executable, "-m", "jupyter_dsw.cli", "demo", *getattr(request, "param", OPTIONS)],
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


def printed_until_ready(demo: subprocess.Popen[str]) -> str:
    """All that it prints until it can be used."""
    assert demo.stdout is not None
    lines: list[str] = []
    for line in demo.stdout:
        lines.append(line)
        if "Ctrl-C" in line:
            break
    return "".join(lines)


def url_in(printed: str) -> str:
    """The URL to open."""
    urls: list[str] = re.findall(r"http://\S+", printed)
    assert len(urls) == 1, printed
    return urls[0]


def test_the_tour_opens_with_the_panel_of_the_simulated_instance_and_nothing_stays(
    demo: subprocess.Popen[str], page: Page, tmp_path: Path
) -> None:
    printed = printed_until_ready(demo)
    assert "simulated DSW instance (scheduled, speed 2)" in printed
    page.goto(url_in(printed))
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


@pytest.mark.parametrize("demo", [LIFECYCLE], indirect=True)
def test_at_a_speed_a_person_sees_both_notifications_the_dialog_and_the_end(
    demo: subprocess.Popen[str], page: Page
) -> None:
    page.add_init_script(NOTE_WHAT_IS_SHOWN)
    page.goto(url_in(printed_until_ready(demo)))
    page.wait_for_function("window.shown.includes('stopped')", timeout=PATIENCE_MS)
    shown: list[str] = page.evaluate("shown")
    warnings = dict.fromkeys(re.findall(r"stop at .*, in (\d+).min", "\n".join(shown)))
    first, second = map(int, warnings)
    assert 30 >= first > 10 >= second
    assert "dialog" in shown
    assert any("jp-dsw-urgent" in one for one in shown)
