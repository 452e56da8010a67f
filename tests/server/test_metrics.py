"""What Prometheus finds on the Jupyter server's own `/metrics`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from prometheus_client import REGISTRY, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from jupyter_dsw.model.instance import parse_instance
from jupyter_dsw.model.stops import Stop, StopRule
from jupyter_dsw.reading import Reading
from jupyter_dsw.server.metrics import OUTCOMES, Metrics
from jupyter_dsw.upstream import errors
from jupyter_dsw.upstream.settings import Source

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from jupyter_dsw.emulator import Emulator
    from jupyter_dsw.monitor import Monitor

PEOPLE = "jupyter-dsw/v1/instance"
KERNELS = "jupyter-dsw/v1/kernel/instance"
PAGE = Path(__file__).parents[2] / "docs" / "observability.md"
ROW = re.compile(r"^\| `(jupyter_dsw_\w+)` \| (\w+) \|([^|]*)\|", re.MULTILINE)

# Label values in the order of the labels' names.
OWN_IDLE, OWN_SCHEDULED = ("instance", "idle"), ("instance", "scheduled")

Samples = dict[str, dict[tuple[str, ...], float]]


def samples_of(page: str) -> Samples:
    """Each sample of ours, by its name and its labels' values, in the order of their names."""
    samples: Samples = {}
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            if sample.name.startswith("jupyter_dsw_"):
                labels = tuple(value for _, value in sorted(sample.labels.items()))
                assert labels not in samples.setdefault(sample.name, {})
                samples[sample.name][labels] = sample.value
    return samples


@pytest.fixture
def scrape(jp_fetch: Any) -> Callable[[], Awaitable[Samples]]:
    async def fetch() -> Samples:
        return samples_of((await jp_fetch("metrics")).body.decode())

    return fetch


@pytest.fixture
def ask(fetch_any: Any) -> Callable[[], Awaitable[Any]]:
    async def fetch() -> Any:
        return json.loads((await fetch_any(PEOPLE)).body)

    return fetch


async def test_a_response_counts_as_one_call_that_took_a_time(ask: Any, scrape: Any) -> None:
    await ask()
    samples = await scrape()
    assert samples["jupyter_dsw_calls_total"]["ok",] == 1
    assert sum(samples["jupyter_dsw_calls_total"].values()) == 1
    assert samples["jupyter_dsw_call_duration_seconds_count"][()] == 1
    assert 0 < samples["jupyter_dsw_call_duration_seconds_sum"][()] < 600
    assert samples["jupyter_dsw_call_duration_seconds_bucket"]["+Inf",] == 1


async def test_a_failure_counts_by_the_name_of_its_error(
    ask: Any, scrape: Any, emulator: Emulator
) -> None:
    emulator.scenario = "denied"
    await ask()
    samples = await scrape()
    assert samples["jupyter_dsw_calls_total"]["Denied",] == 1
    assert samples["jupyter_dsw_calls_total"]["ok",] == 0
    assert samples["jupyter_dsw_call_duration_seconds_count"][()] == 1


async def test_every_error_has_its_outcome_and_nothing_else_has(scrape: Any) -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    names = {kind.__name__ for kind in kinds if issubclass(kind, errors.DSWError)}
    assert {outcome for (outcome,) in (await scrape())["jupyter_dsw_calls_total"]} == {
        "ok",
        *names,
    }
    assert set(OUTCOMES) == {"ok", *names}


async def test_requests_count_by_client_as_hits_and_misses(
    ask: Any,
    scrape: Any,
    connection: dict[str, str],
    http_server_client: Any,
    jp_base_url: str,
) -> None:
    for _ in range(3):
        await ask()
    token = {"X-Jupyter-DSW-Kernel-Token": connection["token"]}
    await http_server_client.fetch(jp_base_url + KERNELS, headers=token)
    assert (await scrape())["jupyter_dsw_requests_total"] == {
        ("miss", "browser"): 1,
        ("hit", "browser"): 2,
        ("miss", "kernel"): 0,
        ("hit", "kernel"): 1,
    }


async def test_who_is_refused_at_an_endpoint_is_not_counted(
    scrape: Any, jp_base_url: str, http_server_client: Any
) -> None:
    await http_server_client.fetch(jp_base_url + PEOPLE, raise_error=False)
    assert set((await scrape())["jupyter_dsw_requests_total"].values()) == {0}


async def test_gauges_are_absent_until_something_was_read(scrape: Any) -> None:
    samples = await scrape()
    for name in ("reading_age_seconds", "stop_remaining_seconds", "idle_seconds"):
        assert f"jupyter_dsw_{name}" not in samples


async def test_gauges_are_those_of_the_moment_of_scraping(
    ask: Any, scrape: Any, emulator: Emulator
) -> None:
    emulator.change(
        IdleInstanceCuller={"MaxIdleTimeInMinutes": 60, "IdleTimeInMinutes": 48},
        InstanceShutdownTimer={"DueTime": None, "RemainingTimeInMs": 7_200_000},
    )
    await ask()
    first = await scrape()
    left = first["jupyter_dsw_stop_remaining_seconds"]
    assert first["jupyter_dsw_idle_seconds"][()] == 48 * 60
    assert 0 < left[OWN_IDLE] <= 720 < left[OWN_SCHEDULED] <= 7200
    later = first
    while later["jupyter_dsw_stop_remaining_seconds"][OWN_IDLE] >= left[OWN_IDLE]:
        later = await scrape()
    age = "jupyter_dsw_reading_age_seconds"
    assert later[age][()] > first[age][()]
    assert emulator.calls == 1


