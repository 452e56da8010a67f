"""The JupyterLab window: how the extension's surfaces are found, and how a stop is brought near."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.waiting import until

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page, Response, Route

    from jupyter_dsw.demo.lab import Lab
    from jupyter_dsw.emulator import Emulator

# The fake clock of the server's monitor: its readings hold for a `speed`-th of their time, and a
# person's refresh is granted as much sooner.
_HASTE = """
from jupyter_dsw.clock import elapsed_seconds
from jupyter_dsw.monitor import Monitor
from jupyter_dsw.upstream.client import Client
fast = lambda: elapsed_seconds() * {speed}
Monitor.__init__.__kwdefaults__["clock"] = Client.__init__.__kwdefaults__["elapsed"] = fast
"""

PLUGIN = "jupyter-dsw:plugin"
QUIET = {"lastRun": False}
WIDGETS = "@jupyter-widgets/jupyterlab-manager:plugin"
INSTANCE = "**/jupyter-dsw/v1/instance*"
DOCUMENTS = "@jupyterlab/docmanager-extension:plugin"
THEMES = "@jupyterlab/apputils-extension:themes"
TRANSLATION = "@jupyterlab/translation-extension:plugin"
AXE = Path(__file__).parents[2] / "labextension/node_modules/axe-core/axe.min.js"
MINUTE = 60
DAY_MS = 86_400_000


def write_settings(home: Path, plugin: str, **settings: object) -> None:
    """Write a user's settings of a JupyterLab plugin, as the settings editor does."""
    if plugin == PLUGIN:
        settings = {**QUIET, **settings}
    path = _settings_file(home, plugin)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(settings))


def be_quiet(home: Path) -> None:
    """Let JupyterLab save nothing by itself, unless a test has settings of its own.

    A test that takes two minutes on a slow machine would find its changes saved. How the last run
    ended would be one message more.
    """
    for plugin, settings in ((PLUGIN, {}), (DOCUMENTS, {"autosave": False})):
        if not _settings_file(home, plugin).exists():
            write_settings(home, plugin, **settings)


def _settings_file(home: Path, plugin: str) -> Path:
    package, name = plugin.split(":")
    return home / "config/lab/user-settings" / package / f"{name}.jupyterlab-settings"


def hasten(home: Path, speed: float) -> None:
    """Let the server that is started there keep its readings for a `speed`-th of their time."""
    config = home / "config"
    config.mkdir(exist_ok=True)
    (config / "jupyter_server_config.py").write_text(_HASTE.format(speed=speed))


def set_setting(page: Page, name: str, value: object) -> None:
    """Change one of the extension's settings in JupyterLab's registry, which saves it by REST."""
    page.evaluate(
        """async ([name, value]) => {
            // JupyterLab 4, and 3.
            const services = jupyterapp.pluginRegistry?._services ?? jupyterapp._serviceMap;
            const tokens = [...services.keys()];
            const token = tokens.find(({ name }) => name.endsWith(':ISettingRegistry'));
            const registry = await jupyterapp.resolveRequiredService(token);
            await registry.set('jupyter-dsw:plugin', name, value);
        }""",
        [name, value],
    )


def set_hidden(page: Page, *, hidden: bool) -> None:
    """Let the page think that its tab is in the background, or in front again."""
    page.evaluate(
        """hidden => {
            Object.defineProperty(document, 'hidden', { configurable: true, value: hidden });
            document.dispatchEvent(new Event('visibilitychange'));
        }""",
        hidden,
    )


def open_window(page: Page, lab: Lab, path: str = "lab") -> None:
    """Open JupyterLab (`tree` for Notebook 7) and wait until it is there."""
    page.goto(f"{lab.url}{path}?token={lab.token}")
    wait_for_window(page)


def wait_for_window(page: Page) -> None:
    """Wait until JupyterLab and what it opens by itself are there."""
    page.wait_for_function("() => window.jupyterapp?.commands.hasCommand('jupyter-dsw:refresh')")
    page.evaluate("jupyterapp.restored.then(() => null)")
    # JupyterLab's launcher comes once the files are listed, and takes the focus. It is not the
    # current widget where a dialog has the focus, or in a tab in the background.
    # Iterators of JupyterLab 3 give the widget itself.
    page.wait_for_function(
        "() => { const first = jupyterapp.shell.widgets('main').next();"
        " return first !== undefined && !first.done; }"
    )


def execute(page: Page, command: str, arguments: dict[str, Any] | None = None) -> None:
    """Execute one of JupyterLab's commands."""
    page.evaluate(
        "([id, args]) => jupyterapp.commands.execute(id, args).then(() => null)",
        [command, arguments or {}],
    )


def status_item(page: Page) -> Locator:
    """The instance in the status bar."""
    return page.locator(".jp-dsw-Status-button")


def toast(page: Page) -> Locator:
    """The notifications that are shown."""
    return page.locator(".Toastify__toast")


def dialog(page: Page) -> Locator:
    """The dialog right before a stop."""
    return page.locator(".jp-dsw-StopDialog")


def dialog_with_keys(page: Page) -> Locator:
    """The dialog, once it takes keys: not in its first second."""
    return page.locator(".jp-dsw-StopDialog:not(.jp-dsw-mod-new)")


def stop_in(emulator: Emulator, seconds: float) -> None:
    """Plan the instance's scheduled stop, and let it not be idle."""
    due = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))
    emulator.change(
        InstanceShutdownTimer={"DueTime": due, "RemainingTimeInMs": None},
        IdleInstanceCuller={"IdleTimeInMinutes": 0},
    )


def axe_violations(page: Page, selector: str) -> list[str]:
    """Whatever axe-core finds in an element, of any severity: its rules and places."""
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("selector => axe.run(selector)", selector)
    assert found["passes"], f"axe-core looked at nothing in {selector}"
    return [
        f"{violation['id']}: {node['html']} {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def statuses_of_readings(page: Page) -> list[int]:
    """The HTTP statuses of the readings that the page gets from now on."""
    statuses: list[int] = []

    def note(response: Response) -> None:
        if "jupyter-dsw/v1/instance" in response.url:
            statuses.append(response.status)

    page.on("response", note)
    return statuses


def hold_readings(page: Page) -> None:
    """Let the page request no more by itself: what it does after its first reading, it does alone.

    A request on its way through here loses a person's wish for a new reading.
    """

    def hold(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, json={**response.json(), "next_read_in_ms": DAY_MS})

    page.route(INSTANCE, hold)


def refresh_until_seen(page: Page, place: Locator) -> None:
    """Read again until something is there: the server reads at most once in 5 s of its clock."""
    until(lambda: is_seen(place), between=lambda: execute(page, "jupyter-dsw:refresh"))


def is_seen(place: Locator) -> bool:
    """Whether something is there, at once or within half a second."""
    # Not above: `make minimum`, which has no browser, starts servers by what is here.
    from playwright.sync_api import TimeoutError as NotSeenError

    try:
        place.first.wait_for(timeout=500)
    except NotSeenError:
        return False
    return True


def wait_until_decided(page: Page) -> None:
    """Wait until it is decided which warnings the readings so far make due."""
    # Each decision is made under a lock over all tabs.
    page.wait_for_function(
        """async () => {
            const locks = Object.values(await navigator.locks.query());
            return locks.flat().length === 0;
        }"""
    )


def notifications(page: Page) -> Locator:
    """How many notifications JupyterLab has: it counts them before it shows them."""
    return page.locator(".jp-Notification-Status-Text")
