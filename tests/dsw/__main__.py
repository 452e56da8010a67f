"""`make dsw`: JupyterLab 3.6.5 as on a PAI-DSW instance, on a simulated instance, until Ctrl-C.

The two environments are made once, in `.venv/dsw`. Each start has a copy of them, as an instance
with temporary storage does, and installs what is in this folder into the image only: `jupyter dsw
setup` in a terminal does the rest. `--with-server` installs it into the Jupyter server's
environment too.
"""

from __future__ import annotations

import argparse
import signal
import tempfile
from pathlib import Path

from jupyter_dsw.emulator import SCENARIOS, Emulator
from tests import environments
from tests.dsw.environment import Container

TEMPLATE = Path(".venv/dsw").resolve()


def main() -> None:
    """Run it until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="make dsw", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--with-server", action="store_true", help="as after jupyter dsw setup")
    parser.add_argument("--scenario", choices=sorted(SCENARIOS), default="healthy")
    parser.add_argument("--speed", type=float, default=1.0)
    parser.add_argument("--port", type=int, default=8088)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with (
        tempfile.TemporaryDirectory(prefix="dsw-") as folder,
        Emulator(scenario=options.scenario, speed=options.speed) as emulator,
    ):
        _, wheel = environments.build(Path(folder))
        container = _template().copy(Path(folder) / "container")
        container.image.install(wheel)
        if options.with_server:
            container.jupyter.install(wheel)
        lab = container.start(emulator, {"ServerApp.port": options.port})
        try:
            lab.wait_until_it_responds()
            emulator.restart()
            print(f"\n  {lab.url}lab?token={lab.token}\n  {container.folder}\n", flush=True)
            lab.process.wait()
        except KeyboardInterrupt:
            pass
        finally:
            lab.stop()


def _template() -> Container:
    done = TEMPLATE / "done"
    if not done.exists():
        print("Making the environments: JupyterLab 3.6.5, and a kernel's.", flush=True)
        Container.create(TEMPLATE)
        done.touch()
    return Container(TEMPLATE)


if __name__ == "__main__":
    main()
