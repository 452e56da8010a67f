"""The demo's notebook, run in the server's own kernel so that it opens with a live panel."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from jupyter_client.blocking.client import BlockingKernelClient

if TYPE_CHECKING:
    from jupyter_dsw.demo.lab import Lab

NOTEBOOK = Path(__file__).parent / "dsw-instance.ipynb"
CELL_TIMEOUT_S = 60


def run_cells(lab: Lab) -> None:
    """Put the notebook into `lab` with its cells run, in a session that the browser will join."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    session = lab.request(
        "POST",
        "api/sessions",
        json={
            "path": NOTEBOOK.name,
            "name": NOTEBOOK.name,
            "type": "notebook",
            "kernel": {"name": "python3"},
        },
    )
    kernel = session["kernel"]["id"]
    _execute(notebook, lab.home / "runtime" / f"kernel-{kernel}.json")
    content = json.loads(nbformat.writes(notebook))
    for cell in content["cells"]:
        # The server signs a notebook whose code cells say this; without it the panel would not
        # load. Not sooner: nbformat leaves it out of what it writes.
        if cell["cell_type"] == "code":
            cell["metadata"]["trusted"] = True
    lab.request(
        "PUT", f"api/contents/{NOTEBOOK.name}", json={"type": "notebook", "content": content}
    )


def _execute(notebook: Any, connection_file: Path) -> None:
    client = BlockingKernelClient(connection_file=str(connection_file))
    client.load_connection_file()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=CELL_TIMEOUT_S)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                _execute_cell(client, cell)
    finally:
        client.stop_channels()


def _execute_cell(client: BlockingKernelClient, cell: Any) -> None:
    outputs: list[Any] = []

    def keep(message: Any) -> None:
        if message["msg_type"] in {"stream", "display_data", "execute_result", "error"}:
            outputs.append(nbformat.v4.output_from_msg(message))

    reply = client.execute_interactive(cell.source, output_hook=keep, timeout=CELL_TIMEOUT_S)
    cell.outputs = outputs
    cell.execution_count = reply["content"]["execution_count"]
