"""Starts the emulator and a JupyterLab beside it, until Ctrl-C."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_dsw import i18n
from jupyter_dsw.columns import escaped
from jupyter_dsw.demo.lab import Lab
from jupyter_dsw.demo.notebook import put_tours, tour
from jupyter_dsw.emulator import Emulator
from jupyter_dsw.i18n import text
from jupyter_dsw.notebook.person import translated

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


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
                f"  {lab.notebook_url(opened)}\n\n  {translated(text('Ctrl-C ends it.'))}",
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
