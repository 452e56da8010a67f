"""A response without an end costs a few mebibytes, wherever in it the end is missing.

Each is read in a process of its own, whose memory is measured from outside of what is tested.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.upstream.odd_server import flood

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.upstream.odd_server import OddServer

MIB = 1024 * 1024
# The largest response has 4 MiB, and is there twice while it is put together.
MAY_COST = 32 * MIB

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
BLOCK = 64 * 1024

CLIENT = """
import json, resource, sys
from jupyter_dsw.upstream.client import Client
from jupyter_dsw.upstream.credentials import CredentialChain
from jupyter_dsw.upstream.errors import DSWError
from jupyter_dsw.upstream.settings import Settings

resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
settings = Settings.from_environment(
    instance_id="dsw-0123abcd", endpoint=sys.argv[1], read_timeout_s=60, deadline_s=60
)
client = Client(lambda: settings, CredentialChain())
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    client.get_instance()
except DSWError as error:
    code = error.code
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"code": code, "bytes": (after - before) * 1024}))
"""


@pytest.mark.parametrize(
    ("start", "more"),
    [
        (b"", b"H" * BLOCK),
        (b"HTTP/1.1 200 OK\r\nX: ", b"y" * BLOCK),
        (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * (BLOCK // 6)),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * (BLOCK // 25)),
        (b"HTTP/1.1 200 OK\r\n\r\n", b" " * BLOCK),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n", b" " * BLOCK),
        (CHUNKED, b"0" * BLOCK),
        (CHUNKED + b"1;", b"x" * BLOCK),
        (CHUNKED, b"1\r\n \r\n" * (BLOCK // 6)),
        (CHUNKED + b"0\r\nX: ", b"y" * BLOCK),
        (CHUNKED + b"0\r\n", b"X: y\r\n" * (BLOCK // 6)),
    ],
    ids=[
        "status line",
        "header",
        "headers",
        "interim responses",
        "body without a length",
        "body",
        "chunk size",
        "chunk extension",
        "chunks",
        "trailer",
        "trailers",
    ],
)
def test_a_response_without_an_end_is_left_within_bounds(
    odd: Callable[..., OddServer], start: bytes, more: bytes
) -> None:
    server = odd(flood(start, more))
    ran = subprocess.run(
        [sys.executable, "-c", CLIENT, server.url],
        env={
            **os.environ,
            "ALIBABA_CLOUD_ACCESS_KEY_ID": "LTAI-canary-of-the-key-id",
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "canary-of-the-key-secret",
        },
        check=True,
        capture_output=True,
        timeout=100,
    )
    result = json.loads(ran.stdout)
    assert result["code"] == "BadResponse"
    assert result["bytes"] < MAY_COST
    assert server.accepted == 1
