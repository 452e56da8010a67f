"""No secret reaches what a kernel prints, logs or shows, however loud it is made."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.canaries import LOUD, SCENARIOS, SHARING_TOKEN

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_dsw.emulator import Emulator
    from tests.canaries import Canaries
    from tests.kernels import Kernel

FAIL_LOUDLY = """
import pickle, traceback
from jupyter_dsw.upstream.client import Client
from jupyter_dsw.upstream.settings import Settings
client = Client(Settings.from_environment)
try:
    response = client.get_instance()
    print(response, repr(response.instance), response.instance.to_wire())
except Exception as error:
    traceback.print_exc()
    get_ipython().run_line_magic("xmode", "Verbose")
    get_ipython().showtraceback()
    print(repr(error), error, vars(error), pickle.dumps(error))
print(vars(client), client.source)
"""


@pytest.fixture
def loud_kernel(start_kernel: Callable[..., Kernel]) -> Callable[..., Kernel]:
    """Start a kernel that logs all it can."""

    def start(**environment: str) -> Kernel:
        kernel = start_kernel(**environment, JUPYTER_DSW_SHARING_TOKEN=SHARING_TOKEN)
        kernel.run(LOUD.format(target=""))
        return kernel

    return start


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_no_secret_is_in_a_traceback_a_log_or_a_repr_of_a_kernel(
    loud_kernel: Callable[..., Kernel], emulator: Emulator, canaries: Canaries, scenario: str
) -> None:
    emulator.scenario = scenario
    kernel = loud_kernel(**emulator.environment())
    assert not canaries.found_in(json.dumps(kernel.run(FAIL_LOUDLY), default=str))


def test_no_secret_is_printed_where_the_gateway_quotes_what_was_signed(
    loud_kernel: Callable[..., Kernel], emulator: Emulator, canaries: Canaries
) -> None:
    wrong = {"ALIBABA_CLOUD_ACCESS_KEY_SECRET": "wrong"}
    kernel = loud_kernel(**emulator.static_environment() | wrong)
    printed = json.dumps(kernel.run(FAIL_LOUDLY), default=str)
    assert "BadSignature" in printed
    assert not canaries.found_in(printed)
