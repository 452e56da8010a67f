"""How kernels find and open the door that their server has for them."""

from __future__ import annotations

# Not `Authorization`: Jupyter's identity providers read that one, and JupyterHub's would send what
# it finds there to the hub.
KERNEL_TOKEN_HEADER = "X-Jupyter-DSW-Kernel-Token"  # noqa: S105 - the name of a header
"""Carries the kernels' token."""
WAITED_HEADER = "Server-Timing"
"""Of a response: how many milliseconds the server had the request, `reading;dur=8003`. A kernel
dates the reading by it: the age in the response is that at the end of this time."""


def connection_file_name(server_pid: int | str) -> str:
    """The name, in Jupyter's runtime folder, of the file that tells a server's kernels of their
    door: JSON with `url`, `token` and, where the server speaks TLS, `certificate`."""
    return f"jupyter-dsw-{server_pid}.json"
