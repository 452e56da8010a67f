"""One uncached reading, sign, send, parse and redact, against the official SDK's call.

Processor time of this process, all threads; the endpoint is another one.
"""

from __future__ import annotations

import contextlib
import http.client
import logging
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from alibabacloud_credentials.client import Client as Credentials
from alibabacloud_credentials.models import Config as CredentialsConfig
from alibabacloud_pai_dsw20220101.client import Client as OfficialClient
from alibabacloud_pai_dsw20220101.models import GetInstanceRequest
from alibabacloud_tea_openapi.models import Config

from benchmarks.harness import Row, in_turns, ratio_at_most, ratio_stated
from benchmarks.surroundings import on_an_instance_elsewhere
from jupyter_dsw.upstream.client import Client
from jupyter_dsw.upstream.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CALLS = 30
ROUNDS = 15
THEIRS = "the official SDK's `get_instance`"


def measure() -> list[Row]:
    """As against PAI-DSW, where a minute passes between two readings; and with all that is kept."""
    logging.disable(logging.CRITICAL)  # the SDK logs each call
    rows = [*_connecting(), *_connected()]
    logging.disable(logging.NOTSET)
    return rows


def _connecting() -> Iterator[Row]:
    with on_an_instance_elsewhere("--tls") as environment, _reading() as mine:
        what = "one uncached reading over TLS, its connection closed since the last: processor time"
        costs = in_turns(_cost(mine), _cost(_official(environment)), ROUNDS)
        yield ratio_at_most(what, THEIRS, *costs, 0.5, "ms")


def _connected() -> Iterator[Row]:
    with on_an_instance_elsewhere() as environment, _reading() as mine:
        official = _official(environment)
        what = "one uncached reading over plain HTTP, its connection kept: processor time"
        costs = in_turns(_cost(mine), _cost(official), ROUNDS)
        yield ratio_at_most(what, THEIRS, *costs, 0.5, "ms")
        with _bare(environment["JUPYTER_DSW_ENDPOINT"]) as bare:
            what = "a GET of `http.client` that is refused, over plain HTTP, its connection kept"
            costs = in_turns(_cost(bare), _cost(official), ROUNDS)
            yield ratio_stated(f"{what}: processor time", THEIRS, *costs, "ms")


@contextlib.contextmanager
def _reading() -> Iterator[Callable[[], object]]:
    with contextlib.closing(Client(Settings.from_environment)) as client:
        yield client.get_instance


def _official(environment: dict[str, str]) -> Callable[[], object]:
    url = urlsplit(environment["JUPYTER_DSW_ENDPOINT"])
    credentials = CredentialsConfig(
        type="credentials_uri", credentials_uri=environment["ALIBABA_CLOUD_CREDENTIALS_URI"]
    )
    sdk = OfficialClient(
        Config(
            credential=Credentials(credentials),
            endpoint=url.netloc,
            protocol=url.scheme,
            ca=environment.get("REQUESTS_CA_BUNDLE"),
        )
    )
    instance_id = environment["DSW_INSTANCE_ID"]

    def get_instance() -> object:
        return sdk.get_instance(instance_id, GetInstanceRequest()).body.to_map()

    return get_instance


@contextlib.contextmanager
def _bare(url: str) -> Iterator[Callable[[], object]]:
    """What is left of a reading without credentials, signature, urllib3 and an answer to parse."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc)

    def ask() -> object:
        connection.request("GET", "/api/v2/instances/dsw-1")
        return connection.getresponse().read()

    with contextlib.closing(connection):
        yield ask


def _cost(call: Callable[[], object]) -> Callable[[], float]:
    call()  # connections, credentials and imports are had

    def cost() -> float:
        begun = time.process_time()
        for _ in range(CALLS):
            call()
        return (time.process_time() - begun) / CALLS * 1000

    return cost
