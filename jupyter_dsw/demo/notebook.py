"""The tour: a notebook that shows around, opened with a live panel.

Its first cell is run in the server's own kernel; the others are for the person who takes the tour.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from jupyter_client.blocking.client import BlockingKernelClient

if TYPE_CHECKING:
    from jupyter_dsw.demo.lab import Lab
    from jupyter_dsw.i18n import Language

TOURS = tuple(sorted(Path(__file__).parent.glob("tour*.ipynb")))
CELL_TIMEOUT_S = 60


def tour(language: Language) -> str:
    """Return the name of the tour in this language."""
    return {"en": "tour.ipynb", "zh_CN": "tour.zh-CN.ipynb"}[language]


def put_tours(lab: Lab, opened: str) -> None:
    """Put the tours into `lab`; the one that is `opened` joins a session whose first cell ran."""
    for path in TOURS:
        notebook = nbformat.read(path, as_version=4)
        if path.name == opened:
            _run_first_cell(lab, opened, notebook)
        content = json.loads(nbformat.writes(notebook))
        for cell in content["cells"]:
            # The server signs a notebook whose code cells say this; without it the panel would not
            # load. Not sooner: nbformat leaves it out of what it writes.
            if cell["cell_type"] == "code":
                cell["metadata"]["trusted"] = True
        lab.request(
            "PUT", f"api/contents/{path.name}", json={"type": "notebook", "content": content}
        )


def _run_first_cell(lab: Lab, path: str, notebook: Any) -> None:
    """Run it in a session that the browser will join."""
    kernel = {"name": "python3"}
    body = {"path": path, "name": path, "type": "notebook", "kernel": kernel}
    session = lab.request("POST", "api/sessions", json=body)
    connection_file = lab.home / "runtime" / f"kernel-{session['kernel']['id']}.json"
    client = BlockingKernelClient(connection_file=str(connection_file))
    client.load_connection_file()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=CELL_TIMEOUT_S)
        _execute(client, next(cell for cell in notebook.cells if cell.cell_type == "code"))
    finally:
        client.stop_channels()


def _execute(client: BlockingKernelClient, cell: Any) -> None:
    outputs: list[Any] = []

    def keep(message: Any) -> None:
        if message["msg_type"] in {"stream", "display_data", "execute_result", "error"}:
            outputs.append(nbformat.v4.output_from_msg(message))

    reply = client.execute_interactive(cell.source, output_hook=keep, timeout=CELL_TIMEOUT_S)
    cell.outputs = outputs
    cell.execution_count = reply["content"]["execution_count"]