async def test_a_stop_that_is_not_set_is_absent(ask: Any, scrape: Any, emulator: Emulator) -> None:
    emulator.change(
        IdleInstanceCuller={"MaxIdleTimeInMinutes": 60, "IdleTimeInMinutes": 0},
        InstanceShutdownTimer={"DueTime": None, "RemainingTimeInMs": 0},
    )
    await ask()
    samples = await scrape()
    assert "jupyter_dsw_stop_remaining_seconds" not in samples
    assert samples["jupyter_dsw_idle_seconds"][()] == 0


def test_a_stop_of_a_policy_has_its_own_value_and_the_nearest_of_several_counts() -> None:
    left: dict[str, Any] = {"kind": "idle", "decided_by": "workspace", "state": "counting"}
    rules = [StopRule(expression=words) for words in ("one", "other")]
    metrics = Metrics(lambda: 0.0)
    metrics.called(
        Reading(
            source=Source(),
            next_read=0.0,
            instance=parse_instance({"Status": "Running"}),
            taken=0.0,
            policy_stops=(
                Stop(**left, remaining_ms=900_000, rule=rules[0], idle_minutes=7),
                Stop(**left, remaining_ms=600_000, rule=rules[1]),
                Stop(kind="scheduled", decided_by="system", state="unknown"),
            ),
            stop_policies="read",
        ),
        1.0,
    )
    samples = samples_of(generate_latest(metrics).decode())
    assert samples["jupyter_dsw_stop_remaining_seconds"] == {("workspace", "idle"): 600}
    assert samples["jupyter_dsw_stop_time_unknown"] == {
        ("workspace", "idle"): 0,
        ("system", "scheduled"): 1,
    }
    assert samples["jupyter_dsw_stop_policies_read"][()] == 1
    assert samples["jupyter_dsw_idle_seconds"][()] == 7 * 60


async def test_a_stop_whose_time_cannot_be_read_is_not_absent(
    ask: Any, scrape: Any, emulator: Emulator
) -> None:
    emulator.change(
        IdleInstanceCuller={"MaxIdleTimeInMinutes": 60, "IdleTimeInMinutes": 30},
        InstanceShutdownTimer={"DueTime": "soon", "RemainingTimeInMs": None},
    )
    await ask()
    samples = await scrape()
    assert samples["jupyter_dsw_stop_time_unknown"] == {OWN_IDLE: 0, OWN_SCHEDULED: 1}
    assert set(samples["jupyter_dsw_stop_remaining_seconds"]) == {OWN_IDLE}


async def test_after_a_failure_the_age_is_that_of_the_reading_that_is_shown(
    ask: Any, scrape: Any, emulator: Emulator, monitor: Monitor
) -> None:
    await ask()
    emulator.scenario = "denied"
    real = monitor.clock
    monitor.clock = lambda: real() + 70
    assert (await ask())["error"]["code"] == "Denied"
    samples = await scrape()
    assert samples["jupyter_dsw_calls_total"]["Denied",] == 1
    assert samples["jupyter_dsw_reading_age_seconds"][()] > 0


async def test_neither_the_instance_nor_a_secret_is_on_the_page(
    ask: Any, jp_fetch: Any, emulator: Emulator, connection: dict[str, str], canaries: Any
) -> None:
    await ask()
    page = (await jp_fetch("metrics")).body.decode()
    assert emulator.environment()["DSW_INSTANCE_ID"] not in page
    assert connection["token"] not in page
    assert canaries.found_in(page) == []


async def test_only_who_is_logged_in_may_scrape(http_server_client: Any, jp_base_url: str) -> None:
    refused = await http_server_client.fetch(jp_base_url + "metrics", raise_error=False)
    assert refused.code == 403


async def test_the_page_in_the_docs_lists_what_is_there_and_nothing_else(
    ask: Any, jp_fetch: Any
) -> None:
    await ask()
    page = (await jp_fetch("metrics")).body.decode()
    shown = set(re.findall(r"^# TYPE (jupyter_dsw_\w+) (\w+)$", page, re.MULTILINE))
    # The library adds the times at which counting began.
    shown = {(name, kind) for name, kind in shown if not name.endswith("_created")}
    documented = {(name, kind) for name, kind, _ in ROW.findall(PAGE.read_text("utf-8"))}
    assert documented == shown


async def test_the_page_in_the_docs_names_the_labels(ask: Any, scrape: Any, jp_fetch: Any) -> None:
    await ask()
    page = (await jp_fetch("metrics")).body.decode()
    labels: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            own = set(sample.labels) - {"le"}
            labels.setdefault(re.sub("_(bucket|sum|count)$", "", sample.name), set()).update(own)
    for name, _, named in ROW.findall(PAGE.read_text("utf-8")):
        assert set(re.findall(r"`(\w+)`:", named)) == labels[name], name


@pytest.fixture
def exposed() -> Iterator[Metrics]:
    metrics = Metrics(lambda: 0.0)
    assert metrics.expose()
    yield metrics
    metrics.withdraw()


class TestNextToAnotherServerOfThisProcess:
    @pytest.fixture
    def environment(self, environment: dict[str, str], exposed: Metrics) -> dict[str, str]:
        del exposed  # as if another server had started before
        return environment

    async def test_the_server_starts_and_responds_and_names_no_metric_twice(
        self, ask: Any, scrape: Any
    ) -> None:
        assert (await ask())["error"] is None
        samples = await scrape()  # raises where a sample is there twice
        # Those of the first server, which got no request.
        assert sum(samples["jupyter_dsw_calls_total"].values()) == 0


async def test_a_server_that_stops_takes_its_metrics_along(jp_serverapp: Any) -> None:
    assert REGISTRY.get_sample_value("jupyter_dsw_calls_total", {"outcome": "ok"}) == 0
    await jp_serverapp.extension_manager.stop_all_extensions()
    assert REGISTRY.get_sample_value("jupyter_dsw_calls_total", {"outcome": "ok"}) is None
