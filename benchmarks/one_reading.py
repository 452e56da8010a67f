"""One uncached reading, sign, send, parse and redact, against the official SDK's call."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from alibabacloud_credentials.client import Client as Credentials
from alibabacloud_credentials.models import Config as CredentialsConfig
from alibabacloud_pai_dsw20220101.client import Client as OfficialClient
from alibabacloud_pai_dsw20220101.models import GetInstanceRequest
from alibabacloud_tea_openapi.models import Config

from benchmarks.harness import Row, in_turns, ratio_at_most
from benchmarks.surroundings import on_an_instance_elsewhere
from jupyter_dsw.upstream.client import Client
from jupyter_dsw.upstream.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

CALLS = 30
ROUNDS = 15


def measure() -> list[Row]:
    """Processor time of this process, all threads; the emulator is another one."""
    logging.disable(logging.CRITICAL)  # the SDK logs each call
    with on_an_instance_elsewhere() as environment:
        client = Client(Settings.from_environment)
        sdk = _sdk(
            environment["JUPYTER_DSW_ENDPOINT"], environment["ALIBABA_CLOUD_CREDENTIALS_URI"]
        )

        instance_id = environment["DSW_INSTANCE_ID"]

        def official() -> object:
            return sdk.get_instance(instance_id, GetInstanceRequest()).body.to_map()

        mine, theirs = in_turns(_cost(client.get_instance), _cost(official), ROUNDS)
        client.close()
    logging.disable(logging.NOTSET)
    what = "one uncached reading: processor time"
    return [ratio_at_most(what, "the official SDK's `get_instance`", mine, theirs, 0.5, "ms")]


def _sdk(url: str, credentials_uri: str) -> OfficialClient:
    credentials = Credentials(
        CredentialsConfig(type="credentials_uri", credentials_uri=credentials_uri)
    )
    return OfficialClient(
        Config(credential=credentials, endpoint=url.removeprefix("http://"), protocol="http")
    )


def _cost(call: Callable[[], object]) -> Callable[[], float]:
    call()  # connections, credentials and imports are had

    def cost() -> float:
        begun = time.process_time()
        for _ in range(CALLS):
            call()
        return (time.process_time() - begun) / CALLS * 1000

    return cost
