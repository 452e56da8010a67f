"""An instance of the emulator's in a process of its own, until standard input ends.

`python -m benchmarks.elsewhere [--tls]` prints the variables of a process on it, as JSON. With
`--tls` the endpoint speaks TLS, and closes each connection after its answer.
"""

from __future__ import annotations

import contextlib
import json
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import certifi

from jupyter_dsw.emulator import Emulator
from tests.upstream.certificates import Authority
from tests.upstream.odd_server import OddServer, relay


def main() -> None:
    """Serve."""
    with contextlib.ExitStack() as stack:
        emulator = stack.enter_context(Emulator())
        environment = emulator.environment()
        if "--tls" in sys.argv:
            environment |= _tls(stack, urlsplit(emulator.url).port or 0)
        print(json.dumps(environment), flush=True)
        sys.stdin.read()


def _tls(stack: contextlib.ExitStack, port: int) -> dict[str, str]:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    authority = Authority(folder)
    server = stack.enter_context(OddServer(relay(port), tls=authority.server("localhost")))
    # As large as the one that both sides read where nothing else is set.
    bundle = folder / "bundle.pem"
    bundle.write_bytes(Path(certifi.where()).read_bytes() + authority.bundle.read_bytes())
    return {
        "JUPYTER_DSW_ENDPOINT": f"https://localhost:{server.port}",
        "REQUESTS_CA_BUNDLE": str(bundle),
    }


if __name__ == "__main__":
    main()
