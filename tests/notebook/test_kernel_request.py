"""A kernel's request to whatever listens where its Jupyter server was."""

from __future__ import annotations

import pytest

from jupyter_dsw.kernel_endpoint import KernelEndpoint
from jupyter_dsw.notebook import kernel_request
from tests.upstream.odd_server import OddServer, flood


@pytest.mark.parametrize(
    "start",
    [
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n",
    ],
    ids=["without a length", "with a length", "in chunks"],
)
def test_a_body_without_an_end_is_left_within_bounds(start: bytes) -> None:
    with OddServer(flood(start, b" " * 65536)) as server:
        connection = KernelEndpoint(f"{server.url}/", "a-token")
        with pytest.raises(ValueError, match="too large"):
            kernel_request.get(connection, fresh=False, timeout_s=10)
