"""Schemathesis compares a real server with the OpenAPI file that ships with it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings

import jupyter_dsw.server
from jupyter_dsw.kernel_endpoint import KERNEL_TOKEN_HEADER

if TYPE_CHECKING:
    from jupyter_dsw.demo.lab import Lab
    from jupyter_dsw.emulator import Emulator

FILE = Path(jupyter_dsw.server.__file__).parent / "rest-api.yml"
PEOPLE = "/jupyter-dsw/v1/instance"
KERNELS = "/jupyter-dsw/v1/kernel/instance"
SAMPLES = "/jupyter-dsw/v1/utilization"
KERNEL_SAMPLES = "/jupyter-dsw/v1/kernel/utilization"
AT_RISK = "/jupyter-dsw/v1/at-risk"


def credentials(lab: Lab, path: str) -> dict[str, str]:
    if path in {PEOPLE, SAMPLES}:
        return {"Authorization": f"token {lab.token}"}
    (file,) = (lab.home / "runtime").glob("jupyter-dsw-*.json")
    return {KERNEL_TOKEN_HEADER: json.loads(file.read_text())["token"]}


@pytest.mark.parametrize("known", [True, False], ids=["with its token", "without"])
@pytest.mark.parametrize("path", [PEOPLE, KERNELS, SAMPLES, KERNEL_SAMPLES])
def test_every_response_is_as_the_shipped_file_describes(
    loud_lab: Lab, shared_emulator: Emulator, path: str, known: bool
) -> None:
    schema = schemathesis.openapi.from_path(str(FILE))
    headers = credentials(loud_lab, path) if known else {}
    statuses: set[int] = set()

    @settings(
        max_examples=20,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=schema[path]["GET"].as_strategy())
    def ask(case: Any) -> None:
        # What the file calls credentials is ours to give, not schemathesis' to make up.
        for made_up in ("Authorization", KERNEL_TOKEN_HEADER, "Cookie"):
            case.headers.pop(made_up, None)
        case.cookies.clear()
        response = case.call(base_url=loud_lab.url.rstrip("/"), headers=headers)
        case.validate_response(response)
        statuses.add(response.status_code)

    ask()
    assert statuses == ({200} if known else {403})
    assert shared_emulator.calls >= (1 if known and "instance" in path else 0)


def test_the_file_describes_every_endpoint_and_nothing_else() -> None:
    schema: Any = schemathesis.openapi.from_path(str(FILE))
    operations = {(found.ok().method, found.ok().path) for found in schema.get_all_operations()}
    assert {(method.upper(), path) for method, path in operations} == {
        ("GET", PEOPLE),
        ("GET", KERNELS),
        ("GET", SAMPLES),
        ("GET", KERNEL_SAMPLES),
        ("GET", AT_RISK),
    }
