"""Every row of the table, in its order."""

from __future__ import annotations

from tests.faults import credential_faults, network_faults, scenario_faults

SERVED_FAULTS = (
    *scenario_faults.FAULTS,
    *network_faults.FAULTS,
    *credential_faults.FAULTS,
)
"""Those that a Jupyter server's own readings meet."""

CREDENTIALS_LAST = "Credential service down, while the cached credentials are valid"
RUNTIME_READ_ONLY = "Runtime folder read-only"
RUNTIME_FULL = "Runtime folder full"
FILE_STALE = "Connection file stale (it leads to a port where nobody listens)"
FILE_FOREIGN = "Connection file owned by somebody else"
FILE_LINK = "Connection file a symbolic link"
FILE_HALF = "Connection file half-written"
FILE_FIFO = "A FIFO in place of the connection file"
FILE_READABLE = "Connection file that others can read (a file system that keeps no modes)"
SERVER_KILLED = "Server killed with SIGKILL and restarted on another port"
KERNEL_RESTARTED = "Kernel restarted"
KERNEL_OUTLIVES = "Kernel outlives the server"
PANEL_OUTLIVES = "Server killed with SIGKILL under an open panel, then started again"
MANY_PANELS = "500 panels in one notebook"

NAMES = (
    *(fault.name for fault in SERVED_FAULTS),
    CREDENTIALS_LAST,
    RUNTIME_READ_ONLY,
    RUNTIME_FULL,
    FILE_STALE,
    FILE_FOREIGN,
    FILE_LINK,
    FILE_HALF,
    FILE_FIFO,
    FILE_READABLE,
    SERVER_KILLED,
    KERNEL_RESTARTED,
    KERNEL_OUTLIVES,
    PANEL_OUTLIVES,
    MANY_PANELS,
)
"""Every fault's name."""
