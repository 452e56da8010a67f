"""Starts the emulator and a JupyterLab next to it, with the tour open, until Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_client.blocking.client import BlockingKernelClient

from jupyter_dsw import i18n
from jupyter_dsw.columns import escaped
from jupyter_dsw.demo.lab import Lab
from jupyter_dsw.demo.samples import use_simulated_samples
from jupyter_dsw.emulator import Emulator
from jupyter_dsw.i18n import text, translated

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jupyter_dsw.i18n import Language

TOURS = tuple(sorted(Path(__file__).parent.glob("tour*.ipynb")))
CELL_TIMEOUT_S = 60


def run(*, scenario: str = "healthy", speed: float = 1.0, port: int = 0) -> int:
    """Run the demo until Ctrl-C and return the exit status: 0, or 1 if JupyterLab did not start.

    `scenario` and `speed` are the emulator's; `port` is JupyterLab's, 0 for a free one.
    """
    if find_spec("jupyterlab") is None:
        needed = text("The demo needs JupyterLab: pip install 'jupyter-dsw[demo]'")
        print(translated(needed), file=sys.stderr)
        return 1
    # SIGTERM, as a container sends it, cleans up as Ctrl-C does; so does a terminal that closes,
    # but for `nohup`.
    for name in ("SIGTERM", "SIGHUP"):  # Windows has only the first
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)
    opened = tour(i18n.of_environment(os.environ))
    try:
        with _demo(scenario, speed, port, opened) as lab:
            shown = text(
                "A simulated DSW instance (%1, speed %2) in JupyterLab:", scenario, f"{speed:g}"
            )
            print(f"\n  {translated(shown)}\n")
            print(
                f"  {lab.notebook_url(opened)}\n\n  {translated(text('Press Ctrl-C to quit.'))}",
                flush=True,
            )
            return lab.process.wait()
    except KeyboardInterrupt:
        return 0
    except (OSError, RuntimeError) as error:
        print(escaped(translated(text("The demo did not start: %1", error))), file=sys.stderr)
        return 1


@contextmanager
def _demo(scenario: str, speed: float, port: int, opened: str) -> Iterator[Lab]:
    with (
        tempfile.TemporaryDirectory(prefix="jupyter-dsw-demo-") as folder,
        Emulator(scenario=scenario, speed=speed) as emulator,
    ):
        options = {"ServerApp.port": port} if port else {}
        use_simulated_samples(Path(folder))
        lab = start_lab(Path(folder), emulator, options)
        try:
            lab.wait_until_it_responds()
            put_tours(lab, opened)
            # JupyterLab's start took seconds, which are many simulated minutes at a high speed.
            emulator.restart()
            yield lab
        finally:
            lab.stop()


def clean_environment() -> dict[str, str]:
    """Return this process's environment without what could point the demo at a real account."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ALIBABA_CLOUD_", "JUPYTER_DSW_"))
    }


def start_lab(home: Path, emulator: Emulator, options: Mapping[str, object]) -> Lab:
    """Start a JupyterLab on the emulator's instance; `jupyter dsw` in its terminals is ours."""
    here = os.fspath(Path(sys.executable).parent)
    path = os.pathsep.join([here, os.environ.get("PATH", os.defpath)])
    # A login shell, which is the default, would make a PATH of its own.
    shell = {"shell_command": [os.environ.get("SHELL") or "sh"]}
    return Lab.start(
        home,
        {**clean_environment(), **emulator.environment(), "PATH": path},
        {"ServerApp.terminado_settings": shell, **options},
    )


def tour(language: Language) -> str:
    """Return the name of the tour in this language."""
    return {"en": "tour.ipynb", "zh_CN": "tour.zh-CN.ipynb"}[language]


def put_tours(lab: Lab, opened: str) -> None:
    """Put the tours into `lab`; the one that is `opened` joins a session whose first cell ran."""
    for path in TOURS:
        content = json.loads(path.read_text("utf-8"))
        if path.name == opened:
            code = next(cell for cell in content["cells"] if cell["cell_type"] == "code")
            _run_in_session(lab, opened, code)
        lab.request(
            "PUT", f"api/contents/{path.name}", json={"type": "notebook", "content": content}
        )


def _run_in_session(lab: Lab, path: str, cell: dict[str, Any]) -> None:
    """Run a cell in a session that the browser will join."""
    kernel = {"name": "python3"}
    body = {"path": path, "name": path, "type": "notebook", "kernel": kernel}
    session = lab.request("POST", "api/sessions", json=body)
    connection_file = lab.home / "runtime" / f"kernel-{session['kernel']['id']}.json"
    client = BlockingKernelClient(connection_file=str(connection_file))
    client.load_connection_file()
    # On a busy machine a heartbeat may be late, and the kernel would be taken for dead.
    client.start_channels(hb=False)

    def keep(message: Any) -> None:
        if message["msg_type"] in {"stream", "display_data", "execute_result", "error"}:
            content = {
                name: value for name, value in message["content"].items() if name != "transient"
            }
            cell["outputs"].append({"output_type": message["msg_type"], **content})

    try:
        client.wait_for_ready(timeout=CELL_TIMEOUT_S)
        code = "".join(cell["source"])
        reply = client.execute_interactive(code, output_hook=keep, timeout=CELL_TIMEOUT_S)
        cell["execution_count"] = reply["content"]["execution_count"]
    finally:
        client.stop_channels()
